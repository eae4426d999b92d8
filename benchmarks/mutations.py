"""How many damaged certificates the checker accepts: `python -m benchmarks.mutations`.

  mutants(certificate, rng) == the same certificate with one number changed, again and again
  main()                    == the counts, printed and written to benchmarks/results/

A mutant keeps the digest of the original (damage) or gets its own (a forger). A forger's mutant
that is accepted must still prove the truth: its value is compared with bounds from a fresh fit of
its own problem. So there are three counts: damaged files accepted, forgeries accepted that are
true all the same (another optimum, or data that do not matter), forgeries accepted that are false.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from linreg_theory import certificate_files, certificates
from linreg_theory.certificates import BadCertificate, DropoutCertificate, TrainingCertificate
from linreg_theory.fits import certify_dropout, certify_training, fit_dropout, fit_training

__all__ = ["count", "main", "mutants"]

Certificate = TrainingCertificate | DropoutCertificate
_RESULTS = Path(__file__).parent / "results" / "mutations.json"


def mutants(certificate: Certificate, rng: np.random.Generator) -> Iterator[Certificate]:
    """One number changed: a sign, a factor, a neighbour, a zero, or a very small step."""
    names = [field.name for field in fields(certificate)]
    while True:
        name = str(rng.choice(names))
        value = getattr(certificate, name)
        if isinstance(value, bool):
            changed: Any = not value
        elif isinstance(value, int):
            changed = value + int(rng.choice([-1, 1]))
        elif isinstance(value, Fraction):
            changed = _moved(value, rng)
        else:
            changed = [list(row) if isinstance(row, (list, tuple)) else row for row in value]
            place = int(rng.integers(len(changed)))
            if isinstance(changed[place], list):
                column = int(rng.integers(len(changed[place])))
                changed[place][column] = _moved(changed[place][column], rng)
            else:
                changed[place] = _moved(changed[place], rng)
        yield replace(certificate, **{name: changed})


def _moved(number: Fraction, rng: np.random.Generator) -> Fraction:
    small = Fraction(int(rng.integers(1, 9)), 10 ** int(rng.integers(0, 18)))
    ways = [-number, number * 2, number / 2, Fraction(0), number + small, number - small]
    others = [way for way in ways if way != number]
    return others[int(rng.integers(len(others)))]


def count(total: int, seed: int) -> dict[str, int]:
    """What the checker does with so many mutants of certificates of random small problems."""
    rng = np.random.default_rng(seed)
    counts = {"mutants": 0, "damaged accepted": 0, "forged and true": 0, "forged and false": 0}
    while counts["mutants"] < total:
        original = _certificate(rng)
        content = certificate_files.to_json(original)
        for mutant, _ in zip(mutants(original, rng), range(200), strict=False):
            counts["mutants"] += 1
            damaged = certificate_files.to_json(mutant) | {"digest": content["digest"]}
            counts["damaged accepted"] += _accepts(damaged)
            if _accepts(certificate_files.to_json(mutant)):
                counts["forged and true" if _is_true(mutant) else "forged and false"] += 1
    return counts


def _accepts(content: dict[str, Any]) -> bool:
    try:
        certificates.check_fit(certificate_files.from_json(content))
    except BadCertificate:
        return False
    return True


def _certificate(rng: np.random.Generator) -> Certificate:
    n, d = (int(size) for size in rng.integers(1, 6, 2))
    X = rng.integers(-3, 4, (n, d)).astype(float)
    y = rng.integers(-5, 6, n).astype(float)
    weight = rng.integers(1, 4, n).astype(float)
    intercept = bool(rng.integers(2))
    if rng.integers(2):
        radius = Fraction(int(rng.integers(0, 7)), int(rng.integers(1, 9)))
        return certify_training(X, y, radius, intercept=intercept, sample_weight=weight)
    k = int(rng.integers(0, d + 1))
    return certify_dropout(X, y, k, intercept=intercept, sample_weight=weight)


def _is_true(c: Certificate) -> bool:
    """Whether a fresh fit of the mutant's own problem brackets its value."""
    X, y, s = (np.array(a, dtype=float) for a in (c.X, c.y, c.sample_weight))
    options: dict[str, Any] = {"intercept": c.has_intercept, "sample_weight": s}
    try:
        if isinstance(c, TrainingCertificate):
            fit = fit_training(X, y, float(c.delta), **options)
        else:
            fit = fit_dropout(X, y, c.k, **options)
    except ValueError:  # no problem at all
        return False
    slack = 1e-6 * max(1.0, fit.objective)
    return fit.objective - fit.dual_gap - slack <= float(c.value) <= fit.objective + slack


def main() -> None:
    """Print the counts and write them."""
    parser = argparse.ArgumentParser(description="Damaged and forged certificates.")
    parser.add_argument("--mutants", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    counts = count(options.mutants, options.seed)
    for name, number in counts.items():
        print(f"{name:>18}  {number:,}")
    _RESULTS.write_text(json.dumps({"seed": options.seed} | counts, indent=1) + "\n")


if __name__ == "__main__":
    main()
