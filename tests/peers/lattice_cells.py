"""Cells, symmetry and displacement sets of phonopy, and of phono3py where it is installed, from JSON to JSON."""

import json
import sys
import warnings

import numpy as np
from phonopy import Phonopy
from phonopy.structure.atoms import PhonopyAtoms

try:
    from phono3py.phonon3.displacement_fc3 import get_third_order_displacements
except ImportError:
    get_third_order_displacements = None

warnings.simplefilter("ignore")


def flat(array):
    return np.asarray(array).ravel().tolist()


def first_atoms(phonon, **options):
    phonon.generate_displacements(distance=0.01, **options)
    return [[int(d["number"]), *map(float, d["displacement"])] for d in phonon.dataset["first_atoms"]]


def pairs(phonon, **options):
    data = get_third_order_displacements(phonon.supercell, phonon.symmetry, 0.03, **options)
    return {
        "first": [[int(d["number"]), int(d["id"]), *map(float, d["displacement"])] for d in data["first_atoms"]],
        "second": [
            [int(s["number"]), int(s["id"]), int(s.get("included", True)), float(s["pair_distance"]), *map(float, s["displacement"])]
            for d in data["first_atoms"]
            for s in d["second_atoms"]
        ],
        "duplicates": [list(map(int, pair)) for pair in data.get("duplicates", [])],
    }


answers = []
with open(sys.argv[1]) as file:
    cases = json.load(file)
for case in cases:
    cell = PhonopyAtoms(
        symbols=case["symbols"],
        cell=np.reshape(case["cell"], (3, 3)),
        scaled_positions=np.reshape(case["fractional"], (-1, 3)),
    )
    dim = case["dim"]
    matrix = np.reshape(dim, (3, 3)) if len(dim) == 9 else np.diag(dim)
    phonon = Phonopy(cell, matrix, primitive_matrix=case["primitive"], log_level=0)
    unsymmetric = Phonopy(cell, matrix, primitive_matrix=case["primitive"], log_level=0, is_symmetry=False)
    symmetry = phonon.symmetry
    answers.append(
        {
            "space_group": symmetry.get_international_table(),
            "operations": len(symmetry.symmetry_operations["rotations"]),
            "equivalent": flat(symmetry.get_map_atoms()),
            "wyckoffs": list(symmetry.get_Wyckoff_letters()),
            "primitive_matrix": flat(phonon.primitive_matrix),
            "supercell": flat(phonon.supercell.cell),
            "supercell_fractional": flat(phonon.supercell.scaled_positions),
            "supercell_symbols": list(phonon.supercell.symbols),
            "s2u": flat(phonon.supercell.s2u_map),
            "primitive": flat(phonon.primitive.cell),
            "primitive_fractional": flat(phonon.primitive.scaled_positions),
            "p2s": flat(phonon.primitive.p2s_map),
            "s2p": flat(phonon.primitive.s2p_map),
            "harmonic": {
                "default": first_atoms(phonon),
                "nodiag": first_atoms(phonon, is_diagonal=False),
                "pm": first_atoms(phonon, is_plusminus=True),
                "plus": first_atoms(phonon, is_plusminus=False),
                "nosym": first_atoms(unsymmetric),
            },
            "pairs": {
                "default": pairs(phonon, is_diagonal=True),
                "nodiag": pairs(phonon, is_diagonal=False),
                "pm": pairs(phonon, is_diagonal=True, is_plusminus=True),
                "cutoff": pairs(phonon, is_diagonal=True, cutoff_pair_distance=3.1),
            }
            if case["pairs"] and get_third_order_displacements
            else None,
        }
    )
with open(sys.argv[2], "w") as file:
    json.dump(answers, file)
