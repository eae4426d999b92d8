"""The values of the `cpu` recipes, chosen on images held out of the training set.

Run: python -m benchmarks.choices [--table]

Every method gets a few values of the one setting that rules it, one run each, as long as the
recipe's with all labels and four fifths of that with few; the value with the lowest validation
error wins, the smallest of equals. The error is the mean of the last three epochs on 500 held-out
images: the test images have no part in it. Combined methods take the values of their parts. Killed,
it goes on where it was; two of it at once share the runs. Writes benchmarks/results/choices.csv.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from rich.console import Console
from rich.table import Table

from deep.commands import finished, fitted, place, resolve
from deep.settings import Hardware, Settings
from linreg_theory.files import write_text

RESULTS = Path(__file__).parent / "results" / "choices.csv"
RUNS, DATA = Path("runs-choices"), Path("data")
HELD_OUT, LAST = 500, 3
ALL, FEW = "cpu/mnist5000", "cpu/mnist5000-100"
EPOCHS = {ALL: 14, FEW: 12}
DELTAS = (0.0025, 0.005, 0.01, 0.02)
# method -> (setting, values with all labels, values with few)
GRID: dict[str, tuple[str, tuple[float, ...], tuple[float, ...]]] = {
    "pi": ("loss.weight", (1, 3, 10), (3, 10, 30, 100)),
    "temporal": ("loss.weight", (1, 3, 10), (3, 10, 30, 100)),
    "at": ("attack.epsilon", (0.01, 0.02, 0.05), ()),
    "vat": ("attack.epsilon", (0.25, 0.5, 1.0), (0.5, 1.5, 3.0, 5.0)),
    "sadd": ("attack.delta", (0.0025, 0.005, 0.01), ()),
    "vadd-kl": ("attack.delta", (0.001, 0.0025, 0.005), DELTAS),
    "vadd-qe": ("attack.delta", (0.001, 0.0025, 0.005), DELTAS),
}


@dataclass(frozen=True)
class Candidate:
    """A value tried, and the run that tries it."""

    recipe: str
    method: str
    setting: str
    value: float
    settings: Settings

    @property
    def folder(self) -> Path:
        """Where the run is."""
        return place(self.settings, RUNS)

    def error(self) -> float | None:
        """The mean validation error of the last epochs; None if the run is not finished."""
        if finished(self.settings, self.folder) is None:
            return None
        lines = (self.folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
        return mean(json.loads(line)["validation_error"] for line in lines[-LAST:])


def candidates() -> Iterator[Candidate]:
    """All that is tried."""
    for recipe in (FEW, ALL):
        for method, (setting, all_labels, few) in GRID.items():
            for value in few if recipe == FEW else all_labels:
                pairs = [f"data.validation={HELD_OUT}", f"{setting}={value}"]
                settings = resolve(recipe, method, 0, EPOCHS[recipe], pairs)
                yield Candidate(recipe, method, setting, value, settings)


def main() -> None:
    """Train what is missing; write and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", action="store_true", help="train nothing")
    if not parser.parse_args().table:
        for candidate in candidates():
            try:
                fitted(candidate.settings, Hardware(threads=1), candidate.folder, DATA, False)
            except BlockingIOError as error:
                print(error)
    errors = {candidate: candidate.error() for candidate in candidates()}
    missing = sum(error is None for error in errors.values())
    if missing:
        raise SystemExit(f"{missing} of {len(errors)} runs are not finished: run this again")
    known = {candidate: error for candidate, error in errors.items() if error is not None}
    write_text(RESULTS, _csv(known))
    Console().print(_table(known))


def best(errors: dict[Candidate, float], recipe: str, method: str) -> Candidate:
    """The candidate of a method with the lowest error, of equals the smallest value."""
    own = {c: error for c, error in errors.items() if (c.recipe, c.method) == (recipe, method)}
    return min(own, key=lambda c: (own[c], c.value))


def _rows(errors: dict[Candidate, float]) -> Iterator[tuple[str, str, str, str, str, str]]:
    for candidate, error in errors.items():
        chosen = candidate is best(errors, candidate.recipe, candidate.method)
        yield (
            candidate.recipe,
            candidate.method,
            candidate.setting,
            f"{candidate.value:g}",
            f"{error:.4g}",
            "yes" if chosen else "",
        )


COLUMNS = ("recipe", "method", "setting", "value", "validation_error", "chosen")


def _csv(errors: dict[Candidate, float]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(errors))
    return text.getvalue()


def _table(errors: dict[Candidate, float]) -> Table:
    table = Table(*COLUMNS)
    for row in _rows(errors):
        table.add_row(*row)
    return table


if __name__ == "__main__":
    main()
