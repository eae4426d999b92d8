"""What a run costs, before it is begun: steps, floating-point operations, time.

  estimate(settings)      == a Cost, from the settings alone
  Cost                    == parameters, steps, images a step, FLOP of training and evaluation
  c.seconds(rate)         == training and evaluation at so many FLOP a second
  passes(settings)        == the Passes of a step: how often which part of the network runs
  DATA                    == name -> Data: how many images of what shape
  RATES                   == what machine does how many FLOP a second, roughly
  in_words(seconds)       == "3.5 min", "15 days"

A product and a sum are two operations, and a gradient costs two forward passes, one if it is the
input's alone. Normalisation, pooling and Adam are not counted: they are memory, not arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from deep.settings import Settings

__all__ = [
    "DATA",
    "RATES",
    "Cost",
    "Data",
    "Passes",
    "estimate",
    "in_words",
    "passes",
]


@dataclass(frozen=True)
class Data:
    """A data set's size."""

    train: int
    test: int
    shape: tuple[int, int, int]
    classes: int = 10


_GREY, _COLOUR = (1, 28, 28), (3, 32, 32)
DATA: dict[str, Data] = {
    "mnist": Data(60_000, 10_000, _GREY),
    "fashion-mnist": Data(60_000, 10_000, _GREY),
    "svhn": Data(73_257, 26_032, _COLOUR),
    "cifar10": Data(50_000, 10_000, _COLOUR),
    "mnist-5000": Data(4_000, 1_000, _GREY),
    "digits": Data(1_437, 360, _GREY),
    "fake": Data(1_000, 200, _GREY),
}
RATES: dict[str, float] = {"large GPU, at best": 1e14, "two CPU cores, about": 1e11}

_FORWARD = 1.0
_TRAINED = 3.0  # forward, gradient by weights, gradient by inputs
_SEARCHED = 2.0  # forward, gradient by inputs
_FILTERS = {
    "conv-large": (128, 256, 512, 256, 128),
    "conv-small": (64, 128, 128, 128, 128),
    "mnist": (32, 64, 128),
}
_MNIST_HIDDEN = 625
_AUTOENCODER = 256


@dataclass(frozen=True)
class Passes:
    """How often one part of a step runs the network, in forward passes of so many images."""

    what: str
    images: int
    under: float
    upper: float


@dataclass(frozen=True)
class Cost:
    """What a run costs.

    Attributes
    ----------
    parameters, units : int
        Of the network, and of its attacked layer.
    steps_an_epoch, steps : int
    images : int
        Drawn for a step; a second pass over the same image is not counted here.
    under, upper : int
        Multiplications of one image's pass below and above the attacked layer.
    step, training, evaluation : float
        FLOP of a step, of all steps, and of all test and validation errors.
    """

    parameters: int
    units: int
    steps_an_epoch: int
    steps: int
    images: int
    under: int
    upper: int
    step: float
    training: float
    evaluation: float

    def seconds(self, rate: float) -> float:
        """The time of the whole run at `rate` FLOP a second."""
        return (self.training + self.evaluation) / rate


@dataclass(frozen=True)
class _Network:
    """Multiplications of one image, and parameters."""

    under: int
    upper: int
    parameters: int
    units: int


def estimate(settings: Settings) -> Cost:
    """The cost of a run.

    Raises
    ------
    ValueError
        If the data set is smaller than the labels, the validation set or a batch asked for.
    """
    data, optimiser, schedule = DATA[settings.data.name], settings.optimiser, settings.schedule
    labelled, unlabelled = _sizes(settings, data)
    sets = [(labelled, optimiser.batch)]
    if optimiser.batch_unlabelled:
        sets.append((unlabelled, optimiser.batch_unlabelled))
    steps = schedule.steps or max((size, size // batch) for size, batch in sets)[1]
    network = _network(settings, data)
    step = sum(
        2.0 * p.images * (p.under * network.under + p.upper * network.upper)
        for p in passes(settings)
    )
    evaluations = -(-schedule.epochs // schedule.evaluate_every)
    judged = evaluations * (data.test + settings.data.validation)
    return Cost(
        parameters=network.parameters,
        units=network.units,
        steps_an_epoch=steps,
        steps=steps * schedule.epochs,
        images=optimiser.batch + optimiser.batch_unlabelled,
        under=network.under,
        upper=network.upper,
        step=step,
        training=step * steps * schedule.epochs,
        evaluation=2.0 * judged * (network.under + network.upper),
    )


def passes(settings: Settings) -> list[Passes]:
    """What a step runs, in its order.

    A clean pass that feeds several terms is counted once. The second pass of VAdD runs below the
    attacked layer only if something differs there: masks, views or Gaussian noise.
    """
    method, optimiser, loss = settings.method, settings.optimiser, settings.loss
    few = optimiser.batch_unlabelled > 0
    batch = optimiser.batch_unlabelled or optimiser.batch
    found = [Passes("cross entropy", optimiser.batch, _TRAINED, _TRAINED)]
    if few and (method != "plain" or loss.entropy):
        clean = _TRAINED if method not in ("plain", "vat") or loss.entropy else _FORWARD
        found.append(Passes("clean outputs", batch, clean, clean))
    if method == "pi":
        found.append(_second(settings, batch))
    if "add" in method:
        found.append(Passes("mask search", batch, 0.0, _SEARCHED))
        found.append(_second(settings, batch))
    if method == "at":
        found.append(Passes("input search", batch, _SEARCHED, _SEARCHED))
        found.append(Passes("at", batch, _TRAINED, _TRAINED))
    if method.endswith("vat"):
        search = _SEARCHED * settings.attack.power_iterations
        found.append(Passes("input search", batch, search, search))
        found.append(Passes("vat", batch, _TRAINED, _TRAINED))
    return found


def in_words(seconds: float) -> str:
    """A time to read: "40 s", "3.5 min", "2.0 h", "15 days"."""
    for unit, length in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} s"


def _second(settings: Settings, batch: int) -> Passes:
    """The second pass of a consistency term."""
    noise = settings.noise
    dropout = noise.hidden_dropout > 0 and settings.network.name != "autoencoder"
    same = noise.views == 1 and noise.gaussian == 0 and (noise.shared or not dropout)
    below = 0.0 if same else _TRAINED
    return Passes("second pass", batch, below, _TRAINED)


def _sizes(settings: Settings, data: Data) -> tuple[int, int]:
    """How many images are labelled and how many unlabelled."""
    wanted, optimiser = settings.data, settings.optimiser
    left = data.train - wanted.validation
    if left < 1:
        raise ValueError(
            f"data.validation must be below {data.train}, the training images of {wanted.name}, "
            f"got {wanted.validation}"
        )
    labelled = left if wanted.labels is None else wanted.labels
    if labelled > left:
        raise ValueError(
            f"data.labels must be at most {left}, the training images of {wanted.name} that are "
            f"not held out, got {labelled}"
        )
    unlabelled = left if wanted.unlabelled_includes_labelled else left - labelled
    for key, batch, size in (
        ("batch", optimiser.batch, labelled),
        ("batch_unlabelled", optimiser.batch_unlabelled, unlabelled),
    ):
        if batch > size:
            raise ValueError(f"optimiser.{key} must be at most {size} images, got {batch}")
    return labelled, unlabelled


def _network(settings: Settings, data: Data) -> _Network:
    build = {"mnist": _mnist, "autoencoder": _autoencoder}.get(settings.network.name, _conv)
    return build(settings, data)


def _mnist(settings: Settings, data: Data) -> _Network:
    channels, height, width = data.shape
    norm = settings.network.norm != "none"
    area = settings.network.kernel**2
    under, parameters = 0, 0
    for filters in _widths(settings):
        under += height * width * area * channels * filters
        parameters += area * channels * filters + filters * (2 if norm else 1)
        channels, height, width = filters, -(-height // 2), -(-width // 2)
    units = channels * height * width
    upper = units * _MNIST_HIDDEN + _MNIST_HIDDEN * data.classes
    parameters += upper + _MNIST_HIDDEN * (3 if norm else 1) + data.classes
    return _Network(under, upper, parameters + _top(settings, data), units)


def _conv(settings: Settings, data: Data) -> _Network:
    first, second, *last = _widths(settings)
    channels, height, width = data.shape
    half, quarter = (-(-height // 2), -(-width // 2)), (-(-height // 4), -(-width // 4))
    inner = (quarter[0] - 2, quarter[1] - 2)
    plan = [(first, 9, (height, width))] * 3 + [(second, 9, half)] * 3
    plan += [(last[0], 9, inner), (last[1], 1, inner), (last[2], 1, inner)]
    under, parameters = 0, 0
    for filters, area, size in plan:
        under += prod(size) * area * channels * filters
        parameters += area * channels * filters
        parameters += filters * (2 if settings.network.norm != "none" else 1)
        channels = filters
    upper = channels * data.classes
    parameters += upper + data.classes + _top(settings, data)
    return _Network(under, upper, parameters, channels)


def _autoencoder(settings: Settings, data: Data) -> _Network:
    units = max(1, round(_AUTOENCODER * settings.network.width))
    weights = prod(data.shape) * units
    norm = 2 * units if settings.network.norm != "none" else 0
    return _Network(weights, weights, 2 * weights + units + prod(data.shape) + norm, units)


def _top(settings: Settings, data: Data) -> int:
    return 2 * data.classes if settings.network.top_norm else 0


def _widths(settings: Settings) -> list[int]:
    filters = _FILTERS[settings.network.name]
    return [max(1, round(number * settings.network.width)) for number in filters]
