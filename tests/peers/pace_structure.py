"""Writes one of the structures of about 2000 atoms that ACE potentials are timed on, as extxyz.

python pace_structure.py copper|alloy|ethanol OUT.extxyz

copper: fcc, a 3.615 A, 8x8x8 cubic cells. alloy: the same lattice with a 4.0 A and Al, Cu and Zn at random. ethanol:
6x6x6 molecules at the density of the liquid, 0.789 g/cm3. All are displaced at random by 0.05 A (standard deviation).
"""
import sys

import numpy as np
from ase.build import bulk, molecule
from ase.data import atomic_masses
from ase.io import write

name, path = sys.argv[1:3]
random = np.random.default_rng(1)


def fcc(lattice):
    return bulk('Cu', 'fcc', a=lattice, cubic=True).repeat(8)


def nearest_other(atoms):
    """The least distance between atoms of different images of the molecule."""
    shifts = np.array([(i, j, k) for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1) if (i, j, k) != (0, 0, 0)])
    positions = atoms.positions
    images = positions[None, :, :] + (shifts @ np.array(atoms.cell))[:, None, :]
    return np.linalg.norm(images[:, None, :, :] - positions[None, :, None, :], axis=-1).min()


def ethanol():
    """One orientation for all molecules: of 500 at random, the one that leaves them farthest apart."""
    one = molecule('CH3CH2OH')
    mass = atomic_masses[one.numbers].sum()
    side = (mass * 1.66053907 / 0.789) ** (1 / 3)  # A, from u and g/cm3
    one.set_cell([side] * 3)
    one.pbc = True
    tried = []
    for _ in range(500):
        turned = one.copy()
        turned.rotate(random.uniform(0, 360), random.normal(size=3), center='COM')
        tried.append(turned)
    return max(tried, key=nearest_other).repeat(6)


if name == 'copper':
    atoms = fcc(3.615)
elif name == 'alloy':
    atoms = fcc(4.0)
    atoms.set_chemical_symbols(random.choice(['Al', 'Cu', 'Zn'], len(atoms)))
elif name == 'ethanol':
    atoms = ethanol()
else:
    raise SystemExit('copper, alloy or ethanol')
atoms.positions += random.normal(scale=0.05, size=atoms.positions.shape)
write(path, atoms, format='extxyz')
