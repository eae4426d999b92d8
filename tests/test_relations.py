"""Decisions are right, and what cannot be decided is not called true."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from mpmath import iv

from linreg_theory.relations import flat, holds, within_bounds
from linreg_theory.rounding import Rounded

p, q = sympy.symbols("p q", positive=True)
x, y = sympy.symbols("x y", real=True)


@pytest.mark.parametrize(
    ("relation", "a", "b", "expected"),
    [
        ("=", Fraction(1, 3), Fraction(2, 6), True),
        ("=", Fraction(1, 3), Fraction(1, 4), False),
        ("<=", [1, 2], [1, 3], True),
        (">=", [1, 2], [1, 3], False),
        ("iff", True, 3 > 2, True),
        ("iff", [True, False], [True, True], False),
        ("=", (x + y) ** 2, x**2 + 2 * x * y + y**2, True),
        ("=", (x + y) ** 2, x**2 + y**2, False),
        ("=", sympy.Abs(x) ** 2, x**2, True),
        ("=", sympy.Max(x, y) + sympy.Min(x, y), x + y, True),
        ("=", sympy.Max(x, y), x, False),
        ("=", sympy.Max(x, -x), sympy.Abs(x), True),
        ("<=", p * q, p * q + p, True),
        ("<=", p + q, p, False),
        ("<=", 2 * p * q, p**2 + q**2, True),
        ("<=", sympy.Max(p, q), p + q, True),
        ("<=", p + q, sympy.Max(p, q), False),
        ("=", sympy.sin(1) ** 2 + sympy.cos(1) ** 2, sympy.Integer(1), True),
        ("=", sympy.sqrt(2) * sympy.sqrt(3), sympy.sqrt(6), True),
        ("=", sympy.log(6), sympy.log(2), False),
        ("=", sympy.Max(x**2 + x, y), sympy.Max(y, x + x**2), True),
        ("=", sympy.Max(x**2 + x, y), x**2 + x, False),
        ("<=", iv.mpf([1, 2]), iv.mpf([2, 3]), True),
        ("<=", iv.mpf([3, 4]), iv.mpf([1, 2]), False),
        ("<=", iv.mpf([1, 3]), iv.mpf([2, 4]), None),
        ("=", iv.mpf([1, 2]), iv.mpf([3, 4]), False),
        ("=", iv.mpf([1, 2]), iv.mpf([1, 2]), None),
        ("=", Rounded(0.5) * 2, 1, True),
        ("=", Rounded(0.1), Fraction(1, 10), False),
    ],
)
def test_relations(relation: str, a: Any, b: Any, expected: bool | None) -> None:
    assert holds(relation, a, b) is expected


def test_an_unprovable_statement_is_not_true() -> None:
    f = sympy.Function("f")
    assert holds("=", f(x), f(y)) is not True
    assert holds("<=", f(x), f(y)) is not True


def test_one_undecided_entry_leaves_the_whole_undecided() -> None:
    assert holds("<=", [1, iv.mpf([1, 3])], [2, 2]) is None
    assert holds("<=", [3, iv.mpf([1, 3])], [2, 2]) is False


@pytest.mark.parametrize(
    ("relation", "a", "b", "error"),
    [
        ("==", 1, 1, ValueError),
        ("=", [1, 2], [1], ValueError),
        ("=", 0.5, 0.5, TypeError),
        ("<=", Fraction(1), np.float64(2), TypeError),
    ],
)
def test_misuse(relation: str, a: Any, b: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        holds(relation, a, b)


def test_flat() -> None:
    assert list(flat([1, (2, np.array([[3], [4]]))])) == [1, 2, 3, 4]


def test_within_bounds() -> None:
    third = Rounded(0.1) + Rounded(0.2)
    assert within_bounds([0.1 + 0.2, 3], [third, 3])
    assert not within_bounds(0.3001, third)
    assert not within_bounds(np.inf, third)
    assert not within_bounds(np.nan, third)
    assert not within_bounds(2, 3)
    assert within_bounds([Fraction(1, 3), sympy.log(2)], [Fraction(1, 3), sympy.log(2)])
