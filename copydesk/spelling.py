"""Spelling: the words of many short texts in one plain spelling.

What belongs here: cutting a column of texts into its words, in lower case, digits as 0, without marks. What does not: which
words are looked for, and what they say (page_words.py).

Patterns read a text ten times as slowly as a table reads bytes, and nine texts in ten are ASCII: those are translated and
cut all at once, the others by patterns. A test holds both to the same words.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

# Beside letters and digits: what stands in words, names of accounts, copyright lines and prices.
KEPT_MARKS: Final = "'’@©$€"
_PARTING: Final = rf"[^\p{{L}}\p{{N}}{KEPT_MARKS} ]+"
_SPACE: Final = ord(" ")


def _plain_bytes() -> bytes:
    table = bytearray([_SPACE]) * 256
    for letter in string.ascii_letters:
        table[ord(letter)] = ord(letter.lower())
    for digit in string.digits:
        table[ord(digit)] = ord("0")
    for mark in filter(str.isascii, KEPT_MARKS):
        table[ord(mark)] = ord(mark)
    return bytes(table)


_PLAIN_BYTES: Final = _plain_bytes()


@dataclass(frozen=True, slots=True)
class Spelled:
    """The words of text number `text[i]` are `words` from `bounds[i]` to `bounds[i + 1]`; texts are in no order."""

    text: NDArray[np.int64]
    bounds: NDArray[np.int64]
    words: pl.Series


def spell(text: pl.Series) -> Spelled:
    """The words of each text."""
    is_ascii = text.str.len_bytes() == text.str.len_chars()
    one = _cut_ascii(text.filter(is_ascii))
    other = _cut_any(text.filter(~is_ascii))
    return Spelled(
        np.r_[is_ascii.arg_true().to_numpy(), (~is_ascii).arg_true().to_numpy()].astype(np.int64),
        np.r_[one[0], one[0][-1] + other[0][1:]],
        pl.concat([one[1], other[1]]),
    )


def _cut_ascii(text: pl.Series) -> tuple[NDArray[np.int64], pl.Series]:
    """Bounds and words of texts that are ASCII."""
    strings = text.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, content = strings.buffers()
    if content is None or not len(text):
        return np.zeros(len(text) + 1, dtype=np.int64), pl.Series([], dtype=pl.String)
    bounds = np.frombuffer(offsets, dtype=np.int64)[strings.offset :][: len(text) + 1]
    plain = np.frombuffer(bytes(content).translate(_PLAIN_BYTES), dtype=np.uint8)
    plain, bounds = plain[bounds[0] : bounds[-1]], bounds - bounds[0]
    inside = plain != _SPACE
    # A word begins behind a space or with its text, and ends likewise.
    begins, ends = inside.copy(), inside.copy()
    begins[1:] &= ~inside[:-1]
    ends[:-1] &= ~inside[1:]
    filled = bounds[1:] > bounds[:-1]
    first, last = bounds[:-1][filled], bounds[1:][filled] - 1
    begins[first] = inside[first]
    ends[last] = inside[last]
    begin, end = np.flatnonzero(begins), np.flatnonzero(ends)
    cuts = np.zeros(len(begin) + 1, dtype=np.int64)
    np.cumsum(end - begin + 1, out=cuts[1:])
    words = pa.LargeStringArray.from_buffers(
        len(begin), pa.py_buffer(cuts), pa.py_buffer(plain[inside])
    )
    return np.searchsorted(begin, bounds), pl.Series(words)


def _cut_any(text: pl.Series) -> tuple[NDArray[np.int64], pl.Series]:
    """Bounds and words of any texts."""
    listed = text.to_frame("text").select(
        words=pl.col("text")
        .str.to_lowercase()
        .str.replace_all(r"\d", "0")
        .str.replace_all(_PARTING, " ")
        .str.extract_all("[^ ]+")
    )["words"]
    bounds = np.r_[0, np.cumsum(listed.list.len().to_numpy())].astype(np.int64)
    return bounds, listed.explode(empty_as_null=False)
