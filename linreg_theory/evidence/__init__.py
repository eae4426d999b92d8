"""What speaks for a claim: the same pair, tried in several ways.

  gather(claim, kind, setting)    == an Evidence
  Setting                         == the data, the Effort and the seed of a run
  smallest_counterexample(claim)  == where the paper's wording fails first
  check_proofs(build)             == the Proofs that Coq checked; some theorems are PARTIAL
  check_derivations()             == the Derivations for any size that SymPy confirmed
  PROFILES                        == an Effort each: quick, default, thorough

Evidence is sound if the claim was confirmed and every one of its mutants refuted.
"""

from linreg_theory.evidence.derivations import Derivations, check_derivations
from linreg_theory.evidence.formal import PARTIAL, Proofs, check_proofs
from linreg_theory.evidence.kinds import Setting, gather, smallest_counterexample
from linreg_theory.evidence.trial import PROFILES, Effort, Evidence

__all__ = [
    "PARTIAL",
    "PROFILES",
    "Derivations",
    "Effort",
    "Evidence",
    "Proofs",
    "Setting",
    "check_derivations",
    "check_proofs",
    "gather",
    "smallest_counterexample",
]
