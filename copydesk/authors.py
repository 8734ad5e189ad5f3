"""Authors: the people who wrote an article.

What belongs here: what speaks for each name that a page shows, and the choice. What does not: reading names from lines
(author_lines.py, byline_names.py), learning the model (training/authors.py).

A name stands in a byline, beside the date, below the headline, under the text, in a note on its author; so do
photographers, commenters, the people of the story and menus. All names that may be the author's are candidates, and a
learned model says how likely each is.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from copydesk.author_lines import (
    EVIDENCE,
    MAX_BLOCKS_ABOVE_TITLE,
    MAX_DISTANCE,
    WORDS,
    candidate_lines,
    read_names,
)
from copydesk.lexicons import common_words, first_names
from copydesk.name_likeness import is_personal, likeness
from copydesk.trees import predict

MODEL: Final = "authors.onnx"
# The likeliest name of a page needs less than a second one; both were chosen on domains left out: below them F1 rises
# little, and pages that nobody signed get authors.
MIN_PROBABILITY: Final = 0.2
MIN_PROBABILITY_BESIDES: Final = 0.4
# Nobody signs a news story with more.
MAX_AUTHORS: Final = 12
MAX_CANDIDATES: Final = 8
# One in a hundred of authors' names has a word that looks less like one, and four in ten of other names.
LEAST_LIKELY: Final = -3.5
# Shorter words are particles and initials, which names and texts share.
MIN_WORD_CHARACTERS: Final = 3

_PAGE: Final = "document_id"
_WORD: Final = re.compile(r"[^\W\d_][\w'’-]*")
# How far each evidence starts behind the best, in tenths of a block to headline or text; a name beside a date is nearer.
_DOUBT: Final = {
    "byline": 0.0, "label": 0.2, "name": 1.5, "pen": 1.8, "biography": 2.5, "link": 2.6, "owner": 6.0,
}  # fmt: skip
_SIGNED: Final = 0.7
_STEP: Final = 0.1
# The text's end is farther from its author than its beginning.
_END: Final = 3
_ROLES: Final = (
    "byline", "timestamp", "body", "comment", "related", "caption", "navigation", "other", "subheading", "tag", "share",
)  # fmt: skip
_OF_LINE: Final = (
    *WORDS, "dated", "signed", "above_checks", "above_writes", "below_job", "lead_checks", "lead_writes", "above_length",
    "below_length", "length", "order", "names", "coverage",
)  # fmt: skip
_DISTANCES: Final = ("below_title", "into_text", "below_text")
_OF_PAGE: Final = {
    "words": pl.Int64,
    "known_first_name": pl.Boolean,
    "common_words": pl.Int64,
    "page_count": pl.Int64,
    "body_count": pl.Int64,
    "small_words": pl.Int64,
    "in_page_title": pl.Boolean,
    "in_headline": pl.Boolean,
    "is_outlet": pl.Boolean,
    "is_company": pl.Boolean,
    "in_outlet": pl.Boolean,
    "first_likeness": pl.Float64,
    "last_likeness": pl.Float64,
    "least_likeness": pl.Float64,
    "mean_likeness": pl.Float64,
}
FEATURES: Final = (
    *_OF_LINE, *_DISTANCES, "doubt", "distance", "lines", *(f"{name}_lines" for name in ("byline", "label", "biography", "link")),
    "last_below_text", "from_best", "best_doubt", "best_is_byline", "rank", "candidates", "announced_candidates",
    *(f"evidence_{name}" for name in EVIDENCE), *(f"role_{name}" for name in _ROLES),
    *(name for name in _OF_PAGE if name != "is_company"),
)  # fmt: skip


def page_authors(
    blocks: pl.DataFrame, places: pl.DataFrame, publishers: pl.DataFrame
) -> pl.DataFrame:
    """`document_id`, `authors` (list, in page order), `authors_source` of pages that name an author.

    `authors_source` says where the likeliest name stands: `byline`, `distant_byline`, `name_beside_date`, `name_near_text`,
    `biography` or `site_owner`.

    Args:
        blocks: with roles, pages' blocks together and in order.
        places: see places.page_places.
        publishers: `document_id`, `name` of the outlet.
    """
    found = candidates(blocks, places, publishers)
    probability = pl.col("probability")
    wanted = pl.when(pl.int_range(pl.len()).over(_PAGE) == 0).then(MIN_PROBABILITY)
    return (
        found.with_columns(probability=pl.Series(predict(MODEL, found.select(FEATURES))[:, 1]))
        .sort("probability", descending=True, maintain_order=True)
        .filter(probability >= wanted.otherwise(MIN_PROBABILITY_BESIDES))
        .group_by(_PAGE, maintain_order=True)
        .agg(
            pl.col("name", "index", "order").head(MAX_AUTHORS),
            authors_source=_source().first(),
        )
        .select(
            _PAGE,
            authors=pl.col("name").list.gather(_page_order()),
            authors_source="authors_source",
        )
    )


def _page_order() -> pl.Expr:
    place = pl.col("index").list.eval(pl.element().cast(pl.Float64).fill_null(-1.0) * 1_000)
    return (place + pl.col("order").list.eval(pl.element().cast(pl.Float64))).list.eval(
        pl.element().arg_sort()
    )


def _source() -> pl.Expr:
    evidence = pl.col("evidence")
    far = pl.col("distance") > MAX_BLOCKS_ABOVE_TITLE
    return (
        pl.when(evidence.is_in(["biography", "link"]))
        .then(pl.lit("biography"))
        .when(evidence == "owner")
        .then(pl.lit("site_owner"))
        .when(evidence.is_in(["byline", "label"]))
        .then(pl.when(far).then(pl.lit("distant_byline")).otherwise(pl.lit("byline")))
        .when(pl.col("signed") > 0)
        .then(pl.lit("name_beside_date"))
        .otherwise(pl.lit("name_near_text"))
    )


def candidates(
    blocks: pl.DataFrame, places: pl.DataFrame, publishers: pl.DataFrame
) -> pl.DataFrame:
    """Who may have written each document, a row for each name: where it is believed most, with `FEATURES`.

    Args:
        blocks: with roles, pages' blocks together and in order.
        places: see places.page_places.
        publishers: `document_id`, `name` of the outlet.
    """
    read = read_names(candidate_lines(blocks, places), publishers)
    # The rest are menus' and lists': what is believed less than so many others of its page is not looked at.
    names = _merge(read).filter(
        (pl.col("rank") < MAX_CANDIDATES)
        & ((pl.col("evidence") != "name") | (pl.col("least") > LEAST_LIKELY))
    )
    told = _told_by_page(names, blocks, publishers)
    return (
        names.hstack(told)
        .filter(~pl.col("is_company"))
        .with_columns(pl.col(FEATURES).cast(pl.Float32))
    )


def _merge(read: pl.DataFrame) -> pl.DataFrame:
    """One row for each page's name, with what its lines and the page's other candidates tell."""
    evidence, index = pl.col("evidence"), pl.col("index").fill_null(-1)
    near = pl.min_horizontal(
        pl.col("into_text").abs(), pl.col("below_text").abs() + _END, pl.col("below_title").abs()
    ).clip(0, MAX_DISTANCE)
    doubt = (
        evidence.replace_strict(_DOUBT, return_dtype=pl.Float64)
        + _STEP * near
        - _SIGNED * ((evidence == "name") & pl.col("signed")).fill_null(False)
    )
    return (
        read.lazy()
        .with_columns(
            key=pl.col("name").str.to_lowercase(),
            doubt=doubt,
            **{
                name: pl.col(name).clip(-MAX_DISTANCE, MAX_DISTANCE).fill_null(-MAX_DISTANCE - 1)
                for name in _DISTANCES
            },
        )
        .sort(_PAGE, "doubt", maintain_order=True)
        .group_by(_PAGE, "key", maintain_order=True)
        .agg(
            pl.col("name", "index", "evidence", "doubt", "role", *_OF_LINE, *_DISTANCES).first(),
            lines=pl.len(),
            **{
                f"{name}_lines": (evidence == name).sum()
                for name in ("byline", "label", "biography", "link")
            },
            last_below_text=pl.col("below_text").max(),
        )
        .with_columns(least=pl.col("name").map_elements(_least_likeness, return_dtype=pl.Float64))
        .with_columns(
            distance=pl.min_horizontal(pl.col("below_title").abs(), pl.col("into_text").abs()),
            from_best=(index - index.first()).over(_PAGE).clip(-MAX_DISTANCE, MAX_DISTANCE),
            best_doubt=pl.col("doubt").first().over(_PAGE),
            best_is_byline=(evidence.first() == "byline").over(_PAGE),
            rank=pl.int_range(pl.len()).over(_PAGE),
            candidates=pl.len().over(_PAGE),
            announced_candidates=evidence.is_in(["byline", "label"]).sum().over(_PAGE),
            **{f"evidence_{name}": evidence == name for name in EVIDENCE},
            **{f"role_{name}": pl.col("role") == name for name in _ROLES},
        )
        .collect()
    )


def _least_likeness(name: str) -> float:
    return min(
        (likeness(word) for word in _WORD.findall(name.lower()) if len(word) > 1), default=0.0
    )


def _told_by_page(
    names: pl.DataFrame, blocks: pl.DataFrame, publishers: pl.DataFrame
) -> pl.DataFrame:
    """What a name's words and its page tell of it, in the order of `names`."""
    text, shown = pl.col("text"), pl.col("reason") != "crawler_header"
    pages = (
        blocks.lazy()
        .join(names.lazy().select(_PAGE).unique(), on=_PAGE, how="semi", maintain_order="left")
        .group_by(_PAGE, maintain_order=True)
        .agg(
            page=text.str.join(" "),
            body=text.filter(pl.col("role") == "body").str.join(" "),
            page_title=text.filter(shown).first(),
            headline=text.filter(pl.col("role") == "title").last().fill_null(""),
        )
        .join(publishers.lazy().select(_PAGE, outlet="name"), on=_PAGE, how="left")
        .with_columns(pl.col("outlet").str.to_lowercase().fill_null(""))
        .collect()
    )
    by_page = {row[0]: row[1:] for row in pages.iter_rows()}
    everyday, given = common_words(), first_names()
    rows = list[tuple[object, ...]]()
    for document, name in names.select(_PAGE, "name").iter_rows():
        page, body, page_title, headline, outlet = by_page[document]
        words = _WORD.findall(name) or [name]
        lower = [word.lower() for word in words]
        like = [likeness(word) for word in lower if len(word) > 1] or [0.0]
        rows.append(
            (
                len(words),
                words[0] in given,
                sum(word in everyday for word in lower),
                page.count(name),
                body.count(name),
                # Words that are no names stand in the text in lower case, too.
                sum(f" {word} " in page for word in lower if len(word) >= MIN_WORD_CHARACTERS),
                name in page_title,
                name in headline,
                name.lower() == outlet,
                # The outlet is nobody, unless it bears a person's name.
                name.lower() == outlet and not is_personal(name),
                name.lower() in outlet,
                like[0],
                like[-1],
                min(like),
                sum(like) / len(like),
            )
        )
    return pl.DataFrame(rows, schema=_OF_PAGE, orient="row")
