"""What the commands have in common: settings and hardware from options, and runs of them.

  usable(function, ...)     == its value; unusable input ends the program with one line, status 2
  resolve(recipe, m, s, ...)
                            == the settings of a run: recipe, then --epochs, then --set
  hardware(before, **given) == where to compute: what was so before, then the options given
  asked(run), begun(run)    == the hardware and the settings that a run was begun with
  place(settings, out)      == the folder of a run in the folder of runs
  writable(folder)          == nothing; raises if no folder can be made there
  fitted(settings, ...)     == the result of a run in its folder, trained as far as needed
  finished(settings, out)   == the same without training; None if it is not finished
  drawn(number, ...)        == Figure 2 or 3, drawn: its files, and what they show
  explained(run, ...)       == the rows of `deep.inspection.explanation` for a finished run
  integers(text)            == the numbers in a text such as "1,2,5"
  ended(result)             == nothing; ends the program with status INTERRUPTED if there is none

What brings torch is imported by the functions that need it, so that looking is quick.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from pydantic import ValidationError

from deep import recipes
from deep.costs import estimate
from deep.settings import Hardware, Settings, changed, flat

if TYPE_CHECKING:
    from deep.inspection.explanation import Row

__all__ = [
    "INTERRUPTED",
    "asked",
    "begun",
    "drawn",
    "ended",
    "explained",
    "finished",
    "fitted",
    "hardware",
    "integers",
    "place",
    "resolve",
    "usable",
    "writable",
]

INTERRUPTED = 130

_Value = TypeVar("_Value")


def usable(function: Callable[..., _Value], *arguments: Any, **options: Any) -> _Value:
    """The function's value; unusable input ends the program with one line and status 2.

    A loss that is no number any more ends it with status 1.
    """
    try:
        return function(*arguments, **options)
    except ImportError as error:
        line, status = f"this needs a package that is not installed: {error}", 2
    except ArithmeticError as error:
        line, status = str(error), 1
    except (ValueError, OSError) as error:
        line, status = str(error), 2
    raise _refused(line, status)


def resolve(
    recipe: str, method: str, seed: int, epochs: int | None, pairs: Sequence[str] | None
) -> Settings:
    """The settings of a run; the command line wins over the recipe.

    Raises
    ------
    ValueError
        In one line, for whatever is unknown or does not go together, and if the data set is
        smaller than what is asked of it.
    """
    settings = recipes.settings(recipe, method, seed)
    if epochs is not None:
        settings = recipes.scaled(settings, epochs)
    settings = changed(settings, [_quoted(pair, settings) for pair in pairs or ()])
    estimate(settings)
    return settings


def hardware(before: Hardware | None = None, **given: Any) -> Hardware:
    """Where to compute.

    Raises
    ------
    ValueError
        For a value that there is not.
    """
    wishes = (before or Hardware()).model_dump()
    wishes |= {key: value for key, value in given.items() if value is not None}
    try:
        return Hardware.model_validate(wishes)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(
            f"{first['loc'][0]}: {first['msg'].lower()}, got {first['input']!r}"
        ) from None


def asked(run: Path) -> Hardware | None:
    """The hardware that a run began with, as its folder notes it; None if it does not.

    Processes and threads are kept as well: they decide in what order numbers are added.

    Raises
    ------
    ValueError
        If the note cannot be read.
    """
    path = run / "environment.json"
    if not path.is_file():
        return None
    try:
        began = json.loads(path.read_text(encoding="utf-8"))["began"]
        counts = {"devices": began["processes"], "threads": began["threads"]}
        return Hardware.model_validate(began["options"] | counts)
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path} does not say what hardware the run began with") from None


def begun(run: Path) -> Settings:
    """The settings that a run was begun with.

    Raises
    ------
    OSError, ValueError
        If the folder is no run.
    """
    from deep.training.runs import read_settings

    return read_settings(run)


def place(settings: Settings, out: Path) -> Path:
    """The folder of a run."""
    from deep.training.runs import run_name

    return out / run_name(settings)


def writable(folder: Path) -> None:
    """Find out, without making anything, whether a folder is there or can be made."""
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    if not place.is_dir():
        raise ValueError(f"out must be a folder, got {folder}: {place} is a file")
    if not os.access(place, os.W_OK | os.X_OK):
        raise ValueError(f"out cannot be written: {folder}")


def fitted(
    settings: Settings, on: Hardware, folder: Path, data: Path, download: bool
) -> dict[str, Any] | None:
    """The result of the run in a folder; None if it was interrupted.

    One of several processes that failed ends the program with one line and status 1.
    """
    from deep.data.sources import load
    from deep.training.trainer import Trainer

    if on.devices > 1:  # what several processes miss, none of them can say in one line
        load(settings.data, data, download)

    trainer = Trainer(settings, on, folder, data=data, download=download)
    try:
        return trainer.fit()
    except RuntimeError as error:
        if on.devices == 1:
            raise  # ours, with its trace
        raise _refused(str(error), 1) from None


def finished(settings: Settings, folder: Path) -> dict[str, Any] | None:
    """What the run in a folder came to, if it is finished."""
    from deep.training.runs import Run

    return Run(folder, settings, lambda line: None).result


def drawn(
    number: int, runs: Path, names: str, data: Path, out: Path, form: str
) -> tuple[list[Path], list[str]]:
    """Draw Figure 2 or 3 from finished runs; the files written, and what they show.

    Raises
    ------
    ValueError, OSError
        In one line, if runs are missing or files cannot be written.
    """
    from deep.figures import make

    made = make(number, runs, names, data, out, form)
    return made.files, made.sentences


def explained(run: Path, data: Path, images: int, budgets: Sequence[int]) -> list[Row]:
    """What masks do to a finished run's network, on its first test images.

    Raises
    ------
    ValueError, OSError
        In one line: no finished run, no classifier, other data, or budgets the layer has not.
    """
    import torch

    from deep.inspection.explanation import explain
    from deep.inspection.trained import restored

    trained = restored(run, data)
    if trained.settings.network.name == "autoencoder":
        raise ValueError(f"run must be a classifier, got the autoencoder {run}")
    hidden = trained.hidden(trained.images.test[:images])
    labels = trained.images.test_labels[:images]
    generator = torch.Generator().manual_seed(trained.settings.seed)
    return explain(trained.network, hidden, labels, budgets, generator)


def integers(text: str) -> list[int]:
    """The numbers in a text such as "1,2,5".

    Raises
    ------
    ValueError
        If it is something else.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise ValueError(f'budgets must be as in "1,2,5", got {text!r}')
    return [int(part) for part in parts]


def ended(result: Any) -> None:
    """End the program where a run was interrupted; it has said so itself."""
    if result is None:
        raise typer.Exit(INTERRUPTED)


def _quoted(pair: str, settings: Settings) -> str:
    """The pair with its value in quotes where the setting is a word: "2" is one of its words.

    Raises
    ------
    ValueError
        For a setting that is no part's, which have options of their own.
    """
    key, sign, text = pair.partition("=")
    if key in ("recipe", "flavour", "method", "seed"):
        raise ValueError(f"set takes settings of a part, such as data.labels, got {key!r}")
    word = isinstance(flat(settings).get(key), str) and not text.startswith('"')
    return f"{key}{sign}{json.dumps(text)}" if sign and word else pair


def _refused(line: str, status: int) -> typer.Exit:
    typer.echo(f"linreg-deep: {' '.join(line.split())}", err=True)
    return typer.Exit(status)
