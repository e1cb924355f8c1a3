"""Conductivities by phono3py, and what they are made of: a case as JSON in, an answer as JSON out, arrays in raw files.

case: yaml, forces (or null), mesh, temperatures, and what is asked for: lbte ("reduced" or "full"), isotope, sigma,
boundary, transport ("SMM19"), files (a folder that the program writes its own files to).
"""

import json
import os
import sys
import time
import warnings

import numpy as np
import phono3py
from phono3py.conductivity.utils import diagonalize_collision_matrix
from phono3py.phonon3.collision_matrix import CollisionMatrix
from phonopy.phonon.grid import get_grid_points_by_rotations, get_ir_grid_points

warnings.simplefilter("ignore")
case_file, out = sys.argv[1:]
with open(case_file) as file:
    case = json.load(file)
arrays = {}
seconds = {}


def keep(name, array):
    array = np.ascontiguousarray(array)
    if array.dtype.kind == "c":
        array = array.view("double").reshape(array.shape + (2,))
    kind = "i32" if array.dtype.kind in "iub" else "f64"
    path = f"{out}/{name}.{kind}"
    array.astype("int32" if kind == "i32" else "double").tofile(path)
    arrays[name] = {"path": path, "shape": list(array.shape), "kind": kind}


ph3 = phono3py.load(case["yaml"], forces_fc3_filename=case.get("forces"), log_level=0)
ph3.mesh_numbers = case["mesh"]
sigma = case.get("sigma")
ph3.sigmas = [sigma]
ph3.init_phph_interaction()
grid = ph3.grid
pp = ph3.phph_interaction
temperatures = case["temperatures"]

asked = {
    "temperatures": temperatures,
    "is_isotope": bool(case.get("isotope")),
    "boundary_mfp": float(case["boundary"]) if case.get("boundary") else None,
    "transport_type": case.get("transport"),
    "is_LBTE": "lbte" in case,
    "is_reducible_collision_matrix": case.get("lbte") == "full",
    "pinv_method": case.get("method", 0),
}
folder = os.getcwd()
if case.get("files"):
    os.makedirs(case["files"], exist_ok=True)
    os.chdir(case["files"])
    asked.update(write_kappa=True, write_collision=case.get("lbte") == "reduced", write_pp=bool(case.get("pp")))
    if not asked["is_LBTE"]:
        asked.update(write_gamma_detail=bool(case.get("detail")), is_N_U=bool(case.get("nu")))
        asked.pop("write_collision")
ph3.run_thermal_conductivity(**asked)
os.chdir(folder)
tc = ph3.thermal_conductivity
irreducible, weights, _ = get_ir_grid_points(grid)
points = np.array(grid.grg2bzg[irreducible], dtype="int64")
assert (points == tc.grid_points).all()

keep("addresses", grid.addresses)
keep("regular", grid.bzg2grg)
keep("first", np.append(grid.grg2bzg, len(grid.addresses)))
keep("irreducible", points)
keep("weights", weights)
keep("rotations", grid.rotations_cartesian)
keep("rotated", [grid.bzg2grg[get_grid_points_by_rotations(p, grid)] for p in points])
keep("moves", np.transpose([grid.bzg2grg[get_grid_points_by_rotations(p, grid)] for p in grid.grg2bzg]))
phonons = pp.phonons
keep("frequencies", phonons.frequencies)
keep("eigenvectors", np.swapaxes(phonons.eigenvectors, 1, 2))
keep("velocities", tc.group_velocities)
keep("heatCapacities", tc.mode_heat_capacities)
keep("gamma", tc.gamma[0])
if tc.gamma_isotope is not None:
    keep("isotope", tc.gamma_isotope[0])
for name in (
    "gv_by_gv kappa kappa_RTA mode_kappa mode_kappa_RTA f_vectors collision_eigenvalues kappa_intra kappa_inter"
).split():
    value = getattr(tc, name, None)
    if value is not None:
        keep(name, value)

if case.get("dump"):
    collision = CollisionMatrix(pp, rot_grid_points=np.array([get_grid_points_by_rotations(p, grid) for p in points]))
    for i, p in enumerate(points):
        collision.set_grid_point(int(p))
        collision.set_sigma(sigma)
        collision.run_integration_weights()
        collision.run_interaction()
        collision.temperature = temperatures[0]
        begin = time.perf_counter()
        collision.run()
        seconds["rows"] = seconds.get("rows", 0) + time.perf_counter() - begin
        triplets, _, _, stars = pp.get_triplets_at_q()
        of, _, _ = collision._get_gp2tp_map()
        keep(f"triplets{i}", triplets)
        keep(f"of{i}", of)
        keep(f"stars{i}", stars)
        keep(f"pp{i}", pp.interaction_strength)
        keep(f"deltas{i}", collision.get_integration_weights()[0][2])
        keep(f"row{i}", collision.get_collision_matrix())

if case.get("time"):
    # phono3py leaves eigenvectors, in rows or in columns: a matrix of the same eigenvalues for its own routine.
    values = tc.collision_eigenvalues[0, 0]
    vectors = tc.collision_matrix[0, 0].reshape(len(values), -1)
    matrix = ((vectors * values) @ vectors.T).reshape((1, 1, len(values), 1, len(values), 1))
    begin = time.perf_counter()
    diagonalize_collision_matrix(matrix, i_sigma=0, i_temp=0)
    seconds["solve"] = time.perf_counter() - begin

if case.get("constants"):
    keep("constants", ph3.fc2)
primitive = ph3.primitive
unit_cell = ph3.unitcell
nac = ph3.nac_params or {}
answer = {
    "unitCell": {
        "symbols": list(unit_cell.symbols),
        "cell": unit_cell.cell.ravel().tolist(),
        "positions": unit_cell.positions.ravel().tolist(),
        "masses": unit_cell.masses.tolist(),
    },
    "dim": ph3.supercell_matrix.ravel().tolist(),
    "primitiveMatrix": ph3.primitive_matrix.ravel().tolist(),
    "rows": ph3.primitive.p2s_map.tolist(),
    "born": np.ravel(nac.get("born", [])).tolist(),
    "dielectric": np.ravel(nac.get("dielectric", [])).tolist(),
    "factor": nac.get("factor"),
    "symbols": list(primitive.symbols),
    "cell": primitive.cell.ravel().tolist(),
    "positions": primitive.positions.ravel().tolist(),
    "masses": primitive.masses.tolist(),
    "volume": float(primitive.volume),
    "diagonal": grid.D_diag.tolist(),
    "seconds": seconds,
    "arrays": arrays,
}
with open(f"{out}/answer.json", "w") as file:
    json.dump(answer, file)
