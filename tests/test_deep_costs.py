"""Costs, known before a run begins: those counted by hand, and those of the networks there are."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from deep import costs
from deep.methods.adversaries import budget
from deep.networks import network
from deep.recipes import RECIPES, settings
from deep.settings import changed

torch.set_num_threads(1)

STEPS = {  # in all
    "table1/mnist-1000/paper": 46_000,
    "table1/mnist-1000/official": 46_800,
    "table1/mnist-all/paper": 46_800,
    "table1/mnist-all/official": 46_800,
    "table2/svhn-1000/paper": 120_000,
    "table2/svhn-1000/official": 120_000,
    "table2/svhn-all/paper": 219_600,
    "table2/svhn-all/official": 219_600,
    "table2/cifar10-4000/paper": 120_000,
    "table2/cifar10-4000/official": 120_000,
    "table2/cifar10-all/paper": 150_000,
    "table2/cifar10-all/official": 150_000,
}


@pytest.mark.parametrize("name", STEPS)
def test_runs_are_as_long_as_published(name: str) -> None:
    recipe = RECIPES[name]
    assert {costs.estimate(recipe.settings(m)).steps for m in recipe.methods} == {STEPS[name]}


def test_flips_are_those_the_paper_counts() -> None:
    for name, units, flips in (
        ("table1/mnist-all/paper", 2048, 10),
        ("table2/svhn-all/paper", 128, 6),
        ("figures/autoencoder/adversarial-dropout", 256, 76),
    ):
        own = settings(name, "sadd")
        assert costs.estimate(own).units == units
        assert budget(own.attack, units) == flips


def test_costs_are_those_counted_by_hand() -> None:
    sup = costs.estimate(settings("table2/cifar10-all/official", "vadd-kl"))
    assert sup.parameters == 3_121_802
    assert sup.under + sup.upper == 731_382_000 + 1_280 - 240
    assert sup.step / 1e12 == pytest.approx(0.88, abs=0.005)
    assert sup.training / 1e15 == pytest.approx(132, abs=1)
    semi = costs.estimate(settings("table2/cifar10-4000/official", "vadd-kl"))
    assert semi.step / 1e12 == pytest.approx(1.26, abs=0.005)
    both = costs.estimate(settings("table2/cifar10-4000/official", "vadd-kl+vat"))
    assert both.step / 1e12 == pytest.approx(2.20, abs=0.005)
    assert both.training / 1e15 == pytest.approx(264, abs=1)


NETWORKS = [
    ("table1/mnist-all/paper", []),
    ("table1/mnist-all/paper", ["network.kernel=1", "network.width=0.5"]),
    ("table1/mnist-all/paper", ["network.norm=full", "network.top_norm=true"]),
    ("table2/cifar10-all/official", []),
    ("table2/svhn-all/official", ["network.name=conv-small", "network.norm=none"]),
    ("table2/svhn-all/paper", ["network.width=0.1", "data.name=fake"]),
    ("figures/autoencoder/dropout", ["network.width=0.25"]),
]


@pytest.mark.parametrize(("name", "pairs"), NETWORKS)
def test_costs_count_the_networks_there_are(name: str, pairs: list[str]) -> None:
    own = changed(settings(name, "plain"), pairs)
    data = costs.DATA[own.data.name]
    generator = torch.Generator().manual_seed(0)
    net = network(own.network, own.noise, data.shape, data.classes, generator)
    cost = costs.estimate(own)
    assert cost.parameters == sum(p.numel() for p in net.parameters())
    assert cost.units == net.units
    assert cost.under + cost.upper == _products(net, data.shape)


def _products(net: torch.nn.Module, shape: tuple[int, int, int]) -> int:
    """Multiplications of one image's pass, counted while it runs."""
    counted = []

    def count(layer: Any, inputs: Any, output: torch.Tensor) -> None:
        counted.append(output.numel() * layer.weight[0].numel())

    for layer in net.modules():
        if isinstance(layer, (torch.nn.Conv2d, torch.nn.Linear)):
            layer.register_forward_hook(count)
    net.eval()
    with torch.no_grad():
        net(torch.zeros(1, *shape))
    return sum(counted)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (["data.labels=5000"], "data.labels must be at most 4000"),
        (["data.validation=4000"], "data.validation must be below 4000"),
        (["data.validation=3950"], "data.labels must be at most 50"),
        (["optimiser.batch=101"], "optimiser.batch must be at most 100"),
        (["optimiser.batch_unlabelled=3901"], "optimiser.batch_unlabelled must be at most 3900"),
    ],
)
def test_more_than_the_data_is_refused_without_the_data(pairs: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        costs.estimate(changed(settings("cpu/mnist5000-100", "pi"), pairs))


def test_a_trunk_that_runs_once_is_counted_once() -> None:
    shared = settings("table1/mnist-all/paper", "vadd-kl")
    fresh = changed(shared, ["noise.shared=false"])
    plain = costs.estimate(settings("table1/mnist-all/paper", "plain")).step
    assert costs.estimate(shared).step / plain == pytest.approx(1.25, abs=0.01)
    assert costs.estimate(fresh).step / plain == pytest.approx(2.1, abs=0.01)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(40, "40 s"), (119, "119 s"), (180, "3 min"), (3 * 3600, "3 h"), (86400 * 15.04, "15 days")],
)
def test_times_are_said_in_words(seconds: float, words: str) -> None:
    assert costs.in_words(seconds) == words
