"""The theorems as the showcase states them: in mathcomp's own words, without our definitions.

showcase(folder)  == claim's name -> the statement in Coq; none where the file is not
"""

from __future__ import annotations

import re
from pathlib import Path

from linreg_theory.evidence.formal import FOLDER

__all__ = ["showcase"]

_THEOREM = re.compile(r"^(Theorem (\w+)\b.*?)\nProof\.", re.DOTALL | re.MULTILINE)


def showcase(folder: Path = FOLDER) -> dict[str, str]:
    """The statement of each theorem, from `Theorem` to its full stop."""
    file = folder / "showcase.v"
    if not file.is_file():
        return {}
    return {name: statement for statement, name in _THEOREM.findall(file.read_text("utf-8"))}
