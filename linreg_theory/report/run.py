"""A run of all claims, as `linreg-theory verify --json` writes it, read back with care.

  Run                == what was run on what, and what was found of each claim
  Found              == what a run found of one claim
  Tried              == one kind of evidence for it: outcome, cases, mutants
  read_run(path)     == the Run in a file; ValueError in one line for any other file
  run_of(content)    == the Run in plain data, of any source

A run is refused if it is of another version, lacks a claim, or states one otherwise: a page
must not put the evidence of one statement under another.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from linreg_theory import __version__
from linreg_theory.claims import CLAIMS
from linreg_theory.claims.claim import KINDS, Claim

__all__ = ["Found", "Run", "Tried", "read_run", "run_of"]

_Value = TypeVar("_Value")

_OUTCOMES = ("confirmed", "refuted", "vacuous", "undecided", "absent", "partial")


@dataclass(frozen=True)
class Tried:
    """One kind of evidence for one claim."""

    kind: str
    outcome: str
    cases: int
    undecided: int
    derived: bool
    surviving: tuple[str, ...]  # mistakes of the mutants it did not refute
    failure: str  # the case that refuted the claim, if one did

    @property
    def counts(self) -> bool:
        """Whether it was tried at all; proofs that are absent or partial do not count."""
        return self.outcome not in ("absent", "partial")

    @property
    def sound(self) -> bool:
        """Whether the claim was confirmed and every mutant refuted."""
        return self.outcome == "confirmed" and not self.surviving


@dataclass(frozen=True)
class Found:
    """What a run found of one claim."""

    confirmed: bool
    evidence: tuple[Tried, ...]
    counterexample: dict[str, Any] | None
    refuted: int  # mutants, by every kind of evidence that has cases


@dataclass(frozen=True)
class Run:
    """A run of all claims."""

    claims: dict[str, Found]  # by reference
    data: str
    samples: int
    features: int
    target: str
    profile: str
    seed: int
    seconds: float
    platform: str
    versions: dict[str, str]

    @property
    def confirmed(self) -> bool:
        """Whether every verdict stands."""
        return all(found.confirmed for found in self.claims.values())


def read_run(path: Path) -> Run:
    """The run in a file.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it holds something else, misses claims or is of another version; names the file.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.name} is no JSON file: {error}") from None
    try:
        return run_of(content)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


def run_of(content: Any) -> Run:
    """The run in plain data.

    Raises
    ------
    ValueError
        As `read_run`.
    """
    if not isinstance(content, dict) or not {"claims", "versions", "profile"} <= set(content):
        raise ValueError("is no run of `linreg-theory verify --json`")
    versions = _entry(content, "versions", dict)
    if versions.get("linreg-theory") != __version__:
        ran = versions.get("linreg-theory", "an unknown version")
        raise ValueError(f"is a run of linreg-theory {ran}, this is {__version__}")
    data = _entry(content, "data", dict)
    return Run(
        claims=_found_of_all(_entry(content, "claims", list)),
        data=_entry(data, "name", str, "data"),
        samples=_entry(data, "samples", int, "data"),
        features=_entry(data, "features", int, "data"),
        target=_entry(data, "target", str, "data"),
        profile=_entry(content, "profile", str),
        seed=_entry(content, "seed", int),
        seconds=float(_entry(content, "seconds", (int, float))),
        platform=_entry(content, "platform", str),
        versions={str(name): str(number) for name, number in versions.items()},
    )


def _found_of_all(entries: Sequence[Any]) -> dict[str, Found]:
    by_ref = {
        entry["ref"]: entry for entry in entries if isinstance(entry, dict) and "ref" in entry
    }
    missing = [claim.ref for claim in CLAIMS if claim.ref not in by_ref]
    if missing:
        rest = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise ValueError(f"misses {', '.join(missing[:3])}{rest}; verify all claims")
    if len(entries) != len(CLAIMS):
        raise ValueError(f"has {len(entries)} claims, this version has {len(CLAIMS)}")
    return {claim.ref: _found(claim, by_ref[claim.ref]) for claim in CLAIMS}


def _found(claim: Claim, entry: dict[str, Any]) -> Found:
    for name in ("name", "statement", "verdict"):
        if entry.get(name) != getattr(claim, name):
            raise ValueError(f"{claim.ref} has another {name} than in this version")
    mutants = _entry(entry, "mutants", dict, claim.ref)
    if mutants.get("mistakes") != [mutant.mistake for mutant in claim.mutants]:
        raise ValueError(f"{claim.ref} has other mutants than in this version")
    evidence = _entry(entry, "evidence", list, claim.ref)
    return Found(
        confirmed=_entry(entry, "confirmed", bool, claim.ref),
        evidence=tuple(_tried(each, claim) for each in evidence),
        counterexample=_entry(entry, "counterexample", (dict, type(None)), claim.ref),
        refuted=_entry(mutants, "refuted", int, claim.ref),
    )


def _tried(entry: Any, claim: Claim) -> Tried:
    where = f"{claim.ref}, evidence"
    if not isinstance(entry, dict):
        raise ValueError(f"{where}: {entry!r} is no entry")
    kind, outcome = _entry(entry, "kind", str, where), _entry(entry, "outcome", str, where)
    for what, value, known in (("kind", kind, KINDS), ("outcome", outcome, _OUTCOMES)):
        if value not in known:
            raise ValueError(f"{where}: {what} must be one of {', '.join(known)}, got {value!r}")
    surviving = _entry(entry, "mutants_surviving", list, where)
    failure = entry.get("failure")
    return Tried(
        kind=kind,
        outcome=outcome,
        cases=_entry(entry, "cases", int, where),
        undecided=_entry(entry, "undecided", int, where),
        derived=_entry(entry, "derived_for_any_size", bool, where),
        surviving=tuple(str(mistake) for mistake in surviving),
        failure="" if failure is None else json.dumps(failure, ensure_ascii=False),
    )


def _entry(
    holder: dict[str, Any], name: str, kind: type[_Value] | tuple[type, ...], where: str = ""
) -> Any:
    """An entry of the right type; True is no number here."""
    value = holder.get(name)
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        place = f"{where}: " if where else ""
        raise ValueError(f"{place}{name} is missing or of the wrong type")
    return value
