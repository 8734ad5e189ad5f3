"""Cuts: the tables without what was cut out of bodies after their pages had been read.

What belongs here: blocks, articles, and what lies at offsets into bodies, brought into line with cuts. What does not:
what is cut, and why (site_templates.py).

A cut is a whole paragraph, so bodies need not be put together again, nor read again: what stands in a cut goes, what
stands below it moves up. What the page said of the article elsewhere (names that the cut text gave in full, its
language) stays as it was read.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from copydesk.articles import recount
from copydesk.body import BODY_ROLES, PARAGRAPH_BREAK
from copydesk.site_templates import fingerprint

ROLE: Final = "other"
REASON: Final = "site_template"
# Strong evidence and no proof: background that a site copies under its stories looks the same.
SCORE: Final = 0.95
_ROW: Final = "_row"


def mark_blocks(blocks: pl.DataFrame, cuts: pl.DataFrame) -> pl.DataFrame:
    """`blocks` of which those that were cut say so."""
    marked = (
        blocks.lazy()
        .filter(pl.col("role").is_in(BODY_ROLES))
        .join(cuts.lazy(), on="document_id", how="semi")
        .select("document_id", "block_index", fingerprint=fingerprint(pl.col("text")))
        .join(cuts.lazy(), on=["document_id", "fingerprint"], how="semi")
        .select("document_id", "block_index", is_cut=pl.lit(value=True))
        .collect()
    )
    is_cut = pl.col("is_cut").is_not_null()
    return (
        blocks.join(marked, on=["document_id", "block_index"], how="left", maintain_order="left")
        .with_columns(
            role=pl.when(is_cut).then(pl.lit(ROLE)).otherwise("role"),
            reason=pl.when(is_cut).then(pl.lit(REASON)).otherwise("reason"),
            score=pl.when(is_cut).then(pl.lit(SCORE)).otherwise("score"),
        )
        .drop("is_cut")
    )


def cut_bodies(articles: pl.DataFrame, cuts: pl.DataFrame) -> pl.DataFrame:
    """`articles` without the paragraphs that were cut, counted anew."""
    length = pl.col("text").str.len_chars().cast(pl.Int64) + len(PARAGRAPH_BREAK)
    bodies = (
        articles.select("document_id", text=pl.col("body").str.split(PARAGRAPH_BREAK))
        .join(cuts, on="document_id", how="semi", maintain_order="left")
        .explode("text")
        .with_columns(start=length.cum_sum().over("document_id") - length)
        .join(cuts, on=["document_id", "start"], how="anti", maintain_order="left")
        .group_by("document_id", maintain_order=True)
        .agg(cut_body=pl.col("text").str.join(PARAGRAPH_BREAK))
    )
    joined = articles.join(bodies, on="document_id", how="left", maintain_order="left")
    is_cut = joined["cut_body"].is_not_null()
    changed = recount(joined.filter(is_cut).with_columns(body="cut_body"))
    return pl.concat([joined.filter(~is_cut), changed]).drop("cut_body").select(articles.columns)


def move(rows: pl.DataFrame, cuts: pl.DataFrame, *places: str) -> pl.DataFrame:
    """`rows` (`article_id`, `start`, `end`) but for those that touch a cut; what lies below one is moved up.

    Args:
        rows: with a column `field`, those of other texts than the body are left alone.
        cuts: of the rows' articles.
        places: columns with further places in the body; one in a cut becomes null.
    """
    numbered = rows.with_row_index(_ROW)
    asked = numbered.filter(pl.col("field") == "body") if "field" in rows.columns else numbered
    start, cut_start, cut_end = pl.col("start"), pl.col("start_cut"), pl.col("end_cut")
    above = cut_end - cut_start + len(PARAGRAPH_BREAK)
    met = (
        asked.join(cuts.rename({"document_id": "article_id"}), on="article_id", suffix="_cut")
        .group_by(_ROW)
        .agg(
            touched=((start < cut_end) & (pl.col("end") > cut_start)).any(),
            shift=above.filter(cut_start < start).sum(),
            **{f"{name}_shift": above.filter(cut_start < pl.col(name)).sum() for name in places},
            **{
                f"{name}_cut": pl.col(name).is_between(cut_start, cut_end, closed="left").any()
                for name in places
            },
        )
    )
    shift = pl.col("shift").fill_null(0)
    return (
        numbered.join(met, on=_ROW, how="left", maintain_order="left")
        .filter(~pl.col("touched").fill_null(value=False))
        .with_columns(
            start=start - shift,
            end=pl.col("end") - shift,
            **{
                name: pl.when(~pl.col(f"{name}_cut").fill_null(value=False)).then(
                    pl.col(name) - pl.col(f"{name}_shift").fill_null(0)
                )
                for name in places
            },
        )
        .select(rows.columns)
    )


def move_quotes(quotes: pl.DataFrame, cuts: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """Quotations as `move` leaves them; who or what attributes one from within a cut is no longer known.

    Args:
        quotes: rows of the table `quotes`.
        cuts: of their articles.
        mentions: what is left of these articles' mentions: a speaker is an entity that one of them names.
    """
    named = mentions.select("article_id", speaker_entity_id="entity_id", named=True).unique()
    concerned = pl.col("article_id").is_in(cuts["document_id"].implode())
    speaks, attributes = pl.col("speaker_start").is_not_null(), pl.col("cue_start").is_not_null()
    return (
        move(quotes, cuts, "cue_start", "speaker_start")
        .join(named, on=["article_id", "speaker_entity_id"], how="left", maintain_order="left")
        .with_columns(
            cue=pl.when(attributes).then("cue"),
            speaker=pl.when(speaks).then("speaker"),
            speaker_entity_id=pl.when(speaks & (~concerned | pl.col("named").is_not_null())).then(
                "speaker_entity_id"
            ),
        )
        .select(quotes.columns)
    )
