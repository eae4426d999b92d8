"""The trained autoencoders that Figures 2 and 3 show, and what their units do.

KINDS                        == no-dropout, dropout, adversarial-dropout
gathered(runs, names, data)  == the Autoencoders of three recipes, for every seed that all have
Autoencoders                 == kind -> Units, a seed each
Units                        == features (H, height, width) and activations (N, H) of one
IMAGES                       == how many test images are shown to them, the paper's 1,000
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deep.inspection.trained import restored
from deep.networks.autoencoder import Autoencoder
from deep.settings import flat
from deep.tables import results
from deep.tables.results import Result

__all__ = ["IMAGES", "KINDS", "Autoencoders", "Units", "gathered"]

KINDS = ("no-dropout", "dropout", "adversarial-dropout")
IMAGES = 1000

Floats = NDArray[np.float32]

# What makes the kinds, and the names of runs: all else must be alike.
_FREE = ("recipe", "method", "seed", "attack.", "loss.")
_RATE = "noise.top_dropout"  # zero in one kind, alike in the other two


@dataclass(frozen=True, eq=False)
class Units:
    """One autoencoder's hidden layer.

    Attributes
    ----------
    features : array, shape (H, height, width)
        The input weights.
    activations : array, shape (N, H)
        On test images, all units on.
    error : float
        Its reconstruction error on all test images: the mean square over pixels.
    """

    features: Floats
    activations: Floats
    error: float


@dataclass(frozen=True, eq=False)
class Autoencoders:
    """All of a figure.

    Attributes
    ----------
    names : str
        What the recipes' names begin with.
    seeds : list of int
    units : dict
        kind -> one Units a seed, in the order of `seeds`.
    images : int
        How many test images.
    data : str
        The data set.
    """

    names: str
    seeds: list[int]
    units: dict[str, list[Units]]
    images: int
    data: str


def gathered(runs: Path, names: str, data: Path) -> Autoencoders:
    """Load the autoencoders of every seed that all three kinds have.

    Parameters
    ----------
    runs, data : Path
        The folders of runs and of data sets.
    names : str
        What the recipes' names begin with.

    Raises
    ------
    OSError
        If there is no folder of runs, or the data are not there.
    ValueError
        In one line: no seed is finished in all kinds, or runs differ in more than their kind.
    """
    names = names.rstrip("/")
    found, _ = results.read(runs)
    chosen = {kind: _by_seed(found, f"{names}/{kind}") for kind in KINDS}
    seeds = sorted(set.intersection(*(set(of) for of in chosen.values())))
    if not seeds:
        counts = ", ".join(f"{len(of)} of {names}/{kind}" for kind, of in chosen.items())
        fewest = min(KINDS, key=lambda kind: len(chosen[kind]))
        raise ValueError(
            f"{runs} must have finished runs of all three autoencoders with the same seed, got "
            f"{counts}; `linreg-deep sweep {names}/{fewest}` trains one of them"
        )
    _check_alike([chosen[kind][seed] for kind in KINDS for seed in seeds])
    units = {
        kind: [_units(runs / chosen[kind][seed].where, data) for seed in seeds] for kind in KINDS
    }
    first = units[KINDS[0]][0]
    name = chosen[KINDS[0]][seeds[0]].settings.data.name
    return Autoencoders(names, seeds, units, len(first.activations), name)


def _by_seed(found: list[Result], recipe: str) -> dict[int, Result]:
    by_seed: dict[int, Result] = {}
    for result in found:
        if result.settings.recipe == recipe:
            if (seed := result.settings.seed) in by_seed:
                raise ValueError(
                    f"{recipe} must have one run of seed {seed}, got {by_seed[seed].where} and "
                    f"{result.where}"
                )
            by_seed[seed] = result
    return by_seed


def _check_alike(chosen: list[Result]) -> None:
    """All settings but those that make the kinds are the same; of a kind, those as well."""
    for result in chosen[1:]:
        kin = next(r for r in chosen if r.settings.recipe == result.settings.recipe)
        _same(result, chosen[0], (*_FREE, _RATE))
        _same(result, kin, ("seed",))
    dropping = [r for r in chosen if not r.settings.recipe.endswith(f"/{KINDS[0]}")]
    for result in dropping[1:]:
        _same(result, dropping[0], _FREE)


def _same(one: Result, other: Result, free: tuple[str, ...]) -> None:
    mine, theirs = flat(one.settings), flat(other.settings)
    for key, value in mine.items():
        if not key.startswith(free) and value != theirs[key]:
            raise ValueError(
                f"the runs of a figure must agree in {key}, got {value} in {one.where} and "
                f"{theirs[key]} in {other.where}"
            )


def _units(folder: Path, data: Path) -> Units:
    trained = restored(folder, data)
    network: Any = trained.network
    if not isinstance(network, Autoencoder):
        raise ValueError(f"{folder} must be an autoencoder, got {trained.settings.network.name}")
    activations = trained.hidden(trained.images.test[:IMAGES])
    features = network.features.mean(1)  # over channels: a grey image
    return Units(features.numpy(), activations.numpy(), trained.test_error)
