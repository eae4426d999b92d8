"""What may be done with signs, maxima and masks: each rule is verified when it is made.

  Rule(name, left, right)    == left = right for all real u, v; WrongRule if some case fails
  rule.at(u, v)              == the right side for terms u, v
  POWERS                     == rules on u^a sg(u)^b side(u)^c, as exponents
  Lemma(name, gap)           == gap >= 0 for all real u, v; WrongRule if some case fails
  lemma.at(u, v)             == the gap for terms u, v
  ABSOLUTE, SQUARED_ABSOLUTE == |u| = u sg(u); |u|^2 = u^2
  ABSOLUTE_OF_PRODUCT, SIGN_OF_PRODUCT == |.| and sg of u v, factor by factor
  ABSOLUTE_OF_SIGN, SIGN_OF_SIGN       == |sg(u)| = sg(u)^2; sg(sg(u)) = sg(u)
  INDICATOR, POSITIVE        == [u != 0] = sg(u)^2; 2 [u > 0] = sg(u)^2 + sg(u)
  LARGER, SMALLER            == 2 max(u, v) = u + v + |u - v|; 2 min(u, v) = u + v - |u - v|
  MASK_POWER                 == m^2 = m for m in {0, 1}
  LEMMAS                     == the inequalities that steps may use, by name
  U, V                       == the variables of rules and lemmas
  WrongRule                  == a rule or lemma that a case refutes

The cases: u and v each negative, zero or positive, and |u| less than, equal to or larger
than |v|. In each of these seventeen, SymPy resolves |.|, sg, max and min by its assumptions on
positive symbols, and what is left is a polynomial: zero, or with no negative coefficient.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Abs, Max, Min, sign

from proofs.symbolic.notation import above, nonzero, side

__all__ = [
    "ABSOLUTE",
    "ABSOLUTE_OF_PRODUCT",
    "ABSOLUTE_OF_SIGN",
    "INDICATOR",
    "LARGER",
    "LEMMAS",
    "MASK_POWER",
    "POSITIVE",
    "POWERS",
    "SIGN_OF_PRODUCT",
    "SIGN_OF_SIGN",
    "SMALLER",
    "SQUARED_ABSOLUTE",
    "Lemma",
    "Rule",
    "U",
    "V",
    "WrongRule",
]

Expr = Any

U, V = sympy.symbols("u v", real=True)
_LESS, _MORE = sympy.symbols("p t", positive=True)


class WrongRule(ValueError):
    """A case refutes the rule."""


@dataclass(frozen=True)
class Rule:
    """left = right, for all real u and v, or for u in `domain`."""

    name: str
    left: Expr
    right: Expr
    domain: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        cases = _cases() if self.domain is None else ({U: sympy.Integer(c)} for c in self.domain)
        for case in cases:
            if sympy.expand(_resolved(self.left - self.right, case)) != 0:
                raise WrongRule(f"{self.name} fails for {case}")

    def at(self, u: Expr, v: Expr = V) -> Expr:
        """The right side for other terms."""
        return self.right.xreplace({U: u, V: v})


@dataclass(frozen=True)
class Lemma:
    """gap >= 0, for all real u and v."""

    name: str
    gap: Expr

    def __post_init__(self) -> None:
        for case in _cases():
            if not sympy.expand(_resolved(self.gap, case)).is_nonnegative:
                raise WrongRule(f"{self.name} fails for {case}")

    def at(self, u: Expr, v: Expr = V) -> Expr:
        """The gap for other terms."""
        return self.gap.xreplace({U: u, V: v})


def _cases() -> Iterator[dict[Expr, Expr]]:
    """u and v in every combination of signs and every order of sizes."""
    for u, v in ((0, 0), (0, _LESS), (_LESS, 0), (_LESS, _LESS)):
        yield from _signed(sympy.sympify(u), sympy.sympify(v))
    yield from _signed(_LESS + _MORE, _LESS)
    yield from _signed(_LESS, _LESS + _MORE)


def _signed(u: Expr, v: Expr) -> Iterator[dict[Expr, Expr]]:
    for one in {u, -u}:
        for other in {v, -v}:
            yield {U: sympy.expand(one), V: sympy.expand(other)}


def _resolved(term: Expr, case: dict[Expr, Expr]) -> Expr:
    """The term in one case. Brackets and sides are resolved here, the rest by SymPy."""
    term = term.subs(case, simultaneous=True)
    term = term.replace(nonzero, lambda t: sympy.Integer(0 if t == 0 else 1))
    term = term.replace(above, lambda t: sympy.Integer(1 if t.is_positive else 0))
    return term.replace(side, lambda t: sympy.Integer(1 if t.is_nonnegative else -1))


ABSOLUTE = Rule("|u| = u sg(u)", Abs(U), U * sign(U))
ABSOLUTE_OF_PRODUCT = Rule("|u v| = |u| |v|", Abs(U * V), Abs(U) * Abs(V))
SIGN_OF_PRODUCT = Rule("sg(u v) = sg(u) sg(v)", sign(U * V), sign(U) * sign(V))
ABSOLUTE_OF_SIGN = Rule("|sg(u)| = sg(u)^2", Abs(sign(U)), sign(U) ** 2)
SIGN_OF_SIGN = Rule("sg(sg(u)) = sg(u)", sign(sign(U)), sign(U))
SQUARED_ABSOLUTE = Rule("|u|^2 = u^2", Abs(U) * Abs(U), U**2)
INDICATOR = Rule("[u != 0] = sg(u)^2", nonzero(U), sign(U) ** 2)
POSITIVE = Rule("2 [u > 0] = sg(u)^2 + sg(u)", 2 * above(U), sign(U) ** 2 + sign(U))
LARGER = Rule("2 max(u, v) = u + v + |u - v|", 2 * Max(U, V), U + V + Abs(U - V))
SMALLER = Rule("2 min(u, v) = u + v - |u - v|", 2 * Min(U, V), U + V - Abs(U - V))
MASK_POWER = Rule("m^2 = m", U**2, U, domain=(0, 1))


def _power_rule(left: tuple[int, int, int], right: tuple[int, int, int]) -> Rule:
    terms = [U**b * sign(U) ** c * side(U) ** d for b, c, d in (left, right)]
    return Rule(f"{terms[0]} = {terms[1]}", terms[0], terms[1])


# Exponents of u, sg(u), side(u): whichever is found is replaced, until none is.
_POWERS = {
    (1, 2, 0): (1, 0, 0),
    (0, 3, 0): (0, 1, 0),
    (0, 0, 2): (0, 0, 0),
    (1, 0, 1): (1, 1, 0),
    (0, 1, 1): (0, 2, 0),
}
POWERS = {left: (right, _power_rule(left, right)) for left, right in _POWERS.items()}

LEMMAS = {
    "square": Lemma("u^2 >= 0", U**2),
    "product": Lemma("u v <= |u| |v|", Abs(U) * Abs(V) - U * V),
    "triangle": Lemma("|u + v| <= |u| + |v|", Abs(U) + Abs(V) - Abs(U + V)),
    "sign": Lemma("sg(u) v <= |v|", Abs(V) - sign(U) * V),
    "absolute": Lemma("|u| >= 0", Abs(U)),
    "indicator": Lemma("[u != 0] <= 1", 1 - nonzero(U)),
    "positive": Lemma("[u > 0] <= 1", 1 - above(U)),
    "first of two": Lemma("u <= max(u, v)", Max(U, V) - U),
    "second of two": Lemma("v <= max(u, v)", Max(U, V) - V),
}
