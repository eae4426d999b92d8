"""What temporal ensembling remembers of each image.

  Ensemble(n, C, decay)     == the averages of n images' predictions over the steps that saw them
  e.targets(i)              == (B, C) averages, their bias corrected, and (B,) which of them exist
  e.record(i, p)            == predictions p (B, C) of images i taken into account
  e.state_dict(), e.load_state_dict(s)

An average is Z <- decay Z + (1 - decay) p at each visit, from Z = 0; after t visits of an image
its target is Z / (1 - decay^t). Where an epoch visits each image once this is the published
rule, with no memory of the epoch under way; an image not yet seen has no target.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.distributed as dist
from torch import Tensor

__all__ = ["Ensemble"]


class Ensemble:
    """Running averages of predictions.

    With several processes each records what all of them saw, so that all have the same memory.

    Parameters
    ----------
    samples, classes : int
    decay : float
        At least 0 and below 1.
    device : torch.device or str

    Raises
    ------
    ValueError
        For a decay outside its range, or no sample or class.
    """

    def __init__(
        self, samples: int, classes: int, decay: float, device: torch.device | str = "cpu"
    ) -> None:
        if not 0 <= decay < 1:
            raise ValueError(f"decay must be at least 0 and below 1, got {decay!r}")
        if min(samples, classes) < 1:
            raise ValueError(f"there must be samples and classes, got {samples} and {classes}")
        self.decay = decay
        self._averages = torch.zeros(samples, classes, device=device)
        self._visits = torch.zeros(samples, dtype=torch.int64, device=device)

    def targets(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """The targets (B, C) of images (B,), zero where unseen, and whether they were seen."""
        visits = self._visits[indices]
        weight = (1 - self.decay ** visits.float()).clamp(min=1 - self.decay)
        return self._averages[indices] / weight[:, None], visits > 0

    def record(self, indices: Tensor, probabilities: Tensor) -> None:
        """Take in predictions (B, C) of distinct images (B,)."""
        p = probabilities.detach().float()
        if dist.is_available() and dist.is_initialized():
            indices, p = _gathered(indices), _gathered(p)
        self._averages[indices] = self.decay * self._averages[indices] + (1 - self.decay) * p
        self._visits[indices] += 1

    def state_dict(self) -> dict[str, Tensor]:
        """All of it."""
        return {"averages": self._averages.clone(), "visits": self._visits.clone()}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a state.

        Raises
        ------
        ValueError
            If it is of other images or classes, or lacks a part; nothing is changed then.
        """
        own = {"averages": self._averages, "visits": self._visits}
        for name, tensor in own.items():
            if name not in state or state[name].shape != tensor.shape:
                found = tuple(state[name].shape) if name in state else "nothing"
                raise ValueError(f"{name} must have shape {tuple(tensor.shape)}, got {found}")
        for name, tensor in own.items():
            tensor.copy_(state[name])


def _gathered(rows: Tensor) -> Tensor:
    """The rows of all processes, which have equally many, in the order of the processes."""
    parts = [torch.empty_like(rows) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, rows.contiguous())
    return torch.cat(parts)
