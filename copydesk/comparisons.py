"""Comparing articles in full: which candidates resemble each other.

What belongs here: what it takes for two texts to resemble each other, and doing many pairs in shares. What does not: which
pairs are worth it (candidates.py), what follows from it (duplicates.py).

First the words of all wanted texts are laid out, a task a batch, so that a batch's bodies are read once; then a task a share
of the candidates compares them. In the shares' order the texts of a story lie together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from copydesk import fingerprints
from copydesk.duplicate_corpus import Corpus, Scratch
from copydesk.engines import Engine

# Of the shorter article's pairs of words, this share must stand in the longer one. Where every seventh word was changed
# .72 of the pairs are left; a follow-up that gives a third of the story again stays near a third. (Chosen, as the two
# below, on the development set of `benchmarks.duplicates`.)
MIN_SHARED: Final = 0.6
# Reports from a template share up to three quarters of their pairs and tell other facts: of the pairs of words that tell one, a number or a name,
# this share must be shared, where there are enough of them to say so.
MIN_SHARED_FACTS: Final = 0.5
MANY_FACTS: Final = 10

# Candidates of one share: the words of their texts are in memory together, some 1.2 kB a text.
PAIRS_AT_ONCE: Final = 1 << 15
# Texts' words that are read at a time.
WORDS_AT_ONCE: Final = 256
# So many texts cost, to be laid out, and so many pairs, to be compared, what reading a document does.
TEXTS_A_DOCUMENT: Final = 8
PAIRS_A_DOCUMENT: Final = 100

SIMILARITIES: Final = pl.Schema({"left": pl.UInt32, "right": pl.UInt32, "similarity": pl.Float64})
_CANDIDATES: Final = "candidates"
_WANTED: Final = "wanted"

_Words = npt.NDArray[np.uint32]


def compare(
    corpus: Corpus,
    scratch: Scratch,
    open_engine: Callable[[int, int], Engine],
    texts: pl.DataFrame,
    candidates: pl.DataFrame,
) -> pl.DataFrame:
    """Compare candidates in full.

    Args:
        corpus: where the texts' bodies are.
        scratch: where tasks leave frames.
        open_engine: who does it, by how many documents it is worth, and how many tasks it is.
        texts: `text`, `batch`, `article_id`, among them all texts of the candidates.
        candidates: `left`, `right`, in order.

    Returns:
        A frame of `SIMILARITIES`: the pairs that resemble each other, in order.
    """
    if candidates.is_empty():
        return SIMILARITIES.to_frame()
    shared = candidates.with_columns(share=pl.int_range(pl.len(), dtype=pl.UInt32) // PAIRS_AT_ONCE)
    wanted = (
        pl.concat(shared.select("share", text=side) for side in ("left", "right"))
        .unique()
        .join(texts.select("text", "batch", "article_id"), on="text")
        .sort("batch", "share", "text")
    )
    scratch.write(_CANDIDATES, shared)
    scratch.write(_WANTED, wanted)
    batches = wanted["batch"].unique().sort().cast(pl.String).to_list()
    shares = shared["share"].unique().sort().cast(pl.String).to_list()
    laying_out = open_engine(wanted.height // TEXTS_A_DOCUMENT, len(batches))
    for outcome in laying_out.map(WordsTask(corpus, scratch), batches):
        outcome.result()
    comparing = open_engine(candidates.height // PAIRS_A_DOCUMENT, len(shares))
    for outcome in comparing.map(CompareTask(scratch), shares):
        outcome.result()
    return pl.concat(scratch.scan(_compared(share)).collect() for share in shares)


@dataclass(frozen=True, slots=True)
class WordsTask:
    """Lays out the pairs of words of a batch's wanted texts; the key is the batch's number."""

    corpus: Corpus
    scratch: Scratch

    def __call__(self, key: str) -> None:
        """Leave `share`, `text`, `words` (32-bit numbers, see fingerprints.word_pairs), in order."""
        if self.scratch.has(_words(key)):
            return
        wanted = self.scratch.scan(_WANTED).filter(pl.col("batch") == int(key)).collect()
        bodies = self.corpus.bodies(self.corpus.batches()[int(key)], wanted["article_id"].unique())
        words = {
            article_id: pairs.tobytes() for article_id, pairs in fingerprints.word_pairs(bodies)
        }
        laid_out = pl.Series([words[each] for each in wanted["article_id"]], dtype=pl.Binary)
        self.scratch.write(
            _words(key), wanted.select("share", "text", words=laid_out), rows=WORDS_AT_ONCE
        )


@dataclass(frozen=True, slots=True)
class CompareTask:
    """Compares a share of the candidates; the key is the share's number."""

    scratch: Scratch

    def __call__(self, key: str) -> None:
        """Leave a frame of `SIMILARITIES`."""
        if self.scratch.has(_compared(key)):
            return
        in_share = pl.col("share") == int(key)
        pairs = self.scratch.scan(_CANDIDATES).filter(in_share).collect()
        wanted = self.scratch.scan(_WANTED).filter(in_share)
        words = dict[int, _Words]()
        for batch in wanted.select(pl.col("batch").unique().sort()).collect()["batch"]:
            read = self.scratch.scan(_words(str(batch))).filter(in_share)
            for text, content in read.select("text", "words").collect().iter_rows():
                words[text] = np.frombuffer(content, dtype=np.uint32)
        alike = (
            (left, right, similarity)
            for left, right in pairs.select("left", "right").iter_rows()
            if (similarity := similarity_of(words[left], words[right])) is not None
        )
        self.scratch.write(
            _compared(key), pl.DataFrame(list(alike), schema=SIMILARITIES, orient="row")
        )


def similarity_of(one: _Words, other: _Words) -> float | None:
    """The share of the shorter text's pairs of words that the other has; None where they do not resemble each other."""
    short, long = sorted((one, other), key=len)
    # Both are in order, and have each pair once.
    places = np.minimum(np.searchsorted(long >> 1, short >> 1), len(long) - 1)
    found = long[places]
    is_shared = found >> 1 == short >> 1
    similarity = np.count_nonzero(is_shared) / len(short)
    if similarity < MIN_SHARED:
        return None
    facts = min(np.count_nonzero(one & 1), np.count_nonzero(other & 1))
    shared_facts = np.count_nonzero((short | found)[is_shared] & 1)
    if facts >= MANY_FACTS and shared_facts < MIN_SHARED_FACTS * facts:
        return None
    return similarity


def _words(batch: str) -> str:
    return f"words-{batch}"


def _compared(share: str) -> str:
    return f"compared-{share}"
