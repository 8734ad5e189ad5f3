"""A look at an inbox of many objects when nothing is new: `python -m benchmarks.listing --objects 1000000`.

What belongs here: a store in memory with that many names, what is known of them, and the processor's time and the memory of a look. What
does not: a network: S3 answers with 1,000 names a request, which takes longer than all that is measured here.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from obstore.store import MemoryStore

from copydesk import objects, sources
from copydesk.home import Home

PLACE = "s3://inbox/crawl"


def main(count: Annotated[int, typer.Option("--objects", help="How many.")] = 1_000_000) -> None:
    """Print what a look takes, and this process's peak memory before and after it."""
    store = MemoryStore()
    for number in range(count):
        store.put(f"crawl/{number % 1000:03}/page-{number:09}.html.gz", b"x")
    objects._open_bucket = lambda *_: store  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as directory:
        home = Home(Path(directory)).create()
        sources._write_frame(home, sources._LEDGER, pl.concat(sources.find_inputs([PLACE])))
        before, started = _peak(), time.process_time()
        found = sources.discover(home, [PLACE])
        seconds = time.process_time() - started
    assert (found.known, found.new) == (count, 0)
    print(f"{count:,} objects known: {seconds:.1f} processor seconds, peak {before:,.0f} MB before, {_peak():,.0f} MB after")  # fmt: skip


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    typer.run(main)
