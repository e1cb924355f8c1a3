"""Speed of the C++ evaluators of ACE on one thread, by python-ace.

python pace_time.py POTENTIAL STRUCTURE EVALUATOR [SECONDS]

Prints one JSON object: atoms, neighbours (mean within the cutoff), seconds of one evaluation (the best one; the list
stands), seconds of one neighbour list (the C++ builder alone), and rates in thousand atoms/s: `rate` with one list for
each evaluation, `evaluationRate` without. The evaluation returns energies, forces and the virial.
"""
import json
import os
import sys
import time

os.environ.setdefault('OMP_NUM_THREADS', '1')
import numpy as np

from pace_peer import Peer, frames, quiet


def best(action, budget):
    action()  # warm
    times = []
    while len(times) < 3 or sum(times) < budget:
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


answer = quiet()
potential, structure, evaluator = sys.argv[1:4]
budget = float(sys.argv[4]) if len(sys.argv) > 4 else 5.0
peer = Peer(potential, evaluator)
atoms = frames(structure)[0]
environment = peer.environment(atoms)

from pyace.catomicenvironment import build_atomic_env

positions, cell, numbers = atoms.get_positions(), np.array(atoms.get_cell()), atoms.get_atomic_numbers()
evaluation = best(lambda: peer.compute(environment), budget)
listing = best(lambda: build_atomic_env(positions, cell, numbers, bool(atoms.pbc.all()), peer.cutoff), budget / 5)
count = len(atoms)
json.dump({
    'potential': os.path.basename(potential),
    'evaluator': evaluator,
    'atoms': count,
    'neighbours': sum(len(near) for near in environment.neighbour_list[:count]) / count,
    'evaluation': evaluation,
    'listing': listing,
    'rate': count / (evaluation + listing) / 1e3,
    'evaluationRate': count / evaluation / 1e3,
}, answer)
answer.write('\n')
answer.close()
