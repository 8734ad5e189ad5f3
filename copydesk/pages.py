"""Pages: what kind of page a document is.

What belongs here: what becomes of the learned score of an article, and the rules that tell a listing, a product, a
forum, documentation, a service page and an error page from each other. What does not: the roles of its blocks
(roles.py), the features that are learned from (page_features.py), the learning (training/pages.py).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from copydesk.page_features import page_features
from copydesk.trees import predict

MODEL: Final = "pages.onnx"
ARTICLE_THRESHOLD: Final = 0.5
# Somebody signed it: less will do.
SIGNED_ARTICLE_THRESHOLD: Final = 0.4

# Fewer characters of prose than two short paragraphs make no article, whatever the page.
MIN_ARTICLE_CHARACTERS: Final = 250
MIN_CJK_ARTICLE_CHARACTERS: Final = 100
# An error page says so within a few lines.
MAX_ERROR_PAGE_CHARACTERS: Final = 2_500
# Pages of these kinds repeat their words.
MIN_CUES: Final = 3
MIN_LISTING_BLOCKS: Final = 12


def classify_pages(blocks: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `page_type`, `page_type_score`, `reason` (null for articles).

    Args:
        blocks: with roles and `body_score` (see roles.assign_roles).
    """
    features = page_features(blocks)
    scores = features.with_columns(
        article_score=pl.Series(predict(MODEL, features.drop("document_id"))[:, 1])
    ).select("document_id", "article_score", "^cue_.*$")
    text = pl.col("text")
    characters = text.str.len_chars()
    body = pl.col("role") == "body"
    # Within a group an expression is evaluated page by page: of the text, which is few blocks, only.
    cjk = text.filter(body).str.count_matches(r"[\p{Han}\p{Hiragana}\p{Katakana}]").sum()
    counts = blocks.group_by("document_id", maintain_order=True).agg(
        total=characters.sum(),
        lines=pl.len(),
        body=characters.filter(body).sum(),
        cjk=cjk,
        signed=(pl.col("role") == "byline").any(),
        microdata=(pl.col("reason") == "schema_org_publisher").any(),
    )
    enough = (
        pl.when(pl.col("cjk") * 2 > pl.col("body"))
        .then(pl.col("body") >= MIN_CJK_ARTICLE_CHARACTERS)
        .otherwise(pl.col("body") >= MIN_ARTICLE_CHARACTERS)
    )
    chance = pl.col("article_score")
    threshold = (
        pl.when(pl.col("signed")).then(SIGNED_ARTICLE_THRESHOLD).otherwise(ARTICLE_THRESHOLD)
    )
    likely = enough & (chance >= threshold)
    rules = (
        (
            "error",
            pl.lit(0.9),
            (pl.col("cue_error") > 0) & (pl.col("total") <= MAX_ERROR_PAGE_CHARACTERS),
        ),
        ("article", pl.lit(0.95), enough & pl.col("microdata")),
        ("article", chance, likely),
        ("forum", 1 - chance, pl.col("cue_forum") >= MIN_CUES),
        ("product", 1 - chance, pl.col("cue_product") >= MIN_CUES),
        ("documentation", 1 - chance, pl.col("cue_documentation") >= MIN_CUES),
        ("service", 1 - chance, pl.col("cue_service") >= MIN_CUES),
        ("listing", 1 - chance, pl.col("lines") >= MIN_LISTING_BLOCKS),
    )
    page_type = pl.coalesce(
        *(pl.when(holds).then(pl.lit(name)) for name, _, holds in rules), pl.lit("other")
    )
    score = pl.coalesce(*(pl.when(holds).then(value) for _, value, holds in rules), pl.lit(0.5))
    scored = counts.join(scores, on="document_id", maintain_order="left")
    return scored.select(
        "document_id", page_type=page_type, page_type_score=score.cast(pl.Float64)
    ).with_columns(
        reason=pl.when(pl.col("page_type") != "article").then(
            pl.format("not_article: the page reads like this: {}", "page_type")
        )
    )
