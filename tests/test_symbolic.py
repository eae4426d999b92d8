"""Every step of every derivation is confirmed, every wrong twin of it is caught at that step."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sympy

from linreg_theory.claims import CLAIMS
from proofs.symbolic import CHAINS, Chain, Step, WrongStep, check, evaluate, render
from proofs.symbolic.bounds import Bound, Fact, Unjustified, by, given, known, plus, root, vanishing
from proofs.symbolic.evaluation import Values
from proofs.symbolic.normal_form import Given, Unsupported, equal
from proofs.symbolic.notation import e, features, i, j, l, m, mean, nonzero, samples, side, w, x, y
from proofs.symbolic.rules import LEMMAS, POWERS, Lemma, Rule, U, V, WrongRule
from tests.symbolic_values import each, values_for

Expr = Any
KEYS = list(CHAINS)
STEPS = [(key, number + 1) for key in KEYS for number in range(len(CHAINS[key].steps))]


# What is claimed -----------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_every_step_is_confirmed(key: str) -> None:
    chain = CHAINS[key]
    results = check(chain)
    assert [r.number for r in results] == list(range(1, len(chain.steps) + 1))
    for step, result in zip(chain.steps, results, strict=True):
        assert (result.by == "bound") == (step.relation != "=")


def test_names_are_those_of_the_claims() -> None:
    names = {claim.ref: claim.name for claim in CLAIMS}
    for chain in CHAINS.values():
        assert names[chain.ref] == chain.name


@pytest.mark.parametrize("key", KEYS)
def test_no_step_stands_still(key: str) -> None:
    chain = CHAINS[key]
    assert all(chain.left(n + 1) != step.right for n, step in enumerate(chain.steps))


# Wrong twins ---------------------------------------------------------------------------------

# These are no errors: m^2 = m, for a mask and for the union of two.
HARMLESS = {
    ("dropout_noise_is_scaled_ridge", 2),
    ("mask_distances_are_squared_norms/union", 2),
}


def mutations(term: Expr) -> Iterator[Expr]:
    """Twins with a term doubled, of the other sign or dropped, a square lost, or one more."""
    yield from (term + 1, 2 * term, -term) if term != 0 else (term + 1,)
    for path, part in _parts(term, ()):
        for twin in _twins(part):
            yield _rebuilt(term, path, twin)


def _parts(term: Expr, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Expr]]:
    if isinstance(term, (sympy.sign, nonzero, side, sympy.Indexed)) or not term.args:
        return
    yield path, term
    inner = term.args[:1] if isinstance(term, (sympy.Sum, sympy.Derivative)) else term.args
    for place, argument in enumerate(inner):
        yield from _parts(argument, (*path, place))


def _twins(part: Expr) -> Iterator[Expr]:
    if part.is_Add:
        for term in part.args:
            yield from (part + term, part - 2 * term, part - term)
    if part.is_Pow and part.exp == 2:
        yield part.base


def _rebuilt(term: Expr, path: tuple[int, ...], twin: Expr) -> Expr:
    if not path:
        return twin
    arguments = list(term.args)
    arguments[path[0]] = _rebuilt(arguments[path[0]], path[1:], twin)
    return term.func(*arguments)


def _planted(chain: Chain, number: int, **changed: Any) -> Chain:
    steps = list(chain.steps)
    steps[number - 1] = replace(steps[number - 1], **changed)
    return replace(chain, steps=tuple(steps))


def _caught_at(chain: Chain) -> int | None:
    try:
        check(chain)
    except WrongStep as error:
        named = str(error).startswith(f"{chain.key}, step {error.number}: ")
        return error.number if named else -1
    return None


@pytest.mark.parametrize(("key", "number"), STEPS)
def test_wrong_twins_are_caught_at_their_step(key: str, number: int) -> None:
    chain = CHAINS[key]
    twins = set(mutations(chain.steps[number - 1].right)) - {chain.steps[number - 1].right}
    assert twins
    missed = []
    for twin in twins:
        # What follows is cut off: a harmless twin must not be blamed on the next step.
        short = replace(chain, steps=chain.steps[:number])
        caught = _caught_at(_planted(short, number, right=twin))
        assert caught in (number, None)
        missed += [twin] if caught is None else []
    assert bool(missed) == ((key, number) in HARMLESS)
    for twin in missed:
        values = values_for(key, 1)
        right = chain.steps[number - 1].right
        assert each(twin, values) == each(right, values)


@pytest.mark.parametrize("key", KEYS)
def test_wrong_starts_are_caught_at_the_first_step(key: str) -> None:
    chain = CHAINS[key]
    for start in set(mutations(chain.start)) - {chain.start}:
        assert _caught_at(replace(chain, start=start)) == 1


@pytest.mark.parametrize(("key", "number"), STEPS)
def test_wrong_relations_are_caught_at_their_step(key: str, number: int) -> None:
    chain = CHAINS[key]
    step = chain.steps[number - 1]
    for relation in {"=", "<=", ">=", "<"} - {step.relation}:
        # An equation is no inequality either, for lack of a bound that says so.
        exact = step.because is not None and step.because.exact
        if not (step.relation == "=" and exact and relation in ("<=", ">=")):
            assert _caught_at(_planted(chain, number, relation=relation)) == number
    if step.because is not None:
        assert _caught_at(_planted(chain, number, because=None)) == number
        doubled = plus(step.because, step.because)
        assert _caught_at(_planted(chain, number, because=doubled)) == number


@pytest.mark.parametrize("key", [key for key in KEYS if CHAINS[key].assuming])
def test_assumptions_are_needed_and_must_be_declared(key: str) -> None:
    chain = CHAINS[key]
    for fact in chain.assuming:
        others = tuple(other for other in chain.assuming if other != fact)
        with pytest.raises(WrongStep, match="does not assume"):
            check(replace(chain, assuming=others))


# The rules -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sympy.Abs(U), U),
        (sympy.sign(U) ** 2, sympy.Integer(1)),
        (nonzero(U), sympy.sign(U)),
        (2 * sympy.Max(U, V), U + V),
        (side(U) * U, U),
        (side(U) * sympy.sign(U), sympy.Integer(1)),
    ],
)
def test_wrong_rules_are_refused(left: Expr, right: Expr) -> None:
    with pytest.raises(WrongRule):
        Rule("wrong", left, right)


@pytest.mark.parametrize(
    "gap",
    [U * V, sympy.Abs(U) - sympy.Abs(V), sympy.Abs(U + V) - sympy.Abs(U), U - sympy.Max(U, V)],
)
def test_wrong_lemmas_are_refused(gap: Expr) -> None:
    with pytest.raises(WrongRule):
        Lemma("wrong", gap)


def test_rules_and_lemmas_hold_in_numbers() -> None:
    rules = [rule for _, rule in POWERS.values()]
    for u, v in itertools.product((-3, -1, 0, 1, 2), repeat=2):
        at = Values({"u": u, "v": v})
        assert all(evaluate(rule.left, at) == evaluate(rule.right, at) for rule in rules)
        assert all(evaluate(lemma.gap, at) >= 0 for lemma in LEMMAS.values())


def test_bounds_need_their_reasons() -> None:
    half = Fact("e_i >= 0", e[i])
    with pytest.raises(Unjustified):
        known(e[i])
    with pytest.raises(Unjustified):
        known(sympy.Abs(e[i]) - 1)
    with pytest.raises(Unjustified):
        vanishing(half)
    with pytest.raises(Unjustified):
        given(half, {i: j})
    with pytest.raises(Unjustified):
        root(known(e[i] ** 2), sympy.Abs(e[i]), e[i])
    with pytest.raises(Unjustified):
        root(given(Fact("", 1 - e[i] ** 2)), sympy.Integer(1), 2 * e[i])
    with pytest.raises(TypeError):
        Bound(e[i], exact=True)  # type: ignore[call-arg]
    with pytest.raises(KeyError):
        by("wishful thinking", U, V)


def test_chains_go_one_way_and_somewhere() -> None:
    up = Step("<=", e[i] ** 2 + 1, "up", known(sympy.Integer(1)))
    down = Step(">=", e[i] ** 2, "down", known(sympy.Integer(1)))
    with pytest.raises(ValueError, match="up and down"):
        check(Chain("name", "BY-0", e[i] ** 2, (up, down)))
    with pytest.raises(ValueError, match="no steps"):
        check(Chain("name", "BY-0", e[i], ()))


# The normal form -----------------------------------------------------------------------------

_s = features(x[i, j] * w[j])


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (samples(features(x[i, j])), features(samples(x[i, j])), True),
        (_s, features(x[i, l] * w[l], l), True),
        (_s**2, features(features(x[i, j] * w[j] * x[i, l] * w[l], l)), True),
        (_s**2, features(x[i, j] ** 2 * w[j] ** 2), False),
        (samples(e[i]) * features(w[j]), samples(features(e[i] * w[j])), True),
        (features(w[j]), features(w[j], j) * 2 / 2, True),
        (features(w[l]), sympy.Symbol("D", integer=True, positive=True) * w[l], True),
        (samples(e[i]), features(e[j]), False),
        (sympy.Abs(_s) ** 2, _s**2, True),
        (sympy.Abs(-2 * _s), 2 * sympy.Abs(features(x[i, l] * w[l], l)), True),
        (sympy.Abs(_s) * sympy.Abs(e[i]), sympy.Abs(_s * e[i]), False),
        (sympy.Abs(_s), features(sympy.Abs(x[i, j] * w[j])), False),
        (features(sympy.KroneckerDelta(j, l) * w[j]), w[l], True),
        (features(sympy.KroneckerDelta(j, i) * w[j]), w[i], False),
        (mean(m[i, j] * w[j]), w[j] * mean(m[i, j]), True),
        (mean(m[i, j] * m[i, l]), mean(m[i, j]) * mean(m[i, l]), False),
        (m[i, j] ** 2, m[i, j], False),
    ],
)
def test_normal_form(left: Expr, right: Expr, expected: bool) -> None:
    assert equal(left, right, Given()) is expected


@pytest.mark.parametrize(
    "term",
    [
        sympy.exp(e[i]),
        1 / e[i],
        sympy.Max(e[i], w[j], y[i]),
        sympy.Sum(w[j], (j, 2, 3)),
        mean(sympy.Abs(m[i, j])),
        sympy.Derivative(sympy.Abs(w[j]), w[l]),
        sympy.Derivative(e[i] ** 2, w[l]),
        sympy.Derivative(features(w[j] ** 2), w[j]),
    ],
)
def test_what_is_no_polynomial_in_sums_is_refused(term: Expr) -> None:
    with pytest.raises(Unsupported):
        equal(term, term, Given())


# LaTeX ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_latex_is_whole_and_balanced(key: str) -> None:
    chain, text = CHAINS[key], render(CHAINS[key])
    assert text.startswith("\\begin{aligned}\n")
    assert text.endswith("\n\\end{aligned}")
    lines = 1 + len(chain.steps) + len(chain.given.namings) + len(chain.assuming)
    assert text.count(" \\\\\n") == lines - 1
    bare = re.sub(r"\\[{}]", "", text)
    depth = list(itertools.accumulate((c == "{") - (c == "}") for c in bare))
    assert depth[-1] == 0
    assert min(depth) >= 0
    assert len(re.findall(r"\\left\b", text)) == len(re.findall(r"\\right\b", text))
    assert text.count("$") % 2 == 0
    assert text.isascii()
    for step in chain.steps:
        assert step.reason in text
        assert step.reason.count("$") % 2 == 0
