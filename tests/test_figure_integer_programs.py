"""The data behind "integer-programs": every route agrees, and those that do not are seen."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linreg_theory import Problem, adversarial_dropout, datasets, solvers
from linreg_theory.datasets import Dataset
from linreg_theory.figures import integer_programs
from linreg_theory.figures.integer_programs import FIGURE
from linreg_theory.figures.writing import written

SEED = 5
SMALL = {
    "enumeration": (4, 8),
    "quadratic integer program": (4, 8),
    "linear integer program": (4, 8, 16),
    "closed form": (4, 8, 16, 300),
}


WIDEST = 6


@pytest.fixture(scope="module", autouse=True)
def small_sizes() -> Iterator[None]:
    """The picture's own sizes take seconds; nothing tested here depends on them."""
    routes = {
        name: replace(route, sizes=SMALL[name]) for name, route in integer_programs._ROUTES.items()
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(integer_programs, "_ROUTES", routes)
        for name, value in {"_NUMBERS": 1 << 12, "_WIDEST": WIDEST, "_REPEATS": 1}.items():
            patch.setattr(integer_programs, name, value)
        yield


@pytest.fixture(scope="module")
def diabetes() -> Any:
    return FIGURE.compute(datasets.load("diabetes"), SEED)


def violations(data: Any) -> set[str]:
    """The statements that these data break."""
    broken = set()
    measured = data["measured"]
    for name, each in data["gaussian"].items():
        if each["k"] != [d // 4 for d in each["D"]] or sorted(set(each["D"])) != each["D"]:
            broken.add("sizes")
        broken |= count_faults(each, each["rows"])
        if len(measured["by features"][name]) != len(each["D"]):
            broken.add("times")
    for name, each in data["own"]["routes"].items():
        broken |= count_faults(each, [len(data["own"]["rows"])] * len(data["own"]["k"]))
        if len(measured["by budget"][name]) != len(data["own"]["k"]):
            broken.add("times")
    if data["own"]["k"][0] != 0 or data["own"]["k"][-1] != len(data["own"]["columns"]):
        broken.add("budgets")
    times = [t for place in measured.values() for series in place.values() for t in series]
    if any(t is not None and not 0 < t < 60 for t in times):
        broken.add("times")
    return broken


def count_faults(each: Any, rows: list[int]) -> set[str]:
    broken = set()
    if each["agreed"] != each["tried"]:
        broken.add("agreement")
    if any(not 0 < tried <= n for tried, n in zip(each["tried"], rows, strict=True)):
        broken.add("tries")
    return broken


def test_every_route_agrees_wherever_it_was_tried(diabetes: Any) -> None:
    assert violations(diabetes) == set()
    assert json.loads(json.dumps(diabetes, allow_nan=False)) == diabetes
    assert {name: tuple(each["D"]) for name, each in diabetes["gaussian"].items()} == SMALL
    assert diabetes["own"]["k"] == [0, 1, 2, 4, 5, 6]


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        (("gaussian", "closed form", "agreed", 1), "agreement"),
        (("own", "routes", "enumeration", "agreed", 0), "agreement"),
        (("gaussian", "linear integer program", "tried", 0), "tries"),
        (("gaussian", "enumeration", "k", 0), "sizes"),
        (("own", "k", 0), "budgets"),
        (("measured", "by budget", "closed form", 0), "times"),
    ],
)
def test_false_data_are_caught(diabetes: Any, place: tuple[Any, ...], fault: str) -> None:
    false = copy.deepcopy(diabetes)
    *path, last = place
    part = false
    for step in path:
        part = part[step]
    part[last] = 1000
    assert fault in violations(false)


def greedy(problem: Problem, w: Any, k: int) -> Any:
    return adversarial_dropout.greedy_masks(problem, w, k, "break")


def everything(problem: Problem, w: Any, k: int) -> Any:
    """The worst case of a larger budget: at least as large a loss, by masks beyond k."""
    return adversarial_dropout.worst_case_masks(problem, w, problem.n_features)


@pytest.mark.parametrize("lie", [greedy, everything])
def test_a_route_with_wrong_masks_is_caught(lie: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    routes = dict(integer_programs._ROUTES)
    routes["enumeration"] = replace(routes["enumeration"], masks=lie)
    monkeypatch.setattr(integer_programs, "_ROUTES", routes)
    data = FIGURE.compute(datasets.load("planted"), SEED)
    assert violations(data) == {"agreement"}
    own = data["own"]["routes"]["enumeration"]
    assert sum(own["agreed"]) < sum(own["tried"])
    counts = [
        sum(sum(part[what]) for part in (data["gaussian"]["enumeration"], own))
        for what in ("agreed", "tried")
    ]
    labels = [text.get_text() for text in FIGURE.draw(data).legends[0].get_texts()]
    assert f"enumeration: {counts[0]} of {counts[1]}" in labels


@pytest.mark.parametrize("error", [solvers.Unresolved, solvers.BoundExceeded])
def test_no_answer_is_no_disagreement(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*arguments: Any, **options: Any) -> Any:
        raise error("out of time")

    monkeypatch.setattr(solvers, "integer_masks", refuse)
    dataset = datasets.load("planted")
    if error is solvers.BoundExceeded:
        with pytest.raises(error):
            FIGURE.compute(dataset, SEED)
        return
    data = FIGURE.compute(dataset, SEED)
    assert violations(data) == {"tries"}
    assert data["gaussian"]["linear integer program"]["tried"] == [0, 0, 0]
    assert data["measured"]["by features"]["linear integer program"] == [None] * 3
    assert written(FIGURE, data, tmp_path / "refused.png").stat().st_size > 0


def test_all_but_the_times_is_repeated(diabetes: Any) -> None:
    again = FIGURE.compute(datasets.load("diabetes"), SEED)
    unmeasured = [{**data, "measured": None} for data in (diabetes, again)]
    assert unmeasured[0] == unmeasured[1]
    assert diabetes["measured"] != again["measured"]


@pytest.mark.parametrize(
    ("X", "y"), [([[1.0]], [1.0]), ([[0.0]], [0.0]), (np.eye(2, 13) + 1, [2.0, 2.0])]
)
def test_tiny_and_degenerate_data(X: Any, y: Any) -> None:
    problem = Problem(X, y)
    names = tuple(f"x{j}" for j in range(problem.n_features))
    data = FIGURE.compute(Dataset("tiny", problem, names, "y"), SEED)
    assert violations(data) == set()
    assert len(data["own"]["columns"]) == min(WIDEST, problem.n_features)
    assert len(FIGURE.draw(data).axes) == 2


def test_columns_of_largest_spread_are_taken(rng: np.random.Generator) -> None:
    X = rng.normal(size=(9, WIDEST + 2)) + 5
    X[:, [0, 4]] = 100
    names = tuple(f"x{j}" for j in range(WIDEST + 2))
    data = FIGURE.compute(Dataset("given", Problem(X, rng.normal(size=9)), names, "y"), SEED)
    assert data["own"]["columns"] == [name for name in names if name not in ("x0", "x4")]
    assert len(set(data["own"]["rows"])) == 3


def test_wide_rows_are_timed_but_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integer_programs, "_TOO_WIDE", 300)
    data = FIGURE.compute(datasets.load("planted"), SEED)
    found = data["gaussian"]["closed form"]
    assert (found["D"][-1], found["tried"][-1], found["agreed"][-1]) == (300, 0, 0)
    assert data["measured"]["by features"]["closed form"][-1] > 0


def test_the_closed_form_is_faster_than_integer_programs(diabetes: Any) -> None:
    """By orders of magnitude, so that no noise turns it round."""
    measured = diabetes["measured"]["by features"]
    place = SMALL["closed form"].index(16)
    assert 5 * measured["closed form"][place] < measured["linear integer program"][-1]


def test_the_picture_says_how_often_they_agreed(diabetes: Any, tmp_path: Path) -> None:
    picture = FIGURE.draw(diabetes)
    labels = [text.get_text() for text in picture.legends[0].get_texts()]
    assert "quadratic integer program: 26 of 26" in labels
    assert "at D = 16 the linear program" in picture.axes[0].texts[0].get_text()
    assert written(FIGURE, diabetes, tmp_path / "times.png").stat().st_size > 0
