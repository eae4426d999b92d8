"""The commands as a user meets them: output, files, exit status, one line for bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

from deep import commands, sweeps
from deep.cli import app
from deep.recipes import RECIPES, settings
from deep.settings import METHODS, Settings
from deep.tables import results
from deep.training import progress, trainer
from deep.training.runs import Run

torch.set_num_threads(1)

FAKE = [
    *("--set", "data.name=fake"),
    *("--set", "network.width=0.05"),
    *("--set", "optimiser.batch=8"),
    *("--set", "schedule.steps=2"),
]
SHORT = [*FAKE, "--epochs", "1"]
TRAIN = ["train", "cpu/mnist5000", "--device", "cpu", *SHORT]


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def refused(*arguments: str) -> str:
    """The one line on standard error."""
    found = run(*arguments)
    assert found.exit_code == 2, found.output
    lines = found.stderr.strip().splitlines()
    assert len(lines) == 1, found.stderr
    return str(lines[0])


def trained(out: Path, *arguments: str) -> Any:
    return run(*TRAIN, "--out", str(out), *arguments)


def folder_of(out: Path) -> Path:
    (found,) = out.iterdir()
    return found


def test_list_names_every_recipe_and_method() -> None:
    found = run("list")
    assert found.exit_code == 0
    for name in (*RECIPES, *METHODS):
        assert name in found.output


def test_looking_does_not_need_torch() -> None:
    check = """
import sys
from typer.testing import CliRunner
from deep.cli import app
for command in (["list"], ["show", "table2/svhn-all/official"], ["table", "1", "--runs", "."]):
    assert CliRunner().invoke(app, command).exit_code == 0, command
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", check], check=True)
    planted = check.replace("import sys", "import sys, torch", 1)
    failed = subprocess.run([sys.executable, "-c", planted], stderr=subprocess.DEVNULL)
    assert failed.returncode


def line_of(output: str, key: str) -> list[str]:
    return next(line.split() for line in output.splitlines() if line.startswith(f"{key} "))


def test_show_says_values_and_where_they_are_from() -> None:
    found = run("show", "table2/svhn-all/official", "--method", "vadd-qe")
    assert found.exit_code == 0
    assert line_of(found.output, "loss.weight")[1:] == ["10.0", "code"]
    assert line_of(found.output, "optimiser.lr")[1:] == ["0.003", "appendix"]
    assert line_of(found.output, "noise.views")[1:] == ["2", "code"]
    assert "in the supervised SVHN commands only" in found.output
    assert "219,600" in found.output
    assert "attack.epsilon" not in found.output  # not vadd-qe's


def test_show_tells_methods_apart() -> None:
    found = run("show", "table2/cifar10-all/official")
    lines = [line.split() for line in found.output.splitlines() if "network.top_norm" in line]
    assert [line[1] for line in lines[:2]] == ["false", "true"]
    assert lines[1][3:] == ["vadd-kl+vat,", "vadd-qe+vat"]


def test_show_marks_what_is_chosen_and_what_is_set() -> None:
    found = run("show", "table1/mnist-all/paper", "--method", "sadd", "--set", "attack.delta=0.01")
    assert line_of(found.output, "loss.weight")[1:] == ["1.0", "chosen"]
    assert line_of(found.output, "attack.delta")[1:] == ["0.01", "set"]
    assert "not given for MNIST" in found.output


def test_show_as_json_is_complete() -> None:
    found = run("show", "table2/cifar10-4000/official", "--json", "--epochs", "30")
    data = json.loads(found.stdout)
    assert set(data["runs"]) == set(RECIPES["table2/cifar10-4000/official"].methods)
    both = data["runs"]["vadd-kl+vat"]
    own = Settings.model_validate(both["settings"])
    assert own.schedule.epochs == 30
    assert own.schedule.ramp_up == 8
    assert own.attack.epsilon == 8.0
    assert both["from"]["schedule.epochs"] == "set"
    assert both["from"]["attack.epsilon"] == "code"
    assert both["cost"]["steps"] == 12_000
    assert both["seconds_a_step"] is None
    assert any(source == "code" and "loss.entropy = 1.0" in why for source, why in both["notes"])
    assert "network.kernel" in both["unused"]


def test_a_step_is_measured_if_asked() -> None:
    found = run("show", "cpu/mnist5000", "--method", "vadd-kl", *SHORT, "--measure", "--json")
    assert found.exit_code == 0, found.output
    seconds = json.loads(found.stdout)["runs"]["vadd-kl"]["seconds_a_step"]
    assert 0 < seconds < 10
    shown = run("show", "cpu/mnist5000", "--method", "plain", *SHORT, "--measure")
    assert " ms " in shown.output


def test_a_run_is_trained_once(tmp_path: Path) -> None:
    out = tmp_path / "runs"
    first = trained(out, "--method", "vadd-kl", "--seed", "3")
    assert first.exit_code == 0, first.output
    assert "test error" in first.output
    folder = folder_of(out)
    result = json.loads((folder / "result.json").read_text())
    assert (result["method"], result["seed"], result["steps"]) == ("vadd-kl", 3, 2)
    changed_at = (folder / "result.json").stat().st_mtime_ns
    again = trained(out, "--method", "vadd-kl", "--seed", "3")
    assert again.exit_code == 0
    assert "finished" in again.output
    assert (folder / "result.json").stat().st_mtime_ns == changed_at


def test_the_command_line_wins(tmp_path: Path) -> None:
    arguments = ["--method", "pi", "--set", "schedule.epochs=2", "--set", "loss.weight=7"]
    assert trained(tmp_path / "runs", *arguments).exit_code == 0
    written = json.loads((folder_of(tmp_path / "runs") / "settings.json").read_text())
    assert written["schedule"]["epochs"] == 2  # over --epochs 1, too
    assert written["loss"]["weight"] == 7
    assert written["schedule"]["ramp_up"] == 0.3  # of the one epoch of --epochs


BAD = [
    (["cpu/mnist-5000", "--method", "plain"], "perhaps cpu/mnist5000"),
    (["cpu/mnist5000", "--method", "dropout"], "method must be one of"),
    (["cpu/mnist5000-100", "--method", "sadd"], "method must be one of"),
    (["cpu/mnist5000", "--method", "pi", "--set", "lr=1"], "'lr'"),
    (["cpu/mnist5000", "--method", "pi", "--set", "optimiser.lr"], "key=value"),
    (["cpu/mnist5000", "--method", "pi", "--set", "optimiser.lr=fast"], "optimiser.lr"),
    (["cpu/mnist5000", "--method", "pi", "--set", "seed=4"], "'seed'"),
    (["cpu/mnist5000", "--method", "pi", "--set", "method=vat"], "'method'"),
    (["cpu/mnist5000", "--method", "plain", "--set", "data.validation=4000"], "data.validation"),
    (["cpu/mnist5000-100", "--method", "pi", "--set", "data.labels=5000"], "data.labels"),
    (["cpu/mnist5000", "--method", "pi", "--set", "schedule.epochs=3"], "ramp_up"),
    (["cpu/mnist5000", "--method", "plain", "--device", "tpu"], "device"),
    (["cpu/mnist5000", "--method", "plain", "--precision", "16"], "precision"),
    (["table1/mnist-all/official", "--method", "vadd-kl", "--data", "."], "--download"),
    (["table2/svhn-all/paper", "--method", "plain", "--data", "nowhere"], "--download"),
    (["table2/svhn-all/paper", "--method", "plain", "--devices", "2"], "--download"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD)
def test_unusable_input_is_one_line_and_nothing_is_created(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    line = refused("train", *arguments)
    assert line.startswith("linreg-deep: ")
    assert words in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [bad for bad, _ in BAD[:11]])
def test_what_cannot_be_trained_cannot_be_shown(arguments: list[str]) -> None:
    assert refused("train", *arguments) == refused("show", *arguments)


def test_a_device_that_is_not_there_is_refused(tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one here")
    line = refused(*TRAIN, "--method", "plain", "--device", "cuda", "--out", str(tmp_path / "runs"))
    assert "cuda" in line
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_hold_runs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out in ("file", "file/runs"):
        assert "file" in refused(*TRAIN, "--method", "plain", "--out", str(tmp_path / out))
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "deep.training.trainer", None)
    line = refused(*TRAIN, "--method", "plain", "--out", str(tmp_path / "runs"))
    assert "deep.training.trainer" in line


class Stopped(progress.Interruption):
    """As if somebody had pressed Ctrl-C in the first step."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = True


def test_an_interrupted_run_is_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "runs"
    with monkeypatch.context() as patch:
        patch.setattr(trainer, "Interruption", Stopped)
        stopped = trained(out, "--method", "vadd-qe", "--threads", "1", "--channels-last")
    assert stopped.exit_code == 130
    assert "interrupted" in stopped.output
    folder = folder_of(out)
    assert not (folder / "result.json").exists()
    resumed = run("resume", str(folder))
    assert resumed.exit_code == 0, resumed.output
    assert "going on after 1 of 2 steps" in resumed.output
    environment = json.loads((folder / "environment.json").read_text())
    assert environment["began"]["options"]["channels_last"] is True
    for key in ("options", "processes", "threads", "device"):
        assert environment["went_on"][0][key] == environment["began"][key]
    assert json.loads((folder / "result.json").read_text())["steps"] == 2
    assert run("resume", str(folder)).exit_code == 0


def test_what_is_no_run_is_not_resumed(tmp_path: Path) -> None:
    assert "no run" in refused("resume", str(tmp_path))
    assert "no run" in refused("resume", str(tmp_path / "nothing"))
    assert list(tmp_path.iterdir()) == []


def test_a_loss_that_is_no_number_ends_with_status_1(tmp_path: Path) -> None:
    found = trained(
        tmp_path / "runs",
        "--method",
        "plain",
        "--set",
        "optimiser.lr=1e30",
        "--set",
        "schedule.steps=4",
    )
    assert found.exit_code == 1, found.output
    assert "optimiser.lr" in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1


SWEEP = ["sweep", "cpu/mnist5000", "--device", "cpu", *SHORT, "--seeds", "0-1"]


def test_a_sweep_skips_what_is_finished(tmp_path: Path) -> None:
    out = str(tmp_path / "runs")
    few = run(*SWEEP, "--methods", "plain", "--out", out)
    assert few.exit_code == 0, few.output
    assert "2 runs trained, 0 finished before" in few.output
    more = run(*SWEEP, "--methods", "plain,vadd-kl", "--out", out)
    assert more.exit_code == 0, more.output
    assert "2 runs trained, 2 finished before" in more.output
    assert "run 1 of 2: vadd-kl, seed 0, about" in more.output
    assert len(list((tmp_path / "runs").iterdir())) == 4
    assert (
        "0 runs trained, 4 finished before"
        in run(*SWEEP, "--methods", "plain,vadd-kl", "--out", out).output
    )
    shown = run("table", "1", "--runs", out)
    assert shown.exit_code == 0, shown.output
    assert line_of(shown.output, "vadd-kl")[1] == "2"
    assert "Not comparable with the paper" in shown.output


def test_a_sweep_may_draw_new_labels_with_every_seed(tmp_path: Path) -> None:
    out = tmp_path / "runs"
    arguments = ["--methods", "plain", "--vary-split", "--out", str(out)]
    assert run(*SWEEP, *arguments).exit_code == 0
    found = [json.loads((each / "settings.json").read_text()) for each in out.iterdir()]
    assert sorted((f["seed"], f["data"]["split_seed"]) for f in found) == [(0, 0), (1, 1)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--methods", "plain,dropout"], "dropout"),
        (["--methods", "plain,plain"], "plain twice"),
        (["--seeds", "0-"], "seeds"),
        (["--seeds", "3-1"], "seeds"),
        (["--seeds", "0-100000"], "at most 1000"),
        (["--seeds", "1,1"], "1 twice"),
        (["--seeds", "a"], "seeds"),
        (["--set", "data.colour=1"], "data.colour"),
    ],
)
def test_a_sweep_is_refused_as_a_whole(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert words in refused("sweep", "cpu/mnist5000", *arguments)
    assert list(tmp_path.iterdir()) == []


def test_seeds_are_read_as_written() -> None:
    assert sweeps.seeds_of("0-4") == [0, 1, 2, 3, 4]
    assert sweeps.seeds_of("3") == [3]
    assert sweeps.seeds_of("0, 2,7-9") == [0, 2, 7, 8, 9]


RUNS = [settings("cpu/mnist5000", method, seed) for seed in (0, 1) for method in ("plain", "pi")]
DONE = {"seconds": 10.0}


def outcome(*results: Any) -> tuple[sweeps.Tally, list[str]]:
    """A sweep over RUNS whose trainings come to these results or errors."""
    left = list(results)
    said: list[str] = []

    def train(own: Settings) -> Any:
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    return sweeps.sweep(RUNS, lambda own: None, train, said.append), said


def test_all_methods_of_a_seed_come_before_the_next_seed() -> None:
    runs = sweeps.plan(["plain", "pi"], [0, 1], lambda m, s: settings("cpu/mnist5000", m, s))
    assert runs == RUNS


def test_a_failed_run_does_not_end_a_sweep() -> None:
    tally, said = outcome(DONE, ArithmeticError("the loss is not finite"), DONE, DONE)
    assert tally.failed == ["pi, seed 0"]
    assert len(tally.trained) == 3
    assert "pi, seed 0: the loss is not finite" in said
    assert str(tally) == "3 runs trained, 0 finished before, 1 failed (pi, seed 0)"


def test_a_run_of_another_process_is_passed_over() -> None:
    tally, _ = outcome(BlockingIOError("is being run"), DONE, DONE, DONE)
    assert tally.elsewhere == ["plain, seed 0"]
    assert "1 with another process" in str(tally)


def test_an_interruption_ends_a_sweep() -> None:
    tally, said = outcome(DONE, None)
    assert tally.stopped
    assert tally.trained == ["plain, seed 0"]
    assert len(said) == 2
    assert str(tally).endswith("then interrupted")


def test_other_errors_end_a_sweep() -> None:
    with pytest.raises(OSError, match="no space"):
        outcome(DONE, OSError("no space"))


def test_time_left_grows_with_the_work_left() -> None:
    tally, said = outcome(DONE, DONE, DONE, DONE)
    assert len(tally.trained) == 4
    assert said[0] == "run 1 of 4: plain, seed 0"  # nothing to go by
    left = [float(line.split("about ")[1].split()[0]) for line in said[1:]]
    # A plain run took 10 s; Pi is twice the work, but for the evaluation.
    assert left[0] == pytest.approx(49, abs=2)
    assert left == sorted(left, reverse=True)


def test_a_run_in_the_hands_of_another_process_is_said_to_be(tmp_path: Path) -> None:
    own = commands.resolve("cpu/mnist5000", "plain", 0, 1, [FAKE[k] for k in (1, 3, 5, 7)])
    folder = commands.place(own, tmp_path)
    with Run(folder, own, lambda line: None).alone():
        found = run(*SWEEP, "--methods", "plain", "--out", str(tmp_path))
    assert found.exit_code == 0, found.output
    assert "1 runs trained, 0 finished before, 1 with another process" in found.output
    assert commands.finished(own, folder) is None


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("swept")
    methods = ["--methods", "plain,at"]
    assert run(*SWEEP, *methods, "--out", str(out)).exit_code == 0
    return out


def test_tables_come_in_four_forms(swept: Path, tmp_path: Path) -> None:
    plain = run("table", "1", "--runs", str(swept))
    assert "cpu/mnist5000" in plain.output
    data = json.loads(run("table", "1", "--runs", str(swept), "--json").stdout)
    assert [row["last"]["n"] for row in data[0]["rows"] if row["last"]] == [2, 2]
    kept = run("table", "1", "--runs", str(swept), "--csv").stdout
    (tmp_path / "results.csv").write_text(kept)
    from_folder = run("table", "1", "--runs", str(swept), "--markdown").stdout
    from_file = run("table", "1", "--runs", str(tmp_path / "results.csv"), "--markdown").stdout
    assert from_folder == from_file
    assert "| at | 2 |" in from_file
    assert "--json and --csv" in refused("table", "1", "--json", "--csv")


def test_a_table_is_there_before_anything_was_run(
    swept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept = tmp_path / "measured.csv"
    monkeypatch.setattr(results, "MEASURED", kept)
    assert "there is no runs" in refused("table", "1")
    kept.write_text(run("table", "1", "--runs", str(swept), "--csv").stdout)
    assert "| at | 2 |" in run("table", "1", "--markdown").stdout
    assert trained(tmp_path / "runs", "--method", "plain").exit_code == 0
    assert "| at | - |" in run("table", "1", "--markdown").stdout  # one's own come first


def test_tables_take_what_is_chosen(swept: Path) -> None:
    chosen = ["--where", "method=at", "--recipe", "cpu/mnist5000"]
    data = json.loads(run("table", "1", "--runs", str(swept), *chosen, "--json").stdout)
    assert [row["method"] for row in data[0]["rows"] if row["last"]] == ["at"]
    none = run("table", "1", "--runs", str(swept), "--recipe", "cpu/fashion-mnist")
    assert none.exit_code == 0
    assert "no finished run of Table 1" in none.stderr
    assert "no finished run of Table 2" in run("table", "2", "--runs", str(swept)).stderr


def test_runs_that_differ_are_refused_in_one_line(swept: Path, tmp_path: Path) -> None:
    copy = tmp_path / "mixed"
    subprocess.run(["cp", "-r", str(swept), str(copy)], check=True)
    other = ["--set", "optimiser.batch=4", "--seed", "7", "--method", "plain"]
    assert trained(copy, *other).exit_code == 0
    line = refused("table", "1", "--runs", str(copy))
    assert "optimiser.batch is" in line
    assert "--where optimiser.batch=" in line
    assert run("table", "1", "--runs", str(copy), "--where", "optimiser.batch=8").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["1", "--runs", "nothing"], "there is no nothing"),
        (["1", "--runs", ".", "--recipe", "mine"], "mine"),
        (["1", "--runs", ".", "--where", "seed"], "key=value"),
    ],
)
def test_unusable_tables_are_one_line(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert words in refused("table", *arguments)


def test_figures_are_drawn_where_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def make(*arguments: Any) -> SimpleNamespace:
        asked.append(arguments)
        files = [tmp_path / "pictures" / name for name in ("figure2.json", "figure2.png")]
        return SimpleNamespace(files=files, sentences=["in 2 of 3 seeds: so", "in 3: not"])

    monkeypatch.setitem(sys.modules, "deep.figures", SimpleNamespace(make=make))
    out = tmp_path / "pictures"
    usual = run("figure", "2", "--runs", "some", "--out", str(out), "--format", "png")
    assert usual.exit_code == 0, usual.output
    files = [str(out / "figure2.json"), str(out / "figure2.png")]
    assert usual.output.splitlines() == ["in 2 of 3 seeds: so", "in 3: not", *files]
    other = run("figure", "3", "--recipes", "figures/autoencoder", "--data", "there")
    assert other.exit_code == 0, other.output
    assert asked == [
        (2, Path("some"), "cpu/autoencoder", Path("data"), out, "png"),
        (3, Path("runs"), "figures/autoencoder", Path("there"), Path("figures"), "svg"),
    ]
    assert run("figure", "1").exit_code == 2


def test_a_figure_without_its_runs_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(*arguments: Any) -> SimpleNamespace:
        raise FileNotFoundError("there are no runs of cpu/autoencoder")

    monkeypatch.setitem(sys.modules, "deep.figures", SimpleNamespace(make=make))
    assert "no runs" in refused("figure", "3", "--out", str(tmp_path / "pictures"))
    assert list(tmp_path.iterdir()) == []


def test_there_is_no_third_table() -> None:
    assert run("table", "3").exit_code == 2


def test_nobody_s_files_are_touched_without_need(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o755)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "letter.txt").write_text("mine")
    assert trained(tmp_path / "runs", "--method", "plain").exit_code == 0
    assert (tmp_path / "runs" / "letter.txt").read_text() == "mine"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["runs"]
