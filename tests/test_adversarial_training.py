"""Formulas 12 and 13 and the worst case, by hand, by definition and at the extremes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from linreg_theory import Problem, solvers
from linreg_theory import adversarial_training as at
from linreg_theory.testing import assert_relation, assert_rounding, radii, regressions


def test_formula_12_and_13_by_hand() -> None:
    """x = (1, 2), w = (3, -1), y = 0: e = -1, g = (6, -2), the step is (d, -d)."""
    problem, w = Problem([[1.0, 2.0]], [0.0]), [3.0, -1.0]
    assert problem.residuals(w).tolist() == [-1]
    assert problem.input_gradients(w).tolist() == [[6, -2]]
    assert at.perturbations(problem, w, 0.5).tolist() == [[0.5, -0.5]]
    assert at.objective(problem, w, 0.5) == 9  # (-1 - 0.5 * 4)^2
    split = at.decompose(problem, w, 0.5)
    assert (split.clean, split.l1, split.quadratic, split.total) == (1, 4, 4, 9)
    assert split.gamma.tolist() == [[1, -1], [-1, 1]]


@pytest.mark.parametrize(("norm", "expected"), [(np.inf, 8.0), (2, 6.0), (1, 5.0)])
def test_the_worst_case_adds_the_dual_norm(norm: Any, expected: float) -> None:
    problem, w = Problem([[1.0, 1.0]], [8.0]), [3.0, 4.0]  # e = 1, norms of w: 7, 5, 4
    assert at.worst_case(problem, w, 1, norm) == expected**2
    r = at.worst_perturbations(problem, w, 1, norm)
    assert np.isclose(np.linalg.norm(r[0], norm), 1, rtol=1e-15, atol=0)
    assert np.isclose(Problem(problem.X + r, problem.y).loss(w), expected**2, rtol=1e-15, atol=0)


@given(regressions(), radii())
def test_no_corner_is_worse(case: Any, delta: Fraction) -> None:
    problem, w = case
    definition = solvers.largest_ball_loss(problem, w, delta)
    assert_relation("=", at.worst_case(problem, w, delta, per_sample=True), definition)
    attacked = Problem(problem.X + at.worst_perturbations(problem, w, delta), problem.y)
    assert_relation("=", attacked.residuals(w) ** 2, definition)


@given(regressions(), radii(), st.sampled_from([np.inf, 1]))
def test_worst_perturbations_stay_in_the_ball(case: Any, delta: Fraction, norm: Any) -> None:
    problem, w = case
    r = np.abs(at.worst_perturbations(problem, w, delta, norm))
    sizes = np.max(r, axis=1) if norm == np.inf else np.sum(r, axis=1)
    assert all(size <= delta for size in sizes)
    attacked = Problem(problem.X + at.worst_perturbations(problem, w, delta, norm), problem.y)
    assert attacked.loss(w) == at.worst_case(problem, w, delta, norm)


@given(regressions(numbers="float"), radii("float"))
def test_floats_are_within_their_proven_errors(case: Any, delta: float) -> None:
    problem, w = case
    for function in (at.objective, at.worst_case):
        assert_rounding(function, problem, w, delta)
    assert_rounding(lambda p, w, d: at.decompose(p, w, d).total, problem, w, delta)


@pytest.mark.parametrize("delta", [0, 0.0, Fraction(0)])
def test_radius_zero_changes_nothing(delta: Any, rng: np.random.Generator) -> None:
    problem, w = Problem(rng.normal(size=(5, 3)), rng.normal(size=5)), rng.normal(size=3)
    exact = problem.exact() if isinstance(delta, Fraction) else problem
    assert at.objective(problem, w, delta) == exact.loss(w)
    assert at.worst_case(problem, w, delta) == exact.loss(w)
    split = at.decompose(problem, w, delta)
    assert split.l1 == split.quadratic == 0


def test_terms_per_sample_sum_to_the_total(rng: np.random.Generator) -> None:
    problem, w = Problem(rng.normal(size=(6, 3)), rng.normal(size=6)), rng.normal(size=3)
    for function in (at.objective, at.worst_case):
        terms = function(problem, w, 0.3, per_sample=True)
        assert terms.shape == (6,)
        assert np.isclose(np.sum(terms), function(problem, w, 0.3), rtol=1e-14, atol=0)
    split = at.decompose(problem, w, 0.3, per_sample=True)
    np.testing.assert_allclose(split.total, at.objective(problem, w, 0.3, per_sample=True))


def test_fgsm_stays_put_at_a_zero_residual() -> None:
    problem = Problem([[1.0]], [2.0])
    assert at.objective(problem, [2.0], 1) == 0
    assert at.worst_case(problem, [2.0], 1) == 4


def test_fractions_and_symbols_are_exact() -> None:
    third = Fraction(1, 3)
    problem = Problem([[third]], [third])
    assert at.objective(problem, [Fraction(2)], third) == Fraction(1)
    assert at.worst_case(
        problem,
        [
            Fraction(3),
        ][:1],
        1,
        norm=2,
    ) == sympy.Rational(121, 9)
    x, y, w = sympy.symbols("x y w", real=True)
    delta = sympy.Symbol("delta", positive=True)
    symbolic = Problem(np.array([[x]]), np.array([y]))
    split = at.decompose(symbolic, [w], delta)
    values = {x: 1, y: 5, w: 2, delta: sympy.Rational(1, 2)}
    assert split.total.subs(values) == at.objective(symbolic, [w], delta).subs(values) == 16


@pytest.mark.parametrize("scale", [1e150, 1e-150, 5e-324, 1.0])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extreme_scales(scale: float, dtype: Any) -> None:
    if dtype == np.float32:
        scale = float(np.float32(max(scale, 1e-45) if scale < 1 else min(scale, 1e15)))
    data = np.array([[scale, -0.0], [0.0, scale]], dtype=dtype)
    problem = Problem(data, np.array([0.0, scale], dtype=dtype))
    w = np.array([1.0, -1.0], dtype=dtype)
    assert problem.X.dtype == dtype
    for delta in (0.0, 1.0):
        assert at.objective(problem, w, delta) >= problem.loss(w) >= 0
        assert at.objective(problem, w, delta).dtype == dtype


def test_read_only_and_strided_arrays_are_ordinary(rng: np.random.Generator) -> None:
    big = rng.normal(size=(8, 6))
    strided, w = big[::2, ::3], rng.normal(size=4)[::2]
    w.setflags(write=False)
    problem = Problem(strided, big[:4, 0])
    assert at.objective(problem, w, 1) == at.objective(Problem(strided.copy(), big[:4, 0]), w, 1)
