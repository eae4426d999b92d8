"""Hypothesis strategies and assertions, for identities of one's own.

  rationals(), vectors(size)  == small fractions, often 0, 1 and -1
  regressions()               == (problem, w): any shape from 1 x 1 up, with ties, zero
                                 residuals, zero weights, duplicate and zero columns
  budgets(D)                  == k in 0..D, both ends often
  radii()                     == delta >= 0, often 0
  base_masks(N, D)            == masks of zeros and ones
  rounded(x)                  == a problem or array in numbers that bound their errors
  assert_relation(rel, a, b)  == a rel b, decided exactly (fractions and symbols)
  assert_rounding(f, *args)   == f on floats is within the proven error of f in fractions

Every strategy builds its values (nothing is filtered away) and shrinks to the smallest: one
sample, one feature, zeros. `numbers`, of type Numbers, is "rational" (default) or "float";
floats include exact small integers, ordinary numbers, and scales from subnormal to 1e130.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from hypothesis import strategies as st

from linreg_theory.arrays import Array
from linreg_theory.problem import Problem
from linreg_theory.relations import holds, within_bounds
from linreg_theory.rounding import FLOAT32, FLOAT64, Rounded, Undecided

__all__ = [
    "Numbers",
    "assert_relation",
    "assert_rounding",
    "base_masks",
    "budgets",
    "radii",
    "rationals",
    "regressions",
    "rounded",
    "vectors",
]

Numbers = Literal["rational", "float"]

# Powers of two for X, w and the residuals: no square overflows, some underflow.
_SCALES = (
    (0, 0, 0),
    (0, 0, 0),
    (0, 0, -20),
    (7, -9, 0),
    (430, 20, 440),
    (-100, 400, 300),
    (-540, -500, -530),
    (-1060, 0, 0),
)


def rationals(largest: int = 6) -> st.SearchStrategy[Fraction]:
    """Fractions with small numerators and denominators 1, 2 or 3; shrinks to 0."""
    return st.builds(Fraction, st.integers(-largest, largest), st.sampled_from((1, 1, 1, 2, 3)))


def vectors(size: int, numbers: Numbers = "rational") -> st.SearchStrategy[Array]:
    """Vectors (size,) of fractions, or of floats up to 1000."""
    return st.one_of([_lists(entries, size).map(_array) for entries in _ENTRIES[numbers]])


@st.composite
def regressions(
    draw: st.DrawFn,
    max_samples: int = 3,
    max_features: int = 4,
    numbers: Numbers = "rational",
) -> tuple[Problem, Array]:
    """A problem and weights, drawn together so that zero residuals occur.

    Parameters
    ----------
    max_samples, max_features : int
        The largest N and D; the smallest are 1.
    numbers : {"rational", "float"}
    """
    d = draw(st.integers(1, max_features))
    entries = draw(st.sampled_from(_ENTRIES[numbers]))
    # Rows are drawn at full width and cut, so that a smaller D is one step of shrinking away.
    row = st.tuples(_lists(entries, max_features), entries, st.booleans())
    rows = draw(st.lists(row, min_size=1, max_size=max_samples))
    w = _array(draw(_lists(entries, max_features)))[:d]
    X = np.stack([_array(values)[:d] for values, _, _ in rows])
    residuals = _array([residual if missed else 0 * residual for _, residual, missed in rows])
    if d > 1 and draw(st.booleans()):  # the last column repeats another
        X[:, -1] = X[:, draw(st.integers(0, d - 2))]
    with np.errstate(all="ignore"):
        if numbers == "float":
            scales = draw(st.sampled_from(_SCALES))
            X, w, residuals = (
                array * 2.0**scale for array, scale in zip((X, w, residuals), scales, strict=True)
            )
        return Problem(X, X @ w + residuals), w


def budgets(n_features: int) -> st.SearchStrategy[int]:
    """k in 0..D, with both ends drawn often."""
    return st.one_of(st.sampled_from((0, n_features)), st.integers(0, n_features))


def radii(numbers: Numbers = "rational") -> st.SearchStrategy[Any]:
    """A radius delta >= 0, often 0 and 1."""
    if numbers == "rational":
        return rationals().map(abs)
    return st.one_of(st.sampled_from((0.0, 1.0, 0.5)), st.floats(0, 1e3))


def base_masks(n_samples: int, n_features: int) -> st.SearchStrategy[Array]:
    """Masks (N, D) of zeros and ones; shrinks to all ones."""
    dropped = _lists(st.integers(0, 1), n_samples * n_features)
    return dropped.map(lambda bits: 1 - np.array(bits, np.int8).reshape(n_samples, n_features))


def assert_relation(relation: str, computed: Any, claimed: Any) -> None:
    """Fail unless `computed relation claimed` is decided true, entry by entry.

    Parameters
    ----------
    relation : {"=", "<=", ">=", "iff"}
    computed, claimed : numbers, arrays or nested lists of them
        Exact: ints, fractions, SymPy expressions.

    Raises
    ------
    AssertionError
        With both sides, if it is false or cannot be decided.
    """
    verdict = holds(relation, computed, claimed)
    if verdict is not True:
        word = "false" if verdict is False else "undecided"
        raise AssertionError(f"{word}: {computed} {relation} {claimed}")


def assert_rounding(function: Callable[..., Any], *arguments: Any) -> bool:
    """Fail unless floats come within the proven error of the exact result.

    Parameters
    ----------
    function : callable
        Takes the arguments as given (floats) and again in numbers that bound the error.
    *arguments
        Problems, float arrays, floats; anything else (budgets, masks) is passed on as it is.

    Returns
    -------
    bool
        False if rounding decides a sign or an order in it, so that no bound can be proven.

    Raises
    ------
    AssertionError
        If a float is further from the exact value than its bound.
    """
    try:
        proven = function(*(rounded(argument) for argument in arguments))
    except Undecided:
        return False
    computed = function(*arguments)
    if not within_bounds(computed, proven):
        raise AssertionError(f"outside the proven error: {computed}, proven {proven}")
    return True


def rounded(value: Any) -> Any:
    """The same problem, array or number in `Rounded` numbers; floats only are touched."""
    if isinstance(value, Problem):
        return Problem(rounded(value.X), rounded(value.y))
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        form = FLOAT32 if value.dtype == np.float32 else FLOAT64
        return _objects([Rounded(float(x), form) for x in value.flat]).reshape(value.shape)
    return Rounded(value) if isinstance(value, float) else value


def _lists(entries: st.SearchStrategy[Any], size: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(entries, min_size=size, max_size=size)


def _array(values: list[Any]) -> Array:
    return np.array(values) if isinstance(values[0], float) else _objects(values)


def _objects(values: list[Any]) -> Array:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


_WHOLE = st.integers(-6, 6).map(float)
_ENTRIES: dict[Numbers, list[st.SearchStrategy[Any]]] = {
    "rational": [rationals()],
    "float": [_WHOLE, _WHOLE, st.floats(-1e3, 1e3)],
}
