"""Where the linear analysis explains a network: predicted against real harm of masks.

  explain(network, h, labels, budgets, ...)  == a Row for each budget
  Row                                        == means over images, shares, counts

In linear regression the harm of a mask is a square: its linear part orders the units, the mask
found by sorting is exact unless drops of the other sign overturn the residual (claim AD-7), and
the harm is never below its linear prediction. A network is linear in the masked layer only at its
head, and its loss is a cross entropy. So three things are asked, for masks that drop at most k
units of the clean network and the cross entropy to the true label:

predicted    the rise by the derivative at all units on, -sum_j J_j over the dropped ones;
realised     what that mask does;
stepwise     what k drops do of which each is chosen by the derivative where it is taken.

Before a linear head the cross entropy is convex in the mask, so that the realised rise is at least
the predicted one (claim ME-1); above a hidden layer nothing says so. The worst mask itself is found
by branch and bound where the head is linear (`deep.inspection.exactness`).
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from deep.inspection.diagnostics import random_mask
from deep.inspection.exactness import HeadAttack, none_is_worse
from deep.methods.adversaries import jacobian
from deep.methods.divergences import cross_entropy
from deep.networks import Network
from linreg_theory import masks

__all__ = ["Row", "explain"]

_ROUNDING = 1e-9  # relative, of losses in float64


@dataclass(frozen=True)
class Row:
    """What masks of one budget do, in the mean over images.

    Attributes
    ----------
    budget : int
        The most units that a mask may drop.
    flips : float
        How many it drops: no unit whose drop is predicted to lower the loss.
    predicted, realised, random, stepwise : float
        Rises of the cross entropy, in nats. `random` drops as many units.
    convex : float
        The share of images whose realised rise is at least the predicted one, to rounding.
    exact, inexact, undecided : int or None
        Images whose mask is the worst of all, is not, or may be; None above a hidden layer.
    """

    budget: int
    flips: float
    predicted: float
    realised: float
    random: float
    stepwise: float
    convex: float
    exact: int | None
    inexact: int | None
    undecided: int | None


def explain(
    network: Network,
    h: Tensor,
    labels: Tensor,
    budgets: Sequence[int],
    generator: torch.Generator,
    judged: int = 100,
    nodes: int = 2000,
) -> list[Row]:
    """Compare, budget by budget.

    Parameters
    ----------
    network : Network
        A classifier, in evaluation mode.
    h : Tensor, shape (N, H)
        Its attacked layer on some images.
    labels : Tensor of int64, shape (N,)
    budgets : sequence of int
        From 0 to H.
    generator : torch.Generator
        Of the random masks.
    judged : int
        The first images are judged exact or not.
    nodes : int
        Of branch and bound, for each of them.

    Raises
    ------
    ValueError
        If there are no images, or a budget is not in 0..H.
    """
    if not len(h):
        raise ValueError("h must hold at least one image, got none")
    units = h.shape[1]
    for budget in budgets:
        if not 0 <= budget <= units:
            raise ValueError(f"budgets must lie in 0..{units}, got {budget}")
    images = _Images(deepcopy(network).double(), h.double(), labels)
    steps = _stepwise(images, max(budgets, default=0))
    return [_row(images, budget, steps[budget], generator, (judged, nodes)) for budget in budgets]


@dataclass(frozen=True, eq=False)
class _Images:
    """Images at the attacked layer: a network in float64, h (N, H) and labels (N,)."""

    network: Network
    h: Tensor
    labels: Tensor

    @torch.no_grad()
    def losses(self, mask: Tensor) -> Tensor:
        """The cross entropy (N,) of each image under masks (N, H)."""
        outputs = self.network.upper(self.h * mask, update_stats=False)
        return F.cross_entropy(outputs, self.labels, reduction="none")

    def scores(self, mask: Tensor) -> Tensor:
        """Its derivatives (N, H) by the units that a mask (N, H) keeps; 0 for the others."""
        upper, labels = self.network.upper, self.labels
        return len(self.h) * jacobian(upper, self.h * mask, lambda z: cross_entropy(z, labels))


def _row(
    images: _Images,
    budget: int,
    stepwise: Tensor,
    generator: torch.Generator,
    judging: tuple[int, int],
) -> Row:
    base = torch.ones_like(images.h)
    clean, scores = images.losses(base), images.scores(base)
    mask = masks.flip_at_most(base, scores, budget)
    dropped = (mask != base).sum(1)
    predicted = -(scores * (base - mask)).sum(1)
    realised = images.losses(mask) - clean
    random = images.losses(random_mask(base, dropped, generator)) - clean
    slack = _ROUNDING * (1 + clean.abs() + realised.abs())
    exact, inexact, undecided = _judged(images, mask, budget, *judging)
    return Row(
        budget=budget,
        flips=float(dropped.double().mean()),
        predicted=float(predicted.mean()),
        realised=float(realised.mean()),
        random=float(random.mean()),
        stepwise=float((stepwise - clean).mean()),
        convex=float((realised >= predicted - slack).double().mean()),
        exact=exact,
        inexact=inexact,
        undecided=undecided,
    )


def _stepwise(images: _Images, most: int) -> Tensor:
    """The largest losses (most + 1, N) reached with at most 0, 1, ... drops, one after another."""
    mask = torch.ones_like(images.h)
    best = images.losses(mask)
    found = [best]
    for _ in range(most):
        mask = mask * masks.flip_at_most(torch.ones_like(mask), images.scores(mask), 1)
        best = torch.maximum(best, images.losses(mask))
        found.append(best)
    return torch.stack(found)


def _judged(
    images: _Images, mask: Tensor, budget: int, count: int, nodes: int
) -> tuple[int, int, int] | tuple[None, None, None]:
    """How many of the first masks are the worst of all, are not, or may be."""
    if images.network.head is None:
        return None, None, None
    weights, biases = (part.detach().cpu() for part in images.network.head)
    verdicts = []
    for row, label, own in zip(images.h[:count].cpu(), images.labels, mask.cpu(), strict=False):
        problem = HeadAttack(
            contributions=(row[:, None] * weights.T).numpy(),
            biases=biases.numpy(),
            target=np.eye(len(biases))[int(label)],
            base=np.ones(len(row), dtype=np.bool_),
            budget=budget,
            scale=1.0,
        )
        verdicts.append(none_is_worse(problem, own.numpy() > 0, nodes))
    return verdicts.count(True), verdicts.count(False), verdicts.count(None)
