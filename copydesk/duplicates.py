"""Which articles repeat which: the same story at two outlets, or collected twice.

What belongs here: finding duplicates among all articles and choosing the canonical one. What does
not: what is done with duplicates (they stay in the dataset, marked).

Exact duplicates have the same words in the same order. Near duplicates share most of their word
shingles: candidates come from MinHash signatures in bands, and each candidate pair is then compared
in full, so no pair is marked on an estimate. The canonical article of a cluster is similar to each
of its duplicates itself; similarity is not passed on along a chain, for that joins stories that
have little in common.

The outcome depends on the set of articles only, not on their order or on how they are batched.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

# Shingles of 5 words, as in Lee et al., "Deduplicating Training Data Makes Language Models Better" (ACL 2022),
# appendix A. Their threshold of 0.8 is for web pages; a desk that edits two sentences of a short wire story brings it
# to 0.5, while two reports of one event by different hands share fewer than one shingle in ten.
SHINGLE_WORDS: Final = 5
MIN_SIMILARITY: Final = 0.5
# Below this a body is a teaser or a stub: a handful of shingles says little, so only the same words
# in the same order count.
MIN_WORDS: Final = 25

# A pair of similarity s becomes a candidate with probability 1 - (1 - s^ROWS)^BANDS (Leskovec,
# Rajaraman, Ullman, "Mining of Massive Datasets", 3.4.2): 0.995 at s = 0.5, 0.67 at 0.3, 0.04 at
# 0.1. More rows would miss pairs, fewer would compare too many.
BANDS: Final = 40
ROWS: Final = 3
# Of a larger bucket not all pairs are compared, for their number grows with its square: only each
# article with the bucket's canonical one and with its neighbours in canonical order.
MAX_BUCKET: Final = 64

# Articles signed at once: bounds the memory of the shingles (about 500 words an article).
_CHUNK: Final = 4_096
_PAIRS: Final = 8_192
_HASH_SEED: Final = 5
_PERMUTATION_SEED: Final = 20_221_123

# Scripts written without spaces between words: each character counts as a word.
_UNSPACED: Final = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_WORD: Final = rf"[{_UNSPACED}]|[\p{{L}}\p{{M}}\p{{N}}--[{_UNSPACED}]]+"

# A date known to the month or the year stands for its first instant, which would make it look
# earlier than any exact date in it; such dates do not count here.
_VAGUE: Final = ("year", "month")

_Hashes = npt.NDArray[np.uint64]


def find_duplicates(articles: pl.LazyFrame) -> pl.DataFrame:
    """Cluster the articles that repeat one another.

    The canonical article of a cluster is the one published earliest, of those published at the same
    instant the one with the smallest id; articles without a date (or with one vaguer than a day)
    come last.

    Args:
        articles: rows of the table `articles`; `article_id`, `body`, `published_at` and
            `published_precision` are read.

    Returns:
        One row per article, sorted by `article_id`: `cluster_id`, the canonical article's id;
        `duplicate_of`, the same, null for the canonical article itself; `similarity`, the Jaccard
        similarity of the two bodies' shingles (1.0 for the same words), null where
        `duplicate_of` is.
    """
    ranked = _rank(articles)
    # The first of each group of exact duplicates stands for it from here on.
    exact = ranked.with_columns(
        pl.when(pl.col("words") > 0)
        .then(pl.col("rank").min().over("digest"))
        .otherwise(pl.col("rank"))
        .alias("first")
    )
    long = exact.filter(pl.col("first") == pl.col("rank"), pl.col("words") >= MIN_WORDS)
    canonical = _near(articles, long.select("article_id", "rank"))
    ids = exact.select(pl.col("rank").alias("canonical"), pl.col("article_id").alias("cluster_id"))
    return (
        exact.join(canonical, left_on="first", right_on="rank", how="left")
        .with_columns(pl.col("canonical").fill_null(pl.col("first")))
        .join(ids, on="canonical", how="left")
        .with_columns(repeats=pl.col("cluster_id") != pl.col("article_id"))
        .select(
            "article_id",
            "cluster_id",
            duplicate_of=pl.when("repeats").then("cluster_id"),
            similarity=pl.when("repeats").then(pl.col("similarity").fill_null(1.0)),
        )
        .sort("article_id")
    )


def _words() -> pl.Expr:
    """The body as a list of words, letter case and compatibility forms (such as ligatures)
    apart."""
    return pl.col("body").str.normalize("NFKC").str.to_lowercase().str.extract_all(_WORD)


def _rank(articles: pl.LazyFrame) -> pl.DataFrame:
    """article_id, words (their number), digest (of the words), rank (0 is the most canonical)."""
    exact_date = pl.when(pl.col("published_precision").is_in(_VAGUE).not_()).then("published_at")
    return (
        articles.select("article_id", _words().alias("list"), exact_date.alias("at"))
        .select(
            "article_id",
            "at",
            words=pl.col("list").list.len(),
            # Two hashes of different seeds: 128 bits, so that equal digests mean equal words.
            digest=pl.struct(
                pl.col("list").list.join(" ").hash(1).alias("a"),
                pl.col("list").list.join(" ").hash(2).alias("b"),
            ),
        )
        .collect(engine="streaming")
        .sort("at", "article_id", nulls_last=True)
        .drop("at")
        .with_row_index("rank")
        .with_columns(pl.col("rank").cast(pl.Int64))
    )


def _near(articles: pl.LazyFrame, long: pl.DataFrame) -> pl.DataFrame:
    """rank, canonical (a rank), similarity: of the articles in `long` that repeat another of
    them."""
    pairs = _candidates(_sign(articles, long))
    bodies = articles.select("article_id", "body").join(long.lazy(), on="article_id")
    similar = _compare(bodies, pairs).sort("left", "right")
    # In canonical order, each article that is not yet a duplicate takes in all that resemble it.
    canonical: dict[int, tuple[int, float]] = {}
    for left, right, similarity in similar.iter_rows():
        if left not in canonical and right not in canonical:
            canonical[right] = (left, similarity)
    return pl.DataFrame(
        [(rank, first, similarity) for rank, (first, similarity) in canonical.items()],
        schema={"rank": pl.Int64, "canonical": pl.Int64, "similarity": pl.Float64},
        orient="row",
    )


def _sign(articles: pl.LazyFrame, long: pl.DataFrame) -> pl.DataFrame:
    """rank, band, bucket: the buckets each article falls into, one per band."""
    frames = [pl.DataFrame(schema={"rank": pl.Int64, "band": pl.Int64, "bucket": pl.UInt64})]
    for start in range(0, long.height, _CHUNK):
        chunk = long.slice(start, _CHUNK)
        bodies = articles.select("article_id", "body").join(chunk.lazy(), on="article_id")
        ranks, shingles, starts = _shingle(bodies.collect(engine="streaming"))
        buckets = _band(_minima(shingles, starts))
        frames.append(
            pl.DataFrame(
                {
                    "rank": np.repeat(ranks, BANDS),
                    "band": np.tile(np.arange(BANDS), len(ranks)),
                    "bucket": buckets.reshape(-1),
                }
            )
        )
    return pl.concat(frames)


def _shingle(
    bodies: pl.DataFrame,
) -> tuple[npt.NDArray[np.int64], _Hashes, npt.NDArray[np.int64]]:
    """Ranks, the hashes of all shingles one body after the other, and where each body's begin.

    Every body has at least MIN_WORDS words, so none is without shingles.
    """
    listed = bodies.select("rank", _words().alias("words"))
    lengths = listed["words"].list.len().cast(pl.Int64).to_numpy()
    words = listed["words"].explode().hash(_HASH_SEED).to_numpy()
    count = len(words) - SHINGLE_WORDS + 1
    # A polynomial of the words' hashes, modulo 2^64; the odd factor is the golden ratio's.
    shingles = np.zeros(max(count, 0), dtype=np.uint64)
    for offset in range(SHINGLE_WORDS):
        shingles *= np.uint64(0x9E3779B97F4A7C15)
        shingles += words[offset : offset + count]
    ends = np.cumsum(lengths)
    # Windows that reach into the next body are none of its shingles.
    last = np.repeat(ends, lengths)[:count]
    whole = np.arange(count) + SHINGLE_WORDS <= last
    starts = np.concatenate([[0], np.cumsum(lengths - SHINGLE_WORDS + 1)[:-1]])
    return listed["rank"].to_numpy(), shingles[whole], starts.astype(np.int64)


def _minima(shingles: _Hashes, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """The MinHash signatures, one row per body, BANDS * ROWS columns."""
    generator = np.random.default_rng(_PERMUTATION_SEED)
    masks = generator.integers(0, 2**32, BANDS * ROWS, dtype=np.uint32)
    factors = generator.integers(0, 2**31, BANDS * ROWS, dtype=np.uint32) * np.uint32(
        2
    ) + np.uint32(1)
    # The upper half of a product modulo 2^64 depends on all of its bits.
    short = (shingles >> np.uint64(32)).astype(np.uint32)

    def permuted(index: int) -> npt.NDArray[np.uint32]:
        # Xor, multiply by an odd number, mix high bits into low ones, multiply: each step can be
        # undone, so this is a permutation of 32-bit numbers.
        mixed = (short ^ masks[index]) * factors[index]
        mixed ^= mixed >> np.uint32(15)
        mixed *= np.uint32(0x2C1B3C6D)
        return np.minimum.reduceat(mixed, starts)

    # NumPy lets go of the interpreter's lock in all of these.
    with ThreadPoolExecutor() as pool:
        return np.stack(list(pool.map(permuted, range(BANDS * ROWS))), axis=1)


def _band(signatures: npt.NDArray[np.uint32]) -> _Hashes:
    """One 64-bit bucket per body and band."""
    rows = signatures.reshape(len(signatures), BANDS, ROWS).astype(np.uint64)
    buckets = np.zeros((len(signatures), BANDS), dtype=np.uint64)
    for row in range(ROWS):
        buckets *= np.uint64(0x9E3779B97F4A7C15)
        buckets += rows[:, :, row]
        buckets ^= buckets >> np.uint64(29)
    return buckets


def _candidates(signed: pl.DataFrame) -> pl.DataFrame:
    """left < right (ranks): the pairs that share a bucket."""
    shared = signed.filter(pl.len().over("band", "bucket") > 1).sort("band", "bucket", "rank")
    sized = shared.with_columns(size=pl.len().over("band", "bucket"))
    small = sized.filter(pl.col("size") <= MAX_BUCKET)
    large = sized.filter(pl.col("size") > MAX_BUCKET).with_columns(
        first=pl.col("rank").first().over("band", "bucket"),
        before=pl.col("rank").shift(1).over("band", "bucket"),
    )
    return (
        pl.concat(
            [
                small.join(small, on=["band", "bucket"])
                .select(left="rank", right="rank_right")
                .unique(),
                large.select(left="first", right="rank"),
                large.select(left="before", right="rank"),
            ]
        )
        .filter(pl.col("left") < pl.col("right"))
        .unique()
        .sort("left", "right")
    )


def _compare(bodies: pl.LazyFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """left, right, similarity: the pairs whose bodies' similarity reaches MIN_SIMILARITY."""
    frames = [
        pl.DataFrame(schema={"left": pl.Int64, "right": pl.Int64, "similarity": pl.Float64}),
        *(_similarity(bodies, part) for part in pairs.iter_slices(_PAIRS)),
    ]
    return pl.concat(frames).filter(pl.col("similarity") >= MIN_SIMILARITY)


def _similarity(bodies: pl.LazyFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """left, right, similarity: the exact Jaccard similarity of each pair's sets of shingles."""
    wanted = pl.concat([pairs["left"], pairs["right"]]).unique().alias("rank").to_frame()
    found = bodies.join(wanted.lazy(), on="rank", how="semi").collect(engine="streaming")
    ranks, shingles, starts = _shingle(found)
    ends = np.append(starts[1:], len(shingles))
    sets = {
        int(rank): np.unique(shingles[start:end])
        for rank, start, end in zip(ranks, starts, ends, strict=True)
    }
    return pl.DataFrame(
        list(_jaccard(sets, pairs)),
        schema={"left": pl.Int64, "right": pl.Int64, "similarity": pl.Float64},
        orient="row",
    )


def _jaccard(sets: dict[int, _Hashes], pairs: pl.DataFrame) -> Iterator[tuple[int, int, float]]:
    """Each pair with its similarity: the size of the intersection over that of the union."""
    for left, right in pairs.iter_rows():
        one, other = sets[left], sets[right]
        # The smaller cannot make up the share of the larger: no need to look.
        if min(len(one), len(other)) < MIN_SIMILARITY * max(len(one), len(other)):
            continue
        common = len(np.intersect1d(one, other, assume_unique=True))
        yield left, right, common / (len(one) + len(other) - common)
