"""Derivations for symbolic N, D and k, checked step by step beside this package.

  Derivations           == the claims whose derivation was checked, or what is wrong with one
  check_derivations()   == the Derivations in proofs/symbolic, by a process of its own

They add to symbolic evidence, which alone speaks of the sizes that were tried.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Derivations", "check_derivations"]

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Derivations:
    """What the derivations came to."""

    names: frozenset[str] = frozenset()
    failed: str = ""


def check_derivations(root: Path = ROOT) -> Derivations:
    """Check every step of every derivation; none where they are not beside this package."""
    if not (root / "proofs" / "symbolic").is_dir():
        return Derivations()
    command = [sys.executable, "-m", "proofs.symbolic"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if run.returncode:
        return Derivations(failed=" ".join(run.stderr.split()[-60:]))
    return Derivations(frozenset(run.stdout.split()))
