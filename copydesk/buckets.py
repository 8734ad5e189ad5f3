"""Hash buckets: what belongs together, from whatever batch, falls into one bucket.

What belongs here: which bucket a key falls into, and spans of buckets that are worked on by themselves. What does not:
what is done with a span's rows, who does it (assets).

Ids are hexadecimal digits of a hash, so a range of them is a span of buckets. Files whose rows are in order of their ids are
read by span without the rest, for a Parquet row group names its least and its greatest. Other keys are hashed to a
number, and files are in order of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import polars as pl

from copydesk.sql import identifier, literal

# As many as the first digits of an id tell apart. A bucket is the least that can be worked on by itself: of a billion
# documents some 250,000.
_ID_DIGITS: Final = 3
BUCKETS: Final = 16**_ID_DIGITS
BUCKET: Final = pl.UInt16()


@dataclass(frozen=True, slots=True)
class Span:
    """The buckets from `start` on to the one before `end`."""

    start: int
    end: int

    @classmethod
    def parse(cls, name: str) -> Span:
        """The span that `str` names so."""
        start, end = map(int, name.split("-"))
        return cls(start, end)

    def __str__(self) -> str:
        """Its bounds; names of spans that do not meet are in the spans' order."""
        return f"{self.start:04}-{self.end:04}"

    def has_bucket(self, column: str) -> pl.Expr:
        """Whether the bucket in a column is one of these."""
        return pl.col(column).is_between(self.start, self.end, closed="left")

    def has_id(self, column: str) -> pl.Expr:
        """Whether the id in a column falls into these buckets; every text falls into one."""
        least, beyond = self._ids()
        inside = pl.lit(value=True)
        if least is not None:
            inside &= pl.col(column) >= least
        return inside if beyond is None else inside & (pl.col(column) < beyond)

    def has_id_sql(self, column: str) -> str:
        """The same as a condition in SQL."""
        least, beyond = self._ids()
        bounds = ["TRUE"]
        if least is not None:
            bounds.append(f"{identifier(column)} >= {literal(least)}")
        if beyond is not None:
            bounds.append(f"{identifier(column)} < {literal(beyond)}")
        return " AND ".join(bounds)

    def _ids(self) -> tuple[str | None, str | None]:
        """The least id, and the first that is beyond; None for none."""
        return (
            f"{self.start:0{_ID_DIGITS}x}" if self.start > 0 else None,
            f"{self.end:0{_ID_DIGITS}x}" if self.end < BUCKETS else None,
        )


def spans(rows: int, at_once: int) -> list[Span]:
    """All buckets, in as many spans as leave each some `at_once` of the rows; one for none."""
    count = min(BUCKETS, -(-rows // at_once)) or 1
    bounds = [BUCKETS * number // count for number in range(count + 1)]
    return [Span(start, end) for start, end in pairwise(bounds)]


def bucket(key: pl.Expr) -> pl.Expr:
    """The bucket of a text that is no id. (Polars promises the same hashes within a version only.)"""
    return (key.hash() % BUCKETS).cast(BUCKET)
