"""Page words: what the words with which a page's lines begin say of its kind.

What belongs here: which words of a page are looked at, and the learned weights of each, one for each kind of page. What
does not: a page's shape (page_features.py), the learning (training/pages.py).

A multinomial logistic regression over the presence of words, normalised to unit length, as in any bag of words. A line's
first two words together, and each word of the page's own title, are words of their own: `^add_to`, `#forum`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import polars as pl

from copydesk.contexts import distinct

KINDS: Final = ("article", "listing", "product", "forum", "documentation", "service")
WEIGHTS_FILE: Final = "page_words.parquet"
# A line's beginning tells what it is for; more of it only costs time.
MAX_WORDS: Final = 6
MAX_CHARACTERS: Final = 60
MAX_TITLE_CHARACTERS: Final = 150
# The row of the weights that is added for every page.
INTERCEPT: Final = ""
_WORD: Final = "word"
_PAGE: Final = "page"


def page_words(blocks: pl.DataFrame) -> pl.DataFrame:
    """`page`, `word`: the distinct words of each page, lower case, digits as 0; pages are counted from 0.

    Args:
        blocks: `document_id`, `text`, `reason`; a page's blocks together and in order.
    """
    return _spelled(blocks).unique().collect()


def _spelled(blocks: pl.DataFrame) -> pl.LazyFrame:
    """`page`, `word`, a word as often as it stands in the page."""
    shown = (
        blocks.lazy()
        .select(
            pl.col("document_id").rle_id().alias(_PAGE),
            "text",
            header=pl.col("reason") == "crawler_header",
        )
        .filter(~pl.col("header"))
    )
    # Collected once, since three readings of it follow.
    lines = (
        shown.select(_PAGE, _split(pl.col("text").str.head(MAX_CHARACTERS)).list.head(MAX_WORDS))
        .collect()
        .lazy()
    )
    titles = shown.group_by(_PAGE, maintain_order=True).agg(
        _split(pl.col("text").first().str.head(MAX_TITLE_CHARACTERS))
    )
    every = pl.col(_WORD) != ""
    return pl.concat(
        [
            lines.explode(_WORD, empty_as_null=False).filter(every),
            lines.select(_PAGE, word=pl.lit("^") + pl.col(_WORD).list.head(2).list.join("_")),
            titles.explode(_WORD, empty_as_null=False)
            .filter(every)
            .select(_PAGE, word=pl.lit("#") + pl.col(_WORD)),
        ]
    )


def _split(text: pl.Expr) -> pl.Expr:
    return (
        text.str.to_lowercase()
        .str.replace_all(r"\d", "0")
        # Two steps, because nearly all that parts words are single spaces, which need no change.
        .str.replace_all(r"[^\p{L}\p{N}'’@©$€ ]+", " ")
        .str.replace_all(r"  +", " ")
        .str.strip_chars()
        .str.split(" ")
        .alias(_WORD)
    )


def score_page_words(blocks: pl.DataFrame, weights: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row a page, in their order, one Float32 column `words_KIND` a kind: its log-odds by the page's words alone.

    Args:
        blocks: see page_words.
        weights: `word` and a column for each of `KINDS`; those of the package where not given.
    """
    weights = _shipped() if weights is None else weights
    found = (
        _spelled(blocks)
        .join(weights.lazy().select(_WORD).with_row_index("number"), on=_WORD)
        .select(pl.col(_PAGE).cast(pl.Int64) * len(weights) + pl.col("number"))
        .collect()
        .to_series()
    )
    # A word counts once in a page; sorted, so that sums are the same on every run.
    page, number = np.divmod(distinct(found.to_numpy()), len(weights))
    pages = blocks["document_id"].rle_id().n_unique()
    count = np.maximum(np.bincount(page, minlength=pages), 1)
    intercept = weights.filter(pl.col(_WORD) == INTERCEPT).select(KINDS).sum()
    return pl.DataFrame(
        {
            f"words_{kind}": (
                intercept[kind][0]
                + np.bincount(page, weights[kind].to_numpy()[number], pages) / np.sqrt(count)
            ).astype(np.float32)
            for kind in KINDS
        }
    )


@cache
def _shipped() -> pl.DataFrame:
    return pl.read_parquet(files("copydesk").joinpath("data", WEIGHTS_FILE).read_bytes())
