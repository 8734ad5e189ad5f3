"""Where assets are kept between steps, and the model they share.

What belongs here: paths by layer, name and batch, reading and atomically writing Parquet files, and
loading the recognizer once. What does not: what the files hold.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
import polars as pl

import copydesk
from assets.pending import NO_RECOGNIZER
from copydesk import manifests, sources
from copydesk.digests import Digests
from copydesk.home import Home
from copydesk.storage import write_table_file
from copydesk.tables import SCHEMA_VERSION, TABLES, Table

if TYPE_CHECKING:
    from copydesk.recognizers import Recognizer

COMPRESSION_LEVEL: Final = 3
# Raw texts are wide: small groups keep what is read at once small.
RAW_ROW_GROUP: Final = 8_192

# The last files a batch's processing writes: with all of them, the batch is whole.
LAST_OF_BATCH: Final = ("mentions", "quotes", "time_expressions", "recognizers")
# Tables that are built over all batches; the others keep a file per batch.
CORPUS_TABLES: Final = frozenset({"entities", "publishers"})
ALL_BATCHES: Final = "all"
# Names a directory with a recognizer of one's own, or none at all.
RECOGNIZER_VARIABLE: Final = "COPYDESK_RECOGNIZER"
# When one of these changes, what they settled before is settled again.
SETTLING_CODE: Final = (
    Path(__file__).with_name("settling.py"),
    *(Path(*copydesk.__path__) / name for name in ("storage.py", "tables.py", "takedowns.py")),
)


class Warehouse(dg.ConfigurableResource):
    """The home's warehouse. An empty `home` is COPYDESK_HOME, else ./data, at the time of use."""

    home: str = ""

    @property
    def place(self) -> Home:
        """The home, resolved."""
        return Home.resolve(Path(self.home) if self.home else None)

    @property
    def root(self) -> Path:
        """The warehouse's directory."""
        return self.place.warehouse

    def batches(self) -> list[str]:
        """Every known batch, in a stable order."""
        return sources.list_batch_ids(self.place)

    def whole_batches(self) -> list[str]:
        """Batches whose processing has finished."""
        return [
            batch_id
            for batch_id in self.batches()
            if all(self.batch_path("parsed", name, batch_id).exists() for name in LAST_OF_BATCH)
        ]

    def batch_path(self, layer: str, name: str, batch_id: str) -> Path:
        """The file of one batch."""
        return self.root / layer / name / f"{batch_id}.parquet"

    def corpus_path(self, name: str) -> Path:
        """The file of an intermediate over all batches."""
        return self.root / "corpus" / f"{name}.parquet"

    def read(
        self, layer: str, name: str, batch_id: str, columns: list[str] | None = None
    ) -> pl.DataFrame:
        """One batch's frame, or some of its columns."""
        return pl.read_parquet(self.batch_path(layer, name, batch_id), columns=columns)

    def scan(self, layer: str, name: str, batch_ids: Sequence[str]) -> pl.LazyFrame:
        """The frames of several batches, lazily; for none, an empty one of the published table."""
        if not batch_ids:
            return TABLES[name].empty().lazy()
        return pl.scan_parquet([self.batch_path(layer, name, each) for each in batch_ids])

    def corpus_base(self) -> int | None:
        """The release that was the newest when the corpus was last looked at; 0 for none.

        None when nobody looked, or that release is gone.
        """
        path = self.root / "corpus" / "base"
        if not path.exists():
            return None
        base = int(path.read_text("utf-8"))
        return base if base in {0, *manifests.list_releases(self.place.published)} else None

    def remember_base(self) -> manifests.Manifest | None:
        """Note the newest release as the one the corpus is computed after; returns it."""
        newest = manifests.read_head(self.place.published)
        with replacing(self.root / "corpus" / "base") as temporary:
            temporary.write_text(str(newest.release if newest else 0), encoding="utf-8")
        return newest

    def table_files(self) -> dict[str, list[Path]]:
        """The files of every published table, in a stable order."""
        return {name: sorted((self.root / "tables" / name).glob("*.parquet")) for name in TABLES}

    def write(self, path: Path, frame: pl.DataFrame, table: Table | None = None) -> None:
        """Write `frame` whole or not at all; in `table`'s schema and order when one is named.

        Raises:
            ValueError: the frame does not fit the table.
        """
        if table is not None:
            write_table_file(frame, table, path)
            return
        with replacing(path) as temporary:
            frame.write_parquet(
                temporary,
                compression="zstd",
                compression_level=COMPRESSION_LEVEL,
                row_group_size=RAW_ROW_GROUP,
            )

    def share(self, source: Path, target: Path) -> None:
        """Make `target` the same file as `source` by a hard link: no bytes are copied."""
        if target.exists() and target.samefile(source):
            return
        with replacing(target) as temporary:
            temporary.unlink(missing_ok=True)
            os.link(source, temporary)

    def keep_only(self, name: str, keys: Sequence[str]) -> None:
        """Remove files of published table `name` other than those of `keys`."""
        wanted = {f"{key}.parquet" for key in keys}
        for path in (self.root / "tables" / name).glob("*.parquet"):
            if path.name not in wanted:
                path.unlink()

    def digest(self, path: Path) -> str:
        """The SHA-256 of a file of the warehouse; not read again while the file is the same."""
        return self.digests().sha256(path)

    def digests(self) -> Digests:
        """The digests of the warehouse's files."""
        return _load_digests(self.root / "digests.json")

    def stamp(self, sources: Sequence[Path], *frames: pl.DataFrame) -> str:
        """A name for everything that a settled file is made from, the code that does it included."""
        total = hashlib.sha256(SCHEMA_VERSION.encode())
        for source in (*sources, *SETTLING_CODE):
            total.update(self.digest(source).encode())
        for frame in frames:
            total.update(frame.write_csv().encode())
        return total.hexdigest()

    def is_settled(self, name: str, batch_id: str, stamp: str) -> bool:
        """Whether a table's file of a batch was made from what `stamp` names."""
        kept = self._stamp_path(name, batch_id)
        target = self.batch_path("tables", name, batch_id)
        return kept.exists() and target.exists() and kept.read_text("utf-8") == stamp

    def mark_settled(self, name: str, batch_id: str, stamp: str) -> None:
        """Remember what a table's file of a batch was made from."""
        with replacing(self._stamp_path(name, batch_id)) as temporary:
            temporary.write_text(stamp, encoding="utf-8")

    def _stamp_path(self, name: str, batch_id: str) -> Path:
        return self.root / "stamps" / name / batch_id

    def outcomes_path(self, tables: Mapping[str, Sequence[Path]]) -> Path:
        """Where the checks' outcomes for exactly these bytes are kept."""
        return self.root / "checks" / f"{fingerprint(tables, self.digests())}.json"

    def read_outcomes(self, tables: Mapping[str, Sequence[Path]]) -> list[dict[str, Any]] | None:
        """The checks' outcomes for exactly these bytes; None when they were never checked."""
        path = self.outcomes_path(tables)
        if not path.exists():
            return None
        outcomes: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
        return outcomes

    def write_outcomes(
        self, tables: Mapping[str, Sequence[Path]], outcomes: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Keep the checks' outcomes for exactly these files; returns them as JSON has them."""
        text = json.dumps(list(outcomes), default=str, ensure_ascii=False, indent=1)
        with replacing(self.outcomes_path(tables)) as temporary:
            temporary.write_text(text, encoding="utf-8")
        kept: list[dict[str, Any]] = json.loads(text)
        return kept


class Recognition(dg.ConfigurableResource):
    """Holds the model that reads mentions; it is loaded when a paragraph is new, once per process.

    `model` is a directory with a token classifier in ONNX, or `none`: then no article is read, and mentions, quotes and
    time expressions are empty. Empty: COPYDESK_RECOGNIZER at the time of use, else spaCy's small English model. An empty
    `home` is COPYDESK_HOME, else ./data.
    """

    model: str = ""
    home: str = ""

    @property
    def chosen(self) -> str:
        """The setting: a directory, `none`, or empty for the default model."""
        return self.model or os.environ.get(RECOGNIZER_VARIABLE, "")

    def recognizer(self) -> Recognizer | None:
        """The model, keeping in the warehouse what it found; None if nothing is to be read."""
        if self.chosen == NO_RECOGNIZER:
            return None
        place = Home.resolve(Path(self.home) if self.home else None)
        return _load_recognizer(self.chosen, place.warehouse / "recognised")

    @property
    def name(self) -> str:
        """The model's name and version; empty if nothing is to be read."""
        recognizer = self.recognizer()
        return "" if recognizer is None else recognizer.model


@lru_cache(maxsize=4)
def _load_recognizer(model: str, cache: Path) -> Recognizer:
    from copydesk import recognition  # spaCy takes seconds to import

    return recognition.load_recognizer(Path(model) if model else None, cache)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary name beside `path` that takes its place when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".tmp", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@lru_cache(maxsize=8)
def _load_digests(path: Path) -> Digests:
    return Digests(path)


def fingerprint(tables: Mapping[str, Sequence[Path]], digests: Digests) -> str:
    """The SHA-256 over the names and the bytes of every table's files."""
    total = hashlib.sha256()
    for name in sorted(tables):
        for path in sorted(tables[name]):
            total.update(f"{name}/{path.name}:{digests.sha256(path)}\n".encode())
    return total.hexdigest()
