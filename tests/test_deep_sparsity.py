"""What is measured of autoencoders' units and said of it, against numbers computed by hand."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from deep.figures import sparsity
from deep.figures.autoencoders import KINDS, Autoencoders, Units
from deep.figures.sparsity import MEASURES, findings, histograms, statistics
from tests.deep_autoencoders import OWN, Numbers, at_random, figure_of, of

# What is measured


def by_hand() -> Autoencoders:
    """Two seeds; dropout's activations are 0, 1, ..., 1000, most of them in the second seed."""
    usual = [of(np.arange(0, 91).reshape(91, 1)), of(np.arange(91, 1001).reshape(91, 10))]
    rare = np.zeros((200, 4))  # active on none, 1, 2 and all of the images
    rare[3, 1] = rare[3:5, 2] = 901
    rare[:, 3] = 450
    adversarial = [of(rare, error=0.25), of(np.full((200, 4), 999.0), error=0.5)]
    large = np.array([[0, 1000, 500, 501], [990, 991, 900, 0]])
    none = [of(large, error=0.125), of(np.zeros((200, 1)), error=2.0)]
    return figure_of(none, usual, adversarial)


EXPECTED: dict[str, dict[str, list[float]]] = {
    "no-dropout": {
        "mean_activation": [(1000 + 500 + 501 + 990 + 991 + 900) / 8, 0],
        "inactive": [2 / 8, 1],
        "above_own_half": [5 / 8, 0],  # 500 is half of 1000, not above it
        "largest": [1000, 0],
        "dead": [0, 1],
        "rare": [0, 1],
        "error": [0.125, 2],
        "above_0.9": [3 / 8, 0],  # 900 is the quantile, not above it
        "above_0.99": [2 / 8, 0],
        "above_0.999": [1 / 8, 0],
    },
    "dropout": {
        "mean_activation": [45, (91 + 1000) / 2],
        "inactive": [1 / 91, 0],
        "above_own_half": [45 / 91, 500 / 910],
        "largest": [90, 1000],
        "dead": [0, 0],
        "rare": [0, 0],
        "error": [1, 1],
        "above_0.9": [0, 100 / 910],
        "above_0.99": [0, 10 / 910],
        "above_0.999": [0, 1 / 910],
    },
    "adversarial-dropout": {
        "mean_activation": [(3 * 901 + 200 * 450) / 800, 999],
        "inactive": [597 / 800, 0],
        "above_own_half": [3 / 800, 1],
        "largest": [901, 999],
        "dead": [1, 0],
        "rare": [2, 0],  # 2 of 200 images are 1 %, not fewer
        "error": [0.25, 0.5],
        "above_0.9": [3 / 800, 1],
        "above_0.99": [0, 1],
        "above_0.999": [0, 0],
    },
}


def assert_by_hand(found: Numbers) -> None:
    """Every number of `by_hand`."""
    assert found["thresholds"].keys() == {"0.9", "0.99", "0.999"}
    for quantile, value in found["thresholds"].items():
        assert math.isclose(value, float(quantile) * 1000)
    assert found["kinds"].keys() == set(KINDS)
    for kind, measures in EXPECTED.items():
        assert found["kinds"][kind].keys() == measures.keys()
        for measure, values in measures.items():
            pairs = zip(found["kinds"][kind][measure], values, strict=True)
            assert all(math.isclose(a, b, abs_tol=1e-12) for a, b in pairs), (kind, measure)


def reference(units: Units, thresholds: dict[str, float]) -> dict[str, float]:
    """The measures of one autoencoder, number by number, in fractions."""
    rows = [[Fraction(float(x)) for x in row] for row in units.activations]
    every = sorted(x for row in rows for x in row)
    counts = [sum(x > 0 for x in unit) for unit in zip(*rows, strict=True)]

    def share(of_them: Iterator[bool]) -> float:
        return float(Fraction(sum(of_them), len(every)))

    return {
        "mean_activation": float(sum(every) / len(every)),
        "inactive": share(x == 0 for x in every),
        "above_own_half": share(2 * x > every[-1] for x in every),
        "largest": float(every[-1]),
        "dead": counts.count(0),
        "rare": sum(100 * count < len(rows) for count in counts),
        "error": units.error,
    } | {f"above_{q}": share(x > Fraction(t) for x in every) for q, t in thresholds.items()}


def assert_against_reference(found: Numbers, shown: Autoencoders) -> None:
    every = sorted(float(x) for units in shown.units["dropout"] for x in units.activations.flat)
    for quantile, value in found["thresholds"].items():
        position = Fraction(quantile) * (len(every) - 1)
        low = every[int(position)]
        high = every[min(int(position) + 1, len(every) - 1)]
        assert math.isclose(value, low + float(position - int(position)) * (high - low))
    for kind in KINDS:
        for seed, units in enumerate(shown.units[kind]):
            for measure, value in reference(units, found["thresholds"]).items():
                assert math.isclose(found["kinds"][kind][measure][seed], value, rel_tol=1e-9)


def test_statistics_are_those_computed_by_hand() -> None:
    assert_by_hand(statistics(by_hand()))


@pytest.mark.parametrize("seed", range(4))
def test_statistics_are_those_computed_number_by_number(seed: int) -> None:
    shown = at_random(seed)
    found = statistics(shown)
    assert_against_reference(found, shown)
    assert max(max(found["kinds"][kind]["dead"]) for kind in KINDS) > 0


def test_statistics_are_plain_and_complete() -> None:
    found = statistics(at_random(0))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert all(found["kinds"][kind].keys() == MEASURES.keys() for kind in KINDS)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (7, 1), (7, 5)])
def test_statistics_of_layers_that_are_all_zero(shape: tuple[int, int]) -> None:
    images, units = shape
    dark = [of(np.zeros(shape), np.zeros((units, 2, 2)))]
    found = statistics(figure_of(dark, dark, dark))
    assert set(found["thresholds"].values()) == {0}
    for kind in KINDS:
        own = {measure: values[0] for measure, values in found["kinds"][kind].items()}
        assert (own["dead"], own["rare"], own["inactive"]) == (units, units, 1)
        assert own["mean_activation"] == own["largest"] == own["above_own_half"] == 0
        assert own["above_0.9"] == own["above_0.999"] == 0
    counted = histograms(figure_of(dark, dark, dark))
    for part, total in (("activations", images * units), ("means", units)):
        assert counted[part]["counts"]["dropout"] == [[total] + [0] * (sparsity.BINS - 1)]
        assert counted[part]["edges"][-1] > 0
    so = {each["measure"]: each["holds"] for each in findings(found)}
    assert [measure for measure, (held,) in so.items() if held] == ["error"]  # equal


def test_statistics_of_one_unit_and_of_one_image() -> None:
    one_unit = [of([[0], [2], [0], [6]])]
    one_image = [of([[0, 2, 0, 6]])]
    found = statistics(figure_of(one_unit, one_image, one_unit))
    unit, image = found["kinds"]["no-dropout"], found["kinds"]["dropout"]
    assert (unit["dead"], unit["rare"]) == ([0], [0])
    assert (image["dead"], image["rare"]) == ([2], [2])
    for own in (unit, image):
        assert (own["mean_activation"], own["inactive"], own["largest"]) == ([2], [0.5], [6])
        assert own["above_own_half"] == [0.25]
    assert math.isclose(found["thresholds"]["0.9"], 2 + 0.7 * 4)


# What is said


CLAIMS = (
    *("above_0.9", "above_0.99", "above_0.999", "above_own_half", "mean_activation"),
    *("dead", "rare", "error"),
)


def planted(*changes: tuple[str, str, list[float]]) -> Numbers:
    """Three seeds in which all that the paper says is so, with changes (kind, measure, values)."""
    kinds: dict[str, dict[str, list[float]]] = {kind: {} for kind in KINDS}
    for measure in MEASURES:
        kinds["no-dropout"][measure] = [0.7, 0.8, 0.9]
        kinds["dropout"][measure] = [0.4, 0.5, 0.6]
        kinds["adversarial-dropout"][measure] = [0.1, 0.2, 0.3]
    for kind, some in zip(KINDS, ([3, 4, 5], [1, 2, 3], [0, 0, 0]), strict=True):
        kinds[kind] |= {"dead": list(some), "rare": list(some), "error": [1.0, 2.0, 3.0]}
    for kind, measure, values in changes:
        assert len(kinds[kind][measure]) == len(values)
        kinds[kind][measure] = values
    return {"thresholds": {}, "kinds": kinds}


def assert_findings(numbers: Numbers, found: list[dict[str, Any]]) -> None:
    """Each sentence, from the numbers, seed by seed."""
    assert tuple(each["measure"] for each in found) == CLAIMS
    for each in found:
        measure, sentence = each["measure"], each["sentence"]
        none, usual, own = (numbers["kinds"][kind][measure] for kind in KINDS)
        seeds = range(len(own))
        if measure in ("dead", "rare"):
            holds = [own[s] == 0 for s in seeds]
            prevented = [s for s in seeds if holds[s] and usual[s] > 0]
            assert f"dropout has some in {len(prevented)} of those" in sentence
        elif measure == "error":
            rows = [(none[s], usual[s], own[s]) for s in seeds]
            holds = [max(row) - min(row) <= 0.1 * min(row) + 1e-12 for row in rows]
        else:
            holds = [own[s] < none[s] and own[s] < usual[s] for s in seeds]
            for words, other in (("no dropout", none), ("dropout", usual)):
                below = sum(own[s] < other[s] for s in seeds)
                assert f"below {words} in {below} of {len(own)}" in sentence
        assert each["holds"] == holds
        assert sentence.startswith(f"in {sum(holds)} of {len(own)} seeds: {each['claim']}")
        mean = [f"{sum(v) / len(v):.3g}" for v in (none, usual, own)]
        stated = f"no dropout {mean[0]}, dropout {mean[1]}, adversarial dropout {mean[2]}"
        assert f"{MEASURES[measure]}: {stated}" in sentence


PLANTED = {
    "all so": planted(),
    "a tie with dropout": planted(*((OWN, m, [0.1, 0.5, 0.3]) for m in CLAIMS[:5])),
    "a tie with no dropout": planted(
        *((OWN, m, [0.1, 0.8, 0.3]) for m in CLAIMS[:5]),
        *(("dropout", m, [0.4, 0.9, 0.6]) for m in CLAIMS[:5]),
    ),
    # The mean is the lowest all the same.
    "one seed above": planted(*((OWN, m, [0.0, 0.0, 0.7]) for m in CLAIMS[:5])),
    "above no dropout only": planted(*(("no-dropout", m, [0.05, 0.1, 0.2]) for m in CLAIMS[:5])),
    "never so": planted(*((OWN, m, [1.0, 1.0, 1.0]) for m in CLAIMS[:5])),
    "dead and rare": planted((OWN, "dead", [0, 1, 0]), (OWN, "rare", [2, 0, 0])),
    "dropout has none": planted(("dropout", "dead", [0, 2, 0]), ("dropout", "rare", [0, 0, 0])),
    "errors apart": planted((OWN, "error", [1.0, 2.21, 3.3]), ("dropout", "error", [0.9, 2.1, 3])),
    "no dropout errs less": planted(("no-dropout", "error", [0.2, 1.9, 2.0])),
}


@pytest.mark.parametrize("name", PLANTED)
def test_sentences_are_held_against_every_seed(name: str) -> None:
    assert_findings(PLANTED[name], findings(PLANTED[name]))


def holds(numbers: Numbers, measure: str) -> list[bool]:
    (found,) = (each["holds"] for each in findings(numbers) if each["measure"] == measure)
    return list(found)


def sentence(numbers: Numbers, measure: str) -> str:
    (found,) = (each["sentence"] for each in findings(numbers) if each["measure"] == measure)
    return str(found)


def test_what_is_so_and_what_is_not_is_told_apart() -> None:
    assert all(all(each["holds"]) for each in findings(PLANTED["all so"]))
    for measure in CLAIMS[:5]:
        assert holds(PLANTED["a tie with dropout"], measure) == [True, False, True]
        assert holds(PLANTED["a tie with no dropout"], measure) == [True, False, True]
        assert holds(PLANTED["one seed above"], measure) == [True, True, False]
        assert holds(PLANTED["above no dropout only"], measure) == [False] * 3
        assert holds(PLANTED["never so"], measure) == [False] * 3
    assert holds(PLANTED["dead and rare"], "dead") == [True, False, True]
    assert holds(PLANTED["dead and rare"], "rare") == [False, True, True]
    assert holds(PLANTED["errors apart"], "error") == [False, False, True]
    assert holds(PLANTED["no dropout errs less"], "error") == [False, True, False]


def test_the_sentences_can_be_read() -> None:
    assert sentence(PLANTED["one seed above"], "above_0.999") == (
        "in 2 of 3 seeds: adversarial dropout has the fewest high activations (share of "
        "activations above the 99.9 % quantile of dropout's: no dropout 0.8, dropout 0.5, "
        "adversarial dropout 0.233; below no dropout in 3 of 3, below dropout in 2 of 3)"
    )
    assert sentence(PLANTED["dropout has none"], "dead") == (
        "in 3 of 3 seeds: adversarial dropout has no dead filters, and dropout has some in 1 of "
        "those (units that no image activates: no dropout 4, dropout 0.667, adversarial dropout 0)"
    )
    assert "dropout has some in 0 of those" in sentence(PLANTED["dropout has none"], "rare")
    assert "dropout has some in 2 of those" in sentence(PLANTED["dead and rare"], "dead")
    assert all("\n" not in each["sentence"] for each in findings(PLANTED["never so"]))


@pytest.mark.parametrize(
    ("kind", "measure", "seed", "value"),
    [
        (OWN, "above_0.9", 0, 0.4),  # a tie
        (OWN, "above_own_half", 1, 0.6),
        (OWN, "mean_activation", 2, 2.0),
        ("dropout", "above_0.99", 0, 0.1),
        ("no-dropout", "above_0.999", 1, 0.15),
        ("no-dropout", "mean_activation", 1, 0.3),  # still the lowest, but another mean
        (OWN, "dead", 0, 1),
        (OWN, "rare", 2, 1),
        ("dropout", "dead", 1, 0),  # nothing to prevent
        ("no-dropout", "dead", 1, 0),
        (OWN, "error", 1, 1.8),
        ("dropout", "error", 0, 1.2),
        ("no-dropout", "error", 2, 3.4),
    ],
)
def test_sentences_of_other_data_are_caught(
    kind: str, measure: str, seed: int, value: float
) -> None:
    found = findings(planted())
    wrong = copy.deepcopy(planted())
    wrong["kinds"][kind][measure][seed] = value
    with pytest.raises(AssertionError):
        assert_findings(wrong, found)
    assert_findings(wrong, findings(wrong))


# What Figure 3 counts


def assert_histograms(counted: Numbers, shown: Autoencoders) -> None:
    """Every bin, by comparing each value with the edges."""
    every = [u for kind in KINDS for u in shown.units[kind]]
    parts: dict[str, Callable[[Units], NDArray[np.float64]]] = {
        "activations": lambda units: units.activations.astype(float).ravel(),
        "means": lambda units: units.activations.astype(float).mean(0),
    }
    for part, values in parts.items():
        edges = np.array(counted[part]["edges"])
        assert len(edges) == sparsity.BINS + 1
        assert edges[0] == 0
        assert edges[-1] == max(values(units).max() for units in every)
        np.testing.assert_allclose(np.diff(edges), edges[-1] / sparsity.BINS)
        assert counted[part]["counts"].keys() == set(KINDS)
        for kind in KINDS:
            rows = counted[part]["counts"][kind]
            assert len(rows) == len(shown.seeds)
            for row, units in zip(rows, shown.units[kind], strict=True):
                v = values(units)
                within = [(v >= low) & (v < high) for low, high in pairwise(edges)]
                within[-1] |= v == edges[-1]
                assert row == [int(each.sum()) for each in within]
                assert sum(row) == v.size


def test_every_activation_and_unit_is_counted_once() -> None:
    for shown in (by_hand(), at_random(0), at_random(1, images=1, units=3)):
        counted = histograms(shown)
        assert_histograms(counted, shown)
        assert json.loads(json.dumps(counted)) == counted
        last = [row[-1] for rows in counted["activations"]["counts"].values() for row in rows]
        assert sum(last) > 0  # the largest of all is in the last bin


def test_bins_are_the_same_for_all_kinds_and_hold_the_largest() -> None:
    small, large = [of([[0.0, 0.1]])], [of([[0.0, 60.0]])]
    counted = histograms(figure_of(small, small, large))["activations"]
    assert counted["edges"] == [float(edge) for edge in range(61)]
    assert counted["counts"]["dropout"] == [[2] + [0] * 59]
    assert counted["counts"][OWN] == [[1] + [0] * 58 + [1]]


# Wrong programs would be noticed


def mutant(old: str, new: str) -> dict[str, Any]:
    """The module with one change of its text."""
    source = Path(sparsity.__file__).read_text()
    assert source.count(old) == 1, old
    namespace: dict[str, Any] = {"__name__": "mutant"}
    exec(compile(source.replace(old, new), "mutant", "exec", dont_inherit=True), namespace)
    return namespace


def assert_module(module: dict[str, Any]) -> None:
    for numbers in PLANTED.values():
        assert_findings(numbers, module["findings"](numbers))
    assert_by_hand(module["statistics"](by_hand()))
    for seed in range(2):
        shown = at_random(seed)
        assert_against_reference(module["statistics"](shown), shown)
        assert_histograms(module["histograms"](shown), shown)


MUTANTS = [
    ("a < b for a, b", "a <= b for a, b"),
    ("a < min(rest)", "a <= min(rest)"),
    ("a < min(rest)", "np.mean(own) < min(rest)"),
    ("a < min(rest)", "a < max(rest)"),
    ("a < min(rest)", "a < rest[0]"),
    ("a < min(rest)", "a < rest[1]"),
    ("own = kinds[ADVERSARIAL][measure]", 'own = kinds["dropout"][measure]'),
    ("holds = [own == 0 for", "holds = [own <= 1 for"),
    ("sum(own == 0 < other for", "sum(0 < other for"),
    ("sum(own == 0 < other for", "sum(own == 0 <= other for"),
    ('kinds["dropout"][measure], strict', 'kinds["no-dropout"][measure], strict'),
    ("max(row) <= 1.1 * min(row)", "max(row) <= 1.2 * min(row)"),
    ('kinds[kind]["error"] for kind in KINDS', 'kinds[kind]["error"] for kind in KINDS[1:]'),
    ("np.mean(values):.3g", "np.median(values):.3g"),
    ('seen.units["dropout"]])', 'seen.units["dropout"][:1]])'),
    ('seen.units["dropout"]])', 'seen.units["no-dropout"]])'),
    ("(a > t).mean()", "(a >= t).mean()"),
    ("(a > a.max() / 2)", "(a >= a.max() / 2)"),
    ("(a > a.max() / 2)", '(a > thresholds["0.9"] / 2)'),
    ("(a == 0).mean()", "(active == 0).mean()"),
    ("(a > 0).mean(0)", "(a > 0).mean(1)"),
    ("(active < RARE)", "(active <= RARE)"),
    ("units.activations.mean(0, ", "units.activations.mean(1, "),
    ("np.linspace(0, largest or 1.0", "np.linspace(0, 0.9 * largest or 1.0"),
    ("for rows in each.values() for v in rows)", "for v in each[KINDS[0]])"),
]


def test_the_module_passes_its_checks() -> None:
    assert_module(vars(sparsity))


@pytest.mark.parametrize(("old", "new"), MUTANTS)
def test_a_wrong_module_is_noticed(old: str, new: str) -> None:
    with pytest.raises(AssertionError):
        assert_module(mutant(old, new))
