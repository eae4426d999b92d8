"""Finished runs read back as networks, and what is refused."""

from __future__ import annotations

import copy
import math
import pickle
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from deep.data.prepare import fit
from deep.data.sources import fake
from deep.inspection import trained
from deep.inspection.trained import restored
from deep.networks import network
from deep.networks.noise import Draw
from deep.training import checkpoints
from deep.training.runs import read_settings
from tests.deep_autoencoders import (
    CLASSIFIER,
    alter,
    contents,
    copied,
    made_up_once,
    one_line,
    result_of,
    tiny,
    train,
)

torch.set_num_threads(1)

NOISY = ("network.norm=full", "noise.gaussian=0.2", "data.scaling=centred")


@dataclass(frozen=True)
class Made:
    """Runs that are looked at and never changed."""

    single: dict[str, Path]
    data: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    place = tmp_path_factory.mktemp("trained")
    runs, data = place / "runs", place / "data"
    with made_up_once():
        single = {
            "autoencoder": train(tiny("adversarial-dropout", 2), runs, data),
            "normalised": train(tiny("dropout", 1, *NOISY), runs, data),
            "classifier": train(tiny("no-dropout", 1, *CLASSIFIER), runs, data),
        }
        yield Made(single, data)


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
