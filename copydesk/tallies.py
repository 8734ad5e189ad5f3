"""Tallies: how often a character stands in each text of a column.

What belongs here: counting ASCII characters in whole columns of text, a pass over the bytes of all texts together for each
question. What does not: patterns (signs.py), what the counts are good for (roles.py, block_features.py).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.contexts import Mask

Counts = NDArray[np.int32]

# A large odd multiple a letter, so that other letters hardly make the same sum.
_LETTER_CODES: Final = np.zeros(256, dtype=np.uint64)
for _number, _letter in enumerate("abcdefghijklmnopqrstuvwxyz", start=1):
    _LETTER_CODES[[ord(_letter), ord(_letter.upper())]] = pow(0x9E3779B97F4A7C15, _number, 2**64)


def bytes_of(text: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The UTF-8 bytes of all texts together, which are not null, and where each begins and, at last, the last ends."""
    strings = text.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, content = strings.buffers()
    first = strings.offset
    bounds = np.frombuffer(offsets, dtype=np.int64)[first : first + len(text) + 1]
    if len(bounds) and content is not None:
        return np.frombuffer(content, dtype=np.uint8)[bounds[0] : bounds[-1]], bounds - bounds[0]
    return np.zeros(0, dtype=np.uint8), np.zeros(len(text) + 1, dtype=np.int64)


class Tally:
    """The texts of a column without nulls as one run of UTF-8 bytes; one that is ASCII stands for itself alone."""

    def __init__(self, text: pl.Series) -> None:
        """Take the texts; their bytes are not copied again."""
        self._bytes, self._bounds = bytes_of(text)
        self._filled = np.flatnonzero(np.diff(self._bounds))

    def count(self, character: str) -> Counts:
        """How often the ASCII character stands in each text."""
        return self._sum(self._bytes == ord(character))

    def count_between(self, low: str, high: str) -> Counts:
        """How many characters of the ASCII range, both ends included, stand in each text."""
        return self._sum((self._bytes - np.uint8(ord(low))) <= ord(high) - ord(low))

    def count_words(self) -> Counts:
        """How many runs of anything but ASCII white space each text has; it neither begins nor ends with any."""
        space = (self._bytes == ord(" ")) | (
            (self._bytes - np.uint8(ord("\t"))) <= ord("\r") - ord("\t")
        )
        begins = space.copy()
        begins[1:] &= ~space[:-1]
        words = self._sum(begins)
        words[self._filled] += 1
        return words

    def fingerprint(self) -> NDArray[np.uint64]:
        """A number that all texts share that have the same ASCII letters, in whatever case and order."""
        prints = np.zeros(len(self._bounds) - 1, dtype=np.uint64)
        if len(self._filled):
            prints[self._filled] = np.add.reduceat(
                _LETTER_CODES[self._bytes], self._bounds[self._filled]
            )
        return prints

    def _sum(self, marked: Mask) -> Counts:
        counts = np.zeros(len(self._bounds) - 1, dtype=np.int32)
        if len(self._filled):
            counts[self._filled] = np.add.reduceat(
                marked, self._bounds[self._filled], dtype=np.int32
            )
        return counts
