"""Pages: what kind of page a document is.

What belongs here: the rules that tell an article from a listing, a product, a forum, documentation, a service page or
an error page, each with a score. What does not: the roles of its blocks (roles.py).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from copydesk import vocabulary

# Fewer characters of prose than two short paragraphs make no article, whatever the page.
MIN_ARTICLE_CHARACTERS: Final = 250
MIN_CJK_ARTICLE_CHARACTERS: Final = 100
# An error page says so within a few lines.
MAX_ERROR_PAGE_CHARACTERS: Final = 2_500
# Pages of these kinds repeat their words; an article may hold one or two.
MIN_CUES: Final = 3
# An article is signed once, above or below; a page of teasers signs each.
MIN_LISTING_BYLINES: Final = 3
# In a listing most of the text stands in short lines.
MIN_ARTICLE_PROSE_SHARE: Final = 0.12


def classify_pages(blocks: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `page_type`, `page_type_score`, `reason` (null for articles).

    Args:
        blocks: with roles.
    """
    text = pl.col("text")
    characters = text.str.len_chars()
    body = pl.col("role") == "body"
    cues = {
        "error": vocabulary.ERROR_PAGE,
        "product": vocabulary.PRODUCT_PAGE,
        "forum": vocabulary.FORUM_PAGE,
        "documentation": vocabulary.DOCUMENTATION_PAGE,
        "service": vocabulary.SERVICE_PAGE,
    }
    short = characters <= 120
    counts = blocks.group_by("document_id", maintain_order=True).agg(
        total=characters.sum(),
        lines=pl.len(),
        body=characters.filter(body).sum(),
        paragraphs=body.sum(),
        cjk=text.filter(body).str.count_matches(r"[\p{Han}\p{Hiragana}\p{Katakana}]").sum(),
        microdata=(pl.col("reason") == "schema_org_publisher").any(),
        bylines=(pl.col("role") == "byline").sum(),
        dated=((pl.col("role") == "timestamp") & (pl.col("reason") != "crawler_header")).any(),
        **{name: text.filter(short).str.contains(pattern).sum() for name, pattern in cues.items()},
    )
    enough = (
        pl.when(pl.col("cjk") * 2 > pl.col("body"))
        .then(pl.col("body") >= MIN_CJK_ARTICLE_CHARACTERS)
        .otherwise(pl.col("body") >= MIN_ARTICLE_CHARACTERS)
    )
    share = pl.col("body") / pl.col("total")
    evidence = (pl.col("bylines") > 0).cast(pl.Int8) + pl.col("dated") + pl.col("microdata") * 2
    rules = (
        ("error", 0.9, (pl.col("error") > 0) & (pl.col("total") <= MAX_ERROR_PAGE_CHARACTERS)),
        ("article", 0.95, enough & pl.col("microdata")),
        ("forum", 0.85, pl.col("forum") >= 2 * MIN_CUES),
        ("listing", 0.8, pl.col("bylines") >= MIN_LISTING_BYLINES),
        ("product", 0.85, (pl.col("product") >= MIN_CUES) & (evidence < 2)),
        ("forum", 0.8, (pl.col("forum") >= MIN_CUES) & (evidence < 2)),
        ("documentation", 0.75, (pl.col("documentation") >= MIN_CUES) & (evidence < 1)),
        ("service", 0.7, (pl.col("service") >= MIN_CUES) & ((evidence < 1) | ~enough)),
        ("article", 0.9, enough & (evidence >= 1) & (share >= MIN_ARTICLE_PROSE_SHARE)),
        (
            "article",
            0.7,
            enough & (pl.col("paragraphs") >= 2) & (share >= 2 * MIN_ARTICLE_PROSE_SHARE),
        ),
        ("listing", 0.7, pl.col("lines") >= 12),
    )
    page_type = pl.coalesce(
        *(pl.when(holds).then(pl.lit(name)) for name, _, holds in rules), pl.lit("other")
    )
    score = pl.coalesce(
        *(pl.when(holds).then(pl.lit(value)) for _, value, holds in rules), pl.lit(0.5)
    )
    return counts.select("document_id", page_type=page_type, page_type_score=score).with_columns(
        reason=pl.when(pl.col("page_type") != "article").then(
            pl.format("not_article: the page reads like this: {}", "page_type")
        )
    )
