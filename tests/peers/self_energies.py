"""Self-energies of phono3py for crystals of the reference data: a case as JSON in, an answer with raw arrays out."""

import json
import lzma
import sys
import warnings

import numpy as np
import phono3py
from phono3py import Phono3py
from phono3py.phonon3.imag_self_energy import ImagSelfEnergy, get_frequency_points
from phono3py.phonon3.joint_dos import JointDos
from phono3py.phonon3.real_self_energy import RealSelfEnergy
from phono3py.phonon3.spectral_function import SpectralFunction

warnings.simplefilter("ignore")
case_file, out = sys.argv[1:]
with open(case_file) as file:
    case = json.load(file)
arrays = {}


def keep(name, array):
    path = f"{out}/{name}.f64"
    np.ascontiguousarray(array, dtype="double").tofile(path)
    arrays[name] = path


def flat(array):
    return np.asarray(array, dtype="double").ravel().tolist()


yaml = case["yaml"]
if yaml.endswith(".xz"):
    with lzma.open(yaml) as packed, open(f"{out}/params.yaml", "wb") as plain:
        plain.write(packed.read())
    yaml = f"{out}/params.yaml"
phonon: Phono3py = phono3py.load(
    yaml,
    forces_fc3_filename=case.get("forces"),
    born_filename=case.get("born"),
    is_nac="born" in case,
    is_compact_fc=False,
    log_level=0,
)
phonon._cutoff_frequency = case["cutoff"]
phonon.mesh_numbers = case["mesh"]
phonon.init_phph_interaction()
pp = phonon.phph_interaction
if case.get("along"):
    pp.nac_q_direction = case["along"]
pp.run_phonon_solver()
keep("frequencies", pp.phonons.frequencies)
keep("addresses", phonon.grid.addresses)
temperatures = case["temperatures"]
points = []
for index, point in enumerate(case["points"]):
    if not (phonon.grid.addresses[point] == 0).all():
        pp.nac_q_direction = None
    imaginary = ImagSelfEnergy(pp, with_detail=True)
    imaginary.set_grid_point(point)
    frequencies = pp.phonons.frequencies
    keep(f"frequencies{index}", frequencies)
    imaginary.run_interaction()
    keep(f"strengths{index}", pp.interaction_strength)
    keep(f"mean{index}", pp.averaged_interaction)
    triplets, weights, _, _ = pp.get_triplets_at_q()
    keep(f"triplets{index}", triplets)
    keep(f"weights{index}", weights)
    for name, sigma, cutoff in (("tetrahedra", None, None), ("gaussian", 0.1, 3.0)):
        imaginary.set_sigma(sigma, sigma_cutoff=cutoff)
        imaginary.set_interaction_strength(pp.interaction_strength)
        imaginary.run_integration_weights()
        gammas, normal, umklapp = [], [], []
        for t in temperatures:
            imaginary.temperature = t
            imaginary.run()
            gammas.append(imaginary.imag_self_energy)
            n, u = imaginary.get_imag_self_energy_N_and_U()
            normal.append(n)
            umklapp.append(u)
        keep(f"{name}-gammas{index}", gammas)
        keep(f"{name}-normal{index}", normal)
        keep(f"{name}-umklapp{index}", umklapp)
    real = RealSelfEnergy(pp, grid_point=point, epsilon=0.1)
    real.run_interaction()
    shifts = []
    for t in temperatures:
        real.temperature = t
        real.run()
        shifts.append(real.real_self_energy)
    keep(f"shifts{index}", shifts)
    spectral = SpectralFunction(pp, [point], num_frequency_points=21, temperatures=temperatures)
    spectral.run()
    keep(f"spectral-frequencies{index}", spectral.frequency_points)
    keep(f"spectral-gammas{index}", spectral.half_linewidths[0, :, 0])
    keep(f"spectral-shifts{index}", spectral.shifts[0, :, 0])
    keep(f"spectral{index}", spectral.spectral_functions[0, :, 0])
    points.append({"point": int(triplets[0, 0]), "highest": float(np.amax(pp.phonons.frequencies))})
    joint = JointDos(
        phonon.phonon_primitive,
        phonon.phonon_supercell,
        phonon.grid,
        phonon.fc2,
        nac_params=phonon.nac_params,
        cutoff_frequency=case["cutoff"],
    )
    joint.set_grid_point(point)
    joint.run_phonon_solver()
    joint.frequency_points = get_frequency_points(float(np.amax(joint.phonons.frequencies)), num_frequency_points=25)
    keep(f"joint-frequencies{index}", joint.frequency_points)
    joint_modes = joint.phonons.frequencies
    keep(f"joint-modes{index}", joint_modes)
    for name, t in (("still", None), ("warm", 300.0)):
        joint.temperature = t
        joint.run()
        keep(f"joint-{name}{index}", joint.joint_dos)
keep("fc2", phonon.fc2)
polar = phonon.nac_params
unit = phonon.unitcell
answer = {
    "symbols": unit.symbols,
    "cell": flat(unit.cell),
    "fractional": flat(unit.scaled_positions),
    "masses": flat(unit.masses),
    "dim": flat(phonon.supercell_matrix),
    "primitive": flat(phonon.primitive_matrix),
    "polar": polar
    and {"charges": flat(polar["born"]), "dielectric": flat(polar["dielectric"]), "factor": float(polar["factor"])},
    "points": points,
    "arrays": arrays,
}
with open(f"{out}/answer.json", "w") as file:
    json.dump(answer, file)
