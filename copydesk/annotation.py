"""Annotation: what an article's text speaks of.

What belongs here: reading the titles and bodies of articles with a recognizer, paragraph by paragraph, and laying the
results out as tables. What does not: any one step of it (recognition.py, mentions.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from copydesk.body import PARAGRAPH_BREAK
from copydesk.mentions import Mention, clean_mentions, resolve_surnames
from copydesk.quotations import quotation_rows
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
    """What `articles` (see tables.ARTICLES) speak of, with offsets into title and body.

    A paragraph that stands in several articles is recognised once. Of articles in languages that the recognizer does not
    read come what needs none: words between quotation marks, days in digits.
    """
    languages = list(recognizer.languages)
    readable = set(articles.filter(pl.col("language").is_in(languages))["article_id"])
    read = {
        row["article_id"]: list(_paragraphs(row["title"], row["body"]))
        for row in articles.select("article_id", "title", "body").iter_rows(named=True)
        if row["article_id"] in readable
    }
    texts = list(dict.fromkeys(part.text for parts in read.values() for part in parts))
    spans = dict(zip(texts, recognizer.predict(texts), strict=True))
    mentions, quotes = list[dict[str, Any]](), list[dict[str, Any]]()
    for article_id, body, language in articles.select("article_id", "body", "language").iter_rows():
        found = _mentions(read.get(article_id, ()), spans, recognizer.model)
        mentions.extend(_mention_row(article_id, *each) for each in found)
        in_body = [mention for field, mention in found if field == "body"]
        quotes.extend(quotation_rows(article_id, body, in_body, language))
    recognizers = articles.select(
        "article_id",
        recognizer=pl.when(pl.col("language").is_in(languages)).then(pl.lit(recognizer.model)),
    ).cast({"recognizer": ARTICLES.polars_schema["recognizer"]})
    return Annotated(
        mentions=MENTIONS.conform(pl.DataFrame(mentions, schema=MENTIONS.polars_schema)),
        quotes=QUOTES.conform(pl.DataFrame(quotes, schema=QUOTES.polars_schema)),
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


def _mentions(
    parts: Iterable[_Paragraph], spans: Mapping[str, list[Span]], model: str
) -> list[tuple[str, Mention]]:
    """The mentions of one article, each with the field that its offsets count in."""
    fields = list[str]()
    mentions = list[Mention]()
    for part in parts:
        for mention in clean_mentions(part.text, spans[part.text], model):
            fields.append(part.field)
            mentions.append(
                replace(mention, start=mention.start + part.start, end=mention.end + part.start)
            )
    return list(zip(fields, resolve_surnames(mentions), strict=True))


def _mention_row(article_id: str, field: str, mention: Mention) -> dict[str, Any]:
    return {
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
