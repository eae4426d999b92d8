"""What a person sees while a run goes on, and how it is asked to stop.

  Progress(console, total)  == a bar with the time left, on a terminal; a context
  progress.begin(done)      == shows the bar
  progress.advance(words)   == one step more
  progress.say(line)        == a line above the bar
  time_left(seconds, done, left)
                            == the same estimate in words, for lines in a file
  Interruption()            == a context in which Ctrl-C and SIGTERM only set `asked`

A signal in the middle of an optimiser's step would leave half of the weights moved. So it is
noted, the step is finished, and the run ends where it can be taken up; a second Ctrl-C ends it at
once, and then the last checkpoint is what there is.
"""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar

__all__ = ["Interruption", "Progress", "time_left"]


class Progress:
    """A bar over all steps of a run.

    Parameters
    ----------
    console : Console
        If it is no terminal there is no bar, only lines.
    total : int
        Steps.
    """

    def __init__(self, console: Console, total: int) -> None:
        self._console, self._total = console, total
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            speed_estimate_period=300,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None

    @property
    def moving(self) -> bool:
        """Whether there is a bar."""
        return self._console.is_terminal

    def begin(self, done: int) -> None:
        """Show the bar, `done` steps of which an earlier session took."""
        self._task = self._bar.add_task("", total=self._total, completed=done)
        self._bar.start()

    def advance(self, words: str) -> None:
        """One step more, described by `words`."""
        if self._task is not None:
            self._bar.update(self._task, advance=1, description=words)

    def say(self, line: str) -> None:
        """One line that stays."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()


def time_left(seconds: float, done: int, left: int) -> str:
    """How long `left` steps take if `done` took so many seconds: "1:02:03 left"."""
    whole = round(seconds / done * left) if done else 0
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02} left"


class Interruption:
    """Whether somebody asked the run to stop.

    Attributes
    ----------
    asked : bool
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[int, Any] = {}

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = True

    def __enter__(self) -> Interruption:
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                self._before[number] = signal.signal(number, self._note)
            except ValueError:  # not in the main thread, which alone gets signals
                break
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
