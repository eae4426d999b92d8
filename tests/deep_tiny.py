"""Runs of a second for the tests of training: made-up images, few steps, few filters."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import torch
from rich.console import Console

from deep.settings import (
    DataSettings,
    Hardware,
    LossSettings,
    NetworkSettings,
    NoiseSettings,
    OptimiserSettings,
    ScheduleSettings,
    Settings,
    changed,
)
from deep.training import checkpoints
from deep.training.trainer import Trainer

CPU = Hardware(device="cpu")
EPOCHS, STEPS = 3, 4

SEMI = ("data.labels=40", "optimiser.batch_unlabelled=12")
VIEWS = ("noise.views=2", "data.translate=2", "data.flip=true", "noise.gaussian=0.1")
CONV = ("network.name=conv-small", "network.width=0.05")
FULL = ("network.norm=full", "network.top_norm=true")


def tiny(method: str, *pairs: str) -> Settings:
    """Settings of a run of three epochs of four steps."""
    settings = Settings(
        recipe="tiny",
        flavour="cpu",
        method=method,
        data=DataSettings(name="fake", validation=50),
        network=NetworkSettings(width=0.05),
        noise=NoiseSettings(top_dropout=0.3),
        loss=LossSettings(),
        optimiser=OptimiserSettings(batch=8, beta1_end=0.5),
        schedule=ScheduleSettings(epochs=EPOCHS, steps=STEPS, ramp_up=2, ramp_down=1, ramp_lr=True),
    )
    return changed(settings, pairs)


def trainer(settings: Settings, folder: Path, hardware: Hardware = CPU) -> Trainer:
    """A run that says nothing."""
    return Trainer(settings, hardware, folder, console=Console(file=io.StringIO()))


def told(settings: Settings, folder: Path, hardware: Hardware = CPU) -> tuple[Any, list[str]]:
    """What `fit` returns, and the lines it said."""
    text = io.StringIO()
    result = Trainer(settings, hardware, folder, console=Console(file=text, width=500)).fit()
    return result, text.getvalue().splitlines()


def last_state(folder: Path) -> dict[str, Any]:
    """The last checkpoint, without what clocks say."""
    state = checkpoints.load(checkpoints.files(folder)[-1])
    return {k: v for k, v in state.items() if k not in ("seconds", "epoch_seconds")}


def metrics(folder: Path) -> list[dict[str, Any]]:
    """The lines of metrics.jsonl, without what clocks say."""
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{k: v for k, v in row.items() if k not in ("seconds", "time")} for row in rows]


def differences(first: Any, second: Any, name: str = "") -> list[str]:
    """Where two states differ, in any bit."""
    if isinstance(first, torch.Tensor):
        alike = isinstance(second, torch.Tensor) and torch.equal(first, second)
        return [] if alike else [name]
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        return [d for key in first for d in differences(first[key], second[key], f"{name}/{key}")]
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        if len(first) != len(second):
            return [name]
        pairs = enumerate(zip(first, second, strict=True))
        return [d for i, (a, b) in pairs for d in differences(a, b, f"{name}/{i}")]
    return [] if first == second else [name]
