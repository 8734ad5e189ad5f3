"""Titles: the headline of an article.

What belongs here: choosing among the title blocks of a page, cutting the site's name off. What does not: which
blocks are titles (roles.py).
"""

from __future__ import annotations

from typing import Final

import polars as pl

# ` - Outlet`, ` | Outlet`: the name of the site behind the headline in the page's <title>.
SUFFIX: Final = r"^(.{8,}?)\s+[|–—»·-]\s+([^|–—»·]{2,50})$"


def page_titles(blocks: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `title`, `title_source`.

    A headline that the page's own title begins with wins, being free of the site's name; else a headline that
    repeats to the letter; else the headline nearest to the text; else the page's title, its suffix cut off.
    """
    titles = blocks.filter(pl.col("role") == "title").sort("document_id", "block_index")
    first = pl.col("text").first().over("document_id")
    ranked = titles.with_columns(
        opening=pl.col("block_index") == pl.col("block_index").min().over("document_id"),
        repeats=pl.len().over("document_id", "text") > 1,
        contained=first.str.to_lowercase().str.starts_with(pl.col("text").str.to_lowercase()),
        several=pl.len().over("document_id") > 1,
    ).with_columns(
        rank=pl.when(pl.col("repeats"))
        .then(0)
        .when(~pl.col("opening") & pl.col("contained"))
        .then(1)
        .when(~pl.col("opening"))
        .then(2)
        .otherwise(3)
    )
    return (
        ranked.sort("document_id", "rank", "block_index")
        .group_by("document_id", maintain_order=True)
        .first()
        .select(
            "document_id",
            title=pl.when(pl.col("opening") & ~pl.col("repeats"))
            .then(pl.coalesce(pl.col("text").str.extract(SUFFIX), "text"))
            .otherwise("text")
            .str.replace_all(r"\s+", " "),
            title_source=pl.when(pl.col("repeats"))
            .then(pl.lit("repeated_headline"))
            .when(pl.col("opening"))
            .then(pl.lit("page_title"))
            .otherwise(pl.lit("headline")),
        )
    )
