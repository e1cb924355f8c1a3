"""Energies, forces and virials of an ACE potential by python-ace, for every frame of an extxyz file.

python pace_evaluate.py POTENTIAL STRUCTURES EVALUATOR [virials] [projections]

Prints one JSON object: {elements, cutoff, frames}, a frame with energy (eV), energies [n] (eV, E0 included), forces
[3n] (eV/A), virial [9] (eV, -dE/dstrain, row-major); with `virials` [9n] (eV), booked on the neighbour of each
differentiated site energy; with `projections` the B-basis functions of each atom (b-basis: of .yaml alone).
"""
import json
import sys

import numpy as np

from pace_peer import Peer, frames, quiet

answer = quiet()
potential, structures, evaluator, *wanted = sys.argv[1:]
peer = Peer(potential, evaluator)


def evaluate(atoms):
    environment = peer.environment(atoms)
    result = peer.compute(environment, projections='projections' in wanted)
    xx, yy, zz, xy, xz, yz = -np.array(result.virial)
    frame = {
        'energy': float(result.energy),
        'energies': np.array(result.energies)[:len(atoms)].tolist(),
        'forces': np.array(result.forces)[:len(atoms)].ravel().tolist(),
        'virial': [xx, xy, xz, xy, yy, yz, xz, yz, zz],
    }
    if 'projections' in wanted:
        frame['projections'] = [np.array(row).tolist() for row in result.projections]
    if 'virials' in wanted:
        frame['virials'] = peer.virials(environment, len(atoms)).ravel().tolist()
    return frame


json.dump({'elements': peer.elements, 'cutoff': peer.cutoff, 'frames': [evaluate(a) for a in frames(structures)]}, answer)
answer.close()
