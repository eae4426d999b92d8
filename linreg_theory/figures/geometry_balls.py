"""Unit balls of adversarial dropout's penalty, of two weights, beside those of l1 and l2.

  balls()                    == boundary points of three families of balls
  gauge(name, k, v)          == what is 1 on a boundary: norm | dual | l2 | term | penalty
  draw_norms(panel, data)    == the vector k-norms and their duals (BY-11)
  draw_term(panel, data)     == the second term of Formula 16 with residuals held fixed (AD-12)
  draw_penalty(panel, data)  == what exact adversarial dropout adds to these residuals

The residuals held fixed are those of zero weights, e = y. Weights are in units in which the l1
norm is the term where all signs are adverse and k = 2: u_j = w_j sum_i |e_i x_ij| / |e|_2^2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import brentq

from linreg_theory import adversarial_dropout
from linreg_theory.arrays import Array
from linreg_theory.figures.figure import Data
from linreg_theory.figures.geometry_grids import SAMPLES
from linreg_theory.pictures import BLACK, BLUE, GREY, ORANGE, note
from linreg_theory.problem import Problem
from linreg_theory.top_k_norm import dual_norm, norm

__all__ = ["balls", "draw_norms", "draw_penalty", "draw_term", "gauge"]

_STEP = 3  # degrees between rays: corners at multiples of 45 are among them
_FAR = 50.0  # a ray that is inside for so long is inside for ever
_DIGITS = 10


def balls() -> Data:
    """Points (n, 2) at angles of three degrees; None where a ball has no boundary."""
    names = [
        ("l2", 2),
        *((name, k) for name in ("norm", "dual", "term", "penalty") for k in (1, 2)),
    ]
    return {
        "budgets": [1, 2],
        "balls": [{"name": name, "k": k, "points": _boundary(name, k)} for name, k in names],
    }


def gauge(name: str, k: int, v: Array) -> float:
    """The function whose value is 1 on the ball's boundary, at the weights v in the units u."""
    if name == "norm":
        return float(norm(v, k))
    if name == "dual":
        return float(dual_norm(v, k))
    if name == "l2":
        return float(np.linalg.norm(v))
    e = SAMPLES.y
    total = float(e @ e)
    w = v * total / (np.abs(e) @ np.abs(SAMPLES.X))
    held = Problem(SAMPLES.X, e + SAMPLES.X @ w)  # its residuals at w are e
    if name == "term":
        return float(adversarial_dropout.decompose(held, w, k, "break").l1) / (2 * total)
    return (float(adversarial_dropout.worst_case(held, w, k)) - total) / (3 * total)


def _boundary(name: str, k: int) -> list[list[float] | None]:
    angles = np.radians(np.arange(0, 360 + _STEP, _STEP))
    return [_point(name, k, np.array([np.cos(a), np.sin(a)])) for a in angles]


def _point(name: str, k: int, ray: Array) -> list[float] | None:
    """Where the ray leaves the ball; None if it does not."""
    if gauge(name, k, _FAR * ray) <= 1:
        return None
    if name == "penalty":  # convex and zero at first, but not homogeneous
        length = brentq(lambda t: gauge(name, k, t * ray) - 1, 0, _FAR, xtol=1e-12, rtol=1e-14)
    else:
        length = 1 / gauge(name, k, ray)
    return [float(f"{value:.{_DIGITS}g}") for value in length * ray]


def draw_norms(panel: Any, data: Data) -> None:
    """With two features the k-norms for k = 1 and 2 are each other's dual."""
    _ball(panel, data, "l2", 2, color=GREY, ls=(0, (1, 1)), label=r"$\ell_2$")
    _ball(panel, data, "norm", 1, color=BLUE, label="k = 1")
    _ball(panel, data, "norm", 2, color=ORANGE, lw=2.4, label="k = 2")
    _ball(panel, data, "dual", 1, color=BLACK, ls=":", lw=1.8, label="dual of k = 1")
    panel.set_title("vector k-norm")
    _frame(panel, "$v_1$", "balls: $v_2$", -1.5)


def draw_term(panel: Any, data: Data) -> None:
    """The term's balls are open where dropping never hurts."""
    _term_and_norms(panel, data, "term")
    note(panel, "no drop hurts:\nthe term is 0", 0.05, 0.22)
    panel.set_title("second term of (16)")
    _frame(panel, "$u_1$", "$u_2$", -1.9)


def draw_penalty(panel: Any, data: Data) -> None:
    """The exact penalty's balls are closed: dropping enough turns the residual round."""
    _term_and_norms(panel, data, "penalty")
    panel.set_title("exact penalty")
    _frame(panel, "$u_1$", "$u_2$", -3.2)


def _term_and_norms(panel: Any, data: Data, name: str) -> None:
    _ball(panel, data, "norm", 2, color=BLACK, ls="--", lw=0.9, label=r"$\ell_1$")
    _ball(panel, data, "l2", 2, color=GREY, ls=(0, (1, 1)), label=r"$\ell_2$")
    _ball(panel, data, name, 1, color=BLUE, label="k = 1")
    _ball(panel, data, name, 2, color=ORANGE, ls="-.", lw=1.8, label="k = 2")


def _ball(panel: Any, data: Data, name: str, k: int, **how: Any) -> None:
    found = next(each for each in data["balls"] if (each["name"], each["k"]) == (name, k))
    points = np.array([point or [np.nan, np.nan] for point in found["points"]])
    panel.plot(points[:, 0], points[:, 1], **how)


def _frame(panel: Any, first: str, second: str, low: float) -> None:
    panel.set(xlim=(low, 1.5), ylim=(low, 1.5), aspect="equal", xlabel=first, ylabel=second)
    ticks = [tick for tick in (-3, -2, -1, 0, 1) if tick > low]
    panel.set(xticks=ticks, yticks=ticks)
    panel.axhline(0, color=GREY, lw=0.5)
    panel.axvline(0, color=GREY, lw=0.5)
    panel.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.24), fontsize=7, handlelength=1.8, ncols=2
    )
