"""Roles from the DOM: what HTML says of a block beyond its text.

What belongs here: the rules by which a block's place in the DOM overrules the role that its text was given. What does
not: the rules over text (roles.py), what the DOM says (html_blocks.py).

The vetoes and promotions are those of the candidates (each region, each kind of class name at several distances) that
raised the mean word F1 of bodies on half of the training pages, split by domain; a class name that says "related" four
elements up, for instance, raised nothing and is not asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from copydesk.html_blocks import attach_evidence

# More than half of its characters in links: a list of links, not a sentence that has some.
MAX_LINK_DENSITY: Final = 0.5
# Elements up from a block at which a class name still speaks of the block and not of the whole page.
NEAR: Final = 4
MAX_BYLINE_CHARACTERS: Final = 120
MAX_TIME_CHARACTERS: Final = 80
# Vetoes that take nearly all of what the text alone calls the body misread the page (a `<main>` around the menu, say).
MIN_KEPT_SHARE: Final = 0.1
_TEXT_ROLES: Final = ("body", "subheading")
_TEXT_TAGS: Final = (
    "p", "li", "h2", "h3", "h4", "h5", "h6", "blockquote", "td", "th", "dd", "dt", "pre",
)  # fmt: skip
_PARAGRAPH_TAGS: Final = ("p", "li", "blockquote", "div", "section", "article", "td", "dd", "pre")
MIN_PARAGRAPH_CHARACTERS: Final = 40
_HEADING_TAGS: Final = ("h2", "h3", "h4", "h5", "h6")


@dataclass(frozen=True, slots=True)
class Veto:
    """A block to which `holds` applies is no part of the body but has `role`."""

    role: str
    reason: str
    score: float
    holds: pl.Expr


def _named(hint: str, distance: int) -> pl.Expr:
    """A class name within `distance` elements up says `hint`, and none nearer says that this is the body."""
    away = pl.col(f"hint_{hint}")
    return (away <= distance) & (away < pl.col("hint_body").fill_null(distance + 1))


VETOES: Final = (
    Veto("navigation", "in_nav", 0.95, pl.col("in_nav")),
    Veto("legal", "in_footer", 0.85, pl.col("in_footer")),
    Veto("comment", "comment_class", 0.85, _named("comment", NEAR)),
    Veto("caption", "in_figcaption", 0.95, pl.col("in_figcaption") | (pl.col("hint_caption") == 0)),
    Veto("consent", "consent_class", 0.8, _named("consent", NEAR)),
    Veto("navigation", "navigation_class", 0.85, _named("navigation", NEAR)),
    Veto("legal", "footer_class", 0.8, _named("footer", NEAR)),
    Veto("related", "related_class", 0.75, pl.col("hint_related") == 0),
    Veto("share", "share_class", 0.75, pl.col("hint_share") <= 1),
    Veto("advertisement", "advertisement_class", 0.75, pl.col("hint_advertisement") <= 1),
    Veto("other", "biography_class", 0.75, _named("biography", NEAR)),
    Veto("other", "byline_class", 0.6, pl.col("hint_byline") <= 1),
    Veto("other", "in_button_or_form", 0.8, pl.col("in_button") | pl.col("in_form")),
    Veto("related", "in_aside", 0.75, pl.col("in_aside")),
    Veto("navigation", "in_header", 0.7, pl.col("in_header")),
    Veto("related", "mostly_links", 0.8, pl.col("link_density") > MAX_LINK_DENSITY),
    Veto(
        "other",
        "outside_main",
        0.8,
        ~pl.col("in_main") & pl.col("in_main").any().over("document_id"),
    ),
)


def refine_roles(blocks: pl.DataFrame, raw: pl.DataFrame) -> pl.DataFrame:
    """`blocks` with the roles of HTML documents' blocks set right by the DOM; others are left alone.

    Args:
        blocks: with roles.
        raw: `document_id`, `lines` (null for documents that were no HTML).
    """
    pages = raw.filter(pl.col("lines").is_not_null())
    if pages.is_empty():
        return blocks
    columns = blocks.columns
    ours = blocks.join(pages, on="document_id", how="semi", maintain_order="left")
    others = blocks.join(pages, on="document_id", how="anti", maintain_order="left")
    seen = attach_evidence(ours, pages)
    refined = _place_signs(_promote(_rescue(_veto(seen))))
    return pl.concat([others, refined.select(columns)]).sort("document_id", "block_index")


def _veto(blocks: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("role").is_in(_TEXT_ROLES)
    holds = pl.any_horizontal(veto.holds.fill_null(False) for veto in VETOES)
    characters = pl.col("text").str.len_chars().cast(pl.Float64)
    kept = (characters * (text & ~holds)).sum().over("document_id")
    whole = (characters * text).sum().over("document_id")
    return blocks.with_columns(vetoed=holds & (kept > MIN_KEPT_SHARE * whole)).with_columns(
        _overrule(name, text & pl.col("vetoed"), VETOES) for name in ("role", "reason", "score")
    )


def _overrule(name: str, where: pl.Expr, vetoes: tuple[Veto, ...]) -> pl.Expr:
    chosen = pl.coalesce(
        pl.when(veto.holds.fill_null(False)).then(pl.lit(getattr(veto, name))) for veto in vetoes
    )
    return pl.when(where).then(chosen).otherwise(name).alias(name)


def _rescue(blocks: pl.DataFrame) -> pl.DataFrame:
    """Where the text alone missed most of what one container holds in paragraphs, those paragraphs are the text.

    A line such as `Comments` above the article, for instance, makes comments of all that is below it; the DOM knows
    better. A container's paragraphs are its own and, counted half, its children's, as in Readability.
    """
    characters = pl.col("text").str.len_chars().cast(pl.Float64)
    paragraph = (
        ~pl.any_horizontal(veto.holds.fill_null(False) for veto in VETOES)
        & pl.col("tag").is_in(_PARAGRAPH_TAGS)
        & (characters >= MIN_PARAGRAPH_CHARACTERS)
        & (pl.col("heading_level") == 0)
    )
    marked = blocks.with_columns(paragraph=paragraph.fill_null(False), size=characters)
    candidates = marked.filter("paragraph")
    best = (
        pl.concat(
            candidates.select("document_id", best=level, size=pl.col("size") * weight)
            for level, weight in (("container", 1.0), ("grandparent", 0.5))
        )
        .group_by("document_id", "best")
        .agg(pl.col("size").sum())
        .sort("document_id", "size", "best", descending=[False, True, False])
        .unique("document_id", keep="first", maintain_order=True)
        .drop("size")
    )
    inside = pl.col("paragraph") & (
        (pl.col("container") == pl.col("best")) | (pl.col("grandparent") == pl.col("best"))
    )
    text = pl.col("role").is_in(_TEXT_ROLES)
    missed = (pl.col("size") * (inside & ~text)).sum().over("document_id")
    had = (pl.col("size") * text).sum().over("document_id")
    return (
        marked.join(best, on="document_id", how="left", maintain_order="left")
        .with_columns(rescued=(inside & ~text & (missed > had)).fill_null(False))
        .with_columns(
            role=pl.when("rescued").then(pl.lit("body")).otherwise("role"),
            reason=pl.when("rescued").then(pl.lit("main_container")).otherwise("reason"),
            score=pl.when("rescued").then(pl.lit(0.75)).otherwise("score"),
        )
        .drop("paragraph", "size", "best", "rescued")
    )


def _promote(blocks: pl.DataFrame) -> pl.DataFrame:
    """Paragraphs, headings and items between those of the text, in the same containers, are text."""
    index = pl.col("block_index")
    text = pl.col("role").is_in(_TEXT_ROLES)
    beside = (
        blocks.filter(text)
        .select("document_id", "container", beside=pl.lit(True))
        .unique(["document_id", "container"])
    )
    first = index.filter(text).min().over("document_id")
    last = index.filter(text).max().over("document_id")
    promoted = (
        ~text
        & ~pl.col("vetoed")
        & pl.col("beside").fill_null(False)
        & index.is_between(first, last)
        & pl.col("tag").is_in(_TEXT_TAGS)
        & ~pl.col("role").is_in(["title", "comment", "share", "advertisement", "consent"])
    )
    heading = pl.col("tag").is_in(_HEADING_TAGS)
    return (
        blocks.join(beside, on=["document_id", "container"], how="left", maintain_order="left")
        .with_columns(promoted=promoted.fill_null(False))
        .with_columns(
            role=pl.when("promoted")
            .then(pl.when(heading).then(pl.lit("subheading")).otherwise(pl.lit("body")))
            .otherwise("role"),
            reason=pl.when("promoted").then(pl.lit("beside_the_text")).otherwise("reason"),
            score=pl.when("promoted").then(pl.lit(0.7)).otherwise("score"),
        )
    )


def _place_signs(blocks: pl.DataFrame) -> pl.DataFrame:
    """Title, byline, date and standfirst, where the DOM names them."""
    characters = pl.col("text").str.len_chars()
    body = pl.col("role").is_in(_TEXT_ROLES)
    above = pl.col("block_index") <= pl.col("block_index").filter(body).max().over("document_id")
    strange = (
        pl.col("hint_comment").fill_null(NEAR + 1).le(NEAR)
        | pl.col("hint_related").fill_null(NEAR + 1).le(1)
        | pl.col("in_nav")
        | pl.col("in_footer")
    )
    signs = (
        ("title", "page_title", 0.9, pl.col("tag") == "title"),
        ("title", "stated_headline", 0.95, pl.col("is_headline") & ~pl.col("in_nav")),
        (
            "byline",
            "author_markup",
            0.85,
            (
                pl.col("item_property").is_in(["author", "creator"])
                | (pl.col("hint_byline") <= 2).fill_null(False)
            )
            & (characters <= MAX_BYLINE_CHARACTERS)
            & above
            & ~strange,
        ),
        (
            "timestamp",
            "time_markup",
            0.85,
            (
                pl.col("in_time")
                | pl.col("item_property").is_in(["datePublished", "dateModified"]).fill_null(False)
            )
            & (characters <= MAX_TIME_CHARACTERS)
            & above
            & ~strange,
        ),
        ("description", "stated_description", 0.85, pl.col("is_summary") & above & ~strange & ~body),
    )  # fmt: skip
    return blocks.with_columns(
        pl.coalesce(
            *(
                pl.when(holds.fill_null(False)).then(pl.lit(value[index]))
                for *value, holds in signs
            ),
            name,
        ).alias(name)
        for index, name in enumerate(("role", "reason", "score"))
    )
