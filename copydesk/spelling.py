"""Spelling: the words of many short texts in one plain spelling.

What belongs here: cutting a column of texts into its words, in lower case, without marks, or to its letters. What does not: which
words are looked for, and what they say (word_scores.py, page_words.py, headlines.py).

Patterns read a text ten times as slowly as a table reads bytes. Nine texts in ten are ASCII, and in the others most
characters are: patterns put right what is beyond ASCII, and then all bytes of all texts are read at once, by a table.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.tallies import bytes_of, strings_of

_SPACE: Final = ord(" ")


@dataclass(frozen=True)
class Spelling:
    """Words are made of letters, of `digits` and of the `marks` kept; with `noughts`, digits are all read as 0."""

    marks: str = ""
    digits: bool = True
    noughts: bool = False

    @cached_property
    def _table(self) -> bytes:
        """What each byte becomes: a space if it parts words, itself if it is of a character beyond ASCII."""
        table = bytearray([_SPACE] * 128) + bytearray(range(128, 256))
        digits = string.digits if self.digits else ""
        for character in filter(str.isascii, string.ascii_letters + digits + self.marks):
            nought = self.noughts and character.isdigit()
            table[ord(character)] = ord("0" if nought else character.lower())
        return bytes(table)

    def _prepare(self, text: pl.Series) -> pl.Series:
        """The texts in lower case, spaces for what parts words beyond ASCII."""
        lower = text.str.to_lowercase()
        if self.noughts:
            lower = lower.str.replace_all(r"[\p{Nd}--[0-9]]", "0")
        kept = r"\p{L}\p{N}" if self.digits else r"\p{L}"
        return lower.str.replace_all(rf"[^\x00-\x7f{kept}{self.marks}]+", " ")

    def read(
        self, text: pl.Series
    ) -> tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64]]:
        """The numbers of the texts, in some order, their bytes, spaces for what parts words, and the texts' bounds."""
        beyond_ascii = text.str.len_bytes() > text.str.len_chars()
        foreign = self._prepare(text.filter(beyond_ascii))
        content, bounds = bytes_of(pl.concat([text.filter(~beyond_ascii), foreign]))
        plain = np.frombuffer(content.tobytes().translate(self._table), dtype=np.uint8)
        return np.argsort(beyond_ascii.to_numpy(), kind="stable"), plain, bounds


# Beside letters and digits: what stands in words, names of accounts, copyright lines and prices.
PLAIN: Final = Spelling("'’@©$€", noughts=True)
_LETTERS: Final = Spelling(digits=False)


@dataclass(frozen=True, slots=True)
class Spelled:
    """The words of text number `text[i]` are `words` from `bounds[i]` to `bounds[i + 1]`; texts are in no order."""

    text: NDArray[np.int64]
    bounds: NDArray[np.int64]
    words: pl.Series

    @property
    def count(self) -> NDArray[np.int64]:
        """How many words each of `text` has."""
        return np.diff(self.bounds)

    def text_of_words(self) -> NDArray[np.int64]:
        """The number of each word's text."""
        return np.repeat(self.text, self.count)

    def places(self) -> NDArray[np.int64]:
        """How many words stand before each word in its text."""
        return np.arange(len(self.words)) - np.repeat(self.bounds[:-1], self.count)

    def from_start(self, place: int) -> pl.Series:
        """The word of each of `text` before which `place` others stand, null where it has no more than these."""
        return self._gather(self.bounds[:-1] + place, self.count > place)

    def last(self) -> pl.Series:
        """The last word of each of `text`, null where it has none."""
        return self._gather(self.bounds[1:] - 1, self.count > 0)

    def _gather(self, at: NDArray[np.int64], exists: NDArray[np.bool_]) -> pl.Series:
        return self.words.gather(pl.Series(at).set(~pl.Series(exists), None))


def spell(text: pl.Series, spelling: Spelling = PLAIN) -> Spelled:
    """The words of each text."""
    numbers, plain, bounds = spelling.read(text)
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
    words = strings_of(np.compress(inside, plain), np.r_[0, np.cumsum(end - begin + 1)])
    return Spelled(numbers, np.searchsorted(begin, bounds), words)


def letters_of(text: pl.Series) -> pl.Series:
    """The letters of each text, in lower case, all else left out."""
    numbers, plain, bounds = _LETTERS.read(text)
    inside = plain != _SPACE
    letters_before = np.r_[0, np.cumsum(inside, dtype=np.int64)][bounds]
    letters = strings_of(np.compress(inside, plain), letters_before)
    return letters.gather(np.argsort(numbers))
