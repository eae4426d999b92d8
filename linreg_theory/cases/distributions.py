"""What claims about distances between outputs are tried on: pairs of distributions.

  DistributionCase == two distributions over the same classes, the second positive
  Distributions()  == the family of them

Logarithms of fractions are kept exact, as sums of logarithms of primes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from hypothesis import strategies as st

from linreg_theory import testing
from linreg_theory.arrays import Array, exactly
from linreg_theory.cases.family import small_integers, text
from linreg_theory.cases.heads import distribution
from linreg_theory.problem import Problem

__all__ = ["DistributionCase", "Distributions"]

Slots = list[Sequence[tuple[int, int]]]


@dataclass(frozen=True, eq=False)
class DistributionCase:
    """Two distributions over the same classes."""

    p: Array  # (C,)
    q: Array  # (C,), positive

    def describe(self) -> dict[str, Any]:
        """Both, as text."""
        return {"p": text(self.p), "q": text(self.q)}

    def rounded(self) -> DistributionCase:
        """The same case: logarithms are kept exact."""
        return self


@dataclass(frozen=True)
class Distributions:
    """Pairs of distributions; p may have zeros."""

    classes: Sequence[int] = (1, 2, 3)

    def grid(self, per_shape: int) -> Iterator[DistributionCase]:
        """Counts over their sum, in order of their sum."""
        for classes in self.classes:
            slots: Slots = [[(value, value) for value in range(4)]] * classes
            slots += [[(value - 1, value) for value in range(1, 4)]] * classes
            for values in small_integers(slots, per_shape):
                if any(values[:classes]):
                    yield _distributions(values[:classes], values[classes:])

    def planted(self, count: int, seed: int) -> Iterator[DistributionCase]:
        """Random counts, up to four classes."""
        rng = np.random.default_rng(seed)
        for number in range(count):
            classes = int(rng.integers(1, 5))
            p = rng.integers(0, 5, classes) + np.eye(classes, dtype=int)[number % classes]
            yield _distributions(p, rng.integers(1, 6, classes))

    def observed(
        self, problem: Problem, count: int, size: int, seed: int
    ) -> Iterator[DistributionCase]:
        """None: data of a regression have no classes."""
        return iter(())

    def draw(self, numbers: testing.Numbers) -> st.SearchStrategy[DistributionCase]:
        """Fractions, or exact floats: multiples of 1/64."""
        return _drawn_distributions(numbers)

    def cells(self, effort: int) -> Iterator[DistributionCase]:
        """One class, and two: p one-hot or with any odds, q with any odds."""
        one = exactly(np.ones(1))
        yield DistributionCase(one, one)
        for p in (exactly(np.eye(2)[0]), exactly(np.eye(2)[1]), _with_odds("u")):
            yield DistributionCase(p, _with_odds("v"))


def _distributions(p: Any, q: Any) -> DistributionCase:
    return DistributionCase(distribution(p), distribution(q))


@st.composite
def _drawn_distributions(draw: st.DrawFn, numbers: testing.Numbers) -> DistributionCase:
    classes = draw(st.integers(1, 3))
    if numbers == "rational":
        counts = st.lists(st.integers(0, 6), min_size=classes, max_size=classes)
        p, q = draw(counts), draw(counts)
        p[draw(st.integers(0, classes - 1))] += 1
        return _distributions(p, [count + 1 for count in q])
    cuts = draw(st.permutations(range(1, 64)))[: classes - 1]
    parts = np.diff([0, *sorted(cuts), 64])
    return _distributions(draw(st.permutations(parts.tolist())), parts)


def _with_odds(letter: str) -> Array:
    odds = sympy.Symbol(letter, positive=True)
    array = np.empty(2, dtype=object)
    array[:] = [1 / (1 + odds), 1 / (1 + 1 / odds)]
    return array
