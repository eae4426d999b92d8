"""What is fitted: linear regression with the squared loss, validated once.

  Problem(X, y)           == data X (N, D) and targets y (N,)
  p.residuals(w)          == e = y - X w, (N,)
  p.loss(w)               == l(w) = sum_i e_i^2, the clean loss (a sum, not a mean)
  p.input_gradients(w)    == g_ij = dl/dx_ij = -2 e_i w_j, (N, D)
  p.products(w)           == a_ij = x_ij w_j, (N, D): dropping feature j of sample i
                             turns e_i into e_i + a_ij
  p.exact()               == the same problem in fractions; floats at their exact value

N = 1 and D = 1 are ordinary. Everything here is written with `@ * + abs`, so it runs on
floats, on `Fraction` objects and on SymPy expressions; the exact types give exact answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from linreg_theory.arithmetic import checked, quiet
from linreg_theory.arrays import Array, as_array, exactly, is_exact, together

__all__ = ["Problem"]


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Problem:
    """A linear regression problem.

    Parameters
    ----------
    X : array-like, shape (N, D)
        Data, a row per sample. Copied.
    y : array-like, shape (N,)
        Targets. Copied.

    Raises
    ------
    TypeError
        For complex, textual or otherwise non-numeric input.
    ValueError
        For NaN, infinity, ragged or empty input, or shapes that do not fit.
    """

    X: Array
    y: Array

    def __init__(self, X: Any, y: Any) -> None:
        X, y = together(as_array("X", X, 2), as_array("y", y, 1))
        if len(y) != len(X):
            raise ValueError(f"y must have length {len(X)}, one target per row of X, got {len(y)}")
        dtype = np.result_type(X, y)
        for name, array in (("X", X), ("y", y)):
            own = np.array(array, dtype=dtype, order="C")
            own.setflags(write=False)
            object.__setattr__(self, name, own)

    @property
    def n_samples(self) -> int:
        """N, the number of rows."""
        return int(self.X.shape[0])

    @property
    def n_features(self) -> int:
        """D, the number of columns."""
        return int(self.X.shape[1])

    def weights(self, w: Any) -> Array:
        """The weights w as a validated vector (D,), in the number system it came in."""
        vector = as_array("w", w, 1)
        if len(vector) != self.n_features:
            raise ValueError(
                f"w must have length {self.n_features}, one weight per feature, got {len(vector)}"
            )
        return vector

    @quiet
    def residuals(self, w: Any) -> Array:
        """e = y - X w, shape (N,).

        Raises
        ------
        OverflowError
            If a residual is not a finite float.
        """
        X, y, w = together(self.X, self.y, self.weights(w))
        residuals: Array = checked("a residual", y - X @ w)
        return residuals

    @quiet
    def loss(self, w: Any) -> Any:
        """l(w) = sum of squared residuals."""
        e = self.residuals(w)
        return checked("the loss", np.sum(e * e))

    @quiet
    def input_gradients(self, w: Any) -> Array:
        """g_ij = dl/dx_ij = -2 e_i w_j, shape (N, D)."""
        e, w = together(self.residuals(w), self.weights(w))
        gradients: Array = checked("an input gradient", -2 * e[:, None] * w)
        return gradients

    @quiet
    def products(self, w: Any) -> Array:
        """a_ij = x_ij w_j, shape (N, D)."""
        X, w = together(self.X, self.weights(w))
        products: Array = checked("a product x_ij w_j", X * w)
        return products

    def exact(self) -> Problem:
        """The same problem in exact numbers."""
        return self if is_exact(self.X) else Problem(exactly(self.X), exactly(self.y))

    def rows(self, index: Any) -> Problem:
        """The problem of some of the samples."""
        return Problem(self.X[index], self.y[index])

    def __repr__(self) -> str:
        return f"Problem(N={self.n_samples}, D={self.n_features}, dtype={self.X.dtype})"
