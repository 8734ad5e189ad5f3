"""Stages in one go: the same as one after the other, and the same for any number of pieces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl
import pytest
from conftest import LATER, SECOND, STORY
from polars.testing import assert_frame_equal

from copydesk import processing
from copydesk.processing import MADE_BY, Processor, Stage, count_pieces
from copydesk.reading import RAW_SCHEMA, RawDocument, read_documents
from copydesk.recognizers import Recognizer, Span
from copydesk.tables import TABLES

PAGE = """<html><head><meta property="og:title" content="Ferry returns to the old pier"></head><body>
<h1>Ferry returns to the old pier</h1><p>By Jane Doe</p>
<p>The ferry returned to the old pier on Friday, nine days after the storm that had closed the harbour.</p></body></html>"""


class Fixed:
    """Finds the first word of every text."""

    model = "fixed-1"
    languages = frozenset({"en"})

    def load(self) -> None:
        return

    def predict(self, texts: list[str]) -> list[list[Span]]:
        return [[Span(0, len(text.split()[0]), "PERSON")] if text else [] for text in texts]


@pytest.fixture(scope="module")
def raw() -> pl.DataFrame:
    contents = [*(STORY, SECOND, LATER, PAGE), "", STORY.replace("nine days", "ten days")]
    return read_documents(
        RawDocument(f"{number:02}", f"file:///{number}", "text", len(text), text.encode())
        for number, text in enumerate(contents)
    )


def conformed(made: Iterable[tuple[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    """The frames as they are written."""
    return {name: TABLES[name].conform(frame) if name in TABLES else frame for name, frame in made}


def process(raw: pl.DataFrame, recognizer: Recognizer | None) -> Mapping[str, pl.DataFrame]:
    return conformed(Processor(tuple(Stage)[1:], recognizer).process({"raw_documents": raw}))


def equal(left: Mapping[str, pl.DataFrame], right: Mapping[str, pl.DataFrame]) -> None:
    assert left.keys() == right.keys()
    for name, frame in left.items():
        assert_frame_equal(frame, right[name])


def test_pieces_make_the_same_frames(raw: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = process(raw, Fixed())
    assert whole["articles"].height >= 4
    assert whole["mentions"].height >= 4
    monkeypatch.setattr(processing, "PIECE", 2)
    assert count_pieces(raw) == 3
    equal(process(raw, Fixed()), whole)


def test_an_article_is_the_same_alone_and_among_others(
    raw: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = process(raw, Fixed())
    monkeypatch.setattr(processing, "PIECE", 1)
    for name, frame in process(raw, Fixed()).items():
        assert_frame_equal(frame, whole[name], check_exact=True)


def test_a_stage_alone_makes_what_it_makes_among_all(raw: pl.DataFrame) -> None:
    whole = process(raw, Fixed())
    given = {"raw_documents": raw, **whole}
    for stage in tuple(Stage)[1:]:
        made = conformed(Processor([stage], Fixed()).process(given))
        assert set(made) == set(MADE_BY[stage])
        equal(made, {name: whole[name] for name in made})


def test_without_a_recognizer_nothing_is_read(raw: pl.DataFrame) -> None:
    made = process(raw, None)
    assert made["mentions"].height == made["quotes"].height == made["time_expressions"].height == 0
    assert made["recognizers"]["article_id"].to_list() == made["articles"]["article_id"].to_list()
    assert made["recognizers"]["recognizer"].null_count() == made["articles"].height


def test_an_empty_batch_has_its_tables() -> None:
    made = process(RAW_SCHEMA.to_frame(), None)
    for name in MADE_BY[Stage.PARSE] + MADE_BY[Stage.COMPOSE]:
        assert made[name].schema == TABLES[name].polars_schema
        assert made[name].is_empty()
