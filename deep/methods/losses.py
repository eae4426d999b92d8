"""The methods: which terms the loss of a step is the sum of.

  METHODS     == method -> the names of its terms, in the order in which they are computed
  terms(network, batch, settings, draw, weight, ensemble, vat_weight)
              == StepResult: the weighted losses of one step, and what to report of it
  StepResult  == losses, raw values, the mask search
  check(s)    == raises where method, search and network do not go together
  vanishing(s)
              == why the method's term would silently be nothing with such settings, or None

A consistency term compares two passes on the same images. In D[first, second] the first, clean
side is the distribution that weighs; `loss.stop_clean` makes it a constant. AT compares perturbed
images with their labels, VAT with their clean outputs, which are a constant; SAdD compares the
labels with outputs under a mask. `loss.entropy` adds the entropy of the clean outputs.

The supervised loss is the cross entropy; for the autoencoder it is the reconstruction error of
the labelled images, which is then also SAdD's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from deep.methods.adversaries import Divergence, MaskAttack, fgsm, virtual_direction
from deep.methods.divergences import (
    cross_entropy,
    entropy,
    kl,
    quadratic_error,
    reconstruction_error,
    squared_distance,
)
from deep.methods.ensembles import Ensemble
from deep.methods.passes import Batch, Step, same_trunk
from deep.networks import Network
from deep.networks.noise import Draw
from deep.settings import Settings

__all__ = ["METHODS", "StepResult", "check", "terms", "vanishing"]


@dataclass(frozen=True, eq=False)
class StepResult:
    """What one step computes.

    Attributes
    ----------
    losses : dict of str to Tensor
        The weighted terms; their sum, `total`, is the loss.
    raw : dict of str to Tensor
        Numbers without history: each term before its weight; with a mask search, the flips a
        sample and "jacobian_norm", the mean length of J, of each sample's own divergence.
    attack : MaskAttack or None
        The mask search, if there was one.
    """

    losses: dict[str, Tensor]
    raw: dict[str, Tensor]
    attack: MaskAttack | None

    @property
    def total(self) -> Tensor:
        """The loss."""
        return torch.stack(list(self.losses.values())).sum()


def terms(
    network: Network,
    batch: Batch,
    settings: Settings,
    draw: Draw,
    epoch_weight: float,
    ensemble: Ensemble | None = None,
    vat_weight: float | None = None,
) -> StepResult:
    """The loss of one step, term by term.

    Parameters
    ----------
    network : Network
        In training mode.
    batch : Batch
    settings : Settings
    draw : Draw
        New for this step.
    epoch_weight : float
        Of the consistency, adversarial-dropout or AT term in this epoch.
    ensemble : Ensemble, optional
        The memory of temporal ensembling; it takes this step's predictions in.
    vat_weight : float, optional
        Of VAT in this epoch; `loss.vat_weight` if None.

    Raises
    ------
    ValueError
        If the method needs an ensemble or a ramped weight that is not given, or second views
        that the batch has not.
    """
    if vat_weight is None:
        if settings.loss.ramp_vat and "vat" in METHODS[settings.method]:
            raise ValueError("vat_weight must be given with loss.ramp_vat, got None")
        vat_weight = settings.loss.vat_weight
    weights = {"supervised": 1.0, "vat": vat_weight, "entropy": settings.loss.entropy}
    names = METHODS[settings.method] + (("entropy",) if settings.loss.entropy else ())
    step = Step(network, batch, settings, draw, ensemble)
    losses: dict[str, Tensor] = {}
    raw: dict[str, Tensor] = {}
    for name in names:
        value = _TERMS[name](step)
        losses[name] = weights.get(name, epoch_weight) * value
        raw[name] = value.detach()
    if step.attack is not None:
        J = step.attack.jacobian
        raw["jacobian_norm"] = len(J) * J.norm(dim=1).mean()
        raw["flips"] = (step.attack.mask - step.attack.base).abs().sum(1).mean()
    return StepResult(losses, raw, step.attack)


def check(settings: Settings) -> None:
    """Whether method, search and network go together.

    Raises
    ------
    ValueError
        If they do not, naming the setting.
    """
    method, search = settings.method, settings.attack.search
    if settings.network.name == "autoencoder":
        if method not in ("plain", "sadd"):
            raise ValueError(f"method must be plain or sadd for the autoencoder, got {method}")
        if settings.loss.entropy:
            raise ValueError(
                f"loss.entropy must be 0 for the autoencoder, got {settings.loss.entropy}"
            )
        if method == "sadd" and search != "loss":
            raise ValueError(f'attack.search must be "loss" for the autoencoder, got {search!r}')
    if method == "sadd" and search == "reversed":
        raise ValueError(
            'attack.search must be "loss" or "official-sadd" for sadd, got \'reversed\': a cross '
            "entropy from a prediction to a label is infinite"
        )
    if method.startswith("vadd") and search == "official-sadd":
        raise ValueError(f'attack.search must be "loss" or "reversed" for {method}, got {search!r}')


def vanishing(settings: Settings) -> str | None:
    """Why both sides of the consistency term are the same, so that it is zero; None if not.

    In VAdD it is then J that is zero: the clean side is the minimum of the divergence.
    """
    compares = settings.method.startswith(("pi", "vadd"))
    if not compares or not same_trunk(settings) or settings.noise.top_dropout:
        return None
    what = "the Jacobian of" if settings.method.startswith("vadd") else "the term of"
    return (
        f"{what} {settings.method} is zero: both passes see the same images, hidden masks and "
        "units; set noise.views=2, noise.shared=false, noise.gaussian or noise.top_dropout"
    )


def _supervision(step: Step) -> Divergence:
    """Outputs of the labelled images to their loss."""
    if step.settings.network.name == "autoencoder":
        output = step.settings.network.output
        return lambda outputs: reconstruction_error(outputs, step.batch.x, output)
    return lambda outputs: cross_entropy(outputs, step.batch.y)


def _supervised(step: Step) -> Tensor:
    return _supervision(step)(step.labelled.outputs)


def _at(step: Step) -> Tensor:
    loss, forward = _supervision(step), step.again(step.labelled)
    x = step.batch.x
    return loss(forward(x + fgsm(forward, x, loss, step.settings.attack)))


def _vat(step: Step) -> Tensor:
    first = step.clean
    forward, clean = step.again(first), first.outputs.detach()
    r = virtual_direction(forward, first.x, clean, step.settings.attack, first.draw.generator)
    return kl(clean, forward(first.x + r))


def _sadd(step: Step) -> Tensor:
    loss = search = _supervision(step)
    first = step.labelled
    target = None
    if step.settings.network.name != "autoencoder":
        target = F.one_hot(step.batch.y, first.outputs.shape[1]).to(first.h.dtype)
    if step.settings.attack.search == "official-sadd" and target is not None:
        search = _reversed(kl, target)  # the one-hot labels taken for logits
    return loss(step.attacked(first, search, loss, target))


def _vadd_kl(step: Step) -> Tensor:
    clean = step.clean.outputs.detach()
    loss = partial(kl, clean)
    search = _reversed(kl, clean) if step.settings.attack.search == "reversed" else loss
    target = F.softmax(clean.float(), dim=1)
    return kl(_first(step), step.attacked(step.clean, search, loss, target))


def _vadd_qe(step: Step) -> Tensor:
    qe = partial(quadratic_error, reduction=step.settings.loss.qe)
    search = partial(qe, step.clean.outputs.detach())  # the same in either direction
    return qe(_first(step), step.attacked(step.clean, search, search, None))


def _pi(step: Step) -> Tensor:
    h, draw = step.second(step.clean)
    mask = draw.top(h, step.settings.noise.top_dropout)
    second = step.network.upper(h * step.factor(mask))
    return quadratic_error(_first(step), second, step.settings.loss.qe)


def _temporal(step: Step) -> Tensor:
    if step.ensemble is None:
        raise ValueError("ensemble must be given for the method temporal, got None")
    p = F.softmax(step.clean.outputs.float(), dim=1)
    targets, seen = step.ensemble.targets(step.batch.index)
    step.ensemble.record(step.batch.index, p)
    # What was never seen is its own target: nothing, and no gradient.
    targets = torch.where(seen[:, None], targets, p.detach())
    return squared_distance(targets, p, step.settings.loss.qe)


def _entropy(step: Step) -> Tensor:
    return entropy(step.clean.outputs)


def _first(step: Step) -> Tensor:
    """The clean outputs as the loss sees them."""
    outputs = step.clean.outputs
    return outputs.detach() if step.settings.loss.stop_clean else outputs


def _reversed(divergence: Callable[[Tensor, Tensor], Tensor], fixed: Tensor) -> Divergence:
    """The divergence from outputs, its first argument, to what is fixed."""
    return lambda outputs: divergence(outputs, fixed)


_TERMS: dict[str, Callable[[Step], Tensor]] = {
    "supervised": _supervised,
    "pi": _pi,
    "temporal": _temporal,
    "at": _at,
    "vat": _vat,
    "sadd": _sadd,
    "vadd-kl": _vadd_kl,
    "vadd-qe": _vadd_qe,
    "entropy": _entropy,
}

METHODS: dict[str, tuple[str, ...]] = {
    "plain": ("supervised",),
    "pi": ("supervised", "pi"),
    "temporal": ("supervised", "temporal"),
    "at": ("supervised", "at"),
    "vat": ("supervised", "vat"),
    "sadd": ("supervised", "sadd"),
    "vadd-kl": ("supervised", "vadd-kl"),
    "vadd-qe": ("supervised", "vadd-qe"),
    "vadd-kl+vat": ("supervised", "vadd-kl", "vat"),
    "vadd-qe+vat": ("supervised", "vadd-qe", "vat"),
}
