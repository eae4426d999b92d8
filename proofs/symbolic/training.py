"""Adversarial training: the derivations of Formula 13, its closed forms and its rate.

  CHAINS        == AT-1 (and the gradient it rests on), AT-2, AT-3, AT-4, AT-7 and AT-9
  formula_12(d) == the FGSM objective at radius d
  loss          == l(w)
  active        == the number of non-zero residuals

Where a residual is zero its signs are zero, too: the printed step attacks nothing there.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Derivative, Rational, sign

from proofs.symbolic.bounds import known, over, times
from proofs.symbolic.checker import Chain, Step
from proofs.symbolic.notation import (
    delta,
    e,
    features,
    g,
    i,
    j,
    l,
    l1,
    n,
    nonzero,
    p,
    pairs,
    q,
    samples,
    w,
    x,
    y,
)

__all__ = ["CHAINS", "active", "formula_12", "loss"]

Expr = Any

loss = samples(e[i] ** 2)
active = samples(nonzero(e[i]))
_signs = features(sign(g[i, j]) * w[j])
_gamma = samples(sign(g[i, j]) * sign(g[i, l]))
_first = pairs(Abs(delta * g[i, j]))
_third = delta**2 * features(features(w[j] * _gamma * w[l], l))


def formula_12(radius: Expr) -> Expr:
    """sum_i (y_i - (x_i + radius sg(g_i))' w)^2."""
    return samples((y[i] - features((x[i, j] + radius * sign(g[i, j])) * w[j])) ** 2)


def _closed(radius: Expr) -> Expr:
    return samples(nonzero(e[i]) * (Abs(e[i]) + radius * l1()) ** 2)


def _penalty(radius: Expr) -> Expr:
    return 2 * radius * l1() * samples(Abs(e[i])) + radius**2 * active * l1() ** 2


_moved = samples((e[i] - delta * _signs) ** 2)

AT_1 = Chain(
    "fgsm_objective_splits_in_three",
    "AT-1",
    formula_12(delta),
    (
        Step("=", _moved, "the residual is $e_i = y_i - x_i^\\top w$"),
        Step(
            "=",
            loss - 2 * delta * samples(e[i] * _signs) + delta**2 * samples(_signs**2),
            "the square is multiplied out",
        ),
        Step(
            "=",
            loss + delta * pairs(sign(g[i, j]) * g[i, j]) + delta**2 * samples(_signs**2),
            "$g_{ij} = -2 e_i w_j$",
        ),
        Step(
            "=",
            loss + _first + delta**2 * samples(_signs**2),
            "$u\\,\\mathrm{sg}(u) = |u|$ and $\\delta \\ge 0$",
        ),
        Step("=", loss + _first + _third, "the square of a sum is a sum over pairs"),
    ),
)

GRADIENT = Chain(
    "fgsm_objective_splits_in_three",
    "AT-1",
    Derivative(samples((y[n] - features(x[n, j] * w[j])) ** 2, n), x[i, l]),
    (
        Step(
            "=",
            -2 * (y[i] - features(x[i, j] * w[j])) * w[l],
            "$\\partial x_{nj} / \\partial x_{il}$ is 1 at $n = i$, $j = l$, else 0",
        ),
        Step("=", -2 * e[i] * w[l], "the residual is $e_i$"),
        Step("=", g[i, l], "its name"),
    ),
    part="gradient",
)

_literal = loss + _first + delta**2 * samples(features(sign(g[i, l]) ** 2, l)) * features(w[j] ** 2)
_lagrange = features(nonzero(w[l]), l) * features(w[j] ** 2) - l1() ** 2

AT_2 = Chain(
    "literal_gamma_at_overstates",
    "AT-2",
    _literal - formula_12(delta),
    (
        Step(
            "=",
            delta**2 * samples(features(sign(g[i, l]) ** 2, l) * features(w[j] ** 2) - _signs**2),
            "Formula 13",
        ),
        Step("=", delta**2 * active * _lagrange, "$g_{ij} = -2 e_i w_j$"),
        Step(
            "=",
            delta**2
            * active
            * features(features((sign(w[j]) * w[l] - sign(w[l]) * w[j]) ** 2, l))
            * Rational(1, 2),
            "Lagrange's identity",
        ),
        Step(
            ">=",
            0 * delta,
            "a sum of squares",
            times(
                known(delta**2 / 2),
                over(known(nonzero(e[i])), i),
                over(known((sign(w[j]) * w[l] - sign(w[l]) * w[j]) ** 2), j, l),
            ),
        ),
    ),
)

AT_3 = Chain(
    "gamma_at_term_is_squared_l1",
    "AT-3",
    _third,
    (
        Step(
            "=",
            delta**2
            * features(features(w[j] * samples(nonzero(e[i])) * sign(w[j]) * sign(w[l]) * w[l], l)),
            "$\\mathrm{sg}(g_{ij}) = -\\mathrm{sg}(e_i)\\,\\mathrm{sg}(w_j)$",
        ),
        Step(
            "=",
            delta**2 * active * features(w[j] * sign(w[j])) ** 2,
            "a sum over pairs is the square of a sum",
        ),
        Step("=", delta**2 * active * l1() ** 2, "$u\\,\\mathrm{sg}(u) = |u|$"),
    ),
)


def _entry(one: Expr, other: Expr) -> Expr:
    return samples(sign(g[i, one]) * sign(g[i, other]))


RANK = Chain(
    "gamma_at_term_is_squared_l1",
    "AT-3",
    _entry(j, l) * _entry(p, q),
    (
        Step(
            "=",
            active**2 * sign(w[j]) * sign(w[l]) * sign(w[p]) * sign(w[q]),
            "every entry is $n_+ \\mathrm{sg}(w_j)\\,\\mathrm{sg}(w_l)$",
        ),
        Step("=", _entry(j, q) * _entry(p, l), "so all $2 \\times 2$ minors are zero"),
    ),
    part="rank",
)

AT_4 = Chain(
    "fgsm_penalty_is_l1",
    "AT-4",
    _first,
    (
        Step("=", 2 * delta * pairs(Abs(e[i]) * Abs(w[j])), "$g_{ij} = -2 e_i w_j$"),
        Step("=", 2 * delta * l1() * samples(Abs(e[i])), "a product of sums"),
    ),
)

OBJECTIVE = Chain(
    "fgsm_penalty_is_l1",
    "AT-4",
    formula_12(delta),
    (
        Step(
            "=",
            samples((e[i] + delta * sign(e[i]) * l1()) ** 2),
            "$\\mathrm{sg}(g_{ij}) w_j = -\\mathrm{sg}(e_i) |w_j|$",
        ),
        Step(
            "=",
            samples(nonzero(e[i]) * (Abs(e[i]) + delta * l1()) ** 2),
            "$e_i = \\mathrm{sg}(e_i) |e_i|$ and $\\mathrm{sg}(u)^2 = [u \\ne 0]$",
        ),
    ),
    part="objective",
)

AT_7 = Chain(
    "fgsm_penalty_vanishes_linearly",
    "AT-7",
    formula_12(delta) - loss,
    (
        Step("=", _closed(delta) - loss, "the closed form of Formula 12"),
        Step("=", _penalty(delta), "the square is multiplied out, $[u \\ne 0]\\,u = u$"),
    ),
)

LINEAR = Chain(
    "fgsm_penalty_vanishes_linearly",
    "AT-7",
    4 * (formula_12(delta) - loss) - (formula_12(2 * delta) - loss),
    (
        Step(
            "=",
            4 * (_closed(delta) - loss) - (_closed(2 * delta) - loss),
            "the closed form of Formula 12",
        ),
        Step("=", 4 * delta * l1() * samples(Abs(e[i])), "what is quadratic cancels"),
    ),
    part="linear",
)

QUADRATIC = Chain(
    "fgsm_penalty_vanishes_linearly",
    "AT-7",
    (formula_12(2 * delta) - loss) - 2 * (formula_12(delta) - loss),
    (
        Step(
            "=",
            (_closed(2 * delta) - loss) - 2 * (_closed(delta) - loss),
            "the closed form of Formula 12",
        ),
        Step("=", 2 * delta**2 * active * l1() ** 2, "what is linear cancels"),
    ),
    part="quadratic",
)

_one_penalty = (e[i] - delta * _signs) ** 2 - e[i] ** 2
AT_9 = Chain(
    "fgsm_penalty_is_active_iff_residual_nonzero",
    "AT-9",
    (y[i] - features((x[i, j] + delta * sign(g[i, j])) * w[j])) ** 2 - e[i] ** 2,
    (
        Step("=", _one_penalty, "the residual is $e_i$"),
        Step(
            "=",
            nonzero(e[i]) * (Abs(e[i]) + delta * l1()) ** 2 - e[i] ** 2,
            "$\\mathrm{sg}(g_{ij}) w_j = -\\mathrm{sg}(e_i) |w_j|$",
        ),
        Step(
            "=",
            nonzero(e[i]) * delta * l1() * (2 * Abs(e[i]) + delta * l1()),
            "a difference of squares",
        ),
    ),
)

CHAINS = (AT_1, GRADIENT, AT_2, AT_3, RANK, AT_4, OBJECTIVE, AT_7, LINEAR, QUADRATIC, AT_9)
