"""Paths over many columns: the same optima as the general method, proven, in less memory."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg_theory.fits import fit_training, fit_training_path, wide, zero_radius
from linreg_theory.testing import regressions

TOL = 1e-9


def gaussian(n: int, d: int, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    return X, X[:, :5].sum(axis=1) + 0.5 * rng.normal(size=n) + 1


def assert_same_optima(X: Any, y: Any, radii: Any, **options: Any) -> None:
    units = wide.wide_units(X, y, options.get("intercept", False), options.get("sample_weight"))
    fits = wide.fit_wide_path(units, radii, TOL)
    floor = 1e-12 * float(y @ y)
    for delta, fit in zip(radii, fits, strict=True):
        other = fit_training(X, y, delta, **options)
        value, bound = fit.value * units.target**2, fit.bound * units.target**2
        assert fit.gap <= TOL or value <= floor
        assert value <= other.objective * (1 + 1e-9) + floor
        assert bound <= other.objective * (1 + 1e-12) + floor
        e = y - X @ units.weights(fit.w) - units.free(fit.free)
        s = options.get("sample_weight", np.ones(len(y)))
        worst = np.sum(s * (np.abs(e) + delta * np.sum(np.abs(units.weights(fit.w)))) ** 2)
        assert value == pytest.approx(worst, rel=1e-10, abs=floor)


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_same_optima(intercept: bool, weighted: bool) -> None:
    X, y = gaussian(30, 200)
    options: dict[str, Any] = {"intercept": intercept}
    if weighted:
        options["sample_weight"] = np.where(np.arange(30) % 7, 1.0 + np.arange(30) % 3, 0.0)
    largest = zero_radius(X, y, **options)
    assert_same_optima(X, y, largest * np.array([0.1, 0.8, 2.0, 0.4, 0.002, 0.4]), **options)


def test_columns_of_many_scales_and_duplicates() -> None:
    X, y = gaussian(20, 100)
    X[:, 50:60] = X[:, :10]
    X[:, 60] = 0
    X *= np.logspace(-2, 2, 100)
    assert_same_optima(X, y, zero_radius(X, y) * np.array([0.7, 0.3, 0.05]))


@given(regressions(max_samples=5, max_features=4), st.sampled_from((0.02, 0.3, 0.9)))
@settings(max_examples=40)
def test_degenerate_problems(case: Any, part: float) -> None:
    X, y = case[0].X.astype(float), case[0].y.astype(float)
    delta = part * zero_radius(X, y) or 0.1
    assert_same_optima(X, y, [delta, delta / 2])


def test_missing_columns_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A jump from zero weights to far down: many columns enter that did not pull before."""
    X, y = gaussian(30, 300)
    rounds = []
    honest = wide._missing

    def counted(*arguments: Any) -> Any:
        rounds.append(len(honest(*arguments)))
        return honest(*arguments)

    monkeypatch.setattr(wide, "_missing", counted)
    assert_same_optima(X, y, [0.2 * zero_radius(X, y)])
    assert sum(rounds) > 30


def test_a_lost_path_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = gaussian(20, 100)
    radii = zero_radius(X, y) * np.array([0.6, 0.3])
    searched = []
    honest = wide._searched

    def counted(*arguments: Any) -> Any:
        searched.append(arguments)
        return honest(*arguments)

    monkeypatch.setattr(wide, "_walked", lambda *arguments: None)
    monkeypatch.setattr(wide, "_searched", counted)
    assert_same_optima(X, y, radii)
    assert len(searched) >= len(radii)


def test_the_general_method_is_the_last_resort(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = gaussian(20, 100)
    radii = zero_radius(X, y) * np.array([0.6, 0.3])

    def useless(units: Any, part: Any, place: Any, delta: float) -> Any:
        return replace(place.fit, alpha=np.ones(len(y)), sides=np.ones(len(y)))

    monkeypatch.setattr(wide, "_walked", useless)
    assert_same_optima(X, y, radii)
    monkeypatch.setattr(wide, "_by_all_columns", lambda units, best, delta, tol: best)
    short = wide.fit_wide_path(wide.wide_units(X, y, False), radii, TOL)
    assert all(fit.gap > TOL for fit in short)  # and says so


def test_the_bound_counts_columns_outside_the_working_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the product with all columns the bound would be above the optimum."""
    X, y = gaussian(30, 300)
    delta = 0.2 * zero_radius(X, y)
    units = wide.wide_units(X, y, False)
    (fit,) = wide.fit_wide_path(units, [delta], TOL)
    few = wide.wide_units(X[:, :40], y, False)
    (part,) = wide.fit_wide_path(few, [delta], TOL)
    assert part.gap <= TOL
    assert part.bound > fit.value * (1 + 1e-3)  # right for 40 columns, wrong for 300
    pulls = np.abs(part.alpha @ X)
    w = np.concatenate([part.w, np.zeros(260)])
    whole = wide._proven(units, replace(part, w=w), pulls, delta)
    assert whole.bound <= fit.value


def test_the_public_path_uses_it_and_keeps_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = gaussian(20, 1000)
    largest = zero_radius(X, y)
    radii = [0.2 * largest, np.inf, 0.6 * largest, 0, 0.4 * largest]
    called = []

    def counted(*arguments: Any) -> Any:
        called.append(arguments)
        return wide.fit_wide_path(*arguments)

    monkeypatch.setattr("linreg_theory.fits.solve.fit_wide_path", counted)
    fits = fit_training_path(X, y, radii, intercept=True)
    assert len(called) == 1
    for delta, fit in zip(radii, fits, strict=True):
        assert fit.converged
        other = fit_training(X, y, delta, intercept=True)
        assert fit.objective == pytest.approx(other.objective, rel=1e-9, abs=1e-20)
    fit_training_path(X[:, :900], y, radii[:1])
    fit_training_path(X, y, [0, np.inf])
    assert len(called) == 1


def test_memory() -> None:
    X, y = gaussian(50, 20_000)
    radii = np.geomspace(1, 0.05, 10) * zero_radius(X, y)
    fit_training_path(X, y, radii)  # compiles
    tracemalloc.start()
    fits = fit_training_path(X, y, radii)
    beyond = tracemalloc.get_traced_memory()[1] / X.nbytes
    tracemalloc.stop()
    assert all(fit.converged for fit in fits)
    assert beyond < 3  # and X itself


@pytest.mark.parametrize("delta", [0, -1, np.inf, np.nan])
def test_bad_radii_are_named(delta: float) -> None:
    X, y = gaussian(5, 10)
    with pytest.raises(ValueError, match="radii must be positive and finite"):
        wide.fit_wide_path(wide.wide_units(X, y, False), [delta], TOL)
    with pytest.raises(ValueError, match="delta must be at least 0, got -1"):
        fit_training_path(np.ones((2, 1000)), [1.0, 2.0], [0.1, -1])
