"""What the corpus knows of a batch, beside the batch's own files.

What belongs here: the facts' names, where they lie, and those of one batch, read by whoever settles it. What does not:
finding them (corpus.py), what they do to a batch's rows (settling.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from assets.warehouse import Warehouse

# Files of the corpus by what they say. Each has a column `batch_id` and is in order of it, so that who asks for one
# batch's rows reads the row groups that have them, and not the file.
FACTS: Final[Mapping[str, str]] = {
    "left_out": "excluded",
    "copies": "owners",
    "stories": "duplicates",
    "cuts": "cuts",
}
Facts = dict[str, pl.DataFrame]


class Ledger:
    """Some facts of all batches; for the one who goes through them all."""

    def __init__(self, warehouse: Warehouse, *names: str) -> None:
        frames = {name: _scan(warehouse, name).collect() for name in names}
        self._none = {name: frame.clear().drop("batch_id") for name, frame in frames.items()}
        self._parts = {
            name: frame.partition_by("batch_id", as_dict=True, include_key=False)
            for name, frame in frames.items()
        }

    def of(self, batch_id: str) -> Facts:
        """The facts of a batch."""
        return {
            name: parts.get((batch_id,), self._none[name]) for name, parts in self._parts.items()
        }


def of_batch(warehouse: Warehouse, batch_id: str, *names: str) -> Facts:
    """The same of one batch, without the others' being held."""
    return {
        name: _scan(warehouse, name)
        .filter(pl.col("batch_id") == batch_id)
        .drop("batch_id")
        .collect()
        for name in names
    }


def _scan(warehouse: Warehouse, name: str) -> pl.LazyFrame:
    return warehouse.lazy(warehouse.corpus_path(FACTS[name]))
