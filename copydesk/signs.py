"""Signs: which of many line patterns each text holds.

What belongs here: finding the few texts that a pattern may match before the pattern is tried on them. What does not:
the patterns (vocabulary.py), what follows from a match (roles.py, pages.py).

A page has hundreds of short lines, and most patterns match one in a thousand. Patterns with `\\b` in them are slow
besides: Rust's engine leaves its fast automaton where a Unicode word boundary meets a letter beyond ASCII. So a pattern
says which words it cannot do without; all words of all patterns are looked for in one pass (Aho-Corasick), and each
pattern reads only the texts that hold one of its own. The other patterns are first tried all as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

# Polars builds the fast automaton (a DFA) for no more words than this.
_WORDS_AT_A_TIME: Final = 100
_ANY_LENGTH: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Sign:
    """A line pattern, in Rust's syntax, and what every text that it matches holds.

    `words`: one of these stands in it, in lower case. `shape`: a pattern that costs little matches too. A pattern
    without either fails at the first characters of most texts. Texts of more than `longest` characters show no sign.
    """

    pattern: str
    words: tuple[str, ...] = ()
    shape: str | None = None
    longest: int | None = None


def find_signs(text: pl.Series, signs: Mapping[str, Sign]) -> pl.DataFrame:
    """One row a text, one Boolean column a sign: whether the pattern matches."""
    worded = {name: sign for name, sign in signs.items() if sign.words}
    shaped = {name: sign for name, sign in signs.items() if sign.shape is not None}
    begun = signs.keys() - worded.keys() - shaped.keys()
    candidates = rows_with_words(text, {name: sign.words for name, sign in worded.items()})
    length = text.str.len_chars()
    for name, sign in shaped.items():
        short = (length <= (sign.longest or _ANY_LENGTH)).arg_true()
        candidates[name] = contains_at(text, short, sign.shape or "").arg_true()
    either = "|".join(f"(?:{signs[name].pattern})" for name in sorted(begun))
    candidates |= dict.fromkeys(begun, text.str.contains(either).arg_true() if begun else _NO_ROWS)
    found = dict[str, pl.Series]()
    for name, sign in signs.items():
        rows = candidates[name]
        if sign.longest is not None:
            rows = rows.filter(length.gather(rows) <= sign.longest)
        found[name] = contains_at(text, rows, sign.pattern)
    return pl.DataFrame(found)


def contains_at(text: pl.Series, rows: pl.Series, pattern: str) -> pl.Series:
    """Whether the pattern matches each text, false but at `rows`."""
    matches = np.zeros(len(text), dtype=np.bool_)
    matches[rows.to_numpy()] = text.gather(rows).str.contains(pattern).to_numpy()
    return pl.Series(matches)


def count_at(text: pl.Series, rows: pl.Series, pattern: str) -> pl.Series:
    """How often the pattern matches each text, 0 but at `rows`."""
    counts = np.zeros(len(text), dtype=np.int64)
    counts[rows.to_numpy()] = text.gather(rows).str.count_matches(pattern).to_numpy()
    return pl.Series(counts)


_NO_ROWS: Final = pl.Series(dtype=pl.UInt32)


def rows_with_words(text: pl.Series, words: Mapping[str, Sequence[str]]) -> dict[str, pl.Series]:
    """Under each name the rows of the texts that hold one of its `words`, which are in lower case, in any case."""
    every = sorted({word for of_name in words.values() for word in of_name})
    lower = text.str.to_lowercase().to_frame("text").with_row_index("row")
    held = pl.concat(
        [
            lower.filter(pl.col("text").str.contains_any(some))
            .select("row", word=pl.col("text").str.extract_many(some, overlapping=True))
            .explode("word")
            for some in _parts(every)
        ]
        or [pl.DataFrame(schema={"row": pl.UInt32, "word": pl.String})]
    )
    return {
        name: held.filter(pl.col("word").is_in(of_name))["row"].unique().sort()
        for name, of_name in words.items()
    }


def _parts(words: list[str]) -> Iterator[list[str]]:
    return (words[at : at + _WORDS_AT_A_TIME] for at in range(0, len(words), _WORDS_AT_A_TIME))
