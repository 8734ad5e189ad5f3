"""Speakers: whom the words beside a quotation stand for.

What belongs here: names, titles and pronouns of speakers to the people and organisations of the article. What does not:
finding those words (attribution.py).

No speaker is better than a wrong one: a pronoun or a title is resolved only where one person fits.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from typing import Final

from copydesk.body import PARAGRAPH_BREAK
from copydesk.lexicons import first_names
from copydesk.mentions import Mention

Span = tuple[int, int]

PRONOUNS: Final = {"he": "male", "she": "female"}
# How many paragraphs back a pronoun reaches at most.
PRONOUN_PARAGRAPHS: Final = 2
NEAR_CHARACTERS: Final = 20
_SPEAKING_LABELS: Final = frozenset({"person", "organisation", "country", "city"})
_GENDERED: Final = re.compile(
    r"\b(?:(?P<male>Mr|Sir|King|Prince|Lord|Father|spokesman|chairman|businessman|congressman|actor)"
    r"|(?P<female>Mrs|Ms|Miss|Lady|Queen|Princess|Dame|Sister|spokeswoman|chairwoman|businesswoman|congresswoman|actress))\.?\s$"
)
_COMPLEMENT: Final = re.compile(
    r"\b(?:for|of|to|by|from|with|behind|at|in|about|against|and|near)\s(?:the\s)?$"
)
_TITLE_BEFORE: Final = re.compile(r"((?:[\w’'-]+\s+){1,6})$")
_TITLE_AFTER: Final = re.compile(
    r",\s(?:who\s(?:is|was|serves\sas)\s)?((?:the\s|an?\s|its\s|his\s|her\s)?[^,.;:\n]{3,80})"
)
_WORD: Final = re.compile(r"[\w-]+")
_FUNCTION_WORDS: Final = frozenset(
    {"the", "a", "an", "of", "for", "and", "in", "at", "who", "is", "was", "then", "former", "its", "his", "her", "s"}
)  # fmt: skip


class Cast:
    """The people and organisations of one article, in the order in which it names them."""

    def __init__(self, body: str, mentions: Sequence[Mention]) -> None:
        self._body = body
        self._mentions = [each for each in mentions if each.label in _SPEAKING_LABELS]
        self._starts = [each.start for each in self._mentions]
        self._people = [
            each for each in self._mentions if each.label == "person" and each.entity_id
        ]
        self._people_ids = {each.entity_id for each in self._people}
        self._people_starts = [each.start for each in self._people]
        # By word of a title, in the order of the text, whom it stands beside.
        self._titles: dict[str, list[tuple[int, str | None, frozenset[str]]]] = {}
        for each in self._people:
            words = self._title(each)
            for word in words:
                self._titles.setdefault(word, []).append((each.start, each.entity_id, words))
        self._genders: dict[str, str] = {}
        for each in self._people:
            if each.entity_id is None:
                continue
            found = _GENDERED.search(body, max(0, each.start - 16), each.start)
            named = first_names().get(each.name.split()[0])
            if found is not None:
                self._genders[each.entity_id] = str(found.lastgroup)
            elif named is not None:
                self._genders.setdefault(each.entity_id, named)

    def entity_of(self, span: Span, previous: str | None) -> str | None:
        """The entity that the speaker at `span` is; `previous` spoke before."""
        phrase = self._body[span[0] : span[1]]
        if phrase.lower() in PRONOUNS:
            return self._of_pronoun(span, PRONOUNS[phrase.lower()], previous)
        inside = [each for each in self._within(span) if self._heads(each, span)]
        people = {each.entity_id for each in inside if each.label == "person"}
        if people:
            return people.pop() if len(people) == 1 else None
        if inside and inside[-1].end >= span[1] - 1:
            return inside[-1].entity_id
        return self._of_title(span, phrase)

    def is_someone(self, start: int, end: int) -> bool:
        """Whether the words are a person's or an organisation's name, or sound like a person's."""
        if any(each.label in ("person", "organisation") for each in self._within((start, end))):
            return True
        words = self._body[start:end].split()
        return len(words) > 1 and words[0] in first_names()

    def subject_in(self, start: int, end: int) -> Span | None:
        """Who acts between two offsets: the first person or organisation that no preposition stands before, else the first at all."""
        named = self._mentions[
            bisect.bisect_left(self._starts, start) : bisect.bisect_left(self._starts, end)
        ]
        acting = [
            each
            for each in named
            if each.label in ("person", "organisation")
            and not _COMPLEMENT.search(self._body, max(start, each.start - 20), each.start)
        ]
        for each in (*acting, *named):
            if each.end <= end:
                return each.start, each.end
        return None

    def people_in(self, start: int, end: int) -> list[Mention]:
        """The people named between two offsets."""
        first = bisect.bisect_left(self._people_starts, start)
        last = bisect.bisect_left(self._people_starts, end)
        return self._people[first:last]

    def _within(self, span: Span) -> list[Mention]:
        first = bisect.bisect_left(self._starts, span[0])
        # A mention may start before the phrase that was cut out of it.
        first = max(0, first - 1)
        return [
            each
            for each in self._mentions[first : bisect.bisect_left(self._starts, span[1])]
            if each.end > span[0]
        ]

    def _heads(self, mention: Mention, span: Span) -> bool:
        """Whether the phrase speaks of the mention itself, not of its lawyer."""
        if self._body[mention.end : mention.end + 1] in ("'", "’"):
            return False
        if _COMPLEMENT.search(self._body[span[0] : mention.start]):
            return False
        following = self._body[mention.end : span[1]]
        return mention.label == "person" or not re.match(r"\s?[\w-]", following)

    def _title(self, mention: Mention) -> frozenset[str]:
        """The words that say what the person is: `Foreign Minister X`, `X, the mayor of Y,`."""
        words = set[str]()
        before = _TITLE_BEFORE.search(self._body, max(0, mention.start - 60), mention.start)
        if before is not None:
            # Back to the word that starts the phrase: titles are capitalised or stand right before the name.
            for word in reversed(before[1].split()):
                if not (word[0].isupper() or word.startswith(("then-", "spokes")) or not words):
                    break
                if word.lower() in _FUNCTION_WORDS:
                    break
                words.add(word.lower().removeprefix("then-"))
        after = _TITLE_AFTER.match(self._body, mention.end)
        if after is not None:
            words |= {word.lower() for word in _WORD.findall(after[1])}
        return frozenset(words - _FUNCTION_WORDS)

    def _of_title(self, span: Span, phrase: str) -> str | None:
        if not phrase.lower().startswith(("the ", "his ", "her ")):
            return None
        wanted = {word.lower() for word in _WORD.findall(phrase)} - _FUNCTION_WORDS
        if not wanted:
            return None
        fitting = {
            entity_id
            for start, entity_id, words in min(
                (self._titles.get(word, []) for word in wanted), key=len
            )
            if start < span[0] and wanted <= words
        }
        return fitting.pop() if len(fitting) == 1 else None

    def _of_pronoun(self, span: Span, gender: str, previous: str | None) -> str | None:
        start = span[0]
        for _ in range(PRONOUN_PARAGRAPHS + 1):
            start = self._body.rfind(PARAGRAPH_BREAK, 0, max(0, start))
            if start < 0:
                start = 0
                break
        recent = [
            each
            for each in self.people_in(start, span[0])
            if self._genders.get(each.entity_id or "", gender) == gender
        ]
        names = {each.entity_id for each in recent}
        found: str | None = None
        if len(names) == 1:
            found = names.pop()
        elif not names and previous is not None and self._genders.get(previous, gender) == gender:
            found = previous if self._is_person(previous) else None
        elif previous is not None and recent and recent[-1].entity_id == previous:
            found = previous
        elif recent:
            found = self._subject(span[0], recent)
            if found is None and previous in names:
                found = previous
        if found is not None:
            self._genders[found] = gender
        return found

    def _is_person(self, entity_id: str) -> bool:
        return entity_id in self._people_ids

    def _subject(self, position: int, recent: Sequence[Mention]) -> str | None:
        """Who opens the sentence before, if that is the one named last."""
        last = recent[-1]
        before = self._body[max(0, last.start - NEAR_CHARACTERS) : last.start].rstrip(" ")
        if not before or before[-1] in '.!?”"' or before.endswith("\n"):
            return last.entity_id
        return None
