"""What claims about masks are tried on, beside regression problems as they come.

  MaskedRegression(vary) == regression problems with masks to start from; their symbolic cases
                            fix the signs of the residuals under these masks, and are a size
                            smaller, for there is one for every mask
  MaskSearchCase         == a mask to start from, a Jacobian, and what bounds the search
  MaskSearch(vary)       == masks (H,) with a Jacobian (H,), and a "limit" on the distance, a
                            "budget" of flips or "weights" of the units

Jacobians have ties and zeros, and some are those of regressions on the data.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import sympy
from hypothesis import strategies as st

from linreg_theory import testing
from linreg_theory.adversarial_dropout import jacobian
from linreg_theory.arrays import Array
from linreg_theory.cases.family import rationals, small_integers, text
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.problem import Problem

__all__ = [
    "MaskSearch",
    "MaskSearchCase",
    "MaskedRegression",
]

_BITS = ((0, 1), (1, 0))
_WEIGHTS: Sequence[tuple[int, int]] = ((0, 1), (1, 2))
_NEGATIVE = tuple((value, -value) for value in range(4))
_SIGNED = tuple((abs(value), value) for value in (0, 1, -1, 2, -2, 3, -3))
_LIMITS = tuple(Fraction(n, d) for n, d in ((0, 1), (1, 1), (3, 2), (1, 2), (2, 1), (7, 4)))


@dataclass(frozen=True)
class MaskedRegression(Regression):
    """Regression problems for claims about any mask.

    Parameters
    ----------
    signs_at : "ones" or "base"
        The mask under which the residuals of symbolic cases have known signs.
    """

    signs_at: Literal["ones", "base"] = "ones"

    def cells(self, effort: int) -> Iterator[RegressionCase]:
        """As those of Regression, a size smaller."""
        for case in super().cells(effort - 1):
            if self.signs_at == "ones":
                yield case
            else:
                y = case.problem.residuals(case.w) + (case.base * case.problem.X) @ case.w
                yield replace(case, problem=Problem(case.problem.X, y))


@dataclass(frozen=True, eq=False)
class MaskSearchCase:
    """A mask to start from, the Jacobian, and what bounds the search."""

    base: Array  # (H,) of 0 and 1
    jacobian: Array  # (H,)
    limit: Any = Fraction(1)
    budget: int = 1
    weights: Array | None = None  # (H,) what a flip of each unit takes from the budget
    vary: frozenset[str] = frozenset()

    def describe(self) -> dict[str, Any]:
        """The mask, the Jacobian and what is varied, as text."""
        names = ("base", "jacobian", *sorted(self.vary))
        return {name: text(getattr(self, name)) for name in names}

    def rounded(self) -> MaskSearchCase:
        """The Jacobian in numbers that bound the error of floating point."""
        return replace(self, jacobian=testing.rounded(self.jacobian))


@dataclass(frozen=True)
class MaskSearch:
    """Searches for the adversarial mask of one layer.

    Parameters
    ----------
    vary : some of "limit", "budget" and "weights"
    widths : numbers of units in the grid, in order
    drops : bool
        Let the grid start from all ones and hold only Jacobians that drop units.
    """

    vary: frozenset[str]
    widths: Sequence[int] = (1, 2, 3)
    drops: bool = False

    def grid(self, per_shape: int) -> Iterator[MaskSearchCase]:
        """Integer Jacobians in order of the sum of absolute values."""
        for width in self.widths:
            values, bits = (_NEGATIVE, _BITS[:1]) if self.drops else (_SIGNED, _BITS)
            slots: list[Sequence[tuple[int, int]]] = [values] * width + [bits] * width
            extras = self._extras(width)
            for chosen in small_integers(slots + [slot for _, slot in extras], per_shape):
                numbers = iter(chosen[2 * width :])
                fields = {name: next(numbers) for name, _ in extras}
                yield self._case(chosen[:width], chosen[width : 2 * width], fields)

    def planted(self, count: int, seed: int) -> Iterator[MaskSearchCase]:
        """Small integer Jacobians with ties and zeros, up to five units."""
        rng = np.random.default_rng(seed)
        for _ in range(count):
            width = int(rng.integers(1, 6))
            values, base = rng.integers(-3, 4, width), rng.integers(0, 2, width)
            yield self._case(values, base, self._random(rng, width))

    def observed(
        self, problem: Problem, count: int, size: int, seed: int
    ) -> Iterator[MaskSearchCase]:
        """Jacobians of regressions on cuts of the data, one row each."""
        rng = np.random.default_rng(seed)
        cuts = Regression(frozenset({"base"})).observed(problem, count, size, seed)
        for cut in cuts:
            assert cut.base is not None
            J = jacobian(cut.problem, cut.w, cut.base)[0]
            yield self._case(J, cut.base[0], self._random(rng, len(J)))

    def draw(self, numbers: testing.Numbers) -> st.SearchStrategy[MaskSearchCase]:
        """Searches of up to four units."""
        return _drawn_search(self, numbers)

    def cells(self, effort: int) -> Iterator[MaskSearchCase]:
        """Jacobians of every sign pattern and every weak order of their absolute values."""
        for width in range(1, 2 + (effort + 2) // 3):
            for J in _ordered_jacobians(width):
                for base in itertools.product((1, 0), repeat=width):
                    for fields in self._symbolic(width):
                        yield self._case(J, base, fields)

    def _extras(self, width: int) -> list[tuple[str, Sequence[tuple[int, int]]]]:
        slots: dict[str, Sequence[Sequence[tuple[int, int]]]] = {
            "limit": [[(place, place) for place in range(len(_LIMITS))]],
            "budget": [[(value, value) for value in range(width + 1)]],
            "weights": [[(0, 1), (1, 2)]] * width,
        }
        return [
            (f"{name} {number}", slot)
            for name in slots
            if name in self.vary
            for number, slot in enumerate(slots[name])
        ]

    def _case(self, J: Any, base: Any, fields: dict[str, int]) -> MaskSearchCase:
        values = np.asarray(J)
        if values.dtype.kind != "O":
            values = rationals(values)
        parts: dict[str, list[int]] = {}
        for name, value in fields.items():
            parts.setdefault(name.split()[0], []).append(value)
        return MaskSearchCase(
            base=np.asarray(base, dtype=np.int8),
            jacobian=values,
            limit=_LIMITS[parts.get("limit", [0])[0]],
            budget=parts.get("budget", [0])[0],
            weights=np.array(parts["weights"]) if "weights" in parts else None,
            vary=self.vary,
        )

    def _random(self, rng: np.random.Generator, width: int) -> dict[str, int]:
        return {name: slot[int(rng.integers(len(slot)))][1] for name, slot in self._extras(width)}

    def _symbolic(self, width: int) -> Iterator[dict[str, int]]:
        """Budgets and weights all, limits that allow no, one and two flips."""
        extras = self._extras(width)
        choices = ([v for _, v in (s[:3] if "limit" in name else s)] for name, s in extras)
        for values in itertools.product(*choices):
            yield dict(zip((name for name, _ in extras), values, strict=True))


@st.composite
def _drawn_search(draw: st.DrawFn, family: MaskSearch, numbers: testing.Numbers) -> MaskSearchCase:
    width = draw(st.integers(1, 4))
    fields = {
        name: draw(st.sampled_from([value for _, value in slot]))
        for name, slot in family._extras(width)
    }
    case = family._case([0] * width, draw(testing.base_masks(1, width))[0], fields)
    return replace(case, jacobian=draw(testing.vectors(width, numbers)))


def _ordered_jacobians(width: int) -> Iterator[Array]:
    """Symbols whose absolute values stand in a known order, for every such order and signs."""
    steps = [sympy.Symbol(f"p{j + 1}", positive=True) for j in range(width)]
    for levels in itertools.product(range(width + 1), repeat=width):
        if set(range(max(levels) + 1)) > {0, *levels}:
            continue
        for signs in itertools.product((1, -1), repeat=sum(level > 0 for level in levels)):
            left = iter(signs)
            J = np.empty(width, dtype=object)
            J[:] = [next(left) * sympy.Add(*steps[:n]) if n else sympy.S.Zero for n in levels]
            yield J
