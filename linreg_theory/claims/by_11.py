"""BY-11: the vector k-norm and the norm dual to it."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.arithmetic import maximum, sign, top_sum
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import RegressionCase
from linreg_theory.cases.vectors import VectorPairs
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.masks import flip_at_most
from linreg_theory.top_k_norm import norm


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """k u'v and k times the product of both norms, which the first of the u tried reaches.

    It has the signs of v on its k largest sizes, and zeros elsewhere.
    """
    return _sides(case)


def _sides(case: RegressionCase, polar: Any = None, size: Any = lambda v, k: norm(v, k)) -> Sides:
    v, k = case.w, max(case.k, 1)
    polar = polar or _polar
    ones = np.ones(len(v), dtype=np.int8)
    largest = 1 - flip_at_most(ones, -np.abs(v), k)
    tried = [sign(v) * largest, sign(v), v]
    if case.other is not None:
        tried.append(case.other)
    products = [k * (u @ v) for u in tried]
    bounds = [polar(np.abs(u), k) * size(v, k) for u in tried]
    return [*products, bounds[0]], [*bounds, products[0]]


def _polar(sizes: Array, k: int) -> Any:
    """k times the dual norm: the smallest k c with sizes up to c that sum to k c at most."""
    return maximum(np.append(k * sizes, np.sum(sizes))[None, :])[0]


def _smallest(v: Array, k: int) -> Any:
    return -top_sum(-np.abs(v)[None, :], k)[0]


def _one_too_few(v: Array, k: int) -> Any:
    return top_sum(np.abs(v)[None, :], k - 1)[0]


def _twin(**change: Any) -> Pair:
    return lambda case, oracle: _sides(case, **change)


CLAIM = Claim(
    ref="BY-11",
    name="top_k_norm_is_dual_to_its_polar",
    source="Beyond the paper, from AD-11; Watson (1992)",
    wording="Adverse drops are worth the vector k-norm of the products, which has a dual norm.",
    statement=r"u^\top v \le \|u\|^\circ_{(k)} \|v\|_{(k)},\quad"
    r" \|v\|_{(k)} = \max_{|S| \le k} \sum_{j \in S} |v_j|,\quad"
    r" \|u\|^\circ_{(k)} = \max\bigl(\|u\|_\infty, \tfrac1k \|u\|_1\bigr);"
    r"\quad \text{for each } v \text{ some } u \ne 0 \text{ has equality}",
    verdict="holds",
    plain="The dual of the vector k-norm is the larger of the l_inf norm and the l_1 norm over k.",
    relation="<=",
    family=VectorPairs(frozenset({"k", "other"})),
    # Neither certified nor integer: no worst case is asked for.
    pair=pair,
    mutants=(
        Mutant("l_inf alone", _twin(polar=lambda u, k: k * maximum(u[None, :])[0])),
        Mutant("l_1 over k alone", _twin(polar=lambda u, k: np.sum(u))),
        Mutant("the k - 1 largest", _twin(size=_one_too_few)),
        Mutant("the k smallest sizes", _twin(size=_smallest)),
    ),
)
