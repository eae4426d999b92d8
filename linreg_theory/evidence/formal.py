"""Formal evidence: theorems that Coq's kernel checked, for all sizes.

  PARTIAL               == theorems that prove less than their claim says, and what is missing
  Proofs                == the theorems that were checked, or why none was
  check_proofs(build)   == the Proofs beside this package, built if they are out of date
  formal(claim, proofs) == the Evidence for a claim: its theorem has the claim's name
  printed_theorems(out) == names that a showcase prints as closed under the global context

Nothing is counted that was not checked: the build compares what the showcase prints, every
statement and every assumption, with the golden file, and only then its theorems count.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from linreg_theory.claims.claim import Claim
from linreg_theory.evidence.trial import Evidence

__all__ = ["PARTIAL", "Proofs", "check_proofs", "formal", "printed_theorems"]

FOLDER = Path(__file__).resolve().parents[2] / "proofs" / "rocq"

PARTIAL: dict[str, str] = {}  # none is

_PACKAGES = "coq libcoq-mathcomp-algebra libcoq-mathcomp-algebra-tactics libcoq-mathcomp-zify"


@dataclass(frozen=True)
class Proofs:
    """What the proofs came to."""

    theorems: frozenset[str] = frozenset()
    absent: str = ""  # why nothing could be checked
    failed: str = ""  # what is wrong with the proofs


def check_proofs(build: bool = True, folder: Path = FOLDER) -> Proofs:
    """Build the proofs, if need be, and read off which theorems stand.

    Parameters
    ----------
    build : bool
        Build what is out of date; otherwise out-of-date proofs are absent.
    folder : Path
        Where they are.
    """
    if not (folder / "_CoqProject").exists():
        return Proofs(absent="the proofs are not beside this package")
    if not all(shutil.which(program) for program in ("coqc", "coq_makefile", "make")):
        return Proofs(absent=f"coqc is not installed (Debian: apt-get install {_PACKAGES})")
    if not build and subprocess.run(["make", "-q", "-C", folder, "showcase.out"]).returncode:
        return Proofs(absent="the proofs are not built (make proofs builds them)")
    run = subprocess.run(["make", "-C", folder], capture_output=True, text=True)
    if run.returncode:
        tail = " ".join((run.stdout + run.stderr).split()[-40:])
        return Proofs(failed=f"the proofs do not build, or print something new: {tail}")
    return Proofs(printed_theorems((folder / "showcase.out").read_text()))


def formal(claim: Claim, proofs: Proofs) -> Evidence:
    """One theorem, whole; "partial" or "absent" otherwise, and "refuted" if the build fails."""
    if proofs.failed:
        return Evidence("formal", "refuted", failure={"build": proofs.failed})
    if claim.name not in proofs.theorems:
        return Evidence("formal", "absent")
    if claim.name in PARTIAL:
        return Evidence("formal", "partial")
    return Evidence("formal", "confirmed", cases=1)


def printed_theorems(output: str) -> frozenset[str]:
    """Names of the theorems whose printed assumptions are none."""
    blocks = re.split(r"^(?=\w+\n? +: )", output, flags=re.MULTILINE)
    closed = [b for b in blocks if b.rstrip().endswith("Closed under the global context")]
    return frozenset(re.split(r"[\s:]", block, maxsplit=1)[0] for block in closed if block.strip())
