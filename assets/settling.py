"""Settling a batch's rows with what the corpus knows: pure frames.

What belongs here: joining batches' rows with owners, stories, cuts and recognizers, and which of them each table takes.
What does not: files and Dagster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from copydesk import cuts as cut_steps
from copydesk.takedowns import withhold

PUBLISHER_FACTS: Final = ("name", "legal_name", "domain", "email", "telephone", "country_code")

# Which of the documents that came in more than once a batch keeps: one that could read it, of several the smallest id.
SHARED_DOCUMENTS: Final = """
WITH shared AS (
    SELECT
        document_id,
        sum(copies)::BIGINT AS copies,
        coalesce(min(batch_id) FILTER (status <> 'rejected'), min(batch_id)) AS owner
    FROM documents
    WHERE {inside}
    GROUP BY document_id
    HAVING sum(copies) > 1
)
SELECT document_id, documents.batch_id, shared.copies, owner
FROM documents JOIN shared USING (document_id)
WHERE {inside}
ORDER BY document_id, documents.batch_id
"""
SHARED_SCHEMA: Final = pl.Schema(
    {
        "document_id": pl.String(),
        "batch_id": pl.String(),
        "copies": pl.Int64(),
        "owner": pl.String(),
    }
)


def owners(shared: pl.DataFrame) -> pl.DataFrame:
    """Which batch keeps each document that came in more than once.

    Args:
        shared: `document_id`, `batch_id`, `copies`, `owner` of all their rows (`SHARED_DOCUMENTS`), in order.

    Returns:
        document_id, batch_id, copies (of all batches), in order of batch_id and document_id.
    """
    return (
        shared.filter(pl.col("owner") == pl.col("batch_id"))
        .select("document_id", "batch_id", "copies")
        .sort("batch_id", "document_id")
    )


def excluded(shared: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """What of each batch is not published: documents that another batch keeps or that are taken down.

    Args:
        shared: as `owners` takes it.
        taken: `document_id`, `batch_id`, `taken_down` (the reason) of all that are taken down.

    Returns:
        batch_id, document_id, taken_down (null where another batch keeps it), sorted.
    """
    key = ["batch_id", "document_id"]
    elsewhere = shared.filter(pl.col("owner") != pl.col("batch_id")).select(key)
    return pl.concat(
        [
            elsewhere.with_columns(taken_down=pl.lit(None, dtype=pl.String)),
            taken.join(elsewhere, on=key, how="anti").select(*key, "taken_down"),
        ]
    ).sort(key)


def published(rows: pl.LazyFrame, left_out: pl.DataFrame, column: str) -> pl.LazyFrame:
    """The rows of a batch but for those of documents that are left out; `column` has their ids."""
    if left_out.is_empty():
        return rows
    ids = left_out.select(pl.col("document_id").alias(column)).lazy()
    return rows.join(ids, on=column, how="anti")


def settle_documents(
    documents: pl.LazyFrame,
    left_out: pl.DataFrame,
    copies: pl.DataFrame,
    stories: pl.DataFrame,
) -> pl.DataFrame:
    """A batch's documents; one whose article repeats another is a duplicate, with the reason.

    Args:
        documents: the batch's rows.
        left_out: the batch's rows of `excluded`; what is taken down stays as a row that says so.
        copies: `document_id`, `copies` of those that came in more than once.
        stories: `article_id`, `duplicate_of` of the batch's repeated articles.
    """
    elsewhere = left_out.filter(pl.col("taken_down").is_null())
    taken = left_out.filter(pl.col("taken_down").is_not_null())
    repeated = stories.select(pl.col("article_id").alias("document_id"), "duplicate_of")
    is_repeat = pl.col("duplicate_of").is_not_null() & (pl.col("status") == "article")
    settled = (
        published(documents, elsewhere, "document_id")
        .join(copies.lazy().rename({"copies": "all_copies"}), on="document_id", how="left")
        .with_columns(copies=pl.coalesce("all_copies", "copies"))
        .join(repeated.lazy(), on="document_id", how="left")
        .with_columns(
            status=pl.when(is_repeat).then(pl.lit("duplicate")).otherwise("status"),
            reason=pl.when(is_repeat)
            .then(pl.format("repeats: article {}", "duplicate_of"))
            .otherwise("reason"),
        )
        .drop("duplicate_of", "all_copies")
        .collect()
    )
    return withhold(settled, taken)


def settle_articles(
    articles: pl.LazyFrame,
    recognizers: pl.LazyFrame,
    left_out: pl.DataFrame,
    stories: pl.DataFrame,
    cuts: pl.DataFrame,
) -> pl.DataFrame:
    """A batch's articles without what is their site's, with their story and the model that read them.

    Args:
        articles: the batch's rows.
        recognizers: `article_id`, `annotated` (older ones do not have it), `recognizer`.
        left_out: the batch's rows of `excluded`.
        stories: `article_id`, `duplicate_of` of the batch's repeated articles; any other is its story's canonical one.
        cuts: what is cut out of their bodies (see copydesk.site_templates).
    """
    if "annotated" not in recognizers.collect_schema():
        recognizers = recognizers.with_columns(annotated=pl.lit(None, dtype=pl.Boolean))
    settled = (
        published(articles, left_out, "document_id")
        .drop("cluster_id", "duplicate_of", "annotated", "recognizer")
        .join(
            stories.lazy().select("article_id", "duplicate_of"),
            on="article_id",
            how="left",
        )
        .join(
            recognizers.select("article_id", "annotated", "recognizer"), on="article_id", how="left"
        )
        .with_columns(cluster_id=pl.coalesce("duplicate_of", "article_id"))
        .collect()
    )
    return settled if cuts.is_empty() else cut_steps.cut_bodies(settled, cuts)


def settle_blocks(blocks: pl.LazyFrame, left_out: pl.DataFrame, cuts: pl.DataFrame) -> pl.DataFrame:
    """A batch's blocks; those that are cut say so."""
    settled = published(blocks, left_out, "document_id").collect()
    return settled if cuts.is_empty() else cut_steps.mark_blocks(settled, cuts)


def settle_images(images: pl.LazyFrame, left_out: pl.DataFrame) -> pl.DataFrame:
    """A batch's images."""
    return published(images, left_out, "article_id").collect()


def settle_places(rows: pl.LazyFrame, left_out: pl.DataFrame, cuts: pl.DataFrame) -> pl.DataFrame:
    """A batch's mentions or time expressions, at their places in what is left of the bodies."""
    settled = published(rows, left_out, "article_id").collect()
    return settled if cuts.is_empty() else cut_steps.move(settled, cuts)


def settle_quotes(
    quotes: pl.LazyFrame, mentions: pl.LazyFrame, left_out: pl.DataFrame, cuts: pl.DataFrame
) -> pl.DataFrame:
    """A batch's quotations likewise. A speaker is an entity as long as one of `mentions` names it."""
    settled = published(quotes, left_out, "article_id").collect()
    if cuts.is_empty():
        return settled
    return cut_steps.move_quotes(settled, cuts, cut_steps.move(mentions.collect(), cuts))


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a batch's rows of a table are settled with.

    `settle` takes the batch's own `frames` in this order, and by their names the `facts` that the corpus knows of it.
    Where there are none, rows are published as they are if they may be.
    """

    frames: tuple[str, ...]
    facts: tuple[str, ...]
    settle: Callable[..., pl.DataFrame]
    as_is: bool = True


RECIPES: Final[Mapping[str, Recipe]] = {
    "documents": Recipe(
        ("documents",), ("left_out", "copies", "stories"), settle_documents, as_is=False
    ),
    "articles": Recipe(
        ("articles", "recognizers"), ("left_out", "stories", "cuts"), settle_articles, as_is=False
    ),
    "blocks": Recipe(("blocks",), ("left_out", "cuts"), settle_blocks),
    "images": Recipe(("images",), ("left_out",), settle_images),
    "mentions": Recipe(("mentions",), ("left_out", "cuts"), settle_places),
    "quotes": Recipe(("quotes", "mentions"), ("left_out", "cuts"), settle_quotes),
    "time_expressions": Recipe(("time_expressions",), ("left_out", "cuts"), settle_places),
}


def merge_publishers(publishers: pl.LazyFrame) -> pl.DataFrame:
    """One row per outlet: of each fact the most frequent value, of several the smallest."""
    return (
        publishers.group_by("publisher_id")
        .agg(pl.col(fact).drop_nulls().mode().min() for fact in PUBLISHER_FACTS)
        .sort("publisher_id")
        .collect()
    )
