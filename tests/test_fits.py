"""Fits are what their gaps say, on every problem that the strategies make."""

from __future__ import annotations

from dataclasses import replace

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_diabetes

from linreg_theory import Problem
from linreg_theory.arrays import Array
from linreg_theory.fits import dropout, interior_drops, interior_l1, training
from linreg_theory.fits.dropout_model import DropoutFit, DropoutModel
from linreg_theory.fits.scaling import Units, units
from linreg_theory.fits.training_model import Fit, TrainingModel
from linreg_theory.testing import budgets, regressions

TOL, ALLOWED = 1e-9, 1e-8
NORMS = (np.inf, 2.0)
DELTAS = (0.0, 1e-6, 0.01, 0.1, 0.5, 1.0, 10.0, np.inf)


@st.composite
def scaled(draw: st.DrawFn) -> Units:
    """Small fractions with ties and zero residuals, or whole numbers, perhaps huge or denormal."""
    problem, _ = draw(regressions(max_samples=6))
    X, y = problem.X.astype(float), problem.y.astype(float)
    scales = st.sampled_from((1.0, 1.0, 1e150, 1e-150, 1e-310))
    with np.errstate(all="ignore"):
        X, y = X * draw(scales), y * draw(scales)
        return units(X, y, draw(st.booleans()))


def training_model(u: Units, delta: float, norm: float) -> TrainingModel:
    """Of a radius in the scale of the data."""
    return TrainingModel(u.X, u.F, u.y, np.full(u.X.shape[1], delta), u.rho, norm)


def above(value: float, bound: float, y: Array) -> float:
    """How far the value is above the bound, as far as that is not rounding."""
    return (value - bound) / max(value, 1e-12 * float(y @ y), 1e-300)


def sound(model: TrainingModel | DropoutModel, bound: float, weights: list[Array]) -> bool:
    """Whether no weights have a value below the bound, but for rounding."""
    parts = [np.split(v, [model.X.shape[1]]) for v in weights]
    return all(above(model.value(w, b), bound, model.y) >= -1e-10 for w, b in parts)


def around(v: Array, seed: int) -> list[Array]:
    """Zero weights, weights near v and weights anywhere."""
    rng = np.random.default_rng(seed)
    steps = [10.0**power * rng.normal(size=len(v)) for power in (-6, -3, -1, 0)]
    return [0 * v, *(v + step for step in steps), *steps]


def assert_proven(model: TrainingModel | DropoutModel, fit: Fit | DropoutFit, seed: int) -> None:
    """A small gap, no better weights anywhere, and a bound below them all."""
    value, bound = fit.value, fit.bound
    v = np.concatenate([fit.w, fit.free])
    assert -1e-10 <= above(value, bound, model.y) <= ALLOWED
    assert sound(model, bound, [v, *around(v, seed)])
    assert sound(model, value * (1 - 2 * ALLOWED), around(v, seed))


@given(scaled(), st.sampled_from(DELTAS), st.sampled_from(NORMS), st.integers(0, 99))
def test_training_reaches_a_proven_optimum(u: Units, delta: float, norm: float, seed: int) -> None:
    model = training_model(u, delta, norm)
    fit = training.minimise(model, TOL)
    if delta == np.inf:
        assert not fit.w.any()
        assert above(fit.value, fit.bound, u.y) <= ALLOWED
    else:
        assert_proven(model, fit, seed)


@given(st.data(), scaled(), st.integers(0, 99))
def test_dropout_reaches_a_proven_optimum(data: st.DataObject, u: Units, seed: int) -> None:
    model = u.dropout(data.draw(budgets(u.n_features)))
    assert_proven(model, dropout.minimise(model, TOL), seed)


def gaussian(N: int, D: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(N + D)
    return rng.normal(size=(N, D)), rng.normal(size=N)


def test_the_checks_can_fail() -> None:
    """A turned sign, a fit after two steps and weights that are a little off are all noticed."""
    u = units(*gaussian(30, 8), True)
    model, drops = training_model(u, 0.1, np.inf), u.dropout(2)
    fit = training.minimise(model, TOL)
    v = np.concatenate([fit.w, fit.free])
    assert sound(model, fit.bound, around(v, 0))
    assert not sound(model, fit.bound * (1 + 1e-4), around(v, 0))
    pull = replace(model, radii=model.radii / 2)  # a bound that forgets half of the limits
    assert not sound(pull, fit.bound, [training_v(pull)])
    with pytest.raises(AssertionError):
        assert_proven(model, replace(fit, bound=model.bound(-fit.alpha)), 0)
    with pytest.raises(AssertionError):
        assert_proven(
            model, replace(fit, w=fit.w * 1.01, value=model.value(fit.w * 1.01, fit.free)), 0
        )
    *_, short = interior_l1.central_path(*columns_of(model), limit=2)
    with pytest.raises(AssertionError):
        assert_proven(model, model.fit(short.w, short.free, short.alpha), 0)
    *_, early = interior_drops.central_path(drops.X, drops.F, drops.y, drops.k, limit=2)
    with pytest.raises(AssertionError):
        assert_proven(
            drops, drops.fit(early.w, early.free, early.p[0], early.p[1], early.dropped), 0
        )


def columns_of(model: TrainingModel) -> tuple[Array, Array, Array, Array, Array]:
    return model.X, model.F, model.y, model.radii, model.rho


def training_v(model: TrainingModel) -> Array:
    fit = training.minimise(model, TOL)
    return np.concatenate([fit.w, fit.free])


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("intercept", [False, True])
def test_any_dual_point_bounds_every_value(norm: float, intercept: bool) -> None:
    rng = np.random.default_rng(4)
    for trial in range(60):
        N, D = rng.integers(1, 12, 2)
        u = units(rng.normal(size=(N, D)), rng.normal(size=N), intercept)
        radii = 10.0 ** rng.uniform(-18, 1, D)
        model = replace(training_model(u, 1.0, norm), radii=radii)
        loose = replace(model, radii=np.where(radii < 1e-9, 0, radii))
        best = training.minimise(model, TOL)
        for alpha in (rng.normal(size=N), best.alpha, best.alpha + 1e-9 * rng.normal(size=N)):
            for total in (0.0, 1.0, 1e9, float(rng.exponential())):
                bound = model.bound(alpha, total)
                assert bound <= best.value + 1e-10 * max(best.value, 1e-12 * float(u.y @ u.y)), (
                    trial
                )
                assert loose.bound(alpha, total) <= best.value * (1 + 1e-9) + 1e-18, trial


@pytest.mark.parametrize("k", [1, 3])
def test_any_multipliers_bound_the_worst_case(k: int) -> None:
    rng = np.random.default_rng(5)
    u = units(*gaussian(12, 5), True)
    model = u.dropout(k)
    best = dropout.minimise(model, TOL)
    for _ in range(50):
        p, q = rng.exponential(size=(2, 12))
        dropped = rng.normal(size=(2, 12, 5))
        assert model.bound(p, q, dropped) <= best.value
        near = best.dropped + 1e-3 * rng.normal(size=best.dropped.shape)
        assert 0 < model.bound(best.upper, best.lower, near) <= best.value


@pytest.mark.parametrize("shape", [(12, 4), (5, 9)])
def test_agrees_with_a_conic_solver(shape: tuple[int, int]) -> None:
    u = units(*gaussian(*shape), True)
    w, b = cp.Variable(shape[1]), cp.Variable(1)
    e = u.y - u.X @ w - u.F @ b
    size = cp.abs(e) + 0.1 * cp.norm(w, 1)
    gains = cp.multiply(u.X, np.ones((shape[0], 1)) @ cp.reshape(w, (1, shape[1]), order="C"))
    sides = [
        sign * e[i] + cp.sum_largest(cp.pos(sign * gains[i]), 2)
        for i in range(shape[0])
        for sign in (1, -1)
    ]
    worst = [cp.square(cp.pos(cp.maximum(*sides[2 * i : 2 * i + 2]))) for i in range(shape[0])]
    fits: tuple[tuple[Fit | DropoutFit, cp.Expression], ...] = (
        (training.minimise(training_model(u, 0.1, np.inf), TOL), cp.sum_squares(size)),
        (dropout.minimise(u.dropout(2), TOL), cp.sum(cp.hstack(worst))),
    )
    for fit, objective in fits:
        problem = cp.Problem(cp.Minimize(objective))
        problem.solve(solver=cp.CLARABEL)
        assert fit.bound <= problem.value * (1 + 1e-6)
        assert fit.value >= problem.value * (1 - 1e-6)


@pytest.mark.parametrize("delta", [1e-4, 0.01, 0.1])
@pytest.mark.parametrize("norm", NORMS)
def test_columns_of_sixteen_magnitudes(delta: float, norm: float) -> None:
    X, y = load_diabetes(return_X_y=True)
    u = units(X * np.logspace(-8, 8, 10), y, True)
    assert training.minimise(u.training(delta, norm), TOL).gap <= ALLOWED


@pytest.mark.parametrize("norm", NORMS)
def test_extreme_radii(norm: float) -> None:
    u = units(*gaussian(12, 5), True)
    model = training_model(u, 1.0, norm)
    none = training.minimise(replace(model, radii=np.zeros(5)), TOL)
    both = np.hstack([u.X, u.F])
    assert np.allclose(np.r_[none.w, none.free], np.linalg.lstsq(both, u.y, rcond=None)[0])
    assert none.gap <= TOL
    every = training.minimise(replace(model, radii=np.full(5, np.inf)), TOL)
    assert not every.w.any()
    assert every.free[0] == pytest.approx(u.y.mean())
    mixed = training.minimise(replace(model, radii=np.array([0, 0.1, np.inf, 0.1, 0])), TOL)
    assert mixed.gap <= TOL
    assert mixed.w[2] == 0
    assert mixed.w[0] != 0


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("y", [[0.0, 0.0, 0.0], [7.0, 7.0, 7.0]])
def test_targets_that_an_intercept_fits(y: list[float], norm: float) -> None:
    X = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, 1.0]])
    u = units(X, np.array(y), True)
    fit = training.minimise(training_model(u, 0.1, norm), TOL)
    drops = dropout.minimise(u.dropout(1), TOL)
    for found in (fit, drops):
        assert not found.w.any()
        assert found.value <= 1e-28
        assert found.gap <= TOL
        assert found.free[0] * u.target == pytest.approx(y[0])


def test_columns_of_zeros_and_one_row_may_be_dropped() -> None:
    X = np.array([[1.0, 0.0, 2.0]])
    model = DropoutModel(X, np.zeros((1, 0)), np.array([1.0]), 1)
    fit = dropout.minimise(model, TOL)
    assert fit.gap <= TOL
    assert fit.w[1] == 0
    full = dropout.minimise(replace(model, k=3), TOL)
    assert not full.w.any()
    assert full.value == full.bound == 1


def test_what_cannot_be_fitted_is_refused() -> None:
    u = units(*gaussian(5, 3), False)
    model = training_model(u, 0.1, np.inf)
    for wrong, said in (
        (replace(model, norm=1), "norm must be inf or 2, got 1"),
        (replace(model, y=u.y * np.nan), "y must be finite"),
        (replace(model, radii=-model.radii), "radii must be at least 0"),
    ):
        with pytest.raises(ValueError, match=said):
            training.minimise(wrong, TOL)
    with pytest.raises(ValueError, match="k must be from 0 to 3, got 4"):
        dropout.minimise(replace(u.dropout(1), k=4), TOL)
    with pytest.raises(OverflowError):
        training.minimise(replace(model, y=u.y * 1e200), TOL)


def test_weights_beyond_floating_point_are_refused() -> None:
    X, y = gaussian(5, 2)
    u = units(X * 1e-200, y * 1e200, False)
    with pytest.raises(OverflowError):
        u.weights(np.ones(2))


def test_problem_data_may_be_used() -> None:
    problem = Problem([[1.0, 2.0], [2.0, 1.0], [0.0, 1.0]], [1.0, 2.0, 0.5])
    u = units(problem.X, problem.y, False)
    assert training.minimise(u.training(0.1, np.inf), TOL).gap <= TOL
