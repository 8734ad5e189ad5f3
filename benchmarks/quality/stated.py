"""Other metadata read from text, beside what the same pages' HTML states: no truth, but a second, better source.

What belongs here: when a value agrees with what is stated, and the table. What does not: what a page states
(copydesk/structured_data.py), fields that have a truth (scores.py).

A page's description for search engines is not always its standfirst, and an outlet has several names: disagreement is no
proof of an error, but a value that agrees is right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import polars as pl
from rich.table import Table

from benchmarks.quality.metrics import normalise
from benchmarks.quality.report import Figure, measure
from copydesk.articles import compose
from copydesk.parsing import Parsed

# Words that the shorter of two descriptions shares with the longer one.
MIN_SHARED: Final = 0.8


def _words(text: str) -> set[str]:
    return set(normalise(text).split())


def same_description(told: str, stated: str) -> float:
    """1 where nearly all words of the shorter one stand in the longer one."""
    shorter, longer = sorted((_words(told), _words(stated)), key=len)
    return float(bool(shorter) and len(shorter & longer) >= MIN_SHARED * len(shorter))


def same_name(told: str, stated: str) -> float:
    """1 where one name holds the other, whatever its spaces and marks: `Harbour Post`, `harbourpost.example`."""
    one, other = ("".join(normalise(name).split()) for name in (told, stated))
    return float(bool(one and other) and (one in other or other in one))


def same_tags(told: list[str], stated: list[str]) -> float:
    """The share of tags that are stated."""
    known = {normalise(tag) for tag in stated}
    return sum(normalise(tag) in known for tag in told) / len(told)


def same_file(told: str, stated: str) -> float:
    """1 where two addresses end in the same file's name."""
    one, other = (address.partition("?")[0].rpartition("/")[2] for address in (told, stated))
    return float(one == other)


# What a field is called among the stated ones, and when two values agree.
FIELDS: Final[dict[str, tuple[str, Callable[[Any, Any], float]]]] = {
    "description": ("description", same_description),
    "section": ("section", same_name),
    "tags": ("tags", same_tags),
    "outlet": ("site_name", same_name),
    "image_url": ("image_url", same_file),
    "language": ("language", same_name),
}


def agreements(told: Parsed, stated: pl.DataFrame) -> pl.DataFrame:
    """`id`, `field`, `agrees` (null where nothing was read), a row for each page and field that its HTML states.

    Args:
        told: pages parsed from text, as articles.
        stated: what their HTML states (see structured_data.PAGES_STATED_SCHEMA).
    """
    composed = compose(told)
    outlets = composed.publishers.select("publisher_id", outlet="name")
    articles = composed.articles.join(outlets, on="publisher_id", how="left")
    read = {row["document_id"]: row for row in articles.iter_rows(named=True)}
    rows = [
        (page["document_id"], field, agree(value, page[name]) if value else None)
        for page in stated.iter_rows(named=True)
        if page["document_id"] in read
        for field, (name, agree) in FIELDS.items()
        if page[name]
        for value in [read[page["document_id"]][field]]
    ]
    return pl.DataFrame(
        rows, schema={"id": pl.String, "field": pl.String, "agrees": pl.Float64}, orient="row"
    )


def table(told: Parsed, stated: pl.DataFrame, pages: pl.DataFrame) -> Table:
    """For each style of `pages` and field: on how many pages it is stated and read, and how often both agree."""
    shown = Table(
        title="Other metadata from text, beside what the HTML states",
        title_justify="left",
        show_edge=False,
    )
    for heading in ("style", "field", "stated", "read", "agrees"):
        shown.add_column(heading, justify="left" if heading in ("style", "field") else "right")
    found = agreements(told, stated).join(pages.select("id", "style"), on="id")
    agrees = Figure("agrees", ("agrees",), lambda values: values.mean(axis=-1))
    for (style, field), rows in sorted(found.partition_by("style", "field", as_dict=True).items()):
        read = rows["agrees"].drop_nulls()
        shown.add_row(
            str(style),
            str(field),
            str(len(rows)),
            str(len(read)),
            str(measure(rows, agrees) or "–"),
        )
    return shown
