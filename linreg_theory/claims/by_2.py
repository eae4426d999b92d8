"""BY-2: how much of the worst case the greedy mask misses."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import objective
from linreg_theory.arithmetic import positive_part, sign, top_sum
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The exact worst case less the greedy loss, ties broken, and the gap in closed form.

    Of samples with a zero residual nothing is said: there Formula 14 has no side to take.
    """
    return _sides(case, oracle, lambda r, p, m: positive_part(m - p - 2 * r) * (m + p))


def _sides(case: RegressionCase, oracle: Oracle, gap: Any) -> Sides:
    greedy = objective(case.problem, case.w, case.k, "break", per_sample=True)
    missed = oracle.dropout(case.problem, case.w, case.k) - greedy
    e, a = case.problem.residuals(case.w), case.problem.products(case.w)
    outwards = sign(e)[:, None] * a
    raising, lowering = (top_sum(positive_part(s * outwards), case.k) for s in (1, -1))
    said = e != 0
    return _where(said, missed), _where(said, gap(np.abs(e), raising, lowering))


def _where(said: Any, values: Array) -> Array:
    chosen: Array = np.where(said, values, 0 * values)
    return chosen


def _squared(x: Array) -> Array:
    return x * x


def _twin(gap: Any) -> Pair:
    return lambda case, oracle: _sides(case, oracle, gap)


CLAIM = Claim(
    ref="BY-2",
    name="greedy_gap_has_closed_form",
    source="Beyond the paper, from AD-7; compare Formula 14",
    wording="What the greedy mask misses of the worst case is known per sample.",
    statement=r"\max_{|S| \le k} \Bigl(e_i + \sum_{j \in S} a_{ij}\Bigr)^2"
    r" - \Bigl(e_i + \sum_{j \in S_i} a_{ij}\Bigr)^2"
    r" = \bigl(M_i(k) - P_i(k) - 2 |e_i|\bigr)_+ \bigl(M_i(k) + P_i(k)\bigr)"
    r" \quad (e_i \ne 0;\ S_i \text{ greedy, ties broken})",
    assumptions=(r"e_i \ne 0",),
    verdict="holds",
    plain="Greedy misses (M - P - 2|e|)_+ (M + P) of the worst case, where e is not zero.",
    relation="=",
    family=Regression(frozenset({"k"}), cut="orders"),
    kinds=("certified", "symbolic", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("|e| for 2|e|", _twin(lambda r, p, m: positive_part(m - p - r) * (m + p))),
        Mutant("the gap squared", _twin(lambda r, p, m: _squared(positive_part(m - p - 2 * r)))),
        Mutant("no positive part", _twin(lambda r, p, m: (m - p - 2 * r) * (m + p))),
        Mutant("forgets P in the gap", _twin(lambda r, p, m: positive_part(m - 2 * r) * (m + p))),
    ),
)
