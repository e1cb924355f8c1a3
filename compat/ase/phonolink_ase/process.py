"""A phonolink process that computes forces for one list of atoms: how it is found, started and ended."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Optional, Union

import numpy as np
from ase.calculators.calculator import CalculationFailed, CalculatorSetupError

from .wire import Answer, Wire, WireError, WireTimeout

PACKAGE = Path(__file__).resolve().parents[3]
"""The npm package, where this module lies in it."""

START_POLL = 0.05
"""s between two looks at whether a process that has not connected yet still lives."""

GRACE = 5.0
"""s that a process has to end by itself once nobody listens to it, and again after SIGTERM."""


class EngineFailed(CalculationFailed):
    """The phonolink process refused, ended or was too slow; the message holds what it said."""


def find_command(command: Union[str, Sequence[str], None]) -> list[str]:
    """The program and its first arguments: `command`, else PHONOLINK_COMMAND, else phonolink on the PATH, else the npm
    package that this module lies in. Raises CalculatorSetupError where there is none."""
    command = command or os.environ.get("PHONOLINK_COMMAND")
    if command:
        return shlex.split(command) if isinstance(command, str) else list(command)
    installed = shutil.which("phonolink")
    if installed:
        return [installed]
    node, main = shutil.which("node"), PACKAGE / "dist" / "src" / "cli" / "main.js"
    if node and main.is_file():
        return [node, str(main)]
    raise CalculatorSetupError(
        "found no phonolink: install it (npm install -g phonolink), or name it by command=... or PHONOLINK_COMMAND"
    )


class Engine:
    """One running process. It ends by `close`, with this object, with Python, and when Python is killed."""

    def __init__(
        self, command: Sequence[str], options: Sequence[str], structure: str, count: int, timeout: Optional[float]
    ) -> None:
        """Starts `command serve options` for a structure of `count` atoms, given as the text of an extxyz file.

        `timeout` in s holds for the start and for each answer; None: for ever.
        Raises CalculatorSetupError where there is no such program, EngineFailed where it ends or is too slow."""
        self._errors = tempfile.TemporaryFile()
        with ExitStack() as undo:
            undo.callback(self._errors.close)
            with tempfile.TemporaryDirectory(prefix="phonolink-") as folder, _listening() as (listener, name):
                file = Path(folder, "atoms.extxyz")
                file.write_text(structure, encoding="utf-8")
                serve = ["serve", *options, "--structure", str(file), "--unix", name, "--peer", "ase", "--quiet"]
                self._process = self._start([*command, *serve])
                undo.callback(_kill, self._process)
                try:
                    self._wire = Wire(self._accept(listener, timeout), count, timeout)
                    self._wire.greet()
                except WireError as error:
                    raise self._failure(error) from None
            undo.pop_all()
        self.close = weakref.finalize(self, _end, self._process, self._wire, self._errors)

    def evaluate(self, positions: np.ndarray, cell: np.ndarray) -> Answer:
        """`positions` (n, 3) and `cell` (3, 3), whose rows are three independent vectors, in A.

        Raises EngineFailed. By then, and after an interruption, the process has ended."""
        try:
            return self._wire.compute(positions, cell)
        except WireError as error:
            self._wire.drop()
            failure = self._failure(error)
            self.close()
            raise failure from None
        except BaseException:
            # The answer under way would be taken for the next one.
            _kill(self._process)
            self.close()
            raise

    @property
    def is_usable(self) -> bool:
        """Whether there is a process that has not been ended from here."""
        return self.close.alive and self._process.returncode is None

    def abandon(self) -> None:
        """Leaves the process to another Python process, of which this one is a fork."""
        self.close.detach()
        self._wire.drop()
        self._errors.close()
        self._process.returncode = 0

    def _start(self, command: list[str]) -> subprocess.Popen:
        # A session of its own: an interrupt from the terminal is for Python, which decides what ends.
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                start_new_session=True,
            )
        except OSError as error:
            raise CalculatorSetupError(f"cannot start {command[0]}: {error.strerror}") from error

    def _accept(self, listener: socket.socket, timeout: Optional[float]) -> socket.socket:
        deadline = None if timeout is None else time.monotonic() + timeout
        listener.settimeout(START_POLL)
        while True:
            try:
                return listener.accept()[0]
            except socket.timeout:
                pass
            if self._process.poll() is not None:
                raise WireError("it ended before it connected")
            if deadline is not None and time.monotonic() > deadline:
                raise WireTimeout(f"it did not connect within {timeout:g} s")

    def _failure(self, reason: WireError) -> EngineFailed:
        """What the process said about its end where it ended by itself, the reason otherwise; afterwards it has ended."""
        if not isinstance(reason, WireTimeout):
            _wait(self._process)
        status = self._process.poll()
        _kill(self._process)
        if status is None:
            what = f"the phonolink process failed: {reason}"
        elif status < 0:
            what = f"the phonolink process was ended by {signal.Signals(-status).name}"
        else:
            what = f"the phonolink process ended with exit code {status}"
        self._errors.seek(0)
        said = self._errors.read().decode("utf-8", "replace").strip()
        return EngineFailed(f"{what}\n{said}" if said else what)


@contextmanager
def _listening() -> Iterator[tuple[socket.socket, str]]:
    """A UNIX socket where i-PI clients look for it, and its i-PI name; its file is there inside the context only."""
    name = f"phonolink_{os.getpid()}_{secrets.token_hex(8)}"
    address = f"/tmp/ipi_{name}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        try:
            os.chmod(address, 0o600)
            listener.listen(1)
            yield listener, name
        finally:
            os.unlink(address)


def _end(process: subprocess.Popen, wire: Wire, errors: IO[bytes]) -> None:
    errors.close()
    wire.dismiss()
    if not _wait(process):
        _signal(process, signal.SIGTERM)
        _wait(process)
    _kill(process)


def _kill(process: subprocess.Popen) -> None:
    _signal(process, signal.SIGKILL)
    process.wait()


def _wait(process: subprocess.Popen) -> bool:
    """Whether the process ends within GRACE."""
    try:
        process.wait(GRACE)
        return True
    except subprocess.TimeoutExpired:
        return False


def _signal(process: subprocess.Popen, number: int) -> None:
    """Reaches the process and what it started itself, unless it has ended."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            pass
