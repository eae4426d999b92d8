"""The symbols of the derivations: what the paper writes, for N, D and k of any size.

  N, D, k           == samples, features, budget
  i, n; j, l, p, q  == indices of samples; of features
  t                 == index of ranks or of visits, in sums that end at a budget
  PRIMITIVE         == the letters that derivatives may be taken of
  RANGE             == index -> how far it runs, from 1
  x, y, w           == data x_ij, targets y_i, weights w_j
  e, a, g, J        == e_i = y_i - sum_j x_ij w_j, a_ij = x_ij w_j, g_ij = -2 e_i w_j,
                       J_ij = x_ij g_ij = -2 e_i a_ij
  delta             == radius of adversarial training, at least 0
  m                 == masks m_ij: 1 keeps feature j of sample i, 0 drops it
  mu                == a second mask
  noise             == gamma_ij, additive noise
  samples(t)        == sum_i t; features(t, j) == sum_j t; pairs(t) == sum_i sum_j t
  nonzero(u)        == [u != 0]
  above(u)          == [u > 0]
  side(u)           == sg(u), but 1 at 0
  mean(u)           == expectation of u over the RANDOM symbols in it
  positive_part(u)  == max(u, 0)
  l1(w, j)          == sum_j |w_j|
  Naming(s, t)      == the symbol s_.. stands for t; NAMINGS are those of e, a, g and J

Everything is real. y_i is written as e_i + sum_j x_ij w_j, so that e_i is a letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Function, Indexed, IndexedBase, Sum, Symbol

__all__ = [
    "NAMINGS",
    "PRIMITIVE",
    "RANDOM",
    "RANGE",
    "D",
    "J",
    "N",
    "Naming",
    "a",
    "above",
    "delta",
    "e",
    "features",
    "g",
    "i",
    "j",
    "k",
    "l",
    "l1",
    "letter",
    "m",
    "mean",
    "mu",
    "n",
    "noise",
    "nonzero",
    "p",
    "pairs",
    "positive_part",
    "q",
    "samples",
    "side",
    "t",
    "w",
    "x",
    "y",
]

Expr = Any  # a SymPy expression

N, D, k = sympy.symbols("N D k", integer=True, positive=True)
i, n, j, l, p, q, t = sympy.symbols("i n j l p q t", integer=True)  # noqa: E741
delta = Symbol("delta", nonnegative=True)
RANGE: dict[Expr, Expr] = {i: N, n: N, j: D, l: D, p: D, q: D}


def letter(name: str, **assumptions: bool) -> Any:
    """A letter that carries indices; real."""
    return IndexedBase(name, **({"real": True} | assumptions))


x, y, w, e, a, g, J, m = (letter(name) for name in ("x", "y", "w", "e", "a", "g", "J", "m"))
mu = letter("mu")
noise = letter("gamma")
RANDOM = frozenset({noise.label, m.label})


class nonzero(Function):  # type: ignore[misc]
    """[u != 0], a number."""

    is_real = True
    is_nonnegative = True

    def _latex(self, printer: Any, exp: Any = None) -> str:
        return _power(rf"\left[{printer._print(self.args[0])} \ne 0\right]", exp)


class above(Function):  # type: ignore[misc]
    """[u > 0], a number."""

    is_real = True
    is_nonnegative = True

    def _latex(self, printer: Any, exp: Any = None) -> str:
        return _power(rf"\left[{printer._print(self.args[0])} > 0\right]", exp)


class side(Function):  # type: ignore[misc]
    """The side of zero: 1 for u >= 0, else -1."""

    is_real = True

    def _latex(self, printer: Any, exp: Any = None) -> str:
        return _power(rf"\mathrm{{side}}\left({printer._print(self.args[0])}\right)", exp)


class mean(Function):  # type: ignore[misc]
    """The expectation of u."""

    is_real = True

    def _latex(self, printer: Any, exp: Any = None) -> str:
        return _power(rf"\mathbb{{E}}\left[{printer._print(self.args[0])}\right]", exp)


def _power(base: str, exponent: Any) -> str:
    return base if exponent is None else f"{base}^{{{exponent}}}"


def samples(term: Expr, index: Expr = i) -> Expr:
    """sum_i of a term."""
    return Sum(term, (index, 1, N))


def features(term: Expr, index: Expr = j) -> Expr:
    """sum_j of a term."""
    return Sum(term, (index, 1, D))


def pairs(term: Expr) -> Expr:
    """sum_i sum_j of a term."""
    return samples(features(term))


def positive_part(term: Expr) -> Expr:
    """max(u, 0)."""
    return sympy.Max(term, 0)


def l1(vector: Any = w, index: Expr = j) -> Expr:
    """The l1 norm sum_j |w_j|."""
    return features(sympy.Abs(vector[index]), index)


@dataclass(frozen=True)
class Naming:
    """A name for a term: `symbol`, indexed by distinct indices, stands for `term`.

    A name for a product is replaced everywhere. One for a sum is a letter inside |.| and sg,
    whose rules need letters, and is replaced elsewhere once they are applied.
    """

    symbol: Indexed
    term: Expr

    @property
    def letter(self) -> Expr:
        """The name without its indices."""
        return self.symbol.base.label

    @property
    def is_product(self) -> bool:
        """Whether the term has no sum in it."""
        return not (self.term.has(Sum) or self.term.is_Add)

    def at(self, symbol: Indexed) -> Expr:
        """The term at other indices; bound ones stay clear of them."""
        fresh = {b: sympy.Dummy(b.name, integer=True) for b in _bound(self.term)}
        renamed = self.term.xreplace(fresh)
        return renamed.xreplace(dict(zip(self.symbol.indices, symbol.indices, strict=True)))


def _bound(term: Expr) -> set[Expr]:
    return {limit[0] for total in term.atoms(Sum) for limit in total.limits}


NAMINGS = (
    Naming(a[i, j], x[i, j] * w[j]),
    Naming(g[i, j], -2 * e[i] * w[j]),
    Naming(J[i, j], -2 * e[i] * x[i, j] * w[j]),
    Naming(y[i], e[i] + features(x[i, j] * w[j])),
)

PRIMITIVE = frozenset(b.label for b in (x, y, w, m, mu))  # what derivatives may be taken of
