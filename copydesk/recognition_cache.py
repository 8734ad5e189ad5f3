"""A paragraph that was recognised once is not recognised again.

What belongs here: keeping a recognizer's spans by text, across batches and processes. What does not: recognizing.

What is kept stands in files that are written once, named by their content and moved into place whole. So any number of
processes may read and write at once, one that is killed leaves nothing half, and what two have both kept is the same. A
model of another name or version has a directory of its own. Without the files every result is the same, only slower.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from copydesk.recognizers import Recognizer, Span

# 128 bits: at 10^10 paragraphs the chance of any collision is below 10^-18.
KEY_BYTES: Final = 16
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
            self._write(new)
            known |= new
        return [known[key] for key in keys]

    def _read(self, keys: Sequence[bytes]) -> dict[bytes, list[Span]]:
        wanted = pl.DataFrame({"key": keys}, schema={"key": pl.Binary}).unique()
        found = dict[bytes, list[Span]]()
        for path in sorted(self.directory.glob("*.parquet")):
            try:
                rows = pl.scan_parquet(path).join(wanted.lazy(), on="key", how="semi").collect()
                kept = rows.cast(SCHEMA).iter_rows()
            except (OSError, pl.exceptions.PolarsError):
                path.unlink(missing_ok=True)  # not ours, or damaged: it is only a shortcut
                continue
            for key, spans in kept:
                found[key] = [Span(**span) for span in spans]
        return found

    def _write(self, new: dict[bytes, list[Span]]) -> None:
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
        frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
        name = hashlib.sha256(b"".join(key for key, _ in rows)).hexdigest()
        self.directory.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=self.directory)
        os.close(handle)
        try:
            frame.write_parquet(temporary, compression="zstd")
            Path(temporary).replace(self.directory / f"{name}.parquet")
        finally:
            Path(temporary).unlink(missing_ok=True)


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:KEY_BYTES]
