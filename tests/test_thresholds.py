"""Thresholds: exact optima just below and just above each, degenerate data, lying solvers."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from linreg_theory import Problem, adversarial_dropout, adversarial_training, fits, interpolation
from linreg_theory.arrays import Array
from linreg_theory.solvers import Unresolved, largest_masked_loss
from linreg_theory.testing import budgets, radii, regressions
from linreg_theory.thresholds import (
    halved_design,
    interpolation_radius,
    share_duplicates,
    support_bound,
    zero_budget,
    zero_radius,
)

BELOW, ABOVE = Fraction(98, 100), Fraction(102, 100)


def trained(problem: Problem, delta: Any) -> tuple[Array, Fraction]:
    """Exact weights and value of adversarial training."""
    fit = fits.certify_training(problem.X, problem.y, delta)
    return np.array(fit.w), fit.value


def dropped(problem: Problem, k: int) -> tuple[Array, Fraction]:
    """Exact weights and value of adversarial dropout."""
    fit = fits.certify_dropout(problem.X, problem.y, k)
    return np.array(fit.w), fit.value


def integers(n: int, d: int, seed: int) -> Problem:
    rng = np.random.default_rng(seed)
    X, y = rng.integers(-3, 4, (n, d)), rng.integers(-3, 4, n)
    return Problem(X.astype(object), y.astype(object))


def interpolable(n: int, d: int, seed: int) -> Problem:
    """Data of any rank with weights that interpolate."""
    problem = integers(n, d, seed)
    w = np.random.default_rng(seed + 1).integers(-3, 4, d)
    return Problem(problem.X, problem.X @ w.astype(object))


SHAPES = [(1, 1), (1, 3), (2, 2), (2, 4), (3, 2), (3, 3), (4, 4)]


# -- zero weights -------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_zero_radius_is_where_the_optimum_becomes_zero(shape: tuple[int, int], seed: int) -> None:
    problem = integers(*shape, seed)
    radius, zero = zero_radius(problem), np.sum(problem.y * problem.y)
    if radius == 0:
        assert not np.any(problem.y @ problem.X)
        return
    w, value = trained(problem, BELOW * radius)
    assert np.any(w)
    assert value < zero
    assert trained(problem, radius)[1] == zero
    w, value = trained(problem, ABOVE * radius)
    assert not np.any(w)
    assert value == zero


@pytest.mark.parametrize("norm", [np.inf, 2, 1])
def test_zero_radius_of_each_ball(norm: Any) -> None:
    """Just below it a short step along the steepest direction helps, just above none does."""
    X, y = np.array([[1.0, -2.0], [3.0, 0.5], [-1.0, 1.0]]), np.array([1.0, -2.0, 0.5])
    pulls = y @ X
    expected = np.linalg.norm(pulls, norm) / np.sum(np.abs(y))
    radius = zero_radius(Problem(X, y), norm)
    assert radius == pytest.approx(expected, rel=1e-14)
    steepest = {
        np.inf: np.where(np.abs(pulls) == np.max(np.abs(pulls)), np.sign(pulls), 0),
        2: pulls,
        1: np.sign(pulls),
    }[norm]
    problem, zero = Problem(X, y).exact(), Fraction(float(y @ y))

    def lowest(delta: float) -> Any:
        steps = [adversarial_training.worst_case(Problem(X, y), t * steepest, delta, norm)
                 for t in 10.0 ** np.arange(-6.0, -1)]  # fmt: skip
        return min(steps)

    assert lowest(0.98 * radius) < float(zero)
    assert lowest(1.02 * radius) > float(zero)
    assert float(zero_radius(problem, norm)) == pytest.approx(radius, rel=1e-14)


def test_zero_radius_keeps_its_number_system_and_scale() -> None:
    exact = zero_radius(Problem([[Fraction(1, 3)]], [2]))
    assert isinstance(exact, Fraction)
    assert exact == Fraction(1, 3)
    assert isinstance(zero_radius(Problem([[0.25]], [2.0])), float)
    assert zero_radius(Problem([[1e300, 1e-300]], [1e300])) == 1e300
    assert zero_radius(Problem([[1e-300]], [1e-300])) == 1e-300
    assert zero_radius(Problem([[3e-200], [4e-200]], [1.0, 1.0]), 2) == pytest.approx(3.5e-200)
    assert zero_radius(Problem([[0.0]], [1.0])) == 0
    assert zero_radius(Problem([[1.0]], [0.0])) == 0
    with pytest.raises(ValueError, match="norm must be inf, 2 or 1, got 3"):
        zero_radius(Problem([[1.0]], [1.0]), 3)


def test_the_fits_use_the_same_radius_with_intercept_and_weights() -> None:
    X, y = np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]]), np.array([1.0, 3.0, -2.0])
    assert fits.zero_radius(X, y) == zero_radius(Problem(X, y))
    twice = fits.zero_radius(np.vstack([X, X[:1]]), np.append(y, y[0]), intercept=True)
    weighted = fits.zero_radius(X, y, intercept=True, sample_weight=[2.0, 1.0, 1.0])
    assert weighted == pytest.approx(twice, rel=1e-14)
    for factor, zero in ((0.98, False), (1.02, True)):
        fit = fits.fit_training(X, y, factor * weighted, intercept=True, sample_weight=[2, 1, 1])
        assert (np.max(np.abs(fit.coef)) < 1e-6) == zero
    assert fits.zero_radius(X, np.full(3, 0.1), intercept=True) == 0
    with pytest.raises(ValueError, match="y must have length 3"):
        fits.zero_radius(X, y[:2])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_zero_budget_is_where_the_optimum_becomes_zero(shape: tuple[int, int]) -> None:
    problem = integers(*shape, seed=7)
    budget, zero = zero_budget(problem), np.sum(problem.y * problem.y)
    assert dropped(problem, budget)[1] == zero
    if budget > 0:
        w, value = dropped(problem, budget - 1)
        assert value < zero
        assert np.any(w)


def test_zero_budget_of_degenerate_data() -> None:
    assert zero_budget(Problem([[1.0]], [0.0])) == 0
    assert zero_budget(Problem([[0.0, 0.0]], [1.0])) == 0
    assert zero_budget(Problem([[2.0]], [1.0])) == 1
    with pytest.raises(TypeError, match="symbols"):
        zero_budget(Problem([[sympy.Symbol("x", real=True)]], [1]))


@given(regressions(max_samples=3, max_features=3), st.data())
@settings(max_examples=60)
def test_no_minimiser_has_fewer_weights_than_the_bound(case: Any, data: Any) -> None:
    problem, w = case
    k = data.draw(budgets(problem.n_features))
    bound = support_bound(problem, k)
    assert bound in (0, k + 1)
    best, value = dropped(problem, k)
    assert np.count_nonzero(best) >= bound
    assert (value == problem.y @ problem.y) == (bound == 0)
    sparse = w * (np.arange(len(w)) < k)
    assert np.sum(largest_masked_loss(problem, sparse, k)) >= problem.y @ problem.y


def test_the_support_bound_is_reached_and_refuses_unusable_budgets() -> None:
    problem = Problem([[2.0, 1.0], [1.0, 3.0]], [3.0, 4.0])
    assert [support_bound(problem, k) for k in range(3)] == [1, 2, 0]
    assert np.count_nonzero(dropped(problem, 1)[0]) == 2
    with pytest.raises(ValueError, match="k must be between 0 and 2, got 3"):
        support_bound(problem, 3)


# -- interpolation ------------------------------------------------------------


def assert_threshold(problem: Problem, radius: Any) -> None:
    """The residuals of exact optima are zero just below the radius, and not just above it."""
    exact = problem.exact()
    w, _ = trained(exact, BELOW * radius)
    assert not np.any(exact.residuals(w))
    w, value = trained(exact, ABOVE * radius)
    assert np.any(exact.residuals(w))
    found = interpolation.interpolation(problem)
    assert found is not None
    assert value < adversarial_training.worst_case(exact, found.w, ABOVE * radius)
    at = adversarial_training.worst_case(exact, found.w, radius)
    assert trained(exact, radius)[1] == at


@pytest.mark.parametrize("shape", [*SHAPES, (4, 2)], ids=str)
@pytest.mark.parametrize("seed", range(6))
def test_optima_interpolate_up_to_the_radius(shape: tuple[int, int], seed: int) -> None:
    problem = interpolable(*shape, seed)
    radius = interpolation_radius(problem)
    if not np.any(problem.y):
        assert radius == inf
        return
    assert isinstance(radius, Fraction)
    assert radius > 0
    assert_threshold(problem, radius)


@given(regressions(max_samples=3, max_features=4))
@settings(max_examples=60)
def test_interpolation_comes_with_its_proof(case: Any) -> None:
    problem, w = case
    for y in (problem.y, problem.X @ w):
        found = interpolation.interpolation(Problem(problem.X, y))
        if found is None:
            assert np.linalg.matrix_rank(np.column_stack([problem.X, y]).astype(float)) > (
                np.linalg.matrix_rank(problem.X.astype(float))
            )
            continue
        assert np.all(problem.X @ found.w == y)
        assert np.all(np.abs(found.dual @ problem.X) <= 1)
        assert found.dual @ y == np.sum(np.abs(found.w))
        if found.direction is None:
            assert not np.any(y)
            continue
        assert found.radius * len(y) * max(abs(found.dual)) == 1
        assert falls_along(Problem(problem.X, y), found)


def falls_along(problem: Problem, found: interpolation.Interpolation) -> bool:
    """Whether a short step along the direction helps just beyond the radius."""
    assert found.direction is not None
    delta, step = found.radius * Fraction(101, 100), Fraction(1, 10**6)
    start = adversarial_training.worst_case(problem, found.w, delta)
    moved = found.w + step * found.direction / (1 + np.sum(np.abs(found.direction)))
    return bool(adversarial_training.worst_case(problem, moved, delta) < start)


def test_interpolation_of_degenerate_data() -> None:
    assert interpolation_radius(Problem([[2.0]], [3.0])) == 2
    assert interpolation_radius(Problem([[1.0, -4.0, 0.0]], [-3.0])) == 4
    assert interpolation_radius(Problem([[1.0]], [0.0])) == inf
    assert interpolation_radius(Problem([[0.0]], [0.0])) == inf
    assert interpolation_radius(Problem([[0.0]], [1.0])) == 0
    assert interpolation_radius(Problem([[1.0], [1.0]], [1.0, 2.0])) == 0
    assert interpolation_radius(Problem([[1.0], [1.0]], [1.0, 1.0])) == 1
    assert interpolation_radius(Problem([[1.0], [0.0]], [1.0, 0.0])) == Fraction(1, 2)
    assert interpolation_radius(Problem([[2.0, 2.0], [1.0, 1.0]], [2.0, 1.0])) == Fraction(3, 2)


def test_floats_are_taken_at_their_exact_value() -> None:
    assert interpolation_radius(Problem([[0.1]], [0.3])) == Fraction(0.1)
    assert interpolation_radius(Problem([[0.1], [0.2]], [0.3, 0.6])) > 0
    assert interpolation_radius(Problem([[0.1], [0.3]], [0.3, 0.9])) == 0  # 0.9 is rounded


@pytest.mark.parametrize("shape", [(5, 20), (8, 8), (3, 30)], ids=str)
@pytest.mark.parametrize("spread", [0, 3, 8])
def test_interpolation_of_real_numbers_at_any_scale(shape: tuple[int, int], spread: int) -> None:
    rng = np.random.default_rng(spread)
    X = rng.normal(size=shape) * 10.0 ** rng.uniform(-spread, spread, shape[1])
    y = rng.normal(size=shape[0])
    found = interpolation.interpolation(Problem(X, y))
    assert found is not None
    assert falls_along(Problem(X, y).exact(), found)
    scaled = interpolation_radius(Problem(X * 2.0**20, y * 2.0**-30))
    assert scaled == found.radius * 2**20


def test_symbols_have_no_interpolation_threshold() -> None:
    with pytest.raises(TypeError, match="symbols"):
        interpolation_radius(Problem([[sympy.Symbol("x", real=True)]], [1]))


LIES: list[dict[str, Any]] = [
    {"status": 1},
    {"status": 2},
    {"x": None},
    {"x": np.zeros(8)},
    {"x": np.arange(8.0)},
]


@pytest.mark.parametrize("lie", LIES, ids=["status", "infeasible", "nothing", "zeros", "numbers"])
@pytest.mark.parametrize("when", [0, 1])
def test_lying_linear_programs_are_caught(
    lie: dict[str, Any], when: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either program lies: the first has eight variables, two for each weight, the second four."""
    problem = Problem(
        [[1.0, 2.0, 0.0, 1.0], [3.0, -2.0, 1.0, 1.0], [0.0, 1.0, 0.0, 2.0]], [1, 3, 0]
    )
    assert interpolation_radius(problem) > 0
    calls: list[int] = []

    def liar(*arguments: Any, **options: Any) -> Any:
        told = dict(linprog(*arguments, **options))
        calls.append(1)
        if len(calls) - 1 == when:
            changed = dict(lie)
            if changed.get("x") is not None:
                changed["x"] = changed["x"][: len(told["x"])]
            told |= changed
        return SimpleNamespace(**told)

    monkeypatch.setattr(interpolation, "linprog", liar)
    with pytest.raises(Unresolved):
        interpolation_radius(problem)
    assert len(calls) > when


# -- identities ---------------------------------------------------------------


@given(regressions(max_samples=3, max_features=4))
def test_the_halved_design_has_the_worst_case_of_the_full_budget(case: Any) -> None:
    problem, w = case
    design = halved_design(problem)
    assert np.all(2 * design.problem.X == problem.X)
    assert np.all(design.radii == np.abs(design.problem.X))
    expected = largest_masked_loss(problem, w, problem.n_features)
    assert np.all(design.worst_case(w, per_sample=True) == expected)
    assert design.worst_case(w) == np.sum(expected)
    assert not np.any(dropped(problem, problem.n_features)[1] != problem.y @ problem.y)


def test_the_halved_design_in_floats() -> None:
    X = np.array([[1.0, -2.0], [3.0, 1.0]], dtype=np.float32)
    design = halved_design(Problem(X, np.array([1.0, 2.0], dtype=np.float32)))
    assert design.problem.X.dtype == np.float32
    w = np.array([2.0, 1.0], dtype=np.float32)
    assert design.worst_case(w, per_sample=True).tolist() == [9.0, 25.0]
    with pytest.raises(ValueError, match="w must have length 2"):
        design.worst_case([1.0])
    with pytest.raises(OverflowError, match="worst case"):
        halved_design(Problem([[1e100]], [1.0])).worst_case([1e100])


@given(regressions(max_samples=3, max_features=4), radii(), st.data())
@settings(max_examples=60)
def test_sharing_raises_no_objective_and_keeps_optima(case: Any, delta: Any, data: Any) -> None:
    problem, w = case
    X = np.column_stack([problem.X, problem.X[:, 0], problem.X[:, 0]])
    problem, w = Problem(X, problem.y), np.append(w, [w[0] + 1, -w[-1]])
    k = data.draw(budgets(problem.n_features))
    for v in (w, trained(problem, delta)[0]):
        shared = share_duplicates(problem, v)
        assert shared[0] == shared[-1] == shared[-2]
        assert np.all(X @ shared == X @ v)
        before, after = (adversarial_training.worst_case(problem, u, delta) for u in (v, shared))
        assert after <= before
        before, after = (adversarial_dropout.worst_case(problem, u, k) for u in (v, shared))
        assert after <= before


def test_sharing_in_floats_leaves_other_columns_alone() -> None:
    problem = Problem([[1.0, 0.0, 1.0, -1.0], [2.0, -0.0, 2.0, -2.0]], [1.0, 2.0])
    assert share_duplicates(problem, [1.0, 5.0, 3.0, 7.0]).tolist() == [2.0, 5.0, 2.0, 7.0]
    zeros = Problem([[0.0, -0.0]], [1.0])
    assert share_duplicates(zeros, [1.0, 2.0]).tolist() == [1.5, 1.5]
    weights = np.array([1.0])
    assert share_duplicates(Problem([[1.0]], [1.0]), weights).tolist() == [1.0]
    assert share_duplicates(Problem([[1.0]], [1.0]), weights) is not weights
    with pytest.raises(ValueError, match="w must have length 1"):
        share_duplicates(Problem([[1.0]], [1.0]), [1.0, 2.0])
