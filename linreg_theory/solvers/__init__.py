"""Ways to an answer. The only room that knows that cvxpy exists.

enumerate_masks(p, w, k)  == the definition: every mask is tried
integer_masks(p, w, k)    == cvxpy, by two routes, through one gate
Solution                  == masks, losses, proven bound, method, status
Unresolved                == raised where a solver's answer cannot be trusted
"""

from linreg_theory.solvers.enumeration import (
    enumerate_masks,
    largest_ball_loss,
    largest_masked_loss,
    mask_space,
)
from linreg_theory.solvers.integer import integer_masks
from linreg_theory.solvers.solution import Solution, Unresolved

__all__ = [
    "Solution",
    "Unresolved",
    "enumerate_masks",
    "integer_masks",
    "largest_ball_loss",
    "largest_masked_loss",
    "mask_space",
]
