"""Stages in one go: the same as one after the other, and the same for any number of pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import polars as pl
import pytest
from conftest import LATER, SECOND, STORY
from polars.testing import assert_frame_equal

from copydesk import processing
from copydesk.annotation import in_sample
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
    assert made["recognizers"]["annotated"].to_list() == [False] * made["articles"].height


def test_a_sample_is_read_as_all_are_and_says_who_is_in_it(raw: pl.DataFrame) -> None:
    ids = [f"{place}0000000abcd" for place in ("0", "3", "7", "c", "e", "f")]
    raw = raw.with_columns(document_id=pl.Series(ids))
    stages = tuple(Stage)[1:]
    whole = process(raw, Fixed())
    assert whole["recognizers"]["annotated"].all()
    made = conformed(Processor(stages, Fixed(), share=0.5).process({"raw_documents": raw}))
    read = [each for each in whole["articles"]["article_id"] if each < "8"]
    assert 0 < len(read) < whole["articles"].height
    assert_frame_equal(made["articles"], whole["articles"])
    assert made["recognizers"].filter("annotated")["article_id"].to_list() == read
    assert made["recognizers"].filter("annotated")["recognizer"].null_count() == 0
    assert made["recognizers"].remove("annotated")["recognizer"].drop_nulls().is_empty()
    assert made["recognizers"]["article_id"].to_list() == whole["articles"]["article_id"].to_list()
    for name in ("mentions", "quotes", "time_expressions"):
        assert_frame_equal(made[name], whole[name].filter(pl.col("article_id").is_in(read)))


def test_a_larger_sample_holds_the_smaller_one() -> None:
    ids = pl.Series("document_id", [hashlib.sha256(bytes([n])).hexdigest() for n in range(250)])
    chosen = {share: ids.to_frame().filter(in_sample(share)) for share in (0, 0.05, 0.4, 1)}
    assert [len(chosen[share]) for share in (0, 1)] == [0, 250]
    assert 4 <= len(chosen[0.05]) <= 25
    assert 75 <= len(chosen[0.4]) <= 125
    assert set(chosen[0.05]["document_id"]) < set(chosen[0.4]["document_id"])


def test_an_empty_batch_has_its_tables() -> None:
    made = process(RAW_SCHEMA.to_frame(), None)
    for name in MADE_BY[Stage.PARSE] + MADE_BY[Stage.COMPOSE]:
        assert made[name].schema == TABLES[name].polars_schema
        assert made[name].is_empty()
