"""How far "verified" goes: what each kind of evidence did, and what nobody should read into it.

  Method        == a kind of evidence: what was done, what it speaks of
  METHODS       == one for each of KINDS
  LIMITS        == what the evidence together does not show
  PROFILES      == what a run's profile means for it

The texts are prose with $formulas$.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LIMITS", "METHODS", "PROFILES", "Method"]


@dataclass(frozen=True)
class Method:
    """A kind of evidence."""

    kind: str
    done: str
    speaks_of: str


METHODS = (
    Method(
        "formal",
        "A theorem with the claim's name, checked by Coq's kernel without axioms. The file "
        "showcase.v restates it in the words of the library mathcomp, without any definition of "
        "ours, and what Coq prints of it is compared with a file on record.",
        "every size at once: all N, D and k, all real values. It speaks of formulas over ordered "
        "fields, not of a program.",
    ),
    Method(
        "certified",
        "Fractions on larger cuts of the data. Each maximum is found by sorting and proved by a "
        "dual certificate, which a few lines of exact arithmetic judge.",
        "the cases that were tried, which are larger than those where every mask can be tried.",
    ),
    Method(
        "symbolic",
        "SymPy, for all real values at small sizes: every sign pattern, or every order of the "
        "products around zero. Where a derivation for any size exists, the table says “any”.",
        "all values at the sizes that were tried; of all sizes where a derivation is.",
    ),
    Method(
        "exact",
        "Fractions: all small whole-number cases in order of size, cases with planted ties and "
        "zeros, cuts of the data. Every mask and every corner of the ball is tried.",
        "the cases that were tried, without any rounding.",
    ),
    Method(
        "property",
        "Hypothesis draws cases and shrinks what fails: fractions first, then floats, which are "
        "held against a forward error bound proved for that very computation.",
        "the cases that were drawn. Draws in which rounding itself decides a sign or an order "
        "are left out, and counted.",
    ),
    Method(
        "integer",
        "Each maximum by two integer programs (cvxpy and HiGHS), a linear and a quadratic one, "
        "whose answers are evaluated again in fractions before they count.",
        "the cases that were tried.",
    ),
)

LIMITS = (
    "Every claim is one function that returns both sides of a statement. That function is run in "
    "several ways, and each of them must also refute every one of the claim's mutants: wrong "
    "twins with a flipped sign, a lost factor, an inner product for an outer one. Where a mutant "
    "passes, the verdict is not confirmed.",
    "Only formal evidence speaks of all sizes at once. It is about real-number formulas and not "
    "about the program; what ties the two is that one function, whose statement a reader has to "
    "compare with the theorem. Both are on this page.",
    "Where a theorem takes the logarithm, it takes any function with the properties it uses; "
    "random noise enters by its moments. Norms are non-negative numbers whose square is a sum of "
    "squares.",
    "Where the paper's wording fails, the smallest counterexample was searched for again in this "
    "run, in order of size, and compared with the one on file.",
    "Formula 14 and Algorithm 1 leave ties and the reading of their constraint open. Both "
    "readings are in the code, named, and a claim says which one it is about.",
    "The verdicts are about the paper's analysis and the method it stands on. Nothing here says "
    "how well either method trains a network.",
)

PROFILES = {
    "quick": "Few cases of each sort, and more only while a mutant survives.",
    "default": "Hundreds of cases of each sort, and more while a mutant survives.",
    "thorough": "Thousands of cases of each sort, and more while a mutant survives.",
}
