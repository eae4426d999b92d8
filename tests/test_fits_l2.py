"""Adversarial training in l_2 balls is minimised to its proven gap."""

from __future__ import annotations

from dataclasses import replace

import cvxpy as cp
import numpy as np
import pytest

from linreg_theory.arrays import Array
from linreg_theory.fits import interior_l2
from linreg_theory.fits.training import minimise
from linreg_theory.fits.training_model import TrainingModel

TOL = 1e-9


def model(X: Array, y: Array, delta: float, intercept: bool = False) -> TrainingModel:
    F = np.ones((len(y), int(intercept)))
    return TrainingModel(X, F, y, np.full(X.shape[1], delta), np.ones(len(y)), 2)


def gaussian(rng: np.random.Generator, N: int, D: int, delta: float) -> TrainingModel:
    return model(rng.normal(size=(N, D)), rng.normal(size=N), delta, intercept=N > 1)


def threshold(m: TrainingModel) -> float:
    """The radius from which zero is optimal, without free columns and for equal radii."""
    return float(np.linalg.norm(m.y @ m.X) / (m.rho @ np.abs(m.y)))


@pytest.mark.parametrize("shape", [(60, 20), (20, 60), (30, 30), (1, 5), (8, 1), (1, 1)])
@pytest.mark.parametrize("delta", [1e-6, 0.01, 0.3])
def test_gaussian_problems_of_every_shape(
    rng: np.random.Generator, shape: tuple[int, int], delta: float
) -> None:
    m = gaussian(rng, *shape, delta)
    fit = minimise(m, TOL)
    assert fit.gap <= TOL
    assert fit.value <= m.value(np.zeros(shape[1]), np.zeros(m.F.shape[1]))


def test_a_path_that_is_cut_short_says_so(rng: np.random.Generator) -> None:
    m = gaussian(rng, 30, 10, 0.1)
    *_, point = interior_l2.central_path(m.X, m.F, m.y, m.radii, m.rho, limit=2)
    assert m.fit(point.w, point.free, point.alpha).gap > 1e-3


@pytest.mark.parametrize("delta", [1e-4, 0.1, 0.5])
@pytest.mark.parametrize("seed", range(8))
def test_integer_data_with_ties_and_zero_residuals(seed: int, delta: float) -> None:
    rng = np.random.default_rng(seed)
    X = rng.integers(-2, 3, (8, 5)).astype(float)
    X[:, 4] = X[:, 0]
    X[7] = X[6]
    y = X @ rng.integers(-1, 2, 5) + rng.integers(0, 2, 8) * rng.integers(-2, 3, 8)
    assert minimise(model(X, y, delta, intercept=True), TOL).gap <= TOL


@pytest.mark.parametrize("delta", [1e-6, 1e-3])
def test_interpolating_data_take_the_shortest_weights(
    rng: np.random.Generator, delta: float
) -> None:
    X, y = rng.normal(size=(10, 30)), rng.normal(size=10)
    fit = minimise(model(X, y, delta), TOL)
    shortest = np.linalg.lstsq(X, y, rcond=None)[0]
    assert fit.gap <= TOL
    assert np.allclose(fit.w, shortest, rtol=1e-7, atol=1e-9)
    assert np.all(fit.sides == 0)


@pytest.mark.parametrize("shape", [(12, 4), (5, 9)])
def test_agrees_with_a_conic_solver(rng: np.random.Generator, shape: tuple[int, int]) -> None:
    m = gaussian(rng, *shape, 0.2)
    w, b = cp.Variable(shape[1]), cp.Variable(1)
    size = cp.abs(m.y - m.X @ w - m.F @ b) + 0.2 * cp.norm(w, 2)
    problem = cp.Problem(cp.Minimize(cp.sum_squares(size)))
    problem.solve(solver=cp.CLARABEL)
    fit = minimise(m, TOL)
    assert fit.bound <= problem.value * (1 + 1e-7)
    assert fit.value >= problem.value * (1 - 1e-7)


def test_zero_from_its_threshold_on(rng: np.random.Generator) -> None:
    m = model(rng.normal(size=(20, 6)), rng.normal(size=20), 1.0)
    edge = threshold(m)
    above = minimise(replace(m, radii=np.full(6, edge * (1 + 1e-9))), TOL)
    below = minimise(replace(m, radii=np.full(6, edge * (1 - 1e-3))), TOL)
    assert not above.w.any()
    assert above.gap <= TOL
    assert below.w.any()
    assert below.gap <= TOL


def test_turning_the_features_turns_the_weights(rng: np.random.Generator) -> None:
    m = gaussian(rng, 25, 6, 0.1)
    Q = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    fit, turned = minimise(m, 1e-12), minimise(replace(m, X=m.X @ Q), 1e-12)
    assert np.allclose(turned.w, Q.T @ fit.w, atol=1e-6)
    assert not np.allclose(turned.w, fit.w, atol=1e-2)
    assert turned.value == pytest.approx(fit.value, rel=1e-10)


def test_an_intercept_moves_with_the_targets(rng: np.random.Generator) -> None:
    m = gaussian(rng, 25, 6, 0.1)
    fit, moved = minimise(m, 1e-12), minimise(replace(m, y=m.y + 3), 1e-12)
    assert moved.free[0] == pytest.approx(fit.free[0] + 3, abs=1e-6)
    assert np.allclose(moved.w, fit.w, atol=1e-6)


def test_a_sample_of_weight_four_counts_as_four(rng: np.random.Generator) -> None:
    X, y = rng.normal(size=(10, 4)), rng.normal(size=10)
    rho = np.where(np.arange(10) == 0, 2.0, 1.0)
    F, radii = np.zeros((10, 0)), np.full(4, 0.1)
    weighted = TrainingModel(X * rho[:, None], F, y * rho, radii, rho, 2)
    rows = np.r_[0, 0, 0, np.arange(10)]
    repeated = TrainingModel(X[rows], F[rows], y[rows], radii, np.ones(13), 2)
    one, other = minimise(weighted, 1e-11), minimise(repeated, 1e-11)
    assert one.value == pytest.approx(other.value, rel=1e-10)
    assert np.allclose(one.w, other.w, atol=1e-6)


def test_the_row_space_keeps_norm_and_fit(rng: np.random.Generator) -> None:
    X, radii = rng.normal(size=(4, 9)), rng.uniform(0.1, 2, 9)
    Y, Q = interior_l2.row_space(X, radii)
    u = rng.normal(size=4)
    w = (Q @ u) / radii
    assert Y.shape == (4, 4)
    assert np.allclose(X @ w, Y @ u)
    assert np.linalg.norm(radii * w) == pytest.approx(np.linalg.norm(u))
