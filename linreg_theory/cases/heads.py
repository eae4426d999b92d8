"""What claims about divergences are tried on beside regression problems: softmax heads.

  HeadCase              == a head, a mask and a target
  Heads(shapes)         == heads with a mask and a target: of numbers, or of symbols with the
                           logits under the mask free
  RegressionsOrHeads()  == both: a claim about the squared loss and about softmax heads
  distribution(counts)  == counts over their sum
  canonical(values)     == rational functions of symbols in a form in which equal ones agree

Exponentials and logarithms of numbers are enclosed in intervals: there are no floats to hold
against a bound, so `rounded` has nothing to do. Data of a regression have no head.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import sympy
from hypothesis import strategies as st

from linreg_theory import testing
from linreg_theory.arrays import Array, exactly
from linreg_theory.cases.family import small_integers, symbols, text
from linreg_theory.cases.regression import Regression
from linreg_theory.heads import Divergence, Head, enclosed
from linreg_theory.problem import Problem

__all__ = [
    "HeadCase",
    "Heads",
    "RegressionsOrHeads",
    "canonical",
    "distribution",
]

Slots = list[Sequence[tuple[int, int]]]

_BITS = ((0, 1), (1, 0))
_SIGNED = tuple((abs(value), value) for value in (0, 1, -1, 2, -2, 3, -3))


@dataclass(frozen=True, eq=False)
class HeadCase:
    """A softmax head, a mask of its units and a target distribution."""

    head: Head
    mask: Array  # (H,) of 0 and 1
    target: Any  # (C,), or None where the claim has its own

    def describe(self) -> dict[str, Any]:
        """h, W, b, the mask and the target, as text."""
        head = self.head
        shown = {"h": head.h, "W": head.W, "b": head.b, "mask": self.mask, "target": self.target}
        return {name: text(value) for name, value in shown.items() if value is not None}

    def rounded(self) -> HeadCase:
        """The same case: heads are judged in intervals."""
        return self

    def enclosed(self) -> Head:
        """The head in intervals, for heads of numbers."""
        return Head(*(enclosed(part) for part in (self.head.h, self.head.W, self.head.b)))

    def differentiated(self, divergence: Divergence, target: Array) -> tuple[Array, Array]:
        """dD/dm and h dD/dh of D[target, f] at the mask, by SymPy from its definition."""
        head, here = self.head, self.mask.tolist()
        masks, units = symbols("m", len(here), real=True), symbols("g", len(here), real=True)
        by_mask = head.divergence(divergence, target, masks)
        moved = Head(units, head.W, head.b).divergence(divergence, target, self.mask)
        at_mask = dict(zip(masks, here, strict=True))
        at_units = dict(zip(units, head.h, strict=True))
        return (
            canonical(sympy.diff(by_mask, m).subs(at_mask) for m in masks),
            canonical(h * sympy.diff(moved, g).subs(at_units) for g, h in at_units.items()),
        )


@dataclass(frozen=True)
class Heads:
    """Softmax heads with masks and targets.

    Only differences between classes matter and classes can be renamed: in the grid the last
    one is the target and has no weights and no bias. A mask that leaves the output as it is
    is left out: intervals do not decide equalities.

    Parameters
    ----------
    shapes : pairs (H, C)
        Units and classes of the grid, in order of size.
    full : bool
        Let the grid's masks keep every unit instead.
    targets : bool
        Give the cases of the grid a target.
    """

    shapes: Sequence[tuple[int, int]] = ((1, 2), (2, 2), (1, 3))
    full: bool = False
    targets: bool = True

    def grid(self, per_shape: int) -> Iterator[HeadCase]:
        """Integer heads in order of the sum of absolute values; the units are one."""
        for units, classes in self.shapes:
            free = classes - 1
            slots: Slots = [_SIGNED] * ((units + 1) * free)
            slots += [_BITS[:1] if self.full else _BITS[::-1]] * units
            for values in small_integers(slots, per_shape):
                W, b = np.zeros((units, classes)), np.zeros(classes)
                W[:, :free] = np.reshape(values[: units * free], (units, free))
                b[:free] = values[units * free : (units + 1) * free]
                mask = np.array(values[(units + 1) * free :])
                if self.full or np.any((1 - mask) @ W):
                    case = _case(np.ones(units), W, b, mask, np.eye(classes)[-1])
                    yield case if self.targets else replace(case, target=None)

    def planted(self, count: int, seed: int) -> Iterator[HeadCase]:
        """Random heads of up to three units and four classes, soft targets."""
        rng = np.random.default_rng(seed)
        for _ in range(count):
            units, classes = int(rng.integers(1, 4)), int(rng.integers(2, 5))
            h, W = rng.integers(1, 4, units), rng.integers(-2, 3, (units, classes))
            mask, counts = rng.integers(0, 2, units), rng.integers(1, 5, classes)
            yield _case(h, W, rng.integers(-2, 3, classes), mask, counts)

    def observed(self, problem: Problem, count: int, size: int, seed: int) -> Iterator[HeadCase]:
        """None: data of a regression have no classes."""
        return iter(())

    def draw(self, numbers: testing.Numbers) -> st.SearchStrategy[HeadCase]:
        """Heads of up to three units and classes, of fractions or of exact floats."""
        return _drawn_head(numbers)

    def cells(self, effort: int) -> Iterator[HeadCase]:
        """Every mask of a symbolic head; under it the logits are log u_c with any u_c > 0."""
        for units, classes in ((1, 2), (2, 2), (1, 3), (2, 3))[:effort]:
            W = symbols("w", units * classes, real=True).reshape(units, classes)
            h, u = symbols("h", units, real=True), symbols("u", classes, positive=True)
            for bits in itertools.product((1, 0), repeat=units):
                mask = np.array(bits)
                b = np.array([sympy.log(odds) for odds in u], dtype=object) - (mask * h) @ W
                yield HeadCase(Head(h, W, b), mask, symbols("t", classes, positive=True))


def _case(h: Any, W: Any, b: Any, mask: Any, counts: Any) -> HeadCase:
    head = Head(*(exactly(np.asarray(part, dtype=np.float64)) for part in (h, W, b)))
    return HeadCase(head, np.array(mask, dtype=np.int8), distribution(counts))


@st.composite
def _drawn_head(draw: st.DrawFn, numbers: testing.Numbers) -> HeadCase:
    units, classes = draw(st.integers(1, 3)), draw(st.integers(2, 3))
    small = st.integers(-6, 6).map(lambda n: n / 2)
    entries = small if numbers == "rational" else st.floats(-3, 3)
    sizes = (units, units * classes, classes)
    h, W, b = (draw(st.lists(entries, min_size=size, max_size=size)) for size in sizes)
    counts = draw(st.lists(st.integers(0, 6), min_size=classes, max_size=classes))
    counts[draw(st.integers(0, classes - 1))] += 1
    mask = draw(testing.base_masks(1, units))[0]
    return _case(h, np.reshape(W, (units, classes)), b, mask, counts)


@dataclass(frozen=True)
class RegressionsOrHeads:
    """Regression problems and softmax heads, for claims about any divergence.

    Parameters
    ----------
    regressions, heads : the two families
    heads_as : "numbers" or "symbols"
        Whether heads stand among the exact cases, or among the symbolic ones.
    """

    regressions: Regression
    heads: Heads
    heads_as: Literal["numbers", "symbols"]

    def grid(self, per_shape: int) -> Iterator[Any]:
        """The regressions, then the heads."""
        yield from self.regressions.grid(per_shape)
        if self.heads_as == "numbers":
            yield from self.heads.grid(per_shape)

    def planted(self, count: int, seed: int) -> Iterator[Any]:
        """The regressions, then the heads."""
        yield from self.regressions.planted(count, seed)
        if self.heads_as == "numbers":
            yield from self.heads.planted(count, seed)

    def observed(self, problem: Problem, count: int, size: int, seed: int) -> Iterator[Any]:
        """Regressions on the data."""
        yield from self.regressions.observed(problem, count, size, seed)

    def draw(self, numbers: testing.Numbers) -> st.SearchStrategy[Any]:
        """Either."""
        regressions = self.regressions.draw(numbers)
        if self.heads_as == "symbols":
            return regressions
        return st.one_of(regressions, self.heads.draw(numbers))

    def cells(self, effort: int) -> Iterator[Any]:
        """The regressions, then the heads."""
        yield from self.regressions.cells(effort)
        if self.heads_as == "symbols":
            yield from self.heads.cells(effort)


def distribution(counts: Any) -> Array:
    """Counts over their sum, as fractions."""
    values = [Fraction(int(count)) for count in counts]
    total = sum(values, start=Fraction(0))
    array = np.empty(len(values), dtype=object)
    array[:] = [value / total for value in values]
    return array


def canonical(values: Iterable[Any]) -> Array:
    """Rational functions as quotients of expanded polynomials without a common factor."""
    quotients = [sympy.cancel(sympy.together(sympy.sympify(value))) for value in values]
    array = np.empty(len(quotients), dtype=object)
    array[:] = quotients
    return array
