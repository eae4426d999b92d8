"""Ways to an answer. The only room that knows that cvxpy exists.

  enumerate_masks(p, w, k)  == the definition: every mask is tried
  integer_masks(p, w, k)    == cvxpy, by two routes, through one gate
  zero_is_optimal(p, k)     == whether zero weights minimise the exact worst case: a Collapse
  collapse_budget(p)        == the smallest k from which they do
  ReferenceTraining, ReferenceDropout
                            == both robust regressions through cvxpy, to hold the fits to
  ReferenceFit              == what these return
  largest_masked_loss, largest_ball_loss, mask_space
                            == the definitions of the two maxima, also on symbols
  Solution                  == masks, losses, proven bound, method, status
  Unresolved                == raised where a solver's answer cannot be trusted
  BoundExceeded             == raised where it contradicts a proven bound

Whatever a solver says is checked in exact arithmetic before it is returned.
"""

from linreg_theory.solvers.collapse import Collapse, collapse_budget, zero_is_optimal
from linreg_theory.solvers.enumeration import (
    enumerate_masks,
    largest_ball_loss,
    largest_masked_loss,
    mask_space,
)
from linreg_theory.solvers.integer import integer_masks
from linreg_theory.solvers.reference import ReferenceDropout, ReferenceFit, ReferenceTraining
from linreg_theory.solvers.solution import BoundExceeded, Solution, Unresolved

__all__ = [
    "BoundExceeded",
    "Collapse",
    "ReferenceDropout",
    "ReferenceFit",
    "ReferenceTraining",
    "Solution",
    "Unresolved",
    "collapse_budget",
    "enumerate_masks",
    "integer_masks",
    "largest_ball_loss",
    "largest_masked_loss",
    "mask_space",
    "zero_is_optimal",
]
