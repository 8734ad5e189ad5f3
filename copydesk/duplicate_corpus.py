"""What the search for duplicates reads, and where its tasks leave frames for each other.

What belongs here: the interface of a corpus and of its scratch, and both in memory. What does not: both in a warehouse
(assets), what is looked for (duplicates.py, candidates.py, comparisons.py).

A task may run in another process, on another machine. It takes a corpus and a scratch along, so both can be pickled, all but
those in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import polars as pl

from copydesk import fingerprints


class Scratch(Protocol):
    """Frames that tasks leave for each other. A name stands for one content: what is there need not be made again."""

    def has(self, name: str) -> bool:
        """Whether a frame is there."""

    def write(self, name: str, frame: pl.DataFrame, rows: int | None = None) -> None:
        """Leave a frame; `rows` of it are read at a time, where a reader's condition tells which."""

    def scan(self, name: str) -> pl.LazyFrame:
        """A frame that is there, lazily."""

    def clear(self) -> None:
        """Remove all frames, and those that other runs left."""


class Corpus(Protocol):
    """The articles, batch by batch."""

    def batches(self) -> Sequence[str]:
        """The batches' names."""

    def fingerprints(self, batch: str, columns: Sequence[str]) -> pl.DataFrame:
        """Some columns of a batch's fingerprints."""

    def bodies(self, batch: str, article_ids: pl.Series) -> pl.DataFrame:
        """`article_id`, `body` of some of a batch's articles."""

    def scratch(self) -> Scratch:
        """Where tasks on this corpus leave frames for each other."""


class InMemory:
    """A corpus of frames in memory, by batch; the columns are those that `fingerprint` reads."""

    def __init__(self, articles: Mapping[str, pl.DataFrame]) -> None:
        self._articles = articles
        self._fingerprints = {
            batch: fingerprints.fingerprint(frame) for batch, frame in articles.items()
        }

    def batches(self) -> Sequence[str]:
        """The batches' names."""
        return list(self._articles)

    def fingerprints(self, batch: str, columns: Sequence[str]) -> pl.DataFrame:
        """Some columns of a batch's fingerprints."""
        return self._fingerprints[batch].select(list(columns))

    def bodies(self, batch: str, article_ids: pl.Series) -> pl.DataFrame:
        """`article_id`, `body` of some of a batch's articles."""
        frame = self._articles[batch].select("article_id", "body")
        return frame.filter(pl.col("article_id").is_in(article_ids.implode()))

    def scratch(self) -> Scratch:
        """Where tasks in this process leave frames for each other."""
        return _Held()


class _Held:
    """Frames in memory."""

    def __init__(self) -> None:
        self._frames = dict[str, pl.DataFrame]()

    def has(self, name: str) -> bool:
        return name in self._frames

    def write(self, name: str, frame: pl.DataFrame, rows: int | None = None) -> None:
        self._frames[name] = frame

    def scan(self, name: str) -> pl.LazyFrame:
        return self._frames[name].lazy()

    def clear(self) -> None:
        self._frames.clear()
