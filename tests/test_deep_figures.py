"""Figures 2 and 3: runs read back, what is measured of them, what is said, and the pictures."""

from __future__ import annotations

import copy
import io
import json
import math
import pickle
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import torch
from matplotlib.figure import Figure as Picture
from numpy.typing import NDArray
from rich.console import Console
from typer.testing import CliRunner

from deep import checkpoints, figures, trained
from deep.cli import app
from deep.data import sources
from deep.data.prepare import fit
from deep.data.sources import fake
from deep.data.splits import split
from deep.figures import autoencoders, make, sparsity
from deep.figures.autoencoders import KINDS, Autoencoders, Units, gathered
from deep.figures.drawing import draw_activations, draw_features
from deep.figures.sparsity import MEASURES, findings, histograms, statistics
from deep.networks import network
from deep.noise import Draw
from deep.recipes import settings
from deep.runs import read_settings, run_name
from deep.settings import Hardware, Settings, changed
from deep.trained import Trained, restored
from deep.training import Trainer

torch.set_num_threads(1)

NAMES = "cpu/autoencoder"
METHODS = dict(zip(KINDS, ("plain", "plain", "sadd"), strict=True))
SEEDS = (10, 2)  # by name, 10 is before 2
SHORT = ("data.name=fake", "schedule.epochs=1", "schedule.steps=2", "network.width=0.05")
UNITS = 13  # 0.05 of 256
WHITENED = ("network.name=conv-small", "network.norm=mean", "data.zca=inside", "optimiser.batch=8")

Numbers = dict[str, Any]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Made:
    """Runs that are looked at and never changed."""

    runs: Path  # KINDS x SEEDS
    single: dict[str, Path]
    data: Path


def train(own: Settings, runs: Path, data: Path) -> Path:
    folder = runs / run_name(own)
    console = Console(file=io.StringIO())
    assert Trainer(own, Hardware(device="cpu"), folder, data=data, console=console).fit()
    return folder


def tiny(kind: str, seed: int, *pairs: str) -> Settings:
    return changed(settings(f"{NAMES}/{kind}", METHODS[kind], seed), (*SHORT, *pairs))


@pytest.fixture(scope="module", autouse=True)
def made_up_once() -> Iterator[None]:
    """The made-up images are the same whenever they are loaded: make them once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "fake", cache(fake))
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    place = tmp_path_factory.mktemp("figures")
    runs, data = place / "runs", place / "data"
    for kind in KINDS:
        for seed in SEEDS:
            train(tiny(kind, seed), runs, data)
    noisy = ("network.norm=full", "noise.gaussian=0.2", "data.scaling=centred")
    single = {
        "autoencoder": folder_of(runs, "adversarial-dropout", 2),
        "normalised": train(tiny("dropout", 1, *noisy), place / "single", data),
        "classifier": train(tiny("no-dropout", 1, *WHITENED), place / "single", data),
    }
    return Made(runs, single, data)


@pytest.fixture(scope="module")
def seen(made: Made) -> Autoencoders:
    return gathered(made.runs, NAMES, made.data)


def folder_of(runs: Path, kind: str, seed: int) -> Path:
    """The run of a kind and a seed, by its settings."""
    found = [each for each in runs.iterdir() if (each / "settings.json").exists()]
    wanted = (f"{NAMES}/{kind}", seed)
    own = {each: read_settings(each) for each in found}
    (folder,) = (each for each, s in own.items() if (s.recipe, s.seed) == wanted)
    return folder


def result_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "result.json").read_text())
    return found


def alter(folder: Path, *pairs: str) -> Path:
    """Let the run have been trained with other settings, as far as its folder says."""
    own = changed(read_settings(folder), pairs)
    (folder / "settings.json").write_text(own.model_dump_json())
    return folder


def copied(folder: Path, place: Path, *pairs: str) -> Path:
    shutil.copytree(folder, place)
    return alter(place, *pairs)


def contents(place: Path) -> dict[str, bytes]:
    files = (each for each in place.rglob("*") if each.is_file())
    return {str(each.relative_to(place)): each.read_bytes() for each in files}


def one_line(error: pytest.ExceptionInfo[Exception]) -> str:
    text = str(error.value)
    assert text
    assert "\n" not in text
    return text


# A finished run as a network


@pytest.mark.parametrize("name", ["autoencoder", "normalised", "classifier"])
def test_a_restored_run_is_the_network_that_was_trained(made: Made, name: str) -> None:
    folder = made.single[name]
    own = restored(folder, made.data)
    last = checkpoints.load(checkpoints.files(folder)[-1])["network"]
    state = own.network.state_dict()
    assert state.keys() == last.keys()
    assert all(torch.equal(state[key], last[key]) for key in last)
    assert not own.network.training
    assert own.settings == read_settings(folder)
    assert own.test_error == result_of(folder)["test_error_last"]
    with torch.no_grad():
        outputs = own.network.upper(own.hidden(own.images.test), update_stats=False)
    if name == "classifier":
        error = 100 * (outputs.argmax(1) != own.images.test_labels).double().mean()
    else:
        pixels = own.inputs(own.images.test).flatten(1).double()
        error = (outputs.double().sigmoid() - pixels).square().mean()
    assert math.isclose(error, own.test_error, rel_tol=1e-5)
    fresh = network(
        own.settings.network,
        own.settings.noise,
        own.images.shape,
        own.images.classes,
        torch.Generator().manual_seed(0),
    )
    assert not all(torch.equal(state[key], other) for key, other in fresh.state_dict().items())


@pytest.mark.parametrize("name", ["autoencoder", "normalised", "classifier"])
def test_hidden_is_the_layer_without_noise_chunk_by_chunk(
    made: Made, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = restored(made.single[name], made.data)
    images = own.images.train
    assert len(images) > trained._CHUNK  # there is something to join
    before = copy.deepcopy(own.network.state_dict())
    random = torch.get_rng_state()
    hidden = own.hidden(images)
    again = own.hidden(images)
    whole = own.network.under(own.inputs(images), Draw.none(), update_stats=False)
    assert hidden.shape == (len(images), own.network.units)
    assert hidden.dtype == torch.float32
    assert not hidden.requires_grad
    torch.testing.assert_close(hidden, whole.detach(), rtol=1e-5, atol=1e-5)
    assert torch.equal(hidden, again)
    assert torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(before[key], value) for key, value in own.network.state_dict().items())
    monkeypatch.setattr(trained, "_CHUNK", 7)
    torch.testing.assert_close(own.hidden(images[:50]), hidden[:50], rtol=1e-5, atol=1e-5)
    assert not torch.allclose(hidden[:50], hidden[50:100], rtol=1e-3)  # order would be noticed


def test_evaluation_mode_would_be_missed(made: Made) -> None:
    own = restored(made.single["normalised"], made.data)
    calm = own.hidden(own.images.test)
    own.network.train()
    assert not torch.allclose(own.hidden(own.images.test), calm, rtol=1e-3)


def test_inputs_are_prepared_as_in_training(made: Made) -> None:
    plain, centred, white = (
        restored(made.single[n], made.data) for n in ("autoencoder", "normalised", "classifier")
    )
    images = plain.images.test[:20]
    torch.testing.assert_close(plain.inputs(images), images.float() / 255)
    torch.testing.assert_close(centred.inputs(images), (images.float() - 127.5) / 255)
    own = fit(white.images.train, white.settings.data)  # fitted anew: nothing is held out
    assert torch.equal(white.inputs(images), own.on("cpu")(images))
    assert not torch.allclose(white.inputs(images), images.float() / 255)


def _truncated(folder: Path) -> None:
    path = checkpoints.files(folder)[-1]
    path.write_bytes(path.read_bytes()[:-5])


def _flipped(folder: Path) -> None:
    path = checkpoints.files(folder)[-1]
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))


def _pickled(folder: Path) -> None:
    checkpoints.files(folder)[-1].write_bytes(pickle.dumps({"network": {}}))


def _gone(folder: Path) -> None:
    for path in checkpoints.files(folder):
        path.unlink()


def _earlier(folder: Path) -> None:
    """Only the checkpoint before the last one is left."""
    (path,) = checkpoints.files(folder)
    checkpoints.save(folder, checkpoints.load(path) | {"taken": 1, "epoch": 0}, 1)
    path.unlink()


REFUSED: list[tuple[Callable[[Path], object], str]] = [
    (shutil.rmtree, "is no run"),
    (lambda folder: (folder / "settings.json").unlink(), "it has no settings.json"),
    (lambda folder: (folder / "settings.json").write_text("{}"), "holds no settings"),
    (lambda folder: (folder / "result.json").unlink(), "is not finished: `linreg-deep resume"),
    (lambda folder: (folder / "result.json").write_text("{"), "holds no result: JSONDecodeError"),
    (lambda folder: (folder / "result.json").write_text("[]"), "holds no result: TypeError"),
    (lambda folder: (folder / "result.json").write_text("{}"), "holds no result: KeyError"),
    (_gone, "has no checkpoint"),
    (_truncated, "is no checkpoint: truncated"),
    (_flipped, "is no checkpoint: altered"),
    (_pickled, "is no checkpoint: a pickle"),
    (_earlier, "has no checkpoint of its last step, 2: checkpoint-000000001"),
    (lambda folder: alter(folder, "network.width=0.1"), "a checkpoint of another network"),
    (lambda folder: alter(folder, "data.validation=100"), "with other split than"),
    (lambda folder: alter(folder, "data.scaling=centred"), "with other transform than"),
]


@pytest.mark.parametrize(("damage", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_is_no_whole_finished_run_is_refused_in_one_line(
    made: Made, tmp_path: Path, damage: Callable[[Path], object], words: str
) -> None:
    folder = copied(made.single["autoencoder"], tmp_path / "run")
    assert restored(folder, made.data).test_error > 0
    damage(folder)
    before = contents(tmp_path)
    with pytest.raises((ValueError, OSError)) as error:
        restored(folder, made.data)
    assert words in one_line(error)
    assert str(folder) in one_line(error)
    assert contents(tmp_path) == before


def test_other_data_are_refused(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made.single["autoencoder"]
    monkeypatch.setattr(trained, "load", lambda *a, **k: fake(seed=1))
    with pytest.raises(ValueError, match="was trained with other images than") as error:
        restored(folder, made.data)
    assert str(folder) in one_line(error)
    monkeypatch.setattr(trained, "load", lambda *a, **k: fake(seed=0))
    assert restored(folder, made.data).images.name == "fake"


def test_missing_data_are_not_downloaded(made: Made, tmp_path: Path) -> None:
    folder = copied(made.single["autoencoder"], tmp_path / "run", "data.name=svhn")
    with pytest.raises(OSError, match="--download") as error:
        restored(folder, tmp_path / "data")
    assert one_line(error)
    assert not (tmp_path / "data").exists()


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
    copied(made.single["classifier"], runs / "other", 'recipe="cpu/mnist5000"')
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
        copied(made.single["classifier"], tmp_path / kind, f'recipe="{NAMES}/{kind}"')
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


# What is measured


def of(activations: Any, features: Any = None, error: float = 1.0) -> Units:
    """Units with the given numbers; by default all filters are equally long."""
    a = np.asarray(activations, dtype=np.float32)
    if features is None:
        features = np.ones((a.shape[1], 1, 2))
    return Units(np.asarray(features, dtype=np.float32), a, error)


def figure_of(*kinds: list[Units]) -> Autoencoders:
    units = dict(zip(KINDS, kinds, strict=True))
    images = len(kinds[0][0].activations)
    return Autoencoders("some", list(range(len(kinds[0]))), units, images, "made-up")


def by_hand() -> Autoencoders:
    """Two seeds; dropout's activations are 0, 1, ..., 1000, most of them in the second seed."""
    usual = [of(np.arange(0, 91).reshape(91, 1)), of(np.arange(91, 1001).reshape(91, 10))]
    rare = np.zeros((200, 4))  # active on none, 1, 2 and all of the images
    rare[3, 1] = rare[3:5, 2] = 901
    rare[:, 3] = 450
    lengths = [[[3, 4]], [[4, 3]], [[0, 5]], [[0, 2.5]]]  # 2.5 is half the median, not shorter
    adversarial = [of(rare, lengths, 0.25), of(np.full((200, 4), 999.0), error=0.5)]
    large = np.array([[0, 1000, 500, 501], [990, 991, 900, 0]])
    lengths = [[[0, 1]], [[2, 0]], [[5, 0]], [[0, 0.6875]]]  # the median is 1.5
    none = [of(large, lengths, 0.125), of(np.zeros((200, 1)), error=2.0)]
    return figure_of(none, usual, adversarial)


EXPECTED: dict[str, dict[str, list[float]]] = {
    "no-dropout": {
        "mean_activation": [(1000 + 500 + 501 + 990 + 991 + 900) / 8, 0],
        "inactive": [2 / 8, 1],
        "above_own_half": [5 / 8, 0],  # 500 is half of 1000, not above it
        "largest": [1000, 0],
        "dead": [0, 1],
        "rare": [0, 1],
        "faint": [1, 0],
        "error": [0.125, 2],
        "above_0.9": [3 / 8, 0],  # 900 is the quantile, not above it
        "above_0.99": [2 / 8, 0],
        "above_0.999": [1 / 8, 0],
    },
    "dropout": {
        "mean_activation": [45, (91 + 1000) / 2],
        "inactive": [1 / 91, 0],
        "above_own_half": [45 / 91, 500 / 910],
        "largest": [90, 1000],
        "dead": [0, 0],
        "rare": [0, 0],
        "faint": [0, 0],
        "error": [1, 1],
        "above_0.9": [0, 100 / 910],
        "above_0.99": [0, 10 / 910],
        "above_0.999": [0, 1 / 910],
    },
    "adversarial-dropout": {
        "mean_activation": [(3 * 901 + 200 * 450) / 800, 999],
        "inactive": [597 / 800, 0],
        "above_own_half": [3 / 800, 1],
        "largest": [901, 999],
        "dead": [1, 0],
        "rare": [2, 0],  # 2 of 200 images are 1 %, not fewer
        "faint": [0, 0],
        "error": [0.25, 0.5],
        "above_0.9": [3 / 800, 1],
        "above_0.99": [0, 1],
        "above_0.999": [0, 0],
    },
}


def assert_by_hand(found: Numbers) -> None:
    """Every number of `by_hand`."""
    assert found["thresholds"].keys() == {"0.9", "0.99", "0.999"}
    for quantile, value in found["thresholds"].items():
        assert math.isclose(value, float(quantile) * 1000)
    assert found["kinds"].keys() == set(KINDS)
    for kind, measures in EXPECTED.items():
        assert found["kinds"][kind].keys() == measures.keys()
        for measure, values in measures.items():
            pairs = zip(found["kinds"][kind][measure], values, strict=True)
            assert all(math.isclose(a, b, abs_tol=1e-12) for a, b in pairs), (kind, measure)


def reference(units: Units, thresholds: dict[str, float]) -> dict[str, float]:
    """The measures of one autoencoder, number by number, in fractions."""
    rows = [[Fraction(float(x)) for x in row] for row in units.activations]
    every = sorted(x for row in rows for x in row)
    counts = [sum(x > 0 for x in unit) for unit in zip(*rows, strict=True)]
    squares = sorted(sum(Fraction(float(x)) ** 2 for x in f.ravel()) for f in units.features)
    n = len(squares)
    middle = (math.sqrt(squares[(n - 1) // 2]) + math.sqrt(squares[n // 2])) / 2

    def share(of_them: Iterator[bool]) -> float:
        return float(Fraction(sum(of_them), len(every)))

    return {
        "mean_activation": float(sum(every) / len(every)),
        "inactive": share(x == 0 for x in every),
        "above_own_half": share(2 * x > every[-1] for x in every),
        "largest": float(every[-1]),
        "dead": counts.count(0),
        "rare": sum(100 * count < len(rows) for count in counts),
        "faint": sum(2 * math.sqrt(s) < middle * (1 - 1e-6) for s in squares),
        "error": units.error,
    } | {f"above_{q}": share(x > Fraction(t) for x in every) for q, t in thresholds.items()}


def assert_against_reference(found: Numbers, shown: Autoencoders) -> None:
    every = sorted(float(x) for units in shown.units["dropout"] for x in units.activations.flat)
    for quantile, value in found["thresholds"].items():
        position = Fraction(quantile) * (len(every) - 1)
        low = every[int(position)]
        high = every[min(int(position) + 1, len(every) - 1)]
        assert math.isclose(value, low + float(position - int(position)) * (high - low))
    for kind in KINDS:
        for seed, units in enumerate(shown.units[kind]):
            for measure, value in reference(units, found["thresholds"]).items():
                assert math.isclose(found["kinds"][kind][measure][seed], value, rel_tol=1e-9)


@cache
def at_random(seed: int, images: int = 120, units: int = 7) -> Autoencoders:
    """Sparse layers of quarters, so that there are ties, zeros, dead, rare and faint units."""
    rng = np.random.default_rng(seed)

    def one() -> Units:
        a = np.maximum(rng.integers(-20, 12, (images, units)), 0) / 4.0
        often = rng.choice([0, 1 / images, 2.4 / images, 1], units)
        a *= rng.random((images, units)) < often
        lengths = rng.choice([0.1, 0.4, 1, 1.3], (units, 1, 1))
        return of(a, lengths * rng.normal(size=(units, 3, 4)), float(rng.random()))

    return figure_of(*([one(), one()] for _ in KINDS))


def test_statistics_are_those_computed_by_hand() -> None:
    assert_by_hand(statistics(by_hand()))


@pytest.mark.parametrize("seed", range(4))
def test_statistics_are_those_computed_number_by_number(seed: int) -> None:
    shown = at_random(seed)
    found = statistics(shown)
    assert_against_reference(found, shown)
    assert max(max(found["kinds"][kind]["faint"]) for kind in KINDS) > 0
    assert max(max(found["kinds"][kind]["dead"]) for kind in KINDS) > 0


def test_statistics_are_plain_and_complete() -> None:
    found = statistics(at_random(0))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert all(found["kinds"][kind].keys() == MEASURES.keys() for kind in KINDS)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (7, 1), (7, 5)])
def test_statistics_of_layers_that_are_all_zero(shape: tuple[int, int]) -> None:
    images, units = shape
    dark = [of(np.zeros(shape), np.zeros((units, 2, 2)))]
    found = statistics(figure_of(dark, dark, dark))
    assert set(found["thresholds"].values()) == {0}
    for kind in KINDS:
        own = {measure: values[0] for measure, values in found["kinds"][kind].items()}
        assert (own["dead"], own["rare"], own["inactive"]) == (units, units, 1)
        assert own["mean_activation"] == own["largest"] == own["above_own_half"] == 0
        assert own["above_0.9"] == own["above_0.999"] == 0
    counted = histograms(figure_of(dark, dark, dark))
    for part, total in (("activations", images * units), ("means", units)):
        assert counted[part]["counts"]["dropout"] == [[total] + [0] * (sparsity.BINS - 1)]
        assert counted[part]["edges"][-1] > 0
    so = {each["measure"]: each["holds"] for each in findings(found)}
    # No filter is shorter than half a median of zero, and the errors are equal.
    assert [measure for measure, (held,) in so.items() if held] == ["faint", "error"]


def test_statistics_of_one_unit_and_of_one_image() -> None:
    one_unit = [of([[0], [2], [0], [6]], [[[0, 0.1]]])]
    one_image = [of([[0, 2, 0, 6]], [[[0, 1]], [[1, 0]], [[0, 1]], [[0.25, 0]]])]
    found = statistics(figure_of(one_unit, one_image, one_unit))
    unit, image = found["kinds"]["no-dropout"], found["kinds"]["dropout"]
    assert (unit["dead"], unit["rare"], unit["faint"]) == ([0], [0], [0])
    assert (image["dead"], image["rare"], image["faint"]) == ([2], [2], [1])
    for own in (unit, image):
        assert (own["mean_activation"], own["inactive"], own["largest"]) == ([2], [0.5], [6])
        assert own["above_own_half"] == [0.25]
    assert math.isclose(found["thresholds"]["0.9"], 2 + 0.7 * 4)


# What is said


CLAIMS = (
    *("above_0.9", "above_0.99", "above_0.999", "above_own_half", "mean_activation"),
    *("dead", "faint", "error"),
)


def planted(*changes: tuple[str, str, list[float]]) -> Numbers:
    """Three seeds in which all that the paper says is so, with changes (kind, measure, values)."""
    kinds: dict[str, dict[str, list[float]]] = {kind: {} for kind in KINDS}
    for measure in MEASURES:
        kinds["no-dropout"][measure] = [0.7, 0.8, 0.9]
        kinds["dropout"][measure] = [0.4, 0.5, 0.6]
        kinds["adversarial-dropout"][measure] = [0.1, 0.2, 0.3]
    for kind, some in zip(KINDS, ([3, 4, 5], [1, 2, 3], [0, 0, 0]), strict=True):
        kinds[kind] |= {"dead": list(some), "faint": list(some), "error": [1.0, 2.0, 3.0]}
    for kind, measure, values in changes:
        assert len(kinds[kind][measure]) == len(values)
        kinds[kind][measure] = values
    return {"thresholds": {}, "kinds": kinds}


def assert_findings(numbers: Numbers, found: list[dict[str, Any]]) -> None:
    """Each sentence, from the numbers, seed by seed."""
    assert tuple(each["measure"] for each in found) == CLAIMS
    for each in found:
        measure, sentence = each["measure"], each["sentence"]
        none, usual, own = (numbers["kinds"][kind][measure] for kind in KINDS)
        seeds = range(len(own))
        if measure in ("dead", "faint"):
            holds = [own[s] == 0 for s in seeds]
            prevented = [s for s in seeds if holds[s] and usual[s] > 0]
            assert f"dropout has some in {len(prevented)} of those" in sentence
        elif measure == "error":
            rows = [(none[s], usual[s], own[s]) for s in seeds]
            holds = [max(row) - min(row) <= 0.1 * min(row) + 1e-12 for row in rows]
        else:
            holds = [own[s] < none[s] and own[s] < usual[s] for s in seeds]
            for words, other in (("no dropout", none), ("dropout", usual)):
                below = sum(own[s] < other[s] for s in seeds)
                assert f"below {words} in {below} of {len(own)}" in sentence
        assert each["holds"] == holds
        assert sentence.startswith(f"in {sum(holds)} of {len(own)} seeds: {each['claim']}")
        mean = [f"{sum(v) / len(v):.3g}" for v in (none, usual, own)]
        stated = f"no dropout {mean[0]}, dropout {mean[1]}, adversarial dropout {mean[2]}"
        assert f"{MEASURES[measure]}: {stated}" in sentence


OWN = "adversarial-dropout"
PLANTED = {
    "all so": planted(),
    "a tie with dropout": planted(*((OWN, m, [0.1, 0.5, 0.3]) for m in CLAIMS[:5])),
    "a tie with no dropout": planted(
        *((OWN, m, [0.1, 0.8, 0.3]) for m in CLAIMS[:5]),
        *(("dropout", m, [0.4, 0.9, 0.6]) for m in CLAIMS[:5]),
    ),
    # The mean is the lowest all the same.
    "one seed above": planted(*((OWN, m, [0.0, 0.0, 0.7]) for m in CLAIMS[:5])),
    "above no dropout only": planted(*(("no-dropout", m, [0.05, 0.1, 0.2]) for m in CLAIMS[:5])),
    "never so": planted(*((OWN, m, [1.0, 1.0, 1.0]) for m in CLAIMS[:5])),
    "dead and faint": planted((OWN, "dead", [0, 1, 0]), (OWN, "faint", [2, 0, 0])),
    "dropout has none": planted(("dropout", "dead", [0, 2, 0]), ("dropout", "faint", [0, 0, 0])),
    "errors apart": planted((OWN, "error", [1.0, 2.21, 3.3]), ("dropout", "error", [0.9, 2.1, 3])),
    "no dropout errs less": planted(("no-dropout", "error", [0.2, 1.9, 2.0])),
}


@pytest.mark.parametrize("name", PLANTED)
def test_sentences_are_held_against_every_seed(name: str) -> None:
    assert_findings(PLANTED[name], findings(PLANTED[name]))


def holds(numbers: Numbers, measure: str) -> list[bool]:
    (found,) = (each["holds"] for each in findings(numbers) if each["measure"] == measure)
    return list(found)


def sentence(numbers: Numbers, measure: str) -> str:
    (found,) = (each["sentence"] for each in findings(numbers) if each["measure"] == measure)
    return str(found)


def test_what_is_so_and_what_is_not_is_told_apart() -> None:
    assert all(all(each["holds"]) for each in findings(PLANTED["all so"]))
    for measure in CLAIMS[:5]:
        assert holds(PLANTED["a tie with dropout"], measure) == [True, False, True]
        assert holds(PLANTED["a tie with no dropout"], measure) == [True, False, True]
        assert holds(PLANTED["one seed above"], measure) == [True, True, False]
        assert holds(PLANTED["above no dropout only"], measure) == [False] * 3
        assert holds(PLANTED["never so"], measure) == [False] * 3
    assert holds(PLANTED["dead and faint"], "dead") == [True, False, True]
    assert holds(PLANTED["dead and faint"], "faint") == [False, True, True]
    assert holds(PLANTED["errors apart"], "error") == [False, False, True]
    assert holds(PLANTED["no dropout errs less"], "error") == [False, True, False]


def test_the_sentences_can_be_read() -> None:
    assert sentence(PLANTED["one seed above"], "above_0.999") == (
        "in 2 of 3 seeds: adversarial dropout has the fewest high activations (share of "
        "activations above the 99.9 % quantile of dropout's: no dropout 0.8, dropout 0.5, "
        "adversarial dropout 0.233; below no dropout in 3 of 3, below dropout in 2 of 3)"
    )
    assert sentence(PLANTED["dropout has none"], "dead") == (
        "in 3 of 3 seeds: adversarial dropout has no dead filters, and dropout has some in 1 of "
        "those (units that no image activates: no dropout 4, dropout 0.667, adversarial dropout 0)"
    )
    assert "dropout has some in 0 of those" in sentence(PLANTED["dropout has none"], "faint")
    assert "dropout has some in 2 of those" in sentence(PLANTED["dead and faint"], "dead")
    assert all("\n" not in each["sentence"] for each in findings(PLANTED["never so"]))


@pytest.mark.parametrize(
    ("kind", "measure", "seed", "value"),
    [
        (OWN, "above_0.9", 0, 0.4),  # a tie
        (OWN, "above_own_half", 1, 0.6),
        (OWN, "mean_activation", 2, 2.0),
        ("dropout", "above_0.99", 0, 0.1),
        ("no-dropout", "above_0.999", 1, 0.15),
        ("no-dropout", "mean_activation", 1, 0.3),  # still the lowest, but another mean
        (OWN, "dead", 0, 1),
        (OWN, "faint", 2, 1),
        ("dropout", "dead", 1, 0),  # nothing to prevent
        ("no-dropout", "dead", 1, 0),
        (OWN, "error", 1, 1.8),
        ("dropout", "error", 0, 1.2),
        ("no-dropout", "error", 2, 3.4),
    ],
)
def test_sentences_of_other_data_are_caught(
    kind: str, measure: str, seed: int, value: float
) -> None:
    found = findings(planted())
    wrong = copy.deepcopy(planted())
    wrong["kinds"][kind][measure][seed] = value
    with pytest.raises(AssertionError):
        assert_findings(wrong, found)
    assert_findings(wrong, findings(wrong))


# What Figure 3 counts


def assert_histograms(counted: Numbers, shown: Autoencoders) -> None:
    """Every bin, by comparing each value with the edges."""
    every = [u for kind in KINDS for u in shown.units[kind]]
    parts: dict[str, Callable[[Units], NDArray[np.float64]]] = {
        "activations": lambda units: units.activations.astype(float).ravel(),
        "means": lambda units: units.activations.astype(float).mean(0),
    }
    for part, values in parts.items():
        edges = np.array(counted[part]["edges"])
        assert len(edges) == sparsity.BINS + 1
        assert edges[0] == 0
        assert edges[-1] == max(values(units).max() for units in every)
        np.testing.assert_allclose(np.diff(edges), edges[-1] / sparsity.BINS)
        assert counted[part]["counts"].keys() == set(KINDS)
        for kind in KINDS:
            rows = counted[part]["counts"][kind]
            assert len(rows) == len(shown.seeds)
            for row, units in zip(rows, shown.units[kind], strict=True):
                v = values(units)
                within = [(v >= low) & (v < high) for low, high in pairwise(edges)]
                within[-1] |= v == edges[-1]
                assert row == [int(each.sum()) for each in within]
                assert sum(row) == v.size


def test_every_activation_and_unit_is_counted_once() -> None:
    for shown in (by_hand(), at_random(0), at_random(1, images=1, units=3)):
        counted = histograms(shown)
        assert_histograms(counted, shown)
        assert json.loads(json.dumps(counted)) == counted
        last = [row[-1] for rows in counted["activations"]["counts"].values() for row in rows]
        assert sum(last) > 0  # the largest of all is in the last bin


def test_bins_are_the_same_for_all_kinds_and_hold_the_largest() -> None:
    small, large = [of([[0.0, 0.1]])], [of([[0.0, 60.0]])]
    counted = histograms(figure_of(small, small, large))["activations"]
    assert counted["edges"] == [float(edge) for edge in range(61)]
    assert counted["counts"]["dropout"] == [[2] + [0] * 59]
    assert counted["counts"][OWN] == [[1] + [0] * 58 + [1]]


# Wrong programs would be noticed


def mutant(old: str, new: str) -> dict[str, Any]:
    """The module with one change of its text."""
    source = Path(sparsity.__file__).read_text()
    assert source.count(old) == 1, old
    namespace: dict[str, Any] = {"__name__": "mutant"}
    exec(compile(source.replace(old, new), "mutant", "exec", dont_inherit=True), namespace)
    return namespace


def assert_module(module: dict[str, Any]) -> None:
    for numbers in PLANTED.values():
        assert_findings(numbers, module["findings"](numbers))
    assert_by_hand(module["statistics"](by_hand()))
    for seed in range(2):
        shown = at_random(seed)
        assert_against_reference(module["statistics"](shown), shown)
        assert_histograms(module["histograms"](shown), shown)


MUTANTS = [
    ("a < b for a, b", "a <= b for a, b"),
    ("a < min(rest)", "a <= min(rest)"),
    ("a < min(rest)", "np.mean(own) < min(rest)"),
    ("a < min(rest)", "a < max(rest)"),
    ("a < min(rest)", "a < rest[0]"),
    ("a < min(rest)", "a < rest[1]"),
    ("own = kinds[ADVERSARIAL][measure]", 'own = kinds["dropout"][measure]'),
    ("holds = [own == 0 for", "holds = [own <= 1 for"),
    ("sum(own == 0 < other for", "sum(0 < other for"),
    ("sum(own == 0 < other for", "sum(own == 0 <= other for"),
    ('kinds["dropout"][measure], strict', 'kinds["no-dropout"][measure], strict'),
    ("max(row) <= 1.1 * min(row)", "max(row) <= 1.2 * min(row)"),
    ('kinds[kind]["error"] for kind in KINDS', 'kinds[kind]["error"] for kind in KINDS[1:]'),
    ("np.mean(values):.3g", "np.median(values):.3g"),
    ('seen.units["dropout"]])', 'seen.units["dropout"][:1]])'),
    ('seen.units["dropout"]])', 'seen.units["no-dropout"]])'),
    ("(a > t).mean()", "(a >= t).mean()"),
    ("(a > a.max() / 2)", "(a >= a.max() / 2)"),
    ("(a > a.max() / 2)", '(a > thresholds["0.9"] / 2)'),
    ("(a == 0).mean()", "(active == 0).mean()"),
    ("(a > 0).mean(0)", "(a > 0).mean(1)"),
    ("(active < RARE)", "(active <= RARE)"),
    ("np.median(lengths)", "np.mean(lengths)"),
    ("lengths < FAINT *", "lengths <= 2 * FAINT *"),
    ("reshape(len(units.features), -1), axis=1", "reshape(len(units.features), -1), axis=1, ord=1"),
    ("units.activations.mean(0, ", "units.activations.mean(1, "),
    ("np.linspace(0, largest or 1.0", "np.linspace(0, 0.9 * largest or 1.0"),
    ("for rows in each.values() for v in rows)", "for v in each[KINDS[0]])"),
]


def test_the_module_passes_its_checks() -> None:
    assert_module(vars(sparsity))


@pytest.mark.parametrize(("old", "new"), MUTANTS)
def test_a_wrong_module_is_noticed(old: str, new: str) -> None:
    with pytest.raises(AssertionError):
        assert_module(mutant(old, new))


# Pictures


def measured() -> Numbers:
    """What titles say: other numbers for each kind and seed."""
    return {
        "kinds": {
            kind: {
                "dead": [number, 77],
                "faint": [10 + number, 88],
                "error": [0.0123456 + number, 99.0],
            }
            for number, kind in enumerate(KINDS)
        }
    }


def random_features(count: int, height: int = 4, width: int = 3) -> dict[str, Any]:
    rng = np.random.default_rng(count)
    return {kind: rng.normal(size=(count, height, width)).astype(np.float32) for kind in KINDS}


def image_of(picture: Picture, panel: int) -> Any:
    (image,) = picture.axes[panel].images
    return image


def assert_tiles(shown: NDArray[np.float32], features: NDArray[np.float32]) -> None:
    """Every feature at its place, row by row, and nothing between."""
    count, height, width = features.shape
    across = next(n for n in range(1, 99) if n * n >= count)
    down = next(n for n in range(1, 99) if n * across >= count)
    assert shown.shape == (down * (height + 1) - 1, across * (width + 1) - 1)
    rest = shown.copy()
    for number in range(count):
        top, left = number // across * (height + 1), number % across * (width + 1)
        place = (slice(top, top + height), slice(left, left + width))
        np.testing.assert_array_equal(shown[place], features[number])
        rest[place] = np.nan
    assert np.isnan(rest).all()


@pytest.mark.parametrize("count", [1, 2, 3, 5, 12, 13, 16])
def test_every_feature_is_found_at_its_place(count: int) -> None:
    features = random_features(count)
    picture = draw_features(features, measured())
    assert len(picture.axes) == len(KINDS)
    for panel, kind in enumerate(KINDS):
        shown = np.ma.filled(image_of(picture, panel).get_array(), np.nan)
        assert_tiles(shown, features[kind])
        if count > 1:
            with pytest.raises(AssertionError):
                assert_tiles(shown, features[kind][::-1])
        with pytest.raises(AssertionError):
            assert_tiles(shown, features[KINDS[panel - 1]])


def test_panels_say_whose_features_they_are() -> None:
    picture = draw_features(random_features(5), measured())
    titles = [panel.get_title() for panel in picture.axes]
    assert titles == [
        "no dropout\n0 dead, 10 faint of 5; error 0.0123",
        "dropout\n1 dead, 11 faint of 5; error 1.01",
        "adversarial dropout\n2 dead, 12 faint of 5; error 2.01",
    ]


def test_a_panel_has_one_grey_range_about_zero() -> None:
    features = random_features(9)
    features["dropout"] *= 10
    features[OWN][:] = 0
    picture = draw_features(features, measured())
    limits = [image_of(picture, panel).get_clim() for panel in range(3)]
    assert all(low == -high for low, high in limits)
    for kind, (_, high) in zip(KINDS[:2], limits[:2], strict=True):
        sizes = np.abs(features[kind])
        assert 0.9 * sizes.max() < high <= sizes.max()
    assert limits[2] == (-1, 1)
    assert image_of(picture, 0).get_cmap()(0.0) == (0, 0, 0, 1)  # black is negative


def bars(*kinds: list[list[int]]) -> Numbers:
    part = {"edges": [0.0, 1.0, 2.0, 3.0, 4.0], "counts": dict(zip(KINDS, kinds, strict=True))}
    return {"activations": part, "means": part}


def stairs(picture: Picture, panel: int) -> list[Any]:
    """Lines and bands, in turn."""
    return [patch for patch in picture.axes[panel].patches if hasattr(patch, "get_data")]


def test_a_histogram_is_a_line_a_kind_on_a_logarithmic_scale() -> None:
    picture = draw_activations(histograms(at_random(0)))
    assert len(picture.axes) == 2
    assert [axes.get_yscale() for axes in picture.axes] == ["log", "log"]
    assert [axes.get_xlabel() for axes in picture.axes] == [
        "activation of a unit on an image",
        "mean activation of a unit",
    ]
    for panel in range(2):
        lines = stairs(picture, panel)[::2]
        assert [line.get_label() for line in lines] == [
            "no dropout",
            "dropout",
            OWN.replace("-", " "),
        ]
        assert len({line.get_edgecolor() for line in lines}) == len(KINDS)
        assert len({str(line.get_linestyle()) for line in lines}) == len(KINDS)
    legend = picture.axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [k.replace("-", " ") for k in KINDS]


def test_lines_are_means_over_seeds_and_bands_hold_all_of_them() -> None:
    none = [[90, 10, 0, 0], [70, 20, 0, 10]]
    usual = [[100, 0, 0, 0], [96, 4, 0, 0]]
    own = [[80, 10, 0, 10], [80, 10, 0, 10]]
    picture = draw_activations(bars(none, usual, own))
    for panel in range(2):
        bottom = picture.axes[panel].get_ylim()[0]
        patches = stairs(picture, panel)
        for rows, line, band in zip((none, usual, own), patches[::2], patches[1::2], strict=True):
            for number, counts in enumerate(zip(*rows, strict=True)):
                mean = line.get_data().values[number]
                high = band.get_data().values[number]
                low = band.get_data().baseline[number]
                if not any(counts):
                    assert np.isnan([mean, high, low]).all()
                    continue
                assert mean == sum(counts) / 2
                assert high == max(counts)
                assert low == min(counts) or (min(counts) == 0 and low == bottom)
                assert bottom <= low <= mean <= high
            assert line.get_data().edges.tolist() == [0, 1, 2, 3, 4]


def test_the_smallest_mean_is_within_the_picture() -> None:
    seeds = [[9, 0]] * 9 + [[8, 1]]
    part = {"edges": [0.0, 1.0, 2.0], "counts": dict.fromkeys(KINDS, seeds)}
    picture = draw_activations({"activations": part, "means": part})
    for axes in picture.axes:
        assert 0 < axes.get_ylim()[0] < 0.1


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
    assert len(drawn.sentences) == len(CLAIMS)
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
