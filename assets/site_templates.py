"""Site templates of the whole corpus: learned from the passages of all batches, and what is cut for them.

What belongs here: bringing a site's passages together, and knowing when nothing has changed. What does not: what a template
is (copydesk), making a batch's passages (derived.py), what becomes of cuts (settling.py).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl

from assets.derived import PASSAGE_CODE, Paths, code_stamp
from assets.engine import Engine
from assets.facts import FACTS
from assets.shuffles import Files, Share, shuffle
from assets.warehouse import Warehouse
from copydesk import site_templates
from copydesk.buckets import bucket
from copydesk.site_templates import CUTS_SCHEMA, TEMPLATES_SCHEMA
from copydesk.storage import sha256_of

# Passages that are compared in one go; they take some 300 bytes each meanwhile.
PASSAGES_AT_ONCE: Final = 3_000_000
# `none`: no site's templates are looked for. Of thousands of small sites some get one with each increment, and all
# batches that have it are then settled again (docs/scale.md).
VARIABLE: Final = "COPYDESK_SITE_TEMPLATES"
NONE: Final = "none"
# It decides as well what comes out.
OWN_CODE: Final = Path(__file__)
_STAMP: Final = "corpus/templates.stamp"
_TEMPLATES: Final = "templates"
_LEFT_OUT: Final = "left_out"


def are_wanted() -> bool:
    """Whether templates are looked for.

    Raises:
        ValueError: the setting is no answer.
    """
    said = os.environ.get(VARIABLE, "")
    if said not in ("", NONE):
        raise ValueError(f"{VARIABLE} is {NONE} or not set, not {said}")
    return not said


def bring_up_to_date(
    warehouse: Warehouse, engine: Engine, paths: Paths
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The templates of all sites, and what is cut for them (`batch_id` and `CUTS_SCHEMA`); kept in the warehouse.

    Args:
        warehouse: where the passages are.
        engine: goes through them.
        paths: the files of the batches' passages; none where templates are not wanted.
    """
    files = (site_templates.FILE, warehouse.corpus_path(FACTS["cuts"]))
    stamp = _made_from(warehouse, paths)
    if not _holds(warehouse, stamp) or not all(map(warehouse.store.find, files)):
        # The stamp names what is there: it goes first and comes last.
        warehouse.store.remove(_STAMP)
        _make(warehouse, engine, paths, stamp)
        warehouse.store.replace(_STAMP, stamp.encode())
    templates, cuts = map(warehouse.load, files)
    return templates, cuts


def version(templates: pl.DataFrame) -> str:
    """A name for what the templates are, whatever pages they were seen on."""
    named = templates.select("site", "fingerprint", "opens").write_csv()
    return hashlib.sha256(named.encode()).hexdigest()


def learn(share: Share) -> pl.DataFrame:
    """The templates of a span of sites; what of a batch is not published bears no witness."""
    left_out = share.scan(_LEFT_OUT).select("batch_id", "document_id")
    passages = pl.concat(
        share.scan(name).filter(share.span.has_bucket("bucket")).with_columns(batch_id=pl.lit(name))
        for name in _batches(share)
    ).join(left_out, on=["batch_id", "document_id"], how="anti")
    return site_templates.learn_templates(passages.drop("batch_id").collect())


def find(share: Share) -> pl.DataFrame:
    """What is cut for a span of sites: `batch_id` and `CUTS_SCHEMA`."""
    own_sites = bucket(pl.col("site")).is_between(share.span.start, share.span.end, closed="left")
    templates = share.scan(_TEMPLATES).filter(own_sites).collect()
    in_question = (
        share.span.has_bucket("bucket")
        & pl.col("start").is_not_null()
        & pl.col("site").is_in(templates["site"].unique().implode())
    )
    found = [_no_cuts()]
    for name in _batches(share):
        passages = share.scan(name).filter(in_question).collect()
        cuts = site_templates.find_cuts(passages, templates)
        found.append(cuts.select(pl.lit(name).alias("batch_id"), *CUTS_SCHEMA))
    return pl.concat(found)


def _make(warehouse: Warehouse, engine: Engine, paths: Paths, stamp: str) -> None:
    templates, cuts = TEMPLATES_SCHEMA.to_frame(), _no_cuts()
    rows = warehouse.lazy(*paths.values()).select(pl.len()).collect().item() if paths else 0
    passages = {batch_id: [path] for batch_id, path in paths.items()}

    def across(name: str, step: Callable[[Share], pl.DataFrame], more: Files) -> pl.DataFrame:
        files = {**passages, **more}
        return shuffle(
            warehouse, engine, name, step, files, stamp, rows=rows, at_once=PASSAGES_AT_ONCE
        )

    if paths:
        left_out = warehouse.corpus_path(FACTS["left_out"])
        templates = across("templates", learn, {_LEFT_OUT: [left_out]}).sort("site", "fingerprint")
    warehouse.write(site_templates.FILE, templates)
    if paths:
        known = {_TEMPLATES: [site_templates.FILE]}
        cuts = across("cuts", find, known).sort("batch_id", "document_id", "start")
    warehouse.write(warehouse.corpus_path(FACTS["cuts"]), cuts)


def _batches(share: Share) -> list[str]:
    """The files that are batches' passages."""
    return [name for name in share.files if name not in (_TEMPLATES, _LEFT_OUT)]


def _no_cuts() -> pl.DataFrame:
    return pl.DataFrame(schema={"batch_id": pl.String, **CUTS_SCHEMA})


def _holds(warehouse: Warehouse, stamp: str) -> bool:
    try:
        return warehouse.store.read(_STAMP).decode() == stamp
    except FileNotFoundError:
        return False


def _made_from(warehouse: Warehouse, paths: Paths) -> str:
    left_out = warehouse.load(warehouse.corpus_path(FACTS["left_out"]))
    parts = [code_stamp(PASSAGE_CODE), sha256_of(OWN_CODE), *paths.values(), left_out.write_csv()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
