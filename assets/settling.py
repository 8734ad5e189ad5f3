"""Settling a batch's rows with what the corpus knows: pure frames.

What belongs here: joining batches' rows with owners, stories and recognizers. What does not: files
and Dagster.
"""

from __future__ import annotations

from typing import Final

import polars as pl

PUBLISHER_FACTS: Final = ("name", "legal_name", "domain", "email", "telephone", "country_code")


def first_documents(documents: pl.LazyFrame) -> pl.DataFrame:
    """Which batch keeps each document: one that could read it, of several the smallest id.

    Returns:
        document_id, batch_id, copies (summed over the batches), in order of document_id.
    """
    return (
        documents.select(
            "document_id", "batch_id", "copies", rejected=pl.col("status") == "rejected"
        )
        .sort("document_id", "rejected", "batch_id")
        .group_by("document_id", maintain_order=True)
        .agg(pl.col("batch_id").first(), pl.col("copies").sum())
        .collect()
    )


def kept(rows: pl.LazyFrame, batch_id: str, owners: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of documents that `batch_id` keeps."""
    own = owners.filter(pl.col("batch_id") == batch_id).select("document_id")
    return rows.join(own, on="document_id", how="semi")


def settle_documents(
    documents: pl.LazyFrame, batch_id: str, owners: pl.LazyFrame, duplicates: pl.LazyFrame
) -> pl.LazyFrame:
    """A batch's documents; one whose article repeats another is a duplicate, with the reason."""
    repeated = duplicates.filter(pl.col("duplicate_of").is_not_null()).select(
        pl.col("article_id").alias("document_id"), "duplicate_of"
    )
    is_repeat = pl.col("duplicate_of").is_not_null() & (pl.col("status") == "article")
    return (
        kept(documents, batch_id, owners)
        .drop("copies")
        .join(owners.select("document_id", "copies"), on="document_id", how="left")
        .join(repeated, on="document_id", how="left")
        .with_columns(
            status=pl.when(is_repeat).then(pl.lit("duplicate")).otherwise("status"),
            reason=pl.when(is_repeat)
            .then(pl.format("repeats: article {}", "duplicate_of"))
            .otherwise("reason"),
        )
        .drop("duplicate_of")
    )


def settle_articles(
    articles: pl.LazyFrame,
    batch_id: str,
    owners: pl.LazyFrame,
    duplicates: pl.LazyFrame,
    recognizers: pl.LazyFrame,
) -> pl.LazyFrame:
    """A batch's articles with their story and the model that read them."""
    return (
        kept(articles, batch_id, owners)
        .drop("cluster_id", "duplicate_of", "recognizer")
        .join(
            duplicates.select("article_id", "cluster_id", "duplicate_of"),
            on="article_id",
            how="left",
        )
        .join(recognizers.select("article_id", "recognizer"), on="article_id", how="left")
        .with_columns(pl.col("cluster_id").fill_null(pl.col("article_id")))
    )


def merge_publishers(publishers: pl.LazyFrame) -> pl.DataFrame:
    """One row per outlet: of each fact the most frequent value, of several the smallest."""
    return (
        publishers.group_by("publisher_id")
        .agg(pl.col(fact).drop_nulls().mode().min() for fact in PUBLISHER_FACTS)
        .sort("publisher_id")
        .collect()
    )
