"""Relaxes the structures of an extended XYZ file with ASE: relax_ase.py MODEL FILE OPTIMIZER PRESSURE [calorine]

PRESSURE in GPa, or 'none' for the atoms alone. Forces come from phonolink, or from calorine. Prints a JSON list.
"""
import json
import sys
import time

import ase.optimize
from ase.filters import FrechetCellFilter
from ase.io import read
from ase.optimize.precon import Exp, PreconLBFGS
from ase.units import GPa

model, file, name, pressure = sys.argv[1:5]
FMAX = 1e-5


def calculator():
    if sys.argv[5:] == ['calorine']:
        from calorine.calculators import CPUNEP
        made = CPUNEP(model)
    else:
        from phonolink_ase import Phonolink
        made = Phonolink(model, threads=1)
    calculate = made.calculate
    made.evaluations = 0

    def counted(*args, **kwargs):
        made.evaluations += 1
        return calculate(*args, **kwargs)

    made.calculate = counted
    return made


out = []
for atoms in read(file, ':'):
    atoms.calc = calculator()
    atoms.get_potential_energy()
    atoms.calc.reset()
    atoms.calc.evaluations = 0
    start = time.perf_counter()
    free = atoms if pressure == 'none' else FrechetCellFilter(atoms, scalar_pressure=float(pressure) * GPa)
    if name == 'PreconLBFGS':
        optimizer = PreconLBFGS(free, precon=Exp(A=3), logfile=None)
    else:
        optimizer = getattr(ase.optimize, name)(free, logfile=None)
    converged = bool(optimizer.run(fmax=FMAX, steps=3000))
    out.append({
        'seconds': time.perf_counter() - start,
        'evaluations': atoms.calc.evaluations,
        'energy': atoms.get_potential_energy(),
        'cell': atoms.cell.cellpar().tolist(),
        'volume': atoms.get_volume() if atoms.cell.rank == 3 else 0,
        'converged': converged,
    })
    if hasattr(atoms.calc, 'close'):
        atoms.calc.close()
print(json.dumps(out))
