"""Energies, forces and stresses of phonolink's potentials (NEP, Tersoff, ...) for ASE."""

from .calculator import Phonolink
from .process import EngineFailed

__all__ = ["EngineFailed", "Phonolink"]
__version__ = "0.1.0"
