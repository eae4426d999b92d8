"""The commands as a user meets them: output, files, exit status, one line for bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from linreg_theory import cli, comparison, verification
from linreg_theory.claims import CLAIMS
from linreg_theory.claims.claim import KINDS
from linreg_theory.cli import app
from linreg_theory.evidence import PARTIAL, Evidence, Proofs

FAST = ["--profile", "quick", "--jobs", "1"]


@pytest.fixture(autouse=True)
def no_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without Coq; test_proofs.py has the others."""
    monkeypatch.setattr(cli, "check_proofs", lambda build: Proofs(absent="coqc is not installed"))


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def test_a_claim_is_verified_and_written(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    result = run("verify", "AT-4", "greedy_has_no_constant_factor", *FAST, "--json", str(path))
    assert result.exit_code == 0, result.output
    assert "AT-4" in result.output
    assert "2 of 2 verdicts confirmed" in result.output
    written = json.loads(path.read_text())
    assert [claim["ref"] for claim in written["claims"]] == ["AT-4", "AD-8"]
    assert written["confirmed"] is True
    assert written["seed"] == 0
    assert written["profile"] == "quick"
    assert written["data"]["name"] == "diabetes"
    assert {"python", "numpy", "cvxpy", "sympy", "hypothesis"} <= set(written["versions"])
    for claim in written["claims"]:
        keys = {"ref", "name", "source", "statement", "verdict", "assumptions", "evidence"}
        assert keys | {"mutants", "counterexample"} <= set(claim)
        assert claim["mutants"]["refuted"] == claim["mutants"]["total"] >= 3
        for evidence in claim["evidence"]:
            assert evidence["kind"] in KINDS
            absent = evidence["kind"] == "formal"
            assert evidence["outcome"] == ("absent" if absent else "confirmed")
            assert (evidence["cases"] == 0) == absent
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.json"]


def test_processes_and_seeds_do_not_change_a_verdict(tmp_path: Path) -> None:
    runs = []
    for jobs in ("1", "2"):
        path = tmp_path / f"{jobs}.json"
        arguments = ["AT-1", "AD-4", "--profile", "quick", "--seed", "7"]
        assert run("verify", *arguments, "--jobs", jobs, "--json", str(path)).exit_code == 0
        runs.append(json.loads(path.read_text())["claims"])
    assert runs[0] == runs[1]


def test_only_the_kind_asked_for_is_run() -> None:
    result = run("verify", "AD-7", "--kind", "exact", *FAST)
    assert result.exit_code == 0
    row = next(line for line in result.output.splitlines() if line.startswith("AD-7"))
    assert row.split()[-6:-1].count("-") == 4


def test_formal_evidence_is_never_counted() -> None:
    result = run("verify", "AT-1", "--kind", "formal", *FAST)
    assert result.exit_code == 1
    assert "0 of 1 verdicts confirmed" in result.output
    assert "absent" in result.output
    assert "coqc is not installed" in result.output


def test_a_theorem_alone_confirms(monkeypatch: pytest.MonkeyPatch) -> None:
    for proofs, status, word in (
        (Proofs(frozenset({"fgsm_objective_splits_in_three"})), 0, "proved"),
        (Proofs(frozenset({"another_theorem"})), 1, "absent"),
        (Proofs(failed="Error: no"), 1, "refuted"),
    ):
        monkeypatch.setattr(cli, "check_proofs", lambda build, proofs=proofs: proofs)
        result = run("verify", "AT-1", "--kind", "formal", *FAST)
        assert result.exit_code == status, result.output
        assert word in result.output


def test_a_partial_theorem_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "zero_is_worst_case_optimal_iff_balanced"
    proofs = Proofs(frozenset({name}))
    monkeypatch.setattr(cli, "check_proofs", lambda build: proofs)
    assert run("verify", "AD-15", "--kind", "formal", *FAST).exit_code == 0
    monkeypatch.setitem(PARTIAL, name, "that zero is optimal only if balanced")
    result = run("verify", "AD-15", "--kind", "formal", *FAST)
    assert result.exit_code == 1
    assert "partial" in result.output


@pytest.mark.parametrize(
    ("outcome", "survived", "word"),
    [
        ("refuted", (), "exact: refuted"),
        ("vacuous", (), "exact: vacuous"),
        ("confirmed", ("subtracts the l1 term",), "did not refute the mutant"),
    ],
)
def test_what_does_not_stand_is_said_and_fails(
    outcome: str, survived: tuple[str, ...], word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = Evidence("exact", outcome, 3, 0, (), survived)
    monkeypatch.setattr(verification, "gather", lambda claim, kind, setting: planted)
    result = run("verify", "AT-1", "--kind", "exact", *FAST)
    assert result.exit_code == 1
    assert word in result.output


def test_another_counterexample_than_the_kept_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "smallest_counterexample", lambda claim: {"X": [["9"]]})
    result = run("verify", "AT-1", "--kind", "exact", *FAST)
    assert result.exit_code == 1
    assert "another counterexample" in result.output


def test_a_readers_own_data(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("a,b,y\n1,2,3\n2,1,0\n-1,0.5,4\n", encoding="utf-8")
    result = run("verify", "AD-1", *FAST, "--data", str(path), "--target", "y")
    assert result.exit_code == 0, result.output
    assert "mine.csv (3 samples x 2 features, target y)" in result.output
    result = run("masks", "-k", "1", "--data", str(path), "--target", "y", "--weights", "ridge")
    assert result.exit_code == 0, result.output
    assert "agrees on 3 of 3" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verify", "AT-99"], "no claim is called 'AT-99'; did you mean"),
        (["verify", "--kind", "hearsay"], "kind must be one of"),
        (["verify", "AT-1", "--kind", "integer"], "AT-1 has no integer evidence, only"),
        (["verify", "--profile", "slow"], "profile must be one of quick, default, thorough"),
        (["verify", "--data", "iris"], "data must be one of diabetes, digits, planted"),
        (["verify", "--data", "digits", "--target", "y"], "target is for CSV files"),
        (["verify", "--json", "no/such/folder/x.json"], "json must be a file in an existing"),
        (["verify", "--json", "."], "json must be a file in an existing"),
        (["masks", "-k", "11"], "k must be between 0 and 10, got 11"),
        (["masks", "-k", "-1"], "k must be between 0 and 10, got -1"),
        (["masks", "-k", "1", "--weights", "lasso"], "weights must be one of"),
    ],
)
def test_unusable_input_is_one_line_and_status_2(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


def test_a_csv_without_the_column(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    for options in (["--target", "y"], []):
        result = run("verify", "--data", str(path), *options)
        assert result.exit_code == 2
        assert "column" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["masks"], ["masks", "-k", "1.5"], ["verify", "--seed", "-1"]]
)
def test_unusable_options_are_status_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_disk_that_fills_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.json"
    path.write_text("kept")

    def full(*arguments: Any, **options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    result = run("verify", "AT-4", "--kind", "exact", *FAST, "--json", str(path))
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert "1 of 1 verdicts confirmed" in result.stdout
    assert path.read_text() == "kept"
    assert len(list(tmp_path.iterdir())) == 1


def test_masks_compares_and_writes(tmp_path: Path) -> None:
    path = tmp_path / "masks.json"
    result = run(
        "masks", "-k", "2", "--data", "planted", "--weights", "random", "--json", str(path)
    )
    assert result.exit_code == 0, result.output
    written = json.loads(path.read_text())
    assert written["k"] == 2
    assert 0 <= written["optimal"] <= written["samples"] == 60
    assert written["clean"] <= written["greedy"] <= written["exact"]
    assert {route["name"] for route in written["routes"]} >= {
        "enumeration",
        "linear integer program",
        "quadratic integer program",
        "dual certificate",
    }
    assert all(route["tried"] == route["agreed"] for route in written["routes"])


def test_masks_fails_where_the_routes_disagree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        comparison, "_route", lambda name, losses, expected: comparison.Route(name, 5, 4)
    )
    assert run("masks", "-k", "1", "--data", "planted").exit_code == 1


def test_the_command_is_installed() -> None:
    program = Path(sys.executable).parent / "linreg-theory"
    done = subprocess.run([program, "--help"], capture_output=True, text=True, check=True)
    assert "verify" in done.stdout
    assert "masks" in done.stdout
    assert len(CLAIMS) == 52
