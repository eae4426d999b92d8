"""Gaps of many fits of one design, proven at once: `TrainingModel.fit` in matrices.

  values_and_bounds(units, radii, w, free, alpha)
                    == the worst cases and lower bounds of fits at several radii, l_inf balls

A path asks for a hundred gaps of one small problem; one by one their time would be that of
calling NumPy. What is not proven here to the last digits is proven again on its own, where columns
of tiny radius are cared for.
"""

from __future__ import annotations

import numpy as np

from linreg_theory.arithmetic import quiet
from linreg_theory.arrays import Array
from linreg_theory.fits.scaling import Units
from linreg_theory.fits.training_model import dual_value

__all__ = ["values_and_bounds"]


@quiet
def values_and_bounds(
    units: Units, radii: Array, w: Array, free: Array, alpha: Array
) -> tuple[Array, Array]:
    """Worst cases (m,) and lower bounds of the optimum (m,), up to rounding.

    Parameters
    ----------
    units : Units
    radii : array, shape (m,)
        Positive and finite.
    w, free, alpha : array, shape (m, D'), (m, f) and (m, N')
        A row for each radius.
    """
    e = units.y - w @ units.X.T - free @ units.F.T
    reach = radii * (np.abs(w) @ (1 / units.columns))
    size = np.abs(e) + units.rho * reach[:, None]
    values = np.einsum("ij,ij->i", size, size)
    for _ in range(2 * units.F.shape[1]):  # twice, for what rounding has left
        constant = units.F[:, 0] / np.linalg.norm(units.F)
        alpha = alpha - np.outer(alpha @ constant, constant)
    pull = np.max(np.abs(alpha @ units.X) * units.columns, axis=1, initial=0) / radii
    return values, dual_value(alpha, units.rho, units.y, pull)
