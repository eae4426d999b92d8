"""Published test errors: the paper's Tables 1 and 2, and what users of its program got.

  PUBLISHED                == every number, as an Error
  Error                    == method, column, mean and spread in per cent, whose it is
  COLUMNS                  == the columns of both tables, by name: a Column each
  paper(column, method)    == the number in the paper's table, its authors' own before a quoted one
  users(column, method)    == what users of their program measured there

Spreads are as printed, not said to be standard deviations. The authors' program fixes seed,
initial weights and dropout streams in every run, so they probably understate what a seed does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["COLUMNS", "PUBLISHED", "Column", "Error", "paper", "users"]

Whose = Literal["authors", "quoted", "users"]


@dataclass(frozen=True)
class Column:
    """One place of a table: a data set with a number of labels."""

    table: Literal[1, 2]
    data: str
    labels: int | None  # None: all
    repeats: int  # runs behind the authors' mean and spread


@dataclass(frozen=True)
class Error:
    """A test error in per cent."""

    column: str
    method: str
    mean: float
    spread: float | None
    whose: Whose
    source: str


COLUMNS: dict[str, Column] = {
    "mnist-1000": Column(1, "mnist", 1000, 8),
    "mnist-all": Column(1, "mnist", None, 8),
    "svhn-1000": Column(2, "svhn", 1000, 5),
    "svhn-all": Column(2, "svhn", None, 5),
    "cifar10-4000": Column(2, "cifar10", 4000, 5),
    "cifar10-all": Column(2, "cifar10", None, 5),
}

_TABLE_1 = {
    "plain": ((2.99, 0.23), (0.53, 0.03)),
    "at": (None, (0.51, 0.03)),
    "vat": ((1.35, 0.14), (0.50, 0.01)),
    "pi": ((1.00, 0.08), (0.50, 0.02)),
    "sadd": (None, (0.46, 0.01)),
    "vadd-kl": ((0.99, 0.07), (0.47, 0.01)),
    "vadd-qe": ((0.99, 0.09), (0.46, 0.02)),
}
_TABLE_2 = {
    "pi": ((4.35, 0.04), (2.53, 0.05), (12.62, 0.29), (5.77, 0.11)),
    "vat": ((3.74, 0.09), (2.69, 0.04), (11.96, 0.10), (5.65, 0.17)),
    "sadd": (None, (2.46, 0.05), None, (5.46, 0.16)),
    "vadd-kl": ((4.16, 0.08), (2.31, 0.01), (11.68, 0.19), (5.27, 0.10)),
    "vadd-qe": ((4.26, 0.14), (2.37, 0.03), (11.32, 0.11), (5.24, 0.12)),
    "vadd-kl+vat": ((3.55, 0.05), (2.23, 0.03), (10.07, 0.11), (4.40, 0.12)),
    "vadd-qe+vat": ((3.55, 0.07), (2.34, 0.05), (9.22, 0.10), (4.73, 0.04)),
}
_QUOTED = (
    ("pi", "Laine and Aila 2016", (4.82, 2.54, 12.36, 5.56)),
    ("temporal", "Laine and Aila 2016", (4.42, 2.74, 12.16, 5.60)),
    ("vat", "Miyato et al. 2017", (3.86, None, 10.55, 5.81)),
)
_THREAD = "github.com/sungraepark/Adversarial-Dropout/issues/1"
_USERS = (
    ("cifar10-all", "vadd-kl+vat", 9.86),
    ("cifar10-all", "vadd-kl", 17.12),
    ("cifar10-4000", "pi", 28.17),
    ("cifar10-4000", "vadd-kl", 15.43),
    ("cifar10-4000", "vadd-qe", 18.07),
    ("cifar10-4000", "vadd-kl+vat", 12.73),
)


def _tables() -> list[Error]:
    found = []
    for number, rows in ((1, _TABLE_1), (2, _TABLE_2)):
        columns = [name for name, column in COLUMNS.items() if column.table == number]
        for method, cells in rows.items():
            for name, cell in zip(columns, cells, strict=True):
                if cell:
                    found.append(Error(name, method, *cell, "authors", f"Table {number}"))
    return found


def _quotations() -> list[Error]:
    columns = [name for name, column in COLUMNS.items() if column.table == 2]
    return [
        Error(name, method, mean, None, "quoted", f"{source}, as in Table 2")
        for method, source, means in _QUOTED
        for name, mean in zip(columns, means, strict=True)
        if mean is not None
    ]


PUBLISHED: tuple[Error, ...] = (
    *_tables(),
    *_quotations(),
    Error("cifar10-4000", "vadd-kl+vat", 9.7, None, "authors", f"their rerun, {_THREAD}"),
    *(Error(column, method, mean, None, "users", _THREAD) for column, method, mean in _USERS),
)


def paper(column: str, method: str) -> Error | None:
    """What the paper prints: its authors' own number, else one that they quote, else None."""
    found = {e.whose: e for e in reversed(_of(column, method))}
    return found.get("authors") or found.get("quoted")


def users(column: str, method: str) -> list[Error]:
    """What users of the authors' program got."""
    return [e for e in _of(column, method) if e.whose == "users"]


def _of(column: str, method: str) -> list[Error]:
    return [e for e in PUBLISHED if (e.column, e.method) == (column, method)]
