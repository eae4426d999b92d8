"""The random neighbours of the two adversaries, in expectation.

  gaussian_loss(p, w, s)  == E of the loss when each x_ij gets independent noise of mean 0
                             and variance s^2: l(w) + N s^2 ||w||_2^2 (Bishop 1995)
  dropout_loss(p, w, q)   == E of the loss when each x_ij is kept with probability q:
                             sum_i (y_i - q x_i'w)^2 + q (1-q) sum_ij (x_ij w_j)^2
                             (Srivastava et al. 2014; Wager, Wang and Liang 2013)

s = 0 and q = 1 change nothing; q = 0 leaves sum_i y_i^2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

from linreg_theory.arithmetic import checked, quiet
from linreg_theory.arrays import as_radius, with_scalar
from linreg_theory.problem import Problem

__all__ = ["dropout_loss", "gaussian_loss"]


@quiet
def gaussian_loss(problem: Problem, w: Any, sigma: Any) -> Any:
    """Expected loss under additive noise of standard deviation sigma, in the unit of X.

    Only the first two moments matter, so it holds for any such noise, Gaussian or not.

    Raises
    ------
    TypeError, ValueError
        For unusable weights or a negative or infinite sigma.
    OverflowError
        If the loss is not a finite float.
    """
    sigma, e, w = with_scalar(as_radius("sigma", sigma), problem.residuals(w), problem.weights(w))
    return checked("the loss", np.sum(e * e) + problem.n_samples * sigma * sigma * np.sum(w * w))


@quiet
def dropout_loss(problem: Problem, w: Any, keep: Any) -> Any:
    """Expected loss under dropout that keeps each feature with probability `keep`, unscaled.

    Raises
    ------
    TypeError, ValueError
        For unusable weights or a probability outside 0..1; OverflowError as gaussian_loss.
    """
    keep = as_radius("keep", keep)
    if not isinstance(keep, sympy.Basic) and keep > 1:
        raise ValueError(f"keep must be between 0 and 1, got {keep}")
    keep, a, y = with_scalar(keep, problem.products(w), problem.y)
    shrunk = y - keep * np.sum(a, axis=1)
    return checked("the loss", np.sum(shrunk * shrunk) + keep * (1 - keep) * np.sum(a * a))
