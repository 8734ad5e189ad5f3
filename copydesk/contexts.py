"""What stands around a block: sums, shares and distances among the blocks of its page.

What belongs here: windows over runs of rows that never reach into the next run. What does not: what is summed
(block_features.py). Everything is whole columns of NumPy, no loop over pages.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

Column = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Distances are not told apart beyond this many blocks; one more means that there is none.
FARTHEST: Final = 99


def distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The distinct values in ascending order; by sorting, which is many times faster than NumPy's hash table."""
    ordered = np.sort(values)
    found: NDArray[np.int64] = ordered[np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)]]
    return found


class Copies:
    """Which texts of a column are the same: of the rows of one text, `rows` holds one, and `number` says at all which."""

    def __init__(self, text: pl.Series) -> None:
        """Take the texts; `one` holds each once."""
        self._number(text, text.hash().to_numpy())
        if not (self.one.gather(self.number) == text).all():
            # Two texts have one hash, by chance or by somebody's making; ranks are exact, and take many times as long.
            self._number(text, text.rank("dense").to_numpy())

    def _number(self, text: pl.Series, key: NDArray[Any]) -> None:
        """Tell the texts apart by a key of each."""
        order = np.argsort(key)
        ordered = key[order]
        is_new = np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)]
        # In the order of the rows, so that whoever gathers the texts reads memory forwards.
        row = order[is_new]
        place = np.empty(len(row), dtype=np.int64)
        place[np.argsort(row)] = np.arange(len(row))
        self.number = np.empty(len(key), dtype=np.int64)
        self.number[order] = place[np.cumsum(is_new) - 1]
        self.rows: NDArray[np.int64] = np.sort(row)
        self.one = text.gather(self.rows)


def spread_bits(numbers: NDArray[Any]) -> NDArray[np.uint64]:
    """Small numbers as ones whose bits are spread, to be combined with a hash."""
    spread: NDArray[np.uint64] = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return spread


class Runs:
    """Rows that belong together stand together: the blocks of a page, the lines between two blank lines."""

    def __init__(self, run: NDArray[Any]) -> None:
        """Take the run of each row; equal neighbours are of one run."""
        self.rows = len(run)
        self.starts = np.flatnonzero(np.r_[True, run[1:] != run[:-1]][: self.rows])
        self.lengths = np.diff(np.r_[self.starts, self.rows])
        number = np.repeat(np.arange(len(self.starts)), self.lengths)
        self.number = number
        self.row = np.arange(self.rows)
        self.first = self.starts[number]
        self.end = self.first + self.lengths[number]
        self.position = (self.row - self.first).astype(np.float32)
        self.length = self.lengths[number].astype(np.float32)
        self._spans: dict[tuple[int, int], tuple[NDArray[Any], NDArray[Any]]] = {}

    def shifted(self, values: NDArray[Any], by: int, absent: float) -> Column:
        """The value `by` rows further (behind, where negative), `absent` where the run has none."""
        other = self.row + by
        inside = (other >= self.first) & (other < self.end)
        found = np.full(self.rows, absent, dtype=np.float32)
        found[inside] = values[other[inside]]
        return found

    def window(self, values: NDArray[Any], low: int, high: int) -> Column:
        """The sum from `low` to `high` rows further, both included."""
        return self.window_of_sums(self.sums(values), low, high)

    def window_of_sums(self, sums: NDArray[np.float64], low: int, high: int) -> Column:
        """The same of the values of which these are the `sums`."""
        if (low, high) not in self._spans:
            start = np.clip(self.row + low, self.first, self.end)
            self._spans[low, high] = start, np.clip(self.row + high + 1, self.first, self.end)
        start, stop = self._spans[low, high]
        windowed: Column = (sums[stop] - sums[start]).astype(np.float32)
        return windowed

    def before(self, values: NDArray[Any]) -> Column:
        """The sum over the rows of the run above."""
        sums = self.sums(values)
        return (sums[self.row] - sums[self.first]).astype(np.float32)

    def after(self, values: NDArray[Any]) -> Column:
        """The sum over the rows of the run below."""
        sums = self.sums(values)
        below: Column = (sums[self.end] - sums[self.row + 1]).astype(np.float32)
        return below

    def total(self, values: NDArray[Any]) -> Column:
        """The sum over the run, for each of its rows."""
        totals: Column = self.totals(values)[self.number]
        return totals

    def totals(self, values: NDArray[Any]) -> Column:
        """The sum over each run, one row a run."""
        if not self.rows:
            return np.zeros(0, dtype=np.float32)
        sums: Column = np.add.reduceat(values.astype(np.float64), self.starts).astype(np.float32)
        return sums

    def highest(self, values: Column) -> Column:
        """The greatest value of the run, for each of its rows."""
        if not self.rows:
            return values
        highest: Column = np.maximum.reduceat(values, self.starts)[self.number]
        return highest

    def since(self, marked: Mask) -> Column:
        """Rows back to the last marked row above, `FARTHEST` + 1 where there is none."""
        last = np.maximum.accumulate(np.where(marked, self.row, -1))
        last = np.r_[-1, last[:-1]][: self.rows]
        return self._distance(self.row - last, last >= self.first)

    def until(self, marked: Mask) -> Column:
        """Rows on to the next marked row below, `FARTHEST` + 1 where there is none."""
        following = np.minimum.accumulate(np.where(marked, self.row, self.rows)[::-1])[::-1]
        following = np.r_[following[1:], self.rows][: self.rows]
        return self._distance(following - self.row, following < self.end)

    def latest(self, marked: Mask) -> NDArray[np.int64]:
        """The last marked row of the run that is this one or above it, -1 where there is none."""
        last = np.maximum.accumulate(np.where(marked, self.row, -1))
        return np.where(last >= self.first, last, -1)

    def follows(self, marked: Mask) -> Mask:
        """Whether a marked row is above."""
        return self.since(marked) <= FARTHEST

    def precedes(self, marked: Mask) -> Mask:
        """Whether a marked row is below."""
        return self.until(marked) <= FARTHEST

    def any(self, marked: Mask) -> Mask:
        """Whether any row of the run is marked, for each of its rows."""
        return self.total(marked) > 0

    def next(self, marked: Mask) -> Mask:
        """Whether the next row of the run is marked."""
        return self.shifted(marked, 1, 0) > 0

    def previous(self, marked: Mask) -> Mask:
        """Whether the previous row of the run is marked."""
        return self.shifted(marked, -1, 0) > 0

    def _distance(self, rows: NDArray[Any], exists: Mask) -> Column:
        return np.where(exists, np.minimum(rows, FARTHEST), FARTHEST + 1).astype(np.float32)

    def sums(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """The sum of all rows above each row, and behind them that of all."""
        sums: NDArray[np.float64] = np.r_[0.0, np.cumsum(values, dtype=np.float64)]
        return sums
