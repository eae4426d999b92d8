"""Fits that carry their own proof: both robust regressions, to a gap or exactly.

  fit_training(X, y, delta, ...) == a RobustFit: adversarial training in l_inf or l_2 balls
  fit_training_path(X, y, ...)   == the same for several radii
  fit_dropout(X, y, k, ...)      == a RobustFit: exact adversarial dropout
  RobustFit                      == weights, intercept, objective, dual gap
  zero_radius(X, y, ...)         == the delta from which zero weights are optimal
  certify_training(X, y, delta)  == a certificate of an exact optimum, in fractions
  certify_dropout(X, y, k)       == the same for adversarial dropout

The models and their duals are in `training_model` and `dropout_model`, the methods in
`interior_l1`, `interior_l2` and `interior_drops`, the exact path in delta in `homotopy`.
"""

from linreg_theory.fits.certify import certify_dropout, certify_training
from linreg_theory.fits.solve import (
    RobustFit,
    fit_dropout,
    fit_training,
    fit_training_path,
    zero_radius,
)

__all__ = [
    "RobustFit",
    "certify_dropout",
    "certify_training",
    "fit_dropout",
    "fit_training",
    "fit_training_path",
    "zero_radius",
]
