"""NB-4: the worst dropout is the feature deletion of Globerson and Roweis, for regression."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.arithmetic import maximum
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The maximum over masks, and the better of two directions by the dual of deletion."""
    return _sides(case, oracle, case.k)


def _sides(case: RegressionCase, oracle: Oracle, k: int, directions: Any = (1, -1)) -> Sides:
    e, a = case.problem.residuals(case.w), case.problem.products(case.w)
    reached = [s * e + _deleted(s * a, k) for s in directions]
    reach = maximum(np.stack(reached, axis=-1))
    return oracle.dropout(case.problem, case.w, case.k), reach * reach


def _deleted(gains: Array, k: int) -> Array:
    """min over z >= 0 of k z + sum_j max(c_j - z, 0), the dual of the k best deletions.

    Piecewise linear in z, with corners at zero and at positive gains.
    """
    corners = np.concatenate([0 * gains[:, :1], _positive(gains)], axis=1)
    excess = _positive(gains[:, None, :] - corners[:, :, None])
    smallest: Array = -maximum(-(k * corners + np.sum(excess, axis=2)))
    return smallest


def _positive(x: Array) -> Array:
    """max(x, 0); as a maximum, which rounding does not make undecided near zero."""
    return maximum(np.stack([x, 0 * x], axis=-1))


def _one_more(case: RegressionCase, oracle: Oracle) -> Sides:
    return _sides(case, oracle, case.k + 1)


def _hinge(case: RegressionCase, oracle: Oracle) -> Sides:
    return _sides(case, oracle, case.k, directions=(1,))


def _not_restricted(case: RegressionCase, oracle: Oracle) -> Sides:
    e, a = case.problem.residuals(case.w), case.problem.products(case.w)
    gains = [s * e + np.sum(_positive(s * a), axis=1) for s in (1, -1)]
    reach = maximum(np.stack(gains, axis=-1))
    return oracle.dropout(case.problem, case.w, case.k), reach * reach


def _with_both_signs(case: RegressionCase, oracle: Oracle) -> Sides:
    e, a = case.problem.residuals(case.w), case.problem.products(case.w)
    reach = np.abs(e) + _deleted(np.abs(a), case.k)
    return oracle.dropout(case.problem, case.w, case.k), reach * reach


CLAIM = Claim(
    ref="NB-4",
    name="worst_dropout_is_feature_deletion",
    source="Globerson and Roweis (2006); compare the argmax before Formula 14",
    wording="Worst-case deletion of k features is a small linear program; here, two of them.",
    statement=r"\max_{|S| \le k} \Bigl(e_i + \sum_{j \in S} a_{ij}\Bigr)^2"
    r" = \max_{s = \pm 1} \Bigl(s e_i"
    r" + \min_{z \ge 0} \bigl[k z + \sum_j (s a_{ij} - z)_+\bigr]\Bigr)^2",
    verdict="holds",
    plain="The worst dropout is the better of two feature deletions, one for each direction.",
    relation="=",
    family=Regression(frozenset({"k"}), cut="orders"),
    kinds=("certified", "symbolic", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("one deletion too many", _one_more),
        Mutant("one direction, as for the hinge loss", _hinge),
        Mutant("forgets the budget", _not_restricted),
        Mutant("sizes for signed effects", _with_both_signs),
    ),
)
