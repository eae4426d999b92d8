"""What a recipe is: settings in layers, each of which says where its values come from.

  Recipe          == a named experiment: layers, the methods it runs, what it stands beside
  r.settings(m,s) == the Settings of method m with seed s
  r.origin(m)     == "part.key" -> the Layer that set it, for method m
  r.notes(m)      == the reasons of the layers that matter to m, and the recipe's own remarks
  Layer           == values for some methods, their source, and why they are these
  SOURCES         == the sources by name, in plain words
  SUPERVISED      == methods that need every label; SEMI: the others
  DROPOUT         == methods with an adversarial mask; COMBINED: those that have VAT as well
  WITH_VAT        == VAT, alone or combined
  OFFICIAL_SEARCH == layers: how the authors' program searches for masks
  unused(s, key)  == whether a run with settings s leaves that setting alone
  scaled(s, n)    == settings whose epochs are n, their ramps shortened or stretched alike

Later layers win over earlier ones. Every setting is set by some layer, so that `origin` knows
where each value of a run comes from; a value that no source gives is in a layer "chosen".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from deep.settings import METHODS, Settings

__all__ = [
    "COMBINED",
    "DROPOUT",
    "OFFICIAL_SEARCH",
    "SEMI",
    "SOURCES",
    "SUPERVISED",
    "WITH_VAT",
    "Layer",
    "Recipe",
    "scaled",
    "unused",
]

Source = Literal["paper", "appendix", "code", "neighbours", "chosen", "validation", "budget"]
Flavour = Literal["paper", "official", "cpu"]

SOURCES: dict[str, str] = {
    "paper": "the paper's main text",
    "appendix": "its appendices (arXiv 1707.03631v2)",
    "code": "the authors' program and the commands published with it",
    "neighbours": "programs that the paper says it follows or compares with",
    "chosen": "given nowhere, chosen here",
    "validation": "chosen on images held out of the training set (benchmarks/choices.py)",
    "budget": "what a CPU affords",
}
SUPERVISED = ("at", "sadd")
SEMI = tuple(method for method in METHODS if method not in SUPERVISED)
COMBINED = ("vadd-kl+vat", "vadd-qe+vat")
DROPOUT = ("sadd", "vadd-kl", "vadd-qe", *COMBINED)
WITH_VAT = ("vat", *COMBINED)

_QUADRATIC = ("pi", "temporal", "vadd-qe", "vadd-qe+vat")
_CONSISTENCY = ("pi", *DROPOUT)
_USERS: dict[str, tuple[str, ...]] = {
    "attack.delta": DROPOUT,
    "attack.reading": DROPOUT,
    "attack.base": DROPOUT,
    "attack.renormalise": DROPOUT,
    "attack.search": DROPOUT,
    "attack.epsilon": ("at", *WITH_VAT),
    "attack.norm": ("at",),
    "attack.xi": WITH_VAT,
    "attack.power_iterations": WITH_VAT,
    "loss.weight": ("temporal", "at", *_CONSISTENCY),
    "loss.vat_weight": WITH_VAT,
    "loss.ramp_vat": WITH_VAT,
    "loss.qe": _QUADRATIC,
    "loss.stop_clean": tuple(m for m in _CONSISTENCY if m != "sadd"),
    "loss.ensemble_decay": ("temporal",),
    "noise.shared": _CONSISTENCY,
    "noise.views": _CONSISTENCY,
}
_NETWORKS = {
    "network.kernel": ("mnist",),
    "network.output": ("autoencoder",),
    "noise.hidden_dropout": ("mnist", "conv-large", "conv-small"),
}


@dataclass(frozen=True)
class Layer:
    """Values ("part.key" -> value) with one source.

    `why` is said to the user where the value needs a reason; layers "chosen" must have one.
    """

    source: Source
    values: Mapping[str, Any] = field(hash=False)
    why: str = ""
    methods: tuple[str, ...] = METHODS


OFFICIAL_SEARCH = (
    Layer(
        "code",
        {"attack.search": "reversed"},
        "the mask search takes KL with its arguments exchanged; QE is the same either way",
    ),
    Layer(
        "chosen",
        {"attack.search": "loss"},
        "the program's SAdD does not run; repaired it searches with KL against a softmax of the "
        "one-hot label, which is attack.search = official-sadd here",
        methods=("sadd",),
    ),
)


@dataclass(frozen=True)
class Recipe:
    """One experiment for several methods.

    Parameters
    ----------
    name, title : str
        The name to call it by, and what it is in a line.
    flavour : {"paper", "official", "cpu"}
    layers : tuple of Layer
    rows : tuple of str
        The methods for which the paper has a number in this place.
    table : int or None
        The table that its results are shown in, if any.
    column : str or None
        The column of `deep.tables.published` that they are set beside.
    methods : tuple of str
        The methods that it can run: those of `rows`, and others beside them.
    remarks : tuple of str
        What a reader of its results should know.
    """

    name: str
    title: str
    flavour: Flavour
    layers: tuple[Layer, ...]
    rows: tuple[str, ...]
    table: Literal[1, 2] | None
    column: str | None
    methods: tuple[str, ...] = METHODS
    remarks: tuple[str, ...] = ()

    def settings(self, method: str, seed: int = 0) -> Settings:
        """The settings of a run.

        Raises
        ------
        ValueError
            If the recipe does not run this method, or the seed is negative.
        """
        self._known(method)
        if seed < 0:
            raise ValueError(f"seed must not be negative, got {seed}")
        tree: dict[str, Any] = {
            "recipe": self.name,
            "flavour": self.flavour,
            "method": method,
            "seed": seed,
        }
        for layer in self._layers(method):
            for key, value in layer.values.items():
                part, _, name = key.partition(".")
                tree.setdefault(part, {})[name] = value
        return Settings.model_validate(tree)

    def origin(self, method: str) -> dict[str, Layer]:
        """The layer whose value the method gets, by "part.key"."""
        self._known(method)
        return {key: layer for layer in self._layers(method) for key in layer.values}

    def notes(self, method: str | None = None) -> list[tuple[str, str]]:
        """(source, reason) of every layer in force, then ("note", ...) for the remarks.

        A reason is left out if nothing that the layer sets still holds for the method and matters
        to it; without a method, for none.
        """
        found: list[tuple[str, str]] = []
        for layer in self.layers:
            if not any(self._matters(layer, m) for m in ((method,) if method else self.methods)):
                continue
            whom = "" if method or layer.methods == METHODS else f"{', '.join(layer.methods)}: "
            found.append((layer.source, f"{whom}{_listed(layer.values)}: {layer.why}"))
        return found + [("note", remark) for remark in self.remarks]

    def _layers(self, method: str) -> list[Layer]:
        return [layer for layer in self.layers if method in layer.methods]

    def _matters(self, layer: Layer, method: str) -> bool:
        origin, settings = self.origin(method), self.settings(method)
        return bool(layer.why) and any(
            origin.get(k) is layer and not unused(settings, k) for k in layer.values
        )

    def _known(self, method: str) -> None:
        if method not in self.methods:
            raise ValueError(
                f"method must be one of {', '.join(self.methods)} for {self.name}, got {method!r}"
            )


def unused(settings: Settings, key: str) -> bool:
    """Whether a run leaves the setting "part.key" alone: its method or network does not ask."""
    if settings.network.name not in _NETWORKS.get(key, (settings.network.name,)):
        return True
    if key == "data.unlabelled_includes_labelled":
        return not settings.optimiser.batch_unlabelled
    return settings.method not in _USERS.get(key, METHODS)


def scaled(settings: Settings, epochs: int) -> Settings:
    """The same schedule in other epochs: ramps keep their share of the run.

    Raises
    ------
    ValueError
        If `epochs` is not positive.
    """
    if epochs < 1:
        raise ValueError(f"epochs must be positive, got {epochs}")
    schedule = settings.schedule
    share = Fraction(epochs, schedule.epochs)  # of decimals: 5.4 of 18 is 3.6 of 12
    up, down = (Fraction(str(ramp)) * share for ramp in (schedule.ramp_up, schedule.ramp_down))
    tree = settings.model_dump()
    ramps = {"ramp_up": float(up), "ramp_down": min(float(down), epochs - float(up))}
    tree["schedule"] |= {"epochs": epochs, **ramps}
    return Settings.model_validate(tree)


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} = {json.dumps(value).strip(chr(34))}" for key, value in values.items())
