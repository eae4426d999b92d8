"""Numbers that know how far any floating-point evaluation can be from them.

  Undecided     == raised where a sign or an order is not determined
  Format        == a binary floating-point format; FLOAT32 and FLOAT64
  Rounded(x)    == the exact value of the float x, together with a proven bound
                   on the error of every floating-point evaluation that starts at x
  r.value       == the exact value, a rational number
  r.error       == an upper bound on |float result - r.value|; 0 where every
                   evaluation is exact

Run a formula on an object array of `Rounded` and each result bounds the error of the
same formula on floats, in whatever order NumPy or BLAS adds, fused or not.

Why it is a proof. Write u = 2^-p for the unit roundoff. A result reached from its
inputs through at most c roundings is a sum of products of inputs, each times a factor
between (1-u)^c and (1+u)^c, so its error is at most gamma_c * m, where
gamma_c = c u / (1 - c u) and m is the value of the same formula on absolute values
(Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., Lemma 3.1 and
Section 3.4). A sum of n terms puts at most n - 1 roundings on each of them in any order,
and that is what adding one after the other counts here. Underflow adds at most half the
smallest subnormal number at each product (ibid., equation 2.8); additions underflow
exactly. Where all partial sums are multiples of one power of two, 2^g, and m <= 2^(p+g),
nothing is rounded at all: small integers, ties and zeros are decided.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from gmpy2 import mpq

__all__ = ["FLOAT32", "FLOAT64", "Format", "Rounded", "Undecided"]


class Undecided(ArithmeticError):
    """A sign or an order is not determined by what is known of the numbers."""


@dataclass(frozen=True)
class Format:
    """A binary format: significand bits, and the exponent of the smallest subnormal."""

    name: str
    precision: int
    smallest: int

    def gamma(self, roundings: int) -> mpq:
        """Bound on the relative effect of so many roundings (Higham, Lemma 3.1)."""
        total = mpq(roundings, 2**self.precision)
        if total > mpq(1, 8):
            raise Undecided(f"{roundings} roundings are too many for {self.name}")
        return total / (1 - total)


FLOAT32 = Format("float32", 24, -149)
FLOAT64 = Format("float64", 53, -1074)

_EXACT_GRID = 1 << 40  # the grid of zero: a multiple of every power of two


class Rounded:
    """An exact value with a bound on what floating point can make of it.

    Parameters
    ----------
    number : float or int
        Where a computation starts; taken exactly.
    format : Format
        The floating-point format whose errors are bounded.
    """

    __slots__ = ("exact", "format", "grid", "magnitude", "roundings", "tiny", "value")
    __hash__ = None  # type: ignore[assignment]

    value: mpq  # exact
    magnitude: mpq  # the same formula on absolute values
    roundings: int  # how many roundings a term can meet
    tiny: mpq  # absolute error from underflow, before later roundings
    grid: int  # every partial result is a multiple of 2**grid
    exact: bool  # no evaluation rounds anything

    def __init__(self, number: float | int, format: Format = FLOAT64) -> None:
        self.value = mpq(number)
        self.magnitude = abs(self.value)
        self.roundings = 0
        self.tiny = mpq(0)
        self.grid = _grid(self.value)
        self.exact = True
        self.format = format

    @property
    def error(self) -> mpq:
        """Upper bound on the absolute error of any floating-point evaluation."""
        if self.exact:
            return mpq(0)
        # Later roundings act on the underflow too: a factor 1 + gamma <= 8/7 < 2.
        return self.format.gamma(self.roundings) * self.magnitude + 2 * self.tiny

    # -- arithmetic ---------------------------------------------------------

    def __add__(self, other: object) -> Rounded:
        other = self._like(other)
        if other is NotImplemented:
            return NotImplemented
        return self._result(
            value=self.value + other.value,
            magnitude=self.magnitude + other.magnitude,
            roundings=max(self.roundings, other.roundings) + 1,
            tiny=self.tiny + other.tiny,
            grid=min(self.grid, other.grid),
            exact=self.exact and other.exact,
        )

    def __mul__(self, other: object) -> Rounded:
        other = self._like(other)
        if other is NotImplemented:
            return NotImplemented
        cross = self.tiny * other.magnitude + other.tiny * self.magnitude + self.tiny * other.tiny
        grid = min(self.grid + other.grid, _EXACT_GRID)
        underflows = grid < self.format.smallest
        half_smallest = mpq(1, 2 ** (1 - self.format.smallest))
        return self._result(
            value=self.value * other.value,
            magnitude=self.magnitude * other.magnitude,
            roundings=self.roundings + other.roundings + 1,
            tiny=cross + (half_smallest if underflows else 0),
            grid=grid,
            exact=self.exact and other.exact and not underflows,
        )

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Rounded:
        return self._copy(-self.value)

    def __abs__(self) -> Rounded:
        return self._copy(abs(self.value))

    def __sub__(self, other: object) -> Rounded:
        other = self._like(other)
        return NotImplemented if other is NotImplemented else self + (-other)

    def __rsub__(self, other: object) -> Rounded:
        return (-self) + other

    def sqrt(self) -> Rounded:
        """Square root of a square that lost nothing to cancellation (NumPy's is correct)."""
        root = mpq(math.isqrt(self.value.numerator), math.isqrt(self.value.denominator))
        if root * root != self.value or self.magnitude != self.value or self.tiny:
            raise Undecided(f"no proven bound for the square root of {self.value}")
        # Relative errors of a positive number are halved by the root: the count stands.
        return self._result(root, root, self.roundings + 1, mpq(0), _grid(root), self.exact)

    def maximum(self, other: Rounded) -> Rounded:
        """The larger value; correct whichever of the two floating point prefers."""
        return self._result(
            value=max(self.value, other.value),
            magnitude=max(self.magnitude, other.magnitude),
            roundings=max(self.roundings, other.roundings),
            tiny=max(self.tiny, other.tiny),
            grid=min(self.grid, other.grid),
            exact=self.exact and other.exact,
        )

    # -- order: only what floating point cannot get wrong --------------------

    def compare(self, other: object) -> int:
        """-1, 0 or 1; raises `Undecided` where rounding could change the answer."""
        other = self._like(other)
        if other is self:
            return 0
        difference = self.value - other.value
        doubt = self.error + other.error
        if doubt and abs(difference) <= doubt:
            raise Undecided("the order of two floats is within their rounding errors")
        return (difference > 0) - (difference < 0)

    def __lt__(self, other: object) -> bool:
        return self.compare(other) < 0

    def __le__(self, other: object) -> bool:
        return self.compare(other) <= 0

    def __gt__(self, other: object) -> bool:
        return self.compare(other) > 0

    def __ge__(self, other: object) -> bool:
        return self.compare(other) >= 0

    def __eq__(self, other: object) -> bool:
        return self.compare(other) == 0

    def __ne__(self, other: object) -> bool:
        return self.compare(other) != 0

    def __repr__(self) -> str:
        return f"Rounded({self.value}, error <= {float(self.error):.3g})"

    # -- making -------------------------------------------------------------

    def _like(self, other: object) -> Rounded:
        if isinstance(other, Rounded):
            return other
        if isinstance(other, (int, float, np.integer, np.floating, Fraction, mpq)):
            # A constant of a formula is a float there, so it is exact here.
            return Rounded(float(other), self.format)
        return NotImplemented

    def _copy(self, value: mpq) -> Rounded:
        return self._result(value, self.magnitude, self.roundings, self.tiny, self.grid, self.exact)

    def _result(
        self,
        value: mpq,
        magnitude: mpq,
        roundings: int,
        tiny: mpq,
        grid: int,
        exact: bool,
    ) -> Rounded:
        result = object.__new__(Rounded)
        result.value = value
        result.magnitude = magnitude
        result.tiny = tiny
        result.grid = grid
        result.format = self.format
        # Multiples of 2^grid up to 2^(precision + grid) are floats: nothing is rounded.
        result.exact = exact and magnitude <= _power_of_two(self.format.precision + grid)
        result.roundings = 0 if result.exact else roundings
        return result


def _grid(value: mpq) -> int:
    """The largest g such that the value is a multiple of 2^g (dyadic numbers only)."""
    if value == 0:
        return _EXACT_GRID
    numerator, denominator = abs(value.numerator), value.denominator
    if denominator & (denominator - 1):
        raise ValueError(f"{value} is not a floating-point number")
    return (numerator & -numerator).bit_length() - denominator.bit_length()


def _power_of_two(exponent: int) -> mpq:
    if exponent >= _EXACT_GRID // 2:  # the grid of zero: no bound at all
        exponent = 4096
    return mpq(2**exponent) if exponent >= 0 else mpq(1, 2**-exponent)
