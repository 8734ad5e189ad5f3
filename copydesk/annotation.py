"""Annotation: what an article's text speaks of.

What belongs here: reading the titles and bodies of articles with a recognizer, paragraph by paragraph, and laying the
results out as tables. What does not: any one step of it (recognition.py, mentions.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from copydesk.body import PARAGRAPH_BREAK
from copydesk.casing import recase, usual_forms
from copydesk.coreference import resolve
from copydesk.linking import link
from copydesk.mentions import Mention, clean_mentions
from copydesk.quotations import quotation_rows
from copydesk.recognizers import Recognizer, Span
from copydesk.tables import ARTICLES, MENTIONS, QUOTES, TIME_EXPRESSIONS
from copydesk.time_expressions import annotate_time

ALL: Final = 1.0
# A document's id begins with so many bits of a hash of its bytes, which say whether it is in a sample.
SAMPLE_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Annotated:
    """Frames in the schemas of `mentions`, `quotes` and `time_expressions`.

    `recognizers` says for each article whether it was read and by which model: `article_id`, `annotated`, `recognizer`
    (null: none reads its language).
    """

    mentions: pl.DataFrame
    quotes: pl.DataFrame
    time_expressions: pl.DataFrame
    recognizers: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Paragraph:
    field: str
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An article as it is read: what was published by field, its parts recased, and what tells names from words."""

    published: Mapping[str, str]
    parts: tuple[_Paragraph, ...]
    authors: tuple[str, ...]
    usual: Mapping[str, str]


def in_sample(share: float) -> pl.Expr:
    """Whether an article is of a document in the sample of this share of all that there may be.

    By the document's id alone, so that it is the same in every batch and run, and a larger sample holds the smaller ones.
    """
    if share >= ALL:
        return pl.lit(value=True)
    place = pl.col("document_id").str.head(SAMPLE_DIGITS).str.to_integer(base=16, dtype=pl.UInt64)
    return place < share * 16**SAMPLE_DIGITS


def annotate(articles: pl.DataFrame, recognizer: Recognizer, share: float = ALL) -> Annotated:
    """What `articles` (see tables.ARTICLES) speak of, with offsets into title and body.

    Args:
        articles: all of them.
        recognizer: what finds names.
        share: of the documents, how many are read; of the others nothing is known, and `recognizers` says so.

    A paragraph that stands in several articles is recognised once. Of articles in languages that the recognizer does not
    read come what needs none: words between quotation marks, days in digits.
    """
    languages = list(recognizer.languages)
    every = articles.select("article_id", annotated=in_sample(share))
    articles = articles.filter(in_sample(share)).with_columns(
        read=pl.col("language").is_in(languages).fill_null(value=False)
    )
    columns = articles.select("article_id", "title", "body", "authors", "language", "read")
    prepared = {
        row["article_id"]: _prepare(row) for row in columns.iter_rows(named=True) if row["read"]
    }
    texts = list(dict.fromkeys(part.text for each in prepared.values() for part in each.parts))
    spans = dict(zip(texts, recognizer.predict(texts), strict=True))
    mentions, quotes = list[dict[str, Any]](), list[dict[str, Any]]()
    for article_id, body, language in columns.select("article_id", "body", "language").iter_rows():
        found = (
            _mentions(article_id, prepared[article_id], spans, recognizer.model)
            if article_id in prepared
            else []
        )
        mentions.extend(_mention_row(article_id, each) for each in found)
        in_body = [each for each in found if each.field == "body"]
        quotes.extend(quotation_rows(article_id, body, in_body, language))
    read = articles.select("article_id", recognizer=pl.when("read").then(pl.lit(recognizer.model)))
    recognizers = every.join(read, on="article_id", how="left", maintain_order="left")
    return Annotated(
        mentions=MENTIONS.conform(pl.DataFrame(mentions, schema=MENTIONS.polars_schema)),
        quotes=QUOTES.conform(pl.DataFrame(quotes, schema=QUOTES.polars_schema)),
        time_expressions=annotate_time(articles),
        recognizers=recognizers.cast({"recognizer": ARTICLES.polars_schema["recognizer"]}),
    )


def leave(articles: pl.DataFrame) -> Annotated:
    """What is known of `articles` that nobody reads: nothing, in frames as `annotate` gives them."""
    return Annotated(
        mentions=MENTIONS.empty(),
        quotes=QUOTES.empty(),
        time_expressions=TIME_EXPRESSIONS.empty(),
        recognizers=articles.select(
            "article_id",
            annotated=pl.lit(value=False),
            recognizer=pl.lit(None, dtype=ARTICLES.polars_schema["recognizer"]),
        ),
    )


def _prepare(row: Mapping[str, Any]) -> _Prepared:
    """An article's title and paragraphs, in the case that a recognizer reads best."""
    title, body = row["title"] or "", row["body"]
    usual = usual_forms(body)
    parts = [_Paragraph("title", 0, recase(title, usual))] if title else []
    start = 0
    for text in body.split(PARAGRAPH_BREAK):
        parts.append(_Paragraph("body", start, recase(text, usual)))
        start += len(text) + len(PARAGRAPH_BREAK)
    return _Prepared(
        published={"title": title, "body": body},
        parts=tuple(parts),
        authors=tuple(row["authors"] or ()),
        usual=usual,
    )


def _mentions(
    article_id: str, article: _Prepared, spans: Mapping[str, list[Span]], model: str
) -> list[Mention]:
    """The mentions of one article, resolved and linked, with the surface as published."""
    mentions = [
        replace(
            mention,
            start=mention.start + part.start,
            end=mention.end + part.start,
            field=part.field,
        )
        for part in article.parts
        for mention in clean_mentions(part.text, spans[part.text], model, article.usual)
    ]
    read = {
        field: PARAGRAPH_BREAK.join(part.text for part in article.parts if part.field == field)
        for field in article.published
    }
    resolved = resolve(read, mentions, article.authors, article.usual)
    return [
        replace(each, surface=article.published[each.field][each.start : each.end])
        for each in link(article_id, read, resolved)
    ]


def _mention_row(article_id: str, mention: Mention) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "field": mention.field,
        "start": mention.start,
        "end": mention.end,
        "surface": mention.surface,
        "label": mention.label,
        "score": mention.score,
        "entity_id": mention.entity_id,
        "model": mention.model,
    }
