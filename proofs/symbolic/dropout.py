"""Adversarial dropout: the derivations of Formula 16 and of its terms.

  CHAINS          == AD-1, AD-2, AD-3, AD-10, AD-12, AD-13 and BY-4
  c, v            == scales c_j > 0 of the features; other weights
  rescaled        == what is predicted from rescaled data by weights v
  worst           == L_i, the largest loss of sample i over the masks of the budget
  P               == P_i(k), the sum of the k largest of (sg(e_i) a_ij)_+
  masked          == Formula 15 under any masks
  dropped(t, j)   == sum_j (1 - m_ij) t_ij, over what is dropped
  on_side         == the chains' assumption on Formula 14's masks with ties broken: what is
                     dropped adds up to sg(e_i) P_i(k)

Chains that need it assume what Formula 14 drops, and say so; the others hold for any masks.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, sign

from proofs.symbolic.bounds import Fact, given, over, plus, vanishing
from proofs.symbolic.checker import Chain, Step
from proofs.symbolic.notation import (
    J,
    a,
    delta,
    e,
    features,
    g,
    i,
    j,
    k,
    l,
    l1,
    letter,
    m,
    nonzero,
    samples,
    w,
    x,
    y,
)
from proofs.symbolic.training import loss

__all__ = ["CHAINS", "P", "c", "dropped", "masked", "on_side", "rescaled", "v", "worst"]

Expr = Any

P = letter("P", nonnegative=True)
c = letter("c", positive=True)
v = letter("v")
worst = letter("L")

masked = samples((y[i] - features(m[i, j] * x[i, j] * w[j])) ** 2)


def dropped(term: Expr, index: Expr = j) -> Expr:
    """The sum over the features of sample i that are dropped."""
    return features((1 - m[i, index]) * term, index)


_added = dropped(a[i, j])
_first = samples(dropped(Abs(x[i, j] * g[i, j])))
_gamma = samples((1 - m[i, j]) * x[i, j] * (1 - m[i, l]) * x[i, l])
_third = features(features(w[j] * _gamma * w[l], l))

_lowering = Fact(
    "Formula 14 drops only where x_ij g_ij <= 0",
    (1 - m[i, j]) * (Abs(J[i, j]) + J[i, j]),
    exact=True,
)
on_side = Fact(
    "with ties broken, what Formula 14 drops adds sg(e_i) P_i(k)",
    _added - sign(e[i]) * P[i, k],
    exact=True,
)

_SPLIT = (
    Step("=", samples((e[i] + _added) ** 2), "dropping adds $a_{ij} = x_{ij} w_j$ to $e_i$"),
    Step(
        "=",
        loss + 2 * samples(e[i] * _added) + samples(_added**2),
        "the square is multiplied out",
    ),
    Step(
        "=",
        loss - samples(dropped(x[i, j] * g[i, j])) + samples(_added**2),
        "$x_{ij} g_{ij} = -2 e_i a_{ij}$",
    ),
    Step(
        "=",
        loss - samples(dropped(x[i, j] * g[i, j])) + _third,
        "the square of a sum is a sum over pairs",
    ),
)

AD_1 = Chain("dropout_objective_splits_in_three", "AD-1", masked, _SPLIT, part="any_mask")

FORMULA_16 = Chain(
    "dropout_objective_splits_in_three",
    "AD-1",
    masked,
    (
        *_SPLIT,
        Step(
            "=",
            loss + _first + _third,
            "Formula 14 drops only where $x_{ij} g_{ij} \\le 0$",
            vanishing(_lowering, 1, j, i),
        ),
    ),
    assuming=(_lowering,),
)

AD_2 = Chain(
    "gamma_add_term_is_squared_sum",
    "AD-2",
    _third,
    (
        Step("=", samples(_added**2), "a sum over pairs is the square of a sum"),
        Step(
            "=",
            samples(nonzero(e[i]) * P[i, k] ** 2),
            "with ties broken, what is dropped adds $\\mathrm{sg}(e_i) P_i(k)$",
            vanishing(on_side, -_added - sign(e[i]) * P[i, k], i),
        ),
    ),
    assuming=(on_side,),
)

AD_3 = Chain(
    "greedy_loss_has_closed_form",
    "AD-3",
    masked,
    (
        _SPLIT[0],
        Step(
            "=",
            samples((e[i] + sign(e[i]) * P[i, k]) ** 2),
            "with ties broken, what is dropped adds $\\mathrm{sg}(e_i) P_i(k)$",
            vanishing(on_side, -2 * e[i] - _added - sign(e[i]) * P[i, k], i),
        ),
        Step(
            "=",
            samples(nonzero(e[i]) * (Abs(e[i]) + P[i, k]) ** 2),
            "$e_i = \\mathrm{sg}(e_i) |e_i|$ and $\\mathrm{sg}(u)^2 = [u \\ne 0]$",
        ),
    ),
    assuming=(on_side,),
)

_everything = Fact("Formula 14 as printed drops all where e_i = 0", m[i, j], exact=True)
_kept = features(m[i, j] * x[i, j] * w[j])
AT_ZERO = Chain(
    "greedy_loss_has_closed_form",
    "AD-3",
    (y[i] - _kept) ** 2,
    (
        Step(
            "=",
            y[i] ** 2,
            "as printed, everything is dropped where $e_i = 0$",
            vanishing(_everything, x[i, j] * w[j] * (2 * y[i] - _kept), j),
        ),
    ),
    part="printed_at_zero",
    assuming=(_everything,),
)

_nothing = Fact("no budget: m_ij = 1", 1 - m[i, j], exact=True)
AD_10 = Chain(
    "penalty_vanishes_without_budget",
    "AD-10",
    _first + _third,
    (
        Step("=", _first + samples(_added**2), "the square of a sum is a sum over pairs"),
        Step(
            "=",
            0 * delta,
            "nothing is dropped",
            vanishing(_nothing, -Abs(J[i, j]) - _added * a[i, j], j, i),
        ),
    ),
    assuming=(_nothing,),
)

AD_12 = Chain(
    "l1_term_is_not_a_norm",
    "AD-12",
    _first,
    (
        Step(
            "=",
            -samples(dropped(J[i, j])),
            "Formula 14 drops only where $x_{ij} g_{ij} \\le 0$",
            vanishing(_lowering, -1, j, i),
        ),
        Step("=", 2 * samples(e[i] * _added), "$J_{ij} = -2 e_i a_{ij}$"),
        Step(
            "=",
            2 * samples(Abs(e[i]) * P[i, k]),
            "with ties broken, what is dropped adds $\\mathrm{sg}(e_i) P_i(k)$",
            vanishing(on_side, -2 * e[i], i),
        ),
    ),
    assuming=(_lowering, on_side),
)

_same = Fact("weights are rescaled against the data: c_j v_j = w_j", c[j] * v[j] - w[j], exact=True)
rescaled = features(m[i, j] * c[j] * x[i, j] * v[j])
AD_13 = Chain(
    "dropout_is_scale_free_training_is_not",
    "AD-13",
    samples((y[i] - rescaled) ** 2),
    (
        Step(
            "=",
            masked,
            "$c_j x_{ij} v_j = x_{ij} w_j$, under every mask",
            over(vanishing(_same, m[i, j] * x[i, j] * (2 * y[i] - rescaled - _kept), j), i),
        ),
    ),
    assuming=(_same,),
)

_before = Abs(e[i]) + delta * l1()
_scaled = features(c[j] * Abs(w[j]))
TRAINING = Chain(
    "dropout_is_scale_free_training_is_not",
    "AD-13",
    (Abs(e[i]) + delta * features(Abs(c[j] * w[j]))) ** 2 - _before**2,
    (
        Step(
            "=",
            delta * (_scaled - l1()) * (2 * Abs(e[i]) + delta * _scaled + delta * l1()),
            "a difference of squares, and $c_j > 0$",
        ),
    ),
    part="training",
)

_allowed = Fact("L_i is the largest loss of sample i", worst[i] - (y[i] - _kept) ** 2)
_off_support = Fact("the mask drops the support of w", m[i, j] * w[j], exact=True)
BY_4 = Chain(
    "sparse_weights_cannot_win",
    "BY-4",
    samples(worst[i]),
    (
        Step(
            ">=",
            masked,
            "one mask that the budget allows",
            over(given(_allowed), i),
        ),
        Step(
            "=",
            samples(y[i] ** 2),
            "$\\|w\\|_0 \\le k$: its whole support may be dropped",
            plus(over(vanishing(_off_support, x[i, j] * (2 * y[i] - _kept), j), i)),
        ),
    ),
    assuming=(_allowed, _off_support),
)

CHAINS = (FORMULA_16, AD_1, AD_2, AD_3, AT_ZERO, AD_10, AD_12, AD_13, TRAINING, BY_4)
