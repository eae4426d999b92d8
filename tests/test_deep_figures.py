"""Figures 2 and 3 from runs to files: which runs belong together, what is written, the command."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import torch
from typer.testing import CliRunner

from deep import figures
from deep.cli import app
from deep.data.prepare import fit
from deep.data.sources import fake
from deep.data.splits import split
from deep.figures import autoencoders, make
from deep.figures.autoencoders import KINDS, Autoencoders, gathered
from deep.figures.sparsity import findings, histograms, statistics
from deep.inspection.trained import Trained
from deep.networks import network
from deep.training import checkpoints
from tests.deep_autoencoders import (
    CLASSIFIER,
    NAMES,
    UNITS,
    alter,
    contents,
    copied,
    folder_of,
    made_up_once,
    one_line,
    result_of,
    tiny,
    train,
)

torch.set_num_threads(1)

SEEDS = (10, 2)  # by name, 10 is before 2


@dataclass(frozen=True)
class Made:
    """Runs that are looked at and never changed."""

    runs: Path  # KINDS x SEEDS
    classifier: Path
    data: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    place = tmp_path_factory.mktemp("figures")
    runs, data = place / "runs", place / "data"
    with made_up_once():
        for kind in KINDS:
            for seed in SEEDS:
                train(tiny(kind, seed), runs, data)
        classifier = train(tiny("no-dropout", 1, *CLASSIFIER), place / "single", data)
        yield Made(runs, classifier, data)


@pytest.fixture(scope="module")
def seen(made: Made) -> Autoencoders:
    return gathered(made.runs, NAMES, made.data)


# The autoencoders of a figure


def assert_gathered(found: Autoencoders, runs: Path) -> None:
    """Every array against the files of its run, computed another way."""
    for kind in KINDS:
        assert len(found.units[kind]) == len(found.seeds)
        for units, seed in zip(found.units[kind], found.seeds, strict=True):
            folder = folder_of(runs, kind, seed)
            state = checkpoints.load(checkpoints.files(folder)[-1])["network"]
            weight, bias = (state[f"hidden.{part}"].numpy() for part in ("weight", "bias"))
            pixels = fake().test.numpy().reshape(-1, 784)[: found.images] / 255
            expected = np.maximum(pixels @ weight.T.astype(np.float64) + bias, 0)
            np.testing.assert_array_equal(units.features, weight.reshape(-1, 28, 28))
            np.testing.assert_allclose(units.activations, expected, atol=1e-5)
            assert units.activations.dtype == np.float32
            assert units.error == result_of(folder)["test_error_last"]


def test_all_seeds_are_gathered_in_order(made: Made, seen: Autoencoders) -> None:
    assert seen.seeds == sorted(SEEDS) == [2, 10]
    assert (seen.names, seen.images, seen.data) == (NAMES, 200, "fake")
    assert seen.units[KINDS[0]][0].features.shape == (UNITS, 28, 28)
    assert seen.units[KINDS[0]][0].activations.shape == (200, UNITS)
    assert_gathered(seen, made.runs)
    with pytest.raises(AssertionError):  # seeds mixed up
        assert_gathered(replace(seen, seeds=seen.seeds[::-1]), made.runs)
    mixed = {kind: seen.units[other] for kind, other in zip(KINDS, KINDS[::-1], strict=True)}
    with pytest.raises(AssertionError):
        assert_gathered(replace(seen, units=mixed), made.runs)


def test_seeds_that_a_kind_lacks_and_other_runs_are_left_out(made: Made, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(made.runs, runs)
    for number, kind in enumerate(KINDS):
        if number:
            copied(folder_of(made.runs, kind, 2), runs / f"extra{number}", "seed=1")
        unfinished = copied(folder_of(made.runs, kind, 2), runs / f"half{number}", "seed=4")
        (unfinished / "result.json").unlink()
    copied(made.classifier, runs / "other", 'recipe="cpu/mnist5000"')
    assert gathered(runs, NAMES, made.data).seeds == [2, 10]
    copied(folder_of(made.runs, KINDS[0], 2), runs / "extra0", "seed=1")
    assert gathered(runs, f"{NAMES}/", made.data).seeds == [1, 2, 10]
    assert gathered(runs, f"{NAMES}/", made.data).names == NAMES


def test_the_first_images_are_shown(
    made: Made, seen: Autoencoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert autoencoders.IMAGES == 1000
    monkeypatch.setattr(autoencoders, "IMAGES", 30)
    few = gathered(made.runs, NAMES, made.data)
    assert few.images == 30
    for kind in KINDS:
        for one, other in zip(few.units[kind], seen.units[kind], strict=True):
            np.testing.assert_allclose(one.activations, other.activations[:30], atol=1e-6)
            assert one.error == other.error  # of all test images


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_kind_is_counted_and_its_command_named(
    made: Made, tmp_path: Path, kind: str
) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(made.runs, runs)
    for seed in SEEDS:
        shutil.rmtree(folder_of(runs, kind, seed))
    with pytest.raises(ValueError, match="must have finished runs") as error:
        gathered(runs, NAMES, made.data)
    line = one_line(error)
    assert str(runs) in line
    for each in KINDS:
        assert f"{0 if each == kind else 2} of {NAMES}/{each}" in line
    assert f"`linreg-deep sweep {NAMES}/{kind}`" in line


def test_no_common_seed_and_no_runs_are_refused(made: Made, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    for seed, kind in enumerate(KINDS):
        copied(folder_of(made.runs, kind, 2), runs / kind, f"seed={seed}")
    with pytest.raises(ValueError, match="with the same seed") as error:
        gathered(runs, NAMES, made.data)
    assert one_line(error).count("1 of ") == 3
    with pytest.raises(ValueError, match=r"0 of figures/autoencoder/dropout"):
        gathered(made.runs, "figures/autoencoder", made.data)
    with pytest.raises(FileNotFoundError, match="nowhere") as missing:
        gathered(tmp_path / "nowhere", NAMES, made.data)
    assert one_line(missing)


def test_two_runs_of_one_seed_are_refused_by_name(made: Made, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(made.runs, runs)
    there = folder_of(runs, "dropout", 10)
    copied(there, runs / "twice", "optimiser.lr=0.01")
    with pytest.raises(ValueError, match=f"{NAMES}/dropout must have one run of seed 10") as error:
        gathered(runs, NAMES, made.data)
    assert "twice" in one_line(error)
    assert there.name in one_line(error)


ALL = tuple((kind, seed) for kind in KINDS for seed in SEEDS)
UNLIKE = [
    ((("dropout", 2), ("dropout", 10)), "optimiser.lr=0.01"),
    ((("adversarial-dropout", 10),), "optimiser.lr=0.01"),
    ((("no-dropout", 2),), "schedule.epochs=2"),
    ((("no-dropout", 2), ("no-dropout", 10)), "network.output=linear"),
    ((("adversarial-dropout", 10),), "attack.delta=0.1"),  # of one kind, all is the same
    ((("adversarial-dropout", 2),), "loss.weight=0.1"),
    ((("dropout", 2),), "noise.top_dropout=0.3"),
    ((("dropout", 2), ("dropout", 10)), "noise.top_dropout=0.3"),  # both have dropout, the same
    (ALL[::2], "data.split_seed=3"),
]


@pytest.mark.parametrize(("which", "pair"), UNLIKE)
def test_runs_that_differ_in_more_than_their_kind_are_refused(
    made: Made, tmp_path: Path, which: tuple[tuple[str, int], ...], pair: str
) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(made.runs, runs)
    folders = [alter(folder_of(runs, kind, seed), pair) for kind, seed in which]
    key, _, value = pair.partition("=")
    with pytest.raises(ValueError, match=f"must agree in {key}, got ") as error:
        gathered(runs, NAMES, made.data)
    assert any(f"{value} in {folder.name}" in one_line(error) for folder in folders)


def test_what_makes_a_kind_may_differ(made: Made, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(made.runs, runs)
    for kind, seed in ALL:
        pairs = ["attack.delta=0.1", "loss.weight=0.5"] if kind == "adversarial-dropout" else []
        dropout = [] if kind == "no-dropout" else ["noise.top_dropout=0.3"]
        alter(folder_of(runs, kind, seed), *pairs, *dropout)
    assert gathered(runs, NAMES, made.data).seeds == [2, 10]


def test_what_is_no_autoencoder_is_refused(made: Made, tmp_path: Path) -> None:
    for kind in KINDS:
        copied(made.classifier, tmp_path / kind, f'recipe="{NAMES}/{kind}"')
    with pytest.raises(ValueError, match="must be an autoencoder, got conv-small") as error:
        gathered(tmp_path, NAMES, made.data)
    assert str(tmp_path / KINDS[0]) in one_line(error)


def test_features_of_coloured_images_are_means_over_channels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own, images = tiny("dropout", 0), fake(30, 20, (3, 8, 6))
    generator = torch.Generator().manual_seed(0)
    net = network(own.network, own.noise, images.shape, images.classes, generator)
    cut = split(images.train_labels, own.data)
    coloured = Trained(own, net.eval(), images, cut, fit(images.train, own.data), 0.5)
    monkeypatch.setattr(autoencoders, "restored", lambda folder, data: coloured)
    units = autoencoders._units(Path("some"), Path("data"))
    weight: Any = net.state_dict()["hidden.weight"]
    expected = weight.double().view(UNITS, 3, 8, 6).mean(1)
    np.testing.assert_allclose(units.features, expected.numpy(), rtol=1e-5, atol=1e-7)
    assert units.error == 0.5


# Files


@pytest.fixture(scope="module")
def twice(made: Made, tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[Path, Path]]:
    """Both figures, made twice."""
    places = {}
    for number in (2, 3):
        place = tmp_path_factory.mktemp(f"figure{number}")
        first, second = place / "deep" / "first.out", place / "second"
        for out in (first, second):
            make(number, made.runs, NAMES, made.data, out)
        places[number] = (first, second)
    return places


@pytest.mark.parametrize("number", [2, 3])
def test_the_data_beside_a_figure_are_complete(
    twice: dict[int, tuple[Path, Path]], seen: Autoencoders, number: int
) -> None:
    content = json.loads((twice[number][0] / f"figure{number}.json").read_text())
    numbers = statistics(seen)
    expected = {
        "recipes": {kind: f"{NAMES}/{kind}" for kind in KINDS},
        "seeds": [2, 10],
        "images": 200,
        "data": "fake",
        "statistics": numbers,
        "findings": findings(numbers),
    }
    if number == 3:
        expected["histograms"] = histograms(seen)
    assert content == expected


def test_the_features_of_figure_2_are_kept_exactly(
    twice: dict[int, tuple[Path, Path]], made: Made
) -> None:
    kept = safetensors.numpy.load((twice[2][0] / "figure2.safetensors").read_bytes())
    assert kept.keys() == set(KINDS)
    for kind in KINDS:
        folder = folder_of(made.runs, kind, 2)  # the first seed
        weight = checkpoints.load(checkpoints.files(folder)[-1])["network"]["hidden.weight"]
        assert kept[kind].dtype == np.float32
        np.testing.assert_array_equal(kept[kind], weight.numpy().reshape(UNITS, 28, 28))


@pytest.mark.parametrize("number", [2, 3])
def test_the_same_runs_give_the_same_bytes(
    twice: dict[int, tuple[Path, Path]], number: int
) -> None:
    first, second = twice[number]
    names = {f"figure{number}.json", f"figure{number}.svg"}
    names |= {"figure2.safetensors"} if number == 2 else set()
    assert contents(first).keys() == names  # no file of a moment is left
    assert contents(first) == contents(second)
    assert b"adversarial dropout" in contents(first)[f"figure{number}.svg"]


@pytest.mark.parametrize(
    ("number", "form", "begins"),
    [(2, "png", b"\x89PNG"), (3, "pdf", b"%PDF"), (3, "svg", b"<?xml")],
)
def test_each_format_is_written_and_told(
    seen: Autoencoders,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    form: str,
    begins: bytes,
) -> None:
    monkeypatch.setattr(figures, "gathered", lambda runs, names, data: seen)
    (tmp_path / "letter.txt").write_text("mine")
    drawn = make(number, Path("runs"), NAMES, Path("data"), tmp_path, form)
    assert drawn.sentences == [each["sentence"] for each in findings(statistics(seen))]
    assert len(drawn.sentences) == 8
    suffixes = [".json", f".{form}"] + ([".safetensors"] if number == 2 else [])
    assert drawn.files == [tmp_path / f"figure{number}{suffix}" for suffix in suffixes]
    assert contents(tmp_path).keys() == {"letter.txt", *(path.name for path in drawn.files)}
    assert drawn.files[1].read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": 1}, "number must be 2 or 3, got 1"),
        ({"number": 4}, "number must be 2 or 3, got 4"),
        ({"form": "gif"}, "format must be one of svg, png, pdf, got 'gif'"),
        ({"form": ""}, "format must be one of"),
        ({"form": "SVG"}, "format must be one of"),
        ({"names": "figures/autoencoder"}, "must have finished runs"),
        ({"runs": Path("nowhere")}, "nowhere"),
    ],
)
def test_nothing_is_written_on_an_error(
    made: Made, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    usual: dict[str, Any] = {
        "number": 2,
        "runs": made.runs,
        "names": NAMES,
        "data": made.data,
        "form": "svg",
    }
    given = usual | {"out": tmp_path / "pictures"} | change
    with pytest.raises((ValueError, OSError)) as error:
        make(**given)
    assert words in one_line(error)
    assert list(tmp_path.iterdir()) == []


def test_missing_data_leave_nothing_behind(made: Made, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(made.runs, runs)
    for kind, seed in ALL:
        alter(folder_of(runs, kind, seed), "data.name=cifar10")
    with pytest.raises(OSError, match="--download"):
        make(2, runs, NAMES, tmp_path / "data", tmp_path / "pictures")
    assert [each.name for each in tmp_path.iterdir()] == ["runs"]


# As a user meets it


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def test_the_command_prints_sentences_and_files(
    made: Made, seen: Autoencoders, tmp_path: Path
) -> None:
    out = tmp_path / "pictures"
    places = ["--runs", str(made.runs), "--data", str(made.data), "--out", str(out)]
    found = run("figure", "3", *places)
    assert found.exit_code == 0, found.output
    expected = [each["sentence"] for each in findings(statistics(seen))]
    expected += [str(out / "figure3.json"), str(out / "figure3.svg")]
    assert found.output.splitlines() == expected
    assert contents(out).keys() == {"figure3.json", "figure3.svg"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["3", "--recipes", "table1"], "must have finished runs of all three autoencoders"),
        (["2", "--format", "bmp"], "format must be one of svg, png, pdf"),
        (["2", "--runs", "nowhere"], "there is no nowhere"),
    ],
)
def test_the_command_refuses_in_one_line(
    made: Made, tmp_path: Path, arguments: list[str], words: str
) -> None:
    places = ["--runs", str(made.runs), "--data", str(made.data), "--out", str(tmp_path / "out")]
    found = run("figure", *places, *arguments)
    assert found.exit_code == 2
    (line,) = found.stderr.strip().splitlines()
    assert line.startswith("linreg-deep: ")
    assert words in line
    assert list(tmp_path.iterdir()) == []
