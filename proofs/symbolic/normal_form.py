"""One form for each polynomial in finite sums, so that equal ones are seen to be equal.

  normal_form(t, given)   == monomial under its sums -> coefficient; Unsupported if t is not
                             built from + * ^ sum |.| sg max min [. != 0] [. > 0] side
                             mean d/dx
  equal(s, t, given)      == whether the normal forms of s and t are the same
  NOTHING                 == no names, no masks
  Given(namings, masks)   == what a chain adds: names for sums, letters in {0, 1}

A term is multiplied out under all its sums at once (every product of sums is a sum over
pairs, each with an index of its own). Sums over an index that does not occur are counted, and
those over a Kronecker delta collapse; of sums to k + 1 the last term is split off. Signs, maxima
and masks are reduced by the verified rules. Indices are then renamed: of all orders the first
counts. Two terms with the same normal form are equal for every N and D and all real values,
empty sums included; terms with different ones may still be equal, and are then not confirmed.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import sympy
from sympy import Abs, Derivative, Indexed, KroneckerDelta, Max, Min, Sum, sign
from sympy.core.function import AppliedUndef

from proofs.symbolic.notation import (
    NAMINGS,
    PRIMITIVE,
    RANDOM,
    Naming,
    above,
    mean,
    nonzero,
    side,
)
from proofs.symbolic.rules import (
    ABSOLUTE,
    ABSOLUTE_OF_SIGN,
    INDICATOR,
    LARGER,
    MASK_POWER,
    POSITIVE,
    POWERS,
    SIGN_OF_SIGN,
    SMALLER,
    SQUARED_ABSOLUTE,
    U,
)
from proofs.symbolic.terms import (
    Term,
    canonical,
    collapsed,
    expression,
    first,
    without_last,
    written,
)

__all__ = ["NOTHING", "Given", "Unsupported", "equal", "normal_form"]

Expr = Any
Form = dict[Any, Any]


_BENT = (Abs, sign, Max, Min, nonzero, above, side, mean)  # no derivative is taken of these
_MASK_EXPONENT = int(sympy.degree(MASK_POWER.right, U))  # what every higher power is


class Unsupported(ValueError):
    """The term is not a polynomial in finite sums."""


@dataclass(frozen=True)
class Given:
    """What is known of a chain's letters beside the common ones."""

    namings: tuple[Naming, ...] = ()
    masks: frozenset[Expr] = frozenset()

    @property
    def names(self) -> dict[Expr, Naming]:
        """Letter -> naming, the common ones included."""
        return {naming.letter: naming for naming in (*NAMINGS, *self.namings)}


NOTHING = Given()


def equal(left: Expr, right: Expr, given: Given) -> bool:
    """Whether both sides have the same normal form."""
    return normal_form(left, given) == normal_form(right, given)


@lru_cache(maxsize=16384)
def normal_form(term: Expr, given: Given) -> Form:
    """Monomials under their sums, with their coefficients; zero is {}."""
    form: Counter[Any] = Counter()
    for coefficient, part in _linear(sympy.sympify(term)):
        if part == term:
            expansion = _Expansion(given)
            for item in expansion.terms(expansion.write_out(part)):
                form[canonical(item)] += item.coefficient
        else:  # the parts that sides of a step share are multiplied out once
            for key, value in normal_form(part, given).items():
                form[key] += coefficient * value
    return {key: value for key, value in form.items() if value != 0}


def _linear(term: Expr) -> Iterator[tuple[Expr, Expr]]:
    """Parts of a sum and their coefficients."""
    if term.is_Add:
        for part in term.args:
            yield from _linear(part)
    elif isinstance(term, Sum) and term.function.is_Add:
        yield from ((sympy.Integer(1), Sum(part, *term.limits)) for part in term.function.args)
    else:
        yield term.as_coeff_Mul()


class _Expansion:
    """Multiplies out; `depth` counts the |.| and sg of sums that it is inside of."""

    def __init__(self, given: Given, depth: int = 0) -> None:
        self.given, self.names, self.depth = given, given.names, depth

    def write_out(self, term: Expr) -> Expr:
        """Derivatives taken, names of products replaced."""
        term = term.replace(lambda t: isinstance(t, Derivative), self._derivative)
        return term.replace(self._names_a_product, lambda t: self.names[t.base.label].at(t))

    def _derivative(self, term: Derivative) -> Expr:
        """SymPy's derivative, of what does not depend on it in hidden ways."""
        if term.expr.has(AppliedUndef):
            return term.doit() if not term.has(Indexed, Sum) else _refuse(term)
        bound = {limit[0] for total in term.expr.atoms(Sum) for limit in total.limits}
        if any(bound & variable.free_symbols for variable in term.variables):
            return _refuse(term)
        letters = {t.base.label for t in term.atoms(Indexed)}
        if not letters <= PRIMITIVE or term.has(*_BENT):
            return _refuse(term)
        return reduce(sympy.diff, term.variables, term.expr)

    def _names_a_product(self, term: Expr) -> bool:
        return self._is_named(term) and self.names[term.base.label].is_product

    def _is_named(self, term: Expr) -> bool:
        return isinstance(term, Indexed) and term.base.label in self.names

    def terms(self, term: Expr) -> Iterator[Term]:
        """The reduced terms of an expression, names of sums replaced last."""
        for item in self._expanded(term):
            for reduced in self._reduced(item):
                named = next((t for t, _ in reduced.powers if self._is_named(t)), None)
                if named is None:
                    yield reduced
                else:
                    meaning = self.names[named.base.label].at(named)
                    yield from self.terms(expression(reduced, {named: meaning}))

    def _expanded(self, term: Expr) -> Iterator[Term]:
        if term.is_Number:
            yield from [Term(term, (), ())] if term != 0 else []
        elif term.is_Add:
            for part in term.args:
                yield from self._expanded(part)
        elif term.is_Mul:
            yield from self._multiplied(term.args)
        elif term.is_Pow and term.exp.is_Integer and term.exp > 0:
            yield from self._multiplied([term.base] * int(term.exp))
        elif isinstance(term, Sum):
            yield from self._summed(term)
        else:
            yield from self._atomic(term)

    def _multiplied(self, factors: Iterable[Expr]) -> Iterator[Term]:
        """Every factor is expanded on its own, so that sums never share an index."""
        expanded = [list(self._expanded(factor)) for factor in factors]
        for choice in itertools.product(*expanded):
            yield reduce(Term.__mul__, choice, Term(sympy.Integer(1), (), ()))

    def _summed(self, term: Sum) -> Iterator[Term]:
        if (split := without_last(term)) is not None:
            yield from self._expanded(split)
            return
        bound = []
        body = term.function
        for index, lower, upper in term.limits:
            if lower != 1:
                _refuse(term)
            fresh = sympy.Dummy(index.name, integer=True)
            body = body.xreplace({index: fresh})
            bound.append((fresh, upper))
        for item in self._expanded(body):
            yield Term(item.coefficient, item.powers, item.bound + tuple(bound))

    def _atomic(self, term: Expr) -> Iterator[Term]:
        if _is_letter(term) or (isinstance(term, (sign, side)) and _is_letter(term.args[0])):
            known = isinstance(term, (sign, side)) and term.args[0].is_positive
            yield Term(sympy.Integer(1), () if known else ((term, 1),), ())
        elif isinstance(term, (Abs, sign)):
            yield from self._of_a_sign(term)
        elif isinstance(term, nonzero):
            yield from self._expanded(INDICATOR.at(term.args[0]))
        elif isinstance(term, Max) and len(term.args) == 2:
            yield from self._expanded(LARGER.at(*term.args) / 2)
        elif isinstance(term, Min) and len(term.args) == 2:
            yield from self._expanded(SMALLER.at(*term.args) / 2)
        elif isinstance(term, above):
            yield from self._expanded(POSITIVE.at(term.args[0]) / 2)
        elif isinstance(term, mean):
            yield from self._averaged(term)
        elif term.is_Pow and term.exp.is_Integer and term.base.is_positive:
            yield Term(sympy.Integer(1), ((term.base, int(term.exp)),), ())
        else:
            _refuse(term)

    def _of_a_sign(self, term: Expr) -> Iterator[Term]:
        """|.| and sg of a product are taken factor by factor; those of a sum are atoms."""
        inner = _Expansion(self.given, self.depth + 1)
        argument = list(inner._expanded(inner.write_out(term.args[0])))
        if len(argument) == 1 and not argument[0].bound:
            item = argument[0]
            factors = [self._of_a_letter(term.func, t, power) for t, power in item.powers]
            yield from self._multiplied([term.func(item.coefficient), *factors])
        elif argument:
            yield from self._of_a_sum(term, inner)

    def _of_a_letter(self, func: Any, atom: Expr, power: int) -> Expr:
        if power < 0 and not atom.is_positive:
            _refuse(atom)
        if atom.is_positive or (func is Abs and atom.is_nonnegative):
            return atom**power if func is Abs else sympy.Integer(1)
        if isinstance(atom, sign):
            return (ABSOLUTE_OF_SIGN if func is Abs else SIGN_OF_SIGN).at(atom.args[0]) ** power
        if func is Abs and isinstance(atom, Abs):
            return atom**power
        if not _is_letter(atom):
            return _refuse(atom)
        return (ABSOLUTE.at(atom) if func is Abs else sign(atom)) ** power

    def _of_a_sum(self, term: Expr, inner: _Expansion) -> Iterator[Term]:
        form: Counter[Any] = Counter()
        for item in inner.terms(inner.write_out(term.args[0])):
            form[canonical(item, self.depth + 1)] += item.coefficient
        kept = {key: value for key, value in form.items() if value != 0}
        if not kept:
            return
        lead = kept[first(kept)]
        parts = [written(key, value / lead, self.depth + 1) for key, value in kept.items()]
        argument = sympy.Add(*parts)
        yield Term(term.func(lead), ((term.func(argument, evaluate=False), 1),), ())

    def _averaged(self, term: mean) -> Iterator[Term]:
        """Expectation is linear, and what is not random comes out of it."""
        for item in self.terms(term.args[0]):
            if any(isinstance(t, (Abs, sign, side, mean)) for t, _ in item.powers):
                _refuse(term)  # these may depend on what is random
            random = tuple((t, power) for t, power in item.powers if _is_random(t))
            certain = tuple((t, power) for t, power in item.powers if not _is_random(t))
            if random:
                average = mean(sympy.Mul(*(t**power for t, power in random)))
                certain = (*certain, (average, 1))
            yield Term(item.coefficient, certain, item.bound)

    def _reduced(self, item: Term) -> Iterator[Term]:
        """The verified rules, until none applies."""
        powers = dict(item.powers)
        for atom in list(powers):
            if isinstance(atom, Abs) and powers[atom] > 1:
                square = SQUARED_ABSOLUTE.at(atom.args[0])
                rest = item.product() / atom**2 * square
                whole = expression(Term(item.coefficient, ((rest, 1),), item.bound), {})
                for part in self._expanded(whole):
                    yield from self._reduced(part)
                return
            if isinstance(atom, Indexed) and atom.base.label in self.given.masks:
                powers[atom] = min(powers[atom], _MASK_EXPONENT)
        for atom in {t.args[0] if isinstance(t, (sign, side)) else t for t in powers}:
            _reduce_signs(powers, atom)
        kept = tuple((t, power) for t, power in powers.items() if power)
        yield collapsed(Term(item.coefficient, kept, item.bound))


def _reduce_signs(powers: dict[Expr, int], atom: Expr) -> None:
    keys = (atom, sign(atom, evaluate=False), side(atom))
    found = [powers.get(key, 0) for key in keys]
    while rule := next((r for r in POWERS if _divides(r, found)), None):
        found = [f - a + b for f, a, b in zip(found, rule, POWERS[rule][0], strict=True)]
    for key, power in zip(keys, found, strict=True):
        if power or key in powers:
            powers[key] = power


def _divides(rule: tuple[int, ...], found: list[int]) -> bool:
    return all(a <= f for a, f in zip(rule, found, strict=True))


def _is_letter(term: Expr) -> bool:
    return isinstance(term, (Indexed, sympy.Symbol, KroneckerDelta, AppliedUndef, sympy.Subs))


def _is_random(term: Expr) -> bool:
    return isinstance(term, Indexed) and term.base.label in RANDOM


def _refuse(term: Expr) -> Any:
    raise Unsupported(f"not a polynomial in finite sums: {term}")
