"""Symbolic regression problems that together cover all values of a size.

  sign_cells(n, d)   == X free; residuals and weights of every sign pattern, zero included
  order_cells(n, d)  == products a_ij in every weak order around zero, residuals of every sign

Inside a cell SymPy's assumptions decide the signs and orders that the cell fixes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import sympy

from linreg_theory.arrays import Array
from linreg_theory.cases.family import symbols
from linreg_theory.problem import Problem

__all__ = ["order_cells", "sign_cells"]


def _with_signs(letter: str, signs: Sequence[int]) -> Array:
    """Symbols of given sign, or zero: sign times a positive symbol."""
    positive = symbols(letter, len(signs), positive=True)
    return np.array([s * p for s, p in zip(signs, positive, strict=True)], dtype=object)


def sign_cells(n: int, d: int) -> Iterator[tuple[Problem, Array]]:
    """X free, w and the residuals of every sign pattern; y follows."""
    X = symbols("x", n * d, real=True).reshape(n, d)
    for signs in itertools.product((1, -1, 0), repeat=n + d):
        e, w = _with_signs("e", signs[:n]), _with_signs("w", signs[n:])
        yield Problem(X, X @ w + e), w


def order_cells(n: int, d: int) -> Iterator[tuple[Problem, Array]]:
    """Products a_ij in every weak order around zero, residuals of every sign; w not zero."""
    w = symbols("w", d, real=True, nonzero=True)
    for levels in itertools.product(_weak_orders(d), repeat=n):
        for signs in itertools.product((1, -1, 0), repeat=n):
            a = np.array([_levels(i, level) for i, level in enumerate(levels)], dtype=object)
            e = _with_signs("e", signs)
            yield Problem(a / w, np.sum(a, axis=1) + e), w


def _weak_orders(d: int) -> list[tuple[int, ...]]:
    """All ways to place d numbers on the levels ... -1, 0, 1 ... without empty levels."""
    placements = itertools.product(range(-d, d + 1), repeat=d)
    return [p for p in placements if set(range(min(*p, 0), max(*p, 0) + 1)) <= {*p, 0}]


def _levels(row: int, levels: tuple[int, ...]) -> list[sympy.Expr]:
    """A product on each level: steps up are positive symbols p, steps down q."""
    up = symbols(f"p{row + 1}_", len(levels), positive=True)
    down = symbols(f"q{row + 1}_", len(levels), positive=True)
    return [
        sympy.Add(*up[:level]) if level >= 0 else -sympy.Add(*down[:-level]) for level in levels
    ]
