"""How many optima are certified exactly: `python -m benchmarks.certificates`.

  diabetes()       == certificates at 50 radii and every budget, with and without an intercept
  generated(n, s)  == certificates of n small problems with ties, zeros and equal columns
  main()           == the counts, printed and written to benchmarks/results/certificates.json

Every certificate is checked by `check_fit` before it counts. Problems for which no proof is found
are listed with their data, never left out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_diabetes

from linreg_theory.certificates import check_fit
from linreg_theory.fits import certify_dropout, certify_training, zero_radius
from linreg_theory.solvers import Unresolved

__all__ = ["diabetes", "generated", "main"]

_RESULTS = Path(__file__).parent / "results" / "certificates.json"
Counts = dict[str, Any]


def diabetes() -> Counts:
    """442 x 10 floats, taken at their exact values."""
    X, y = load_diabetes(return_X_y=True)
    counts: Counts = {}
    for intercept in (False, True):
        name = "with intercept" if intercept else "without intercept"
        largest = zero_radius(X, y, intercept=intercept)
        radii = np.geomspace(1e-3 * largest, 1.2 * largest, 50)
        proven = [_proven(certify_training, X, y, r, intercept=intercept) for r in radii]
        counts[f"radii, {name}"] = _summary(proven)
        proven = [_proven(certify_dropout, X, y, k, intercept=intercept) for k in range(11)]
        counts[f"budgets, {name}"] = _summary(proven)
    return counts


def generated(total: int, seed: int) -> Counts:
    """Half the problems for each regression; integers, so that ties and zeros are common."""
    rng = np.random.default_rng(seed)
    proven: dict[str, list[Any]] = {"training": [], "dropout": []}
    for number in range(total):
        n, d = (int(size) for size in rng.integers(1, 9, 2))
        X = rng.integers(-3, 4, (n, d)).astype(float)
        if d > 1 and rng.integers(2):
            X[:, d - 1] = X[:, 0]
        y = rng.integers(-5, 6, n).astype(float)
        options: dict[str, Any] = {"intercept": bool(rng.integers(2))}
        if rng.integers(3) == 0:
            options["sample_weight"] = rng.integers(1, 4, n).astype(float)
        if number % 2:
            k = int(rng.integers(0, d + 1))
            proven["dropout"].append(_proven(certify_dropout, X, y, k, **options))
        else:
            radius = Fraction(int(rng.integers(0, 9)), int(rng.integers(1, 13)))
            proven["training"].append(_proven(certify_training, X, y, radius, **options))
    return {name: _summary(results) for name, results in proven.items()}


def _proven(certify: Callable[..., Any], X: Any, y: Any, value: Any, **options: Any) -> str | None:
    """None if the optimum is proven, otherwise the problem and what went wrong."""
    try:
        check_fit(certify(X, y, value, **options))
    except Unresolved as error:
        return f"{X.tolist()}, {y.tolist()}, {value}, {options}: {error}"
    return None


def _summary(proven: list[str | None]) -> Counts:
    failures = [failure[:500] for failure in proven if failure]
    return {"problems": len(proven), "proven": len(proven) - len(failures), "not": failures}


def main() -> None:
    """Print the counts and write them."""
    parser = argparse.ArgumentParser(description="Exact certificates.")
    parser.add_argument("--problems", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    results = {"diabetes": diabetes(), "generated": generated(options.problems, options.seed)}
    for data, counts in results.items():
        for name, count in counts.items():
            print(f"{data}, {name}: {count['proven']} of {count['problems']} proven")
    _RESULTS.write_text(json.dumps({"seed": options.seed} | results, indent=1) + "\n")


if __name__ == "__main__":
    main()
