"""Which pairs of texts are worth comparing: those that share a bucket and whose signatures say so.

What belongs here: looking up texts in the buckets of all bands, a share of the buckets at a time, and estimating pairs by
their lengths and signatures. What does not: fingerprints (fingerprints.py), comparing in full (comparisons.py).

Texts are numbered in canonical order, so in a bucket the lesser number is the more canonical text. Some of them are probes:
only pairs with one are looked for. A task's share is a hash bucket of the bands' buckets: what comes of all of them together
does not depend on how they are shared out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from copydesk import fingerprints
from copydesk.comparisons import MIN_SHARED
from copydesk.duplicate_corpus import Corpus, Scratch
from copydesk.engines import Engine
from copydesk.fingerprints import BAND_COLUMNS, BANDS_PER_COLUMN, MINIMA, Integers

# A text shorter than this share of the other is a teaser or a brief, which says less.
MIN_LENGTH: Final = 0.5
# Of a larger bucket not all pairs are compared, for their number grows with its square, only all of its articles with
# this many of its most canonical ones.
MAX_BUCKET: Final = 32
# How far a signature's estimate may lie below what is asked for: three standard deviations.
_SLACK: Final = 0.13

# A task holds the buckets, the lengths and the signatures of so many texts at most, some 230 bytes each.
TEXTS_AT_ONCE: Final = 2_000_000
# With fewer probes than this share of the texts, or fewer texts than this, one task looks up all bands: a signature is then
# read once, and most of the cost is reading.
FEW_PROBES: Final = 0.1
FEW_TEXTS: Final = 50_000
# Columns of bands that a task looks up otherwise, while it holds all texts.
COLUMNS_AT_ONCE: Final = 2
# The share of all texts that stand in one of a probe's buckets in one column of bands, by chance nearly all.
_CHANCE: Final = 16e-6
# So many texts cost, to be looked up, what reading a document does.
TEXTS_A_DOCUMENT: Final = 150
# Batches whose texts are read at a time.
_BATCHES_AT_ONCE: Final = 64
# Pairs that are made, that wait until those of several buckets are told apart, and that are estimated at a time.
_PAIRED: Final = 1 << 20
_WAITING: Final = 1 << 22
_ESTIMATED: Final = 1 << 15

PAIRS: Final = pl.Schema({"left": pl.UInt32, "right": pl.UInt32})
_LOW: Final = np.uint64(0xFFFFFFFF)
_HALF: Final = np.uint64(32)

_Number = TypeVar("_Number", bound=np.integer)
_Codes = npt.NDArray[np.uint64]
_Texts = npt.NDArray[np.uint32]
_Flags = npt.NDArray[np.bool_]
# Of some texts the buckets in one band, the numbers, and which are probes.
_Part = tuple[_Texts, _Texts, _Flags]
# A batch and its texts.
_Batch = tuple[str, pl.DataFrame]


def find_candidates(
    corpus: Corpus,
    scratch: Scratch,
    open_engine: Callable[[int, int], Engine],
    texts: pl.DataFrame,
    name: str,
) -> tuple[pl.DataFrame, pl.Series]:
    """The pairs with a probe that are worth comparing.

    Args:
        corpus: where the texts' fingerprints are.
        scratch: where tasks leave frames.
        open_engine: who does it, by how many documents it is worth, and how many tasks it is.
        texts: `text`, `batch` (its number), `row` (in its fingerprints), `words`, `probe`.
        name: what `texts` are called in the scratch.

    Returns:
        A frame of `PAIRS`, distinct and in order; and the texts that stand in an overfull bucket of whose first texts one
        is a probe.
    """
    probes = int(texts["probe"].sum())
    if not probes:
        return PAIRS.to_frame(), pl.Series("text", dtype=pl.UInt32)
    scratch.write(name, texts.sort("batch", "text"))
    keys = _keys(texts.height, probes)
    engine = open_engine(texts.height // TEXTS_A_DOCUMENT, len(keys))
    for outcome in engine.map(BucketTask(corpus, scratch, name), keys):
        outcome.result()
    pairs = pl.concat(scratch.scan(_pairs(name, key)).collect() for key in keys)
    crowded = pl.concat(scratch.scan(_crowded(name, key)).collect() for key in keys)
    return pairs.unique().sort("left", "right"), crowded["text"].unique()


def _keys(texts: int, probes: int) -> list[str]:
    """The tasks' keys: the first and the last column of bands, the share of the buckets, and of how many shares."""
    few, columns, shares = probes < FEW_PROBES * texts, COLUMNS_AT_ONCE, 1
    if texts > TEXTS_AT_ONCE:
        # A text may be in another share in each band, so that a share of the buckets has most texts until it is a small one.
        places = texts * BANDS_PER_COLUMN
        if few:
            # Those of the probes' buckets, and the bands of all texts while these are looked for, a fifth of the bytes.
            places = min(places, int(probes * texts * _CHANCE) + texts // 5)
        columns, shares = 1, -(-places // TEXTS_AT_ONCE)
    elif few or texts < FEW_TEXTS:
        columns = BAND_COLUMNS
    return [
        f"{first}-{first + columns - 1}.{share}.{shares}"
        for first in range(0, BAND_COLUMNS, columns)
        for share in range(shares)
    ]


@dataclass(frozen=True, slots=True)
class BucketTask:
    """Finds the candidates in a share of the buckets; the key is one of `_keys`."""

    corpus: Corpus
    scratch: Scratch
    texts: str

    def __call__(self, key: str) -> None:
        """Leave the pairs, and the texts that are crowded."""
        if self.scratch.has(_crowded(self.texts, key)):
            return
        columns, share, shares = key.split(".")
        first, last = map(int, columns.split("-"))
        held = list(self._batches()) if int(shares) == 1 else []

        def batches() -> Iterable[_Batch]:
            return held or self._batches()

        buckets = [
            shared
            for column in range(first, last + 1)
            for shared in self._shared(batches(), f"bands_{column}", int(share), int(shares))
        ]
        texts = distinct(np.concatenate([each.members for each in buckets]))
        members = _Members.read(self.corpus, batches(), texts)
        # From here on members are known by their places among these, so that what is known of each is at hand.
        buckets = [each.renumbered(texts) for each in buckets]
        pairs = _distinct_pairs(buckets, members.probes)
        found = distinct(np.concatenate([members.alike(each) for each in pairs]))
        crowded = distinct(np.concatenate([members.crowded(each) for each in buckets]))
        named = {name: texts[side] for name, side in zip(PAIRS, _sides(found), strict=True)}
        self.scratch.write(_pairs(self.texts, key), pl.DataFrame(named))
        self.scratch.write(_crowded(self.texts, key), pl.DataFrame({"text": texts[crowded]}))

    def _batches(self) -> Iterator[_Batch]:
        """Each batch that has texts, and these."""
        names, texts = self.corpus.batches(), self.scratch.scan(self.texts)
        for start in range(0, len(names), _BATCHES_AT_ONCE):
            some = pl.col("batch").is_between(start, start + _BATCHES_AT_ONCE, closed="left")
            for own in texts.filter(some).collect().partition_by("batch", maintain_order=True):
                yield names[own["batch"][0]], own

    def _shared(
        self, batches: Iterable[_Batch], column: str, share: int, shares: int
    ) -> Iterator[Buckets]:
        """Each band's buckets that have a probe and another text."""
        parts: list[list[_Part]] = [[] for _ in range(BANDS_PER_COLUMN)]
        for batch, own in batches:
            read = self.corpus.fingerprints(batch, [column])[column]
            bands = fingerprints.numbers(read, np.uint32).take(own["row"].to_numpy(), axis=0)
            known = own["text"].to_numpy(), own["probe"].to_numpy()
            for band, bucket in enumerate(bands.T):
                part = (bucket, *known)
                if shares > 1:
                    inside = bucket % shares == share
                    part = (bucket[inside], *(each[inside] for each in known))
                parts[band].append(part)
        while parts:
            yield Buckets.shared(*_near_probes(parts.pop()))


def _near_probes(parts: Sequence[_Part]) -> tuple[_Codes, _Texts]:
    """A band's buckets, each with a text of its in the lower half, but for most in which there is no probe; and the probes'."""
    probing = np.concatenate([bucket[probe] for bucket, _, probe in parts])
    # A table by the buckets' upper bits passes few that no probe is in.
    table = np.zeros(1 << 20, dtype=np.bool_)
    table[probing >> np.uint32(12)] = True
    codes = list[_Codes]()
    for bucket, text, _ in parts:
        inside = table[bucket >> np.uint32(12)]
        codes.append(bucket[inside].astype(np.uint64) << _HALF | text[inside])
    return np.concatenate(codes), probing


@dataclass(frozen=True, slots=True)
class Buckets:
    """Texts by their numbers, bucket after bucket, within each in canonical order; and how many each bucket has."""

    members: _Texts
    sizes: Integers

    @classmethod
    def shared(cls, codes: _Codes, probing: _Texts) -> Buckets:
        """The buckets that have a probe and another text.

        Args:
            codes: a bucket in the upper half of each, one of its texts in the lower.
            probing: the probes' buckets.
        """
        if len(probing) < len(codes):
            codes = codes[np.isin((codes >> _HALF).astype(np.uint32), probing)]
        codes = np.sort(codes)
        buckets = codes >> _HALF
        is_start = np.ones(len(codes), dtype=np.bool_)
        is_start[1:] = buckets[1:] != buckets[:-1]
        sizes = np.diff(np.append(np.flatnonzero(is_start), len(codes)))
        shared = np.repeat(sizes, sizes) > 1
        return cls((codes[shared] & _LOW).astype(np.uint32), sizes[sizes > 1])

    def renumbered(self, order: _Texts) -> Buckets:
        """The same, each text by its place in `order`, which is ascending."""
        return Buckets(np.searchsorted(order, self.members).astype(np.uint32), self.sizes)

    @property
    def places(self) -> Integers:
        """Which of its bucket each text is, from 0 on."""
        return _count_up(self.sizes)

    def pairs(self, probes: _Flags) -> Iterator[_Codes]:
        """Each text with those before it in its bucket that are among the first, where one is a probe: the lesser text in the
        upper half."""
        places, is_probe = self.places, probes[self.members]
        partners = np.minimum(places, MAX_BUCKET)
        bounds = np.searchsorted(np.cumsum(partners), np.arange(0, partners.sum(), _PAIRED))
        for start, end in pairwise([*bounds, len(self.members)]):
            counts = partners[start:end]
            right = np.repeat(np.arange(start, end), counts)
            left = right - np.repeat(places[start:end], counts) + _count_up(counts)
            use = is_probe[left] | is_probe[right]
            first, second = (self.members[side[use]].astype(np.uint64) for side in (left, right))
            yield first << _HALF | second


def _count_up(counts: Integers) -> Integers:
    """From 0 to each count, one after the other."""
    up: Integers = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return up


def _distinct_pairs(buckets: Sequence[Buckets], probes: _Flags) -> Iterator[_Codes]:
    """The pairs of all buckets. What resembles each other shares many buckets, but is a pair once, or a few times."""
    waiting = list[_Codes]()
    for pairs in chain.from_iterable(each.pairs(probes) for each in buckets):
        waiting.append(pairs)
        if sum(map(len, waiting)) >= _WAITING:
            yield distinct(np.concatenate(waiting))
            waiting.clear()
    yield distinct(np.concatenate([np.empty(0, dtype=np.uint64), *waiting]))


@dataclass(frozen=True, slots=True)
class _Members:
    """What is known of each text that is in any of a task's buckets, in order."""

    words: Integers
    probes: _Flags
    signatures: npt.NDArray[np.uint8]

    @classmethod
    def read(cls, corpus: Corpus, batches: Iterable[_Batch], texts: _Texts) -> _Members:
        """Look these texts up in all batches."""
        words = np.empty(len(texts), dtype=np.int64)
        probes = np.empty(len(texts), dtype=np.bool_)
        signatures = np.empty((len(texts), MINIMA), dtype=np.uint8)
        for batch, every in batches if len(texts) else ():
            at = np.minimum(np.searchsorted(texts, every["text"].to_numpy()), len(texts) - 1)
            is_member = texts[at] == every["text"].to_numpy()
            own, at = every.filter(pl.Series(is_member)), at[is_member]
            if own.height:
                read = corpus.fingerprints(batch, ["signature"])["signature"]
                words[at], probes[at] = own["words"].to_numpy(), own["probe"].to_numpy()
                rows = own["row"].to_numpy()
                signatures[at] = fingerprints.numbers(read, np.uint8).take(rows, axis=0)
        return cls(words, probes, signatures)

    def crowded(self, buckets: Buckets) -> _Texts:
        """The texts of the buckets of which not all pairs are compared, and whose first texts are not what they were."""
        bucket = np.repeat(np.arange(len(buckets.sizes)), buckets.sizes)
        is_first = (buckets.sizes[bucket] > MAX_BUCKET) & (buckets.places < MAX_BUCKET)
        upset = np.zeros(len(buckets.sizes), dtype=np.bool_)
        upset[bucket[is_first & self.probes[buckets.members]]] = True
        return buckets.members[upset[bucket]]

    def alike(self, pairs: _Codes) -> _Codes:
        """Those that may be similar, by their lengths and signatures."""
        kept = [np.empty(0, dtype=np.uint64)]
        for start in range(0, len(pairs), _ESTIMATED):
            some = pairs[start : start + _ESTIMATED]
            left, right = _sides(some)
            short = np.minimum(self.words[left], self.words[right])
            long = np.maximum(self.words[left], self.words[right])
            use = short >= MIN_LENGTH * long
            some, left, right = some[use], left[use], right[use]
            short, long = short[use], long[use]
            shared = MIN_SHARED * short
            # `take` gathers rows several times as fast as brackets do.
            one, other = (self.signatures.take(side, axis=0) for side in (left, right))
            agreeing = np.count_nonzero(one == other, axis=1)
            kept.append(some[agreeing / MINIMA >= shared / (short + long - shared) - _SLACK])
        return np.concatenate(kept)


def _sides(pairs: _Codes) -> tuple[_Texts, _Texts]:
    """The lesser and the greater text of each pair."""
    return (pairs >> _HALF).astype(np.uint32), (pairs & _LOW).astype(np.uint32)


def distinct(values: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
    """Each value once, in order. (np.unique hashes, which is many times slower than sorting here.)"""
    ordered = np.sort(values)
    is_first = np.ones(len(ordered), dtype=np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


def _pairs(texts: str, key: str) -> str:
    return f"{texts}-{key}-pairs"


def _crowded(texts: str, key: str) -> str:
    return f"{texts}-{key}-crowded"
