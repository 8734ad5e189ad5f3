"""`python -m benchmarks.release [DIRECTORY]`: a 1 % increment, and lookups through the catalogue.

Rows are made up: ids are hashes, entities follow Zipf's law, bodies are of 400 words drawn from a vocabulary.
Lookups are warm, the median of eleven, and then the best. Beside the wall clock's time stands the processor's, over all
threads: on a machine that does other things as well, the truth lies between them.
"""

from __future__ import annotations

import hashlib
import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from copydesk.digests import Digests
from copydesk.manifests import read_manifest
from copydesk.releases import publish, write_table_file
from copydesk.stores import LocalStore
from copydesk.tables import TABLES

BATCHES, ARTICLES, INCREMENT, MENTIONS, ENTITIES, WORDS = 10, 20_000, 2_000, 25, 150_000, 400
ZIPF = 1.3


def ids(kind: str, start: int, count: int) -> list[str]:
    return [
        hashlib.sha256(f"{kind}{number}".encode()).hexdigest()[:20]
        for number in range(start, start + count)
    ]


def filled(table: str, **columns: object) -> pl.DataFrame:
    """A frame of a table: the given columns, the plainest values elsewhere."""
    frame = pl.DataFrame(columns)
    plain = {"string": "x", "int64": 1, "double": 1.0, "bool": False}
    return frame.with_columns(
        pl.lit(None if column.nullable else plain.get(str(column.type), []))
        .cast(TABLES[table].polars_schema[column.name])
        .alias(column.name)
        for column in TABLES[table].columns
        if column.name not in columns
    )


def write_batch(directory: Path, number: int, start: int, count: int) -> None:
    """The files of one batch."""
    chance = np.random.default_rng(number)
    articles = ids("article", start, count)
    entities = np.array(ids("entity", 0, ENTITIES))
    words = np.array([f"word{number}" for number in range(20_000)])
    bodies = [" ".join(words[chance.integers(0, 20_000, WORDS)]) for _ in articles]
    ranks = np.minimum(chance.zipf(ZIPF, count * MENTIONS) - 1, ENTITIES - 1)
    start_at = np.tile(np.arange(MENTIONS) * 90, count) + chance.integers(0, 80, len(ranks))
    frames = {
        "documents": filled("documents", document_id=articles, status="article"),
        "articles": filled(
            "articles", article_id=articles, document_id=articles, cluster_id=articles, body=bodies
        ),
        "mentions": filled(
            "mentions",
            article_id=np.repeat(articles, MENTIONS),
            start=start_at,
            end=start_at + 8,
            surface=np.char.add("Name ", ranks.astype(str)),
            entity_id=entities[ranks],
        ),
    }
    for name, frame in frames.items():
        write_table_file(frame, TABLES[name], directory / name / f"{number:02d}.parquet")


def write_entities(directory: Path) -> None:
    """The entities, counted over what mentions there are."""
    counted = (
        pl.scan_parquet(directory / "mentions" / "*.parquet").group_by("entity_id").len().collect()
    )
    frame = filled("entities", entity_id=counted["entity_id"], mention_count=counted["len"])
    write_table_file(frame, TABLES["entities"], directory / "entities" / "all.parquet")


def released(directory: Path, root: Path, digests: Digests, count: int) -> str:
    """Publish what is there; seconds on the clock and of the processor."""
    files = {name: sorted((directory / name).glob("*.parquet")) for name in TABLES}
    started, worked = time.perf_counter(), time.process_time()
    inputs = [str(number) for number in range(count)]
    publish(root, files, checks=[], inputs=inputs, message="benchmark", digests=digests)
    spent = time.perf_counter() - started, time.process_time() - worked
    return f"{spent[0]:8.2f} s ({spent[1]:.2f} s of the processor)"


def identities(root: Path) -> dict[str, tuple[int, int, int]]:
    """What tells whether a data file was touched: its inode, size and time of change."""
    stats = {str(path): path.stat() for path in (root / "data").rglob("*.parquet")}
    return {path: (each.st_ino, each.st_size, each.st_mtime_ns) for path, each in stats.items()}


def main() -> None:
    base = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="copydesk-release-"))
    tables, root = base / "tables", base / "published"
    for number in range(BATCHES):
        write_batch(tables, number, number * ARTICLES, ARTICLES)
    write_entities(tables)
    # Files just written are not yet remembered by their digests.
    time.sleep(3)
    digests = Digests(LocalStore(base))
    print(f"first release           {released(tables, root, digests, BATCHES)}")
    old = identities(root)
    write_batch(tables, BATCHES, BATCHES * ARTICLES, INCREMENT)
    write_entities(tables)
    print(f"increment of 1 %        {released(tables, root, digests, BATCHES + 1)}")
    new = identities(root)
    touched = [path for path, identity in old.items() if new.get(path) != identity]
    written = sum(new[path][1] for path in new.keys() - old.keys())
    total = sum(size for _, size, _ in new.values())
    print(
        f"  {len(touched)} of {len(old)} old files touched; {written:,} of {total:,} bytes written"
    )
    one, two = read_manifest(root, 1), read_manifest(root, 2)
    for name in ("documents", "articles", "mentions", "entities"):
        before, after = ({f.path for f in each.tables[name].files} for each in (one, two))
        print(f"  {name:10} {two.tables[name].rows:>10,} rows, {len(before & after)} files kept,"
              f" {len(after - before)} added, {len(before - after)} replaced")  # fmt: skip
    counts = (
        pl.scan_parquet(tables / "mentions" / "*.parquet").group_by("entity_id").len().collect()
    )
    with duckdb.connect(str(root / "catalog.duckdb"), read_only=True) as connection:
        asked = [("article by id", "articles", "article_id", ids("article", 77_777, 1)[0])]
        for wanted in (50, 500, 5_000):
            near = counts.sort((pl.col("len").cast(pl.Int64) - wanted).abs())
            asked.append(("mentions of an entity", "mentions", "entity_id", near["entity_id"][0]))
        for label, table, column, key in asked:
            times, work = [], []
            for _ in range(11):
                started, worked = time.perf_counter(), time.process_time()
                rows = connection.execute(
                    f"SELECT * FROM {table} WHERE {column} = ?", [key]
                ).to_arrow_table()
                times.append((time.perf_counter() - started) * 1000)
                work.append((time.process_time() - worked) * 1000)
            print(
                f"{label:22} {rows.num_rows:>6,} rows {statistics.median(times):6.1f} ms"
                f" (best {min(times):.1f}; processor {statistics.median(work):.1f})"
            )


if __name__ == "__main__":
    main()
