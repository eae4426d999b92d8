"""Certificates of fits as files: plain JSON, strictly read.

  to_json(c)    == a fit's certificate as plain JSON: fractions as text, with a digest
  from_json(d)  == the certificate it was, whole but not yet checked
  digest(c)     == a fingerprint of every field

The digest tells a damaged file from a whole one; what proves anything is `check_fit`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from fractions import Fraction
from typing import Any

from linreg_theory.certificates import BadCertificate, DropoutCertificate, TrainingCertificate

__all__ = ["digest", "from_json", "to_json"]


def digest(certificate: TrainingCertificate | DropoutCertificate) -> str:
    """A fingerprint of every field, which tells a damaged file from a whole one."""
    content = json.dumps(_plain(certificate), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def to_json(certificate: TrainingCertificate | DropoutCertificate) -> dict[str, Any]:
    """Plain JSON: fractions as text, with the kind and the digest."""
    return _plain(certificate) | {"digest": digest(certificate)}


def from_json(content: Any) -> TrainingCertificate | DropoutCertificate:
    """The certificate that `to_json` wrote, unchecked but whole.

    Raises
    ------
    BadCertificate
        If a field is missing, unknown or not of its kind, or the digest is another.
    """
    kinds = {kind.__name__: kind for kind in (TrainingCertificate, DropoutCertificate)}
    if not isinstance(content, dict) or content.get("kind") not in kinds:
        raise BadCertificate(f"kind: it must be one of {', '.join(kinds)}")
    kind = kinds[content["kind"]]
    names = {field.name: str(field.type) for field in fields(kind)}
    if set(content) != {*names, "kind", "digest"}:
        odd = sorted(set(content) ^ {*names, "kind", "digest"})
        raise BadCertificate(f"{odd[0]}: missing or unknown")
    read = {name: _read(name, content[name], how) for name, how in names.items()}
    certificate: TrainingCertificate | DropoutCertificate = kind(**read)
    if content["digest"] != digest(certificate):
        raise BadCertificate("digest: the file was changed after it was written")
    return certificate


def _plain(certificate: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"kind": type(certificate).__name__}
    for field in fields(certificate):
        value = getattr(certificate, field.name)
        if field.type == "Vector":
            value = [str(number) for number in value]
        elif field.type == "Rows":
            value = [[str(number) for number in row] for row in value]
        plain[field.name] = str(value) if field.type == "Fraction" else value
    return plain


def _read(name: str, value: Any, how: str) -> Any:
    try:
        if how == "Rows":
            return [[_exact(number) for number in row] for row in value]
        if how == "Vector":
            return [_exact(number) for number in value]
        if how == "Fraction":
            return _exact(value)
    except (TypeError, ValueError, ZeroDivisionError):
        raise BadCertificate(f"{name}: fractions must be text like '1/3'") from None
    if type(value).__name__ != how:
        raise BadCertificate(f"{name}: must be of type {how}")
    return value


def _exact(text: Any) -> Fraction:
    if not isinstance(text, str):
        raise TypeError(text)
    return Fraction(text)
