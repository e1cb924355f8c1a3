"""Drives an MDI engine by the commands that LAMMPS's fix mdi/qm sends, in its order, by the MDI library.

python fix_mdi_qm.py JOB.json, with {port, frames, nve?}: frames are {positions, cell or null, elements or types} in A.
Prints one JSON object: for each frame energy (eV), forces (eV/A) and, where there is a cell, virial (eV); with nve,
{steps, mass, timesteps}, the span of the total energy (eV) of as many velocity Verlet steps for each time step (fs).
"""
import json
import os
import socket
import sys

import mdi
import numpy as np

job = json.load(open(sys.argv[1]))
mdi.MDI_Init('-role DRIVER -name driver -method TCP -port %d' % job['port'])
LENGTH = mdi.MDI_Conversion_Factor('angstrom', 'bohr')
ENERGY = mdi.MDI_Conversion_Factor('electron_volt', 'hartree')
engine = mdi.MDI_Accept_Communicator()
has = {name: mdi.MDI_Check_Command_Exists('@DEFAULT', name, engine)
       for name in ('>NATOMS', '>CELL_DISPL', '>ELEMENTS', '>TYPES', '<STRESS', '<PE', '<KE_ELEC')}


def send(command, values, kind=mdi.MDI_DOUBLE):
    mdi.MDI_Send_Command(command, engine)
    mdi.MDI_Send(list(values), len(values), kind, engine)


def ask(command, count):
    mdi.MDI_Send_Command(command, engine)
    answer = mdi.MDI_Recv(count, mdi.MDI_DOUBLE, engine)
    return np.array(answer if count > 1 else [answer])


def send_box(frame):
    if not frame['cell']:
        return
    if has['>CELL_DISPL']:
        send('>CELL_DISPL', [0.0, 0.0, 0.0])
    send('>CELL', [x * LENGTH for x in frame['cell']])


def send_system(frame):
    send('>NATOMS', [len(frame['positions']) // 3], mdi.MDI_INT)
    send_box(frame)
    if 'elements' in frame:
        send('>ELEMENTS', frame['elements'], mdi.MDI_INT)
    else:
        send('>TYPES', frame['types'], mdi.MDI_INT)


def remapped(positions, cell):
    if not cell:
        return positions
    cell = np.reshape(cell, (3, 3))
    fractions = np.reshape(positions, (-1, 3)) @ np.linalg.inv(cell)
    return ((fractions - np.floor(fractions)) @ cell).ravel()


def compute(frame, positions):
    count = len(positions)
    send('>COORDS', remapped(positions, frame['cell']) * LENGTH)
    if has['<PE'] and has['<KE_ELEC']:
        energy = ask('<PE', 1)[0] + ask('<KE_ELEC', 1)[0]
    else:
        energy = ask('<ENERGY', 1)[0]
    result = {'energy': energy / ENERGY, 'forces': (ask('<FORCES', count) * LENGTH / ENERGY).tolist()}
    if frame['cell'] and has['<STRESS']:
        volume = abs(np.linalg.det(np.reshape(frame['cell'], (3, 3))))
        result['virial'] = (ask('<STRESS', 9) * volume * LENGTH**3 / ENERGY).tolist()
    return result


def span_of_energy(frame, timestep, steps, mass):
    """Velocity Verlet at about 300 K; mass in u, 1 u A^2/fs^2 is 103.6 eV."""
    unit = 103.642696562614
    positions = np.array(frame['positions'])
    momenta = np.random.default_rng(1).normal(size=(len(positions) // 3, 3))
    velocities = ((momenta - momenta.mean(axis=0)) * np.sqrt(0.02585 / (mass * unit))).ravel()
    forces = np.array(compute(frame, positions)['forces'])
    totals = []
    for _ in range(steps):
        velocities += forces * timestep / (2 * mass * unit)
        positions = positions + velocities * timestep
        now = compute(frame, positions)
        forces = np.array(now['forces'])
        velocities += forces * timestep / (2 * mass * unit)
        totals.append(now['energy'] + mass * unit * (velocities @ velocities) / 2)
    return max(totals) - min(totals)


def without_nagle():
    """The library leaves Nagle's algorithm on, which costs 40 ms a command: minutes for the steps of a test."""
    for name in os.listdir('/proc/self/fd'):
        try:
            with socket.socket(fileno=os.dup(int(name))) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            pass  # no TCP socket


answers = []
spans = []
for number, frame in enumerate(job['frames']):
    if number == 0 or len(frame['positions']) != len(job['frames'][number - 1]['positions']):
        send_system(frame)
    else:
        send_box(frame)
    answers.append(compute(frame, np.array(frame['positions'])))
if 'nve' in job:
    without_nagle()
    nve = job['nve']
    spans = [span_of_energy(frame, timestep, nve['steps'], nve['mass']) for timestep in nve['timesteps']]
mdi.MDI_Send_Command('EXIT', engine)
print(json.dumps({'frames': answers, 'spans': spans}))
