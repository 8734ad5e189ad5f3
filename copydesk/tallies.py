"""Tallies: how often a character stands in each text of a column.

What belongs here: counting ASCII characters in whole columns of text, a pass over the bytes of all texts together for each
question. What does not: patterns (signs.py), what the counts are good for (roles.py, block_features.py).
"""

from __future__ import annotations

import string
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.contexts import Mask

Counts = NDArray[np.int32]

# Squares, so that other letters seldom make the same sum.
_LETTER_CODES: Final = bytes(
    (ord(letter.lower()) - ord("a") + 1) ** 2 % 256 if letter in string.ascii_letters else 0
    for letter in map(chr, range(256))
)


def bytes_of(text: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The UTF-8 bytes of all texts together, which are not null, and where each begins and, at last, the last ends."""
    strings = text.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, content = strings.buffers()
    first = strings.offset
    bounds = np.frombuffer(offsets, dtype=np.int64)[first : first + len(text) + 1]
    if len(bounds) and content is not None:
        return np.frombuffer(content, dtype=np.uint8)[bounds[0] : bounds[-1]], bounds - bounds[0]
    return np.zeros(0, dtype=np.uint8), np.zeros(len(text) + 1, dtype=np.int64)


def strings_of(content: NDArray[np.uint8], bounds: NDArray[np.int64]) -> pl.Series:
    """The texts of which these are the UTF-8 bytes, as `bytes_of` gives them."""
    strings = pa.LargeStringArray.from_buffers(
        len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(content)
    )
    return pl.Series(strings)


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

    def fingerprint(self) -> Counts:
        """A number that all texts share that have the same ASCII letters, in whatever case and order."""
        codes = self._bytes.tobytes().translate(_LETTER_CODES)
        return self._sum(np.frombuffer(codes, dtype=np.uint8))

    def _sum(self, values: Mask | NDArray[np.uint8]) -> Counts:
        counts = np.zeros(len(self._bounds) - 1, dtype=np.int32)
        if len(self._filled):
            counts[self._filled] = np.add.reduceat(
                values, self._bounds[self._filled], dtype=np.int32
            )
        return counts
