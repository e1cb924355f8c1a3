"""Weights, self-energies and joint densities of states of phono3py, for frequencies and strengths that are made up.

From a file of cases (JSON) to an answer (JSON) with arrays in raw files of f64.
"""

import json
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import phonors
from phono3py.phonon3.imag_self_energy import (
    run_detailed_imag_self_energy_with_g_rust,
    run_imag_self_energy_with_g_rust,
)
from phono3py.phonon3.triplets import get_triplets_at_q, get_triplets_integration_weights
from phonopy.phonon.degeneracy import get_degenerate_ids
from phonopy.phonon.grid import BZGrid
from phonopy.physical_units import get_physical_units
from phonopy.structure.atoms import PhonopyAtoms
from phonopy.structure.symmetry import Symmetry

warnings.simplefilter("ignore")
case_file, out = sys.argv[1:]
THZ = get_physical_units().KB / get_physical_units().THzToEv
CUTOFF = 1e-2
EPSILON = 0.05


def frequencies_of(grid, bands, floor):
    """Bands that rise from zero at Gamma and touch each other there; the lowest may dip below zero."""
    q = grid.addresses @ grid.QDinv.T
    waves = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    depth = (1 - np.cos(2 * np.pi * q @ waves.T)) / 2
    rng = np.random.default_rng(3)
    out = np.empty((len(q), bands))
    for band in range(bands):
        shares = rng.uniform(0.2, 1, size=len(waves))
        shift = 0 if band < 3 else 6
        out[:, band] = shift + (0.5 + band) * np.sqrt(depth @ shares) - floor
    out.sort(axis=1)
    return out


def answer(case, number):
    arrays = {}

    def keep(name, array):
        path = f"{out}/{number}-{name}.f64"
        np.ascontiguousarray(array, dtype="double").tofile(path)
        arrays[name] = path

    cell = PhonopyAtoms(
        symbols=case["symbols"],
        cell=np.reshape(case["cell"], (3, 3)),
        scaled_positions=np.reshape(case["fractional"], (-1, 3)),
    )
    mesh = case["mesh"]
    grid = BZGrid(
        np.reshape(mesh, (3, 3)) if isinstance(mesh, list) and len(mesh) == 9 else mesh,
        lattice=cell.cell,
        symmetry_dataset=Symmetry(cell).dataset,
        use_grg=not isinstance(mesh, list),
        store_dense_gp_map=True,
    )
    bands = case["bands"]
    frequencies = frequencies_of(grid, bands, case["floor"])
    keep("frequencies", frequencies)
    rng = np.random.default_rng(5)
    points = []
    for index, point in enumerate([0, int(rng.integers(len(grid.addresses)))]):
        triplets, weights, _, _ = get_triplets_at_q(point, grid)
        made = SimpleNamespace(
            get_triplets_at_q=lambda t=triplets: (t, None),
            phonons=SimpleNamespace(frequencies=frequencies, degenerate_ids=get_degenerate_ids(frequencies)),
            bz_grid=grid,
            symmetrize_tetrahedra=False,
        )
        keep(f"triplets{index}", triplets)
        keep(f"weights{index}", weights)
        own = frequencies[point]
        strengths = rng.uniform(size=(len(triplets), bands, bands, bands))
        keep(f"strengths{index}", strengths)

        def keep_weights(name, frequency_points, **options):
            g, zero = get_triplets_integration_weights(
                made,
                np.array(frequency_points, dtype="double"),
                options.get("sigma"),
                options.get("cutoff"),
                is_collision_matrix=True,
                average_degenerate_weights=options.get("average", False),
            )
            for k, part in enumerate(("decay", "merging", "total")):
                keep(f"{name}-{part}{index}", g[k])
            keep(f"{name}-zero{index}", zero)
            return g[:2].copy(), zero

        g, zero = keep_weights("tetrahedra", own)
        keep_weights("averaged", own, average=True)
        keep_weights("gaussian", own, sigma=0.3)
        keep_weights("cut", own, sigma=0.3, cutoff=3)
        made.symmetrize_tetrahedra = True
        keep_weights("symmetrised", own)
        made.symmetrize_tetrahedra = False
        gammas, normal, umklapp, shifts = [], [], [], []
        for t in case["temperatures"]:
            gamma = np.zeros(bands)
            run_imag_self_energy_with_g_rust(
                gamma, strengths, triplets, weights, frequencies, t * THZ, g, zero, CUTOFF
            )
            gammas.append(gamma)
            detail, n, u = np.zeros_like(strengths), np.zeros(bands), np.zeros(bands)
            run_detailed_imag_self_energy_with_g_rust(
                detail, n, u, strengths, triplets, weights, grid.addresses, frequencies, t * THZ, g, zero, CUTOFF
            )
            normal.append(n)
            umklapp.append(u)
            shift = np.zeros(bands)
            args = (strengths, triplets, weights, frequencies, np.arange(bands), t * THZ, EPSILON, 1.0, CUTOFF)
            phonors.real_self_energy_at_bands(shift, *args)
            shifts.append(shift)
        keep(f"detail{index}", detail)
        keep(f"gammas{index}", gammas)
        keep(f"normal{index}", normal)
        keep(f"umklapp{index}", umklapp)
        keep(f"shifts{index}", shifts)
        spectrum = np.linspace(0, 2.1 * frequencies.max(), 7)
        g, zero = keep_weights("spectrum", spectrum)
        spectral, spectral_shifts = [], []
        for t in case["temperatures"]:
            for k, f in enumerate(spectrum):
                gamma = np.zeros(bands)
                run_imag_self_energy_with_g_rust(
                    gamma, strengths, triplets, weights, frequencies, t * THZ, g, zero, CUTOFF, k
                )
                spectral.append(gamma)
                shift = np.zeros(bands)
                args = (strengths, triplets, weights, frequencies, np.arange(bands), t * THZ, EPSILON, 1.0, CUTOFF)
                phonors.real_self_energy_at_frequency_point(shift, float(f), *args)
                spectral_shifts.append(shift)
        keep(f"spectral{index}", spectral)
        keep(f"spectral_shifts{index}", spectral_shifts)
        points.append({"point": point, "spectrum": spectrum.tolist()})
    return {"bands": bands, "points": points, "arrays": arrays}


with open(case_file) as file:
    print(json.dumps([answer(case, number) for number, case in enumerate(json.load(file))]))
