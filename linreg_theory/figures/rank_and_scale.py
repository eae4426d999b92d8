"""What a rank-valued budget k and a single-valued radius delta do, and what units do to each."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure as Picture

from linreg_theory import adversarial_dropout, adversarial_training
from linreg_theory.arithmetic import sign
from linreg_theory.arrays import Array, exactly
from linreg_theory.datasets import Dataset
from linreg_theory.figures.figure import Data, Figure
from linreg_theory.pictures import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, note, sheet
from linreg_theory.problem import Problem
from linreg_theory.weights import ridge

_MOST_NUMBERS = 400_000  # in X: beyond it some of the rows stand for all
_MOST_BUDGETS = 64  # beyond it some of the budgets stand for all
_MOST_PRODUCTS = 12_000  # over rows, features and budgets, where it is done again in fractions
_DECADES = 2  # of the radius, below and above the crossing
_POWERS = range(-6, 7)  # of two: such a scale is exact in floats


def compute(dataset: Dataset, seed: int) -> Data:
    """Penalties at ridge weights over k and delta, and under other units of the features."""
    rng = np.random.default_rng(seed)
    problem = _some_rows(dataset.problem, _MOST_NUMBERS // dataset.problem.n_features, rng)
    w = ridge(problem, 1)
    return {
        "name": dataset.name,
        "samples": problem.n_samples,
        "budget": _over_budgets(problem, w) | {"exact": _exact(problem, w, rng)},
        "radius": _over_radii(problem, w),
        "units": _over_units(problem, w, dataset.features),
    }


def _some_rows(problem: Problem, most: int, rng: np.random.Generator) -> Problem:
    count = max(1, min(problem.n_samples, most))
    if count == problem.n_samples:
        return problem
    return problem.rows(np.sort(rng.choice(problem.n_samples, count, replace=False)))


def _budgets(features: int, most: int = _MOST_BUDGETS) -> list[int]:
    count = min(features, most) + 1
    return [int(k) for k in np.linspace(0, features, count).round()]


def _reach(problem: Problem, w: Array, budgets: list[int]) -> Array:
    """P_i(k), (budgets, N)."""
    return np.stack([adversarial_dropout.sides(problem, w, k).raising for k in budgets])


def _adverse(problem: Problem, w: Array) -> Array:
    """How many features of each sample push its residual away from zero when dropped, (N,)."""
    e, a = problem.residuals(w), problem.products(w)
    side = sign(e) + (sign(e) == 0)
    counts: Array = np.sum(side[:, None] * a > 0, axis=1)
    return counts


def _over_budgets(problem: Problem, w: Array) -> dict[str, Any]:
    """P(k) of the sum over samples and of three of them, as shares of P(D)."""
    budgets = _budgets(problem.n_features)
    reach, adverse = _reach(problem, w, budgets), _adverse(problem, w)
    total = np.sum(reach, axis=1)
    ranked = np.argsort(adverse, kind="stable")
    shown = sorted({int(ranked[i]) for i in (0, len(ranked) // 2, -1)}, key=lambda i: adverse[i])
    return {
        "k": budgets,
        "total": _share(total),
        "step": (np.diff(_share(total)) / np.diff(budgets)).tolist(),
        "saturated": [float(np.mean(adverse <= k)) for k in budgets],
        "most_adverse": int(np.max(adverse)),
        "shown": [{"adverse": int(adverse[i]), "P": _share(reach[:, i])} for i in shown],
    }


def _share(values: Array) -> list[float]:
    return [float(value / (values[-1] or 1.0)) for value in values]


def _exact(problem: Problem, w: Array, rng: np.random.Generator) -> dict[str, int]:
    """Samples that are not concave, or that still grow with all adverse drops made; fractions."""
    D = problem.n_features
    budgets = _budgets(D, min(_MOST_BUDGETS, max(4, _MOST_PRODUCTS // D)))
    few = _some_rows(problem, _MOST_PRODUCTS // (D * len(budgets)), rng)
    exact, weights = few.exact(), exactly(w)
    reach, adverse = _reach(exact, weights, budgets), _adverse(exact, weights)
    slopes = np.diff(reach, axis=0) / exactly(np.diff(budgets))[:, None]
    late = np.array(budgets)[:, None] >= adverse
    return {
        "samples": few.n_samples,
        "bent_upwards": int(np.sum(np.any(slopes[1:] > slopes[:-1], axis=0))),
        "grown_late": int(np.sum(np.any(late & (reach != reach[-1]), axis=0))),
    }


def _over_radii(problem: Problem, w: Array) -> dict[str, Any]:
    """The penalty l_AT - l in units of l, with its linear and its quadratic part."""
    e, norm = problem.residuals(w), float(np.sum(np.abs(w)))
    active = int(np.sum(sign(e) != 0))
    crossing = 2 * float(np.sum(np.abs(e))) / (active * norm) if active and norm else None
    unit, clean = _unit(problem, w), float(problem.loss(w))
    radii = (crossing or 1.0) * np.logspace(-_DECADES, _DECADES, 16 * _DECADES + 1)
    terms = [adversarial_training.decompose(problem, w, delta) for delta in radii]
    attacked = [adversarial_training.objective(problem, w, delta) for delta in radii]
    return {
        "delta": radii.tolist(),
        "crossing": crossing,
        "penalty": [(float(loss) - clean) / unit for loss in attacked],
        "linear": [float(each.l1) / unit for each in terms],
        "quadratic": [float(each.quadratic) / unit for each in terms],
    }


def _unit(problem: Problem, w: Array) -> float:
    return float(problem.loss(w)) or 1.0


def _over_units(problem: Problem, w: Array, names: tuple[str, ...]) -> dict[str, Any]:
    """Penalties in units of l after x_j -> c x_j and w_j -> w_j / c, for one j and for all."""
    heaviest = int(np.argmax(np.abs(w)))
    delta = _over_radii(problem, w)["crossing"] or 1.0
    budgets = sorted({min(1, problem.n_features), -(-problem.n_features // 2), problem.n_features})
    chosen = {"one": np.arange(problem.n_features) == heaviest, "all": np.ones(len(w), bool)}
    scales = [2.0**power for power in _POWERS]
    found: dict[str, Any] = {
        "c": scales,
        "feature": names[heaviest],
        "delta": delta,
        "k": budgets,
    }
    for which, columns in chosen.items():
        cases = [_rescaled(problem, w, np.where(columns, c, 1.0)) for c in scales]
        found[which] = {
            "training": [_raised(adversarial_training.objective, case, delta) for case in cases],
            "theory": [_in_theory(problem, w, v, delta) for _, v in cases],
            "greedy": [[_raised(_greedy, case, k) for case in cases] for k in budgets],
            "exact": [
                [_raised(adversarial_dropout.worst_case, case, k) for case in cases]
                for k in budgets
            ],
        }
    return found


def _rescaled(problem: Problem, w: Array, scales: Array) -> tuple[Problem, Array]:
    return Problem(problem.X * scales, problem.y), w / scales


def _greedy(problem: Problem, w: Array, k: int) -> Any:
    return adversarial_dropout.objective(problem, w, k, "break")


def _raised(attacked: Any, case: tuple[Problem, Array], strength: Any) -> float:
    """By how much an attack raises the loss, in units of the loss."""
    problem, w = case
    return (float(attacked(problem, w, strength)) - float(problem.loss(w))) / _unit(problem, w)


def _in_theory(problem: Problem, w: Array, v: Array, delta: float) -> float:
    """2 delta ||v||_1 sum |e_i| + n_+ (delta ||v||_1)^2 at the residuals of w."""
    e, push = problem.residuals(w), delta * float(np.sum(np.abs(v)))
    whole = 2 * push * np.sum(np.abs(e)) + np.sum(sign(e) != 0) * push * push
    return float(whole) / _unit(problem, w)


def draw(data: Data) -> Picture:
    """Above the budget, P(k) and its steps; below the radius, and other units."""
    picture, panels = sheet(2, 2, height=6.0)
    _reaches(panels[0, 0], data["budget"])
    _steps(panels[0, 1], data["budget"])
    _radii(panels[1, 0], data["radius"])
    _units(panels[1, 1], data["units"])
    return picture


def _reaches(panel: Any, budget: dict[str, Any]) -> None:
    looks = ((BLUE, "o", "-"), (GREEN, "s", "--"), (PURPLE, "^", "-."))
    every = max(1, len(budget["k"]) // 16)
    for (colour, mark, dash), each in zip(looks, budget["shown"], strict=False):
        panel.plot(
            *(budget["k"], each["P"]),
            **{"color": colour, "ls": dash, "marker": mark, "markevery": every, "lw": 1.1},
            label=f"one sample, adverse features: {each['adverse']}",
        )
    panel.plot(budget["k"], budget["total"], color=BLACK, lw=2, label="all samples")
    panel.set_title("what k drops can reach")
    panel.set_ylabel("$P(k)$ / $P(D)$")
    panel.set_ylim(-0.02, 1.05)
    _along_budget(panel, budget)
    panel.legend(loc="lower right", frameon=True, edgecolor="none", framealpha=1)


def _steps(panel: Any, budget: dict[str, Any]) -> None:
    k = np.array(budget["k"])
    panel.bar(
        k[1:], budget["step"], np.diff(k) * 0.8, color=ORANGE, label="what one more drop adds"
    )
    panel.plot(k, budget["saturated"], color=BLACK, ls="--", label="samples that can lose no more")
    panel.set_title("no drop adds more than the one before")
    panel.set_ylabel("share of P(D), or of samples")
    panel.set_ylim(-0.02, 1.35)
    _along_budget(panel, budget, 0.75)
    most = f"most adverse features of a sample: {budget['most_adverse']}"
    panel.plot([], [], ":", color=GREY, lw=1, label=most)
    panel.legend(loc="upper left", labelspacing=0.3)


def _along_budget(panel: Any, budget: dict[str, Any], height: float = 1) -> None:
    panel.axvline(budget["most_adverse"], ymax=height, color=GREY, lw=1, ls=":")
    panel.set_xlabel("budget k (features dropped)")
    panel.set_xlim(0, budget["k"][-1] + 0.5)
    panel.set_yticks(np.arange(0, 1.01, 0.25))
    panel.xaxis.get_major_locator().set_params(integer=True)


def _radii(panel: Any, radius: dict[str, Any]) -> None:
    panel.set_title("the penalty of adversarial training")
    panel.set_xlabel(r"radius $\delta$ (units of X)")
    panel.set_ylabel("penalty / clean loss")
    if radius["crossing"] is None:
        note(panel, "no penalty: the weights or the residuals are zero")
        return
    panel.plot(radius["delta"], radius["linear"], "--", color=BLUE, label=r"$\ell_1$ term, linear")
    label = "quadratic term"
    panel.plot(radius["delta"], radius["quadratic"], "-.", color=ORANGE, label=label)
    panel.plot(
        *(radius["delta"], radius["penalty"], "o"),
        **{"color": BLACK, "ms": 3, "markevery": 2, "label": "both, evaluated directly"},
    )
    panel.axvline(radius["crossing"], color=GREY, lw=0.9, ls=":")
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.legend(loc="upper left")


def _units(panel: Any, units: dict[str, Any]) -> None:
    c, middle = units["c"], units["c"].index(1.0)
    panel.set_title("a feature in other units")
    panel.set_xlabel(r"$x_j \to c\, x_j$, $w_j \to w_j / c$ with factor c")
    panel.set_ylabel("penalty / penalty at c = 1")
    if not any(units["all"]["theory"]):
        note(panel, "no penalty: the weights or the residuals are zero")
        return
    names = {"all": "training, all features", "one": f"training, only {_plain(units['feature'])}"}
    for (which, name), colour, mark in zip(names.items(), (BLUE, GREEN), ("o", "s"), strict=True):
        base = units[which]["theory"][middle] or 1.0
        panel.plot(c, np.array(units[which]["theory"]) / base, color=colour, lw=1)
        measured = np.array(units[which]["training"]) / base
        panel.plot(c, measured, mark, color=colour, ms=4, label=name)
    label = f"dropout, all features, k = {', '.join(map(str, units['k']))}"
    for mark, penalties in zip(("x", "+", "1"), units["all"]["exact"], strict=False):
        base = penalties[middle] or 1.0
        penalty = np.array(penalties) / base
        panel.plot(c, penalty, mark, ls="-", lw=0.8, color=ORANGE, ms=6, label=label)
        label = "_"  # one entry for all
    panel.set_xscale("log", base=2)
    panel.set_yscale("log", base=2)
    panel.legend(loc="upper right")


def _plain(name: str) -> str:
    """A column's name as text, not as mathematics."""
    return name.replace("$", r"\$")


FIGURE = Figure(
    name="rank-and-scale",
    title="A rank against a radius, and what units do to each",
    caption=(
        "Above, P(k), what k drops of a sample add to the size of its residual at ridge weights: "
        "each drop adds at most as much as the one before, and nothing is left to add from the "
        "largest number of adverse features on (dotted), so that the budget works by order, not "
        "by size (AD-11); the square of P(k) need not bend down as P(k) does. Below left, the "
        "radius works by size: the penalty of adversarial training is the sum of a linear and a "
        "quadratic term, the linear one leads below the dotted radius and takes the penalty to "
        "zero with delta (AT-4, AT-7). Below right, "
        "features in other units, with weights that make the same predictions: dropout's penalty "
        "stays where it is, training's moves along the lines that the theory gives (AD-13)."
    ),
    claims=("AD-11", "AD-13", "AT-7", "AT-4"),
    compute=compute,
    draw=draw,
)
