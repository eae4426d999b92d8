"""What a recipe resolves to, for a reader: settings, where they come from, reasons, cost.

  resolved(recipe, settings)      == a Resolved: the settings of some methods of a recipe
  Resolved                        == the same, and what the user changed
  rich_settings(r), rich_notes(r), rich_cost(r, measured)
                                  == parts of it for a terminal
  as_data(r, measured)            == all of it as plain data, for JSON
  listing()                       == all recipes as a table
  METHOD_WORDS                    == the methods in plain words

Values are shown as the option --set takes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from deep.costs import RATES, Cost, estimate, in_words
from deep.recipes import RECIPES, SOURCES, Recipe, unused
from deep.settings import METHODS, Settings, flat

__all__ = [
    "METHOD_WORDS",
    "Resolved",
    "as_data",
    "listing",
    "resolved",
    "rich_cost",
    "rich_notes",
    "rich_settings",
]

METHOD_WORDS: dict[str, str] = {
    "plain": "cross entropy under dropout",
    "pi": "Pi model: two passes under random noise agree (quadratic error)",
    "temporal": "temporal ensembling: a pass agrees with the average of earlier ones",
    "at": "adversarial training: one gradient step on the input",
    "vat": "virtual adversarial training: the input direction that changes outputs most",
    "sadd": "supervised adversarial dropout: the mask that raises the cross entropy",
    "vadd-kl": "virtual adversarial dropout, Kullback-Leibler",
    "vadd-qe": "virtual adversarial dropout, quadratic error",
    "vadd-kl+vat": "vadd-kl and vat",
    "vadd-qe+vat": "vadd-qe and vat",
}
_STYLES = {"chosen": "yellow", "set": "magenta", "budget": "cyan"}


@dataclass(frozen=True)
class Resolved:
    """A recipe with some of its methods, after what the user set.

    Attributes
    ----------
    recipe : Recipe
    settings : dict of str to Settings
        By method.
    given : frozenset of str
        The keys whose values are the user's.
    """

    recipe: Recipe
    settings: dict[str, Settings]
    given: frozenset[str]


def resolved(recipe: Recipe, settings: Mapping[str, Settings]) -> Resolved:
    """Settings by method, beside what the recipe says itself."""
    given = {
        key
        for method, own in settings.items()
        for key, value in flat(own).items()
        if "." in key and flat(recipe.settings(method))[key] != value
    }
    return Resolved(recipe, dict(settings), frozenset(given))


def rich_settings(of: Resolved) -> Table:
    """A line a value: key, value, source, and for which methods it holds."""
    table = _table("setting", "value", "from", "methods")
    for key in flat(next(iter(of.settings.values()))):
        if "." not in key:
            continue
        for (value, source), methods in _values(of, key).items():
            everyone = len(methods) == len(of.settings)
            whom = "" if everyone else ", ".join(methods)
            table.add_row(key, _text(value), Text(source, style=_STYLES.get(source, "")), whom)
    return table


def rich_notes(of: Resolved) -> Table:
    """The reasons behind the values, and what a reader of results should know."""
    table = _table("from", "why")
    method = next(iter(of.settings)) if len(of.settings) == 1 else None
    for source, note in of.recipe.notes(method):
        table.add_row(Text(source, style=_STYLES.get(source, "")), Text(note))
    return table


def rich_cost(of: Resolved, measured: Mapping[str, float]) -> Table:
    """Steps, operations and time by method; `measured` holds seconds a step."""
    names = ["method", "steps", "images a step", "FLOP a step", "times plain", "FLOP in all"]
    table = _table(*names, *RATES, *(["a step here", "in all here"] if measured else []))
    for method, settings in of.settings.items():
        cost = estimate(settings)
        cells = [method, f"{cost.steps:,}", str(cost.images), f"{cost.step:.3g}"]
        cells += [
            f"{cost.step / _plain(settings).step:.2f}",
            f"{cost.training + cost.evaluation:.3g}",
        ]
        cells += [in_words(cost.seconds(rate)) for rate in RATES.values()]
        if method in measured:
            seconds = measured[method]
            cells += [f"{1000 * seconds:.3g} ms", in_words(_whole_run(cost, seconds))]
        table.add_row(*cells)
    return table


def as_data(of: Resolved, measured: Mapping[str, float]) -> dict[str, Any]:
    """All of it, as plain data."""
    runs = {}
    for method, settings in of.settings.items():
        origin = of.recipe.origin(method)
        keys = [key for key in flat(settings) if "." in key]
        runs[method] = {
            "settings": settings.model_dump(),
            "from": {key: _source(of, origin, key) for key in keys},
            "unused": [key for key in keys if unused(settings, key)],
            "notes": [list(note) for note in of.recipe.notes(method)],
            "cost": asdict(estimate(settings)),
            "seconds_a_step": measured.get(method),
        }
    return {"recipe": of.recipe.name, "title": of.recipe.title, "sources": SOURCES, "runs": runs}


def listing() -> Table:
    """All recipes."""
    table = _table("recipe", "what", "steps", "methods", "of the paper's table")
    for recipe in RECIPES.values():
        steps = estimate(recipe.settings(recipe.methods[0])).steps
        rows = recipe.rows if recipe.column and recipe.flavour != "cpu" else ()
        table.add_row(
            recipe.name, recipe.title, f"{steps:,}", _some(recipe.methods), ", ".join(rows)
        )
    return table


def _some(methods: tuple[str, ...]) -> str:
    left_out = [method for method in METHODS if method not in methods]
    if len(methods) > len(left_out):
        return "all" + (f" but {' and '.join(left_out)}" if left_out else "")
    return ", ".join(methods)


def _values(of: Resolved, key: str) -> dict[tuple[Any, str], list[str]]:
    """(value, source) -> the methods that have it, of those that ask for it."""
    found: dict[tuple[Any, str], list[str]] = {}
    for method, settings in of.settings.items():
        if not unused(settings, key):
            source = _source(of, of.recipe.origin(method), key)
            found.setdefault((flat(settings)[key], source), []).append(method)
    return found


def _source(of: Resolved, origin: Mapping[str, Any], key: str) -> str:
    if key in of.given:
        return "set"
    return origin[key].source if key in origin else "default"


def _plain(settings: Settings) -> Cost:
    """The cost of cross entropy alone."""
    loss = settings.loss.model_copy(update={"entropy": 0.0})
    return estimate(settings.model_copy(update={"method": "plain", "loss": loss}))


def _whole_run(cost: Cost, seconds: float) -> float:
    """Seconds of training and evaluation, the second at the rate of the first."""
    return seconds * cost.steps * (1 + cost.evaluation / cost.training)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _table(*names: str) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), show_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    return table
