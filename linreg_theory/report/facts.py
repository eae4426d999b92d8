"""All facts of the page, gathered before a word of it is written.

ClaimFacts            == a claim with its evidence, derivation, theorem, example and figures
Cell                  == what the table says of one kind of evidence
MutantFacts           == a wrong twin, and the kinds of evidence that refuted it
Part                  == a part of the paper and its claims
Page                  == everything: run, parts, figures, erratum
gather(run, ...)      == the Page of a run
PARTS                 == prefix of a reference -> title of the part
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from linreg_theory.claims import CLAIMS
from linreg_theory.claims.claim import KINDS, VERDICTS, Claim
from linreg_theory.datasets import Dataset
from linreg_theory.report.derivations import Derivation, Derivations
from linreg_theory.report.erratum import ERRATA, PLACES, Erratum
from linreg_theory.report.pictures import Drawn
from linreg_theory.report.run import Found, Run, Tried
from linreg_theory.report.worked import Worked, in_numbers, work_through

__all__ = ["PARTS", "Cell", "ClaimFacts", "MutantFacts", "Page", "Part", "gather"]

PARTS = {
    "AT": "Adversarial training, Formulas 12 and 13",
    "AD": "Adversarial dropout, Formulas 14 to 16",
    "ME": "The method behind them, Formulas 1 to 11 and Algorithm 1",
    "NB": "Neighbours to compare with",
    "BY": "Beyond the paper",
}

_THE_PAPERS = ("AT", "AD", "ME")


@dataclass(frozen=True)
class Cell:
    """What the table says of one kind of evidence for a claim."""

    kind: str
    text: str
    state: str  # good | bad | absent | none
    note: str  # the same in a sentence


@dataclass(frozen=True)
class MutantFacts:
    """A wrong twin of a claim."""

    mistake: str
    refuted_by: tuple[str, ...]  # kinds
    survived: tuple[str, ...]


@dataclass(frozen=True)
class ClaimFacts:
    """Everything the page says of one claim."""

    claim: Claim
    found: Found
    cells: tuple[Cell, ...]  # one for each of KINDS
    mutants: tuple[MutantFacts, ...]
    derivations: tuple[Derivation, ...]
    theorem: str
    worked: Worked | None
    figures: tuple[Drawn, ...]  # shown here
    figures_elsewhere: tuple[Drawn, ...]
    errata: tuple[int, ...]  # their numbers

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of evidence that count for it."""
        return tuple(tried.kind for tried in self.found.evidence if tried.counts)

    @property
    def verdict(self) -> str:
        """The verdict, as a name for style sheets."""
        return self.claim.verdict.replace(" ", "-")


@dataclass(frozen=True)
class Part:
    """A part of the paper and its claims."""

    key: str
    title: str
    claims: tuple[ClaimFacts, ...]


@dataclass(frozen=True)
class Page:
    """Everything the page says."""

    run: Run
    parts: tuple[Part, ...]
    derivations: Derivations
    errata: tuple[Erratum, ...]
    examples: dict[str, Markup]  # the smallest counterexample of a claim, in a line
    figures: tuple[Drawn, ...]
    data: Dataset  # of the figures
    seed: int  # of the figures

    @property
    def claims(self) -> tuple[ClaimFacts, ...]:
        """All claims, in order."""
        return tuple(facts for part in self.parts for facts in part.claims)

    @property
    def verdicts(self) -> dict[str, int]:
        """How many claims have each verdict."""
        return _count(self.claims)

    @property
    def verdicts_on_the_paper(self) -> dict[str, int]:
        """The same of the claims that are the paper's own sentences and formulas."""
        return _count([f for part in self.parts if part.key in _THE_PAPERS for f in part.claims])

    @property
    def cases(self) -> dict[str, int]:
        """How many cases each kind of evidence tried, over all claims."""
        tried = [t for f in self.claims for t in f.found.evidence if t.counts]
        return {kind: sum(t.cases for t in tried if t.kind == kind) for kind in KINDS}

    @property
    def errata_by_place(self) -> dict[str, list[tuple[int, Erratum]]]:
        """The entries with their numbers, by the place in the paper."""
        numbered = list(enumerate(self.errata, 1))
        return {place: [(n, e) for n, e in numbered if e.place == place] for place in PLACES}

    @property
    def other_data(self) -> bool:
        """Whether the figures are of other data than the run."""
        problem = self.data.problem
        ran = (self.run.data, self.run.samples, self.run.features, self.run.target)
        return ran != (self.data.name, problem.n_samples, problem.n_features, self.data.target)


def _count(claims: Sequence[ClaimFacts]) -> dict[str, int]:
    return {verdict: sum(f.claim.verdict == verdict for f in claims) for verdict in VERDICTS}


def gather(
    run: Run,
    derivations: Derivations,
    theorems: dict[str, str],
    figures: Sequence[Drawn],
    data: Dataset,
    seed: int,
) -> Page:
    """The facts of a run, claim by claim.

    Raises
    ------
    ValueError
        If a counterexample on file does not have the sides that are on file.
    """
    facts = [
        _facts(claim, run.claims[claim.ref], derivations, theorems, figures) for claim in CLAIMS
    ]
    parts = tuple(
        Part(key, title, tuple(f for f in facts if f.claim.ref.startswith(f"{key}-")))
        for key, title in PARTS.items()
    )
    examples = {c.ref: in_numbers(c.counterexample) for c in CLAIMS if c.counterexample}
    return Page(run, parts, derivations, ERRATA, examples, tuple(figures), data, seed)


def _facts(
    claim: Claim,
    found: Found,
    derivations: Derivations,
    theorems: dict[str, str],
    figures: Sequence[Drawn],
) -> ClaimFacts:
    by_kind = {tried.kind: tried for tried in found.evidence}
    if claim.name in derivations.chains and "symbolic" in by_kind:  # checked for the page
        by_kind["symbolic"] = replace(by_kind["symbolic"], derived=True)
    its_own = tuple(figure for figure in figures if claim.ref in figure.claims)
    return ClaimFacts(
        claim=claim,
        found=found,
        cells=tuple(_cell(kind, by_kind.get(kind)) for kind in KINDS),
        mutants=tuple(_mutant(m.mistake, found.evidence) for m in claim.mutants),
        derivations=derivations.chains.get(claim.name, ()),
        theorem=theorems.get(claim.name, ""),
        worked=work_through(claim),
        figures=tuple(figure for figure in its_own if figure.claims[0] == claim.ref),
        figures_elsewhere=tuple(figure for figure in its_own if figure.claims[0] != claim.ref),
        errata=tuple(n for n, entry in enumerate(ERRATA, 1) if claim.ref in entry.claims),
    )


def _mutant(mistake: str, evidence: Sequence[Tried]) -> MutantFacts:
    """A theorem has no cases to refute a mutant with."""
    tried = [t for t in evidence if t.counts and t.kind != "formal"]
    return MutantFacts(
        mistake,
        refuted_by=tuple(t.kind for t in tried if mistake not in t.surviving),
        survived=tuple(t.kind for t in tried if mistake in t.surviving),
    )


def _cell(kind: str, tried: Tried | None) -> Cell:
    if tried is None:
        return Cell(kind, "-", "none", "Not tried.")
    if not tried.counts:
        note = {
            "absent": "Absent: not checked in this run.",
            "partial": "Partial: it proves less than the claim says, and does not count.",
        }[tried.outcome]
        return Cell(kind, tried.outcome, "absent", note)
    if tried.outcome != "confirmed":
        return Cell(kind, tried.outcome, "bad", _sentence(tried))
    text = "proved" if kind == "formal" else f"{tried.cases:,}{' any' if tried.derived else ''}"
    return Cell(kind, text, "good" if tried.sound else "bad", _sentence(tried))


def _sentence(tried: Tried) -> str:
    """The outcome with its cases, and what was left open."""
    if tried.kind == "formal":
        proved = "Proved for all sizes." if tried.outcome == "confirmed" else "Not proved."
        return f"{proved} {tried.failure}".rstrip()
    cases = f"{tried.cases:,} case{'s' if tried.cases != 1 else ''}"
    words = [f"{tried.outcome.capitalize()} on {cases}"]
    if tried.undecided:
        words.append(f"{tried.undecided:,} undecided")
    if tried.derived:
        words.append("derived for any size")
    if tried.surviving:
        words.append(f"did not refute: {'; '.join(tried.surviving)}")
    if tried.failure:
        words.append(f"failed on {tried.failure}")
    return f"{', '.join(words)}."
