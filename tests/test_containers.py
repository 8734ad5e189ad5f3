"""Containers: every format, whole and damaged, each document with its place."""

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
import zipfile
from pathlib import Path

import polars as pl
import pytest
import zstandard

from copydesk import containers, opening, sources
from copydesk.containers import Columns, Kind, documents, kind_of_file, kind_of_name
from copydesk.home import Home
from copydesk.reading import fetch, read_batch, read_file
from copydesk.sources import SourceError, discover

COMPRESS = {
    "gz": gzip.compress,
    "zst": zstandard.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}


def found(path: Path, columns: Columns | None = None, start: int = 0, end: int | None = None):
    kind = kind_of_file(str(path))
    return list(documents(str(path), kind, columns or Columns(), start, end))


def contents(path: Path, **options) -> list[bytes | str]:
    """Each document's bytes, or the code of the reason why there are none."""
    return [
        one.content if one.content is not None else (one.rejection or "").partition(":")[0]
        for one in found(path, **options)
    ]


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def warc_record(number: int, *, html: bytes | None = None, longer: int = 0, headers: bytes = b"", status: bytes = b"200 OK", media: bytes = b"text/html; charset=utf-8") -> bytes:  # fmt: skip
    body = b"<p>Page %d</p>" % number if html is None else html
    http = b"HTTP/1.1 %s\r\nContent-Type: %s\r\n%s\r\n" % (status, media, headers) + body
    return (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/%d\r\n"
        b"WARC-Date: 2024-01-02T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:%032d>\r\n"
        b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n"
        % (number, number, len(http) + longer)
        + http
        + b"\r\n\r\n"
    )


def wet_record(number: int, text: str) -> bytes:
    body = text.encode()
    return (
        b"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://example.org/%d\r\n"
        b"WARC-Date: 2024-01-02T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:%032d>\r\n"
        b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
        % (number, number, len(body))
        + body
        + b"\r\n\r\n"
    )


WARC_INFO = (
    b"WARC/1.0\r\nWARC-Type: warcinfo\r\nWARC-Date: 2024-01-02T00:00:00Z\r\n"
    b"WARC-Record-ID: <urn:uuid:info>\r\nContent-Type: application/warc-fields\r\nContent-Length: 4\r\n\r\na: b\r\n\r\n"
)


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def tarred(members: dict[str, bytes], *links: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(info)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.txt", Kind("text")),
        ("A.HTML.GZ", Kind("html", "gzip")),
        ("x.warc.wet.gz", Kind("wet", "gzip")),
        ("b.tgz", Kind("tar", "gzip")),
        ("v1.2.jsonl.zst", Kind("jsonl", "zstd")),
        ("notes.md", None),
        ("image.gz", None),
        ("noname", None),
        (".txt", None),
        ("a.txt.", None),
        ("d.txt/noname", None),
        ("d.gz/.a.html.zst", Kind("html", "zstd")),
    ],
)
def test_formats_are_told_by_name(name, kind):
    assert kind_of_name(name) == kind


def test_a_named_file_is_told_by_its_first_bytes(tmp_path):
    assert kind_of_file(str(write(tmp_path / "a", WARC_INFO))) == Kind("warc")
    assert kind_of_file(str(write(tmp_path / "b", gzip.compress(WARC_INFO)))) == Kind(
        "warc", "gzip"
    )
    assert kind_of_file(str(write(tmp_path / "c", zipped({"a.txt": b"x"})))) == Kind("zip")
    assert kind_of_file(str(write(tmp_path / "d", tarred({"a.txt": b"x"})))) == Kind("tar")
    assert kind_of_file(str(write(tmp_path / "e", b"just text"))) == Kind("text")


@pytest.mark.parametrize("suffix", COMPRESS)
def test_every_format_in_every_compression(tmp_path, suffix):
    squeeze = COMPRESS[suffix]
    formats = {
        "a.txt": b"One.",
        "a.html": b"<p>One.",
        "a.jsonl": b'{"text": "One."}\n{"text": "Two."}',
        "a.warc": warc_record(1) + warc_record(2),
        "a.wet": wet_record(1, "One.") + wet_record(2, "Two."),
        "a.tar": tarred({"x/a.txt": b"One.", "x/b.html": b"<p>Two."}),
        "a.zip": zipped({"a.txt": b"One.", "b.txt": b"Two."}),
    }
    table = io.BytesIO()
    pl.DataFrame({"text": ["One.", "Two."]}).write_parquet(table)
    formats["a.parquet"] = table.getvalue()
    for name, content in formats.items():
        plain = contents(write(tmp_path / name, content))
        assert len(plain) == (1 if name in {"a.txt", "a.html"} else 2)
        assert all(isinstance(one, bytes) for one in plain)
        assert contents(write(tmp_path / f"{name}.{suffix}", squeeze(content))) == plain


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.tar"])
def test_a_truncated_stream_gives_what_was_before_it_and_says_where(tmp_path, suffix, name):
    # Incompressible, so that some of it is in front of the cut.
    import random

    noise = random.Random(7)
    lines = [
        json.dumps({"text": "".join(map(chr, noise.choices(range(97, 123), k=5000)))}).encode()
        for _ in range(200)
    ]
    whole = {
        "a.txt": b"\n".join(lines),
        "a.jsonl": b"\n".join(lines),
        "a.tar": tarred({f"{n}.txt": line for n, line in enumerate(lines)}),
    }[name]
    squeezed = COMPRESS[suffix](whole)
    path = write(tmp_path / f"{name}.{suffix}", squeezed[: len(squeezed) * 3 // 4])
    last = found(path)[-1]
    assert last.content is None
    assert last.rejection.startswith("damaged: ")
    if name == "a.jsonl" and suffix != "bz2":  # bz2's blocks are of 900 kB
        assert len(found(path)) > 20
        assert found(path)[0].content == json.loads(lines[0])["text"].encode()
    if name == "a.jsonl":
        assert f"damaged {containers.COMPRESSIONS[f'.{suffix}']} stream at byte" in last.rejection


def test_damage_inside_a_gzip_stream(tmp_path):
    squeezed = gzip.compress(b"".join(b'{"text": "%d"}\n' % n for n in range(50_000)))
    broken = squeezed[: len(squeezed) // 2] + bytes(100) + squeezed[len(squeezed) // 2 + 100 :]
    rows = found(write(tmp_path / "a.jsonl.gz", broken))
    assert rows[0].content == b"0"
    assert rows[-1].rejection.startswith("damaged: damaged gzip stream at byte")


def test_members_and_padding_of_gzip(tmp_path):
    two = gzip.compress(b"One.\n") + gzip.compress(b"Two.\n")
    assert contents(write(tmp_path / "a.txt.gz", two)) == [b"One.\nTwo.\n"]
    assert contents(write(tmp_path / "b.txt.gz", two + bytes(512))) == [b"One.\nTwo.\n"]
    assert contents(write(tmp_path / "c.txt.gz", two + b"rest")) == ["damaged"]


# --- JSON Lines and Parquet -----------------------------------------------------------------------


def test_a_line_that_is_no_json_is_a_row_and_the_others_are_read(tmp_path):
    lines = [b'{"text": "One.", "url": "https://example.org/1"}', b"{no", b"[1]", b"", b'{"id": 1}',
             b'{"text": 5}', b'{"content": "Two."}', b'{"text": "x", "html": "<p>Three"}']  # fmt: skip
    path = write(tmp_path / "a.jsonl", b"\n".join(lines))
    assert contents(path) == [
        b"One.", "no_json", "no_object", "no_text_field", "no_text", b"Two.", b"<p>Three"
    ]  # fmt: skip
    rows = found(path)
    offset = path.read_bytes().index(b"{no")
    assert (rows[1].place, rows[1].position) == (f"#offset={offset}", offset)
    assert (rows[0].address, rows[0].media, rows[-1].media) == (
        "https://example.org/1",
        None,
        "html",
    )
    assert "it has id" in rows[3].rejection


def test_fields_may_be_named(tmp_path):
    path = write(
        tmp_path / "a.jsonl", b'{"story": "One.", "text": "no", "at": "https://example.org/"}'
    )
    (row,) = found(path, Columns(text="story", url="at"))
    assert (row.content, row.address) == (b"One.", "https://example.org/")
    table = tmp_path / "a.parquet"
    pl.DataFrame({"story": ["One.", None]}).write_parquet(table)
    assert contents(table, columns=Columns(text="story")) == [b"One.", b""]


def test_a_line_that_is_too_long_is_a_row(tmp_path, monkeypatch):
    monkeypatch.setattr(containers, "MAX_DOCUMENT_BYTES", 100)
    path = write(tmp_path / "a.jsonl", b'{"text": "%s"}\n{"text": "Two."}\n' % (b"x" * 3_000_000))
    assert contents(path) == ["too_large", b"Two."]
    assert contents(write(tmp_path / "b.txt", b"x" * 101)) == ["too_large"]


def test_parquet_without_the_column_and_no_parquet(tmp_path):
    table = tmp_path / "a.parquet"
    pl.DataFrame({"title": ["One."], "n": [1]}).write_parquet(table)
    (row,) = found(table)
    assert row.rejection == "no_text_column: it has no column of text or HTML, but title, n"
    (row,) = found(table, Columns(text="story"))
    assert row.rejection == "no_text_column: it has no column story, but title, n"
    assert contents(write(tmp_path / "b.parquet", b"PAR1 is no Parquet PAR1")) == ["damaged"]
    assert contents(write(tmp_path / "c.parquet", table.read_bytes()[:-20])) == ["damaged"]


def test_a_damaged_row_group_is_a_row_and_the_others_are_read(tmp_path):
    table = tmp_path / "a.parquet"
    texts = [f"Text number {n}." * 20 for n in range(40)]
    pl.DataFrame({"text": texts}).write_parquet(table, row_group_size=10, compression="zstd", statistics=False)  # fmt: skip
    raw = bytearray(table.read_bytes())
    import pyarrow.parquet as pq

    column = pq.ParquetFile(table).metadata.row_group(1).column(0)
    middle = (column.dictionary_page_offset or column.data_page_offset) + 30
    raw[middle : middle + 40] = bytes(40)
    rows = found(write(tmp_path / "b.parquet", bytes(raw)))
    assert [row.position for row in rows if row.content] == [*range(10), *range(20, 40)]
    (bad,) = [row for row in rows if row.rejection]
    assert bad.rejection.startswith("damaged: rows 10 to 19: ")


# --- WARC and WET ---------------------------------------------------------------------------------


@pytest.mark.parametrize("by_record", [True, False])
def test_warc_records_are_found_at_their_offsets(tmp_path, by_record):
    records = [WARC_INFO, warc_record(1), warc_record(2), warc_record(3)]
    if by_record:
        squeezed = [gzip.compress(record) for record in records]
        path = write(tmp_path / "a.warc.gz", b"".join(squeezed))
        offsets = [sum(map(len, squeezed[:n])) for n in range(1, 4)]
    else:
        path = write(tmp_path / "a.warc", b"".join(records))
        offsets = [sum(map(len, records[:n])) for n in range(1, 4)]
    rows = found(path)
    assert [row.position for row in rows] == offsets
    assert [row.content for row in rows] == [b"<p>Page %d</p>" % n for n in (1, 2, 3)]
    assert {(row.media, row.charset, row.format) for row in rows} == {("html", "utf-8", "warc")}
    assert rows[1].address == "https://example.org/2"
    assert [row.position for row in found(path, start=offsets[1], end=offsets[2])] == [offsets[1]]


def test_encodings_of_http_are_taken_off(tmp_path):
    squeezed = gzip.compress(b"<p>Page</p>")
    chunked = b"5\r\n<p>Pa\r\n6\r\nge</p>\r\n0\r\n\r\n"
    path = write(
        tmp_path / "a.warc",
        warc_record(1, html=squeezed, headers=b"Content-Encoding: gzip\r\n")
        + warc_record(2, html=chunked, headers=b"Transfer-Encoding: chunked\r\n"),
    )
    assert contents(path) == [b"<p>Page</p>", b"<p>Page</p>"]


def test_what_is_no_page_has_its_reason(tmp_path):
    path = write(
        tmp_path / "a.warc",
        warc_record(1, status=b"404 Not Found")
        + warc_record(2, media=b"image/png")
        + warc_record(3),
    )
    assert contents(path) == ["http_status", "media_type", b"<p>Page 3</p>"]
    assert contents(write(tmp_path / "b.warc", WARC_INFO)) == ["empty"]
    assert contents(write(tmp_path / "c.warc", b"no warc at all")) == ["damaged"]


def test_reading_goes_on_behind_a_broken_record(tmp_path):
    good = [warc_record(n) for n in range(1, 5)]
    path = write(tmp_path / "a.warc", good[0] + b"rubbish\r\n\r\n" + good[2] + good[3])
    assert contents(path) == [b"<p>Page 1</p>", "damaged", b"<p>Page 3</p>", b"<p>Page 4</p>"]
    assert f"reading goes on at byte {len(good[0]) + 11:,}" in found(path)[1].rejection
    # A record that says it is longer than the file swallows nothing.
    path = write(tmp_path / "b.warc", good[0] + warc_record(2, longer=10**6) + good[2])
    assert contents(path) == [b"<p>Page 1</p>", "truncated", b"<p>Page 3</p>"]
    assert f"the record at byte {len(good[0]):,} should have" in found(path)[1].rejection


def test_reading_goes_on_behind_a_broken_gzip_member(tmp_path):
    squeezed = [gzip.compress(warc_record(n)) for n in range(1, 5)]
    broken = squeezed[1][:60] + bytes(20) + squeezed[1][80:]
    path = write(tmp_path / "a.warc.gz", squeezed[0] + broken + squeezed[2] + squeezed[3])
    assert contents(path)[0] == b"<p>Page 1</p>"
    assert contents(path)[-2:] == [b"<p>Page 3</p>", b"<p>Page 4</p>"]
    assert {"damaged", "truncated"} & set(contents(path))
    cut = write(tmp_path / "b.warc.gz", b"".join(squeezed)[:-30])
    assert contents(cut)[:3] == [b"<p>Page %d</p>" % n for n in (1, 2, 3)]
    assert contents(cut)[-1] in {"truncated", "damaged"}


# --- Archives -------------------------------------------------------------------------------------


def test_members_have_their_names_as_places(tmp_path):
    members = {"b/one two.txt": b"One.", "b/.hidden.txt": b"no", "image.png": b"no", "c.jsonl": b'{"text": "Two."}'}  # fmt: skip
    for name, content in (("a.zip", zipped(members)), ("a.tar", tarred(members))):
        rows = found(write(tmp_path / name, content))
        assert [row.place for row in rows] == ["!/b/one%20two.txt", "!/c.jsonl#offset=0"]
        assert [row.content for row in rows] == [b"One.", b"Two."]
        assert [row.format for row in rows] == ["text", "jsonl"]


def test_names_that_lead_out_and_links_are_rejected(tmp_path):
    members = {"../a.txt": b"x", "/etc/b.txt": b"x", "ok.txt": b"One."}
    assert contents(write(tmp_path / "a.zip", zipped(members))) == [
        "unsafe_name",
        "unsafe_name",
        b"One.",
    ]
    rows = contents(write(tmp_path / "a.tar", tarred(members, "link.txt")))
    assert rows == ["unsafe_name", "unsafe_name", b"One.", "link"]


def test_archives_are_opened_three_deep(tmp_path):
    inner = zipped({"a.txt": b"Deep."})
    two = zipped({"inner.zip": inner, "b.txt": b"Two."})
    three = zipped({"two.zip": two})
    assert contents(write(tmp_path / "three.zip", three)) == [b"Deep.", b"Two."]
    four = write(tmp_path / "four.zip", zipped({"three.zip": three, "z.txt": b"Last."}))
    assert contents(four) == ["nested", b"Two.", b"Last."]
    assert found(four)[0].place == "!/three.zip!/two.zip!/inner.zip"


def test_a_damaged_member_is_a_row_and_the_others_are_read(tmp_path):
    raw = bytearray(zipped({f"{n}.txt": b"Text %d. " % n * 50 for n in range(3)}))
    at = raw.index(b"1.txt") + 10
    raw[at : at + 8] = bytes(8)
    rows = contents(write(tmp_path / "a.zip", bytes(raw)))
    assert rows[0] == b"Text 0. " * 50
    assert rows[1:] == ["damaged", b"Text 2. " * 50]
    assert contents(write(tmp_path / "b.zip", bytes(raw[:50]))) == ["damaged"]
    cut = tarred({"a.txt": b"One.", "b.txt": b"x" * 5000})[:3000]
    assert contents(write(tmp_path / "c.tar", cut))[0] == b"One."
    assert contents(write(tmp_path / "c.tar", cut))[-1] == "damaged"


@pytest.mark.parametrize("suffix", COMPRESS)
def test_what_expands_beyond_reason_is_stopped(tmp_path, suffix, monkeypatch):
    monkeypatch.setattr(opening, "EXPANSION_FLOOR_BYTES", 1024**2)
    monkeypatch.setattr(opening, "MAX_EXPANSION", 50)
    bomb = COMPRESS[suffix](b"\n" * (8 * 1024**2))
    (row,) = found(write(tmp_path / f"a.jsonl.{suffix}", bomb))
    assert row.rejection.startswith("damaged: expands to more than 50 times its size")
    inside = zipped({f"a.txt.{suffix}": bomb, "b.txt": b"Two."})
    assert contents(write(tmp_path / "a.zip", inside)) == ["damaged", b"Two."]
    assert contents(write(tmp_path / "b.zip", zipped({"a.txt": b" " * 8 * 1024**2}))) == ["damaged"]


# --- Slices and batches ---------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home").create()


def make_container(directory: Path, name: str, texts: list[str]) -> Path:
    records = [warc_record(n, html=f"<p>{text}</p>".encode()) for n, text in enumerate(texts)]
    path = directory / name
    if name.endswith(".parquet"):
        pl.DataFrame({"text": texts}).write_parquet(path, row_group_size=4)
        return path
    raw = {
        "jsonl": "\n".join(json.dumps({"text": text}) for text in texts).encode(),
        "warc": b"".join(records),
        "warc.gz": b"".join(map(gzip.compress, records)),
        "jsonl.gz": gzip.compress("\n".join(json.dumps({"text": text}) for text in texts).encode()),
        "zip": zipped({f"{n}.txt": text.encode() for n, text in enumerate(texts)}),
        "tar.gz": gzip.compress(
            tarred({f"{n}.txt": text.encode() for n, text in enumerate(texts)})
        ),
    }[name.partition(".")[2]]
    return write(path, raw)


CONTAINERS = ["a.jsonl", "a.jsonl.gz", "a.parquet", "a.warc", "a.warc.gz", "a.zip", "a.tar.gz"]


@pytest.mark.parametrize("name", CONTAINERS)
def test_slices_are_bounded_and_hold_everything_once(tmp_path, home, name, monkeypatch):
    monkeypatch.setattr(sources, "MAX_BATCH_DOCUMENTS", 3)
    texts = [f"Text number {n}." for n in range(10)]
    path = make_container(tmp_path, name, texts)
    discovery = discover(home, [path])
    assert [sum(file.documents for file in batch.files) for batch in discovery.batches] == [
        3,
        3,
        3,
        1,
    ]
    assert (discovery.new, discovery.documents) == (1, 10)
    rows = pl.concat(read_batch(batch) for batch in discovery.batches)
    assert sorted(rows["text"]) == sorted(texts)
    assert rows["source_uri"].n_unique() == 10
    for uri, text in rows.select("source_uri", "text").iter_rows():
        assert text in fetch(uri).decode()
    assert discover(home, [path]).batches == ()
    other = Home(tmp_path / "other").create()
    again = discover(other, [path])
    assert [batch.batch_id for batch in again.batches] == [batch.batch_id for batch in discovery.batches]  # fmt: skip


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.tar.gz", "a.zip"])
def test_a_file_without_places_to_start_at_is_passed_over_once(tmp_path, home, name, monkeypatch):
    monkeypatch.setattr(sources, "MAX_BATCH_DOCUMENTS", 3)
    texts = [f"Text number {n}." for n in range(12)]
    path = make_container(tmp_path, name, texts)
    found = {batch.batch_id: batch for batch in discover(home, [path]).batches}
    batches = [found[batch_id] for batch_id in sources.in_reading_order(found.values())]
    assert [batch.files[0].documents for batch in batches] == [3] * 4
    begun = []
    walk = containers._walk
    monkeypatch.setattr(containers, "_walk", lambda *given: begun.append(given) or walk(*given))
    in_order = [sorted(read_batch(batch)["text"]) for batch in batches]
    assert [text for each in in_order for text in each] == [
        text for n in range(0, 12, 3) for text in sorted(texts[n : n + 3])
    ]
    assert len(begun) == 1
    # In any other order each begins anew, and finds the same; so it does once the file is another.
    assert [sorted(read_batch(batch)["text"]) for batch in reversed(batches)] == in_order[::-1]
    assert len(begun) == 5
    read_batch(batches[0])
    make_container(tmp_path, name, ["Text number Z.", *texts[1:]])
    os.utime(path, ns=(1, 1))
    assert sorted(read_batch(batches[1])["text"]) == in_order[1]
    assert len(begun) > 6


def test_of_a_file_that_grew_only_the_new_slices_are_new(tmp_path, home, monkeypatch):
    monkeypatch.setattr(sources, "MAX_BATCH_DOCUMENTS", 2)
    path = make_container(tmp_path, "a.jsonl", ["One.", "Two.", "Three."])
    assert discover(home, [path]).documents == 3
    path.write_text("\n".join(json.dumps({"text": text}) for text in ("One.", "Two.", "Three.", "Four.")))  # fmt: skip
    grown = discover(home, [path])
    assert grown.documents == 2
    (batch,) = grown.batches
    assert sorted(read_batch(batch)["text"]) == ["Four.", "Three."]


def test_a_file_that_changed_after_it_was_found_is_a_row(tmp_path, home):
    path = make_container(tmp_path, "a.jsonl", ["One.", "Two."])
    (batch,) = discover(home, [path]).batches
    path.write_text('{"text": "Quite another."}\n')
    (row,) = read_batch(batch).rows(named=True)
    assert row["rejection"].startswith("changed: ")
    path.unlink()
    (row,) = read_batch(batch).rows(named=True)
    assert row["rejection"] == "unreadable: No such file or directory"


def test_damaged_files_are_told_apart(tmp_path, home):
    write(tmp_path / "a.parquet", b"no parquet")
    write(tmp_path / "b.parquet", b"no parquet either")
    (batch,) = discover(home, [tmp_path / "a.parquet", tmp_path / "b.parquet"]).batches
    raw = read_batch(batch)
    assert raw["document_id"].n_unique() == 2
    assert {Path(uri).name for uri in raw["source_uri"]} == {"a.parquet", "b.parquet"}


def test_of_each_damaged_format_the_place_is_told_and_the_rest_is_read(tmp_path, home):
    def line(n: int) -> bytes:
        # Of numbers that follow no pattern: compressed, the last ones are in the part that is cut off.
        return (
            json.dumps({"text": " ".join(str(hash((n, k))) for k in range(300))}).encode() + b"\n"
        )

    lines = [line(n) for n in range(8)]
    records = [warc_record(n) for n in range(8)]
    members = [{f"{n}.txt": b"Member %d. " % n * 90 for n in range(k, k + 3)} for k in (0, 3)]
    archive = bytearray(zipped(members[0]))
    archive[archive.index(b"1.txt") + 10] ^= 255
    nested = zipped({"c.zip": zipped({"b.zip": zipped({"a.zip": zipped({"z.txt": b"Deep."})})})})
    table = io.BytesIO()
    pl.DataFrame({"title": ["No text."]}).write_parquet(table)
    for name, content in {
        "cut.jsonl.gz": gzip.compress(b"".join(lines[:4]))[:-1_000],
        "cut.txt.gz": gzip.compress(b"A text that ends too early.")[:-9],
        "record.warc": records[0] + b"rubbish\r\n\r\n" + records[2],
        "record.warc.gz": gzip.compress(records[3]) + b"rubbish" + gzip.compress(records[4]),
        "short.warc": records[5] + warc_record(6, longer=99),
        "line.jsonl": lines[4] + b"{none\n" + lines[5],
        "column.parquet": table.getvalue(),
        "member.zip": bytes(archive),
        "nested.zip": nested,
        "cut.tar": tarred(members[1])[:4_300],
        "good.txt": b"And this is whole.",
    }.items():
        write(tmp_path / name, content)
    (batch,) = discover(home, [tmp_path]).batches
    base = f"{tmp_path.as_uri()}/"
    told = {
        uri.removeprefix(base): (reason or "read").partition(":")[0]
        for uri, reason in read_batch(batch).select("source_uri", "rejection").iter_rows()
    }
    at, ends = 0, []
    for each in lines[:3]:
        ends.append(at)
        at += len(each)
    first, squeezed = len(records[0]), len(gzip.compress(records[3]))
    assert told == {
        "column.parquet": "no_text_column",
        **{f"cut.jsonl.gz#offset={end}": "read" for end in ends},
        f"cut.jsonl.gz#offset={at}": "damaged",
        "cut.tar!/3.txt": "read",
        "cut.tar!/4.txt": "read",
        "cut.tar!/5.txt": "damaged",
        "cut.tar": "damaged",
        "cut.txt.gz": "damaged",
        "good.txt": "read",
        "line.jsonl#offset=0": "read",
        f"line.jsonl#offset={len(lines[4])}": "no_json",
        f"line.jsonl#offset={len(lines[4]) + 6}": "read",
        "member.zip!/0.txt": "read",
        "member.zip!/1.txt": "damaged",
        "member.zip!/2.txt": "read",
        "nested.zip!/c.zip!/b.zip!/a.zip": "nested",
        "record.warc#offset=0": "read",
        f"record.warc#offset={first}": "damaged",
        f"record.warc#offset={first + 11}": "read",
        "record.warc.gz#offset=0": "read",
        f"record.warc.gz#offset={squeezed}": "damaged",
        f"record.warc.gz#offset={squeezed + 7}": "read",
        "short.warc#offset=0": "read",
        f"short.warc#offset={len(records[5])}": "truncated",
    }
    # Asked for again, what is damaged is said to be, and its neighbours are given.
    with pytest.raises(SourceError, match="damaged: at byte"):
        fetch(f"{base}record.warc#offset={first}")
    assert fetch(f"{base}record.warc#offset=0") == b"<p>Page 0</p>"


def test_patterns_and_what_fits_none(tmp_path, home):
    for name in ("a.txt", "b.txt", "c.html"):
        write(tmp_path / name, name.encode())
    assert discover(home, [tmp_path / "*.txt"]).new == 2
    with pytest.raises(SourceError, match="fits no file"):
        discover(home, [tmp_path / "*.warc"])


def test_fetch_says_what_is_wrong(tmp_path):
    path = make_container(tmp_path, "a.jsonl", ["One."])
    with pytest.raises(SourceError, match="has no document at #offset=700"):
        fetch(f"{path.as_uri()}#offset=700")
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        fetch(f"{path.as_uri()}x#offset=0")
    with pytest.raises(SourceError, match="no address of a file"):
        fetch("https://example.org/a.jsonl")


def test_a_text_that_begins_like_html_is_html_in_any_container(tmp_path):
    path = write(tmp_path / "a.jsonl", b'{"text": "<!doctype html><p>Hello"}\n{"text": "Hello"}')
    assert read_file(path).select("text", "source_format").rows() == [("Hello", "jsonl")] * 2


@pytest.mark.parametrize("suffix", ["jsonl.gz", "warc.gz"])
def test_memory_does_not_grow_with_the_size_of_a_file(suffix):
    from benchmarks.large_files import ALLOWED_GROWTH, measure

    small, large = (measure(suffix, megabytes, 512 * 1024) for megabytes in (2, 20))
    assert (small["documents"], large["documents"]) == (400, 4_000)
    assert large["batches"] >= 38
    assert large["peak"] < ALLOWED_GROWTH * small["peak"]
