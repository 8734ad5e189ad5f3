"""Settling a batch's rows with what the corpus knows: pure frames.

What belongs here: joining batches' rows with owners, stories, cuts and recognizers. What does not: files
and Dagster.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from copydesk.cuts import cut_bodies
from copydesk.takedowns import withhold

PUBLISHER_FACTS: Final = ("name", "legal_name", "domain", "email", "telephone", "country_code")


def shared_documents(documents: pl.LazyFrame) -> pl.DataFrame:
    """The documents that came in more than once, and which batch keeps each: one that could read it, of several the
    smallest id.

    Args:
        documents: `document_id`, `batch_id`, `copies`, `status` of all batches.

    Returns:
        document_id, batch_id, copies (summed over the batches), in order of document_id.
    """
    key = pl.col("document_id").hash()
    # Hashes are small; those few documents that have one in common with another are then looked at.
    hashes = documents.select(key).collect(engine="streaming").to_series()
    repeated = hashes.filter(hashes.is_duplicated()).unique()
    return (
        documents.filter((pl.col("copies") > 1) | key.is_in(repeated.implode()))
        .select("document_id", "batch_id", "copies", rejected=pl.col("status") == "rejected")
        .sort("document_id", "rejected", "batch_id")
        .group_by("document_id", maintain_order=True)
        .agg(pl.col("batch_id").first(), pl.col("copies").sum())
        .filter(pl.col("copies") > 1)
        .collect(engine="streaming")
    )


def excluded(documents: pl.LazyFrame, owners: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """What of each batch is not published: documents that another batch keeps or that are taken down.

    Args:
        documents: `document_id`, `batch_id` of all batches.
        owners: `document_id`, `batch_id` (as `shared_documents` returns them).
        taken: `document_id`, `taken_down`.

    Returns:
        batch_id, document_id, taken_down (the reason; null where another batch keeps it), sorted.
    """
    concerned = pl.concat([owners["document_id"], taken["document_id"]]).unique()
    return (
        documents.select("document_id", "batch_id")
        .filter(pl.col("document_id").is_in(concerned.implode()))
        .collect(engine="streaming")
        .join(owners.select("document_id", owner="batch_id"), on="document_id", how="left")
        .join(taken, on="document_id", how="left")
        .filter((pl.col("owner") != pl.col("batch_id")) | pl.col("taken_down").is_not_null())
        .select("batch_id", "document_id", "taken_down")
        .sort("batch_id", "document_id")
    )


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
    duplicates: pl.DataFrame,
) -> pl.DataFrame:
    """A batch's documents; one whose article repeats another is a duplicate, with the reason.

    Args:
        documents: the batch's rows.
        left_out: the batch's rows of `excluded`; what is taken down stays as a row that says so.
        copies: `document_id`, `copies` of those that came in more than once.
        duplicates: `article_id`, `duplicate_of` of the batch's repeated articles.
    """
    elsewhere = left_out.filter(pl.col("taken_down").is_null())
    taken = left_out.filter(pl.col("taken_down").is_not_null()).drop("batch_id")
    repeated = duplicates.select(pl.col("article_id").alias("document_id"), "duplicate_of")
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
    left_out: pl.DataFrame,
    stories: pl.DataFrame,
    cuts: pl.DataFrame,
    recognizers: pl.LazyFrame,
) -> pl.DataFrame:
    """A batch's articles without what is their site's, with their story and the model that read them.

    Args:
        articles: the batch's rows.
        left_out: the batch's rows of `excluded`.
        stories: `article_id`, `duplicate_of` of the batch's repeated articles; any other is its story's canonical one.
        cuts: what is cut out of their bodies (see copydesk.site_templates).
        recognizers: `article_id`, `annotated` (older ones do not have it), `recognizer`.
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
    return settled if cuts.is_empty() else cut_bodies(settled, cuts)


def merge_publishers(publishers: pl.LazyFrame) -> pl.DataFrame:
    """One row per outlet: of each fact the most frequent value, of several the smallest."""
    return (
        publishers.group_by("publisher_id")
        .agg(pl.col(fact).drop_nulls().mode().min() for fact in PUBLISHER_FACTS)
        .sort("publisher_id")
        .collect()
    )
