"""Parsing a batch some documents at a time."""

from __future__ import annotations

import polars as pl
import pytest

from copydesk import parsing
from copydesk.reading import RawDocument, read_documents


def raw(texts: dict[str, str | None]) -> pl.DataFrame:
    return read_documents(
        RawDocument(
            name, f"memory:{name}", "text", 0, None if text is None else text.encode(),
            rejection="unreadable" if text is None else None,
        )
        for name, text in texts.items()
    )  # fmt: skip


def test_documents_are_the_same_in_parts_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    story = "The harbour was closed on Monday after the storm, the port authority said.\n"
    given = raw({"b": f"Storm\n\n{story * 6}", "d": None, "a": "Menu\nHome", "c": story, "e": "é"})
    whole = parsing.parse(given)
    for size in (1, 80, 500):
        monkeypatch.setattr(parsing, "PART_BYTES", size)
        parts = parsing.parse(given)
        assert parts.documents.equals(whole.documents)
        assert parts.blocks.equals(whole.blocks)
    assert whole.documents["document_id"].to_list() == ["a", "b", "c", "d", "e"]


def test_no_documents_make_empty_tables() -> None:
    parsed = parsing.parse(raw({}))
    assert parsed.documents.height == parsed.blocks.height == parsed.stated.height == 0
