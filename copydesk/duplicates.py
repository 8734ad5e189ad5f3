"""Which articles repeat which: the same story at two outlets, cut, edited, or collected twice.

What belongs here: what a duplicate is, which article of a story is the canonical one, and finding both among all
articles that ever came in. What does not: an article's fingerprint (fingerprints.py), where fingerprints are kept
(assets), and what is done with duplicates (they stay in the dataset, marked).

Exact duplicates have the same words in the same order. Near duplicates share most pairs of neighbouring words, also of
those that tell a fact: candidates are articles that share a band of their MinHash signatures, and each
candidate pair is then compared in full, so none is marked on an estimate.

A canonical article resembles each of its duplicates itself; similarity is not passed on along a chain, for that joins
stories that have little in common. In canonical order, each article that repeats no canonical one before it is
canonical. So what is canonical, and what repeats it, depends on the set of articles only, not on the order in which
they came or on how they are batched; and a new article changes an older one's answer only where it comes before it in
canonical order.

What is known of earlier articles (`Links`) is kept, so that new ones are looked up among the old. That gives what all
of them at once would give.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Final, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from copydesk import fingerprints
from copydesk.fingerprints import BAND_COLUMNS, MIN_WORDS, MINIMA, Integers

# Of the shorter article's pairs of words, this share must stand in the longer one. Where every seventh word was changed
# .72 of the pairs are left; a follow-up that gives a third of the story again stays near a third. (Chosen, as the two
# below, on the development set of `benchmarks.duplicates`.)
MIN_SHARED: Final = 0.6
# Reports from a template share up to three quarters of their pairs and tell other facts: of the pairs of words that tell one, a number or a name,
# this share must be shared, where there are enough of them to say so.
MIN_SHARED_FACTS: Final = 0.5
MANY_FACTS: Final = 10
# A text shorter than this share of the other is a teaser or a brief, which says less.
MIN_LENGTH: Final = 0.5

# Of a larger bucket not all pairs are compared, for their number grows with its square, only all of its articles with
# this many of its most canonical ones.
MAX_BUCKET: Final = 32
# How far a signature's estimate may lie below what is asked for: three standard deviations.
_SLACK: Final = 0.13

_ESTIMATED: Final = 1 << 15
_KEY: Final = ("digest", "digest_more")
_PAIR: Final = np.uint64(32)

_Codes = npt.NDArray[np.uint64]
_Flags = npt.NDArray[np.bool_]
_Number = TypeVar("_Number", bound=np.integer)
_Numbers = npt.NDArray[np.unsignedinteger]


class Corpus(Protocol):
    """The articles, batch by batch."""

    def batches(self) -> Sequence[str]:
        """The batches' names."""

    def fingerprints(self, batch: str, columns: Sequence[str]) -> pl.DataFrame:
        """Some columns of a batch's fingerprints."""

    def bodies(self, batch: str, article_ids: pl.Series) -> pl.DataFrame:
        """`article_id`, `body` of some of a batch's articles."""


@dataclass(frozen=True, slots=True)
class Links:
    """What is known of the articles that were looked at before.

    `texts`: `digest`, `digest_more`, `article_id`: each different text, and the most canonical article that has it.
    `pairs`: `digest`, `digest_more`, `other`, `other_more`, `similarity`: the texts that resemble each other.
    """

    texts: pl.DataFrame
    pairs: pl.DataFrame

    @classmethod
    def none(cls) -> Links:
        """Nothing is known yet."""
        key = dict.fromkeys(_KEY, pl.UInt64())
        other = {"other": pl.UInt64(), "other_more": pl.UInt64(), "similarity": pl.Float64()}
        return cls(
            pl.DataFrame(schema={**key, "article_id": pl.String()}),
            pl.DataFrame(schema={**key, **other}),
        )


def find_repeats(
    corpus: Corpus, left_out: pl.DataFrame, known: Links
) -> tuple[pl.DataFrame, Links]:
    """The articles that repeat others, and what is known of all afterwards.

    Of a story, the canonical article is the one published earliest; of those published at the same instant the one with
    most words, for others may have been cut, then the one with the smallest id. Articles without a date (or with one
    vaguer than a day) come last.

    Args:
        corpus: all articles, those that were looked at before among them.
        left_out: `batch_id`, `document_id` of what is not published.
        known: what was returned before for some of these articles with the same fingerprints.

    Returns:
        One row per repeated article, sorted by `article_id`: `batch_id`, `article_id`, `duplicate_of`, `similarity`
        (1.0 for the same words); and what to pass the next time.
    """
    articles = _rank(corpus, left_out)
    texts = _Texts(
        corpus,
        articles.filter(pl.col("words") >= MIN_WORDS).unique(
            _KEY, keep="first", maintain_order=True
        ),
    )
    # Only where nothing was taken away is what was known still what would be found.
    if known.texts.join(articles, on=[*_KEY, "article_id"], how="anti").height:
        known = Links.none()
    pairs = _link(texts, known)
    repeats = _settle(corpus.batches(), articles, texts.frame, pairs)
    return repeats, Links(texts.frame.select(*_KEY, "article_id"), texts.named(pairs))


def find_duplicates(articles: pl.LazyFrame) -> pl.DataFrame:
    """Cluster the articles of one frame that repeat one another, by the rules of `find_repeats`.

    Args:
        articles: rows of the table `articles`; `article_id`, `body`, `published_at` and
            `published_precision` are read.

    Returns:
        One row per article, sorted by `article_id`: `cluster_id`, the canonical article's id;
        `duplicate_of`, the same, null for the canonical article itself; `similarity`, null where
        `duplicate_of` is.
    """
    frame = articles.with_columns(document_id="article_id").collect()
    nothing = pl.DataFrame(schema={"batch_id": pl.String, "document_id": pl.String})
    repeats, _ = find_repeats(InMemory({"all": frame}), nothing, Links.none())
    return (
        frame.select("article_id")
        .join(repeats, on="article_id", how="left")
        .select(
            "article_id",
            cluster_id=pl.coalesce("duplicate_of", "article_id"),
            duplicate_of="duplicate_of",
            similarity="similarity",
        )
        .sort("article_id")
    )


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


def _rank(corpus: Corpus, left_out: pl.DataFrame) -> pl.DataFrame:
    """article_id, words, digest, digest_more, batch (its number), row (in it); the most canonical first."""
    frames = [
        pl.DataFrame(
            schema={
                "article_id": pl.String,
                "published_at": pl.Datetime("us", "UTC"),
                "words": pl.Int64,
                **dict.fromkeys(_KEY, pl.UInt64),
                "batch": pl.Int64,
                "row": pl.Int64,
            }
        )
    ]
    out_of = left_out.partition_by("batch_id", as_dict=True)
    for number, batch in enumerate(corpus.batches()):
        columns = ["article_id", "document_id", "published_at", "words", *_KEY]
        read = corpus.fingerprints(batch, columns)
        out = out_of.get((batch,), left_out.clear())
        rows = read.with_row_index("row").with_columns(
            pl.col("row").cast(pl.Int64), batch=pl.lit(number, dtype=pl.Int64)
        )
        frames.append(rows.join(out, on="document_id", how="anti").select(frames[0].columns))
    return (
        pl.concat(frames)
        .sort(
            "published_at", "words", "article_id", descending=[False, True, False], nulls_last=True
        )
        .drop("published_at")
    )


class _Texts:
    """The different texts that are long enough to be compared, numbered in canonical order."""

    def __init__(self, corpus: Corpus, frame: pl.DataFrame) -> None:
        self._corpus = corpus
        self.frame = frame.with_row_index("text").with_columns(pl.col("text").cast(pl.Int64))
        self.words = frame["words"].to_numpy()
        self._places = [
            (batch, np.flatnonzero(frame["batch"].to_numpy() == number))
            for number, batch in enumerate(corpus.batches())
        ]

    def __len__(self) -> int:
        return self.frame.height

    def column(self, name: str, width: int, dtype: type[np.unsignedinteger]) -> _Numbers:
        """A column of fixed binary values: a row of `width` numbers per text."""
        rows = self.frame["row"].to_numpy()
        values = np.empty((len(self), width), dtype=dtype)
        for batch, texts in self._places:
            if len(texts):
                read = self._corpus.fingerprints(batch, [name])[name]
                values[texts] = fingerprints.numbers(read, dtype)[rows[texts]]
        return values

    @cached_property
    def signatures(self) -> npt.NDArray[np.uint8]:
        """The lowest bytes of the minima."""
        return self.column("signature", MINIMA, np.uint8)

    def changed(self, known: Links) -> _Flags:
        """Which texts are new, or have a more canonical article now."""
        return (
            self.frame.join(
                known.texts.rename({"article_id": "before"}),
                on=_KEY,
                how="left",
                maintain_order="left",
            )
            .select(pl.col("before").ne_missing(pl.col("article_id")))
            .to_series()
            .to_numpy()
        )

    def coded(self, known: Links) -> pl.DataFrame:
        """The known pairs by the texts' numbers: `pair`, `similarity`."""
        numbers = self.frame.select(*_KEY, "text")
        return (
            known.pairs.join(numbers, on=_KEY)
            .join(numbers, left_on=["other", "other_more"], right_on=_KEY, suffix="_other")
            .select(
                left=pl.min_horizontal("text", "text_other").cast(pl.UInt64),
                right=pl.max_horizontal("text", "text_other").cast(pl.UInt64),
                similarity="similarity",
            )
            .select("left", "right", "similarity")
        )

    def named(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Pairs by the texts' digests, as `Links` has them."""
        numbers = self.frame.select(pl.col("text").cast(pl.UInt64), *_KEY)
        return (
            pairs.join(numbers, left_on="left", right_on="text")
            .join(
                numbers.rename({"digest": "other", "digest_more": "other_more"}),
                left_on="right",
                right_on="text",
            )
            .select(Links.none().pairs.columns)
            .sort(Links.none().pairs.columns)
        )

    def word_pairs(self, texts: Integers) -> Iterator[tuple[int, npt.NDArray[np.uint32]]]:
        """The pairs of words of some texts, in whatever order."""
        wanted = self.frame[texts]
        for number, batch in enumerate(self._corpus.batches()):
            own = wanted.filter(pl.col("batch") == number)
            if own.is_empty():
                continue
            numbers = dict(own.select("article_id", "text").iter_rows())
            bodies = self._corpus.bodies(batch, own["article_id"])
            for article_id, pairs in fingerprints.word_pairs(bodies):
                yield numbers[article_id], pairs


def _link(texts: _Texts, known: Links) -> pl.DataFrame:
    """left < right (texts), similarity: all pairs that share a bucket and resemble each other."""
    changed = texts.changed(known)
    before = texts.coded(known)
    found, crowded = _candidates(texts, changed)
    kept = before.filter(~_coded(before).is_in(_dropped(texts, before, crowded).implode()))
    fresh = np.setdiff1d(found, _coded(kept).to_numpy(), assume_unique=True)
    return pl.concat([kept, _compare(texts, fresh)]).sort("left", "right")


def _coded(pairs: pl.DataFrame) -> pl.Series:
    """Both numbers of a pair as one."""
    return (pairs["left"] * 2**32 + pairs["right"]).rename("pair")


def _dropped(texts: _Texts, before: pl.DataFrame, crowded: _Flags) -> pl.Series:
    """Which pairs of texts that stand in an overfull bucket would not be compared today.

    There, a new canonical text takes the place of another, with which the rest is no longer compared.
    """
    sides = (before[side].to_numpy() for side in ("left", "right"))
    doubted = before.filter(np.logical_and(*(crowded[side] for side in sides)))
    if doubted.is_empty():
        return _coded(doubted)
    probes = np.zeros(len(texts), dtype=np.bool_)
    probes[doubted["left"].to_numpy()] = True
    found, _ = _candidates(texts, probes)
    codes = _coded(doubted)
    return codes.filter(~codes.is_in(pl.Series(found).implode()))


def _candidates(texts: _Texts, probes: _Flags) -> tuple[_Codes, _Flags]:
    """The pairs with a probe that are worth comparing; and which texts stand in an overfull bucket whose first has a probe.

    Pairs are numbers: the lesser text in the upper half, the greater in the lower. They are distinct and in order.
    """
    crowded = np.zeros(len(texts), dtype=np.bool_)
    if not probes.any():
        return np.empty(0, dtype=np.uint64), crowded
    found = [
        pairs
        for column in range(BAND_COLUMNS)
        for pairs in _candidates_of(texts, probes, f"bands_{column}", crowded)
    ]
    return _distinct(np.concatenate(found)), crowded


def _candidates_of(texts: _Texts, probes: _Flags, column: str, crowded: _Flags) -> Iterator[_Codes]:
    """The candidates of one share of the bands; marks who is crowded."""
    bands = texts.column(column, fingerprints.BANDS_PER_COLUMN, np.uint32)
    for band in range(bands.shape[1]):
        buckets = np.ascontiguousarray(bands[:, band])
        members, starts = _shared_buckets(buckets, probes)
        place = np.arange(len(members)) - np.repeat(starts[:-1], np.diff(starts))
        sizes = np.repeat(np.diff(starts), np.diff(starts))
        is_first = place < MAX_BUCKET
        # Buckets of which not all pairs are compared, and whose first texts are not what they were.
        upset = np.zeros(len(starts) - 1, dtype=np.bool_)
        owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        upset[owner[(sizes > MAX_BUCKET) & is_first & probes[members]]] = True
        crowded[members[upset[owner]]] = True
        yield _worth_comparing(texts, probes, members, place)


def _shared_buckets(buckets: npt.NDArray[np.uint32], probes: _Flags) -> tuple[Integers, Integers]:
    """The texts of each bucket that has a probe and another text, bucket after bucket; and where each begins and the last ends.

    Within a bucket, texts are in canonical order.
    """
    if probes.all():
        inside = np.arange(len(buckets))
    else:
        # A table by the buckets' upper bits passes few that no probe is in.
        table = np.zeros(1 << 20, dtype=np.bool_)
        table[buckets[probes] >> np.uint32(12)] = True
        inside = np.flatnonzero(table[buckets >> np.uint32(12)])
        inside = inside[np.isin(buckets[inside], buckets[probes])]
    inside = inside[np.argsort(buckets[inside], kind="stable")]
    values = buckets[inside]
    is_start = np.ones(len(values), dtype=np.bool_)
    is_start[1:] = values[1:] != values[:-1]
    sizes = np.diff(np.append(np.flatnonzero(is_start), len(values)))
    shared = np.repeat(sizes, sizes) > 1
    return inside[shared], np.concatenate([[0], np.cumsum(sizes[sizes > 1])]).astype(np.int64)


def _worth_comparing(texts: _Texts, probes: _Flags, members: Integers, place: Integers) -> _Codes:
    """The pairs within the buckets that may be similar, by their lengths and signatures."""
    if not len(members):
        return np.empty(0, dtype=np.uint64)
    # Each text is paired with those before it in its bucket that are among the first.
    partners = np.minimum(place, MAX_BUCKET)
    bounds = np.searchsorted(np.cumsum(partners), np.arange(0, partners.sum(), _ESTIMATED))
    kept = [np.empty(0, dtype=np.uint64)]
    for start, end in zip(bounds, [*bounds[1:], len(members)], strict=True):
        counts = partners[start:end]
        right = np.repeat(members[start:end], counts)
        offsets = np.arange(len(right)) - np.repeat(np.cumsum(counts) - counts, counts)
        left = members[np.repeat(np.arange(start, end) - place[start:end], counts) + offsets]
        use = probes[left] | probes[right]
        left, right = left[use], right[use]
        short = np.minimum(texts.words[left], texts.words[right])
        long = np.maximum(texts.words[left], texts.words[right])
        use = short >= MIN_LENGTH * long
        left, right, short, long = left[use], right[use], short[use], long[use]
        shared = MIN_SHARED * short
        agreeing = np.count_nonzero(texts.signatures[left] == texts.signatures[right], axis=1)
        use = agreeing / MINIMA >= shared / (short + long - shared) - _SLACK
        kept.append(left[use].astype(np.uint64) << _PAIR | right[use].astype(np.uint64))
    return np.concatenate(kept)


def _distinct(values: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
    """Each value once, in order. (np.unique hashes, which is many times slower than sorting here.)"""
    ordered = np.sort(values)
    is_first = np.ones(len(ordered), dtype=np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


def _compare(texts: _Texts, candidates: _Codes) -> pl.DataFrame:
    """left, right, similarity: the candidates that resemble each other, each pair compared in full."""
    left = (candidates >> _PAIR).astype(np.int64)
    right = (candidates & np.uint64(0xFFFFFFFF)).astype(np.int64)
    rows = list[tuple[int, int, float]]()
    with tempfile.TemporaryFile(prefix="copydesk-duplicates-") as file:
        shelf = _Shelf(file, texts, _distinct(np.concatenate([left, right])))
        for first, second in zip(left.tolist(), right.tolist(), strict=True):
            similarity = _similarity(shelf[first], shelf[second])
            if similarity is not None:
                rows.append((first, second, similarity))
    schema = {"left": pl.UInt64, "right": pl.UInt64, "similarity": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


class _Shelf:
    """The pairs of words of many texts, in a file: all of them at once may not fit memory."""

    def __init__(self, file: IO[bytes], texts: _Texts, wanted: Integers) -> None:
        self._file = file
        self._places = dict[int, tuple[int, int]]()
        offset = 0
        for text, pairs in texts.word_pairs(wanted):
            self._places[text] = (offset, len(pairs))
            offset += file.write(pairs.tobytes())

    def __getitem__(self, text: int) -> npt.NDArray[np.uint32]:
        offset, count = self._places[text]
        self._file.seek(offset)
        return np.frombuffer(self._file.read(4 * count), dtype=np.uint32)


def _similarity(one: npt.NDArray[np.uint32], other: npt.NDArray[np.uint32]) -> float | None:
    """The share of the shorter text's pairs of words that the other has; None where they do not resemble each other."""
    _, in_one, in_other = np.intersect1d(
        one >> 1, other >> 1, assume_unique=True, return_indices=True
    )
    similarity = len(in_one) / min(len(one), len(other))
    if similarity < MIN_SHARED:
        return None
    facts = min(np.count_nonzero(one & 1), np.count_nonzero(other & 1))
    shared_facts = np.count_nonzero((one[in_one] | other[in_other]) & 1)
    if facts >= MANY_FACTS and shared_facts < MIN_SHARED_FACTS * facts:
        return None
    return similarity


def _settle(
    batches: Sequence[str], articles: pl.DataFrame, texts: pl.DataFrame, pairs: pl.DataFrame
) -> pl.DataFrame:
    """The articles that repeat others, as `find_repeats` returns them."""
    # In canonical order, each text that is not yet a duplicate takes in all that resemble it.
    canonical = dict[int, tuple[int, float]]()
    for left, right, similarity in pairs.iter_rows():
        if left not in canonical and right not in canonical:
            canonical[right] = (left, similarity)
    near = pl.DataFrame(
        [(text, first, similarity) for text, (first, similarity) in canonical.items()],
        schema={"text": pl.Int64, "first": pl.Int64, "similarity": pl.Float64},
        orient="row",
    )
    firsts = texts.select(first="text", story="article_id")
    nearly = (
        texts.join(near, on="text").join(firsts, on="first").select(*_KEY, "story", "similarity")
    )
    # Exact repetitions follow the first of them, whatever becomes of it.
    exactly = articles.filter(pl.col("words") > 0).with_columns(
        alike=pl.col("article_id").first().over(_KEY)
    )
    names = pl.DataFrame(
        {"batch": range(len(batches)), "batch_id": list(batches)},
        schema={"batch": pl.Int64, "batch_id": pl.String},
    )
    return (
        exactly.join(nearly, on=_KEY, how="left")
        .with_columns(
            duplicate_of=pl.coalesce("story", "alike"),
            similarity=pl.col("similarity").fill_null(1.0),
        )
        .filter(pl.col("duplicate_of") != pl.col("article_id"))
        .join(names, on="batch")
        .select("batch_id", "article_id", "duplicate_of", "similarity")
        .sort("article_id")
    )
