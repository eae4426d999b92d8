"""Why an answer may be believed: exact checks that know no solver.

  DropCertificate          == masks, and for each sample two multipliers (up, down)
  certify_drops(p, w, k)   == such a certificate, from sorted products
  check_drops(c, p, w, k)  == the exact losses (N,), if the certificate proves them optimal
  drop_bound(e, c, k, u, d)== the bound the multipliers prove
  check_ball(p, w, d, r)   == the exact losses (N,), if perturbations r prove them worst
  BadCertificate           == raised otherwise, naming the first sample that fails

The argument is weak duality, a line each. For flips S with |S| <= k and any u >= 0,
sum_{j in S} c_j <= k u + sum_j max(c_j - u, 0), so no flips raise the residual e beyond
e + k u + sum_j max(c_j - u, 0); likewise downwards with -c. Masks whose squared residual
equals the larger of the two bounds, squared, are optimal. For the l_inf ball,
|e - r'w| <= |e| + delta ||w||_1 (Hoelder). Everything is computed in fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from linreg_theory.problem import Problem

__all__ = [
    "BadCertificate",
    "DropCertificate",
    "certify_drops",
    "check_ball",
    "check_drops",
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
