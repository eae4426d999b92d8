"""What the tests of the report share, so that none of them waits for a real run.

saved_run(data)       == a run in which everything was confirmed, as `verify --json` writes it
derivations(refs)     == derivations of some claims as they are shown
LINE                  == a figure that takes no time
"""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure as Picture

from linreg_theory import datasets, verification
from linreg_theory.claims import CLAIMS
from linreg_theory.claims.claim import KINDS
from linreg_theory.evidence import Evidence
from linreg_theory.figures import Data, Figure
from linreg_theory.report.derivations import Derivation, Derivations, DerivedStep
from proofs.symbolic import CHAINS
from proofs.symbolic.checker import Confirmed
from proofs.symbolic.rendering import as_plain


def _draw(data: Data) -> Picture:
    picture = Picture(figsize=(2, 1))
    picture.subplots().plot(data["x"], data["x"])
    return picture


LINE = Figure(
    name="line",
    title="A line",
    caption="What a line looks like, for AD-7 & others.",
    claims=("AT-1", "AD-7"),
    compute=lambda dataset, seed: {"x": [0, dataset.problem.n_samples]},
    draw=_draw,
)


def saved_run(data: str = "planted") -> dict[str, Any]:
    """A run in which every claim was confirmed and every mutant refuted, as `verify` saves it."""
    results = []
    for claim in CLAIMS:
        refuted = tuple(mutant.mistake for mutant in claim.mutants)
        evidence = tuple(
            Evidence(kind, "confirmed", 7, refuted=refuted if kind != "formal" else ())
            for kind in KINDS
            if kind in claim.kinds or kind == "formal"
        )
        results.append(verification.Result(claim, evidence, claim.counterexample))
    return verification.as_json(results, datasets.load(data), "quick", 0, 1.0)


def derivations(*refs: str) -> Derivations:
    """Derivations of some claims, or of all, as they are shown; test_symbolic.py checks them."""
    chains: dict[str, tuple[Derivation, ...]] = {}
    for chain in (each for each in CHAINS.values() if not refs or each.ref in refs):
        steps = [Confirmed(n, "normal form") for n in range(1, len(chain.steps) + 1)]
        plain = as_plain(chain, steps)
        shown = Derivation(
            part=plain["part"],
            start=plain["start"],
            steps=tuple(DerivedStep(**step) for step in plain["steps"]),
            where=tuple(map(tuple, plain["where"])),
            given=tuple(map(tuple, plain["given"])),
        )
        chains[chain.name] = (*chains.get(chain.name, ()), shown)
    return Derivations(chains)
