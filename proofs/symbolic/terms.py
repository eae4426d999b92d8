"""Monomials under their sums: what normal forms are made of.

  Term(c, powers, bound)   == c * product of atom^power, summed over the indices in bound
  collected(c, ps, b)      == a Term whose atoms may coincide or be numbers
  collapsed(t)             == sum_b [b = s] f(b) = f(s), where s runs as far as b does
  without_last(total)      == sum_{b <= u + 1} f(b) = sum_{b <= u} f(b) + f(u + 1), for u >= 0
  expression(t, replaced)  == the term in SymPy again, with some atoms replaced
  canonical(t, depth)      == a key that is the same for terms that differ in the names of their
                              indices; depth counts the |.| that the term is inside of
  written(key, c, depth)   == c times the monomial of a key, in SymPy
  first(keys)              == the key that comes first

Indices in bound are dummies, each of its own, so that nothing is captured.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy
from sympy import KroneckerDelta, Sum

from proofs.symbolic.notation import RANGE

__all__ = [
    "Term",
    "canonical",
    "collapsed",
    "collected",
    "expression",
    "first",
    "without_last",
    "written",
]

Expr = Any


@dataclass(frozen=True)
class Term:
    """coefficient * product of atoms^power under sums over `bound`, pairs (index, upper)."""

    coefficient: Expr
    powers: tuple[tuple[Expr, int], ...]
    bound: tuple[tuple[Expr, Expr], ...]

    def __mul__(self, other: Term) -> Term:
        powers = Counter(dict(self.powers))
        for atom, power in other.powers:
            powers[atom] += power
        kept = tuple((atom, power) for atom, power in powers.items() if power)
        return Term(self.coefficient * other.coefficient, kept, self.bound + other.bound)

    def product(self) -> Expr:
        """The atoms multiplied, without coefficient and sums."""
        return sympy.Mul(*(atom**power for atom, power in self.powers))


def collapsed(item: Term) -> Term:
    """sum_b [b = t] f(b) = f(t), where t runs as far as b does."""
    for atom, _ in item.powers:
        if isinstance(atom, KroneckerDelta):
            extent = dict(item.bound) | {t: RANGE[t] for t in atom.args if t in RANGE}
            for one, other in (atom.args, atom.args[::-1]):
                if one in dict(item.bound) and extent.get(one) == extent.get(other):
                    kept = [(t.xreplace({one: other}), c) for t, c in item.powers if t != atom]
                    bound = tuple(pair for pair in item.bound if pair[0] != one)
                    return collapsed(collected(item.coefficient, kept, bound))
    return item


def without_last(total: Sum) -> Expr | None:
    """sum_{b <= u + 1} f(b) = sum_{b <= u} f(b) + f(u + 1) if u >= 0 is known; None if not.

    The bound must be a sum like k + 1, so that splitting comes to an end.
    """
    *inner, (index, lower, upper) = total.limits
    if lower != 1 or not (upper.is_Add and upper.is_integer and (upper - 1).is_nonnegative):
        return None
    body = Sum(total.function, *inner) if inner else total.function
    within = {limit[0] for part in body.atoms(Sum) for limit in part.limits}
    if within & (upper.free_symbols | {index}):
        return None
    return Sum(body, (index, 1, upper - 1)) + body.xreplace({index: upper})


def collected(coefficient: Expr, powers: Iterable[tuple[Expr, int]], bound: Any) -> Term:
    """A term whose atoms may coincide or be numbers."""
    term = Term(coefficient, (), tuple(bound))
    for atom, power in powers:
        if atom.is_Number:
            term *= Term(atom**power, (), ())
        else:
            term *= Term(sympy.Integer(1), ((atom, power),), ())
    return term


def expression(item: Term, replaced: dict[Any, Any]) -> Expr:
    """The term as a SymPy expression again; only the atoms themselves are replaced."""
    atoms: list[tuple[Any, int]] = [(replaced.get(t, t), power) for t, power in item.powers]
    body = sympy.Mul(*(t**power for t, power in atoms))
    for index, upper in item.bound:
        body = Sum(body, (index, 1, upper))
    return item.coefficient * body


def first(keys: Iterable[Any]) -> Any:
    """The key that comes first."""
    return min(keys, key=_order)


def canonical(item: Term, depth: int = 0) -> Any:
    """Atoms and extents of the indices, named in the order that comes first."""
    powers = list(item.powers)
    used = [b for b in item.bound if any(t.has(b[0]) for t, _ in powers)]
    powers += [(upper, 1) for index, upper in item.bound if (index, upper) not in used]
    counted = collected(sympy.Integer(1), powers, ())
    groups: dict[Expr, list[Expr]] = {}
    for index, upper in used:
        groups.setdefault(upper, []).append(index)
    uppers = sorted(groups, key=str)
    orders = itertools.product(*(itertools.permutations(groups[upper]) for upper in uppers))
    named = (_renamed(counted, dict(zip(uppers, order, strict=True)), depth) for order in orders)
    return first(named)


def _renamed(item: Term, order: dict[Expr, tuple[Expr, ...]], depth: int) -> Any:
    extents = [(index, upper) for upper, indices in order.items() for index in indices]
    names = {index: _index(place, depth) for place, (index, _) in enumerate(extents)}
    atoms = [(t.xreplace(names), power) for t, power in item.powers]
    atoms.sort(key=lambda pair: (_text(pair[0]), pair[1]))
    texts = tuple((_text(t), power) for t, power in atoms)
    return tuple(upper for _, upper in extents), tuple(atoms), texts


@lru_cache(maxsize=64)
def _index(place: int, depth: int) -> Expr:
    return sympy.Symbol(f"b{place + 1}" + "'" * depth, integer=True)


def _order(key: Any) -> Any:
    return len(key[0]), key[2]


@lru_cache(maxsize=65536)
def _text(atom: Expr) -> str:
    return str(atom)


def written(key: Any, coefficient: Expr, depth: int) -> Expr:
    """A canonical monomial as an expression again."""
    extents, atoms, _ = key
    body = sympy.Mul(*(t**power for t, power in atoms))
    for place, upper in enumerate(extents):
        body = Sum(body, (_index(place, depth), 1, upper))
    return coefficient * body
