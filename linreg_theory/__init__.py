"""What adversarial training and adversarial dropout regularise in linear regression.

  Problem                 == data and targets, validated once
  adversarial_training    == Formulas 12 and 13, and the exact worst case
  adversarial_dropout     == Formulas 14 to 16, and the exact worst case
  masks                   == which units flip: the selection rule, Algorithm 1
  noise                   == the random neighbours, in expectation
  solvers                 == enumeration and integer programs; Solution, Unresolved
  certificates            == why an answer may be believed, in fractions
  testing                 == Hypothesis strategies and assertions for identities of one's own

To be imported by themselves, since they compile: `fits`, both robust regressions to a proven gap,
and `estimators`, the same in scikit-learn's manner. The claims about the paper are in
linreg_theory.claims; `linreg-theory verify` runs them.
"""

from linreg_theory import (
    adversarial_dropout,
    adversarial_training,
    certificates,
    masks,
    noise,
    solvers,
    testing,
)
from linreg_theory.problem import Problem

__version__ = "0.1.0"

__all__ = [
    "Problem",
    "adversarial_dropout",
    "adversarial_training",
    "certificates",
    "masks",
    "noise",
    "solvers",
    "testing",
]
