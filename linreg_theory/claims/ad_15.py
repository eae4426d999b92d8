"""AD-15: from a budget on that the data set, zero weights minimise the exact worst case."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from linreg_theory.arithmetic import Undecided
from linreg_theory.arrays import Array
from linreg_theory.cases.family import rationals
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.problem import Problem
from linreg_theory.solvers import Collapse, Unresolved, zero_is_optimal


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Whether some weights have a smaller worst case than zero, and whether no balance exists.

    Balances and descents come with exact proofs. Where there is a balance none of the weights
    that are tried may do better; where there is none the descent must, by the oracle.
    """
    found = _collapse(case, case.k)
    return _some_do_better(case, found, oracle), not found.optimal


@lru_cache(maxsize=8)  # a case meets every mutant
def _collapse(case: RegressionCase, k: int) -> Collapse:
    try:
        return zero_is_optimal(_exact(case), k)
    except Unresolved as error:
        raise Undecided(str(error)) from error


def _exact(case: RegressionCase) -> Problem:
    """Fractions: nothing here is rounded, whatever the numbers are."""
    return Problem(_values(case.problem.X), _values(case.problem.y))


def _values(array: Array) -> Array:
    return rationals([getattr(number, "value", number) for number in array.flat]).reshape(
        array.shape
    )


def _some_do_better(case: RegressionCase, found: Collapse, oracle: Oracle) -> bool:
    """Tried: the case's weights, short steps along them and the gradient, the descent.

    The weights are put into the data, x_ij w_j for x_ij, so that one problem holds them all.
    """
    problem, w = _exact(case), _values(case.w)
    tried = [w, _short(problem, w), _short(problem, problem.y @ problem.X)]
    if found.direction is not None:
        tried.append(found.step * found.direction)
    data = np.concatenate([problem.X * v for v in tried])
    stacked = Problem(data, np.tile(problem.y, len(tried)))
    losses = oracle.dropout(stacked, np.ones(len(w)), case.k).reshape(len(tried), -1)
    return bool(np.any(np.sum(losses, axis=1) < np.sum(problem.y * problem.y)))


def _short(problem: Problem, direction: Array) -> Array:
    """A step on which the linear part of the loss decides."""
    length = 1 + np.sum(np.abs(problem.X * direction))
    return direction / (2**12 * length * length)


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """A budget below D prevents it, unless least squares without dropout is at zero already."""
    unhelped = not np.any(case.problem.y @ case.problem.X)
    return _collapse(case, case.k).optimal, unhelped or case.k == case.problem.n_features


def _unless(optimal: Any) -> Pair:
    def mutant(case: RegressionCase, oracle: Oracle) -> Sides:
        better, _ = pair(case, oracle)
        return better, not optimal(case)

    return mutant


CLAIM = Claim(
    ref="AD-15",
    name="zero_is_worst_case_optimal_iff_balanced",
    source="Method, after Formula 3",
    wording="Without the constraint a layer may lose its connections; restricted, it does not.",
    statement=r"0 \in \arg\min_w \sum_i \max_{|S| \le k} (\cdot)^2 \iff \exists\, c_{ij} \in"
    r" [0, 1]: \sum_j c_{ij} \ge D - k \ \forall i,\ \sum_i y_i c_{ij} x_{ij} = 0 \ \forall j;"
    r" \quad \text{always for } k = D, \text{ and monotone in } k",
    verdict="corrected",
    plain="Zero weights are optimal once some average of masks balances the data, often for k < D.",
    relation="iff",
    # Not symbolic: a linear program needs numbers. Not integer: the steps are too short for it.
    family=Regression(frozenset({"k"}), shapes=((1, 2), (2, 1))),
    kinds=("certified", "exact", "property"),
    pair=pair,
    mutants=(
        Mutant("only without the constraint", _unless(lambda c: c.k == c.problem.n_features)),
        Mutant("least squares decides", _unless(lambda c: _collapse(c, 0).optimal)),
        Mutant("off by one drop", _unless(lambda c: _collapse(c, max(c.k - 1, 0)).optimal)),
        Mutant("keeps k, not D - k", _unless(lambda c: _collapse(c, len(c.w) - c.k).optimal)),
    ),
    printed=printed,
    printed_relation="iff",
    # With one feature the budget is 0 or all there is.
    printed_family=Regression(frozenset({"k"}), shapes=((1, 2),), unit_weights=True),
    counterexample={
        "X": [["0", "1"]],
        "y": ["1"],
        "w": ["1", "1"],
        "k": "1",
        "computed": True,
        "claimed": False,
    },
)
