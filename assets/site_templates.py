"""Site templates of the whole corpus: learned from the passages of all batches, and what is cut for them.

What belongs here: going through the batches' passages with bounded memory, and knowing when nothing has changed. What does not: what a template
is (copydesk), making a batch's passages (derived.py), what becomes of cuts (settling.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import pairwise
from typing import Final

import polars as pl

from assets.derived import PASSAGE_CODE, Paths, code_stamp
from assets.warehouse import Warehouse
from copydesk import site_templates
from copydesk.site_templates import CUTS_SCHEMA, SHARES, TEMPLATES_SCHEMA

CUTS: Final = "cuts"
# Passages that are compared in one go; they take some 300 bytes each meanwhile.
PASSAGES_AT_ONCE: Final = 3_000_000
_STAMP: Final = "corpus/templates.stamp"

LeftOut = Callable[[str], pl.DataFrame]


def bring_up_to_date(
    warehouse: Warehouse, paths: Paths, left_out_of: LeftOut
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The templates of all sites, and what is cut for them (`batch_id` and `CUTS_SCHEMA`); kept in the warehouse.

    Args:
        warehouse: where the passages are.
        paths: the files of the batches' passages.
        left_out_of: what of a batch is not published, and so bears no witness.
    """
    files = (site_templates.FILE, warehouse.corpus_path(CUTS))
    stamp = _made_from(paths, left_out_of)
    if not _holds(warehouse, stamp) or not all(map(warehouse.store.find, files)):
        templates = _learn(warehouse, paths, left_out_of)
        cuts = _find(warehouse, paths, templates)
        # The stamp names what is there: it goes first and comes last.
        warehouse.store.remove(_STAMP)
        for path, frame in zip(files, (templates, cuts), strict=True):
            warehouse.write(path, frame)
        warehouse.store.replace(_STAMP, stamp.encode())
    templates, cuts = map(warehouse.load, files)
    return templates, cuts


def version(templates: pl.DataFrame) -> str:
    """A name for what the templates are, whatever pages they were seen on."""
    named = templates.select("site", "fingerprint", "opens").write_csv()
    return hashlib.sha256(named.encode()).hexdigest()


def _learn(warehouse: Warehouse, paths: Paths, left_out_of: LeftOut) -> pl.DataFrame:
    """The templates of all sites, some shares of the sites at a time."""
    every = [
        warehouse.lazy(path).join(
            left_out_of(batch_id).lazy().select("document_id"), on="document_id", how="anti"
        )
        for batch_id, path in paths.items()
    ]
    if not every:
        return TEMPLATES_SCHEMA.to_frame()
    rows = warehouse.lazy(*paths.values()).select(pl.len()).collect().item()
    passes = min(SHARES, -(-rows // PASSAGES_AT_ONCE)) or 1
    bounds = [SHARES * number // passes for number in range(passes + 1)]
    share = pl.col("share")
    return pl.concat(
        site_templates.learn_templates(
            pl.concat(
                each.filter(share.is_between(start, end, closed="left")) for each in every
            ).collect()
        )
        for start, end in pairwise(bounds)
    )


def _find(warehouse: Warehouse, paths: Paths, templates: pl.DataFrame) -> pl.DataFrame:
    sites = templates["site"].unique().implode()
    found = [pl.DataFrame(schema={"batch_id": pl.String, **CUTS_SCHEMA})]
    for batch_id, path in paths.items():
        own = warehouse.lazy(path).filter(
            pl.col("start").is_not_null() & pl.col("site").is_in(sites)
        )
        cuts = site_templates.find_cuts(own.collect(), templates)
        found.append(cuts.select(pl.lit(batch_id).alias("batch_id"), *CUTS_SCHEMA))
    return pl.concat(found)


def _holds(warehouse: Warehouse, stamp: str) -> bool:
    try:
        return warehouse.store.read(_STAMP).decode() == stamp
    except FileNotFoundError:
        return False


def _made_from(paths: Paths, left_out_of: LeftOut) -> str:
    total = hashlib.sha256(code_stamp(PASSAGE_CODE).encode())
    for batch_id, path in paths.items():
        total.update(path.encode() + left_out_of(batch_id).write_csv().encode())
    return total.hexdigest()
