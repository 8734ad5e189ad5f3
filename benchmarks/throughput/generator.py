"""Any number of made-up pages: `python -m benchmarks.throughput.generator 20000 DIRECTORY --form jsonl.zst`.

What belongs here: pages with their boilerplate in several styles, stories that several outlets run with edits, and files
of them. What does not: their words (language.py).

The same seed and number make the same pages. They are made in blocks of `BLOCK`, each from a random state of its own, so
that any block can be made by itself.
"""

from __future__ import annotations

import io
import json
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from html import escape
from pathlib import Path
from random import Random
from typing import Annotated, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import typer
import zstandard

from benchmarks.throughput.language import Language

BLOCK: Final = 1_000
# Two pages that are no variants share a sentence now and then, as pages do; never many.
SENTENCES, HEADLINES, PEOPLE, OUTLETS = 120_000, 20_000, 10_000, 240
SENTENCES_OF_A_PAGE: Final = (16, 62)
SENTENCES_OF_A_PARAGRAPH: Final = (1, 4)
# Of a hundred pages: variants of a story that others run too, lists of headlines, rubbish.
VARIANTS, LISTINGS, RUBBISH = 0.10, 0.06, 0.005
PAGES_OF_A_STORY: Final = 4
# An editor changes at most this share of a variant's sentences.
EDITED: Final = 0.12
# Styles of flattening, as in the seeds; the rest of a hundred are pages of HTML.
STYLES: Final[Mapping[str, float]] = {
    "paragraphs": 0.40,
    "lines": 0.25,
    "microdata": 0.20,
    "html": 0.15,
}
FIRST_DAY: Final = datetime(2015, 1, 1, tzinfo=UTC)
DAYS: Final = 3_600
DOCUMENTS_A_FILE: Final = 100_000


class Form(StrEnum):
    """What files the pages are written in; `txt` is a file a page, the others hold many."""

    jsonl = "jsonl.zst"
    parquet = "parquet"
    tar = "tar"
    txt = "txt"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `text` is flattened text, or HTML."""

    number: int
    url: str
    text: str
    is_html: bool = False


@dataclass(frozen=True, slots=True)
class Outlet:
    """A site with what it puts on every page."""

    name: str
    domain: str
    menu: tuple[str, ...]
    consent: str
    footer: tuple[str, ...]
    email: str


@dataclass(frozen=True, slots=True)
class Story:
    """What a page says, whichever way it is laid out."""

    number: int
    outlet: Outlet
    headline: str
    author: str
    moment: datetime
    paragraphs: list[str]
    related: list[str]
    section: str
    style: str

    @property
    def url(self) -> str:
        """Where the outlet has it."""
        slug = "-".join(self.headline.lower().replace(",", "").split()[:7])
        return f"https://www.{self.outlet.domain}/{self.section.lower()}/{self.moment:%Y/%m}/{slug}-{self.number}"


class Generator:
    """Pages from a seed."""

    def __init__(self, count: int, seed: int = 0) -> None:
        self.count, self.seed = count, seed
        # Smaller runs need fewer sentences for the same overlap.
        sentences = min(SENTENCES, max(5_000, count * 20))
        language = Language(seed)
        self._sentences = language.sentences(sentences)
        self._headlines = language.headlines(min(HEADLINES, sentences))
        self._people = language.people(PEOPLE)
        self._sections = [word.capitalize() for word in language.words("", 12)]
        chance = Random(f"outlets {seed}")
        self._outlets = [_outlet(language, chance) for _ in range(OUTLETS)]
        self._stories = max(1, int(count * VARIANTS / PAGES_OF_A_STORY))

    def pages(self) -> Iterator[Page]:
        """All pages, in order of their numbers."""
        for block in range(-(-self.count // BLOCK)):
            yield from self.block(block)

    def block(self, block: int) -> Iterator[Page]:
        """The pages of one block."""
        for one in self._contents(block):
            yield _LAYOUTS[one.style](one) if isinstance(one, Story) else one

    def stories(self) -> Iterator[Story]:
        """What the pages with an article say, in order of their numbers."""
        for block in range(-(-self.count // BLOCK)):
            yield from (one for one in self._contents(block) if isinstance(one, Story))

    def _contents(self, block: int) -> Iterator[Story | Page]:
        first = block * BLOCK
        count = min(BLOCK, self.count - first)
        chance = np.random.default_rng([self.seed, block])
        kinds, styles = chance.random(count).tolist(), chance.random(count).tolist()
        lengths = chance.integers(*SENTENCES_OF_A_PAGE, count).tolist()
        outlets = chance.integers(0, OUTLETS, count).tolist()
        stories = chance.integers(0, self._stories, count).tolist()
        # Every other choice of a page is one of these, by its own modulus.
        choices = chance.integers(0, 2**31, (count, 64)).tolist()
        for place in range(count):
            number, chosen = first + place, choices[place]
            kind = kinds[place]
            outlet = self._outlets[outlets[place]]
            if kind < RUBBISH:
                yield self._rubbish(number, outlet, chosen)
                continue
            if kind < RUBBISH + LISTINGS:
                yield self._listing(number, outlet, chosen)
                continue
            if kind < RUBBISH + LISTINGS + VARIANTS:
                headline, picks, shape = self._variant(stories[place], chosen)
            else:
                pool = len(self._sentences)
                picks = [each % pool for each in chosen[: lengths[place]]]
                headline, shape = self._headlines[chosen[50] % len(self._headlines)], chosen
            style = _style(styles[place])
            yield self._story(number, outlet, headline, picks, shape, chosen, style)

    def _story(
        self,
        number: int,
        outlet: Outlet,
        headline: str,
        picks: Sequence[int],
        shape: Sequence[int],
        chosen: Sequence[int],
        style: str,
    ) -> Story:
        headlines = self._headlines
        moment = FIRST_DAY + timedelta(days=chosen[52] % DAYS, minutes=chosen[53] % 1_440)
        return Story(
            number,
            outlet,
            headline,
            self._people[chosen[51] % PEOPLE],
            moment,
            _paragraphs([self._sentences[each] for each in picks], shape),
            [headlines[each % len(headlines)] for each in chosen[54:59]],
            self._sections[chosen[60] % len(self._sections)],
            style,
        )

    def _variant(self, story: int, chosen: Sequence[int]) -> tuple[str, list[int], Sequence[int]]:
        """A story as an outlet ran it: cut at the end, some sentences replaced, a headline of its own or not."""
        origin = np.random.default_rng([self.seed, story, 7])
        length = int(origin.integers(*SENTENCES_OF_A_PAGE))
        pool = len(self._sentences)
        picks = origin.integers(0, pool, length).tolist()
        shape = origin.integers(0, 2**31, 64).tolist()
        for each in range(chosen[0] % (int(length * EDITED) + 1)):
            picks[chosen[1 + each] % length] = chosen[20 + each] % pool
        headline = int(origin.integers(0, len(self._headlines)))
        if chosen[40] % 3 == 0:
            headline = chosen[41] % len(self._headlines)
        return self._headlines[headline], picks, shape

    def _listing(self, number: int, outlet: Outlet, chosen: Sequence[int]) -> Page:
        lines = [*outlet.menu, self._sections[chosen[0] % len(self._sections)]]
        for each in chosen[1:36]:
            lines += [self._headlines[each % len(self._headlines)], f"{each % 23 + 1} hours ago"]
        url = f"https://www.{outlet.domain}/section/{number}"
        return Page(number, url, "\n".join([*lines, "Load more", *outlet.footer]))

    def _rubbish(self, number: int, outlet: Outlet, chosen: Sequence[int]) -> Page:
        url = f"https://www.{outlet.domain}/{number}"
        if chosen[0] % 2:
            return Page(number, url, f"404\n\nPage not found\n\n{outlet.domain}/{number}")
        return Page(number, url, " \n" * (number % 7))


def _outlet(language: Language, chance: Random) -> Outlet:
    city = chance.choice(language.cities)
    name = f"{city} {chance.choice(('Courier', 'Gazette', 'Herald', 'Ledger', 'Observer', 'Tribune', 'Post', 'Chronicle'))}"
    slug = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
    domain = (
        f"{slug}{chance.randrange(100)}.{chance.choice(('com', 'net', 'org', 'co.uk', 'com.au'))}"
    )
    menu = [word.capitalize() for word in language.words("", chance.randint(8, 18))]
    purpose = " ".join(language.words("ion", 3))
    return Outlet(
        name,
        domain,
        ("Home", *menu, "Sign in", "Subscribe"),
        f"We use cookies for {purpose} and to remember what you chose. Accept all or manage your preferences.",
        (
            "Share on Facebook",
            "Share on Twitter",
            "Share this article by email",
            f"Subscribe to the newsletter of {name} and get the day's headlines every morning",
            "About us",
            "Contact",
            "Terms of use",
            "Privacy policy",
            f"© {name}. All rights reserved.",
        ),
        f"newsdesk@{domain}",
    )


def _style(share: float) -> str:
    total = 0.0
    for style, part in STYLES.items():
        total += part
        if share < total:
            return style
    return next(iter(STYLES))


def _paragraphs(sentences: Sequence[str], shape: Sequence[int]) -> list[str]:
    fewest, most = SENTENCES_OF_A_PARAGRAPH
    paragraphs, start = list[str](), 0
    for each in shape:
        end = start + fewest + each % (most - fewest + 1)
        paragraphs.append(" ".join(sentences[start:end]))
        start = end
        if start >= len(sentences):
            break
    return paragraphs


def _as_paragraphs(story: Story) -> Page:
    return Page(story.number, story.url, "\n\n".join(_lines(story)))


def _as_lines(story: Story) -> Page:
    return Page(story.number, story.url, "\n".join(_lines(story)))


def _lines(story: Story) -> list[str]:
    outlet, moment = story.outlet, story.moment
    return [
        f" date {moment:%Y-%m-%d} {story.url}",
        outlet.consent,
        *outlet.menu,
        story.headline,
        f"By {story.author} | Published {moment.day} {moment:%B %Y}, {moment:%I:%M %p}",
        *story.paragraphs,
        "Related stories",
        *story.related,
        *outlet.footer,
    ]


def _as_microdata(story: Story) -> Page:
    outlet, moment = story.outlet, story.moment
    stamp = f"{moment:%Y-%m-%dT%H:%M}+0000"
    publisher = f"{outlet.name} {outlet.email} {outlet.name} Media Ltd 252 60"
    tags = [word.lower() for word in story.headline.split()[-3:]]
    description = f"{story.paragraphs[0][:140]}... {moment:%d.%m.%Y}, {outlet.name}"
    parts = [
        f" date {moment:%Y-%m-%d} {story.url}",
        *[story.headline] * 2,
        description,
        *[stamp] * 3,
        *tags,
        "/html/head/meta[@name='og:title']/@content /html/head/meta[@name='og:description']/@content",
        f"https://cdn1.img.{outlet.domain}/img/{story.number}/1_0:88:1920:1168_1920x0_80_0_0_{story.number:032x}.jpg",
        "".join(story.paragraphs),
        publisher,
        f"{moment.year}",
        publisher,
        story.section,
        "en_EN",
        *["1920 1080 true", "1920 1440 true", "1920 1920 true"],
        publisher,
        ", ".join(tags),
    ]
    return Page(story.number, story.url, "\n\n".join(parts))


def _as_html(story: Story) -> Page:
    outlet, moment = story.outlet, story.moment
    stated = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.headline,
        "datePublished": moment.isoformat(),
        "author": {"@type": "Person", "name": story.author},
        "publisher": {"@type": "Organization", "name": outlet.name},
    }
    menu = "".join(f'<li><a href="/{number}">{item}</a></li>' for number, item in enumerate(outlet.menu))  # fmt: skip
    body = "\n".join(f"<p>{escape(each, quote=False)}</p>" for each in story.paragraphs)
    related = "".join(f'<li><a href="/r/{number}">{escape(item, quote=False)}</a></li>' for number, item in enumerate(story.related))  # fmt: skip
    footer = "".join(f"<p>{item}</p>" for item in outlet.footer)
    headline = escape(story.headline, quote=False)
    text = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{headline} - {outlet.name}</title>
<link rel="canonical" href="{story.url}"><script type="application/ld+json">{json.dumps(stated)}</script></head>
<body><header><nav class="site-nav"><ul>{menu}</ul></nav></header>
<div class="cookie-banner"><p>{outlet.consent}</p></div>
<main><article><h1>{headline}</h1>
<div class="article-meta"><span class="byline">By {story.author}</span> <time datetime="{moment.isoformat()}">{moment:%d %B %Y}</time></div>
<div class="article-body">{body}</div></article>
<aside class="related-stories"><h3>Related stories</h3><ul>{related}</ul></aside></main>
<footer>{footer}</footer></body></html>"""
    return Page(story.number, story.url, text, is_html=True)


_LAYOUTS: Final = {
    "paragraphs": _as_paragraphs,
    "lines": _as_lines,
    "microdata": _as_microdata,
    "html": _as_html,
}


def write(generator: Generator, directory: Path, form: Form) -> int:
    """Write a generator's pages to files of `form`, at most `DOCUMENTS_A_FILE` in one; returns the bytes of their text."""
    directory.mkdir(parents=True, exist_ok=True)
    if form is Form.txt:
        return _write_single(generator.pages(), directory)
    total = 0
    blocks = -(-generator.count // BLOCK)
    blocks_a_file = DOCUMENTS_A_FILE // BLOCK
    for number, first in enumerate(range(0, blocks, blocks_a_file)):
        path = directory / f"pages-{number:05}.{form.value}"
        chosen = range(first, min(first + blocks_a_file, blocks))
        total += _WRITERS[form]((list(generator.block(each)) for each in chosen), path)
    return total


def _write_single(pages: Iterable[Page], directory: Path) -> int:
    total = 0
    for page in pages:
        content = page.text.encode()
        below = directory / f"{page.number // BLOCK:06}"
        below.mkdir(exist_ok=True)
        (below / _member(page)).write_bytes(content)
        total += len(content)
    return total


def _write_lines(blocks: Iterable[Sequence[Page]], path: Path) -> int:
    total = 0
    encode = json.JSONEncoder(ensure_ascii=False).encode
    with path.open("wb") as file, zstandard.ZstdCompressor(level=1).stream_writer(file) as stream:
        for block in blocks:
            lines = [
                encode({"url": page.url, "html" if page.is_html else "text": page.text})
                for page in block
            ]
            stream.write("\n".join([*lines, ""]).encode())
            total += sum(len(page.text.encode()) for page in block)
    return total


def _write_parquet(blocks: Iterable[Sequence[Page]], path: Path) -> int:
    names = ("url", "text", "html")
    schema = pa.schema([(name, pa.string()) for name in names])
    total = 0
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for block in blocks:
            rows = [
                (page.url, None, page.text) if page.is_html else (page.url, page.text, None)
                for page in block
            ]
            columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
            writer.write_table(pa.table(columns, schema))
            total += sum(len(page.text.encode()) for page in block)
    return total


def _write_tar(blocks: Iterable[Sequence[Page]], path: Path) -> int:
    total = 0
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for block in blocks:
            for page in block:
                content = page.text.encode()
                member = tarfile.TarInfo(f"{page.number // BLOCK:06}/{_member(page)}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
                total += len(content)
    return total


def _member(page: Page) -> str:
    return f"{page.number:09}.{'html' if page.is_html else 'txt'}"


_WRITERS: Final[Mapping[Form, Callable[[Iterable[Sequence[Page]], Path], int]]] = {
    Form.jsonl: _write_lines,
    Form.parquet: _write_parquet,
    Form.tar: _write_tar,
}


def main(
    documents: Annotated[int, typer.Argument(min=1)],
    directory: Annotated[Path, typer.Argument()],
    form: Annotated[Form, typer.Option(help="What files to write.")] = Form.jsonl,
    seed: Annotated[int, typer.Option(help="Other pages for another seed.")] = 0,
) -> None:
    """Write made-up pages."""
    started = time.perf_counter()
    size = write(Generator(documents, seed), directory, form)
    seconds = time.perf_counter() - started
    print(
        f"{documents:,} pages, {size / 1e6:,.0f} MB of text, in {seconds:.1f} s: {documents / seconds:,.0f} a second"
    )


if __name__ == "__main__":
    typer.run(main)
