"""Whether two sides of a statement agree, in each number system by its own proof.

  holds(relation, a, b)  == True, False, or None where it cannot be decided
  RELATIONS              == "=", "<=", ">=", "iff" (truth values agree)
  flat(value)            == the numbers in nested lists, tuples and arrays
  within_bounds(f, r)    == whether floats f lie within the proven errors of rounded r

Fractions compare exactly. Symbols are decided by SymPy: every `Max` and `Abs` is split into
its cases, each a polynomial identity or inequality; what fails is refuted by numbers put in
for the symbols, or stays undecided. Intervals decide where they do not overlap. Floats are
not compared at all: they are held against the bounds of `Rounded`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from mpmath.ctx_iv import ivmpf

from linreg_theory.rounding import Rounded

__all__ = ["RELATIONS", "flat", "holds", "within_bounds"]

RELATIONS = ("=", "<=", ">=", "iff")

_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


def holds(relation: str, computed: Any, claimed: Any) -> bool | None:
    """Whether `computed relation claimed`, entry by entry.

    Returns
    -------
    True, False or None
        None if no entry fails but some entry could not be decided.

    Raises
    ------
    ValueError
        If the relation is unknown or the sides have different sizes.
    TypeError
        For floats, which have no exact answer.
    """
    if relation not in RELATIONS:
        raise ValueError(f"relation must be one of {', '.join(RELATIONS)}, got {relation!r}")
    left, right = list(flat(computed)), list(flat(claimed))
    if len(left) != len(right):
        raise ValueError(f"the sides have {len(left)} and {len(right)} entries")
    decided: bool | None = True
    for a, b in zip(left, right, strict=True):
        verdict = _compare(relation, a, b)
        if verdict is False:
            return False
        if verdict is None:
            decided = None
    return decided


def flat(value: Any) -> Iterator[Any]:
    """The numbers in nested lists, tuples and arrays, in order."""
    if isinstance(value, np.ndarray):
        yield from value.reshape(-1).tolist() if value.dtype != object else value.reshape(-1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from flat(item)
    else:
        yield value


def within_bounds(floats: Any, rounded: Any) -> bool:
    """Whether every float is as close to the exact value as was proven for it."""
    pairs = zip(flat(floats), flat(rounded), strict=True)
    return all(_within(value, bound) for value, bound in pairs)


def _within(value: Any, bound: Any) -> bool:
    if isinstance(value, (float, np.floating)) and not np.isfinite(value):
        return False
    if isinstance(bound, Rounded):
        return abs(Fraction(float(value)) - bound.value) <= bound.error
    return bool(value == bound)  # exact on both sides: counts, truths, fractions, intervals


def _compare(relation: str, a: Any, b: Any) -> bool | None:
    if isinstance(a, Rounded) or isinstance(b, Rounded):
        a, b = getattr(a, "value", a), getattr(b, "value", b)
    if isinstance(a, (float, np.floating)) or isinstance(b, (float, np.floating)):
        raise TypeError("floats are held against proven bounds, see within_bounds")
    if relation == "iff":
        return bool(a) == bool(b)
    if relation == ">=":
        a, b = b, a
    if isinstance(a, sympy.Basic) or isinstance(b, sympy.Basic):
        difference = sympy.sympify(b) - sympy.sympify(a)
        return _is_zero(difference) if relation == "=" else _is_nonnegative(difference)
    if isinstance(a, ivmpf) or isinstance(b, ivmpf):
        return _interval(relation, b - a)
    return bool(a == b if relation == "=" else a <= b)


def _interval(relation: str, difference: Any) -> bool | None:
    low, high = difference.a, difference.b
    if high < 0 or (relation == "=" and low > 0):
        return False
    return True if relation != "=" and low >= 0 else None


def _is_zero(expression: sympy.Expr) -> bool | None:
    if all(sympy.expand(case) == 0 for case in _cases(expression)):
        return True
    if any(_is_far_from_zero(value) for value in _samples(expression)):
        return False
    return True if sympy.simplify(expression) == 0 else None


def _is_far_from_zero(value: sympy.Expr) -> bool:
    """Decided by digits: a number that is zero need not look like it."""
    return bool(sympy.Abs(value.evalf(50)) > sympy.Float(10) ** -30)


def _is_nonnegative(expression: sympy.Expr) -> bool | None:
    if all(_plainly_nonnegative(case) for case in _cases(expression)):
        return True
    if any(value < 0 and _is_far_from_zero(value) for value in _samples(expression)):
        return False
    return True if sympy.simplify(expression).is_nonnegative else None


def _plainly_nonnegative(expression: sympy.Expr) -> bool:
    return bool(sympy.expand(expression).is_nonnegative or sympy.factor(expression).is_nonnegative)


def _cases(expression: sympy.Expr) -> Iterator[sympy.Expr]:
    """The expression with every maximum and absolute value resolved, one way at a time.

    Where Max(a, b) = a, a = b + t with some t >= 0: one symbol is eliminated for t, so that
    the other maxima over the same hyperplane are decided with it.
    """
    expression = sympy.expand(
        expression.rewrite(sympy.Max) if expression.has(sympy.Abs) else expression
    )
    atoms = sorted(expression.atoms(sympy.Max, sympy.Min), key=sympy.default_sort_key)
    inner = [atom for atom in atoms if not any(atom != o and atom.has(o) for o in atoms)]
    if not inner:
        yield expression
        return
    atom = inner[0]
    first, rest = atom.args[0], atom.func(*atom.args[1:])
    for larger, smaller in ((first, rest), (rest, first)):
        chosen = larger if isinstance(atom, sympy.Max) else smaller
        resolved = expression.subs(atom, chosen)
        yield from _cases(_with_order(resolved, larger, smaller))


def _with_order(expression: sympy.Expr, larger: sympy.Expr, smaller: sympy.Expr) -> sympy.Expr:
    """Put in what larger >= smaller says, if it is linear in a symbol."""
    gap = sympy.expand(larger - smaller)
    slack = sympy.Dummy("t", nonnegative=True)
    if gap.has(sympy.Max, sympy.Min):
        return expression
    slopes = {s: gap.coeff(s, 1) for s in sorted(gap.free_symbols, key=sympy.default_sort_key)}
    # A symbol of the larger side first: it becomes a sum, and keeps its sign by that.
    for symbol, slope in sorted(slopes.items(), key=lambda item: not item[1].is_positive):
        others = sympy.expand(gap - slope * symbol)
        if slope.is_number and slope != 0 and not others.has(symbol):
            return expression.subs(symbol, sympy.expand((slack - others) / slope))
    return expression


def _samples(expression: sympy.Expr) -> Iterator[sympy.Expr]:
    """Values of the expression at a few points that respect its symbols' assumptions."""
    symbols = sorted(expression.free_symbols, key=sympy.default_sort_key)
    for shift in range(6):
        point = {}
        for i, symbol in enumerate(symbols):
            size = sympy.Rational(_PRIMES[(i * 5 + shift * 3) % 12], _PRIMES[(i + shift) % 4])
            negative = symbol.is_negative or (symbol.is_positive is None and (i + shift) % 2)
            negative = negative and not symbol.is_nonnegative
            point[symbol] = -size if negative else size
        value = expression.subs(point)
        if value.is_number and value.is_real:
            yield value
