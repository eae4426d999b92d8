"""The random neighbours in expectation, by the first two moments.

  CHAINS       == NB-1 and NB-2
  sigma, keep  == standard deviation of the noise; probability that a feature is kept

Expectation is linear: that is in the normal form. What the moments are is assumed, and put in
by a step of its own.
"""

from __future__ import annotations

from typing import Any

from sympy import KroneckerDelta, Symbol

from proofs.symbolic.bounds import Fact, over, plus, vanishing
from proofs.symbolic.checker import Chain, Step
from proofs.symbolic.normal_form import Given
from proofs.symbolic.notation import (
    N,
    a,
    e,
    features,
    i,
    j,
    l,
    m,
    mean,
    noise,
    pairs,
    samples,
    w,
    x,
    y,
)
from proofs.symbolic.training import loss

__all__ = ["CHAINS", "keep", "sigma"]

Expr = Any

sigma, keep = Symbol("sigma", nonnegative=True), Symbol("q", nonnegative=True)
_same = KroneckerDelta(j, l)


def _over_pairs(term: Expr) -> Expr:
    return samples(features(features(term, l)))


_no_bias = Fact("E gamma_ij = 0", mean(noise[i, j]), exact=True)
_white = Fact(
    "E gamma_ij gamma_il = sigma^2 [j = l]",
    mean(noise[i, j] * noise[i, l]) - sigma**2 * _same,
    exact=True,
)
_noise_second = w[j] * w[l] * mean(noise[i, j] * noise[i, l])

NB_1 = Chain(
    "gaussian_noise_is_ridge",
    "NB-1",
    mean(samples((y[i] - features((x[i, j] + noise[i, j]) * w[j])) ** 2)),
    (
        Step(
            "=",
            loss - 2 * pairs(e[i] * w[j] * mean(noise[i, j])) + _over_pairs(_noise_second),
            "expectation is linear",
        ),
        Step(
            "=",
            loss + _over_pairs(_noise_second),
            "$\\mathbb{E} \\gamma_{ij} = 0$",
            vanishing(_no_bias, 2 * e[i] * w[j], j, i),
        ),
        Step(
            "=",
            loss + sigma**2 * _over_pairs(w[j] * w[l] * _same),
            "entries are uncorrelated, of variance $\\sigma^2$",
            vanishing(_white, -w[j] * w[l], l, j, i),
        ),
        Step("=", loss + N * sigma**2 * features(w[j] ** 2), "only $j = l$ is left"),
    ),
    assuming=(_no_bias, _white),
)

_rate = Fact("E m_ij = q", mean(m[i, j]) - keep, exact=True)
_independent = Fact(
    "E m_ij m_il = q^2 for j != l",
    mean(m[i, j] * m[i, l]) - keep**2 - (mean(m[i, j] ** 2) - keep**2) * _same,
    exact=True,
)
_mask_second = a[i, j] * a[i, l] * mean(m[i, j] * m[i, l])
_cross = -2 * pairs(y[i] * a[i, j] * keep)
_shrunk = samples((y[i] - keep * features(a[i, j])) ** 2)

NB_2 = Chain(
    "dropout_noise_is_scaled_ridge",
    "NB-2",
    mean(samples((y[i] - features(m[i, j] * x[i, j] * w[j])) ** 2)),
    (
        Step(
            "=",
            samples(y[i] ** 2)
            - 2 * pairs(y[i] * a[i, j] * mean(m[i, j]))
            + _over_pairs(_mask_second),
            "expectation is linear",
        ),
        Step(
            "=",
            samples(y[i] ** 2)
            - 2 * pairs(y[i] * a[i, j] * mean(m[i, j]))
            + _over_pairs(a[i, j] * a[i, l]) * keep**2
            + pairs(a[i, j] ** 2 * (mean(m[i, j] ** 2) - keep**2)),
            "masks are independent: $\\mathbb{E} m_{ij} m_{il} = q^2$ off the diagonal",
            vanishing(_independent, -a[i, j] * a[i, l], l, j, i),
        ),
        Step(
            "=",
            samples(y[i] ** 2)
            - 2 * pairs(y[i] * a[i, j] * mean(m[i, j]))
            + _over_pairs(a[i, j] * a[i, l]) * keep**2
            + pairs(a[i, j] ** 2 * (mean(m[i, j]) - keep**2)),
            "$m^2 = m$",
        ),
        Step(
            "=",
            samples(y[i] ** 2)
            + _cross
            + _over_pairs(a[i, j] * a[i, l]) * keep**2
            + (keep - keep**2) * pairs(a[i, j] ** 2),
            "$\\mathbb{E} m_{ij} = q$",
            plus(
                over(vanishing(_rate, 2 * y[i] * a[i, j], j), i),
                over(vanishing(_rate, -(a[i, j] ** 2), j), i),
            ),
        ),
        Step(
            "=",
            _shrunk + keep * (1 - keep) * pairs(x[i, j] ** 2 * w[j] ** 2),
            "the square is put together again",
        ),
    ),
    given=Given(masks=frozenset({m.label})),
    assuming=(_rate, _independent),
)

CHAINS = (NB_1, NB_2)
