"""What a mask search achieved, measured on the step it belongs to.

  diagnose(network, attack, settings, generator, ...)
                       == Diagnostics, after a step with a mask search
  Diagnostics          == divergences, length of J, flips, how often greedy is the true worst case
  random_mask(b, n, g) == b with as many flips n (B,) in each row, at random
  head_attack(...)     == a sample's search before a linear head, for `exactness`

Divergences are those of the loss, under masks scaled as in training, with the clean side fixed;
networks stay in training mode and their running statistics stand still. The greedy mask is
judged on a few samples only, and only where outputs are linear in the masked layer and the
divergence is a cross entropy or a KL from a fixed target; else the counts are None.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from deep.inspection.exactness import HeadAttack, none_is_worse
from deep.methods.adversaries import MaskAttack, budget, full_precision, scaled
from deep.networks import Network
from deep.settings import Settings

__all__ = ["Diagnostics", "diagnose", "head_attack", "random_mask"]


@dataclass(frozen=True)
class Diagnostics:
    """Means over the batch, and counts over a few of its samples.

    Attributes
    ----------
    adversarial_divergence, random_divergence : float
        Under the mask found, and under a random one of as many flips.
    base_divergence : float
        Without flips.
    jacobian_norm : float
        The mean length of the derivative of each sample's own divergence.
    flips : float
        A sample.
    exact, inexact, undecided : int or None
        Samples whose greedy mask is the worst of all, is not, or may be.
    """

    adversarial_divergence: float
    random_divergence: float
    base_divergence: float
    jacobian_norm: float
    flips: float
    exact: int | None = None
    inexact: int | None = None
    undecided: int | None = None

    @property
    def exact_share(self) -> float | None:
        """The share of exact ones among the decided; None without any."""
        if self.exact is None or self.inexact is None or not self.exact + self.inexact:
            return None
        return self.exact / (self.exact + self.inexact)

    def as_dict(self) -> dict[str, float | None]:
        """All numbers by name, `exact_share` among them."""
        return {**asdict(self), "exact_share": self.exact_share}


def diagnose(
    network: Network,
    attack: MaskAttack,
    settings: Settings,
    generator: torch.Generator,
    samples: int = 4,
    nodes: int = 2000,
) -> Diagnostics:
    """Look at one mask search.

    Parameters
    ----------
    network : Network
        As the search met it: before the step it led to.
    attack : MaskAttack
    settings : Settings
    generator : torch.Generator
        Of the random masks.
    samples : int
        The first ones are judged exact or not.
    nodes : int
        Of branch and bound, for each of them.
    """
    flips = (attack.mask != attack.base).sum(1)
    random = random_mask(attack.base, flips, generator)
    exact, inexact, undecided = _judged(network, attack, settings, samples, nodes)
    return Diagnostics(
        adversarial_divergence=_divergence(network, attack, attack.mask, settings),
        random_divergence=_divergence(network, attack, random, settings),
        base_divergence=_divergence(network, attack, attack.base, settings),
        jacobian_norm=float(len(attack.jacobian) * attack.jacobian.norm(dim=1).mean()),
        flips=float(flips.float().mean()),
        exact=exact,
        inexact=inexact,
        undecided=undecided,
    )


def random_mask(base: Tensor, flips: Tensor, generator: torch.Generator) -> Tensor:
    """Masks (B, H) that differ from the base in `flips` (B,) units, any as likely as any other."""
    places = torch.rand(base.shape, generator=generator, device=base.device)
    ranks = places.argsort(dim=1).argsort(dim=1)
    return torch.where(ranks < flips[:, None], 1 - base, base)


def head_attack(
    network: Network, attack: MaskAttack, settings: Settings, sample: int
) -> HeadAttack | None:
    """The search of one sample in float64, or None where `exactness` does not apply."""
    if network.head is None or attack.target is None:
        return None
    weights, biases = (part.detach().cpu().double() for part in network.head)
    h, base, target = (
        part[sample].detach().cpu().double() for part in (attack.h, attack.base, attack.target)
    )
    one = torch.ones_like(base)
    rate = settings.noise.top_dropout
    factor = None if settings.attack.renormalise else float(scaled(one, settings.attack, rate)[0])
    return HeadAttack(
        contributions=(h[:, None] * weights.T).numpy(),
        biases=biases.numpy(),
        target=(target / target.sum()).numpy(),
        base=base.numpy() > 0,
        budget=budget(settings.attack, len(base)),
        scale=factor,
    )


@torch.no_grad()
def _divergence(network: Network, attack: MaskAttack, mask: Tensor, settings: Settings) -> float:
    factor = scaled(mask, settings.attack, settings.noise.top_dropout)
    with full_precision(mask.device):
        outputs = network.upper(attack.h.float() * factor, update_stats=False)
        return float(attack.divergence(outputs))


def _judged(
    network: Network, attack: MaskAttack, settings: Settings, samples: int, nodes: int
) -> tuple[int, int, int] | tuple[None, None, None]:
    verdicts = []
    for sample in range(min(samples, len(attack.h))):
        problem = head_attack(network, attack, settings, sample)
        if problem is None:
            return None, None, None
        verdicts.append(none_is_worse(problem, attack.mask[sample].cpu().numpy() > 0, nodes))
    return verdicts.count(True), verdicts.count(False), verdicts.count(None)
