"""Systems: what Copydesk and plain spaCy find in a document.

What belongs here: running them, bringing their labels to those that the corpora share and their offsets to the corpora's texts. What does not: scoring.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any, Final, Protocol

import polars as pl

from benchmarks.entities.corpora import KINDS, PARAGRAPH_BREAK, Document, Span, Time
from copydesk.annotation import Annotated, annotate
from copydesk.entities import build_entities
from copydesk.linking import known_places
from copydesk.recognition import SPACY_PACKAGE, load_recognizer
from copydesk.territories import Country, is_demonym

_OURS: Final = {
    "person": "PER", "organisation": "ORG", "country": "LOC", "city": "LOC", "place": "LOC",
}  # fmt: skip


@dataclass
class Found:
    """What a system found in one document; `None` where it does not look for it."""

    entities: list[tuple[int, int, str]] = field(default_factory=list)
    times: list[Time] | None = None
    quotes: list[tuple[Span, bool, Span | None]] | None = None
    speakers: dict[Span, str] = field(default_factory=dict)
    """By quotation, the name of the entity that its speaker is."""
    countries: list[tuple[int, int, str]] | None = None


@dataclass
class Answer:
    """What a system found in every document, and the seconds of processor time it took."""

    system: str
    found: list[Found]
    seconds: float


class System(Protocol):
    """Something that reads documents."""

    name: str

    def read(self, documents: Sequence[Document]) -> Answer:
        """Read all of them, in order."""
        ...


class Copydesk:
    """Copydesk's annotation, all of it: mentions, quotations and time."""

    name = "copydesk"

    def __init__(self, model: Path | None = None, cache: Path | None = None) -> None:
        self._recognizer = load_recognizer(model, cache)
        self._recognizer.load()

    def read(self, documents: Sequence[Document]) -> Answer:
        """Read all documents as one batch."""
        articles = pl.DataFrame(
            {
                "article_id": [f"{number:08}" for number in range(len(documents))],
                "title": [document.title or None for document in documents],
                "body": [document.text[document.body_start :] for document in documents],
                "authors": [[] for _ in documents],
                "language": "en",
                "published_at": [
                    datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
                    for day in (document.published for document in documents)
                ],
                "published_precision": "day",
            },
            schema_overrides={
                "title": pl.String,
                "authors": pl.List(pl.String),
                "published_at": pl.Datetime("us", "UTC"),
            },
        )
        start = process_time()
        annotated = annotate(articles, self._recognizer)
        seconds = process_time() - start
        return Answer(self.name, _found(annotated, articles, documents), seconds)


def _found(
    annotated: Annotated, articles: pl.DataFrame, documents: Sequence[Document]
) -> list[Found]:
    """What was annotated, with offsets into the documents' texts."""
    found = [Found([], [], [], {}, []) for _ in documents]
    for row in annotated.mentions.iter_rows(named=True):
        number = int(row["article_id"])
        begin = 0 if row["field"] == "title" else documents[number].body_start
        start, end = row["start"] + begin, row["end"] + begin
        label = _OURS.get(row["label"])
        demonym = row["label"] == "country" and is_demonym(row["surface"].title())
        if label is not None and not demonym:
            found[number].entities.append((start, end, label))
        place = known_places().get(row["entity_id"])
        if isinstance(place, Country):
            _add(found[number].countries, (start, end, place.code))
    for row in annotated.time_expressions.iter_rows(named=True):
        number = int(row["article_id"])
        begin = documents[number].body_start
        time = Time((row["start"] + begin, row["end"] + begin), row["kind"], row["value"] or "")
        _add(found[number].times, time)
    entities = build_entities(annotated.mentions.lazy(), articles.lazy())
    names = dict(entities.select("entity_id", "name").iter_rows())
    for row in annotated.quotes.iter_rows(named=True):
        number = int(row["article_id"])
        begin = documents[number].body_start
        at = row["speaker_start"]
        speaker = (at + begin, at + begin + len(row["speaker"])) if at is not None else None
        span = (row["start"] + begin, row["end"] + begin)
        _add(found[number].quotes, (span, row["kind"] == "direct", speaker))
        if row["speaker_entity_id"] in names:
            found[number].speakers[span] = names[row["speaker_entity_id"]]
    return found


class PlainSpacy:
    """spaCy's small English model as it comes."""

    name = "en_core_web_sm"

    def __init__(self) -> None:
        self._pipeline = importlib.import_module(SPACY_PACKAGE).load()

    def read(self, documents: Sequence[Document]) -> Answer:
        """Read all documents, paragraph by paragraph."""
        places = list[tuple[int, int]]()
        texts = list[str]()
        for number, document in enumerate(documents):
            offset = 0
            for paragraph in document.text.split(PARAGRAPH_BREAK):
                places.append((number, offset))
                texts.append(paragraph)
                offset += len(paragraph) + len(PARAGRAPH_BREAK)
        found = [Found([], []) for _ in documents]
        start = process_time()
        read = list(self._pipeline.pipe(texts, batch_size=32))
        seconds = process_time() - start
        for (number, offset), parsed in zip(places, read, strict=True):
            for entity in parsed.ents:
                begin, end = entity.start_char + offset, entity.end_char + offset
                if entity.label_ in KINDS:
                    found[number].entities.append((begin, end, KINDS[entity.label_]))
                elif entity.label_ in ("DATE", "TIME"):
                    _add(found[number].times, Time((begin, end), entity.label_, ""))
        return Answer(self.name, found, seconds)


def _add(items: list[Any] | None, item: object) -> None:
    if items is not None:
        items.append(item)
