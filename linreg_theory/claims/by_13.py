"""BY-13: when a stationary point of adversarial training solves a lasso."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.arithmetic import maximum, sign
from linreg_theory.arrays import Array
from linreg_theory.cases.moderate import Moderate
from linreg_theory.cases.regression import RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.problem import Problem


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Both objectives at a stationary point of adversarial training, and at other weights.

    For the lasso also after a step of proximal gradient descent, which lowers it unless it is
    at its minimum. The problem has X'sg(e) = 0 and no zero residual.
    """
    problem = _stationary(case)
    at, elsewhere = (oracle.ball(problem, v, case.delta) for v in (case.w, case.other))
    here, there = _lassos(case, problem, _strength)
    return [np.sum(at), *here], [np.sum(elsewhere), *there]


def _lassos(case: RegressionCase, problem: Problem, strength: Any) -> tuple[list[Any], list[Any]]:
    sizes, push = np.abs(problem.residuals(case.w)), case.delta * np.sum(np.abs(case.w))
    lam = strength(case.delta, sizes, push)
    moved, scale = _step(problem, case.w, lam)
    here, there = (_lasso(problem, v, lam) for v in (case.w, case.other))
    after = _lasso(Problem(problem.X, scale * problem.y), moved, scale * lam)
    return [here, scale * scale * here], [there, after]


def _stationary(case: RegressionCase, alone: int | None = None) -> Problem:
    """A problem at which the weights of the case are a stationary point.

    Samples come in pairs of equal features with residuals of both signs, so X'sg(e) = 0:
    e + |e| + 1 and -(|e| + 1), and 2 and -1 for the last pair, which makes
    delta s_j sum_i m_i = sum_i m_i sg(e_i) x_ij for m_i = |e_i| + delta ||w||_1 and a
    subgradient s of ||w||_1. `alone` adds a sample of that residual, 0 or 1, and side 1.
    """
    X, w, delta = case.problem.X, case.w, case.delta
    e, push = case.problem.residuals(w), delta * np.sum(np.abs(w))
    one, size = np.abs(0 * e[:1]) + 1, np.abs(e) + 1
    rows, residuals, pull = [X, X], [e + size, -size], e @ X
    if alone is not None:
        rows.append(X[:1])
        residuals.append(alone * one)
        pull = pull + (alone + push) * X[0]
    r = np.concatenate([*residuals, 2 * one, -one])
    slopes = sign(w) + (1 - np.abs(sign(w)))  # at w_j = 0 up to one: as far as it goes
    last = delta * (np.sum(np.abs(r)) + len(r) * push) * slopes - pull
    data = np.concatenate([*rows, last[None, :], last[None, :]])
    return Problem(data, data @ w + r)


def _strength(delta: Any, sizes: Array, push: Any) -> Any:
    """lambda = 2 delta (||e||_1 + N delta ||w||_1)."""
    return 2 * delta * (np.sum(sizes) + len(sizes) * push)


def _lasso(problem: Problem, w: Any, lam: Any) -> Any:
    return problem.loss(w) + lam * np.sum(np.abs(w))


def _step(problem: Problem, w: Array, lam: Any) -> tuple[Array, Any]:
    """C v for the proximal gradient step v with C >= 2 ||X||^2, and C instead of a division."""
    scale = 2 * np.sum(problem.X * problem.X) + 1
    gradient = scale * w + 2 * (problem.residuals(w) @ problem.X)
    return _positive(gradient - lam) - _positive(-gradient - lam), scale


def _positive(x: Array) -> Array:
    """max(x, 0); as a maximum, which rounding does not make undecided near zero."""
    return maximum(np.stack([x, 0 * x], axis=-1))


def _with_strength(strength: Any) -> Pair:
    return lambda case, oracle: _lassos(case, _stationary(case), strength)


def _with_one_alone(residual: int) -> Pair:
    return lambda case, oracle: _lassos(case, _stationary(case, residual), _strength)


CLAIM = Claim(
    ref="BY-13",
    name="nonzero_residual_optimum_is_lasso",
    source="Beyond the paper, from AT-5; compare Ribeiro et al. (2023)",
    wording="Adversarial training adds an l1 norm, so one may take it for a lasso.",
    statement=r"e_i \ne 0 \ \forall i,\ X^\top \mathrm{sg}(e) = 0,\ w \text{ stationary for }"
    r" \sum_i (|e_i| + \delta \|w\|_1)^2 \implies w \in \arg\min_v"
    r" \|y - X v\|_2^2 + \lambda \|v\|_1,\quad"
    r" \lambda = 2 \delta \bigl(\|e\|_1 + N \delta \|w\|_1\bigr)",
    assumptions=(r"e_i \ne 0", r"X^\top \mathrm{sg}(e) = 0"),
    verdict="holds",
    plain="With X'sg(e) = 0 and no zero residual, optima of adversarial training solve a lasso.",
    relation="<=",
    family=Moderate(frozenset({"delta", "other"}), shapes=((1, 1), (1, 2), (2, 1))),
    # Not symbolic: that a point is the minimum is no identity, and takes a number's proof.
    kinds=("certified", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("lambda without its factor 2", _with_strength(lambda d, r, p: d * np.sum(r + p))),
        Mutant("lambda of the residuals", _with_strength(lambda d, r, p: 2 * d * np.sum(r))),
        Mutant(
            "one penalty for all samples",
            _with_strength(lambda d, r, p: 2 * d * (np.sum(r) + p)),
        ),
        Mutant("X'sg(e) need not be zero", _with_one_alone(1)),
        Mutant("residuals may be zero", _with_one_alone(0)),
    ),
)
