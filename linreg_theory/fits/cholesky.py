"""Cholesky factors for the steps of the interior-point methods.

  factor(R, d)     == the factor of R R' + diag(d)
  cholesky(A)      == the factor of A, from its lower triangle
  back(L, right)   == the solution, from the factor

LAPACK is called directly: at a hundred columns its wrappers take as long as it does.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg.blas import dsyrk
from scipy.linalg.lapack import dpotrf, dpotrs

from linreg_theory.arrays import Array

__all__ = ["back", "cholesky", "factor"]


def factor(root: Array, diagonal: Array) -> Array:
    """The Cholesky factor of R R' + diag(diagonal), for R (n, m)."""
    by_columns = root.flags.f_contiguous  # BLAS is given what lies in memory as it lies there
    matrix = dsyrk(1.0, root if by_columns else root.T, trans=0 if by_columns else 1, lower=1)
    place = np.arange(len(root))
    matrix[place, place] += diagonal
    return cholesky(matrix)


def cholesky(matrix: Array, alike: bool = False) -> Array:
    """The Cholesky factor from the lower triangle, a trifle added to the diagonal if need be.

    What is added is relative to each entry: columns of tiny and of large radius meet in one
    diagonal, and what is nothing to the one is everything to the other. Where all entries are
    `alike` it is relative to the largest, for some may have been lost by cancellation.
    """
    if not len(matrix):  # LAPACK's bindings refuse it
        return matrix
    place = np.arange(len(matrix))
    diagonal, jitter = matrix[place, place], 1e-16
    trifle = diagonal
    for _ in range(8):  # rounding may cost definiteness close to the end
        matrix[place, place] = diagonal + jitter * trifle
        lower, failed = dpotrf(matrix, lower=1, clean=0)
        if not failed:
            return lower
        jitter *= 100
        trifle = np.max(diagonal, initial=0) if alike else diagonal
    raise np.linalg.LinAlgError("the system of a step is not positive definite")


def back(factor: Array, right: Array) -> Array:
    """The solution for one or several right-hand sides, (n,) or (n, m)."""
    solved: Array = dpotrs(factor, right, lower=1)[0] if right.size else right
    return solved
