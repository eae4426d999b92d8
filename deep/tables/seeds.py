"""What several runs say together: means, spreads, and differences between two methods.

  Summary           == mean, standard deviation and number
  summary(values)   == the Summary of at least one number
  Difference        == of two methods: mean, standard error, and what it shows
  difference(a, b)  == the Difference a - b of errors by seed

A method is only said to be better where the interval of its difference leaves out zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from scipy.special import stdtrit

__all__ = ["Difference", "Summary", "difference", "summary"]

Shown = Literal["lower", "not lower", "higher", "one run only"]


@dataclass(frozen=True)
class Summary:
    """Numbers in short; no standard deviation of fewer than two."""

    mean: float
    sd: float | None
    n: int


@dataclass(frozen=True)
class Difference:
    """The mean of one method's errors less another's.

    Attributes
    ----------
    mean : float
    error : float or None
        Its standard error; None of single runs.
    paired : bool
        Whether it is one of pairs with the same seed.
    shows : {"lower", "not lower", "higher", "one run only"}
        Whether the 95 % interval by Student's t lies below zero, holds zero or lies above it.
        Each comparison stands for itself: of twenty without any effect, one would show one.
    """

    mean: float
    error: float | None
    paired: bool
    shows: Shown


def summary(values: Sequence[float]) -> Summary:
    """Mean and standard deviation, with n - 1 in the denominator.

    Raises
    ------
    ValueError
        If there is no value.
    """
    n = len(values)
    if n == 0:
        raise ValueError("values must hold at least one number, got none")
    mean = math.fsum(values) / n
    squares = math.fsum((value - mean) ** 2 for value in values)
    return Summary(mean, math.sqrt(squares / (n - 1)) if n > 1 else None, n)


def difference(errors: Mapping[Any, float], others: Mapping[Any, float]) -> Difference:
    """The mean of `errors` less that of `others`, both by seed (or whatever pairs them).

    Runs with the same seed share labels, initial weights and order of images, so they are
    compared pair by pair if all seeds are in both, and else as two samples (Welch).
    """
    if errors.keys() == others.keys() and len(errors) > 1:
        pairs = summary([errors[seed] - others[seed] for seed in errors])
        assert pairs.sd is not None
        return _judged(pairs.mean, pairs.sd / math.sqrt(pairs.n), pairs.n - 1, paired=True)
    one, other = summary(list(errors.values())), summary(list(others.values()))
    mean = one.mean - other.mean
    if one.sd is None or other.sd is None:
        return Difference(mean, None, False, "one run only")
    parts = (one.sd**2 / one.n, other.sd**2 / other.n)
    freedom = 1.0  # of two samples without any spread
    if sum(parts):
        spread = parts[0] ** 2 / (one.n - 1) + parts[1] ** 2 / (other.n - 1)
        freedom = sum(parts) ** 2 / spread
    return _judged(mean, math.sqrt(sum(parts)), freedom, paired=False)


def _judged(mean: float, error: float, freedom: float, paired: bool) -> Difference:
    half = float(stdtrit(freedom, 0.975)) * error
    shows: Shown = "lower" if mean + half < 0 else "higher" if mean - half > 0 else "not lower"
    return Difference(mean, error, paired, shows)
