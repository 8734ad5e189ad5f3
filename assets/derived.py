"""What is kept of each batch for the corpus: its articles' fingerprints and passages, its mentions' tallies.

What belongs here: making these once per batch, and knowing when one is out of date. What does not: what they are
(copydesk), what becomes of all of them together (corpus.py).

A file is named by its batch and by what it was made from, so that it holds if it is there. Making one batch's is a task
by itself: it reads the batch's files, writes its own and touches nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl

import copydesk
from assets.engine import Engine
from assets.facts import Facts, of_batch
from assets.settling import published
from assets.warehouse import Warehouse
from copydesk import fingerprints, site_templates
from copydesk.cuts import move
from copydesk.duplicates import Links
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
DUPLICATE_CODE: Final = ("fingerprints.py", "duplicates.py")
PASSAGE_CODE: Final = ("buckets.py", "site_templates.py")
TALLY_CODE: Final = ("cuts.py", "entities.py")
_STAMP_DIGITS: Final = 20
_FINGERPRINTED: Final = ("article_id", "document_id", "body", "published_at", "published_precision")
_PASSAGES_OF: Final = ("articles", "blocks", "publishers")
_WITH_PASSAGES: Final = ("document_id", "site", "publisher_id", "url", "title", "body")
_TALLIES_OF: Final = ("mentions", "articles")
_TALLIED_WITH: Final = ("left_out", "cuts")
_LINKS: Final = "corpus/links.json"

Paths = Mapping[str, str]


class StoredCorpus:
    """All articles, as `copydesk.duplicates` asks for them."""

    def __init__(self, warehouse: Warehouse, paths: Paths) -> None:
        self._warehouse = warehouse
        self._paths = paths

    def batches(self) -> Sequence[str]:
        """The batches' names."""
        return list(self._paths)

    def fingerprints(self, batch: str, columns: Sequence[str]) -> pl.DataFrame:
        """Some columns of a batch's fingerprints."""
        return self._warehouse.load(self._paths[batch], columns)

    def bodies(self, batch: str, article_ids: pl.Series) -> pl.DataFrame:
        """`article_id`, `body` of some of a batch's articles."""
        return (
            self._warehouse.scan(PARSED, "articles", [batch])
            .select("article_id", "body")
            .filter(pl.col("article_id").is_in(article_ids.implode()))
            .collect()
        )


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


class KnownLinks:
    """What is known of the articles whose fingerprints were looked at before, and what came of it."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        try:
            self._noted: dict[str, Any] = json.loads(warehouse.store.read(_LINKS))
        except (FileNotFoundError, ValueError):
            self._noted = {}

    def holds(self, paths: Paths, left_out: pl.DataFrame) -> bool:
        """Whether just these articles were looked at."""
        return bool(self._noted.get("made_from") == _made_from(paths, left_out))

    def load(self, paths: Paths) -> Links:
        """What is known; nothing where an article is no longer what it was, or the rules are not."""
        usable = self._noted.get("code") == code_stamp(DUPLICATE_CODE)
        if not usable or not set(self._noted["fingerprints"]) <= set(paths.values()):
            return Links.none()
        return Links(*(self._warehouse.load(self._noted[name]) for name in ("texts", "pairs")))

    def keep(self, paths: Paths, left_out: pl.DataFrame, links: Links) -> None:
        """Remember what is known now."""
        made_from = _made_from(paths, left_out)
        noted = {
            "made_from": made_from,
            "code": code_stamp(DUPLICATE_CODE),
            "fingerprints": list(paths.values()),
            "texts": f"{LAYER}/links/texts-{made_from[:_STAMP_DIGITS]}.parquet",
            "pairs": f"{LAYER}/links/pairs-{made_from[:_STAMP_DIGITS]}.parquet",
        }
        self._warehouse.write(noted["texts"], links.texts)
        self._warehouse.write(noted["pairs"], links.pairs)
        # Last, so that it names what is there; what it named before goes after it.
        self._warehouse.store.replace(_LINKS, json.dumps(noted).encode())
        forget_others(self._warehouse, "links", [noted["texts"], noted["pairs"]])


def _made_from(paths: Paths, left_out: pl.DataFrame) -> str:
    parts = [code_stamp(DUPLICATE_CODE), *sorted(paths.values()), left_out.write_csv()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


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
