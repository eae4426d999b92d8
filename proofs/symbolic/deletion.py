"""Feature deletion: the worst dropout is the better of two one-sided deletions.

  CHAINS              == NB-4
  direction           == varsigma_i, 1 or -1: deletions that push e_i up, or down
  onwards, backwards  == A_i, B_i: k theta_i + sum_j (varsigma_i a_ij - theta_i)_+ of either

What is deleted adds at most that, for every threshold theta_i >= 0, and just that for one.
"""

from __future__ import annotations

from typing import Any

from sympy import Max

from proofs.symbolic.bounds import Fact, by, given, plus, times, vanishing
from proofs.symbolic.budgets import fraction, theta, whole
from proofs.symbolic.checker import Chain, Step
from proofs.symbolic.dropout import dropped
from proofs.symbolic.notation import a, e, features, i, j, k, letter, m, w, x, y
from proofs.symbolic.selection import excess, few, thresholded

__all__ = ["CHAINS", "backwards", "direction", "onwards"]

Expr = Any

direction, onwards, backwards = letter("varsigma"), letter("A"), letter("B")
_kept = features(m[i, j] * x[i, j] * w[j])
_on = Fact("the deletions add at most A_i to e_i", onwards[i] - dropped(a[i, j]))
_back = Fact("they take at most B_i from it", backwards[i] + dropped(a[i, j]))
_up, _down = e[i] + onwards[i], backwards[i] - e[i]
NB_4 = Chain(
    "worst_dropout_is_feature_deletion",
    "NB-4",
    (y[i] - _kept) ** 2,
    (
        Step("=", (e[i] + dropped(a[i, j])) ** 2, "dropping adds $a_{ij}$ to $e_i$"),
        Step(
            "<=",
            Max(_up, _down) ** 2,
            "both $\\max \\mp (e_i + t)$ are at least 0, for $-B_i \\le t \\le A_i$",
            times(
                plus(by("first of two", _up, _down), given(_on)),
                plus(by("second of two", _up, _down), given(_back)),
            ),
        ),
    ),
    assuming=(_on, _back),
)

_value = direction[i] * a[i, j]
_dual = k * theta[i] + features(excess(_value, theta[i]))
DELETED = Chain(
    "worst_dropout_is_feature_deletion",
    "NB-4",
    dropped(_value),
    (
        Step(
            "<=",
            _dual,
            "a threshold bounds what at most $k$ drops add",
            thresholded(_value, theta[i], (fraction, whole, few)),
        ),
    ),
    part="bound",
    assuming=(fraction, whole, few),
)

_full = Fact("theta_i = 0, or all k are dropped", theta[i] * (k - features(1 - m[i, j])), True)
_high = Fact(
    "nothing below the threshold is dropped",
    (1 - m[i, j]) * (excess(_value, theta[i]) - _value + theta[i]),
    True,
)
_none = Fact("nothing above the threshold is kept", m[i, j] * excess(_value, theta[i]), True)
REACHED = Chain(
    "worst_dropout_is_feature_deletion",
    "NB-4",
    direction[i] * (y[i] - _kept),
    (
        Step("=", direction[i] * e[i] + dropped(_value), "dropping adds $a_{ij}$ to $e_i$"),
        Step(
            "=",
            direction[i] * e[i] + _dual,
            "the $k$ largest are dropped, down to the threshold",
            plus(vanishing(_full), vanishing(_high, 1, j), vanishing(_none, 1, j)),
        ),
    ),
    part="attained",
    assuming=(_full, _high, _none),
)

CHAINS = (NB_4, DELETED, REACHED)
