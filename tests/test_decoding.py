"""Bytes to text."""

import ftfy
import pytest
from ftfy.badness import is_bad
from hypothesis import given
from hypothesis import strategies as st

from copydesk.decoding import decode, mend_mojibake
from copydesk.html_blocks import read_pages


@pytest.mark.parametrize(
    ("raw", "encoding", "text"),
    [
        ("Zoë said".encode(), "utf-8", "Zoë said"),
        ("Zoë said".encode("utf-8-sig"), "utf-8", "Zoë said"),
        ("Zoë said".encode("utf-16"), "utf-16", "Zoë said"),
        (b"one\r\ntwo\rthree", "utf-8", "one\ntwo\nthree"),
        (b"the bell\x07rang twice", "utf-8", "the bell rang twice"),
    ],
)
def test_text_is_read(raw, encoding, text):
    decoded = decode(raw)
    assert (decoded.text, decoded.encoding, decoded.rejection) == (text, encoding, None)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\n", "blank"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary"),
        (b"\x01\x02\x03\x04a", "binary"),
    ],
)
def test_what_is_no_text_says_why(raw, reason):
    decoded = decode(raw)
    assert decoded.text is None
    assert decoded.rejection.partition(":")[0] == reason


def test_a_western_page_is_not_taken_for_a_central_european_one():
    raw = ("Nineteen brass bands marched on to the bridge in Liège on Sunday. " * 5).encode(
        "cp1252"
    )
    assert decode(raw).encoding == "cp1252"
    assert "Liège" in decode(raw).text


def test_mojibake_is_mended():
    assert decode("The cafÃ© on the rue de lâ€™Est".encode()).text == "The café on the rue de l’Est"


def test_a_text_cut_inside_its_last_character_is_still_utf8():
    decoded = decode("a small café".encode()[:-1])
    assert (decoded.text, decoded.encoding) == ("a small caf\ufffd", "utf-8")


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_have_a_reason(raw):
    decoded = decode(raw)
    assert (decoded.text is None) != (decoded.rejection is None)
    if decoded.text is not None:
        assert not any(
            ord(character) < 32 and character not in "\t\n" for character in decoded.text
        )


@given(st.text(alphabet="ab é’â€™Ã©Â œ мирв£©\x92\u00a0ΒΓ—“", max_size=40))
def test_mending_agrees_with_ftfy_on_every_text(text):
    expected = ftfy.fix_encoding(text) if is_bad(text) else text
    assert mend_mojibake(text) == expected


def test_nothing_turns_the_direction_of_writing():
    turned = "pay \u202e001\u202c euro \u2066x\u2069, \u200fשלום\u200e"
    assert decode(turned.encode()).text == "pay  001  euro  x , \u200fשלום\u200e"
    assert decode(("\u202e" * 9).encode()).rejection == "blank: nothing but white space"


def test_nothing_in_a_page_turns_it_either():
    page = (
        "<html><head><meta property='og:title' content='Price \u202egnisir\u202c again'></head>"
        "<body><p>The price &#x202e;gnisir&#8236; again</p></body></html>"
    )
    read = read_pages([page])
    assert read["text"][0] == "The price gnisir again"
    assert read["page"][0]["title"] == "Price gnisir again"
