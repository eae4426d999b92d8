"""The exact worst case over balls of perturbations, and what follows from it.

  CHAINS     == AT-5, AT-6, NB-3 and BY-10 (the l1 ball)
  r, s       == a perturbation r_ij, and s_i = sum_j r_ij w_j, what it takes from e_i
  reach      == |e_i| + delta |w|_1, whose square is the worst case in the l_inf ball
  norm       == the l2 norm of w; largest == its l_inf norm
  v, f       == other weights, and their residuals f_i = y_i - sum_j x_ij v_j

Bounds are over all perturbations in the ball; "attained" parts give one that reaches it.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Rational, Symbol, sign

from proofs.symbolic.bounds import Bound, Fact, by, given, known, over, plus, root, times, vanishing
from proofs.symbolic.checker import Chain, Step
from proofs.symbolic.normal_form import Given
from proofs.symbolic.notation import (
    Naming,
    delta,
    e,
    features,
    i,
    j,
    l,
    l1,
    letter,
    nonzero,
    samples,
    side,
    w,
    x,
    y,
)

__all__ = ["CHAINS", "f", "largest", "norm", "r", "reach", "s", "v"]

Expr = Any

r, s, v, f = (letter(name) for name in ("r", "s", "v", "f"))
norm = Symbol(r"\|w\|_2", nonnegative=True)
largest = Symbol(r"\|w\|_\infty", nonnegative=True)

_moved = Given((Naming(s[i], features(r[i, j] * w[j])),))
_two = Given((Naming(f[i], e[i] + features(x[i, j] * (w[j] - v[j]))),))
_attacked = (y[i] - features((x[i, j] + r[i, j]) * w[j])) ** 2
_size = Abs(e[i]) + Abs(s[i])
_to_sizes = times(known(2), by("product", e[i], -s[i]))

# AT-5: the l_inf ball.
_in_ball = Fact("|r_ij| <= delta", delta - Abs(r[i, j]))
_hoelder = features(Abs(r[i, j]) * Abs(w[j]))
reach = Abs(e[i]) + delta * l1()

_NAMED = Step("=", (e[i] - s[i]) ** 2, "$s_i = \\sum_j r_{ij} w_j$")
_SIZES = Step("<=", _size**2, "$-e_i s_i \\le |e_i| |s_i|$", _to_sizes)

AT_5 = Chain(
    "fgsm_is_worst_case_iff_no_zero_residual",
    "AT-5",
    _attacked,
    (
        _NAMED,
        _SIZES,
        Step(
            "<=",
            (Abs(e[i]) + _hoelder) ** 2,
            "$|s_i| = \\sum_j \\mathrm{sg}(s_i) r_{ij} w_j \\le \\sum_j |r_{ij} w_j|$",
            times(
                known(_size + Abs(e[i]) + _hoelder),
                over(by("sign", s[i], r[i, j] * w[j]), j),
            ),
        ),
        Step(
            "<=",
            reach**2,
            'H\\"older: $|r_{ij}| |w_j| \\le \\delta |w_j|$',
            times(
                known(2 * Abs(e[i]) + _hoelder + delta * l1()),
                over(times(known(Abs(w[j])), given(_in_ball)), j),
            ),
        ),
    ),
    given=_moved,
    assuming=(_in_ball,),
)

_worst_step = -delta * side(e[i]) * sign(w[j])
ATTAINED = Chain(
    "fgsm_is_worst_case_iff_no_zero_residual",
    "AT-5",
    (y[i] - features((x[i, j] + _worst_step) * w[j])) ** 2,
    (
        Step("=", (e[i] + delta * side(e[i]) * l1()) ** 2, "$\\mathrm{sg}(w_j) w_j = |w_j|$"),
        Step("=", reach**2, "$e_i = \\mathrm{side}(e_i) |e_i|$ and $\\mathrm{side}^2 = 1$"),
    ),
    part="attained",
)

MISSED = Chain(
    "fgsm_is_worst_case_iff_no_zero_residual",
    "AT-5",
    samples(reach**2) - samples(nonzero(e[i]) * reach**2),
    (
        Step("=", samples(reach**2 - nonzero(e[i]) * reach**2), "sample by sample"),
        Step(
            "=",
            delta**2 * l1() ** 2 * samples(1 - nonzero(e[i])),
            "$(1 - [u \\ne 0])\\,u = 0$",
        ),
    ),
    part="missed",
)

# AT-6: the worst case is convex.
_middle = (w[j] + v[j]) / 2
_sizes = (Abs(e[i]) + Abs(f[i])) / 2
_norms = features(Abs(w[j]) + Abs(v[j])) / 2
_other = Abs(f[i]) + delta * l1(v)
_half = Rational(1, 2)

AT_6 = Chain(
    "ball_worst_case_is_convex_fgsm_is_not",
    "AT-6",
    (Abs(y[i] - features(x[i, j] * _middle)) + delta * features(Abs(_middle))) ** 2,
    (
        Step(
            "=",
            (Abs(e[i] + f[i]) / 2 + delta * features(Abs(w[j] + v[j])) / 2) ** 2,
            "residuals are affine in the weights: $f_i = y_i - x_i^\\top v$",
        ),
        Step(
            "<=",
            (_sizes + delta * features(Abs(w[j] + v[j])) / 2) ** 2,
            "$|e_i + f_i| \\le |e_i| + |f_i|$",
            times(
                known(_sizes + Abs(e[i] + f[i]) / 2 + delta * features(Abs(w[j] + v[j]))),
                by("triangle", e[i], f[i]),
                known(_half),
            ),
        ),
        Step(
            "<=",
            (_sizes + delta * _norms) ** 2,
            "$|w_j + v_j| \\le |w_j| + |v_j|$",
            times(
                known(2 * _sizes + delta * _norms + delta * features(Abs(w[j] + v[j])) / 2),
                known(delta / 2),
                over(by("triangle", w[j], v[j]), j),
            ),
        ),
        Step(
            "<=",
            reach**2 / 2 + _other**2 / 2,
            "the square is convex: $(s - t)^2 \\ge 0$",
            known((reach - _other) ** 2 / 4),
        ),
    ),
    given=_two,
)

# NB-3 and BY-10: the l2 and the l1 ball.
_l2_ball = Fact("sum_j r_ij^2 <= delta^2", delta**2 - features(r[i, j] ** 2))
_length = Fact("|w|_2^2 = sum_j w_j^2", features(w[j] ** 2) - norm**2, exact=True)
_cauchy: Bound = plus(
    times(known(norm**2), given(_l2_ball)),
    vanishing(_length, -features(r[i, j] ** 2)),
    times(known(_half), over(known((r[i, j] * w[l] - r[i, l] * w[j]) ** 2), j, l)),
)

NB_3 = Chain(
    "l2_ball_adds_norm_inside_the_square",
    "NB-3",
    _attacked,
    (
        _NAMED,
        _SIZES,
        Step(
            "<=",
            (Abs(e[i]) + delta * norm) ** 2,
            "Cauchy and Schwarz: $s_i^2 \\le \\sum_j r_{ij}^2 \\sum_j w_j^2$",
            times(
                known(_size + Abs(e[i]) + delta * norm),
                root(_cauchy, delta * norm, Abs(s[i]), _moved),
            ),
        ),
    ),
    given=_moved,
    assuming=(_l2_ball, _length),
)

_along = (norm * y[i] - features((norm * x[i, j] - delta * side(e[i]) * w[j]) * w[j])) ** 2
ALONG = Chain(
    "l2_ball_adds_norm_inside_the_square",
    "NB-3",
    _along,
    (
        Step(
            "=",
            (norm * e[i] + delta * side(e[i]) * norm**2) ** 2,
            "$\\sum_j w_j^2 = \\|w\\|_2^2$",
            vanishing(
                _length,
                -delta
                * side(e[i])
                * (2 * norm * e[i] + delta * side(e[i]) * (norm**2 + features(w[j] ** 2))),
            ),
        ),
        Step(
            "=",
            norm**2 * (Abs(e[i]) + delta * norm) ** 2,
            "$e_i = \\mathrm{side}(e_i) |e_i|$ and $\\mathrm{side}^2 = 1$",
        ),
    ),
    part="attained",
    assuming=(_length,),
)

_l1_ball = Fact("sum_j |r_ij| <= delta", delta - features(Abs(r[i, j])))
_entries = Fact("|w_j| <= |w|_inf", largest - Abs(w[j]))

BY_10 = Chain(
    "row_and_column_attacks_differ",
    "BY-10",
    _attacked,
    (
        _NAMED,
        _SIZES,
        Step(
            "<=",
            (Abs(e[i]) + _hoelder) ** 2,
            "$|s_i| \\le \\sum_j |r_{ij} w_j|$",
            AT_5.steps[2].because,
        ),
        Step(
            "<=",
            (Abs(e[i]) + delta * largest) ** 2,
            'H\\"older: $\\sum_j |r_{ij}| |w_j| \\le \\|w\\|_\\infty \\sum_j |r_{ij}|$',
            times(
                known(2 * Abs(e[i]) + _hoelder + delta * largest),
                plus(
                    over(times(known(Abs(r[i, j])), given(_entries)), j),
                    times(known(largest), given(_l1_ball)),
                ),
            ),
        ),
    ),
    given=_moved,
    part="l1_ball",
    assuming=(_l1_ball, _entries),
)

CHAINS = (AT_5, ATTAINED, MISSED, AT_6, NB_3, ALONG, BY_10)
