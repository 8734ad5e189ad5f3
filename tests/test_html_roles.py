"""Roles of HTML: what is measured of the DOM, what the score decides, what markup settles and names."""

from __future__ import annotations

import polars as pl
import pytest

from copydesk.blocks import split_blocks
from copydesk.html_blocks import attach_evidence, read_pages
from copydesk.html_features import html_features
from copydesk.html_roles import assign_html_roles
from copydesk.role_model import score_html_body

FIRST = "The old mill on the river burned down in the night, and nobody was hurt, the fire brigade said."
SECOND = (
    "Subscribe to our newsletter, the sign at the gate still said on the morning after the fire."
)
CAPTION = (
    "The mill as it stood until last week, with its wheel turning for the visitors of the summer."
)
TEASER = (
    "Fishermen on the north coast have asked the government for help after a second bad season."
)
REMARK = (
    "I worked there as a young man and I still cannot believe that it is gone, such a loss for us."
)
PAGE = f"""<html><head><title>Old mill burns down</title></head><body>
<nav><ul><li><a href=/>Home</a></li><li><a href=/sport>Sport</a></li></ul></nav>
<main><article><h1>Old mill burns down</h1><time datetime=2024-05-02>2 May 2024</time>
<div class=article-body><p>{FIRST}</p><h2>A sign remained</h2><p>{SECOND}</p>
<figure><img src=/mill.jpg><figcaption>{CAPTION}</figcaption></figure></div></article></main>
<aside><p>{TEASER} <a href=/more>All of it here</a></p></aside>
<section id=comments><p>{REMARK}</p></section></body></html>"""
OTHER = "<html><body><p>Another page.</p><ul><li><a href=/>A link</a></li></ul></body></html>"


def read(*pages: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Blocks and pages."""
    read = read_pages(pages).select(
        pl.format("d{}", pl.int_range(pl.len())).alias("document_id"), "text", "lines"
    )
    return split_blocks(read), read


def roles(score: dict[str, float], default: float) -> dict[str, tuple[str, str]]:
    blocks, pages = read(PAGE)
    assigned = assign_html_roles(
        blocks, pages, lambda seen: seen["text"].replace_strict(score, default=default)
    )
    return {
        text: (role, why) for text, role, why in assigned.select("text", "role", "reason").rows()
    }


def test_features_tell_what_the_elements_around_a_block_hold() -> None:
    blocks, pages = read(PAGE)
    features = html_features(attach_evidence(blocks, pages))
    rows = dict(zip(blocks["text"], features.rows(named=True), strict=True))
    # The teaser ends in a link, without a stop: no prose.
    prose = len(FIRST) + len(SECOND) + len(CAPTION) + len(REMARK)
    body = rows[FIRST]
    assert body["container_prose_share"] == pytest.approx(
        (len(FIRST) + len(SECOND)) / prose, abs=0.01
    )
    assert body["element_paragraphs"] == 1
    assert body["container_paragraphs"] == pytest.approx(2 / 3)
    assert (body["in_article"], body["hint_body"], body["hint_comment"]) == (1, 1, 60)
    assert rows[REMARK]["hint_comment"] == 1
    assert rows["Home"]["element_link_density"] == 1
    assert rows["Old mill burns down"]["is_headline"] == 1


def test_features_of_one_page_do_not_depend_on_the_others() -> None:
    alone, together = read(PAGE), read(PAGE, OTHER)
    first = html_features(attach_evidence(*alone))
    assert html_features(attach_evidence(*together)).head(len(first)).equals(first)


def test_the_score_overrules_what_words_suggest_but_no_markup() -> None:
    sure = roles({}, default=0.9)
    assert sure[FIRST] == ("body", "prose")
    # By its words a notice, by its score text.
    assert sure[SECOND] == ("body", "learned_text")
    assert sure["A sign remained"][0] == "subheading"
    assert sure[CAPTION] == ("caption", "in_figcaption")
    assert sure["2 May 2024"] == ("timestamp", "time_markup")
    assert sure["Old mill burns down"][0] == "title"


def test_what_is_no_text_is_named_by_its_place() -> None:
    named = roles({FIRST: 0.9}, default=0.1)
    assert named[FIRST][0] == "body"
    assert named[TEASER + " All of it here"] == ("related", "in_aside")
    assert named[REMARK] == ("comment", "comment_class")


def test_the_shipped_model_tells_paragraphs_from_teasers_and_comments() -> None:
    blocks, pages = read(PAGE)
    scores = dict(zip(blocks["text"], score_html_body(attach_evidence(blocks, pages)), strict=True))
    rest = [
        score for text, score in scores.items() if text not in {FIRST, SECOND, "A sign remained"}
    ]
    assert min(scores[FIRST], scores[SECOND]) > max(rest)
