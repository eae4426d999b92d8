"""One kind of evidence for one claim: run the pair on cases, and its mutants with it.

  Effort     == how many cases of each sort; PROFILES has quick, default and thorough
  Evidence   == kind, outcome, cases, mutants refuted, and the case that failed
  Trial      == a claim under an oracle; `run(case)` judges it and strikes refuted mutants
  outcomes   == confirmed | refuted | vacuous | undecided, and for proofs absent | partial

A case that arithmetic cannot decide (a sign within rounding error, say) is counted apart and
confirms nothing; too many of them make the evidence undecided. No case at all is vacuous.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from linreg_theory.arithmetic import Undecided
from linreg_theory.cases.family import text
from linreg_theory.claims.claim import Claim, Oracle, Pair
from linreg_theory.relations import holds

__all__ = ["PROFILES", "Effort", "Evidence", "Trial"]


@dataclass(frozen=True)
class Effort:
    """How much to try."""

    grid: int  # integer cases per shape
    examples: int  # Hypothesis examples, of fractions and of floats each
    planted: int  # seeded small problems
    observed: int  # cases cut from the data
    observed_size: int  # rows and columns of a cut, where every mask is tried
    certified_size: int  # rows and columns of a cut, where a certificate answers
    cells: int  # how many shapes of symbolic cases
    integer: int  # cases per integer program


PROFILES = {
    "quick": Effort(25, 6, 8, 1, 3, 8, 1, 3),
    "default": Effort(400, 100, 60, 12, 6, 40, 2, 20),
    "thorough": Effort(5000, 1000, 400, 60, 8, 200, 4, 100),
}


@dataclass(frozen=True)
class Evidence:
    """What one kind of evidence says of one claim."""

    kind: str
    outcome: str
    cases: int = 0
    undecided: int = 0
    refuted: tuple[str, ...] = ()  # mistakes of the mutants it refuted
    survived: tuple[str, ...] = ()
    failure: dict[str, Any] | None = None  # the case that refuted the claim itself
    derived: bool = False  # symbolic evidence: also derived for any size

    @property
    def sound(self) -> bool:
        """Confirmed, and every mutant refuted."""
        return self.outcome == "confirmed" and not self.survived


@dataclass
class Trial:
    """A claim being tried, case after case."""

    claim: Claim
    oracle: Oracle
    cases: int = 0
    undecided: int = 0
    failure: dict[str, Any] | None = None
    refuted: set[str] = field(default_factory=set)

    def run(self, case: Any) -> bool | None:
        """Judge the claim on a case; let the case refute mutants."""
        verdict = judge(self.claim.relation, self.claim.pair, case, self.oracle)
        if verdict is None:
            self.undecided += 1
            return None
        self.cases += 1
        if verdict is False:
            computed, claimed = self.claim.pair(case, self.oracle)
            self.failure = case.describe() | {"computed": text(computed), "claimed": text(claimed)}
            return False
        for mutant in self.claim.mutants:
            if mutant.mistake not in self.refuted and (
                judge(self.claim.relation, mutant.pair, case, self.oracle) is False
            ):
                self.refuted.add(mutant.mistake)
        return True

    @property
    def surviving(self) -> tuple[str, ...]:
        """Mistakes that no case has refuted yet."""
        return tuple(m.mistake for m in self.claim.mutants if m.mistake not in self.refuted)

    def evidence(self, kind: str) -> Evidence:
        """What the cases so far amount to."""
        if self.failure is not None:
            outcome = "refuted"
        elif self.cases == 0:
            outcome = "vacuous"
        else:
            outcome = "undecided" if self.undecided > self.cases else "confirmed"
        refuted = tuple(m.mistake for m in self.claim.mutants if m.mistake in self.refuted)
        return Evidence(
            kind,
            outcome,
            self.cases,
            self.undecided,
            refuted,
            self.surviving,
            self.failure,
        )


def judge(relation: str, pair: Pair, case: Any, oracle: Oracle) -> bool | None:
    """Whether a pair is related on a case; None where that cannot be decided."""
    try:
        with np.errstate(all="ignore"):
            computed, claimed = pair(case, oracle)
            return holds(relation, computed, claimed)
    except Undecided:
        return None
