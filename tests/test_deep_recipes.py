"""Recipes against a table of the hyper-parameters that was typed in on its own.

Every run of every recipe is possible, has a source for every value, and takes steps; small budgets
have the values that benchmarks/results/choices.csv says were chosen.
"""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from deep import costs
from deep.data.prepare import fit
from deep.data.sources import fake
from deep.data.splits import split
from deep.methods.losses import check, vanishing
from deep.recipes import RECIPES, SOURCES, Layer, Recipe, find, scaled, settings, unused
from deep.settings import METHODS, DataSettings, Hardware, Settings, changed, flat
from deep.training.hardware import Machine, launch
from deep.training.learner import Learner
from tests.deep_frozen import FROZEN, special

torch.set_num_threads(1)

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results"
CHOICES = list(csv.DictReader((RESULTS / "choices.csv").read_text(encoding="utf-8").splitlines()))
# (recipe, method) -> the setting that was searched, and the value that won
CHOSEN = {
    (row["recipe"], row["method"]): {row["setting"]: float(row["value"])}
    for row in CHOICES
    if row["chosen"]
}
IMAGES = fake(40, 10, (1, 12, 12))
MACHINE: Machine = launch(Hardware(device="cpu"), lambda machine: machine)
TRANSFORM = fit(IMAGES.train, DataSettings())


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
        chosen = {key for method_ in method.split("+") for key in CHOSEN.get((name, method_), {})}
        assert differs <= {"recipe", "flavour", "data.labels"} | budget_ | chosen
        assert own["schedule.ramp_up"] / own["schedule.epochs"] == pytest.approx(0.3)
    steps = {costs.estimate(settings(name, m)).steps for m in RECIPES[name].methods}
    assert len(steps) == 1


@pytest.mark.parametrize("name", ["cpu/mnist5000", "cpu/mnist5000-100"])
def test_small_budgets_have_the_values_that_held_out_images_chose(name: str) -> None:
    """What the search wrote down is what the recipe has, also where methods are combined."""
    searched = {method for recipe, method in CHOSEN if recipe == name}
    assert searched == {m for m in RECIPES[name].methods if m != "plain" and "+" not in m}
    for method in RECIPES[name].methods:
        origin = find(name).origin(method)
        for part in method.split("+"):
            for key, value in CHOSEN.get((name, part), {}).items():
                assert flat(settings(name, method))[key] == value, method
                assert origin[key].source == "validation", method


def test_a_search_chose_the_lowest_error_and_the_smallest_of_equals() -> None:
    by_method: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in CHOICES:
        errors = by_method.setdefault((row["recipe"], row["method"]), [])
        errors.append((float(row["validation_error"]), float(row["value"])))
    for (name, method), errors in by_method.items():
        assert len(errors) >= 3
        assert list(CHOSEN[name, method].values()) == [min(errors)[1]]


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
