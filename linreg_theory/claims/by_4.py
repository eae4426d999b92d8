"""BY-4: exact adversarial dropout forbids sparse weights."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from linreg_theory.adversarial_dropout import objective
from linreg_theory.arrays import Array
from linreg_theory.cases.fitted import Fitted, FittedCase, decided
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.thresholds import support_bound


def pair(case: FittedCase, oracle: Oracle) -> Sides:
    """The worst case of weights with k non-zeros against zero's, and the optimum's non-zeros."""
    losses = oracle.dropout(case.problem, _sparse(case, case.k), case.k)
    return [np.sum(losses), _fitted(case)], [_at_zero(case), _bound(case)]


def _sparse(case: FittedCase, most: int) -> Array:
    """The weights without all but the first so many."""
    kept: Array = case.w * (np.arange(len(case.w)) < most).astype(int)
    return kept


def _at_zero(case: FittedCase) -> object:
    return case.problem.y @ case.problem.y


def _fitted(case: FittedCase) -> int:
    return sum(value != 0 for value in case.dropped().w)


@lru_cache(maxsize=8)  # a case meets every mutant
def _bound(case: FittedCase) -> int:
    return decided(support_bound, case.exact().problem, case.k)


def _one_more(case: FittedCase, oracle: Oracle) -> Sides:
    losses = oracle.dropout(case.problem, _sparse(case, case.k + 1), case.k)
    bound = _bound(case)
    return [np.sum(losses), _fitted(case)], [_at_zero(case), bound + (bound > 0)]


def _one_drop_fewer(case: FittedCase, oracle: Oracle) -> Sides:
    losses = oracle.dropout(case.problem, _sparse(case, case.k), max(case.k - 1, 0))
    return [np.sum(losses), _fitted(case)], [_at_zero(case), _bound(case)]


def _greedy(case: FittedCase, oracle: Oracle) -> Sides:
    loss = objective(case.problem, _sparse(case, case.k), case.k, "break")
    return [loss, _fitted(case)], [_at_zero(case), _bound(case)]


def _zero_never(case: FittedCase, oracle: Oracle) -> Sides:
    computed, (loss, _) = pair(case, oracle)
    return computed, [loss, case.k + 1]


CLAIM = Claim(
    ref="BY-4",
    name="sparse_weights_cannot_win",
    source="Beyond the paper, from AD-7 and AD-15",
    wording="One may expect sparse weights of a method that is shown with sparse activations.",
    statement=r"\|w\|_0 \le k \Rightarrow \sum_i \max_{|S| \le k} (\cdot)^2 \ge \|y\|^2; \quad"
    r" 0 \text{ is optimal, or } \|w^*\|_0 \ge k + 1 \text{ for every minimiser } w^*",
    verdict="holds",
    plain="Exact dropout forbids sparse weights: 0 is optimal or all optima have over k non-zeros.",
    relation=">=",
    # Not symbolic: optima need numbers. Not integer: AD-7 has compared that maximum.
    family=Fitted(frozenset({"k"}), shapes=((1, 2), (2, 2)), at_optima=True),
    kinds=("certified", "exact", "property"),
    pair=pair,
    mutants=(
        Mutant("one non-zero more", _one_more),
        Mutant("one drop fewer", _one_drop_fewer),
        Mutant("greedy drops", _greedy),
        Mutant("zero is never optimal", _zero_never),
    ),
)
