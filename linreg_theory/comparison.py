"""The paper's greedy masks beside exact ones, on data.

  compare_masks(p, w, k)  == a Comparison
  c.optimal               == samples on which greedy, ties broken, reaches the exact maximum
  c.overspent             == samples on which Formula 14 as printed drops more than k
  c.routes                == a Route for each other way: samples tried, samples that agreed
  table(c)                == a rich table

Losses are compared in exact arithmetic (floats at their exact value), so "optimal" means equal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from rich.table import Table

from linreg_theory import adversarial_dropout, certificates, solvers
from linreg_theory.arrays import Array, as_budget, exactly
from linreg_theory.problem import Problem

__all__ = ["Comparison", "Route", "compare_masks", "table"]

_MOST_PRODUCTS = 2500  # a sample, for the quadratic program: beyond, it takes minutes
_MOST_MASKS = 20_000  # a sample, for enumeration in fractions


@dataclass(frozen=True)
class Route:
    """Another way to the maximum, held against the closed form."""

    name: str
    tried: int  # samples
    agreed: int
    note: str = ""  # why samples were left out


@dataclass(frozen=True)
class Comparison:
    """Greedy against exact on N samples."""

    samples: int
    features: int
    k: int
    optimal: int
    overspent: int
    clean: float  # total losses
    greedy: float
    exact: float
    worst_ratio: float  # smallest greedy / exact of a sample; 1 where both are zero
    routes: tuple[Route, ...]

    @property
    def agree(self) -> bool:
        """Whether all routes agree wherever they were tried."""
        return all(route.tried == route.agreed for route in self.routes)

    @property
    def missed(self) -> float:
        """Share of the exact loss's rise over the clean loss that greedy does not reach."""
        rise = self.exact - self.clean
        return (self.exact - self.greedy) / rise if rise > 0 else 0.0

    def as_json(self) -> dict[str, Any]:
        """The comparison as plain data."""
        own = {name: value for name, value in vars(self).items() if name != "routes"}
        return own | {"missed": self.missed, "routes": [vars(route) for route in self.routes]}


def compare_masks(problem: Problem, w: Any, k: int, *, rows: int = 20, seed: int = 0) -> Comparison:
    """Compare greedy masks with the exact maximum, and the routes to it with each other.

    Parameters
    ----------
    problem : Problem
    w : array-like, shape (D,)
    k : int
        At most so many drops, from 0 to D.
    rows : int
        Samples, drawn by `seed`, on which the slow routes are tried.

    Raises
    ------
    TypeError, ValueError
        For unusable input.
    BoundExceeded
        If an integer program beats the proven bound; one without an answer is noted instead.
    """
    k = as_budget("k", k, problem.n_features)
    exact, weights = problem.exact(), exactly(problem.weights(w))
    best = adversarial_dropout.worst_case(exact, weights, k, per_sample=True)
    greedy = adversarial_dropout.objective(exact, weights, k, "break", per_sample=True)
    literal = adversarial_dropout.greedy_masks(exact, weights, k)
    ratios = [Fraction(g, b) if b else Fraction(1) for g, b in zip(greedy, best, strict=True)]
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.choice(problem.n_samples, min(rows, problem.n_samples), replace=False))
    return Comparison(
        samples=problem.n_samples,
        features=problem.n_features,
        k=k,
        optimal=int(np.sum(greedy == best)),
        overspent=int(np.sum(np.sum(literal == 0, axis=1) > k)),
        clean=float(exact.loss(weights)),
        greedy=float(np.sum(greedy)),
        exact=float(np.sum(best)),
        worst_ratio=float(min(ratios)),
        routes=_routes(exact, weights, k, best, chosen),
    )


def _routes(problem: Problem, w: Array, k: int, best: Array, chosen: Array) -> tuple[Route, ...]:
    few, expected = problem.rows(chosen), best[chosen]

    def masks() -> Array:
        found = adversarial_dropout.worst_case_masks(problem, w, k)
        return adversarial_dropout.masked_loss(problem, w, found, per_sample=True)

    def certificate() -> Array:
        proof = certificates.certify_drops(few, w, k)
        return np.array(certificates.check_drops(proof, few, w, k), dtype=object)

    def linear() -> Array:
        return solvers.integer_masks(few, w, k).losses

    def quadratic() -> Array:
        return solvers.integer_masks(few, w, k, route="quadratic").losses

    def enumeration() -> Array:
        return solvers.enumerate_masks(few, w, k).losses

    d = problem.n_features
    products = d * (d - 1) // 2
    count = sum(math.comb(d, size) for size in range(k + 1))
    return (
        _route("masks of the closed form", masks, best),
        _route("dual certificate", certificate, expected),
        _route("linear integer program", linear, expected),
        _route("quadratic integer program", quadratic, expected)
        if products <= _MOST_PRODUCTS
        else Route("quadratic integer program", 0, 0, f"not tried: {products:,} products a sample"),
        _route("enumeration", enumeration, expected)
        if count <= _MOST_MASKS
        else Route("enumeration", 0, 0, f"not tried: {count:,} masks a sample"),
    )


def _route(name: str, losses: Callable[[], Array], expected: Array) -> Route:
    try:
        return Route(name, len(expected), int(np.sum(losses() == expected)))
    except solvers.BoundExceeded:
        raise
    except solvers.Unresolved as error:  # out of time, say: no answer is no disagreement
        return Route(name, 0, 0, f"unresolved: {error}")


def table(comparison: Comparison) -> Table:
    """What the comparison found, a fact a line."""
    c = comparison
    facts = Table(box=None, show_header=False)
    facts.add_column(justify="left", no_wrap=True)
    facts.add_column(justify="left")
    facts.add_row(
        "greedy is optimal", f"{c.optimal:,} of {c.samples:,} ({c.optimal / c.samples:.1%})"
    )
    facts.add_row("loss, clean", f"{c.clean:.6g}")
    facts.add_row("loss, greedy masks", f"{c.greedy:.6g}")
    facts.add_row("loss, exact masks", f"{c.exact:.6g}")
    facts.add_row("rise that greedy misses", f"{c.missed:.2%}")
    facts.add_row("worst greedy / exact", f"{c.worst_ratio:.3g}")
    facts.add_row("Formula 14 drops more than k", f"{c.overspent:,} of {c.samples:,}")
    for route in c.routes:
        outcome = f"agrees on {route.agreed:,} of {route.tried:,}" if route.tried else route.note
        facts.add_row(route.name, outcome)
    return facts
