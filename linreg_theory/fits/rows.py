"""The samples' side of an interior-point step: a_i >= |e_i| + rho_i sigma, minimise |a|^2 / 2.

  Answer                    == what the multipliers do by themselves
  Rows(y, rho, sigma)       == slacks and multipliers of a - e - rho sigma and a + e - rho sigma
  r.linearise(e, sigma)     == Theta, c, kappa: how multipliers answer a change of e and sigma
  r.answer(target, step)    == what they do by themselves towards these complementarity products
  r.step(answer, de, dsigma)== the changes of a, p, q and both slacks, (5, N)
  r.length(step)            == the longest step up to 1 that keeps everything non-negative
  r.ahead(step, length)     == the complementarity products after such a step
  way_out(state, step)      == that longest step, for any positive state

With alpha = p - q and lambda = rho'(p + q), eliminating a, p and q leaves

  d alpha = A + Theta de + c d sigma,     d lambda = L + c'de + kappa d sigma,

Theta diagonal and positive: the samples are a diagonal weighting of the design, whatever
norm bounds the perturbation. The loops are compiled: at a few hundred samples the time of a step
would else be that of calling NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from linreg_theory.arrays import Array

__all__ = ["Answer", "Rows", "way_out"]


@dataclass(frozen=True)
class Answer:
    """What the multipliers do by themselves: dp and dq without de and d sigma, A and L."""

    upper: Array
    lower: Array
    alpha: Array
    total: float


class Rows:
    """Multipliers p, q (N,) and slacks of both inequalities, strictly positive.

    The start is feasible: with p = q the multipliers balance whatever the data are. `state` holds
    a, p, q and the slacks over and under, one in a row.
    """

    def __init__(self, y: Array, rho: Array, sigma: float) -> None:
        self.rho = rho
        size = np.abs(y) + rho * sigma
        a = size + max(float(size.mean()), 1e-300)
        self.state = np.array([a, a / 2, a / 2, a - y - rho * sigma, a + y - rho * sigma])
        self.misses = np.empty((3, len(y)))
        self.ratios = np.empty((2, len(y)))
        self.theta, self.coupling, self.kappa = np.empty(len(y)), np.empty(len(y)), 0.0

    @property
    def a(self) -> Array:
        """The worst sizes a (N,)."""
        row: Array = self.state[0]
        return row

    @property
    def alpha(self) -> Array:
        """The dual point alpha = p - q, (N,)."""
        point: Array = self.state[1] - self.state[2]
        return point

    @property
    def total(self) -> float:
        """The multiplier lambda = rho'(p + q) of sigma."""
        return float(self.rho @ (self.state[1] + self.state[2]))

    @property
    def products(self) -> float:
        """Sum of the complementarity products."""
        return float(_products(self.state))

    def linearise(self, e: Array, sigma: float) -> None:
        """Take up the residuals e and sigma of the current point."""
        into = self.misses, self.ratios, self.theta, self.coupling
        self.kappa = float(_linearise(self.state, e, self.rho, sigma, *into))

    def answer(self, target: float = 0, step: Array | None = None) -> Answer:
        """The multipliers' own change, which brings the products to the target.

        With a predictor's second-order terms, if its step is given.
        """
        first = self.state[:, :0] if step is None else step
        own = np.empty((3, len(self.rho)))
        total = _answer(self.state, self.rho, self.misses, self.ratios, float(target), first, own)
        return Answer(own[0], own[1], own[2], float(total))

    def step(self, answer: Answer, de: Array, dsigma: float) -> Array:
        """Changes of a, p, q and of the two slacks, (5, N)."""
        step = np.empty_like(self.state)
        own = answer.upper, answer.lower
        _step(*own, de, float(dsigma), self.rho, self.misses, self.ratios, step)
        return step

    def move(self, step: Array, length: float) -> None:
        """Go along a step."""
        self.state = self.state + length * step

    def length(self, step: Array) -> float:
        """The longest step up to 1 after which nothing is negative."""
        return float(way_out(self.state[1:], step[1:]))

    def ahead(self, step: Array, length: float) -> float:
        """Sum of the complementarity products after a step."""
        return float(_products(self.state + length * step))


@njit(cache=True, error_model="numpy")
def way_out(state: Array, step: Array) -> float:
    """The largest t <= 1 with state + t step >= 0, for a state that is positive."""
    length = 1.0
    rows, size = state.shape
    for row in range(rows):
        for i in range(size):
            if state[row, i] + length * step[row, i] < 0:
                length = min(length, -state[row, i] / step[row, i])
    return length


@njit(cache=True, error_model="numpy")
def _products(state: Array) -> float:
    total = 0.0
    for i in range(state.shape[1]):
        total += state[1, i] * state[3, i] + state[2, i] * state[4, i]
    return total


@njit(cache=True, error_model="numpy")
def _linearise(
    state: Array,
    e: Array,
    rho: Array,
    sigma: float,
    misses: Array,
    ratios: Array,
    theta: Array,
    coupling: Array,
) -> float:
    """Fill in what every answer needs; kappa."""
    kappa = 0.0
    for i in range(len(e)):
        a, p, q, over, under = state[0, i], state[1, i], state[2, i], state[3, i], state[4, i]
        reach = rho[i] * sigma
        misses[0, i] = a - e[i] - reach - over
        misses[1, i] = a + e[i] - reach - under
        misses[2, i] = a - p - q
        upper, lower = p / over, q / under
        ratios[0, i], ratios[1, i] = upper, lower
        both = upper + lower
        theta[i] = (both + 4 * upper * lower) / (1 + both)
        coupling[i] = rho[i] * (upper - lower) / (1 + both)
        kappa += rho[i] * rho[i] * both / (1 + both)
    return kappa


@njit(cache=True, error_model="numpy")
def _answer(
    state: Array,
    rho: Array,
    misses: Array,
    ratios: Array,
    target: float,
    first: Array,
    own: Array,
) -> float:
    """Fill in dp, dq and A; L."""
    total = 0.0
    second = first.shape[1] > 0
    for i in range(len(rho)):
        p, q, over, under = state[1, i], state[2, i], state[3, i], state[4, i]
        upper, lower = p * over - target, q * under - target
        if second:
            upper += first[1, i] * first[3, i]
            lower += first[2, i] * first[4, i]
        upper = upper / over + ratios[0, i] * misses[0, i]
        lower = lower / under + ratios[1, i] * misses[1, i]
        both, difference = ratios[0, i] + ratios[1, i], ratios[0, i] - ratios[1, i]
        own[0, i], own[1, i] = upper, lower
        own[2, i] = lower - upper + difference * (upper + lower + misses[2, i]) / (1 + both)
        total += rho[i] * (both * misses[2, i] - upper - lower) / (1 + both)
    return total


@njit(cache=True, error_model="numpy")
def _step(
    upper: Array,
    lower: Array,
    de: Array,
    dsigma: float,
    rho: Array,
    misses: Array,
    ratios: Array,
    step: Array,
) -> None:
    """Fill in the changes of a, p, q and of the slacks."""
    for i in range(len(de)):
        reach = rho[i] * dsigma
        both = ratios[0, i] + ratios[1, i]
        push = (ratios[0, i] - ratios[1, i]) * de[i] + both * reach
        da = (push - upper[i] - lower[i] - misses[2, i]) / (1 + both)
        over, under = da - de[i] - reach, da + de[i] - reach
        step[0, i] = da
        step[1, i] = -upper[i] - ratios[0, i] * over
        step[2, i] = -lower[i] - ratios[1, i] * under
        step[3, i] = over + misses[0, i]
        step[4, i] = under + misses[1, i]
