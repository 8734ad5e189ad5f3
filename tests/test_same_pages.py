"""A web archive of pages, the text that a crawler extracted from them, and a directory of their HTML: the same articles."""

from __future__ import annotations

import gzip
import runpy
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from copydesk import articles, parsing, reading, sources
from copydesk.home import Home
from tests.test_html import PAGE

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
# What a page's own address decides, where only the archive has it.
OF_THE_ADDRESS = ("url", "site", "publisher_id", "quality")


def pages() -> dict[str, bytes]:
    """Pages by their addresses; the third is in windows-1252 and does not state its address."""
    containers = runpy.run_path(str(SEEDS / "make_containers.py"))
    return {
        "https://www.coast-courier.example.com/news/lighthouse-keeper": PAGE.encode(),
        "https://www.inishdarragh-gazette.com/news/quay-market-moves-indoors": (
            SEEDS / "formats" / "quay-market.html"
        ).read_bytes(),
        "https://www.brueckauer-bote.de/lokales/radweg": containers["CYCLE_PATH"].encode("cp1252"),
    }


def record(kind: str, address: str, media: str, body: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\n"
        f"Content-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + body + b"\r\n\r\n")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """The articles made from the directory, the WARC and the WET, each in order of their titles."""
    base = tmp_path_factory.mktemp("pages")
    (base / "html").mkdir()
    archive, extracted = b"", b""
    for number, (address, page) in enumerate(pages().items()):
        path = base / "html" / f"{number}.html"
        path.write_bytes(page)
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
        answer = http + gzip.compress(page)
        archive += record("response", address, "application/http; msgtype=response", answer)
        (shown,) = reading.read_file(path)["text"]
        extracted += record("conversion", address, "text/plain", shown.encode())
    (base / "crawl.warc.gz").write_bytes(archive)
    (base / "crawl.warc.wet.gz").write_bytes(extracted)
    tables = {}
    for name in ("html", "crawl.warc.gz", "crawl.warc.wet.gz"):
        home = Home(base / "homes" / name).create()
        (batch,) = sources.discover(home, [base / name]).batches
        parsed = parsing.parse(reading.read_batch(batch))
        tables[name] = articles.compose(parsed).articles.sort("title")
    return tables


def test_an_archive_gives_what_the_pages_give(made: dict[str, pl.DataFrame]) -> None:
    directory, archive = made["html"], made["crawl.warc.gz"]
    assert directory.height == 3
    assert_frame_equal(archive.drop(OF_THE_ADDRESS), directory.drop(OF_THE_ADDRESS))
    addresses = sorted(pages())
    assert sorted(archive["url"]) == addresses
    stated = directory.drop_nulls("url")
    assert stated.height == 2
    assert_frame_equal(stated, archive.filter(pl.col("url").is_in(stated["url"].implode())))


def test_extracted_text_gives_the_same_articles(made: dict[str, pl.DataFrame]) -> None:
    archive, extracted = made["crawl.warc.gz"], made["crawl.warc.wet.gz"]
    same = ["title", "authors", "agency", "language", "url", "site"]
    assert_frame_equal(extracted.select(same), archive.select(same))
    # The metadata's instant is finer than the day that the page shows.
    day = pl.col("published_at").dt.date()
    assert extracted.select(day).equals(archive.select(day))
    for text, page in zip(extracted["body"], archive["body"], strict=True):
        # Without the markup a caption, a teaser, a comment look like paragraphs: there may be more, none is missing.
        paragraphs = iter(text.split("\n\n"))
        assert all(each in paragraphs for each in page.split("\n\n"))
        assert len(text.split("\n\n")) <= len(page.split("\n\n")) + 4
