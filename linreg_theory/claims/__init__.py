"""The paper's sentences, one file each, in the paper's order.

CLAIMS      == all claims; adding one is one file, one line here and one theorem
Claim       == what a claim is, see claim.py
"""

from linreg_theory.claims import ad_7, at_1
from linreg_theory.claims.claim import Claim

__all__ = ["CLAIMS", "Claim"]

CLAIMS: tuple[Claim, ...] = (at_1.CLAIM, ad_7.CLAIM)
