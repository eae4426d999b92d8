"""Formulas 13 and 16 as stacked terms: clean loss, l1 term, quadratic term."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure as Picture

from linreg_theory import adversarial_dropout, adversarial_training, datasets
from linreg_theory.datasets import Dataset
from linreg_theory.decomposition import Decomposition
from linreg_theory.figures.figure import Data, Figure
from linreg_theory.pictures import BLACK, BLUE, ORANGE, SKY, sheet
from linreg_theory.problem import Problem
from linreg_theory.weights import ridge

_RADII = 41


def compute(dataset: Dataset, seed: int) -> Data:
    """Terms at ridge weights, over delta and over k, for these data and a second set.

    They are in units of the clean loss.
    """
    other = datasets.load("diabetes" if dataset.name == "digits" else "digits")
    return {"sets": [_terms(each) for each in (dataset, other)]}


def _terms(dataset: Dataset) -> dict[str, Any]:
    problem = dataset.problem
    w = ridge(problem, 1)
    unit = float(problem.loss(w)) or 1.0
    largest = 2 * float(adversarial_training.zero_radius(problem))
    radii = np.linspace(0, largest, _RADII)
    budgets = range(problem.n_features + 1)
    training = [
        (adversarial_training.decompose(problem, w, d), _attacked(problem, w, d)) for d in radii
    ]
    dropout = [
        (
            adversarial_dropout.decompose(problem, w, k, "break"),
            adversarial_dropout.objective(problem, w, k, "break"),
        )
        for k in budgets
    ]
    return {
        "name": dataset.name,
        "training": {"delta": radii.tolist()} | _columns(training, unit),
        "dropout": {"k": list(budgets)} | _columns(dropout, unit),
    }


def _attacked(problem: Problem, w: Any, delta: float) -> Any:
    return adversarial_training.objective(problem, w, delta)


def _columns(pairs: list[tuple[Decomposition, Any]], unit: float) -> dict[str, list[float]]:
    """The three terms, and the objective evaluated without them."""
    return {
        "clean": [float(terms.clean) / unit for terms, _ in pairs],
        "l1": [float(terms.l1) / unit for terms, _ in pairs],
        "quadratic": [float(terms.quadratic) / unit for terms, _ in pairs],
        "objective": [float(direct) / unit for _, direct in pairs],
    }


def draw(data: Data) -> Picture:
    """A row for each data set: over delta, and over k."""
    picture, panels = sheet(len(data["sets"]), 2)
    for row, each in zip(panels, data["sets"], strict=True):
        _stack(row[0], each["training"], "delta", r"radius $\delta$ (units of X)")
        _stack(row[1], each["dropout"], "k", "budget k (features dropped)")
        row[0].set_title(f"adversarial training, {each['name']}")
        row[1].set_title(f"adversarial dropout, {each['name']}")
        row[0].set_ylabel("objective / clean loss")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    picture.legend(handles, labels, loc="outside upper center", ncols=4)
    return picture


def _stack(panel: Any, terms: dict[str, list[float]], along: str, label: str) -> None:
    x = terms[along]
    names = ("clean", "l1", "quadratic")
    labels = ("clean loss", r"$\ell_1$ term", "quadratic term")
    panel.stackplot(
        *(x, *(terms[name] for name in names)), labels=labels, colors=(SKY, BLUE, ORANGE), lw=0
    )
    every = max(1, len(x) // 12)
    panel.plot(
        *(x, terms["objective"], "o"),
        **{"color": BLACK, "markevery": every, "ms": 3, "label": "evaluated directly"},
    )
    panel.set_xlabel(label)
    panel.set_xlim(x[0], x[-1])
    panel.set_ylim(bottom=0)


FIGURE = Figure(
    name="decompositions",
    title="Two attacks, three terms each",
    caption=(
        "The attacked loss at ridge weights, stacked from the clean loss, the l1 term and the "
        "quadratic term of Formulas 13 and 16; dots are the objective evaluated directly, and lie "
        "on top of the stack. Over the radius the l1 term grows like delta and the quadratic one "
        "like its square; over the budget both level off, for features whose removal would lower "
        "the loss are never dropped."
    ),
    claims=("AT-1", "AD-1", "AT-7", "AD-11"),
    compute=compute,
    draw=draw,
)
