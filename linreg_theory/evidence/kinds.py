"""The kinds of evidence, each the same `pair` on other numbers.

  exact      == fractions: all small integer cases, planted cases, cuts of the data;
                every mask is tried
  property   == Hypothesis: fractions first, then floats against proven error bounds
  symbolic   == SymPy: all values at small sizes, cell by cell; derived for any size, where
                there is a derivation (see derivations.py)
  integer    == maxima by integer programs
  certified  == maxima of larger cuts of the data by exact dual certificates
  formal     == a closed theorem (see formal.py); absent where there is none
  gather(claim, kind, setting) == the Evidence of one kind; a Setting is data, effort, seed
  smallest_counterexample(claim)
             == the first case, in order of size, on which the paper's wording fails

Each kind runs the mutants along, and goes on a while for those that survive.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase, given, settings

from linreg_theory.arithmetic import Undecided
from linreg_theory.cases.family import text
from linreg_theory.claims.claim import Claim
from linreg_theory.evidence.derivations import Derivations
from linreg_theory.evidence.formal import Proofs, formal
from linreg_theory.evidence.oracles import Certified, Enumeration, Integer
from linreg_theory.evidence.trial import Effort, Evidence, Trial, judge
from linreg_theory.problem import Problem
from linreg_theory.relations import within_bounds
from linreg_theory.testing import Numbers

__all__ = ["Setting", "gather", "smallest_counterexample"]

_SEARCH = 3000  # cases per shape when a counterexample is looked for
_ROUNDS = 8  # times random cases are drawn again while a mutant survives


@dataclass(frozen=True)
class Setting:
    """The data, the effort and the seed of a run."""

    data: Problem
    effort: Effort
    seed: int
    proofs: Proofs = field(default_factory=Proofs)
    derivations: Derivations = field(default_factory=Derivations)


def gather(claim: Claim, kind: str, setting: Setting) -> Evidence:
    """The evidence of one kind for a claim."""
    if kind == "formal":
        return formal(claim, setting.proofs)
    return _KINDS[kind](claim, setting)


def smallest_counterexample(claim: Claim) -> dict[str, Any] | None:
    """The smallest case on which the printed wording fails, with both its sides."""
    if claim.printed is None:
        return None
    oracle = Enumeration()
    for case in (claim.printed_family or claim.family).grid(_SEARCH):
        if judge(claim.printed_relation, claim.printed, case, oracle) is False:
            computed, claimed = claim.printed(case, oracle)
            return case.describe() | {"computed": text(computed), "claimed": text(claimed)}
    return None


def _exact(claim: Claim, setting: Setting) -> Evidence:
    effort, family, trial = setting.effort, claim.family, Trial(claim, Enumeration())
    cases = itertools.chain(
        family.grid(effort.grid),
        family.planted(effort.planted, setting.seed),
        family.observed(setting.data, effort.observed, effort.observed_size, setting.seed),
        _planted_again(trial, effort.planted, setting.seed),
    )
    return _tried(trial, "exact", cases)


def _symbolic(claim: Claim, setting: Setting) -> Evidence:
    cells = claim.family.cells(setting.effort.cells)
    evidence = _tried(Trial(claim, Enumeration()), "symbolic", cells)
    if setting.derivations.failed:
        failure = {"derivation": setting.derivations.failed}
        return replace(evidence, outcome="refuted", failure=failure)
    return replace(evidence, derived=claim.name in setting.derivations.names)


def _integer(claim: Claim, setting: Setting) -> Evidence:
    family, effort, trial = claim.family, setting.effort, Trial(claim, Integer())
    cases = itertools.chain(
        family.planted(effort.integer, setting.seed),
        family.observed(setting.data, effort.observed, effort.observed_size, setting.seed),
        _planted_again(trial, effort.integer, setting.seed),
    )
    return _tried(trial, "integer", cases)


def _certified(claim: Claim, setting: Setting) -> Evidence:
    family, effort, trial = claim.family, setting.effort, Trial(claim, Certified())
    cases = itertools.chain(
        family.planted(effort.planted, setting.seed),
        family.observed(setting.data, effort.observed, effort.certified_size, setting.seed),
        _planted_again(trial, effort.planted, setting.seed),
    )
    return _tried(trial, "certified", cases)


def _planted_again(trial: Trial, count: int, seed: int) -> Iterator[Any]:
    """More seeded problems, for as long as a mutant survives: chance must not save it."""
    for later in range(seed + 1, seed + _ROUNDS):
        for case in trial.claim.family.planted(count, later):
            if not trial.surviving:
                return
            yield case


def _tried(trial: Trial, kind: str, cases: Iterable[Any]) -> Evidence:
    for case in cases:
        if trial.run(case) is False:
            break
    return trial.evidence(kind)


def _property(claim: Claim, setting: Setting) -> Evidence:
    trial = Trial(claim, Enumeration())

    def exactly(case: Any) -> None:
        assert trial.run(case) is not False

    def in_floats(case: Any) -> None:
        bounds = case.rounded()
        try:
            with np.errstate(all="ignore"):
                proven = claim.pair(bounds, trial.oracle)
        except Undecided:
            trial.undecided += 1
            return
        assert trial.run(bounds) is not False
        with np.errstate(all="ignore"):
            floats = claim.pair(case, trial.oracle)
        if not within_bounds(floats, proven):
            trial.failure = case.describe() | {"floats": text(floats), "proven": text(proven)}
            raise AssertionError

    checks: dict[Numbers, Callable[[Any], None]] = {"rational": exactly, "float": in_floats}
    for numbers, check in checks.items():
        before = trial.cases
        for seed in range(setting.seed, setting.seed + _ROUNDS):
            _search(check, claim.family.draw(numbers), setting.effort.examples, seed)
            if trial.failure is not None:
                return trial.evidence("property")
            if trial.cases > before and not trial.surviving:
                break
        if trial.cases == before:  # rounding left every float case open
            trial.undecided = max(trial.undecided, trial.cases + 1)
    return trial.evidence("property")


def _search(check: Callable[[Any], None], strategy: Any, examples: int, seed: int) -> None:
    """Run Hypothesis; the check keeps the last, so the smallest, failure itself."""
    configured = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        print_blob=False,
        report_multiple_bugs=False,
    )
    test: Callable[[], None] = hypothesis.seed(seed)(configured(given(strategy)(check)))  # type: ignore[no-untyped-call]
    try:
        test()
    except AssertionError:
        return


_KINDS: dict[str, Callable[[Claim, Setting], Evidence]] = {
    "exact": _exact,
    "property": _property,
    "symbolic": _symbolic,
    "integer": _integer,
    "certified": _certified,
}
