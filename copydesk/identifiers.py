"""Identifiers: short, stable, derived from content.

What belongs here: how an id is computed. An id never depends on time, machine, order or process.
"""

from __future__ import annotations

import hashlib
from typing import Final

# 80 bits: at 10^9 documents the chance of any collision (birthday bound n^2 / 2^81) is below 10^-6.
ID_HEX_DIGITS: Final = 20


def content_id(raw: bytes) -> str:
    """The id of raw bytes: the first 80 bits of their SHA-256, in hex."""
    return hashlib.sha256(raw).hexdigest()[:ID_HEX_DIGITS]


def key_id(*parts: str) -> str:
    """The id of a composite key; parts are length-prefixed, so ("ab", "c") and ("a", "bc") differ."""
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return content_id(joined.encode("utf-8"))
