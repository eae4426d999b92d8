"""The one selection rule, on NumPy, torch and the strict array API, against its definition."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import array_api_strict
import numpy as np
import pytest
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st

from linreg_theory import masks
from linreg_theory.rounding import Undecided

LIBRARIES: dict[str, Callable[[Any], Any]] = {
    "numpy": np.asarray,
    "torch": torch.as_tensor,
    "array_api_strict": array_api_strict.asarray,
}


@st.composite
def searches(draw: st.DrawFn) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], int]:
    """Masks, scores with ties and zeros, and a budget."""
    units = draw(st.integers(1, 6))
    shape = (*draw(st.sampled_from([(), (1,), (3,), (2, 2)])), units)
    size = math.prod(shape)
    base = draw(st.lists(st.integers(0, 1), min_size=size, max_size=size))
    values = st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 1e150, -1e150, 5e-324, -5e-324])
    scores = draw(st.lists(values, min_size=size, max_size=size))
    budget = draw(st.integers(0, units))
    return np.array(base, np.int64).reshape(shape), np.array(scores).reshape(shape), budget


def _by_definition(base: Any, scores: Any, budget: int) -> Any:
    """Sort the units that may flip by |J|, then by index; flip the first ones."""
    flipped = base.copy()
    for index in np.ndindex(base.shape[:-1]):
        row, J = flipped[index], scores[index]
        able = [
            j for j in range(len(J)) if (row[j] == 0 and J[j] > 0) or (row[j] == 1 and J[j] < 0)
        ]
        for j in sorted(able, key=lambda j: (-abs(J[j]), j))[:budget]:
            row[j] = 1 - row[j]
    return flipped


@pytest.mark.parametrize("library", LIBRARIES)
@given(search=searches())
def test_flips_are_those_of_the_definition(library: str, search: Any) -> None:
    base, scores, budget = search
    convert = LIBRARIES[library]
    flipped = masks.flip_at_most(convert(base), convert(scores), budget)
    assert type(flipped) is type(convert(base))
    assert flipped.dtype == convert(base).dtype
    np.testing.assert_array_equal(np.asarray(flipped), _by_definition(base, scores, budget))


@given(search=searches())
def test_fractions_are_flipped_alike(search: Any) -> None:
    base, scores, budget = search
    exact = np.frompyfunc(Fraction, 1, 1)(scores).astype(object).reshape(scores.shape)
    np.testing.assert_array_equal(
        masks.flip_at_most(base, exact, budget), _by_definition(base, scores, budget)
    )


@given(search=searches())
def test_no_other_mask_within_the_budget_scores_higher(search: Any) -> None:
    """Optimality by exhaustion: the rule solves the unit knapsack."""
    base, scores, budget = search
    exact = np.frompyfunc(Fraction, 1, 1)(scores).astype(object).reshape(scores.shape)
    flipped = masks.flip_at_most(base, exact, budget)
    assert np.all(masks.flips(base, flipped) <= budget)
    for index in np.ndindex(base.shape[:-1]):
        row, J = base[index], exact[index]
        everything = [
            sum(((m - b) * v for m, b, v in zip(mask, row, J, strict=True)), Fraction(0))
            for mask in itertools.product((0, 1), repeat=len(row))
            if sum(m != b for m, b in zip(mask, row, strict=True)) <= budget
        ]
        reached = np.sum((flipped[index] - row) * J)
        assert reached == max(everything)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.float32, np.float64])
def test_the_dtype_of_the_base_is_kept(dtype: Any) -> None:
    flipped = masks.flip_at_most(np.ones(3, dtype), np.array([-1.0, -3.0, 2.0]), 1)
    assert flipped.dtype == dtype
    assert flipped.tolist() == [1, 0, 1]


def test_torch_keeps_half_precision_and_gradients_apart() -> None:
    base = torch.ones(2, 3, dtype=torch.float16)
    scores = torch.tensor([[-1.0, -2.0, -3.0], [1.0, -1.0, -1.0]], requires_grad=True)
    flipped = masks.flip_at_most(base, scores.detach(), 1)
    assert flipped.dtype == torch.float16
    assert flipped.tolist() == [[1, 1, 0], [1, 0, 1]]


def test_bases_broadcast_and_inputs_stay_as_they_were() -> None:
    base, scores = np.ones(2), np.array([[-1.0, -2.0], [-2.0, -1.0]])
    base.setflags(write=False)
    assert masks.flip_at_most(base, scores[:, ::-1], 1).tolist() == [[0, 1], [1, 0]]
    assert base.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("base", "scores", "budget", "error", "message"),
    [
        ([1, 1], [np.nan, 1], 1, ValueError, "scores must be finite"),
        ([1, 1], [np.inf, 1], 1, ValueError, "scores must be finite"),
        ([1, 2], [1.0, 1], 1, ValueError, "base must hold zeros and ones"),
        ([1, 1], [1.0, 1, 1], 1, ValueError, "scores must fit the shape of base"),
        ([], [], 0, ValueError, "at least one unit"),
        (1, 1.0, 0, ValueError, "at least one unit"),
        ([1, 1], [1.0, 1], 3, ValueError, "budget must be between 0 and 2"),
        ([1, 1], [1.0, 1], -1, ValueError, "budget must be between 0 and 2"),
        ([1, 1], [1.0, 1], 1.0, TypeError, "budget must be an integer"),
        ([1, 1], [1j, 1], 1, TypeError, "scores must be real numbers"),
    ],
)
@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_unusable_input(
    library: str, base: Any, scores: Any, budget: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        masks.flip_at_most(LIBRARIES[library](base), LIBRARIES[library](scores), budget)


def test_symbols_need_an_order() -> None:
    a, b = sympy.symbols("a b", positive=True)
    scores = np.array([-a, -a - b], dtype=object)
    assert masks.flip_at_most(np.ones(2, int), scores, 1).tolist() == [1, 0]
    with pytest.raises(Undecided, match="is not determined"):
        masks.flip_at_most(np.ones(2, int), np.array([-a, -b], dtype=object), 1)


@pytest.mark.parametrize("library", LIBRARIES)
@given(search=searches(), limit=st.fractions(0, 3, max_denominator=4))
def test_algorithm_1_is_its_transcription(library: str, search: Any, limit: Fraction) -> None:
    base, scores, _ = search
    convert = LIBRARIES[library]
    found = np.asarray(masks.algorithm_1(convert(base), convert(scores), limit))
    for index in np.ndindex(base.shape[:-1]):
        printed = masks.algorithm_1_transcribed(base[index], scores[index], limit)
        np.testing.assert_array_equal(found[index], printed)


def test_algorithm_1_overshoots_as_printed_and_not_repaired() -> None:
    base, J = np.ones(4, int), np.array([-4.0, -3, -2, -1])
    assert masks.flips(base, masks.algorithm_1(base, J, 1)) == 2
    assert masks.flips(base, masks.algorithm_1(base, J, 0)) == 1
    assert masks.flips(base, masks.algorithm_1(base, J, 1, "repaired")) == 1
    assert masks.flips(base, masks.algorithm_1(base, J, 0, "repaired")) == 0
    assert masks.flips(base, masks.algorithm_1(base, J, 2, "repaired")) == 4
    assert masks.flips(base, masks.algorithm_1(base, J, 2, "repaired", "flips")) == 2


@pytest.mark.parametrize(
    ("limit", "norm", "allowed"),
    [
        (0, "euclidean", 0),
        (1.5, "euclidean", 2),
        (256 * 0.05, "euclidean", 163),
        (256 * 0.05, "flips", 12),
        (Fraction(7, 2), "flips", 3),
        (1e200, "flips", int(1e200)),
    ],
)
def test_allowed_flips(limit: Any, norm: Any, allowed: int) -> None:
    assert masks.allowed_flips(limit, norm) == allowed


@pytest.mark.parametrize(
    ("limit", "arguments", "error", "message"),
    [
        (-1, (), ValueError, "limit must be at least 0"),
        (math.nan, (), ValueError, "limit must be finite"),
        (math.inf, (), ValueError, "limit must be finite"),
        ("1", (), TypeError, "limit must hold real numbers"),
        (sympy.Symbol("l"), (), TypeError, "limit must be a number"),
        (1, ("fixed",), ValueError, "reading must be"),
        (1, ("literal", "l1"), ValueError, "norm must be"),
    ],
)
def test_unusable_limits(limit: Any, arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        masks.algorithm_1(np.ones(2), np.ones(2), limit, *arguments)
