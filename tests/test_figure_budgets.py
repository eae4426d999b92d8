"""The figure on budgets: what its data say of Algorithm 1 and of its limit."""

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
from linreg_theory.datasets import Dataset
from linreg_theory.figures.budgets import FIGURE
from linreg_theory.figures.figure import Data
from linreg_theory.figures.writing import written
from linreg_theory.masks import algorithm_1_transcribed, allowed_flips, flips
from linreg_theory.problem import Problem

TINY = Dataset("tiny", Problem([[2.0]], [1.0]), ("x",), "y")


@pytest.fixture(scope="module")
def data() -> Data:
    return FIGURE.compute(datasets.load("planted"), 0)


def check_layer(data: Data) -> None:
    """ME-6: one flip too many as printed, none when repaired; ME-8: no mask gains more."""
    layer = data["layer"]
    for series in layer["norms"].values():
        rows = zip(series["allowed"], series["literal"], series["repaired"], strict=True)
        for allowed, literal, repaired in rows:
            assert literal == min(allowed + 1, layer["adverse"])
            assert repaired == min(allowed, layer["adverse"])
        assert series["repaired_gain"] == series["best"]
        for gain, best, allowed in zip(
            series["literal_gain"], series["best"], series["allowed"], strict=True
        ):
            assert gain > best if allowed < layer["adverse"] else gain == best == 1


def check_limits(data: Data) -> None:
    """ME-7: distances within the limit by their definition; void from 1 / sqrt(H) on."""
    layer = data["layer"]
    for i, radius in enumerate(layer["delta"]):
        limit = Fraction(radius).limit_denominator(1000) * layer["units"]
        assert float(limit) == layer["limit"][i]
        numbers = range(layer["units"] + 1)
        euclidean = max(n for n in numbers if n <= limit * limit)
        assert layer["norms"]["euclidean"]["allowed"][i] == euclidean
        assert layer["norms"]["flips"]["allowed"][i] == max(n for n in numbers if n <= limit)
        assert (euclidean == layer["units"]) == (radius >= layer["void_from"])


def check_formula_14(data: Data) -> None:
    """AD-5: Formula 14 spends k drops where its constraint allows k^2."""
    layer = data["layer"]
    for row in layer["formula_14"]:
        assert row["drops"] == min(row["k"], layer["adverse"])
        assert row["allowed"] == min(row["k"] ** 2, layer["units"])


def check_plane(data: Data) -> None:
    """ME-7 for every layer: all of it may flip exactly from 1 / sqrt(H) on."""
    plane = data["plane"]
    for radius, shares in zip(plane["delta"], plane["share"], strict=True):
        for i, units in enumerate(plane["H"]):
            assert (shares[i] == 1) == (radius >= plane["void_from"][i])
            assert (shares[i] == 0) == (radius < plane["none_below"][i])
            assert (shares[i] == 1) == (radius * radius * units >= 1)


def check_settings(data: Data) -> None:
    """The paper's numbers: 10 and 6 flips, as its appendix says; one limit is void."""
    expected = {
        "MNIST": (2048, 104, 10),
        "SVHN, CIFAR-10": (128, 40, 6),
        "autoencoder": (256, 256, 76),
    }
    assert [each["name"] for each in data["settings"]] == list(expected)
    for each in data["settings"]:
        units, euclidean, counted = expected[each["name"]]
        assert each["H"] == units
        assert each["allowed"] == {"euclidean": euclidean, "flips": counted}
        assert (euclidean == units) == (each["delta"] >= each["void_from"])
        for norm, allowed in each["allowed"].items():
            assert each["made"]["literal"][norm] == min(allowed + 1, each["adverse"])
            assert each["made"]["repaired"][norm] == min(allowed, each["adverse"])


CHECKS = (check_layer, check_limits, check_formula_14, check_plane, check_settings)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("seed", [0, 3])
def test_the_data_agree_with_the_claims(check: Callable[[Data], None], seed: int) -> None:
    found = FIGURE.compute(TINY, seed)
    check(found)
    assert found["settings"][2]["adverse"] < found["settings"][2]["H"]


def _change(data: Data, path: tuple[Any, ...], by: float) -> Data:
    wrong = copy.deepcopy(data)
    place: Any = wrong
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] += by
    return wrong


@pytest.mark.parametrize(
    ("check", "path", "by"),
    [
        (check_layer, ("layer", "norms", "euclidean", "literal", 50), -1),
        (check_layer, ("layer", "norms", "flips", "repaired", 50), 1),
        (check_layer, ("layer", "norms", "flips", "best", 50), 1e-6),
        (check_layer, ("layer", "norms", "euclidean", "literal_gain", 50), -0.5),
        (check_limits, ("layer", "norms", "euclidean", "allowed", 80), -1),
        (check_limits, ("layer", "norms", "flips", "allowed", 80), 1),
        (check_limits, ("layer", "void_from"), 0.01),
        (check_formula_14, ("layer", "formula_14", 3, "drops"), 1),
        (check_formula_14, ("layer", "formula_14", 3, "allowed"), -6),
        (check_plane, ("plane", "share", 60, 40), 0.5),
        (check_plane, ("plane", "void_from", 10), 0.2),
        (check_settings, ("settings", 0, "allowed", "euclidean"), 1),
        (check_settings, ("settings", 1, "made", "literal", "flips"), -1),
        (check_settings, ("settings", 2, "made", "repaired", "flips"), 1),
        (check_settings, ("settings", 2, "adverse"), -40),
    ],
)
def test_wrong_data_are_caught(
    data: Data, check: Callable[[Data], None], path: tuple[Any, ...], by: float
) -> None:
    check(data)
    with pytest.raises(AssertionError):
        check(_change(data, path, by))


def test_the_printed_lines_make_the_same_flips(data: Data) -> None:
    """Algorithm 1 line by line, on as many adverse units as the layer has."""
    layer = data["layer"]
    base, J = np.ones(layer["units"]), -1.0 - np.arange(layer["units"])
    for i in range(0, len(layer["delta"]), 7):
        mask = algorithm_1_transcribed(base, J, layer["limit"][i])
        assert int(flips(base, mask)) == layer["norms"]["euclidean"]["literal"][i]
    allowed = allowed_flips(layer["limit"][20])
    assert int(flips(base, algorithm_1_transcribed(base, J, layer["limit"][20]))) != allowed


def test_the_same_seed_gives_the_same_data(data: Data) -> None:
    again = FIGURE.compute(TINY, 0)
    assert json.dumps(again, allow_nan=False) == json.dumps(data, allow_nan=False)
    assert FIGURE.compute(TINY, 1) != data


def test_it_draws(data: Data, tmp_path: Path) -> None:
    with np.errstate(all="warn"):
        path = written(FIGURE, json.loads(json.dumps(data)), tmp_path / "budgets.svg")
    assert "Formula 14" in path.read_text()
