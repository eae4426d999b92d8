"""Curves for TensorBoard, made from the lines of metrics.jsonl.

  Curves(folder, rows)  == an event file with the curves of these rows, anew
  curves.add(row)       == one more row
  scalars(row)          == name -> number, the points that a row adds

The file is written whole from the metrics whenever a run begins or goes on, so that the curves
never show an epoch twice; and it bears no machine's name, as TensorBoard's own writer has it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from deep.training.checkpoints import write_whole

__all__ = ["Curves", "scalars"]

_NAME = "events.out.tfevents.run"  # TensorBoard reads what has "tfevents" in its name
_NO_CURVES = ("epoch", "time")


class Curves:
    """The event file of a run, a context.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    rows : iterable of mappings
        The epochs so far.

    Raises
    ------
    OSError
        If it cannot be written.
    """

    def __init__(self, folder: Path, rows: Iterable[Mapping[str, Any]]) -> None:
        folder.mkdir(exist_ok=True)
        past = io.BytesIO()
        self._records = RecordWriter(past)
        self._write(Event(file_version="brain.Event:2"))
        for row in rows:
            self.add(row)
        write_whole(folder / _NAME, past.getvalue())
        self._file = (folder / _NAME).open("ab")
        self._records = RecordWriter(self._file)

    def add(self, row: Mapping[str, Any]) -> None:
        """The points of one epoch, in the file when this returns."""
        values = [Summary.Value(tag=t, simple_value=x) for t, x in scalars(row).items()]
        self._write(Event(wall_time=row["time"], step=row["epoch"], summary=Summary(value=values)))

    def _write(self, event: Any) -> None:
        self._records.write(event.SerializeToString())
        self._records.flush()

    def __enter__(self) -> Curves:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def scalars(row: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a row, those of its parts as "part/name"; what is None has no point."""
    found: dict[str, float] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            found |= {f"{key}/{name}": each for name, each in scalars(value).items()}
        elif value is not None and key not in _NO_CURVES:
            found[key] = float(value)
    return found
