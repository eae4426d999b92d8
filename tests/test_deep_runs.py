"""The folder of a run: made once, checked ever after, and nothing in it is lost silently."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from deep.settings import Hardware, Settings, changed
from deep.training import environment as of
from deep.training.checkpoints import save
from deep.training.runs import Run, read_settings, run_name

SETTINGS = Settings(recipe="table1/mnist-1000", flavour="cpu", method="vadd-kl", seed=3)
IDENTITY = {"data": "fake", "images": "aa", "split": "bb"}
SPLIT = {"labelled": torch.arange(4), "validation": torch.arange(4, 6)}
ENVIRONMENT = {"code": "1", "versions": {"torch": "2"}, "device": "cpu", "threads": 1}


def run_in(folder: Path, settings: Settings = SETTINGS) -> tuple[Run, list[str]]:
    said: list[str] = []
    return Run(folder, settings, said.append), said


def begun(folder: Path) -> tuple[Run, list[str]]:
    run, said = run_in(folder)
    run.begin(IDENTITY, SPLIT, ENVIRONMENT)
    return run, said


def rows(*epochs: int) -> list[dict[str, Any]]:
    return [{"epoch": epoch, "loss": epoch / 3} for epoch in epochs]


def test_the_name_says_what_a_run_is() -> None:
    name = run_name(SETTINGS)
    assert name.startswith("table1-mnist-1000-vadd-kl-seed3-")
    assert "/" not in name
    assert run_name(SETTINGS.model_copy()) == name
    assert run_name(changed(SETTINGS, ["optimiser.lr=0.002"])) != name
    assert run_name(changed(SETTINGS, ["seed=4"])) != name


def test_nothing_is_made_before_it_is_asked_for(tmp_path: Path) -> None:
    run, _ = run_in(tmp_path / "run")
    assert run.result is None
    assert run.rows() == []
    assert not run.folder.exists()


def test_a_new_folder_holds_all_that_is_fixed(tmp_path: Path) -> None:
    run, said = begun(tmp_path / "runs" / "run")
    assert said == []
    assert read_settings(run.folder) == SETTINGS
    assert json.loads((run.folder / "data.json").read_text()) == IDENTITY
    there = safetensors.torch.load((run.folder / "split.safetensors").read_bytes())
    assert there["validation"].tolist() == [4, 5]
    noted = json.loads((run.folder / "environment.json").read_text())
    assert noted == {"began": ENVIRONMENT, "went_on": []}


def test_the_same_run_goes_on_and_says_what_changed(tmp_path: Path) -> None:
    run, said = begun(tmp_path)
    run.record(rows(1)[0])
    run.begin(IDENTITY, SPLIT, ENVIRONMENT)
    assert said == []
    run.begin(IDENTITY, SPLIT, ENVIRONMENT | {"code": "2", "threads": 4})
    assert said == ["changed since the run began: code, threads"]
    noted = json.loads((tmp_path / "environment.json").read_text())
    assert [each["threads"] for each in noted["went_on"]] == [1, 4]


def test_other_settings_are_refused_with_their_names(tmp_path: Path) -> None:
    begun(tmp_path)
    other, _ = run_in(tmp_path, changed(SETTINGS, ["optimiser.lr=0.002"]))
    with pytest.raises(ValueError, match=r"optimiser\.lr is 0\.001 there and 0\.002 here") as error:
        other.begin(IDENTITY, SPLIT, ENVIRONMENT)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("key", ["images", "split", "data"])
def test_other_data_or_labels_are_refused(tmp_path: Path, key: str) -> None:
    run, _ = begun(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ValueError, match=f"began with {key}") as error:
        run.begin(IDENTITY | {key: "other"}, SPLIT, ENVIRONMENT)
    assert "\n" not in str(error.value)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_altered_split_is_refused(tmp_path: Path) -> None:
    run, _ = begun(tmp_path)
    path = tmp_path / "split.safetensors"
    moved = SPLIT | {"labelled": SPLIT["labelled"] + 1}
    path.write_bytes(safetensors.torch.save(moved))
    with pytest.raises(ValueError, match="not the split"):
        run.begin(IDENTITY, SPLIT, ENVIRONMENT)
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(ValueError, match="truncated or foreign"):
        run.begin(IDENTITY, SPLIT, ENVIRONMENT)


@pytest.mark.parametrize("name", ["data.json", "split.safetensors"])
def test_a_run_that_cannot_be_checked_does_not_go_on(tmp_path: Path, name: str) -> None:
    run, _ = begun(tmp_path)
    (tmp_path / name).unlink()
    run.begin(IDENTITY, SPLIT, ENVIRONMENT)  # cut off while the folder was made: made now
    assert (tmp_path / name).exists()
    save(tmp_path, {"step": 1}, 1)
    (tmp_path / name).unlink()
    with pytest.raises(ValueError, match=f"{name} is missing"):
        run.begin(IDENTITY, SPLIT, ENVIRONMENT)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    run, _ = run_in(tmp_path)
    with pytest.raises(ValueError, match=r"is no run, and not empty: it holds thesis\.txt"):
        run.begin(IDENTITY, SPLIT, ENVIRONMENT)
    with pytest.raises(ValueError, match="is no run"), run.alone():
        pass
    file, _ = run_in(tmp_path / "thesis.txt")
    with pytest.raises(NotADirectoryError, match="must be a folder"):
        file.begin(IDENTITY, SPLIT, ENVIRONMENT)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("text", ["", "{}", '{"recipe": 3}', "[1]", '{"unknown": 1}'])
def test_settings_of_something_else_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileNotFoundError, match="is no run"):
        read_settings(tmp_path)
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(ValueError, match="holds no settings") as error:
        read_settings(tmp_path)
    assert "\n" not in str(error.value)


def test_lines_are_appended_and_wound_back(tmp_path: Path) -> None:
    run, said = begun(tmp_path)
    for row in rows(1, 2, 3):
        run.record(row)
    assert run.rows() == rows(1, 2, 3)
    run.rewind(3)
    assert said == []
    run.rewind(2)
    assert run.rows() == rows(1, 2)
    assert said == ["metrics.jsonl: epochs after 2 are computed again"]
    run.record(rows(3)[0])
    assert run.rows() == rows(1, 2, 3)


def test_a_line_cut_off_by_a_kill_or_a_full_disk_is_dropped(tmp_path: Path) -> None:
    run, _ = begun(tmp_path)
    for row in rows(1, 2):
        run.record(row)
    with (tmp_path / "metrics.jsonl").open("ab") as file:
        file.write(b'{"epoch": 3, "lo')
    assert run.rows() == rows(1, 2)
    run.rewind(2)
    run.record(rows(3)[0])
    assert run.rows() == rows(1, 2, 3)


def test_lost_lines_are_said(tmp_path: Path) -> None:
    run, said = begun(tmp_path)
    for row in rows(1, 3):
        run.record(row)
    run.rewind(3)
    assert said == ["metrics.jsonl lacks epochs [2]; they are not computed again"]


def test_unfinished_files_are_removed_with_a_word(tmp_path: Path) -> None:
    run, said = begun(tmp_path)
    save(tmp_path, {"step": 1}, 1)
    half = tmp_path / ".checkpoint-000000002.xyz.safetensors"
    half.write_bytes(b"half")
    (tmp_path / ".hidden.txt").write_text("not ours")
    run.rewind(0)
    assert said == [f"removed {half.name}, which was never finished"]
    assert not half.exists()
    assert (tmp_path / ".hidden.txt").exists()
    assert len(list(tmp_path.glob("checkpoint-*"))) == 1


def test_a_finished_run_has_a_result_and_other_settings_do_not(tmp_path: Path) -> None:
    run, _ = begun(tmp_path)
    run.finish({"test_error": 0.25})
    assert run_in(tmp_path)[0].result == {"test_error": 0.25}
    other, _ = run_in(tmp_path, changed(SETTINGS, ["seed=9"]))
    with pytest.raises(ValueError, match="seed is 3 there and 9 here"):
        _ = other.result


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, _ = begun(tmp_path)
    run.record(rows(1)[0])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    attempts: list[Callable[[], None]] = [
        lambda: run.finish({"test_error": 1.0}),
        lambda: run.rewind(0),
        lambda: run.begin(IDENTITY, SPLIT, ENVIRONMENT),
    ]
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        for attempt in attempts:
            with pytest.raises(OSError, match="No space"):
                attempt()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    run.finish({"test_error": 1.0})
    assert run.result == {"test_error": 1.0}


def test_one_process_at_a_time(tmp_path: Path) -> None:
    """A second one is refused, also one in another process; a killed one leaves no lock."""
    first, second = run_in(tmp_path)[0], run_in(tmp_path)[0]
    refused = pytest.raises(BlockingIOError, match="by another process")
    with first.alone(), refused, second.alone():
        pass
    child = os.fork()
    if not child:
        with first.alone():
            os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    with second.alone():
        pass


def test_the_environment_names_versions_and_no_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    found = of.environment(Hardware(threads=1), torch.device("cpu"))
    text = json.dumps(found)
    assert found["versions"]["torch"] == torch.__version__.split("+")[0]
    assert found["threads"] == torch.get_num_threads()
    assert found["device"] == "cpu"
    for private in (os.uname().nodename, str(Path.home()), str(Path(of.__file__).parents[1])):
        assert private not in text


def test_the_code_digest_sees_every_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Path(of.__file__).parents[1]
    shutil.copytree(here, tmp_path / "deep", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "linreg_theory").mkdir()
    masks = tmp_path / "linreg_theory" / "masks.py"
    shutil.copy(here.parent / "linreg_theory" / "masks.py", masks)
    monkeypatch.setattr(of, "_HERE", tmp_path / "deep")
    original = of.code_digest()
    seen = {original}
    for path in (masks, tmp_path / "deep" / "settings.py"):
        path.write_text(path.read_text() + "\n# changed\n")
        seen.add(of.code_digest())
    (tmp_path / "deep" / "settings.py").rename(tmp_path / "deep" / "settings2.py")
    seen.add(of.code_digest())
    assert len(seen) == 4


def test_the_commit_is_marked_where_files_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of, "_HERE", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert of.commit() is None

    def git(*arguments: str) -> None:
        options = ("-c", "user.name=n", "-c", "user.email=e", "-c", "core.hooksPath=")
        subprocess.run(["git", *options, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    (tmp_path / "a").write_text("1")
    git("add", "a")
    git("commit", "-m", "a")
    first = of.commit()
    assert first is not None
    assert len(first) == 40
    (tmp_path / "a").write_text("2")
    assert of.commit() == first + "+"
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent / "nowhere"))
    assert of.commit() is None
