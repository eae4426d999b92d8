"""What the tests of deep/data share: settings of data, by keyword."""

from __future__ import annotations

from typing import Any

from deep.settings import DataSettings


def data(**changes: Any) -> DataSettings:
    return DataSettings(**changes)
