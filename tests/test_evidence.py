"""The machinery refuses what is false, what is vacuous and what it cannot decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import strategies as st

from linreg_theory import Problem, datasets, solvers
from linreg_theory.arithmetic import Undecided
from linreg_theory.cases.family import small_integers
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims import CLAIMS
from linreg_theory.claims.claim import KINDS, Mutant, Oracle, Sides
from linreg_theory.evidence import PROFILES, Setting, gather, smallest_counterexample
from linreg_theory.evidence.oracles import Certified, Enumeration, Integer

SETTING = Setting(datasets.load("diabetes").problem, PROFILES["quick"], seed=0)
TRUE = next(claim for claim in CLAIMS if claim.ref == "AT-1")
SEARCHED = next(claim for claim in CLAIMS if claim.ref == "AD-7")


def _false(case: RegressionCase, oracle: Oracle) -> Sides:
    return case.problem.loss(case.w), 2 * case.problem.loss(case.w)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "formal"])
def test_a_false_claim_is_refuted_by_every_kind(kind: str) -> None:
    evidence = gather(replace(SEARCHED, pair=_false), kind, SETTING)
    assert evidence.outcome == "refuted"
    assert not evidence.sound
    assert evidence.failure is not None
    assert {"X", "y", "w", "computed", "claimed"} <= set(evidence.failure)


def test_property_evidence_shrinks_its_counterexample() -> None:
    evidence = gather(replace(TRUE, pair=_false), "property", SETTING)
    assert evidence.failure is not None
    assert evidence.failure["X"] == [["0"]]
    assert evidence.failure["w"] == ["0"]


def test_an_error_in_floats_beyond_the_bound_is_refuted() -> None:
    """A pair that is right in fractions and slightly wrong in floats."""

    def sloppy(case: RegressionCase, oracle: Oracle) -> Sides:
        loss = case.problem.loss(case.w)
        noise = 1e-9 if isinstance(loss, float) else 0
        return loss + noise, loss

    evidence = gather(replace(TRUE, pair=sloppy), "property", SETTING)
    assert evidence.outcome == "refuted"
    assert evidence.failure is not None
    assert "floats" in evidence.failure


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "formal"])
def test_a_twin_that_is_true_survives(kind: str) -> None:
    twin = Mutant("is no mistake", SEARCHED.pair)
    evidence = gather(replace(SEARCHED, mutants=(*SEARCHED.mutants, twin)), kind, SETTING)
    assert evidence.outcome == "confirmed"
    assert evidence.survived == ("is no mistake",)
    assert not evidence.sound


class _Nothing(Regression):
    def grid(self, per_shape: int) -> Iterator[RegressionCase]:
        yield from ()

    def planted(self, count: int, seed: int) -> Iterator[RegressionCase]:
        yield from ()

    def observed(
        self, problem: Problem, count: int, size: int, seed: int
    ) -> Iterator[RegressionCase]:
        yield from ()

    def cells(self, effort: int) -> Iterator[RegressionCase]:
        yield from ()


@pytest.mark.parametrize("kind", ["exact", "symbolic", "integer", "certified"])
def test_a_claim_without_cases_is_vacuous(kind: str) -> None:
    evidence = gather(replace(SEARCHED, family=_Nothing(frozenset({"k"}))), kind, SETTING)
    assert evidence.outcome == "vacuous"
    assert not evidence.sound


def test_a_claim_that_nothing_decides_is_not_confirmed() -> None:
    def undecided(case: Any, oracle: Oracle) -> Sides:
        raise Undecided

    for kind in TRUE.kinds:
        evidence = gather(replace(TRUE, pair=undecided), kind, SETTING)
        assert evidence.outcome in ("vacuous", "undecided")


def test_a_claim_that_floats_never_decide_is_not_confirmed() -> None:
    def exact_only(case: RegressionCase, oracle: Oracle) -> Sides:
        if not isinstance(case.delta, Fraction):
            raise Undecided
        return TRUE.pair(case, oracle)

    assert gather(replace(TRUE, pair=exact_only), "property", SETTING).outcome == "undecided"


def test_without_proofs_formal_evidence_is_absent_and_never_sound() -> None:
    evidence = gather(TRUE, "formal", SETTING)
    assert evidence.outcome == "absent"
    assert not evidence.sound


def test_the_same_seed_gives_the_same_evidence() -> None:
    for kind in SEARCHED.kinds:
        assert gather(SEARCHED, kind, SETTING) == gather(SEARCHED, kind, SETTING)


def test_a_wording_that_holds_has_no_counterexample() -> None:
    small = Regression(frozenset({"k"}), shapes=((1, 1),))
    true = replace(SEARCHED, printed=SEARCHED.pair, printed_family=small)
    assert smallest_counterexample(true) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"verdict": "true"}, "verdict must be one of"),
        ({"relation": "<"}, "relation must be one of"),
        ({"kinds": ("formally",)}, "unknown kinds"),
        ({"kinds": ()}, "unknown kinds"),
        ({"mutants": TRUE.mutants[:2]}, "at least three mutants"),
        ({"printed": None}, "does not fit"),
        ({"counterexample": None}, "needs its counterexample"),
    ],
)
def test_a_claim_that_lacks_something_cannot_be_made(change: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(TRUE, **change)


def test_three_oracles_agree() -> None:
    problem = Problem([[1, -2, 3], [0, 2, 2]], [1, 4]).exact()
    w = np.array([Fraction(2), Fraction(1), Fraction(-1)])
    base = np.array([[0, 1, 1], [1, 0, 1]])
    for start in (None, base):
        answers = [
            oracle.dropout(problem, w, 2, start).tolist()
            for oracle in (Enumeration(), Certified(), Integer())
        ]
        assert answers[0] == answers[1] == answers[2]
    delta = Fraction(1, 3)
    answers = [
        oracle.ball(problem, w, delta).tolist()
        for oracle in (Enumeration(), Certified(), Integer())
    ]
    assert answers[0] == answers[1] == answers[2]


def test_integer_programs_that_disagree_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = solvers.integer_masks

    def lying(*arguments: Any, route: str = "linear", **options: Any) -> Any:
        found = honest(*arguments, route=route, **options)  # type: ignore[arg-type]
        return replace(found, losses=found.losses + 1) if route == "quadratic" else found

    monkeypatch.setattr(solvers, "integer_masks", lying)
    with pytest.raises(solvers.Unresolved, match="disagree"):
        Integer().dropout(Problem([[1]], [1]).exact(), [Fraction(1)], 1)


def test_what_the_gate_refuses_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, w = Problem([[1]], [1]).exact(), [Fraction(1)]
    for error, raised in (
        (solvers.Unresolved, Undecided),
        (solvers.BoundExceeded, solvers.BoundExceeded),
    ):

        def refuse(*arguments: Any, error: Any = error, **options: Any) -> Any:
            raise error("no")

        monkeypatch.setattr(solvers, "integer_masks", refuse)
        with pytest.raises(raised):
            Integer().dropout(problem, w, 1)


# -- where the cases come from ------------------------------------------------


def test_the_grid_is_ordered_by_size_and_whole_up_to_a_level() -> None:
    slots = [((0, 0), (1, 1), (1, -1))] * 2
    found = list(small_integers(slots, 5))
    assert found == [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]
    assert len(list(small_integers(slots, 9))) == 9


def test_symbolic_cells_cover_all_signs_and_all_orders() -> None:
    signs = list(Regression(frozenset({"delta"})).cells(1))
    assert len(signs) == 2 * 3**2 + 3**3  # radius zero at the smallest shape only
    orders = [c for c in Regression(frozenset({"k"}), cut="orders").cells(1) if c.k == 1]
    # Weak orders of a1 and a2 around zero: 13; of a1 alone: 3; times three signs of e.
    assert len(orders) == 3 * (3 + 13)


@pytest.mark.parametrize("point", range(5))
def test_a_real_case_lies_in_exactly_one_cell(point: int) -> None:
    """Put numbers into every cell: just one of them has the signs and order of the case."""
    rng = np.random.default_rng(point)
    a, e = rng.integers(-2, 3, 2), int(rng.integers(-1, 2))
    matching = 0
    for case in Regression(frozenset(), cut="orders").cells(1):
        if case.problem.n_features != 2:
            continue
        products, residual = case.problem.products(case.w)[0], case.problem.residuals(case.w)[0]
        same = all(
            bool(sympy.sign(sympy.expand(u - v)) == np.sign(s - t))
            for (u, s), (v, t) in [
                ((products[0], a[0]), (sympy.Integer(0), 0)),
                ((products[1], a[1]), (sympy.Integer(0), 0)),
                ((products[0], a[0]), (products[1], a[1])),
            ]
        )
        matching += same and bool(sympy.sign(sympy.expand(residual)) == np.sign(e))
    assert matching == 1


def test_planted_cases_have_what_they_promise() -> None:
    cases = list(Regression(frozenset({"k"})).planted(60, 0))
    residuals = [case.problem.residuals(case.w) for case in cases]
    assert any(np.all(e == 0) for e in residuals)
    assert any(np.any(e == 0) and np.any(e != 0) for e in residuals)
    assert any(0 in case.w for case in cases)
    assert any(case.k == 0 for case in cases)
    assert any(case.k == case.problem.n_features for case in cases)
    twins = [c for c in cases if c.problem.n_features > 1]
    assert any(np.all(c.problem.X[:, 0] == c.problem.X[:, -1]) for c in twins)


def test_observed_cases_are_the_data_exactly() -> None:
    for case in Regression(frozenset()).observed(SETTING.data, 3, 4, 0):
        rows = {tuple(map(float, row)) for row in case.problem.X}
        everything = {tuple(row) for row in SETTING.data.X.tolist()}
        assert all(any(set(row) <= set(full) for full in everything) for row in rows)


def test_cases_describe_themselves_and_round() -> None:
    case = RegressionCase(Problem([[0.5]], [1.0]), np.array([2.0]), vary=frozenset({"k"}))
    assert case.describe() == {"X": [["0.5"]], "y": ["1.0"], "w": ["2.0"], "k": "1"}
    assert case.rounded().problem.X[0, 0] == Fraction(1, 2)
    assert isinstance(Regression(frozenset()).draw("float"), st.SearchStrategy)
