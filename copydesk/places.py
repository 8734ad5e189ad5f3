"""Places: where headline and text of a page stand, which the search for everything around them goes by.

What belongs here: the block of the headline, the first and the last block of the text, distances to them. What does
not: how a headline is chosen (titles.py), what is text (roles.py).
"""

from __future__ import annotations

from typing import Final

import polars as pl

# What says who wrote an article and when is a line, not a paragraph.
MAX_LINE_BYTES: Final = 260
# Pictures, advertisements and links stand between paragraphs; more than this is between two texts.
MAX_BLOCKS_BETWEEN_TEXT: Final = 10


def text_starts(blocks: pl.DataFrame) -> pl.LazyFrame:
    """`document_id`, `first_block`: where the longest run of each page's text begins.

    Prose far above it is a notice, a teaser or a menu with sentences in it.
    """
    page, index = pl.col("document_id"), pl.col("block_index")
    apart = (page != page.shift(1)) | (index - index.shift(1) > MAX_BLOCKS_BETWEEN_TEXT)
    return (
        blocks.lazy()
        .filter(pl.col("role") == "body")
        .select("document_id", "block_index", length=pl.col("text").str.len_bytes())
        .with_columns(run=apart.fill_null(True).cum_sum())
        .group_by("document_id", "run", maintain_order=True)
        .agg(first_block=index.first(), length=pl.col("length").sum())
        .sort("length", descending=True, maintain_order=True)
        .unique("document_id", keep="first", maintain_order=True)
        .select("document_id", "first_block")
    )


def page_places(blocks: pl.DataFrame, titles: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `title_block` (null where no line holds it), `first_block`, `last_block` of the text.

    A page without text has its text right behind the headline; a page without either is not there.

    Args:
        blocks: with roles, pages' blocks together and in order.
        titles: see titles.page_titles.
    """
    index = pl.col("block_index")
    headlines = titles.lazy().select("document_id", "title_block")
    texts = (
        blocks.lazy()
        .filter(pl.col("role") == "body")
        .select("document_id", "block_index")
        .join(headlines, on="document_id", how="left", maintain_order="left")
        .group_by("document_id", maintain_order=True)
        .agg(
            below_title=index.filter(index > pl.col("title_block")).first(), last_block=index.last()
        )
    )
    return (
        texts.join(text_starts(blocks), on="document_id", how="left")
        .join(headlines, on="document_id", how="full", coalesce=True)
        .select(
            "document_id",
            "title_block",
            first_block=pl.coalesce("below_title", "first_block", pl.col("title_block") + 1),
            last_block=pl.coalesce("last_block", pl.col("title_block") + 1),
        )
        .filter(pl.col("first_block").is_not_null())
        .collect()
    )


def around(blocks: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The short blocks of placed pages but for images, addresses and markup, with `below_title`, `into_text` and `below_text`, in blocks.

    Each counts from 0 at the headline, at the text's first block and at its last; `below_title` is null where no
    line holds the headline.
    """
    index = pl.col("block_index")
    return (
        blocks.lazy()
        .select("document_id", "block_index", "text", "role", "reason")
        .filter(pl.col("text").str.len_bytes() <= MAX_LINE_BYTES)
        .join(places.lazy(), on="document_id", how="inner", maintain_order="left")
        .select(
            "document_id",
            "block_index",
            "text",
            "role",
            "reason",
            below_title=index - pl.col("title_block"),
            into_text=index - pl.col("first_block"),
            below_text=index - pl.col("last_block"),
        )
        .filter(
            ~pl.col("role").is_in(["image", "url", "markup", "publisher"])
            & (pl.col("reason") != "crawler_header")
        )
        .collect()
    )
