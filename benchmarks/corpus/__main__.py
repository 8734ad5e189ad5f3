"""`python -m benchmarks.corpus 10000 100000 [--directory D] [--no-release] [--notes]`: the corpus assets' cost.

What belongs here: timing the assets one after the other, and their peak memory. What does not: the batches (synthetic.py).

For each size: everything anew; nothing new; one per cent more, newer than all that is there; one per cent more, older
than all, so that every repeated article of theirs becomes its story's canonical one and old batches are settled again.
Times are of the wall clock and, in brackets, of the processor, in all processes; peak is this process's resident memory while
an asset was made or, where there are more, all processes' together.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from assets import corpus, final_tables
from assets.engine import Engine
from assets.warehouse import Warehouse
from benchmarks.corpus.synthetic import write_warehouse
from benchmarks.throughput.processes import Watch
from copydesk.releases import publish


def steps(warehouse: Warehouse, kind: str, release: bool) -> dict[str, Callable[[], object]]:
    """What is made, in order."""
    engine = Engine(kind=kind)
    asked: dict[str, Callable[[], object]] = {
        "owners": lambda: corpus.owners(warehouse=warehouse, engine=engine),
        "templates": lambda: corpus.templates(warehouse=warehouse, engine=engine),
        "duplicates": lambda: corpus.duplicates(warehouse=warehouse, engine=engine),
        "tables": lambda: [
            asset(warehouse=warehouse, engine=engine) for asset in final_tables.by_batch
        ],
        "publishers": lambda: final_tables.final_publishers(warehouse=warehouse, engine=engine),
        "entities": lambda: final_tables.final_entities(warehouse=warehouse, engine=engine),
    }
    if release:
        asked["release"] = lambda: publish(
            warehouse.place.create().published,
            warehouse.table_files(),
            checks=[],
            inputs=warehouse.whole_batches(),
            message="benchmark",
            digests=warehouse.digests(),
        )
    return asked


def peak() -> float:
    """The peak of the resident memory since it was last asked for, in GB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    found = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    Path("/proc/self/clear_refs").write_text("5")
    return found / 1e6


def measure(warehouse: Warehouse, kind: str, articles: int, what: str, release: bool) -> None:
    """Make everything once, and print what it cost."""
    total = used = highest = 0.0
    shown = list[str]()
    with Watch(os.getpid()) as watch:
        for name, make in steps(warehouse, kind, release).items():
            peak()
            watch.look()
            started, before = time.perf_counter(), watch.seconds
            make()
            watch.look()
            seconds, cpu = time.perf_counter() - started, watch.seconds - before
            total, used, highest = total + seconds, used + cpu, max(highest, peak())
            shown.append(f"{name} {seconds:.1f} ({cpu:.1f})")
    highest = max(highest, watch.peak_bytes / 1e9)
    print(f"{articles:>9,} {what:<12} {total:8.1f} s {used:8.1f} CPU s {used / articles * 1e6:6.0f} CPU us an article"
          f"  peak {highest:.2f} GB: {', '.join(shown)}", flush=True)  # fmt: skip


def main(
    sizes: Annotated[list[int], typer.Argument(help="Numbers of articles.")],
    directory: Annotated[Path | None, typer.Option(help="Where; else a temporary one.")] = None,
    release: Annotated[bool, typer.Option(help="Publish as well.")] = True,
    notes: Annotated[bool, typer.Option(help="Put the outlets' notes below articles.")] = False,
    sites: Annotated[int, typer.Option(help="Sites, most of them small; 0: 240 alike.")] = 0,
    kind: Annotated[str, typer.Option("--engine", help="local, serial or ray.")] = "serial",
) -> None:
    """Print what the corpus assets cost at each size."""
    for articles in sizes:
        with tempfile.TemporaryDirectory(prefix="copydesk-corpus-", dir=directory) as home:
            warehouse = Warehouse(home=home)
            batches = write_warehouse(warehouse, articles, max(1, articles // 100), notes, sites)
            for number, what in enumerate(("everything", "1 % newer", "1 % older")):
                started = time.perf_counter()
                made = next(batches)
                print(f"{articles:>9,} wrote {len(made)} batches in {time.perf_counter() - started:.0f} s", flush=True)  # fmt: skip
                measure(warehouse, kind, articles, what, release)
                if number == 0:
                    time.sleep(3)  # Files just written are not yet remembered by their digests.
                    measure(warehouse, kind, articles, "once more", release)
                    measure(warehouse, kind, articles, "nothing new", release)


if __name__ == "__main__":
    typer.run(main)
