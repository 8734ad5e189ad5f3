"""Articles, and what becomes of them elsewhere.

What belongs here: articles of free wording, their edited, rewritten, syndicated and truncated variants, and the corpus of
all with its truth. What does not: reports from templates (reports.py), judging (__main__.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

import polars as pl

from benchmarks.duplicates.reports import TEMPLATES, Reports
from benchmarks.throughput.language import Language

SENTENCES: Final = 40_000
SENTENCES_OF_AN_ARTICLE: Final = (5, 45)
DESKS, REPORTS_OF_A_DESK = 8, 30
# One in so many articles gets a follow-up, one in so many reports is run elsewhere as well.
FOLLOWED, RUN_ELSEWHERE = 4, 4
# How an editor changes a word: another one in its place, none, one more.
REPLACED, DROPPED = 0.6, 0.2
LEAD: Final = 1
KEPT: Final = (0.6, 0.9)
FIRST_DAY: Final = datetime(2024, 1, 1, tzinfo=UTC)

Edit = Callable[["Desk", list[str], float], str]


class Desk:
    """Edits texts, the same way for the same seed."""

    def __init__(self, language: Language, chance: Random) -> None:
        self.chance = chance
        self.words = [
            word for ending in ("", "s", "ed", "ing") for word in language.words(ending, 4_000)
        ]
        self.sentences = language.sentences(4_000)
        self.names = [
            f"{city} {kind}" for city in language.cities[:200] for kind in ("Gazette", "Post")
        ]

    def change(self, text: str, share: float) -> str:
        """Change a share of a text's words, scattered over it."""
        words = text.split()
        changed = set(self.chance.sample(range(len(words)), k=round(share * len(words))))
        return " ".join(self._words(words, changed))

    def _words(self, words: Sequence[str], changed: set[int]) -> Iterator[str]:
        for place, word in enumerate(words):
            if place not in changed:
                yield word
                continue
            how = self.chance.random()
            if how < REPLACED:
                yield self.chance.choice(self.words)
            elif how > REPLACED + DROPPED:
                yield from (word, self.chance.choice(self.words))


def edited(desk: Desk, sentences: list[str], share: float) -> str:
    """Words changed throughout."""
    return desk.change(" ".join(sentences), share)


def rewritten(desk: Desk, sentences: list[str], share: float) -> str:
    """Whole sentences replaced by others, until the share of the words is."""
    length = sum(len(sentence.split()) for sentence in sentences)
    changed, result = 0, list(sentences)
    for place in desk.chance.sample(range(len(result)), k=len(result)):
        words = len(result[place].split())
        if changed + words <= share * length:
            changed += words
            result[place] = desk.chance.choice(desk.sentences)
    return " ".join(result)


def syndicated(desk: Desk, sentences: list[str], share: float) -> str:
    """Another lead, an agency's line, the outlet's own last lines; words changed in the rest."""
    city = desk.chance.choice(desk.names).split()[0]
    opening = f"{city.upper()} ({desk.chance.choice(('Reuters', 'AP', 'AFP', 'dpa'))}) -"
    name = desk.chance.choice(desk.names)
    closing = f"Reporting by the {name}. Sign up for the newsletter of the {name} and get the day's stories every morning."
    body = desk.change(" ".join(sentences[LEAD:]), share)
    return f"{opening} {desk.chance.choice(desk.sentences)} {body} {closing}"


def truncated(desk: Desk, sentences: list[str], share: float) -> str:
    """Cut at the end, words changed in what is left."""
    words = " ".join(sentences).split()
    kept = words[: round(len(words) * desk.chance.uniform(*KEPT))]
    return desk.change(" ".join(kept), share) + " Read more"


VARIANTS: Final[Mapping[str, Edit]] = {
    "edited": edited,
    "rewritten": rewritten,
    "syndicated": syndicated,
    "truncated": truncated,
}


def make_corpus(which: str, articles: int, share: float, seed: int) -> pl.DataFrame:
    """Originals, their variants with this share of the words changed, and what only looks like them.

    Args:
        which: `development` or `test`: whose templates and words.
        articles: articles of free wording; each has a variant of every kind.
        share: of the words.
        seed: other articles for another seed.

    Returns:
        `article_id`, `story` (the truth), `kind` (`original`, a variant's or a template's name), `body`, `published_at`,
        `published_precision`; in order of publication, originals before their variants.
    """
    language = Language(seed if which == "development" else seed + 1_000_003)
    chance = Random(f"{which} {seed}")
    desk, reports = Desk(language, chance), Reports(language, chance)
    sentences = language.sentences(SENTENCES)
    stories = list[tuple[str, list[str]]]()
    for _ in range(articles):
        length = chance.randint(*SENTENCES_OF_AN_ARTICLE)
        stories.append(("original", chance.sample(sentences, length)))
    originals = [story for _, story in stories]
    for story in originals[::FOLLOWED]:
        fresh = chance.sample(sentences, len(story))
        stories.append(("follow-up", reports.follow_up(story, fresh)))
    for name, template in TEMPLATES[which].items():
        stories += [(name, [each]) for each in reports.desks(template, DESKS, REPORTS_OF_A_DESK)]
    rows = [(number, kind, " ".join(story)) for number, (kind, story) in enumerate(stories)]
    for number, story in enumerate(originals):
        rows += [(number, kind, edit(desk, story, share)) for kind, edit in VARIANTS.items()]
    for number, (kind, story) in enumerate(stories):
        if kind in TEMPLATES[which] and number % RUN_ELSEWHERE == 0:
            rows.append((number, "report edited", edited(desk, story, share)))
    return pl.DataFrame(
        [
            (
                f"{number:07}",
                f"{story:07}",
                kind,
                body,
                FIRST_DAY + timedelta(minutes=number),
                "minute",
            )
            for number, (story, kind, body) in enumerate(rows)
        ],
        schema={
            "article_id": pl.String,
            "story": pl.String,
            "kind": pl.String,
            "body": pl.String,
            "published_at": pl.Datetime("us", "UTC"),
            "published_precision": pl.String,
        },
        orient="row",
    )
