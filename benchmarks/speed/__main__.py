"""The command: `python -m benchmarks.speed pages.parquet` (see benchmarks/quality/corpus.py).

What belongs here: running the text path and a peer in turn on one core, and the table of processor times. What does not:
the steps (steps.py), how a peer is called (benchmarks/quality/peers.py).
"""

from __future__ import annotations

import os

# One thread each; these are read when the libraries are imported.
os.environ["POLARS_MAX_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

from pathlib import Path
from typing import Annotated, Final

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.quality import corpus, peers
from benchmarks.speed.steps import STEPS, time_steps

PEER: Final = next(peer for peer in peers.PEERS if peer.name == "trafilatura")
SEED: Final = 1
WARM_UP_PAGES: Final = 20


def main(
    path: Annotated[Path, typer.Argument(help="Parquet of pages (benchmarks/quality/corpus.py).")],
    runs: Annotated[int, typer.Option(min=1, help="Runs of each; the fastest counts.")] = 3,
    peer_pages: Annotated[
        int, typer.Option(min=0, help="Pages for Trafilatura, drawn at random; 0: it is not run.")
    ] = 150,
) -> None:
    """Processor time (user and system) of each step of the text path, and of Trafilatura on pages' HTML."""
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    pages = corpus.read_corpus(path)
    dumps = [dump.encode() for dump in pages["dump"].drop_nulls().unique(maintain_order=True)]
    asked = pages.filter(pl.col("html").is_not_null())
    asked = asked.sample(min(peer_pages, len(asked)), seed=SEED)
    time_steps(dumps[:WARM_UP_PAGES])
    ours, theirs = list[dict[str, float]](), list[float]()
    for _ in range(runs):
        ours.append(time_steps(dumps))
        if len(asked):
            theirs.append(peers.time_peer(PEER, asked, peers.cache_directory()))
    best = min(ours, key=lambda times: sum(times.values()))
    console = Console()
    console.print(
        f"{len(dumps):,} pages, {sum(map(len, dumps)) / 1e6:.1f} MB of text; core {core}; fastest of {runs} runs"
    )
    console.print(_table(best, len(dumps)))
    rate = len(dumps) / sum(best.values())
    if theirs:
        peer = len(asked) / min(theirs)
        console.print(
            f"{PEER.name} {PEER.version}, {len(asked)} of these pages from HTML: {peer:.1f} pages a second;"
            f" Copydesk: {rate:.0f}, {rate / peer:.0f} times as many"
        )


def _table(times: dict[str, float], pages: int) -> Table:
    shown = Table(title="Dumps to articles, one core", title_justify="left", show_edge=False)
    shown.add_column("step")
    for heading in ("seconds", "share", "documents a second"):
        shown.add_column(heading, justify="right")
    whole = sum(times.values())
    for step, seconds in [*((step, times[step]) for step in STEPS), ("all", whole)]:
        shown.add_row(step, f"{seconds:.2f}", f"{seconds / whole:.0%}", f"{pages / seconds:,.0f}")
    return shown


if __name__ == "__main__":
    typer.run(main)
