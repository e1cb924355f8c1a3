"""Phonons of given force constants by phonopy (versions 2.17 to 4), from JSON to JSON."""

import json
import sys
import warnings

import numpy as np
import phonopy
from phonopy import Phonopy, PhonopyGruneisen
from phonopy.structure.atoms import PhonopyAtoms

warnings.simplefilter("ignore")
NEW = int(phonopy.__version__.split(".")[0]) >= 4


def flat(array):
    return np.asarray(array, dtype=float).ravel().tolist()


def open_phonon(case):
    cell = PhonopyAtoms(
        symbols=case["symbols"],
        cell=np.reshape(case["cell"], (3, 3)),
        scaled_positions=np.reshape(case["fractional"], (-1, 3)),
        masses=case["masses"],
    )
    phonon = Phonopy(
        cell, np.reshape(case["dim"], (3, 3)), primitive_matrix=np.reshape(case["primitive"], (3, 3)), log_level=0
    )
    count = len(phonon.supercell)
    phonon.force_constants = np.reshape(case["constants"], (-1, count, 3, 3))
    if case.get("polar"):
        polar = case["polar"]
        phonon.nac_params = {
            "born": np.reshape(polar["charges"], (-1, 3, 3)),
            "dielectric": np.reshape(polar["dielectric"], (3, 3)),
            "factor": polar["factor"],
            "method": polar["method"],
        }
    return phonon


def answer(case):
    phonon = open_phonon(case)
    points = np.reshape(case["points"], (-1, 3))
    phonon.run_qpoints(points, with_group_velocities=True)
    at_points = phonon.qpoints if NEW else phonon.get_qpoints_dict()
    get = (lambda o, key: getattr(o, key)) if NEW else (lambda o, key: o[key])
    out = {
        "version": phonopy.__version__,
        "frequencies": flat(get(at_points, "frequencies")),
        "velocities": flat(get(at_points, "group_velocities")),
    }
    mesh, shift = case["mesh"], case["shift"]
    phonon.run_mesh(mesh, is_gamma_center=True, shift=[s / 2 for s in shift])
    out["mesh_weights"] = flat(phonon.mesh.weights)
    out["mesh_points"] = flat(phonon.mesh.qpoints)
    out["mesh_frequencies"] = flat(phonon.mesh.frequencies)
    phonon.run_total_dos(freq_min=0.0313, freq_max=case["top"], freq_pitch=case["top"] / 50)
    out["dos_points"] = flat(phonon.total_dos.frequency_points)
    out["dos"] = flat(phonon.total_dos.dos)
    phonon.run_thermal_properties(temperatures=[0, 7, 150, 900], cutoff_frequency=0.2)
    thermal = phonon.thermal_properties
    for key in ("free_energy", "entropy", "heat_capacity"):
        values = getattr(thermal, key) if NEW else phonon.get_thermal_properties_dict()[key]
        out[key] = flat(values)
    phonon.run_mesh(mesh, is_gamma_center=True, shift=[s / 2 for s in shift], is_mesh_symmetry=False, with_eigenvectors=True)
    phonon.run_thermal_displacement_matrices(temperatures=[0.0, 300.0], freq_min=0.2)
    out["motion"] = flat(np.real(phonon.thermal_displacement_matrices.thermal_displacement_matrices))
    phonon.run_projected_dos(freq_min=0.0313, freq_max=case["top"], freq_pitch=case["top"] / 50, xyz_projection=True)
    out["projected"] = flat(phonon.projected_dos.projected_dos)
    if case.get("volumes"):
        larger, smaller = (open_phonon(other) for other in case["volumes"])
        gruneisen = PhonopyGruneisen(phonon, larger, smaller)
        gruneisen.set_mesh(mesh, is_gamma_center=True, shift=[s / 2 for s in shift], is_mesh_symmetry=False)
        found = gruneisen.get_mesh()
        out["gruneisen_points"] = flat(found[0])
        out["gruneisen_frequencies"] = flat(found[2])
        out["gruneisen"] = flat(found[4])
    return out


with open(sys.argv[1]) as file:
    print(json.dumps([answer(case) for case in json.load(file)]))
