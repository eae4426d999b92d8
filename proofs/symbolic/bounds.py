"""Why a difference is not negative: a tree of gaps, each non-negative by one of a few reasons.

  Fact(text, gap, exact)      == an assumption of a chain: gap >= 0 (gap = 0 if exact), for
                                 all values of the indices in it
  known(t)                    == t >= 0 by SymPy's assumptions, as squares, |.|, delta
  by(lemma, u, v)             == the gap of a verified lemma of rules.LEMMAS
  given(fact, at)             == the gap of a fact, at other indices
  plus(..), times(..)         == sums and products of gaps
  over(b, index)              == the sum of the gap b over all values of an index
  root(b, s, t)               == s - t, if b is s^2 - t^2 and s is known, or itself a gap;
                                 zero if b is and t is known
  vanishing(fact, c, *over)   == c times an exact fact, of any sign c, summed over indices
  Unjustified                 == a gap for which the reason given does not hold

A Bound works its gap out from its reason: `bound.gap` is what is not negative, `bound.exact`
that it is zero, `bound.facts` what it uses. The namings in `root` must be those of the chain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import sympy
from sympy import Abs, Indexed, Sum

from proofs.symbolic.normal_form import NOTHING, Given, equal
from proofs.symbolic.notation import RANGE
from proofs.symbolic.rules import LEMMAS, V

__all__ = [
    "Bound",
    "Fact",
    "Unjustified",
    "by",
    "given",
    "known",
    "over",
    "plus",
    "root",
    "times",
    "vanishing",
]

Expr = Any


class Unjustified(ValueError):
    """The reason given does not make the gap non-negative."""


@dataclass(frozen=True)
class Fact:
    """An assumption: `gap` is not negative, or zero if `exact`, whatever its free indices."""

    text: str
    gap: Expr
    exact: bool = False

    def at(self, indices: dict[Expr, Expr]) -> Expr:
        """The gap at other indices of the same range."""
        for old, new in indices.items():
            if RANGE.get(old) is None or RANGE.get(old) != RANGE.get(new):
                raise Unjustified(f"{new} does not run as {old} does")
        bound = {limit[0] for total in self.gap.atoms(Sum) for limit in total.limits}
        fresh = {index: sympy.Dummy(index.name, integer=True) for index in bound}
        return self.gap.xreplace(fresh).xreplace(indices)


@dataclass(frozen=True)
class Bound:
    """A gap that is not negative, for the reason of its kind: known, by, given, plus, ...

    The gap is worked out from the reason when it is made, and cannot be given.
    """

    kind: str
    parts: tuple[Any, ...]
    gap: Expr = field(init=False, compare=False)
    exact: bool = field(init=False, compare=False)
    facts: tuple[Fact, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        gap, exact, facts = _KINDS[self.kind](*self.parts)
        object.__setattr__(self, "gap", sympy.sympify(gap))
        object.__setattr__(self, "exact", exact)
        object.__setattr__(self, "facts", tuple(dict.fromkeys(facts)))


def known(term: Expr) -> Bound:
    """term >= 0, by the assumptions on its letters and its form alone."""
    return Bound("known", (term,))


def by(lemma: str, u: Expr, v: Expr = V) -> Bound:
    """The gap of a lemma for any real terms."""
    return Bound("by", (lemma, u, v))


def given(fact: Fact, at: dict[Expr, Expr] | None = None) -> Bound:
    """The gap of an assumption."""
    return Bound("given", (fact, tuple((at or {}).items())))


def plus(*bounds: Bound) -> Bound:
    """The sum of gaps."""
    return Bound("plus", bounds)


def times(*bounds: Bound) -> Bound:
    """The product of gaps."""
    return Bound("times", bounds)


def over(bound: Bound, *indices: Expr) -> Bound:
    """The sum of a gap over all values of indices."""
    return Bound("over", (bound, *indices))


def root(bound: Bound, larger: Expr, smaller: Expr, names: Given | None = None) -> Bound:
    """larger - smaller, of which the bound's gap is the difference of squares.

    That `larger` is not negative is known by its form, or it is the gap of a Bound. Squares
    that are equal have equal roots if `smaller` is not negative either.
    """
    high = larger if isinstance(larger, Bound) else known(larger)
    return Bound("root", (bound, high, smaller, names or NOTHING))


def vanishing(fact: Fact, weight: Expr = 1, *indices: Expr) -> Bound:
    """A multiple of a gap that is zero, of any sign, summed over indices."""
    return over(Bound("vanishing", (fact, sympy.sympify(weight))), *indices)


_Reason = tuple[Expr, bool, tuple[Fact, ...]]  # gap, exact, facts


def _known(term: Expr) -> _Reason:
    if not _is_nonnegative(term):
        raise Unjustified(f"not known to be non-negative: {term}")
    return term, False, ()


def _by(lemma: str, u: Expr, v: Expr) -> _Reason:
    return LEMMAS[lemma].at(u, v), False, ()


def _given(fact: Fact, at: tuple[tuple[Expr, Expr], ...]) -> _Reason:
    return fact.at(dict(at)), fact.exact, (fact,)


def _plus(*bounds: Bound) -> _Reason:
    return sum(b.gap for b in bounds), all(b.exact for b in bounds), _facts(bounds)


def _times(*bounds: Bound) -> _Reason:
    product = reduce(lambda s, t: s * t, (b.gap for b in bounds))
    return product, any(b.exact for b in bounds), _facts(bounds)


def _over(bound: Bound, *indices: Expr) -> _Reason:
    gap = bound.gap
    for index in indices:
        gap = Sum(gap, (index, 1, RANGE[index]))
    return gap, bound.exact, bound.facts


def _root(bound: Bound, high: Bound, smaller: Expr, names: Given) -> _Reason:
    larger = high.gap
    if not equal(bound.gap, larger**2 - smaller**2, names):
        raise Unjustified(f"the gap is not the difference of squares of {larger}, {smaller}")
    return larger - smaller, bound.exact and _is_nonnegative(smaller), _facts((bound, high))


def _vanishing(fact: Fact, weight: Expr) -> _Reason:
    if not fact.exact:
        raise Unjustified(f"not an equation: {fact.text}")
    return weight * fact.gap, True, (fact,)


def _facts(bounds: tuple[Bound, ...]) -> tuple[Fact, ...]:
    return tuple(fact for bound in bounds for fact in bound.facts)


_KINDS: dict[str, Callable[..., _Reason]] = {
    "known": _known,
    "by": _by,
    "given": _given,
    "plus": _plus,
    "times": _times,
    "over": _over,
    "root": _root,
    "vanishing": _vanishing,
}


def _is_nonnegative(term: Expr) -> bool:
    term = sympy.sympify(term)
    if isinstance(term, Abs) or (term.is_Pow and term.exp.is_even and term.exp > 0):
        return True
    if isinstance(term, Sum):
        return _is_nonnegative(term.function)
    if term.is_Add or term.is_Mul:
        return all(_is_nonnegative(part) for part in term.args)
    if term.is_Number or term.is_Symbol or isinstance(term, Indexed):
        return bool(term.is_nonnegative)
    if isinstance(term, sympy.Max):
        return any(_is_nonnegative(part) for part in term.args)
    return bool(term.is_Function and term.is_nonnegative)
