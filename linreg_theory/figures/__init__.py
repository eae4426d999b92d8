"""Comparison figures: one a file, its data first, then a picture of nothing but these.

  FIGURES                    == all of them, in the order of the report
  select(names)              == some of them, by name; all for none
  make(figure, ...)          == compute and write one: its data and its picture
  documented(figure, ...)    == its data with version, seed, data set and environment
  written(figure, data, ...) == the picture of these data, as a file
  Figure, Data               == what a figure is, and its data

Adding a figure: a file beside `decompositions`, and a line here.
"""

from __future__ import annotations

from linreg_theory.figures.budgets import FIGURE as BUDGETS
from linreg_theory.figures.decompositions import FIGURE as DECOMPOSITIONS
from linreg_theory.figures.figure import Data, Figure
from linreg_theory.figures.geometry import FIGURE as GEOMETRY
from linreg_theory.figures.greedy_against_exact import FIGURE as GREEDY_AGAINST_EXACT
from linreg_theory.figures.integer_programs import FIGURE as INTEGER_PROGRAMS
from linreg_theory.figures.paths import FIGURE as PATHS
from linreg_theory.figures.rank_and_scale import FIGURE as RANK_AND_SCALE
from linreg_theory.figures.sign_of_zero import FIGURE as SIGN_OF_ZERO
from linreg_theory.figures.writing import documented, make, select_from, written

__all__ = ["FIGURES", "Data", "Figure", "documented", "make", "select", "written"]

FIGURES = (
    DECOMPOSITIONS,
    GREEDY_AGAINST_EXACT,
    INTEGER_PROGRAMS,
    PATHS,
    GEOMETRY,
    BUDGETS,
    RANK_AND_SCALE,
    SIGN_OF_ZERO,
)


def select(names: list[str]) -> tuple[Figure, ...]:
    """Figures by name, in their order; all of them for no name.

    Raises
    ------
    ValueError
        For a name that no figure has.
    """
    return select_from(FIGURES, names)
