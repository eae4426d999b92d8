"""One step of a method for the tests of steps: tiny networks, four labelled images, six others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from deep.methods.ensembles import Ensemble
from deep.methods.losses import StepResult, terms
from deep.networks import Network, network
from deep.networks.noise import Draw
from deep.settings import Settings

SHAPE = (1, 12, 12)


@dataclass(frozen=True)
class Batch:
    x: Tensor
    y: Tensor
    x2: Tensor | None
    u: Tensor | None
    u2: Tensor | None
    index: Tensor


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(method: str, semi: bool = False, net: str = "conv-small", **parts: Any) -> Settings:
    """Tiny networks, an attack of a tenth of the units, a sampled mask unless told otherwise."""
    tree: dict[str, Any] = {
        "recipe": "t",
        "flavour": "paper",
        "method": method,
        "data": {"labels": 10 if semi else None},
        "network": {"name": net, "width": 0.2, "norm": "full"},
        "noise": {"top_dropout": 0.5},
        "attack": {"delta": 0.1},
        "optimiser": {"batch_unlabelled": 6 if semi else 0},
    }
    for name, part in parts.items():
        tree[name] = {**tree.get(name, {}), **part}
    return Settings.model_validate(tree)


def build(settings: Settings, seed: int = 0) -> Network:
    return network(settings.network, settings.noise, SHAPE, 10, generator(seed)).train()


def batch(semi: bool = False) -> Batch:
    x, u = (torch.rand(n, *SHAPE, generator=generator(n)) for n in (4, 6))
    if semi:
        return Batch(x, torch.tensor([1, 5, 0, 9]), x.flip(3), u, u.flip(3), torch.arange(6))
    return Batch(x, torch.tensor([1, 5, 0, 9]), x.flip(3), None, None, torch.arange(4))


def step(
    settings: Settings,
    net: Network | None = None,
    data: Batch | None = None,
    ensemble: Ensemble | None = None,
    seed: int = 0,
    weight: float = 1.0,
) -> StepResult:
    data = data or batch(settings.data.labels is not None)
    if ensemble is None and settings.method == "temporal":
        ensemble = seen_once(data)
    draw = Draw(generator(seed), settings.noise)
    return terms(net or build(settings), data, settings, draw, weight, ensemble)


def seen_once(data: Batch) -> Ensemble:
    ensemble = Ensemble(6, 10, 0.6)
    rows = torch.rand(len(data.index), 10, generator=generator(9)).softmax(1)
    ensemble.record(data.index, rows)
    return ensemble


def gradients(net: Network, loss: Tensor) -> dict[str, Tensor]:
    names, parameters = zip(*net.named_parameters(), strict=True)
    found = torch.autograd.grad(loss, parameters, allow_unused=True, retain_graph=True)
    return {n: g for n, g in zip(names, found, strict=True) if g is not None}
