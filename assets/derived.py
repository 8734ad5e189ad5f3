"""What is kept of each batch for the corpus: its articles' fingerprints and passages, its mentions' tallies.

What belongs here: making these once per batch, and knowing when one is out of date. What does not: what they are
(copydesk), what becomes of all of them together (corpus.py).

A file is named by its batch and by what it was made from, so that it holds if it is there. Making one batch's is a task
by itself: it reads the batch's files, writes its own and touches nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

import copydesk
from assets.engine import Engine
from assets.facts import Facts, of_batch
from assets.settling import published
from assets.warehouse import Warehouse
from copydesk import fingerprints, site_templates
from copydesk.cuts import move
from copydesk.entities import tally_mentions
from copydesk.home import Home
from copydesk.storage import sha256_of

LAYER: Final = "corpus"
FINGERPRINTS: Final = "fingerprints"
PASSAGES: Final = "passages"
SURFACES: Final = "surfaces"
SIGHTINGS: Final = "sightings"
PARSED: Final = "parsed"
# What is named here decides what comes out.
FINGERPRINT_CODE: Final = ("fingerprints.py",)
PASSAGE_CODE: Final = ("body.py", "buckets.py", "site_templates.py", "takedowns.py")
TALLY_CODE: Final = ("cuts.py", "entities.py")
_STAMP_DIGITS: Final = 20
_FINGERPRINTED: Final = ("article_id", "document_id", "body", "published_at", "published_precision")
_PASSAGES_OF: Final = ("articles", "blocks", "publishers")
_WITH_PASSAGES: Final = ("document_id", "site", "publisher_id", "url", "title", "body")
_TALLIES_OF: Final = ("mentions", "articles")
_TALLIED_WITH: Final = ("left_out", "cuts")

Paths = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FingerprintTask:
    """Makes a batch's fingerprints where they are not there; gives their file."""

    home: Home

    def __call__(self, batch_id: str) -> str:
        """Fingerprint the articles of the batch with this id."""
        warehouse = Warehouse.at(self.home)
        path = fingerprint_path(warehouse, batch_id)
        if warehouse.store.find(path) is None:
            articles = warehouse.read(PARSED, "articles", batch_id, list(_FINGERPRINTED))
            warehouse.write(path, fingerprints.fingerprint(articles))
        return path


def fingerprint_path(warehouse: Warehouse, batch_id: str) -> str:
    """Where the fingerprints of a batch's articles, as they are now, belong."""
    stamp = _stamp(warehouse, batch_id, ["articles"], fingerprints.version(), FINGERPRINT_CODE)
    return _path(FINGERPRINTS, batch_id, stamp)


@dataclass(frozen=True, slots=True)
class PassageTask:
    """Makes the passages of a batch's articles where they are not there; gives their file."""

    home: Home

    def __call__(self, batch_id: str) -> str:
        """Read the passages of the batch with this id."""
        warehouse = Warehouse.at(self.home)
        path = passage_path(warehouse, batch_id)
        if warehouse.store.find(path) is None:
            articles, blocks, publishers = (
                warehouse.scan(PARSED, name, [batch_id]) for name in _PASSAGES_OF
            )
            passages = site_templates.read_passages(
                articles.select(_WITH_PASSAGES).collect(),
                # Most blocks are not asked for, so they are not held.
                blocks.filter(site_templates.outside_body())
                .select("document_id", "text")
                .collect(),
                publishers.select("publisher_id", "domain").collect(),
            )
            warehouse.write(path, passages)
        return path


def passage_path(warehouse: Warehouse, batch_id: str) -> str:
    """Where the passages of a batch's articles, as they are now, belong."""
    stamp = _stamp(warehouse, batch_id, _PASSAGES_OF, site_templates.version(), PASSAGE_CODE)
    return _path(PASSAGES, batch_id, stamp)


@dataclass(frozen=True, slots=True)
class TallyTask:
    """Makes the tallies of a batch's mentions where they are not there; gives the file of the sightings."""

    home: Home

    def __call__(self, batch_id: str) -> str:
        """Tally what is published of the batch with this id."""
        warehouse = Warehouse.at(self.home)
        facts = of_batch(warehouse, batch_id, *_TALLIED_WITH)
        surfaces, sightings = tally_paths(warehouse, batch_id, facts)
        if any(warehouse.store.find(path) is None for path in (surfaces, sightings)):
            mentions, articles = (
                published(warehouse.scan(PARSED, name, [batch_id]), facts["left_out"], "article_id")
                for name in _TALLIES_OF
            )
            if facts["cuts"].height:
                mentions = move(mentions.collect(), facts["cuts"]).lazy()
            tally = tally_mentions(mentions, articles)
            warehouse.write(surfaces, tally.surfaces)
            # Last, for whoever looks for it only.
            warehouse.write(sightings, tally.sightings)
        return sightings


def tally_paths(warehouse: Warehouse, batch_id: str, facts: Facts) -> tuple[str, str]:
    """Where the tallies of a batch's mentions, surfaces and sightings, belong.

    Args:
        warehouse: where the batch is.
        batch_id: the batch.
        facts: of the batch, `left_out` and `cuts`.
    """
    made_from = "".join(facts[name].write_csv() for name in _TALLIED_WITH)
    stamp = _stamp(warehouse, batch_id, _TALLIES_OF, made_from, TALLY_CODE)
    return _path(SURFACES, batch_id, stamp), _path(SIGHTINGS, batch_id, stamp)


def make_missing(
    warehouse: Warehouse, engine: Engine, name: str, paths: Paths, task: Callable[[str], str]
) -> None:
    """Have `task` make the files of `paths` that are not there.

    Raises:
        BaseException: what a task raised.
    """
    kept = {stored.path for stored in warehouse.listing(LAYER, name).values()}
    missing = [batch_id for batch_id, path in paths.items() if path not in kept]
    fresh = warehouse.scan(PARSED, "articles", missing).select(pl.len()).collect().item()
    for outcome in engine.open(fresh, keys=len(missing)).map(task, missing):
        outcome.result()


def forget_others(warehouse: Warehouse, name: str, paths: Sequence[str]) -> None:
    """Remove what was made of batches as they were before."""
    wanted = set(paths)
    for stored in warehouse.listing(LAYER, name).values():
        if stored.path not in wanted:
            warehouse.store.remove(stored.path)


def code_stamp(modules: Sequence[str]) -> str:
    """A name for the text of some of the core's modules."""
    return "".join(map(_module_digest, modules))


def _stamp(
    warehouse: Warehouse, batch_id: str, names: Sequence[str], more: str, code: Sequence[str]
) -> str:
    digests = [warehouse.digest(warehouse.batch_path(PARSED, name, batch_id)) for name in names]
    parts = [code_stamp(code), *digests, more]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_STAMP_DIGITS]


def _path(name: str, batch_id: str, stamp: str) -> str:
    return f"{LAYER}/{name}/{batch_id}-{stamp}.parquet"


@cache
def _module_digest(name: str) -> str:
    return sha256_of(Path(*copydesk.__path__) / name)
