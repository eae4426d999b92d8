"""Robust regressions in scikit-learn's manner; every fit reports its proven gap.

  AdversarialTrainingRegressor    == the worst case over perturbations in a ball
  AdversarialDropoutRegressor     == the worst case over features dropped from each sample
  AdversarialTrainingRegressorCV,
  AdversarialDropoutRegressorCV   == the same, radius or budget chosen by cross-validation
  adversarial_training_path,
  adversarial_dropout_path        == weights over radii and over budgets

What they minimise, and how, is in the room `fits`.
"""

from linreg_theory.estimators.cross_validation import (
    AdversarialDropoutRegressorCV,
    AdversarialTrainingRegressorCV,
)
from linreg_theory.estimators.dropout import AdversarialDropoutRegressor
from linreg_theory.estimators.paths import adversarial_dropout_path, adversarial_training_path
from linreg_theory.estimators.training import AdversarialTrainingRegressor

__all__ = [
    "AdversarialDropoutRegressor",
    "AdversarialDropoutRegressorCV",
    "AdversarialTrainingRegressor",
    "AdversarialTrainingRegressorCV",
    "adversarial_dropout_path",
    "adversarial_training_path",
]
