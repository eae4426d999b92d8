"""Rules for [u > 0], min, sums to k + 1 and roots of equal squares: they hold, wrong ones fail."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import sympy
from sympy import Abs, Max, Min, Sum, sign

from proofs.symbolic import CHAINS, Chain, Step, WrongStep, check, evaluate, render
from proofs.symbolic.bounds import Bound, Fact, Unjustified, given, root, vanishing
from proofs.symbolic.evaluation import Values
from proofs.symbolic.normal_form import NOTHING, Unsupported, equal
from proofs.symbolic.notation import D, above, e, features, i, j, k, l, letter, nonzero, t, w, x, y
from proofs.symbolic.rules import LARGER, LEMMAS, POSITIVE, SMALLER, Lemma, Rule, U, V, WrongRule
from proofs.symbolic.terms import without_last

Expr = Any


# Brackets and minima -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (above(U), nonzero(U)),
        (2 * above(U), sign(U) ** 2 - sign(U)),
        (2 * above(U), 1 + sign(U)),
        (2 * Min(U, V), U + V + Abs(U - V)),
        (Min(U, V), U),
    ],
)
def test_wrong_rules_are_refused(left: Expr, right: Expr) -> None:
    with pytest.raises(WrongRule):
        Rule("wrong", left, right)


@pytest.mark.parametrize(
    "gap", [above(U) - nonzero(U), above(U) - 1, Min(U, V) - U, U - above(U) * U]
)
def test_wrong_lemmas_are_refused(gap: Expr) -> None:
    with pytest.raises(WrongRule):
        Lemma("wrong", gap)


def test_rules_and_lemmas_hold_in_numbers() -> None:
    for u, v in itertools.product((-3, -1, 0, 1, 2), repeat=2):
        at = Values({"u": u, "v": v})
        for rule in (POSITIVE, SMALLER, LARGER):
            assert evaluate(rule.left, at) == evaluate(rule.right, at)
        assert evaluate(LEMMAS["positive"].gap, at) == (u <= 0)
        assert evaluate(above(U), at) == (u > 0)
        assert evaluate(Min(U, V), at) == min(u, v)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (above(e[i]) ** 2, above(e[i]), True),
        (above(e[i]) + above(-e[i]), nonzero(e[i]), True),
        (above(e[i]) * above(-e[i]), 0 * e[i], True),
        (above(e[i] * x[i, j] ** 2), above(e[i]) * nonzero(x[i, j]), True),
        (above(3 * e[i] - 3 * y[i]), above(e[i] - y[i]), True),
        (above(e[i]), nonzero(e[i]), False),
        (above(-e[i]), -above(e[i]), False),
        (above(e[i] - y[i]), above(y[i] - e[i]), False),
        (Min(e[i], w[j]) + Max(e[i], w[j]), e[i] + w[j], True),
        (Min(e[i], w[j]), -Max(-e[i], -w[j]), True),
        (Min(e[i], w[j]) ** 2, Min(e[i] ** 2, w[j] ** 2), False),
        (Min(e[i], w[j]), Max(e[i], w[j]), False),
    ],
)
def test_normal_form_of_brackets_and_minima(left: Expr, right: Expr, expected: bool) -> None:
    assert equal(left, right, NOTHING) is expected


@pytest.mark.parametrize(
    "term",
    [
        Min(e[i], y[i], w[j]),
        sympy.Derivative(above(w[j]), w[l]),
        sympy.Derivative(Min(w[j], 1), w[l]),
    ],
)
def test_what_is_not_known_of_them_is_refused(term: Expr) -> None:
    with pytest.raises(Unsupported):
        equal(term, term, NOTHING)


# Sums to k + 1 -------------------------------------------------------------------------------


def _to(upper: Expr, term: Expr = w[t]) -> Expr:
    return Sum(term, (t, 1, upper))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (_to(k + 1), _to(k) + w[k + 1], True),
        (_to(k + 2), _to(k) + w[k + 1] + w[k + 2], True),
        (features(x[i, j] * _to(k + 1)), features(x[i, j]) * (_to(k) + w[k + 1]), True),
        (_to(k + 1, features(x[t, j])), features(_to(k, x[t, j]) + x[k + 1, j]), True),
        (_to(k + 1) ** 2, _to(k) ** 2 + 2 * w[k + 1] * _to(k) + w[k + 1] ** 2, True),
        (_to(k + 1, w[j]), (k + 1) * w[j], True),
        (_to(k + 1), _to(k), False),
        (_to(k + 1), _to(k) + w[k], False),
        (_to(k + 1), _to(k) + w[1], False),
        (_to(k + 2), _to(k) + 2 * w[k + 1], False),
    ],
)
def test_the_last_term_is_split_off(left: Expr, right: Expr, expected: bool) -> None:
    assert equal(left, right, NOTHING) is expected
    numbers = {"D": 2, "w": [3, 5, 7, 11], "x": [[1, 2], [4, 6], [9, 12], [5, 8]], "i": 1, "j": 2}
    drawn = [Values({**numbers, "k": size}) for size in (1, 2)]
    assert all((evaluate(left, at) == evaluate(right, at)) is expected for at in drawn)


def test_sums_are_split_only_where_a_last_term_is_certain() -> None:
    split = without_last(_to(k + 1))
    assert split == _to(k) + w[k + 1]
    for size in range(3):  # the empty sum included
        at = Values({"k": size, "w": [3, 5, 7]})
        assert evaluate(split, at) == evaluate(_to(k + 1), at)
    whole, real = sympy.Symbol("n", integer=True), sympy.Symbol("r", nonnegative=True)
    for upper in (k, k - 1, whole + 1, real + 1, k + real, 2 * k):
        assert without_last(_to(upper)) is None
    assert without_last(Sum(w[t], (t, 2, k + 1))) is None
    assert without_last(_to(k + 1, _to(k))) is None  # the index is bound inside, too
    captured = Sum(Sum(w[k] * x[j, k], (k, 1, D)), (j, 1, k + 1))  # k would be bound
    assert without_last(captured) is None


# Roots of equal squares ----------------------------------------------------------------------

_one, _other = (letter(name, nonnegative=True) for name in ("z", "u"))
_same = Fact("z^2 = u^2", _one[i] ** 2 - _other[i] ** 2, exact=True)
_bigger = Fact("z^2 >= u^2", _one[i] ** 2 - _other[i] ** 2)
_signed = Fact("z^2 = e^2", _one[i] ** 2 - e[i] ** 2, exact=True)
_lengths = Fact("y^2 = u^2", y[i] ** 2 - _other[i] ** 2, exact=True)
_positive = Fact("y >= 0", y[i])


def _equation(because: Bound, start: Expr, end: Expr, *facts: Fact) -> Chain:
    return Chain("name", "BY-0", start, (Step("=", end, "roots", because),), assuming=facts)


def test_equal_squares_have_equal_roots_if_neither_is_negative() -> None:
    bound = root(vanishing(_same), _one[i], _other[i])
    assert bound.exact
    assert check(_equation(bound, _other[i], _one[i], _same))[0].by == "assumption"
    larger = root(given(_bigger), _one[i], _other[i])
    either = root(vanishing(_signed), _one[i], e[i])  # e may be -z
    for wrong, fact, start in ((larger, _bigger, _other[i]), (either, _signed, e[i])):
        assert not wrong.exact
        with pytest.raises(WrongStep, match="does not make an equation"):
            check(_equation(wrong, start, _one[i], fact))


def test_a_root_may_be_at_least_zero_by_an_assumption_that_is_declared() -> None:
    with pytest.raises(Unjustified):
        root(vanishing(_lengths), y[i], _other[i])
    with pytest.raises(Unjustified):
        root(vanishing(_same), given(_positive), _other[i])  # z^2 is not the square of y
    bound = root(vanishing(_lengths), given(_positive), _other[i])
    assert bound.exact
    assert set(bound.facts) == {_lengths, _positive}
    assert check(_equation(bound, _other[i], y[i], _lengths, _positive))
    for fact in (_lengths, _positive):
        with pytest.raises(WrongStep, match="does not assume"):
            check(_equation(bound, _other[i], y[i], fact))


# LaTeX ---------------------------------------------------------------------------------------


def test_latex_of_brackets_and_of_what_depends_on_a_budget() -> None:
    differences = render(CHAINS["penalty_is_concave_in_budget/differences"])
    assert "2 P_{i}(k + 1) - P_{i}(k + 2) - P_{i}(k)" in differences
    assert "z_{i, k + 1} - z_{i, k + 2}" in differences
    assert r"P_{i}(k) = \sum_{t=1}^{k} z_{i t}" in differences
    assert r"\left[J_{i j} - \tau_{i} > 0\right]" in render(
        CHAINS["printed_mask_overspends_on_ties"]
    )
    assert r"\min\left(f + 1" in render(CHAINS["algorithm_1_overshoots_by_one_flip"])
