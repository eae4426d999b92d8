"""BY-1: masks between zero and one reach no more than masks of zeros and ones."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from linreg_theory.arithmetic import maximum
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides

_WIDEST = 4  # features up to which all masks of halves are tried


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Four times the maximum over masks of zeros and ones, and over fractional ones.

    The latter is the larger of two linear programs, each by its dual, and among few features
    also by definition over masks of 0, 1/2 and 1.
    """
    return _sides(case, oracle)


def _sides(
    case: RegressionCase,
    oracle: Oracle,
    halves: int | None = None,
    directions: Any = (1, -1),
    capped: bool = True,
) -> Sides:
    """The same for a budget of so many halves; 2 k if None."""
    e, a = case.problem.residuals(case.w), case.problem.products(case.w)
    budget = 2 * case.k if halves is None else halves
    reached = [s * 2 * e + _relaxed(s * a, budget, capped) for s in directions]
    relaxed = [maximum(np.stack(reached, axis=-1))]
    if halves is None and capped and len(directions) == 2 and a.shape[1] <= _WIDEST:
        relaxed.append(_largest_by_halves(e, a, budget))
    exact = 4 * oracle.dropout(case.problem, case.w, case.k)
    return [exact] * len(relaxed), [reach * reach for reach in relaxed]


def _relaxed(gains: Array, budget: int, capped: bool) -> Array:
    """Twice the largest c'd with 0 <= d_j <= 1 and 2 sum_j d_j <= budget.

    By duality the smallest budget z + 2 sum_j max(c_j - z, 0) with z >= 0: piecewise linear,
    with corners at zero and at positive gains. Without d_j <= 1 all goes to the largest gain.
    """
    corners = np.concatenate([0 * gains[:, :1], _positive(gains)], axis=1)
    if not capped:
        return budget * maximum(corners)
    excess = _positive(gains[:, None, :] - corners[:, :, None])
    smallest: Array = -maximum(-(budget * corners + 2 * np.sum(excess, axis=2)))
    return smallest


def _positive(x: Array) -> Array:
    """max(x, 0); as a maximum, which rounding does not make undecided near zero."""
    return maximum(np.stack([x, 0 * x], axis=-1))


def _largest_by_halves(e: Array, a: Array, budget: int) -> Array:
    """Twice the largest |e + a'd| over all d of 0, 1/2 and 1 within the budget."""
    tried = itertools.product((0, 1, 2), repeat=a.shape[1])
    drops = np.array([d for d in tried if sum(d) <= budget], dtype=np.int8)
    residuals = 2 * e[:, None] + a @ drops.T
    return maximum(np.stack([maximum(residuals), maximum(-residuals)], axis=-1))


def _half_a_drop_more(case: RegressionCase, oracle: Oracle) -> Sides:
    return _sides(case, oracle, halves=2 * case.k + 1)


def _half_a_drop_fewer(case: RegressionCase, oracle: Oracle) -> Sides:
    return _sides(case, oracle, halves=max(2 * case.k - 1, 0))


def _with(**change: Any) -> Pair:
    return lambda case, oracle: _sides(case, oracle, **change)


CLAIM = Claim(
    ref="BY-1",
    name="relaxed_masks_gain_nothing",
    source="Beyond the paper, from AD-7; compare the argmax before Formula 14",
    wording="The best mask of zeros and ones is no worse than any mask between them.",
    statement=r"\max_{\epsilon \in [0, 1]^D,\ \sum_j (1 - \epsilon_j) \le k}"
    r" (y_i - (\epsilon \odot x_i)^\top w)^2"
    r" = \max_{|S| \le k} \Bigl(e_i + \sum_{j \in S} a_{ij}\Bigr)^2 \quad (k \text{ whole})",
    verdict="holds",
    plain="Fractional masks reach no more: the integer program is two linear ones.",
    relation="=",
    family=Regression(frozenset({"k"}), cut="orders"),
    kinds=("certified", "symbolic", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("half a drop more than whole ones", _half_a_drop_more),
        Mutant("half a drop fewer", _half_a_drop_fewer),
        Mutant("one linear program", _with(directions=(1,))),
        Mutant("a feature drops more than once", _with(capped=False)),
    ),
)
