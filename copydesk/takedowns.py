"""Articles that may not be published, and taking one out of what is.

What belongs here: telling which dumps are concerned, what remains of their rows, the release without them,
purging older releases. What does not: how a release is committed (releases.py).

A taken-down article keeps one row: its dump's in `documents`, with the status `rejected` and the reason.
All else goes, the blocks with the dump's text among it. The order stands in every later manifest, and
holds for the article's id (the same bytes) and for its address (another dump of the same page).
"""

from __future__ import annotations

import re
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import polars as pl

from copydesk.entities import build_entities
from copydesk.integrity import WITHHELD_BY, engine, find_withheld, scan
from copydesk.manifests import (
    Manifest,
    ReleaseError,
    Takedown,
    list_releases,
    read_head,
    read_manifest,
)
from copydesk.releases import (
    Candidate,
    Clock,
    Plan,
    PublishOutcome,
    candidates_of,
    commit,
    failing_clearly,
    has_present_columns,
    replace_files,
    stage_file,
    utc_now,
)
from copydesk.retention import remove_unreferenced
from copydesk.storage import write_table_file
from copydesk.stores import Location, Store, open_store
from copydesk.tables import TABLES, Table

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
    # Addresses are compared one by one, so only those that name a host of an order.
    hosts = sorted({re.split("[/?]", page.lower())[0] for page in reasons})
    pages = (
        articles.select("document_id", "url")
        .filter(pl.col("url").str.to_lowercase().str.contains_any(hosts))
        .unique()
        .collect(engine="streaming")
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


def find_articles(location: Location, what: str) -> list[tuple[str, str | None]]:
    """The newest release's articles with this id, or at this address: article_id, url.

    Raises:
        ReleaseError: there is no release.
    """
    store = open_store(location)
    newest = read_head(store)
    if newest is None:
        raise ReleaseError(f"there is no release in {store.location}")
    with tempfile.TemporaryDirectory() as spill, engine(Path(spill), store) as connection:
        files = [store.reading(file.path) for file in newest.tables["articles"].files]
        rows = connection.execute(
            f"SELECT article_id, url FROM {scan(files)} WHERE article_id = ? OR url IS NOT NULL",
            [what],
        ).fetchall()
    page = same_page(what)
    return sorted(
        (key, url) for key, url in rows if key == what or (url and same_page(url) == page)
    )


def take_down(
    location: Location, what: str, reason: str, now: Clock = utc_now
) -> tuple[PublishOutcome, list[str]]:
    """Release everything but an article; it stays down when its dump, or its page, comes in again.

    Args:
        location: the published directory or its address.
        what: an article's id or its address.
        reason: why; stands in `documents` and in the manifests.
        now: the clock.

    Returns:
        What was released, and the ids of the articles.

    Raises:
        ReleaseError: there is no such article, or the release cannot be made.
    """
    store = open_store(location)
    found = find_articles(store, what)
    if not found:
        raise ReleaseError(f"the newest release has no article {what}")
    moment = now()
    orders = tuple(
        Takedown(key, url, reason, moment.isoformat(timespec="seconds")) for key, url in found
    )
    with failing_clearly(), store.workspace() as stage:

        def plan(newest: Manifest | None) -> Plan:
            assert newest is not None
            takedowns = tuple(dict.fromkeys([*newest.takedowns, *orders]))
            files = candidates_of(store, stage, newest, moment)
            return Plan(
                files=leave_out(store, stage, files, takedowns, moment),
                checks=newest.checks,
                inputs=newest.inputs,
                message=f"takedown of {', '.join(key for key, _ in found)}: {reason}",
                kind="takedown",
                takedowns=takedowns,
            )

        return commit(store, stage, plan, now), [key for key, _ in found]


def purge(location: Location, article_ids: Sequence[str], now: Clock = utc_now) -> list[int]:
    """Take articles that were taken down out of every retained release; returns the releases changed.

    The one thing that changes a release after it was made: its manifest says so in `purged`. One of an older schema gets
    the present one.

    Raises:
        ReleaseError: an article was not taken down, or a release cannot be changed.
    """
    store = open_store(location)
    newest = read_head(store)
    orders = () if newest is None else newest.takedowns
    wanted = tuple(order for order in orders if order.article_id in article_ids)
    if len({order.article_id for order in wanted}) < len(set(article_ids)):
        raise ReleaseError("only what was taken down can be purged: `copydesk takedown` does both")
    changed = []
    doomed = set[str]()
    with failing_clearly(), store.workspace() as stage:
        for number in list_releases(store):
            manifest = read_manifest(store, number)
            before = {name: entry.files for name, entry in manifest.tables.items()}
            is_older = not all(has_present_columns(manifest, name) for name in before)
            if is_older and not _has_rows_of(store, stage, manifest, wanted):
                # It would be written anew for nothing.
                continue
            moment = now()
            files = candidates_of(store, stage, manifest, moment)
            after = leave_out(store, stage, files, wanted, moment)
            if all(
                [candidate.file for candidate in after[name]] == [f for f in before[name] if f.rows]
                for name in before
            ):
                continue
            doomed |= {file.path for name in before for file in before[name]} - {
                candidate.file.path for name in after for candidate in after[name]
            }
            replace_files(
                store,
                stage,
                manifest,
                after,
                tuple(dict.fromkeys([*manifest.purged, *article_ids])),
            )
            changed.append(number)
        remove_unreferenced(store, doomed)
    return changed


def _has_rows_of(
    store: Store, stage: Path, manifest: Manifest, takedowns: Sequence[Takedown]
) -> bool:
    """Whether a release still holds rows that an order forbids."""
    with engine(stage / uuid.uuid4().hex, store) as connection:
        return any(
            find_withheld(
                connection,
                name,
                entry.primary_key,
                [store.reading(f.path) for f in entry.files],
                takedowns,
            )
            for name, entry in manifest.tables.items()
        )


def leave_out(
    store: Store,
    stage: Path,
    files: Mapping[str, Sequence[Candidate]],
    takedowns: Sequence[Takedown],
    moment: datetime,
) -> dict[str, tuple[Candidate, ...]]:
    """A release's files without the rows of articles that are taken down.

    Only files that hold such rows are written again, and `entities`, which is a sum. Where the article
    was the canonical one of its story, the earliest of the others is.
    """
    day = f"{moment.astimezone(UTC):%Y%m%d}"
    result = {name: [each for each in files[name] if each.file.rows] for name in files}
    reasons = pl.DataFrame(
        [(order.article_id, order.reason) for order in takedowns],
        schema={"document_id": pl.String, "taken_down": pl.String},
        orient="row",
    ).unique("document_id", keep="first")
    if reasons.is_empty():
        return {name: tuple(candidates) for name, candidates in result.items()}
    with engine(stage / uuid.uuid4().hex, store) as connection:
        connection.execute("SET TimeZone = 'UTC'")

        def rows(name: str, candidates: Sequence[Candidate], columns: str = "*") -> pl.DataFrame:
            if not candidates:
                return TABLES[name].empty()
            paths = [each.reading(store) for each in candidates]
            frame = pl.from_arrow(
                connection.execute(f"SELECT {columns} FROM {scan(paths)}").to_arrow_table()
            )
            assert isinstance(frame, pl.DataFrame)
            return frame

        stories = (
            rows(
                "articles", result["articles"], "article_id, cluster_id, duplicate_of, published_at"
            )
            if result["articles"]
            else None
        )
        heirs = _heirs(stories, reasons) if stories is not None else _NO_HEIRS
        for name, candidates in result.items():
            column = next((key for key in TABLES[name].primary_key if key in WITHHELD_BY), None)
            if column is None:
                continue
            for place, candidate in enumerate(candidates):
                ids = rows(name, [candidate], f"DISTINCT {column}")[column]
                moved = heirs["article_id"].to_list() if name in {"articles", "documents"} else []
                if not ids.is_in([*reasons["document_id"], *moved]).any():
                    continue
                frame = rows(name, [candidate])
                kept = _without(name, frame, reasons, heirs, column)
                if kept.equals(frame):
                    continue
                candidates[place] = _written(store, stage, TABLES[name], kept, day)
        result = {
            name: [candidate for candidate in candidates if candidate.file.rows]
            for name, candidates in result.items()
        }
        before = [
            each.file for name in ("mentions", "articles") for each in files[name] if each.file.rows
        ]
        now = [candidate.file for name in ("mentions", "articles") for candidate in result[name]]
        if before != now:
            entities = build_entities(
                rows("mentions", result["mentions"]).lazy(),
                rows("articles", result["articles"], "article_id, published_at").lazy(),
            )
            written = _written(store, stage, TABLES["entities"], entities, day)
            result["entities"] = [written] if written.file.rows else []
    return {name: tuple(candidates) for name, candidates in result.items()}


_NO_HEIRS: Final = pl.DataFrame(
    schema={"article_id": pl.String, "cluster_id": pl.String, "duplicate_of": pl.String}
)


def _heirs(stories: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    """The articles whose canonical one goes: article_id, and the new cluster_id and duplicate_of."""
    gone = reasons["document_id"]
    left = stories.filter(
        pl.col("cluster_id").is_in(gone.to_list()) & ~pl.col("article_id").is_in(gone.to_list())
    ).sort("cluster_id", "published_at", "article_id", nulls_last=True)
    return left.select(
        "article_id",
        cluster_id=pl.col("article_id").first().over("cluster_id"),
    ).with_columns(
        duplicate_of=pl.when(pl.col("article_id") != pl.col("cluster_id")).then("cluster_id")
    )


def _without(
    name: str, frame: pl.DataFrame, reasons: pl.DataFrame, heirs: pl.DataFrame, column: str
) -> pl.DataFrame:
    """The rows of one file, of a table whose rows belong to articles."""
    if name != "documents":
        frame = frame.join(reasons.rename({"document_id": column}), on=column, how="anti")
    if name == "articles":
        return frame.update(heirs, on="article_id", how="left", include_nulls=False).with_columns(
            duplicate_of=pl.when(
                pl.col("article_id").is_in(
                    heirs.filter(pl.col("duplicate_of").is_null())["article_id"].to_list()
                )
            )
            .then(None)
            .otherwise("duplicate_of")
        )
    if name != "documents":
        return frame
    new = heirs.select(document_id="article_id", heir="duplicate_of", moved=pl.lit(True))
    moved = pl.col("moved").fill_null(False)
    settled = (
        frame.join(new, on="document_id", how="left", maintain_order="left")
        .with_columns(
            status=pl.when(moved & pl.col("heir").is_null())
            .then(pl.lit("article"))
            .otherwise("status"),
            reason=pl.when(moved)
            .then(pl.format("repeats: article {}", "heir"))
            .otherwise("reason"),
        )
        .drop("heir", "moved")
    )
    return withhold(settled, reasons)


def _written(store: Store, stage: Path, table: Table, frame: pl.DataFrame, day: str) -> Candidate:
    """A frame as a file in the workspace."""
    path = stage / f"{uuid.uuid4().hex}.parquet"
    write_table_file(frame, table, path)
    return stage_file(store, stage, table, path, day)
