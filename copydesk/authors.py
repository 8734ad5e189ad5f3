"""Authors: the people who wrote an article.

What belongs here: what speaks for each name that a page shows, and the choice. What does not: reading names from lines
(author_lines.py, byline_names.py), learning the model (training/authors.py).

A name stands in a byline, beside the date, below the headline, under the text, in a note on its author; so do
photographers, commenters, the people of the story and menus. All names that may be the author's are candidates, and a
learned model says how likely each is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import polars as pl

from copydesk.author_lines import (
    EVIDENCE,
    LEAST_LIKELY,
    MAX_BLOCKS_ABOVE_TITLE,
    MAX_DISTANCE,
    WORDS,
    candidate_lines,
    near_blocks,
    read_names,
)
from copydesk.lexicons import common_words, first_names
from copydesk.name_likeness import is_personal, likeness
from copydesk.trees import predict

MODEL: Final = "authors.onnx"
# The likeliest name of a page needs less than a second one, and one in its line least; they were chosen on domains left
# out: below them F1 rises little, and pages that nobody signed get authors.
MIN_PROBABILITY: Final = 0.18
MIN_PROBABILITY_BESIDES: Final = 0.5
MIN_PROBABILITY_IN_LINE: Final = 0.1
# Nobody signs a news story with more.
MAX_AUTHORS: Final = 12
MAX_CANDIDATES: Final = 6
_CACHED_NAMES: Final = 50_000

_PAGE: Final = "document_id"
_WORD: Final = re.compile(r"[^\W\d_][\w'’-]*")
# How far each evidence starts behind the best, in tenths of a block to headline or text; a name beside a date is nearer.
_DOUBT: Final = {
    "byline": 0.0, "label": 0.2, "name": 1.5, "pen": 1.8, "biography": 2.5, "link": 2.6, "owner": 6.0,
}  # fmt: skip
_SIGNED: Final = 0.7
_STEP: Final = 0.1
_ROLES: Final = (
    "byline", "timestamp", "body", "comment", "related", "caption", "navigation", "other", "subheading", "tag", "share",
)  # fmt: skip
_ROLES_BESIDE: Final = (
    "title",
    "byline",
    "timestamp",
    "body",
    "subheading",
    "caption",
    "navigation",
    "related",
    "other",
)
_OF_LINE: Final = (
    *WORDS, "dated", "signed", "mail", "above_checks", "above_writes", "above_dated", "below_dated", "below_mail", "below_job",
    "lead_checks", "lead_writes", "above_length", "below_length", "length", "order", "names", "coverage", "lead_length",
)  # fmt: skip
_SIDES: Final = ("above", "below")
_DISTANCES: Final = ("below_title", "into_text", "below_text")
# What a name's words tell, and what its page tells of it.
_OF_WORDS: Final = {
    "words": pl.Int64,
    "known_first_name": pl.Boolean,
    "common_words": pl.Int64,
    "is_personal": pl.Boolean,
    "first_likeness": pl.Float64,
    "last_likeness": pl.Float64,
    "least_likeness": pl.Float64,
    "mean_likeness": pl.Float64,
}
_OF_PAGE: Final = (
    "body_count", "surname_count", "in_page_title", "in_headline", "is_outlet", "in_outlet", "in_copyright",
)  # fmt: skip
FEATURES: Final = (
    *_OF_LINE, *_DISTANCES, "doubt", "distance", "lines", *(f"{name}_lines" for name in ("byline", "label", "biography", "link")),
    "last_below_text", "from_best", "best_doubt", "best_is_byline", "rank", "candidates", "announced_candidates",
    *(f"evidence_{name}" for name in EVIDENCE), *(f"role_{name}" for name in _ROLES),
    *(f"{side}_role_{name}" for side in _SIDES for name in _ROLES_BESIDE),
    *_OF_WORDS, *_OF_PAGE,
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
    return (
        likely(found.with_columns(probability=predict(MODEL, found.select(FEATURES))[:, 1]))
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


def likely(found: pl.DataFrame) -> pl.DataFrame:
    """The candidates that are taken for authors, each page's likeliest first.

    Args:
        found: `document_id`, `index`, `probability`.
    """
    best = pl.int_range(pl.len()).over(_PAGE) == 0
    in_line = (pl.col("index") == pl.col("index").first().over(_PAGE)).fill_null(False)
    wanted = (
        pl.when(best)
        .then(MIN_PROBABILITY)
        .when(in_line)
        .then(MIN_PROBABILITY_IN_LINE)
        .otherwise(MIN_PROBABILITY_BESIDES)
    )
    sure = pl.col("probability").first().over(_PAGE) >= MIN_PROBABILITY
    return found.sort("probability", descending=True, maintain_order=True).filter(
        sure & (pl.col("probability") >= wanted)
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
    merged = _merge(read_names(candidate_lines(blocks, places), publishers))
    # The rest are menus' and lists': what is believed less than so many others of its page is not looked at.
    names = merged.hstack(_told_by_words(merged["name"])).filter(
        (pl.col("rank") < MAX_CANDIDATES)
        & ((pl.col("evidence") != "name") | (pl.col("least_likeness") > LEAST_LIKELY))
    )
    return (
        _told_by_page(names, blocks, publishers)
        # The outlet is nobody, unless it bears a person's name.
        .filter(~pl.col("is_outlet") | pl.col("is_personal"))
        .with_columns(pl.col(FEATURES).cast(pl.Float32))
    )


def _merge(read: pl.DataFrame) -> pl.DataFrame:
    """One row for each page's name, with what its lines and the page's other candidates tell."""
    evidence, index = pl.col("evidence"), pl.col("index").fill_null(-1)
    doubt = (
        evidence.replace_strict(_DOUBT, return_dtype=pl.Float64)
        + _STEP * near_blocks()
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
            pl.col(
                "name",
                "index",
                "evidence",
                "doubt",
                "role",
                "above_role",
                "below_role",
                *_OF_LINE,
                *_DISTANCES,
            ).first(),
            lines=pl.len(),
            **{
                f"{name}_lines": (evidence == name).sum()
                for name in ("byline", "label", "biography", "link")
            },
            last_below_text=pl.col("below_text").max(),
        )
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
            **{
                f"{side}_role_{name}": pl.col(f"{side}_role") == name
                for side in _SIDES
                for name in _ROLES_BESIDE
            },
        )
        .collect()
    )


def _told_by_words(names: pl.Series) -> pl.DataFrame:
    """What the words of each name tell."""
    rows = [_word_facts(name) for name in names]
    return pl.DataFrame(rows, schema=_OF_WORDS, orient="row")


@lru_cache(_CACHED_NAMES)
def _word_facts(name: str) -> tuple[int, bool, int, bool, float, float, float, float]:
    words = _WORD.findall(name) or [name]
    lower = [word.lower() for word in words]
    like = [likeness(word) for word in lower if len(word) > 1] or [0.0]
    return (
        len(words),
        words[0] in first_names(),
        sum(word in common_words() for word in lower),
        is_personal(name),
        like[0],
        like[-1],
        min(like),
        sum(like) / len(like),
    )


def _told_by_page(
    names: pl.DataFrame, blocks: pl.DataFrame, publishers: pl.DataFrame
) -> pl.DataFrame:
    """`names` with what their pages tell of them."""
    text, shown = pl.col("text"), pl.col("reason").ne_missing("crawler_header")
    read = (
        pl.col("role").is_in(["body", "title"])
        | (pl.col("reason") == "copyright_line")
        | (pl.col(_PAGE) != pl.col(_PAGE).shift(1)).fill_null(True)
    )
    pages = (
        blocks.lazy()
        .filter(shown)
        .filter(read)
        .join(names.lazy().select(_PAGE).unique(), on=_PAGE, how="semi", maintain_order="left")
        .group_by(_PAGE, maintain_order=True)
        .agg(
            # As bytes: nothing has to be decoded to count words in it.
            body=text.filter(pl.col("role") == "body").str.join(" ").cast(pl.Binary),
            page_title=text.first(),
            headline=text.filter(pl.col("role") == "title").last().fill_null(""),
            notice=text.filter(pl.col("reason") == "copyright_line")
            .str.join(" ")
            .str.to_lowercase(),
        )
        .join(publishers.lazy().select(_PAGE, outlet="name"), on=_PAGE, how="left")
        .with_columns(pl.col("outlet").str.to_lowercase().fill_null(""))
        .collect()
    )
    bodies = dict(pages.select(_PAGE, "body").iter_rows())
    name, lower = pl.col("name"), pl.col("key")
    counts = [
        _counts(bodies[page], written) for page, written in names.select(_PAGE, "name").iter_rows()
    ]
    counted = pl.DataFrame(
        counts, schema={"body_count": pl.Int64, "surname_count": pl.Int64}, orient="row"
    )
    return (
        names.lazy()
        .join(pages.lazy().drop("body"), on=_PAGE, how="left", maintain_order="left")
        .select(
            *names.columns,
            in_page_title=pl.col("page_title").str.contains(name, literal=True),
            in_headline=pl.col("headline").str.contains(name, literal=True),
            is_outlet=(pl.col("outlet") != "") & lower.str.contains(pl.col("outlet"), literal=True),
            in_outlet=pl.col("outlet").str.contains(lower, literal=True),
            in_copyright=pl.col("notice").str.contains(lower, literal=True),
        )
        .collect()
        .hstack(counted)
    )


def _counts(body: bytes, name: str) -> tuple[int, int]:
    """How often a text holds a name and its last word: whom a story is about it calls by that."""
    surnames = body.count(name.rpartition(" ")[2].encode())
    return body.count(name.encode()) if surnames else 0, surnames
