"""The figure of two weights: order, convexity, jumps and balls, each seen to fail."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linreg_theory import adversarial_dropout, datasets
from linreg_theory.figures.geometry import FIGURE
from linreg_theory.figures.geometry_balls import gauge
from linreg_theory.figures.geometry_grids import OBJECTIVES, RADIUS, SAMPLES
from linreg_theory.figures.writing import written

Data = dict[str, Any]
_ROUNDED = 1e-4  # of the values on the grid
_ROUND = (("l2", 2), ("norm", 1), ("norm", 2), ("dual", 1), ("dual", 2))
_PENALTIES = (("penalty", 1), ("penalty", 2))
_TERMS = (("term", 1), ("term", 2))


@pytest.fixture(scope="module")
def data() -> Data:
    return FIGURE.compute(datasets.load("planted"), 0)


def corrupted(data: Data, *keys: Any, value: Any) -> Data:
    """A copy in which one entry is another."""
    copied = copy.deepcopy(data)
    inner: Any = copied
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return copied


def values(data: Data, name: str) -> Any:
    return np.array(data["values"][name])


def ordered(data: Data) -> bool:
    """No attack <= printed <= exact, for both attacks, at every node."""
    squares = values(data, "squares")
    return all(
        bool(
            np.all(squares <= values(data, low)) and np.all(values(data, low) <= values(data, top))
        )
        for low, top in (("fgsm", "training"), ("greedy", "dropout"))
    )


def midpoint_convex(data: Data, name: str) -> bool:
    """At 20,000 pairs of nodes that have a node in their middle."""
    grid = values(data, name)
    rng = np.random.default_rng(5)
    first, second = rng.integers(0, len(grid), (2, 20_000, 2))
    second -= (first + second) % 2 * np.where(second > 0, 1, -1)
    middle = (first + second) // 2
    ends = grid[tuple(first.T)] + grid[tuple(second.T)]
    return bool(np.all(2 * grid[tuple(middle.T)] <= ends + 2 * _ROUNDED))


def crossing_point(crossing: Data) -> tuple[Any, Any]:
    """The weights where the sample's residual is zero, in fractions, and the direction."""
    exact, direction = SAMPLES.exact(), np.array([Fraction(1, 2), Fraction(1)])
    i = crossing["sample"]
    return exact.y[i] / (exact.X[i] @ direction) * direction, direction


def jumps_as_predicted(data: Data) -> bool:
    """Greedy's limits are the rest plus P^2 before and M^2 after; FGSM's hole is one reach."""
    for crossing in data["cliffs"]["crossings"]:
        w, _ = crossing_point(crossing)
        a = SAMPLES.exact().products(w)[crossing["sample"]]
        P, M = (max(Fraction(0), *(sign * a)) for sign in (1, -1))
        jump = float(P**2 - M**2)
        hole = (RADIUS * float(np.sum(np.abs(w)))) ** 2
        rest = crossing["greedy_before"] - float(P**2)
        found = crossing["greedy_before"] - crossing["greedy_after"]
        if not np.allclose(
            [found, crossing["training"] - crossing["fgsm"]], [jump, hole], rtol=1e-12, atol=1e-12
        ):
            return False
        if max(rest + float(P**2), rest + float(M**2)) > crossing["dropout"] * (1 + 1e-12):
            return False
    return len(data["cliffs"]["crossings"]) == SAMPLES.n_samples


def curve(data: Data, name: str) -> tuple[Any, Any]:
    """t and values along the line; a crossing is in two pieces."""
    pieces = data["cliffs"]["pieces"]
    t, height = (np.concatenate([piece[key] for piece in pieces]) for key in ("t", name))
    return t, height


def convex_curve(data: Data, name: str) -> bool:
    t, height = curve(data, name)
    new = np.append(True, np.diff(t) > 0)
    if not np.allclose(height[~new], height[np.flatnonzero(~new) - 1], rtol=1e-12):
        return False  # it jumps
    t, height = t[new], height[new]
    return bool(np.all(np.diff(np.diff(height) / np.diff(t)) >= -1e-9))


def on_the_boundary(data: Data, families: tuple[tuple[str, int], ...]) -> bool:
    """The function is 1 at every point, and where there is none, the ball goes on for ever."""
    chosen = [ball for ball in data["balls"] if (ball["name"], ball["k"]) in families]
    for ball in chosen:
        angles = np.radians(np.linspace(0, 360, len(ball["points"])))
        for angle, point in zip(angles, ball["points"], strict=True):
            ray = np.array([np.cos(angle), np.sin(angle)])
            far = point is None
            value = gauge(ball["name"], ball["k"], 1e6 * ray if far else np.array(point))
            if abs(value - (0 if far else 1)) > 1e-8:
                return False
    return len(chosen) == len(families)


def lengths(data: Data, name: str, k: int) -> Any:
    """How far the boundary is along each ray; infinite where it is not there."""
    ball = next(each for each in data["balls"] if (each["name"], each["k"]) == (name, k))
    return np.array([np.inf if p is None else np.hypot(*p) for p in ball["points"]])


def nested(data: Data, name: str) -> bool:
    """AD-11: the penalty grows with k, so the ball does not."""
    return bool(np.all(lengths(data, name, 2) <= lengths(data, name, 1) * (1 + 1e-9)))


def dual(data: Data) -> bool:
    """BY-11: the largest u'v over the boundaries of a ball and of its dual is 1."""
    round_ = [ball for ball in data["balls"] if ball["name"] in ("norm", "dual")]
    points = {(ball["name"], ball["k"]): np.array(ball["points"]) for ball in round_}
    return all(
        abs(np.max(points["norm", k] @ points["dual", k].T) - 1) < 1e-9
        and np.allclose(lengths(data, "dual", k), lengths(data, "norm", 3 - k))
        for k in (1, 2)
    )


def test_no_attack_is_below_greedy_and_greedy_below_exact(data: Data) -> None:
    assert ordered(data)
    below = values(data, "dropout")[30, 30]
    assert not ordered(corrupted(data, "values", "greedy", 30, 30, value=below + 1))
    assert not ordered(corrupted(data, "values", "fgsm", 3, 4, value=0.0))


@pytest.mark.parametrize("name", ["squares", "training", "dropout"])
def test_exact_worst_cases_are_midpoint_convex(data: Data, name: str) -> None:
    assert midpoint_convex(data, name)
    assert not midpoint_convex(corrupted(data, "values", name, 30, 30, value=1e3), name)


def test_greedy_is_not(data: Data) -> None:
    assert not midpoint_convex(data, "greedy")


def test_the_grid_is_that_of_the_functions(data: Data) -> None:
    """Also for the formulas as printed: no node has a zero residual or a tie."""
    nodes = data["nodes"]
    for row, column in ((0, 0), (17, 44), (60, 31)):
        w = np.array([nodes[column], nodes[row]])
        for name, function in OBJECTIVES.items():
            assert data["values"][name][row][column] == pytest.approx(
                float(function(SAMPLES, w)), abs=_ROUNDED
            )
        literal = adversarial_dropout.objective(SAMPLES, w, 1)
        assert literal == adversarial_dropout.objective(SAMPLES, w, 1, "break")
    weights = np.array(np.meshgrid(nodes, nodes)).reshape(2, -1)
    assert np.min(np.abs(SAMPLES.y[:, None] - SAMPLES.X @ weights)) > 1e-4


def test_what_is_called_least_is_no_higher_than_the_grid(data: Data) -> None:
    for name, function in OBJECTIVES.items():
        least = data["least"][name]
        if name not in ("fgsm", "greedy"):  # there, weights as floats would miss a line
            assert least["value"] == pytest.approx(float(function(SAMPLES, least["w"])), rel=1e-9)
        assert least["value"] <= np.min(values(data, name)) + _ROUNDED
        assert least["value"] < np.max(values(data, name))


def test_greedy_is_least_at_the_foot_of_a_cliff(data: Data) -> None:
    """Next to the line, on one side, it comes to that value; on the other it is far higher."""
    least, exact = data["least"]["greedy"], SAMPLES.exact()
    (i,) = np.flatnonzero(np.abs(SAMPLES.residuals(least["w"])) < 1e-9)
    first = Fraction(least["w"][0])
    on_line = np.array([first, (exact.y[i] - exact.X[i, 0] * first) / exact.X[i, 1]])
    near = [float(OBJECTIVES["greedy"](exact, on_line + Fraction(side, 10**9))) for side in (-1, 1)]
    assert min(near) == pytest.approx(least["value"], abs=1e-6)
    assert max(near) > least["value"] + 1
    fine = np.random.default_rng(3).uniform(-1, 2, (1000, 2))
    assert all(OBJECTIVES["greedy"](SAMPLES, w) >= least["value"] for w in fine)
    worst = OBJECTIVES["dropout"](SAMPLES, least["w"])
    assert worst > data["least"]["dropout"]["value"] > least["value"]


def test_fgsm_is_least_where_two_residuals_are_zero(data: Data) -> None:
    """AT-6: around that point Formula 12 is what exact training is, and higher."""
    least = data["least"]["fgsm"]
    assert np.sum(np.abs(SAMPLES.residuals(least["w"])) < 1e-12) == 2
    for (a, b), y in zip(SAMPLES.X, SAMPLES.y, strict=True):
        for first in np.linspace(-2, 3, 201):
            w = np.array([first, (y - a * first) / b])
            hole = (RADIUS * np.sum(np.abs(w))) ** 2
            assert OBJECTIVES["training"](SAMPLES, w) - hole > least["value"]
    near = np.array(least["w"]) + 1e-6
    assert OBJECTIVES["fgsm"](SAMPLES, near) > least["value"] + 1
    assert OBJECTIVES["fgsm"](SAMPLES, near) == pytest.approx(
        OBJECTIVES["training"](SAMPLES, near), rel=1e-12
    )


def test_the_cliffs_are_as_high_as_the_theory_says(data: Data) -> None:
    assert jumps_as_predicted(data)
    for key in ("greedy_after", "fgsm", "dropout"):
        wrong = 0.9 * data["cliffs"]["crossings"][1][key]
        assert not jumps_as_predicted(corrupted(data, "cliffs", "crossings", 1, key, value=wrong))


@pytest.mark.parametrize("side", [-1, 1])
def test_the_limits_are_those_of_the_objective(data: Data, side: int) -> None:
    """Formula 15 next to each crossing, in fractions, on either side of it."""
    near = Fraction(side, 10**9)
    for crossing in data["cliffs"]["crossings"]:
        w, direction = crossing_point(crossing)
        value = adversarial_dropout.objective(SAMPLES.exact(), w + near * direction, 1)
        limit = crossing["greedy_before" if side < 0 else "greedy_after"]
        assert float(value) == pytest.approx(limit, abs=1e-6)
        other = crossing["greedy_after" if side < 0 else "greedy_before"]
        assert float(value) != pytest.approx(other, abs=1e-2)


def test_jumps_where_both_sides_have_products() -> None:
    """|P^2 - M^2| also at mixed signs, which the line does not meet."""
    exact = SAMPLES.exact()
    for i, ((a, b), y) in enumerate(zip(exact.X, exact.y, strict=True)):
        w = np.array([Fraction(3), (y - 3 * a) / b])
        P, M = max(w * exact.X[i]), max(-w * exact.X[i])
        assert min(P, M) > 0
        moved = np.array([Fraction(1, 10**9), Fraction(0)])
        before, after = (
            adversarial_dropout.objective(exact, w + move, 1, per_sample=True)[i]
            for move in (-moved, moved)
        )
        assert float(before - after) == pytest.approx(float(P**2 - M**2), abs=1e-6)
        worst = adversarial_dropout.worst_case(exact, w, 1, per_sample=True)[i]
        assert worst == max(P, M) ** 2


@pytest.mark.parametrize("name", ["training", "dropout"])
def test_the_exact_curves_are_convex(data: Data, name: str) -> None:
    assert convex_curve(data, name)
    height = data["cliffs"]["pieces"][2][name][7]
    lifted = corrupted(data, "cliffs", "pieces", 2, name, 7, value=1.01 * height)
    assert not convex_curve(lifted, name)


def test_the_greedy_curve_is_below_and_broken(data: Data) -> None:
    assert not convex_curve(data, "greedy")
    for printed, exact in (("greedy", "dropout"), ("fgsm", "training")):
        assert np.all(curve(data, printed)[1] <= curve(data, exact)[1] * (1 + 1e-12))


@pytest.mark.parametrize("families", [_ROUND, _PENALTIES, _TERMS])
def test_boundaries_are_where_the_penalty_is_one(
    data: Data, families: tuple[tuple[str, int], ...]
) -> None:
    assert on_the_boundary(data, families)
    for at, ball in enumerate(data["balls"]):
        if (ball["name"], ball["k"]) in families:
            moved = corrupted(data, "balls", at, "points", 10, value=[0.7, 0.9])
            assert not on_the_boundary(moved, families)


def test_the_term_is_no_norm_and_the_exact_penalty_closes_its_ball(data: Data) -> None:
    """AD-12: no boundary where both weights fall; in the first quadrant k = 2 is l1."""
    for k in (1, 2):
        degrees = np.linspace(0, 360, len(lengths(data, "term", k)))
        open_ = np.isinf(lengths(data, "term", k))
        assert np.all(open_ == ((degrees >= 180) & (degrees <= 270)))
        assert np.all(np.isfinite(lengths(data, "penalty", k)))
    quadrant = slice(0, 31)
    assert np.allclose(lengths(data, "term", 2)[quadrant], lengths(data, "norm", 2)[quadrant])
    assert not np.allclose(lengths(data, "term", 1)[quadrant], lengths(data, "norm", 2)[quadrant])


@pytest.mark.parametrize("name", ["norm", "term", "penalty"])
def test_a_larger_budget_has_no_larger_ball(data: Data, name: str) -> None:
    assert nested(data, name)
    at = next(j for j, b in enumerate(data["balls"]) if (b["name"], b["k"]) == (name, 2))
    assert not nested(corrupted(data, "balls", at, "points", 5, value=[9.0, 9.0]), name)


def test_the_norms_of_two_budgets_are_each_others_dual(data: Data) -> None:
    assert dual(data)
    for at, ball in enumerate(data["balls"]):
        if ball["name"] in ("norm", "dual"):
            assert not dual(corrupted(data, "balls", at, "points", 15, value=[1.1, 1.1]))


def test_the_penalty_is_zero_at_weights_that_are_not(data: Data) -> None:
    """Dotted: large weights that overshoot every target, and negative ones."""
    for name in ("greedy", "dropout"):
        free = values(data, name) == values(data, "squares")
        assert free[0, 0]
        assert free[-1, -1]
        assert not free[0, -1]
    assert np.all(values(data, "training") > values(data, "squares"))


def test_neither_data_nor_seed_matter(data: Data) -> None:
    other = FIGURE.compute(datasets.load("diabetes"), 9)
    assert json.dumps(other, allow_nan=False) == json.dumps(data)


def test_the_picture_is_drawn_from_the_data(data: Data, tmp_path: Path) -> None:
    def texts(drawn: Data) -> str:
        panels: Any = FIGURE.draw(drawn).axes
        return " ".join(text.get_text() for panel in panels for text in panel.texts)

    with np.errstate(all="warn", under="ignore"):  # matplotlib's arithmetic is its own
        assert written(FIGURE, data, tmp_path / "geometry.svg").stat().st_size > 10_000
        assert "least: 10.2" in texts(data)
        moved = corrupted(data, "least", "dropout", "value", value=77.0)
        assert "least: 77" in texts(moved)
