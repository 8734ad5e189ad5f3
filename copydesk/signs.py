"""Signs: which of many line patterns each text holds.

What belongs here: finding the few texts that a pattern may match before the pattern is tried on them. What does not:
the patterns (vocabulary.py), what follows from a match (roles.py, pages.py).

A batch has hundreds of short lines a page, and most patterns match one in a thousand. Patterns with `\\b` in them are
slow besides: Rust's engine leaves its fast automaton where a Unicode word boundary meets a letter beyond ASCII. So a
pattern says which words it cannot do without; all words of all patterns are looked for in one pass (Aho-Corasick), and
each pattern reads only the texts that hold one of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

_ROW: Final = "row"
_WORD: Final = "word"
_NO_ROWS: Final = pl.Series(dtype=pl.UInt32)


@dataclass(frozen=True, slots=True)
class Sign:
    """A line pattern, in Rust's syntax, and what every text that it matches holds.

    `words`: one of these stands in it, in lower case. `shape`: a pattern that costs little matches too. Without either
    every text is read, as is right for patterns that fail at a text's first characters.
    """

    pattern: str
    words: tuple[str, ...] = ()
    shape: str | None = None


def find_signs(text: pl.Series, signs: Mapping[str, Sign]) -> pl.DataFrame:
    """One row a text, one Boolean column a sign: whether the pattern matches."""
    candidates = _candidates(text, signs)
    found = dict[str, pl.Series]()
    for name, sign in signs.items():
        if sign.shape is not None:
            rows = text.str.contains(sign.shape).arg_true()
        elif sign.words:
            rows = candidates.get(name, _NO_ROWS)
        else:
            found[name] = text.str.contains(sign.pattern)
            continue
        matches = np.zeros(len(text), dtype=np.bool_)
        matches[rows.to_numpy()] = text.gather(rows).str.contains(sign.pattern).to_numpy()
        found[name] = pl.Series(matches)
    return pl.DataFrame(found)


def _candidates(text: pl.Series, signs: Mapping[str, Sign]) -> dict[str, pl.Series]:
    """The rows in which one of a sign's words stands, by the sign's name."""
    words = pl.DataFrame(
        [(word, name) for name, sign in signs.items() for word in sign.words],
        schema={_WORD: pl.String, "sign": pl.String},
        orient="row",
    )
    if words.is_empty():
        return {}
    held = (
        text.to_frame("text")
        .lazy()
        .select(
            pl.col("text")
            .str.to_lowercase()
            .str.extract_many(words[_WORD].unique().to_list(), overlapping=True)
            .alias(_WORD)
        )
        .with_row_index(_ROW)
        .filter(pl.col(_WORD).list.len() > 0)
        .explode(_WORD, empty_as_null=False)
        .join(words.lazy(), on=_WORD)
        .unique([_ROW, "sign"])
        .sort(_ROW)
        .collect()
    )
    return {
        str(name): rows[_ROW] for (name,), rows in held.partition_by("sign", as_dict=True).items()
    }
