"""The figure on ranks and scales: what its data say of P(k), of delta and of units."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linreg_theory import adversarial_dropout, adversarial_training, datasets
from linreg_theory.arrays import exactly
from linreg_theory.datasets import Dataset
from linreg_theory.figures.figure import Data
from linreg_theory.figures.rank_and_scale import FIGURE
from linreg_theory.figures.writing import written
from linreg_theory.problem import Problem
from linreg_theory.weights import ridge

EPS = float(np.finfo(float).eps)


def _dataset(X: Any, y: Any) -> Dataset:
    problem = Problem(X, y)
    return Dataset("tiny", problem, tuple(f"${j}" for j in range(problem.n_features)), "y")


TINY = {
    "one number": _dataset([[2.0]], [1.0]),
    "one feature": _dataset([[1.0], [2.0], [-1.0]], [1.0, 1.0, 1.0]),
    "one sample": _dataset([[1.0, -2.0, 0.0]], [3.0]),
    "nothing to fit": _dataset([[1.0, 2.0], [2.0, 1.0]], [0.0, 0.0]),
    "no features to speak of": _dataset([[0.0, 0.0]], [1.0]),
    "constant": _dataset([[1.0, 2.0], [2.0, 1.0], [1.0, 1.0]], [5.0, 5.0, 5.0]),
}


@pytest.fixture(scope="module")
def data() -> Data:
    return FIGURE.compute(datasets.load("diabetes"), 0)


def check_budget(data: Data) -> None:
    """AD-11: P grows, bends downwards and is constant from the last adverse feature on."""
    budget = data["budget"]
    for values in (budget["total"], *(each["P"] for each in budget["shown"])):
        steps = np.diff(values) / np.diff(budget["k"])
        assert np.all(steps >= -4 * EPS)
        assert np.all(np.diff(steps) <= 4 * EPS)
        assert values[0] == 0
        assert values[-1] in (0, 1)
    for each in budget["shown"]:
        late = [p for k, p in zip(budget["k"], each["P"], strict=True) if k >= each["adverse"]]
        assert np.allclose(late, each["P"][-1], rtol=8 * EPS, atol=0)
        early = [p for k, p in zip(budget["k"], each["P"], strict=True) if k < each["adverse"]]
        assert all(p < 1 for p in early)
    full = [k >= budget["most_adverse"] for k in budget["k"]]
    assert [share == 1 for share in budget["saturated"]] == full
    assert np.allclose(budget["step"], np.diff(budget["total"]) / np.diff(budget["k"]))
    exact = budget["exact"]
    assert exact["samples"] > 0
    assert exact["bent_upwards"] == exact["grown_late"] == 0


def check_radius(data: Data) -> None:
    """AT-4 and AT-7: the sum of a linear and a quadratic term, which meet at the crossing."""
    radius = data["radius"]
    delta, linear = np.array(radius["delta"]), np.array(radius["linear"])
    quadratic = np.array(radius["quadratic"])
    if radius["crossing"] is None:
        assert not np.any(linear * quadratic)
        return
    assert np.allclose(radius["penalty"], linear + quadratic, rtol=1e-9, atol=1e-12)
    assert np.allclose(linear / delta, linear[0] / delta[0], rtol=1e-12)
    assert np.allclose(quadratic / delta**2, quadratic[0] / delta[0] ** 2, rtol=1e-12)
    assert np.array_equal(linear > quadratic * (1 + 1e-9), delta < radius["crossing"] * (1 - 1e-9))


def check_units(data: Data) -> None:
    """AD-13: dropout's penalties do not move by a bit, training's move as the formula says."""
    units = data["units"]
    for which in ("one", "all"):
        for penalties in (*units[which]["greedy"], *units[which]["exact"]):
            assert len(set(penalties)) == 1
        training, theory = units[which]["training"], units[which]["theory"]
        assert np.allclose(training, theory, rtol=1e-9, atol=1e-12)
        falls = np.diff(theory)
        assert np.all(falls < 0) or not np.any(theory)
        for greedy, exact in zip(units[which]["greedy"], units[which]["exact"], strict=True):
            assert greedy[0] <= exact[0] * (1 + 1e-9) + 1e-9


CHECKS = (check_budget, check_radius, check_units)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_data_agree_with_the_claims(data: Data, check: Callable[[Data], None]) -> None:
    check(data)
    assert data["radius"]["crossing"] > 0


@pytest.mark.parametrize("name", ["planted", *TINY])
def test_other_data_agree(name: str) -> None:
    dataset = TINY[name] if name in TINY else datasets.load(name)
    found = FIGURE.compute(dataset, 0)
    for check in CHECKS:
        check(found)
    assert json.dumps(found, allow_nan=False) == json.dumps(
        FIGURE.compute(dataset, 0), allow_nan=False
    )


@pytest.mark.parametrize("name", ["one number", "nothing to fit"])
def test_it_draws(name: str, tmp_path: Path) -> None:
    found = FIGURE.compute(TINY[name], 0)
    with np.errstate(all="warn"):
        path = written(FIGURE, json.loads(json.dumps(found)), tmp_path / "figure.svg")
    assert "radius" in path.read_text()


@pytest.mark.parametrize(
    ("check", "path", "by"),
    [
        (check_budget, ("budget", "total", 3), 0.2),
        (check_budget, ("budget", "total", 3), -0.2),
        (check_budget, ("budget", "shown", 1, "P", 1), -0.3),
        (check_budget, ("budget", "shown", 0, "adverse"), -1),
        (check_budget, ("budget", "shown", 2, "adverse"), 1),
        (check_budget, ("budget", "most_adverse"), -1),
        (check_budget, ("budget", "step", 2), 0.01),
        (check_budget, ("budget", "exact", "bent_upwards"), 1),
        (check_budget, ("budget", "exact", "grown_late"), 1),
        (check_radius, ("radius", "penalty", 4), 1e-4),
        (check_radius, ("radius", "linear", 20), 1e-4),
        (check_radius, ("radius", "quadratic", 20), 1e-4),
        (check_radius, ("radius", "crossing"), 0.1),
        (check_units, ("units", "one", "training", 3), 1e-4),
        (check_units, ("units", "all", "theory", 3), 1e-4),
        (check_units, ("units", "all", "greedy", 1, 3), 1e-15),
        (check_units, ("units", "one", "exact", 0, 3), 1e-14),
    ],
)
def test_wrong_data_are_caught(
    data: Data, check: Callable[[Data], None], path: tuple[Any, ...], by: float
) -> None:
    wrong: Any = copy.deepcopy(data)
    place = wrong
    for key in path[:-1]:
        place = place[key]
    before = place[path[-1]]
    place[path[-1]] += by
    assert place[path[-1]] != before
    with pytest.raises(AssertionError):
        check(wrong)


def bends_down(values: Any) -> bool:
    """Whether the second differences are nowhere positive."""
    steps = np.diff(values, axis=0)
    return not np.any(steps[1:] > steps[:-1])


def test_the_curves_bend_down_exactly() -> None:
    """In fractions: P is concave; the whole penalty need not be, and of diabetes it is not."""
    problem = datasets.load("diabetes").problem
    w = ridge(problem, 1)
    few, weights = problem.rows(slice(0, 12)).exact(), exactly(w)
    budgets = range(problem.n_features + 1)
    reach = np.stack([adversarial_dropout.sides(few, weights, k).raising for k in budgets])
    assert bends_down(reach)
    assert not bends_down(-reach)
    penalties = np.stack(
        [adversarial_dropout.objective(few, weights, k, "break", per_sample=True) for k in budgets]
    )
    assert not bends_down(penalties)


@pytest.mark.parametrize("c", [Fraction(3, 7), Fraction(1000)])
def test_units_do_not_matter_to_dropout_exactly(c: Fraction) -> None:
    """In fractions and for factors that floats would round; to training they matter by theory."""
    whole = datasets.load("diabetes").problem
    w = exactly(ridge(whole, 1))
    problem = whole.rows(slice(0, 8)).exact()
    scales = np.array([c if j % 2 else Fraction(1) for j in range(len(w))], dtype=object)
    other, v, delta = Problem(problem.X * scales, problem.y), w / scales, Fraction(1, 8)
    for k in (1, 4, problem.n_features):
        for attacked in (adversarial_dropout.objective, adversarial_dropout.worst_case):
            assert attacked(other, v, k) == attacked(problem, w, k)
            assert attacked(other, w, k) != attacked(problem, w, k)
    e = np.abs(problem.residuals(w))
    before, after = (delta * np.sum(np.abs(u)) for u in (w, v))
    moved = adversarial_training.objective(other, v, delta)
    moved -= adversarial_training.objective(problem, w, delta)
    assert moved == np.sum((2 * e + after + before) * (after - before))
    assert moved != 0


def test_data_of_any_size_are_cut_down() -> None:
    """More columns than budgets that are tried: the ends are there, and the checks hold."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(30, 150))
    found = FIGURE.compute(_dataset(X, X @ rng.normal(size=150) + rng.normal(size=30)), 0)
    for check in CHECKS:
        check(found)
    assert len(found["budget"]["k"]) == 65
    assert (found["budget"]["k"][0], found["budget"]["k"][-1]) == (0, 150)
