"""Casing: giving shouted lines the case that a recognizer was trained on.

What belongs here: telling lines in capitals, and writing them as running text would be. What does not: what a
recognizer finds in them (recognition.py).

Recognizers lose half their score on lines in capitals (in trials 71 to 37 F1), because capitals are how they tell
names. Recased text has the same length, so offsets hold.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from copydesk.lexicons import common_words
from copydesk.territories import cased_places

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SENTENCE_START: Final = re.compile(r"(?:^|[.!?:]\s+|[\"“‘«(]\s?|\n)$")
_OPENERS: Final = frozenset('"“‘«(')
_ENDERS: Final = frozenset('.!?:"“‘«(')
# `BEIRUT/THE HAGUE, March 7 (Reuters) -`, `NEW DELHI:`
_DATELINE: Final = re.compile(r"\A([A-ZÀ-Þ][A-ZÀ-Þ'’. /-]{3,40})(?=,|:|\s\(|\s?[-—–]\s)")
# Words a line has before it counts as shouted: `NATO` alone is none.
MIN_WORDS: Final = 3
UPPER_SHARE: Final = 0.85
MAX_ACRONYM: Final = 6
# A line in title case has so many words, of which some longer ones are everyday words.
MIN_TITLE_WORDS: Final = 4
MIN_NAME_CHARACTERS: Final = 4
MIN_EVERYDAY_WORDS: Final = 2
MAX_TITLE_CHARACTERS: Final = 200
# Written small in headlines in title case.
_SMALL_WORDS: Final = frozenset(
    {"a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "is", "its", "nor", "of", "off", "on", "or", "out", "over",
     "per", "so", "than", "that", "the", "to", "up", "via", "vs", "with", "after", "be", "are", "it", "s", "this", "their", "your", "you"}
)  # fmt: skip
# Written in capitals wherever they stand.
_ACRONYMS: Final = frozenset(
    [
        "AI",
        "AP",
        "AFP",
        "BBC",
        "BRICS",
        "CDC",
        "CEO",
        "CIA",
        "CNN",
        "DC",
        "DNA",
        "DR",
        "EU",
        "FBI",
        "FIFA",
        "G20",
        "G7",
        "GDP",
        "GOP",
        "HIV",
        "IAEA",
        "ICC",
        "ICJ",
        "ICE",
        "IMF",
        "IOC",
        "IRA",
        "ISIS",
        "KGB",
        "LGBT",
        "MEP",
        "MI5",
        "MI6",
        "MP",
        "MPS",
        "NASA",
        "NATO",
        "NBA",
        "NBC",
        "NFL",
        "NGO",
        "NHL",
        "NHS",
        "NYC",
        "OECD",
        "OPEC",
        "OSCE",
        "PM",
        "SEC",
        "TV",
        "UAE",
        "UEFA",
        "UFO",
        "UK",
        "UN",
        "UNESCO",
        "UNHCR",
        "UNICEF",
        "US",
        "USA",
        "VAT",
        "WHO",
        "WTO",
        "WWII",
    ]
)


_VOWEL: Final = re.compile(r"[AEIOUYÀ-Þ]")
# Endings of words that are hardly ever names, in words of some length.
_ENDING: Final = re.compile(r"\w{4}(?:ing|ed|ly|ness|tions?|ments?)$")


def is_shouted(line: str) -> bool:
    """Whether a line is written in capitals."""
    upper = sum(map(str.isupper, line))
    if upper < UPPER_SHARE * (upper + sum(map(str.islower, line))) or not upper:
        return False
    return len(_WORD.findall(line)) >= MIN_WORDS


def is_titled(line: str) -> bool:
    """Whether a line writes all but small words with capitals, as headlines do: everyday words as well."""
    words = [match[0] for match in _WORD.finditer(line)][1:]
    if len(words) < MIN_TITLE_WORDS or line.rstrip().endswith((".", ",", ";")):
        return False
    if not all(word[0].isupper() or word in _SMALL_WORDS for word in words):
        return False
    everyday = sum(
        len(word) >= MIN_NAME_CHARACTERS and word.lower() in common_words() for word in words
    )
    return everyday >= MIN_EVERYDAY_WORDS


def usual_forms(text: str) -> dict[str, str]:
    """Each word of running text in lower case, with the form it is mostly written in within sentences."""
    counts = Counter(
        match[0]
        for line in text.split("\n")
        if not is_shouted(line)
        for match in _WORD.finditer(line)
        if not _opens_sentence(line, match.start())
    )
    usual, most = dict[str, str](), dict[str, int]()
    for form, count in counts.items():
        # A long word in capitals is shouted, whatever the line.
        if len(form) > MAX_ACRONYM and form.isupper():
            continue
        lower = form.lower()
        if count > most.get(lower, 0):
            usual[lower], most[lower] = form, count
    return usual


def _opens_sentence(line: str, start: int) -> bool:
    """Whether the word at `start` opens the line, a sentence, a quotation or a bracket."""
    if start == 0:
        return True
    before = line[start - 1]
    if before in _OPENERS:
        return True
    if not before.isspace():
        return False
    return line[max(0, start - 3) : start].rstrip()[-1:] in _ENDERS


def recase(text: str, usual: Mapping[str, str]) -> str:
    """`text` with its shouted lines, and a shouted dateline, in the case of running text; of the same length.

    Args:
        text: one paragraph or title.
        usual: how words are written elsewhere in the article (see `usual_forms`).
    """
    dateline = _DATELINE.match(text)
    if dateline is not None and not is_shouted(text):
        place = "/".join(_titled(part) for part in dateline[1].split("/"))
        return place + text[dateline.end() :]
    return "\n".join(
        _recase_line(line, usual)
        if is_shouted(line)
        else _untitled(line, usual)
        if len(line) <= MAX_TITLE_CHARACTERS and is_titled(line)
        else line
        for line in text.split("\n")
    )


def _untitled(line: str, usual: Mapping[str, str]) -> str:
    """A line in title case with its everyday words small, but for those that the article or the line writes as names."""
    places = cased_places()
    parts, end = list[str](), 0
    for match in _WORD.finditer(line):
        word, lower = match[0], _lowered(match[0])
        form = usual.get(lower)
        small = form.islower() if form is not None else lower in common_words()
        starts = _SENTENCE_START.search(line, max(0, match.start() - 3), match.start())
        if (
            word[:1].isupper()
            and word[1:].islower()
            and small
            and not starts
            and lower not in places
        ):
            parts += [line[end : match.start()], lower]
            end = match.end()
    return "".join([*parts, line[end:]])


def _recase_line(line: str, usual: Mapping[str, str]) -> str:
    places = cased_places()
    named = dict[int, str]()
    words = list(_WORD.finditer(line))
    for index in range(len(words)):
        for count in (4, 3, 2):
            if index + count > len(words):
                continue
            phrase = line[words[index].start() : words[index + count - 1].end()]
            form = places.get(phrase.lower())
            if form is not None and len(form) == len(phrase):
                named[words[index].start()] = form
                break
    parts, end = list[str](), 0
    for match in words:
        if match.start() < end:
            continue
        parts.append(line[end : match.start()])
        form = named.get(match.start()) or _recase_word(line, match, usual)
        parts.append(form)
        end = match.start() + len(form)
    return "".join([*parts, line[end:]])


def _recase_word(line: str, match: re.Match[str], usual: Mapping[str, str]) -> str:
    word = match[0]
    lower = _lowered(word)
    form = usual.get(lower)
    if form is None and lower.endswith(("'s", "’s")):
        stem = usual.get(lower[:-2])
        form = stem + lower[-2:] if stem is not None else None
    if form is not None and len(form) == len(word):
        starts = _SENTENCE_START.search(line, max(0, match.start() - 3), match.start())
        return _titled(form) if starts and form.islower() else form
    if word in _ACRONYMS:
        return word
    stem = lower[:-2] if lower.endswith(("'s", "’s")) else lower
    if lower in common_words() or stem in common_words() or len(word) == 1:
        starts = _SENTENCE_START.search(line, max(0, match.start() - 3), match.start())
        return _titled(word) if starts else lower
    if word.isupper() and not _VOWEL.search(word):
        return word
    place = cased_places().get(lower)
    return place or (lower if _ENDING.search(lower) else _titled(word))


def _titled(text: str) -> str:
    return _WORD.sub(lambda match: match[0][:1].upper() + _lowered(match[0][1:]), text)


def _lowered(text: str) -> str:
    """In lower case, letter by letter, so that the length stays."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
