"""The exact path of adversarial training in its radius, judged by gaps and by known radii."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from linreg_theory import datasets, testing
from linreg_theory.arrays import Array
from linreg_theory.fits import homotopy
from linreg_theory.fits.exact_training import certify_training
from linreg_theory.fits.homotopy import TrainingPath, training_path
from linreg_theory.fits.path_system import cell_of
from linreg_theory.fits.path_walk import DONE, LOST, WORN, coefficients, walk
from linreg_theory.fits.rational import Data, rationals
from linreg_theory.fits.scaling import Units, units
from linreg_theory.fits.training import minimise
from linreg_theory.problem import Problem
from linreg_theory.solvers.solution import Unresolved

PROVEN = 1e-10


def gaussian(rng: np.random.Generator, n: int, d: int, intercept: bool = False) -> Units:
    X = rng.normal(size=(n, d))
    return units(X, X[:, 0] + rng.normal(size=n), intercept)


def radii_of(path: TrainingPath) -> Array:
    """Breakpoints, between and beyond them."""
    points = np.concatenate([[1.5 * path.largest], path.breakpoints, [path.lowest]])
    return np.concatenate([points, np.sqrt(points[1:] * points[:-1])])


def worst_gap(path: TrainingPath) -> float:
    return max(fit.gap for fit in path.fits(radii_of(path)))


@pytest.mark.parametrize("intercept", [False, True])
def test_the_diabetes_path_is_optimal(intercept: bool) -> None:
    problem = datasets.load("diabetes").problem
    path = training_path(units(problem.X, problem.y, intercept), 1e-6)
    assert path.resolved == 0
    assert path.lowest == 1e-6
    radii = np.geomspace(1e-6, path.largest, 50)
    assert max(fit.gap for fit in path.fits(radii)) <= PROVEN
    for delta, fit in zip(radii[::7], path.fits(radii[::7]), strict=True):
        assert np.array_equal(fit.sides, path.piece_sets(delta)[1])
        other = minimise(path.units.training(delta, np.inf), 1e-12)
        assert fit.value == pytest.approx(other.value, rel=1e-11)
        np.testing.assert_allclose(fit.w, other.w, atol=1e-5 * np.max(np.abs(other.w)))


@given(testing.regressions(7, 6), st.booleans())
def test_paths_of_small_fractions_are_optimal(drawn: Any, intercept: bool) -> None:
    """Ties, duplicates, zero residuals, columns of zeros; none needs the fallback."""
    problem: Problem = drawn[0]
    scaled = units(problem.X.astype(float), problem.y.astype(float), intercept)
    path = training_path(scaled, 1e-2)
    assert path.resolved == 0
    assert path.lowest == 1e-2
    assert worst_gap(path) <= PROVEN


@given(st.integers(0, 2**32 - 1))
def test_paths_of_larger_tied_problems_are_optimal(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, d = rng.integers(1, 25, 2)
    X = rng.integers(-1, 2, (n, d)).astype(float)
    weight = rng.integers(1, 3, n).astype(float)
    path = training_path(units(X, rng.integers(0, 3, n).astype(float), n % 2 > 0, weight), 1e-2)
    assert path.lowest == 1e-2
    assert path.resolved == 0
    assert worst_gap(path) <= PROVEN


@pytest.mark.parametrize("shape", [(40, 60), (80, 15), (30, 30)])
def test_gaussian_paths_are_continuous_and_optimal(
    shape: tuple[int, int], rng: np.random.Generator
) -> None:
    path = training_path(gaussian(rng, *shape, intercept=True), 1e-2)
    assert path.resolved == 0
    assert worst_gap(path) <= PROVEN
    for delta in path.breakpoints:
        above, below = path.at(delta * (1 + 1e-11)), path.at(delta * (1 - 1e-11))
        assert path.piece(delta * (1 + 1e-11)) < path.piece(delta * (1 - 1e-11))
        for one, other in zip(above, below, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-8)


def test_the_path_leaves_zero_at_the_known_radius(rng: np.random.Generator) -> None:
    X, y = rng.normal(size=(12, 5)) * [1e-8, 1, 1e8, 3, 1], rng.normal(size=12)
    known = np.max(np.abs(X.T @ y)) / np.sum(np.abs(y))
    path = training_path(units(X, y, False), known / 10)
    assert path.largest == pytest.approx(known, rel=1e-12)
    assert not np.any(path.at(known * 1.001)[0])
    assert np.any(path.at(known * 0.999)[0])
    assert worst_gap(path) <= PROVEN


def test_below_the_interpolation_radius_the_weights_stand_still(rng: np.random.Generator) -> None:
    """The radius is 1 / (N ||a||_inf), a the solution of max {a'y: ||X'a||_inf <= 1}."""
    X, y = rng.normal(size=(5, 15)), rng.normal(size=5)
    solved = linprog(-y, np.vstack([X.T, -X.T]), np.ones(30), bounds=(None, None))
    assert solved.x is not None
    known = 1 / (5 * np.max(np.abs(solved.x)))
    path = training_path(units(X, y, False), known / 1e3)
    assert path.breakpoints[-1] == pytest.approx(known, rel=1e-9)
    w, _, _ = path.at(known * 0.999)
    assert path.units.weights(w) @ X.T == pytest.approx(y, abs=1e-12)
    assert np.array_equal(w, path.at(path.lowest)[0])
    assert np.max(np.abs(path.at(known * 1.001)[0] - w)) > 1e-6
    assert worst_gap(path) <= PROVEN


def test_one_sample_with_one_feature_jumps_from_zero() -> None:
    path = training_path(units(np.array([[2.0]]), np.array([-3.0]), False), 1e-3)
    assert path.breakpoints == pytest.approx([2])
    assert path.units.weights(path.at(2.001)[0])[0] == 0
    assert path.units.weights(path.at(1.999)[0])[0] == pytest.approx(-1.5)
    assert worst_gap(path) <= PROVEN


@pytest.mark.parametrize(
    ("X", "y", "intercept"),
    [
        (np.array([[1.0], [2.0], [4.0]]), np.full(3, 0.1), True),  # constant y
        (np.array([[1.0], [2.0]]), np.zeros(2), False),
        (np.array([[1.0], [-1.0]]), np.ones(2), False),  # no correlation
        (np.zeros((2, 3)), np.ones(2), False),
        (np.ones((1, 1)), np.ones(1), True),
    ],
)
def test_nothing_to_learn_gives_one_piece(X: Array, y: Array, intercept: bool) -> None:
    path = training_path(units(X, y, intercept), 1e-3)
    assert len(path.line) == 1
    assert len(path.breakpoints) == 0
    assert not np.any(path.at(1e-3)[0])
    assert path.fits([1e-3, 10])[0].gap <= PROVEN


def test_duplicate_and_zero_columns(rng: np.random.Generator) -> None:
    X, y = rng.normal(size=(20, 4)), rng.normal(size=20)
    plain = training_path(units(X, y, True), 1e-2)
    more = np.hstack([np.zeros((20, 1)), X, -X[:, :2]])
    path = training_path(units(more, y, True), 1e-2)
    np.testing.assert_allclose(path.breakpoints, plain.breakpoints, rtol=1e-9)
    signs, sides = path.piece_sets(1e-2)
    assert signs.shape == (7,)
    assert sides.shape == (20,)
    assert signs[0] == 0
    assert worst_gap(path) <= PROVEN


def test_a_target_of_many_zeros(rng: np.random.Generator) -> None:
    X = rng.normal(size=(60, 8))
    y = np.where(np.arange(60) < 50, 0.0, X[:, 0])
    path = training_path(units(X, y, False), 1e-2)
    assert path.resolved == 0
    assert worst_gap(path) <= PROVEN


def test_sets_of_a_piece_lead_to_exact_optima(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linreg_theory.fits.exact_training._EXCHANGES", 1)
    problem = datasets.load("diabetes").problem
    X, y = problem.X[:60], problem.y[:60]
    data = Data(rationals(X), rationals(y), rationals(np.ones(60)), True)
    path = training_path(units(X, y, True), 1e-3)
    for delta in (Fraction(1, 37), Fraction(1, 210), Fraction(1, 999)):
        signs, sides = path.piece_sets(float(delta))
        w, free, alpha = path.at(float(delta))
        scale = path.units.target
        start = path.units.weights(w), free * scale, alpha * scale
        certificate = certify_training(data, delta, start, signs, sides)
        value = path.fits([float(delta)])[0].value * scale**2
        assert float(certificate.value) == pytest.approx(value, rel=1e-11)
        with pytest.raises(Unresolved):
            certify_training(data, delta, start, -signs, sides)


def test_a_limit_cuts_the_path_short_and_says_so(rng: np.random.Generator) -> None:
    path = training_path(gaussian(rng, 30, 10), 1e-2, limit=7)
    assert path.lowest > 1e-2
    assert len(path.line) == 7
    assert worst_gap(path) <= PROVEN
    with pytest.raises(ValueError, match="delta must be at least"):
        path.at(1e-2)


@pytest.mark.parametrize("delta", [0.0, -1.0, np.inf, np.nan])
def test_unusable_ends(delta: float, rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="delta_min must be positive and finite"):
        training_path(gaussian(rng, 3, 2), delta)
    path = training_path(gaussian(rng, 3, 2), 1e-2)
    if not delta > 0:
        with pytest.raises(ValueError, match="delta must be at least"):
            path.piece(delta)
    with pytest.raises(ValueError, match="limit must be at least 1"):
        training_path(path.units, 1e-2, limit=0)


@pytest.mark.parametrize("status", [LOST, WORN])
def test_a_lost_path_is_found_again(
    status: int, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    scaled = gaussian(rng, 40, 12, intercept=True)
    straight = training_path(scaled, 1e-2)
    monkeypatch.setattr(homotopy, "_PIECES", 9)
    monkeypatch.setattr(homotopy, "walk", _failing(walk, status))
    path = training_path(scaled, 1e-2)
    assert path.lowest == 1e-2
    assert (path.resolved > 3) == (status == LOST)
    radii = np.geomspace(1e-2, path.largest, 200)
    gaps = [fit.gap for fit in path.fits(radii)]
    assert max(gaps) <= PROVEN
    np.testing.assert_allclose(path.at(0.0137)[0], straight.at(0.0137)[0], atol=1e-9)


def test_a_path_that_stays_lost_ends_there(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homotopy, "_PIECES", 9)
    monkeypatch.setattr(homotopy, "walk", _failing(walk, LOST))
    monkeypatch.setattr(homotopy, "_resolve", lambda *_: None)
    path = training_path(gaussian(rng, 40, 12), 1e-2)
    assert path.resolved == 1
    assert path.lowest > 1e-2
    assert worst_gap(path) <= PROVEN
    monkeypatch.setattr(homotopy, "walk", lambda *_: LOST)
    with pytest.raises(Unresolved, match="lost at its beginning"):
        training_path(path.units, 1e-2)


def _failing(walk: Callable[..., int], status: int) -> Callable[..., int]:
    """A walk that gives up wherever its record is full."""

    def failing(*arguments: Any) -> int:
        found = walk(*arguments)
        return found if found == DONE else status

    return failing


def test_a_dropped_event_is_caught_by_the_gap(rng: np.random.Generator) -> None:
    """Going on in the cell before instead of crossing leaves a gap soon after."""
    path = training_path(gaussian(rng, 30, 8), 1e-2)
    for t in range(3, 20):
        lengthened = _with_piece(path, t, path.signs[t - 1], path.sides[t - 1])
        assert lengthened.fits([path.breakpoints[t]])[0].gap > PROVEN


def test_a_wrong_sign_is_caught_by_the_gap(rng: np.random.Generator) -> None:
    path = training_path(gaussian(rng, 30, 8), 1e-2)
    for t in range(3, 20):
        middle = np.sqrt(path.breakpoints[t - 1] * path.breakpoints[t])
        signs, sides = path.signs[t].copy(), path.sides[t].copy()
        same = _with_piece(path, t, signs, sides)
        assert same.fits([middle])[0].gap <= PROVEN
        signs[np.nonzero(signs)[0][0]] *= -1
        assert _with_piece(path, t, signs, sides).fits([middle])[0].gap > PROVEN
        sides[np.nonzero(sides)[0][0]] *= -1
        assert _with_piece(path, t, path.signs[t], sides).fits([middle])[0].gap > PROVEN


def _with_piece(path: TrainingPath, t: int, signs: Array, sides: Array) -> TrainingPath:
    """The path with other sets on piece t, solved for these."""
    design = homotopy._design(path.units)
    cell = cell_of(design, np.concatenate([np.zeros(design.free), signs]), sides)
    n = int(cell.size[0])
    line = path.line.copy()
    line[t] = coefficients(design, cell)
    starts = np.zeros(len(path.starts), dtype=np.int64)
    starts[t + 1 :] = n
    all_signs, all_sides = path.signs.copy(), path.sides.copy()
    all_signs[t], all_sides[t] = signs, sides
    forms = cell.solution[:, :n].T
    return replace(
        path,
        line=line,
        starts=starts,
        order=cell.order[:n],
        signs=all_signs,
        sides=all_sides,
        solution=forms,
    )
