"""Many runs, one after the other: which, in what order, and how long they still take.

  plan(methods, seeds, resolve) == the settings of all runs, seed by seed
  seeds_of(text)          == the seeds in "0-4" or "0,2,7-9"
  sweep(runs, finished, train, say)
                          == trains what is not finished; a Tally of what became of the runs
  Tally                   == finished before, trained, elsewhere, failed; whether it was stopped

A sweep that is begun again skips what is finished and goes on where it was. Two sweeps over the
same runs share them: a run that another process has is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deep.costs import estimate, in_words
from deep.settings import Settings

__all__ = ["Tally", "plan", "seeds_of", "sweep"]

_MOST_SEEDS = 1000

Result = Mapping[str, Any]


@dataclass
class Tally:
    """What became of the runs, by name in the words of `_name`."""

    before: list[str] = field(default_factory=list)
    trained: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    stopped: bool = False

    def __str__(self) -> str:
        parts = [f"{len(self.trained)} runs trained", f"{len(self.before)} finished before"]
        parts += [f"{len(self.elsewhere)} with another process"] if self.elsewhere else []
        parts += [f"{len(self.failed)} failed ({', '.join(self.failed)})"] if self.failed else []
        return ", ".join(parts) + (", then interrupted" if self.stopped else "")


def plan(
    methods: Sequence[str], seeds: Sequence[int], resolve: Callable[[str, int], Settings]
) -> list[Settings]:
    """The settings of every method with every seed; all methods of a seed before the next seed.

    So an unfinished sweep compares all methods on fewer seeds.

    Raises
    ------
    ValueError
        If a method or seed occurs twice, or `resolve` refuses one.
    """
    for name, values in (("methods", methods), ("seeds", seeds)):
        twice = [each for each in values if list(values).count(each) > 1]
        if twice:
            raise ValueError(f"{name} must name each once, got {twice[0]} twice")
    return [resolve(method, seed) for seed in seeds for method in methods]


def seeds_of(text: str) -> list[int]:
    """The seeds in a text such as "0-4" or "0,2,7-9".

    Raises
    ------
    ValueError
        If it is something else, or more than a thousand.
    """
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise ValueError(f'seeds must be as in "0-4" or "0,2,7-9", got {text!r}')
        low, high = int(first), int(last or first)
        if high < low or high - low + len(found) >= _MOST_SEEDS:
            raise ValueError(f"seeds must rise, and be at most {_MOST_SEEDS}, got {text!r}")
        found += range(low, high + 1)
    return found


def sweep(
    runs: Sequence[Settings],
    finished: Callable[[Settings], Result | None],
    train: Callable[[Settings], Result | None],
    say: Callable[[str], None],
) -> Tally:
    """Train, in their order, the runs that are not finished.

    Parameters
    ----------
    runs : sequence of Settings
    finished : callable
        What a run came to, or None if it is not finished.
    train : callable
        Likewise, after training it; None if somebody interrupted it.
    say : callable
        Takes a line for a person.

    Returns
    -------
    Tally
        A run whose loss is no number any more counts as failed, and the next one begins.

    Raises
    ------
    ValueError, OSError
        From `train`.
    """
    tally = Tally()
    clock = _Clock()
    for settings in runs:
        if (result := finished(settings)) is not None:
            clock.note(settings, result)
            tally.before.append(_name(settings))
    left = [settings for settings in runs if _name(settings) not in tally.before]
    for number, settings in enumerate(left):
        name = _name(settings)
        say(f"run {number + 1} of {len(left)}: {name}{clock.words(left[number:])}")
        try:
            result = train(settings)
        except BlockingIOError as error:
            say(f"{name}: {error}")
            tally.elsewhere.append(name)
            continue
        except ArithmeticError as error:
            say(f"{name}: {error}")
            tally.failed.append(name)
            continue
        if result is None:
            tally.stopped = True
            break
        clock.note(settings, result)
        tally.trained.append(name)
    return tally


class _Clock:
    """How long runs take, by what earlier ones of the same sweep took for their operations."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._work = 0.0

    def note(self, settings: Settings, result: Result) -> None:
        """Take a finished run into account."""
        self._seconds += float(result.get("seconds") or 0.0)
        self._work += _work(settings)

    def words(self, left: Iterable[Settings]) -> str:
        """How long these runs take, after a comma; nothing before any run is finished."""
        if not self._seconds:
            return ""
        seconds = self._seconds / self._work * sum(map(_work, left))
        return f", about {in_words(seconds)} left"


def _work(settings: Settings) -> float:
    cost = estimate(settings)
    return cost.training + cost.evaluation


def _name(settings: Settings) -> str:
    return f"{settings.method}, seed {settings.seed}"
