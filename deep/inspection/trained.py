"""A finished run as a network to look at.

  restored(folder, data)  == the Trained run of a folder, on the CPU, in evaluation mode
  Trained                 == settings, network, images, split, and how images are prepared
  t.inputs(images)        == bytes (N, C, H, W) as the network sees them
  t.hidden(images)        == the attacked layer (N, H) of bytes, without noise

The data are loaded again and must be those that the run was trained on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from deep.data.prepare import Transform, fit
from deep.data.sources import Images, load
from deep.data.splits import Split, split
from deep.networks import Network, network
from deep.networks.noise import Draw
from deep.settings import Settings
from deep.training import checkpoints
from deep.training.runs import read_settings

__all__ = ["Trained", "restored"]

_CHUNK = 500  # images at a time
_SAID = ("images", "split", "transform", "steps", "test_error_last")


@dataclass(frozen=True, eq=False)
class Trained:
    """A finished run.

    Attributes
    ----------
    settings : Settings
    network : Network
        After the last epoch.
    images : Images
    split : Split
    transform : Transform
    test_error : float
        Of the last epoch, as in result.json.
    """

    settings: Settings
    network: Network
    images: Images
    split: Split
    transform: Transform
    test_error: float

    def inputs(self, images: Tensor) -> Tensor:
        """Prepared images, float32, like the bytes (N, C, H, W) given."""
        return self.transform.on("cpu")(images)

    @torch.no_grad()
    def hidden(self, images: Tensor) -> Tensor:
        """The attacked layer (N, H), float32, of bytes (N, C, H, W)."""
        parts = [
            self.network.under(self.inputs(part), Draw.none(), update_stats=False)
            for part in torch.split(images, _CHUNK)
        ]
        return torch.cat(parts)


def restored(folder: Path, data: Path) -> Trained:
    """The finished run of a folder.

    Parameters
    ----------
    folder : Path
        The run's own.
    data : Path
        The folder of data sets; nothing is downloaded.

    Raises
    ------
    OSError
        If the folder is no run, or its data are not there.
    ValueError
        In one line: the run is not finished, its result or checkpoint is damaged or not that of
        its last step, or the data are others than it was trained on.
    """
    settings = read_settings(folder)
    said = _result(folder)
    state = _last_state(folder, said["steps"])
    images = load(settings.data, data, download=False)
    cut = split(images.train_labels, settings.data)
    transform = fit(images.train[cut.training], settings.data, data / "whitening")
    seen = {"images": images.checksum, "split": cut.checksum, "transform": transform.checksum}
    for what, digest in seen.items():
        if said[what] != digest:
            raise ValueError(f"{folder} was trained with other {what} than there are now")
    generator = torch.Generator().manual_seed(0)  # of weights that are replaced at once
    shape, classes = images.shape, images.classes
    built = network(settings.network, settings.noise, shape, classes, generator)
    try:
        built.load_state_dict(state["network"])
    except RuntimeError:  # a line for every tensor
        raise ValueError(f"{folder} has a checkpoint of another network than its own") from None
    return Trained(settings, built.eval(), images, cut, transform, said["test_error_last"])


def _result(folder: Path) -> dict[str, Any]:
    """What result.json says of the data, the steps and the error."""
    path = folder / "result.json"
    if not path.is_file():
        raise ValueError(f"{folder} is not finished: `linreg-deep resume {folder}` goes on with it")
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return {key: said[key] for key in _SAID}
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} holds no result: {type(error).__name__} {error}") from None


def _last_state(folder: Path, steps: int) -> dict[str, Any]:
    """The state after the last step; an earlier one is not what was tested."""
    kept = checkpoints.files(folder)
    if not kept:
        raise ValueError(f"{folder} has no checkpoint")
    state = checkpoints.load(kept[-1])
    if state["taken"] != steps:
        raise ValueError(f"{folder} has no checkpoint of its last step, {steps}: {kept[-1].name}")
    return state
