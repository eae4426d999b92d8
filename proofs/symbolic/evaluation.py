"""A side of a step in numbers: the derivations' symbols tied to concrete problems.

  evaluate(term, values)  == the exact value; every sum is added up, every expectation is over
                             `values.draws`, every derivative is a central difference, which is
                             exact for the quadratics that derivatives are taken of
  Values(...)             == numbers for letters, by name: "N", "x" (nested lists), ...

It shares nothing with the checker but the expressions, and is slow: for tests.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import sympy
from sympy import Abs, Derivative, Indexed, KroneckerDelta, Max, Min, Sum, sign
from sympy.core.function import AppliedUndef

from proofs.symbolic.notation import NAMINGS, Naming, above, mean, nonzero, side

__all__ = ["Values", "evaluate"]

Expr = Any


@dataclass(frozen=True)
class Values:
    """Numbers by letter; `draws` are pairs of a probability and further numbers."""

    numbers: Mapping[str, Any]
    namings: tuple[Naming, ...] = ()
    draws: tuple[tuple[Fraction, Mapping[str, Any]], ...] = ()
    functions: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)

    def having(self, numbers: Mapping[str, Any]) -> Values:
        """The same with some numbers set."""
        return replace(self, numbers={**self.numbers, **numbers})


def evaluate(term: Expr, values: Values) -> Any:
    """The value of a term, exactly.

    Raises
    ------
    KeyError
        If a letter has no number.
    """
    if term.is_Rational:
        return Fraction(int(term.p), int(term.q))
    if isinstance(term, sympy.Symbol):
        return _exact(values.numbers[term.name])
    if isinstance(term, Indexed):
        return _indexed(term, values)
    if isinstance(term, Sum):
        return _summed(term, values)
    if isinstance(term, mean):
        return sum(weight * evaluate(term.args[0], values.having(d)) for weight, d in values.draws)
    if isinstance(term, Derivative):
        return _differentiated(term, values)
    parts = [evaluate(argument, values) for argument in term.args]
    if isinstance(term, AppliedUndef):
        return values.functions[term.func.__name__](*parts)
    return _OPERATIONS[term.func](*parts)


_OPERATIONS: dict[Any, Callable[..., Any]] = {
    sympy.Add: lambda *parts: sum(parts),
    sympy.Mul: lambda *parts: math.prod(parts),
    sympy.Pow: lambda base, power: base ** int(power),
    Abs: abs,
    Max: max,
    Min: min,
    sign: lambda u: (u > 0) - (u < 0),
    nonzero: lambda u: int(u != 0),
    above: lambda u: int(u > 0),
    side: lambda u: 1 if u >= 0 else -1,
    KroneckerDelta: lambda u, v: int(u == v),
}


def _exact(number: Any) -> Fraction:
    return number if isinstance(number, Fraction) else Fraction(operator.index(number))


def _indexed(term: Indexed, values: Values) -> Any:
    name = term.base.label.name
    if name not in values.numbers:
        naming = next(n for n in (*values.namings, *NAMINGS) if n.letter.name == name)
        return evaluate(naming.at(term), values)
    number = values.numbers[name]
    for index in term.indices:
        number = number[int(evaluate(index, values)) - 1]
    return _exact(number)


def _summed(term: Sum, values: Values) -> Any:
    *inner, (index, _, upper) = term.limits
    body = Sum(term.function, *inner) if inner else term.function
    extent = int(evaluate(upper, values))
    return sum(
        (evaluate(body, values.having({index.name: t})) for t in range(1, extent + 1)),
        Fraction(0),
    )


def _differentiated(term: Derivative, values: Values) -> Any:
    (variable,) = term.variables
    up, down = (evaluate(term.expr, _moved(variable, step, values)) for step in (1, -1))
    return (up - down) / 2


def _moved(variable: Expr, step: int, values: Values) -> Values:
    if isinstance(variable, sympy.Symbol):
        return values.having({variable.name: values.numbers[variable.name] + step})
    row, column = (int(evaluate(index, values)) - 1 for index in variable.indices)
    name = variable.base.label.name
    rows = [list(numbers) for numbers in values.numbers[name]]
    rows[row][column] += step
    return values.having({name: rows})
