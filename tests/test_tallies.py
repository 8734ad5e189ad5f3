"""Counting characters in whole columns."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from copydesk.tallies import Tally, bytes_of, strings_of

TEXTS = st.lists(st.text(alphabet="aZ09 .,\t\n\x1cé漢“", max_size=12), max_size=6)


@given(TEXTS)
def test_characters_are_counted_text_by_text(texts: list[str]) -> None:
    tally = Tally(pl.Series(texts, dtype=pl.String))
    assert tally.count(",").tolist() == [text.count(",") for text in texts]
    assert tally.count_between("0", "9").tolist() == [
        sum(character in "09" for character in text) for text in texts
    ]


@given(TEXTS)
def test_words_are_counted_text_by_text(texts: list[str]) -> None:
    stripped = [text.strip(" \t\n") for text in texts]
    words = Tally(pl.Series(stripped, dtype=pl.String)).count_words()
    assert words.tolist() == [
        sum(1 for word in text.replace("\t", " ").replace("\n", " ").split(" ") if word)
        for text in stripped
    ]


def test_a_part_of_a_column_counts_as_itself() -> None:
    column = pl.Series(["a,b", "c", "", "d,,e f"])
    assert Tally(column.slice(1)).count(",").tolist() == [0, 0, 2]
    assert Tally(column.slice(3)).count_words().tolist() == [2]


@given(st.permutations("Post, No. 7"), st.permutations("Post, No. 8"))
def test_fingerprints_are_of_the_letters_alone(letters: list[str], others: list[str]) -> None:
    texts = ["".join(letters), "".join(others).swapcase(), "Posts, No. 7", "7 8", ""]
    first, second, third, none, empty = Tally(pl.Series(texts)).fingerprint().tolist()
    assert first == second != third
    assert none == empty == 0


@given(TEXTS)
def test_texts_are_given_back_from_their_bytes(texts: list[str]) -> None:
    assert strings_of(*bytes_of(pl.Series(texts, dtype=pl.String))).to_list() == texts
