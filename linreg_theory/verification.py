"""A run over claims: evidence, mutants, counterexamples, and whether all of it holds.

  select(names)                 == claims by reference or name; all of them for none
  verify(claims, kinds, setting)== a Result for each claim, in order, as they are done
  Result                        == a claim, its evidence, the counterexample that was found
  r.confirmed                   == every kind confirmed, every mutant refuted by every kind,
                                   the counterexample found again
  as_json(results, ...)         == the whole run, with seed, versions and data beside it

Claims may run in several processes; what they find does not depend on how many.
"""

from __future__ import annotations

import difflib
import platform
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from linreg_theory.claims import CLAIMS
from linreg_theory.claims.claim import KINDS, Claim
from linreg_theory.datasets import Dataset
from linreg_theory.evidence import Evidence, Setting, gather, smallest_counterexample

__all__ = ["Result", "as_json", "select", "verify"]

_PACKAGES = ("linreg-theory", "numpy", "scipy", "sympy", "cvxpy", "highspy", "hypothesis")


@dataclass(frozen=True)
class Result:
    """What a run found out about one claim."""

    claim: Claim
    evidence: tuple[Evidence, ...]
    counterexample: dict[str, Any] | None

    @property
    def tried(self) -> tuple[Evidence, ...]:
        """The evidence that counts; proofs that are absent or partial do not."""
        return tuple(e for e in self.evidence if e.outcome not in ("absent", "partial"))

    @property
    def confirmed(self) -> bool:
        """Whether the verdict stands, and every check of it was seen to fail on its mutants."""
        found = self.counterexample == self.claim.counterexample
        return bool(self.tried) and all(e.sound for e in self.tried) and found

    @property
    def refuted_by_all(self) -> int:
        """How many mutants every kind refuted; a theorem has no cases to refute them with."""
        everyone = [set(e.refuted) for e in self.tried if e.kind != "formal"]
        return len(set.intersection(*everyone)) if everyone else 0


def select(names: Sequence[str]) -> tuple[Claim, ...]:
    """Claims by reference (AT-1) or name; all of them if no name is given.

    Raises
    ------
    ValueError
        For a name that no claim has; suggests the nearest.
    """
    if not names:
        return CLAIMS
    known = {c.ref.lower(): c for c in CLAIMS} | {c.name: c for c in CLAIMS}
    chosen = []
    for name in names:
        claim = known.get(name.lower())
        if claim is None:
            near = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.4)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise ValueError(f"no claim is called {name!r}{hint}")
        chosen.append(claim)
    return tuple(dict.fromkeys(chosen))


def verify(
    claims: Sequence[Claim], kinds: Sequence[str], setting: Setting, jobs: int = 1
) -> Iterator[Result]:
    """Gather the evidence of each claim, in order.

    Parameters
    ----------
    claims : claims to run
    kinds : names of KINDS; a claim's own kinds among them are run, "formal" always
    setting : Setting
    jobs : int
        Processes. The result does not depend on it: every claim starts from the seed.
    """
    if jobs == 1:
        yield from (Result(claim, *_tried(claim.ref, kinds, setting)) for claim in claims)
        return
    with ProcessPoolExecutor(jobs) as pool:
        futures = [pool.submit(_tried, claim.ref, kinds, setting) for claim in claims]
        try:
            for claim, future in zip(claims, futures, strict=True):
                yield Result(claim, *future.result())
        finally:  # an interrupted run does not start what is still waiting
            pool.shutdown(wait=True, cancel_futures=True)


def as_json(
    results: Sequence[Result], data: Dataset, profile: str, seed: int, seconds: float
) -> dict[str, Any]:
    """The run as plain data."""
    return {
        "claims": [_claim_as_json(result) for result in results],
        "confirmed": all(result.confirmed for result in results),
        "profile": profile,
        "seed": seed,
        "data": {
            "name": data.name,
            "samples": data.problem.n_samples,
            "features": data.problem.n_features,
            "target": data.target,
        },
        "versions": {"python": platform.python_version()} | {p: version(p) for p in _PACKAGES},
        "platform": platform.platform(),
        "seconds": round(seconds, 2),
    }


def _tried(
    ref: str, kinds: Sequence[str], setting: Setting
) -> tuple[tuple[Evidence, ...], dict[str, Any] | None]:
    """One claim, by reference: its functions do not travel between processes."""
    (claim,) = select([ref])
    evidence = tuple(
        gather(claim, kind, setting)
        for kind in KINDS
        if kind in kinds and (kind in claim.kinds or kind == "formal")
    )
    return evidence, smallest_counterexample(claim)


def _claim_as_json(result: Result) -> dict[str, Any]:
    claim = result.claim
    return {
        "ref": claim.ref,
        "name": claim.name,
        "source": claim.source,
        "wording": claim.wording,
        "statement": claim.statement,
        "verdict": claim.verdict,
        "plain": claim.plain,
        "assumptions": list(claim.assumptions),
        "confirmed": result.confirmed,
        "evidence": [
            {
                "kind": e.kind,
                "outcome": e.outcome,
                "cases": e.cases,
                "undecided": e.undecided,
                "derived_for_any_size": e.derived,
                "mutants_refuted": len(e.refuted),
                "mutants_surviving": list(e.survived),
                "failure": e.failure,
            }
            for e in result.evidence
        ],
        "mutants": {
            "total": len(claim.mutants),
            "refuted": result.refuted_by_all,
            "mistakes": [mutant.mistake for mutant in claim.mutants],
        },
        "counterexample": result.counterexample,
    }
