"""What a gap rests on: the level of the dual's sizes, and bounds of many fits at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from linreg_theory.fits import fit_training
from linreg_theory.fits.homotopy import training_path
from linreg_theory.fits.proofs_at_once import values_and_bounds
from linreg_theory.fits.scaling import Units, units
from linreg_theory.fits.training_model import water_level


def reached(size: Any, rho: Any, level: float) -> float:
    return float(np.sum(rho * np.maximum(size, level * rho)))


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_the_level_is_the_smallest_that_reaches_the_total(n: int) -> None:
    rng = np.random.default_rng(n)
    size = np.abs(rng.normal(size=(30, n))).round(1)  # ties and zeros
    rho = rng.uniform(0.1, 2, n).round(1)
    totals = (size @ rho) * rng.uniform(0, 4, 30)
    levels = water_level(size, rho, totals)
    for row, total, level in zip(size, totals, levels, strict=True):
        assert level == water_level(row, rho, total) >= 0
        assert reached(row, rho, level) >= total * (1 - 1e-14)
        if level:  # a little less is too little
            assert reached(row, rho, level * (1 - 1e-9)) < total
            assert reached(row, rho, level * 0.9) < total * (1 - 1e-14)


def test_a_total_reached_but_for_rounding_raises_nothing() -> None:
    rng = np.random.default_rng(6)
    ones = np.ones(12)
    for _ in range(500):
        size = 10.0 ** rng.uniform(-3, 3, 12)
        total = np.nextafter(float(ones @ size), np.inf)
        level = float(water_level(size, ones, total))
        assert reached(size, ones, level) <= total * (1 + 1e-14)


def path(intercept: bool) -> tuple[Units, Any, tuple[Any, ...]]:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(30, 8)) * 10.0 ** rng.integers(-2, 3, 8)
    scaled = units(X, X[:, 0] / np.max(np.abs(X[:, 0])) + rng.normal(size=30), intercept)
    whole = training_path(scaled, 1e-3)
    radii = np.geomspace(whole.largest * 1.2, 1e-3, 25)
    points = [whole.at(float(radius)) for radius in radii]
    return scaled, radii, tuple(np.array(part) for part in zip(*points, strict=True))


@pytest.mark.parametrize("intercept", [False, True])
def test_bounds_of_many_fits_are_those_of_each(intercept: bool) -> None:
    scaled, radii, (w, free, alpha) = path(intercept)
    values, bounds = values_and_bounds(scaled, radii, w, free, alpha)
    for i, radius in enumerate(radii):
        alone = scaled.training(float(radius), np.inf).fit(w[i], free[i], alpha[i])
        assert values[i] == pytest.approx(alone.value, rel=1e-13)
        assert bounds[i] == pytest.approx(alone.bound, rel=1e-11)


@pytest.mark.parametrize("intercept", [False, True])
def test_no_dual_point_bounds_more_than_the_optimum(intercept: bool) -> None:
    scaled, radii, (w, free, alpha) = path(intercept)
    rng = np.random.default_rng(5)
    for size in (1e-3, 0.1, 10.0):
        wrong = alpha + size * np.std(alpha) * rng.normal(size=alpha.shape)
        values, bounds = values_and_bounds(scaled, radii, w, free, wrong)
        optima, _ = values_and_bounds(scaled, radii, w, free, alpha)
        assert np.all(bounds <= optima * (1 + 1e-11))
        assert np.any(bounds < values * (1 - 1e-9))  # and a wrong one is seen to prove less
    data = scaled.X * scaled.columns
    target = scaled.y * scaled.target
    fit = fit_training(data, target, float(radii[9]), intercept=intercept)
    optimum = float(optima[9]) * scaled.target**2
    assert fit.objective == pytest.approx(optimum, rel=1e-9)
