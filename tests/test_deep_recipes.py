"""Recipes against a table of the hyper-parameters that was typed in on its own.

FROZEN holds, for every cell of Tables 1 and 2 in both flavours, what its runs share, and METHODS_OF
what sets its methods apart. A change of a recipe must be made here too, or is an accident.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
import torch

from deep import costs
from deep.adversaries import budget
from deep.data.prepare import fit
from deep.data.sources import fake
from deep.data.splits import split
from deep.hardware import Machine, launch
from deep.learner import Learner
from deep.methods import check, vanishing
from deep.networks import network
from deep.published import COLUMNS, PUBLISHED, paper, users
from deep.recipes import RECIPES, SOURCES, Layer, Recipe, find, scaled, settings, unused
from deep.settings import METHODS, DataSettings, Hardware, Settings, changed, flat

torch.set_num_threads(1)

IMAGES = fake(40, 10, (1, 12, 12))
MACHINE: Machine = launch(Hardware(device="cpu"), lambda machine: machine)
TRANSFORM = fit(IMAGES.train, DataSettings())

MNIST_APPENDIX: dict[str, Any] = {
    "data.name": "mnist",
    "data.validation": 0,
    "data.split_seed": 1,
    "data.scaling": "unit",
    "data.zca": "none",
    "data.translate": 0,
    "data.flip": False,
    "network.name": "mnist",
    "network.width": 1,
    "network.kernel": 3,
    "network.norm": "none",
    "network.top_norm": False,
    "noise.gaussian": 0,
    "noise.gaussian_at_test": False,
    "noise.hidden_dropout": 0.5,
    "noise.top_dropout": 0.5,
    "noise.views": 1,
    "attack.delta": 0.005,
    "attack.reading": "flips",
    "attack.base": "sampled",
    "attack.power_iterations": 1,
    "loss.vat_weight": 1,
    "loss.qe": "mean",
    "loss.stop_clean": False,
    "optimiser.lr": 0.001,
    "optimiser.beta1": 0.9,
    "optimiser.beta1_end": 0.9,
    "optimiser.beta2": 0.999,
    "optimiser.epsilon": 1e-8,
    "schedule.epochs": 100,
    "schedule.steps": None,
    "schedule.ramp_up": 30,
    "schedule.ramp_down": 0,
    "schedule.ramp_lr": False,
    "schedule.evaluate_every": 1,
}
LARGE: dict[str, Any] = {
    "data.validation": 0,
    "data.split_seed": 1,
    "data.split_order": "official",
    "data.scaling": "centred",
    "data.translate": 2,
    "network.name": "conv-large",
    "network.width": 1,
    "noise.hidden_dropout": 0.5,
    "noise.top_dropout": 0,
    "attack.delta": 0.05,
    "attack.reading": "flips",
    "attack.base": "ones",
    "attack.power_iterations": 1,
    "loss.vat_weight": 1,
    "loss.ramp_vat": False,
    "loss.qe": "mean",
    "loss.stop_clean": False,
    "optimiser.beta1": 0.9,
    "optimiser.beta1_end": 0.5,
    "optimiser.beta2": 0.999,
    "optimiser.epsilon": 1e-8,
    "schedule.epochs": 300,
    "schedule.ramp_up": 80,
    "schedule.ramp_down": 50,
    "schedule.ramp_lr": True,
    "schedule.evaluate_every": 1,
}
PAPER: dict[str, Any] = {
    "loss.entropy": 0,
    "data.unlabelled_includes_labelled": False,
    "attack.renormalise": False,
    "attack.search": "loss",
    "attack.xi": 0.01,
    "noise.views": 1,
}
OFFICIAL: dict[str, Any] = {
    "data.unlabelled_includes_labelled": True,
    "data.split_order": "official",
    "attack.renormalise": True,
    "attack.xi": 1e-6,
}
SUP_MNIST = {"data.labels": None, "optimiser.batch": 128, "optimiser.batch_unlabelled": 0}
SEMI_MNIST = {"data.labels": 1000, "optimiser.batch": 32, "optimiser.batch_unlabelled": 128}
SUP_LARGE = {"data.labels": None, "optimiser.batch": 100, "optimiser.batch_unlabelled": 0}
SEMI_LARGE = {
    "optimiser.batch": 32,
    "optimiser.batch_unlabelled": 128,
    "schedule.steps": 400,
}
SVHN = {"data.name": "svhn", "data.zca": "none", "data.flip": False, "network.norm": "full"}
CIFAR = {"data.name": "cifar10", "data.flip": True, "network.norm": "mean"}
APPENDIX_NOISE = {
    "network.norm_decay": 0.999,
    "network.top_norm": False,
    "noise.gaussian": 0.15,
    "noise.gaussian_at_test": False,
    "noise.shared": False,
}
OFFICIAL_LARGE = {"network.norm_decay": 0.99, "noise.views": 2, "noise.shared": True}
OFFICIAL_SVHN = {"noise.gaussian": 0, "noise.gaussian_at_test": False, "network.top_norm": True}
OFFICIAL_CIFAR = {"noise.gaussian": 0.15, "noise.gaussian_at_test": True, "data.zca": "official"}

FROZEN: dict[str, dict[str, Any]] = {
    "table1/mnist-1000/paper": MNIST_APPENDIX | PAPER | SEMI_MNIST | {"data.split_order": "pcg64"},
    "table1/mnist-1000/official": MNIST_APPENDIX | OFFICIAL | SEMI_MNIST,
    "table1/mnist-all/paper": MNIST_APPENDIX | PAPER | SUP_MNIST | {"data.split_order": "pcg64"},
    "table1/mnist-all/official": MNIST_APPENDIX | OFFICIAL | SUP_MNIST | {"loss.entropy": 0},
    "table2/svhn-1000/paper": LARGE
    | PAPER
    | SVHN
    | SEMI_LARGE
    | APPENDIX_NOISE
    | {"data.labels": 1000},
    "table2/svhn-1000/official": LARGE
    | OFFICIAL
    | SVHN
    | SEMI_LARGE
    | OFFICIAL_LARGE
    | OFFICIAL_SVHN
    | {"data.labels": 1000},
    "table2/svhn-all/paper": LARGE
    | PAPER
    | SVHN
    | SUP_LARGE
    | APPENDIX_NOISE
    | {"schedule.steps": None},
    "table2/svhn-all/official": LARGE
    | OFFICIAL
    | SVHN
    | SUP_LARGE
    | OFFICIAL_LARGE
    | OFFICIAL_SVHN
    | {"schedule.steps": 732, "loss.entropy": 0},
    "table2/cifar10-4000/paper": LARGE
    | PAPER
    | CIFAR
    | SEMI_LARGE
    | APPENDIX_NOISE
    | {"data.labels": 4000, "data.zca": "inside"},
    "table2/cifar10-4000/official": LARGE
    | OFFICIAL
    | CIFAR
    | SEMI_LARGE
    | OFFICIAL_LARGE
    | OFFICIAL_CIFAR
    | {"data.labels": 4000, "network.top_norm": False},
    "table2/cifar10-all/paper": LARGE
    | PAPER
    | CIFAR
    | SUP_LARGE
    | APPENDIX_NOISE
    | {"schedule.steps": None, "data.zca": "inside"},
    "table2/cifar10-all/official": LARGE
    | OFFICIAL
    | CIFAR
    | SUP_LARGE
    | OFFICIAL_LARGE
    | OFFICIAL_CIFAR
    | {"schedule.steps": 500, "loss.entropy": 0},
}

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


def weight(name: str, method: str) -> float:
    """Lambda at its full, by the tables of the authors and where those are silent by choice."""
    quadratic = 30.0 if "mnist" in name else 10.0 if name == "table2/svhn-all/official" else 25.0
    return {"pi": quadratic, "temporal": 30.0}.get(method, quadratic if "qe" in method else 1.0)


def special(name: str, method: str) -> dict[str, Any]:
    """What sets a method apart in a recipe."""
    official = name.endswith("official")
    found: dict[str, Any] = {"loss.weight": weight(name, method)}
    if "mnist" in name:
        found["loss.ramp_vat"] = not official
        found["noise.shared"] = method != "pi"
        radius = 1.5 if "1000" in name else 2.1
        found |= {"attack.epsilon": 0.1, "attack.norm": "inf"} if method == "at" else {}
    else:
        radius = 8.0 if "cifar" in name else 3.5
        slow = method == "temporal" and "svhn" in name
        found["optimiser.lr"] = 0.001 if slow else 0.003
    if method.endswith("vat"):
        found["attack.epsilon"] = radius
    if official and "add" in method:
        found["attack.search"] = "loss" if method == "sadd" else "reversed"
    if official and ("1000" in name or "4000" in name):
        found["loss.entropy"] = 0 if method in ("plain", "temporal") else 1
    if name == "table2/cifar10-all/official":
        found["network.top_norm"] = method in ("vadd-kl+vat", "vadd-qe+vat")
    return found


def differences(name: str, method: str, own: Settings) -> dict[str, tuple[Any, Any]]:
    """Key -> (frozen, resolved), where the method asks for the key and they differ."""
    frozen = FROZEN[name] | special(name, method)
    resolved = flat(own)
    return {
        key: (value, resolved[key])
        for key, value in frozen.items()
        if not unused(own, key) and resolved[key] != value
    }


CELLS = [(name, method) for name in FROZEN for method in RECIPES[name].methods]


@pytest.mark.parametrize(("name", "method"), CELLS)
def test_recipes_are_the_frozen_table(name: str, method: str) -> None:
    assert differences(name, method, settings(name, method)) == {}


def test_the_frozen_table_catches_any_change() -> None:
    own = settings("table2/cifar10-4000/official", "vadd-kl+vat")
    other = {True: "false", False: "true"}
    for key, value in flat(own).items():
        frozen = FROZEN[own.recipe] | special(own.recipe, own.method)
        if key not in frozen or unused(own, key) or value is None:
            continue
        numbers = {"data.zca": "none", "data.name": "svhn", "noise.views": "1"}
        words = {"network.name": "conv-small", "network.norm": "full", "attack.base": "sampled"}
        words |= {"data.scaling": "unit", "attack.reading": "literal", "attack.search": "loss"}
        words |= {"data.split_order": "pcg64", "loss.qe": "sum"}
        if isinstance(value, bool):
            text = other[value]
        else:
            text = (numbers | words).get(key) or _nudged(value)
        planted = changed(own, [f"{key}={text}"])
        assert key in differences(own.recipe, own.method, planted), key


def _nudged(value: Any) -> str:
    return str(value + 1) if isinstance(value, int) else str(value / 2 + 0.001)


def test_the_frozen_table_has_every_setting_that_matters() -> None:
    for name, method in CELLS:
        own = settings(name, method)
        frozen = FROZEN[name] | special(name, method)
        open_ = [k for k in flat(own) if "." in k and not unused(own, k) and k not in frozen]
        allowed = {"network.norm_decay", "loss.ensemble_decay"}
        allowed |= {"attack.epsilon", "attack.norm"} if method == "at" else set()
        assert set(open_) <= allowed, (name, method, open_)


@pytest.mark.parametrize("name", STEPS)
def test_runs_are_as_long_as_published(name: str) -> None:
    recipe = RECIPES[name]
    assert {costs.estimate(recipe.settings(m)).steps for m in recipe.methods} == {STEPS[name]}


def test_every_cell_of_both_tables_has_its_recipe_in_both_flavours() -> None:
    printed = {(e.column, e.method) for e in PUBLISHED}
    assert len({column for column, _ in printed}) == 6
    for column, method in printed:
        for flavour in ("paper", "official"):
            recipe = RECIPES[f"table{COLUMNS[column].table}/{column}/{flavour}"]
            assert method in recipe.rows
            own = recipe.settings(method)
            assert (own.data.name, own.data.labels) == (
                COLUMNS[column].data,
                COLUMNS[column].labels,
            )
    for recipe in RECIPES.values():
        if recipe.flavour != "cpu" and recipe.column:
            assert {(recipe.column, method) for method in recipe.rows} <= printed


ALL = [(recipe, method) for recipe in RECIPES.values() for method in recipe.methods]


@pytest.mark.parametrize(("recipe", "method"), ALL, ids=lambda v: getattr(v, "name", v))
def test_every_run_of_every_recipe_is_possible_and_does_something(
    recipe: Recipe, method: str
) -> None:
    own = recipe.settings(method, seed=3)
    check(own)
    assert vanishing(own) is None
    assert (own.recipe, own.flavour, own.method, own.seed) == (
        recipe.name,
        recipe.flavour,
        method,
        3,
    )
    cost = costs.estimate(own)
    assert cost.training > 0
    assert set(recipe.rows) <= set(recipe.methods) <= set(METHODS)


def test_a_recipe_that_would_do_nothing_is_caught() -> None:
    own = settings("table2/svhn-all/official", "vadd-kl")
    assert vanishing(changed(own, ["noise.views=1"])) is not None


def test_flips_are_those_the_paper_counts() -> None:
    for name, units, flips in (
        ("table1/mnist-all/paper", 2048, 10),
        ("table2/svhn-all/paper", 128, 6),
        ("figures/autoencoder/adversarial-dropout", 256, 76),
    ):
        own = settings(name, "sadd")
        assert costs.estimate(own).units == units
        assert budget(own.attack, units) == flips


def test_every_value_that_matters_has_a_source() -> None:
    for recipe, method in ALL:
        own, origin = recipe.settings(method), recipe.origin(method)
        for key in flat(own):
            if "." in key and not unused(own, key):
                assert key in origin, (recipe.name, method, key)
                assert origin[key].source in SOURCES


def test_what_is_chosen_has_its_reason() -> None:
    for recipe in RECIPES.values():
        for layer in recipe.layers:
            assert layer.why or layer.source != "chosen", (recipe.name, layer.values)
            assert layer.values


@pytest.mark.parametrize(
    ("name", "method", "key"),
    [
        ("table1/mnist-all/paper", "sadd", "loss.weight"),
        ("table1/mnist-all/paper", "at", "attack.epsilon"),
        ("table1/mnist-all/paper", "vat", "attack.epsilon"),
        ("table1/mnist-1000/paper", "vat", "attack.epsilon"),
        ("table1/mnist-1000/official", "vadd-kl", "optimiser.batch_unlabelled"),
        ("table1/mnist-all/paper", "plain", "network.kernel"),
        ("table2/cifar10-4000/official", "pi", "loss.weight"),
        ("table2/svhn-all/official", "pi", "loss.weight"),
        ("table2/svhn-1000/paper", "pi", "loss.weight"),
        ("figures/autoencoder/dropout", "plain", "network.output"),
        ("figures/autoencoder/dropout", "plain", "schedule.epochs"),
    ],
)
def test_what_no_source_gives_is_marked_as_chosen(name: str, method: str, key: str) -> None:
    recipe = find(name)
    assert recipe.origin(method)[key].source == "chosen"
    if recipe.origin(method)[key].why:
        assert any(source == "chosen" and key in note for source, note in recipe.notes(method))


def test_notes_are_those_of_the_method() -> None:
    recipe = find("table2/svhn-all/official")
    of_qe = " ".join(note for _, note in recipe.notes("vadd-qe"))
    assert "loss.weight = 10.0" in of_qe
    assert "attack.epsilon" not in of_qe
    everything = " ".join(note for _, note in recipe.notes())
    assert "attack.epsilon = 3.5" in everything
    assert "schedule.steps = null" not in everything  # another layer has the last word


def test_later_layers_win() -> None:
    first = Layer("paper", {"loss.weight": 2.0, "optimiser.lr": 0.5})
    second = Layer("chosen", {"loss.weight": 3.0}, "because", methods=("pi",))
    recipe = Recipe("a", "b", "paper", (first, second), (), None, None)
    assert recipe.settings("pi").loss.weight == 3.0
    assert recipe.settings("vadd-kl").loss.weight == 2.0
    assert recipe.origin("pi")["loss.weight"] is second
    assert recipe.origin("pi")["optimiser.lr"] is first
    assert recipe.notes("vadd-kl") == []
    assert recipe.notes("pi") == [("chosen", "loss.weight = 3.0: because")]


def test_an_unknown_recipe_or_method_is_refused_in_one_line() -> None:
    with pytest.raises(ValueError, match=r"perhaps cpu/mnist5000"):
        settings("cpu/mnist-5000", "plain")
    with pytest.raises(ValueError, match=r"method must be one of .* got 'sadd'"):
        settings("table2/svhn-1000/paper", "sadd")
    with pytest.raises(ValueError, match="seed"):
        settings("cpu/mnist5000", "plain", -1)


@pytest.mark.parametrize("epochs", [1, 7, 30, 301])
def test_other_epochs_keep_the_shares_of_the_ramps(epochs: int) -> None:
    whole = settings("table2/svhn-all/paper", "vadd-kl")
    short = scaled(whole, epochs)
    assert short.schedule.epochs == epochs
    assert short.schedule.ramp_up / epochs == pytest.approx(80 / 300)
    assert short.schedule.ramp_down / epochs == pytest.approx(50 / 300)
    assert short.model_copy(update={"schedule": whole.schedule}) == whole


def test_ramps_that_fill_the_run_still_fit() -> None:
    whole = changed(settings("table2/svhn-all/paper", "pi"), ["schedule.ramp_down=220"])
    for epochs in range(1, 60):
        assert scaled(whole, epochs).schedule.epochs == epochs


def test_epochs_must_be_positive() -> None:
    with pytest.raises(ValueError, match="epochs"):
        scaled(settings("cpu/mnist5000", "plain"), 0)


@pytest.mark.parametrize("name", ["cpu/mnist5000", "cpu/mnist5000-100", "cpu/fashion-mnist"])
def test_small_budgets_keep_the_paper_but_for_data_and_length(name: str) -> None:
    table = "table1/mnist-1000/paper" if name.endswith("100") else "table1/mnist-all/paper"
    for method in RECIPES[name].methods:
        own, model = flat(settings(name, method)), flat(settings(table, method))
        differs = {key for key in own if own[key] != model[key]}
        budget_ = {"data.name", "schedule.epochs", "schedule.steps", "schedule.ramp_up"}
        assert differs <= {"recipe", "flavour", "data.labels"} | budget_
        assert own["schedule.ramp_up"] / own["schedule.epochs"] == pytest.approx(0.3)
    steps = {costs.estimate(settings(name, m)).steps for m in RECIPES[name].methods}
    assert len(steps) == 1


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


PRINTED = """
    mnist-1000 plain 2.99 0.23, mnist-1000 vat 1.35 0.14, mnist-1000 pi 1.00 0.08
    mnist-1000 vadd-kl 0.99 0.07, mnist-1000 vadd-qe 0.99 0.09
    mnist-all plain 0.53 0.03, mnist-all at 0.51 0.03, mnist-all vat 0.50 0.01
    mnist-all pi 0.50 0.02, mnist-all sadd 0.46 0.01, mnist-all vadd-kl 0.47 0.01
    mnist-all vadd-qe 0.46 0.02
    svhn-1000 pi 4.35 0.04, svhn-1000 vat 3.74 0.09, svhn-1000 vadd-kl 4.16 0.08
    svhn-1000 vadd-qe 4.26 0.14, svhn-1000 vadd-kl+vat 3.55 0.05, svhn-1000 vadd-qe+vat 3.55 0.07
    svhn-all pi 2.53 0.05, svhn-all vat 2.69 0.04, svhn-all sadd 2.46 0.05
    svhn-all vadd-kl 2.31 0.01, svhn-all vadd-qe 2.37 0.03
    svhn-all vadd-kl+vat 2.23 0.03, svhn-all vadd-qe+vat 2.34 0.05
    cifar10-4000 pi 12.62 0.29, cifar10-4000 vat 11.96 0.10, cifar10-4000 vadd-kl 11.68 0.19
    cifar10-4000 vadd-qe 11.32 0.11, cifar10-4000 vadd-kl+vat 10.07 0.11
    cifar10-4000 vadd-qe+vat 9.22 0.10
    cifar10-all pi 5.77 0.11, cifar10-all vat 5.65 0.17, cifar10-all sadd 5.46 0.16
    cifar10-all vadd-kl 5.27 0.10, cifar10-all vadd-qe 5.24 0.12
    cifar10-all vadd-kl+vat 4.40 0.12, cifar10-all vadd-qe+vat 4.73 0.04
"""


def test_published_numbers_are_those_printed() -> None:
    found = {
        f"{e.column} {e.method} {e.mean:.2f} {e.spread:.2f}"
        for e in PUBLISHED
        if e.source.startswith("Table")
    }
    printed = {cell.strip() for line in PRINTED.strip().splitlines() for cell in line.split(",")}
    assert found == printed
    assert len(printed) == 12 + 26


def test_quoted_numbers_and_those_of_users_are_kept_apart() -> None:
    temporal = paper("svhn-1000", "temporal")
    assert temporal is not None
    assert (temporal.whose, temporal.mean) == ("quoted", 4.42)
    own = paper("cifar10-4000", "vadd-kl+vat")
    assert own is not None
    assert (own.whose, own.mean) == ("authors", 10.07)
    quoted = {(e.column, e.method): e.mean for e in PUBLISHED if e.whose == "quoted"}
    assert len(quoted) == 11
    assert quoted["cifar10-all", "pi"] == 5.56
    assert quoted["cifar10-4000", "vat"] == 10.55
    reruns = {(e.column, e.method): e.mean for e in PUBLISHED if e.whose == "users"}
    assert reruns == {
        ("cifar10-all", "vadd-kl+vat"): 9.86,
        ("cifar10-all", "vadd-kl"): 17.12,
        ("cifar10-4000", "pi"): 28.17,
        ("cifar10-4000", "vadd-kl"): 15.43,
        ("cifar10-4000", "vadd-qe"): 18.07,
        ("cifar10-4000", "vadd-kl+vat"): 12.73,
    }
    assert [e.mean for e in users("cifar10-4000", "vadd-kl+vat")] == [12.73]
    assert paper("mnist-1000", "sadd") is None
    assert users("mnist-all", "pi") == []


TINY = [
    "network.width=0.04",
    "data.name=fake",
    "data.zca=none",
    "data.validation=0",
    "optimiser.batch=4",
    "schedule.steps=3",
]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda recipe: recipe.name)
def test_every_method_of_every_recipe_takes_two_steps(recipe: Recipe) -> None:
    for method in recipe.methods:
        own = changed(recipe.settings(method), TINY)
        if own.data.labels is not None:
            few = ["data.labels=10", "optimiser.batch_unlabelled=6"]
            own = changed(own, few)
        learner = Learner(own, MACHINE, IMAGES, split(IMAGES.train_labels, own.data), TRANSFORM)
        before = [p.detach().clone() for p in learner.network.parameters()]
        for batch in islice(learner.batches.epoch(), 2):
            learner.step(batch)
        moved = [not p.equal(q) for p, q in zip(learner.network.parameters(), before, strict=True)]
        finite = [bool(p.isfinite().all()) for p in learner.network.parameters()]
        assert all(finite), method
        assert sum(moved) >= 0.8 * len(moved), method
        assert learner.taken == 2
