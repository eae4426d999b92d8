"""What claims about layers are tried on: pairs of masks, and widths with the paper's delta.

  MaskPairCase == two masks of a layer, and the numbers of units below and above it
  LayerCase    == a width H and a radius delta, for the limit delta H on the distance
  MaskPairs()  == the family of the former
  Layers()     == the family of the latter

Their numbers are whole or fractions; nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from linreg_theory import testing
from linreg_theory.adversarial_dropout import greedy_flips
from linreg_theory.arrays import Array
from linreg_theory.cases.family import small_integers, text
from linreg_theory.cases.regression import Regression
from linreg_theory.problem import Problem

__all__ = ["LayerCase", "Layers", "MaskPairCase", "MaskPairs"]

_BITS = ((0, 1), (1, 0))
# The width and the radius of the paper's autoencoder, and others of its kind.
_SETTINGS = ((256, "0.3"), (256, "0.05"), (128, "0.05"), (128, "0.3"), (1024, "0.05"))


@dataclass(frozen=True, eq=False)
class MaskPairCase:
    """Two masks of one layer, fully connected to the layers below and above."""

    first: Array  # (H,) of 0 and 1
    second: Array
    below: int  # units of the layer below, N_l
    above: int  # units of the layer above, N_u

    def describe(self) -> dict[str, Any]:
        """The masks and the layers, as text."""
        names = ("first", "second", "below", "above")
        return {name: text(getattr(self, name)) for name in names}

    def rounded(self) -> MaskPairCase:
        """The same case: zeros, ones and counts are exact in floating point."""
        return self


@dataclass(frozen=True)
class MaskPairs:
    """Pairs of masks; there is nothing symbolic about a set of edges."""

    widths: Sequence[int] = (1, 2, 3)

    def grid(self, per_shape: int) -> Iterator[MaskPairCase]:
        """Masks with few units dropped first."""
        for width in self.widths:
            sizes = tuple((value - 1, value) for value in (1, 2, 3))
            slots: list[Sequence[tuple[int, int]]] = [_BITS] * (2 * width) + [sizes, sizes]
            for *bits, below, above in small_integers(slots, per_shape):
                yield _mask_pair(bits[:width], bits[width:], below, above)

    def planted(self, count: int, seed: int) -> Iterator[MaskPairCase]:
        """Random masks of up to five units."""
        rng = np.random.default_rng(seed)
        for _ in range(count):
            bits = rng.integers(0, 2, (2, int(rng.integers(1, 6))))
            yield _mask_pair(*bits, *(int(n) for n in rng.integers(1, 5, 2)))

    def observed(
        self, problem: Problem, count: int, size: int, seed: int
    ) -> Iterator[MaskPairCase]:
        """Random masks of the features of a cut, and what the first-order step makes of them."""
        for cut in Regression(frozenset({"base", "k"})).observed(problem, count, size, seed):
            assert cut.base is not None
            flipped = greedy_flips(cut.problem, cut.w, cut.k, cut.base, "base")
            yield _mask_pair(cut.base[0], flipped[0], cut.problem.n_features, 1)

    def draw(self, numbers: testing.Numbers) -> st.SearchStrategy[MaskPairCase]:
        """Masks of up to five units, in whole numbers or in floats."""
        return _drawn_pair(numbers)

    def cells(self, effort: int) -> Iterator[MaskPairCase]:
        """None."""
        return iter(())


def _mask_pair(first: Any, second: Any, below: int, above: int) -> MaskPairCase:
    return MaskPairCase(np.array(first, np.int8), np.array(second, np.int8), below, above)


@st.composite
def _drawn_pair(draw: st.DrawFn, numbers: testing.Numbers) -> MaskPairCase:
    masks = draw(testing.base_masks(2, draw(st.integers(1, 5))))
    if numbers == "float":
        masks = masks.astype(np.float64)
    return MaskPairCase(masks[0], masks[1], draw(st.integers(1, 4)), draw(st.integers(1, 4)))


@dataclass(frozen=True, eq=False)
class LayerCase:
    """A dropout layer and the paper's delta; the limit on the distance is delta H."""

    width: int  # H
    delta: Fraction

    def describe(self) -> dict[str, Any]:
        """H and delta, as text."""
        return {"H": text(self.width), "delta": text(self.delta)}

    def rounded(self) -> LayerCase:
        """The same case: delta is taken at its exact value."""
        return self


@dataclass(frozen=True)
class Layers:
    """Widths and radii, also where delta = 1 / sqrt(H) exactly; fractions throughout."""

    def grid(self, per_shape: int) -> Iterator[LayerCase]:
        """All radii of up to 1 with denominators up to the fourth, wider layers later."""
        radii = sorted({Fraction(n, d) for d in range(1, 5) for n in range(d + 1)}, key=_size)
        for width in (1, 2, 3, 4, 5, 9, 16):
            for delta in radii:
                yield LayerCase(width, delta)

    def planted(self, count: int, seed: int) -> Iterator[LayerCase]:
        """Layers of the paper's experiments, and others at the edge delta = 1 / sqrt(H)."""
        yield from (LayerCase(width, Fraction(delta)) for width, delta in _SETTINGS)
        rng = np.random.default_rng(seed)
        for _ in range(count):
            root, off = int(rng.integers(1, 9)), int(rng.integers(-1, 2))
            yield LayerCase(root * root, Fraction(1, root) + Fraction(off, 1000))

    def observed(self, problem: Problem, count: int, size: int, seed: int) -> Iterator[LayerCase]:
        """The features of the data as the layer, at the paper's radii."""
        for _, delta in _SETTINGS[:count]:
            yield LayerCase(problem.n_features, Fraction(delta))

    def draw(self, numbers: testing.Numbers) -> st.SearchStrategy[LayerCase]:
        """Up to forty units; radii that are small fractions, any floats, or 1 / sqrt(H)."""
        parts = st.builds(Fraction, st.integers(0, 7), st.integers(1, 7))
        radii = parts if numbers == "rational" else st.floats(0, 1).map(Fraction)
        edges = st.integers(0, 3).map(lambda n: LayerCase(4**n, Fraction(1, 2**n)))
        return st.one_of(st.builds(LayerCase, st.integers(1, 40), radii), edges)

    def cells(self, effort: int) -> Iterator[LayerCase]:
        """None: floor(delta H) of a symbol is no formula."""
        return iter(())


def _size(number: Fraction) -> tuple[int, int]:
    return number.denominator, number.numerator
