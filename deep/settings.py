"""What a run is: typed, validated, saved with it.

  Settings          == everything that a run depends on, the machine apart
  DataSettings, NetworkSettings, NoiseSettings, AttackSettings, LossSettings,
  OptimiserSettings, ScheduleSettings
                    == its parts
  Hardware          == where and how it is computed; changes speed, not what is computed
  METHODS           == the methods of Tables 1 and 2 by name
  changed(s, pairs) == settings with "key=value" pairs of a command line applied, validated anew
  flat(s)           == "part.key" -> value, the names that `changed` takes

Unknown keys and wrong types are errors that name the key. Values that the paper or the authors'
program leave open are here too, each with its default and why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

__all__ = [
    "METHODS",
    "AttackSettings",
    "DataSettings",
    "Hardware",
    "LossSettings",
    "NetworkSettings",
    "NoiseSettings",
    "OptimiserSettings",
    "ScheduleSettings",
    "Settings",
    "changed",
    "flat",
]

Method = Literal[
    "plain",
    "pi",
    "temporal",
    "at",
    "vat",
    "sadd",
    "vadd-kl",
    "vadd-qe",
    "vadd-kl+vat",
    "vadd-qe+vat",
]
METHODS: tuple[str, ...] = Method.__args__  # type: ignore[attr-defined]


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False
    )


class DataSettings(_Part):
    """Which images, how many labels, and what is done to them."""

    name: Literal["mnist", "fashion-mnist", "svhn", "cifar10", "mnist-5000", "digits", "fake"] = (
        "mnist"
    )
    labels: int | None = Field(None, ge=1)  # labelled images, balanced over classes; None: all
    validation: int = Field(0, ge=0)  # images held out of the training set
    split_seed: int = Field(1, ge=0)  # of validation split and labelled subset, not of the run
    split_order: Literal["pcg64", "official"] = "pcg64"  # official: the legacy RandomState(seed)
    unlabelled_includes_labelled: bool = True  # official; the paper says it does not
    scaling: Literal["unit", "centred"] = "unit"  # x / 255, or (x - 127.5) / 255
    zca: Literal["none", "inside", "official"] = "none"  # where the 1e-6 (1e-5 inside) goes
    translate: int = Field(0, ge=0)  # pixels of zero padding that a random crop may use
    flip: bool = False  # left to right, with probability 1/2


class NetworkSettings(_Part):
    """The network; its dropout layer for the attack is the one before `upper`."""

    name: Literal["mnist", "conv-large", "conv-small", "autoencoder"] = "mnist"
    width: float = Field(1.0, gt=0)  # factor on the numbers of filters
    kernel: int = Field(3, ge=1)  # mnist: the appendix prints "1 x 1", almost surely the stride
    norm: Literal["none", "full", "mean"] = "none"  # batch norm, or batch norm of the mean only
    norm_decay: float = Field(0.99, ge=0, lt=1)
    top_norm: bool = False  # over the logits
    output: Literal["sigmoid", "linear"] = "sigmoid"  # of the autoencoder; the paper does not say


class NoiseSettings(_Part):
    """Random noise, and which passes share it."""

    gaussian: float = Field(0.0, ge=0)  # standard deviation on the input
    gaussian_at_test: bool = False  # official on CIFAR-10
    hidden_dropout: float = Field(0.5, ge=0, lt=1)  # below the attacked layer
    top_dropout: float = Field(0.0, ge=0, lt=1)  # of the attacked layer in ordinary passes
    shared: bool = True  # both passes of a step use the same hidden dropout masks (official)
    views: Literal[1, 2] = 1  # 2: the second pass sees its own augmentation and Gaussian noise


class AttackSettings(_Part):
    """Adversarial dropout, and perturbations of the input."""

    delta: float = Field(0.05, ge=0, le=1)  # of H, the units of the attacked layer
    reading: Literal["flips", "literal"] = "flips"  # floor(delta H) flips, or (delta H)^2
    base: Literal["ones", "sampled"] = "sampled"  # the mask that flips start from
    renormalise: bool = True  # masks are scaled to sum to H, else by 1 / (1 - top_dropout)
    search: Literal["loss", "reversed", "official-sadd"] = "loss"  # divergence of the search
    epsilon: float = Field(1.0, ge=0)  # size of an input perturbation
    norm: Annotated[Literal["inf", "2"], BeforeValidator(str)] = (
        "2"  # of its ball (VAT is always "2")
    )
    xi: float = Field(1e-2, gt=0)  # finite difference; 1e-6 (official) is below float32
    power_iterations: int = Field(1, ge=1)


class LossSettings(_Part):
    """How the terms are weighed."""

    weight: float = Field(
        1.0, ge=0
    )  # of the consistency, adversarial-dropout or AT term, when full
    vat_weight: float = Field(1.0, ge=0)  # of VAT, beside or without adversarial dropout
    ramp_vat: bool = False  # it grows as the other weight does (appendix, MNIST; official: no)
    entropy: float = Field(0.0, ge=0)  # of the clean prediction's entropy; official semi: 1
    qe: Literal["mean", "sum"] = "mean"  # quadratic error over classes; official: mean
    stop_clean: bool = False  # whether no gradient flows through the clean side
    ensemble_decay: float = Field(0.6, ge=0, lt=1)  # temporal ensembling


class OptimiserSettings(_Part):
    """Adam."""

    lr: float = Field(1e-3, gt=0)
    beta1: float = Field(0.9, ge=0, lt=1)
    beta1_end: float = Field(0.9, ge=0, lt=1)  # towards which it falls with the learning rate
    beta2: float = Field(0.999, ge=0, lt=1)
    epsilon: float = Field(1e-8, gt=0)
    batch: int = Field(128, ge=1)  # labelled images a step
    batch_unlabelled: int = Field(0, ge=0)  # 0: the unsupervised terms see the labelled batch


class ScheduleSettings(_Part):
    """Epochs and what changes with them."""

    epochs: int = Field(100, ge=1)
    steps: int | None = Field(None, ge=1)  # an epoch; None: once through what is larger
    ramp_up: float = Field(30, ge=0)  # epochs in which the weight grows as exp(-5 (1 - t)^2)
    ramp_lr: bool = False  # the learning rate grows with it
    ramp_down: float = Field(0, ge=0)  # last epochs in which the learning rate falls
    evaluate_every: int = Field(1, ge=1)


class Settings(_Part):
    """All of it."""

    recipe: str
    flavour: Literal["paper", "official", "cpu"]
    method: Method
    seed: int = Field(0, ge=0)
    data: DataSettings = DataSettings()
    network: NetworkSettings = NetworkSettings()
    noise: NoiseSettings = NoiseSettings()
    attack: AttackSettings = AttackSettings()
    loss: LossSettings = LossSettings()
    optimiser: OptimiserSettings = OptimiserSettings()
    schedule: ScheduleSettings = ScheduleSettings()

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        supervised = ("at", "sadd")
        if self.method in supervised and self.data.labels is not None:
            raise ValueError(f"method {self.method} needs all labels: data.labels must be null")
        if self.schedule.ramp_up + self.schedule.ramp_down > self.schedule.epochs:
            raise ValueError(
                "schedule.ramp_up and ramp_down must fit into schedule.epochs "
                "(--epochs shortens them, too)"
            )
        if self.data.labels is not None and not self.optimiser.batch_unlabelled:
            raise ValueError("optimiser.batch_unlabelled must be positive with data.labels")
        return self


class Hardware(_Part):
    """Where it is computed."""

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    devices: int = Field(1, ge=1)
    precision: Literal["32", "bf16"] = "32"
    channels_last: bool = True  # what convolutions are fastest with
    compile: bool = False
    threads: int | None = Field(None, ge=1)  # of one process on a CPU
    checkpoint_steps: int | None = Field(None, ge=1)  # between checkpoints; each epoch's end too


def flat(settings: Settings) -> dict[str, Any]:
    """The settings as "part.key" -> value; the top level's keys have no part."""
    found: dict[str, Any] = {}
    for key, value in settings.model_dump().items():
        if isinstance(value, dict):
            found |= {f"{key}.{name}": each for name, each in value.items()}
        else:
            found[key] = value
    return found


def changed(settings: Settings, pairs: Iterable[str]) -> Settings:
    """The settings with "part.key=value" applied; values are JSON, or else text.

    Raises
    ------
    ValueError
        For a pair without "=", an unknown key, or a value of the wrong type or range; in one
        line, naming the key.
    """
    tree = settings.model_dump()
    known = flat(settings)
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign:
            raise ValueError(f"set must be key=value, got {pair!r}")
        if key not in known:
            raise ValueError(f"there is no setting {key!r}; `linreg-deep show` lists them")
        part, _, name = key.rpartition(".")
        (tree[part] if part else tree)[name] = _value(text)
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        raise ValueError(_in_one_line(error)) from None


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _in_one_line(error: ValidationError) -> str:
    """What pydantic found, a clause each."""
    return "; ".join(map(_clause, error.errors()))


def _clause(each: Any) -> str:
    where = ".".join(map(str, each["loc"]))
    if not where:  # of the settings together: what they are would fill the screen
        return str(each["msg"]).removeprefix("Value error, ")
    return f"{where}: {each['msg'].lower()}, got {each['input']!r:.60}"
