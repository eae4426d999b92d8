"""The derivations as a mathematician writes them, for N, D and k of any size.

  CHAINS          == key -> chain; the key is the claim's name, with "/part" for further parts
  check(chain)    == a Confirmed per step; WrongStep at the first that is not confirmed
  render(chain)   == the derivation in LaTeX, with its reasons
  Chain, Step     == a derivation, and a step of it
  evaluate(t, v)  == a side of a step in numbers, for sizes and values that are given

`training`, `balls`, `duals`, `dropout`, `budgets`, `collapse`, `method`, `divergences`,
`distances`, `counting`, `selection`, `deletion` and `noise` hold the chains; `checker` says what
is trusted.
"""

from proofs.symbolic import (
    balls,
    budgets,
    collapse,
    counting,
    deletion,
    distances,
    divergences,
    dropout,
    duals,
    method,
    noise,
    selection,
    training,
)
from proofs.symbolic.checker import Chain, Confirmed, Step, WrongStep, check
from proofs.symbolic.evaluation import evaluate
from proofs.symbolic.rendering import render

__all__ = ["CHAINS", "Chain", "Confirmed", "Step", "WrongStep", "check", "evaluate", "render"]

CHAINS: dict[str, Chain] = {
    chain.key: chain
    for room in (
        training,
        balls,
        duals,
        dropout,
        budgets,
        collapse,
        method,
        divergences,
        distances,
        counting,
        selection,
        deletion,
        noise,
    )
    for chain in room.CHAINS
}
