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

from copydesk.contexts import Column, distinct

WEIGHTS_FILE: Final = "role_words.parquet"
HTML_WEIGHTS_FILE: Final = "html_role_words.parquet"
# The beginning tells a block of a page from another: a sign-off, a teaser, a notice; and it bounds the cost.
MAX_WORDS: Final = 20
MAX_CHARACTERS: Final = 240
# The row of the weights that is added for every block.
INTERCEPT: Final = ""


def block_words(text: pl.Series) -> pl.DataFrame:
    """`row`, `word`: the distinct words of each text, lower case, digits as 0."""
    return _spelled(text).unique().collect()


def _spelled(text: pl.Series) -> pl.LazyFrame:
    """`row`, `word`, a word as often as it stands in the text."""
    spelled = (
        pl.col("text")
        .str.head(MAX_CHARACTERS)
        .str.to_lowercase()
        .str.replace_all(r"\d", "0")
        # Two steps, because nearly all that parts words are single spaces, which need no change.
        .str.replace_all(r"[^\p{L}\p{N}'’@© ]+", " ")
        .str.replace_all(r"  +", " ")
        .str.strip_chars()
        .str.split(" ")
        .list.head(MAX_WORDS)
    )
    words = (
        text.to_frame("text")
        .lazy()
        .select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), spelled.alias("word"))
        .collect()
        .lazy()
    )
    every = words.explode("word", empty_as_null=False).filter(pl.col("word") != "")
    first = words.select("row", word=pl.lit("^") + pl.col("word").list.head(2).list.join("_"))
    last = words.filter(pl.col("word").list.len() < MAX_WORDS).select(
        "row", word=pl.lit("$") + pl.col("word").list.last()
    )
    return pl.concat([every, first, last])


def score_words(text: pl.Series, weights: pl.DataFrame | None = None) -> Column:
    """The log-odds that each text is an article's, by its words alone; blocks of unknown words get the intercept.

    Args:
        text: the blocks' texts.
        weights: `word`, `weight`; those of the package where not given.
    """
    weights = shipped_weights(WEIGHTS_FILE) if weights is None else weights
    intercept = float(weights.filter(pl.col("word") == INTERCEPT)["weight"].sum())
    known = (
        _spelled(text)
        .join(weights.lazy().select("word").with_row_index("number"), on="word")
        .select(pl.col("row").cast(pl.Int64) * len(weights) + pl.col("number"))
        .collect()
        .to_series()
    )
    # A word counts once in a text, however often it stands in it.
    row, number = np.divmod(distinct(known.to_numpy()), len(weights))
    summed = np.bincount(row, weights["weight"].to_numpy()[number], len(text))
    count = np.bincount(row, minlength=len(text))
    scores: Column = (intercept + summed / np.sqrt(np.maximum(count, 1))).astype(np.float32)
    return scores


@cache
def shipped_weights(name: str) -> pl.DataFrame:
    """`word`, `weight` of a file of the package's data."""
    return pl.read_parquet(files("copydesk").joinpath("data", name).read_bytes())
