"""Lower bounds of robust regression by tangents: the zero threshold and weak duality.

  CHAINS     == AT-8 and BY-7
  dual, cap  == dual variables alpha_i, and A_i >= |alpha_i|

Each is a bound for every w at once, by the tangent of a square at a point chosen before.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs

from proofs.symbolic.balls import reach
from proofs.symbolic.bounds import Fact, by, given, known, over, plus, times
from proofs.symbolic.checker import Chain, Step
from proofs.symbolic.notation import delta, e, features, i, j, l1, letter, n, samples, w, x, y

__all__ = ["CHAINS", "cap", "dual"]

Expr = Any

dual, cap = letter("alpha"), letter("A", nonnegative=True)

# AT-8: zero weights are optimal from a radius on; BY-7: weak duality.
_budget = delta * samples(Abs(y[n]), n)
_threshold = Fact("|sum_i y_i x_ij| <= delta sum_n |y_n|", _budget - Abs(samples(y[i] * x[i, j])))

AT_8 = Chain(
    "zero_is_robust_iff_radius_reaches_threshold",
    "AT-8",
    samples(reach**2),
    (
        Step(
            ">=",
            samples(y[i] ** 2 + 2 * Abs(y[i]) * (reach - Abs(y[i]))),
            "a tangent of the square: $t^2 \\ge y^2 + 2 |y| (t - |y|)$",
            over(known((reach - Abs(y[i])) ** 2), i),
        ),
        Step(
            ">=",
            samples(y[i] ** 2 + 2 * y[i] * (e[i] - y[i])) + 2 * l1() * _budget,
            "$|y_i| |e_i| \\ge y_i e_i$",
            times(known(2), over(by("product", y[i], e[i]), i)),
        ),
        Step(
            "=",
            samples(y[i] ** 2) + 2 * features(_budget * Abs(w[j]) - samples(y[i] * x[i, j]) * w[j]),
            "$e_i - y_i = -x_i^\\top w$, and sums are exchanged",
        ),
        Step(
            ">=",
            samples(y[i] ** 2),
            "$\\delta \\|y\\|_1 |w_j| \\ge |\\sum_i y_i x_{ij}| |w_j| \\ge \\sum_i y_i x_{ij} w_j$",
            times(
                known(2),
                plus(
                    over(times(known(Abs(w[j])), given(_threshold)), j),
                    over(by("product", samples(y[i] * x[i, j]), w[j]), j),
                ),
            ),
        ),
    ),
    assuming=(_threshold,),
)

_cone = Fact("|alpha_i| <= A_i", cap[i] - Abs(dual[i]))
_feasible = Fact(
    "|sum_i x_ij alpha_i| <= delta sum_n A_n",
    delta * samples(cap[n], n) - Abs(samples(x[i, j] * dual[i])),
)
_value = samples(2 * y[i] * dual[i] - cap[i] ** 2)

BY_7 = Chain(
    "robust_regressions_have_weak_duality",
    "BY-7",
    samples(reach**2),
    (
        Step(
            ">=",
            samples(2 * cap[i] * reach - cap[i] ** 2),
            "a tangent of the square: $t^2 \\ge 2 A t - A^2$",
            over(known((reach - cap[i]) ** 2), i),
        ),
        Step(
            ">=",
            samples(2 * dual[i] * e[i] - cap[i] ** 2) + 2 * delta * samples(cap[i]) * l1(),
            "$A_i |e_i| \\ge |\\alpha_i| |e_i| \\ge \\alpha_i e_i$",
            times(
                known(2),
                plus(
                    over(times(known(Abs(e[i])), given(_cone)), i),
                    over(by("product", dual[i], e[i]), i),
                ),
            ),
        ),
        Step(
            "=",
            _value
            + 2
            * features(delta * samples(cap[n], n) * Abs(w[j]) - samples(x[i, j] * dual[i]) * w[j]),
            "$e_i = y_i - x_i^\\top w$, and sums are exchanged",
        ),
        Step(
            ">=",
            _value,
            "$X^\\top \\alpha$ is within the bound",
            times(
                known(2),
                plus(
                    over(times(known(Abs(w[j])), given(_feasible)), j),
                    over(by("product", samples(x[i, j] * dual[i]), w[j]), j),
                ),
            ),
        ),
    ),
    assuming=(_cone, _feasible),
)

CHAINS = (AT_8, BY_7)
