"""Peak memory of reading large files: `python -m benchmarks.large_files --megabytes 400`.

What belongs here: files of any size in each container format, made of numbered nonsense, and the peak memory of
discovering and reading them batch by batch, each in a process of its own; from a disk, or from an object store
(`--store s3://bucket/prefix`).

Memory is bounded by a batch, so it must not grow with the file. A file of a tenth of the size is measured first: the
second figure may be larger by no more than `ALLOWED_GROWTH`.
"""

from __future__ import annotations

import gzip
import io
import json
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import IO, Annotated, Final, cast

import typer
import zstandard

from copydesk.stores import open_store

FORMATS: Final = ("jsonl", "jsonl.gz", "jsonl.zst", "parquet", "warc", "warc.gz", "warc.wet.gz", "tar", "tar.gz", "zip")  # fmt: skip
WORDS: Final = tuple(f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "dlmnrst")
DOCUMENT_BYTES: Final = 5_000
# Allocators keep what they had; what counts is that ten times the file is not ten times the memory.
ALLOWED_GROWTH: Final = 1.35


def texts(megabytes: float) -> Iterator[str]:
    """Documents of about `DOCUMENT_BYTES` that come to `megabytes`."""
    random = Random(11)
    for number in range(int(megabytes * 1e6 / DOCUMENT_BYTES)):
        words = " ".join(random.choices(WORDS, k=DOCUMENT_BYTES // 4))
        yield f"Report number {number}\n\n{words[: DOCUMENT_BYTES - 30]}."


def write(path: Path, megabytes: float) -> None:
    """A file of `megabytes` of text in the format that its name says."""
    suffix = path.name.partition(".")[2]
    if suffix == "parquet":
        _write_parquet(path, megabytes)
    elif suffix.startswith("tar"):
        with tarfile.open(path, "w:gz" if suffix.endswith("gz") else "w") as archive:
            for number, text in enumerate(texts(megabytes)):
                info = tarfile.TarInfo(f"{number}.txt")
                info.size = len(text.encode())
                archive.addfile(info, io.BytesIO(text.encode()))
                # Or it remembers every member.
                archive.members.clear()
    elif suffix == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped:
            for number, text in enumerate(texts(megabytes)):
                zipped.writestr(f"{number}.txt", text)
    elif suffix.startswith("warc"):
        make = _extract if "wet" in suffix else _record
        with path.open("wb") as stream:
            for number, text in enumerate(texts(megabytes)):
                record = make(number, text)
                stream.write(gzip.compress(record, 1) if suffix.endswith("gz") else record)
    else:
        with _writer(path) as stream:
            for text in texts(megabytes):
                stream.write(json.dumps({"text": text}).encode() + b"\n")


def _writer(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "wb", compresslevel=1))
    return zstandard.open(path, "wb") if path.suffix == ".zst" else path.open("wb")


def _write_parquet(path: Path, megabytes: float) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("text", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        rows = list[str]()
        for text in texts(megabytes):
            rows.append(text)
            if len(rows) == 1_000:
                writer.write_table(pa.table({"text": rows}, schema))
                rows.clear()
        writer.write_table(pa.table({"text": rows}, schema))


def _record(number: int, text: str) -> bytes:
    body = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n{text}".encode()
    return (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/%d\r\n"
        b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n"
        % (number, len(body), body)
    )


def _extract(number: int, text: str) -> bytes:
    body = text.encode()
    return (
        b"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://example.org/%d\r\n"
        b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n"
        % (number, len(body), body)
    )


def read(path: str, batch_bytes: int) -> dict[str, float]:
    """Discover and read a path or address in this process; documents, batches, seconds and this process's peak in MB."""
    from copydesk import sources
    from copydesk.home import Home
    from copydesk.reading import read_batch

    sources.MAX_BATCH_BYTES = batch_bytes  # type: ignore[misc]
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as directory:
        batches = sources.discover(Home(Path(directory)).create(), [path]).batches
        found = time.perf_counter()
        documents = sum(read_batch(batch).height for batch in batches)
    return {
        "documents": documents,
        "batches": len(batches),
        "discovery_seconds": found - started,
        "reading_seconds": time.perf_counter() - found,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measure(
    suffix: str, megabytes: float, batch_bytes: int, store: str | None = None
) -> dict[str, float]:
    """The same in a process of its own, over a file made for it, or an object made of it."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / f"large.{suffix}"
        write(path, megabytes)
        place = str(path)
        if store is not None:
            place = f"{store}/{megabytes:g}.{suffix}"
            open_store(store).add(path, f"{megabytes:g}.{suffix}")
        command = [sys.executable, "-m", "benchmarks.large_files", "--read", place]
        answer = subprocess.run(
            [*command, "--batch-bytes", str(batch_bytes)],
            check=True,
            capture_output=True,
            cwd=Path(__file__).parents[1],
        )
    figures: dict[str, float] = json.loads(answer.stdout)
    return figures


def main(
    megabytes: Annotated[float, typer.Option(help="Size of each file, decompressed.")] = 400,
    batch_bytes: Annotated[int, typer.Option(help="Most bytes of a batch.")] = 16 * 1024**2,
    only: Annotated[list[str] | None, typer.Option(help="Only these formats.")] = None,
    store: Annotated[
        str | None, typer.Option(help="Put the files there first, and read them from there.")
    ] = None,
    read_file: Annotated[str | None, typer.Option("--read", hidden=True)] = None,
) -> None:
    """Show that the memory which reading takes does not grow with a file's size."""
    if read_file is not None:
        print(json.dumps(read(read_file, batch_bytes)))
        return
    failed = False
    print(f"{'format':11} {'documents':>10} {'batches':>8} {'discovery':>10} {'reading':>9} {'peak':>8} {'of a tenth':>11}")  # fmt: skip
    for suffix in only or FORMATS:
        small = measure(suffix, megabytes / 10, batch_bytes, store)
        large = measure(suffix, megabytes, batch_bytes, store)
        growth = large["peak"] / small["peak"]
        failed |= growth > ALLOWED_GROWTH
        print(
            f"{suffix:11} {large['documents']:10,.0f} {large['batches']:8,.0f}"
            f" {megabytes / large['discovery_seconds']:5.0f} MB/s {megabytes / large['reading_seconds']:4.0f} MB/s"
            f" {large['peak']:5.0f} MB {small['peak']:8.0f} MB"
        )
    if failed:
        raise SystemExit(f"memory grew by more than {ALLOWED_GROWTH - 1:.0%}")


if __name__ == "__main__":
    typer.run(main)
