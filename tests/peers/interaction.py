"""Interaction strengths by phono3py of given force constants: a case as JSON in, JSON out with arrays in raw files.

Its grid, triplets, frequencies and eigenvectors come along, so that others begin from the same numbers.
"""

import json
import os
import sys
import time
import warnings

case_file, out = sys.argv[1:]
with open(case_file) as file:
    case = json.load(file)
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[name] = str(case.get("threads", 1))

import numpy as np
from phono3py import Phono3py
from phonopy.phonon.grid import get_ir_grid_points
from phonopy.structure.atoms import PhonopyAtoms

warnings.simplefilter("ignore")
arrays = {}


def keep(name, array, kind):
    path = f"{out}/{name}.raw"
    np.ascontiguousarray(array, dtype=kind).tofile(path)
    arrays[name] = path


def given(name, *shape):
    return np.fromfile(case[name], dtype="double").reshape(*shape)


phono3py = Phono3py(
    PhonopyAtoms(
        symbols=case["symbols"],
        cell=np.reshape(case["cell"], (3, 3)),
        scaled_positions=np.reshape(case["fractional"], (-1, 3)),
        masses=case["masses"],
    ),
    np.reshape(case["dim"], (3, 3)),
    primitive_matrix=np.reshape(case["primitive"], (3, 3)),
    make_r0_average=case["convention"] == "average",
    use_grg=not isinstance(case["mesh"], list),
    log_level=0,
)
count = len(phono3py.supercell)
phono3py.fc2 = given("harmonic", -1, count, 3, 3)
phono3py.fc3 = given("cubic", -1, count, count, 3, 3, 3)
if case.get("polar"):
    polar = case["polar"]
    phono3py.nac_params = {
        "born": np.reshape(polar["charges"], (-1, 3, 3)),
        "dielectric": np.reshape(polar["dielectric"], (3, 3)),
        "factor": polar["factor"],
        "method": polar["method"],
    }
phono3py.mesh_numbers = case["mesh"]
phono3py.init_phph_interaction()
interaction = phono3py.phph_interaction
interaction.run_phonon_solver()
grid = interaction.bz_grid
phonons = interaction.get_phonons()
keep("addresses", grid.addresses, "int32")
keep("points", grid.addresses @ grid.QDinv.T, "double")
keep("regular", grid.bzg2grg, "int32")
keep("frequencies", phonons[0], "double")
# Theirs are columns.
keep("eigenvectors", np.swapaxes(phonons[1], 1, 2), "complex128")
irreducible = grid.grg2bzg[get_ir_grid_points(grid)[0]]
# Spread over all of them.
chosen = irreducible[:: max(1, len(irreducible) // case["count"])]
seconds = 0.0
for point in chosen:
    interaction.set_grid_point(point)
    found = interaction.get_triplets_at_q()[0]
    begin = time.perf_counter()
    interaction.run()
    seconds += time.perf_counter() - begin
    keep(f"triplets-{point}", found, "int32")
    keep(f"strengths-{point}", interaction.interaction_strength, "double")
with open(f"{out}/answer.json", "w") as file:
    json.dump(
        {
            "bands": phonons[0].shape[1],
            "diagonal": [int(d) for d in grid.D_diag],
            "chosen": [int(p) for p in chosen],
            "seconds": seconds,
            "arrays": arrays,
        },
        file,
    )
