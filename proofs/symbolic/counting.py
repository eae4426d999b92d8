"""How many features are dropped, how many units are flipped: counts as sums of brackets.

  CHAINS          == AD-4, AD-9 and ME-6
  tau             == tau_i, the threshold min(s_ik, 0) of Formula 14
  lowest, lower   == [j is among the k lowest products of sample i], ties by index; k + 1 lowest
  slope           == s_ij, the Jacobian of any divergence by the mask of unit j
  visit           == u_it, 1 if the t-th visit of Algorithm 1 flips a unit, else 0
  limit, most     == l and f = floor(l^2), the limit on the distance and the flips it allows

What is counted is a bracket [. > 0]. A count S is min(b, c) if S <= b, S <= c and one of both
is reached: the square of b + c - 2 S is that of b - c.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Min, Rational, Sum, Symbol

from proofs.symbolic.bounds import Bound, Fact, by, given, known, over, plus, root, times, vanishing
from proofs.symbolic.budgets import whole
from proofs.symbolic.checker import Chain, Step
from proofs.symbolic.method import bits
from proofs.symbolic.normal_form import NOTHING, Given
from proofs.symbolic.notation import (
    J,
    above,
    features,
    i,
    j,
    k,
    l,
    letter,
    m,
    mu,
    t,
)

__all__ = ["CHAINS", "limit", "lower", "lowest", "most", "slope", "tau", "visit"]

Expr = Any

tau, slope, visit = letter("tau"), letter("s"), letter("u")
lowest, lower = letter("b", nonnegative=True), letter("B", nonnegative=True)
limit = Symbol("l", nonnegative=True)
most = Symbol("f", nonnegative=True)

# AD-4: Formula 14 as printed drops where J_ij <= min(s_ik, 0).
_printed = 1 - above(J[i, j] - tau[i])
_k_low = Fact("k products are the k lowest", features(lowest[i, j]) - k, exact=True)
_next_low = Fact("k + 1 are the k + 1 lowest", features(lower[i, j]) - k - 1, exact=True)
_untied = Fact(
    "s_i(k+1) > tau_i: beyond the k lowest all are above", (1 - lowest[i, j]) * _printed, exact=True
)
_tied = Fact(
    "s_i(k+1) <= tau_i: none of the k + 1 lowest is above",
    lower[i, j] * above(J[i, j] - tau[i]),
    exact=True,
)
_some = Fact("B_ij <= 1", 1 - lower[i, j])

AD_4 = Chain(
    "printed_mask_overspends_on_ties",
    "AD-4",
    features(_printed),
    (
        Step(
            ">=",
            features(lower[i, j] * _printed),
            "$[u > 0] \\le 1$: counted among the $k + 1$ lowest only",
            over(times(given(_some), by("positive", J[i, j] - tau[i])), j),
        ),
        Step("=", features(lower[i, j]), "a tie below the threshold", vanishing(_tied, 1, j)),
        Step("=", k + 1, "one drop more than the budget", vanishing(_next_low, -1)),
    ),
    assuming=(_some, _tied, _next_low),
)

UNTIED = Chain(
    "printed_mask_overspends_on_ties",
    "AD-4",
    features(_printed),
    (
        Step(
            "=",
            features(lowest[i, j] * _printed),
            "what is not among the $k$ lowest is above the threshold",
            vanishing(_untied, -1, j),
        ),
        Step(
            "<=",
            features(lowest[i, j]),
            "$[u > 0] \\ge 0$",
            over(times(known(lowest[i, j]), known(above(J[i, j] - tau[i]))), j),
        ),
        Step("=", k + 0 * tau[i], "the budget", vanishing(_k_low, -1)),
    ),
    part="untied",
    assuming=(_untied, _k_low),
)


# AD-9: Formula 14 with ties broken; ME-6: Algorithm 1, printed and repaired.
def _smaller(
    done: Expr, useful: Expr, room: Expr, facts: tuple[Fact, ...], left: Bound, names: Given
) -> tuple[Step, ...]:
    """The number of what is done is the smaller of the room and the number of what is useful."""
    few, only, spent = facts
    count, most_useful = features(done), features(useful)
    product = plus(vanishing(spent, 4, j), vanishing(only, -4 * (room - count), j))
    rest = plus(given(few), over(times(left, known(useful)), j), vanishing(only, -1, j))
    return (
        Step(
            "=",
            (room + most_useful - Abs(room - most_useful)) / 2,
            "$S \\le b$, $S \\le c$ and $(b - S)(c - S) = 0$: so $b + c - 2 S = |b - c|$",
            times(
                known(Rational(1, 2)),
                root(product, rest, Abs(room - most_useful), names),
            ),
        ),
        Step("=", Min(room, most_useful), "$2 \\min(b, c) = b + c - |b - c|$"),
    )


_drop, _adverse = 1 - m[i, j], above(-J[i, j])
_budget = k - features(1 - m[i, l], l)
_DROPS = (
    Fact("at most k drops", k - features(_drop)),
    Fact("only what has J_ij < 0 is dropped", _drop * (1 - _adverse), exact=True),
    Fact("all k are dropped, or all that has J_ij < 0", _budget * m[i, j] * _adverse, exact=True),
)
AD_9 = Chain(
    "drops_are_capped_by_adverse_features",
    "AD-9",
    features(_drop),
    _smaller(_drop, _adverse, k, _DROPS, given(whole), NOTHING),
    assuming=(whole, *_DROPS),
)

_flip, _helps = (m[i, j] - mu[i, j]) ** 2, above((1 - 2 * mu[i, j]) * slope[i, j])
_only = Fact("only units whose flip helps are flipped", _flip * (1 - _helps), exact=True)


def _algorithm(room: Expr, text: str, part: str = "") -> Chain:
    """Algorithm 1, which may flip so many units."""
    done = features((m[i, l] - mu[i, l]) ** 2, l)
    spent = (room - done) * (1 - _flip) * _helps
    facts = (
        Fact(text, room - features(_flip)),
        _only,
        Fact("it ends there, or when all that helps is flipped", spent, exact=True),
    )
    same = known((1 - m[i, j] - mu[i, j]) ** 2)  # 1 - (m - mu)^2 for zeros and ones
    return Chain(
        "algorithm_1_overshoots_by_one_flip",
        "ME-6",
        features(_flip),
        _smaller(_flip, _helps, room, facts, same, bits),
        part=part,
        given=bits,
        assuming=facts,
    )


ME_6 = _algorithm(most + 1, "at most floor(l^2) flips when it tests, and one after the test")
REPAIRED = _algorithm(most, "at most floor(l^2) flips: the flip itself is tested", "repaired")

_flips = Sum(visit[i, t], (t, 1, k))
_before = Fact("so far at most l^2 + 1 flips", limit**2 + 1 - _flips)
_tested = Fact("no flip without a test that is passed", visit[i, k + 1] * (limit**2 - _flips))
_once = Fact("u_i(k+1) <= 1", 1 - visit[i, k + 1])
_VISIT = Step("=", _flips + visit[i, k + 1], "visit $k + 1$ flips a unit, or none")

STEP = Chain(
    "algorithm_1_overshoots_by_one_flip",
    "ME-6",
    Sum(visit[i, t], (t, 1, k + 1)),
    (
        _VISIT,
        Step(
            "<=",
            limit**2 + 1,
            "$u (l^2 - F) + (1 - u)(l^2 + 1 - F) \\ge 0$: the bound survives a visit",
            plus(given(_tested), times(given(_once), given(_before))),
        ),
    ),
    part="visit",
    assuming=(_before, _tested, _once),
)

CHAINS = (AD_4, UNTIED, AD_9, ME_6, REPAIRED, STEP)
