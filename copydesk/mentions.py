"""Mentions: from a model's spans to mentions that hold.

What belongs here: cleaning spans, labels, countries that the model misses, who a surname stands for within one
article. What does not: the model (recognition.py), entities across articles (entities.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from copydesk.identifiers import key_id
from copydesk.recognition import Span
from copydesk.territories import AMBIGUOUS, country_names, find_city, find_country, is_demonym

# OntoNotes 5 labels (Weischedel et al. 2013) to ours; the rest (dates, numbers, languages, laws) are no entities here.
_LABELS: Final = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "NORP": "people",
    "EVENT": "event",
    "PRODUCT": "product",
}
_LEADING: Final = re.compile(
    r"^(?:[\s\"“”„«»‘'(\[,;:–—-]+|the\s+|then-|mr\.?\s|mrs\.?\s|ms\.?\s|dr\.?\s|sir\s)+",
    re.IGNORECASE,
)
_TRAILING: Final = re.compile(r"(?:['’]s?|[\s\"“”„«»’')\],;:–—-])+$")
_NAME_PART: Final = re.compile(r"[^\W\d_][\w'’-]*")
_NO_NAME: Final = re.compile(
    r"^(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august"
    r"|september|october|november|december|https?:.*|www\..*|.*@.*)$",
    re.IGNORECASE,
)
RULE: Final = "territories-1"
MAX_CHARACTERS: Final = 100


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention in one text: character offsets, surface, label, the name it stands for and where it came from."""

    start: int
    end: int
    surface: str
    label: str
    name: str
    score: float | None
    model: str

    @property
    def entity_id(self) -> str:
        """Derived from label and name alone, so that it is the same in every article and release."""
        return key_id("entity", self.label, " ".join(self.name.lower().split()))


def clean_mentions(text: str, spans: Iterable[Span], model: str) -> list[Mention]:
    """The mentions of one text, in order, not overlapping, `surface == text[start:end]`."""
    mentions = [mention for span in spans if (mention := _clean(text, span, model)) is not None]
    taken = [(mention.start, mention.end) for mention in mentions]
    for match in _country_pattern().finditer(text):
        start, end = match.span()
        if not any(start < other_end and other_start < end for other_start, other_end in taken):
            country = country_names()[match.group()]
            mentions.append(Mention(start, end, match.group(), "country", country.name, None, RULE))
    return sorted(mentions, key=lambda mention: mention.start)


def resolve_surnames(mentions: Sequence[Mention]) -> list[Mention]:
    """Mentions of one article, a lone surname given the one full name of the article that ends in it.

    Where two people share the surname, it stays what it is: a wrong merge is worse than a missed one.
    """
    full = dict[str, set[str]]()
    for mention in mentions:
        if mention.label == "person" and " " in mention.name:
            full.setdefault(mention.name.split()[-1], set()).add(mention.name)
    resolved = list[Mention]()
    for mention in mentions:
        names = full.get(mention.name, set())
        if len(names) == 1 and mention.label in ("person", "organisation", "place"):
            mention = replace(mention, label="person", name=next(iter(names)))
        resolved.append(mention)
    return resolved


def _clean(text: str, span: Span, model: str) -> Mention | None:
    label = _LABELS.get(span.label)
    if label is None:
        return None
    start, end = span.start, span.end
    line = text[start:end].partition("\n")[0]
    end = start + len(line)
    start += len(line) - len(_LEADING.sub("", line))
    end -= len(text[start:end]) - len(_TRAILING.sub("", text[start:end]))
    surface = text[start:end]
    if not 1 < len(surface) <= MAX_CHARACTERS or _NO_NAME.match(surface):
        return None
    if not _NAME_PART.search(surface) or surface.islower():
        return None
    label, name = _link(label, surface)
    return (
        Mention(start, end, surface, label, name, span.score, model) if label != "people" else None
    )


def _link(label: str, surface: str) -> tuple[str, str]:
    """The label and the name that the surface stands for, so far as the surface alone tells."""
    country = find_country(surface)
    if country is not None and (
        label == "place" or (label == "people" and is_demonym(surface)) or surface not in AMBIGUOUS
    ):
        return "country", country.name
    if label == "place":
        city = find_city(surface)
        return ("city", city.name) if city is not None else ("place", surface)
    return label, surface


@cache
def _country_pattern() -> re.Pattern[str]:
    names = sorted(
        (name for name in country_names() if name not in AMBIGUOUS), key=len, reverse=True
    )
    return re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, names))})(?![\w-]|\.\w)")
