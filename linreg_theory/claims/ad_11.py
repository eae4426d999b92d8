"""AD-11: how the penalty depends on the budget."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import sides
from linreg_theory.arithmetic import at_most, maximum
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.problem import Problem
from linreg_theory.solvers import mask_space


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """P at every budget: a maximum over sets, nondecreasing, concave, and constant in the end.

    Equality is stated as two inequalities. With |x|, |w| and a residual above zero all drops
    are adverse, and P is the largest sum of k sizes of x_i * w: the vector k-norm.
    """
    reach = _reach(case.problem, case.w)
    sizes = _sized(case)
    norm, largest = _reach(*sizes), _largest(*sizes)
    defined = _largest(case.problem, case.w)
    computed = [reach, defined, norm, largest, reach[1:], _twice(reach), _saturated(case, reach)]
    claimed = [defined, reach, largest, norm, reach[:-1], reach[2:] + reach[:-2], reach[-1]]
    return computed, claimed


def _reach(problem: Problem, w: Array) -> Array:
    """P_i(k) for k = 0 ... D, (D + 1, N)."""
    return np.stack([sides(problem, w, k).raising for k in range(problem.n_features + 1)])


def _largest(problem: Problem, w: Array) -> Array:
    """The same by definition: the most that at most k drops add to |e_i|."""
    e, a = problem.residuals(w), problem.products(w)
    outwards = np.where(at_most(0 * e, e), 1, -1)[:, None] * a
    ones = np.ones(problem.n_features, dtype=np.int8)
    spaces = [1 - mask_space(ones, k) for k in range(problem.n_features + 1)]
    return np.stack([maximum(outwards @ drops.T) for drops in spaces])


def _sized(case: RegressionCase) -> tuple[Problem, Array]:
    X, w = np.abs(case.problem.X), np.abs(case.w)
    return Problem(X, 2 * (X @ w)), w


def _twice(reach: Array) -> Array:
    return 2 * reach[1:-1]


def _saturated(case: RegressionCase, reach: Array, fewer: int = 0) -> Array:
    """P_i at the number of adverse features, at least."""
    e, a = case.problem.residuals(case.w), case.problem.products(case.w)
    adverse = np.sum(~at_most(np.where(at_most(0 * e, e), 1, -1)[:, None] * a, 0 * a), axis=1)
    return reach[np.maximum(adverse - fewer, 0), np.arange(len(e))]


def _with(compare: Any) -> Pair:
    def mutant(case: RegressionCase, oracle: Oracle) -> Sides:
        reach = _reach(case.problem, case.w)
        sides_of_it: Sides = compare(case, reach)
        return sides_of_it

    return mutant


def _convex(case: RegressionCase, reach: Array) -> Sides:
    return reach[2:] + reach[:-2], _twice(reach)


def _saturates_early(case: RegressionCase, reach: Array) -> Sides:
    return _saturated(case, reach, fewer=1), reach[-1]


def _nonincreasing(case: RegressionCase, reach: Array) -> Sides:
    return reach[:-1], reach[1:]


def _largest_sizes(case: RegressionCase, reach: Array) -> Sides:
    return reach, _reach(*_sized(case))


CLAIM = Claim(
    ref="AD-11",
    name="penalty_is_concave_in_budget",
    source="Abstract; Discussion, after Formula 16",
    wording="The hyper parameter is rank-valued: k enters by order, not by size.",
    statement=r"P_i(k) = \max_{|T| \le k} \sum_{j \in T} \sigma_i a_{ij}"
    r" \text{ is nondecreasing and concave in } k, \text{ constant from }"
    r" \#\{j : \sigma_i a_{ij} > 0\} \text{ on; if all } \sigma_i a_{ij} \ge 0"
    r" \text{ it is the vector } k\text{-norm of } x_i \odot w",
    verdict="holds",
    plain="What k drops can do to a residual grows with k, ever more slowly, and then saturates.",
    relation=">=",
    family=Regression(frozenset(), cut="orders"),
    pair=pair,
    mutants=(
        Mutant("convex in k", _with(_convex)),
        Mutant("saturates one feature early", _with(_saturates_early)),
        Mutant("nonincreasing in k", _with(_nonincreasing)),
        Mutant("always the k-norm", _with(_largest_sizes)),
    ),
)
