"""What two runs compare to know that they see the same numbers.

  checksum(tensors, *words) == SHA-256, in hexadecimal, of named tensors and of words

Names, types, shapes and contents all count; the machine and its byte order do not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
from torch import Tensor

__all__ = ["checksum"]


def checksum(tensors: Mapping[str, Tensor], *words: str) -> str:
    """The SHA-256 of tensors, by name, and of words, in the order given.

    Parameters
    ----------
    tensors : mapping of tensors
        Of any shape and device. Their order in the mapping does not count.
    *words : str
        What else tells two things apart, such as the settings they come from.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digest = hashlib.sha256(repr(words).encode())
    for name in sorted(tensors):
        array = tensors[name].detach().cpu().numpy()
        array = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        digest.update(repr((name, array.dtype.str, tuple(array.shape))).encode())
        digest.update(array.data if array.size else b"")
    return digest.hexdigest()
