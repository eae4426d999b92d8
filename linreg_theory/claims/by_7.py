"""BY-7: the duals of both robust regressions, and that they leave no gap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from linreg_theory.arrays import Array
from linreg_theory.cases.family import rationals
from linreg_theory.cases.fitted import Fitted, FittedCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides

Bound = Callable[[FittedCase], Any]


def pair(case: FittedCase, oracle: Oracle) -> Sides:
    """For both problems dual <= value at any weights, and value of the optimum <= dual."""
    return _sides(case, oracle, _training_bound, _dropout_bound)


def _sides(case: FittedCase, oracle: Oracle, training: Bound, dropout: Bound) -> Sides:
    exact, bounds = case.exact(), [training(case), dropout(case)]
    fitted = [rationals(fit.w) for fit in (case.trained(), case.dropped())]
    optima = [_values(exact, w, oracle)[at] for at, w in enumerate(fitted)]
    return [*bounds, *optima], [*_values(exact, exact.w, oracle), *bounds]


def _values(case: FittedCase, w: Array, oracle: Oracle) -> tuple[Any, Any]:
    dropped = oracle.dropout(case.problem, w, case.k)
    return np.sum(oracle.ball(case.problem, w, case.delta)), np.sum(dropped)


def _training_bound(
    case: FittedCase, limit: Callable[[Any, Array], Any] | None = None, twice: int = 2
) -> Any:
    """The dual value of the fit's alpha and a; 0, the value of no multipliers, if infeasible."""
    exact, fit = case.exact(), case.trained()
    alpha, a = rationals(fit.alpha), rationals(fit.a)
    most = exact.delta * np.sum(a) if limit is None else limit(exact.delta, a)
    feasible = np.all(np.abs(alpha) <= a) and np.all(np.abs(alpha @ exact.problem.X) <= most)
    return twice * (exact.problem.y @ alpha) - np.sum(a * a) if feasible else 0


def _dropout_bound(case: FittedCase, k: int | None = None) -> Any:
    """The dual value of the fit's p, q, u, v; 0 if they are infeasible."""
    exact, fit = case.exact(), case.dropped(k)
    p, q, u, v = (rationals(part) for part in (fit.p, fit.q, fit.u, fit.v))
    keeps = len(exact.w) - (exact.k if k is None else k)
    sides = _kept(p, u, keeps) and _kept(q, v, keeps)
    balanced = not np.any(np.sum(exact.problem.X * (u - v), axis=0))
    value = 2 * (exact.problem.y @ (p - q)) - np.sum((p + q) * (p + q))
    return value if sides and balanced else 0


def _kept(p: Array, u: Array, keeps: int) -> bool:
    """Whether u is p times an average of masks that keep so many features at least."""
    inside = np.all(u >= 0) and np.all(u <= p[:, None])
    return bool(inside and np.all(np.sum(u, axis=1) >= keeps * p))


def _twin(training: Bound = _training_bound, dropout: Bound = _dropout_bound) -> Pair:
    return lambda case, oracle: _sides(case, oracle, training, dropout)


def _largest(delta: Any, a: Array) -> Any:
    return delta * max(a)


CLAIM = Claim(
    ref="BY-7",
    name="robust_regressions_have_weak_duality",
    source="Beyond the paper, from AT-6 and AD-14",
    wording="The paper minimises both objectives by gradient descent and proves no optimum.",
    statement=r"\min_w \sum_i (|e_i| + \delta \|w\|_1)^2 = \max \{2 y^\top \alpha - \|a\|^2 :"
    r" |\alpha| \le a, \|X^\top \alpha\|_\infty \le \delta 1^\top a\}, \quad"
    r" \min_w \sum_i \max_{|S| \le k} (\cdot)^2 = \max \{2 y^\top (p - q) - \|p + q\|^2 :"
    r" 0 \le u_i \le p_i,\ 0 \le v_i \le q_i,\ \sum_j (p_i - u_{ij}) \le k p_i,"
    r"\ \sum_j (q_i - v_{ij}) \le k q_i,\ \sum_i x_{ij} (u_{ij} - v_{ij}) = 0\}",
    verdict="holds",
    plain="Both worst cases are convex problems whose duals have the same value at the optimum.",
    relation="<=",
    # Not symbolic: optima need numbers. Not integer: AT-5 and AD-7 have compared the maxima.
    family=Fitted(frozenset({"delta", "k"}), shapes=((1, 2), (2, 2))),
    kinds=("certified", "exact", "property"),
    pair=pair,
    mutants=(
        Mutant("y'alpha once", _twin(lambda c: _training_bound(c, twice=1))),
        Mutant("the largest a for their sum", _twin(lambda c: _training_bound(c, _largest))),
        Mutant("the Lasso's constraint", _twin(lambda c: _training_bound(c, lambda d, a: d))),
        Mutant("one drop fewer", _twin(dropout=lambda c: _dropout_bound(c, max(c.k - 1, 0)))),
    ),
)
