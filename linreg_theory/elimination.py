"""Linear equations in fractions.

eliminate(A, b) == a solution of A x = b, or None
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from gmpy2 import mpq

from linreg_theory.arrays import Array

__all__ = ["eliminate"]


def eliminate(
    matrix: Sequence[Sequence[mpq]] | Array, right: Sequence[mpq] | Array
) -> Array | None:
    """A solution of the equations by elimination; unknowns that are free are zero.

    Returns None if there is none.
    """
    rows = [[*left, value] for left, value in zip(matrix, right, strict=True)]
    width = len(rows[0]) - 1 if rows else np.shape(matrix)[1]
    pivots: list[int] = []
    for column in range(width):
        at = len(pivots)
        pivot = next((r for r in range(at, len(rows)) if rows[r][column] != 0), None)
        if pivot is None:
            continue
        rows[at], rows[pivot] = rows[pivot], rows[at]
        top, scale = rows[at], 1 / rows[at][column]
        top[column:] = [value * scale for value in top[column:]]
        for r, row in enumerate(rows):
            factor = row[column]
            if r != at and factor != 0:
                row[column:] = [
                    a - factor * b for a, b in zip(row[column:], top[column:], strict=True)
                ]
        pivots.append(column)
    if any(row[-1] != 0 for row in rows[len(pivots) :]):
        return None
    solution = np.array([mpq(0)] * width, dtype=object)
    for row, column in zip(rows, pivots, strict=False):
        solution[column] = row[-1]
    return solution
