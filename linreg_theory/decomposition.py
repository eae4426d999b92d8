"""A loss under attack, split as Formulas 13 and 16 split it.

  Decomposition    == clean + l1 + quadratic = total
  d.clean          == l(w), the loss without an attack
  d.l1             == the first-order term, sum |...|
  d.quadratic      == the second-order term, scale^2 w' Gamma w
  d.gamma          == Gamma = sum_i v_i v_i', (D, D), a sum of outer products

The matrix is built only when asked for; the quadratic term needs the vectors v_i alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from linreg_theory.arrays import Array

__all__ = ["Decomposition"]


@dataclass(frozen=True, eq=False)
class Decomposition:
    """Named terms of a decomposed loss; numbers, or (N,) arrays when asked per sample."""

    clean: Any
    l1: Any
    quadratic: Any
    directions: Array  # v_i, shape (N, D)

    @property
    def total(self) -> Any:
        """clean + l1 + quadratic."""
        return self.clean + self.l1 + self.quadratic

    @property
    def gamma(self) -> Array:
        """Gamma = sum_i v_i v_i', shape (D, D); takes D^2 numbers of memory."""
        gamma: Array = self.directions.T @ self.directions
        return gamma
