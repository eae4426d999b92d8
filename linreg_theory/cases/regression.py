"""What most claims are tried on: regression problems with weights.

RegressionCase    == a problem, weights, and whatever else a claim varies
Regression(vary)  == the family of them: "delta", "k", "base" masks, "other" weights and
                     feature "scales" are varied if named; the rest has harmless defaults
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import sympy
from gmpy2 import mpq
from hypothesis import strategies as st

from linreg_theory import testing, weights
from linreg_theory.arrays import Array
from linreg_theory.cases.cells import order_cells, sign_cells
from linreg_theory.cases.family import rationals, small_integers, symbols, text
from linreg_theory.problem import Problem

__all__ = ["Regression", "RegressionCase"]

SHAPES = ((1, 1), (1, 2), (2, 1), (1, 3), (2, 2))


@dataclass(frozen=True, eq=False)
class RegressionCase:
    """A problem, weights, and whatever else a claim varies."""

    problem: Problem
    w: Array  # (D,)
    delta: Any = 1
    k: int = 1
    base: Array | None = None  # (N, D)
    other: Array | None = None  # other weights (D,)
    scales: Array | None = None  # positive factors of the features (D,)
    vary: frozenset[str] = frozenset()

    def describe(self) -> dict[str, Any]:
        """X, y, w and what is varied, as text."""
        shown = {"X": self.problem.X, "y": self.problem.y, "w": self.w}
        shown |= {name: getattr(self, name) for name in sorted(self.vary)}
        return {name: text(value) for name, value in shown.items()}

    def rounded(self) -> RegressionCase:
        """The same case in numbers that bound the error of floating point."""
        names = ("problem", "w", "delta", "other", "scales")
        return replace(self, **{name: testing.rounded(getattr(self, name)) for name in names})


@dataclass(frozen=True)
class Regression:
    """Regression problems with weights.

    Parameters
    ----------
    vary : names of RegressionCase fields
    cells : "signs" or "orders"
        How the symbolic cases are cut: by the signs of residuals and weights, or by the order
        of the products a_ij around zero.
    shapes : pairs (N, D)
        The shapes of the grid, in order of size.
    signed_delta : bool
        Let the grid's radii be negative too, for wordings that forget to exclude it.
    unit_weights : bool
        Let the grid's weights be one and count residuals instead of targets, so that ties
        of the products come early: for wordings that fail on nothing else.
    """

    vary: frozenset[str]
    cut: Literal["signs", "orders"] = "signs"
    shapes: Sequence[tuple[int, int]] = SHAPES
    signed_delta: bool = False
    unit_weights: bool = False

    def grid(self, per_shape: int) -> Iterator[RegressionCase]:
        """Integer cases; within a shape in order of the sum of absolute values."""
        for n, d in self.shapes:
            sizes = [n * d, n, 0 if self.unit_weights else d]
            slots: list[Sequence[tuple[int, int]]] = [_SIGNED] * sum(sizes)
            for name in _FIELDS:
                if name in self.vary:
                    extra, length = self._slots(name, n, d)
                    slots += [extra] * length
                    sizes.append(length)
            for values in small_integers(slots, per_shape):
                parts = iter(_split(values, sizes))
                X, y = rationals(next(parts)).reshape(n, d), rationals(next(parts))
                w = rationals(next(parts) or [1] * d)
                fields = {name: next(parts) for name in _FIELDS if name in self.vary}
                yield self._case(Problem(X, y + X @ w if self.unit_weights else y), w, fields)

    def planted(self, count: int, seed: int) -> Iterator[RegressionCase]:
        """Small integer problems with zero residuals, equal and zero columns, zero weights."""
        rng = np.random.default_rng(seed)
        for number in range(count):
            n, d = int(rng.integers(1, 4)), int(rng.integers(1, 5))
            X, w = rng.integers(-3, 4, (n, d)), rng.integers(-3, 4, d)
            if d > 1 and number % 3 == 0:
                X[:, -1] = X[:, 0]
                w[-1] = w[0]
            residuals = rng.integers(-2, 3, n) * (number % 4 != 1)
            exact, weights = rationals(X), rationals(w)
            problem = Problem(exact, exact @ weights + rationals(residuals))
            yield self._case(problem, weights, self._random_fields(rng, n, d))

    def observed(
        self, problem: Problem, count: int, size: int, seed: int
    ) -> Iterator[RegressionCase]:
        """Rows and columns of data with least-squares, ridge and random weights."""
        rng = np.random.default_rng(seed)
        fitted = _fitted(problem, rng)
        for number in range(count):
            rows = np.sort(rng.choice(problem.n_samples, min(size, problem.n_samples), False))
            columns = np.sort(rng.choice(problem.n_features, min(size, problem.n_features), False))
            cut = Problem(problem.X[rows][:, columns], problem.y[rows]).exact()
            w = rationals(fitted[number % len(fitted)][columns])
            fields = self._random_fields(rng, len(rows), len(columns))
            yield self._case(cut, w, fields)

    @property
    def strategy_fields(self) -> tuple[str, ...]:
        """What is varied, in a fixed order."""
        return tuple(name for name in _FIELDS if name in self.vary)

    def draw(self, numbers: testing.Numbers) -> st.SearchStrategy[RegressionCase]:
        """Cases of any shape up to 3 x 4."""
        return _drawn(self, numbers)

    def cells(self, effort: int) -> Iterator[RegressionCase]:
        """All sign patterns, or all weak orders of the products around zero."""
        for n, d in ((1, 1), (1, 2), (2, 1), (2, 2), (1, 3))[: 1 + effort]:
            for problem, w in (sign_cells if self.cut == "signs" else order_cells)(n, d):
                for fields in self._symbolic_fields(n, d, zeros=effort > 1 or d == 1):
                    yield self._case(problem, w, fields)

    def _slots(self, name: str, n: int, d: int) -> tuple[Sequence[tuple[int, int]], int]:
        """The values a field takes in the grid, with their costs, and how many it holds."""
        return {
            "delta": (_SIGNED if self.signed_delta else _UNSIGNED, 1),
            "k": (tuple((value, value) for value in range(d + 1)), 1),
            "base": (((0, 1), (1, 0)), n * d),
            "other": (_SIGNED, d),
            "scales": (((0, 1), (1, 2), (2, 3)), d),
        }[name]

    # -- one case -----------------------------------------------------------

    def _case(self, problem: Problem, w: Array, fields: dict[str, Any]) -> RegressionCase:
        n, d = problem.n_samples, problem.n_features
        shaped: dict[str, Any] = {}
        for name, value in fields.items():
            if name in ("delta", "k"):
                value = value[0] if isinstance(value, (tuple, list)) else value
                shaped[name] = int(value) if name == "k" else value
                if name == "delta" and isinstance(value, int):
                    shaped[name] = mpq(value)
            elif name == "base":
                shaped[name] = np.asarray(value, dtype=np.int8).reshape(n, d)
            else:
                shaped[name] = value if isinstance(value, np.ndarray) else rationals(value)
        if isinstance(w[0], Fraction):
            problem, w = Problem(rationals(problem.X), rationals(problem.y)), rationals(w)
        return RegressionCase(problem, w, vary=self.vary, **shaped)

    def _random_fields(self, rng: np.random.Generator, n: int, d: int) -> dict[str, Any]:
        everything: dict[str, Any] = {
            "delta": mpq(int(rng.integers(0, 5)), int(rng.integers(1, 4))),
            "k": int(rng.integers(0, d + 1)),
            "base": rng.integers(0, 2, (n, d)),
            "other": rationals(rng.integers(-3, 4, d)),
            "scales": rationals(rng.integers(1, 5, d)),
        }
        return {name: everything[name] for name in self.strategy_fields}

    def _symbolic_fields(self, n: int, d: int, zeros: bool) -> Iterator[dict[str, Any]]:
        """What is varied; without zeros, no radius and no budget that change nothing."""
        choices: dict[str, list[Any]] = {
            "delta": [sympy.Integer(0)] * zeros + [sympy.Symbol("delta", positive=True)],
            "k": list(range(0 if zeros else 1, d + 1)),
            "base": [np.array(bits) for bits in itertools.product((1, 0), repeat=n * d)],
            "other": [symbols("v", d, real=True)],
            "scales": [symbols("c", d, positive=True)],
        }
        names = self.strategy_fields
        for values in itertools.product(*(choices[name] for name in names)):
            yield dict(zip(names, values, strict=True))


_FIELDS = ("delta", "k", "base", "other", "scales")
_SIGNED = tuple((abs(value), value) for value in (0, 1, -1, 2, -2, 3, -3, 4, -4))
_UNSIGNED = tuple((value, value) for value in range(5))


def _split(values: Sequence[int], sizes: Sequence[int]) -> Iterator[Sequence[int]]:
    start = 0
    for size in sizes:
        yield values[start : start + size]
        start += size


def _fitted(problem: Problem, rng: np.random.Generator) -> list[Array]:
    """Least squares, ridge and random weights, in the scale of the data."""
    return [
        weights.least_squares(problem),
        weights.ridge(problem, 1),
        weights.random_weights(problem, rng),
    ]


@st.composite
def _drawn(draw: st.DrawFn, family: Regression, numbers: testing.Numbers) -> RegressionCase:
    problem, w = draw(testing.regressions(numbers=numbers))
    n, d = problem.n_samples, problem.n_features
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "delta": testing.radii(numbers),
        "k": testing.budgets(d),
        "base": testing.base_masks(n, d),
        "other": testing.vectors(d, numbers),
        "scales": st.lists(st.integers(-3, 3), min_size=d, max_size=d).map(
            lambda powers: (
                np.array([2.0**p for p in powers])
                if numbers == "float"
                else rationals([Fraction(2) ** p for p in powers])
            )
        ),
    }
    fields = {name: draw(strategies[name]) for name in family.strategy_fields}
    return family._case(problem, w, fields)
