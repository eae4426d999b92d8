"""Files that are whole or not there.

whole_file(path)        == a context that gives a place beside the file to write it; moved into
                           place at the end, and gone if anything goes wrong
write_json(path, data)  == plain data as a file
write_text(path, text)  == text as a file
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["whole_file", "write_json", "write_text"]


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place to write the file: an interrupted run leaves the old file, or none.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind.
    """
    descriptor, name = tempfile.mkstemp(
        dir=path.parent or None, prefix=f".{path.stem}.", suffix=path.suffix
    )
    os.close(descriptor)
    try:
        yield Path(name)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def write_text(path: Path, text: str) -> None:
    """Write text whole, as UTF-8."""
    with whole_file(path) as place:
        place.write_text(text, encoding="utf-8")


def write_json(path: Path, data: Any) -> None:
    """Write plain data whole, as JSON."""
    write_text(path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")
