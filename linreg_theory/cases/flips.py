"""What claims about flips before a softmax head are tried on: heads, labels and budgets.

  FlipCase        == a head, a mask to start from, the label and how many flips are allowed
  FlippedHeads()  == the family of them: those of Heads, with all labels and budgets in turn

Symbolic heads have two classes; the changes of their margin have every order and all signs.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from hypothesis import strategies as st

from linreg_theory import testing
from linreg_theory.arrays import Array
from linreg_theory.cases.family import text
from linreg_theory.cases.heads import HeadCase, Heads
from linreg_theory.cases.masks import MaskSearch
from linreg_theory.heads import Head
from linreg_theory.problem import Problem

__all__ = ["FlipCase", "FlippedHeads"]


_HEADS = Heads()


@dataclass(frozen=True, eq=False)
class FlipCase:
    """A softmax head, a mask of its units, the label and the number of flips allowed."""

    head: Head
    mask: Array  # (H,) of 0 and 1
    label: int
    k: int

    def describe(self) -> dict[str, Any]:
        """h, W, b, the mask, the label and k, as text."""
        head = self.head
        shown = {"h": head.h, "W": head.W, "b": head.b, "mask": self.mask}
        shown |= {"label": self.label, "k": self.k}
        return {name: text(value) for name, value in shown.items()}

    def rounded(self) -> FlipCase:
        """The same case: margins are exact, and exponentials are judged in intervals."""
        return self


@dataclass(frozen=True)
class FlippedHeads:
    """Softmax heads under flips of at most k units."""

    heads: Heads = _HEADS

    def grid(self, per_shape: int) -> Iterator[FlipCase]:
        """The heads of the grid."""
        return _in_turn(self.heads.grid(per_shape))

    def planted(self, count: int, seed: int) -> Iterator[FlipCase]:
        """Random heads."""
        return _in_turn(self.heads.planted(count, seed))

    def observed(self, problem: Problem, count: int, size: int, seed: int) -> Iterator[FlipCase]:
        """None: data of a regression have no classes."""
        return iter(())

    def draw(self, numbers: testing.Numbers) -> st.SearchStrategy[FlipCase]:
        """Drawn heads with any label and any budget."""
        return st.builds(_placed, self.heads.draw(numbers), st.integers(0, 11), st.integers(0, 11))

    def cells(self, effort: int) -> Iterator[FlipCase]:
        """Two classes, the weights on the label's side: only differences matter."""
        bias = sympy.Symbol("b", real=True)
        for search in MaskSearch(frozenset()).cells(effort):
            units = len(search.base)
            if np.any(np.diff(search.base) > 0):  # units can be exchanged
                continue
            W = np.stack([0 * search.jacobian, -search.jacobian], axis=1)
            b = np.array([bias, sympy.S.Zero], dtype=object)
            for k in range(1, units + 1):
                yield FlipCase(Head(np.ones(units, dtype=object), W, b), search.base, 1, k)


def _in_turn(cases: Iterable[HeadCase]) -> Iterator[FlipCase]:
    """A label and a budget for each head, the last label and one flip first."""
    for case, number in zip(cases, itertools.count(), strict=False):
        yield _placed(case, number, number // 2)


def _placed(case: HeadCase, label: int, flips: int) -> FlipCase:
    units, classes = case.head.W.shape
    return FlipCase(
        case.head, case.mask, (classes - 1 + label) % classes, (1 + flips) % (units + 1)
    )
