"""The server's side of the i-PI socket protocol, for one engine and a fixed number of atoms.

Kapil et al., Comput. Phys. Commun. 236, 214 (2019). Headers of 12 ASCII bytes, then numbers in the machine's own byte
order without alignment, in atomic units: bohr, hartree, hartree/bohr; lattice vectors are columns.
"""

from __future__ import annotations

import socket
import struct
import time
from typing import NamedTuple, Optional, Union

import numpy as np
from ase.units import Bohr, Hartree


class Answer(NamedTuple):
    """What an engine says about one structure."""

    energy: float  # eV
    forces: np.ndarray  # (n, 3) eV/A
    virial: np.ndarray  # (3, 3) eV, -dE/d(strain): positive when compressed


class WireError(Exception):
    """The engine has gone, or says what the protocol does not know."""


class WireTimeout(WireError):
    """The engine is too slow."""


class Wire:
    """A connected engine. After an error or an interruption it is of no further use."""

    def __init__(self, connection: socket.socket, count: int, timeout: Optional[float]) -> None:
        """`count` atoms; `timeout` in s for each answer, None: for ever."""
        self._socket = connection
        self._timeout = timeout
        connection.settimeout(timeout)
        # A step is one write and one read of a header and a body: the arrays are views into these messages.
        self._request, request = _message(
            [
                ("posdata", "S12"),
                ("cell", "f8", (3, 3)),
                ("inverse", "f8", (3, 3)),
                ("count", "i4"),
                ("positions", "f8", (count, 3)),
                ("getforce", "S12"),
            ]
        )
        request["posdata"] = _header("POSDATA")
        request["count"] = count
        request["getforce"] = _header("GETFORCE")
        self._cell, self._inverse, self._positions = (request[key] for key in ("cell", "inverse", "positions"))
        self._result, self._fields = _message(
            [
                ("energy", "f8"),
                ("count", "i4"),
                ("forces", "f8", (count, 3)),
                ("virial", "f8", (3, 3)),
                ("extra", "i4"),
            ]
        )

    def greet(self) -> None:
        """Waits until the engine is ready for positions; one that asks for an INIT gets an empty one."""
        self._send(_header("STATUS"))
        status = self._receive_header()
        if status == "NEEDINIT":
            self._send(_header("INIT") + struct.pack("=ii", 0, 1) + b" " + _header("STATUS"))
            status = self._receive_header()
        if status != "READY":
            raise WireError(f"it said {status!r}, expected 'READY'")

    def compute(self, positions: np.ndarray, cell: np.ndarray) -> Answer:
        """`positions` (n, 3) and `cell` (3, 3), whose rows are the lattice vectors, in A."""
        np.divide(positions, Bohr, out=self._positions)
        columns = cell.T / Bohr
        if not np.array_equal(columns, self._cell):
            self._cell[:] = columns
            self._inverse[:] = np.linalg.inv(columns)
        self._send(self._request)
        header = self._receive_header()
        if header != "FORCEREADY":
            raise WireError(f"it said {header!r}, expected 'FORCEREADY'")
        self._receive(self._result)
        fields = self._fields
        if fields["count"] != len(positions):
            raise WireError(f"it gave the forces of {fields['count']} atoms, expected {len(positions)}")
        if fields["extra"] > 0:
            self._receive(bytearray(fields["extra"]))
        return Answer(
            energy=float(fields["energy"]) * Hartree,
            forces=fields["forces"] * (Hartree / Bohr),
            virial=fields["virial"] * Hartree,
        )

    def dismiss(self) -> None:
        """Tells the engine to end, where it still listens, and closes the connection."""
        try:
            self._socket.settimeout(0)
            self._socket.sendall(_header("EXIT"))
        except OSError:
            pass
        self.drop()

    def drop(self) -> None:
        """Closes the connection without a word."""
        self._socket.close()

    def _send(self, message: Union[bytes, bytearray]) -> None:
        try:
            self._socket.sendall(message)
        except socket.timeout:
            raise self._late() from None
        except OSError as error:
            raise WireError(f"the connection broke: {error}") from error

    def _receive_header(self) -> str:
        header = bytearray(12)
        self._receive(header)
        return header.decode("latin-1").rstrip()

    def _receive(self, target: bytearray) -> None:
        """Fills `target`; an engine that trickles is given up like one that says nothing."""
        rest = memoryview(target)
        deadline = None if self._timeout is None else time.monotonic() + self._timeout
        while len(rest) > 0:
            try:
                received = self._socket.recv_into(rest)
            except socket.timeout:
                raise self._late() from None
            except OSError as error:
                raise WireError(f"the connection broke: {error}") from error
            if received == 0:
                raise WireError("it closed the connection")
            rest = rest[received:]
            if len(rest) > 0 and deadline is not None and time.monotonic() > deadline:
                raise self._late()

    def _late(self) -> WireTimeout:
        return WireTimeout(f"it gave no answer within {self._timeout:g} s")


def _header(name: str) -> bytes:
    return name.ljust(12).encode("ascii")


def _message(fields: list) -> tuple[bytearray, np.void]:
    """The bytes of a message and its fields, by name, in place."""
    layout = np.dtype(fields)
    data = bytearray(layout.itemsize)
    return data, np.frombuffer(data, layout)[0]
