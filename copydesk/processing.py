"""Processing: all the pure steps from raw documents to annotated articles, in one go.

What belongs here: the order of the stages, and doing them a bounded number of documents at a time. What does not: any
stage itself (parsing.py, articles.py, annotation.py), files.

Pieces are cut by the number of documents alone, so a batch's frames are the same whoever works on it, and wherever.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import polars as pl

from copydesk import annotation, articles, budget, parsing
from copydesk.budget import OutOfTime, limited
from copydesk.recognizers import Recognizer
from copydesk.structured_data import stated_by_pages

# Large enough for whole columns to pay, small enough that what is held at once does not grow with a batch.
PIECE: Final = 2_500


class Stage(StrEnum):
    """What is done to a batch, in this order."""

    READ = "read"
    PARSE = "parse"
    COMPOSE = "compose"
    ANNOTATE = "annotate"


# The frames that a stage makes: names of tables, but for `raw_documents` and `recognizers`.
MADE_BY: Final[Mapping[Stage, tuple[str, ...]]] = {
    Stage.READ: ("raw_documents",),
    Stage.PARSE: ("documents", "blocks"),
    Stage.COMPOSE: ("articles", "images", "publishers"),
    Stage.ANNOTATE: ("mentions", "quotes", "time_expressions", "recognizers"),
}
# A piece in which a document takes too long is tried again in so many parts.
PARTS: Final = 16
# What a document that cannot be read does not have.
UNREAD: Final = frozenset({"text", "lines", "page"})
STATED_COLUMNS: Final = ("document_id", "address", "page")

Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Processor:
    """Does `stages` (but for reading) to the documents of a batch.

    `recognizer` finds names; where it is None, articles are not annotated: the tables are there, and empty. Of all
    documents, `share` are annotated (see annotation.in_sample).
    """

    stages: Collection[Stage]
    recognizer: Recognizer | None = None
    share: float = annotation.ALL
    clock: Callable[[], float] = time.process_time
    # Seconds that each stage took so far, by the clock.
    seconds: dict[Stage, float] = field(default_factory=dict)

    def process(self, given: Frames) -> Iterator[tuple[str, pl.DataFrame]]:
        """The frames of all documents of `given`, each with its name; see `piece`."""
        yield from merge(
            [self.piece(given, number) for number in range(count_pieces(given["raw_documents"]))]
        )

    def piece(self, given: Frames, number: int) -> dict[str, pl.DataFrame]:
        """The frames that the stages make of one piece.

        Args:
            given: `raw_documents` (if nothing is parsed, `STATED_COLUMNS` of it will do), and of what the stages do not
                make themselves what they need: `documents` and `blocks`, or `articles`.
            number: which piece, from 0.
        """
        raw = given["raw_documents"].slice(number * PIECE, PIECE)
        # Without parsing, a document's row stands already: there is no place left for a reason.
        return (self._in_time if Stage.PARSE in self.stages else self._make)(given, raw)

    def _in_time(self, given: Frames, raw: pl.DataFrame) -> dict[str, pl.DataFrame]:
        """The frames of some documents; one that takes longer than a document may is rejected, the others as ever."""
        try:
            with limited(budget.DOCUMENT_SECONDS + budget.SHARE_SECONDS * raw.height):
                return self._make(given, raw)
        except OutOfTime:
            if raw.height == 1:
                return self._make(given, _rejected(raw))
        # Which one it was, shows when fewer are tried together.
        size = -(-raw.height // PARTS)
        return dict(merge([self._in_time(given, part) for part in raw.iter_slices(size)]))

    def _make(self, given: Frames, raw: pl.DataFrame) -> dict[str, pl.DataFrame]:
        """The frames that the stages make of the documents `raw`."""
        ids = raw.select("document_id")
        made = dict[str, pl.DataFrame]()
        parsed: parsing.Parsed | None = None
        started = self.clock()
        if Stage.PARSE in self.stages:
            parsed = parsing.parse(raw)
            started = self._took(Stage.PARSE, started)
            made |= {"documents": parsed.documents, "blocks": parsed.blocks}
        if Stage.COMPOSE in self.stages:
            parsed = parsed or parsing.Parsed(
                documents=given["documents"].join(ids, on="document_id", how="semi"),
                blocks=given["blocks"].join(ids, on="document_id", how="semi"),
                stated=stated_by_pages(raw.select(STATED_COLUMNS)),
            )
            composed = articles.compose(parsed)
            started = self._took(Stage.COMPOSE, started)
            made |= {
                "articles": composed.articles,
                "images": composed.images,
                "publishers": composed.publishers,
            }
        if Stage.ANNOTATE in self.stages:
            own = made.get("articles")
            if own is None:
                own = given["articles"].join(ids, on="document_id", how="semi")
            annotated = (
                annotation.leave(own)
                if self.recognizer is None
                else annotation.annotate(own, self.recognizer, self.share)
            )
            self._took(Stage.ANNOTATE, started)
            made |= {
                "mentions": annotated.mentions,
                "quotes": annotated.quotes,
                "time_expressions": annotated.time_expressions,
                "recognizers": annotated.recognizers,
            }
        return made

    def _took(self, stage: Stage, started: float) -> float:
        """Count what a stage took since `started`; returns the time."""
        now = self.clock()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - started
        return now


def _rejected(raw: pl.DataFrame) -> pl.DataFrame:
    """A document as one that could not be read."""
    unread = [
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in raw.schema.items()
        if name in UNREAD
    ]
    return raw.with_columns(*unread, rejection=pl.lit(budget.reason()))


def count_pieces(raw: pl.DataFrame) -> int:
    """How many pieces a batch is processed in; one for an empty one, so that its tables come to be."""
    return max(1, -(-raw.height // PIECE))


def merge(pieces: Sequence[dict[str, pl.DataFrame]]) -> Iterator[tuple[str, pl.DataFrame]]:
    """The frames of all pieces as those of one batch, each with its name; they are taken from `pieces` on the way.

    One after the other, so that all are never held twice; in the order of the pieces, which is not always the table's.
    """
    for name in tuple(pieces[0]):
        frame = pl.concat([piece.pop(name) for piece in pieces])
        if name == "publishers":
            # Of an outlet that several pieces know, what the first says, as within one.
            frame = frame.unique("publisher_id", keep="first", maintain_order=True)
        yield name, frame
