"""A paragraph that was recognised once is not recognised again.

What belongs here: keeping a recognizer's spans by text, across batches and processes. What does not: recognizing.

What is kept stands in files that are written once, named by their content and moved into place whole. So any number of
processes may read and write at once, one that is killed leaves nothing half, and what two have both kept is the same. A
model of another name or version has a directory of its own. Without the files every result is the same, only slower.

Every batch writes a file, so small ones are merged when there are many: a batch that looks for its paragraphs opens few.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from copydesk.recognizers import Recognizer, Span

# 128 bits: at 10^10 paragraphs the chance of any collision is below 10^-18.
KEY_BYTES: Final = 16
# So many small files are merged into one; larger ones stay as they are, so that each row is written few times.
MANY_FILES: Final = 32
SMALL_BYTES: Final = 64 * 2**20
# What is merged at once stays within memory.
MERGED_BYTES: Final = 4 * SMALL_BYTES
_SPAN: Final = pl.Struct(
    {"start": pl.Int32, "end": pl.Int32, "label": pl.String, "score": pl.Float64}
)
SCHEMA: Final = pl.Schema([("key", pl.Binary()), ("spans", pl.List(_SPAN))])


class CachedRecognizer:
    """A recognizer that keeps what it found under `directory`."""

    def __init__(self, recognizer: Recognizer, directory: Path) -> None:
        self._recognizer = recognizer
        self._root = directory

    @property
    def model(self) -> str:
        """Name and version of the recognizer behind."""
        return self._recognizer.model

    @property
    def languages(self) -> frozenset[str]:
        """Those of the recognizer behind."""
        return self._recognizer.languages

    @property
    def directory(self) -> Path:
        """Where this model's spans are kept."""
        return self._root / hashlib.sha256(self.model.encode("utf-8")).hexdigest()[:KEY_BYTES]

    def load(self) -> None:
        """Bring the model into memory."""
        self._recognizer.load()

    def predict(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of each text, in order: kept ones where there are, and what is new is kept."""
        keys = [_key(text) for text in texts]
        known = self._read(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            new = dict(zip(missing, self._recognizer.predict(list(missing.values())), strict=True))
            self._write(_frame(new))
            self._compact()
            known |= new
        return [known[key] for key in keys]

    def _read(self, keys: Sequence[bytes]) -> dict[bytes, list[Span]]:
        wanted = pl.DataFrame({"key": keys}, schema={"key": pl.Binary}).unique()
        found = dict[bytes, list[Span]]()
        for path in sorted(self.directory.glob("*.parquet")):
            rows = _rows(path, wanted)
            if rows is not None:
                for key, spans in rows.iter_rows():
                    found[key] = [Span(**span) for span in spans]
        return found

    def _compact(self) -> None:
        """Merge the small files, if there are many.

        Another process may merge the same ones: then the same file comes out. One that reads a file which is gone
        recognises a few paragraphs again.
        """
        sizes = dict[Path, int]()
        for path in self.directory.glob("*.parquet"):
            with contextlib.suppress(FileNotFoundError):
                sizes[path] = path.stat().st_size
        small = sorted(path for path, size in sizes.items() if size <= SMALL_BYTES)
        if len(small) < MANY_FILES:
            return
        merged, total = dict[Path, pl.DataFrame](), 0
        for path in small:
            total += sizes[path]
            if total > MERGED_BYTES:
                break
            rows = _rows(path)
            if rows is not None:
                merged[path] = rows
        if len(merged) < 2:
            return
        kept = self._write(pl.concat(merged.values()).unique("key", keep="first").sort("key"))
        for path in merged:
            if path != kept:
                path.unlink(missing_ok=True)

    def _write(self, rows: pl.DataFrame) -> Path:
        name = hashlib.sha256(b"".join(rows["key"])).hexdigest()
        path = self.directory / f"{name}.parquet"
        self.directory.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=self.directory)
        os.close(handle)
        try:
            rows.write_parquet(temporary, compression="zstd")
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
        return path


def _rows(path: Path, wanted: pl.DataFrame | None = None) -> pl.DataFrame | None:
    """The rows of a file, those with a `wanted` key only if there is such; None if it cannot be read, and it is gone then."""
    try:
        rows = pl.scan_parquet(path)
        if wanted is not None:
            rows = rows.join(wanted.lazy(), on="key", how="semi")
        return rows.collect().cast(SCHEMA)
    except (OSError, pl.exceptions.PolarsError):
        path.unlink(missing_ok=True)  # not ours, or damaged: it is only a shortcut
        return None


def _frame(new: Mapping[bytes, Sequence[Span]]) -> pl.DataFrame:
    rows = [
        (
            key,
            [
                {"start": each.start, "end": each.end, "label": each.label, "score": each.score}
                for each in spans
            ],
        )
        for key, spans in sorted(new.items())
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:KEY_BYTES]
