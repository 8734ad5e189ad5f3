"""Mentions: from a model's spans to mentions that hold.

What belongs here: cleaning the spans of one text, their labels, countries that the model misses. What does not: the
model (recognition.py), what the rest of the article says about a name (coreference.py), which entity it is
(linking.py).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from copydesk.lexicons import common_words, first_names
from copydesk.recognizers import Span
from copydesk.territories import (
    AMBIGUOUS,
    cities_named,
    country_names,
    find_country,
    is_demonym,
    is_state_name,
)

# Labels of the recognizers' training data to ours: OntoNotes 5 (Weischedel et al. 2013) and CoNLL-2003 (Tjong Kim Sang and
# De Meulder 2003). The rest (dates, numbers, languages, laws, works) are no entities here; `people` is kept only where it is a
# country's.
_LABELS: Final = {
    "PERSON": "person",
    "PER": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "NORP": "people",
    "MISC": "people",
    "EVENT": "event",
    "PRODUCT": "product",
    **{
        label: label
        for label in ("person", "organisation", "place", "country", "city", "event", "product")
    },
}
# Titles and degrees by themselves are nobody's name.
_CREDENTIAL: Final = re.compile(
    r"(?:[A-Z]\.?){1,6}(?:-[A-Z]+)?(?:\s\d{1,4})?|(?:Ph|Ed|Psy)\.?D\.?|M\.?Sc\.?|B\.?Sc\.?|Jr\.?|Sr\.?|Esq\.?"
)
_LEADING: Final = re.compile(r"^(?:[\s\"“”„«»‘'(\[,;:–—/-]|the\s|then-|a\s)+", re.IGNORECASE)
# Before the name of a person.
_TITLES: Final = re.compile(
    r"^(?:(?:mr|mrs|ms|mx|dr|sir|dame|lord|lady|prince|princess|king|queen|pope|father|sister|saint|president|vice|prime|minister|premier|chancellor"
    r"|mayor|gov|governor|sen|senator|rep|representative|congressman|congresswoman|gen|general|lt|col|colonel|maj|major|capt|captain|sgt|judge|justice"
    r"|prof|professor|rev|reverend|ayatollah|sheikh|pm|mp|secretary|datuk|seri|tan|sri|tun|former|ex|acting|interim|chief|coach|detective|officer"
    r"|cardinal|archbishop|bishop|rabbi|imam|hon|ambassador|attorney|chairman|ceo|director|spokesman|spokeswoman|commissioner)\.?[\s-]+)+(?=\S)",
    re.IGNORECASE,
)
_TRAILING: Final = re.compile(
    r"(?:['’‘`]s|[\s\"“”„«»’‘'`)\],;:–—/-]|\.(?<!\b[A-Z]\.)(?<!Jr\.)(?<!Inc\.)(?<!Co\.)(?<!Corp\.)(?<!Ltd\.))+$"
)
# `Plymouth city centre`: a name ends with its last capital, numeral or foreign letter.
_TRAILING_LOWER: Final = re.compile(r"(?:\s+[a-z][a-z’'-]*)+$")
# Where one name ends and another thing begins: a new line, quotation marks, a possessive, the next sentence.
_INNER_END: Final = re.compile(
    r"\n|(?<=\w)\s?[\"“”„«»]|['’‘`]s\s(?=\S*\s?\d|Model\b)|(?<=\w\w[.!?])\s(?=[A-Z]\w+)(?<!Jr\.\s)(?<!St\.\s)(?<!Dr\.\s)(?<!Mr\.\s)(?<!Mt\.\s)(?<!Ft\.\s)|(?<=\s[A-Z])\.\s(?=[A-Z][a-z]+er\b)"
)
_OWNER: Final = re.compile(r"(?P<owner>[^'’]{2,60})['’]s\s(?=[A-Z])")
# The last word of an organisation that has departments of its own.
OWNERS: Final = frozenset(
    "University College School Institute Center Centre Hospital Court Ministry Department Government Parliament Union"  # noqa: SIM905
    " Bank Council Committee Commission Agency Company Group Club Church Foundation Museum Academy States Kingdom".split()
)
_OFFICE: Final = re.compile(
    r"\s(?:Minister|Secretary|Director|Officer|Manager|Editor|Chief|President)\b"
)
_ROLE: Final = re.compile(r"(?:ist|er|or|ian|ant|ent|Chief|Head|Lead)$")
_AT: Final = re.compile(r"\s(?:at|for|with)\s")
_ARTICLE: Final = re.compile(r"\b(?:an?|our|,)\s$")
_SENTENCE_START: Final = re.compile(r"(?:^|[.!?:]\s+|[\"“‘«(]\s?|\n)$")
_PARTICLES: Final = re.compile(r"^(?:al|bin|de|van|von|da|di|el|la)\b")
_NAME_PART: Final = re.compile(r"[^\W\d_][\w'’-]*")
_NO_NAME: Final = re.compile(
    r"^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|july|august"
    r"|september|october|november|december|https?:.*|www\..*|.*@.*|\S+\.(?:com|org|net|co\.uk)|ai|tv|pdf|ceo|vat|gdp|covid(?:-19)?|pm|mp|phd|mr|mrs"
    r"|internet|bitcoin|christmas|easter|god|state|government|parliament|house|north|south|east|west|today|yesterday|read more|photo|image|updated"
    r"|founder & president|state department|prime minister|foreign minister|president|minister)$",
    re.IGNORECASE,
)
# `South America`, `Bank of America` are no United States.
_AMERICA: Final = re.compile(r"(?<![\w-])America(?=['’]s|[ ,.;:!?]|$)")
_PART_OF_AMERICA: Final = re.compile(
    r"\b(?:North|South|Latin|Central|of|in|Captain|Miss|Spanish|Corporate|Make|Native|Meso)\s$"
)
# A language or a dish, not a people.
_NO_PEOPLE: Final = re.compile(
    r"\s(?:language|languages|lessons?|classes|courses?|dictionary|grammar|Open|Grand\sPrix|cuisine|food|fries|bulldog|shepherd|Revolution|Airways|Airlines|Broadcasting"
    r"|Journal|Medical|Library|Museum|Institute|Academy|Express|Post|Times|League|Premier|Championship|Cup)\b"
)
RULE: Final = "territories-2"
MAX_CHARACTERS: Final = 100


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention in one text: character offsets, surface, label, the name it stands for and where it came from.

    `entity_id` is None until it is linked, and where no entity is clear.
    """

    start: int
    end: int
    surface: str
    label: str
    name: str
    score: float | None
    model: str
    entity_id: str | None = None
    field: str = "body"


def clean_mentions(
    text: str, spans: Iterable[Span], model: str, usual: Mapping[str, str] | None = None
) -> list[Mention]:
    """The mentions of one text, in order, not overlapping, `surface == text[start:end]`.

    Args:
        text: as published.
        spans: what the recognizer found in it.
        model: the recognizer's name and version.
        usual: how words are mostly written in the article (see casing.usual_forms).
    """
    mentions = [
        mention
        for span in _whole(text, spans)
        for mention in _clean(text, span, model, usual or {})
    ]
    mentions = _without_credentials(text, mentions)
    mentions.sort(key=_place)
    countries = list[Mention]()
    for start, end in _country_spans(text):
        surface = text[start:end]
        # Spans of one model do not overlap, so those across the name stand side by side.
        first = bisect_right(mentions, start, key=_end)
        last = bisect_left(mentions, end, key=_place)
        across = mentions[first:last]
        if any(each.start <= start and end <= each.end for each in across):
            continue
        # A model that saw only a part of the name gives way to the whole.
        del mentions[first:last]
        countries.append(Mention(start, end, surface, "country", surface, None, RULE))
    mentions += countries
    mentions.sort(key=lambda mention: (mention.start, -mention.end))
    kept = list[Mention]()
    for mention in mentions:
        if not kept or kept[-1].end <= mention.start:
            kept.append(mention)
    return kept


def _place(mention: Mention) -> int:
    return mention.start


def _end(mention: Mention) -> int:
    return mention.end


def _whole(text: str, spans: Iterable[Span]) -> list[Span]:
    """The spans, with a person's name in one piece that the model found in two: `Nadia Nunes` `Cavalcante Parr`."""
    whole = list[Span]()
    for span in spans:
        before = whole[-1] if whole else None
        if (
            before is not None
            and _LABELS.get(span.label) == "person"
            and text[before.end : span.start] == " "
            and (
                _LABELS.get(before.label) == "person"
                or text[before.start : before.end].split(" ")[0] in first_names()
            )
        ):
            whole[-1] = Span(before.start, span.end, span.label, span.score)
        else:
            whole.append(span)
    return whole


def _without_credentials(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """Without degrees and letters behind a person's name: `Ana Holm, MD, FASA`."""
    kept, end = list[Mention](), -1
    for each in mentions:
        behind = end >= 0 and text[end : each.start] == ", "
        if behind and _CREDENTIAL.fullmatch(each.surface):
            end = each.end
            continue
        kept.append(each)
        end = each.end if each.label == "person" else -1
    return kept


def _clean(text: str, span: Span, model: str, usual: Mapping[str, str]) -> list[Mention]:
    """The mentions that a span is: none, one, or two where it holds an owner and what is owned."""
    label = _LABELS.get(span.label)
    if label is None:
        return []
    start, end = span.start, span.end
    end = start + len(_INNER_END.split(text[start:end], maxsplit=1)[0])
    owner = _OWNER.match(text[start:end]) if label == "organisation" else None
    if owner is not None and _owns(owner["owner"]):
        # `Mali's Port Authority`, `Port University's School of Law`
        rest = Span(start + owner.end(), end, span.label, span.score)
        end = start + owner.end("owner")
        first = _cleaned(text, start, end, label, span, model, usual)
        return first + _cleaned(text, rest.start, rest.end, label, span, model, usual)
    return _cleaned(text, start, end, label, span, model, usual)


def _owns(name: str) -> bool:
    """Whether what has an `'s` is a name of its own, not a part of one (`Lloyd's of London`)."""
    words = name.removeprefix("the ").removeprefix("The ").split()
    return (
        find_country(" ".join(words)) is not None
        or bool(cities_named(" ".join(words)))
        or (len(words) > 1 and words[-1] in OWNERS)
    )


def _cleaned(
    text: str,
    start: int,
    end: int,
    label: str,
    span: Span,
    model: str,
    usual: Mapping[str, str],
) -> list[Mention]:
    if find_country(text[start:end]) is None and not cities_named(text[start:end]):
        start += len(text[start:end]) - len(_LEADING.sub("", text[start:end]))
    if label == "person":
        found = _TITLES.match(text[start:end])
        start += found.end() if found else 0
    end -= len(text[start:end]) - len(_TRAILING.sub("", text[start:end]))
    lower = _TRAILING_LOWER.search(text, start, end)
    if lower is not None and lower.start() > start and not _PARTICLES.match(lower[0].strip()):
        end = lower.start()
    surface = text[start:end]
    if not 1 < len(surface) <= MAX_CHARACTERS or _NO_NAME.match(surface):
        return []
    if not _NAME_PART.search(surface) or surface.islower():
        return []
    if " " not in surface and _is_word(text, start, surface, usual):
        return []
    titles = _TITLES.match(f"{surface} X") if label == "person" else None
    if titles is not None and titles.end() > len(surface):
        return []
    if label == "organisation" and _is_role(text, start, end, surface):
        return []
    label = _relabel(text, start, end, label)
    if label == "people":
        return []
    return [Mention(start, end, surface, label, surface, span.score, model)]


def _is_role(text: str, start: int, end: int, surface: str) -> bool:
    """Whether what a model took for an organisation says what somebody is: `Communications Minister`, `an Audio Specialist at`."""
    if surface.lower() in common_words() and _OFFICE.match(text, end):
        return True
    behind = _ROLE.search(surface) is not None and _AT.match(text, end) is not None
    return behind and _ARTICLE.search(text, max(0, start - 5), start) is not None


def _is_word(text: str, start: int, surface: str, usual: Mapping[str, str]) -> bool:
    """Whether a lone word is an everyday one: the article writes it small, or has it only where all are capitalised."""
    lower = surface.lower()
    form = usual.get(lower)
    if form is not None:
        return form.islower()
    return (
        lower in common_words()
        and not surface.isupper()
        and (_SENTENCE_START.search(text, max(0, start - 3), start) is not None)
    )


def _relabel(text: str, start: int, end: int, label: str) -> str:
    """The label, put right where the name itself tells: small models take cities for organisations."""
    surface = text[start:end]
    if surface == "America":
        return "country"
    country = find_country(surface)
    if country is not None and (
        label == "place" or (label == "people" and is_demonym(surface)) or surface not in AMBIGUOUS
    ):
        return "people" if is_demonym(surface) and _NO_PEOPLE.match(text, end) else "country"
    if label in ("organisation", "person", "product", "event") and is_state_name(surface):
        return "place"
    if label in ("organisation", "product") and _is_well_known_city(surface):
        return "city"
    if label == "place" and cities_named(surface):
        return "city"
    return label


def _is_well_known_city(surface: str) -> bool:
    """Whether a word that a model took for something else is rather a large city."""
    cities = cities_named(surface)
    return bool(cities) and cities[0].population >= WELL_KNOWN_POPULATION


WELL_KNOWN_POPULATION: Final = 500_000


def _country_spans(text: str) -> list[tuple[int, int]]:
    spans = [
        match.span()
        for match in _country_pattern().finditer(text)
        if not (is_demonym(match[0]) and _NO_PEOPLE.match(text, match.end()))
    ]
    spans += [
        match.span()
        for match in _AMERICA.finditer(text)
        if not _PART_OF_AMERICA.search(text, max(0, match.start() - 12), match.start())
    ]
    return spans


@cache
def _country_pattern() -> re.Pattern[str]:
    names = sorted(
        (name for name in country_names() if name not in AMBIGUOUS), key=len, reverse=True
    )
    return re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, names))})(?![\w-]|\.\w)")
