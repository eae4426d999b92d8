"""Robust regressions in scikit-learn's manner; every fit reports its proven gap.

  AdversarialTrainingRegressor == the worst case over perturbations in a ball
  AdversarialDropoutRegressor  == the worst case over features dropped from each sample

What they minimise, and how, is in the room `fits`.
"""

from linreg_theory.estimators.dropout import AdversarialDropoutRegressor
from linreg_theory.estimators.training import AdversarialTrainingRegressor

__all__ = ["AdversarialDropoutRegressor", "AdversarialTrainingRegressor"]
