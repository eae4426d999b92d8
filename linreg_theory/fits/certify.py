"""Exact optima with their proofs, for problems as the user gave them.

  certify_training(X, y, delta, ...) == a TrainingCertificate of an exact optimum
  certify_dropout(X, y, k, ...)      == a DropoutCertificate of an exact optimum

Floats are taken at their exact value. A floating-point solution only suggests which weights,
residuals and ties are tight; several readings of it are tried, and what is returned passed the
check of `certificates`. Where none passes, `Unresolved` is raised.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from gmpy2 import mpq

from linreg_theory.arrays import Array
from linreg_theory.certificates import DropoutCertificate, TrainingCertificate
from linreg_theory.fits import exact_dropout, exact_training, interior_drops, interior_l1, training
from linreg_theory.fits.rational import Data, fractions, rationals
from linreg_theory.fits.scaling import Units, units
from linreg_theory.fits.training_model import Fit
from linreg_theory.problem import Problem
from linreg_theory.solvers.collapse import zero_is_optimal
from linreg_theory.solvers.solution import Unresolved

__all__ = ["certify_dropout", "certify_training"]

_FIRST, _LAST = 1e-5, 1e-13  # gaps between which a path is read
# Ties of slacks and multipliers leave several readings: (lean, snap) of `read_drops`.
_READINGS = ((1, 0), (1, 1e-4), (1, -1e-5), (1e3, 1e-4), (1e-3, 1e-4), (1e3, -1e-5), (1e3, 0))


def certify_training(
    X: Array, y: Array, delta: Any, *, intercept: bool = False, sample_weight: Any = None
) -> TrainingCertificate:
    """The exact optimum of l_inf adversarial training, certified.

    Parameters
    ----------
    X : array, shape (N, D)
        Floats or exact numbers.
    y : array, shape (N,)
    delta : number
        The radius, not negative; a float is taken at its exact value.
    intercept : bool
        Whether a constant is fitted, which is neither perturbed nor penalised.
    sample_weight : array, shape (N,), optional
        Positive or zero; samples of weight zero are not in the certificate.

    Raises
    ------
    Unresolved
        If no reading of the floating-point solution leads to a proof.
    """
    data, scaled = _prepared(X, y, intercept, sample_weight)
    radius = Fraction(int(mpq(delta).numerator), int(mpq(delta).denominator))
    reason = Unresolved("the central path came to nothing")
    for fit in _training_fits(scaled, float(radius)):
        signs = np.zeros(scaled.n_features)
        signs[scaled.kept] = fit.signs
        alpha = fit.alpha * scaled.target * scaled.rho
        start = scaled.weights(fit.w), fit.free * scaled.target, alpha
        try:
            return exact_training.certify_training(data, radius, start, signs, fit.sides)
        except Unresolved as error:
            reason = error
    raise reason


def certify_dropout(
    X: Array, y: Array, k: int, *, intercept: bool = False, sample_weight: Any = None
) -> DropoutCertificate:
    """The exact optimum of adversarial dropout over at most k drops, certified.

    Parameters and errors as `certify_training`; k is from 0 to D.
    """
    data, scaled = _prepared(X, y, intercept, sample_weight)
    free, pulls = _pulls(data)
    if not np.any(pulls):  # a constant target is fitted without weights
        return exact_dropout.certify_zero(data, k, free, pulls, rationals(np.ones(data.X.shape)))
    if k == 0:
        whole = np.hstack([scaled.X, scaled.F])
        solved = np.linalg.lstsq(whole, scaled.y, rcond=None)[0]
        w, free = np.split(solved, [len(scaled.kept)])
        return exact_dropout.certify_least_squares(data, (scaled.weights(w), free * scaled.target))
    reason = Unresolved("the central path came to nothing")
    for start, drops in _drop_readings(scaled, k):
        try:
            return exact_dropout.certify_dropout(data, k, start, drops)
        except Unresolved as error:
            reason = error
    certificate = _at_zero(data, k)
    if certificate is None:
        raise reason
    return certificate


def _pulls(data: Data) -> tuple[mpq, Array]:
    """The best intercept without weights, and the weighted residuals that it leaves."""
    if not data.intercept:
        return mpq(0), data.weight * data.y
    free = np.sum(data.weight * data.y) / np.sum(data.weight)
    return free, data.weight * (data.y - free)


def _prepared(X: Array, y: Array, intercept: bool, sample_weight: Any) -> tuple[Data, Units]:
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight)
    rows = np.asarray(weight > 0, dtype=bool)
    exact = Data(rationals(X[rows]), rationals(y[rows]), rationals(weight[rows]), intercept)
    rough = (np.asarray(a[rows], dtype=float) for a in (X, y, weight))
    data, target, weights = rough
    return exact, units(data, target, intercept, weights)


def _training_fits(scaled: Units, delta: float) -> Iterator[Fit]:
    if not len(scaled.kept) or delta == 0:
        yield _least_squares(scaled)
        return
    model = scaled.training(delta, np.inf)
    yield training.minimise(model, _LAST)
    for point in interior_l1.central_path(model.X, model.F, model.y, model.radii, model.rho):
        if point.gap < _FIRST:
            try:
                yield model.fit(point.w, point.free, point.alpha, point.active, point.pinned)
            except OverflowError:  # the point has run away
                return
        if point.gap < _LAST:
            return


def _least_squares(scaled: Units) -> Fit:
    """At delta = 0 every residual may be held to have a side: the loss is smooth."""
    solved = np.linalg.lstsq(np.hstack([scaled.X, scaled.F]), scaled.y, rcond=None)[0]
    w, free = np.split(solved, [len(scaled.kept)])
    e = scaled.y - scaled.X @ w - scaled.F @ free
    sides = np.where(e < 0, -1.0, 1.0)
    return Fit(w, free, e, np.where(w < 0, -1.0, 1.0), sides, float(e @ e), 0.0)


def _drop_readings(
    scaled: Units, k: int
) -> Iterator[tuple[tuple[Array, Array, Array, Array], exact_dropout.ActiveDrops]]:
    if not len(scaled.kept):
        return
    model = scaled.dropout(k)
    scale, tried = scaled.target * scaled.rho, _FIRST
    for point in interior_drops.central_path(model.X, model.F, model.y, model.k):
        if point.gap >= tried:
            continue
        tried = point.gap / 10
        dropped = _spread(scaled, point.dropped * scale[:, None], 0.0)
        start = (scaled.weights(point.w), point.free * scaled.target, point.p * scale, dropped)
        for lean, snap in _READINGS:
            drops = exact_dropout.read_drops(model.X, point, lean, snap)
            yield (
                start,
                replace(
                    drops,
                    dropped=_spread(scaled, drops.dropped, False),
                    tied=_spread(scaled, drops.tied, False),
                    zero=_spread(scaled, drops.zero, True),
                ),
            )
        if point.gap < _LAST:
            return


def _spread(scaled: Units, values: Array, fill: Any) -> Array:
    """The same over all columns; `fill` for those of zeros."""
    full = np.full((*values.shape[:-1], scaled.n_features), fill, dtype=values.dtype)
    full[..., scaled.kept] = values
    return full


def _at_zero(data: Data, k: int) -> DropoutCertificate | None:
    """The certificate of zero weights, where they are optimal: a linear program balances masks."""
    free, pulls = _pulls(data)
    problem = Problem(data.X, np.array(fractions(pulls)))
    try:
        collapse = zero_is_optimal(problem, k)
    except Unresolved:
        return None
    if not collapse.optimal or collapse.keeps is None:
        return None
    return exact_dropout.certify_zero(data, k, free, pulls, rationals(collapse.keeps))
