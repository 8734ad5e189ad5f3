"""Word scores: how much a block's words are those of an article's text.

What belongs here: which words of a block are looked at, and the learned weight of each. What does not: the shape of a
block and its surroundings (block_features.py), the learning (training/roles.py).

A logistic regression over the presence of words, normalised to unit length, as in any bag of words. A block's first
two words together and its last word are words of their own: `^read_more`, `$ago`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import polars as pl

from copydesk.contexts import Column, Copies, distinct
from copydesk.spelling import Spelling, spell

WEIGHTS_FILE: Final = "role_words.parquet"
HTML_WEIGHTS_FILE: Final = "html_role_words.parquet"
# The beginning tells a block of a page from another: a sign-off, a teaser, a notice; and it bounds the cost.
MAX_WORDS: Final = 20
MAX_CHARACTERS: Final = 240
SPELLING: Final = Spelling("'’@©", noughts=True)
# The row of the weights that is added for every block.
INTERCEPT: Final = ""


def block_words(text: pl.Series) -> pl.DataFrame:
    """`row`, `word`: the distinct words of each text, lower case, digits as 0."""
    return _spelled(text).unique()


def _spelled(text: pl.Series) -> pl.DataFrame:
    """`row`, `word`, a word as often as it stands in the text; that of a text without words is empty."""
    spelled = spell(text.str.head(MAX_CHARACTERS), SPELLING)
    every = pl.DataFrame({"row": spelled.text_of_words(), "word": spelled.words})
    ends = pl.DataFrame(
        {
            "row": spelled.text,
            "first": spelled.from_start(0),
            "second": spelled.from_start(1),
            "last": spelled.last(),
            "whole": spelled.count < MAX_WORDS,
        }
    )
    pair = pl.concat_str("first", "second", separator="_", ignore_nulls=True)
    last = pl.col("last").fill_null("")
    return pl.concat(
        [
            every.filter(spelled.places() < MAX_WORDS),
            ends.select("row", word=pl.lit("^") + pair),
            ends.filter("whole").select("row", word=pl.lit("$") + last),
        ]
    )


def score_words(text: pl.Series, weights: pl.DataFrame | None = None) -> Column:
    """The log-odds that each text is an article's, by its words alone; blocks of unknown words get the intercept.

    Args:
        text: the blocks' texts.
        weights: `word`, `weight`; those of the package where not given.
    """
    weights = shipped_weights(WEIGHTS_FILE) if weights is None else weights
    intercept = float(weights.filter(pl.col("word") == INTERCEPT)["weight"].sum())
    copies = Copies(text)
    known = (
        _spelled(copies.one)
        .lazy()
        .join(weights.lazy().select("word").with_row_index("number"), on="word")
        .select(pl.col("row") * len(weights) + pl.col("number"))
        .collect()
        .to_series()
    )
    # A word counts once in a text, however often it stands in it.
    row, number = np.divmod(distinct(known.to_numpy()), len(weights))
    summed = np.bincount(row, weights["weight"].to_numpy()[number], len(copies.one))
    count = np.bincount(row, minlength=len(copies.one))
    scores = (intercept + summed / np.sqrt(np.maximum(count, 1))).astype(np.float32)
    of_rows: Column = scores[copies.number]
    return of_rows


@cache
def shipped_weights(name: str) -> pl.DataFrame:
    """`word`, `weight` of a file of the package's data."""
    return pl.read_parquet(files("copydesk").joinpath("data", name).read_bytes())
