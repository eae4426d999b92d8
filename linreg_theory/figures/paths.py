"""Regularisation paths of both robust regressions beside lasso, ridge and random dropout."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure as Picture
from matplotlib.ticker import MaxNLocator, NullLocator

from linreg_theory.arrays import Array
from linreg_theory.datasets import Dataset
from linreg_theory.figures.figure import Data, Figure
from linreg_theory.figures.path_few_samples import draw_few, few_samples
from linreg_theory.figures.path_methods import METHODS, Method, Path, Split, fitted_path, split
from linreg_theory.pictures import BLACK, BLUE, COLOURS, DASHES, GREY, RED, note, sheet

_FACTOR = 10.0  # one feature in a unit ten times smaller
_NAMED = 4  # features with a colour of their own
_DIGITS = 10
_ROUNDING = 1e-13

_TITLES = {
    "training": "adversarial training",
    "lasso": "lasso",
    "ridge": "ridge",
    "noise": "random dropout",
    "dropout": "adversarial dropout",
}
_AXES = {
    "training": r"radius $\delta$ / $\delta_0$",
    "lasso": r"penalty $\lambda$ / $\lambda_0$",
    "ridge": r"penalty $\lambda$ / mean $\|x_{\cdot j}\|_2^2$",
    "noise": "drop rate p = 1 - q",
    "dropout": "budget k (features dropped)",
}
_NORMS = {
    "training": r"$\|w\|_1$",
    "lasso": r"$\|w\|_1$",
    "ridge": r"$\|w\|_2$",
    "noise": r"$\|s \circ w\|_2$",
    "dropout": r"$\|s \circ w\|_1$",
}

_LINEAR = ("noise", "dropout")
_FORBIDDEN: Any = {"color": RED, "alpha": 0.18, "lw": 0}
_THRESHOLDS = {
    "training": "zero from\n$\\delta_0$ = {:.3g} on",
    "lasso": "zero from\n$\\lambda_0$ = {:.4g} on",
    "dropout": "zero from\nk = {:.0f} on",
}
_NO_THRESHOLD = {
    "training": "zero at any radius",
    "lasso": "zero at any penalty",
    "ridge": "no threshold",
    "noise": "zero at p = 1",
    "dropout": "threshold unresolved",
}


def compute(dataset: Dataset, seed: int) -> Data:
    """The five paths on three quarters of the samples, and tested on the fourth.

    All are followed twice: as the data are, and with one feature in another unit.
    """
    data = split(dataset.problem, seed)
    sizes = np.abs(data.pulls) / data.scales
    rescaled = int(np.argmax(sizes))
    kept = data.X.shape[1]
    return {
        "name": dataset.name,
        "samples": len(data.y),
        "held_out": len(data.held_y),
        "features": list(dataset.features[:kept]),
        "left_out": dataset.problem.n_features - kept,
        "scales": _rounded(data.scales),
        "spread": data.spread,
        "rescaled": {"feature": rescaled, "factor": _FACTOR},
        "methods": {name: _column(method, data, rescaled) for name, method in METHODS.items()},
        "few": few_samples(data.X, data.y),
    }


def _column(method: Method, data: Split, rescaled: int) -> Data:
    """A method's path and what is read off it; weights are in the units of the data."""
    path = fitted_path(method, data)
    units = np.ones(data.X.shape[1])
    units[rescaled] = _FACTOR
    again = [fit.coef * units for fit in method.fits(data.X * units, data.y, path.values)]
    sizes = method.norm(path.weights, data.scales)
    largest = float(np.max(method.norm(_unpenalised(data)[None, :], data.scales)))
    return {
        "values": _rounded(path.values),
        "axis": _rounded(path.axis),
        "threshold": path.threshold,
        "weights": [_rounded(w) for w in path.weights],
        "intercepts": _rounded(path.intercepts),
        "support": _support_sizes(path.weights * data.scales, method.dust, data.y),
        "norm": _rounded(sizes / (largest or 1.0)),
        "objective": _rounded(path.objectives),
        "error": _errors(path, data),
        "gaps": None if path.gaps is None else path.gaps.tolist(),
        "other_unit": _rounded(np.array(again)[:, rescaled]),
    }


def _support_sizes(sizes: Array, dust: float, y: Array) -> list[int]:
    """Weights above the dust: an interior point has no exact zeros, and constants round."""
    sizes = np.abs(sizes)
    rounding = _ROUNDING * np.max(np.abs(y))
    least = np.maximum(dust * np.max(sizes, axis=1, keepdims=True), rounding)
    return [int(count) for count in np.count_nonzero(sizes > least, axis=1)]


def _unpenalised(data: Split) -> Array:
    """Least squares with an intercept."""
    centred = data.X - np.mean(data.X, axis=0)
    fitted: Array = np.linalg.lstsq(centred, data.y - np.mean(data.y), rcond=None)[0]
    return fitted


def _errors(path: Path, data: Split) -> list[float] | None:
    """Squared errors on the samples held out, in units of the mean's; None without any."""
    unit = float(np.sum((data.held_y - np.mean(data.y)) ** 2))
    if not unit:
        return None
    predicted = path.weights @ data.held_X.T + path.intercepts[:, None]
    return _rounded(np.sum((data.held_y - predicted) ** 2, axis=1) / unit)


def _rounded(values: Array) -> list[float]:
    """Ten digits: enough for every test, and files half as long."""
    return [float(f"{value:.{_DIGITS}g}") for value in np.asarray(values).tolist()]


def draw(data: Data) -> Picture:
    """A column for each method: weights, non-zeros, norm, test error; below, few samples."""
    picture, panels = sheet(5, 5, width=11, height=11)
    for column, (name, path) in enumerate(data["methods"].items()):
        weights, support, norm, error = panels[:4, column]
        weights.set_title(_TITLES[name], fontweight="bold")
        error.set_xlabel(_AXES[name])
        _weights(weights, data, path)
        _support(support, path, name, len(data["features"]))
        _line(norm, path, path["norm"], name)
        _remark(norm, path, name)
        _error(error, path, name)
        for panel in panels[:4, column]:
            _place(panel, path, name)
    _label(panels[:4])
    picture.legend(
        *panels[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=_NAMED + 2
    )
    grid = panels[4, 0].get_gridspec()
    for panel in panels[4]:
        panel.remove()
    fit = picture.add_subplot(grid[4, :2])
    draw_few(fit, picture.add_subplot(grid[4, 2:4], sharey=fit), data["few"])
    return picture


def _weights(panel: Any, data: Data, path: Data) -> None:
    """All features thinly, some in colour; circles are one of them fitted in another unit."""
    unit = np.array(data["scales"]) / data["spread"]
    weights = np.array(path["weights"]) * unit
    named = _named(data)
    for j in range(weights.shape[1]):
        if j not in named:
            label = "_" if j != max(set(range(len(unit))) - set(named)) else "other features"
            panel.plot(path["axis"], weights[:, j], color=GREY, lw=0.5, alpha=0.8, label=label)
    for j, colour, dash in zip(named, COLOURS, DASHES, strict=False):
        label = data["features"][j]
        panel.plot(path["axis"], weights[:, j], color=colour, ls=dash, lw=1.7, label=label)
    j = data["rescaled"]["feature"]
    panel.plot(
        *(path["axis"], np.array(path["other_unit"]) * unit[j], "o"),
        **{"mfc": "white", "mec": BLACK, "mew": 0.9, "ms": 3.8},
        **{"markevery": max(1, len(path["axis"]) // 12)},
        **{"label": f"{data['features'][j]}, fitted in a unit ten times smaller"},
    )


def _named(data: Data) -> list[int]:
    """The rescaled feature, then those of the largest least-squares weights."""
    sizes = np.abs(np.array(data["methods"]["dropout"]["weights"][0]) * data["scales"])
    order = np.argsort(-sizes, kind="stable").tolist()
    first = data["rescaled"]["feature"]
    return [first, *[j for j in order if j != first]][:_NAMED]


def _support(panel: Any, path: Data, name: str, features: int) -> None:
    if name == "dropout":
        k = np.array(path["axis"])
        panel.fill_between(k, 0.03 * features, np.maximum(k, 0.03 * features), **_FORBIDDEN)
        note(panel, "1 to k non-zeros:\nno better than 0", 0.98, 0.28, ha="right", color=RED)
    _line(panel, path, path["support"], name, drawstyle="steps-post")
    panel.set_ylim(-0.05 * features, 1.12 * features)


def _line(panel: Any, path: Data, values: Any, name: str, **how: Any) -> None:
    marks: Any = {"marker": "o", "ms": 4} if name == "dropout" else {}
    panel.plot(path["axis"], values, color=BLUE, **marks, **how)


def _remark(panel: Any, path: Data, name: str) -> None:
    """The norm, and from where zero weights are optimal."""
    text = _NORMS[name] + "\n"
    if path["threshold"] is None:
        text += _NO_THRESHOLD[name]
    else:
        text += _THRESHOLDS[name].format(path["threshold"])
    right = name in _LINEAR
    x, y = (0.97, 0.98) if right else (0.04, 0.36)  # where the norm is small, or still large
    note(panel, text, x, y, ha="right" if right else "left", linespacing=1.4)


def _error(panel: Any, path: Data, name: str) -> None:
    if path["error"] is None:
        note(panel, "too few samples\nto hold any out", 0.5, 0.5, ha="center", va="center")
        return
    _line(panel, path, path["error"], name)
    best = int(np.argmin(path["error"]))
    panel.plot(path["axis"][best], path["error"][best], "*", color=RED, ms=9)
    x, side = (0.97, "right") if name == "dropout" else (0.03, "left")
    note(panel, f"least: {path['error'][best]:.3f}", x, 0.6, ha=side)
    panel.axhline(1, color=GREY, lw=0.8, ls=":")


def _place(panel: Any, path: Data, name: str) -> None:
    """Scale and limits of the parameter; beyond the threshold zero weights are optimal."""
    first, last = path["axis"][0], path["axis"][-1]
    if name not in _LINEAR:
        panel.set_xscale("log")
        panel.set_xlim(first, last)
        panel.xaxis.set_minor_locator(NullLocator())
    else:
        panel.set_xlim(first - 0.02 * (last - first), last + 0.02 * (last - first))
        panel.xaxis.set_major_locator(MaxNLocator(5, integer=name == "dropout"))
    if path["threshold"] is not None:
        at = path["threshold"] / path["values"][-1] * last if last else 0
        panel.axvline(at, color=RED, lw=1, ls=(0, (3, 2)))
        panel.axvspan(at, panel.get_xlim()[1], color="#f2f2f2", zorder=0)


def _label(panels: Any) -> None:
    """Labels at the left, and one scale to a row."""
    labels = (
        r"weight $s_j w_j$ / sd(y)",
        "non-zero weights",
        "norm / least squares'",
        "test error / the mean's",
    )
    for row, label in zip(panels, labels, strict=True):
        row[0].set_ylabel(label)
        low = min(panel.get_ylim()[0] for panel in row)
        high = max(panel.get_ylim()[1] for panel in row)
        for panel in row:
            panel.set_ylim(low, high)
        for panel in row[1:]:
            panel.tick_params(labelleft=False)
    for panel in panels[:3].flat:
        panel.tick_params(labelbottom=False)


FIGURE = Figure(
    name="paths",
    title="Five paths from least squares to zero weights",
    caption=(
        "Weights in the scale of their features, s_j the root mean square of feature j, as each "
        "method's parameter grows. Adversarial training reaches zero at delta_0 = |X'e|_inf / "
        "|e|_1, e the targets less their mean (AT-8); like the lasso it can set single weights "
        "to zero on its way. Ridge has no such threshold; random dropout is ridge in the scale of "
        "the features with predictions shrunk by q, so that q w is drawn (NB-2). For adversarial "
        "dropout 1 to k weights are no better than none (BY-4): it keeps more than k until all "
        "are zero at once, from a budget on that the data set (AD-15); there, weights below a "
        "millionth of the largest count as zero. Circles are fits with one feature in a unit ten "
        "times smaller: the optima of both dropouts do not change, those of the others may "
        "(AD-13). The norm drawn can only fall for lasso, ridge and random dropout; for the two "
        "adversaries it may rise. "
        "Below: with fewer samples than features adversarial training may interpolate, up to a "
        "radius, with weights of one norm, while Formula 12 as printed costs nothing at such "
        "weights at any radius (BY-8)."
    ),
    claims=("AT-8", "AD-15", "BY-4", "BY-8", "NB-2", "AD-13"),
    compute=compute,
    draw=draw,
)
