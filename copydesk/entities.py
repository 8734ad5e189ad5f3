"""Entities: who and what all the mentions together speak of.

What belongs here: gathering mentions by entity, its name, aliases, place and counts. What does not: which mention
belongs to which entity (mentions.py).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from copydesk.linking import known_places
from copydesk.tables import ENTITIES
from copydesk.territories import City, Country


def build_entities(mentions: pl.LazyFrame, articles: pl.LazyFrame) -> pl.DataFrame:
    """The table `entities` of all mentions.

    An entity's name is its country's, else the longest of its most frequent surfaces; the other surfaces are
    aliases, most frequent first.

    Args:
        mentions: the table `mentions`.
        articles: `article_id`, `published_at`.
    """
    linked = mentions.filter(pl.col("entity_id").is_not_null())
    surfaces = (
        linked.group_by("entity_id", "label", "surface")
        .agg(count=pl.len())
        .with_columns(words=pl.col("surface").str.count_matches(r"\S+"))
        .sort("entity_id", "count", "words", "surface", descending=[False, True, True, False])
        .group_by("entity_id", "label", maintain_order=True)
        .agg(forms="surface", words="words")
        .collect()
    )
    counts = (
        linked.join(articles.select("article_id", "published_at"), on="article_id", how="left")
        .group_by("entity_id")
        .agg(
            mention_count=pl.len().cast(pl.Int64),
            article_count=pl.col("article_id").n_unique().cast(pl.Int64),
            first_seen=pl.col("published_at").min(),
            last_seen=pl.col("published_at").max(),
        )
        .collect()
    )
    described = pl.DataFrame(
        [_describe(row) for row in surfaces.iter_rows(named=True)],
        schema={
            name: ENTITIES.polars_schema[name]
            for name in (
                "entity_id",
                "name",
                "label",
                "aliases",
                "country_code",
                "latitude",
                "longitude",
            )
        },
    )
    return ENTITIES.conform(described.join(counts, on="entity_id", how="left"))


def _describe(row: dict[str, Any]) -> dict[str, Any]:
    forms: list[str] = row["forms"]
    place = known_places().get(row["entity_id"])
    country = place if isinstance(place, Country) else None
    city = place if isinstance(place, City) else None
    # A person is `Sergei Lavrov` even where `Lavrov` is written more often, an organisation what its acronym is short for.
    fullest = max(forms, key=lambda form: (min(len(form.split()), 2), -forms.index(form)))
    name = place.name if place else fullest
    return {
        "entity_id": row["entity_id"],
        "name": name,
        "label": row["label"],
        "aliases": [form for form in forms if form != name],
        "country_code": country.code if country else city.country_code if city else None,
        "latitude": city.latitude if city else None,
        "longitude": city.longitude if city else None,
    }
