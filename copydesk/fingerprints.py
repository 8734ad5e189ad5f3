"""What is kept of an article's words, so that articles which repeat it are found without reading it again.

What belongs here: cutting a body into words and pairs of words, their digest, MinHash signature and bands, and
the frame that holds them. What does not: which articles repeat which (duplicates.py).

A fingerprint depends on its article alone. It is made once, when the article's batch is processed, and kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

# Two words that follow each other. An editor who changes every seventh word leaves 44 % of the runs of five words
# (the usual shingle) but 72 % of the runs of two; unrelated articles still share only about one in fifty.
SHINGLE_WORDS: Final = 2
# Below this a body is a teaser or a stub: a handful of pairs says little, so only the same words in the same order
# count.
MIN_WORDS: Final = 25

# The minima of a signature, and how they are cut into bands: of each shuffling of the signature every ROWS minima are
# a band. A pair of similarity s shares a band with a probability of about 1 - (1 - s^ROWS)^BANDS (Leskovec, Rajaraman,
# Ullman, "Mining of Massive Datasets", 3.4.2), here .99 at s = .5, .78 at .35, .14 at .2 and 10^-5 at .02. That bands of
# different shufflings have minima in common costs little and saves two thirds of the hashing.
MINIMA: Final = 128
ROWS: Final = 4
SHUFFLINGS: Final = 3
BANDS: Final = MINIMA // ROWS * SHUFFLINGS
# Bands lie in this many columns, so that a pass over one share of the bands reads no other.
BAND_COLUMNS: Final = 8
BANDS_PER_COLUMN: Final = BANDS // BAND_COLUMNS

# Articles at once: their pairs, and what is computed from them, fit the processor's cache.
_CHUNK: Final = 512
_WORD_SEED: Final = 5
_PERMUTATION_SEED: Final = 20_221_123
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)

# Scripts written without spaces between words: each character counts as a word.
_UNSPACED: Final = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_WORD: Final = rf"[{_UNSPACED}]|[\p{{L}}\p{{M}}\p{{N}}--[{_UNSPACED}]]+"

_STOPS: Final = '.!?:\n“"'

# A date known to the month or the year stands for its first instant, which would make it look earlier than any exact
# date in it; such dates do not count.
_VAGUE: Final = ("year", "month")

Hashes = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]

# Signature and bands are numbers, as their bytes: of the signature's the lowest bytes, which are enough to see how many
# minima agree; of each band 32 bits. Two hashes of different seeds are 128 bits, so that equal digests mean equal words.
SCHEMA: Final = pl.Schema(
    {
        "article_id": pl.String(),
        "document_id": pl.String(),
        "published_at": pl.Datetime("us", "UTC"),
        "words": pl.Int64(),
        "digest": pl.UInt64(),
        "digest_more": pl.UInt64(),
        "signature": pl.Binary(),
        **{f"bands_{column}": pl.Binary() for column in range(BAND_COLUMNS)},
    }
)


def version() -> str:
    """Names what fingerprints depend on besides the articles; others cannot be compared with them."""
    # Polars promises the same hashes within a version only.
    return f"2-{pl.__version__}"


def fingerprint(articles: pl.DataFrame) -> pl.DataFrame:
    """The articles' fingerprints, in the order of the articles.

    Args:
        articles: `article_id`, `document_id`, `body`, `published_at`, `published_precision`.

    Returns:
        A frame of `SCHEMA`. Signature and bands of a body of fewer than `MIN_WORDS` words are zeros.
    """
    return pl.concat([SCHEMA.to_frame(), *map(_fingerprint, articles.iter_slices(_CHUNK))])


def numbers(column: pl.Series, dtype: type[np.unsignedinteger]) -> npt.NDArray[np.unsignedinteger]:
    """The numbers of a column of a signature or of bands, a row per article."""
    # Values of one length lie one behind the other, none of which is null.
    stored = column.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    read = np.frombuffer(stored.buffers()[-1] or b"", dtype=dtype)
    return read.reshape(len(column), -1) if len(column) else read.reshape(0, 0)


def word_pairs(articles: pl.DataFrame) -> Iterator[tuple[str, npt.NDArray[np.uint32]]]:
    """The distinct pairs of words of each article, as sorted hashes; a pair that tells a fact is odd, any other even.

    A fact is what a report from a template has of its own: a number, or a word with a capital that does not open a
    sentence, a name mostly. (Where a language has no capitals, it is numbers only.)

    Args:
        articles: `article_id`, `body`; every body of at least two words.
    """
    for chunk in articles.iter_slices(_CHUNK):
        tokens = chunk.select(
            "article_id",
            token=pl.col("body").str.normalize("NFKC").str.extract_all(rf"{_WORD}|[{_STOPS}]"),
        ).explode("token")
        stop = pl.col("token").is_in(list(_STOPS))
        opens = stop.shift(1)
        words = tokens.with_columns(
            word=pl.col("token").str.to_lowercase(),
            fact=pl.col("token").str.contains(r"\p{N}")
            | (pl.col("token").str.contains(r"^\p{Lu}") & opens.not_().fill_null(False)),
        ).filter(stop.not_())
        lists = words.group_by("article_id", maintain_order=True).agg("word")
        runs, starts = _run(lists["word"])
        facts = words["fact"].to_numpy()
        odd = (facts[:-1] | facts[1:])[_inside(lists["word"])]
        hashed = (runs >> np.uint64(32)) & np.uint64(0xFFFFFFFE) | odd.astype(np.uint64)
        owners = np.repeat(np.arange(lists.height, dtype=np.uint64), np.diff([*starts, len(runs)]))
        # np.unique would hash, which is many times slower than sorting here.
        keyed = np.sort(owners << np.uint64(32) | hashed)
        # Of a pair that tells a fact in one place and none in another, the former is kept.
        keyed = keyed[np.append(keyed[1:] >> np.uint64(1) != keyed[:-1] >> np.uint64(1), True)]
        ends = np.searchsorted(
            keyed, np.arange(1, lists.height + 1, dtype=np.uint64) << np.uint64(32)
        )
        split = np.split(keyed.astype(np.uint32), ends[:-1])
        yield from zip(lists["article_id"].to_list(), split, strict=True)


def _words() -> pl.Expr:
    """The body as a list of words, letter case and compatibility forms (such as ligatures) apart."""
    return pl.col("body").str.normalize("NFKC").str.to_lowercase().str.extract_all(_WORD)


def _fingerprint(articles: pl.DataFrame) -> pl.DataFrame:
    exact_date = pl.when(pl.col("published_precision").is_in(_VAGUE).not_()).then("published_at")
    read = articles.select(
        "article_id", "document_id", exact_date.alias("published_at"), list=_words()
    )
    text = pl.col("list").list.join(" ")
    rows = read.select(
        "article_id",
        "document_id",
        "published_at",
        words=pl.col("list").list.len().cast(pl.Int64),
        digest=text.hash(1),
        digest_more=text.hash(2),
    )
    long = rows["words"].to_numpy() >= MIN_WORDS
    minima = np.zeros((articles.height, MINIMA), dtype=np.uint32)
    bands = np.zeros((articles.height, BANDS), dtype=np.uint32)
    if long.any():
        minima[long] = _minima(*_run(read.filter(pl.Series(long))["list"]))
        bands[long] = _band(minima[long])
    columns = {
        f"bands_{column}": _binary(part)
        for column, part in enumerate(np.split(bands, BAND_COLUMNS, axis=1))
    }
    return rows.with_columns(signature=_binary(minima.astype(np.uint8)), **columns)


def _binary(rows: npt.NDArray[np.unsignedinteger]) -> pl.Series:
    """One binary value per row."""
    content, size = rows.tobytes(), rows.shape[1] * rows.itemsize
    return pl.Series(
        [content[at : at + size] for at in range(0, len(content), size)], dtype=pl.Binary
    )


def _run(lists: pl.Series) -> tuple[Hashes, Integers]:
    """The hashes of all runs of words, one body after the other, and where each body's begin.

    Every body has at least SHINGLE_WORDS words, so none is without runs.
    """
    words = lists.explode().hash(_WORD_SEED).to_numpy()
    count = len(words) - SHINGLE_WORDS + 1
    # A polynomial of the words' hashes, modulo 2^64.
    runs = np.zeros(count, dtype=np.uint64)
    for offset in range(SHINGLE_WORDS):
        runs *= _GOLDEN
        runs += words[offset : offset + count]
    lengths = lists.list.len().cast(pl.Int64).to_numpy()
    starts = np.concatenate([[0], np.cumsum(lengths - SHINGLE_WORDS + 1)[:-1]])
    return runs[_inside(lists)], starts.astype(np.int64)


def _inside(lists: pl.Series) -> npt.NDArray[np.bool_]:
    """Which runs of the bodies' words, put together, do not reach into the next body."""
    lengths = lists.list.len().cast(pl.Int64).to_numpy()
    ends = np.repeat(np.cumsum(lengths), lengths)
    starts = np.arange(len(ends) - SHINGLE_WORDS + 1)
    inside: npt.NDArray[np.bool_] = starts + SHINGLE_WORDS <= ends[: len(starts)]
    return inside


def _minima(runs: Hashes, starts: Integers) -> npt.NDArray[np.uint32]:
    """The MinHash signatures, one row per body."""
    generator = np.random.default_rng(_PERMUTATION_SEED)
    masks = generator.integers(0, 2**32, MINIMA, dtype=np.uint32)
    factors = generator.integers(0, 2**31, MINIMA, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    # The upper half of a product modulo 2^64 depends on all of its bits.
    short = (runs >> np.uint64(32)).astype(np.uint32)

    def permuted(index: int) -> npt.NDArray[np.uint32]:
        # Xor, multiply by an odd number, mix high bits into low ones, multiply: each step can be undone, so this is a
        # permutation of 32-bit numbers.
        mixed = (short ^ masks[index]) * factors[index]
        mixed ^= mixed >> np.uint32(15)
        mixed *= np.uint32(0x2C1B3C6D)
        return np.minimum.reduceat(mixed, starts)

    # NumPy lets go of the interpreter's lock in all of these.
    with ThreadPoolExecutor() as pool:
        return np.stack(list(pool.map(permuted, range(MINIMA))), axis=1)


def _band(minima: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """One 32-bit bucket per body and band."""
    generator = np.random.default_rng(_PERMUTATION_SEED)
    buckets = list[Hashes]()
    for _ in range(SHUFFLINGS):
        shuffled = minima[:, generator.permutation(MINIMA)]
        rows = shuffled.reshape(len(minima), -1, ROWS).astype(np.uint64)
        mixed = np.zeros(rows.shape[:2], dtype=np.uint64)
        for row in range(ROWS):
            mixed *= _GOLDEN
            mixed += rows[:, :, row]
            mixed ^= mixed >> np.uint64(29)
        buckets.append(mixed)
    return (np.concatenate(buckets, axis=1) >> np.uint64(32)).astype(np.uint32)
