"""A softmax head on masked hidden units, and the divergences between its outputs.

  Head(h, W, b)             == logits z_c(m) = b_c + sum_j m_j h_j W_jc; b = 0 if left out
  head.logits(m)            == z (C,) under a mask m (H,): zeros and ones, or between them
  head.probabilities(m)     == softmax of the logits, (C,)
  head.divergence(D, t, m)  == D[t, f(m)]: how far the output is from a target t (C,)
  head.jacobian(D, t, m)    == dD/dm_j = h_j (W dD/dz)_j, (H,): Formula 11 where m is all ones
  Divergence                == one of these functions of a target and an output:
  cross_entropy(p, q)       == CE = -sum_c p_c log q_c, with 0 log 0 = 0
  reversed_cross_entropy    == CE[q, p], its arguments exchanged
  kullback_leibler(p, q)    == KL = sum_c p_c log(p_c / q_c)
  quadratic_error(p, q)     == QE = sum_c (p_c - q_c)^2
  entropy(p)                == -sum_c p_c log p_c
  enclosed(x)               == intervals that hold the exact numbers of an array

One formula serves floats, fractions (answers are exact SymPy numbers, their logarithms split
into those of primes), SymPy expressions and mpmath intervals of 100 bits, which enclose the
true value. One class or one unit is ordinary. A cross entropy or a KL that meets q_c = 0
where p_c > 0 is infinite and raises `ValueError`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from mpmath.ctx_iv import MPIntervalContext, ivmpf
from numpy.typing import NDArray

from linreg_theory.arithmetic import checked, quiet
from linreg_theory.arrays import Array, as_array, as_scalar, is_exact, together

__all__ = [
    "Divergence",
    "Head",
    "cross_entropy",
    "enclosed",
    "entropy",
    "kullback_leibler",
    "quadratic_error",
    "reversed_cross_entropy",
]

Divergence = Callable[[Any, Any], Any]

_INTERVALS = MPIntervalContext()  # our own: the shared one keeps its precision
_INTERVALS.prec = 100


@dataclass(frozen=True, eq=False)
class Head:
    """The layers above a dropout layer where they are linear, and a softmax.

    Parameters
    ----------
    h : array-like, shape (H,)
        The hidden units.
    W : array-like, shape (H, C)
        The weights of the units for each class.
    b : array-like, shape (C,), optional
        The biases of the classes; zero if None.

    Raises
    ------
    TypeError
        For complex, textual or otherwise non-numeric input.
    ValueError
        For NaN, infinity, ragged or empty input, or shapes that do not fit.
    """

    h: Array
    W: Array
    b: Any = None

    def __post_init__(self) -> None:
        h, W = _numbers("h", self.h, 1), _numbers("W", self.W, 2)
        b = np.zeros(W.shape[1]) if self.b is None else _numbers("b", self.b, 1)
        _sized("W", W, len(h), "a row per unit of h")
        _sized("b", b, W.shape[1], "one per class")
        for name, array in zip(("h", "W", "b"), _together(h, W, b), strict=True):
            own = array.copy()
            own.setflags(write=False)
            object.__setattr__(self, name, own)

    @quiet
    def logits(self, mask: Any) -> Array:
        """z = b + (mask * h) W, shape (C,)."""
        mask, h, W, b = _together(self._mask(mask), self.h, self.W, self.b)
        logits: Array = checked("a logit", b + (mask * h) @ W)
        return logits

    @quiet
    def probabilities(self, mask: Any) -> Array:
        """f = exp(z) / sum exp(z), shape (C,)."""
        logits = self.logits(mask)
        if not is_exact(logits):
            logits = logits - np.max(logits)  # so that no exponential overflows
        powers = _exponentials(logits)
        return powers / np.sum(powers)

    def divergence(self, divergence: Divergence, target: Any, mask: Any) -> Any:
        """D[target, f(mask)] for a divergence of this module.

        Parameters
        ----------
        divergence : callable
            `cross_entropy`, `reversed_cross_entropy`, `kullback_leibler` or `quadratic_error`.
        target : array-like, shape (C,)
            The first argument, a distribution over the classes.
        mask : array-like, shape (H,)
        """
        return divergence(self._target(target), self.probabilities(mask))

    @quiet
    def jacobian(self, divergence: Divergence, target: Any, mask: Any) -> Array:
        """dD[target, f(mask)] / dmask, shape (H,): h times the gradient by the masked units.

        Parameters as `divergence`.

        Raises
        ------
        ValueError
            If the derivative of the divergence is not known here.
        """
        if divergence not in _SLOPES:
            names = ", ".join(known.__name__ for known in _SLOPES)
            raise ValueError(f"divergence must be one of {names}, got {divergence!r}")
        slopes = _SLOPES[divergence](*_together(self._target(target), self.probabilities(mask)))
        slopes, h, W = _together(slopes, self.h, self.W)
        jacobian: Array = checked("the Jacobian", h * (W @ slopes))
        return jacobian

    def _mask(self, mask: Any) -> Array:
        array = _sized("mask", _numbers("mask", mask, 1), len(self.h), "one per unit")
        if any(_refuted(entry >= 0) or _refuted(entry <= 1) for entry in array):
            raise ValueError("mask must hold numbers between 0 and 1")
        return array

    def _target(self, target: Any) -> Array:
        return _sized("target", _weights("target", target), self.W.shape[1], "one per class")


@quiet
def cross_entropy(p: Any, q: Any) -> Any:
    """CE[p, q] = -sum_c p_c log q_c; entropy(p), not zero, where p = q.

    Parameters
    ----------
    p, q : array-like, shape (C,)
        Distributions; entries must not be negative, their sum is not checked.

    Raises
    ------
    TypeError, ValueError
        For unusable input, or q_c = 0 where p_c > 0.
    """
    return -_mean_logarithm(*_distributions(p, q))


@quiet
def reversed_cross_entropy(p: Any, q: Any) -> Any:
    """CE[q, p] = -sum_c q_c log p_c: the output is the first argument. As `cross_entropy`."""
    return cross_entropy(q, p)


@quiet
def kullback_leibler(p: Any, q: Any) -> Any:
    """KL[p, q] = sum_c p_c log(p_c / q_c), zero where p = q. As `cross_entropy`."""
    p, q = _distributions(p, q)
    some = _not_zero(p)
    return _mean_logarithm(p[some], p[some] / q[some])


@quiet
def quadratic_error(p: Any, q: Any) -> Any:
    """QE[p, q] = sum_c (p_c - q_c)^2, zero where p = q. As `cross_entropy`."""
    p, q = _of_one_length(p, q)
    difference = p - q
    return np.sum(difference * difference)


@quiet
def entropy(p: Any) -> Any:
    """-sum_c p_c log p_c, zero where p is one-hot. As `cross_entropy`."""
    p = _weights("p", p)
    return -_mean_logarithm(p, p)


def enclosed(array: Any) -> Array:
    """Intervals around the exact values of floats, ints and fractions; no symbols, no NaN."""
    numbers = np.asarray(array)
    return np.asarray(np.frompyfunc(_interval, 1, 1)(numbers), dtype=object).reshape(numbers.shape)


def _slopes_of_logarithms(target: Array, output: Array) -> Array:
    """dCE/dz = dKL/dz, the target being fixed."""
    return output * np.sum(target) - target


def _slopes_of_reversed(target: Array, output: Array) -> Array:
    """dCE[output, target]/dz."""
    output, target = _distributions(output, target)
    costs = -_logarithms(target)
    return output * (costs - output @ costs)


def _slopes_of_squares(target: Array, output: Array) -> Array:
    """dQE/dz."""
    pull = 2 * (output - target)
    return output * (pull - output @ pull)


_SLOPES: dict[Divergence, Callable[[Array, Array], Array]] = {
    cross_entropy: _slopes_of_logarithms,
    reversed_cross_entropy: _slopes_of_reversed,
    kullback_leibler: _slopes_of_logarithms,
    quadratic_error: _slopes_of_squares,
}


def _mean_logarithm(weights: Array, values: Array) -> Any:
    """sum_c weight_c log value_c; a weight of zero counts nothing."""
    some = _not_zero(weights)
    return checked("a logarithm", np.sum(weights[some] * _logarithms(values[some])))


def _of_one_length(p: Any, q: Any) -> tuple[Array, Array]:
    p, q = _together(_weights("p", p), _weights("q", q))
    return p, _sized("q", q, len(p), "like p")


def _distributions(p: Any, q: Any) -> tuple[Array, Array]:
    p, q = _of_one_length(p, q)
    if np.any(_not_zero(p) & ~_not_zero(q)):
        raise ValueError("q must be positive where p is, for the divergence to be finite")
    return p, q


def _sized(name: str, array: Array, length: int, meaning: str) -> Array:
    if len(array) != length:
        raise ValueError(f"{name} must have length {length}, {meaning}, got {len(array)}")
    return array


def _weights(name: str, value: Any) -> Array:
    array = _numbers(name, value, 1)
    if any(_refuted(entry >= 0) for entry in array):
        raise ValueError(f"{name} must not hold negative numbers")
    return array


def _numbers(name: str, value: Any, ndim: int) -> Array:
    """A validated array; intervals pass where all entries are finite ones."""
    array = np.asarray(value)
    if not any(isinstance(entry, ivmpf) for entry in array.flat):
        return as_array(name, value, ndim)
    if array.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} dimensions, got shape {array.shape}")
    return enclosed(array)


def _together(*arrays: Array) -> tuple[Array, ...]:
    """All arrays in one number system: intervals before exact numbers before floats."""
    if any(isinstance(entry, ivmpf) for array in arrays for entry in array.flat):
        return tuple(enclosed(array) for array in arrays)
    return together(*arrays)


def _interval(number: Any) -> Any:
    if isinstance(number, ivmpf):
        if not (number.a > -_INTERVALS.inf and number.b < _INTERVALS.inf):
            raise ValueError(f"an interval must be finite, got {number}")
        return number
    if isinstance(number, sympy.Basic):
        raise TypeError(f"a symbolic number has no interval here, got {number}")
    exact = Fraction(as_scalar("the array", number))
    return _INTERVALS.mpf(exact.numerator) / _INTERVALS.mpf(exact.denominator)


def _exponentials(array: Array) -> Array:
    return _elementwise(_INTERVALS.exp, sympy.exp, array) if is_exact(array) else np.exp(array)


def _logarithms(array: Array) -> Array:
    return (
        _elementwise(_INTERVALS.log, _exact_logarithm, array) if is_exact(array) else np.log(array)
    )


def _exact_logarithm(number: sympy.Expr) -> sympy.Expr:
    return sympy.expand_log(sympy.log(number), factor=True)


def _elementwise(of_intervals: Any, of_expressions: Any, array: Array) -> Array:
    values = [
        of_intervals(x) if isinstance(x, ivmpf) else of_expressions(sympy.sympify(x)) for x in array
    ]
    return np.array([*values, None], dtype=object)[:-1]  # of objects, whatever they are


def _not_zero(array: Array) -> NDArray[np.bool_]:
    """Where entries are not known to be zero; symbols count as not zero."""
    return np.array([not bool(entry == 0) for entry in array], dtype=bool)


def _refuted(condition: Any) -> bool:
    """Whether a comparison is known to be false; symbols and intervals may leave it open."""
    return condition in (False, sympy.false)
