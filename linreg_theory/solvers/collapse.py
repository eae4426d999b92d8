"""When the exact worst case is minimised by zero weights: adversarial dropout's collapse.

  zero_is_optimal(p, k)  == a Collapse: whether no weights do better than zero at budget k
  collapse_budget(p)     == the smallest budget at which zero is optimal; at most D
  Collapse               == the answer, and its proof in fractions

At w = 0 the slope of the worst case in a direction d is twice the maximum over the masks of
-sum_ij y_i eps_ij x_ij d_j. So zero is optimal iff no direction makes it negative, and that
is so iff some average of masks balances the data:

  keeps c_ij in [0, 1],  sum_j c_ij >= D - k for each i,  sum_i y_i c_ij x_ij = 0 for each j.

One linear program finds either: its solution is the balance, its multipliers are a direction.
Both are made exact and checked in fractions; what passes neither check is `Unresolved`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse
from gmpy2 import mpq
from scipy.optimize import linprog

from linreg_theory.adversarial_dropout import worst_case
from linreg_theory.arrays import Array, as_budget
from linreg_theory.elimination import eliminate
from linreg_theory.problem import Problem
from linreg_theory.solvers.solution import Unresolved

__all__ = ["Collapse", "collapse_budget", "zero_is_optimal"]

_NEAR = 1e-7  # what a linear program means by zero and one


@dataclass(frozen=True, eq=False)
class Collapse:
    """Whether zero weights minimise the exact worst case, and why that may be believed."""

    optimal: bool
    status: str  # the sentence shown to a reader
    keeps: Array | None = None  # c (N, D), where optimal
    direction: Array | None = None  # d (D,), where not,
    step: Fraction | None = None  # and t: the worst case at t d is below that at zero


def zero_is_optimal(problem: Problem, k: int) -> Collapse:
    """Whether w = 0 minimises the exact worst case over at most k drops.

    Parameters
    ----------
    problem : Problem
        Numbers only; floats are taken at their exact value.
    k : int
        At most so many drops per sample, from 0 to D.

    Raises
    ------
    TypeError, ValueError
        For symbols and for an unusable budget.
    Unresolved
        If the linear program fails, or neither of its answers passes its exact check.
    """
    k = as_budget("k", k, problem.n_features)
    exact = Problem(_rationals(problem.X), _rationals(problem.y))
    pulls = exact.y[:, None] * exact.X
    need = problem.n_features - k
    if need == 0:
        return _balanced(0 * pulls)
    scales = np.array([max(map(abs, column)) or mpq(1) for column in pulls.T], dtype=object)
    scaled = pulls / scales
    near, multipliers = _linear_program(scaled.astype(float), need)
    keeps = _repaired(near, scaled, need)
    if keeps is not None and _balances(keeps, pulls, need):
        return _balanced(keeps)
    for sign in (1, -1):
        direction = sign * _rationals(multipliers) / scales
        step = _descending_step(exact, direction, need)
        if step is not None:
            status = "weights with a smaller worst case are given"
            return Collapse(False, status, None, _fractions(direction), _fraction(step))
    raise Unresolved(f"whether zero is optimal at budget {k} is within the solver's tolerance")


def collapse_budget(problem: Problem) -> int:
    """The smallest k at which zero weights minimise the exact worst case, from 0 to D.

    A larger budget asks less of a balance, so bisection finds it. Errors as `zero_is_optimal`.
    """
    low, high = 0, problem.n_features
    while low < high:
        middle = (low + high) // 2
        if zero_is_optimal(problem, middle).optimal:
            high = middle
        else:
            low = middle + 1
    return low


def _balanced(keeps: Array) -> Collapse:
    return Collapse(True, "an average of masks that balances the data is given", _fractions(keeps))


def _rationals(array: Array) -> Array:
    """The same numbers in gmpy2's fast kind."""
    try:
        return np.asarray(np.frompyfunc(mpq, 1, 1)(array), dtype=object)
    except TypeError:
        raise TypeError("problem must hold numbers: symbols have no linear program") from None


def _fractions(array: Array) -> Array:
    return np.asarray(np.frompyfunc(_fraction, 1, 1)(array), dtype=object)


def _fraction(number: mpq) -> Fraction:
    return Fraction(int(number.numerator), int(number.denominator))


def _linear_program(pulls: Array, need: int) -> tuple[Array, Array]:
    """A vertex (N, D) that balances best, and the multipliers (D,) of the balance.

    Variables are c, row after row, and what is missing of each balance, up and down.
    """
    n, d = pulls.shape
    rows, columns = np.divmod(np.arange(n * d), d)
    each = np.arange(d)
    shares = np.concatenate([pulls.reshape(-1), np.ones(d), -np.ones(d)])
    where = (np.concatenate([columns, each, each]), np.arange(n * d + 2 * d))
    balance: Any = scipy.sparse.csr_array((shares, where), (d, n * d + 2 * d))
    kept: Any = scipy.sparse.csr_array(
        (np.ones(n * d), (rows, where[1][: n * d])), (n, n * d + 2 * d)
    )
    found = linprog(
        np.concatenate([np.zeros(n * d), np.ones(2 * d)]),
        A_ub=-kept,
        b_ub=np.full(n, -float(need)),
        A_eq=balance,
        b_eq=np.zeros(d),
        bounds=[(0, 1)] * (n * d) + [(0, None)] * (2 * d),
        method="highs-ds",
    )
    if found.status != 0 or found.x is None:
        raise Unresolved(f"the linear program failed: {found.message}")
    return found.x[: n * d].reshape(n, d), found.eqlin.marginals


def _repaired(near: Array, pulls: Array, need: int) -> Array | None:
    """The vertex in fractions: entries near 0 and 1 are put there, the others solved for."""
    keeps = np.array([[mpq(round(c)) for c in row] for row in near], dtype=object)
    loose = np.argwhere(np.abs(near - np.rint(near)) > _NEAR).tolist()
    for i, j in loose:
        keeps[i, j] = mpq(float(near[i, j]))
    rows = sorted({i for i, _ in loose if abs(np.sum(near[i]) - need) <= _NEAR})
    columns = range(pulls.shape[1])
    system = [[pulls[i, j] if j == column else mpq(0) for i, j in loose] for column in columns]
    system += [[mpq(int(i == row)) for i, _ in loose] for row in rows]
    missing = [-np.sum(keeps[:, j] * pulls[:, j]) for j in columns]
    missing += [need - np.sum(keeps[row]) for row in rows]
    change = eliminate(system, missing)
    if change is None:
        return None
    for (i, j), value in zip(loose, change, strict=True):
        keeps[i, j] += value
    return keeps


def _balances(keeps: Array, pulls: Array, need: int) -> bool:
    """Whether the keeps are what the module says, exactly."""
    inside = np.all((keeps >= 0) & (keeps <= 1))
    return bool(
        inside and np.all(np.sum(keeps, axis=1) >= need) and not np.any(np.sum(keeps * pulls, 0))
    )


def _descending_step(problem: Problem, direction: Array, need: int) -> mpq | None:
    """A step t along the direction with a smaller worst case than at zero, if there is one.

    With f half the slope at zero and Q = sum_i (sum_j |x_ij d_j|)^2 the worst case at t d is
    at most |y|^2 + 2 t f + t^2 Q, so t = -f / Q does it. The step is checked all the same.
    """
    moved = problem.X * direction
    kept = [sorted(row) for row in problem.y[:, None] * moved]
    slope = -sum(sum(row[:need]) + sum(v for v in row[need:] if v < 0) for row in kept)
    if slope >= 0:
        return None
    step = -slope / np.sum(np.sum(np.abs(moved), axis=1) ** 2)
    k = problem.n_features - need
    lower = worst_case(problem, step * direction, k) < np.sum(problem.y * problem.y)
    return step if lower else None
