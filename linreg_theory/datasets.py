"""Real data, built in or the reader's own.

  NAMES                    == the built-in data sets: diabetes, digits, planted
  load(name)               == a Dataset by name
  read_csv(path, target)   == a Dataset from a CSV file with a header line
  Dataset                  == name, feature names, target name, problem

diabetes is 442 patients x 10 features, digits 1,797 images x 64 pixels with the digit as the
target (both from scikit-learn, as they ship); planted is generated: small integers with
zero residuals, ties, an all-zero and a repeated column.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sklearn.datasets

from linreg_theory.problem import Problem

__all__ = ["NAMES", "Dataset", "load", "read_csv"]

NAMES = ("diabetes", "digits", "planted")


@dataclass(frozen=True)
class Dataset:
    """A regression problem with the names of its columns."""

    name: str
    problem: Problem
    features: tuple[str, ...]
    target: str

    def __str__(self) -> str:
        n, d = self.problem.n_samples, self.problem.n_features
        return f"{self.name} ({n:,} samples x {d} features, target {self.target})"


def load(name: str) -> Dataset:
    """A built-in data set.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if name == "planted":
        return _planted()
    if name not in NAMES:
        raise ValueError(f"data must be one of {', '.join(NAMES)} or a CSV file, got {name!r}")
    loader = sklearn.datasets.load_diabetes if name == "diabetes" else sklearn.datasets.load_digits
    bunch = loader()
    target = "disease progression" if name == "diabetes" else "digit"
    return Dataset(name, Problem(bunch.data, bunch.target), tuple(bunch.feature_names), target)


def read_csv(path: Path, target: str | None) -> Dataset:
    """Data from a comma-separated file: a header line, then numbers.

    Parameters
    ----------
    path : Path
    target : str or None
        The column that is y; all others are features.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If the target is missing or unknown, a name is repeated, a line has another number of
        cells than the header, or a cell is no finite number; names the line and the column.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        try:
            lines = list(csv.reader(file, strict=True))
        except (csv.Error, UnicodeDecodeError) as error:
            raise ValueError(f"{path.name} is not a CSV file: {error}") from None
    header = [cell.strip() for cell in lines[0]] if lines else []
    if target is None:
        raise ValueError(f"target must name a column of {path.name}: {', '.join(header)}")
    if target not in header:
        raise ValueError(f"target {target!r} is no column of {path.name}: {', '.join(header)}")
    if len(set(header)) != len(header):
        raise ValueError(f"{path.name} repeats a column name")
    rows = [
        _numbers(path.name, number, line, header)
        for number, line in enumerate(lines[1:], start=2)
        if line
    ]
    if not rows or len(header) < 2:
        raise ValueError(f"{path.name} needs at least one line of data and one feature")
    table, column = np.array(rows), header.index(target)
    features = tuple(name for name in header if name != target)
    problem = Problem(np.delete(table, column, axis=1), table[:, column])
    return Dataset(path.name, problem, features, target)


def _numbers(file: str, number: int, line: list[str], header: list[str]) -> list[float]:
    if len(line) != len(header):
        raise ValueError(f"{file}, line {number}: {len(line)} cells, the header has {len(header)}")
    values = []
    for name, cell in zip(header, line, strict=True):
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise ValueError(f"{file}, line {number}, column {name!r}: no finite number: {cell!r}")
        values.append(value)
    return values


def _planted() -> Dataset:
    """60 x 8 small integers: a third of the residuals of the true weights are zero."""
    rng = np.random.default_rng(20170913)
    X = rng.integers(-3, 4, (60, 8)).astype(float)
    X[:, 6] = X[:, 0]
    X[:, 7] = 0
    w = np.array([2.0, -1, 1, 0, 1, -2, 2, 1])
    y = X @ w + rng.integers(-2, 3, 60) * (np.arange(60) % 3 != 0)
    return Dataset("planted", Problem(X, y), tuple(f"x{j + 1}" for j in range(8)), "y")
