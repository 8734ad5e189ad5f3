"""Annotation: what an article's text speaks of.

What belongs here: reading the titles and bodies of articles with a recognizer, paragraph by paragraph, and laying the
results out as tables. What does not: any one step of it (recognition.py, mentions.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from copydesk.body import PARAGRAPH_BREAK
from copydesk.mentions import Mention, clean_mentions, resolve_surnames
from copydesk.recognition import Recognizer, Span
from copydesk.tables import ARTICLES, MENTIONS, QUOTES
from copydesk.time_expressions import annotate_time


@dataclass(frozen=True, slots=True)
class Annotated:
    """Frames in the schemas of `mentions`, `quotes` and `time_expressions`.

    `recognizers` says for each article which model read it: `article_id`, `recognizer` (null: none reads its
    language).
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


def annotate(articles: pl.DataFrame, recognizer: Recognizer) -> Annotated:
    """The mentions of `articles` (see tables.ARTICLES), with offsets into title and body.

    A paragraph that stands in several articles is recognised once. Quotations are not read yet: their table is empty.
    """
    languages = list(recognizer.languages)
    readable = articles.filter(pl.col("language").is_in(languages))
    read = {
        row["article_id"]: list(_paragraphs(row["title"], row["body"]))
        for row in readable.select("article_id", "title", "body").iter_rows(named=True)
    }
    texts = list(dict.fromkeys(part.text for parts in read.values() for part in parts))
    spans = dict(zip(texts, recognizer.predict(texts), strict=True))
    rows = [
        row
        for article_id, parts in read.items()
        for row in _mention_rows(article_id, parts, spans, recognizer.model)
    ]
    recognizers = articles.select(
        "article_id",
        recognizer=pl.when(pl.col("language").is_in(languages)).then(pl.lit(recognizer.model)),
    ).cast({"recognizer": ARTICLES.polars_schema["recognizer"]})
    return Annotated(
        mentions=MENTIONS.conform(pl.DataFrame(rows, schema=MENTIONS.polars_schema)),
        quotes=QUOTES.empty(),
        time_expressions=annotate_time(articles),
        recognizers=recognizers,
    )


def _paragraphs(title: str | None, body: str) -> Iterator[_Paragraph]:
    if title:
        yield _Paragraph("title", 0, title)
    start = 0
    for text in body.split(PARAGRAPH_BREAK):
        yield _Paragraph("body", start, text)
        start += len(text) + len(PARAGRAPH_BREAK)


def _mention_rows(
    article_id: str, parts: list[_Paragraph], spans: dict[str, list[Span]], model: str
) -> Iterator[dict[str, Any]]:
    fields = list[str]()
    mentions = list[Mention]()
    for part in parts:
        for mention in clean_mentions(part.text, spans[part.text], model):
            fields.append(part.field)
            mentions.append(
                replace(mention, start=mention.start + part.start, end=mention.end + part.start)
            )
    for field, mention in zip(fields, resolve_surnames(mentions), strict=True):
        yield {
            "article_id": article_id,
            "field": field,
            "start": mention.start,
            "end": mention.end,
            "surface": mention.surface,
            "label": mention.label,
            "score": mention.score,
            "entity_id": mention.entity_id,
            "model": mention.model,
        }
