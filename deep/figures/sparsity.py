"""How sparse the units of autoencoders are, and whether that is what the paper says of them.

  statistics(seen)   == thresholds, and kind -> measure -> one number a seed
  findings(numbers)  == the paper's sentences, each held against the seeds one by one
  histograms(seen)   == the counts of Figure 3, a row for each seed
  MEASURES           == what is measured of one autoencoder

The paper says that adversarial dropout has "fewer highly activated units", the lowest mean
activation, no dead filters, and similar reconstruction errors. "Highly" is an activation above a
quantile of dropout's, of all seeds together. A unit could be twice as active with output weights
half as large, so what is high is also asked relative to the network's own largest activation. A
dead filter "may be all zero for many different inputs": its unit is active on none of the images,
or on fewer than one in a hundred.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from deep.figures.autoencoders import KINDS, Autoencoders, Units

__all__ = ["MEASURES", "findings", "histograms", "statistics"]

Numbers = dict[str, Any]

QUANTILES = (0.9, 0.99, 0.999)
RARE = 0.01  # a rare unit is active on fewer of the images
BINS = 60

MEASURES = {
    "mean_activation": "mean activation",
    "inactive": "share of activations that are zero",
    "above_own_half": "share of activations above half the network's largest",
    "largest": "largest activation",
    "dead": "units that no image activates",
    "rare": "units that fewer than 1 % of the images activate",
    "error": "reconstruction error, mean square over pixels",
} | {
    f"above_{q:g}": f"share of activations above the {100 * q:g} % quantile of dropout's"
    for q in QUANTILES
}

ADVERSARIAL, OTHERS = KINDS[-1], KINDS[:-1]


def statistics(seen: Autoencoders) -> Numbers:
    """Every measure of every autoencoder.

    Returns
    -------
    dict
        "thresholds": quantile -> activation; "kinds": kind -> measure -> a list, a seed each.
    """
    usual = np.concatenate([units.activations.ravel() for units in seen.units["dropout"]])
    quantiles = np.quantile(usual.astype(np.float64), QUANTILES)
    thresholds = {f"{q:g}": float(t) for q, t in zip(QUANTILES, quantiles, strict=True)}
    kinds = {}
    for kind in KINDS:
        rows = [_measured(units, thresholds) for units in seen.units[kind]]
        kinds[kind] = {name: [row[name] for row in rows] for name in MEASURES}
    return {"thresholds": thresholds, "kinds": kinds}


def findings(numbers: Numbers) -> list[dict[str, Any]]:
    """What the paper says, and in how many seeds it is so.

    Returns
    -------
    list of dict
        "claim", "measure", "holds" (of each seed), "sentence".
    """
    found = [
        _lowest(numbers, f"above_{q:g}", "adversarial dropout has the fewest high activations")
        for q in QUANTILES
    ]
    found += [
        _lowest(numbers, "above_own_half", "the same relative to each network's largest"),
        _lowest(numbers, "mean_activation", "adversarial dropout has the lowest mean activation"),
        _none(numbers, "dead", "adversarial dropout has no dead filters"),
        _none(numbers, "rare", "adversarial dropout has no units that are zero for most inputs"),
        _similar(numbers),
    ]
    return found


def histograms(seen: Autoencoders) -> Numbers:
    """Counts of activations and of units' mean activations.

    Returns
    -------
    dict
        "activations" and "means", each with "edges" and "counts": kind -> (seeds, bins).
    """
    return {
        "activations": _counted(seen, lambda units: units.activations.ravel()),
        "means": _counted(seen, lambda units: units.activations.mean(0, dtype=np.float64)),
    }


def _measured(units: Units, thresholds: dict[str, float]) -> dict[str, float]:
    a = units.activations.astype(np.float64)
    active = (a > 0).mean(0)
    found = {
        "mean_activation": float(a.mean()),
        "inactive": float((a == 0).mean()),
        "above_own_half": float((a > a.max() / 2).mean()),
        "largest": float(a.max()),
        "dead": int((active == 0).sum()),
        "rare": int((active < RARE).sum()),
        "error": units.error,
    }
    return found | {f"above_{q}": float((a > t).mean()) for q, t in thresholds.items()}


def _lowest(numbers: Numbers, measure: str, claim: str) -> dict[str, Any]:
    """Whether adversarial dropout has less of a measure than each other kind, seed by seed."""
    kinds = numbers["kinds"]
    own = kinds[ADVERSARIAL][measure]
    against = {
        kind: sum(a < b for a, b in zip(own, kinds[kind][measure], strict=True)) for kind in OTHERS
    }
    rivals = zip(*(kinds[kind][measure] for kind in OTHERS), strict=True)
    holds = [a < min(rest) for a, rest in zip(own, rivals, strict=True)]
    parts = [f"below {kind.replace('-', ' ')} in {against[kind]} of {len(own)}" for kind in OTHERS]
    sentence = f"{_share(holds)}: {claim} ({MEASURES[measure]}: {_means(numbers, measure)}"
    return _finding(claim, measure, holds, f"{sentence}; {', '.join(parts)})")


def _none(numbers: Numbers, measure: str, claim: str) -> dict[str, Any]:
    """Whether adversarial dropout has none, where dropout has some: else nothing is prevented."""
    kinds = numbers["kinds"]
    pairs = list(zip(kinds[ADVERSARIAL][measure], kinds["dropout"][measure], strict=True))
    holds = [own == 0 for own, _ in pairs]
    prevented = sum(own == 0 < other for own, other in pairs)
    sentence = (
        f"{_share(holds)}: {claim}, and dropout has some in {prevented} of those "
        f"({MEASURES[measure]}: {_means(numbers, measure)})"
    )
    return _finding(claim, measure, holds, sentence)


def _similar(numbers: Numbers) -> dict[str, Any]:
    """Within a tenth of each other: the paper gives no numbers."""
    kinds = numbers["kinds"]
    rows = zip(*(kinds[kind]["error"] for kind in KINDS), strict=True)
    holds = [max(row) <= 1.1 * min(row) for row in rows]
    claim = "reconstruction errors are within 10 % of each other"
    sentence = f"{_share(holds)}: {claim} ({MEASURES['error']}: {_means(numbers, 'error')})"
    return _finding(claim, "error", holds, sentence)


def _finding(claim: str, measure: str, holds: list[bool], sentence: str) -> dict[str, Any]:
    return {"claim": claim, "measure": measure, "holds": holds, "sentence": sentence}


def _share(holds: list[bool]) -> str:
    return f"in {sum(holds)} of {len(holds)} seeds"


def _means(numbers: Numbers, measure: str) -> str:
    """The means over seeds, kind by kind."""
    parts = []
    for kind in KINDS:
        values = numbers["kinds"][kind][measure]
        parts.append(f"{kind.replace('-', ' ')} {np.mean(values):.3g}")
    return ", ".join(parts)


def _counted(seen: Autoencoders, values: Any) -> Numbers:
    """Histograms with the same bins for all, from zero to the largest of all."""
    each = {kind: [values(units) for units in seen.units[kind]] for kind in KINDS}
    largest = max(float(v.max()) for rows in each.values() for v in rows)
    edges: NDArray[np.float64] = np.linspace(0, largest or 1.0, BINS + 1)
    counts = {
        kind: [np.histogram(v, edges)[0].tolist() for v in rows] for kind, rows in each.items()
    }
    return {"edges": edges.tolist(), "counts": counts}
