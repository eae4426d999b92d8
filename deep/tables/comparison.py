"""Tables 1 and 2 with our runs in them, and what may be compared with what.

  blocks(number, results)  == a Block for each recipe of that table that has results
  Block                    == a recipe's results: conditions, rows, what sets them apart from the
                              paper's
  Row                      == a method: Summaries of its errors, its Difference from plain dropout
  selected(results, pairs) == the results whose settings have the values of "key=value" pairs

A block is one column: its runs agree in data, labels, validation set, augmentation, network,
batches, schedule and flavour, and those of one method in every setting but the seeds. Runs that do
not are refused. Errors are in per cent, of the last epoch and of the epoch with the lowest
validation error; the lowest test error of a run is not looked at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from deep.costs import DATA, estimate
from deep.recipes import RECIPES
from deep.settings import METHODS, Settings, flat
from deep.tables import published
from deep.tables.results import Result, value_of
from deep.tables.seeds import Difference, Summary, difference, summary

__all__ = ["Block", "Row", "blocks", "selected"]

_SEEDS = ("seed", "data.split_seed")
_CONDITIONS = ("flavour", "data.", "network.", "schedule.", "optimiser.batch")
_FREE = ("data.split_seed", "network.top_norm")  # official: some methods have it, some not


@dataclass(frozen=True)
class Row:
    """One method of a block; without results, only what was published."""

    method: str
    last: Summary | None
    best: Summary | None  # at the best validation epoch
    seconds: Summary | None
    minus_plain: Difference | None
    paper: published.Error | None
    users: tuple[published.Error, ...]


@dataclass(frozen=True)
class Block:
    """The results of one recipe.

    Attributes
    ----------
    recipe, title : str
    conditions : dict
        What all its runs have in common, in words.
    apart : tuple of str
        In what it differs from the paper's experiment; empty where the numbers compare.
    remarks : tuple of str
        What else a reader should know.
    rows : tuple of Row
    """

    recipe: str
    title: str
    conditions: dict[str, str]
    apart: tuple[str, ...]
    remarks: tuple[str, ...]
    rows: tuple[Row, ...]


def blocks(number: int, results: Sequence[Result]) -> list[Block]:
    """The blocks of Table 1 or 2, in the order of the recipes.

    Raises
    ------
    ValueError
        If a recipe is not known, or runs of one must not stand in one column: in one line that
        names what they differ in.
    """
    for result in results:
        if result.settings.recipe not in RECIPES:
            raise ValueError(f"{result.where}: there is no recipe {result.settings.recipe!r}")
    found = []
    for name, recipe in RECIPES.items():
        own = [result for result in results if result.settings.recipe == name]
        if own and recipe.table == number:
            _must_agree(name, own)
            found.append(_block(name, own))
    return found


def selected(results: Sequence[Result], pairs: Iterable[str]) -> list[Result]:
    """The results whose settings have the values of all "key=value" pairs.

    Raises
    ------
    ValueError
        For a pair without "=" or an unknown key.
    """
    wanted: dict[str, Any] = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign:
            raise ValueError(f"where must be key=value, got {pair!r}")
        wanted[key] = value_of(key, text)
    return [r for r in results if all(flat(r.settings)[k] == v for k, v in wanted.items())]


def _must_agree(name: str, results: Sequence[Result]) -> None:
    """Refuse runs that one column must not hold."""
    first: dict[str, Result] = {}
    seen: dict[tuple[str, int, int], Result] = {}
    for result in results:
        settings = result.settings
        _must_be_alike(name, results[0], result, _is_condition)
        other = first.setdefault(settings.method, result)
        _must_be_alike(name, other, result, lambda key: key not in _SEEDS)
        place = (settings.method, settings.seed, settings.data.split_seed)
        if place in seen:
            raise ValueError(
                f"{name}: {seen[place].where} and {result.where} are both {settings.method} with "
                f"seed {settings.seed}, and a seed counts once"
            )
        seen[place] = result


def _is_condition(key: str) -> bool:
    return key.startswith(_CONDITIONS) and key not in _FREE


def _must_be_alike(name: str, one: Result, other: Result, counts: Callable[[str], bool]) -> None:
    here, there = flat(one.settings), flat(other.settings)
    pairs = {key: (here[key], there[key]) for key in here if counts(key)}
    pairs["steps"] = (one.steps, other.steps)
    for key, (left, right) in pairs.items():
        if left != right:
            value = right if isinstance(right, str) else json.dumps(right)
            hint = "" if key == "steps" else f"; --where {key}={value} chooses"
            raise ValueError(
                f"{name}: runs in one column must agree, but {key} is {left} in {one.where} and "
                f"{right} in {other.where}{hint}"
            )


def _block(name: str, results: Sequence[Result]) -> Block:
    recipe, settings = RECIPES[name], results[0].settings
    methods = {result.settings.method for result in results} | set(recipe.rows)
    return Block(
        recipe=name,
        title=recipe.title,
        conditions=_conditions(settings, results[0].steps),
        apart=_apart(name, settings, results[0].steps),
        remarks=_remarks(name, results),
        rows=tuple(_row(name, m, results) for m in METHODS if m in methods),
    )


def _row(name: str, method: str, results: Sequence[Result]) -> Row:
    own = [result for result in results if result.settings.method == method]
    plain = [result for result in results if result.settings.method == "plain"]
    best = [r.test_error_best_validation for r in own if r.test_error_best_validation is not None]
    seconds = [r.seconds for r in own if r.seconds is not None]
    column = RECIPES[name].column
    return Row(
        method=method,
        last=summary([r.test_error_last for r in own]) if own else None,
        best=summary(best) if best else None,
        seconds=summary(seconds) if seconds else None,
        minus_plain=_minus(own, plain) if own and plain and method != "plain" else None,
        paper=published.paper(column, method) if column else None,
        users=tuple(published.users(column, method)) if column else (),
    )


def _minus(results: Sequence[Result], plain: Sequence[Result]) -> Difference:
    """Of the errors at the last epoch, by seed and label subset."""
    sides = [
        {(r.settings.seed, r.settings.data.split_seed): r.test_error_last for r in side}
        for side in (results, plain)
    ]
    return difference(*sides)


def _conditions(settings: Settings, steps: int) -> dict[str, str]:
    data, network = settings.data, settings.network
    width = "" if network.width == 1 else f" x {network.width:g}"
    return {
        "flavour": settings.flavour,
        "data set": data.name,
        "labels": f"{_labels(settings):,}",
        "steps": f"{steps:,}",
        "augmentation": _augmentation(settings),
        "network": f"{network.name}{width}",
        "held out": f"{data.validation:,}",
    }


def _apart(name: str, settings: Settings, steps: int) -> tuple[str, ...]:
    """In what the conditions differ from those of the paper's column."""
    recipe = RECIPES[name]
    if recipe.column is None:
        return ("the paper has no such column",)
    reference = RECIPES[f"table{recipe.table}/{recipe.column}/paper"].settings(recipe.rows[0])
    theirs = _conditions(reference, estimate(reference).steps)
    ours = _conditions(settings, steps)
    shown = [f"{key} {ours[key]}, not {theirs[key]}" for key in ours if ours[key] != theirs[key]]
    return tuple(shown)


def _remarks(name: str, results: Sequence[Result]) -> tuple[str, ...]:
    recipe, settings = RECIPES[name], results[0].settings
    test = DATA[settings.data.name].test
    found = [f"{test:,} test images: one is {100 / test:.2g} points"]
    subsets = sorted({result.settings.data.split_seed for result in results})
    if settings.data.labels is not None or settings.data.validation:
        many = f"{len(subsets)} splits" if len(subsets) > 1 else f"one split, seed {subsets[0]}"
        found.append(f"{many} for all runs of a method")
    versions, devices = ({getattr(r, key) for r in results} - {""} for key in ("torch", "device"))
    found.append(f"torch {', '.join(sorted(versions))} on {', '.join(sorted(devices))}")
    codes = {result.code for result in results}
    found += [f"computed by {len(codes)} versions of the code"] if len(codes) > 1 else []
    if recipe.column:
        found.append(f"the paper's are of {published.COLUMNS[recipe.column].repeats} runs each")
    return tuple(found)


def _labels(settings: Settings) -> int:
    data = settings.data
    return data.labels or DATA[data.name].train - data.validation


def _augmentation(settings: Settings) -> str:
    data = settings.data
    parts = [f"shifts of {data.translate}"] if data.translate else []
    return " and ".join([*parts, *(["flips"] if data.flip else [])]) or "none"
