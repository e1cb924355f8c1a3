"""Force constants by phonopy and phono3py: a case as JSON in, an answer as JSON out with arrays in raw files of f64.

A case names files of theirs with forces (yaml, forces), or holds a structure, dim, primitive matrix and displacements
with forces. The answer of the former holds these too, so that others can begin from the same numbers.
"""

import json
import sys
import time
import warnings

import numpy as np
import phono3py
import phonopy
from phono3py import Phono3py
from phono3py.phonon3.fc3 import cutoff_fc3_by_zero, get_fc3
from phonopy import Phonopy
from phonopy.harmonic.force_constants import cutoff_force_constants
from phonopy.structure.atoms import PhonopyAtoms

warnings.simplefilter("ignore")
case_file, out = sys.argv[1:]
with open(case_file) as file:
    case = json.load(file)
arrays = {}


def flat(array):
    return np.asarray(array, dtype="double").ravel().tolist()


def keep(name, array):
    path = f"{out}/{name}.f64"
    np.ascontiguousarray(array, dtype="double").tofile(path)
    arrays[name] = path


def forces_of(entry):
    return np.reshape(entry["forces"], (-1, 3)) if entry.get("forces") else None


def dataset_of(given):
    """The data set of either program from ours."""
    natom = given["count"]
    first = []
    for entry in given["entries"]:
        atom = {"number": entry["atom"], "displacement": np.array(entry["displacement"]), "forces": forces_of(entry)}
        if "second" in entry:
            atom["id"] = entry["id"]
            atom["second_atoms"] = []
            for other in entry["second"]:
                forces = forces_of(other)
                second = {"number": other["atom"], "displacement": np.array(other["displacement"]), "id": other["id"]}
                second["forces"] = np.zeros((natom, 3)) if forces is None else forces
                second["pair_distance"] = other["distance"]
                if "cutoff" in given:
                    second["included"] = other["included"]
                atom["second_atoms"].append(second)
        first.append(atom)
    dataset = {"natom": natom, "first_atoms": first}
    if "cutoff" in given:
        dataset["cutoff_distance"] = given["cutoff"]
    return dataset


def snapshots_of(given):
    return {
        name: np.reshape([entry[name] for entry in given["entries"]], (-1, given["count"], 3))
        for name in ("displacements", "forces")
    }


def ours(dataset):
    """Ours from the data set of either program."""
    if "first_atoms" not in dataset:
        return None
    entries = []
    for number, first in enumerate(dataset["first_atoms"]):
        entry = {"atom": int(first["number"]), "displacement": flat(first["displacement"]), "forces": flat(first["forces"])}
        if "second_atoms" in first:
            entry["id"] = int(first.get("id", number + 1))
            entry["second"] = [
                {
                    "atom": int(s["number"]),
                    "displacement": flat(s["displacement"]),
                    "forces": flat(s["forces"]),
                    "included": bool(s.get("included", True)),
                    "id": int(s["id"]),
                }
                for s in first["second_atoms"]
            ]
        entries.append(entry)
    return {"count": int(dataset["natom"]), "entries": entries}


def is_cubic(dataset):
    return "first_atoms" in dataset and "second_atoms" in dataset["first_atoms"][0]


if "yaml" in case:
    if case["program"] == "phonopy":
        phonon = phonopy.load(case["yaml"], force_sets_filename=case["forces"], produce_fc=False, log_level=0)
    else:
        phonon = phono3py.load(case["yaml"], forces_fc3_filename=case["forces"], produce_fc=False, log_level=0)
    dataset = phonon.dataset
else:
    cell = PhonopyAtoms(
        symbols=case["symbols"],
        cell=np.reshape(case["cell"], (3, 3)),
        scaled_positions=np.reshape(case["fractional"], (-1, 3)),
    )
    dim = case["dim"]
    matrix = np.reshape(dim, (3, 3)) if len(dim) == 9 else np.diag(dim)
    snapshots = case["set"].get("kind") == "snapshots"
    dataset = snapshots_of(case["set"]) if snapshots else dataset_of(case["set"])
    kind = Phono3py if is_cubic(dataset) else Phonopy
    phonon = kind(cell, matrix, primitive_matrix=np.reshape(case["primitive"], (3, 3)), log_level=0)
phonon.dataset = dataset

supercell, primitive = phonon.supercell, phonon.primitive
begin = time.perf_counter()
if is_cubic(dataset):
    for name in case.get("layouts", ["full", "compact"]):
        compact = name == "compact"
        begin = time.perf_counter()
        fc2, fc3 = get_fc3(supercell, primitive, dataset, phonon.symmetry, is_compact_fc=compact)
        seconds = time.perf_counter() - begin
        keep(f"{name}2", fc2)
        keep(f"{name}3", fc3)
        if case.get("rules"):
            cut = fc3.copy()
            cutoff_fc3_by_zero(cut, supercell, case["rules"], p2s_map=primitive.p2s_map)
            keep(f"{name}3_cut", cut)
            phonon.fc3 = fc3
            for level in (1, 3):
                phonon.fc3 = fc3.copy()
                phonon.symmetrize_fc3(options=f"level={level}")
                keep(f"{name}3_level{level}", phonon.fc3)
elif "first_atoms" not in dataset:
    for name, compact in (("full", False), ("compact", True)):
        phonon.produce_force_constants(
            calculate_full_force_constants=not compact, show_drift=False, fc_calculator="symfc"
        )
        keep(f"{name}2", phonon.force_constants)
    seconds = time.perf_counter() - begin
else:
    for name, compact in (("full", False), ("compact", True)):
        phonon.produce_force_constants(calculate_full_force_constants=not compact, show_drift=False)
        fc2 = phonon.force_constants.copy()
        keep(f"{name}2", fc2)
        cut = fc2.copy()
        cutoff_force_constants(cut, supercell, primitive, case.get("rules", 4.0))
        keep(f"{name}2_cut", cut)
        for level in (1, 3):
            phonon.force_constants = fc2.copy()
            phonon.symmetrize_force_constants(level=level, show_drift=False)
            keep(f"{name}2_level{level}", phonon.force_constants)
    seconds = time.perf_counter() - begin

answer = {
    "symbols": list(phonon.unitcell.symbols),
    "cell": flat(phonon.unitcell.cell),
    "fractional": flat(phonon.unitcell.scaled_positions),
    "dim": np.asarray(phonon.supercell_matrix).ravel().tolist(),
    "primitive": flat(phonon.primitive_matrix),
    "p2s": primitive.p2s_map.tolist(),
    "s2p": primitive.s2p_map.tolist(),
    "set": ours(dataset),
    "seconds": seconds,
    "arrays": arrays,
}
with open(f"{out}/answer.json", "w") as file:
    json.dump(answer, file)
