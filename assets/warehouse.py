"""Where assets are kept between steps, and the model they share.

What belongs here: names by layer, table and batch, reading and atomically writing Parquet files wherever the
warehouse lies, and loading the recognizer once. What does not: what the files hold.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
import polars as pl

import copydesk
from assets.pending import NO_RECOGNIZER
from copydesk import annotation, manifests, sources
from copydesk.addresses import Place, below
from copydesk.digests import Digests
from copydesk.home import Home
from copydesk.storage import sha256_of, write_table_file
from copydesk.stores import Source, Store, Stored, StoreFile, open_store
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
# Layers whose files have the columns of the published table of their name.
LAYERS_OF_TABLES: Final = frozenset({"parsed", "tables"})
# Names a directory with a recognizer of one's own, or none at all.
RECOGNIZER_VARIABLE: Final = "COPYDESK_RECOGNIZER"
SHARE_VARIABLE: Final = "COPYDESK_ANNOTATE_SHARE"
# When one of these changes, what they settled before is settled again.
SETTLING_CODE: Final = (
    Path(__file__).with_name("settling.py"),
    *(
        Path(*copydesk.__path__) / name
        for name in (
            "body.py",
            "cuts.py",
            "entities.py",
            "linking.py",
            "places.py",
            "storage.py",
            "tables.py",
            "takedowns.py",
            "territories.py",
        )
    ),
)
# What a run that is killed has settled since is settled again.
SECONDS_BETWEEN_SAVES: Final = 10.0
_BASE: Final = "corpus/base"


class Warehouse(dg.ConfigurableResource):
    """The home and its warehouse. What is empty is what the environment says at the time of use.

    Attributes:
        home: the home's directory (COPYDESK_HOME, else ./data).
        inbox: another place for the inbox, a directory or `s3://bucket/prefix` (COPYDESK_INBOX).
        warehouse: the same for the warehouse (COPYDESK_WAREHOUSE).
        published: the same for the releases (COPYDESK_PUBLISHED).
    """

    home: str = ""
    inbox: str = ""
    warehouse: str = ""
    published: str = ""

    @classmethod
    def at(cls, home: Home) -> Warehouse:
        """The warehouse of a home, wherever its places are: for a worker, whose environment may be another."""
        return cls(
            home=str(home.root),
            inbox=str(home.inbox),
            warehouse=str(home.warehouse),
            published=str(home.published),
        )

    @property
    def place(self) -> Home:
        """The home, resolved."""
        return Home.resolve(
            Path(self.home) if self.home else None,
            inbox=self.inbox,
            warehouse=self.warehouse,
            published=self.published,
        )

    @property
    def store(self) -> Store:
        """The warehouse's files. All names are relative to it."""
        return open_store(self.place.warehouse)

    def batches(self) -> list[str]:
        """Every known batch, in a stable order."""
        return sources.list_batch_ids(self.place)

    def whole_batches(self) -> list[str]:
        """Batches whose processing has finished."""
        finished = [self.listing("parsed", name).keys() for name in LAST_OF_BATCH]
        return [each for each in self.batches() if all(each in names for names in finished)]

    def batch_path(self, layer: str, name: str, batch_id: str) -> str:
        """The name of one batch's file."""
        return f"{layer}/{name}/{batch_id}.parquet"

    def corpus_path(self, name: str) -> str:
        """The name of an intermediate over all batches."""
        return f"corpus/{name}.parquet"

    def location(self, path: str) -> Place:
        """Where a file is, for people."""
        return below(self.place.warehouse, path)

    def listing(self, layer: str, name: str) -> dict[str, Stored]:
        """The files of a layer's table by batch, in order."""
        return {
            stored.name.removesuffix(".parquet"): stored
            for stored in self.store.list(f"{layer}/{name}")
            if stored.name.endswith(".parquet") and not stored.name.startswith(".")
        }

    def load(self, path: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """A file's frame, or some of its columns."""
        lazy = self.lazy(path)
        return (lazy if columns is None else lazy.select(columns)).collect()

    def lazy(self, *paths: str) -> pl.LazyFrame:
        """The frames of several files, lazily."""
        store = self.store
        return pl.scan_parquet([store.reading(path) for path in paths], **store.polars_options)

    def read(
        self, layer: str, name: str, batch_id: str, columns: list[str] | None = None
    ) -> pl.DataFrame:
        """One batch's frame, or some of its columns."""
        lazy = self.scan(layer, name, [batch_id])
        return (lazy if columns is None else lazy.select(columns)).collect()

    def scan(self, layer: str, name: str, batch_ids: Sequence[str]) -> pl.LazyFrame:
        """The frames of several batches, lazily; for none, an empty one of the published table.

        Columns that a table has got since a file was written are null in it, and those that were widened are wide.
        """
        if not batch_ids:
            return TABLES[name].empty().lazy()
        paths = [self.batch_path(layer, name, each) for each in batch_ids]
        if layer not in LAYERS_OF_TABLES or name not in TABLES:
            return self.lazy(*paths)
        return self.lazy_table(name, *paths)

    def lazy_table(self, name: str, *paths: str) -> pl.LazyFrame:
        """The rows that several files have of a published table, in its columns of today, lazily (see `scan`)."""
        store = self.store
        return pl.scan_parquet(
            [store.reading(path) for path in paths],
            schema=TABLES[name].polars_schema,
            missing_columns="insert",
            cast_options=pl.ScanCastOptions(integer_cast="upcast", float_cast="upcast"),
            **store.polars_options,
        )

    def is_current(self, layer: str, name: str, batch_id: str) -> bool:
        """Whether a batch's file has the columns that its table has today."""
        found = self.lazy(self.batch_path(layer, name, batch_id)).collect_schema()
        return found == TABLES[name].polars_schema

    def corpus_base(self) -> int | None:
        """The release that was the newest when the corpus was last looked at; 0 for none.

        None when nobody looked, or that release is gone.
        """
        try:
            base = int(self.store.read(_BASE))
        except FileNotFoundError:
            return None
        return base if base in {0, *manifests.list_releases(self.place.published)} else None

    def remember_base(self) -> manifests.Manifest | None:
        """Note the newest release as the one the corpus is computed after; returns it."""
        newest = manifests.read_head(self.place.published)
        self.store.replace(_BASE, str(newest.release if newest else 0).encode())
        return newest

    def table_files(self) -> dict[str, list[StoreFile]]:
        """The files of every published table, in a stable order."""
        store = self.store
        return {
            name: [StoreFile(store, stored) for stored in self.listing("tables", name).values()]
            for name in TABLES
        }

    def write(
        self,
        path: str,
        frame: pl.DataFrame,
        table: Table | None = None,
        rows: int = RAW_ROW_GROUP,
    ) -> None:
        """Write `frame` whole or not at all; in `table`'s schema and order when one is named, else in groups of so many rows.

        Raises:
            ValueError: the frame does not fit the table.
        """
        with self.store.writing(path) as local:
            if table is not None:
                write_table_file(frame, table, local)
            else:
                frame.write_parquet(
                    local,
                    compression="zstd",
                    compression_level=COMPRESSION_LEVEL,
                    row_group_size=rows,
                )

    def keep_only(self, name: str, keys: Sequence[str]) -> None:
        """Remove files of published table `name` other than those of `keys`."""
        wanted = set(keys)
        for key, stored in self.listing("tables", name).items():
            if key not in wanted:
                self.store.remove(stored.path)

    def stored(self, path: str) -> Stored:
        """What the store knows of a file.

        Raises:
            FileNotFoundError: there is no such file.
        """
        stored = self.store.find(path)
        if stored is None:
            raise FileNotFoundError(f"there is no file {self.location(path)}")
        return stored

    def digest(self, path: str) -> str:
        """The SHA-256 of a file; it is not read again while it is the same.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return self.digests().sha256(StoreFile(self.store, self.stored(path)))

    def digests(self) -> Digests:
        """The digests of the warehouse's files; they are not read again while they are the same."""
        return _load_digests(self.store)

    def stamp(self, sources: Sequence[Stored], *frames: pl.DataFrame) -> str:
        """A name for everything that a settled file is made from, the code that does it included."""
        total = hashlib.sha256(SCHEMA_VERSION.encode() + _settling_code().encode())
        for source in sources:
            total.update(self.digests().sha256(StoreFile(self.store, source)).encode())
        for frame in frames:
            total.update(frame.write_csv().encode())
        return total.hexdigest()

    @contextmanager
    def settling(self, name: str) -> Iterator[Settled]:
        """What a published table's files were made from, to be looked up and noted meanwhile."""
        settled = Settled(self, name)
        try:
            yield settled
        finally:
            settled.save()

    @property
    def candidate(self) -> Path:
        """The database of what was checked last, with the rows that failed."""
        return self.place.local / "checks" / "candidate.duckdb"

    def files(self, layer: str, name: str, batch_ids: Sequence[str]) -> list[StoreFile]:
        """The files of several batches."""
        store, listed = self.store, self.listing(layer, name)
        return [StoreFile(store, listed[each]) for each in batch_ids]

    def outcomes_path(self, tables: Mapping[str, Sequence[Source]]) -> str:
        """Where the checks' outcomes for exactly these bytes are kept."""
        return f"checks/{fingerprint(tables, self.digests())}.json"

    def read_outcomes(self, tables: Mapping[str, Sequence[Source]]) -> list[dict[str, Any]] | None:
        """The checks' outcomes for exactly these bytes; None when they were never checked."""
        try:
            content = self.store.read(self.outcomes_path(tables))
        except FileNotFoundError:
            return None
        outcomes: list[dict[str, Any]] = json.loads(content)
        return outcomes

    def write_outcomes(
        self, tables: Mapping[str, Sequence[Source]], outcomes: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Keep the checks' outcomes for exactly these files; returns them as JSON has them."""
        text = json.dumps(list(outcomes), default=str, ensure_ascii=False, indent=1)
        self.store.replace(self.outcomes_path(tables), text.encode())
        kept: list[dict[str, Any]] = json.loads(text)
        return kept


class Settled:
    """What the files of a published table were made from, by batch.

    A file counts only while it is the very one that was noted: a run that is killed between a file and its note
    leaves a file that nobody vouches for.
    """

    def __init__(self, warehouse: Warehouse, name: str) -> None:
        self._warehouse = warehouse
        self._name = name
        self._path = f"stamps/{name}.json"
        self._kept = self._read()
        self._saved_at = time.monotonic()
        files = warehouse.listing("tables", name)
        self._noted = {
            batch_id: each
            for batch_id, each in self._kept.items()
            if batch_id in files and each["file"] == files[batch_id].version
        }

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            known: dict[str, dict[str, str]] = json.loads(self._warehouse.store.read(self._path))
        except (FileNotFoundError, ValueError):
            return {}
        return known

    def holds(self, batch_id: str, stamp: str) -> bool:
        """Whether a batch's file was made from what `stamp` names."""
        return batch_id in self._noted and self._noted[batch_id]["stamp"] == stamp

    def write(self, batch_id: str, stamp: str, frame: pl.DataFrame) -> None:
        """Write a batch's file, made from what `stamp` names."""
        path = self._warehouse.batch_path("tables", self._name, batch_id)
        # A file that is shared is replaced, not written into.
        self._warehouse.write(path, frame, TABLES[self._name])
        self.note(batch_id, stamp)

    def note(self, batch_id: str, stamp: str) -> None:
        """Note that a batch's file, which is there now, was made from what `stamp` names."""
        stored = self._warehouse.stored(self._warehouse.batch_path("tables", self._name, batch_id))
        self._noted[batch_id] = {"stamp": stamp, "file": stored.version}
        if time.monotonic() - self._saved_at >= SECONDS_BETWEEN_SAVES:
            self.save()

    def save(self) -> None:
        """Write down what is noted, for the next run."""
        if self._noted != self._kept:
            self._warehouse.store.replace(self._path, json.dumps(self._noted).encode())
            self._kept = dict(self._noted)
        self._saved_at = time.monotonic()


class Recognition(dg.ConfigurableResource):
    """Holds the model that reads mentions; it is loaded when a paragraph is new, once per process.

    `model` is a directory with a token classifier in ONNX, or `none`: then no article is read, and mentions, quotes and
    time expressions are empty. Empty: COPYDESK_RECOGNIZER at the time of use, else spaCy's small English model. `share`, from 0
    to 1, is how many of the documents are read, always the same ones (see annotation.in_sample); None:
    COPYDESK_ANNOTATE_SHARE, else all. An empty `home` is COPYDESK_HOME, else ./data.
    """

    model: str = ""
    share: float | None = None
    home: str = ""

    @property
    def chosen(self) -> str:
        """The setting: a directory, `none`, or empty for the default model."""
        return self.model or os.environ.get(RECOGNIZER_VARIABLE, "")

    @property
    def chosen_share(self) -> float:
        """The setting.

        Raises:
            ValueError: it is no number from 0 to 1.
        """
        share = self.share
        if share is None:
            share = float(os.environ.get(SHARE_VARIABLE, "") or annotation.ALL)
        if not 0 <= share <= annotation.ALL:
            raise ValueError(f"a share of the documents is from 0 to 1, not {share}")
        return share

    def recognizer(self) -> Recognizer | None:
        """The model, keeping in the warehouse what it found; None if nothing is to be read."""
        if self.chosen == NO_RECOGNIZER:
            return None
        place = Home.resolve(Path(self.home) if self.home else None)
        return _load_recognizer(self.chosen, place.local / "recognised")

    @property
    def name(self) -> str:
        """The model's name and version, and the share if it is not all; empty if nothing is to be read."""
        recognizer = self.recognizer()
        if recognizer is None:
            return ""
        share = self.chosen_share
        return recognizer.model if share >= annotation.ALL else f"{recognizer.model} {share}"


@lru_cache(maxsize=4)
def _load_recognizer(model: str, cache: Path) -> Recognizer:
    from copydesk import recognition  # spaCy takes seconds to import

    return recognition.load_recognizer(Path(model) if model else None, cache)


@cache
def _settling_code() -> str:
    return "".join(map(sha256_of, SETTLING_CODE))


@lru_cache(maxsize=8)
def _load_digests(store: Store) -> Digests:
    return Digests(store)


def fingerprint(tables: Mapping[str, Sequence[Source]], digests: Digests) -> str:
    """The SHA-256 over the names and the bytes of every table's files."""
    total = hashlib.sha256()
    for name in sorted(tables):
        for file in sorted(tables[name], key=lambda each: each.name):
            total.update(f"{name}/{file.name}:{digests.sha256(file)}\n".encode())
    return total.hexdigest()
