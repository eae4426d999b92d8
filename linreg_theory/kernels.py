"""Compiled selection: what k drops can do to each residual, in a few readings of the data.

  extremes(X, y, w, k)    == highest (N,), lowest (N,): e_i + the k largest of max(a_ij, 0) and
                             the k largest of max(-a_ij, 0) - e_i, with a_ij = x_ij w_j
  worst_masks(X, y, w, k) == masks (N, D) of int8 that reach the larger of the two

Both are what `adversarial_dropout` computes with NumPy, for large float64 data without base
masks. Importing this module imports numba; the first call compiles, and the result is kept on
disk.

How. The k largest positive products of a row are those above a cut, which is searched by
counting: a count is one pass without branches over keys, the upper halves of the floats, which
stay in the cache. Keys order as floats do, and one pass counts for both signs. The row before
says where to start, as a share of the row's sum |a_ij|, and how fast the count falls; two or
three counts then reach k. A count one off is mended by stepping to the next key. On wild scales
the search halves the keys between its bounds, of which there are 2^31. Only where the k-th key
is shared are whole floats compared.

Threads share the rows. They are Python's, and the kernel holds no lock: numba's own parallel
loops (OpenMP) would end any process that is forked after the first call.

Sums may be reassociated ("reassoc"), so that they vectorise: the proven rounding bounds hold
for every order of summation. No other liberty is taken: infinities and NaN stay what they are.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, TypeVar

import numba
import numpy as np

from linreg_theory.arithmetic import checked
from linreg_theory.arrays import Array, as_budget

__all__ = ["extremes", "worst_masks"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

_BLOCKS = 16  # of rows; a fixed number, so that the last bit does not depend on the machine
_LANES = 32  # scratch rows are padded with zeros to a multiple of this: loops without remainders
_INFINITE = 0x7FF00000  # the key of inf
_SIGN = 2**31  # the key of -x, unsigned, is that of x plus this; signed, minus this
_REST = 2**32 - 1  # the bits of a float below its key
_INTERPOLATED = 6  # counts before the search halves its bounds instead


def _compiled(function: _Function) -> _Function:
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


def _summing(function: _Function) -> _Function:
    return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc"})(function)


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
        Infinite where they overflow; `OverflowError` if a residual y - X w does.
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
    results = np.empty((len(y), 3))
    edges = np.linspace(0, len(y), min(_BLOCKS, len(y)) + 1).astype(int)

    def work(first: int, last: int) -> None:
        i = slice(first, last)
        _rows(X[i], y[i], w, k, masks[i], results[i])

    with ThreadPoolExecutor(min(numba.config.NUMBA_NUM_THREADS, len(y))) as pool:
        for done in [pool.submit(work, *block) for block in pairwise(edges)]:
            done.result()
    checked("a residual", results[:, 0])
    return results[:, 1], results[:, 2], masks


def _readable(array: Array) -> Array:
    """A contiguous read-only view: one type of array, so that the kernel compiles once."""
    view: Array = np.ascontiguousarray(array, dtype=np.float64).view()
    view.flags.writeable = False
    return view


@_compiled
def _key(value: Any) -> Any:
    """The upper half of a float's bits: sign, exponent and twenty bits of the significand."""
    return np.float64(value).view(np.int64) >> 32


@_compiled
def _value(key: Any, rest: Any) -> Any:
    """The float with this key, the rest of its bits zeros (0) or ones (2**32 - 1)."""
    return np.int64((np.int64(key) << 32) + rest).view(np.float64)


@_summing
def _products(X: Any, i: Any, w: Any, keys: Any) -> Any:
    """Write the keys of a_j = x_ij w_j; return the sum of the a_j and that of their sizes."""
    total = size = 0.0
    for j in range(w.size):
        product = X[i, j] * w[j]
        keys[j] = np.float64(product).view(np.int64) >> 32
        total += product
        size += abs(product)
    return total, size


@_compiled
def _count(keys: Any, unsigned: Any, up: Any, down: Any) -> Any:
    """How many keys are above `up`, and how many of negative numbers are above `down`."""
    bound_up = np.int32(up)
    bound_down = np.uint32(down + _SIGN)  # unsigned, every negative number is above the others
    above_up = above_down = np.int32(0)
    for j in range(keys.size):
        above_up = np.int32(above_up + np.int32(keys[j] > bound_up))
        above_down = np.int32(above_down + np.int32(unsigned[j] > bound_down))
    return np.int64(above_up), np.int64(above_down)


@_summing
def _sums(X: Any, i: Any, w: Any, up: Any, down: Any) -> Any:
    """The sums of the products above `up`, and of minus those below -`down`."""
    above = below = 0.0
    for j in range(w.size):
        product = X[i, j] * w[j]
        above += product if product > up else 0.0
        below += product if product < -down else 0.0
    return above, -below


@_compiled
def _next_above(keys: Any, base: Any, t: Any) -> Any:
    """The nearest key above t, both counted from `base`; there is one."""
    bound = np.int32(t + base)
    nearest = np.int32(2**31 - 1)
    for j in range(keys.size):
        nearest = min(nearest, keys[j] if keys[j] > bound else np.int32(2**31 - 1))
    return np.int64(nearest) - base


@_compiled
def _next_below(keys: Any, base: Any, t: Any) -> Any:
    """The nearest key at most t, both counted from `base`; 0 if there is none."""
    bound = np.int32(t + base)
    nearest = np.int32(base)
    for j in range(keys.size):
        nearest = max(nearest, keys[j] if keys[j] <= bound else np.int32(-(2**31)))
    return np.int64(nearest) - base


@_compiled
def _start(size: Any, learnt: Any) -> Any:
    """The state of a search: the next t, its count, bounds with their counts, the slope.

    The k-th largest key is in [low, high]: more than k are >= low, and fewer than k > high.
    The first count is -1 while low is only the range of floats, as high is at infinity.
    """
    t = max(min(_key(size * learnt[0]), _INFINITE - 1), 0)
    return t, 0, 0, -1, _INFINITE, 0, size * learnt[1] / learnt[2]


@_compiled
def _step(keys: Any, base: Any, k: Any, n: Any, count: Any, state: Any) -> Any:
    """Whether the search is over after its n-th count, and its state."""
    t, _, low, n_low, high, n_high, slope = state
    if count == k or (t == 0 and count < k):
        return True, (t, count, low, n_low, high, n_high, slope)
    near = n >= _INTERPOLATED or abs(count - k) == 1
    if count > k:
        low, n_low = (_next_above(keys, base, t) if near else t + 1), count
    else:
        high, n_high = (_next_below(keys, base, t) if near else t), count
    if low >= high:  # above, if there are NaN
        return True, (low, n_high, low, n_low, high, n_high, slope)
    if count == k + 1:
        t = low  # and if no two keys are equal, k are above this
    elif count == k - 1:
        t = high - 1
    else:
        t = _guess(k, n, count, (t, count, low, n_low, high, n_high, slope))
    return False, (min(max(t, low), high - 1), count, low, n_low, high, n_high, slope)


@_compiled
def _guess(k: Any, n: Any, count: Any, state: Any) -> Any:
    """Where the count may be k: between the bounds, or along the slope until there are two."""
    t, _, low, n_low, high, n_high, slope = state
    if n >= _INTERPOLATED:
        return low + (high - low) // 2
    if n_low >= 0 and high < _INFINITE:
        share = (n_low - k) / (n_low - n_high)
        return _key(_value(low, 0) + (_value(high, 0) - _value(low, 0)) * share)
    if count < k and n > 0:  # there may be no k positive products at all
        return np.int64(0)
    return _key(_value(t, 0) + slope * (count - k) * (1 << n))


@_compiled
def _learn(learnt: Any, size: Any, start: Any, missed: Any, t: Any) -> Any:
    """Remember where the cut was, as a share of the size, and how far off the first count."""
    if not 0.0 < size < np.inf:
        return
    error = (_value(t, 0) - _value(start, 0)) / size
    learnt[0] = learnt[0] + 0.2 * error if t > 0 else 0.0
    # The slope of the least squares line through what was missed, older rows weighing less.
    learnt[1] += 0.1 * (missed * error - learnt[1])
    learnt[2] += 0.1 * (missed * missed - learnt[2])


@_compiled
def _search(keys: Any, unsigned: Any, k: Any, size: Any, learnt_up: Any, learnt_down: Any) -> Any:
    """The keys to cut at, for positive and negative products, and what each leaves to take."""
    up, down = _start(size, learnt_up), _start(size, learnt_down)
    first_up, first_down = up[0], down[0]
    missed_up = missed_down = 0.0
    done_up = done_down = False
    n = 0
    while not (done_up and done_down):
        above_up, above_down = _count(keys, unsigned, up[0], down[0])
        if n == 0:
            missed_up, missed_down = np.float64(above_up - k), np.float64(above_down - k)
        if not done_up:
            done_up, up = _step(keys, 0, k, n, above_up, up)
        if not done_down:
            done_down, down = _step(keys, -_SIGN, k, n, above_down, down)
        n += 1
    _learn(learnt_up, size, first_up, missed_up, up[0])
    _learn(learnt_down, size, first_down, missed_down, down[0])
    return up[0], k - up[1], down[0], k - down[1]


@_compiled
def _resolve(X: Any, i: Any, w: Any, sign: Any, key: Any, left: Any) -> Any:
    """The cut itself, and how many of the products equal to it are among the k largest.

    Above the key are fewer than k; `left` more, if so many are positive, have this very key.
    """
    bottom, top = (_value(key, 0) if key > 0 else 5e-324), _value(key, _REST)
    n = 0
    for j in range(w.size):
        n += bottom <= sign * (X[i, j] * w[j]) <= top
    if n <= left:  # all of them
        return _value(key - 1, _REST) if key > 0 else 0.0, 0
    level = np.empty(n)
    n = 0
    for j in range(w.size):
        product = sign * (X[i, j] * w[j])
        if bottom <= product <= top:
            level[n] = product
            n += 1
    level.sort()
    cut = level[n - left]
    return cut, np.sum(level[n - left :] == cut)


@_compiled
def _write(X: Any, i: Any, w: Any, sign: Any, cut: Any, left: Any, masks: Any) -> None:
    """Drop what is above the cut, and the first `left` of what is equal to it."""
    for j in range(w.size):
        masks[i, j] = 0 if sign * (X[i, j] * w[j]) > cut else 1
    j = 0
    while left > 0:
        if sign * (X[i, j] * w[j]) == cut:
            masks[i, j] = 0
            left -= 1
        j += 1


@_compiled
def _rows(X: Any, y: Any, w: Any, k: Any, masks: Any, results: Any) -> None:
    """Residuals, highest and lowest of these rows, and the masks if there is room for them."""
    keys = np.zeros(-(-w.size // _LANES) * _LANES, np.int32)
    unsigned = keys.view(np.uint32)
    mean = 1.0 / w.size
    learnt_up = np.array([mean if 2 * k < w.size else 0.0, mean / max(k, 1), 1.0])
    learnt_down = learnt_up.copy()
    for i in range(y.size):
        total, size = _products(X, i, w, keys)
        residual = y[i] - total
        up, left_up, down, left_down = np.inf, 0, np.inf, 0
        if k > 0:
            key_up, left_up, key_down, left_down = _search(
                keys, unsigned, k, size, learnt_up, learnt_down
            )
            up, down = _value(key_up, _REST), _value(key_down, _REST)
            if left_up > 0:
                up, left_up = _resolve(X, i, w, 1.0, key_up, left_up)
            if left_down > 0:
                down, left_down = _resolve(X, i, w, -1.0, key_down, left_down)
        above, below = _sums(X, i, w, up, down)
        above += left_up * up if left_up > 0 else 0.0
        below += left_down * down if left_down > 0 else 0.0
        results[i, 0] = residual
        results[i, 1] = residual + above
        results[i, 2] = below - residual
        if masks.shape[0] > 0:
            if results[i, 1] >= results[i, 2]:
                _write(X, i, w, 1.0, up, left_up, masks)
            else:
                _write(X, i, w, -1.0, down, left_down, masks)
