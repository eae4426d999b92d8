"""The method the analysis stands on: Formulas 9, 10 and 11 for the squared loss.

  CHAINS          == ME-1, ME-2, ME-3, ME-4, ME-5 and ME-9
  bits            == masks are zeros and ones: m^2 = m
  edges           == how many edges a unit has, N_l + N_u of the layers beside it
  masked_loss     == the squared loss of one sample under a mask
  expansion(m)    == Formula 9 at all ones: l_i + sum_j (m_ij - 1) J_ij
  phi(u)          == any divergence as a function of one masked unit u = h eps, others fixed

Everything is for one sample i; `phi` stands for any differentiable divergence.
"""

from __future__ import annotations

from typing import Any

from sympy import Derivative, Function, Symbol, symbols

from proofs.symbolic.bounds import Fact, given, known, over, plus, vanishing
from proofs.symbolic.checker import Chain, Step
from proofs.symbolic.dropout import dropped
from proofs.symbolic.normal_form import Given
from proofs.symbolic.notation import (
    J,
    a,
    delta,
    e,
    features,
    g,
    i,
    j,
    l,
    m,
    mu,
    w,
    x,
    y,
)

__all__ = ["CHAINS", "bits", "edges", "expansion", "masked_loss"]

Expr = Any

edges = Symbol("E", positive=True)
_phi = Function("phi")
_unit, _mask = symbols("h epsilon", real=True)

masked_loss = (y[i] - features(m[i, j] * x[i, j] * w[j])) ** 2


def expansion(mask: Any) -> Expr:
    """Formula 9 for one sample, around all ones."""
    return e[i] ** 2 + features((mask[i, j] - 1) * J[i, j])


ME_1 = Chain(
    "expansion_is_a_lower_bound_if_convex",
    "ME-1",
    masked_loss,
    (
        Step("=", (e[i] + dropped(a[i, j])) ** 2, "dropping adds $a_{ij}$ to $e_i$"),
        Step(
            "=",
            expansion(m) + dropped(a[i, j]) ** 2,
            "$J_{ij} = -2 e_i a_{ij}$: the rest is the square of what is added",
        ),
        Step(">=", expansion(m), "a square", known(dropped(a[i, j]) ** 2)),
    ),
)

_product = _phi(_unit * _mask)
ME_2 = Chain(
    "jacobian_is_unit_times_gradient",
    "ME-2",
    _unit * Derivative(_product, _unit),
    (
        Step(
            "=",
            _mask * Derivative(_product, _mask),
            "both are $h \\epsilon\\, \\varphi'(h \\epsilon)$, by the chain rule",
        ),
    ),
    part="any_divergence",
)

_ones = Fact("all ones: m_ij = 1", m[i, j] - 1, exact=True)
SQUARED = Chain(
    "jacobian_is_unit_times_gradient",
    "ME-2",
    Derivative(masked_loss, m[i, l]),
    (
        Step(
            "=",
            -2 * (y[i] - features(m[i, j] * x[i, j] * w[j])) * x[i, l] * w[l],
            "the derivative of a square",
        ),
        Step(
            "=",
            -2 * e[i] * x[i, l] * w[l],
            "at all ones the residual is $e_i$",
            vanishing(_ones, -2 * a[i, l] * a[i, j], j),
        ),
        Step("=", x[i, l] * g[i, l], "$g_{il} = -2 e_i w_l$: Formula 11, with equality"),
    ),
    assuming=(_ones,),
)

ANY_MASK = Chain(
    "jacobian_is_unit_times_gradient",
    "ME-2",
    x[i, l] * Derivative(masked_loss, x[i, l]),
    (
        Step(
            "=",
            -2 * (y[i] - features(m[i, j] * x[i, j] * w[j])) * m[i, l] * x[i, l] * w[l],
            "the gradient by a unit goes through its mask",
        ),
        Step("=", m[i, l] * Derivative(masked_loss, m[i, l]), "the derivative by the mask"),
    ),
    part="any_mask",
)

_virtual = features((mu[i, j] - m[i, j]) * x[i, j] * w[j]) ** 2
_same = Fact("at the base mask: m_ij = mu_ij", m[i, j] - mu[i, j], exact=True)
ME_4 = Chain(
    "virtual_gradient_vanishes_at_the_base_mask",
    "ME-4",
    Derivative(_virtual, m[i, l]),
    (
        Step(
            "=",
            -2 * features((mu[i, j] - m[i, j]) * x[i, j] * w[j]) * x[i, l] * w[l],
            "the derivative of a square",
        ),
        Step(
            "=",
            0 * delta,
            "both masks are the same",
            vanishing(_same, -2 * a[i, j] * a[i, l], j),
        ),
    ),
    part="squared",
    assuming=(_same,),
)

_constant = e[i] ** 2 - features(J[i, j])
ME_5 = Chain(
    "dropping_constants_keeps_the_argmax",
    "ME-5",
    expansion(m),
    (
        Step("=", _constant + features(m[i, j] * J[i, j]), "what does not depend on the mask"),
        Step("=", _constant + features(m[i, j] * x[i, j] * g[i, j]), "$J_{ij} = x_{ij} g_{ij}$"),
    ),
)

DIFFERENCES = Chain(
    "dropping_constants_keeps_the_argmax",
    "ME-5",
    expansion(m) - expansion(mu),
    (
        Step("=", features((m[i, j] - mu[i, j]) * J[i, j]), "the constants cancel"),
        Step(
            "=",
            features(m[i, j] * J[i, j]) - features(mu[i, j] * J[i, j]),
            "Formula 10 at both masks",
        ),
        Step(
            "=",
            features(m[i, j] * x[i, j] * g[i, j]) - features(mu[i, j] * x[i, j] * g[i, j]),
            "Formula 11 at both masks",
        ),
    ),
    part="differences",
)

bits = Given(masks=frozenset({m.label, mu.label}))
_union = m[i, j] + mu[i, j] - m[i, j] * mu[i, j]
ME_9 = Chain(
    "mask_distances_are_squared_norms",
    "ME-9",
    edges * features(m[i, j] * (1 - mu[i, j]) + (1 - m[i, j]) * mu[i, j]),
    (
        Step(
            "=",
            edges * features(m[i, j] + mu[i, j] - 2 * m[i, j] * mu[i, j]),
            "units in one mask and not in the other",
        ),
        Step("=", edges * features((m[i, j] - mu[i, j]) ** 2), "$m^2 = m$"),
    ),
    given=bits,
)

UNION = Chain(
    "mask_distances_are_squared_norms",
    "ME-9",
    features(1 - (1 - m[i, j]) * (1 - mu[i, j])),
    (
        Step("=", features(_union), "units in one of the masks"),
        Step("=", features(_union**2), "$m^2 = m$, and so for the union"),
    ),
    part="union",
    given=bits,
)

# ME-3: a step from the mask mu, by the Jacobian there or by the one at all ones.
_base = y[i] - features(mu[i, l] * x[i, l] * w[l], l)
_there = -2 * _base * x[i, j] * w[j]
_gain = features((m[i, j] - mu[i, j]) * _there)
_uphill = Fact("every change goes with the Jacobian", (m[i, j] - mu[i, j]) * _there)
ME_3 = Chain(
    "jacobian_belongs_at_the_base_mask",
    "ME-3",
    masked_loss,
    (
        Step(
            "=",
            (_base - features((m[i, j] - mu[i, j]) * x[i, j] * w[j])) ** 2,
            "the residual at the base mask, and what changes",
        ),
        Step(
            ">=",
            _base**2 + _gain,
            "the loss is convex: the rest is a square",
            known(features((m[i, j] - mu[i, j]) * x[i, j] * w[j]) ** 2),
        ),
        Step(">=", _base**2, "no change goes against the Jacobian", over(given(_uphill), j)),
    ),
    assuming=(_uphill,),
)

_none = Fact("from no unit: mu_ij = 0", mu[i, j], exact=True)
_half = Fact("the target is -2 e_i", y[i] + 2 * e[i], exact=True)
_before = features(mu[i, j] * x[i, j] * w[j])
_after = features(m[i, j] * x[i, j] * w[j])
LOWERS = Chain(
    "jacobian_belongs_at_the_base_mask",
    "ME-3",
    masked_loss - _base**2,
    (
        Step(
            "=",
            e[i] ** 2 - y[i] ** 2,
            "all units are switched on",
            plus(
                vanishing(_ones, (2 * y[i] - _after - features(a[i, l], l)) * a[i, j], j),
                vanishing(_none, (_before - 2 * y[i]) * a[i, j], j),
            ),
        ),
        Step(
            "=",
            -features(J[i, j]) / 2,
            "the loss falls by half of what the Jacobian at all ones promises",
            vanishing(_half, y[i] - e[i]),
        ),
        Step("=", -3 * e[i] ** 2, "$\\sum_j J_{ij} = 6 e_i^2$", vanishing(_half, -e[i])),
    ),
    part="lowers",
    assuming=(_ones, _none, _half),
)

CHAINS = (ME_1, SQUARED, ME_2, ANY_MASK, ME_3, LOWERS, ME_4, ME_5, DIFFERENCES, ME_9, UNION)
