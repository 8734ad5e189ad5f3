"""What the search for articles that repeat others reads and keeps in the warehouse.

What belongs here: the stored articles as the search asks for them, what its tasks leave for each other, and what is known
for the next time. What does not: the search (copydesk), making fingerprints (derived.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from assets.derived import LAYER, PARSED, Paths, code_stamp, forget_others
from assets.warehouse import RAW_ROW_GROUP, Warehouse
from copydesk.duplicate_corpus import Scratch
from copydesk.duplicates import Links
from copydesk.home import Home

# What is named here decides what comes out.
CODE: Final = (
    "fingerprints.py",
    "candidates.py",
    "comparisons.py",
    "duplicates.py",
)
SCRATCH: Final = "repeats"
_STAMP_DIGITS: Final = 20
_LINKS: Final = "corpus/links.json"


@dataclass(frozen=True, slots=True)
class StoredCorpus:
    """All articles, as `copydesk.duplicates` asks for them, wherever it does.

    Attributes:
        home: whose articles.
        paths: the file of fingerprints of each batch.
        stamp: names everything that the search depends on.
    """

    home: Home
    paths: Paths
    stamp: str

    def batches(self) -> Sequence[str]:
        """The batches' names."""
        return list(self.paths)

    def fingerprints(self, batch: str, columns: Sequence[str]) -> pl.DataFrame:
        """Some columns of a batch's fingerprints."""
        return Warehouse.at(self.home).load(self.paths[batch], columns)

    def bodies(self, batch: str, article_ids: pl.Series) -> pl.DataFrame:
        """`article_id`, `body` of some of a batch's articles."""
        return (
            Warehouse.at(self.home)
            .scan(PARSED, "articles", [batch])
            .select("article_id", "body")
            .filter(pl.col("article_id").is_in(article_ids.implode()))
            .collect()
        )

    def scratch(self) -> Scratch:
        """Where tasks leave frames for each other."""
        return StoredScratch(self.home, self.stamp)


@dataclass(frozen=True, slots=True)
class StoredScratch:
    """Frames under names that say what they were made from, so that those of a run that was killed serve the next one."""

    home: Home
    stamp: str

    def has(self, name: str) -> bool:
        """Whether a frame is there."""
        return Warehouse.at(self.home).store.find(self._path(name)) is not None

    def write(self, name: str, frame: pl.DataFrame, rows: int | None = None) -> None:
        """Leave a frame; `rows` of it are read at a time, where a reader's condition tells which."""
        Warehouse.at(self.home).write(self._path(name), frame, rows=rows or RAW_ROW_GROUP)

    def scan(self, name: str) -> pl.LazyFrame:
        """A frame that is there, lazily."""
        return Warehouse.at(self.home).lazy(self._path(name))

    def clear(self) -> None:
        """Remove all frames, and those that other runs left."""
        Warehouse.at(self.home).store.remove(f"{LAYER}/{SCRATCH}")

    def _path(self, name: str) -> str:
        return f"{LAYER}/{SCRATCH}/{self.stamp}-{name}.parquet"


class KnownLinks:
    """What is known of the articles whose fingerprints were looked at before, and what came of it."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        try:
            self._noted: dict[str, Any] = json.loads(warehouse.store.read(_LINKS))
        except (FileNotFoundError, ValueError):
            self._noted = {}

    def holds(self, paths: Paths, left_out: pl.DataFrame) -> bool:
        """Whether just these articles were looked at."""
        return bool(self._noted.get("made_from") == _made_from(paths, left_out))

    def stamp(self, paths: Paths, left_out: pl.DataFrame) -> str:
        """A name for these articles and for what is known."""
        known = self._noted.get("made_from", "")
        stamp = hashlib.sha256(f"{_made_from(paths, left_out)} {known}".encode())
        return stamp.hexdigest()[:_STAMP_DIGITS]

    def load(self, paths: Paths) -> Links:
        """What is known; nothing where an article is no longer what it was, or the rules are not."""
        usable = self._noted.get("code") == code_stamp(CODE)
        if not usable or not set(self._noted["fingerprints"]) <= set(paths.values()):
            return Links.none()
        return Links(*(self._warehouse.load(self._noted[name]) for name in ("texts", "pairs")))

    def keep(self, paths: Paths, left_out: pl.DataFrame, links: Links) -> None:
        """Remember what is known now."""
        made_from = _made_from(paths, left_out)
        noted = {
            "made_from": made_from,
            "code": code_stamp(CODE),
            "fingerprints": list(paths.values()),
            "texts": f"{LAYER}/links/texts-{made_from[:_STAMP_DIGITS]}.parquet",
            "pairs": f"{LAYER}/links/pairs-{made_from[:_STAMP_DIGITS]}.parquet",
        }
        self._warehouse.write(noted["texts"], links.texts)
        self._warehouse.write(noted["pairs"], links.pairs)
        # Last, so that it names what is there; what it named before goes after it.
        self._warehouse.store.replace(_LINKS, json.dumps(noted).encode())
        forget_others(self._warehouse, "links", [noted["texts"], noted["pairs"]])


def _made_from(paths: Paths, left_out: pl.DataFrame) -> str:
    parts = [code_stamp(CODE), *sorted(paths.values()), left_out.write_csv()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
