"""Autoencoders for the tests of figures: runs of two steps, and layers with numbers given."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from deep.data import sources
from deep.data.sources import fake
from deep.figures.autoencoders import KINDS, Autoencoders, Units
from deep.recipes import settings
from deep.settings import Hardware, Settings, changed
from deep.training.runs import read_settings, run_name
from deep.training.trainer import Trainer

NAMES = "cpu/autoencoder"
OWN = KINDS[-1]
METHODS = dict(zip(KINDS, ("plain", "plain", "sadd"), strict=True))
SHORT = ("data.name=fake", "schedule.epochs=1", "schedule.steps=2", "network.width=0.05")
UNITS = 13  # 0.05 of 256
CLASSIFIER = (
    *("network.name=conv-small", "network.norm=mean", "optimiser.batch=8"),
    "data.zca=inside",
)

Numbers = dict[str, Any]


@contextmanager
def made_up_once() -> Iterator[None]:
    """The made-up images are the same whenever they are loaded: make them once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "fake", cache(fake))
        yield


def tiny(kind: str, seed: int, *pairs: str) -> Settings:
    return changed(settings(f"{NAMES}/{kind}", METHODS[kind], seed), (*SHORT, *pairs))


def train(own: Settings, runs: Path, data: Path) -> Path:
    folder = runs / run_name(own)
    console = Console(file=io.StringIO())
    assert Trainer(own, Hardware(device="cpu"), folder, data=data, console=console).fit()
    return folder


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


@cache
def at_random(seed: int, images: int = 120, units: int = 7) -> Autoencoders:
    """Sparse layers of quarters, so that there are ties, zeros, dead and rare units."""
    rng = np.random.default_rng(seed)

    def one() -> Units:
        a = np.maximum(rng.integers(-20, 12, (images, units)), 0) / 4.0
        often = rng.choice([0, 1 / images, 2.4 / images, 1], units)
        a *= rng.random((images, units)) < often
        return of(a, rng.normal(size=(units, 3, 4)), float(rng.random()))

    return figure_of(*([one(), one()] for _ in KINDS))
