"""Peers: other extractors, each in an environment of its own.

What belongs here: their pinned versions, making their environments, running them over a Parquet of pages and keeping
what they said. What does not: how each is called, which must run without Copydesk (extract.py).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from benchmarks.quality.answers import ANSWERS_SCHEMA, METADATA, Answers

EXTRACT: Final = Path(__file__).with_name("extract.py")
PYARROW: Final = "pyarrow==26.0.0"
# lxml no longer holds its HTML cleaner, which jusText and with it Trafilatura import.
LXML_CLEAN: Final = "lxml_html_clean==0.4.6"


@dataclass(frozen=True, slots=True)
class Peer:
    """An extractor: `requirements` are pinned; `fields` are the questions that it answers."""

    name: str
    version: str
    requirements: tuple[str, ...]
    fields: frozenset[str]


PEERS: Final = (
    Peer("trafilatura", "2.3.1", ("trafilatura==2.3.1", LXML_CLEAN), METADATA | {"body"}),
    Peer("justext", "3.0.2", ("jusText==3.0.2", LXML_CLEAN), frozenset({"body"})),
    Peer("newspaper4k", "0.9.6", ("newspaper4k==0.9.6", LXML_CLEAN), METADATA | {"body"}),
    Peer("resiliparse", "2.0.1", ("resiliparse==2.0.1",), frozenset({"body"})),
)


def cache_directory() -> Path:
    """Where environments and answers are kept: `COPYDESK_BENCHMARKS`, else under the user's cache."""
    named = os.environ.get("COPYDESK_BENCHMARKS")
    return Path(named) if named else Path.home() / ".cache" / "copydesk" / "benchmarks"


def run_peer(peer: Peer, pages: pl.DataFrame, cache: Path) -> Answers:
    """The peer's answers from the pages' HTML, as they were given before if the pages and the version are the same.

    Raises:
        RuntimeError: its environment cannot be made, or it fails as a whole; a page on which it fails has no body.
    """
    asked = pages.select("id", "url", "html").filter(pl.col("html").is_not_null())
    kept = cache / "answers" / f"{peer.name}-{peer.version}-{_digest(asked)}.parquet"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(".part")
        _ask(peer, asked, fresh, cache)
        fresh.rename(kept)
    answers = pl.read_parquet(kept)
    return Answers(
        f"{peer.name} {peer.version}",
        pages.select("id")
        .join(answers, on="id", how="left", maintain_order="left")
        .with_columns(page_type=pl.lit(None, dtype=pl.String))
        .select(pl.col(name).cast(dtype) for name, dtype in ANSWERS_SCHEMA.items()),
        peer.fields,
        float(answers["seconds"].sum()),
    )


def time_peer(peer: Peer, pages: pl.DataFrame, cache: Path) -> float:
    """The processor time in seconds that the pages' HTML takes the peer, measured now.

    Raises:
        RuntimeError: as `run_peer`.
    """
    with tempfile.TemporaryDirectory() as directory:
        answers = Path(directory) / "answers.parquet"
        _ask(peer, pages.select("id", "url", "html"), answers, cache)
        return float(pl.read_parquet(answers, columns=["seconds"])["seconds"].sum())


def _ask(peer: Peer, pages: pl.DataFrame, answers: Path, cache: Path) -> None:
    """Writes to `answers` what the peer says of each page."""
    question = answers.with_suffix(".pages")
    pages.write_parquet(question)
    interpreter = make_environment(peer, cache)
    run([str(interpreter), str(EXTRACT), peer.name, str(question), str(answers)])
    question.unlink()


def make_environment(peer: Peer, cache: Path) -> Path:
    """The interpreter of the peer's environment, made if it is not there."""
    root = cache / "environments" / f"{peer.name}-{peer.version}"
    interpreter, ready = root / "bin" / "python", root / "ready"
    if not ready.exists():
        print(f"Setting up {peer.name} {peer.version} in {root}", file=sys.stderr)
        venv.create(root, with_pip=True, clear=True)
        install = [str(interpreter), "-m", "pip", "install", "--quiet", "--prefer-binary"]
        run([*install, "--disable-pip-version-check", PYARROW, *peer.requirements])
        ready.touch()
    return interpreter


def run(command: list[str]) -> str:
    """What a command prints, run in one thread.

    Raises:
        RuntimeError: it failed, with the end of what it said.
    """
    # One thread each: speeds are given for one core.
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise RuntimeError(f"{' '.join(command[:4])} … failed:\n{tail}")
    return done.stdout


def _digest(pages: pl.DataFrame) -> str:
    digest = hashlib.sha256(EXTRACT.read_bytes())
    for row in pages.iter_rows():
        for value in row:
            digest.update((value or "").encode(errors="surrogatepass"))
            digest.update(b"\x1e")
    return digest.hexdigest()[:16]
