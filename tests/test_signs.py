"""Signs: looking for a pattern's words first changes no answer."""

from __future__ import annotations

import re
from typing import Final

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.lines import SIGNS
from copydesk.page_features import CUES
from copydesk.signs import Sign, find_signs

FILTERED: Final = {
    name: sign for name, sign in (SIGNS | CUES).items() if sign.words or sign.shape is not None
}


def in_python(pattern: str) -> str:
    """A Rust pattern, or one that matches somewhat more, in Python's syntax."""
    case = "(?i)" if "(?i)" in pattern else ""
    plain = (
        pattern.replace("(?i)", "")
        .replace("(?-u:\\b)", r"\b")
        .replace(r"[\p{L}", r"[\w")
        .replace(r"\p{L}", r"[^\W\d_]")
    )
    plain = plain.replace(r"[\p{Ll}", "[a-zа-я").replace(r"[\p{Lu}", "[A-ZА-Я")
    return case + plain.replace(r"\p{Lu}", "[A-ZА-Я]").replace(r"\p{Ll}", "[a-zа-я]")


@pytest.mark.parametrize("name", FILTERED)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_a_pattern_matches_is_never_passed_over(name: str, data: st.DataObject) -> None:
    sign = FILTERED[name]
    written = data.draw(st.from_regex(re.compile(in_python(sign.pattern))))
    texts = pl.Series([written, written.lower(), written.swapcase(), f"A {written} b"])
    assert find_signs(texts, {name: sign})[name].to_list() == (
        texts.str.contains(sign.pattern).to_list()
    )


def test_each_text_gets_its_own_signs() -> None:
    signs = {
        "cookies": Sign(r"(?i)\bwe use cookies\b", ("cookie",)),
        "words": Sign(r"\bcooks\b", ("cook",)),
        "year": Sign(r"\b20\d\d\b", shape=r"\d\d"),
        "begins": Sign("^We"),
    }
    found = find_signs(
        pl.Series(["We use COOKIES", "nothing", "cookies", "she cooks, 2021", "We, 12021"]), signs
    )
    assert found.to_dict(as_series=False) == {
        "cookies": [True, False, False, False, False],
        "words": [False, False, False, True, False],
        "year": [False, False, False, True, False],
        "begins": [True, False, False, False, True],
    }


def test_no_texts_have_no_signs() -> None:
    assert find_signs(pl.Series([], dtype=pl.String), FILTERED).shape == (0, len(FILTERED))
