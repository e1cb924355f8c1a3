"""phonolink's potentials as an ASE calculator."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Sequence
from typing import Any, Optional, Union

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, InputError, all_changes
from ase.cell import Cell

from .process import Engine, find_command

OPTIONS = ("device", "adapter", "threads", "precision", "temperature", "radial", "species")
"""Parameters that are options of `phonolink serve` by the same name."""


class Phonolink(Calculator):
    """Energies, forces and stresses of a potential file, computed by a phonolink process.

    The process starts at the first calculation and serves as long as species and periodicity stay; positions and cell
    travel through a UNIX socket. It ends by `close()`, at the end of a `with`, with the calculator or with Python.
    Copies of a calculator, pickled ones and those in forked processes start processes of their own. Threads may share
    a calculator, in turns."""

    implemented_properties = ["energy", "free_energy", "forces", "stress"]
    default_parameters = {
        "model": None,
        "command": None,
        **dict.fromkeys(OPTIONS),
        "timeout": 60.0,
    }

    def __init__(
        self,
        model: Union[str, os.PathLike],
        *,
        command: Union[str, Sequence[str], None] = None,
        device: Optional[str] = None,
        adapter: Optional[str] = None,
        threads: Optional[int] = None,
        precision: Optional[str] = None,
        temperature: Optional[float] = None,
        radial: Optional[str] = None,
        species: Union[str, Sequence[str], None] = None,
        timeout: Optional[float] = 60.0,
    ) -> None:
        """model: a potential file (nep.txt, Si.tersoff, ...), as `phonolink serve` takes it.
        command: how to start phonolink, where it is not found by itself (see process.find_command).
        device: 'cpu', 'gpu' or 'auto'; adapter: which GPU; threads: of the CPU (all); precision: 'f64' or 'f32'.
        temperature: K, for models that take it as an input.
        radial: 'spline' or 'analytic', for ACE models.
        species: symbols ('Si,O' or a list) for potentials whose file numbers its species (.mtp).
        timeout: s for the start and for each calculation; None: for ever."""
        self._engine: Optional[Engine] = None
        self._served: Optional[tuple[bytes, bytes]] = None
        self._lock = threading.RLock()
        path = os.fspath(model)
        super().__init__(
            # The process starts later, perhaps from another folder.
            model=os.path.abspath(path) if os.path.exists(path) else path,
            command=command,
            device=device,
            adapter=adapter,
            threads=threads,
            precision=precision,
            temperature=temperature,
            radial=radial,
            species=species,
            timeout=timeout,
        )
        _live.add(self)

    def set(self, **parameters: Any) -> dict[str, Any]:
        """Changes parameters by the names of `__init__`; the next calculation uses them."""
        unknown = parameters.keys() - self.default_parameters.keys()
        if unknown:
            raise TypeError(f"Phonolink has no parameter {', '.join(sorted(unknown))}")
        with self._lock:
            changed = super().set(**parameters)
            if changed:
                self.reset()
                self.close()
            return changed

    def check_state(self, atoms: Atoms, tol: float = 0.0) -> list[str]:
        """What a model knows of that differs from the last calculation, exactly: ASE's own comparison, which has a
        tolerance, takes as long as a calculation of a small cell."""
        last = self.atoms
        if last is None:
            return list(all_changes)
        return [
            name
            for name, before, now in (
                ("positions", last.positions, atoms.positions),
                ("numbers", last.numbers, atoms.numbers),
                ("cell", last.cell.array, atoms.cell.array),
                ("pbc", last.pbc, atoms.pbc),
            )
            if not np.array_equal(before, now)
        ]

    def get_property(self, name: str, atoms: Optional[Atoms] = None, allow_calculation: bool = True) -> Any:
        with self._lock:
            return super().get_property(name, atoms, allow_calculation)

    def calculate(
        self,
        atoms: Optional[Atoms] = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = all_changes,
    ) -> None:
        """Computes all properties at once. The stress (eV/A^3, positive when stretched) is there for atoms that are
        periodic along some direction and have a cell of three vectors.

        Raises InputError for atoms that no model has energies of, EngineFailed where the process ends or is too slow,
        CalculatorSetupError where there is no phonolink."""
        with self._lock:
            if atoms is not None:
                self.atoms = atoms.copy()
            self.results = {}
            _check(self.atoms.positions)
            cell, volume = _cell_of(self.atoms)
            energy, forces, virial = self._engine_for(self.atoms, cell).evaluate(self.atoms.positions, cell)
            self.results = {"energy": energy, "free_energy": energy, "forces": forces}
            if volume > 0 and self.atoms.pbc.any():
                self.results["stress"] = virial[(0, 1, 2, 1, 0, 0), (0, 1, 2, 2, 2, 1)] / -volume

    def close(self) -> None:
        """Ends the process; a further calculation starts another."""
        with self._lock:
            engine, self._engine = self._engine, None
            if engine:
                engine.close()

    def __enter__(self) -> Phonolink:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        kept = {key: value for key, value in self.__dict__.items() if key not in ("_engine", "_lock")}
        return {**kept, "results": dict(self.results)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _engine=None, _lock=threading.RLock())
        _live.add(self)

    def _engine_for(self, atoms: Atoms, cell: np.ndarray) -> Engine:
        """The process that serves these species and this periodicity, started where there is none."""
        engine = self._engine
        if engine and engine.is_usable and self._served == _kind_of(atoms):
            return engine
        self.close()
        options = [str(self.parameters["model"])]
        for name in OPTIONS:
            value = self.parameters[name]
            if value is not None:
                options += [f"--{name}", ",".join(value) if isinstance(value, (list, tuple)) else str(value)]
        command = find_command(self.parameters["command"])
        engine = Engine(command, options, _extxyz(atoms, cell), len(atoms), self.parameters["timeout"])
        self._engine, self._served = engine, _kind_of(atoms)
        return engine

    def _after_fork(self) -> None:
        # The process is the parent's, and so may be whoever holds the lock.
        self._lock = threading.RLock()
        if self._engine:
            self._engine.abandon()
            self._engine = None


_live: weakref.WeakSet[Phonolink] = weakref.WeakSet()


def _leave_to_parent() -> None:
    for calculator in list(_live):
        calculator._after_fork()


os.register_at_fork(after_in_child=_leave_to_parent)


def _kind_of(atoms: Atoms) -> tuple[bytes, bytes]:
    """What a process is started for: species and their order, and the periodicity."""
    return atoms.numbers.tobytes(), atoms.pbc.tobytes()


def _check(positions: np.ndarray) -> None:
    if len(positions) == 0:
        raise InputError("there are no atoms")
    if not np.isfinite(positions).all():
        atom = int(np.argmin(np.isfinite(positions).all(axis=1)))
        raise InputError(f"atom {atom} lies at {positions[atom]}, expected finite numbers")


def _cell_of(atoms: Atoms) -> tuple[np.ndarray, float]:
    """Three independent lattice vectors (rows, A) for atoms that may have fewer, and the volume (A^3) of the atoms' own
    cell, 0 where it spans none. Vectors along directions that are not periodic bear on nothing."""
    cell = atoms.cell.array
    volume = _volume(cell)
    if volume > 0:
        return cell, volume
    own = np.where(atoms.pbc[:, np.newaxis], cell, 0.0)
    full = Cell(own).complete().array
    if not own[atoms.pbc].any(axis=1).all() or not _volume(full) > 0:
        raise InputError("the atoms need independent lattice vectors along the directions in which they are periodic")
    return full, 0.0


def _volume(cell: np.ndarray) -> float:
    """A^3; numpy's determinant takes ten times as long for nine numbers."""
    a, b, c, d, e, f, g, h, i = cell.ravel().tolist()
    return abs(a * (e * i - f * h) + b * (f * g - d * i) + c * (d * h - e * g))


def _extxyz(atoms: Atoms, cell: np.ndarray) -> str:
    lattice = " ".join(map(repr, cell.ravel().tolist()))
    periodic = " ".join("T" if flag else "F" for flag in atoms.pbc)
    lines = [str(len(atoms)), f'Lattice="{lattice}" Properties=species:S:1:pos:R:3 pbc="{periodic}"']
    for symbol, (x, y, z) in zip(atoms.symbols, atoms.positions.tolist()):
        lines.append(f"{symbol} {x!r} {y!r} {z!r}")
    return "\n".join(lines) + "\n"
