"""What the pace_*.py scripts share: a potential of python-ace with one of its evaluators, and frames to give it.

Evaluators: `b-basis` sums couplings of .yaml as they stand; `product` and `recursive` need the C-tilde form (.yace,
.ace, or .yaml converted in memory). pair_style pace has one class for both of its modes: `recursive` is its default,
`lammps-product` its `product`; `product` here is the older class, which the reference data came from.
"""
import os
import sys

import numpy as np
from ase.io import read

EVALUATORS = ('b-basis', 'product', 'recursive', 'lammps-product')


def quiet():
    """The C++ side prints notes to standard output, where our answer goes: they go to standard error instead.

    Returns the file that the answer is to be written to."""
    answer = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return answer


class Peer:
    def __init__(self, potential, evaluator):
        from pyace import PyACECalculator
        from pyace.basis import ACEBBasisSet

        settings = {'recursive_evaluator': evaluator in ('recursive', 'lammps-product'),
                    'recursive': evaluator == 'recursive'}
        if evaluator not in EVALUATORS:
            raise SystemExit('no evaluator is called %s; there are %s' % (evaluator, ', '.join(EVALUATORS)))
        is_yaml = potential.endswith('.yaml')
        if evaluator == 'b-basis' and not is_yaml:
            raise SystemExit('b-basis needs a .yaml potential')
        basis = potential
        if is_yaml and evaluator != 'b-basis':
            basis = ACEBBasisSet(potential).to_ACECTildeBasisSet()
        self.calculator = PyACECalculator(basis, **settings)
        self.elements = list(self.calculator.basis.elements_name)
        self.cutoff = self.calculator.cutoff

    def environment(self, atoms):
        """Neighbour list and images; the cell must be periodic in all directions or in none."""
        return self.calculator.get_atomic_env(atoms)

    def compute(self, environment, projections=False):
        self.calculator.ace.compute(environment, compute_projections=projections)
        return self.calculator.ace

    def virials(self, environment, count):
        """[n][9] eV, booked on the neighbour j of a site energy: sum over i of r_ij (x) -dU_i/dr_j, from one call a site.

        Each site becomes a cluster of its own, in which no two images are the same atom."""
        from pyace.catomicenvironment import ACEAtomicEnvironment

        positions, kinds = np.array(environment.x), np.array(environment.species_type)
        origins = np.array(environment.origins)
        lists = [list(near) for near in environment.neighbour_list[:count]]
        result = np.zeros((count, 3, 3))
        for site, near in enumerate(lists):
            members = [site, *near]
            cluster = ACEAtomicEnvironment()
            cluster.x = positions[members].tolist()
            cluster.species_type = kinds[members].tolist()
            cluster.neighbour_list = [list(range(1, len(members)))] + [[] for _ in near]
            cluster.origins = list(range(len(members)))
            forces = np.array(self.compute(cluster).forces)
            shifts = positions[members] - positions[site]
            np.add.at(result, origins[members], shifts[:, :, None] * forces[:, None, :])
        return result.reshape(count, 9)


def frames(path):
    return read(path, ':')
