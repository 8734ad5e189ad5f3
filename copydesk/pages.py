"""Pages: what kind of page a document is.

What belongs here: what becomes of the learned scores of an article and of the other kinds, and the rule for error pages.
What does not: the roles of its blocks (roles.py), the features that are learned from (page_features.py,
page_words.py, page_statements.py), the learning (training/pages.py).

Pages of HTML have a model of their own, which sees what the page states of itself and its address beside the text.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from copydesk.page_features import HTML_WEIGHTS, page_features
from copydesk.page_statements import page_statements
from copydesk.page_words import KINDS
from copydesk.structured_data import PAGES_STATED_SCHEMA
from copydesk.trees import predict

MODEL: Final = "pages.onnx"
HTML_MODEL: Final = "html_pages.onnx"
ARTICLE_THRESHOLD: Final = 0.5

# Fewer characters of prose than two short paragraphs make no article, whatever the page.
MIN_ARTICLE_CHARACTERS: Final = 250
MIN_CJK_ARTICLE_CHARACTERS: Final = 100
# An error page says so within a few lines.
MAX_ERROR_PAGE_CHARACTERS: Final = 2_500
# What kind of page it is takes some lines to say.
MIN_LINES: Final = 4
# What a page may state in JSON-LD to be an article: of 250 pages that do so one is none. schema.org's plain `Article` is
# stated by every twentieth page that is none, OpenGraph's `article` by every fifth.
STATED_ARTICLES: Final = (
    "NewsArticle",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "BackgroundNewsArticle",
    "OpinionNewsArticle",
    "BlogPosting",
    "LiveBlogPosting",
)
NOTHING_STATED: Final = PAGES_STATED_SCHEMA.to_frame()
_OTHER_KINDS: Final = tuple(kind for kind in KINDS if kind != "article")


def classify_pages(blocks: pl.DataFrame, stated: pl.DataFrame = NOTHING_STATED) -> pl.DataFrame:
    """`document_id`, `page_type`, `page_type_score`, `reason` (null for articles).

    Args:
        blocks: with roles and `body_score` (see roles.assign_roles).
        stated: what pages of HTML say of themselves (see structured_data.stated_by_pages).
    """
    scores = _score_articles(blocks, stated)
    text = pl.col("text")
    characters = text.str.len_chars()
    body = pl.col("role") == "body"
    # Such letters are three bytes each: a body that is mostly of them has more than twice as many bytes as characters.
    cjk = (
        blocks.lazy()
        .filter(body)
        .group_by("document_id", maintain_order=True)
        .agg("text", bytes=text.str.len_bytes().sum(), length=characters.sum())
        .filter(pl.col("bytes") > 2 * pl.col("length"))
        .select(
            "document_id",
            cjk=pl.col("text")
            .list.join("")
            .str.count_matches(r"[\p{Han}\p{Hiragana}\p{Katakana}]"),
        )
        .collect()
    )
    counts = (
        blocks.group_by("document_id", maintain_order=True)
        .agg(
            total=characters.sum(),
            lines=pl.len(),
            # Of what could not be read nothing gets into an article.
            body=characters.filter(body & (text.str.strip_chars(" \ufffd") != "")).sum(),
            microdata=(pl.col("reason") == "schema_org_publisher").any(),
        )
        .join(cjk, on="document_id", how="left", maintain_order="left")
        .with_columns(pl.col("cjk").fill_null(0))
    )
    enough = (
        pl.when(pl.col("cjk") * 2 > pl.col("body"))
        .then(pl.col("body") >= MIN_CJK_ARTICLE_CHARACTERS)
        .otherwise(pl.col("body") >= MIN_ARTICLE_CHARACTERS)
    )
    chance = pl.col("article_score")
    likely = enough & (chance >= ARTICLE_THRESHOLD)
    likeliest = pl.max_horizontal(pl.col(f"words_{kind}") for kind in _OTHER_KINDS)
    rules = (
        (
            "error",
            pl.lit(0.9),
            (pl.col("cue_error") > 0) & (pl.col("total") <= MAX_ERROR_PAGE_CHARACTERS),
        ),
        ("article", pl.lit(0.95), enough & pl.col("microdata")),
        ("article", pl.lit(0.95), enough & pl.col("kind").is_in(STATED_ARTICLES)),
        ("article", chance, likely),
        ("other", pl.lit(0.5), pl.col("lines") < MIN_LINES),
        *((kind, 1 - chance, pl.col(f"words_{kind}") == likeliest) for kind in _OTHER_KINDS),
    )
    page_type = pl.coalesce(
        *(pl.when(holds).then(pl.lit(name)) for name, _, holds in rules), pl.lit("other")
    )
    score = pl.coalesce(*(pl.when(holds).then(value) for _, value, holds in rules), pl.lit(0.5))
    scored = counts.join(scores, on="document_id", maintain_order="left").join(
        stated.select("document_id", "kind"), on="document_id", how="left", maintain_order="left"
    )
    return scored.select("document_id", page_type=page_type, page_type_score=score).with_columns(
        reason=pl.when(pl.col("page_type") != "article").then(
            pl.format("not_article: the page reads like this: {}", "page_type")
        )
    )


def _score_articles(blocks: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `article_score`, `cue_error` and the words' scores, from text or from HTML."""
    statements = page_statements(stated)
    if statements.is_empty():
        return _score(page_features(blocks), MODEL)
    texts, htmls = (
        blocks.join(statements, on="document_id", how=how, maintain_order="left")
        for how in ("anti", "semi")
    )
    of_html = page_features(htmls, HTML_WEIGHTS).join(
        statements, on="document_id", how="left", maintain_order="left"
    )
    return pl.concat([_score(page_features(texts), MODEL), _score(of_html, HTML_MODEL)])


def _score(features: pl.DataFrame, model: str) -> pl.DataFrame:
    chance = predict(model, features.drop("document_id"))[:, 1]
    # 64 bits, for 32 would make of a rule's .95 what is written as 0.949999988079071.
    scored = features.with_columns(article_score=pl.Series(chance).cast(pl.Float64))
    return scored.select("document_id", "article_score", "cue_error", "^words_.*$")
