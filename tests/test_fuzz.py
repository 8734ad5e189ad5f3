"""Dumps that nobody would send on purpose: none brings the pipeline down, each is accounted for.

`make soak` runs ten thousand, `make test` a few hundred.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.settling import RECIPES, merge_publishers
from copydesk import reading, site_templates, sources
from copydesk.duplicates import find_duplicates
from copydesk.entities import build_entities
from copydesk.home import Home
from copydesk.processing import Processor, Stage
from copydesk.recognizers import Span
from copydesk.storage import write_table_file
from copydesk.tables import TABLES
from expectations import suites
from expectations.against import Against
from expectations.runner import create_tables
from tests.fuzzing import fuzzed, seed_dumps

SOAK = "COPYDESK_SOAK" in os.environ
DUMPS = 10_000 if SOAK else 240
FIRST = int(os.environ.get("COPYDESK_FUZZ_FROM", "0"))
# Processed together, like a batch; small, so that a failure is soon traced to its dump.
TOGETHER = 120
# Of the processor, for a dump on average: a hang, not a slow machine.
MAX_SECONDS = 1.0
STAGES = (Stage.PARSE, Stage.COMPOSE, Stage.ANNOTATE)


class Capitals:
    """Takes every word with a capital for a name."""

    model = "capitals-1"
    languages = frozenset({"en"})

    def load(self) -> None: ...

    def predict(self, texts: list[str]) -> list[list[Span]]:
        found = pl.Series(texts, dtype=pl.String)
        return [
            [
                Span(at, at + len(word), "PER", 0.5)
                for word, at in _words(text)
                if word[:1].isupper()
            ]
            for text in found
        ]


def _words(text: str) -> list[tuple[str, int]]:
    words, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        words.append((word, at))
        at += len(word)
    return words


def some_cuts(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """What is cut if every third paragraph, wherever it stands, is its site's."""
    blocks = frames["blocks"].filter(site_templates.outside_body())
    passages = site_templates.read_passages(frames["articles"], blocks, frames["publishers"])
    templates = passages.filter(pl.col("fingerprint") % 3 == 0).select(
        "site", "fingerprint", opens=True, articles=pl.lit(9), compared=pl.lit(9)
    )
    return site_templates.find_cuts(passages, templates.unique())


def through(directory: Path, home: Home) -> tuple[dict[str, pl.DataFrame], Against]:
    """What all steps make of the dumps in a directory, and what it is to be held against."""
    found = sources.discover(home, [directory])
    raw = pl.concat([reading.read_batch(batch) for batch in found.batches])
    # As `owners` settles it: each content once, with the copies of all batches.
    raw = raw.sort("document_id", "batch_id").with_columns(
        copies=pl.col("copies").sum().over("document_id")
    )
    raw = raw.unique("document_id", keep="first", maintain_order=True)
    frames = dict(Processor(STAGES, Capitals()).process({"raw_documents": raw}))
    stories = find_duplicates(frames["articles"].lazy())
    nothing = pl.DataFrame(
        schema={"batch_id": pl.String, "document_id": pl.String, "taken_down": pl.String}
    )
    facts = {
        "left_out": nothing,
        "copies": pl.DataFrame(schema={"document_id": pl.String, "copies": pl.Int64}),
        "stories": stories.filter(pl.col("duplicate_of").is_not_null()),
        "cuts": some_cuts(frames),
    }
    made = {
        name: recipe.settle(
            *(frames[each].lazy() for each in recipe.frames),
            **{fact: facts[fact] for fact in recipe.facts},
        )
        for name, recipe in RECIPES.items()
    }
    made["publishers"] = merge_publishers(frames["publishers"].lazy())
    made["entities"] = build_entities(made["mentions"].lazy(), made["articles"].lazy())
    raw_path = home.warehouse / "raw.parquet"
    raw.select("document_id", "batch_id", "source_uri").write_parquet(raw_path)
    inputs = {
        batch.batch_id: sources.count_documents(home, batch.batch_id) for batch in found.batches
    }
    return made, Against(raw=[raw_path], inputs=inputs)


def broken(
    frames: Mapping[str, pl.DataFrame], against: Against, directory: Path
) -> dict[str, list[object]]:
    """The critical expectations that fail, with their rows: offsets, keys, every document accounted for."""
    files = {name: [directory / f"{name}.parquet"] for name in TABLES}
    for name, table in TABLES.items():
        write_table_file(frames[name], table, files[name][0])
    failing = {}
    with duckdb.connect() as connection:
        create_tables(connection, files, against)
        for name in TABLES:
            for each in suites.load_suite(name):
                if each.sql is None or each.severity != "critical":
                    continue
                if rows := connection.execute(f"FROM ({each.sql}) LIMIT 3").fetchall():
                    failing[f"{name}.{each.name}"] = rows
    return failing


@pytest.mark.parametrize("start", range(FIRST, FIRST + DUMPS, TOGETHER))
def test_fuzzed_dumps_are_accounted_for(tmp_path: Path, start: int) -> None:
    seeds = seed_dumps()
    directory = tmp_path / "dumps"
    directory.mkdir()
    names = set[str]()
    for number in range(start, min(start + TOGETHER, FIRST + DUMPS)):
        name, raw = fuzzed(number, seeds)
        (directory / name).write_bytes(raw)
        names.add(name)
    began = time.process_time()
    frames, against = through(directory, Home(tmp_path / "home").create())
    assert time.process_time() - began < MAX_SECONDS * len(names)
    assert broken(frames, against, tmp_path) == {}
    assert "site_template" in frames["blocks"]["reason"]
    # Every file gave a row, or has the very bytes of one that did.
    copied = frames["documents"]["copies"].sum()
    seen = frames["documents"]["source_uri"].str.extract(r"/dumps/([^/#!]+)").unique().to_list()
    assert set(seen) <= names
    assert copied >= len(names)


@settings(max_examples=500 if SOAK else 8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    dumps=st.lists(
        st.one_of(
            st.binary(max_size=400),
            st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")),
        ),
        min_size=1,
        max_size=6,
        unique=True,
    )
)
def test_any_bytes_are_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, dumps: list[bytes]
) -> None:
    base = tmp_path_factory.mktemp("any")
    directory = base / "dumps"
    directory.mkdir()
    for number, raw in enumerate(dumps):
        (directory / f"{number}.txt").write_bytes(raw)
    frames, against = through(directory, Home(base / "home").create())
    assert frames["documents"].height == len(dumps)
    assert broken(frames, against, base) == {}
