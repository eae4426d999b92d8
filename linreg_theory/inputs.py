"""What a user gave, checked before any work: one line and status 2 for what cannot be used.

usable(function, ...)          == its value; unusable input ends the program
one_of(name, value, allowed)   == the value, if it is one of these
profile(name, run, allowed)    == the profile of a run that is still to be made
dataset(data, target)          == a built-in data set or a CSV file, read
parameter(method, ...)         == the one parameter that a method of fitting takes
with_kind(claims, kinds, ...)  == the claims that have such evidence
json_of(path)                  == what a JSON file holds
writable(path)                 == nothing; ValueError if no file can be written there
folder(path, file)             == nothing; makes the folder, so that `file` can be written in it
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import typer

from linreg_theory import datasets
from linreg_theory.solvers import Unresolved

__all__ = [
    "dataset",
    "folder",
    "json_of",
    "one_of",
    "parameter",
    "profile",
    "usable",
    "with_kind",
    "writable",
]

_Value = TypeVar("_Value")


def usable(function: Callable[..., _Value], *arguments: Any, **options: Any) -> _Value:
    """The function's value; unusable input ends the program with one line and status 2."""
    try:
        return function(*arguments, **options)
    except (ValueError, TypeError, OverflowError, OSError, Unresolved) as error:
        typer.echo(f"linreg-theory: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(2) from None


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    """The value, if it is one of those allowed."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return value


def profile(name: str | None, run: Path | None, allowed: tuple[str, ...]) -> str:
    """The profile of a run that is still to be made; a run in a file has its own."""
    if run is not None and name is not None:
        raise ValueError("--run takes no --profile: the run has its own")
    return one_of("profile", name or "quick", allowed)


def dataset(data: str, target: str | None) -> datasets.Dataset:
    """A built-in data set by name, or a CSV file with the column to predict."""
    if data in datasets.NAMES:
        if target is not None:
            raise ValueError(f"target is for CSV files; {data} has its own")
        return datasets.load(data)
    path = Path(data)
    if not path.exists():
        return datasets.load(data)  # raises, naming what there is
    return datasets.read_csv(path, target)


def parameter(method: str, delta: float | None, k: int | None, path: bool) -> Any:
    """The one parameter that the method takes."""
    budget = method in ("adropout", "greedy")
    if delta is not None and (budget or method == "ols"):
        raise ValueError(f"method {method} takes no --delta")
    if k is not None and not budget:
        raise ValueError(f"method {method} takes no --k")
    value = k if budget else delta
    if path and value is not None:
        raise ValueError("--path takes no --delta or --k: it goes through all of them")
    return value


def with_kind(claims: Any, kinds: list[str], named: bool) -> Any:
    """The claims that have such evidence; a claim asked for by name must have it."""
    having = tuple(c for c in claims if "formal" in kinds or set(kinds) & set(c.kinds))
    lacking = [c for c in claims if c not in having]
    if named and lacking:
        raise ValueError(
            f"{lacking[0].ref} has no {' or '.join(kinds)} evidence, "
            f"only {', '.join(lacking[0].kinds)}"
        )
    return having


def json_of(path: Path) -> Any:
    """What a JSON file holds."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.name} is no JSON file: {error}") from None


def writable(path: Path | None) -> None:
    """Find out before any work whether the file can be written."""
    if path is None:
        return
    if path.is_dir() or not path.parent.is_dir():
        raise ValueError(f"json must be a file in an existing folder, got {path}")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ValueError(f"json cannot be written: {path}")


def folder(path: Path, file: str = "") -> None:
    """Make the folder, before any work, in one that exists; it must be possible to write there.

    If a file is named, the place for it must not be taken by a folder.
    """
    if path.exists() and not path.is_dir():
        raise ValueError(f"out must be a folder, got the file {path}")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"out must be a folder in an existing one, got {path}")
    path.mkdir(exist_ok=True)
    if not os.access(path, os.W_OK):
        raise ValueError(f"out cannot be written to: {path}")
    if file and (path / file).is_dir():
        raise ValueError(f"out must have room for the file {file}, which is a folder in {path}")
