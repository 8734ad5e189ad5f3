"""Linking: which entity a mention is.

What belongs here: countries to ISO 3166, cities to GeoNames, people and organisations to an id of their own, and when a
mention is linked to none. What does not: names within one article (coreference.py), the table of entities (entities.py).

An id derives from what is known of the entity alone, so that it is the same in every article, batch and release.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from copydesk.identifiers import key_id
from copydesk.mentions import Mention
from copydesk.territories import (
    AMBIGUOUS,
    City,
    Country,
    cities_by_id,
    country_names,
    find_city,
    find_country,
    find_state,
    is_demonym,
)

# Names that many countries, towns and states have each of their own.
_GENERIC: Final = re.compile(
    r"(?:(?:Supreme|High|Constitutional|Federal|Appeals?|District|Crown|County) Court|Court(?: of Appeals?)?|Congress|Senate|House(?: of (?:Representatives|Commons|Lords))?"
    r"|Parliament|Cabinet|Treasury|National Assembly|(?:Foreign|Defen[cs]e|Interior|Health|Finance|Justice|Education|Home|Culture|Energy|Transport|Trade|Economy) (?:Ministry|Office|Department)"
    r"|(?:Ministry|Department|Office|Secretary) (?:of|for) .+|Ministry|Department|Police|Army|Navy|Air Force|Coast Guard|National Guard|Central Bank|National Bank|Labou?r(?: Party)?"
    r"|(?:Democratic|Republican|Conservative|Liberal|Green|National|Socialist|Communist|People['’]s) Party|Democrats|Republicans|Conservatives|Liberals|Tories|Greens"
    r"|(?:City|Town|County|District|Parish|Security|State|Regional|National) Council|Council|Board|Committee|(?:Electoral|Election) Commission|Commission|University|Institute|College|School|Hospital|Museum"
    r"|Attorney General|Port Authority|Fire Department|Sheriff['’]s Office|Chamber of Commerce|Medical Center|Public Health|Social Security|Government|State|Union|Bank|Agency|Opposition|Coalition)",
)
_BESIDE: Final = re.compile(r",\s(?P<place>[A-Z][\w.'’-]*(?:\s(?:and|of|the|[A-Z][\w.'’-]*)){0,3})")
# What tells which of two a word means.
_GEORGIA: Final = re.compile(
    r"\b(?:Tbilisi|Batumi|Caucasus|Abkhazia|South Ossetia|Saakashvili|Georgian Dream|Armenia|Azerbaijan)\b"
)
_JORDAN: Final = re.compile(
    r"\b(?:Amman|Aqaba|Jordanians?|Israel|Israeli|Syria|Iraq|West Bank|Middle East|King Abdullah|Palestinians?)\b"
)
_CHAD: Final = re.compile(r"\b(?:N['’]Djamena|Chadian|Sudan|Niger|Cameroon|Sahel|Darfur|Africa)\b")
_EVIDENCE: Final[Mapping[str, re.Pattern[str]]] = {
    "Georgia": _GEORGIA,
    "Georgian": _GEORGIA,
    "Jordan": _JORDAN,
    "Chad": _CHAD,
    "Guinea": re.compile(
        r"\b(?:Conakry|West Africa|Guinean|Mali|Senegal|Sierra Leone|Doumbouya)\b"
    ),
    "Congo": re.compile(r"\b(?:Kinshasa|Goma|M23|Kabila|Tshisekedi|Congolese|DRC)\b"),
    "Jersey": re.compile(r"\b(?:Saint Helier|St Helier|Channel Islands|Guernsey)\b"),
    "Dominican": re.compile(r"\b(?:Santo Domingo|Dominican Republic)\b"),
    "Trinidad": re.compile(r"\b(?:Port of Spain|Tobago|Caribbean)\b"),
}


def link(article_id: str, texts: Mapping[str, str], mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions of one article with their labels made finer and their entities' ids.

    Args:
        article_id: a person known by one word only is told apart by it.
        texts: by field.
        mentions: resolved (see coreference.resolve).
    """
    near = frozenset(
        country.code
        for each in mentions
        if each.label == "country" and (country := _country(each, texts)) is not None
    )
    full = {each.name for each in mentions if each.label == "person" and " " in each.name}
    parts = Counter(part for name in full for part in {name.split()[0], name.split()[-1]})
    linked = [
        each
        if each.label == "person" and parts[each.name] > 1  # one of several who bear the name
        else _link(article_id, texts, each, near)
        for each in mentions
    ]
    return [each for each in linked if each.label != "none"]


def _link(
    article_id: str, texts: Mapping[str, str], mention: Mention, near: frozenset[str]
) -> Mention:
    if mention.label == "country":
        country = _country(mention, texts)
        if country is None:
            label = "none" if is_demonym(mention.surface) else "place"
            return replace(mention, label=label)
        return replace(mention, name=country.name, entity_id=country_id(country))
    if mention.label in ("place", "city"):
        beside = _beside(texts[mention.field], mention)
        city = find_city(mention.name, beside, near)
        if city is not None:
            return replace(mention, label="city", name=city.name, entity_id=city_id(city))
        if mention.label == "city":  # one of several of its name
            return mention
    if mention.label == "person" and " " not in mention.name:
        return replace(
            mention, entity_id=key_id("entity", "person", article_id, _folded(mention.name))
        )
    if mention.label == "organisation" and _GENERIC.fullmatch(mention.name):
        return mention
    return replace(mention, entity_id=key_id("entity", mention.label, _folded(mention.name)))


def _country(mention: Mention, texts: Mapping[str, str]) -> Country | None:
    """The country that a mention names, if the article leaves no doubt."""
    if mention.surface == "America":
        return find_country("United States")
    if mention.surface in AMBIGUOUS:
        evidence = _EVIDENCE[mention.surface]
        if not any(evidence.search(text) for text in texts.values()):
            return None
    return find_country(mention.surface) or find_country(mention.name)


def _beside(text: str, mention: Mention) -> str | None:
    """A state or country that stands behind a city: `Paris, Texas`."""
    match = _BESIDE.match(text, mention.end)
    if match is None:
        return None
    words = match["place"].split()
    for count in range(len(words), 0, -1):
        place = " ".join(words[:count])
        for form in (place, place.rstrip(".")):
            if find_state(form) is not None or (
                find_country(form) is not None and not is_demonym(form)
            ):
                return form
    return None


def _folded(name: str) -> str:
    return " ".join(name.replace("’", "'").casefold().split())


def country_id(country: Country) -> str:
    """The id of a country, by its ISO 3166-1 code."""
    return key_id("entity", "country", country.code)


def city_id(city: City) -> str:
    """The id of a city, by its GeoNames id."""
    return key_id("entity", "city", city.geoname_id)


@cache
def known_places() -> Mapping[str, Country | City]:
    """Every country and city by its entity's id."""
    return {
        **{country_id(country): country for country in country_names().values()},
        **{city_id(city): city for city in cities_by_id().values()},
    }
