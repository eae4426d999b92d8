"""What speaks for a claim: the same pair, tried in several ways.

  gather(claim, kind, setting)    == an Evidence
  Setting                         == the data, the Effort and the seed of a run
  smallest_counterexample(claim)  == where the paper's wording fails first
  PROFILES                        == quick, default, thorough
"""

from linreg_theory.evidence.kinds import Setting, gather, smallest_counterexample
from linreg_theory.evidence.trial import PROFILES, Effort, Evidence

__all__ = ["PROFILES", "Effort", "Evidence", "Setting", "gather", "smallest_counterexample"]
