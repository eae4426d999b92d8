"""The few operations that are not `@ * + abs`, on floats, fractions and symbols alike.

  sign(x)           == sg(x), elementwise, with sg(0) = 0 (and sg(-0.0) = 0)
  positive_part(x)  == max(x, 0), elementwise
  maximum(x)        == the largest entry along the last axis
  root(x)           == the square root of a number; exact, as SymPy, for fractions
  order(x)          == indices that sort a vector downwards, equal values by index
  top_sum(x, k)     == sum of the k largest entries along the last axis; 0 for k = 0
  tails(x, k)       == sums of the k largest of max(x, 0) and of the k largest of max(-x, 0)
  at_most(x, bound) == x <= bound, elementwise; raises Undecided on undecided symbols
  checked(what, x)  == x, unless floats overflowed: then OverflowError says what did
  quiet             == decorator: floating-point warnings off, for what `checked` reports

On symbols a sign or an order is used only where SymPy's assumptions decide it. `maximum`
and `top_sum` then return a `Max`; `order` raises `Undecided`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cmp_to_key, reduce
from typing import Any, TypeVar

import numpy as np
import sympy
from gmpy2 import mpq
from numpy.typing import NDArray

from linreg_theory.arrays import Array, is_exact
from linreg_theory.rounding import Rounded, Undecided

__all__ = [
    "Undecided",
    "at_most",
    "checked",
    "maximum",
    "order",
    "positive_part",
    "quiet",
    "root",
    "sign",
    "tails",
    "top_sum",
]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def quiet(function: _Function) -> _Function:
    """Silence NumPy's overflow and underflow warnings; `checked` raises instead."""
    wrapped: _Function = np.errstate(over="ignore", invalid="ignore", under="ignore")(function)
    return wrapped


def checked(what: str, value: Any) -> Any:
    """Return the value, or raise `OverflowError` if it is not finite."""
    floating = np.asarray(value)
    # The extremes tell, NaN included, without an array of truth values beside the data.
    if floating.dtype.kind == "f" and not np.isfinite([np.min(floating), np.max(floating)]).all():
        raise OverflowError(
            f"{what} overflows {floating.dtype}: rescale the data, "
            "or make it exact with Problem.exact()"
        )
    return value


def sign(x: Array) -> Array:
    """sg(x) elementwise, with sg(0) = 0; symbolic where the sign is not known."""
    if is_exact(x):
        return np.asarray(np.frompyfunc(_sign, 1, 1)(x), dtype=object)
    return np.sign(x) + 0.0  # turns -0.0 into 0.0


def positive_part(x: Array) -> Array:
    """max(x, 0) elementwise."""
    if is_exact(x):
        return np.asarray(np.frompyfunc(_positive_part, 1, 1)(x), dtype=object)
    return np.maximum(x, 0)


def maximum(x: Array) -> Array:
    """The largest entry along the last axis, (…, D) to (…)."""
    if not is_exact(x):
        return np.max(x, axis=-1)
    rows = x.reshape(-1, x.shape[-1])
    return _filled((_maximum(row) for row in rows), x.shape[:-1])


def root(x: Any) -> Any:
    """The square root of a number; a SymPy number for exact input."""
    if isinstance(x, Rounded):
        return x.sqrt()
    if isinstance(x, (Fraction, mpq, sympy.Basic)):
        return sympy.sqrt(sympy.sympify(x))
    return np.sqrt(x)


def order(x: Array) -> Array:
    """Indices that sort the vector (D,) downwards; equal values keep their order.

    Raises
    ------
    Undecided
        If the entries are symbols, or rounded numbers, whose order is not determined.
    """
    if not is_exact(x):
        return np.argsort(-x, kind="stable")

    def lower_first(i: int, j: int) -> int:
        return _compare(x[j], x[i])

    return np.array(sorted(range(len(x)), key=cmp_to_key(lower_first)), dtype=np.intp)


def top_sum(x: Array, k: int) -> Array:
    """Sum of the k largest entries along the last axis, (…, D) to (…)."""
    if not is_exact(x):
        if k == 0:
            return np.zeros(x.shape[:-1], dtype=x.dtype)
        kept = np.partition(x, x.shape[-1] - k, axis=-1)[..., x.shape[-1] - k :]
        return np.sum(kept, axis=-1)
    rows = x.reshape(-1, x.shape[-1])
    return _filled((_top_sum(row, k) for row in rows), x.shape[:-1])


def tails(x: Array, k: int) -> tuple[Array, Array]:
    """What the k largest and the k smallest entries weigh on their side of zero.

    Parameters
    ----------
    x : array, shape (…, D)
        Floats are reordered in place: this is a selection, in O(D) and without a copy.
    k : int
        From 0 to D.

    Returns
    -------
    above, below : arrays, shape (…)
        Sums of the k largest entries of max(x, 0) and of max(-x, 0).
    """
    if is_exact(x):
        return top_sum(positive_part(x), k), top_sum(positive_part(-x), k)
    if k == 0:
        return np.zeros(x.shape[:-1], x.dtype), np.zeros(x.shape[:-1], x.dtype)
    x.partition(sorted({k - 1, x.shape[-1] - k}), axis=-1)
    low, high = x[..., :k], x[..., x.shape[-1] - k :]
    return np.sum(high, axis=-1, where=high > 0), -np.sum(low, axis=-1, where=low < 0)


def at_most(x: Array, bound: Array) -> NDArray[np.bool_]:
    """x <= bound, elementwise and with broadcasting."""
    if is_exact(x) or is_exact(bound):
        return np.asarray(np.frompyfunc(lambda a, b: _compare(a, b) <= 0, 2, 1)(x, bound), bool)
    return np.asarray(x <= bound)


def _filled(values: Iterable[Any], shape: tuple[int, ...]) -> Array:
    """An object array, also where the values are symbols or there is just one."""
    array = np.empty(shape, dtype=object)
    array.reshape(-1)[:] = list(values)
    return array


def _sign(number: Any) -> Any:
    if isinstance(number, sympy.Expr):
        return sympy.sign(sympy.expand(number))
    return _compare(number, 0)


def _positive_part(number: Any) -> Any:
    if isinstance(number, sympy.Expr):
        return _maximum([number, sympy.Integer(0)])
    return number if _compare(number, 0) > 0 else 0 * number


def _maximum(values: Iterable[Any]) -> Any:
    values = list(values)
    if any(isinstance(value, sympy.Expr) for value in values):
        return _symbolic_maximum([sympy.expand(sympy.sympify(value)) for value in values])
    if isinstance(values[0], Rounded):
        return reduce(Rounded.maximum, values)
    return max(values)


def _symbolic_maximum(values: list[sympy.Expr]) -> sympy.Expr:
    """`Max` of the values that no other one is known to reach."""
    kept: list[sympy.Expr] = []
    for value in values:
        if any(_decided_at_least(other, value) for other in kept):
            continue
        kept = [other for other in kept if not _decided_at_least(value, other)] + [value]
    return sympy.Max(*kept)


def _decided_at_least(a: sympy.Expr, b: sympy.Expr) -> bool:
    return bool(sympy.expand(a - b).is_nonnegative)


def _top_sum(row: Array, k: int) -> Any:
    try:
        return sum((row[j] for j in order(row)[:k]), start=0 * row[0])
    except Undecided:
        if not any(isinstance(value, sympy.Expr) for value in row):
            raise
        return _maximum([sum(chosen) for chosen in itertools.combinations(row, k)])


def _compare(a: Any, b: Any) -> int:
    """Sign of a - b for any two exact numbers."""
    if isinstance(a, Rounded):
        return a.compare(b)
    if not isinstance(a, sympy.Expr) and not isinstance(b, sympy.Expr):
        return int((a > b) - (a < b))
    difference = sympy.expand(sympy.sympify(a) - sympy.sympify(b))
    if difference.is_zero:
        return 0
    if difference.is_positive:
        return 1
    if difference.is_negative:
        return -1
    raise Undecided(
        f"the sign of {difference} is not determined: give its symbols signs "
        "(positive=True, negative=True) or numbers"
    )
