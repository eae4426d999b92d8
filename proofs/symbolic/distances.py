"""Distances between masks, and what a limit on them allows.

  CHAINS      == AD-5 and ME-7
  d           == d_i >= 0, the Euclidean distance of two masks
  wide        == the budget min(k^2, D) that the Euclidean constraint allows

A layer of H units is a sample with D = H features here, and delta D the limit of Formula 3.
Equivalences are stated as identities whose other factor is positive, and as a bound for each
direction.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Symbol, sign

from proofs.symbolic.bounds import Fact, given, known, over, plus, root, times, vanishing
from proofs.symbolic.checker import Chain, Step
from proofs.symbolic.dropout import P, dropped, on_side
from proofs.symbolic.method import bits, expansion
from proofs.symbolic.notation import D, a, delta, e, features, i, j, k, letter, m, mu

__all__ = ["CHAINS", "d", "wide"]

Expr = Any

d = letter("d", nonnegative=True)
wide = Symbol("k'", integer=True, positive=True)

# AD-5: the distance from all ones.
_drops = features(1 - m[i, j])
_from_ones = features((m[i, j] - 1) ** 2)
_distance = Fact("d_i is the distance of m_i from all ones", d[i] ** 2 - _from_ones, exact=True)
_close = Fact("d_i <= k", k - d[i])
_few = Fact("at most k^2 drops", k**2 - _drops)
_SQUARED = Step("=", _from_ones, "$1 - m = (m - 1)^2$ for $m \\in \\{0, 1\\}$")

AD_5 = Chain(
    "euclidean_budget_allows_squared_flips",
    "AD-5",
    k**2 - _drops,
    (
        Step("=", k**2 - _from_ones, _SQUARED.reason),
        Step("=", k**2 - d[i] ** 2, "the distance, squared", vanishing(_distance, -1)),
        Step("=", (k - d[i]) * (k + d[i]), "$k + d_i > 0$, so both sides have one sign"),
    ),
    given=bits,
    assuming=(_distance,),
)

NEAR = Chain(
    "euclidean_budget_allows_squared_flips",
    "AD-5",
    _drops,
    (
        _SQUARED,
        Step("=", d[i] ** 2, "the distance, squared", vanishing(_distance)),
        Step("<=", k**2, "$d_i \\le k$", times(known(k + d[i]), given(_close))),
    ),
    part="near",
    given=bits,
    assuming=(_distance, _close),
)

FEW = Chain(
    "euclidean_budget_allows_squared_flips",
    "AD-5",
    d[i],
    (
        Step(
            "<=",
            0 * delta + k,
            "$d_i^2 \\le k^2$ and $k \\ge 0$",
            root(plus(given(_few), vanishing(_distance, -1)), k, d[i], bits),
        ),
    ),
    part="few",
    given=bits,
    assuming=(_distance, _few),
)

_wide_drops = features((1 - mu[i, j]) * a[i, j])
_wide_side = Fact(
    "the k' = min(k^2, D) most valuable drops add sg(e_i) P_i(k')",
    _wide_drops - sign(e[i]) * P[i, wide],
    exact=True,
)
MISSED = Chain(
    "euclidean_budget_allows_squared_flips",
    "AD-5",
    expansion(mu) - expansion(m),
    (
        Step("=", 2 * e[i] * (_wide_drops - dropped(a[i, j])), "$J_{ij} = -2 e_i a_{ij}$"),
        Step(
            "=",
            2 * Abs(e[i]) * P[i, wide] - 2 * e[i] * dropped(a[i, j]),
            "the mask that spends $k'$ drops",
            vanishing(_wide_side, -2 * e[i]),
        ),
        Step(
            "=",
            2 * Abs(e[i]) * (P[i, wide] - P[i, k]),
            "Formula 14, ties broken, spends $k$",
            vanishing(on_side, 2 * e[i]),
        ),
    ),
    part="missed",
    assuming=(on_side, _wide_side),
)

# ME-7: the distance of any two masks.
_apart = features((m[i, j] - mu[i, j]) ** 2)
_limit = delta * D
_between = Fact("d_i is the distance of both masks", d[i] ** 2 - _apart, exact=True)
_void = Fact("delta >= 1 / sqrt(D)", delta**2 * D - 1)
_opposite = Fact("opposite masks: m_ij + mu_ij = 1", m[i, j] + mu[i, j] - 1, exact=True)
_within = Fact("the limit allows both masks", _limit**2 - _apart)

ME_7 = Chain(
    "euclidean_limit_is_void_from_inverse_root",
    "ME-7",
    _apart,
    (
        Step(
            "<=",
            0 * delta + D,
            "$1 - (m - \\mu)^2 = (1 - m - \\mu)^2$: no more units differ than there are",
            over(known((1 - m[i, j] - mu[i, j]) ** 2), j),
        ),
        Step("<=", _limit**2, "$\\delta^2 D \\ge 1$", times(known(D), given(_void))),
    ),
    given=bits,
    assuming=(_void,),
)

NEEDED = Chain(
    "euclidean_limit_is_void_from_inverse_root",
    "ME-7",
    D * (delta**2 * D - 1),
    (
        Step("=", _limit**2 - D, "of one sign with $\\delta^2 D - 1$, as $D > 0$"),
        Step(
            "=",
            _limit**2 - _apart,
            "opposite masks differ in every unit",
            vanishing(_opposite, m[i, j] + mu[i, j] - 1, j),
        ),
        Step(">=", 0 * delta, "the limit excludes no mask", given(_within)),
    ),
    part="needed",
    given=bits,
    assuming=(_opposite, _within),
)

ALLOWED = Chain(
    "euclidean_limit_is_void_from_inverse_root",
    "ME-7",
    _limit**2 - features(m[i, j] + mu[i, j] - 2 * m[i, j] * mu[i, j]),
    (
        Step("=", _limit**2 - _apart, "$m^2 = m$: the number of flips is a squared distance"),
        Step("=", _limit**2 - d[i] ** 2, "the distance", vanishing(_between, -1)),
        Step(
            "=",
            (_limit - d[i]) * (_limit + d[i]),
            "so the limit on $d_i$ is one of $(\\delta D)^2$ flips",
        ),
    ),
    part="flips",
    given=bits,
    assuming=(_between,),
)

CHAINS = (AD_5, NEAR, FEW, MISSED, ME_7, NEEDED, ALLOWED)
