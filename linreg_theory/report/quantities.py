"""Numbers with their symbols, in LaTeX, for the examples of the page.

Quantity                       == a symbol, what it is, its value
quantity(symbol, name, value)  == one of a number, an array or a truth value
in_latex(value)                == a value in LaTeX: fractions, vectors, matrices
ABOUT                          == what stands before a value that is not exact
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from linreg_theory.cases.family import text
from linreg_theory.report.typesetting import inline, matrix, prose

__all__ = ["ABOUT", "Quantity", "in_latex", "quantity"]

ABOUT = r"\approx "  # before the middle of an interval
_FRACTION = re.compile(r"(-?)(\d+)/(\d+)")


@dataclass(frozen=True)
class Quantity:
    """A symbol and its value in LaTeX, and in words what it is."""

    latex: str
    name: str
    value_latex: str

    @property
    def symbol(self) -> Markup:
        """The symbol, typeset."""
        return inline(self.latex)

    @property
    def meaning(self) -> Markup:
        """What it is, typeset."""
        return prose(self.name)

    @property
    def value(self) -> Markup:
        """The value, typeset."""
        return inline(self.value_latex)


def quantity(symbol: str, name: str, value: Any) -> Quantity:
    """A quantity; the value is a number, an array, a truth value, or text of these."""
    return Quantity(symbol, name, in_latex(value))


def in_latex(value: Any) -> str:
    """A value in LaTeX: fractions small, vectors in a row, arrays of rows as a matrix."""
    return _latex(text(value))


def _latex(value: Any) -> str:
    if isinstance(value, bool):
        return rf"\text{{{'true' if value else 'false'}}}"
    if isinstance(value, str):
        return _number(value)
    if all(isinstance(row, list) for row in value):
        return matrix([[_latex(entry) for entry in row] for row in value])
    return rf"({', '.join(_latex(entry) for entry in value)})"


def _number(number: str) -> str:
    if number.startswith("about "):
        return ABOUT + number.removeprefix("about ")
    if number.startswith("log("):
        return rf"\log {number[len('log(') : -1]}"
    return _FRACTION.sub(r"\1\\tfrac{\2}{\3}", number)
