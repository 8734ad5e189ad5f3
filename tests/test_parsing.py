"""Parsing a batch some documents at a time."""

from __future__ import annotations

import polars as pl
import pytest
from conftest import STORY

from copydesk import parsing
from copydesk.blocks import split_blocks
from copydesk.body import BODY_ROLES, assemble_bodies
from copydesk.pages import classify_pages
from copydesk.reading import RawDocument, read_documents
from copydesk.roles import assign_roles


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


def test_a_page_whose_text_could_not_be_read_is_no_article() -> None:
    """A document of status `article` without its row in `articles` would block the release."""
    blocks = assign_roles(split_blocks(raw({"a": STORY})))
    unread = pl.col("text").str.replace_all(r"(?s).", "\ufffd")
    lost = blocks.with_columns(
        text=pl.when(pl.col("role").is_in(BODY_ROLES)).then(unread).otherwise("text"),
        reason=pl.lit("schema_org_publisher"),
    )
    assert assemble_bodies(lost).is_empty()
    found = [classify_pages(each)["page_type"].to_list() for each in (blocks, lost)]
    assert found[0] == ["article"]
    assert found[1] != ["article"]


def test_a_rule_gives_its_score_to_the_digit() -> None:
    """In 32 bits, as the model's are, .95 would be 0.949999988079071."""
    blocks = assign_roles(split_blocks(raw({"a": STORY})))
    ruled = blocks.with_columns(reason=pl.lit("schema_org_publisher"))
    assert classify_pages(ruled)["page_type_score"].to_list() == [0.95]
