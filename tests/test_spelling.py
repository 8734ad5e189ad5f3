"""Spelling: the words of texts, the same for ASCII as for any other text."""

from __future__ import annotations

import re
import string
import unicodedata
from itertools import groupby

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.spelling import Spelling, letters_of, spell

ASCII = "".join(map(chr, range(128)))


def words_of(*texts: str) -> dict[int, list[str]]:
    spelled = spell(pl.Series(texts, dtype=pl.String))
    return {
        int(text): spelled.words[int(start) : int(end)].to_list()
        for text, start, end in zip(
            spelled.text, spelled.bounds[:-1], spelled.bounds[1:], strict=True
        )
    }


def test_words_are_small_without_marks_and_digits_are_noughts():
    assert words_of("Add to cart: $49.90!", "", "  ", "Été à l’Île_d'Yeu, 49 €", "— a") == {
        0: ["add", "to", "cart", "$00", "00"],
        1: [],
        2: [],
        3: ["été", "à", "l’île", "d'yeu", "00", "€"],
        4: ["a"],
    }


def test_no_texts_no_words():
    assert words_of() == {}
    assert words_of("", "") == {0: [], 1: []}
    assert words_of("é") == {0: ["é"]}


@given(st.lists(st.text(ASCII, max_size=20), max_size=8), st.integers(0, 3))
def test_ascii_is_cut_as_any_text_is(texts: list[str], skipped: int):
    # Behind a letter beyond ASCII the same text is read by the patterns. Python's lower case agrees within ASCII.
    column = pl.Series(texts, dtype=pl.String)[skipped:]
    found = words_of(*column)
    other = words_of(*(f"é {text}" for text in column))
    assert {row: ["é", *words] for row, words in found.items()} == other
    kept = set(string.ascii_lowercase + "0'@$")
    assert all(set(word) <= kept for words in found.values() for word in words)


def words_in_python(text: str, marks: str) -> list[str]:
    """Runs of letters, digits and marks, in lower case."""
    return [
        "".join(characters)
        for in_word, characters in groupby(
            text.lower(), lambda one: unicodedata.category(one)[0] in "LN" or one in marks
        )
        if in_word
    ]


@pytest.mark.parametrize(("marks", "noughts"), [("", False), ("'’", True)])
@given(st.lists(st.text("aZé09٣漢½’'_ .,\t\n\x1c“\u00a0", max_size=12), max_size=6))
def test_each_text_is_cut_as_by_itself(marks: str, noughts: bool, texts: list[str]):
    spelled = spell(pl.Series(texts, dtype=pl.String), Spelling(marks, noughts=noughts))
    expected = [words_in_python(texts[row], marks) for row in spelled.text]
    if noughts:
        expected = [[re.sub(r"\d", "0", word) for word in words] for words in expected]
    assert spelled.words.to_list() == [word for words in expected for word in words]
    assert sorted(spelled.text) == list(range(len(texts)))
    assert spelled.count.tolist() == [len(words) for words in expected]
    assert spelled.from_start(0).to_list() == [words[0] if words else None for words in expected]
    assert spelled.from_start(1).to_list() == [
        words[1] if len(words) > 1 else None for words in expected
    ]
    assert spelled.last().to_list() == [words[-1] if words else None for words in expected]


def test_words_are_numbered_within_their_text():
    spelled = spell(pl.Series(["no one", "né à Gand", "", "two"]))
    numbered = zip(spelled.text_of_words(), spelled.places(), spelled.words, strict=True)
    assert sorted((int(text), int(place), word) for text, place, word in numbered) == [
        (0, 0, "no"), (0, 1, "one"), (1, 0, "né"), (1, 1, "à"), (1, 2, "gand"), (3, 0, "two"),
    ]  # fmt: skip


def test_letters_are_what_is_left_of_a_text():
    texts = ["Read more…", "“READ  MORE”", "Été 2021: l'île", "20/21", "", "ν漢9٣"]
    assert letters_of(pl.Series(texts)).to_list() == [
        "readmore", "readmore", "étélîle", "", "", "ν漢",
    ]  # fmt: skip
