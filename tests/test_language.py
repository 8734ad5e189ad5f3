"""The language of a text: a code of two letters, or none."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from copydesk.language import MACROLANGUAGES, _model, identify

PUBLISHED = set(
    " ".join(re.findall(r"string_split\('(aa ab [a-z ]+)'", (files("expectations") / "articles.json").read_text())).split()
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ferry between Dover and Calais returned on Friday after a storm.", "en"),
        # Cantonese and Egyptian Arabic have no code of two letters; Chinese and Arabic, which hold them, have.
        ("呢個係廣東話嘅文章，佢哋話今日唔會落雨，但係聽日就唔知喇，大家記住帶遮出街呀。", "zh"),
        ("النهارده الجو حر قوى فى القاهره والناس كلها قاعده فى البيت ومش عايزه تنزل الشارع خالص", "ar"),
        # Venetian belongs to none; digits are no language.
        ("El vèneto el xe na łéngoa romanza parlà inte el Vèneto e anca in Brasil da i emigranti.", None),
        (" ".join(map(str, range(25))), None),
        ("Too short.", None),
    ],
)  # fmt: skip
def test_a_language_has_a_code_of_two_letters_or_is_none(text: str, language: str | None) -> None:
    found, score = identify(text)
    assert found == language
    assert (score is None) == (language is None)


def test_whatever_the_model_answers_may_be_published() -> None:
    assert len(PUBLISHED) > 150
    answers = {each for each in _model().languages if len(each) == 2}
    assert len(answers) > 100
    assert answers | set(MACROLANGUAGES.values()) <= PUBLISHED
