"""Why an answer may be believed: exact checks that know no solver.

  DropCertificate          == masks, and for each sample two multipliers (up, down)
  certify_drops(p, w, k)   == such a certificate, from sorted products
  check_drops(c, p, w, k)  == the exact losses (N,), if the certificate proves them optimal
  drop_bound(e, c, k, u, d)== the bound the multipliers prove
  check_ball(p, w, d, r)   == the exact losses (N,), if perturbations r prove them worst
  TrainingCertificate      == data, radius, weights and a dual point alpha, a
  DropoutCertificate       == data, budget, weights and a dual point p, q, u, v
  check_fit(c)             == the optimal value, if weights and dual point have it both
  BadCertificate           == raised otherwise, naming what fails

The argument is weak duality, a line each. For flips S with |S| <= k and any u >= 0,
sum_{j in S} c_j <= k u + sum_j max(c_j - u, 0), so no flips raise the residual e beyond
e + k u + sum_j max(c_j - u, 0); likewise downwards with -c. Masks whose squared residual
equals the larger of the two bounds, squared, are optimal. For the l_inf ball,
|e - r'w| <= |e| + delta ||w||_1 (Hoelder). For whole fits the two duals are written at their
checks. Everything is computed in fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from linreg_theory.problem import Problem

__all__ = [
    "BadCertificate",
    "DropCertificate",
    "DropoutCertificate",
    "TrainingCertificate",
    "certify_drops",
    "check_ball",
    "check_drops",
    "check_fit",
    "drop_bound",
]


class BadCertificate(ValueError):
    """The certificate does not prove what it claims."""


@dataclass(frozen=True)
class DropCertificate:
    """Masks and dual multipliers, all as plain lists of ints and fractions."""

    base: list[list[int]]
    masks: list[list[int]]
    up: list[Fraction]
    down: list[Fraction]


def certify_drops(problem: Problem, w: Any, k: int, base: Any = None) -> DropCertificate:
    """A certificate for the exact adversarial masks, found by sorting each row."""
    start = _rows_of(base, problem)
    masks, up, down = [], [], []
    for row, target, kept in zip(problem.X, problem.y, start, strict=True):
        e, c = _effects(row, target, w, kept)
        u, d = _kth(c, k), _kth([-value for value in c], k)
        direction = 1 if e + _reach(c, k, u) >= _reach([-v for v in c], k, d) - e else -1
        best = sorted(range(len(c)), key=lambda j: (-direction * c[j], j))[:k]
        chosen = {j for j in best if direction * c[j] > 0}
        masks.append([1 - m if j in chosen else m for j, m in enumerate(kept)])
        up.append(u)
        down.append(d)
    return DropCertificate(start, masks, up, down)


def check_drops(certificate: DropCertificate, problem: Problem, w: Any, k: int) -> list[Fraction]:
    """The losses (N,) that the certificate proves to be the largest over at most k flips.

    Raises
    ------
    BadCertificate
        If a mask is no mask, flips too much, or falls short of the proven bound.
    """
    losses = []
    samples = zip(
        problem.X,
        problem.y,
        certificate.base,
        certificate.masks,
        certificate.up,
        certificate.down,
        strict=True,
    )
    for i, (row, target, start, mask, up, down) in enumerate(samples):
        if any(m not in (0, 1) for m in [*start, *mask]) or len(mask) != len(row):
            raise BadCertificate(f"sample {i}: the masks must hold zeros and ones")
        if sum(m != s for m, s in zip(mask, start, strict=True)) > k:
            raise BadCertificate(f"sample {i}: the mask flips more than {k} units")
        if up < 0 or down < 0:
            raise BadCertificate(f"sample {i}: a multiplier is negative")
        e, c = _effects(row, target, w, start)
        reached, _ = _effects(row, target, w, mask)
        bound = drop_bound(e, c, k, up, down)
        if reached * reached != bound:
            how = "exceeds" if reached * reached > bound else "does not reach"
            raise BadCertificate(f"sample {i}: the mask {how} the proven bound")
        losses.append(reached * reached)
    return losses


def drop_bound(e: Fraction, c: list[Fraction], k: int, up: Fraction, down: Fraction) -> Fraction:
    """The squared residual that no k flips with effects c exceed, proven by two multipliers."""
    highest = e + _reach(c, k, up)
    lowest = _reach([-value for value in c], k, down) - e
    return max(highest, lowest, Fraction(0)) ** 2


def check_ball(problem: Problem, w: Any, delta: Any, perturbations: Any) -> list[Fraction]:
    """The losses (N,) that the perturbations prove worst in the l_inf balls of radius delta.

    Raises
    ------
    BadCertificate
        If a perturbation leaves its ball or falls short of (|e| + delta ||w||_1)^2.
    """
    losses, delta = [], _fraction(delta)
    norm = sum(abs(_fraction(value)) for value in w)
    for i, (row, target, r) in enumerate(zip(problem.X, problem.y, perturbations, strict=True)):
        if any(abs(_fraction(value)) > delta for value in r):
            raise BadCertificate(f"sample {i}: the perturbation leaves the ball")
        e, _ = _effects(row, target, w, [1] * len(row))
        moved = e - sum(_fraction(a) * _fraction(b) for a, b in zip(r, w, strict=True))
        if abs(moved) != abs(e) + delta * norm:
            raise BadCertificate(f"sample {i}: the perturbation does not reach the bound")
        losses.append(moved * moved)
    return losses


Vector = Sequence[Fraction]
Rows = Sequence[Sequence[Fraction]]


@dataclass(frozen=True)
class TrainingCertificate:
    """Weights of l_inf adversarial training and a point of its dual."""

    X: Rows
    y: Vector
    sample_weight: Vector  # s (N,), positive
    delta: Fraction
    has_intercept: bool
    w: Vector
    intercept: Fraction
    alpha: Vector  # (N,)
    a: Vector  # (N,), at least |alpha|
    value: Fraction


@dataclass(frozen=True)
class DropoutCertificate:
    """Weights of exact adversarial dropout and a point of its dual."""

    X: Rows
    y: Vector
    sample_weight: Vector  # s (N,), positive
    k: int
    has_intercept: bool
    w: Vector
    intercept: Fraction
    p: Vector  # (N,)
    q: Vector  # (N,)
    u: Rows  # (N, D), what is kept of p
    v: Rows  # (N, D), what is kept of q
    value: Fraction


def check_fit(certificate: TrainingCertificate | DropoutCertificate) -> Fraction:
    """The optimal value of the certificate's problem, proven.

    Raises
    ------
    BadCertificate
        If the dual point is not feasible, or the weights' value, the dual value and the value
        that is claimed are not all equal.
    """
    _check_shapes(certificate)
    if isinstance(certificate, TrainingCertificate):
        primal, dual = _training_value(certificate), _training_bound(certificate)
    else:
        primal, dual = _dropout_value(certificate), _dropout_bound(certificate)
    if not certificate.has_intercept and certificate.intercept != 0:
        raise BadCertificate("intercept: there is none in this problem")
    if primal != dual:
        raise BadCertificate(f"value: the weights have {float(primal)}, the dual {float(dual)}")
    if primal != certificate.value:
        raise BadCertificate("value: it is not that of the weights")
    return primal


def _training_value(c: TrainingCertificate) -> Fraction:
    """sum_i s_i (|e_i| + delta ||w||_1)^2."""
    reach = c.delta * sum(map(abs, c.w), Fraction(0))
    sizes = [abs(e) + reach for e in _residuals(c)]
    return _total(c, sizes)


def _training_bound(c: TrainingCertificate) -> Fraction:
    """2 y'alpha - sum_i a_i^2 / s_i, a lower bound of every value.

    With a_i >= |alpha_i|, sum_i x_ij alpha_i <= delta sum a in absolute value (and
    sum alpha = 0 for the intercept): y'alpha <= sum_i a_i |e_i| + delta ||w||_1 sum_i a_i for
    any w, and 2 a t - a^2 / s <= s t^2.
    """
    if c.delta < 0:
        raise BadCertificate("delta: it is negative")
    for i, (alpha, a) in enumerate(zip(c.alpha, c.a, strict=True)):
        if abs(alpha) > a:
            raise BadCertificate(f"a: entry {i} is below |alpha|")
    limit = c.delta * sum(c.a, Fraction(0))
    for j, column in enumerate(zip(*c.X, strict=True)):
        if abs(_dot(column, c.alpha)) > limit:
            raise BadCertificate(f"alpha: column {j} pulls by more than delta sum a")
    if c.has_intercept and sum(c.alpha) != 0:
        raise BadCertificate("alpha: its sum is not zero")
    return 2 * _dot(c.y, c.alpha) - _cost(c, c.a)


def _dropout_value(c: DropoutCertificate) -> Fraction:
    """sum_i s_i max(e_i + best k drops up, -e_i + best k drops down)^2, by sorting."""
    sizes = []
    for e, row in zip(_residuals(c), c.X, strict=True):
        a = sorted(x * weight for x, weight in zip(row, c.w, strict=True))
        up = sum((value for value in a[len(a) - c.k :] if value > 0), Fraction(0))
        down = sum((-value for value in a[: c.k] if value < 0), Fraction(0))
        sizes.append(max(e + up, down - e))
    return _total(c, sizes)


def _dropout_bound(c: DropoutCertificate) -> Fraction:
    """2 y'(p - q) - sum_i (p_i + q_i)^2 / s_i, a lower bound of every value.

    0 <= u_ij <= p_i with sum_j u_ij >= (D - k) p_i says that u_i / p_i is an average of masks
    with at most k drops, so p_i times the worst residual is at least p_i (y_i - b) - x_i'(u_i w);
    likewise v. If sum_i x_ij (u_ij - v_ij) = 0 (and sum p = sum q), w and b cancel.
    """
    features = len(c.w)
    if not 0 <= c.k <= features:
        raise BadCertificate(f"k: it must be from 0 to {features}")
    for name, weight, kept in (("u", c.p, c.u), ("v", c.q, c.v)):
        for i, (most, row) in enumerate(zip(weight, kept, strict=True)):
            if any(not 0 <= value <= most for value in row):
                raise BadCertificate(f"{name}: row {i} is not between 0 and its weight")
            if most < 0 or sum(row) < (features - c.k) * most:
                raise BadCertificate(f"{name}: row {i} drops more than {c.k} features")
    for j, column in enumerate(zip(*c.X, strict=True)):
        if sum(x * (u[j] - v[j]) for x, u, v in zip(column, c.u, c.v, strict=True)) != 0:
            raise BadCertificate(f"u, v: column {j} is not balanced")
    if c.has_intercept and sum(c.p) != sum(c.q):
        raise BadCertificate("p, q: their sums differ")
    gain = _dot(c.y, c.p) - _dot(c.y, c.q)
    return 2 * gain - _cost(c, [p + q for p, q in zip(c.p, c.q, strict=True)])


def _check_shapes(c: TrainingCertificate | DropoutCertificate) -> None:
    features = len(c.w)
    for field in fields(c):
        value = getattr(c, field.name)
        if field.type in ("Vector", "Rows") and field.name != "w" and len(value) != len(c.y):
            raise BadCertificate(f"{field.name}: must have {len(c.y)} entries")
        if field.type == "Rows" and any(len(row) != features for row in value):
            raise BadCertificate(f"{field.name}: rows must have {features} entries")
    if not c.y or not features or min(c.sample_weight) <= 0:
        raise BadCertificate("sample_weight: there must be samples, with positive weights")


def _residuals(c: TrainingCertificate | DropoutCertificate) -> list[Fraction]:
    return [y - c.intercept - _dot(row, c.w) for y, row in zip(c.y, c.X, strict=True)]


def _dot(first: Vector, second: Vector) -> Fraction:
    return sum((a * b for a, b in zip(first, second, strict=True)), Fraction(0))


def _total(c: TrainingCertificate | DropoutCertificate, sizes: Vector) -> Fraction:
    return sum((s * t * t for s, t in zip(c.sample_weight, sizes, strict=True)), Fraction(0))


def _cost(c: TrainingCertificate | DropoutCertificate, a: Vector) -> Fraction:
    return sum((t * t / s for s, t in zip(c.sample_weight, a, strict=True)), Fraction(0))


def _fraction(value: Any) -> Fraction:
    """Any rational number as a Fraction of plain ints; floats at their exact value."""
    if isinstance(value, (int, float)):
        return Fraction(value)
    return Fraction(int(value.numerator), int(value.denominator))


def _rows_of(base: Any, problem: Problem) -> list[list[int]]:
    if base is None:
        return [[1] * problem.n_features for _ in range(problem.n_samples)]
    return [[int(m) for m in row] for row in base]


def _effects(row: Any, target: Any, w: Any, mask: list[int]) -> tuple[Fraction, list[Fraction]]:
    """The residual under a mask, and what flipping each unit would add to it."""
    a = [_fraction(x) * _fraction(v) for x, v in zip(row, w, strict=True)]
    kept = sum((value for value, m in zip(a, mask, strict=True) if m), Fraction(0))
    return _fraction(target) - kept, [v if m else -v for v, m in zip(a, mask, strict=True)]


def _kth(c: list[Fraction], k: int) -> Fraction:
    """The best multiplier: the k-th largest positive effect, 0 if there are fewer."""
    if k == 0:
        return max(max(c), Fraction(0))
    return max(sorted(c, reverse=True)[k - 1], Fraction(0))


def _reach(c: list[Fraction], k: int, multiplier: Fraction) -> Fraction:
    excess = sum((value - multiplier for value in c if value > multiplier), Fraction(0))
    return k * multiplier + excess
