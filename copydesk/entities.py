"""Entities: who and what all the mentions together speak of.

What belongs here: gathering mentions by entity, its name, aliases, place and counts. What does not: which mention
belongs to which entity (mentions.py).

A batch is tallied once, and tallies are summed: an article is of one batch, so counts add up. A tally is in order of
the entities' ids, so that a range of them can be summed by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl

from copydesk.linking import known_places
from copydesk.tables import ENTITIES
from copydesk.territories import Country


@dataclass(frozen=True, slots=True)
class Tally:
    """What a batch's mentions add to the entities.

    `surfaces`: `entity_id`, `label`, `surface`, `count`; how often each was written in which way.
    `sightings`: `entity_id`, `mention_count`, `article_count`, `first_seen`, `last_seen`.
    """

    surfaces: pl.DataFrame
    sightings: pl.DataFrame


def build_entities(mentions: pl.LazyFrame, articles: pl.LazyFrame) -> pl.DataFrame:
    """The table `entities` of all mentions.

    Args:
        mentions: the table `mentions`.
        articles: `article_id`, `published_at`.
    """
    tally = tally_mentions(mentions, articles)
    return ENTITIES.conform(sum_tallies(tally.surfaces.lazy(), tally.sightings.lazy()))


def tally_mentions(mentions: pl.LazyFrame, articles: pl.LazyFrame) -> Tally:
    """What some articles' mentions add to the entities; arguments are those of `build_entities`."""
    linked = mentions.filter(pl.col("entity_id").is_not_null()).select(
        "entity_id", "label", "surface", "article_id"
    )
    surfaces = linked.group_by("entity_id", "label", "surface").agg(count=pl.len().cast(pl.Int64))
    sightings = (
        linked.join(articles.select("article_id", "published_at"), on="article_id", how="left")
        .group_by("entity_id")
        .agg(
            mention_count=pl.len().cast(pl.Int64),
            article_count=pl.col("article_id").n_unique().cast(pl.Int64),
            first_seen=pl.col("published_at").min(),
            last_seen=pl.col("published_at").max(),
        )
    )
    frames = (
        surfaces.sort("entity_id", "label", "surface"),
        sightings.sort("entity_id"),
    )
    return Tally(*pl.collect_all(frames))


def sum_tallies(surfaces: pl.LazyFrame, sightings: pl.LazyFrame) -> pl.DataFrame:
    """The entities of some tallies.

    An entity's name is its country's or city's, else its most frequent surface of two words or more, else the most
    frequent; the other surfaces are aliases, most frequent first.
    """
    # A person is `Sergei Lavrov` even where `Lavrov` is written more often, an organisation what its acronym is short for.
    name = pl.coalesce(
        pl.col("place").first(),
        pl.col("surface").filter(pl.col("words") > 1).first(),
        pl.col("surface").first(),
    )
    written = (
        surfaces.group_by("entity_id", "label", "surface")
        .agg(pl.col("count").sum())
        .with_columns(words=pl.col("surface").str.count_matches(r"\S+"))
        .join(_places(), on="entity_id", how="left")
        .sort("entity_id", "count", "words", "surface", descending=[False, True, True, False])
        .group_by("entity_id", "label", maintain_order=True)
        .agg(
            pl.col("country_code", "latitude", "longitude").first(),
            name=name,
            aliases=pl.col("surface").filter(pl.col("surface") != name),
        )
    )
    seen = sightings.group_by("entity_id").agg(
        pl.col("mention_count", "article_count").sum(),
        pl.col("first_seen").min(),
        pl.col("last_seen").max(),
    )
    return (
        written.join(seen, on="entity_id", how="left")
        .select(ENTITIES.polars_schema.names())
        .collect(engine="streaming")
    )


@cache
def _places() -> pl.LazyFrame:
    """entity_id, place (its name), country_code, latitude, longitude of every country and city."""
    rows = [
        (key, place.name, place.code, None, None)
        if isinstance(place, Country)
        else (key, place.name, place.country_code, place.latitude, place.longitude)
        for key, place in known_places().items()
    ]
    names = ("entity_id", "place", "country_code", "latitude", "longitude")
    types = (pl.String, pl.String, pl.String, pl.Float64, pl.Float64)
    return pl.LazyFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")
