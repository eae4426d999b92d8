"""Formulas 14 to 16 and the worst case, by hand, by definition and at the extremes."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from linreg_theory import Problem, masks, solvers
from linreg_theory import adversarial_dropout as ad
from linreg_theory.testing import (
    assert_relation,
    assert_rounding,
    base_masks,
    budgets,
    regressions,
)


@st.composite
def searches(draw: st.DrawFn, numbers: Any = "rational") -> tuple[Problem, Any, int, Any]:
    """A problem, weights, a budget and base masks."""
    problem, w = draw(regressions(numbers=numbers))
    k = draw(budgets(problem.n_features))
    return problem, w, k, draw(base_masks(problem.n_samples, problem.n_features))


def test_formulas_14_to_16_by_hand() -> None:
    """x = (1, 2, 1), w = (1, 1, -1), y = 3: e = 1, a = (1, 2, -1), J = (-2, -4, 2)."""
    problem, w = Problem([[1.0, 2.0, 1.0]], [3.0]), [1.0, 1.0, -1.0]
    assert ad.jacobian(problem, w).tolist() == [[-2, -4, 2]]
    for k, mask, loss in ((0, [1, 1, 1], 1), (1, [1, 0, 1], 9), (2, [0, 0, 1], 16)):
        assert ad.greedy_masks(problem, w, k).tolist() == [mask]
        assert ad.objective(problem, w, k) == loss
        assert ad.decompose(problem, w, k).total == loss
    split = ad.decompose(problem, w, 2)
    assert (split.clean, split.l1, split.quadratic) == (1, 6, 9)
    assert split.gamma.tolist() == [[1, 2, 0], [2, 4, 0], [0, 0, 0]]
    assert ad.greedy_masks(problem, w, 3).tolist() == [[0, 0, 1]]


def test_formula_14_overspends_where_products_tie_and_where_the_residual_is_zero() -> None:
    tied = Problem([[1.0, 1.0]], [3.0])
    assert ad.greedy_masks(tied, [1.0, 1.0], 1).tolist() == [[0, 0]]
    assert ad.greedy_masks(tied, [1.0, 1.0], 1, "break").tolist() == [[0, 1]]
    fitted = Problem([[1.0, 1.0]], [2.0])
    assert ad.greedy_masks(fitted, [1.0, 1.0], 1).tolist() == [[0, 0]]
    assert ad.greedy_masks(fitted, [1.0, 1.0], 1, "break").tolist() == [[1, 1]]
    assert ad.worst_case(fitted, [1.0, 1.0], 1) == 1


@given(searches())
def test_no_mask_is_worse(search: Any) -> None:
    problem, w, k, base = search
    for start in (None, base):
        definition = solvers.largest_masked_loss(problem, w, k, start)
        found = ad.worst_case_masks(problem, w, k, start)
        assert_relation("=", ad.worst_case(problem, w, k, start, per_sample=True), definition)
        assert_relation("=", ad.masked_loss(problem, w, found, per_sample=True), definition)
        assert np.all(masks.flips(found, 1 if start is None else start) <= k)


@given(searches())
def test_the_sides_say_what_flips_can_do(search: Any) -> None:
    problem, w, k, base = search
    s = ad.sides(problem, w, k, base)
    reach = np.maximum(s.residual + s.raising, s.lowering - s.residual)
    assert_relation("=", reach * reach, solvers.largest_masked_loss(problem, w, k, base))
    assert_relation(">=", [s.raising, s.lowering], [0 * s.raising, 0 * s.lowering])


@given(searches())
def test_from_all_ones_both_jacobians_give_formula_14(search: Any) -> None:
    problem, w, k, _ = search
    broken = ad.greedy_masks(problem, w, k, "break")
    for at in ("ones", "base"):
        np.testing.assert_array_equal(ad.greedy_flips(problem, w, k, 1, at), broken)
    assert np.all(np.sum(broken == 0, axis=1) <= k)


@given(searches())
def test_the_expansion_is_a_lower_bound(search: Any) -> None:
    problem, w, _, base = search
    linear = ad.linearised_loss(problem, w, base, per_sample=True)
    assert_relation("<=", linear, ad.masked_loss(problem, w, base, per_sample=True))
    assert_relation(
        "=", ad.decompose_masks(problem, w, base).total, ad.masked_loss(problem, w, base)
    )


@given(searches("float"))
def test_floats_are_within_their_proven_errors(search: Any) -> None:
    problem, w, k, base = search
    assert_rounding(lambda p, w: ad.objective(p, w, k), problem, w)
    assert_rounding(lambda p, w: ad.decompose(p, w, k).total, problem, w)
    assert_rounding(lambda p, w: ad.worst_case(p, w, k), problem, w)
    assert_rounding(lambda p, w: ad.worst_case(p, w, k, base), problem, w)


def test_budget_zero_changes_nothing(rng: np.random.Generator) -> None:
    problem, w = Problem(rng.normal(size=(5, 3)), rng.normal(size=5)), rng.normal(size=3)
    assert ad.objective(problem, w, 0) == ad.worst_case(problem, w, 0) == problem.loss(w)
    assert np.all(ad.worst_case_masks(problem, w, 0) == 1)


def test_terms_per_sample_sum_to_the_total(rng: np.random.Generator) -> None:
    problem, w = Problem(rng.normal(size=(6, 3)), rng.normal(size=6)), rng.normal(size=3)
    for function in (ad.objective, ad.worst_case):
        terms = function(problem, w, 2, per_sample=True)
        assert terms.shape == (6,)
        assert np.isclose(np.sum(terms), function(problem, w, 2), rtol=1e-14, atol=0)
    split = ad.decompose(problem, w, 2, per_sample=True)
    np.testing.assert_allclose(split.total, ad.objective(problem, w, 2, per_sample=True))


def test_blocks_of_rows_give_what_the_whole_gives(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = Problem(rng.normal(size=(7, 4)), rng.normal(size=7)).exact()  # BLAS may reorder
    w = rng.normal(size=4)
    base = rng.integers(0, 2, (7, 4))
    whole = [ad.worst_case(problem, w, 2, b, per_sample=True) for b in (None, base)]
    monkeypatch.setattr(ad, "_BLOCK", 8)
    for b, expected in zip((None, base), whole, strict=True):
        np.testing.assert_array_equal(ad.worst_case(problem, w, 2, b, per_sample=True), expected)


@pytest.mark.parametrize(("shape", "k"), [((2000, 500), 5), ((2000, 500), 500), ((1, 10**6), 10)])
def test_the_worst_case_needs_little_memory(shape: tuple[int, int], k: int) -> None:
    """With X of the caller, its copy in Problem, and the work: at most three times X."""
    rng = np.random.default_rng(0)
    warm = Problem(np.ones((256, 256)), np.ones(256))
    ad.worst_case(warm, np.ones(256), 1)  # compiling is not counted
    tracemalloc.start()
    try:
        data = rng.normal(size=shape)
        y, w = np.zeros(shape[0]), rng.normal(size=shape[1])
        problem = Problem(data, y)
        tracemalloc.reset_peak()
        ad.worst_case(problem, w, k)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 3 * data.nbytes + w.nbytes + 2**16  # of one row, w is as large as X


def test_symbols_give_the_formula() -> None:
    a, b = sympy.symbols("a b", positive=True)
    problem = Problem(np.array([[a, -b]]), np.array([a - b]))  # w = 1: e = 0
    assert ad.worst_case(problem, [1, 1], 1) == sympy.Max(a, b) ** 2
    assert ad.worst_case(problem, [1, 1], 0) == 0
    assert ad.greedy_masks(problem, [1, 1], 1).tolist() == [[0, 0]]


@pytest.mark.parametrize("scale", [1e150, 1e-150, 5e-324])
def test_extreme_scales(scale: float) -> None:
    problem = Problem([[scale, -scale, 0.0]], [-0.0])
    w = [1.0, 1.0, 1.0]
    assert ad.greedy_masks(problem, w, 3).tolist() == [[0, 0, 0]]
    with np.errstate(under="ignore"):
        assert ad.worst_case(problem, w, 1) == scale * scale
    assert ad.worst_case(problem.exact(), w, 1) == Fraction(scale) ** 2


def test_single_precision_stays_single(rng: np.random.Generator) -> None:
    data = rng.normal(size=(4, 3)).astype(np.float32)
    problem, w = Problem(data, data[:, 0]), data[0]
    assert ad.worst_case(problem, w, 1).dtype == np.float32
    assert ad.objective(problem, w, 1, per_sample=True).dtype == np.float32
    assert_rounding(lambda p, w: ad.worst_case(p, w, 2), problem, w)
