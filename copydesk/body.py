"""Bodies: the text of an article, assembled from its blocks.

What belongs here: which blocks make the body, in what order, without repeats. What does not: splitting glued
paragraphs (blocks.py), telling body from boilerplate (roles.py).
"""

from __future__ import annotations

from typing import Final

import polars as pl

PARAGRAPH_BREAK: Final = "\n\n"
BODY_ROLES: Final = ("body", "subheading")
# A sentence this long does not stand twice in an article by intention; a short one (`"No."`) may.
MIN_REPEAT_CHARACTERS: Final = 40


def assemble_bodies(blocks: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `body`: paragraphs in page order, separated by a blank line, white space folded.

    Of paragraphs that repeat to the letter the first stays; a teaser that only begins another paragraph, cut off with
    an ellipsis or not, goes.
    """
    text = pl.col("text")
    long = text.str.len_chars() >= MIN_REPEAT_CHARACTERS
    stem = text.str.strip_chars_end(" .…")
    same_opening = ("document_id", stem.str.head(MIN_REPEAT_CHARACTERS))
    longest = text.get(text.str.len_chars().arg_max()).over(*same_opening)
    teaser = longest.str.starts_with(stem) & (longest.str.len_chars() > text.str.len_chars())
    return (
        blocks.lazy()
        .filter(pl.col("role").is_in(BODY_ROLES))
        .sort("document_id", "block_index")
        # Two steps, because nearly all white space is single spaces, which need no change.
        .with_columns(
            pl.col("text")
            .str.replace_all(r"[^\S ]+", " ")
            .str.replace_all(r"  +", " ")
            .str.strip_chars(" \ufffd")
        )
        # Of a block of nothing but characters that could not be read, nothing is left.
        .filter(text != "")
        .filter(~long | text.is_first_distinct().over("document_id"))
        .filter(~(long & teaser))
        .group_by("document_id", maintain_order=True)
        .agg(body=text.str.join(PARAGRAPH_BREAK))
        .collect()
    )
