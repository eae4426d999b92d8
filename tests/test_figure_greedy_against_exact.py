"""The data behind "greedy-against-exact" keep to AD-7 to AD-9, BY-2 and BY-3; false ones do not."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linreg_theory import Problem, adversarial_dropout, datasets
from linreg_theory.arrays import exactly
from linreg_theory.comparison import compare_masks
from linreg_theory.datasets import Dataset
from linreg_theory.figures import greedy_against_exact
from linreg_theory.figures.greedy_against_exact import FIGURE
from linreg_theory.figures.writing import written
from linreg_theory.weights import WEIGHTS, weights

SEED = 3


def part(name: str, rows: int) -> Dataset:
    whole = datasets.load(name)
    problem = whole.problem.rows(slice(None, rows))
    return Dataset(name, problem, whole.features, whole.target)


def given(X: Any, y: Any) -> Dataset:
    problem = Problem(X, y)
    return Dataset("given", problem, tuple(f"x{j}" for j in range(problem.n_features)), "y")


@pytest.fixture(scope="session")
def diabetes() -> Any:
    return FIGURE.compute(part("diabetes", 100), SEED)


@pytest.fixture(scope="session")
def planted() -> Any:
    return FIGURE.compute(datasets.load("planted"), SEED)


@pytest.fixture(params=["diabetes", "planted"])
def data(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def violations(data: Any) -> set[str]:
    """The statements that these data break."""
    broken = set()
    for each in data["per_sample"].values():
        broken |= {fault for i in range(data["samples"]) for fault in sample_faults(each, i)}
        if each["gap_as_claimed"] != data["samples"]:
            broken.add("closed form of the gap")
    for each in data["budgets"].values():
        broken |= budget_faults(each, data)
    for each in data["noise"].values():
        broken |= noise_faults(each)
    examples = data["examples"]
    for c, margin, ratio in zip(*(examples[x] for x in ("c", "margin", "ratio")), strict=True):
        if (margin, ratio) != ((c + 1) / 2, 1 / c**2):
            broken.add("AD-8")
    return broken


def sample_faults(each: Any, i: int) -> set[str]:
    e, raising, lowering, greedy, exact = (
        each[name][i] for name in ("residual", "raising", "lowering", "greedy", "exact")
    )
    margin, ratio, missed = (each[name][i] for name in ("margin", "ratio", "missed"))
    scale = (e + raising + lowering) ** 2
    broken = set()
    separated = max(raising, lowering) > 0 if margin is None else margin > 1
    if missed != separated or (margin is None) != (e == 0):
        broken.add("separation")
    if missed != (ratio < 1) or not 0 <= ratio <= 1:
        broken.add("ratio")
    gap = max(lowering - raising - 2 * e, 0) * (lowering + raising)
    gap = max(raising, lowering) ** 2 if e == 0 else gap
    if abs(exact - greedy - gap) > 1e-12 * scale:
        broken.add("gap")
    if exact and abs(ratio - greedy / exact) > 1e-12:
        broken.add("ratio")
    if margin is not None and margin > 1 and ratio < (1 - 1e-12) / (2 * margin - 1) ** 2:
        broken.add("lowest ratio")
    return broken


def budget_faults(each: Any, data: Any) -> set[str]:
    broken = set()
    if each["k"][0] != 0 or each["k"][-1] != data["features"]:
        broken.add("budgets")
    if (each["missed"][0], each["worst_ratio"][0], each["drops"][0]) != (0, 1, 0):
        broken.add("nothing at k = 0")
    for missed, ratio in zip(each["missed"], each["worst_ratio"], strict=True):
        if not (0 <= missed <= 1 and 0 <= ratio <= 1 and (missed > 0) == (ratio < 1)):
            broken.add("worst ratio")
    if set(each["drops_as_claimed"]) != {data["samples"]}:
        broken.add("AD-9")
    if np.any(np.diff(each["drops"]) < 0) or np.any(np.subtract(each["drops"], each["k"]) > 0):
        broken.add("drops")
    return broken


def noise_faults(each: Any) -> set[str]:
    broken = set()
    if np.any(np.diff(each["missed"]) > 0):
        broken.add("more noise, fewer misses")
    if np.any(np.subtract(each["missed"], each["unruled"]) > 0):
        broken.add("BY-3")
    return broken


def test_the_data_keep_to_the_claims(data: Any) -> None:
    assert violations(data) == set()
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_there_is_something_to_see(data: Any) -> None:
    """Samples on both sides of the line, near misses and great ones."""
    missed = np.concatenate([each["missed"] for each in data["per_sample"].values()])
    assert 0 < np.sum(missed) < len(missed)
    assert min(min(each["worst_ratio"]) for each in data["budgets"].values()) < 0.25
    for each in data["noise"].values():
        assert each["missed"][0] == 1  # no residual, no side
        assert 0.3 < each["missed"][1] < 0.7  # a side by chance
        assert each["missed"][-1] < 0.1


def corrupt_sample(name: str, value: Callable[[Any], Any], margin: float = 1) -> Any:
    """Change one entry of a sample whose margin is beyond this one."""

    def change(data: Any) -> None:
        for each in data["per_sample"].values():
            for i, found in enumerate(each["margin"]):
                if found is not None and found > margin:
                    each[name][i] = value(each[name][i])
                    return

    return change


def corrupt(part: str, name: str, at: int, value: Any) -> Any:
    def change(data: Any) -> None:
        data[part]["ols"][name][at] = value

    return change


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (corrupt_sample("missed", lambda missed: not missed), "separation"),
        (corrupt_sample("margin", lambda margin: 0.5), "separation"),
        (corrupt_sample("margin", lambda margin: None), "separation"),
        (corrupt_sample("ratio", lambda ratio: 1.01), "ratio"),
        (corrupt_sample("ratio", lambda ratio: ratio * 0.999), "ratio"),
        (corrupt_sample("ratio", lambda ratio: 0.0), "lowest ratio"),
        (corrupt_sample("lowering", lambda side: side * 1.001), "gap"),
        (corrupt_sample("exact", lambda loss: loss * 1.001), "gap"),
        (corrupt_sample("residual", lambda e: 2 * e), "gap"),
        (lambda data: data["per_sample"]["ols"].update(gap_as_claimed=7), "closed form of the gap"),
        (corrupt("budgets", "missed", 0, 0.1), "nothing at k = 0"),
        (corrupt("budgets", "worst_ratio", 2, 1.5), "worst ratio"),
        (corrupt("budgets", "drops_as_claimed", 1, 3), "AD-9"),
        (corrupt("budgets", "drops", 1, 1.5), "drops"),
        (corrupt("budgets", "k", -1, 99), "budgets"),
        (corrupt("noise", "missed", 3, 1.0), "more noise, fewer misses"),
        (corrupt("noise", "unruled", 0, 0.2), "BY-3"),
        (lambda data: data["examples"]["ratio"].__setitem__(2, 0.25), "AD-8"),
    ],
)
def test_false_data_are_caught(planted: Any, change: Any, fault: str) -> None:
    false = copy.deepcopy(planted)
    change(false)
    assert fault in violations(false)


def test_losses_and_shares_are_those_of_the_comparison(diabetes: Any) -> None:
    """The command `masks` and the figure count the same, by their own ways."""
    problem = part("diabetes", 100).problem
    for name in WEIGHTS:
        w = weights(problem, name, SEED)
        found, k = diabetes["budgets"][name], diabetes["k"]
        c = compare_masks(problem, w, k, rows=1)
        assert found["k"][k] == k
        assert found["missed"][k] == (c.samples - c.optimal) / c.samples
        assert found["worst_ratio"][k] == c.worst_ratio
        samples = diabetes["per_sample"][name]
        assert sum(samples["missed"]) == c.samples - c.optimal
        assert sum(samples["exact"]) == pytest.approx(c.exact, rel=1e-12)
        assert sum(samples["greedy"]) == pytest.approx(c.greedy, rel=1e-12)


def test_noisy_targets_are_what_the_caption_says(diabetes: Any) -> None:
    problem = part("diabetes", 100).problem
    w, place = weights(problem, "random", SEED), 5
    fitted = problem.X @ w
    noise = np.random.default_rng(SEED).normal(size=problem.n_samples)
    size = diabetes["noise"]["random"]["sigma"][place] * np.sqrt(np.mean(fitted**2))
    noisy, k = Problem(problem.X, fitted + size * noise).exact(), diabetes["k"]
    greedy = adversarial_dropout.objective(noisy, exactly(w), k, "break", per_sample=True)
    exact = adversarial_dropout.worst_case(noisy, exactly(w), k, per_sample=True)
    assert diabetes["noise"]["random"]["missed"][place] == np.mean(greedy != exact)


def test_the_same_command_gives_the_same_data(planted: Any) -> None:
    assert FIGURE.compute(datasets.load("planted"), SEED) == planted
    other = FIGURE.compute(datasets.load("planted"), SEED + 1)
    assert other["noise"] != planted["noise"]


@pytest.mark.parametrize(
    ("X", "y", "drawn"),
    [
        ([[1.0]], [1.0], True),
        ([[1.0]], [0.0], False),
        ([[0.0], [0.0]], [2.0, 2.0], False),
        ([[0.0, 0.0]], [0.0], True),
        ([[1.0, 2.0], [3.0, -1.0], [0.0, 0.5]], [4.0, 4.0, 4.0], False),
        (np.eye(2, 13) + 1, [1.0, -1.0], True),
    ],
)
def test_tiny_and_degenerate_data(X: Any, y: Any, drawn: bool, tmp_path: Path) -> None:
    data = FIGURE.compute(given(X, y), SEED)
    assert violations(data) == set()
    assert not drawn or written(FIGURE, data, tmp_path / "tiny.png").stat().st_size > 0


def test_large_data_are_thinned(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greedy_against_exact, "_MOST_NUMBERS", 120)
    monkeypatch.setattr(greedy_against_exact, "_MOST_FEATURES", 6)
    data = FIGURE.compute(given(rng.normal(size=(300, 12)), rng.normal(size=300)), SEED)
    assert [data[what] for what in ("samples", "samples_of")] == [20, 300]
    assert [data[what] for what in ("features", "features_of")] == [6, 12]
    assert violations(data) == set()
    assert (
        "20 of 300 samples x 6 of 12 features"
        in FIGURE.draw(data).legends[0].get_title().get_text()
    )


def test_the_picture_shows_every_sample_that_is_missed(planted: Any) -> None:
    picture = FIGURE.draw(planted)
    panels = picture.axes
    assert len(panels) == 6
    filled = sum(len(np.asarray(dots.get_offsets())) for dots in panels[0].collections[1:-1:2])
    assert filled == sum(np.sum(each["missed"]) for each in planted["per_sample"].values())
    texts = [text.get_text() for text in panels[1].texts]
    assert any("180 of 180" in text for text in texts)
    false = copy.deepcopy(planted)
    false["per_sample"]["ols"]["gap_as_claimed"] -= 1
    texts = [text.get_text() for text in FIGURE.draw(false).axes[1].texts]
    assert any("179 of 180" in text for text in texts)
