"""Made-up sites: pages with all that a site puts on them, and with what only looks so.

What belongs here: the pages, and for each passage what it is. What does not: judging (__main__.py), words
(benchmarks.throughput.language).

A page has a story of its own and, by chance, its site's notices, pitches and notes: on all pages, on most or on those of one
section. What only looks so: stories that are run again with changes, under the same or another headline; leads of the site's
other stories, shown below; a paragraph of background that some stories have in common. Every third site is a `busy` one: it
runs two stories again and again, and puts its background under every fifth story.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from benchmarks.throughput.language import Language

# What sites say of themselves, by kind, and on what share of its pages a site says it; `{}` are words of the site's own.
NOTES: Final[dict[str, tuple[float, tuple[str, ...]]]] = {
    "cookies": (0.9, (
        "{name} and its partners keep small files on your device to measure how the site is read, to show what suits you and to pay for {word}; you may change your mind at any time.",
        "To offer you this site we and 143 partners store information about {word} on your computer, for which we need your consent.",
    )),
    "newsletter": (0.6, (
        "Every weekday at seven our editors send the stories of {city} that matter, with a word on {word} besides: put your address below and join readers of {name}.",
        "Want more of this? Our letter from {city} comes every Friday, with the week's reports on {word} and what they mean, free for everybody.",
        "The morning letter of {name} sums up in five minutes what happened in {city} and beyond, from {word} to the weather.",
    )),
    "about": (0.9, (
        "{name} has reported from {city} since 1887. It belongs to a foundation whose members are its readers, and takes no money from parties or for {word}.",
        "{name} is an independent paper for {city} and the country around it; {person} founded it when the old one closed over {word}.",
    )),
    "donation": (0.4, (
        "Reporting like this takes weeks and costs money. If you can, give as little as a coffee a month, so that {name} stays open to those who cannot pay, {word} included.",
        "We put no wall before our articles. That works because one reader in thirty supports {name} with a sum of their choice; {person} and the desk say thank you.",
    )),
    "disclaimer": (0.3, (
        "This article is for information only and is no advice on {word}; speak with a professional in {city} before you act on anything that you read here.",
        "Some links on this page may earn {name} a commission when you buy something, which changes neither the price nor what our reporters think of {word}.",
    )),
    "app": (0.5, (
        "Read {name} wherever you are: our free app brings the news of {city} to your telephone, with alerts on {word} if you wish.",
    )),
    "letters": (0.25, (
        "Do you know more about this, or about {word}? Write to our reporters in {city}; what you tell us stays between us unless you say otherwise.",
    )),
    "section": (0.15, (
        "All our reporting on {word} is gathered by {person}, who has covered it from {city} for {name} since the beginning.",
    )),
}  # fmt: skip
TOP: Final = ("cookies",)
MIDDLE: Final = ("newsletter", "app")
# Shares of pages that run another page's story again, and that have the site's paragraph of background; of busy sites'.
AGAIN, BACKGROUND = 0.06, 0.04
OFTEN_AGAIN, OFTEN_BACKGROUND = 0.3, 0.2
TEASERS: Final = 2
SIZES: Final = (3, 6, 12, 30, 100, 300)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its text, and of each longer passage what it is (a kind of `NOTES`, `text`, …)."""

    site: str
    size: int
    number: int
    url: str
    text: str
    truth: str
    kinds: dict[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class _Story:
    headline: str
    paragraphs: tuple[str, ...]
    kind: str = "text"


def make_sites(sites: int, seed: int) -> Iterator[Page]:
    """Pages of so many sites of each of `SIZES`."""
    language = Language(seed)
    total = sites * sum(SIZES)
    sentences = iter(language.sentences(total * 40))
    headlines = iter(language.headlines(total * 2))
    for place in range(sites * len(SIZES)):
        yield from _site(place, SIZES[place % len(SIZES)], language, sentences, headlines, seed)


def _site(
    place: int,
    size: int,
    language: Language,
    sentences: Iterator[str],
    headlines: Iterator[str],
    seed: int,
) -> Iterator[Page]:
    chance = Random(f"site {seed} {place}")
    city, (person,) = chance.choice(language.cities), language.people(1)
    name = f"{city} {chance.choice(('Courier', 'Gazette', 'Herald', 'Ledger', 'Observer'))}"
    site = f"www.paper-{seed}-{place}.com"
    notes = {
        kind: chance.choice(wordings).format(
            name=name, city=city, person=person, word=" and ".join(language.words("ion", 3))
        )
        for kind, (_, wordings) in NOTES.items()
    }
    background = " ".join(next(sentences) for _ in range(2))
    is_busy = place // len(SIZES) % 3 == 2
    written = list[_Story]()
    for number in range(size):
        again = chance.random() < (OFTEN_AGAIN if is_busy else AGAIN)
        # A busy site goes on with its first two.
        old = chance.choice(written[:2] if is_busy else written) if again and written else None
        story = _story(chance, old, sentences, headlines)
        paragraphs = [(each, story.kind) for each in story.paragraphs]
        if chance.random() < (OFTEN_BACKGROUND if is_busy else BACKGROUND):
            kind = "background, often" if is_busy else "background"
            paragraphs.insert(len(paragraphs) - 1, (background, kind))
        teasers = [
            other.paragraphs[0]
            for other in written[-TEASERS - 1 :]
            if other.paragraphs[0] not in story.paragraphs
        ][:TEASERS]
        written.append(story)
        yield _page(chance, site, size, number, story, paragraphs, notes, teasers, person)


def _story(
    chance: Random, old: _Story | None, sentences: Iterator[str], headlines: Iterator[str]
) -> _Story:
    if old is not None:
        paragraphs = list(old.paragraphs)
        for place in chance.sample(range(len(paragraphs)), k=len(paragraphs) // 4):
            paragraphs[place] = " ".join(next(sentences) for _ in range(2))
        headline = old.headline if chance.random() < 0.5 else next(headlines)
        return _Story(headline, tuple(paragraphs), "again")
    count = chance.randint(4, 14)
    return _Story(
        next(headlines),
        tuple(" ".join(next(sentences) for _ in range(chance.randint(1, 3))) for _ in range(count)),
    )


def _page(
    chance: Random,
    site: str,
    size: int,
    number: int,
    story: _Story,
    paragraphs: list[tuple[str, str]],
    notes: dict[str, str],
    teasers: Sequence[str],
    person: str,
) -> Page:
    chosen = {kind for kind, (share, _) in NOTES.items() if chance.random() < share}
    truth = [text for text, _ in paragraphs]
    laid = list(paragraphs)
    for kind in MIDDLE:
        if kind in chosen:
            laid.insert(chance.randint(1, len(laid)), (notes[kind], kind))
    below = [
        (notes[kind], kind) for kind in notes if kind in chosen and kind not in (*TOP, *MIDDLE)
    ]
    above = [(notes[kind], kind) for kind in TOP if kind in chosen]
    moment = datetime(2021, 1, 1, tzinfo=UTC) + timedelta(hours=7 * number)
    url = f"https://{site}/{moment:%Y/%m/%d}/{number}"
    laid += below + [(text, "teaser") for text in teasers]
    gap = "\n" if chance.random() < 0.3 else "\n\n"
    lines = [
        f" date {moment:%Y-%m-%d} {url}",
        story.headline,
        *(text for text, _ in above),
        "Home", "News", "Sport", "Sign in",
        story.headline,
        f"By {person} | Published {moment.day} {moment:%B %Y}, {moment:%I:%M %p}",
        *(text for text, _ in laid),
        "About us", "Privacy policy", "© All rights reserved.",
    ]  # fmt: skip
    return Page(
        site,
        size,
        number,
        url,
        gap.join(lines),
        "\n\n".join(truth),
        dict(above + laid),
    )
