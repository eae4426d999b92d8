"""Two weights and four samples: objectives, penalties, unit balls, and the cliffs of greedy.

The samples are fixed, so this figure does not depend on the reader's data.
"""

from __future__ import annotations

from matplotlib.figure import Figure as Picture

from linreg_theory.datasets import Dataset
from linreg_theory.figures.figure import Data, Figure
from linreg_theory.figures.geometry_balls import balls, draw_norms, draw_term
from linreg_theory.figures.geometry_balls import draw_penalty as draw_ball
from linreg_theory.figures.geometry_cliffs import cliffs, draw_dropout, draw_training
from linreg_theory.figures.geometry_grids import (
    OBJECTIVES,
    draw_key,
    draw_objective,
    draw_penalty,
    landscapes,
)
from linreg_theory.pictures import sheet


def compute(dataset: Dataset, seed: int) -> Data:
    """The same for every data set and seed."""
    return landscapes() | balls() | {"cliffs": cliffs()}


def draw(data: Data) -> Picture:
    """Objectives, then penalties below them, then balls and cliffs."""
    picture, panels = sheet(3, 5, width=11, height=7.8)
    objectives, penalties, shapes = panels
    shown = [draw_objective(p, data, name) for p, name in zip(objectives, OBJECTIVES, strict=True)]
    picture.colorbar(
        shown[0], ax=objectives[-1], ticks=[1, 3, 10, 30, 100], format="%g", shrink=0.8
    )
    draw_key(penalties[0], data)
    attacks = list(OBJECTIVES)[1:]
    shown = [draw_penalty(p, data, name) for p, name in zip(penalties[1:], attacks, strict=True)]
    picture.colorbar(shown[0], ax=penalties[-1], ticks=[0, 3, 10, 30, 100], format="%g", shrink=0.8)
    objectives[0].set_ylabel("objective: $w_2$")
    penalties[1].set_ylabel("penalty: $w_2$")
    for panel, draw_balls in zip(shapes, (draw_norms, draw_term, draw_ball), strict=False):
        draw_balls(panel, data)
    draw_dropout(shapes[3], data["cliffs"])
    draw_training(shapes[4], data["cliffs"])
    return picture


FIGURE = Figure(
    name="geometry",
    title="The shapes of the objectives, of two weights",
    caption=(
        "Objectives of two weights and, below them, what each attack adds to least squares; "
        "colours have one scale to a row. Formulas 12 and 15 are not continuous on the dashed "
        "lines, where a residual is zero: FGSM has holes there, and is least where two of them "
        "meet (AT-6); greedy dropout falls off cliffs and comes closest to its infimum at the "
        "foot of one, although its worst case is higher there (hatched). Both exact worst cases "
        "are convex (AD-14). "
        "Dropout's penalty is zero at weights that are not zero (dotted), so it is no norm "
        "(AD-12). Bottom: where all products v_j = x_ij w_j are adverse, dropping adds their "
        "vector k-norm to the residual; its unit balls for k = 1 and 2 are each other's dual "
        "(BY-11). Summed over the samples with the residuals of w = 0 held fixed, 2 |e_i| times "
        "the k-norm of the adverse products is the second term of Formula 16 (u is w in units in "
        "which the l1 norm bounds the same ball where all are adverse and k = 2): its ball is "
        "open, that of the exact penalty, drawn where the loss becomes fourfold, is closed; a "
        "larger k makes neither larger (AD-11). Right: along the black line, greedy's jump at a "
        "crossing is |P^2 - M^2|, FGSM's hole is (delta |w|_1)^2 deep."
    ),
    claims=("AD-14", "AT-6", "AD-12", "BY-11", "AD-11"),
    compute=compute,
    draw=draw,
)
