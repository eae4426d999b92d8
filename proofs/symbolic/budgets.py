"""The exact worst case over at most k drops: bounds by thresholds, and what greedy misses.

  CHAINS      == AD-6, AD-7, AD-8, BY-1, BY-2, BY-3 and BY-9
  P, M        == P_i(k), M_i(k): the most that drops can push e_i on, and pull it back
  theta       == a threshold, at least 0: k largest are those above it
  gain        == h_ij, what dropping feature j of sample i adds to a linear score
  exact       == max(|e_i| + P_i(k), M_i(k) - |e_i|)^2
  fraction, whole == the assumptions m_ij <= 1 and m_ij >= 0
  push        == side(e_i) sum_j (1 - m_ij) a_ij, what the drops of m push e_i on

In bounds a mask may be any number in [0, 1]: nothing is gained by fractions (BY-1).
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Max

from proofs.symbolic.bounds import Fact, by, given, known, over, plus, root, times, vanishing
from proofs.symbolic.checker import Chain, Step
from proofs.symbolic.dropout import P, dropped
from proofs.symbolic.normal_form import Given
from proofs.symbolic.notation import (
    J,
    Naming,
    a,
    delta,
    e,
    features,
    i,
    j,
    k,
    letter,
    m,
    positive_part,
    side,
    w,
    x,
    y,
)

__all__ = ["CHAINS", "M", "exact", "fraction", "gain", "push", "theta", "whole"]

Expr = Any

M = letter("M", nonnegative=True)
theta = letter("theta", nonnegative=True)
gain = letter("h")  # h_ij, what dropping feature j of sample i adds to a linear score

_up, _down = Abs(e[i]) + P[i, k], M[i, k] - Abs(e[i])
exact = Max(_up, _down) ** 2
push = side(e[i]) * dropped(a[i, j])
_kept = features(m[i, j] * x[i, j] * w[j])

fraction = Fact("m_ij <= 1", 1 - m[i, j])
whole = Fact("m_ij >= 0", m[i, j])
_few = Fact("at most k drops", k - features(1 - m[i, j]))
_above = positive_part(gain[i, j] - theta[i])

# The k largest: no mask drops more than threshold and excess, and greedy drops just that.
AD_6 = Chain(
    "greedy_mask_maximises_linearised_loss",
    "AD-6",
    dropped(gain[i, j]),
    (
        Step(
            "=",
            theta[i] * features(1 - m[i, j]) + dropped(gain[i, j] - theta[i]),
            "a threshold $\\theta_i \\ge 0$ is taken off every gain",
        ),
        Step(
            "<=",
            k * theta[i] + dropped(gain[i, j] - theta[i]),
            "at most $k$ drops",
            times(known(theta[i]), given(_few)),
        ),
        Step(
            "<=",
            k * theta[i] + dropped(_above),
            "$u \\le (u)_+$",
            over(times(given(fraction), by("first of two", gain[i, j] - theta[i], 0 * w[j])), j),
        ),
        Step(
            "<=",
            k * theta[i] + features(_above),
            "$m_{ij} (u)_+ \\ge 0$",
            over(times(given(whole), known(_above)), j),
        ),
    ),
    part="bound",
    assuming=(fraction, whole, _few),
)

_spent = Fact("theta_i = 0, or all k are dropped", theta[i] * (k - features(1 - m[i, j])), True)
_only = Fact(
    "nothing below the threshold is dropped", (1 - m[i, j]) * (_above - gain[i, j] + theta[i]), True
)
_all = Fact("nothing above the threshold is kept", m[i, j] * _above, True)
GREEDY = Chain(
    "greedy_mask_maximises_linearised_loss",
    "AD-6",
    dropped(gain[i, j]),
    (
        Step(
            "=",
            k * theta[i] + dropped(gain[i, j] - theta[i]),
            "the budget is spent, unless the threshold is 0",
            vanishing(_spent),
        ),
        Step(
            "=",
            k * theta[i] + dropped(_above),
            "what is dropped is above the threshold or at it",
            vanishing(_only, 1, j),
        ),
        Step(
            "=",
            k * theta[i] + features(_above),
            "what is above it is dropped",
            vanishing(_all, 1, j),
        ),
    ),
    part="attained",
    assuming=(_spent, _only, _all),
)

_raises = Fact("no mask in the budget pushes on by more than P_i(k)", P[i, k] - push)
_lowers = Fact("no mask in the budget pulls back by more than M_i(k)", M[i, k] + push)
LINEARISED = Chain(
    "greedy_mask_maximises_linearised_loss",
    "AD-6",
    e[i] ** 2 - dropped(J[i, j]),
    (
        Step("=", e[i] ** 2 + 2 * Abs(e[i]) * push, "$J_{ij} = -2 e_i a_{ij}$"),
        Step(
            "<=",
            e[i] ** 2 + 2 * Abs(e[i]) * P[i, k],
            "$P_i(k)$ is the most that drops can push on",
            times(known(2 * Abs(e[i])), given(_raises)),
        ),
    ),
    assuming=(_raises,),
)


def _two_sides(name: str, ref: str, part: str = "") -> Chain:
    return Chain(
        name,
        ref,
        (y[i] - _kept) ** 2,
        (
            Step("=", (e[i] + dropped(a[i, j])) ** 2, "dropping adds $a_{ij}$ to $e_i$"),
            Step(
                "=",
                (Abs(e[i]) + push) ** 2,
                "$\\mathrm{side}(e_i)^2 = 1$, $\\mathrm{side}(e_i) e_i = |e_i|$",
            ),
            Step(
                "<=",
                exact,
                "both $\\max \\mp (|e_i| + t)$ are at least 0, for $-M_i(k) \\le t \\le P_i(k)$",
                times(
                    plus(by("first of two", _up, _down), given(_raises)),
                    plus(by("second of two", _up, _down), given(_lowers)),
                ),
            ),
        ),
        part=part,
        assuming=(_raises, _lowers),
    )


AD_7 = _two_sides("worst_mask_is_better_of_two_sides", "AD-7")
BY_1 = _two_sides("relaxed_masks_gain_nothing", "BY-1")

_gap = positive_part(M[i, k] - P[i, k] - 2 * Abs(e[i]))


def _missed(name: str, ref: str, part: str = "") -> Chain:
    return Chain(
        name,
        ref,
        exact - _up**2,
        (
            Step("=", (_up + _gap) ** 2 - _up**2, "$\\max(u, v) = u + (v - u)_+$"),
            Step("=", 2 * _up * _gap + _gap**2, "the square is multiplied out"),
            Step("=", _gap * (M[i, k] + P[i, k]), "$(u)_+^2 = u (u)_+$"),
        ),
        part=part,
    )


GAP = _missed("worst_mask_is_better_of_two_sides", "AD-7", "gap")
BY_2 = _missed("greedy_gap_has_closed_form", "BY-2")

_top = letter("T")
_within = Fact("M_i(k) is at most T_i, the k largest |a_ij|", _top[i] - M[i, k])
_small = Fact("T_i <= 2 |e_i|", 2 * Abs(e[i]) - _top[i])
_no_gap = root(
    times(plus(given(_within), given(_small), known(P[i, k])), known(_gap)), 0 * delta, _gap
)
BY_3 = Chain(
    "large_residual_makes_greedy_exact",
    "BY-3",
    exact,
    (
        Step("=", _up**2 + _gap * (M[i, k] + P[i, k]), "what greedy misses (BY-2)"),
        Step(
            "<=",
            _up**2,
            "$(u)_+^2 = u (u)_+ \\le 0$ for $u = M_i(k) - P_i(k) - 2 |e_i| \\le 0$",
            times(_no_gap, known(M[i, k] + P[i, k])),
        ),
    ),
    assuming=(_within, _small),
)

BY_9 = Chain(
    "budgets_order_the_losses",
    "BY-9",
    e[i] ** 2,
    (
        Step("<=", _up**2, "$P_i(k) \\ge 0$", known(P[i, k] * (2 * Abs(e[i]) + P[i, k]))),
        Step(
            "<=",
            exact,
            "the gap $(M - P - 2|e|)_+ (M + P)$ is not negative",
            known(_gap * (M[i, k] + P[i, k])),
        ),
    ),
)

# AD-8: the ratio of the exact worst case to greedy is c^2 = (1 + delta)^2 for any delta >= 0.
# There nothing pushes on, P_i(k) = 0, so greedy keeps e_i^2.
_pulled = Given((Naming(M[i, k], (2 + delta) * Abs(e[i])),))
AD_8 = Chain(
    "greedy_has_no_constant_factor",
    "AD-8",
    Max(Abs(e[i]), _down) ** 2,
    (
        Step(
            "=",
            (1 + delta) ** 2 * e[i] ** 2,
            "$M_i(k) - |e_i| = (1 + \\delta) |e_i| \\ge |e_i|$: any multiple of what greedy keeps",
        ),
    ),
    given=_pulled,
)

_carried = Fact("the drops add -(2 + delta) e_i", dropped(a[i, j]) + (2 + delta) * e[i], True)
CARRIED = Chain(
    "greedy_has_no_constant_factor",
    "AD-8",
    (y[i] - _kept) ** 2,
    (
        Step("=", (e[i] + dropped(a[i, j])) ** 2, "dropping adds $a_{ij}$ to $e_i$"),
        Step(
            "=",
            ((1 + delta) * e[i]) ** 2,
            "they carry the residual through zero, out to $-(1 + \\delta) e_i$",
            vanishing(_carried, delta * e[i] - dropped(a[i, j])),
        ),
    ),
    part="carried",
    assuming=(_carried,),
)

CHAINS = (AD_6, GREEDY, LINEARISED, AD_7, GAP, AD_8, CARRIED, BY_1, BY_2, BY_3, BY_9)
