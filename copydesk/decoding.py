"""Bytes to text.

What belongs here: how the encoding of a dump is told, what text its bytes are, and why bytes are no text. The
decoded text is what all offsets of a document count in. What does not: containers and compression (reading.py).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterator
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
_CONTROL_BYTES: Final = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
# Marking them and counting the marks is twice as fast as leaving them out.
_MARK: Final = b"\x01"
_CONTROLS_MARKED: Final = bytes(1 if byte in _CONTROL_BYTES else 0 for byte in range(256))
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Characters that turn the direction of what follows, so that it reads otherwise than it is written (Unicode's UAX 9). The
# marks LRM and RLM, which turn nothing but themselves, stay.
DIRECTIONS: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_TO_SPACES: Final = str.maketrans(dict.fromkeys(DIRECTIONS, " "))
# The characters that ftfy's heuristic (`ftfy.badness`) asks for are all in these ranges.
_SUSPICIOUS: Final = re.compile(r"[\x80-\u04ff\u2000-\u25ff\ufb01\ufb02\ufffd]{2,}|[\x80-\x9fÃÂŒœ]")
_ASCII_TO_SPACES: Final = b" " * 128 + bytes(range(128, 256))
MAX_SUSPICIOUS_CHARACTERS: Final = 8_000
_NEWLINES_BEYOND_ASCII: Final = ("\u2028", "\u2029", "\x85")
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
    become `\\n`; other control characters and those that turn the direction of writing become spaces, one for one. Markup,
    of which only the text in it is of any interest, is given as it is.
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
        return _accept(utf8, "utf-8", is_markup, None if utf8.endswith("\ufffd") else raw)
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
    runs = set[str]() if text.isascii() else _runs_beyond_ascii(_encode(text))
    return _mend_where(text, runs)


def _mend_where(text: str, runs: Collection[str]) -> str:
    """The same, given all that stands between its ASCII characters."""
    if not any(map(_SUSPICIOUS.search, runs)):
        return text
    places, size = list[str](), 0
    for place in _suspicious_places(text):
        places.append(place)
        size += len(place)
        if size > MAX_SUSPICIOUS_CHARACTERS:
            break
    return _mend(text) if places and is_bad("\n".join(places)) else text


def _suspicious_places(text: str) -> Iterator[str]:
    """What ftfy's heuristic may ask for, with its neighbours in the line."""
    for line in text.split("\n"):
        if not line.isascii():
            for match in _SUSPICIOUS.finditer(line):
                yield line[max(match.start() - 2, 0) : match.end() + 2]


def _runs_beyond_ascii(utf8: bytes) -> set[str]:
    """What stands between ASCII characters; most pages have a few quotation marks and accents, many times each."""
    runs = set(utf8.translate(_ASCII_TO_SPACES).split())
    return {run.decode(errors="surrogatepass") for run in runs}


def _encode(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _mend(text: str) -> str:
    """`text` with its lines mended that are not ASCII; the others have nothing to mend, and are most of it."""
    lines = text.split("\n")
    foreign = [number for number, line in enumerate(lines) if not line.isascii()]
    mended = ftfy.fix_encoding("\n".join(lines[number] for number in foreign)).split("\n")
    if len(mended) != len(foreign):
        return ftfy.fix_encoding(text)
    for number, line in zip(foreign, mended, strict=True):
        lines[number] = line
    return "\n".join(lines)


def _accept(text: str, encoding: str, is_markup: bool, utf8: bytes | None = None) -> Decoded:
    """`text` as a document, or why it is none; `utf8` are its bytes, where they are at hand."""
    sample = text[:BINARY_SAMPLE_BYTES] if is_markup else text
    utf8 = _encode(sample) if is_markup or utf8 is None else utf8
    controls = utf8.translate(_CONTROLS_MARKED).count(_MARK)
    if controls > MAX_CONTROL_SHARE * len(sample):
        return Decoded(None, None, "binary: too many control characters")
    if not is_markup:
        text = _clean(text, set() if text.isascii() else _runs_beyond_ascii(utf8), controls > 0)
    if not text or text.isspace():
        return Decoded(None, encoding, "blank: nothing but white space")
    return Decoded(text, encoding)


def _clean(text: str, runs: Collection[str], has_controls: bool) -> str:
    """`text` without mojibake and without what is no text, given all that stands between its ASCII characters."""
    beyond_ascii = "".join(runs)
    if "\r" in text or any(newline in beyond_ascii for newline in _NEWLINES_BEYOND_ASCII):
        text = _NEWLINE.sub("\n", text)
    mended = _mend_where(text, runs)
    if mended is not text:
        return without_directions(_CONTROL.sub(" ", mended))
    if has_controls:
        text = _CONTROL.sub(" ", text)
    turned = any(mark in beyond_ascii for mark in DIRECTIONS)
    return text.translate(_TO_SPACES) if turned else text


def without_directions(text: str) -> str:
    """`text` with spaces in the place of the characters that turn the direction of writing."""
    found = not text.isascii() and any(mark in text for mark in DIRECTIONS)
    return text.translate(_TO_SPACES) if found else text
