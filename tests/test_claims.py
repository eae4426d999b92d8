"""Every claim, by every kind of evidence it names, with every mutant refuted."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from linreg_theory import datasets
from linreg_theory.cases.family import Family
from linreg_theory.cases.heads import Heads
from linreg_theory.cases.regression import Regression
from linreg_theory.claims import CLAIMS, Claim
from linreg_theory.evidence import PROFILES, Setting, gather, smallest_counterexample

EXPECTED = (
    [f"AT-{i}" for i in range(1, 10)]
    + [f"AD-{i}" for i in range(1, 16)]
    + [f"ME-{i}" for i in range(1, 11)]
    + [f"NB-{i}" for i in range(1, 5)]
    + [f"BY-{i}" for i in range(1, 15)]
)


def test_every_row_of_the_three_lists_and_the_neighbours_is_there() -> None:
    assert [claim.ref for claim in CLAIMS] == EXPECTED
    assert len({claim.name for claim in CLAIMS}) == len(CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.ref)
def test_a_claim_is_data_that_a_reader_can_use(claim: Claim) -> None:
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", claim.name)
    assert claim.plain.endswith(".")
    assert len(claim.plain) <= 130
    assert claim.wording
    assert claim.source
    assert claim.statement.count("{") == claim.statement.count("}")
    assert len({mutant.mistake for mutant in claim.mutants}) == len(claim.mutants)
    assert {"exact", "property"} <= set(claim.kinds)
    if claim.verdict == "holds if":
        assert claim.assumptions


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.ref)
@pytest.mark.parametrize("data", ["diabetes", "planted"])
def test_the_evidence_is_sound(claim: Claim, data: str) -> None:
    setting = Setting(datasets.load(data).problem, PROFILES["quick"], seed=1)
    for kind in claim.kinds:
        evidence = gather(claim, kind, setting)
        assert evidence.outcome == "confirmed", evidence
        assert evidence.cases > 0
        assert not evidence.survived, f"{kind} did not refute: {evidence.survived}"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.ref)
def test_the_smallest_counterexample_is_found_again(claim: Claim) -> None:
    assert smallest_counterexample(claim) == claim.counterexample


@pytest.mark.parametrize(
    ("ref", "left_out"),
    [
        ("AT-2", Regression(frozenset({"delta"}), shapes=((1, 1),))),
        ("AT-3", Regression(frozenset({"delta"}), shapes=((1, 1),))),
        ("AD-3", Regression(frozenset({"k"}), shapes=((1, 1),), unit_weights=True)),
        ("AD-6", Regression(frozenset({"k"}), shapes=((1, 1),), unit_weights=True)),
        ("AD-15", Regression(frozenset({"k"}), shapes=((1, 1),), unit_weights=True)),
        ("ME-1", Heads(((1, 2),), full=True)),
    ],
)
def test_the_shapes_a_search_leaves_out_have_no_counterexample(ref: str, left_out: Family) -> None:
    """Some searches begin at the first shape on which the wording can fail; this is why."""
    claim = next(claim for claim in CLAIMS if claim.ref == ref)
    assert smallest_counterexample(replace(claim, printed_family=left_out)) is None
    assert next(iter(left_out.grid(1)))
    assert smallest_counterexample(claim) is not None
