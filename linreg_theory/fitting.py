"""Fits by name, for the command line: one method, one value or a whole path.

  METHODS                        == at, at2, adropout, greedy, ols, ridge, lasso
  fit(problem, method, value)    == a Fitted
  path(problem, method, points)  == Fitted, one for each of several values
  certified(problem, method, v)  == the certificate of an exact optimum
  table(dataset, fits)           == what the terminal shows
  Fitted                         == weights, intercept, objective, gap, steps

`at` and `at2` take a radius (l_inf and l_2 balls), `adropout` and `greedy` a budget, `ridge` and
`lasso` the factor of their penalty beside the sum of squared residuals. All fit an intercept,
which no method perturbs, drops or penalises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.table import Table
from sklearn.linear_model import Lasso, LinearRegression, Ridge

from linreg_theory.arrays import Array, as_budget, as_radius
from linreg_theory.certificates import DropoutCertificate, TrainingCertificate
from linreg_theory.datasets import Dataset
from linreg_theory.estimators.paths import default_radii
from linreg_theory.fits import certify_dropout, certify_training, fit_dropout, fit_training
from linreg_theory.fits.greedy import fit_greedy
from linreg_theory.problem import Problem

__all__ = ["METHODS", "Fitted", "certified", "fit", "path", "table"]

METHODS = ("at", "at2", "adropout", "greedy", "ols", "ridge", "lasso")
_BUDGETS = ("adropout", "greedy")
_NORMS = {"at": np.inf, "at2": 2}


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fit, and what is known of it."""

    method: str
    value: float  # radius, budget or penalty; nan for ols
    coef: Array
    intercept: float
    objective: float
    dual_gap: float | None  # None where the method proves none
    converged: bool
    notes: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "method": self.method,
            "value": None if np.isnan(self.value) else self.value,
            "coef": [float(value) for value in self.coef],
            "intercept": self.intercept,
            "objective": self.objective,
            "dual_gap": self.dual_gap,
            "converged": self.converged,
        } | self.notes


def fit(problem: Problem, method: str, value: Any, *, tol: float = 1e-9, seed: int = 0) -> Fitted:
    """One fit with an intercept.

    Parameters
    ----------
    problem : Problem
    method : str
        One of METHODS.
    value : number or None
        Radius, budget or penalty; None for ols.
    tol : float
        The dual gap to reach, relative to the objective, where one is proven.
    seed : int
        Of the greedy method's random starts.

    Raises
    ------
    ValueError, TypeError
        For an unknown method and for a value that it cannot use.
    """
    value = _checked(problem, method, value)
    X, y = np.asarray(problem.X, dtype=float), np.asarray(problem.y, dtype=float)
    if method == "greedy":
        found = fit_greedy(X, y, int(value), intercept=True, seed=seed)
        notes = {"worst_case": found.worst_case, "starts": float(len(found.found))}
        return _fitted(method, value, found.coef, found.intercept, found.objective, notes=notes)
    if method in _NORMS or method == "adropout":
        if method == "adropout":
            robust = fit_dropout(X, y, int(value), intercept=True, tol=tol)
        else:
            robust = fit_training(X, y, value, _NORMS[method], intercept=True, tol=tol)
        return Fitted(
            *(method, value, robust.coef, robust.intercept, robust.objective, robust.dual_gap),
            *(robust.converged, {"steps": float(robust.steps)}),
        )
    return _neighbour(X, y, method, value)


def path(
    problem: Problem, method: str, points: int, *, tol: float = 1e-9, seed: int = 0
) -> list[Fitted]:
    """Fits over radii or penalties on a logarithmic scale, or over all budgets."""
    if method == "ols":
        raise ValueError("path: ols has no parameter to vary")
    if method in _BUDGETS:
        return [fit(problem, method, k, tol=tol, seed=seed) for k in range(problem.n_features + 1)]
    X, y = np.asarray(problem.X, dtype=float), np.asarray(problem.y, dtype=float)
    values = default_radii(X, y, n_radii=points, norm=_NORMS.get(method, np.inf), intercept=True)
    if method in ("ridge", "lasso"):
        centred = y - y.mean()
        values = values / values[0] * 2 * float(np.max(np.abs(X.T @ centred)))
    return [fit(problem, method, value, tol=tol, seed=seed) for value in values]


def certified(
    problem: Problem, method: str, value: Any
) -> TrainingCertificate | DropoutCertificate:
    """The certificate of an exact optimum, of `at` or `adropout`."""
    value = _checked(problem, method, value)
    if method == "at":
        return certify_training(problem.X, problem.y, value, intercept=True)
    if method == "adropout":
        return certify_dropout(problem.X, problem.y, int(value), intercept=True)
    raise ValueError(f"certificate: only at and adropout have one, got {method!r}")


def table(dataset: Dataset, fits: list[Fitted]) -> Table:
    """A line per fit; the weights too, if there is only one."""
    shown = Table(title=str(dataset), title_justify="left")
    for name in ("method", "value", "objective", "dual gap", "non-zero", "|w|_1", "R2"):
        shown.add_column(name, justify="left" if name == "method" else "right")
    problem = dataset.problem
    total = float(np.sum((problem.y - np.mean(problem.y)) ** 2))
    for fitted in fits:
        e = problem.y - problem.X @ fitted.coef - fitted.intercept
        gap = "-" if fitted.dual_gap is None else f"{fitted.dual_gap:.2g}"
        shown.add_row(
            fitted.method,
            "-" if np.isnan(fitted.value) else f"{fitted.value:.6g}",
            f"{fitted.objective:.8g}",
            gap if fitted.converged else f"{gap} (not converged)",
            str(int(np.count_nonzero(fitted.coef))),
            f"{np.sum(np.abs(fitted.coef)):.4g}",
            f"{1 - float(e @ e) / total:.4f}" if total else "-",
        )
    return shown


def _checked(problem: Problem, method: str, value: Any) -> float:
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    if method == "ols":
        return float("nan")
    name = "k" if method in _BUDGETS else "delta"
    if value is None:
        raise ValueError(f"method {method} needs --{name}")
    if method in _BUDGETS:
        return float(as_budget("k", value, problem.n_features))
    return float(as_radius("delta", value))


def _neighbour(X: Array, y: Array, method: str, value: float) -> Fitted:
    """Scikit-learn's estimators, in the same units: sums, not means."""
    if method == "ols":
        model, penalty = LinearRegression(), 0.0
    elif method == "ridge":
        model = Ridge(alpha=value)
    else:
        model = Lasso(alpha=value / (2 * len(y)), tol=1e-10, max_iter=100_000)
    model.fit(X, y)
    w = model.coef_
    e = y - model.predict(X)
    penalty = {"ols": 0.0, "ridge": float(w @ w), "lasso": float(np.sum(np.abs(w)))}[method]
    objective = float(e @ e) + (0.0 if method == "ols" else value * penalty)
    return _fitted(method, value, w, float(model.intercept_), objective)


def _fitted(
    method: str,
    value: float,
    coef: Array,
    intercept: float,
    objective: float,
    notes: dict[str, float] | None = None,
) -> Fitted:
    return Fitted(method, value, coef, intercept, objective, None, True, notes or {})
