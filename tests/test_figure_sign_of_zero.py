"""The figure on the sign of zero: what its data say of interpolation and of Formula 12."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linreg_theory import datasets
from linreg_theory.adversarial_training import objective, worst_case
from linreg_theory.datasets import Dataset
from linreg_theory.figures.figure import Data
from linreg_theory.figures.sign_of_zero import FIGURE
from linreg_theory.figures.writing import written
from linreg_theory.interpolation import interpolation
from linreg_theory.problem import Problem

TINY = 1e-12


def _dataset(X: Any, y: Any) -> Dataset:
    problem = Problem(X, y)
    return Dataset("tiny", problem, tuple(f"x{j}" for j in range(problem.n_features)), "y")


OTHERS = {
    "one number": (_dataset([[2.0]], [1.0]), "drawn data"),
    "one sample": (_dataset([[1.0, -2.0]], [3.0]), "tiny"),
    "one feature": (_dataset([[1.0], [2.0]], [1.0, 2.0]), "drawn data"),
    "targets of zero": (_dataset([[1.0, 2.0], [2.0, 1.0]], [0.0, 0.0]), "drawn data"),
    "no features to speak of": (_dataset([[0.0, 0.0]], [1.0]), "drawn data"),
    "constant": (_dataset(np.eye(6)[:, ::-1] + 1, np.full(6, 5.0)), "tiny"),
    "contradictions": (_dataset([[1.0, 2.0, 0.0, 1.0]] * 3, [1.0, 2.0, 3.0]), "tiny"),
}


@pytest.fixture(scope="module")
def data() -> Data:
    return FIGURE.compute(datasets.load("diabetes"), 0)


def check_printed(data: Data) -> None:
    """AT-5: Formula 12 is zero at the weights, at every radius; the least worst case is not."""
    path = data["path"]
    assert set(path["printed"]) == {0.0}
    assert min(path["optimum"]) > 0
    assert data["samples"] < data["features"]


def check_threshold(data: Data) -> None:
    """BY-8: the weights' worst case is the least up to the radius, and above it beyond."""
    path = data["path"]
    rows = zip(path["delta"], path["interpolator"], path["optimum"], path["gap"], strict=True)
    for delta, interpolator, optimum, gap in rows:
        above = interpolator - optimum
        assert 0 <= gap < 1e-8
        assert above >= -gap - TINY * interpolator
        assert above <= gap + TINY if delta <= 1 else above > gap or delta < 1.01
    assert any(delta <= 1 for delta in path["delta"])
    assert any(delta > 1.01 for delta in path["delta"])
    factors = [point["delta"] for point in data["certified"]]
    assert min(factors) < 1
    assert 1 in factors
    assert max(factors) > 1
    for point in data["certified"]:
        assert (point["interpolator_above"] == 0) == (point["delta"] <= 1)
        pairs = list(zip(path["delta"], path["optimum"], strict=True))
        below = [optimum for delta, optimum in pairs if delta <= point["delta"]]
        beyond = [optimum for delta, optimum in pairs if delta >= point["delta"]]
        assert below[-1] - 1e-8 <= point["optimum"] <= min([1, *beyond]) + 1e-8


def check_residuals(data: Data) -> None:
    """BY-8: below the radius every residual of the best weights is zero, beyond it not every."""
    for point in data["certified"]:
        if point["delta"] != 1:  # there the best weights need not be unique
            assert (point["zero_residuals"] == data["samples"]) == (point["delta"] < 1)
    largest = np.max(np.array(data["path"]["residuals"]), axis=0)
    for delta, size in zip(data["path"]["delta"], largest, strict=True):
        assert size < 1e-9 if delta < 1 else size > 1e-6 or delta < 1.01
    assert largest[-1] == pytest.approx(1)


def check_near(data: Data) -> None:
    """AT-6: the worst case is convex and least at the weights; Formula 12 jumps there."""
    near = data["near"]
    worst, middle = np.array(near["worst"]), near["t"].index(0.0)
    assert np.all(np.diff(worst, 2) >= -TINY * worst.max())
    assert worst[middle] == np.min(worst)
    assert near["printed"][middle] == 0
    others = np.arange(len(worst)) != middle
    assert np.array_equal(np.array(near["printed"])[others], worst[others])
    for zoom in near["zoom"].values():
        away = np.abs(np.array(zoom["printed"]) - 1)
        assert away[-1] < TINY
        assert np.all(np.diff(away) <= 0)
        assert zoom["at_the_weights"] == 0


CHECKS = (check_printed, check_threshold, check_residuals, check_near)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_data_agree_with_the_claims(data: Data, check: Callable[[Data], None]) -> None:
    check(data)
    assert (data["name"], data["samples"], data["features"]) == ("diabetes", 5, 10)


@pytest.mark.parametrize("name", ["planted", *OTHERS])
def test_other_data_agree(name: str) -> None:
    loaded = name == "planted"
    dataset, source = (datasets.load(name), name) if loaded else OTHERS[name]
    found = FIGURE.compute(dataset, 1)
    for check in CHECKS:
        check(found)
    assert found["name"] == source
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("name", ["one number", "one sample"])
def test_it_draws(name: str, tmp_path: Path) -> None:
    found = FIGURE.compute(OTHERS[name][0], 1)
    with np.errstate(all="warn"):
        path = written(FIGURE, json.loads(json.dumps(found)), tmp_path / "figure.svg")
    assert "Formula 12" in path.read_text()


def test_the_same_seed_gives_the_same_data(data: Data) -> None:
    dataset = datasets.load("diabetes")
    assert json.dumps(FIGURE.compute(dataset, 0)) == json.dumps(data)
    assert FIGURE.compute(dataset, 1)["radius"] != data["radius"]


@pytest.mark.parametrize(
    ("check", "path", "by"),
    [
        (check_printed, ("path", "printed", 9), 1e-300),
        (check_printed, ("path", "optimum", 0), -1.0),
        (check_printed, ("samples",), 5),
        (check_threshold, ("path", "interpolator", 3), 1e-3),
        (check_threshold, ("path", "interpolator", 3), -1e-3),
        (check_threshold, ("path", "optimum", 50), 1e3),
        (check_threshold, ("path", "gap", 3), 1e-3),
        (check_threshold, ("certified", 1, "interpolator_above"), 1e-300),
        (check_threshold, ("certified", 2, "delta"), 0.01),
        (check_threshold, ("certified", 3, "delta"), -0.25),
        (check_threshold, ("certified", 4, "optimum"), 0.2),
        (check_residuals, ("certified", 0, "zero_residuals"), -1),
        (check_residuals, ("certified", 3, "zero_residuals"), 1),
        (check_residuals, ("path", "residuals", 2, 4), 1e-6),
        (check_near, ("near", "worst", 40), 0.1),
        (check_near, ("near", "worst", 32), 0.2),
        (check_near, ("near", "printed", 40), 1e-6),
        (check_near, ("near", "printed", 32), 1e-300),
        (check_near, ("near", "zoom", "half", "at_the_weights"), 1.0),
        (check_near, ("near", "zoom", "twice", "printed", 12), -1.0),
    ],
)
def test_wrong_data_are_caught(
    data: Data, check: Callable[[Data], None], path: tuple[Any, ...], by: float
) -> None:
    wrong: Any = copy.deepcopy(data)
    place = wrong
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] += by
    with pytest.raises(AssertionError):
        check(wrong)


def test_the_printed_objective_is_zero_in_fractions_and_only_there() -> None:
    problem = datasets.load("planted").problem.rows([1, 4, 7]).exact()
    found = interpolation(problem)
    assert found is not None
    for delta in (found.radius / 3, found.radius, 7 * found.radius):
        assert objective(problem, found.w, delta) == 0
        assert worst_case(problem, found.w, delta) > 0
        near = found.w + Fraction(1, 2**200)
        assert objective(problem, near, delta) > worst_case(problem, found.w, delta) / 2
