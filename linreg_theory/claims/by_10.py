"""BY-10: whether the adversary is bounded in every row or in every column of the data."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_training import worst_case
from linreg_theory.arithmetic import maximum, sign
from linreg_theory.arrays import Array
from linreg_theory.cases.moderate import Moderate
from linreg_theory.cases.regression import RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.problem import Problem


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Rows: the maxima over l_inf and l_1 balls. Columns: the worst moves, and all others.

    A column's l_2 ball of radius delta moves the residuals u by anything of length up to
    rho = delta ||w||_1; on that sphere every point is the worst one reflected along some v.
    """
    return _rows(case, oracle, (np.inf, 1)), _closed(case)


def _rows(case: RegressionCase, oracle: Oracle, norms: Any) -> list[Any]:
    linf = oracle.ball(case.problem, case.w, case.delta)
    rows = [linf if norm == np.inf else _largest_at_units(case) for norm in norms]
    return [*rows, *_columns(case)]


def _closed(case: RegressionCase) -> list[Any]:
    norms = (np.inf, 1)
    rows = [worst_case(case.problem, case.w, case.delta, p, per_sample=True) for p in norms]
    return [*rows, *_on_sphere(case, _together)]


def _largest_at_units(case: RegressionCase) -> Array:
    """The largest loss over the corners of the l_1 balls: delta in one feature, or -delta."""
    moves = case.delta * np.stack([case.w, -case.w])
    residuals = case.problem.residuals(case.w)[:, None] - moves.reshape(-1)
    largest = maximum(np.concatenate([residuals, -residuals], axis=1))
    losses: Array = largest * largest
    return losses


def _residuals(case: RegressionCase) -> tuple[Array, Any]:
    """Residuals u of one sample more, in every direction but one, and ||u||_2 = 1 + e'e."""
    e = case.problem.residuals(case.w)
    square = e @ e
    return np.append(2 * e, 1 - square), 1 + square


def _columns(case: RegressionCase) -> list[Any]:
    """Losses when column j moves by delta sg(w_j) along -u, and along -u reflected.

    The data are multiplied by ||u|| instead of dividing the move, and by v'v.
    """
    u, length = _residuals(case)
    v = np.append(case.problem.y, 0 * length + 1)
    square = v @ v
    X = np.concatenate([case.problem.X, case.problem.X[:1]])
    y = X @ case.w + u
    losses = []
    for direction, scale in ((u, length), (square * u - 2 * (v @ u) * v, length * square)):
        moves = -case.delta * direction[:, None] * sign(case.w)
        losses.append(Problem(scale * X + moves, scale * y).loss(case.w))
    return losses


def _on_sphere(case: RegressionCase, reach: Any) -> list[Any]:
    """(||u|| + rho)^2, and 4 rho (v'u)^2 / (||u|| v'v) less, both multiplied as above."""
    u, length = _residuals(case)
    v = np.append(case.problem.y, 0 * length + 1)
    square, along = v @ v, v @ u
    rho = case.delta * np.sum(np.abs(case.w))
    worst = length * length * reach(u, length, rho)
    return [worst, square * (square * worst - 4 * rho * length * along * along)]


def _together(u: Array, length: Any, rho: Any) -> Any:
    return (length + rho) * (length + rho)


def _one_by_one(u: Array, length: Any, rho: Any) -> Any:
    reach = np.abs(u) + rho
    return reach @ reach


def _outside(u: Array, length: Any, rho: Any) -> Any:
    return length * length + rho * rho


def _columns_by(reach: Any) -> Pair:
    return lambda case, oracle: (_columns(case)[0], _on_sphere(case, reach)[0])


def _rows_like_columns(case: RegressionCase, oracle: Oracle) -> Sides:
    """(||e||_2 + rho)^2 for rows; the cross term 2 rho ||e||_2 is squared to have no root."""
    e, rho = case.problem.residuals(case.w), case.delta * np.sum(np.abs(case.w))
    loss = np.sum(oracle.ball(case.problem, case.w, case.delta))
    cross = loss - e @ e - rho * rho
    return cross * cross, 4 * rho * rho * (e @ e)


def _own_norm(case: RegressionCase, oracle: Oracle) -> Sides:
    return _largest_at_units(case), worst_case(case.problem, case.w, case.delta, per_sample=True)


CLAIM = Claim(
    ref="BY-10",
    name="row_and_column_attacks_differ",
    source="Beyond the paper, from AT-5; Xu, Caramanis and Mannor (2009)",
    wording="Robust regression adds a norm of the weights; where, depends on what is bounded.",
    statement=r"\max_{\|r_i\|_p \le \delta} \sum_i (y_i - (x_i + r_i)^\top w)^2"
    r" = \sum_i (|e_i| + \delta \|w\|_q)^2 \ (1/p + 1/q = 1);\quad"
    r" \max_{\|\Delta_j\|_2 \le \delta} \|y - (X + \Delta) w\|_2 = \|e\|_2 + \delta \|w\|_1",
    verdict="holds",
    plain="Bounded rows add the dual norm to each residual, bounded columns |w|_1 to their norm.",
    relation="=",
    family=Moderate(frozenset({"delta"})),
    kinds=("certified", "symbolic", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("columns like rows", _columns_by(_one_by_one)),
        Mutant("rows like columns", _rows_like_columns),
        Mutant("the norm of the ball for its dual", _own_norm),
        Mutant("squares taken apart", _columns_by(_outside)),
    ),
)
