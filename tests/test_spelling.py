"""Spelling: the words of texts, the same for ASCII as for any other text."""

from __future__ import annotations

import string

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from copydesk.spelling import spell

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
