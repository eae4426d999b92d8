"""What may enter: numbers, vectors, matrices and budgets, checked before any work.

  Array                       == the type of all of them: any NumPy array
  as_array(name, value, ndim) == a finite real array of that many dimensions, not empty:
                                 float32 or float64, or object holding exact numbers
  as_scalar(name, value)      == one finite real number
  as_radius(name, value)      == a number >= 0 (a size of perturbation, a scale)
  as_budget(name, value, top) == an int in 0..top (a number of units)
  as_masks(name, value, shape)== zeros and ones of that shape (or broadcast to it)
  is_exact(a), exactly(a)     == whether an array holds exact numbers; the same in fractions
  together(a, b, ...)         == the same arrays in one number system: if one is exact,
                                 floats are taken at their exact binary value
  with_scalar(r, a, b, ...)   == the same for arrays and one number; an int fits any system

Three number systems pass: floats, `Fraction` (and int) objects, SymPy expressions; beside them
gmpy2's `mpq`, which is a faster `Fraction`, and `Rounded`, an exact number with an error
bound. Everything else is refused with an error that names the argument, says what was
expected and what came.
"""

from __future__ import annotations

import math
import operator
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from gmpy2 import mpq
from numpy.typing import NDArray

from linreg_theory.rounding import Rounded

__all__ = [
    "Array",
    "as_array",
    "as_budget",
    "as_masks",
    "as_radius",
    "as_scalar",
    "exactly",
    "is_exact",
    "together",
    "with_scalar",
]

Array = NDArray[Any]

_SHAPES = {1: "one-dimensional", 2: "two-dimensional"}
_LARGEST_INTEGER = 2**53  # beyond it an int may not be a float64


def as_array(name: str, value: Any, ndim: int) -> Array:
    """A finite, real, non-empty array with `ndim` dimensions.

    Integers and booleans become float64 and float16 is widened; object arrays become exact
    (`Fraction`, SymPy or `Rounded`).

    Raises
    ------
    TypeError
        For complex, textual, sparse, masked or other non-numeric input.
    ValueError
        For NaN, infinity, ragged or empty input and for a wrong number of dimensions.
    """
    if hasattr(value, "tocsr") or hasattr(value, "todense"):
        raise TypeError(f"{name} must be a dense array, got sparse {type(value).__name__}")
    if np.ma.isMaskedArray(value):
        raise TypeError(f"{name} must be a plain array, got a masked array")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array of numbers: {error}") from None
    if array.ndim != ndim:
        raise ValueError(f"{name} must be {_SHAPES[ndim]}, got shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    return _real(name, array)


def as_scalar(name: str, value: Any) -> Any:
    """One finite real number: an int, a float, or exact where it came exact."""
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be a real number, got {value!r}")
    if isinstance(value, (Fraction, mpq, sympy.Basic, Rounded)):
        return _exact_number(name, value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if np.ndim(value) != 0:
        raise TypeError(f"{name} must be a single number, got shape {np.shape(value)}")
    number = _real(name, np.asarray(value))[()]
    return number if isinstance(number, (Fraction, mpq, sympy.Basic)) else float(number)


def as_radius(name: str, value: Any) -> Any:
    """A finite real number that is not negative.

    Raises
    ------
    ValueError
        For a negative, infinite or NaN value; a symbol passes unless it is known negative.
    """
    number = as_scalar(name, value)
    negative = number.is_negative if isinstance(number, sympy.Basic) else number < 0
    if negative:
        raise ValueError(f"{name} must be at least 0, got {value}")
    return number


def as_budget(name: str, value: Any, top: int) -> int:
    """A whole number of units, from 0 to `top`.

    Raises
    ------
    TypeError
        If it is not an integer (3.0 and True are not).
    ValueError
        If it is outside 0..top.
    """
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r}") from None
    if not 0 <= number <= top:
        raise ValueError(f"{name} must be between 0 and {top}, got {number}")
    return number


def as_masks(name: str, value: Any, shape: tuple[int, int]) -> Array:
    """Masks of zeros and ones, broadcast to `shape`; 1 keeps a unit, 0 drops it."""
    array = np.asarray(value)
    if array.dtype.kind not in "biufO":
        raise TypeError(f"{name} must hold zeros and ones, got dtype {array.dtype}")
    if not np.all((array == 0) | (array == 1)):
        raise ValueError(f"{name} must hold zeros and ones only")
    try:
        return np.broadcast_to(array.astype(np.int8), shape)
    except ValueError:
        raise ValueError(f"{name} must fit shape {shape}, got {array.shape}") from None


def is_exact(array: Array) -> bool:
    """Whether the array holds exact numbers (`Fraction`, SymPy or `Rounded` objects)."""
    return array.dtype == object


def exactly(array: Array) -> Array:
    """The same numbers as an object array; floats at their exact binary value."""
    return array if is_exact(array) else _elementwise(Fraction, array)


def together(*arrays: Array) -> tuple[Array, ...]:
    """All arrays in one number system: exact as soon as one of them is."""
    if any(is_exact(array) for array in arrays):
        return tuple(exactly(array) for array in arrays)
    return arrays


def with_scalar(number: Any, *arrays: Array) -> tuple[Any, ...]:
    """A number and some arrays in one number system; an int or a float follows the arrays."""
    if not isinstance(number, (int, float)):
        arrays = tuple(exactly(array) for array in arrays)
    arrays = together(*arrays)
    if not is_exact(arrays[0]):
        return arrays[0].dtype.type(number), *arrays
    if isinstance(number, (int, float)):
        number = Fraction(number)
    return number, *arrays


def _real(name: str, array: Array) -> Array:
    kind = array.dtype.kind
    if kind == "O":
        return _elementwise(lambda number: _exact_number(name, number), array)
    if kind in "biu":
        if max(int(array.max()), -int(array.min())) > _LARGEST_INTEGER:
            raise ValueError(f"{name} holds integers beyond 2**53; give them as Fraction objects")
        return array.astype(np.float64)
    if kind != "f" or array.dtype.itemsize > 8:
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} must be finite, got NaN or infinity")
    return array.astype(np.float64) if array.dtype.itemsize < 4 else array


def _exact_number(name: str, number: Any) -> Any:
    if type(number) in (Fraction, mpq, Rounded):
        return number
    if isinstance(number, (sympy.Expr, sympy.Basic)):
        if number.is_finite is False or number is sympy.nan:
            raise ValueError(f"{name} must be finite, got {number}")
        if not isinstance(number, sympy.Expr) or number.is_extended_real is False:
            raise TypeError(f"{name} must hold real numbers, got {number}")
        return number
    if isinstance(number, (int, np.integer)):
        return Fraction(int(number))
    if isinstance(number, (float, np.floating)):
        if not math.isfinite(number):
            raise ValueError(f"{name} must be finite, got NaN or infinity")
        return Fraction(float(number))
    raise TypeError(f"{name} must hold real numbers, got {number!r}")


def _elementwise(function: Any, array: Array) -> Array:
    return np.asarray(np.frompyfunc(function, 1, 1)(array), dtype=object).reshape(array.shape)
