"""From a run to the file: derivations and figures first, then the page in one piece.

write(run, dataset, seed, folder)  == the page as a file, whole or not there
steps()                            == what that takes, step by step, by name
summary(run)                       == one sentence: how many verdicts stand
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from linreg_theory import figures
from linreg_theory.datasets import Dataset
from linreg_theory.files import write_text
from linreg_theory.report.derivations import read_derivations
from linreg_theory.report.facts import gather
from linreg_theory.report.page import NAME, html
from linreg_theory.report.pictures import drawn
from linreg_theory.report.run import Run
from linreg_theory.report.theorems import showcase

__all__ = ["steps", "summary", "write"]


def steps() -> tuple[str, ...]:
    """What `write` does, by name: the derivations, each figure, the page."""
    return ("derivations", *(figure.name for figure in figures.FIGURES), "page")


def write(
    run: Run, dataset: Dataset, seed: int, folder: Path, begun: Callable[[str], object] = str
) -> Path:
    """Write the page of a run and return its place.

    Parameters
    ----------
    run : Run
    dataset : Dataset
        What the figures are of.
    seed : int
        Of the figures.
    folder : Path
    begun : callable
        Called with the name of each of `steps` as it begins.

    Raises
    ------
    ValueError
        If a figure cannot be computed for these data.
    OSError
        If the file cannot be written; the old one is left, or none.
    """
    begun("derivations")
    derivations = read_derivations()
    pictures = []
    for figure in figures.FIGURES:
        begun(figure.name)
        pictures.append(drawn(figure, dataset, seed))
    begun("page")
    page = gather(run, derivations, showcase(), pictures, dataset, seed)
    place = folder / NAME
    write_text(place, html(page))
    return place


def summary(run: Run) -> str:
    """How many verdicts stand, and which do not."""
    failing = [ref for ref, found in run.claims.items() if not found.confirmed]
    standing = f"{len(run.claims) - len(failing)} of {len(run.claims)} verdicts confirmed"
    return f"{standing}; not {', '.join(failing)}" if failing else standing
