"""What `deep.inspection.explanation` says of networks, against masks tried one by one."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import asdict
from itertools import combinations
from math import isclose, log
from typing import Any

import pytest
import torch
from rich.console import Console
from torch import Tensor
from torch.nn import functional as F

from deep.commands import integers
from deep.inspection import explanation
from deep.inspection.explanation import Row, explain
from deep.networks import Network
from deep.networks.layers import linear
from deep.tables.layouts import rich_rows

torch.set_num_threads(1)

IMAGES, UNITS, CLASSES = 12, 6, 3


class Linear(Network):
    """The masked layer feeds the logits."""

    def __init__(self, seed: int, units: int = UNITS, size: float = 1.0) -> None:
        super().__init__()
        self.units = units
        generator = torch.Generator().manual_seed(seed)
        self.last = linear(units, CLASSES, generator)
        with torch.no_grad():
            self.last.weight.mul_(size)

    def upper(self, h: Tensor, update_stats: bool = True) -> Tensor:
        outputs: Tensor = self.last(h)
        return outputs

    @property
    def head(self) -> tuple[Tensor, Tensor] | None:
        return self.last.weight, self.last.bias


class Bent(Linear):
    """A hidden layer stands between; its loss is not convex in the mask."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        generator = torch.Generator().manual_seed(seed + 1)
        self.between = linear(UNITS, UNITS, generator)

    def upper(self, h: Tensor, update_stats: bool = True) -> Tensor:
        outputs: Tensor = self.last(5 * F.relu(self.between(h) - 0.3))
        return outputs

    @property
    def head(self) -> tuple[Tensor, Tensor] | None:
        return None


def layer(seed: int, units: int = UNITS) -> tuple[Tensor, Tensor]:
    """A hidden layer after ReLU, and labels."""
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn((IMAGES, units), generator=generator).clamp(min=0) * 2
    return h, torch.randint(CLASSES, (IMAGES,), generator=generator)


def rows(net: Network, seed: int, budgets: list[int], **options: Any) -> list[Row]:
    h, labels = layer(seed, net.units)
    return explain(net, h, labels, budgets, torch.Generator().manual_seed(0), **options)


def rises(net: Network, h: Tensor, labels: Tensor) -> dict[tuple[int, ...], Tensor]:
    """The rise (N,) of every mask, by the units that it drops."""
    net = net.double()
    h = h.double()
    with torch.no_grad():
        clean = F.cross_entropy(net.upper(h), labels, reduction="none")
        found = {}
        for count in range(h.shape[1] + 1):
            for dropped in combinations(range(h.shape[1]), count):
                mask = torch.ones(h.shape[1], dtype=torch.float64)
                mask[list(dropped)] = 0
                loss = F.cross_entropy(net.upper(h * mask), labels, reduction="none")
                found[dropped] = loss - clean
    return found


def chosen(net: Linear, h: Tensor, label: int, budget: int) -> tuple[tuple[int, ...], float]:
    """The units that the derivative picks for one image, and its prediction, by the formula."""
    weights, biases = net.last.weight.double(), net.last.bias.double()
    with torch.no_grad():
        wrong = torch.softmax(weights @ h.double() + biases, 0)
        wrong[label] -= 1
        slopes = h.double() * (weights.T @ wrong)
    order = sorted(range(len(h)), key=lambda j: (float(slopes[j]), j))
    picked = tuple(sorted(j for j in order[:budget] if slopes[j] < 0))
    return picked, -float(sum(slopes[j] for j in picked))


@pytest.mark.parametrize("seed", range(6))
def test_predictions_and_rises_are_those_of_masks_tried_one_by_one(seed: int) -> None:
    net = Linear(seed)
    h, labels = layer(seed)
    every = rises(Linear(seed), h, labels)
    for budget, row in enumerate(rows(net, seed, list(range(UNITS + 1)))):
        picks = [chosen(net, h[i], int(labels[i]), budget) for i in range(IMAGES)]
        realised = [float(every[p][i]) for i, (p, _) in enumerate(picks)]
        assert row.budget == budget
        assert isclose(row.flips, sum(len(p) for p, _ in picks) / IMAGES)
        assert isclose(row.predicted, sum(x for _, x in picks) / IMAGES, abs_tol=1e-9)
        assert isclose(row.realised, sum(realised) / IMAGES, abs_tol=1e-9)
        worst = [max(v[i] for d, v in every.items() if len(d) <= budget) for i in range(IMAGES)]
        reached = [r >= float(w) - 1e-9 for r, w in zip(realised, worst, strict=True)]
        assert (row.exact, row.inexact, row.undecided) == (sum(reached), IMAGES - sum(reached), 0)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("size", [1e-3, 1.0, 30.0])
def test_before_a_linear_head_the_prediction_is_a_lower_bound(seed: int, size: float) -> None:
    for row in rows(Linear(seed, size=size), seed, [0, 1, 3, UNITS], judged=0):
        assert row.convex == 1.0
        assert row.realised >= row.predicted - 1e-9
        assert row.predicted >= 0


def test_above_a_hidden_layer_it_is_not() -> None:
    found = [row for seed in range(20) for row in rows(Bent(seed), seed, [1, 3])]
    assert any(row.convex < 1 for row in found)
    assert all(row.exact is row.inexact is row.undecided is None for row in found)


def test_drops_taken_one_by_one_never_lose_ground_as_their_number_grows() -> None:
    better = 0
    for seed in range(20):
        net = Bent(seed) if seed % 2 else Linear(seed)
        found = rows(net, seed, list(range(UNITS + 1)))
        steps = [row.stepwise for row in found]
        assert steps == sorted(steps)
        assert steps[0] == 0
        assert isclose(steps[1], max(found[1].realised, steps[1]))
        better += any(row.stepwise > row.realised + 1e-9 for row in found)
    assert better > 3


def test_one_step_is_the_mask_found_at_once() -> None:
    for seed in range(10):
        row = rows(Linear(seed), seed, [1])[0]
        assert isclose(row.stepwise, row.realised, abs_tol=1e-12)  # convex: it cannot lower


def test_without_a_budget_nothing_happens() -> None:
    row = rows(Linear(0), 0, [0])[0]
    assert not any((row.flips, row.predicted, row.realised, row.random, row.stepwise))
    assert (row.convex, row.exact, row.inexact) == (1.0, IMAGES, 0)


def test_a_dead_layer_gives_rows_of_zeros() -> None:
    net = Linear(0)
    labels = torch.zeros(IMAGES, dtype=torch.int64)
    generator = torch.Generator().manual_seed(0)
    row = explain(net, torch.zeros(IMAGES, UNITS), labels, [UNITS], generator)[0]
    assert not any((row.flips, row.predicted, row.realised, row.stepwise))


def test_huge_activations_stay_finite() -> None:
    h, labels = layer(3)
    row = explain(Linear(3), h * 1e30, labels, [2], torch.Generator().manual_seed(0), judged=0)[0]
    assert all(abs(x) < float("inf") for x in (row.predicted, row.realised, row.stepwise))


def test_random_drops_follow_their_seed_and_do_less_harm() -> None:
    first, again = (rows(Linear(1), 1, [3]) for _ in range(2))
    assert first == again
    found = [rows(Linear(seed), seed, [2])[0] for seed in range(10)]
    assert sum(row.random for row in found) < sum(row.realised for row in found)


def test_the_network_is_left_as_it_was() -> None:
    net = Linear(0)
    before = net.last.weight.detach().clone()
    rows(net, 0, [2])
    assert net.last.weight.dtype == torch.float32
    assert torch.equal(net.last.weight, before)
    assert net.last.weight.grad is None


def test_far_from_the_label_the_prediction_is_the_rise() -> None:
    """Where one wrong class has nearly all the weight, log-sum-exp is linear."""
    h, labels = layer(5)
    net = Linear(5, size=1e4)
    with torch.no_grad():
        wrong = net.upper(h).argmax(1)
    labels = (wrong + 1) % CLASSES
    row = explain(net, h, labels, [1], torch.Generator().manual_seed(0), judged=0)[0]
    assert row.predicted > 10 * log(CLASSES)
    assert isclose(row.realised, row.predicted, rel_tol=1e-9)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (dict(budgets=[UNITS + 1]), rf"budgets must lie in 0..{UNITS}, got {UNITS + 1}"),
        (dict(budgets=[-1]), "budgets must lie in"),
        (dict(h=torch.zeros(0, UNITS), labels=torch.zeros(0, dtype=torch.int64)), "got none"),
    ],
)
def test_what_cannot_be_explained_is_refused(change: dict[str, Any], words: str) -> None:
    h, labels = layer(0)
    given: dict[str, Any] = dict(h=h, labels=labels, budgets=[1]) | change
    with pytest.raises(ValueError, match=words):
        explain(Linear(0), generator=torch.Generator().manual_seed(0), **given)


def text_of(shown: Any) -> str:
    stream = io.StringIO()
    Console(file=stream, width=200).print(shown)
    return stream.getvalue()


MUTANTS: dict[str, tuple[str, Callable[[Row], Any]]] = {
    "the rise is predicted with the other sign": ("predicted", lambda row: -row.predicted),
    "the prediction is of the mean over the batch": (
        "predicted",
        lambda row: row.predicted / IMAGES,
    ),
    "the rise is not taken from the clean loss": ("realised", lambda row: row.realised + 1),
    "one mask more is exact": ("exact", lambda row: (row.exact or 0) + 1),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_comparison_with_every_mask_can_fail(name: str, monkeypatch: Any) -> None:
    key, change = MUTANTS[name]
    honest = explanation.explain

    def planted(*arguments: Any, **options: Any) -> list[Row]:
        found = honest(*arguments, **options)
        return [Row(**(asdict(row) | {key: change(row)})) for row in found]

    monkeypatch.setitem(globals(), "explain", planted)
    with pytest.raises(AssertionError):
        test_predictions_and_rises_are_those_of_masks_tried_one_by_one(0)


def test_a_table_says_what_was_judged() -> None:
    one, other = (rows(Linear(seed), seed, [1, 2]) for seed in range(2))
    assert f"of {IMAGES}" in text_of(rich_rows([one]))
    text = text_of(rich_rows([one, other]))
    exact = [(a.exact or 0) + (b.exact or 0) for a, b in zip(one, other, strict=True)]
    assert all(f"{count} of {2 * IMAGES}" in text for count in exact)
    assert f"{(one[1].realised + other[1].realised) / 2:.4g}" in text
    assert "no linear head" in text_of(rich_rows([rows(Bent(0), 0, [1])]))


def test_numbers_in_a_text() -> None:
    assert integers("1, 2,50") == [1, 2, 50]
    for text in ("", "1,,2", "-1", "two"):
        with pytest.raises(ValueError, match="budgets must be as in"):
            integers(text)
