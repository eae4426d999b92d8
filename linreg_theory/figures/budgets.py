"""How many units Algorithm 1 flips, and how many its limit allows: two norms, two readings."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure as Picture
from matplotlib.patches import Patch

from linreg_theory import adversarial_dropout
from linreg_theory.arrays import Array
from linreg_theory.datasets import Dataset
from linreg_theory.figures.figure import Data, Figure
from linreg_theory.masks import Norm, Reading, algorithm_1, allowed_flips, flips
from linreg_theory.pictures import BLACK, BLUE, GREY, ORANGE, note, sheet
from linreg_theory.problem import Problem
from linreg_theory.solvers import mask_space

_NORMS: tuple[Norm, ...] = ("euclidean", "flips")
_READINGS: tuple[Reading, ...] = ("literal", "repaired")
_UNITS = 16  # so that 1 / sqrt(H) is a fraction
_STEPS = 320  # of the radius; a fourth of them ends at 1 / sqrt(H)
_WIDEST = 13  # the plane goes from 2 units to 2^13
# Section "Effect on Features and Sparsity" for the autoencoder, appendix B for the others: the
# units of the layer, the radius, and the share of units that the starting mask keeps.
_SETTINGS = (
    ("MNIST", 2048, "0.005", "0.5"),
    ("SVHN, CIFAR-10", 128, "0.05", "1"),
    ("autoencoder", 256, "0.3", "0.5"),
)


def compute(dataset: Dataset, seed: int) -> Data:
    """Flips over the radius, for a layer of 16 units, for any layer, and for the paper's own.

    The data set has no part in it: masks and their limit are the same for all data.
    """
    rng = np.random.default_rng(seed)
    return {
        "layer": _small_layer(rng),
        "plane": _plane(),
        "settings": [_setting(rng, *setting) for setting in _SETTINGS],
    }


def _small_layer(rng: np.random.Generator) -> dict[str, Any]:
    """One sample of a regression whose features are the units, in whole numbers.

    All are worth dropping, for the residual and the products are positive, and no two products
    tie, so that Formula 14 as printed keeps to its budget.
    """
    sample, w = rng.permutation(np.arange(1.0, _UNITS + 1)), np.ones(_UNITS)
    problem = Problem(sample[None, :], np.array([sample @ w + 1]))
    J = adversarial_dropout.jacobian(problem, w)[0]
    masks = mask_space(np.ones(_UNITS), _UNITS)
    gains, changed = (masks - 1) @ J, flips(np.ones(_UNITS), masks)
    best = [float(np.max(gains[changed <= n])) for n in range(_UNITS + 1)]
    radii = [Fraction(i, _STEPS) for i in range(_STEPS // 3 + 1)]
    return {
        "units": _UNITS,
        "adverse": int(np.sum(J < 0)),
        "void_from": 1 / _UNITS**0.5,
        "delta": [float(delta) for delta in radii],
        "limit": [float(delta * _UNITS) for delta in radii],
        "norms": {norm: _over_radii(J, radii, norm, best) for norm in _NORMS},
        "formula_14": [_formula_14(problem, w, k) for k in range(_UNITS + 1)],
    }


def _over_radii(
    J: Array, radii: list[Fraction], norm: Norm, best: list[float]
) -> dict[str, list[Any]]:
    """Flips allowed and made, and what the flips made gain, as shares of the largest gain."""
    start = np.ones(len(J))
    allowed = [_allowed(delta, len(J), norm) for delta in radii]
    found: dict[str, list[Any]] = {
        "allowed": allowed,
        "best": [best[n] / best[-1] for n in allowed],
    }
    for reading in _READINGS:
        masks = [algorithm_1(start, J, delta * len(J), reading, norm) for delta in radii]
        found[reading] = [int(flips(start, mask)) for mask in masks]
        found[f"{reading}_gain"] = [float((mask - start) @ J) / best[-1] for mask in masks]
    return found


def _allowed(delta: Fraction, units: int, norm: Norm) -> int:
    return min(units, allowed_flips(delta * units, norm))


def _formula_14(problem: Problem, w: Array, k: int) -> dict[str, int]:
    """What Formula 14 drops at budget k, and what its Euclidean constraint would allow."""
    masks = adversarial_dropout.greedy_masks(problem, w, k)
    allowed = min(problem.n_features, allowed_flips(k))
    return {"k": k, "drops": int(np.sum(masks == 0)), "allowed": allowed}


def _plane() -> dict[str, Any]:
    """Which share of a layer the Euclidean limit lets flip, over H and delta."""
    widths = sorted({round(2 ** (i / 4)) for i in range(4, 4 * _WIDEST + 1)})
    radii = [Fraction(10 ** (i / 32)).limit_denominator(10**9) for i in range(-96, 1)]
    return {
        "H": widths,
        "delta": [float(delta) for delta in radii],
        "share": [[_allowed(d, H, "euclidean") / H for H in widths] for d in radii],
        "void_from": [1 / H**0.5 for H in widths],
        "none_below": [1 / H for H in widths],
    }


def _setting(
    rng: np.random.Generator, name: str, units: int, radius: str, keep: str
) -> dict[str, Any]:
    """Flips in a layer of the paper, from a mask and a Jacobian that are drawn."""
    delta = Fraction(radius)
    base = (rng.random(units) < float(Fraction(keep))).astype(float)
    J = rng.normal(size=units)
    every = algorithm_1(base, J, units)  # no mask is further away
    return {
        "name": name,
        "H": units,
        "delta": float(delta),
        "limit": float(delta * units),
        "keep": float(Fraction(keep)),
        "adverse": int(flips(base, every)),
        "void_from": 1 / units**0.5,
        "allowed": {norm: _allowed(delta, units, norm) for norm in _NORMS},
        "made": {
            reading: {
                norm: int(flips(base, algorithm_1(base, J, delta * units, reading, norm)))
                for norm in _NORMS
            }
            for reading in _READINGS
        },
    }


def draw(data: Data) -> Picture:
    """Above a small layer, flips and gains; below any layer, and the paper's own."""
    picture, panels = sheet(2, 2, height=6.4)
    _flips(panels[0, 0], data["layer"])
    _gains(panels[0, 1], data["layer"])
    _anywhere(panels[1, 0], data["plane"], data["settings"])
    _paper(panels[1, 1], data["settings"])
    return picture


_COLOUR = {"euclidean": BLUE, "flips": ORANGE}
_NAME = {"euclidean": "Euclidean norm", "flips": "flips counted"}
_WAY = {"literal": "as printed", "repaired": "repaired"}
_DASH = {"literal": "-", "repaired": "--"}


def _flips(panel: Any, layer: dict[str, Any]) -> None:
    for norm in _NORMS:
        series = layer["norms"][norm]
        for reading in _READINGS:
            panel.step(
                *(layer["delta"], series[reading], _DASH[reading]),
                **_line(norm, reading),
                label=f"{_NAME[norm]}, {_WAY[reading]}",
            )
        panel.fill_between(
            *(layer["delta"], series["repaired"], series["literal"]),
            **{"step": "post", "color": _COLOUR[norm], "alpha": 0.2, "lw": 0},
        )
    label = r"$1/\sqrt{H}$: no mask is excluded from here on"
    panel.plot([], [], ":", color=BLACK, lw=0.9, label=label)
    spent = [row for row in layer["formula_14"] if row["k"] <= layer["limit"][-1]]
    panel.plot(
        [row["k"] / layer["units"] for row in spent],
        [row["drops"] for row in spent],
        *("o",),
        **{"color": BLACK, "label": r"Formula 14, $k = \delta H$"},
    )
    panel.set_title(f"flips in a layer of {layer['units']} units, all adverse")
    panel.set_ylabel("units flipped")
    _along_radius(panel, layer)
    panel.set_ylim(-0.4, 27)
    panel.set_yticks(range(0, layer["units"] + 1, 4))
    panel.legend(loc="upper left", fontsize=7.5, labelspacing=0.25)


def _gains(panel: Any, layer: dict[str, Any]) -> None:
    for norm in _NORMS:
        series = layer["norms"][norm]
        for reading in _READINGS:
            gain = series[f"{reading}_gain"]
            panel.step(layer["delta"], gain, _DASH[reading], **_line(norm, reading))
        panel.plot(
            *(layer["delta"][4::8], series["best"][4::8], "o"),
            **{"color": _COLOUR[norm], "ms": 4, "mfc": "white", "mew": 1.1},
            label=f"best mask within the limit, {_NAME[norm]}",
        )
    panel.set_title("what these flips gain, to first order")
    panel.set_ylabel("gain / gain of all flips")
    _along_radius(panel, layer)
    panel.set_ylim(-0.025, 1.6875)
    panel.set_yticks(np.arange(0, 1.01, 0.25))
    panel.legend(loc="upper left", fontsize=7.5, labelspacing=0.25)
    note(panel, "lines: the flips on the left", 0.04, 0.86)


def _line(norm: Norm, reading: Reading) -> dict[str, Any]:
    """The Euclidean lines are wider: the others lie upon them at small radii."""
    width = 1.8 if norm == "euclidean" else 1.2
    return {"color": _COLOUR[norm], "where": "post", "lw": width}


def _along_radius(panel: Any, layer: dict[str, Any]) -> None:
    panel.axvline(layer["void_from"], ymax=0.6, color=BLACK, lw=0.9, ls=":")
    panel.set_xlabel(r"radius $\delta$")
    panel.set_xlim(0, layer["delta"][-1])


def _anywhere(panel: Any, plane: dict[str, Any], settings: list[dict[str, Any]]) -> None:
    kinds = np.digitize(np.array(plane["share"]), [1e-12, 0.1, 1.0])
    shades = ("#ffffff", "#e8f1f7", "#a8cfe5", "#4d9bc7")
    panel.pcolormesh(
        *(plane["H"], plane["delta"], kinds),
        **{"cmap": ListedColormap(shades), "vmin": -0.5, "vmax": 3.5, "rasterized": True},
        shading="nearest",
    )
    panel.plot(plane["H"], plane["void_from"], color=BLACK, lw=1.2)
    panel.plot(plane["H"], plane["none_below"], color=BLACK, lw=1, ls="--")
    for each in settings:
        panel.plot(each["H"], each["delta"], "D", color=ORANGE, mec=BLACK, ms=6)
        panel.annotate(
            *(each["name"], (each["H"], each["delta"])),
            **{"xytext": (8, -14), "textcoords": "offset points", "fontsize": 7.5, "ha": "center"},
        )
    for name, place in ((r"$1/\sqrt{H}$", -9), ("$1/H$", -21)):
        series = plane["void_from" if place == -9 else "none_below"]
        where = (plane["H"][place], series[place])
        panel.annotate(name, where, xytext=(4, 4), textcoords="offset points", fontsize=8)
    panel.set_xscale("log", base=2)
    panel.set_yscale("log")
    panel.set_xlim(plane["H"][0], plane["H"][-1])
    panel.set_ylim(plane["delta"][0], plane["delta"][-1])
    panel.grid(False)
    names = ("no flip", "less than 10% of the layer", "10% or more", "every mask")
    patches = [Patch(fc=c, ec=GREY, lw=0.5, label=n) for c, n in zip(shades, names, strict=True)]
    panel.legend(handles=patches[::-1], loc="lower left", fontsize=7, labelspacing=0.25)
    panel.set_title("what the Euclidean limit allows")
    panel.set_xlabel("units H of the layer")
    panel.set_ylabel(r"radius $\delta$")


def _paper(panel: Any, settings: list[dict[str, Any]]) -> None:
    rows: list[tuple[float, Norm, dict[str, Any]]] = []
    for row, each in enumerate(settings):
        rows += [(row - 0.2, "euclidean", each), (row + 0.2, "flips", each)]
    for place, norm, each in rows:
        share = each["allowed"][norm] / each["H"]
        label = _NAME[norm] if each is settings[0] else None
        panel.barh(place, share, 0.36, color=_COLOUR[norm], label=label)
        made = each["made"]["literal"][norm]
        text = f"{each['allowed'][norm]} of {each['H']}; makes {made}"
        text += ", all adverse" if made == each["adverse"] else ""
        inside = share > 0.5
        panel.text(
            *(share + (-0.015 if inside else 0.015), place, text),
            **{"va": "center", "ha": "right" if inside else "left", "fontsize": 7.5},
            color="white" if inside else BLACK,
        )
    panel.set_yticks(range(len(settings)), [_label(each) for each in settings])
    panel.invert_yaxis()
    panel.set_xlim(0, 1.02)
    panel.grid(axis="y", visible=False)
    panel.set_xlabel("flips allowed / units H")
    panel.set_title("the paper's settings: flips allowed, and made")
    panel.legend(loc="upper right", bbox_to_anchor=(1.02, 0.98), fontsize=7.5, handlelength=1)


def _label(setting: dict[str, Any]) -> str:
    return f"{setting['name']}\n$\\delta$ = {setting['delta']:g}"


FIGURE = Figure(
    name="budgets",
    title="How many units may an adversary flip?",
    caption=(
        "Above, one sample of a regression with 16 features as the layer. Read as printed, the "
        "limit is a Euclidean norm, a square root of the number of flips: it allows the square of "
        "delta H flips, where Formula 14 spends delta H of them (AD-5), and from delta = 1/sqrt(H) "
        "on it excludes no mask (ME-7). As printed, Algorithm 1 tests before it flips and ends "
        "one flip outside either limit (shaded), unless no adverse unit is left (ME-6); repaired, "
        "it keeps to the limit, and no mask within the limit gains more to first order: sorting "
        "suffices (ME-8). Below, the Euclidean limit for layers of any width, and what the paper's "
        "own settings allow; there the flips made are for a Jacobian drawn at random."
    ),
    claims=("ME-7", "ME-6", "AD-5", "ME-8"),
    compute=compute,
    draw=draw,
)
