"""The page proofs/README.md: claim -> theorem -> file -> derivation.

  theorems(folder)  == reference -> (theorem, file), read from the comments above theorems
  page()            == the whole page; `python -m proofs.table` prints it

One name ties a claim, its theorem and its derivation; a test compares this page with the
sources.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from linreg_theory.claims import CLAIMS
from linreg_theory.evidence.formal import FOLDER, PARTIAL
from proofs.symbolic import CHAINS

__all__ = ["page", "theorems"]

_THEOREM = re.compile(r"\(\* ((?:AT|AD|ME|NB|BY)-\d+):.*?\*\)\s*Theorem (\w+)", re.DOTALL)

_HEAD = """\
# Proofs

`make proofs` builds the machine-checked ones (Coq 8.16 with mathcomp 1.15, algebra-tactics and
zify, Debian's packages) and compares what `rocq/showcase.v` prints with the golden file. The
showcase restates every theorem in mathcomp's own words, closes it in one line, and prints its
statement and its assumptions: none. To check what is claimed, read that one file.
`make -C proofs/rocq check` has Coq's independent checker go over what was compiled, `check-all`
over mathcomp and Coq's library, too. Every theorem has wrong twins, `<theorem>_mutant_<word>`:
its statement with one thing wrong, refuted at a small rational instance.
[FINDINGS.md](FINDINGS.md) says which statements had to change in order to be provable.

`symbolic/` holds derivations for N, D and k of any size, step by step; `symbolic/checker.py`
says what is trusted. To print one in LaTeX:

```sh
python -c "from proofs.symbolic import *; print(render(CHAINS['gamma_at_term_is_squared_l1']))"
```

`python -m proofs.table > proofs/README.md` writes this page; a test compares it.

| claim | theorem | file | proved | steps derived |
|---|---|---|---|---|
"""


def theorems(folder: Path = FOLDER) -> dict[str, tuple[str, str]]:
    """The theorem of each reference, and the file it is in."""
    return {
        ref: (name, path.name)
        for path in sorted(folder.glob("claims_*.v"))
        for ref, name in _THEOREM.findall(path.read_text())
    }


def page() -> str:
    """The page, with a row for each claim of the atlas that has a theorem."""
    rows = [_row(ref, name, file) for ref, (name, file) in sorted(theorems().items(), key=_place)]
    return _HEAD + "\n".join(rows) + "\n"


def _row(ref: str, name: str, file: str) -> str:
    proved = f"in part, not {PARTIAL[name]}" if name in PARTIAL else "whole"
    steps = sum(len(chain.steps) for key, chain in CHAINS.items() if key.split("/")[0] == name)
    return f"| {ref} | `{name}` | {file} | {proved} | {steps or '-'} |"


def _place(item: tuple[str, tuple[str, str]]) -> tuple[int, int]:
    letters, number = item[0].split("-")
    return ("AT", "AD", "ME", "NB", "BY").index(letters), int(number)


if __name__ == "__main__":
    assert len(CLAIMS) <= len(theorems())
    sys.stdout.write(page())
