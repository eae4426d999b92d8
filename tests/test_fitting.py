"""The commands fit and check: what they print, write, refuse and return."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from linreg_theory import Problem, fitting
from linreg_theory.cli import app
from linreg_theory.datasets import load
from linreg_theory.fits.greedy import fit_greedy

RUNNER = CliRunner()
SMALL = Problem(np.array([[1.0, 2], [3, -1], [0, 1], [2, 2]]), np.array([3.0, 1, 2, 0]))


def run(*arguments: str) -> Any:
    return RUNNER.invoke(app, [*arguments, "--data", "planted"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("at", "--delta", "0.1"),
        ("at2", "--delta", "0.1"),
        ("adropout", "-k", "2"),
        ("greedy", "--k", "2"),
        ("ols",),
        ("ridge", "--delta", "1"),
        ("lasso", "--delta", "1"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_every_method_fits(arguments: tuple[str, ...]) -> None:
    result = run("fit", "--method", *arguments)
    assert result.exit_code == 0, result.output
    assert arguments[0] in result.output
    assert "(intercept)" in result.output


def test_a_certificate_is_written_and_checked(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    for arguments in (("at", "--delta", "0.125"), ("adropout", "-k", "1")):
        assert run("fit", "--method", *arguments, "--certificate", str(file)).exit_code == 0
        judged = RUNNER.invoke(app, ["check", str(file)])
        assert judged.exit_code == 0
        assert "proven" in judged.output
        content = json.loads(file.read_text())
        file.write_text(json.dumps(content | {"value": "1/7"}))
        judged = RUNNER.invoke(app, ["check", str(file)])
        assert judged.exit_code == 1
        assert "refused" in judged.output


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--method", "at"), "method at needs --delta"),
        (("--method", "adropout"), "method adropout needs --k"),
        (("--method", "at", "--delta", "-1"), "delta must be at least 0"),
        (("--method", "adropout", "-k", "99"), "k must be between 0 and 8"),
        (("--method", "adropout", "--delta", "1"), "takes no --delta"),
        (("--method", "at", "-k", "1"), "takes no --k"),
        (("--method", "ols", "--delta", "1"), "takes no --delta"),
        (("--method", "elastic", "--delta", "1"), "method must be one of at, at2"),
        (("--method", "ols", "--path"), "ols has no parameter"),
        (("--method", "at", "--delta", "1", "--path"), "--path takes no"),
        (("--method", "ridge", "--delta", "1", "--certificate", "c.json"), "only at and adropout"),
        (("--method", "at", "--delta", "1", "--certificate", "no/c.json"), "existing folder"),
        (("--method", "at", "--delta", "1", "--tol", "0"), "tol must be positive"),
    ],
)
def test_bad_input_is_one_line(arguments: tuple[str, ...], complaint: str) -> None:
    result = run("fit", *arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert result.stderr.count("\n") == 1


def test_what_is_no_certificate_is_refused(tmp_path: Path) -> None:
    missing = RUNNER.invoke(app, ["check", str(tmp_path / "none.json")])
    assert missing.exit_code == 2
    file = tmp_path / "text.json"
    file.write_text("not json")
    assert "no JSON file" in RUNNER.invoke(app, ["check", str(file)]).stderr
    file.write_text("{}")
    assert RUNNER.invoke(app, ["check", str(file)]).exit_code == 1


@pytest.mark.parametrize("method", ["at", "at2", "adropout", "greedy", "ridge", "lasso"])
def test_paths_are_monotone(method: str) -> None:
    fits = fitting.path(SMALL, method, 5)
    values = [fitted.value for fitted in fits]
    assert len(fits) == (3 if method in ("adropout", "greedy") else 5)
    assert values == sorted(values, reverse=method not in ("adropout", "greedy"))
    objectives = [fitted.objective for fitted in fits]
    ordered = objectives if method in ("adropout", "greedy") else objectives[::-1]
    slack = 1e-7 * max(ordered)
    assert method == "greedy" or all(a <= b + slack for a, b in pairwise(ordered))


def test_a_run_is_written_whole(tmp_path: Path) -> None:
    file = tmp_path / "path.json"
    result = run("fit", "--method", "adropout", "--path", "--json", str(file))
    assert result.exit_code == 0
    content = json.loads(file.read_text())
    assert [entry["value"] for entry in content["fits"]] == list(range(9))
    assert {"version", "seed", "tol", "data"} <= set(content)


def test_a_fit_that_falls_short_ends_with_one() -> None:
    result = run("fit", "--method", "adropout", "-k", "1", "--tol", "1e-300")
    assert result.exit_code == 1
    assert "not converged" in result.output


def test_the_greedy_objective_is_below_the_exact_one() -> None:
    problem = load("planted").problem
    found = fit_greedy(problem.X, problem.y, 2, starts=4, seed=1)
    assert found.objective == found.found.min()
    assert found.objective <= found.worst_case
    assert np.ptp(found.found) > 0  # several ends: it is not convex
    again = fit_greedy(problem.X, problem.y, 2, starts=4, seed=1)
    np.testing.assert_array_equal(again.found, found.found)


def test_the_greedy_search_refuses_bad_input() -> None:
    with pytest.raises(ValueError, match="starts must be at least 1"):
        fit_greedy(SMALL.X, SMALL.y, 1, starts=0)
    with pytest.raises(ValueError, match="k must be between"):
        fit_greedy(SMALL.X, SMALL.y, 3)
