"""The samples' side of an interior-point step: a_i >= |e_i| + rho_i sigma, minimise |a|^2 / 2.

  Shift, Answer             == products to remove, and what the multipliers do about them
  Rows(y, rho)              == slacks and multipliers of a - e - rho sigma and a + e - rho sigma
  r.linearise(e, sigma)     == Theta, c, kappa: how multipliers answer a change of e and sigma
  r.answer(shift)           == what they do by themselves, for given complementarity products
  r.step(answer, de, dsigma)== the changes of a, p, q and both slacks
  largest_step(pairs)       == the longest step that keeps everything non-negative

With alpha = p - q and lambda = rho'(p + q), eliminating a, p and q leaves

  d alpha = A + Theta de + c d sigma,     d lambda = L + c'de + kappa d sigma,

Theta diagonal and positive: the samples are a diagonal weighting of the design, whatever
norm bounds the perturbation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from linreg_theory.arrays import Array

__all__ = ["Answer", "Rows", "Shift", "largest_step"]


@dataclass(frozen=True)
class Shift:
    """Complementarity products that a step is to remove, for the two slacks."""

    upper: Array
    lower: Array


@dataclass(frozen=True)
class Answer:
    """What the multipliers do by themselves: dp and dq without de and d sigma, A and L."""

    upper: Array
    lower: Array
    alpha: Array
    total: float


class Rows:
    """Multipliers p, q (N,) and slacks of both inequalities, strictly positive.

    The start is feasible: with p = q the multipliers balance whatever the data are.
    """

    def __init__(self, y: Array, rho: Array, sigma: float) -> None:
        self.rho = rho
        size = np.abs(y) + rho * sigma
        self.a = size + max(float(size.mean()), 1e-300)
        self.p, self.q = self.a / 2, self.a / 2
        self.over, self.under = self.a - y - rho * sigma, self.a + y - rho * sigma

    @property
    def alpha(self) -> Array:
        """The dual point alpha = p - q, (N,)."""
        return self.p - self.q

    @property
    def total(self) -> float:
        """The multiplier lambda = rho'(p + q) of sigma."""
        return float(self.rho @ (self.p + self.q))

    @property
    def products(self) -> float:
        """Sum of the complementarity products."""
        return float(self.p @ self.over + self.q @ self.under)

    def linearise(self, e: Array, sigma: float) -> None:
        """Take up the residuals e and sigma of the current point."""
        reach = self.rho * sigma
        self.misses = (
            self.a - e - reach - self.over,
            self.a + e - reach - self.under,
            self.a - self.p - self.q,
        )
        self.ratios = self.p / self.over, self.q / self.under
        upper, lower = self.ratios
        self.sum, self.difference = upper + lower, upper - lower
        inner = 1 + self.sum
        self.theta = (self.sum + 4 * upper * lower) / inner
        self.coupling = self.rho * self.difference / inner
        self.kappa = float(np.sum(self.rho * self.rho * self.sum / inner))

    def answer(self, shift: Shift) -> Answer:
        """The multipliers' own change, which removes the given products."""
        miss_over, miss_under, miss_a = self.misses
        upper = shift.upper / self.over + self.ratios[0] * miss_over
        lower = shift.lower / self.under + self.ratios[1] * miss_under
        inner = 1 + self.sum
        alpha = lower - upper + self.difference * (upper + lower + miss_a) / inner
        total = self.rho @ ((self.sum * miss_a - upper - lower) / inner)
        return Answer(upper, lower, alpha, float(total))

    def step(self, answer: Answer, de: Array, dsigma: float) -> tuple[Array, ...]:
        """Changes of a, p, q and of the two slacks."""
        reach = self.rho * dsigma
        miss_over, miss_under, miss_a = self.misses
        push = self.difference * de + self.sum * reach
        da = (push - answer.upper - answer.lower - miss_a) / (1 + self.sum)
        over, under = da - de - reach, da + de - reach
        dp = -answer.upper - self.ratios[0] * over
        dq = -answer.lower - self.ratios[1] * under
        return da, dp, dq, over + miss_over, under + miss_under

    def move(self, step: tuple[Array, ...], length: float) -> None:
        """Go along a step."""
        for name, change in zip(("a", "p", "q", "over", "under"), step, strict=True):
            setattr(self, name, getattr(self, name) + length * change)

    def pairs(self, step: tuple[Array, ...]) -> list[tuple[Array, Array]]:
        """What must stay positive, with its change."""
        _, dp, dq, over, under = step
        return [(self.p, dp), (self.q, dq), (self.over, over), (self.under, under)]

    def shift(self, target: float = 0, step: tuple[Array, ...] | None = None) -> Shift:
        """Products less the target; with a predictor's second-order terms, if it is given."""
        upper, lower = self.p * self.over - target, self.q * self.under - target
        if step is not None:
            _, dp, dq, over, under = step
            upper, lower = upper + dp * over, lower + dq * under
        return Shift(upper, lower)


def largest_step(pairs: Iterable[tuple[Array, Array]]) -> float:
    """The largest t <= 1 with x + t dx >= 0 for all pairs (x, dx), x > 0."""
    length = 1.0
    for value, change in pairs:
        lowest = float(np.min(change / value, initial=0))
        if lowest < 0:
            length = min(length, -1 / lowest)
    return length
