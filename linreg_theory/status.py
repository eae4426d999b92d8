"""What a reader sees of a run in a terminal.

status_table(results)     == a rich table, a line a claim
summary(results)          == one sentence: how many verdicts stand
verdict_table(claims)     == the verdicts alone, as Markdown
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from linreg_theory.claims.claim import KINDS, Claim
from linreg_theory.evidence import Evidence
from linreg_theory.verification import Result

__all__ = ["status_table", "summary", "verdict_table"]

_STYLES = {"holds": "green", "holds if": "cyan", "corrected": "yellow", "refuted": "red"}


def status_table(results: Sequence[Result]) -> Table:
    """A line a claim: verdict, plain words, cases of each kind of evidence, mutants refuted.

    "any" behind the symbolic cases: also derived for N, D and k of any size.
    """
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("claim", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("in plain words", ratio=1, min_width=24)
    for kind in KINDS:
        table.add_column(kind, justify="right", no_wrap=True)
    table.add_column("mutants", justify="right", no_wrap=True)
    for result in results:
        claim = result.claim
        shown = {e.kind: _cell(e) for e in result.evidence}
        table.add_row(
            Text(claim.ref, style="" if result.confirmed else "bold red"),
            Text(claim.verdict, style=_STYLES[claim.verdict]),
            claim.plain,
            *(shown.get(kind, Text("-", style="dim")) for kind in KINDS),
            f"{result.refuted_by_all}/{len(claim.mutants)}",
        )
    return table


def summary(results: Sequence[Result]) -> str:
    """How many verdicts stand, how many mutants were refuted, and what went wrong."""
    standing = sum(result.confirmed for result in results)
    mutants = sum(len(result.claim.mutants) for result in results)
    refuted = sum(result.refuted_by_all for result in results)
    lines = [
        f"{standing} of {len(results)} verdicts confirmed; "
        f"{refuted} of {mutants} mutants refuted by every kind of evidence."
    ]
    for result in results:
        lines += [f"{result.claim.ref}: {trouble}" for trouble in _troubles(result)]
    return "\n".join(lines)


def verdict_table(claims: Sequence[Claim]) -> str:
    """A Markdown table: claim, verdict, in plain words."""
    rows = [f"| {claim.ref} | {claim.verdict} | {claim.plain} |" for claim in claims]
    return "\n".join(["| claim | verdict | in plain words |", "|---|---|---|", *rows])


def _cell(evidence: Evidence) -> Text:
    if evidence.outcome in ("absent", "partial"):
        return Text(evidence.outcome, style="dim")
    if evidence.kind == "formal" and evidence.outcome == "confirmed":
        return Text("proved")
    if evidence.outcome != "confirmed":
        return Text(evidence.outcome, style="bold red")
    any_size = " any" if evidence.derived else ""
    return Text(f"{evidence.cases:,}{any_size}", style="red" if evidence.survived else "")


def _troubles(result: Result) -> list[str]:
    troubles = []
    for e in result.evidence:
        if e.outcome in ("absent", "partial") and not result.tried:
            troubles.append(f"{e.kind} evidence is {e.outcome}; nothing counts")
        elif e.outcome not in ("confirmed", "absent", "partial"):
            troubles.append(f"{e.kind}: {e.outcome} {e.failure or ''}".rstrip())
        troubles += [f"{e.kind}: did not refute the mutant that {m!r}" for m in e.survived]
    if result.counterexample != result.claim.counterexample:
        troubles.append(f"the search found another counterexample: {result.counterexample}")
    return troubles
