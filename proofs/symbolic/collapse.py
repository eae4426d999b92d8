"""The full budget, and the exact worst case as an objective: convexity, collapse to zero.

  CHAINS     == AD-14, AD-15 and BY-5
  worst      == L_i, the largest loss of sample i over the masks of the budget
  v, other   == other weights, and the largest losses R_i there

Masks may be fractions in bounds, as in `budgets`.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Max, Rational

from proofs.symbolic.bounds import Fact, by, given, known, over, plus, times, vanishing
from proofs.symbolic.budgets import fraction, whole
from proofs.symbolic.checker import Chain, Step
from proofs.symbolic.dropout import dropped, v, worst
from proofs.symbolic.notation import (
    a,
    e,
    features,
    i,
    j,
    letter,
    m,
    positive_part,
    samples,
    w,
    x,
    y,
)

__all__ = ["CHAINS", "other", "v", "worst"]

Expr = Any

other = letter("R")
_kept = features(m[i, j] * x[i, j] * w[j])

# BY-5: the full budget.
_one_way = e[i] + features(positive_part(a[i, j]))
_other_way = features(positive_part(-a[i, j])) - e[i]
_halved = Abs(y[i] - features(x[i, j] * w[j]) / 2)
BY_5 = Chain(
    "full_budget_is_training_on_halved_design",
    "BY-5",
    Max(_one_way, _other_way) ** 2,
    (
        Step(
            "=",
            ((_one_way + _other_way + Abs(_one_way - _other_way)) / 2) ** 2,
            "$2 \\max(u, v) = u + v + |u - v|$",
        ),
        Step(
            "=",
            (features(Abs(a[i, j])) / 2 + Abs(2 * e[i] + features(a[i, j])) / 2) ** 2,
            "$(u)_+ + (-u)_+ = |u|$ and $(u)_+ - (-u)_+ = u$",
        ),
        Step(
            "=",
            (_halved + features(Abs(a[i, j])) / 2) ** 2,
            "$e_i = y_i - x_i^\\top w$",
        ),
        Step(
            "=",
            (_halved + features(Abs(x[i, j]) / 2 * Abs(w[j]))) ** 2,
            "training on $x_i / 2$, with the radius $|x_{ij}| / 2$ for every entry",
        ),
    ),
)
FULL = Chain(
    "full_budget_is_training_on_halved_design",
    "BY-5",
    (y[i] - _kept) ** 2,
    (
        Step("=", (e[i] + dropped(a[i, j])) ** 2, "dropping adds $a_{ij}$ to $e_i$"),
        Step(
            "<=",
            Max(_one_way, _other_way) ** 2,
            "$-\\sum_j (-a_{ij})_+ \\le \\sum_j (1 - m_{ij}) a_{ij} \\le \\sum_j (a_{ij})_+$",
            times(
                plus(
                    by("first of two", _one_way, _other_way),
                    over(times(given(fraction), by("first of two", a[i, j], 0 * w[j])), j),
                    over(times(given(whole), known(positive_part(a[i, j]))), j),
                ),
                plus(
                    by("second of two", _one_way, _other_way),
                    over(times(given(fraction), by("first of two", -a[i, j], 0 * w[j])), j),
                    over(times(given(whole), known(positive_part(-a[i, j]))), j),
                ),
            ),
        ),
    ),
    part="bound",
    assuming=(fraction, whole),
)

# AD-14 and AD-15: convexity and collapse.
_at_w, _at_v = y[i] - _kept, y[i] - features(m[i, j] * x[i, j] * v[j])
_largest_w = Fact("L_i is the largest loss of sample i at w", worst[i] - _at_w**2)
_largest_v = Fact("R_i is the largest loss of sample i at v", other[i] - _at_v**2)
AD_14 = Chain(
    "exact_dropout_is_convex_greedy_is_not",
    "AD-14",
    (y[i] - features(m[i, j] * x[i, j] * (w[j] + v[j]) / 2)) ** 2,
    (
        Step("=", ((_at_w + _at_v) / 2) ** 2, "residuals are affine in the weights"),
        Step(
            "<=",
            _at_w**2 / 2 + _at_v**2 / 2,
            "the square is convex: $(s - t)^2 \\ge 0$",
            known((_at_w - _at_v) ** 2 / 4),
        ),
        Step(
            "<=",
            worst[i] / 2 + other[i] / 2,
            "the same mask is allowed at both ends",
            times(known(Rational(1, 2)), plus(given(_largest_w), given(_largest_v))),
        ),
    ),
    assuming=(_largest_w, _largest_v),
)

_balanced = Fact("balance: sum_i y_i m_ij x_ij = 0", samples(y[i] * m[i, j] * x[i, j]), True)
AD_15 = Chain(
    "zero_is_worst_case_optimal_iff_balanced",
    "AD-15",
    samples(worst[i]),
    (
        Step(
            ">=",
            samples(_at_w**2),
            "masks may be fractions (BY-1), here those that balance",
            over(given(_largest_w), i),
        ),
        Step(
            ">=",
            samples(y[i] ** 2 - 2 * y[i] * _kept),
            "$(\\sum_j m_{ij} x_{ij} w_j)^2 \\ge 0$",
            over(known(_kept**2), i),
        ),
        Step(
            "=",
            samples(y[i] ** 2) - 2 * features(samples(y[i] * m[i, j] * x[i, j]) * w[j]),
            "sums are exchanged",
        ),
        Step("=", samples(y[i] ** 2), "balance", vanishing(_balanced, 2 * w[j], j)),
    ),
    assuming=(_largest_w, _balanced),
)

CHAINS = (AD_14, AD_15, BY_5, FULL)
