"""Answers: what a system says about each page, in one shape for all systems.

What belongs here: the shape, and the answers of Copydesk, of the floor and of the oracle. What does not: peers
(peers.py), scores (metrics.py).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from benchmarks.quality.metrics import compare, shingle_counts, word_counts
from copydesk.articles import compose
from copydesk.decoding import decode
from copydesk.parsing import Parsed, parse
from copydesk.reading import RAW_SCHEMA, read_file

Parser = Callable[[pl.DataFrame], Parsed]
# Given the pages to learn from and the number of the fold that is left out, a parser for the pages left out.
Trainer = Callable[[pl.DataFrame, int], Parser]

# A null title, date or list says that the system does not answer such questions; `page_type` likewise.
ANSWERS_SCHEMA: Final = pl.Schema(
    {
        "id": pl.String,
        "body": pl.String,
        "title": pl.String,
        "published": pl.String,
        "authors": pl.List(pl.String),
        "page_type": pl.String,
    }
)
WARM_UP_PAGES: Final = 20


@dataclass(frozen=True, slots=True)
class Answers:
    """A system's answers. `fields` are the questions it answers; `seconds` is the processor time that all pages took it."""

    system: str
    frame: pl.DataFrame
    fields: frozenset[str]
    seconds: float | None = None
    parsed: Parsed | None = None


METADATA: Final = frozenset({"title", "published", "authors"})


def floor(pages: pl.DataFrame) -> Answers:
    """The page's whole text as its body."""
    frame = pages.select("id", body="dump")
    return Answers("floor: the whole text", _conform(frame), frozenset({"body"}))


def oracle(pages: pl.DataFrame, blocks: pl.DataFrame) -> Answers:
    """The selection of our blocks that fits the truth best, found greedily: what selecting alone can reach.

    A block is taken when at least half of its shingles are in the truth; then blocks are taken and left, one by one,
    where that raises the word F1.
    """
    grouped = dict(
        blocks.sort("document_id", "block_index")
        .group_by("document_id", maintain_order=True)
        .agg("text")
        .iter_rows()
    )
    bodies = [
        _best_selection(grouped.get(page, []), body or "")
        for page, body in pages.select("id", "body").iter_rows()
    ]
    frame = pages.select("id", body=pl.Series(bodies, dtype=pl.String))
    return Answers("oracle: best of our blocks", _conform(frame), frozenset({"body"}))


def _best_selection(blocks: list[str], truth: str) -> str:
    true_shingles, true_words = shingle_counts(truth), word_counts(truth)
    words = [word_counts(block) for block in blocks]
    taken = []
    for block in blocks:
        overlap = compare(shingle_counts(block), true_shingles)
        taken.append(overlap.hit > 0 and overlap.precision >= 0.5)
    have = word_counts("\n".join(block for block, take in zip(blocks, taken, strict=True) if take))
    best = compare(have, true_words).f1
    for index, counts in enumerate(words):
        if not counts.keys() & true_words.keys():
            continue
        changed = have - counts if taken[index] else have + counts
        score = compare(changed, true_words).f1
        if score > best:
            best, have, taken[index] = score, changed, not taken[index]
    return "\n".join(block for block, take in zip(blocks, taken, strict=True) if take)


def from_text(pages: pl.DataFrame, parser: Parser = parse) -> Answers:
    """Copydesk's answers from the pages' flattened text; a page that it takes for no article has no body."""
    run = _run(raw_texts, pages, parser)
    return _answers("copydesk: text", pages, *run)


def by_fold(
    pages: pl.DataFrame, trainer: Trainer, folds: tuple[int, ...]
) -> tuple[Answers, Answers]:
    """Copydesk's answers from text and from HTML for the pages of `folds`, each by a parser that did not see its fold.

    Args:
        pages: with `fold` (see `corpus.with_folds`).
        trainer: called once a fold, with the pages of all other folds.
        folds: which to answer for.
    """
    texts, htmls = list[Answers](), list[Answers]()
    for fold in folds:
        held_out = pages.filter(pl.col("fold") == fold)
        parser = trainer(pages.filter(pl.col("fold") != fold), fold)
        texts.append(from_text(held_out, parser))
        htmls.append(from_html(held_out, parser))
    return _together("copydesk: text, out of fold", texts), _together(
        "copydesk: HTML, out of fold", htmls
    )


def _together(system: str, parts: list[Answers]) -> Answers:
    parsed = [part.parsed for part in parts if part.parsed is not None]
    return Answers(
        system,
        pl.concat(part.frame for part in parts),
        parts[0].fields,
        sum(part.seconds or 0.0 for part in parts),
        Parsed(
            pl.concat(part.documents for part in parsed),
            pl.concat(part.blocks for part in parsed),
            pl.concat(part.stated for part in parsed),
        ),
    )


def told_articles(pages: pl.DataFrame, answers: Answers) -> Answers:
    """Copydesk's answers had it been told that all `pages` are articles: the text without the page type's errors."""
    assert answers.parsed is not None
    documents = answers.parsed.documents.filter(
        pl.col("document_id").is_in(pages["id"].implode())
    ).with_columns(status=pl.lit("article"), page_type=pl.lit("article"), reason=None)
    told = replace(answers.parsed, documents=documents)
    name = f"{answers.system}, type given"
    return Answers(name, _composed(told), METADATA | {"body"}, parsed=told)


def from_html(pages: pl.DataFrame, parser: Parser = parse) -> Answers:
    """Copydesk's answers from the pages' HTML."""
    run = _run(raw_html, pages.filter(pl.col("html").is_not_null()), parser)
    return _answers("copydesk: HTML", pages, *run)


def _run(
    read: Callable[[pl.DataFrame], pl.DataFrame], pages: pl.DataFrame, parser: Parser
) -> tuple[Parsed, pl.DataFrame, float]:
    compose(parser(read(pages.head(WARM_UP_PAGES))))
    start = time.process_time()
    parsed = parser(read(pages))
    found = _composed(parsed)
    return parsed, found, time.process_time() - start


def raw_texts(pages: pl.DataFrame) -> pl.DataFrame:
    """The pages' flattened texts as raw documents (see reading.RAW_SCHEMA), named by the pages' ids."""
    decoded = [decode(dump.encode()) for dump in pages["dump"].fill_null("")]
    return pages.select(
        document_id="id",
        batch_id=pl.lit("benchmark"),
        source_uri="id",
        source_format=pl.lit("text"),
        byte_length=pl.col("dump").str.len_bytes().fill_null(0).cast(pl.Int64),
        copies=pl.lit(1, dtype=pl.Int64),
        encoding=pl.Series([page.encoding for page in decoded], dtype=pl.String),
        text=pl.Series([page.text for page in decoded], dtype=pl.String),
        rejection=pl.Series([page.rejection for page in decoded], dtype=pl.String),
        address=pl.lit(None, dtype=pl.String),
        lines=pl.lit(None, dtype=RAW_SCHEMA["lines"]),
        page=pl.lit(None, dtype=RAW_SCHEMA["page"]),
    ).select(RAW_SCHEMA.names())


def raw_html(pages: pl.DataFrame) -> pl.DataFrame:
    frames = list[pl.DataFrame]()
    with tempfile.TemporaryDirectory() as directory:
        page = Path(directory) / "page.html"
        for page_id, html in pages.select("id", "html").iter_rows():
            page.write_text(html, encoding="utf-8")
            frames.append(read_file(page).with_columns(document_id=pl.lit(page_id)))
    return pl.concat(frames)


def _composed(parsed: Parsed) -> pl.DataFrame:
    articles = compose(parsed).articles
    found = parsed.documents.select(id="document_id", page_type="page_type").join(
        articles.select(
            "body",
            "title",
            "authors",
            id="document_id",
            published=pl.when(
                pl.col("published_precision").is_in(["day", "minute", "second"])
            ).then(pl.col("published_at").dt.to_string("iso:strict")),
        ),
        on="id",
        how="left",
    )
    return _conform(found)


def _answers(
    system: str, pages: pl.DataFrame, parsed: Parsed, found: pl.DataFrame, seconds: float
) -> Answers:
    frame = pages.select("id").join(found, on="id", how="left", maintain_order="left")
    return Answers(system, _conform(frame), METADATA | {"body", "page_type"}, seconds, parsed)


def _conform(frame: pl.DataFrame) -> pl.DataFrame:
    absent = {name: pl.lit(None, dtype=dtype) for name, dtype in ANSWERS_SCHEMA.items()}
    return frame.with_columns(
        **{name: value for name, value in absent.items() if name not in frame.columns}
    ).select(pl.col(name).cast(dtype) for name, dtype in ANSWERS_SCHEMA.items())
