"""An answer to a maximisation over masks, with what speaks for it.

  Solution    == masks (N, D), their losses (N,), an upper bound (N,), the method, a status
  s.value     == the total loss of the masks
  s.optimal   == whether the losses reach the bounds
  Unresolved  == raised where an answer cannot be trusted; never a quiet guess
  BoundExceeded == raised where an answer contradicts a proven bound

An answer is never a bare array, and a failure is never an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from linreg_theory.arrays import Array

__all__ = ["BoundExceeded", "Solution", "Unresolved"]


class Unresolved(RuntimeError):
    """A solver's answer was refused; the message says why."""


class BoundExceeded(Unresolved):
    """A mask does better than a bound that was proven: one of the two is wrong."""


@dataclass(frozen=True, eq=False)
class Solution:
    """Masks that maximise a loss, and why that may be believed."""

    masks: Array  # (N, D) of 0 and 1; 1 keeps
    losses: Array  # (N,), exact for exact problems
    bound: Array  # (N,), no mask within the budget does better
    method: str
    status: str  # the sentence shown to a reader

    @property
    def value(self) -> Any:
        """Total loss of the masks."""
        return np.sum(self.losses)

    @property
    def optimal(self) -> bool:
        """Whether every loss reaches its bound."""
        return bool(np.all(self.losses == self.bound))
