"""BY-6: equal columns can share their weight, in both robust regressions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from linreg_theory.arrays import Array
from linreg_theory.cases.family import rationals
from linreg_theory.cases.fitted import Fitted, FittedCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.problem import Problem
from linreg_theory.thresholds import share_duplicates


def pair(case: FittedCase, oracle: Oracle) -> Sides:
    """Both objectives with shared weights and as they were: at any weights, at both optima.

    The first and the last column are equal, so their shared weights differ by nothing.
    """
    return _sides(case, oracle, share_duplicates)


def _sides(case: FittedCase, oracle: Oracle, share: Callable[[Problem, Array], Array]) -> Sides:
    exact = case.exact()
    after, before = [], []
    for w in (exact.w, rationals(case.trained().w), rationals(case.dropped().w)):
        shared = share(exact.problem, w)
        after += [*_objectives(exact, shared, oracle), np.abs(shared[0] - shared[-1])]
        before += [*_objectives(exact, w, oracle), 0]
    return (after, before) if len(exact.w) > 1 else ([0], [0])


def _objectives(case: FittedCase, w: Array, oracle: Oracle) -> tuple[object, object]:
    dropped = oracle.dropout(case.problem, w, case.k)
    return np.sum(dropped), np.sum(oracle.ball(case.problem, w, case.delta))


def _twin(share: Callable[[Problem, Array], Array]) -> Pair:
    return lambda case, oracle: _sides(case, oracle, share)


def _added_up(problem: Problem, w: Array) -> Array:
    """Each gets the weight of both."""
    shared = w.copy()
    shared[[0, -1]] = w[0] + w[-1]
    return shared


def _sizes(problem: Problem, w: Array) -> Array:
    """Their sizes are averaged."""
    return share_duplicates(problem, np.abs(w))


def _nothing(problem: Problem, w: Array) -> Array:
    """They share what is not there: both go."""
    shared = w.copy()
    shared[[0, -1]] = 0 * w[0]
    return shared


def _everyone(problem: Problem, w: Array) -> Array:
    """All columns share, equal or not."""
    return share_duplicates(Problem(0 * problem.X, problem.y), w)


CLAIM = Claim(
    ref="BY-6",
    name="duplicate_columns_can_share_weight",
    source="Beyond the paper, from AT-6 and AD-14",
    wording="The l1 term that both regularizers add may seem to pick one of two equal features.",
    statement=r"x_{\cdot p} = x_{\cdot q},\ \bar w_p = \bar w_q = \tfrac12 (w_p + w_q)"
    r" \Rightarrow F(\bar w) \le F(w) \text{ for both worst cases } F",
    verdict="holds",
    plain="Averaging the weights of equal columns raises neither worst case: some optimum shares.",
    relation="<=",
    # Not symbolic: optima need numbers. Not integer: AT-5 and AD-7 have compared the maxima.
    family=Fitted(frozenset({"delta", "k"}), shapes=((1, 2), (2, 3)), duplicated=True),
    kinds=("certified", "exact", "property"),
    pair=pair,
    mutants=(
        Mutant("both get the weight of both", _twin(_added_up)),
        Mutant("averages sizes", _twin(_sizes)),
        Mutant("both go", _twin(_nothing)),
        Mutant("unequal columns share too", _twin(_everyone)),
    ),
)
