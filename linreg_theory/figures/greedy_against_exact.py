"""Formula 14's greedy masks, ties broken, against exact ones: where they miss, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.ticker import MaxNLocator, PercentFormatter

from linreg_theory.adversarial_dropout import greedy_masks, masked_loss, sides, worst_case
from linreg_theory.arithmetic import at_most, maximum, positive_part, top_sum
from linreg_theory.arrays import Array
from linreg_theory.cases.family import rationals
from linreg_theory.datasets import Dataset
from linreg_theory.figures.figure import Data, Figure
from linreg_theory.pictures import BLACK, BLUE, DASHES, GREEN, GREY, MARKS, ORANGE, note, sheet
from linreg_theory.problem import Problem
from linreg_theory.weights import WEIGHTS, weights

_MOST_NUMBERS = 6400  # in the samples that are looked at: each is a fraction, many times over
_MOST_FEATURES = 640
_NOISE = (0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
_EXAMPLES = (1, 2, 4, 8, 16)  # c of AD-8
_COLOURS = dict(zip(WEIGHTS, (BLUE, ORANGE, GREEN), strict=True))
_MARKS = dict(zip(WEIGHTS, MARKS, strict=False))
_DASHES = dict(zip(WEIGHTS, DASHES, strict=False))
_LEGEND = "exact up to margin 1,\nbeyond it as low as\n$1/(2\\,\\mathrm{margin}-1)^2$, dashed;"
_LEGEND += "\ncrosses: samples of AD-8"
_FARTHEST = 300.0  # margin in the picture; what is beyond is drawn at the edge


@dataclass(frozen=True)
class _Masked:
    """What greedy and exact masks do to each sample, in fractions."""

    greedy: Array  # losses (N,)
    exact: Array  # losses (N,)
    drops: Array  # features that greedy drops (N,)

    @property
    def missed(self) -> Array:
        """The samples on which greedy falls short."""
        return self.greedy != self.exact

    @property
    def share(self) -> float:
        """Of these samples among all."""
        return float(np.mean(self.missed))

    @property
    def ratios(self) -> list[float]:
        """Greedy over exact; 1 where both are zero."""
        pairs = zip(self.greedy, self.exact, strict=True)
        return [float(greedy / exact) if exact else 1.0 for greedy, exact in pairs]


def compute(dataset: Dataset, seed: int) -> Data:
    """Losses of both masks in exact arithmetic, at weights fitted to all samples.

    Large data are thinned evenly: samples, and beyond 640 of them features, before the fit.
    """
    whole = dataset.problem
    columns = _spread(whole.n_features, _MOST_FEATURES)
    whole = Problem(whole.X[:, columns], whole.y)
    rows = _spread(whole.n_samples, max(10, _MOST_NUMBERS // len(columns)))
    problem = Problem(rationals(whole.X[rows]), rationals(whole.y[rows]))
    exactly = {name: rationals(weights(whole, name, seed)) for name in WEIGHTS}
    noise = np.random.default_rng(seed).normal(size=len(rows))
    k = max(1, len(columns) // 3)
    return {
        "name": dataset.name,
        "samples": len(rows),
        "samples_of": dataset.problem.n_samples,
        "features": len(columns),
        "features_of": dataset.problem.n_features,
        "k": k,
        "examples": _examples(),
        "per_sample": {name: _per_sample(problem, w, k) for name, w in exactly.items()},
        "budgets": {name: _over_budgets(problem, w) for name, w in exactly.items()},
        "noise": {name: _over_noise(problem, w, k, noise) for name, w in exactly.items()},
    }


def _spread(count: int, most: int) -> Array:
    """At most so many indices, evenly spaced."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(int)


def _masked(problem: Problem, w: Array, k: int) -> _Masked:
    masks = greedy_masks(problem, w, k, "break")
    greedy = masked_loss(problem, w, masks, per_sample=True)
    exact = worst_case(problem, w, k, per_sample=True)
    return _Masked(greedy, exact, np.sum(masks == 0, axis=1))


def _per_sample(problem: Problem, w: Array, k: int) -> dict[str, Any]:
    """Both losses beside |e|, P and M; the margin is (M - P) / 2|e|, none at e = 0."""
    found, s = _masked(problem, w, k), sides(problem, w, k)
    excess = s.lowering - s.raising
    gap = positive_part(excess - 2 * s.residual) * (s.lowering + s.raising)
    larger = maximum(np.stack([s.raising, s.lowering], axis=-1))
    gap = np.where(s.residual == 0, larger * larger, gap)
    margins = [float(x / (2 * e)) if e else None for x, e in zip(excess, s.residual, strict=True)]
    return {
        "residual": _floats(s.residual),
        "raising": _floats(s.raising),
        "lowering": _floats(s.lowering),
        "margin": margins,
        "greedy": _floats(found.greedy),
        "exact": _floats(found.exact),
        "ratio": found.ratios,
        "missed": found.missed.tolist(),
        "gap_as_claimed": int(np.sum(found.exact - found.greedy == gap)),  # AD-7 and BY-2
    }


def _examples() -> dict[str, Any]:
    """AD-8: one sample x = 1, y = c, weight c + 1, k = 1; margin (c + 1) / 2, ratio 1 / c^2."""
    found = [_per_sample(Problem([[1]], [c]), rationals([c + 1]), 1) for c in _EXAMPLES]
    margins, ratios = ([each[what][0] for each in found] for what in ("margin", "ratio"))
    return {"c": list(_EXAMPLES), "margin": margins, "ratio": ratios}


def _over_budgets(problem: Problem, w: Array) -> dict[str, Any]:
    """Shares, worst ratios and numbers of drops; all budgets, or a few that grow in ratio."""
    features = problem.n_features
    budgets = list(range(features + 1))
    if features > 10:
        budgets = [0, *np.unique(np.geomspace(1, features, 10).round().astype(int)).tolist()]
    slopes = problem.residuals(w)[:, None] * problem.products(w)
    adverse = np.sum(~at_most(slopes, 0 * slopes), axis=1)
    found = [_masked(problem, w, k) for k in budgets]
    capped = [np.minimum(k, adverse) for k in budgets]
    return {
        "k": budgets,
        "missed": [each.share for each in found],
        "worst_ratio": [min(each.ratios) for each in found],
        "drops": [float(np.mean(each.drops)) for each in found],
        "drops_as_claimed": [  # AD-9, sample by sample
            int(np.sum(each.drops == drops)) for each, drops in zip(found, capped, strict=True)
        ],
    }


def _over_noise(problem: Problem, w: Array, k: int, noise: Array) -> dict[str, Any]:
    """Targets Xw + sigma z, z one Gaussian draw, sigma in units of the predictions' size.

    "unruled" is the share of samples that BY-3 says nothing of: 2|e| is less than the sum of
    the k largest |a_ij|. "own" is the residuals of the data as they are, at their size.
    """
    fitted = problem.X @ w
    unit, drawn = _size(fitted) or 1.0, rationals(noise)
    reach = top_sum(np.abs(problem.products(w)), k)
    missed, unruled = [], []
    for sigma in _NOISE:
        e = rationals([sigma * unit])[0] * drawn
        missed.append(_masked(Problem(problem.X, fitted + e), w, k).share)
        unruled.append(float(np.mean(~at_most(reach, 2 * np.abs(e)))))
    own = {"sigma": _size(problem.residuals(w)) / unit, "missed": _masked(problem, w, k).share}
    return {"sigma": list(_NOISE), "missed": missed, "unruled": unruled, "own": own}


def _size(values: Array) -> float:
    """The root of the mean square."""
    return float(np.sqrt(float(np.mean(values * values))))


def _floats(values: Array) -> list[float]:
    return [float(value) for value in values]


def draw(data: Data) -> Picture:
    """Samples above; shares below; at the bottom the worst sample, and how much greedy drops."""
    picture, panels = sheet(3, 2, height=8.4)
    _plane(panels[0, 0], data)
    _losses(panels[0, 1], data)
    _shares(panels[1, 0], data)
    _noise_levels(panels[1, 1], data)
    _budgets(panels[2, 0], data, "worst_ratio", "greedy loss / exact loss")
    panels[2, 0].set_title("(e) the worst sample, over the budget")
    panels[2, 0].set_ylim(-0.02, 1.06)
    _budgets(panels[2, 1], data, "drops", "features dropped (mean)")
    panels[2, 1].set_title("(f) what greedy drops; grey: k")
    panels[2, 1].axline((0, 0), slope=1, color=GREY, lw=1, zorder=1)
    panels[2, 1].set_ylim(panels[2, 1].get_xlim())
    handles, labels = panels[1, 0].get_legend_handles_labels()
    title = f"{data['name']}, {_of(data, 'samples')} x {_of(data, 'features')}"
    place: Any = {"loc": "outside upper center", "ncols": len(labels), "columnspacing": 4}
    picture.legend(handles, labels, title=title, title_fontsize=9, **place)
    return picture


def _of(data: Data, what: str) -> str:
    part, whole = data[what], data[f"{what}_of"]
    return f"{part:,} {what}" if part == whole else f"{part:,} of {whole:,} {what}"


def _plane(panel: Axes, data: Data) -> None:
    """Every sample near the line that separates; those far to the right are exact anyway."""
    found = {
        name: (2 * np.array(each["residual"]), np.subtract(each["lowering"], each["raising"]))
        for name, each in data["per_sample"].items()
    }
    x, y = (np.concatenate(both) for both in zip(*found.values(), strict=True))
    height = max(np.max(y), -np.min(y) / 2, np.max(x) / 20) or 1.0
    right, low = min(1.04 * np.max(x) or 1.0, 3 * height), min(np.min(y), 0)
    ends = (min(1.35 * low, -0.2 * height), 1.3 * height)
    for name, each in data["per_sample"].items():
        _points(panel, name, *found[name], each["missed"])
    panel.fill_between([0, right], [0, right], max(ends[1], right), color="#f3ead8", lw=0, zorder=0)
    panel.plot([0, right], [0, right], color=BLACK, lw=1)
    panel.set(xlim=(-0.02 * right, right), ylim=ends)
    panel.set_xlabel(r"twice the residual, $2|e_i|$ (units of y)")
    panel.set_ylabel(r"other side less own, $M_i - P_i$")
    panel.set_title(f"(a) the samples at k = {data['k']}")
    hidden = int(np.sum(x > right))
    beyond = f"; {hidden:,} more to the right" if hidden else ""
    missed = "above the line, or at 0" if np.any(x == 0) else "above the line"
    note(panel, f"{missed}: missed (filled)", x=0.99, ha="right")
    note(panel, f"below: exact (hollow){beyond}", x=0.99, y=0.02, ha="right", va="bottom")


def _losses(panel: Axes, data: Data) -> None:
    """How far greedy falls short over the margin, and how far it can."""
    outside = 0
    for name, each in data["per_sample"].items():
        shown = [i for i, margin in enumerate(each["margin"]) if margin is not None]
        x, y, missed = (
            np.array([each[what][i] for i in shown]) for what in ("margin", "ratio", "missed")
        )
        outside += len(each["margin"]) - int(np.sum(np.abs(x) <= _FARTHEST))
        _points(panel, name, np.clip(x, -_FARTHEST, _FARTHEST), y, missed)
    t = np.geomspace(1, _FARTHEST, 200)
    panel.plot(t, 1 / (2 * t - 1) ** 2, color=GREY, ls="--", lw=1, zorder=1)
    examples = data["examples"]
    panel.plot(examples["margin"], examples["ratio"], "x", color=BLACK, ms=5, mew=1.2, zorder=4)
    panel.axvline(1, color=BLACK, lw=1)
    panel.set_xscale("symlog", linthresh=1, linscale=0.6)
    panel.set_xticks([-100, -10, -1, 0, 1, 10, 100], ["-100", "-10", "-1", "0", "1", "10", "100"])
    panel.minorticks_off()
    panel.set(xlim=(-1.1 * _FARTHEST, 1.1 * _FARTHEST), ylim=(-0.03, 1.06))
    panel.set_xlabel(r"margin $(M_i - P_i)\,/\,2|e_i|$")
    panel.set_ylabel("greedy loss / exact loss")
    panel.set_title("(b) what greedy reaches of the worst case")
    note(panel, _LEGEND + (f"\n{outside:,} at the edge, or at e = 0" if outside else ""), y=0.88)
    tried = sum(len(each["missed"]) for each in data["per_sample"].values())
    agreed = sum(each["gap_as_claimed"] for each in data["per_sample"].values())
    note(panel, f"gap as AD-7 and BY-2\nsay: {agreed:,} of {tried:,}", y=0.2)


def _points(panel: Axes, name: str, x: Any, y: Any, missed: Any) -> None:
    """Hollow where greedy is exact, filled where it misses."""
    x, y, missed = np.asarray(x, float), np.asarray(y, float), np.asarray(missed, bool)
    shape: Any = {"marker": _MARKS[name], "linewidths": 0.5, "edgecolors": _COLOURS[name]}
    panel.scatter(x[~missed], y[~missed], s=9, facecolors="none", alpha=0.45, zorder=2, **shape)
    panel.scatter(x[missed], y[missed], s=16, facecolors=_COLOURS[name], zorder=3, **shape)


def _line(panel: Axes, name: str, x: Any, y: Any, **how: Any) -> None:
    style = {"color": _COLOURS[name], "marker": _MARKS[name], "ls": _DASHES[name]} | how
    panel.plot(x, y, **style)


def _budgets(panel: Axes, data: Data, what: str, label: str) -> None:
    for name, each in data["budgets"].items():
        _line(panel, name, each["k"], each[what], label=f"{name} weights")
    panel.set(xlim=(-0.02 * data["features"], 1.02 * data["features"]), ylabel=label)
    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    panel.set_xlabel("budget k (features)")


def _shares(panel: Axes, data: Data) -> None:
    _budgets(panel, data, "missed", "samples that greedy misses")
    highest = max(0.05, *(max(each["missed"]) for each in data["budgets"].values()))
    panel.set_ylim(-0.02 * highest, 1.1 * highest)
    panel.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    panel.set_title("(c) share missed, over the budget")


def _noise_levels(panel: Axes, data: Data) -> None:
    for name, each in data["noise"].items():
        sigma, missed = each["sigma"], each["missed"]
        _line(panel, name, sigma[1:], missed[1:])
        _line(panel, name, sigma[:1], missed[:1], clip_on=False, zorder=4)
        _line(panel, name, sigma, each["unruled"], marker="", ls=(0, (1, 1.5)), lw=1)
        own = min(each["own"]["sigma"], _NOISE[-1])
        size = {"ms": 8, "mfc": "none", "mew": 1.3, "ls": "", "zorder": 4, "clip_on": False}
        _line(panel, name, [own], [each["own"]["missed"]], **size)
    panel.set_xscale("symlog", linthresh=_NOISE[1], linscale=0.5)
    panel.set_xticks([0, 0.001, 0.01, 0.1, 1, 10], ["0", "0.001", "0.01", "0.1", "1", "10"])
    panel.minorticks_off()
    panel.yaxis.set_major_formatter(PercentFormatter(1))
    panel.set(xlim=(0, 13), ylim=(-0.02, 1.06))
    panel.set_xlabel(r"noise in the targets, $\sigma$ / rms of $Xw$")
    panel.set_ylabel("samples that greedy misses")
    panel.set_title(f"(d) share missed, over the noise, k = {data['k']}")
    note(panel, "no noise: greedy drops nothing", x=0.04, y=0.9)
    note(panel, "dotted: share that\nBY-3 leaves open;\nlarge: data as they are", x=0.05, y=0.32)


FIGURE = Figure(
    name="greedy-against-exact",
    title="Where the greedy mask misses the worst case",
    caption=(
        "Formula 14's masks, ties broken, against the exact worst case, compared in fractions. "
        "(a, b) A sample is missed (filled) exactly where the other side outweighs its own by "
        "more than twice the residual, or where the residual is zero and some product is not "
        "(AD-7). Elsewhere the gap is zero, there (M - P - 2|e|)(M + P) (BY-2), and greedy is "
        "guaranteed no share of the worst case (dashed; AD-8). (c) The share of samples missed "
        "over the budget. (d) The same with targets Xw plus Gaussian noise, one draw at growing "
        "size and the weights held: without noise greedy drops nothing at all, with a little the "
        "sign of the noise chooses its side, and the more there is the fewer samples are missed; "
        "none of those with residuals of half the k largest products (BY-3). Large marks are the "
        "data's own targets, at the size of their residuals. (e) The worst sample. (f) Greedy "
        "drops fewer features than k once those are used up whose removal raises the linearised "
        "loss (AD-9)."
    ),
    claims=("AD-7", "AD-8", "BY-2", "BY-3", "AD-9"),
    compute=compute,
    draw=draw,
)
