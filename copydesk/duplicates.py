"""Which articles repeat which: the same story at two outlets, cut, edited, or collected twice.

What belongs here: which article of a story is the canonical one, and finding both among all articles that ever came in.
What does not: an article's fingerprint (fingerprints.py), which pairs are worth comparing (candidates.py), what it takes to
resemble each other (comparisons.py), where all of it is kept (assets), and what is done with duplicates (they stay in the
dataset, marked).

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

Looking up and comparing are tasks, which an engine may do in any order anywhere. What is done here goes over every text's
digest and place, and over the pairs that were found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from copydesk.candidates import find_candidates
from copydesk.comparisons import SIMILARITIES, compare
from copydesk.duplicate_corpus import Corpus, InMemory
from copydesk.engines import Engine, SerialEngine
from copydesk.fingerprints import MIN_WORDS

_KEY: Final = ("digest", "digest_more")
_SIDES: Final = ("left", "right")

OpenEngine = Callable[[int, int], Engine]


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


def _here(_documents: int, _keys: int) -> Engine:
    return SerialEngine()


def find_repeats(
    corpus: Corpus, left_out: pl.DataFrame, known: Links, open_engine: OpenEngine = _here
) -> tuple[pl.DataFrame, Links]:
    """The articles that repeat others, and what is known of all afterwards.

    Of a story, the canonical article is the one published earliest; of those published at the same instant the one with
    most words, for others may have been cut, then the one with the smallest id. Articles without a date (or with one
    vaguer than a day) come last.

    Args:
        corpus: all articles, those that were looked at before among them.
        left_out: `batch_id`, `document_id` of what is not published.
        known: what was returned before for some of these articles with the same fingerprints.
        open_engine: the engine that looks up and compares, by the number of documents whose reading costs as much, and the
            number of tasks.

    Returns:
        One row per repeated article, sorted by `article_id`: `batch_id`, `article_id`, `duplicate_of`, `similarity`
        (1.0 for the same words); and what to pass the next time.
    """
    articles = _rank(corpus, left_out)
    texts = (
        articles.filter(pl.col("words") >= MIN_WORDS)
        .unique(_KEY, keep="first", maintain_order=True)
        .with_row_index("text")
    )
    # Only where nothing was taken away is what was known still what would be found.
    if known.texts.join(articles, on=[*_KEY, "article_id"], how="anti").height:
        known = Links.none()
    pairs = _link(corpus, texts, known, open_engine)
    repeats = _settle(corpus.batches(), articles, texts, pairs)
    return repeats, Links(texts.select(*_KEY, "article_id"), _named(texts, pairs))


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


def _rank(corpus: Corpus, left_out: pl.DataFrame) -> pl.DataFrame:
    """article_id, words, digest, digest_more, batch (its number), row (in it); the most canonical first."""
    frames = [
        pl.DataFrame(
            schema={
                "article_id": pl.String,
                "published_at": pl.Datetime("us", "UTC"),
                "words": pl.Int64,
                **dict.fromkeys(_KEY, pl.UInt64),
                "batch": pl.UInt32,
                "row": pl.UInt32,
            }
        )
    ]
    out_of = left_out.partition_by("batch_id", as_dict=True)
    for number, batch in enumerate(corpus.batches()):
        columns = ["article_id", "document_id", "published_at", "words", *_KEY]
        read = corpus.fingerprints(batch, columns)
        out = out_of.get((batch,), left_out.clear())
        rows = read.with_row_index("row").with_columns(batch=pl.lit(number, dtype=pl.UInt32))
        frames.append(rows.join(out, on="document_id", how="anti").select(frames[0].columns))
    return (
        pl.concat(frames)
        .sort(
            "published_at", "words", "article_id", descending=[False, True, False], nulls_last=True
        )
        .drop("published_at")
    )


def _link(
    corpus: Corpus, texts: pl.DataFrame, known: Links, open_engine: OpenEngine
) -> pl.DataFrame:
    """left < right (texts), similarity: all pairs that share a bucket and resemble each other."""
    before, scratch = _numbered(texts, known), corpus.scratch()

    def find(probe: pl.Series, name: str) -> tuple[pl.DataFrame, pl.Series]:
        places = texts.select("text", "batch", "row", "words", probe=probe)
        return find_candidates(corpus, scratch, open_engine, places, name)

    found, crowded = find(_changed(texts, known), "changed")
    doubted = before.filter(*(pl.col(side).is_in(crowded.implode()) for side in _SIDES))
    # In an overfull bucket a new canonical text takes the place of another, with which the rest is no longer compared.
    still, _ = find(texts["text"].is_in(doubted["left"].implode()), "doubted")
    dropped = doubted.join(still, on=_SIDES, how="anti")
    kept = before.join(dropped, on=_SIDES, how="anti")
    fresh = found.join(kept, on=_SIDES, how="anti", maintain_order="left")
    compared = compare(corpus, scratch, open_engine, texts, fresh)
    scratch.clear()
    return pl.concat([kept, compared]).sort(_SIDES)


def _changed(texts: pl.DataFrame, known: Links) -> pl.Series:
    """Which texts are new, or have a more canonical article now."""
    before = known.texts.rename({"article_id": "before"})
    joined = texts.join(before, on=_KEY, how="left", maintain_order="left")
    return joined.select(pl.col("before").ne_missing(pl.col("article_id"))).to_series()


def _numbered(texts: pl.DataFrame, known: Links) -> pl.DataFrame:
    """The known pairs by the texts' numbers."""
    numbers = texts.select(*_KEY, "text")
    return (
        known.pairs.join(numbers, on=_KEY)
        .join(numbers, left_on=["other", "other_more"], right_on=_KEY, suffix="_other")
        .select(
            left=pl.min_horizontal("text", "text_other"),
            right=pl.max_horizontal("text", "text_other"),
            similarity="similarity",
        )
        .cast(SIMILARITIES)
    )


def _named(texts: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs by the texts' digests, as `Links` has them."""
    numbers = texts.select("text", *_KEY)
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
        schema={"text": pl.UInt32, "first": pl.UInt32, "similarity": pl.Float64},
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
        schema={"batch": pl.UInt32, "batch_id": pl.String},
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
