"""Made pages: front pages and short news, put together from articles' pages, of which the labelled pages have few.

What belongs here: putting menus, teasers, paragraphs and footers of pages together. What does not: learning from them
(pages.py).

Learned from real pages alone, a page model takes a front page of news for an article: its words are an article's, and the
labelled listings are shops' and blogs'. A made page has the menu and the footer of one page of a fold around others'
headlines, dates, signatures and first sentences; or, so that many links alone do not make a front page, around one
headline, one signature and two to five paragraphs, with others' headlines below. Figures are over real pages only.
"""

from __future__ import annotations

import random
import re
from typing import Any, Final

import polars as pl

SEED: Final = 20_261_125
MADE_PREFIX: Final = "made-"
# Of so many made pages two are front pages and one is an article.
CYCLE: Final = 3
TEASERS: Final = (5, 24)
TEASERS_BELOW: Final = (3, 16)
PARAGRAPHS: Final = (2, 5)
MENU_LINES: Final = (4, 40)
MAX_MENU_CHARACTERS: Final = 40
MAX_TEASER_CHARACTERS: Final = 320
_SENTENCE: Final = re.compile(r".{40,}?[.!?](?=\s|$)", re.DOTALL)
_SITE: Final = re.compile(r".*\s[|–—-]\s(.{3,40})$")
_HEADINGS: Final = (
    "Latest news", "Top stories", "More stories", "Most read", "News", "Recent posts", "Most viewed", "Related",
)  # fmt: skip

Row = dict[str, Any]


def made_pages(pages: pl.DataFrame, count: int) -> pl.DataFrame:
    """`count` made pages in the columns of `pages` that matter: `id`, `domain`, `page_type`, `dump`, `fold`.

    Args:
        pages: with `fold`.
        count: how many, spread over the folds.
    """
    draw = random.Random(SEED)
    articles = pages.filter((pl.col("page_type") == "article") & (pl.col("style") != "microdata"))
    by_fold = {
        fold: articles.filter(pl.col("fold") == fold).rows(named=True)
        for fold in sorted(pages["fold"].unique())
    }
    rows = list[Row]()
    for number in range(count):
        stories = by_fold[number % len(by_fold)]
        frame = draw.choice(stories)
        is_article = number % CYCLE == CYCLE - 1
        others = draw.sample(stories, draw.randint(*(TEASERS_BELOW if is_article else TEASERS)))
        content = _brief(others, draw) if is_article else _teasers(others, draw)
        rows.append(
            {
                "id": f"{MADE_PREFIX}{number}",
                "domain": frame["domain"],
                "page_type": "article" if is_article else "listing",
                "dump": _framed(frame["dump"], content, others[0] if is_article else None, draw),
                "fold": frame["fold"],
            }
        )
    return pl.DataFrame(rows, schema_overrides={"fold": pages.schema["fold"]})


def _teasers(told: list[Row], draw: random.Random) -> list[str]:
    dated, signed = draw.random() < 0.5, draw.random() < 0.4
    sentences = draw.choice((0, 1, 1, 1, 2))
    parts = list[str]()
    for story in told:
        if draw.random() < 0.1:
            parts.append(draw.choice(_HEADINGS))
        parts.append(story["title"])
        parts += _signature(story, dated=dated, signed=signed)
        lead = " ".join(_SENTENCE.findall(story["body"] or "")[:sentences])
        if lead:
            parts.append(lead[:MAX_TEASER_CHARACTERS])
    return parts


def _brief(told: list[Row], draw: random.Random) -> list[str]:
    story, *others = told
    paragraphs = [line for line in (story["body"] or "").splitlines() if line.strip()]
    signature = _signature(story, dated=draw.random() < 0.8, signed=draw.random() < 0.6)
    text = paragraphs[: draw.randint(*PARAGRAPHS)]
    below = [draw.choice(_HEADINGS), *(other["title"] for other in others)]
    return [story["title"], *signature, *text, *below]


def _signature(story: Row, *, dated: bool, signed: bool) -> list[str]:
    parts = list[str]()
    if dated and story["published"]:
        parts.append(story["published"][:10])
    if signed and story["authors"]:
        parts.append(f"By {story['authors'][0]}")
    return parts


def _framed(frame: str, content: list[str], story: Row | None, draw: random.Random) -> str:
    """`content` between the menu and the footer of `frame`, under the site's name."""
    lines = [line.strip() for line in frame.splitlines() if line.strip()]
    short = [line for line in lines[1:] if len(line) <= MAX_MENU_CHARACTERS]
    half = len(short) // 2
    menu = short[: min(half, draw.randint(*MENU_LINES))]
    footer = short[max(half, len(short) - draw.randint(*MENU_LINES)) :]
    site = _SITE.match(lines[0]) if lines else None
    name = site[1] if site else draw.choice(_HEADINGS)
    title = f"{story['title']} | {name}" if story else name
    between = "\n\n" if "\n\n" in frame else "\n"
    return between.join([title, *menu, *content, *footer])
