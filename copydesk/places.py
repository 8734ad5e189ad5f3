"""Places: where headline and text of a page stand, which the search for everything around them goes by.

What belongs here: the block of the headline, the first and the last block of the text, distances to them. What does
not: how a headline is chosen (titles.py), what is text (roles.py).
"""

from __future__ import annotations

from typing import Final

import polars as pl

# What says who wrote an article and when is a line, not a paragraph.
MAX_LINE_BYTES: Final = 260


def page_places(blocks: pl.DataFrame, titles: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `title_block` (null where no line holds it), `first_block`, `last_block` of the text.

    A page without text has its text right behind the headline; a page without either is not there.

    Args:
        blocks: with roles, pages' blocks together and in order.
        titles: see titles.page_titles.
    """
    index = pl.col("block_index")
    return (
        blocks.lazy()
        .filter(pl.col("role") == "body")
        .select("document_id", "block_index")
        .join(
            titles.lazy().select("document_id", "title_block"),
            on="document_id",
            how="left",
            maintain_order="left",
        )
        .group_by("document_id", maintain_order=True)
        .agg(
            # Prose above the headline is a notice or a teaser, unless all of it stands there.
            first_block=pl.coalesce(
                index.filter((index > pl.col("title_block")).fill_null(True)).first(),
                index.first(),
            ),
            last_block=index.last(),
        )
        .join(
            titles.lazy().select("document_id", "title_block"),
            on="document_id",
            how="full",
            coalesce=True,
        )
        .with_columns(
            first_block=pl.coalesce("first_block", pl.col("title_block") + 1),
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
