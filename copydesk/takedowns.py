"""Articles that may not be published, and taking one out of what is.

What belongs here: telling which dumps are concerned, what remains of their rows, the release without them,
purging older releases. What does not: how a release is committed (releases.py).

A taken-down article keeps one row: its dump's in `documents`, with the status `rejected` and the reason.
All else goes, the blocks with the dump's text among it. The order stands in every later manifest, and
holds for the article's id (the same bytes) and for its address (another dump of the same page).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import polars as pl

from copydesk.manifests import Takedown

# Parameters that say where a reader came from, not what the page is.
TRACKING: Final = ("utm_", "fbclid", "gclid")
REASON: Final = "taken_down"


def same_page(url: str) -> str:
    """A form of an address that is the same for the addresses of one page.

    Scheme, `www.`, fragment, a slash at the end and parameters that track readers do not count.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url.strip()
    query = urlencode(
        sorted(
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if not name.lower().startswith(TRACKING)
        )
    )
    host = parts.netloc.lower().removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}{'?' if query else ''}{query}"


def find_taken_down(articles: pl.LazyFrame, takedowns: Sequence[Takedown]) -> pl.DataFrame:
    """Which documents are taken down, and why.

    Args:
        articles: `document_id`, `url`.
        takedowns: the orders.

    Returns:
        document_id, taken_down (the reason), one row per document, sorted.
    """
    empty = pl.DataFrame(schema={"document_id": pl.String, "taken_down": pl.String})
    if not takedowns:
        return empty
    by_id = pl.DataFrame(
        [(each.article_id, each.reason) for each in takedowns], schema=empty.schema, orient="row"
    )
    reasons = {same_page(each.url): each.reason for each in takedowns if each.url}
    pages = (
        articles.select("document_id", "url")
        .drop_nulls("url")
        .unique()
        .collect()
        .with_columns(
            taken_down=pl.col("url").map_elements(
                lambda url: reasons.get(same_page(url)), return_dtype=pl.String
            )
        )
        .drop_nulls("taken_down")
        .select("document_id", "taken_down")
    )
    return pl.concat([by_id, pages]).unique("document_id", keep="first").sort("document_id")


def withhold(documents: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Documents of which those that are taken down are rejected for it.

    Args:
        documents: rows of the table `documents`.
        taken: `document_id`, `taken_down`, as `find_taken_down` returns them.
    """
    return (
        documents.join(taken, on="document_id", how="left")
        .with_columns(
            status=pl.when(pl.col("taken_down").is_null())
            .then("status")
            .otherwise(pl.lit("rejected")),
            reason=pl.when(pl.col("taken_down").is_null())
            .then("reason")
            .otherwise(pl.format(f"{REASON}: {{}}", "taken_down")),
        )
        .drop("taken_down")
    )
