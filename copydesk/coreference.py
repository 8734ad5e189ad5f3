"""Coreference: what the whole of an article says about its names.

What belongs here: surnames and acronyms to the full names they stand for, names that the recognizer saw in one place
and missed in another, labels that contradict each other, bylines and agencies. What does not: which entity of the world
a name is (linking.py).

A wrong merge is worse than a missed one: where two could be meant, a name stays what it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from copydesk.lexicons import first_names
from copydesk.mentions import Mention
from copydesk.territories import cities_named, find_country, is_state_name

RULE: Final = "coreference-1"
# A longer line is no byline.
MAX_BYLINE_CHARACTERS: Final = 200
# Shorter words are too often something else.
MIN_NAME_CHARACTERS: Final = 4
_ACRONYM: Final = re.compile(r"\s?\((?:the\s|[“\"'‘])?(?P<acronym>[A-Z][A-Za-z&]{1,9})[”\"'’]?\)")
# `World Health Organization (WHO)`, where the recognizer saw nothing.
_LONG_FORM: Final = re.compile(
    r"(?<![\w’'-])(?P<name>(?:[A-ZÀ-Þ][\w’'-]*)(?:\s(?:of|for|the|and|on|in|de|des|du|del|di|&|[A-ZÀ-Þ][\w’'-]*)){1,9})\s\((?:the\s)?(?P<acronym>[A-Z][A-Za-z]{1,8}s?)\)"
)
_SMALL_WORDS: Final = frozenset("of for the and on in de des du del di & to at".split())  # noqa: SIM905
_BYLINE: Final = re.compile(
    r"^\W*(?:by|written by|reporting by|additional reporting|writing by|edited by|editing by|compiled by|photo(?:graph)?s?(?: by)?|image(?: by)?|credit)\b",
    re.IGNORECASE,
)
AGENCIES: Final = frozenset(
    [
        "Reuters",
        "AP",
        "The Associated Press",
        "Associated Press",
        "AFP",
        "Agence France-Presse",
        "Sputnik",
        "TASS",
        "Xinhua",
        "Bloomberg",
        "Interfax",
        "ANI",
        "PTI",
        "IANS",
        "dpa",
        "Kyodo",
        "Bernama",
        "EFE",
        "ANSA",
        "UPI",
        "PA",
        "PA Media",
        "Press Association",
        "AAP",
        "Yonhap",
        "RIA Novosti",
        "Anadolu",
        "Anadolu Agency",
        "IRNA",
        "KCNA",
        "Ukrinform",
        "Getty Images",
        "Getty",
        "CNN",
        "BBC",
        "Shutterstock",
        "Al Jazeera",
    ]
)
# The last word of what is an organisation although it begins like a person.
_ORGANISATION_WORDS: Final = frozenset(
    [
        "Foundation",
        "Institute",
        "University",
        "Inc",
        "Inc.",
        "Ltd",
        "Ltd.",
        "Corp",
        "Corp.",
        "Co",
        "Co.",
        "Company",
        "Group",
        "Holdings",
        "School",
        "College",
        "Hospital",
        "Center",
        "Centre",
        "Bank",
        "Trust",
        "Party",
        "Association",
        "Society",
        "Press",
        "Times",
        "Post",
        "News",
        "Studios",
        "Museum",
        "Library",
        "Church",
        "Court",
        "Council",
        "Committee",
        "Commission",
        "Agency",
        "Department",
        "Ministry",
        "Partners",
        "Capital",
        "Associates",
        "LLC",
        "LLP",
        "Airport",
        "Airlines",
        "Prize",
        "Award",
        "Awards",
        "Act",
        "Street",
        "Road",
        "Avenue",
        "Show",
        "Cup",
        "Tower",
        "House",
        "Hotel",
        "Park",
        "Stadium",
        "Bureau",
        "Club",
        "FC",
        "United",
        "City",
        "Union",
        "Fund",
        "Network",
        "Report",
        "Law",
        "Motors",
        "Records",
        "Entertainment",
        "Theatre",
        "Theater",
        "Academy",
        "Energy",
        "Services",
        "Research",
        "Systems",
        "Technologies",
        "Media",
        "Today",
        "Magazine",
        "Journal",
        "Review",
        "Gazette",
        "Herald",
        "Palace",
    ]
)
# The last word of a place that a model takes for a person or an organisation.
_PLACE_WORDS: Final = frozenset(
    "Street Road Avenue Boulevard Square Park Airport Stadium Arena Bridge River Lake Mountain Mountains Valley Island"  # noqa: SIM905
    " Islands Beach Bay County Province Region Village Hills Forest Desert Station Stand Terminal Peninsula Strait Gulf Ocean"
    " Canal Creek Falls Canyon Highway Heights Palace Tower Hotel".split()
)
# Names behind a word of place: `in Ruvuma`, `from Dar es Salaam, Mtwara and Ruvuma`.
_LOCATED: Final = re.compile(
    r"\b(?P<word>in|near|across|outside|around|from|to)\s"
    r"(?P<names>[A-ZÀ-Þ][\w’'-]*(?:(?:,\s(?:and\s)?|\sand\s|\s(?:[a-z]{2,3}\s)?)[A-ZÀ-Þ][\w’'-]*){0,7})"
)
_BETWEEN_NAMES: Final = re.compile(r",\s(?:and\s)?|\sand\s")
# Words behind which people stand as well: they place a name only in the company of a known place.
_AMBIGUOUS_WORDS: Final = frozenset({"from", "to"})
# Names that do what people do or have what people have.
_PERSONAL: Final = re.compile(
    r"(?<![\w’'-])(?P<name>[A-ZÀ-Þ][\w-]*)(?:['’]s\s(?:wife|husband|son|daughter|father|mother|lawyer|family|team)\b"
    r"|,?\s(?:said|says|told|who|and his|and her|added|wrote)\b|,\s\d\d,)"
)
_NAMES: Final = ("person", "organisation", "place", "city")


def resolve(
    texts: Mapping[str, str],
    mentions: Sequence[Mention],
    authors: Iterable[str] = (),
    usual: Mapping[str, str] | None = None,
) -> list[Mention]:
    """The mentions of one article, resolved against each other, in order within each field.

    Args:
        texts: by field, the text as the recognizer read it (see casing.recase); offsets are those of the published one.
        mentions: those of all fields.
        authors: the article's.
        usual: how words are mostly written in the article (see casing.usual_forms).
    """
    found = [_as_person_or_agency(each) for each in mentions]
    found = _without_bylines(texts, found, frozenset(authors))
    found = _one_label(_placed(texts, found))
    acronyms = dict[str, Mention]()
    for field, text in texts.items():
        found += _long_forms(field, text, found)
        acronyms |= _acronyms(text, [each for each in found if each.field == field])
    found = _named_in_full(found, acronyms)
    found = _seen_elsewhere(texts, found, acronyms, usual or {})
    found = _named_in_full(found, acronyms)
    return sorted(found, key=lambda each: (each.field, each.start))


def _as_person_or_agency(mention: Mention) -> Mention:
    """The mention with the label that its own words give away."""
    words = mention.surface.split()
    if mention.surface in AGENCIES:
        return replace(mention, label="organisation")
    if (
        mention.label in ("organisation", "product", "event")
        and 2 <= len(words) <= 3
        and words[0] in first_names()
        and words[-1] not in _ORGANISATION_WORDS
        and all(word[0].isupper() for word in words)
        and not cities_named(mention.surface)
    ):
        return replace(mention, label="person")
    if mention.label in ("person", "organisation") and len(words) > 1 and words[-1] in _PLACE_WORDS:
        return replace(mention, label="place")
    if mention.label == "person" and len(words) > 1 and words[-1] in _ORGANISATION_WORDS:
        return replace(mention, label="organisation")
    return mention


def _without_bylines(
    texts: Mapping[str, str], mentions: Sequence[Mention], authors: frozenset[str]
) -> list[Mention]:
    """Without those who wrote or photographed: they are no part of the story."""
    names = {author.casefold() for author in authors}
    kept = list[Mention]()
    for each in mentions:
        if each.label == "person":
            text = texts[each.field]
            near = text[max(0, each.start - MAX_BYLINE_CHARACTERS) : each.start]
            before = near.rpartition("\n")[2]
            whole = "\n" in near or len(near) == each.start
            after = text[each.end : each.end + MAX_BYLINE_CHARACTERS].partition("\n")[0]
            alone = each.field == "body" and whole and not before.strip() and not after.strip()
            if alone or (whole and _BYLINE.match(before)):
                continue
            if each.surface.casefold() in names:
                continue
        kept.append(each)
    return kept


def _placed(texts: Mapping[str, str], mentions: Sequence[Mention]) -> list[Mention]:
    """With lone names that are taken for people but stand where places do: `from Dar es Salaam, Mtwara, Ruvuma`.

    A model knows few places of the world. What people do (`X said`) or have (`X's wife`) tells that it is one all the same.
    """
    parts = {
        part
        for each in mentions
        if each.label == "person" and " " in each.surface
        for part in (each.surface.split()[0], each.surface.split()[-1])
    }
    placed = set[str]()
    for match in (match for text in texts.values() for match in _LOCATED.finditer(text)):
        names = [
            name.removesuffix("’s").removesuffix("'s")
            for name in _BETWEEN_NAMES.split(match["names"])
        ]
        known = any(find_country(name) or cities_named(name) for name in names)
        if known or match["word"] not in _AMBIGUOUS_WORDS:
            placed.update(name for name in names if " " not in name)
    personal = {match["name"] for text in texts.values() for match in _PERSONAL.finditer(text)}
    places = placed - personal - parts - set(first_names())
    return [
        replace(each, label="place") if each.label == "person" and each.surface in places else each
        for each in mentions
    ]


def _one_label(mentions: Sequence[Mention]) -> list[Mention]:
    """The same words are the same kind of thing throughout an article: the most frequent one."""
    labels = dict[str, Counter[str]]()
    for each in mentions:
        if each.label in _NAMES:
            labels.setdefault(each.surface, Counter())[each.label] += 1
    surnames = {
        part
        for each in mentions
        if each.label == "person" and " " in each.surface
        for part in (each.surface.split()[-1],)
    }
    settled = list[Mention]()
    for each in mentions:
        counts = labels.get(each.surface)
        label = each.label
        if counts is not None and len(counts) > 1 and label in _NAMES:
            label = max(counts, key=lambda name: (counts[name], -_NAMES.index(name)))
        if each.surface in surnames and label in _NAMES:
            label = "person"
        elif label == "person" and " " not in each.surface and _is_large_city(each.surface):
            label = "city"
        settled.append(replace(each, label=label))
    return settled


def _is_large_city(surface: str) -> bool:
    """A lone word that no full name of the article explains, and that is a city of a million."""
    cities = cities_named(surface)
    return bool(cities) and cities[0].population >= 1_000_000 and surface not in first_names()


def _long_forms(field: str, text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """Organisations that only their acronym gives away: `World Health Organization (WHO)`."""
    found = list[Mention]()
    taken = sorted((each.start, each.end) for each in mentions if each.field == field)
    for match in _LONG_FORM.finditer(text):
        words = match["name"].split()
        # The fewest words from the right whose initials are the acronym.
        for index in range(len(words) - 2, -1, -1):
            name = " ".join(words[index:])
            if words[index][0].isupper() and _spells(name, match["acronym"]):
                start = match.start("name") + len(match["name"]) - len(name)
                span = (start, match.end("name"))
                if text[slice(*span)] == name and not _overlaps(span, taken):
                    found.append(
                        Mention(*span, name, "organisation", name, None, RULE, field=field)
                    )
                break
    return found


def _overlaps(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    """Whether the span reaches into one of those taken, which are in order and do not overlap."""
    place = bisect_left(taken, (span[1], 0))
    return place > 0 and taken[place - 1][1] > span[0]


def _acronyms(text: str, mentions: Sequence[Mention]) -> dict[str, Mention]:
    """Acronyms that stand in brackets behind the name that they are short for."""
    found = dict[str, Mention]()
    for each in mentions:
        if " " not in each.surface or each.label == "person":
            continue
        match = _ACRONYM.match(text, each.end)
        if match is not None and _spells(each.surface, match["acronym"]):
            found[match["acronym"]] = each
    return found


def _spells(name: str, acronym: str) -> bool:
    """Whether the acronym is made of the initials of the name, small words counted or not."""
    words = [word for word in re.split(r"[\s-]+", name) if word]
    letters = acronym.upper().rstrip("S") if acronym.endswith("s") else acronym.upper()
    every = "".join(word[0] for word in words).upper()
    large = "".join(word[0] for word in words if word.lower() not in _SMALL_WORDS).upper()
    return letters in (every, large)


def _named_in_full(mentions: Sequence[Mention], acronyms: Mapping[str, Mention]) -> list[Mention]:
    """Each mention with the full name that the article gives it."""
    full = _full_names(mentions)
    named = list[Mention]()
    for each in mentions:
        if each.surface in acronyms:
            long = acronyms[each.surface]
            each = replace(each, label=long.label, name=long.name)
        elif each.label == "person" or (
            each.label in _NAMES and len(full.get(each.surface, ())) == 1
        ):
            names = full.get(each.surface, set())
            if len(names) == 1:
                each = replace(each, label="person", name=next(iter(names)))
        named.append(each)
    return named


def _full_names(mentions: Sequence[Mention]) -> dict[str, set[str]]:
    """The people of the article by every form that can stand for them: full names, surnames, first names."""
    counts = Counter(
        each.surface for each in mentions if each.label == "person" and " " in each.surface
    )
    people = dict[tuple[str, str], str]()
    # `Donald J. Trump` and `Donald Trump` are one; the form written most is the name.
    for name, _ in sorted(counts.items(), key=lambda item: (-item[1], -len(item[0]), item[0])):
        words = name.split()
        people.setdefault((words[0], words[-1]), name)
    forms = dict[str, set[str]]()
    for name in counts:
        words = name.split()
        person = people[words[0], words[-1]]
        forms.setdefault(name, set()).add(person)
        forms.setdefault(words[-1], set()).add(person)
        if words[0] in first_names() or len(words[0]) >= MIN_NAME_CHARACTERS:
            forms.setdefault(words[0], set()).add(person)
        if len(words) > 2:
            forms.setdefault(" ".join(words[1:]), set()).add(person)
    return forms


def _seen_elsewhere(
    texts: Mapping[str, str],
    mentions: Sequence[Mention],
    acronyms: Mapping[str, Mention],
    usual: Mapping[str, str],
) -> list[Mention]:
    """With the names that the recognizer saw in one place, wherever else the article has them.

    A full name takes the place of what was seen of it.
    """
    known = dict[str, tuple[str, str]]()
    people = _full_names(mentions)
    for each in mentions:
        if each.label in _NAMES and _is_name(each.surface, usual):
            known.setdefault(each.surface, (each.label, each.name))
        if each.label == "person" and " " in each.surface:
            surname = each.surface.split()[-1]
            if _is_name(surname, usual) and not _is_territory(surname):
                names = people.get(surname, set())
                name = next(iter(names)) if len(names) == 1 else surname
                known.setdefault(surname, ("person", name))
    known |= {acronym: (long.label, long.name) for acronym, long in acronyms.items()}
    if not known:
        return list(mentions)
    pattern = re.compile(
        rf"(?<![\w@#/.-])(?:{'|'.join(map(re.escape, sorted(known, key=len, reverse=True)))})(?![\w@/-]|\.\w)"
    )
    found, replaced = list[Mention](), set[Mention]()
    for field, text in texts.items():
        here = sorted(
            (each for each in mentions if each.field == field), key=lambda each: each.start
        )
        starts = [each.start for each in here]
        for match in pattern.finditer(text):
            # Mentions do not overlap, so at most the last one before the match reaches into it.
            first = max(0, bisect_left(starts, match.start()) - 1)
            across = [
                each
                for each in here[first : bisect_left(starts, match.end())]
                if match.start() < each.end
            ]
            if any(each.start < match.start() or each.end > match.end() for each in across):
                continue
            if any(each.surface == match[0] for each in across):
                continue
            replaced.update(across)
            label, name = known[match[0]]
            found.append(Mention(*match.span(), match[0], label, name, None, RULE, field=field))
    return [*(each for each in mentions if each not in replaced), *found]


def _is_territory(word: str) -> bool:
    return find_country(word) is not None or is_state_name(word)


def _is_name(surface: str, usual: Mapping[str, str]) -> bool:
    if " " in surface:
        return True
    if usual.get(surface.lower(), surface).islower():
        return False
    return len(surface) >= MIN_NAME_CHARACTERS or (surface.isupper() and len(surface) > 1)
