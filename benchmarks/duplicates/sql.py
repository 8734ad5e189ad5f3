"""`python -m benchmarks.duplicates.sql`: the two inner loops of the search for duplicates beside the same in DuckDB's SQL.

What belongs here: made-up numbers of the size of a million articles' band and of some thousand articles' words, and both ways
of finding what is asked for. What does not: precision and recall (__main__.py), what all of it costs (benchmarks.corpus).

Processor time on one thread, the best of three, reading from memory in both.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from copydesk.candidates import Buckets
from copydesk.comparisons import similarity_of

TEXTS, SHARED, OF_ONE = 1_000_000, 200_000, 5
STORIES, WORDS, PAIRS = 2_000, 300, 8_000

GROUP_BUCKETS = (
    "SELECT bucket, list(text ORDER BY text) FROM band GROUP BY bucket HAVING count(*) > 1"
)
JOIN_BUCKETS = (
    "WITH shared AS (SELECT bucket FROM band GROUP BY bucket HAVING count(*) > 1)"
    " SELECT text, bucket FROM band SEMI JOIN shared USING (bucket) ORDER BY bucket, text"
)
JOIN_WORDS = (
    "SELECT left_text, right_text, count(*) FROM pairs JOIN words a ON a.text = left_text"
    " JOIN words b ON b.text = right_text AND b.word >> 1 = a.word >> 1 GROUP BY ALL"
)


def seconds(work: Callable[[], object]) -> float:
    """The least processor time of three times."""
    taken = list[float]()
    for _ in range(3):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


def main() -> None:
    """Print both times of both loops, and their ratio."""
    chance = np.random.default_rng(1)
    bucket = chance.integers(0, 2**32, TEXTS, dtype=np.uint32)
    bucket[:SHARED] = np.repeat(bucket[: SHARED // OF_ONE], OF_ONE)
    text = chance.permutation(TEXTS).astype(np.uint32)
    words = [_words(chance, WORDS) for _ in range(STORIES)]
    kept = WORDS * 3 // 4
    words += [
        np.sort(np.r_[chance.permutation(one)[:kept], _words(chance, WORDS - kept)])
        for one in words
    ]
    left = chance.integers(0, STORIES, PAIRS, dtype=np.uint32)
    right = left + np.uint32(STORIES)

    connection = duckdb.connect(config={"threads": 1})
    tables: dict[str, dict[str, Any]] = {
        "band": {"bucket": bucket, "text": text},
        "words": {
            "text": np.repeat(np.arange(len(words), dtype=np.uint32), list(map(len, words))),
            "word": np.concatenate(words),
        },
        "pairs": {"left_text": left, "right_text": right},
    }
    for name, columns in tables.items():
        connection.register(name, pa.table(columns))

    def sort_buckets() -> None:
        Buckets.shared(bucket.astype(np.uint64) << np.uint64(32) | text, bucket)

    def compare() -> None:
        for one, other in zip(left.tolist(), right.tolist(), strict=True):
            similarity_of(words[one], words[other])

    here = seconds(sort_buckets)
    for name, statement in (("GROUP BY", GROUP_BUCKETS), ("SEMI JOIN", JOIN_BUCKETS)):
        there = seconds(lambda asked=statement: connection.execute(asked).to_arrow_table())
        print(f"buckets of a band of {TEXTS:,} texts: NumPy {here:.3f} s, SQL with {name} {there:.3f} s, {there / here:.1f} times")  # fmt: skip
    here, there = (
        seconds(compare),
        seconds(lambda: connection.execute(JOIN_WORDS).to_arrow_table()),
    )
    print(f"{PAIRS:,} pairs in full: NumPy {here:.3f} s, SQL {there:.3f} s, {there / here:.1f} times")  # fmt: skip


def _words(chance: np.random.Generator, count: int) -> np.ndarray:
    return np.unique(chance.integers(0, 2**32, count, dtype=np.uint32) & np.uint32(0xFFFFFFFE))


if __name__ == "__main__":
    main()
