"""The cross entropy as the distance of two outputs.

  CHAINS            == ME-10
  teacher, student  == t_ij >= 0 and q_ij, the probabilities of class j that two outputs give
  lg(u)             == the logarithm; of it, only what chains assume is used

Classes are indexed as features are: D is their number here.
"""

from __future__ import annotations

from typing import Any

from sympy import Function

from proofs.symbolic.bounds import Fact, given, known, over, times, vanishing
from proofs.symbolic.checker import Chain, Step
from proofs.symbolic.notation import delta, features, i, j, letter

__all__ = ["CHAINS", "lg", "student", "teacher"]

Expr = Any

teacher, student = letter("t", nonnegative=True), letter("q")
lg = Function("lg", real=True)
_entropy = -features(teacher[i, j] * lg(teacher[i, j]))
_cross = -features(teacher[i, j] * lg(student[i, j]))
_divergence = features(teacher[i, j] * (lg(teacher[i, j]) - lg(student[i, j])))
_split = Step("=", _divergence + _entropy, "the logarithm of the teacher is added and taken off")
_negative = Fact("q_ij <= 1: its logarithm is at most 0", -lg(student[i, j]))
_tangent = Fact("lg u <= u - 1", teacher[i, j] - 1 - lg(teacher[i, j]))
_total = Fact("the teacher's probabilities add up to 1", features(teacher[i, j]) - 1, exact=True)
_equal = Fact("the logarithms are equal", lg(teacher[i, j]) - lg(student[i, j]), exact=True)
ME_10 = Chain("cross_entropy_is_not_zero_on_equals", "ME-10", _cross, (_split,))
EQUALS = Chain(
    "cross_entropy_is_not_zero_on_equals",
    "ME-10",
    _cross,
    (
        _split,
        Step("=", _entropy, "the divergence of equals is 0", vanishing(_equal, -teacher[i, j], j)),
        Step(
            ">=",
            features(teacher[i, j] * (1 - teacher[i, j])),
            "$-\\mathrm{lg}\\, u \\ge 1 - u$",
            over(times(known(teacher[i, j]), given(_tangent)), j),
        ),
        Step(
            "=",
            1 - features(teacher[i, j] ** 2),
            "zero for one-hot outputs only",
            vanishing(_total, -1),
        ),
    ),
    part="equals",
    assuming=(_equal, _tangent, _total),
)
SIGNED = Chain(
    "cross_entropy_is_not_zero_on_equals",
    "ME-10",
    _cross,
    (
        Step(
            ">=",
            0 * delta,
            "$t_{ij} \\ge 0 \\ge \\mathrm{lg}\\, q_{ij}$",
            over(times(known(teacher[i, j]), given(_negative)), j),
        ),
    ),
    part="signed",
    assuming=(_negative,),
)

CHAINS = (ME_10, EQUALS, SIGNED)
