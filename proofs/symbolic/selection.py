"""The k largest gains: by thresholds and by ranks.

  CHAINS               == AD-11 and ME-8
  top                  == z_it >= 0, the t-th largest of (h_ij)_+: P_i(k) = sum_t<=k z_it
  excess(v, theta)     == (v - theta)_+
  few                  == the assumption that m drops at most k
  thresholded(v, ...)  == k theta + sum_j (v_ij - theta)_+ bounds sum_j (1 - m_ij) v_ij, as a gap

A threshold bounds what any mask in the budget gains, and the greedy mask reaches the bound
(AD-6). All weights of units are one: with others a threshold on the ratio need not be reached.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Sum

from proofs.symbolic.bounds import Bound, Fact, by, given, known, over, plus, times, vanishing
from proofs.symbolic.budgets import fraction, gain, push, theta, whole
from proofs.symbolic.checker import Chain, Step
from proofs.symbolic.counting import slope
from proofs.symbolic.dropout import P, dropped
from proofs.symbolic.method import bits
from proofs.symbolic.normal_form import Given
from proofs.symbolic.notation import (
    Naming,
    a,
    e,
    features,
    i,
    j,
    k,
    letter,
    m,
    mu,
    positive_part,
    side,
    t,
    w,
    x,
)

__all__ = ["CHAINS", "excess", "few", "thresholded", "top"]

Expr = Any

top = letter("z", nonnegative=True)
_zero = 0 * w[j]


def excess(value: Expr, threshold: Expr) -> Expr:
    """What a value is above the threshold."""
    return positive_part(value - threshold)


def thresholded(value: Expr, level: Expr, facts: tuple[Fact, Fact, Fact]) -> Bound:
    """k theta + sum_j (v_ij - theta)_+ - sum_j (1 - m_ij) v_ij, not negative as m is in budget."""
    most_one, not_negative, within = facts
    return plus(
        times(known(level), given(within)),
        over(times(given(most_one), by("first of two", value - level, _zero)), j),
        over(times(given(not_negative), known(excess(value, level))), j),
    )


# AD-11: P_i(k) as a function of k.
few = Fact("m drops at most k", k - features(1 - m[i, j]))
_above = excess(gain[i, j], theta[i])
_fraction = Fact("mu_ij <= 1", 1 - mu[i, j])
_whole = Fact("mu_ij >= 0", mu[i, j])
_more = Fact("mu drops at most k + 2", k + 2 - features(1 - mu[i, j]))
_between = Fact(
    "theta_i is the threshold of k + 1 drops",
    P[i, k + 1] - (k + 1) * theta[i] - features(_above),
    exact=True,
)
AD_11 = Chain(
    "penalty_is_concave_in_budget",
    "AD-11",
    dropped(gain[i, j]) + features((1 - mu[i, j]) * gain[i, j]),
    (
        Step(
            "<=",
            k * theta[i] + features(_above) + features((1 - mu[i, j]) * gain[i, j]),
            "no mask with $k$ drops gains more",
            thresholded(gain[i, j], theta[i], (fraction, whole, few)),
        ),
        Step(
            "<=",
            2 * (k + 1) * theta[i] + 2 * features(_above),
            "no mask with $k + 2$ drops gains more",
            thresholded(gain[i, j], theta[i], (_fraction, _whole, _more)),
        ),
        Step(
            "=",
            2 * P[i, k + 1],
            "at its own threshold the bound is reached",
            vanishing(_between, 2),
        ),
    ),
    assuming=(fraction, whole, few, _fraction, _whole, _more, _between),
)

_ranked = Given((Naming(P[i, k], Sum(top[i, t], (t, 1, k))),))
_sorted = Fact("the gains are sorted", top[i, k + 1] - top[i, k + 2])
GROWS = Chain(
    "penalty_is_concave_in_budget",
    "AD-11",
    P[i, k + 1],
    (
        Step("=", P[i, k] + top[i, k + 1], "one term more"),
        Step(">=", P[i, k], "it is a positive part", known(top[i, k + 1])),
    ),
    part="grows",
    given=_ranked,
)
DIFFERENCES = Chain(
    "penalty_is_concave_in_budget",
    "AD-11",
    2 * P[i, k + 1] - P[i, k] - P[i, k + 2],
    (
        Step("=", top[i, k + 1] - top[i, k + 2], "all other terms cancel"),
        Step(">=", _zero, "they are sorted", given(_sorted)),
    ),
    part="differences",
    given=_ranked,
    assuming=(_sorted,),
)

_part = positive_part(gain[i, j])
_adverse = Fact("only what gains is dropped", (1 - m[i, j]) * (_part - gain[i, j]), exact=True)
_all = Fact("the budget is enough for all that gains", m[i, j] * _part, exact=True)
SATURATED = Chain(
    "penalty_is_concave_in_budget",
    "AD-11",
    dropped(gain[i, j]),
    (
        Step(
            "=",
            dropped(_part),
            "only what gains is dropped",
            vanishing(_adverse, 1, j),
        ),
        Step(
            "=",
            features(_part),
            "all of it is: no larger budget gains more",
            vanishing(_all, 1, j),
        ),
    ),
    part="saturated",
    assuming=(_adverse, _all),
)

_outward = Fact("all drops push on: side(e_i) a_ij >= 0", Abs(a[i, j]) - side(e[i]) * a[i, j], True)
NORM = Chain(
    "penalty_is_concave_in_budget",
    "AD-11",
    push,
    (
        Step(
            "=",
            dropped(Abs(a[i, j])),
            "every product is its size",
            vanishing(_outward, 1 - m[i, j], j),
        ),
        Step(
            "=",
            dropped(Abs(x[i, j]) * Abs(w[j])),
            "$|x_{ij} w_j| = |x_{ij}| |w_j|$: the largest is the vector $k$-norm",
        ),
    ),
    part="k_norm",
    assuming=(_outward,),
)

# ME-8: the knapsack with unit weights, from any mask.
_flip = (m[i, j] - mu[i, j]) ** 2
_helps = (1 - 2 * mu[i, j]) * slope[i, j]
_gained = features((m[i, j] - mu[i, j]) * slope[i, j])
_worth = Fact("h_ij is at least what a flip of unit j adds", gain[i, j] - _helps)
_weight = Fact("at most k flips, each of weight one", k - features(_flip))
_CENTRED = Step(
    "=",
    features(_flip * _helps),
    "$m - \\mu = (m - \\mu)^2 (1 - 2 \\mu)$ for zeros and ones",
)
ME_8 = Chain(
    "unit_knapsack_is_solved_by_sorting",
    "ME-8",
    _gained,
    (
        _CENTRED,
        Step(
            "<=",
            features(_flip * gain[i, j]),
            "what a flip is worth",
            over(times(known(_flip), given(_worth)), j),
        ),
        Step(
            "<=",
            k * theta[i] + features(_flip * (gain[i, j] - theta[i])),
            "at most $k$ flips, and every flip weighs one",
            times(known(theta[i]), given(_weight)),
        ),
        Step(
            "<=",
            k * theta[i] + features(_flip * _above),
            "$u \\le (u)_+$",
            over(times(known(_flip), by("first of two", gain[i, j] - theta[i], _zero)), j),
        ),
        Step(
            "<=",
            k * theta[i] + features(_above),
            "$1 - (m - \\mu)^2 = (1 - m - \\mu)^2 \\ge 0$",
            over(times(known((1 - m[i, j] - mu[i, j]) ** 2), known(_above)), j),
        ),
    ),
    given=bits,
    assuming=(_worth, _weight),
)

_useful = Fact("what is flipped is worth h_ij", _flip * (gain[i, j] - _helps), exact=True)
_spent = Fact("theta_i = 0, or k units are flipped", theta[i] * (k - features(_flip)), exact=True)
_only = Fact(
    "nothing below the threshold is flipped",
    _flip * (_above - gain[i, j] + theta[i]),
    exact=True,
)
_rest = Fact("all above the threshold is flipped", (1 - _flip) * _above, exact=True)
SORTED = Chain(
    "unit_knapsack_is_solved_by_sorting",
    "ME-8",
    _gained,
    (
        _CENTRED,
        Step(
            "=",
            features(_flip * gain[i, j]),
            "only what helps is flipped",
            vanishing(_useful, 1, j),
        ),
        Step(
            "=",
            k * theta[i] + features(_flip * (gain[i, j] - theta[i])),
            "the budget is spent, unless the threshold is 0",
            vanishing(_spent),
        ),
        Step(
            "=",
            k * theta[i] + features(_flip * _above),
            "what is flipped is above the threshold or at it",
            vanishing(_only, 1, j),
        ),
        Step(
            "=",
            k * theta[i] + features(_above),
            "what is above it is flipped",
            vanishing(_rest, 1, j),
        ),
    ),
    part="attained",
    given=bits,
    assuming=(_useful, _spent, _only, _rest),
)

CHAINS = (AD_11, GROWS, DIFFERENCES, SATURATED, NORM, ME_8, SORTED)
