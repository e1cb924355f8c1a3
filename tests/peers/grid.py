"""Grids, irreducible points and triplets of phono3py: cases as JSON in, answers as JSON out."""

import json
import sys
import warnings

import numpy as np
import phono3py
from phono3py.phonon3.triplets import get_triplets_at_q
from phonopy.phonon.grid import BZGrid, get_grid_points_by_rotations, get_ir_grid_points
from phonopy.structure.atoms import PhonopyAtoms
from phonopy.structure.symmetry import Symmetry

warnings.simplefilter("ignore")


def flat(array):
    return np.asarray(array).ravel().tolist()


def answer(case):
    cell = PhonopyAtoms(
        symbols=case["symbols"],
        cell=np.reshape(case["cell"], (3, 3)),
        scaled_positions=np.reshape(case["fractional"], (-1, 3)),
    )
    symmetry = Symmetry(cell)
    mesh = case["mesh"]
    try:
        grid = BZGrid(
            np.reshape(mesh, (3, 3)) if isinstance(mesh, list) and len(mesh) == 9 else mesh,
            lattice=cell.cell,
            symmetry_dataset=symmetry.dataset,
            use_grg=case["general"],
            store_dense_gp_map=True,
        )
    except RuntimeError as error:
        return {"error": str(error)}
    points, weights, ir_map = get_ir_grid_points(grid)
    rng = np.random.default_rng(1)
    chosen = sorted({0, len(grid.addresses) - 1, *rng.integers(len(grid.addresses), size=4).tolist()})
    triplets = []
    for point in chosen:
        for swap in (True, False):
            found, counts, map_triplets, map_q = get_triplets_at_q(point, grid, swappable=swap)
            triplets.append(
                {
                    "point": point,
                    "swap": swap,
                    "points": flat(found),
                    "weights": flat(counts),
                    "map": flat(map_triplets),
                    "stars": flat(map_q),
                }
            )
    return {
        "version": phono3py.__version__,
        "matrix": None if grid.grid_matrix is None else flat(grid.grid_matrix),
        "diagonal": flat(grid.D_diag),
        "left": flat(grid.P),
        "right": flat(grid.Q),
        "addresses": flat(grid.addresses),
        "first": flat(grid.gp_map),
        "regular": flat(grid.bzg2grg),
        "points": flat(points),
        "weights": flat(weights),
        "map": flat(ir_map),
        "operations": sorted(flat(r) for r in grid.rotations),
        "rotated": [
            [flat(r), flat(get_grid_points_by_rotations(p, grid, r.reshape(1, 3, 3), with_surface=True))[0]]
            for p in chosen
            for r in grid.rotations
        ],
        "chosen": chosen,
        "triplets": triplets,
    }


with open(sys.argv[1]) as file:
    print(json.dumps([answer(case) for case in json.load(file)]))
