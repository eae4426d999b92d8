"""What a training step of each method costs beside a plain one, on the paper's MNIST net.

Run: python -m benchmarks.steps

Every method takes one step of Adam in turn on the same 128 labelled images, several rounds, and
the medians are compared, so that whatever else slows the machine slows all of them alike. "search"
is the share of the step that finding the adversarial mask takes: Jacobian and selection. Writes
benchmarks/results/steps.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor

from deep.methods import passes
from deep.methods.ensembles import Ensemble
from deep.methods.losses import terms
from deep.networks import network
from deep.networks.noise import Draw
from deep.settings import Settings, changed

RESULTS = Path(__file__).parent / "results"
BATCH, ROUNDS = 128, 15
PLAIN = Settings(recipe="benchmark", flavour="paper", method="plain")
ONE_VIEW = ["noise.top_dropout=0.5", "noise.views=1", "noise.shared=true"]
TWO_VIEWS = ["noise.top_dropout=0.5", "noise.views=2"]
# row -> (method, its settings, the most that its step may cost)
ROWS: dict[str, tuple[str, list[str], float | None]] = {
    "plain": ("plain", ONE_VIEW, None),
    "sadd": ("sadd", [*ONE_VIEW, "attack.delta=0.005"], 1.25),
    "vadd-kl": ("vadd-kl", [*ONE_VIEW, "attack.delta=0.005"], 1.25),
    "vadd-qe": ("vadd-qe", [*ONE_VIEW, "attack.delta=0.005"], 1.25),
    "temporal": ("temporal", ONE_VIEW, None),
    "pi, two views": ("pi", TWO_VIEWS, 2.2),
    "vadd-kl, two views": ("vadd-kl", [*TWO_VIEWS, "attack.delta=0.005"], 2.2),
    "vadd-qe, two views": ("vadd-qe", [*TWO_VIEWS, "attack.delta=0.005"], 2.2),
    "at": ("at", ONE_VIEW, None),
    "vat": ("vat", ONE_VIEW, 3.2),
}


@dataclass(frozen=True)
class Images:
    """Random images: the time of a step does not depend on what they show."""

    x: Tensor
    y: Tensor
    x2: Tensor
    index: Tensor
    u: Tensor | None = None
    u2: Tensor | None = None


class Searches:
    """Seconds spent in finding masks."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Within this, the searches of a step are timed."""
        names = ("jacobian", "adversarial_mask")
        kept = {name: getattr(passes, name) for name in names}
        for name, function in kept.items():
            setattr(passes, name, self._timed(function))
        try:
            yield
        finally:
            for name, function in kept.items():
                setattr(passes, name, function)

    def _timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **options: Any) -> Any:
            since = time.perf_counter()
            result = function(*arguments, **options)
            self.seconds += time.perf_counter() - since
            return result

        return timed


def stepper(settings: Settings, images: Images, device: torch.device) -> Callable[[], None]:
    """One step of Adam of this method, again and again on one network."""
    generator = torch.Generator(device).manual_seed(0)
    net = network(settings.network, settings.noise, (1, 28, 28), 10, generator)
    net.to(memory_format=torch.channels_last).train()  # as in training by default
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    ensemble = Ensemble(BATCH, 10, settings.loss.ensemble_decay, device)

    def step() -> None:
        adam.zero_grad(set_to_none=True)
        draw = Draw(generator, settings.noise)
        torch.autograd.backward(terms(net, images, settings, draw, 1.0, ensemble).total)
        adam.step()
        if device.type == "cuda":
            torch.cuda.synchronize()

    return step


def measured(device: torch.device, rounds: int) -> dict[str, dict[str, Any]]:
    """Median seconds of a step, the ratio to a plain one, and the share of the search."""
    generator = torch.Generator(device).manual_seed(1)
    views_of_all = torch.rand((2, BATCH, 1, 28, 28), generator=generator, device=device)
    x, x2 = (views.to(memory_format=torch.channels_last) for views in views_of_all)
    labels = torch.randint(10, (BATCH,), generator=generator, device=device)
    images = Images(x, labels, x2, torch.arange(BATCH, device=device))
    steps = {
        name: stepper(changed(PLAIN, [f"method={method}", *pairs]), images, device)
        for name, (method, pairs, _) in ROWS.items()
    }
    seconds: dict[str, list[float]] = {name: [] for name in ROWS}
    search: dict[str, list[float]] = {name: [] for name in ROWS}
    for turn in range(rounds + 1):
        for name, step in steps.items():
            searches = Searches()
            since = time.perf_counter()
            with searches.counted():
                step()
            if turn:  # the first is for warming up
                seconds[name].append(time.perf_counter() - since)
                search[name].append(searches.seconds / seconds[name][-1])
    plain = statistics.median(seconds["plain"])
    return {
        name: {
            "milliseconds": 1e3 * statistics.median(seconds[name]),
            "ratio": statistics.median(seconds[name]) / plain,
            "search": statistics.median(search[name]),
            "goal": goal,
            "reached": None if goal is None else statistics.median(seconds[name]) / plain <= goal,
        }
        for name, (_, _, goal) in ROWS.items()
    }


def shown(rows: dict[str, dict[str, Any]]) -> Table:
    table = Table(title=f"A step on {BATCH} images", title_justify="left", box=None)
    for name in ("method", "ms", "ratio", "search", "goal", "reached"):
        table.add_column(name, justify="left" if name == "method" else "right")
    for name, row in rows.items():
        reached = {None: "", True: "yes", False: "no"}[row["reached"]]
        goal = "" if row["goal"] is None else f"{row['goal']:g}"
        cells = f"{row['milliseconds']:.1f}", f"{row['ratio']:.2f}", f"{row['search']:.1%}"
        table.add_row(name, *cells, goal, reached)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.steps")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    rows = measured(torch.device(chosen.device), chosen.rounds)
    Console().print(shown(rows))
    details = {
        "rows": rows,
        "rounds": chosen.rounds,
        "device": chosen.device,
        "threads": torch.get_num_threads(),
        "processors": os.cpu_count(),
        "versions": {name: version(name) for name in ("torch", "numpy")},
        "machine": platform.machine(),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "steps.json").write_text(json.dumps(details, indent=1) + "\n")


if __name__ == "__main__":
    main()
