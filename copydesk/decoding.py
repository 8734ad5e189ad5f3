"""Bytes to text.

What belongs here: how the encoding of a dump is told, what text its bytes are, and why bytes are no text. The
decoded text is what all offsets of a document count in. What does not: containers and compression (reading.py).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

import charset_normalizer
import ftfy
from ftfy.badness import is_bad

# Of encodings that fit alike, the one that most pages of the web are in by far.
WESTERN: Final = "cp1252"
BINARY_SAMPLE_BYTES: Final = 8192
# git and GNU grep call a file binary when its head holds a NUL; text in no 8-bit encoding does.
NUL: Final = b"\x00"
# A page that lost a few characters to truncation or a bad copy is still a page; one that is a tenth rubbish is not.
MAX_CONTROL_SHARE: Final = 0.1
# A page in the encoding that it declares may have a few bytes broken; more, and the declaration is wrong.
MAX_REPLACED_SHARE: Final = 0.001

_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What the WHATWG's Encoding Standard reads for a label: the superset that pages with this label are really in.
_WEB_ENCODINGS: Final = {
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "euc_kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs",
    "tis-620": "cp874",
    "x-gbk": "gb18030",
}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# The characters that ftfy's heuristic (`ftfy.badness`) asks for are all in these ranges.
_SUSPICIOUS: Final = re.compile(r"[\x80-\u04ff\u2000-\u25ff\ufb01\ufb02\ufffd]{2,}|[\x80-\x9fÃÂŒœ]")
MAX_SUSPICIOUS_CHARACTERS: Final = 8_000
_NEWLINE: Final = re.compile(r"\r\n?|\u2028|\u2029|\x85")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the encoding it was read with, or the reason why there is none."""

    text: str | None
    encoding: str | None
    rejection: str | None = None


def decode(raw: bytes, declared: str | None = None, *, is_markup: bool = False) -> Decoded:
    """The text of `raw`.

    A byte order mark decides; else UTF-8 where it is valid or merely cut off at its end; else the encoding that was
    declared (by an HTTP header or the page itself), where all but a few bytes are valid in it; else the one that
    charset-normalizer finds. Mojibake (UTF-8 once read as an 8-bit encoding) is mended (see `mend_mojibake`). Newlines
    become `\\n`; other control characters become spaces, one for one. Markup, of which only the text in it is of any
    interest, is given as it is.
    """
    if not raw:
        return Decoded(None, None, "empty: no bytes")
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return _accept(
                raw.decode(encoding, errors="replace"), encoding.removesuffix("-sig"), is_markup
            )
    if NUL in raw[:BINARY_SAMPLE_BYTES]:
        return Decoded(None, None, "binary: the bytes hold NULs and no byte order mark")
    codec = _codec(declared) if declared else None
    # Seven-bit encodings with escapes look like ASCII, and so like UTF-8.
    utf8 = _decode_utf8(raw) if codec is None or not codec.startswith("iso2022") else None
    if utf8 is not None:
        return _accept(utf8, "utf-8", is_markup)
    if codec is not None:
        text = raw.decode(codec, errors="replace")
        if text.count("\ufffd") <= MAX_REPLACED_SHARE * len(text):
            return _accept(text, codec, is_markup)
    matches = charset_normalizer.from_bytes(raw)
    match = matches.best()
    if match is not None:
        ties = [
            other
            for other in matches
            if other.chaos == match.chaos and other.coherence == match.coherence
        ]
        match = next((other for other in ties if other.encoding == WESTERN), match)
    if match is None:
        return Decoded(None, None, "binary: the bytes are text in no known encoding")
    return _accept(str(match), match.encoding.replace("_", "-"), is_markup)


def _codec(declared: str) -> str | None:
    """Python's name of a declared encoding, as browsers understand it; null where there is none."""
    name = declared.strip().strip("\"'").lower()
    try:
        codec = codecs.lookup(_WEB_ENCODINGS.get(name, name)).name
        # codecs.lookup also knows `hex` and `rot13`, which are no encodings of text.
        "".encode(codec)
    except (LookupError, ValueError):
        return None
    # Bytes with a declaration that could be read are in no encoding of two bytes a letter.
    return None if codec.startswith(("utf-16", "utf-32")) else _WEB_ENCODINGS.get(codec, codec)


def _decode_utf8(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        # A dump cut inside its last character is UTF-8 all the same.
        cut_off = error.end == len(raw) and error.reason == "unexpected end of data"
        return raw[: error.start].decode("utf-8") + "\ufffd" if cut_off else None


def mend_mojibake(text: str) -> str:
    """`text` as it was before UTF-8 was read as an 8-bit encoding, where ftfy's own heuristic sees that it was.

    ftfy looks at pairs of characters beyond ASCII, and a few letters before a space. It is shown only the places that
    hold some, and of a text in Cyrillic or Greek, which consists of them, the beginning: looking at every character of
    every text would take longer than all else that reading does.
    """
    if text.isascii():
        return text
    places, size = list[str](), 0
    for match in _SUSPICIOUS.finditer(text):
        place = text[max(match.start() - 2, 0) : match.end() + 2]
        places.append(place)
        size += len(place)
        if size > MAX_SUSPICIOUS_CHARACTERS:
            break
    return ftfy.fix_encoding(text) if places and is_bad("\n".join(places)) else text


def _accept(text: str, encoding: str, is_markup: bool) -> Decoded:
    if not is_markup:
        text = _NEWLINE.sub("\n", text)
    sample = text[:BINARY_SAMPLE_BYTES] if is_markup else text
    if len(_CONTROL.findall(sample)) > MAX_CONTROL_SHARE * len(sample):
        return Decoded(None, None, "binary: too many control characters")
    if not is_markup:
        text = _CONTROL.sub(" ", mend_mojibake(text))
    if not text or text.isspace():
        return Decoded(None, encoding, "blank: nothing but white space")
    return Decoded(text, encoding)
