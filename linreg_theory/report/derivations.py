"""The derivations for any size, step by step, as LaTeX.

Derivation                == a chain of steps: where it starts, what it names and assumes
DerivedStep               == a relation, what stands on its right, the reason, how it was checked
Derivations               == those of each claim, or why there are none
read_derivations(root)    == the Derivations in proofs/symbolic, each step checked again
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from linreg_theory.evidence.derivations import ROOT

__all__ = ["Derivation", "Derivations", "DerivedStep", "read_derivations"]


@dataclass(frozen=True)
class DerivedStep:
    """The side before stands in this relation to `right`."""

    relation: str
    right: str
    reason: str
    confirmed_by: str


@dataclass(frozen=True)
class Derivation:
    """A chain of steps; a claim may need several."""

    part: str
    start: str
    steps: tuple[DerivedStep, ...]
    where: tuple[tuple[str, str], ...]  # a name and what it stands for
    given: tuple[tuple[str, str], ...]  # what is assumed: a term and how it compares to zero


@dataclass(frozen=True)
class Derivations:
    """What there is, by the name of the claim."""

    chains: dict[str, tuple[Derivation, ...]] = field(default_factory=dict)
    absent: str = ""  # why there are none
    failed: str = ""  # what is wrong with one

    @property
    def steps(self) -> int:
        """All steps of all chains."""
        return sum(len(chain.steps) for chains in self.chains.values() for chain in chains)


def read_derivations(root: Path = ROOT) -> Derivations:
    """Check every step of every derivation, by a process of its own, and read them."""
    if not (root / "proofs" / "symbolic").is_dir():
        return Derivations(absent="the derivations are not beside this package")
    command = [sys.executable, "-m", "proofs.symbolic", "--json"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if run.returncode:
        return Derivations(failed=" ".join(run.stderr.split()[-60:]))
    chains: dict[str, tuple[Derivation, ...]] = {}
    for entry in json.loads(run.stdout):
        chains[entry["name"]] = (*chains.get(entry["name"], ()), _derivation(entry))
    return Derivations(chains)


def _derivation(entry: dict[str, Any]) -> Derivation:
    return Derivation(
        part=entry["part"].replace("_", " "),
        start=entry["start"],
        steps=tuple(DerivedStep(**step) for step in entry["steps"]),
        where=tuple((symbol, term) for symbol, term in entry["where"]),
        given=tuple((gap, relation) for gap, relation in entry["given"]),
    )
