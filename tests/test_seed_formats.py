"""The seeds in HTML and in containers: what each of their documents becomes."""

import runpy
from pathlib import Path

import polars as pl
import pytest

from copydesk import articles, parsing, reading, sources
from copydesk.home import Home

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
FORMATS = SEEDS / "formats"


@pytest.fixture(scope="module")
def raw(tmp_path_factory) -> pl.DataFrame:
    home = Home(tmp_path_factory.mktemp("formats")).create()
    (batch,) = sources.discover(home, [FORMATS]).batches
    return reading.read_batch(batch).with_columns(
        name=pl.col("source_uri").str.split("/seeds/formats/").list.last()
    )


def test_every_document_has_its_place_and_what_became_of_it(raw):
    documents = parsing.parse(raw).documents.join(
        raw.select("document_id", "name"), on="document_id"
    )
    crawl = (FORMATS / "crawl.warc.gz").read_bytes()
    offsets = [at for at in range(len(crawl)) if crawl.startswith(b"\x1f\x8b\x08\x00", at)]
    lines = (FORMATS / "dumps.jsonl").read_bytes().splitlines(keepends=True)
    became = {
        name: (status, reason and reason.partition(":")[0])
        for name, status, reason in documents.select("name", "status", "reason").iter_rows()
    }
    assert became == {
        "quay-market.html": ("article", None),
        f"crawl.warc.gz#offset={offsets[0]}": ("article", None),
        f"crawl.warc.gz#offset={offsets[1]}": ("rejected", "http_status"),
        f"crawl.warc.gz#offset={offsets[2]}": ("rejected", "media_type"),
        f"crawl.warc.gz#offset={offsets[3]}": ("rejected", "truncated"),
        "dumps.jsonl#offset=0": ("article", None),
        f"dumps.jsonl#offset={len(lines[0])}": ("rejected", "no_json"),
        f"dumps.jsonl#offset={len(lines[0] + lines[1])}": ("rejected", "no_text_field"),
        "archive.zip!/2022/march.zip!/ferry.txt": ("article", None),
        "archive.zip!/../escape.txt": ("rejected", "unsafe_name"),
    }


def test_the_articles_have_what_their_pages_show_and_state(raw):
    found = articles.compose(parsing.parse(raw)).articles.join(
        raw.select("document_id", "name"), on="document_id"
    )
    rows = {
        row["name"].partition("#")[0].partition("!")[0]: row for row in found.iter_rows(named=True)
    }

    market = rows["quay-market.html"]
    assert market["title"] == "Quay market moves indoors for the winter"
    assert market["authors"] == ["Nóra Breathnach"]
    assert market["published_at"].isoformat() == "2024-10-28T06:30:00+00:00"
    assert market["modified_at"].isoformat() == "2024-10-28T09:05:00+00:00"
    assert (market["section"], market["tags"]) == ("Town", ["markets", "harbour"])
    assert market["image_url"] == "https://www.inishdarragh-gazette.com/img/quay-hall.jpg"
    paragraphs = market["body"].split("\n\n")
    assert len(paragraphs) == 8
    assert paragraphs[2] == "Two winters lost to storms"
    assert paragraphs[5] == "Twelve euro a day for a stall of two metres."

    cycle_path = rows["crawl.warc.gz"]
    assert cycle_path["title"] == "Radweg am Kanal wird breiter"
    assert cycle_path["url"] == "https://www.brueckauer-bote.de/lokales/radweg"
    assert (cycle_path["authors"], cycle_path["language"]) == (["Änne Grünwald"], "de")
    assert cycle_path["published_at"].date().isoformat() == "2023-05-09"
    assert len(cycle_path["body"].split("\n\n")) == 3

    for name, title, day in (
        ("dumps.jsonl", "Glasshouse at Ardvannie opens its doors at night", "2022-02-02"),
        ("archive.zip", "Ferry to Hallanness runs twice a day again", "2022-03-14"),
    ):
        assert rows[name]["title"] == title
        assert rows[name]["authors"] == ["Callum Rennie"]
        assert rows[name]["published_at"].date().isoformat() == day
        assert len(rows[name]["body"].split("\n\n")) == 3
    assert rows["dumps.jsonl"]["site"] == "ardvannie-advertiser.co.uk"


def test_the_containers_are_as_their_script_writes_them(tmp_path):
    script = runpy.run_path(str(SEEDS / "make_containers.py"))
    kept = {path.name: path.read_bytes() for path in FORMATS.iterdir()}
    script["main"].__globals__["FORMATS"] = tmp_path
    script["main"]()
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(written) == {"crawl.warc.gz", "dumps.jsonl", "archive.zip"}
    assert written["dumps.jsonl"] == kept["dumps.jsonl"]
