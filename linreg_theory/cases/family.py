"""What a family of cases is, and what all of them use.

Case                  == one instance of a claim; it describes and rounds itself
Family                == where the cases of a claim come from, in every number system
small_integers(slots) == choices of one value per slot, in order of their total cost
rationals(values)     == an array of exact rational numbers
symbols(letter, n)    == an array of n numbered symbols
text(value)           == numbers as text, for JSON
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import sympy
from gmpy2 import mpq
from hypothesis import strategies as st
from mpmath.ctx_iv import ivmpf

from linreg_theory.arrays import Array
from linreg_theory.problem import Problem
from linreg_theory.testing import Numbers

__all__ = ["Case", "Family", "rationals", "small_integers", "symbols", "text"]


class Case(Protocol):
    """One instance of a claim."""

    def describe(self) -> dict[str, Any]:
        """Its numbers, as JSON."""

    def rounded(self) -> Any:
        """The same case in numbers that bound the error of floating point."""


class Family(Protocol):
    """Where the cases of a claim come from."""

    def grid(self, per_shape: int) -> Iterator[Any]:
        """Small exact cases, smallest first."""

    def planted(self, count: int, seed: int) -> Iterator[Any]:
        """Seeded exact cases with ties, zeros and duplicates."""

    def observed(self, problem: Problem, count: int, size: int, seed: int) -> Iterator[Any]:
        """Exact cases cut from data, at most `size` samples and features each."""

    def draw(self, numbers: Numbers) -> st.SearchStrategy[Any]:
        """A strategy of exact or of floating-point cases."""

    def cells(self, effort: int) -> Iterator[Any]:
        """Symbolic cases that cover all values; more shapes with more effort."""


def small_integers(
    slots: Sequence[Sequence[tuple[int, int]]], at_most: int
) -> Iterator[tuple[int, ...]]:
    """Choices of one value per slot in order of total cost, about `at_most` of them.

    A slot lists (cost, value). Levels of equal cost are given whole, so what has been seen is
    always "all cases up to a cost"; at least the first two levels are.
    """
    seen = 0
    for cost in range(sum(max(c for c, _ in slot) for slot in slots) + 1):
        level = list(_at_cost(slots, cost))
        if cost > 1 and seen + len(level) > at_most:
            return
        seen += len(level)
        yield from level


def _at_cost(slots: Sequence[Sequence[tuple[int, int]]], cost: int) -> Iterator[tuple[int, ...]]:
    if not slots:
        if cost == 0:
            yield ()
        return
    for price, value in slots[0]:
        if price <= cost:
            for rest in _at_cost(slots[1:], cost - price):
                yield (value, *rest)


def rationals(values: Any) -> Array:
    """An array of exact rational numbers, in gmpy2's fast kind."""
    array = np.asarray(values)
    exact = np.empty(array.shape, dtype=object)
    exact.reshape(-1)[:] = [mpq(value) for value in array.reshape(-1).tolist()]
    return exact


def symbols(letter: str, count: int, **assumptions: bool) -> Array:
    """An array of numbered symbols."""
    array = np.empty(count, dtype=object)
    array[:] = [sympy.Symbol(f"{letter}{i + 1}", **assumptions) for i in range(count)]
    return array


def text(value: Any) -> Any:
    """Numbers as text, arrays as nested lists, intervals by their middle."""
    if isinstance(value, np.ndarray):
        return [text(item) for item in value]
    if isinstance(value, (list, tuple)):
        return [text(item) for item in value]
    if isinstance(value, ivmpf):
        return f"about {float(value.mid):.10g}"
    return value if isinstance(value, (bool, str)) else str(value)
