"""Dumps that nobody would send on purpose, made from the seeds and from a number.

What belongs here: the mutations. What does not: what must become of them (test_fuzz.py).

The same number gives the same dump, so that what was found once can be looked at again.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import polars as pl
import zstandard

SEEDS: Final = Path(__file__).parent.parent / "seeds"
# Encodings that pages come in, those that decoders confuse among them.
ENCODINGS: Final = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "cp1251", "koi8-r", "shift_jis",
    "euc-jp", "gb18030", "big5", "euc-kr", "iso2022_jp", "utf-7", "cp437", "mac-roman",
)  # fmt: skip
# Characters that turn the direction of writing, join, have no width, end lines, or are none.
ODD: Final = "\u202e\u202d\u2066\u2069\u200b\u200d\ufeff\u2028\u2029\x85\x0b\x0c\x00\x1b\x07\u0301\ufffd\uffff\U000e0041\ud7ff\xad\u3000"
# Texts that take rules to their limits: what they repeat, look for to the end, or take for a number.
TRAPS: Final = (
    "(" * 500, "a" * 5_000, "a." * 2_000, "\"'“”«»" * 300, "1" * 400, "00:00 " * 300, "2023-" * 400, "https://" * 200,
    "https://x.y/" + "a/" * 2_000, "By " * 400, "\n" * 3_000, " \t" * 3_000, "A" * 60 + "!", "x@y." * 300, "12 May " * 200,
    "Jan 99 99999999999999999999", "99999-99-99T99:99:99Z", "0000-00-00", "9999-12-31T23:59:59Z", "30 February 2021",
    "year 1e309", "said said said " * 200, "Dr. " * 300, "<div>" * 3_000, "<p>" + "&amp;" * 2_000, "<!--" * 500, "<![CDATA[" * 99,
    "/html/head/meta[@name=" * 200, "+1" * 300, "last last last week " * 100, "、。「」" * 300, "\u0e01" * 3_000,
)  # fmt: skip

Mutation = Callable[[random.Random, bytes], bytes]


def seed_dumps() -> list[bytes]:
    """The seeds, texts and pages, in an order that does not change."""
    paths = [*sorted((SEEDS / "dumps").rglob("*")), *sorted((SEEDS / "formats").rglob("*.html"))]
    return [path.read_bytes() for path in paths if path.is_file()]


def fuzzed(number: int, seeds: Sequence[bytes]) -> tuple[str, bytes]:
    """A file's name and content."""
    chance = random.Random(number)
    raw = chance.choice(seeds)
    for _ in range(chance.randint(0, 3)):
        raw = chance.choice(MUTATIONS)(chance, raw)
    suffix = chance.choice((".txt", ".txt", ".html"))
    if chance.random() < 0.35:
        suffix, raw = chance.choice(CONTAINERS)(chance, raw, seeds)
        if chance.random() < 0.5:
            raw = chance.choice(BYTE_MUTATIONS)(chance, raw)
    return f"{number:05d}{suffix}", raw


def _truncate(chance: random.Random, raw: bytes) -> bytes:
    return raw[: chance.randint(0, len(raw))]


def _behead(chance: random.Random, raw: bytes) -> bytes:
    return raw[chance.randint(0, len(raw)) :]


def _flip(chance: random.Random, raw: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(min(len(changed), chance.choice((1, 10, 200)))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _noise(chance: random.Random, raw: bytes) -> bytes:
    at = chance.randint(0, len(raw))
    return raw[:at] + chance.randbytes(chance.choice((1, 50, 3_000))) + raw[at:]


def _nothing(chance: random.Random, raw: bytes) -> bytes:
    return chance.choice(
        (b"", b"\n", b" " * 999, b"\0" * 99, b"\xff\xfe", b"\xef\xbb\xbf", b"\x80")
    )


def _repeat(chance: random.Random, raw: bytes) -> bytes:
    start = chance.randint(0, len(raw))
    piece = raw[start : start + chance.choice((5, 80, 2_000))]
    return raw[:start] + piece * chance.choice((3, 40, 300)) + raw[start:]


def _shuffle(chance: random.Random, raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    chance.shuffle(lines)
    return chance.choice((b"\n", b"\n\n", b" ", b"", b"\r\n", b"\r")).join(lines)


def _recode(chance: random.Random, raw: bytes) -> bytes:
    return raw.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")


def _mojibake(chance: random.Random, raw: bytes) -> bytes:
    text = raw.decode("utf-8", "replace")
    for _ in range(chance.randint(1, 2)):
        text = text.encode("utf-8").decode(chance.choice(("cp1252", "latin-1", "cp437")), "replace")
    return text.encode("utf-8")


def _odd(chance: random.Random, raw: bytes) -> bytes:
    text = list(raw.decode("utf-8", "replace"))
    for _ in range(chance.choice((1, 20, 300))):
        text.insert(chance.randint(0, len(text)), chance.choice(ODD))
    return "".join(text).encode("utf-8")


def _trap(chance: random.Random, raw: bytes) -> bytes:
    lines = raw.decode("utf-8", "replace").split("\n")
    for _ in range(chance.randint(1, 3)):
        lines.insert(chance.randint(0, len(lines)), chance.choice(TRAPS))
    return chance.choice(("\n", "\n\n", " ")).join(lines).encode("utf-8")


def _normalise(chance: random.Random, raw: bytes) -> bytes:
    text = unicodedata.normalize(
        chance.choice(("NFD", "NFKD", "NFKC")), raw.decode("utf-8", "replace")
    )
    return chance.choice((str.upper, str.lower, str.title, str.swapcase))(text).encode("utf-8")


def _letters(chance: random.Random, raw: bytes) -> bytes:
    # Any characters there are but halves of pairs, which have no form in bytes.
    planes = ((0, 0xD800), (0xE000, 0x110000), (0x20, 0x7F))
    return "".join(
        chr(chance.randrange(*chance.choice(planes))) for _ in range(chance.choice((9, 900, 4_000)))
    ).encode("utf-8")


def _page(chance: random.Random, raw: bytes) -> bytes:
    text = raw.decode("utf-8", "replace")
    tags = (
        "p",
        "div",
        "article",
        "h1",
        "script",
        "table",
        "title",
        "time",
        "noscript",
        "svg",
        "template",
        "a",
        "body",
    )
    parts = [f"<{tag}>{line}" for line in text.split("\n") if (tag := chance.choice(tags))]
    data = chance.choice(
        (
            '{"@type": "NewsArticle", "headline": [[]], "author": {}}',
            "{",
            "[" * 900,
            "null",
            '{"@graph": 1}',
        )
    )
    head = f'<html><head><meta charset="{chance.choice(ENCODINGS)}"><script type="application/ld+json">{data}</script></head>'
    return (head + "\n".join(parts)).encode("utf-8")


BYTE_MUTATIONS: Final[Sequence[Mutation]] = (_truncate, _behead, _flip, _noise)
MUTATIONS: Final[Sequence[Mutation]] = (
    *BYTE_MUTATIONS, _nothing, _repeat, _shuffle, _recode, _mojibake, _odd, _trap, _trap, _normalise, _letters, _page,
)  # fmt: skip

Container = Callable[[random.Random, bytes, Sequence[bytes]], tuple[str, bytes]]


def _compressed(chance: random.Random, raw: bytes, seeds: Sequence[bytes]) -> tuple[str, bytes]:
    suffix, compress = chance.choice(
        (
            (".gz", gzip.compress),
            (".bz2", bz2.compress),
            (".xz", lzma.compress),
            (".zst", zstandard.compress),
        )
    )
    return chance.choice((".txt", ".html", ".jsonl", ".warc", ".tar")) + suffix, compress(raw)


def _zip(chance: random.Random, raw: bytes, seeds: Sequence[bytes]) -> tuple[str, bytes]:
    content = io.BytesIO()
    with zipfile.ZipFile(
        content, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    ) as archive:
        names = (
            "a.txt",
            "b.html",
            "../c.txt",
            "/etc/d.txt",
            "e.zip",
            "\u202ef.txt",
            "g" * 300,
            "h.txt.gz",
            "i/",
        )
        for name in chance.sample(names, chance.randint(1, 4)):
            archive.writestr(
                name, chance.choice((raw, chance.choice(seeds), b"", gzip.compress(raw)))
            )
    return ".zip", content.getvalue()


def _tar(chance: random.Random, raw: bytes, seeds: Sequence[bytes]) -> tuple[str, bytes]:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode=chance.choice(("w", "w:gz", "w:bz2"))) as archive:
        for name in chance.sample(
            ("a.txt", "../b.txt", "/c.html", "d.tar", "e.txt"), chance.randint(1, 4)
        ):
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            member.type = chance.choice(
                (
                    tarfile.REGTYPE,
                    tarfile.REGTYPE,
                    tarfile.SYMTYPE,
                    tarfile.LNKTYPE,
                    tarfile.FIFOTYPE,
                )
            )
            member.linkname = chance.choice(("/etc/passwd", "../../x", "a.txt"))
            archive.addfile(member, io.BytesIO(raw))
    return ".tar", content.getvalue()


def _jsonl(chance: random.Random, raw: bytes, seeds: Sequence[bytes]) -> tuple[str, bytes]:
    text = raw.decode("utf-8", "replace")
    rows = [
        chance.choice(
            (
                json.dumps({"text": text}), json.dumps({"html": text, "url": "https://a.example/" + "b" * 99}), json.dumps({"text": 5}),
                json.dumps({"text": None}), "{", "[1]", "null", '{"text": "\\ud800"}', json.dumps({"text": chance.choice(seeds).decode("utf-8", "replace")}),
                '{"text": ' + "[" * 2_000,
            )
        )
        for _ in range(chance.randint(1, 5))
    ]  # fmt: skip
    return ".jsonl", "\n".join(rows).encode("utf-8")


def _parquet(chance: random.Random, raw: bytes, seeds: Sequence[bytes]) -> tuple[str, bytes]:
    texts = [
        raw.decode("utf-8", "replace"),
        None,
        "",
        chance.choice(seeds).decode("utf-8", "replace"),
    ]
    columns = {
        chance.choice(("text", "html", "content", "nothing")): texts,
        "url": [None, "x", "https://b.example/", ""],
    }
    content = io.BytesIO()
    pl.DataFrame(columns).write_parquet(content)
    return ".parquet", content.getvalue()


def _warc(chance: random.Random, raw: bytes, seeds: Sequence[bytes]) -> tuple[str, bytes]:
    records = b""
    for body in (raw, chance.choice(seeds)):
        kind = chance.choice((b"text/html", b"text/plain", b"application/pdf", b""))
        encoding = chance.choice(
            (b"", b"Content-Encoding: gzip\r\n", b"Transfer-Encoding: chunked\r\n")
        )
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n" + encoding + b"\r\n" + body
        length = chance.choice((len(answer), len(answer), len(answer) + 50, 3, -1))
        records += (
            b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://c.example/" + b"\r\nContent-Type: application/http"
            b"\r\nContent-Length: %d\r\n\r\n" % length
        ) + answer + b"\r\n\r\n"  # fmt: skip
    return ".warc", records


CONTAINERS: Final[Sequence[Container]] = (
    _compressed,
    _compressed,
    _zip,
    _tar,
    _jsonl,
    _parquet,
    _warc,
)
