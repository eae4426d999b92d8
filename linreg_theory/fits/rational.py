"""Exact solutions next to approximate ones: linear equations in fractions.

  Data(X, y, weight, intercept)     == a problem in fractions, as the user gave it
  rationals(a)                      == the array in gmpy2's fractions, floats at their value
  fractions(a)                      == the same as lists of Python's Fraction
  nearest(A, b, x, freedom)         == a solution near x, few of its entries moved, or None

`nearest` is what turns a point of an interior-point method into an optimum: the equations of the
active set determine as many unknowns as their rank, those that have most freedom to move are
chosen for it in floating point, and the others stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.linalg
from gmpy2 import mpq

from linreg_theory.arrays import Array
from linreg_theory.elimination import eliminate

__all__ = ["Data", "fractions", "nearest", "rationals"]

_RANK = 1e-11  # of the largest pivot: below it a pivot counts as zero


@dataclass(frozen=True, eq=False)
class Data:
    """X (N, D), y (N,) and positive sample weights (N,), all `mpq`; whether b is fitted."""

    X: Array
    y: Array
    weight: Array
    intercept: bool


def rationals(array: Any) -> Array:
    """The same numbers as `mpq` objects."""
    values = np.asarray(array)
    if values.dtype.kind != "O":
        values = values.astype(float).astype(object)
    exact: Array = np.asarray(np.frompyfunc(_rational, 1, 1)(values), dtype=object)
    return exact.reshape(values.shape)


def _rational(number: Any) -> mpq:
    return (
        mpq(number)
        if isinstance(number, (int, float))
        else mpq(number.numerator, number.denominator)
    )


def fractions(array: Array) -> Any:
    """Nested lists of `Fraction`."""
    if array.ndim > 1:
        return [fractions(row) for row in array]
    return [Fraction(int(q.numerator), int(q.denominator)) for q in array]


def nearest(matrix: Array, right: Array, near: Array, freedom: Array) -> Array | None:
    """A solution of the equations near `near`; None if they contradict each other.

    Parameters
    ----------
    matrix : array of mpq, shape (m, n)
    right : array of mpq, shape (m,)
    near : array of mpq, shape (n,)
    freedom : array of float, shape (n,)
        How far each unknown may move, about; those with more are preferred.
    """
    missing = right - matrix @ near if len(near) else right
    if not np.any(missing):
        return near
    scale = np.array([float(max(map(abs, row), default=0)) or 1.0 for row in matrix])
    columns = np.maximum(freedom / max(freedom.max(), 1e-300), 1e-3)  # a preference, no more
    sizes = np.max(np.abs(matrix.astype(float)) / scale[:, None], axis=0, initial=0)
    sizes[sizes == 0] = 1
    rough = matrix.astype(float) / scale[:, None] / sizes * columns
    triangle, order = scipy.linalg.qr(rough, mode="r", pivoting=True)
    pivots = np.abs(np.diag(triangle))
    rank = int(np.sum(pivots > _RANK * pivots.max(initial=0)))
    moved = order[:rank]
    change = eliminate(matrix[:, moved], missing)
    if change is None:
        return None
    exact = near.copy()
    exact[moved] += change
    return exact
