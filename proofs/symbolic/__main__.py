"""Check every derivation: `python -m proofs.symbolic` prints the names that stand.

With --json it prints the derivations themselves, their steps in LaTeX with the reasons. Ends with
status 1, naming the chain and the step, at the first step that is not confirmed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from proofs.symbolic import CHAINS, WrongStep, check
from proofs.symbolic.rendering import as_plain


def main(arguments: Sequence[str]) -> int:
    """Check the chains in order; 0 if all of them are confirmed."""
    try:
        confirmed = {key: check(chain) for key, chain in CHAINS.items()}
    except WrongStep as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if "--json" in arguments:
        json.dump([as_plain(CHAINS[key], steps) for key, steps in confirmed.items()], sys.stdout)
        return 0
    sys.stdout.writelines(f"{name}\n" for name in {chain.name: None for chain in CHAINS.values()})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
