"""Check every derivation: `python -m proofs.symbolic` prints the names that stand.

Ends with status 1, naming the chain and the step, at the first step that is not confirmed.
"""

from __future__ import annotations

import sys

from proofs.symbolic import CHAINS, WrongStep, check


def main() -> int:
    """Check the chains in order; 0 if all of them are confirmed."""
    try:
        for chain in CHAINS.values():
            check(chain)
    except WrongStep as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.writelines(f"{name}\n" for name in {chain.name: None for chain in CHAINS.values()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
