"""Figures as files: NAME.json with the data, NAME.svg (or png, pdf) with the picture.

  select_from(figures, names)   == some of the figures by name, in their order; all for none
  documented(figure, data, ...) == the data with version, seed, data set and environment
  written(figure, data, path)   == the picture of these data at `path`
  make(figure, dataset, ...)    == compute, write the data, draw them, write the picture

Files are whole or not there.
"""

from __future__ import annotations

import difflib
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from linreg_theory.datasets import Dataset
from linreg_theory.figures.figure import Data, Figure
from linreg_theory.files import write_json
from linreg_theory.pictures import saved

__all__ = ["documented", "make", "select_from", "written"]

_PACKAGES = ("linreg-theory", "numpy", "scipy", "cvxpy", "matplotlib", "numba")


def select_from(figures: Sequence[Figure], names: Sequence[str]) -> tuple[Figure, ...]:
    """Figures by name; all of them for no name.

    Raises
    ------
    ValueError
        For a name that no figure has; suggests the nearest.
    """
    known = [figure.name for figure in figures]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
            raise ValueError(f"no figure is called {name!r}{hint}")
    return tuple(figure for figure in figures if not names or figure.name in names)


def documented(figure: Figure, data: Data, dataset: Dataset, seed: int) -> dict[str, Any]:
    """The data of a figure, and what they were made from."""
    problem = dataset.problem
    return {
        "figure": figure.name,
        "title": figure.title,
        "caption": figure.caption,
        "claims": list(figure.claims),
        "dataset": {
            "name": dataset.name,
            "samples": problem.n_samples,
            "features": problem.n_features,
            "target": dataset.target,
        },
        "seed": seed,
        "versions": {"python": platform.python_version()} | {p: version(p) for p in _PACKAGES},
        "data": data,
    }


def written(figure: Figure, data: Data, path: Path) -> Path:
    """Draw the data and write the picture whole; the path's ending says the format.

    Raises
    ------
    ValueError
        For a format that is not one of FORMATS.
    OSError
        If the file cannot be written; nothing is left behind.
    """
    return saved(lambda: figure.draw(data), path)


def make(figure: Figure, dataset: Dataset, seed: int, folder: Path, kind: str = "svg") -> Data:
    """Compute a figure's data and write them and their picture; returns the data.

    Raises
    ------
    ValueError, OSError
        As `written`.
    """
    data = figure.compute(dataset, seed)
    write_json(folder / f"{figure.name}.json", documented(figure, data, dataset, seed))
    written(figure, data, folder / f"{figure.name}.{kind}")
    return data
