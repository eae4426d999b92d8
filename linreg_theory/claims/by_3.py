"""BY-3: a condition on the sizes alone under which the greedy mask is the worst one."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import objective
from linreg_theory.arithmetic import positive_part, sign, top_sum
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.problem import Problem


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Greedy losses, ties broken, and exact worst cases where residuals are large enough.

    Every such residual is half the k largest sizes and some more, here |e_i|.
    """
    return _sides(case, oracle, lambda a, k: top_sum(np.abs(a), k))


def _sides(case: RegressionCase, oracle: Oracle, enough: Any, times: int = 2) -> Sides:
    """With `times` the data, a residual that is enough here is 1 / `times` of it there."""
    e, a = case.problem.residuals(case.w), case.problem.products(case.w)
    side = sign(e) + (1 - np.abs(sign(e)))
    X = times * case.problem.X
    problem = Problem(X, X @ case.w + e + side * enough(a, case.k))
    greedy = objective(problem, case.w, case.k, "break", per_sample=True)
    return greedy, oracle.dropout(problem, case.w, case.k)


def _largest_alone(a: Array, k: int) -> Array:
    return top_sum(np.abs(a), min(k, 1))


def _one_fewer(a: Array, k: int) -> Array:
    return top_sum(np.abs(a), max(k - 1, 0))


def _positive_products(a: Array, k: int) -> Array:
    return top_sum(positive_part(a), k)


def _twin(enough: Any, times: int = 2) -> Pair:
    return lambda case, oracle: _sides(case, oracle, enough, times)


CLAIM = Claim(
    ref="BY-3",
    name="large_residual_makes_greedy_exact",
    source="Beyond the paper, from AD-7; compare Formula 14",
    wording="Where a residual is large against the products, the greedy mask is the worst one.",
    statement=r"|e_i| \ge \tfrac12 \max_{|S| \le k} \sum_{j \in S} |a_{ij}| \implies"
    r" \Bigl(e_i + \sum_{j \in S_i} a_{ij}\Bigr)^2"
    r" = \max_{|S| \le k} \Bigl(e_i + \sum_{j \in S} a_{ij}\Bigr)^2"
    r" \quad (S_i \text{ greedy, ties broken})",
    assumptions=(r"2 |e_i| \ge \text{the sum of the } k \text{ largest } |a_{ij}|",),
    verdict="holds",
    plain="Greedy is exact where the residual is at least half the k largest products.",
    relation="=",
    family=Regression(frozenset({"k"}), cut="orders"),
    kinds=("certified", "symbolic", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("a quarter for half", _twin(lambda a, k: top_sum(np.abs(a), k), times=4)),
        Mutant("half the largest product alone", _twin(_largest_alone)),
        Mutant("one product too few", _twin(_one_fewer)),
        Mutant("positive products for their sizes", _twin(_positive_products)),
    ),
)
