"""The figure of the paths: thresholds, supports, gaps and closed forms, each seen to fail."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linreg_theory import datasets, noise
from linreg_theory.datasets import Dataset
from linreg_theory.figures.path_methods import Split, split
from linreg_theory.figures.paths import FIGURE
from linreg_theory.figures.writing import written
from linreg_theory.fits import certify_dropout, certify_training, fit_training
from linreg_theory.problem import Problem
from linreg_theory.thresholds import interpolation_radius, support_bound, zero_radius

Data = dict[str, Any]
_SEED = 0


@pytest.fixture(scope="module")
def diabetes() -> Data:
    return FIGURE.compute(datasets.load("diabetes"), _SEED)


@pytest.fixture(scope="module")
def planted() -> Data:
    return FIGURE.compute(datasets.load("planted"), _SEED)


@pytest.fixture(params=["diabetes", "planted"])
def figure(request: pytest.FixtureRequest) -> Data:
    data: Data = request.getfixturevalue(request.param)
    return data


def samples(data: Data) -> Split:
    return split(datasets.load(data["name"]).problem, _SEED)


def corrupted(data: Data, *keys: Any, value: Any) -> Data:
    """A copy in which one entry is another."""
    copied = copy.deepcopy(data)
    inner: Any = copied
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return copied


def zero_from_the_threshold(data: Data, name: str) -> bool:
    """Weights are zero where the value is at least the threshold, and nowhere else."""
    path = data["methods"][name]
    zero = [not np.any(w) for w in path["weights"]]
    empty = [count == 0 for count in path["support"]]
    beyond = [value >= path["threshold"] for value in path["values"]]
    return zero == empty == beyond and any(beyond) and not all(beyond)


def supports_are_large(data: Data) -> bool:
    """BY-4: the minimiser of exact dropout is zero, or has more than k non-zeros."""
    path = data["methods"]["dropout"]
    pairs = zip(path["values"], path["support"], strict=True)
    return all(count == 0 or count > k for k, count in pairs)


def gaps_are_small(data: Data) -> bool:
    paths = data["methods"].values()
    gaps = [path["gaps"] for path in paths if path["gaps"] is not None]
    return len(gaps) == 2 and all(0 <= gap <= 1e-6 for each in [*gaps, few(data)] for gap in each)


def few(data: Data) -> list[float]:
    gaps: list[float] = data["few"]["gaps"]
    return gaps


def noise_is_its_ridge(data: Data) -> bool:
    """NB-2: (q X'X + p diag sum_i x_ij^2) v = X'y for centred X and y, v = q w."""
    given, path = samples(data), data["methods"]["noise"]
    X, y = given.X - given.X.mean(axis=0), given.y - given.y.mean()
    squares = np.diag(np.sum(given.X**2, axis=0))
    for p, v in zip(path["values"], path["weights"], strict=True):
        left = ((1 - p) * X.T @ X + p * squares) @ v
        if not np.allclose(left, (1 - p) * X.T @ y, rtol=1e-6, atol=1e-6 * np.max(abs(X.T @ y))):
            return False
    return True


def norm_falls(data: Data, name: str) -> bool:
    return bool(np.all(np.diff(data["methods"][name]["norm"]) <= 1e-9))


def objective_rises(data: Data, name: str) -> bool:
    """A larger adversary costs more, and never more than zero weights do."""
    given, objectives = samples(data), np.array(data["methods"][name]["objective"])
    most = float(np.sum((given.y - np.mean(given.y)) ** 2))
    return bool(np.all(np.diff(objectives) >= -1e-8 * most) and objectives[-1] <= most * (1 + 1e-9))


def unit_does_not_matter(data: Data, name: str) -> bool:
    """AD-13: the same weight, whatever the unit of its feature is."""
    path, j = data["methods"][name], data["rescaled"]["feature"]
    own = np.array(path["weights"])[:, j]
    return bool(np.allclose(path["other_unit"], own, rtol=0, atol=1e-3 * np.max(np.abs(own))))


def interpolates_up_to_the_radius(data: Data) -> bool:
    """BY-8: residuals are zero, and the norm is the least one, up to the radius and not beyond."""
    part = data["few"]
    inside = [delta <= part["radius"] for delta in part["delta"]]
    fitted = [residual < 1e-9 for residual in part["residual"]]
    least = [abs(norm - 1) < 1e-9 for norm in part["norm"]]
    cost = list(zip(part["optimum"], part["interpolating"], strict=True))
    same = [abs(optimum - weights) <= 1e-12 + 1e-9 * weights for optimum, weights in cost]
    ordered = all(optimum <= weights * (1 + 1e-9) for optimum, weights in cost)
    return inside == fitted == least == same and ordered and any(inside) and not all(inside)


@pytest.mark.parametrize("name", ["training", "lasso", "dropout"])
def test_weights_are_zero_from_the_threshold_on_and_not_before(figure: Data, name: str) -> None:
    assert zero_from_the_threshold(figure, name)
    threshold = figure["methods"][name]["threshold"]
    for wrong in (1.5 * threshold, threshold / 1.5):
        moved = corrupted(figure, "methods", name, "threshold", value=wrong)
        assert not zero_from_the_threshold(moved, name)


def test_the_radius_and_the_budget_are_the_exact_ones(planted: Data) -> None:
    """In fractions: AT-8's formula, and certificates on both sides of each threshold."""
    given = samples(planted)
    problem = Problem(given.X, given.y).exact()
    centred = Problem(problem.X, problem.y - sum(problem.y, Fraction(0)) / len(given.y))
    radius, budget = zero_radius(centred), planted["methods"]["dropout"]["threshold"]
    found = planted["methods"]["training"]["threshold"]
    assert found == pytest.approx(float(radius), rel=1e-12)
    assert found != pytest.approx(float(zero_radius(problem)), rel=1e-3)  # of the raw targets
    at, before = (
        certify_training(given.X, given.y, delta, intercept=True)
        for delta in (radius, radius * Fraction(999, 1000))
    )
    assert not any(at.w)
    assert any(before.w)
    for k, zero in ((int(budget) - 1, False), (int(budget), True)):
        assert any(certify_dropout(given.X, given.y, k, intercept=True).w) != zero
        assert (support_bound(centred, k) == 0) == zero


def test_optima_of_dropout_are_zero_or_have_more_than_k_weights(figure: Data) -> None:
    assert supports_are_large(figure)
    sparse = corrupted(figure, "methods", "dropout", "support", 2, value=2)
    assert not supports_are_large(sparse)


def test_the_non_zeros_counted_are_those_of_the_exact_optimum(planted: Data) -> None:
    given, path = samples(planted), planted["methods"]["dropout"]
    for k in (1, 2):
        exact = certify_dropout(given.X, given.y, k, intercept=True)
        assert path["support"][k] == sum(value != 0 for value in exact.w)
        assert path["objective"][k] == pytest.approx(float(exact.value), rel=1e-8)


def test_every_robust_fit_proves_its_gap(figure: Data) -> None:
    assert gaps_are_small(figure)
    for name in ("training", "dropout"):
        assert not gaps_are_small(corrupted(figure, "methods", name, "gaps", 1, value=1e-5))
    assert not gaps_are_small(corrupted(figure, "few", "gaps", 3, value=1e-5))


def test_random_dropout_is_ridge_with_shrunken_predictions(figure: Data) -> None:
    assert noise_is_its_ridge(figure)
    ridge = figure["methods"]["ridge"]["weights"][20]
    assert not noise_is_its_ridge(corrupted(figure, "methods", "noise", "weights", 20, value=ridge))


def test_random_dropout_minimises_the_expected_loss(planted: Data) -> None:
    """w = v / q, as `noise.dropout_loss` has it; neighbours cost more, and so does v itself."""
    given, path = samples(planted), planted["methods"]["noise"]
    at = 20
    keep = 1 - path["values"][at]
    problem = Problem(given.X, given.y - path["intercepts"][at])
    v = np.array(path["weights"][at])
    least = noise.dropout_loss(problem, v / keep, keep)
    assert least == pytest.approx(path["objective"][at], rel=1e-9)
    for step in (*(1e-2 * np.eye(len(v))), *(-1e-2 * np.eye(len(v)))):
        assert noise.dropout_loss(problem, v / keep + step, keep) >= least * (1 - 1e-12)
    assert noise.dropout_loss(problem, v, keep) > least


@pytest.mark.parametrize("name", ["lasso", "ridge", "noise"])
def test_the_norm_of_a_penalised_sum_falls(figure: Data, name: str) -> None:
    assert norm_falls(figure, name)
    assert not norm_falls(corrupted(figure, "methods", name, "norm", 7, value=1.5), name)


def test_the_norm_of_the_adversaries_may_rise(planted: Data) -> None:
    """So the caption does not say that it falls: two samples, least squares 1, then more."""
    assert not norm_falls(planted, "dropout")
    first, second = (fit_training([[25.0], [-5.0]], [26.0, 0.0], d).coef[0] for d in (0.0, 0.5))
    assert first == pytest.approx(1)
    assert second > 1.01


@pytest.mark.parametrize("name", ["training", "dropout"])
def test_the_worst_case_rises_to_that_of_zero_weights(figure: Data, name: str) -> None:
    assert objective_rises(figure, name)
    last = figure["methods"][name]["objective"][-1]
    assert not objective_rises(
        corrupted(figure, "methods", name, "objective", 1, value=1.1 * last), name
    )


def test_units_do_not_matter_to_dropout_and_do_to_the_others(figure: Data) -> None:
    seen = {name: unit_does_not_matter(figure, name) for name in figure["methods"]}
    assert seen == {name: name in ("noise", "dropout") for name in seen}


def test_few_samples_are_interpolated_up_to_the_radius(figure: Data) -> None:
    assert interpolates_up_to_the_radius(figure)
    part, given = figure["few"], samples(figure)
    n = part["samples"]
    first = Problem(given.X[:n], given.y[:n])
    assert part["radius"] == float(interpolation_radius(first))
    assert part["printed"] == [0.0] * len(part["delta"])
    for factor in (0.9, 1.02):
        moved = corrupted(figure, "few", "radius", value=factor * part["radius"])
        assert not interpolates_up_to_the_radius(moved)


def test_test_errors_are_those_of_the_weights_and_of_the_mean(diabetes: Data) -> None:
    given = samples(diabetes)
    assert len(given.held_y) == diabetes["held_out"] == 110
    assert not set(map(tuple, given.X)) & set(map(tuple, given.held_X))
    unit = np.sum((given.held_y - np.mean(given.y)) ** 2)
    for path in diabetes["methods"].values():
        predicted = given.held_X @ np.array(path["weights"][3]) + path["intercepts"][3]
        error = np.sum((given.held_y - predicted) ** 2) / unit
        assert path["error"][3] == pytest.approx(error, rel=1e-6)
        if path["threshold"] is not None:
            assert path["error"][-1] == pytest.approx(1, rel=1e-9)


def test_the_same_command_gives_the_same_data(planted: Data) -> None:
    again = FIGURE.compute(datasets.load("planted"), _SEED)
    assert json.dumps(again, allow_nan=False) == json.dumps(planted)
    other = FIGURE.compute(datasets.load("planted"), _SEED + 1)
    assert other["methods"]["ridge"]["weights"] != planted["methods"]["ridge"]["weights"]


def test_the_picture_is_drawn_from_the_data(diabetes: Data, tmp_path: Path) -> None:
    with np.errstate(all="warn", under="ignore"):  # matplotlib's arithmetic is its own
        moved = corrupted(diabetes, "methods", "dropout", "threshold", value=7.0)
        texts = [
            " ".join(text.get_text() for panel in FIGURE.draw(data).axes for text in panel.texts)
            for data in (diabetes, moved)
        ]
        assert "k = 4 on" in texts[0]
        assert "k = 7 on" in texts[1]
        assert written(FIGURE, diabetes, tmp_path / "paths.svg").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("X", "y"),
    [
        ([[2.0]], [3.0]),
        ([[0.0]], [3.0]),
        ([[1.0, -1.0, 0.0]], [2.0]),
        ([[1.0], [2.0], [4.0]], [5.0, 5.0, 5.0]),
        ([[1.0, 1.0], [2.0, 2.0]], [0.0, 0.0]),
        ([[1.0, 1.0], [1.0, 1.0], [2.0, 2.0]], [1.0, 2.0, 3.0]),
    ],
)
def test_the_smallest_data_have_their_figure(X: Any, y: Any) -> None:
    names = tuple(f"x{j}" for j in range(len(X[0])))
    data = FIGURE.compute(Dataset("tiny", Problem(X, y), names, "y"), _SEED)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert all(path["error"] is None for path in data["methods"].values())
    if len(set(y)) == 1:  # the intercept fits a constant
        assert not any(any(path["support"]) for path in data["methods"].values())
    with np.errstate(all="warn", under="ignore"):
        assert len(FIGURE.draw(data).axes) == 22


def test_large_data_are_cut(rng: np.random.Generator) -> None:
    problem = Problem(rng.normal(size=(300, 80)), rng.normal(size=300))
    kept = split(problem, _SEED)
    assert kept.X.shape == (225, 64)
    assert len(kept.held_y) == 75
    tall = split(Problem(rng.normal(size=(9000, 3)), rng.normal(size=9000)), _SEED)
    assert tall.X.size <= 16_000 < 9000 * 3
