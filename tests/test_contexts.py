"""What stands around a block; and which texts of a column are the same."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.contexts import Copies


@given(st.lists(st.sampled_from(["", "a", "b", "a b", "é"])))
def test_copies_are_told_by_their_text(texts: list[str]) -> None:
    copies = Copies(pl.Series(texts, dtype=pl.String))
    assert copies.one.gather(copies.number).to_list() == texts
    assert sorted(copies.one.to_list()) == sorted(set(texts))
    assert [texts[row] for row in copies.rows] == copies.one.to_list()
    assert copies.rows.tolist() == sorted(copies.rows)


def test_texts_of_one_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pl.Series, "hash", lambda self: pl.repeat(7, len(self), eager=True))
    copies = Copies(pl.Series(["one", "other", "one"]))
    assert sorted(copies.one.to_list()) == ["one", "other"]
    assert copies.one.gather(copies.number).to_list() == ["one", "other", "one"]
