"""How many threads linear algebra is worth.

  one_thread(entries) == context: BLAS keeps to one thread while the data have few entries

A solver's steps on small matrices take microseconds, which is less than threads need to meet:
on a busy machine they then wait for one another, spinning, many times longer than they work.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

__all__ = ["one_thread"]

_FEW = 1_000_000  # entries: a step is then below a tenth of a second


def one_thread(entries: int) -> AbstractContextManager[Any]:
    """Limit BLAS to one thread, if the data are small."""
    limited: AbstractContextManager[Any] = nullcontext()
    if entries <= _FEW:
        limited = _controller().limit(limits=1, user_api="blas")
    return limited


@cache
def _controller() -> ThreadpoolController:
    """Finding the libraries takes milliseconds, setting their number of threads none."""
    return ThreadpoolController()
