"""Shuffles: what all batches have of a bucket, brought together and worked on by itself.

What belongs here: cutting a step of the corpus into spans of buckets, and having the engine do them: in a loop, in a pool
of processes, or as tasks on a cluster. What does not: what buckets are (copydesk), what the steps are (corpus.py,
final_tables.py).

A span's result is a file that is named by what it was made from, so that of a run that was killed what is done is done.
When all are there they are put together, in the spans' order, and go.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from assets.engine import Engine
from assets.warehouse import Warehouse
from copydesk.buckets import Span, spans
from copydesk.home import Home
from copydesk.integrity import engine as duckdb_engine
from copydesk.integrity import scan

DIRECTORY: Final = "corpus/shuffles"
_STAMP_DIGITS: Final = 20

# Files by the name of what they hold.
Files = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Share:
    """A span of buckets, and the files that have its rows among others."""

    warehouse: Warehouse
    span: Span
    files: Files

    def scan(self, name: str) -> pl.LazyFrame:
        """All rows of the files `name`, of which those of the span are to be chosen."""
        return self.warehouse.lazy(*self.files[name])

    def scan_table(self, name: str) -> pl.LazyFrame:
        """The same of published table `name`, whose files may be older than its columns."""
        return self.warehouse.lazy_table(name, *self.files[name])

    def sql(self, query: str) -> pl.DataFrame:
        """The answer of DuckDB, in which the files are views of their names."""
        store = self.warehouse.store
        with (
            tempfile.TemporaryDirectory(prefix="copydesk-shuffle-") as spill,
            duckdb_engine(Path(spill), store) as connection,
        ):
            # A process of a pool keeps to one thread, in Polars (engines.limit_threads) and so here.
            connection.execute(f"SET threads = {pl.thread_pool_size()}")
            for name, paths in self.files.items():
                rows = scan([store.reading(path) for path in paths])
                connection.execute(f"CREATE VIEW {name} AS FROM {rows}")
            return connection.execute(query).pl()


@dataclass(frozen=True, slots=True)
class ShareTask:
    """Does a step to a span of buckets where that is not done; gives the result's file.

    `made_from` names the step and what it reads; `step` is a function of a module.
    """

    home: Home
    name: str
    made_from: str
    files: Files
    step: Callable[[Share], pl.DataFrame]

    def __call__(self, span: str) -> str:
        """Work on the span of this name."""
        warehouse = Warehouse.at(self.home)
        path = f"{DIRECTORY}/{self.name}/{span}-{self.made_from}.parquet"
        if warehouse.store.find(path) is None:
            warehouse.write(path, self.step(Share(warehouse, Span.parse(span), self.files)))
        return path


def shuffle(
    warehouse: Warehouse,
    engine: Engine,
    name: str,
    step: Callable[[Share], pl.DataFrame],
    files: Files,
    stamp: str,
    *,
    rows: int,
    at_once: int,
) -> pl.DataFrame:
    """What `step` makes of all buckets, one span after the other.

    Args:
        warehouse: where the files are.
        engine: does the spans.
        name: the step's, which no other has.
        step: what is to be done to a span; a function of a module, so that it can be sent elsewhere.
        files: what it reads; at least one of each name.
        stamp: names what the step reads, and its code.
        rows: how many rows there are.
        at_once: of so many rows, about, a span is made.

    Raises:
        BaseException: what a span's step raised.
    """
    keys = [str(span) for span in spans(rows, at_once)]
    made_from = hashlib.sha256(stamp.encode()).hexdigest()[:_STAMP_DIGITS]
    task = ShareTask(warehouse.place, name, made_from, files, step)
    paths = {
        outcome.key: outcome.result() for outcome in engine.open(keys=len(keys)).map(task, keys)
    }
    frame = warehouse.lazy(*(paths[key] for key in keys)).collect()
    warehouse.store.remove(f"{DIRECTORY}/{name}")
    return frame
