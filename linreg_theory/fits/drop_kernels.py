"""The elementwise half of an interior-point step for exact adversarial dropout, compiled.

  linearise(...) == what every sample adds to the linear system of a step
  sources(...)   == the right-hand side that removes given complementarity products
  steps(...)     == the changes of everything once those of the weights are known
  plain(kernel)  == the same in Python: for a few numbers, on which compiling would not pay

Side 0 of sample i is a_i >= e_i + k z_i + sum_j t_ij with t_ij >= max(x_ij w_j - z_i, 0); side
1 has -e and -w. Their multipliers are p_i and q_i, and g_ij <= p_i is the weight with which
feature j is dropped. An entry (i, j) meets only its sample's p and z: eliminating the entries
and then the samples leaves a system in w, a diagonal and four rows a sample.

Arrays with a leading axis of 2 hold both sides. `row` (2, N, 3) holds h, k - sum(beta) and
kappa of each side, `source` (2, N, 2) its right-hand sides. Sums over samples are kept by block
and added in order, so that a result does not depend on the number of threads. Each kernel does
the blocks from the first to the last that it is given, and holds no lock: threads are Python's,
because a process that numba's own parallel loops have run in cannot be forked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np
from numba import njit

from linreg_theory.arrays import Array

__all__ = ["linearise", "plain", "sources", "steps"]


@njit(cache=True, nogil=True, error_model="numpy")
def linearise(
    first_block: int, last_block: int, X: Array, F: Array, w: Array, k: float, t: Array,
    g: Array, z: Array, p: Array, slack: Array,
    room: Array, omega: Array, beta: Array, row: Array, plus: Array, minus: Array,
    diagonal: Array, products: Array,
) -> None:  # fmt: skip
    """Eliminate the entries: the system is diag(sum of diagonal) + plus'plus - minus'minus.

    `products` (blocks,) receives the sums of the complementarity products.
    """
    N, D = X.shape
    blocks = diagonal.shape[0]
    for block in range(first_block, last_block):
        diagonal[block], products[block] = 0, 0
        for i in range(block * N // blocks, (block + 1) * N // blocks):
            for s in range(2):
                sign = 1.0 - 2.0 * s
                of_omega, of_beta, of_psi, total = 0.0, 0.0, 0.0, 0.0
                for j in range(D):
                    s1, m2 = t[s, i, j], g[s, i, j]
                    s2, m1 = s1 - sign * X[i, j] * w[j] + z[s, i], p[s, i] - m2
                    inverse = 1 / (m1 * s2 + m2 * s1)
                    omega[s, i, j] = m1 * m2 * inverse
                    beta[s, i, j] = m2 * s1 * inverse
                    of_omega += m1 * m2 * inverse
                    of_beta += m2 * s1 * inverse
                    of_psi += s1 * s2 * inverse
                    total += s1 * m1 + s2 * m2
                h = room[s, i] / z[s, i] + of_omega
                left = k - of_beta
                row[s, i, 0], row[s, i, 1] = h, left
                row[s, i, 2] = 1 / (slack[s, i] / p[s, i] + of_psi + left * left / h)
                products[block] += total + z[s, i] * room[s, i] + p[s, i] * slack[s, i]
            one, two = row[0, i, 2], row[1, i, 2]
            whole = 1 + one + two
            first = np.sqrt(one * (1 + two) / whole)
            mixed, second = one * two / whole / first, np.sqrt(two / (1 + two))
            ratio0, ratio1 = row[0, i, 1] / row[0, i, 0], row[1, i, 1] / row[1, i, 0]
            root0, root1 = 1 / np.sqrt(row[0, i, 0]), 1 / np.sqrt(row[1, i, 0])
            for j in range(D):
                x, om0, om1 = X[i, j], omega[0, i, j], omega[1, i, j]
                c0 = (1 - beta[0, i, j] - ratio0 * om0) * x
                c1 = (1 - beta[1, i, j] - ratio1 * om1) * x
                plus[2 * i, j] = first * c0 + mixed * c1
                plus[2 * i + 1, j] = second * c1
                minus[2 * i, j] = x * om0 * root0
                minus[2 * i + 1, j] = x * om1 * root1
                diagonal[block, j] += x * x * (om0 + om1)
            for f in range(F.shape[1]):
                plus[2 * i, D + f] = (first + mixed) * F[i, f]
                plus[2 * i + 1, D + f] = second * F[i, f]


@njit(cache=True, nogil=True, error_model="numpy")
def sources(
    first_block: int, last_block: int, X: Array, F: Array, w: Array, k: float, t: Array,
    g: Array, z: Array, p: Array, slack: Array,
    room: Array, omega: Array, beta: Array, row: Array, target: float, second: bool, dw: Array,
    dt: Array, dg: Array, dz: Array, dp: Array, dslack: Array, droom: Array, gamma: Array,
    tau: Array, source: Array, right: Array,
) -> None:  # fmt: skip
    """Right-hand sides for products that are to become `target`; `right` (blocks, D + f).

    With `second`, the predictor's changes dw ... droom enter by their products.
    """
    N, D = X.shape
    blocks = right.shape[0]
    for block in range(first_block, last_block):
        right[block] = 0
        for i in range(block * N // blocks, (block + 1) * N // blocks):
            for s in range(2):
                sign = 1.0 - 2.0 * s
                of_gamma, of_tau = 0.0, 0.0
                for j in range(D):
                    s1, m2 = t[s, i, j], g[s, i, j]
                    s2, m1 = s1 - sign * X[i, j] * w[j] + z[s, i], p[s, i] - m2
                    r1, r2 = target - s1 * m1, target - s2 * m2
                    if second:
                        move = dt[s, i, j]
                        r1 -= move * (dp[s, i] - dg[s, i, j])
                        r2 -= (move - sign * X[i, j] * dw[j] + dz[s, i]) * dg[s, i, j]
                    gamma[s, i, j] = (m1 * r2 - m2 * r1) / (m1 * s2 + m2 * s1)
                    tau[s, i, j] = (r1 + s1 * gamma[s, i, j]) / m1
                    of_gamma += gamma[s, i, j]
                    of_tau += tau[s, i, j]
                r3, r4 = target - z[s, i] * room[s, i], target - slack[s, i] * p[s, i]
                if second:
                    r3 -= dz[s, i] * droom[s, i]
                    r4 -= dslack[s, i] * dp[s, i]
                pull = r3 / z[s, i] + of_gamma
                source[s, i, 0] = pull
                source[s, i, 1] = r4 / p[s, i] + of_tau + row[s, i, 1] * pull / row[s, i, 0]
            one, two = row[0, i, 2], row[1, i, 2]
            whole = 1 + one + two
            up, down = source[0, i, 1], source[1, i, 1]
            dp0 = one * ((1 + two) * up - two * down) / whole
            dp1 = two * ((1 + one) * down - one * up) / whole
            ratio0, ratio1 = row[0, i, 1] / row[0, i, 0], row[1, i, 1] / row[1, i, 0]
            pull0, pull1 = source[0, i, 0] / row[0, i, 0], source[1, i, 0] / row[1, i, 0]
            for j in range(D):
                om0, om1 = omega[0, i, j], omega[1, i, j]
                kept = (1 - beta[0, i, j] - ratio0 * om0) * dp0 - gamma[0, i, j] + om0 * pull0
                kept -= (1 - beta[1, i, j] - ratio1 * om1) * dp1 - gamma[1, i, j] + om1 * pull1
                now = (p[0, i] - g[0, i, j]) - (p[1, i] - g[1, i, j])
                right[block, j] += X[i, j] * (now + kept)
            for f in range(F.shape[1]):
                right[block, D + f] += F[i, f] * (p[0, i] - p[1, i] + dp0 - dp1)


@njit(cache=True, nogil=True, error_model="numpy")
def _entries(
    s: int, i: int, X: Array, w: Array, dw: Array, t: Array, g: Array, z: Array, p: Array,
    omega: Array, beta: Array, gamma: Array, tau: Array, change: float, level: float,
    dt: Array, dg: Array,
) -> tuple[float, float, float]:  # fmt: skip
    """Changes of one side's entries: their two sums, and the least change over value."""
    sign, least, of_g, of_t = 1.0 - 2.0 * s, 0.0, 0.0, 0.0
    for j in range(X.shape[1]):
        s1, m2 = t[s, i, j], g[s, i, j]
        s2, m1 = s1 - sign * X[i, j] * w[j] + z[s, i], p[s, i] - m2
        beyond = sign * X[i, j] * dw[j] - level
        more = gamma[s, i, j] + beta[s, i, j] * change + omega[s, i, j] * beyond
        psi = s1 * s2 / (m1 * s2 + m2 * s1)
        rise = tau[s, i, j] - psi * change + beta[s, i, j] * beyond
        dg[s, i, j], dt[s, i, j] = more, rise
        of_g += more
        of_t += rise
        least = min(least, more / m2, rise / s1, (change - more) / m1, (rise - beyond) / s2)
    return of_g, of_t, least


@njit(cache=True, nogil=True, error_model="numpy")
def steps(
    first_block: int, last_block: int, X: Array, F: Array, w: Array, k: float, t: Array,
    g: Array, z: Array, p: Array, slack: Array,
    room: Array, omega: Array, beta: Array, row: Array, gamma: Array, tau: Array, source: Array,
    dw: Array, db: Array, dt: Array, dg: Array, dz: Array, dp: Array, dslack: Array,
    droom: Array, lowest: Array,
) -> None:  # fmt: skip
    """The changes dt ... droom; `lowest` (blocks,) is the least change over value of any."""
    N, D = X.shape
    blocks = lowest.shape[0]
    for block in range(first_block, last_block):
        least = 0.0
        for i in range(block * N // blocks, (block + 1) * N // blocks):
            shift = 0.0
            for f in range(F.shape[1]):
                shift += F[i, f] * db[f]
            lean0, lean1, pushed0, pushed1, moved = shift, shift, 0.0, 0.0, shift
            ratio0, ratio1 = row[0, i, 1] / row[0, i, 0], row[1, i, 1] / row[1, i, 0]
            for j in range(D):
                delta, om0, om1 = X[i, j] * dw[j], omega[0, i, j], omega[1, i, j]
                lean0 += (1 - beta[0, i, j] - ratio0 * om0) * delta
                lean1 += (1 - beta[1, i, j] - ratio1 * om1) * delta
                pushed0 += om0 * delta
                pushed1 -= om1 * delta
                moved += delta
            one, two = row[0, i, 2], row[1, i, 2]
            whole = 1 + one + two
            up, down = source[0, i, 1] - lean0, source[1, i, 1] + lean1
            dp[0, i] = one * ((1 + two) * up - two * down) / whole
            dp[1, i] = two * ((1 + one) * down - one * up) / whole
            for s in range(2):
                sign = 1.0 - 2.0 * s
                pushed = pushed0 if s == 0 else pushed1
                change = dp[s, i]
                level = (source[s, i, 0] - row[s, i, 1] * change + pushed) / row[s, i, 0]
                of_g, of_t, lowest_entry = _entries(
                    s, i, X, w, dw, t, g, z, p, omega, beta, gamma, tau, change, level, dt, dg
                )
                least = min(least, lowest_entry)
                dz[s, i] = level
                droom[s, i] = k * change - of_g
                dslack[s, i] = dp[0, i] + dp[1, i] + sign * moved - k * level - of_t
                least = min(least, level / z[s, i], droom[s, i] / room[s, i])
                least = min(least, change / p[s, i], dslack[s, i] / slack[s, i])
        lowest[block] = least


@cache
def plain(kernel: Any) -> Callable[..., Any]:
    """The kernel without the compiler; what it calls is not compiled either."""
    names = {name: getattr(value, "py_func", value) for name, value in globals().items()}
    return np.errstate(all="ignore")(FunctionType(kernel.py_func.__code__, names))
