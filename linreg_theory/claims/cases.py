"""What claims are tried on: families of cases, in every number system.

  Regression(vary)  == problems and weights, with what is varied: "delta", "k", "base" masks,
                       "other" weights, feature "scales"; the rest has harmless defaults
  family.grid(n)    == all small integer cases in order of size, about n per shape, whole levels
  family.planted(n) == n seeded small problems with ties, zero residuals, equal columns
  family.observed() == cases cut from real data
  family.draw(...)  == a Hypothesis strategy, of fractions or of floats
  family.cells()    == symbolic cases that together cover all values of a small size

A case knows its numbers: `case.describe()` is JSON, `case.rounded()` the same case in numbers
that bound floating-point errors.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal, Protocol

import numpy as np
import sympy
from gmpy2 import mpq
from hypothesis import strategies as st
from mpmath.ctx_iv import ivmpf

from linreg_theory import estimators, testing
from linreg_theory.arrays import Array
from linreg_theory.problem import Problem

__all__ = ["Case", "Family", "Regression", "RegressionCase", "small_integers", "text"]

SHAPES = ((1, 1), (1, 2), (2, 1), (1, 3), (2, 2))


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

    def draw(self, numbers: testing.Numbers) -> st.SearchStrategy[Any]:
        """A strategy of exact or of floating-point cases."""

    def cells(self, effort: int) -> Iterator[Any]:
        """Symbolic cases that cover all values; more shapes with more effort."""


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


def text(value: Any) -> Any:
    """Numbers as text, arrays as nested lists, intervals by their middle."""
    if isinstance(value, np.ndarray):
        return [text(item) for item in value]
    if isinstance(value, (list, tuple)):
        return [text(item) for item in value]
    if isinstance(value, ivmpf):
        return f"about {float(value.mid):.10g}"
    return value if isinstance(value, (bool, str)) else str(value)


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
            for problem, w in (_sign_cells if self.cut == "signs" else _order_cells)(n, d):
                for fields in self._symbolic_fields(n, d):
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

    def _symbolic_fields(self, n: int, d: int) -> Iterator[dict[str, Any]]:
        choices: dict[str, list[Any]] = {
            "delta": [sympy.Integer(0), sympy.Symbol("delta", positive=True)],
            "k": list(range(d + 1)),
            "base": [np.array(bits) for bits in itertools.product((1, 0), repeat=n * d)],
            "other": [_symbols("v", d, real=True)],
            "scales": [_symbols("c", d, positive=True)],
        }
        names = self.strategy_fields
        for values in itertools.product(*(choices[name] for name in names)):
            yield dict(zip(names, values, strict=True))


_FIELDS = ("delta", "k", "base", "other", "scales")
_SIGNED = tuple((abs(value), value) for value in (0, 1, -1, 2, -2, 3, -3, 4, -4))
_UNSIGNED = tuple((value, value) for value in range(5))


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


def _split(values: Sequence[int], sizes: Sequence[int]) -> Iterator[Sequence[int]]:
    start = 0
    for size in sizes:
        yield values[start : start + size]
        start += size


def rationals(values: Any) -> Array:
    """An array of exact rational numbers, in gmpy2's fast kind."""
    array = np.asarray(values)
    exact = np.empty(array.shape, dtype=object)
    exact.reshape(-1)[:] = [mpq(value) for value in array.reshape(-1).tolist()]
    return exact


def _fitted(problem: Problem, rng: np.random.Generator) -> list[Array]:
    """Least squares, ridge and random weights, in the scale of the data."""
    return [
        estimators.least_squares(problem),
        estimators.ridge(problem, 1),
        estimators.random_weights(problem, rng),
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


def _symbols(letter: str, count: int, **assumptions: bool) -> Array:
    symbols = [sympy.Symbol(f"{letter}{i + 1}", **assumptions) for i in range(count)]
    array = np.empty(count, dtype=object)
    array[:] = symbols
    return array


def _with_signs(letter: str, signs: Sequence[int]) -> Array:
    """Symbols of given sign, or zero: sign times a positive symbol."""
    positive = _symbols(letter, len(signs), positive=True)
    return np.array([s * p for s, p in zip(signs, positive, strict=True)], dtype=object)


def _sign_cells(n: int, d: int) -> Iterator[tuple[Problem, Array]]:
    """X free, w and the residuals of every sign pattern; y follows."""
    X = _symbols("x", n * d, real=True).reshape(n, d)
    for signs in itertools.product((1, -1, 0), repeat=n + d):
        e, w = _with_signs("e", signs[:n]), _with_signs("w", signs[n:])
        yield Problem(X, X @ w + e), w


def _order_cells(n: int, d: int) -> Iterator[tuple[Problem, Array]]:
    """Products a_ij in every weak order around zero, residuals of every sign; w not zero."""
    w = _symbols("w", d, real=True, nonzero=True)
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
    up = _symbols(f"p{row + 1}_", len(levels), positive=True)
    down = _symbols(f"q{row + 1}_", len(levels), positive=True)
    return [
        sympy.Add(*up[:level]) if level >= 0 else -sympy.Add(*down[:-level]) for level in levels
    ]
