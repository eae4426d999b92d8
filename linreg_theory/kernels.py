"""Compiled selection: what k drops can do to each residual, in a few readings of the data.

  extremes(X, y, w, k)    == highest (N,), lowest (N,): e_i + the k largest of max(a_ij, 0) and
                             the k largest of max(-a_ij, 0) - e_i, with a_ij = x_ij w_j
  worst_masks(X, y, w, k) == masks (N, D) of int8 that reach the larger of the two

Both are what `adversarial_dropout` computes with NumPy, for large float64 data without base
masks. Importing this module imports numba; the first call compiles, and the result is kept on
disk.

How. The k largest positive products of a row are those above a cut t. The cut is searched by
counting: a count is one pass without branches over a row that stays in the cache, and both
signs are counted in the same pass. The row before says where to start, as a share of the row's
sum |a_ij|, and how fast the count falls; two or three counts then reach k at most lengths. A
count one off is mended by stepping to the next product. Where that does not end, as with ties
and wild scales, the search halves the floats between its bounds, of which there are 2^63, and
steps from product to product. Nothing is sorted, moved or branched on per entry.

Threads share the rows. They are Python's, and the kernel holds no lock: numba's own parallel
loops (OpenMP) would end any process that is forked after the first call.

Sums may be reassociated ("reassoc"), so that they vectorise: the proven rounding bounds hold
for every order of summation. No other liberty is taken, so infinities and NaN stay what they
are. A float >= 0 and its bits, read as an integer, are in the same order.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import numba
import numpy as np

from linreg_theory.arithmetic import checked
from linreg_theory.arrays import Array, as_budget

__all__ = ["extremes", "worst_masks"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

_BLOCKS = 16  # of rows; a fixed number, so that the last bit does not depend on the machine
_LANES = 16  # scratch rows are padded with zeros to a multiple of this: loops without remainders
_INFINITE = np.int64(0x7FF0000000000000)  # the bits of inf, as an integer
_SIGN = np.int64(-(2**63))
_INTERPOLATED = 5  # counts before the search halves its bounds instead


def _compiled(function: _Function) -> _Function:
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


def _summing(function: _Function) -> _Function:
    return numba.njit(
        cache=True, nogil=True, error_model="numpy", fastmath={"reassoc"}
    )(function)


def extremes(X: Array, y: Array, w: Array, k: int) -> tuple[Array, Array]:
    """How far k drops can push each residual up, and how far down.

    Parameters
    ----------
    X, y, w : float64 arrays, shapes (N, D), (N,) and (D,)
        Finite.
    k : int
        From 0 to D.

    Returns
    -------
    highest, lowest : arrays, shape (N,)
        Infinite where a sum overflows.

    Raises
    ------
    OverflowError
        If a residual y - X w is not finite.
    """
    highest, lowest, _ = _run(X, y, w, k, np.empty((0, 0), np.int8))
    return highest, lowest


def worst_masks(X: Array, y: Array, w: Array, k: int) -> Array:
    """The masks (N, D) with at most k zeros in a row that push its residual furthest.

    Only what helps is dropped, equal products by index, lowest first, and upwards where both
    directions reach as far. Parameters and errors as `extremes`.
    """
    return _run(X, y, w, k, np.empty(np.shape(X), np.int8))[2]


def _run(X: Array, y: Array, w: Array, k: int, masks: Array) -> tuple[Array, Array, Array]:
    """The kernel on blocks of rows, each by the next free thread."""
    X, y, w = (_readable(array) for array in (X, y, w))
    if X.shape != (len(y), len(w)):
        raise ValueError(f"X must have shape {(len(y), len(w))}, got {X.shape}")
    k = as_budget("k", k, len(w))
    results = np.empty((3, len(y)))
    edges = np.linspace(0, len(y), min(_BLOCKS, len(y)) + 1).astype(int)
    blocks = [slice(first, last) for first, last in zip(edges, edges[1:], strict=False)]
    work = partial(_block, X, y, w, k, masks, results)
    threads = min(numba.config.NUMBA_NUM_THREADS, len(blocks))
    if threads == 1:
        for block in blocks:
            work(block)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, blocks))  # the list raises what a thread raised
    checked("a residual", results[0])
    return results[1], results[2], masks


def _block(
    X: Array, y: Array, w: Array, k: int, masks: Array, results: Array, rows: slice
) -> None:
    _rows(X[rows], y[rows], w, k, masks[rows], results[:, rows])


def _readable(array: Array) -> Array:
    """A contiguous read-only view: one type of array, so that the kernel compiles once."""
    view: Array = np.ascontiguousarray(array, dtype=np.float64).view()
    view.flags.writeable = False
    return view


@_compiled
def _bits(value: Any) -> Any:
    return np.float64(value).view(np.int64)


@_compiled
def _value(bits: Any) -> Any:
    return np.int64(bits).view(np.float64)


@_summing
def _products(x: Any, w: Any, a: Any) -> Any:
    """Write a_j = x_j w_j; return their sum and that of their sizes."""
    total = 0.0
    size = 0.0
    for j in range(x.size):
        product = x[j] * w[j]
        a[j] = product
        total += product
        size += abs(product)
    return total, size


@_compiled
def _count(a: Any, up: Any, down: Any) -> Any:
    """How many products are above `up`, and how many below -`down`."""
    above = 0
    below = 0
    for j in range(a.size):
        above += a[j] > up
        below += a[j] < -down
    return above, below


@_summing
def _sums(a: Any, up: Any, down: Any) -> Any:
    """The sums of the products above `up`, and of minus those below -`down`."""
    above = 0.0
    below = 0.0
    for j in range(a.size):
        above += a[j] if a[j] > up else 0.0
        below += a[j] if a[j] < -down else 0.0
    return above, -below


@_compiled
def _neighbours(bits: Any, sign: Any, t: Any) -> Any:
    """The nearest products above t, and at most t (0 if there is none), as bits."""
    above = _INFINITE
    below = np.int64(0)
    for j in range(bits.size):
        key = bits[j] ^ sign  # a negative integer for what has the other sign
        above = min(above, key if key > t else _INFINITE)
        below = max(below, key if key <= t else np.int64(0))
    return above, below


@_compiled
def _start(k: Any, size: Any, learnt: Any) -> Any:
    """The state of a search: the next t, its count, bounds with their counts, the slope.

    The k-th largest product is in [low, high], as bits. More than k products are >= low, and
    fewer than k are > high; a count is -1 while its bound is only the range of floats.
    """
    t = min(_bits(size * learnt[0]), _INFINITE - 1)
    slope = size * learnt[1] / learnt[2]
    return max(t, np.int64(0)), 0, np.int64(0), -1, _INFINITE, -1, slope


@_compiled
def _step(bits: Any, sign: Any, k: Any, n: Any, count: Any, state: Any) -> Any:
    """What the n-th count says: whether the search is over, and the state after it."""
    t, _, low, n_low, high, n_high, slope = state
    if count == k or (t == 0 and count < k):
        return True, (t, count, low, n_low, high, n_high, slope)
    near = abs(count - k) == 1 or n >= _INTERPOLATED
    above = t + 1
    below = t
    if near:
        above, below = _neighbours(bits, sign, t)
    if count > k:
        low, n_low, guess = above, count, above
    else:
        high, n_high, guess = below, count, below
        if count == k - 1 or below == 0:
            low = below  # the k-th largest, or there are no k positive products
    if low == high:
        return True, (low, n_high, low, n_low, high, n_high, slope)
    if abs(count - k) > 1:
        guess = _guess(k, n, t, count, low, n_low, high, n_high, slope)
    t = min(max(guess, low), high - 1)
    return False, (t, count, low, n_low, high, n_high, slope)


@_compiled
def _guess(
    k: Any, n: Any, t: Any, count: Any, low: Any, n_low: Any, high: Any, n_high: Any, slope: Any
) -> Any:
    """Where the count may be k: between the bounds, or along the slope until there are two."""
    if n >= _INTERPOLATED:
        return low + (high - low) // 2
    if n_low > 0 and n_high >= 0:
        share = (n_low - k + 0.5) / (n_low - n_high)
        return _bits(_value(low) + (_value(high) - _value(low)) * share)
    if count < k and n > 0:  # there may be no k positive products at all
        return np.int64(0)
    return _bits(_value(t) + slope * (count - k) * (1 << n))


@_compiled
def _learn(learnt: Any, size: Any, start: Any, missed: Any, t: Any) -> Any:
    """Remember where the cut was, as a share of the size, and how far off the first count."""
    if not 0.0 < size < np.inf:
        return
    error = (_value(t) - _value(start)) / size
    learnt[0] = learnt[0] + 0.2 * error if t > 0 else 0.0
    # The slope of the least squares line through what was missed, older rows weighing less.
    learnt[1] += 0.1 * (missed * error - learnt[1])
    learnt[2] += 0.1 * (missed * missed - learnt[2])


@_compiled
def _cuts(a: Any, bits: Any, k: Any, size: Any, learnt: Any) -> Any:
    """The cut of the positive and of the negative products, and how many are beyond each."""
    up = _start(k, size, learnt[0])
    down = _start(k, size, learnt[1])
    first_up = up[0]
    first_down = down[0]
    missed_up = missed_down = 0.0
    done_up = done_down = False
    n = 0
    while not (done_up and done_down):
        above, below = _count(a, _value(up[0]), _value(down[0]))
        if n == 0:
            missed_up = np.float64(above - k)
            missed_down = np.float64(below - k)
        if not done_up:
            done_up, up = _step(bits, np.int64(0), k, n, above, up)
        if not done_down:
            done_down, down = _step(bits, _SIGN, k, n, below, down)
        n += 1
    _learn(learnt[0], size, first_up, missed_up, up[0])
    _learn(learnt[1], size, first_down, missed_down, down[0])
    return _value(up[0]), k - up[1], _value(down[0]), k - down[1]


@_compiled
def _write(a: Any, sign: Any, t: Any, left: Any, mask: Any) -> None:
    """Drop what is above t, and the first `left` of what is equal to it."""
    for j in range(mask.size):
        mask[j] = 0 if sign * a[j] > t else 1
    if t > 0.0 and left > 0:
        for j in range(mask.size):
            if sign * a[j] == t:
                mask[j] = 0
                left -= 1
                if left == 0:
                    return


@_compiled
def _rows(X: Any, y: Any, w: Any, k: Any, masks: Any, results: Any) -> None:
    """Residuals, highest and lowest of these rows, and the masks if there is room for them."""
    n_features = w.size
    a = np.zeros(-(-n_features // _LANES) * _LANES)
    bits = a.view(np.int64)
    learnt = np.empty((2, 3))
    learnt[:, 0] = 1.0 / n_features if 2 * k < n_features else 0.0
    learnt[:, 1] = 1.0 / n_features / max(k, 1)
    learnt[:, 2] = 1.0
    for i in range(y.size):
        total, size = _products(X[i], w, a)
        residual = y[i] - total
        up = down = np.inf
        left_up = left_down = 0
        if k > 0:
            up, left_up, down, left_down = _cuts(a, bits, k, size, learnt)
        above, below = _sums(a, up, down)
        if left_up > 0:
            above += left_up * up
        if left_down > 0:
            below += left_down * down
        results[0, i] = residual
        results[1, i] = residual + above
        results[2, i] = below - residual
        if masks.shape[0] > 0:
            if results[1, i] >= results[2, i]:
                _write(a, 1.0, up, left_up, masks[i])
            else:
                _write(a, -1.0, down, left_down, masks[i])
