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

    Columns that each move by delta move the residuals u by anything of length up to
    rho = delta ||w||_1; the loss is convex, so only that length matters.
    """
    problem, w, delta = case.problem, case.w, case.delta
    rows = [oracle.ball(problem, w, delta), _largest_at_units(case)]
    closed = [worst_case(problem, w, delta, norm, per_sample=True) for norm in (np.inf, 1)]
    return [*rows, *_columns(case)], [*closed, *_by_columns(case, _together)]


def _largest_at_units(case: RegressionCase) -> Array:
    """The largest loss over the corners of the l_1 balls: delta in one feature, or -delta."""
    moves = case.delta * np.stack([case.w, -case.w])
    residuals = case.problem.residuals(case.w)[:, None] - moves.reshape(-1)
    largest = maximum(np.concatenate([residuals, -residuals], axis=1))
    losses: Array = largest * largest
    return losses


def _direction(t: Array) -> tuple[Array, Any]:
    """A vector of one entry more, in every direction but one, and its length 1 + t't."""
    return np.append(2 * t, 1 - t @ t), 1 + t @ t


def _one_sample_more(case: RegressionCase) -> Problem:
    """Residuals u of a rational length, in the direction of t = e."""
    X = np.concatenate([case.problem.X, case.problem.X[:1]])
    return Problem(X, X @ case.w + _direction(case.problem.residuals(case.w))[0])


def _tried(case: RegressionCase) -> tuple[Array, Array]:
    """The worst direction, and another one."""
    return case.problem.residuals(case.w), np.resize(case.w, case.problem.n_samples)


def _columns(case: RegressionCase) -> list[Any]:
    """Losses when column j moves by -delta sg(w_j) along a direction.

    The data are multiplied by the length of the direction instead of dividing the move.
    """
    problem, losses = _one_sample_more(case), []
    for direction, length in map(_direction, _tried(case)):
        moves = -case.delta * direction[:, None] * sign(case.w)
        losses.append(Problem(length * problem.X + moves, length * problem.y).loss(case.w))
    return losses


def _by_columns(case: RegressionCase, reach: Any) -> list[Any]:
    """(||u|| + rho)^2 less 4 rho ||e - t||^2 / (1 + t't), multiplied as above."""
    e, rho = case.problem.residuals(case.w), _push(case)
    closed = []
    for t in _tried(case):
        length, off = 1 + t @ t, e - t
        closed.append(length * (length * reach(*_direction(e), rho) - 4 * rho * (off @ off)))
    return closed


def _push(case: RegressionCase) -> Any:
    return case.delta * np.sum(np.abs(case.w))


def _together(u: Array, length: Any, rho: Any) -> Any:
    return (length + rho) * (length + rho)


def _one_by_one(u: Array, length: Any, rho: Any) -> Any:
    reach = np.abs(u) + rho
    return reach @ reach


def _outside(u: Array, length: Any, rho: Any) -> Any:
    return length * length + rho * rho


def _columns_by(reach: Any) -> Pair:
    return lambda case, oracle: (_columns(case)[0], _by_columns(case, reach)[0])


def _rows_like_columns(case: RegressionCase, oracle: Oracle) -> Sides:
    loss = np.sum(oracle.ball(_one_sample_more(case), case.w, case.delta))
    return loss, _together(*_direction(case.problem.residuals(case.w)), _push(case))


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
