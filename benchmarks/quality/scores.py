"""Scores: each page's figures for each system.

What belongs here: holding answers against the pages' truth, one row a page. What does not: averages and intervals
(report.py).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import polars as pl

from benchmarks.quality.answers import Answers
from benchmarks.quality.metrics import (
    Cuts,
    author_names,
    compare,
    day_of,
    judge_cuts,
    normalise,
    people,
    same_day,
    shingle_counts,
    shows_day,
    word_counts,
)

_OVERLAP: Final = ("hit", "extra", "missed")
SCORES_SCHEMA: Final = pl.Schema(
    {
        "system": pl.String,
        "id": pl.String,
        "word_f1": pl.Float64,
        **{f"shingle_{part}": pl.Float64 for part in _OVERLAP},
        "title": pl.Float64,
        "date": pl.Float64,
        "shown_date": pl.Float64,
        "given_date": pl.Float64,
        **{f"author_{part}": pl.Float64 for part in _OVERLAP},
        "author_f1": pl.Float64,
        "shown_author_f1": pl.Float64,
        "written_author_f1": pl.Float64,
        "unsigned": pl.Float64,
    }
)


def score(pages: pl.DataFrame, answers: Answers) -> pl.DataFrame:
    """A row a page in `SCORES_SCHEMA`; null where the page has no such truth or the system no such answer.

    `date` is 1 where the day is right, over all pages that have one; `shown_date` the same over pages whose
    flattened text shows that day; `given_date` the same over pages for which the system gave a day.

    Authors are people (see `metrics.people`): desks, agencies and the outlet itself count on neither side. The columns
    `author_*` are over pages whose truth names somebody, `shown_author_f1` over those of them whose flattened text
    holds everybody, `written_author_f1` over all names of the truth, people or not; `unsigned` is 1 where the truth
    names nobody and the system does.
    """
    joined = pages.select(
        "id", "domain", "dump", true_body="body", true_title="title", true_published="published",
        true_authors="authors",
    ).join(answers.frame, on="id", how="left", maintain_order="left")  # fmt: skip
    rows = [_score_page(page, answers.fields) for page in joined.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=SCORES_SCHEMA).with_columns(system=pl.lit(answers.system))


def _score_page(page: dict[str, object], fields: frozenset[str]) -> dict[str, object]:
    dump = str(page["dump"] or "")
    row: dict[str, object] = {"id": page["id"]}
    if "body" in fields:
        body, truth = str(page["body"] or ""), str(page["true_body"] or "")
        row["word_f1"] = compare(word_counts(body), word_counts(truth)).f1
        shingles = compare(shingle_counts(body), shingle_counts(truth))
        row |= {f"shingle_{part}": getattr(shingles, part) for part in _OVERLAP}
    if "title" in fields and normalise(_text(page["true_title"])):
        row["title"] = float(
            normalise(_text(page["title"])) == normalise(_text(page["true_title"]))
        )
    if "published" in fields:
        written, answer = _text(page["true_published"]), _text(page["published"])
        day = day_of(written)
        if written is not None and day is not None:
            row["date"] = float(same_day(answer, written))
            row["shown_date"] = row["date"] if shows_day(dump, day) else None
            row["given_date"] = row["date"] if day_of(answer) is not None else None
    if "authors" in fields:
        row |= _score_authors(page, dump)
    return row


def _score_authors(page: dict[str, object], dump: str) -> dict[str, float]:
    answer, truth = _texts(page["authors"]), _texts(page["true_authors"])
    row = dict[str, float]()
    if written := author_names(truth):
        row["written_author_f1"] = compare(author_names(answer), written).f1
    domain = str(page["domain"] or "")
    named, true = people(answer, domain), people(truth, domain)
    if not true:
        return row | {"unsigned": float(bool(named))}
    overlap = compare(named, true)
    row |= {f"author_{part}": getattr(overlap, part) for part in _OVERLAP}
    row["author_f1"] = overlap.f1
    shown = f" {normalise(dump)} "
    if all(f" {name} " in shown for name in true):
        row["shown_author_f1"] = overlap.f1
    return row


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> list[str]:
    return [str(item) for item in value if item] if isinstance(value, list) else []


def count_cuts(pages: pl.DataFrame, blocks: pl.DataFrame) -> tuple[Cuts, Cuts]:
    """How Copydesk's cuts within lines of the dump compare with the paragraphs of the truth.

    First those where sentences touch (glue), then those between the sentences of lines too long for a paragraph.
    """
    glued, spaced = Cuts(0, 0), Cuts(0, 0)
    cut = blocks.sort("document_id", "block_index").select("document_id", "start", "end", "text")
    by_page = {
        key[0]: frame for key, frame in cut.partition_by("document_id", as_dict=True).items()
    }
    for page_id, dump, body in pages.select("id", "dump", "body").iter_rows():
        if page_id not in by_page:
            continue
        rows = by_page[page_id].select("start", "end", "text").rows()
        pairs = [
            (start - end, left, behind)
            for (_, end, left), (start, _, behind) in pairwise(rows)
            if "\n" not in dump[end:start]
        ]
        touching = judge_cuts(
            ((left, behind) for gap, left, behind in pairs if not gap), body or ""
        )
        apart = judge_cuts(((left, behind) for gap, left, behind in pairs if gap), body or "")
        glued = Cuts(glued.right + touching.right, glued.wrong + touching.wrong)
        spaced = Cuts(spaced.right + apart.right, spaced.wrong + apart.wrong)
    return glued, spaced
