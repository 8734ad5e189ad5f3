"""Roles from the DOM: what HTML says of a block beyond its text.

What belongs here: what a page's markup names outright (its headline, its authors, its dates), what the learned score
over text and DOM makes of the rest, and the rules that name what is no text. What does not: the rules over text
(roles.py), what the DOM says (html_blocks.py), the score (role_model.py).

Rules over text settle nothing here that the model may not overrule, except what has a fixed shape: cross-validated,
each other kind of rule (teasers, notices, descriptions, captions by their words) cost more text than it kept out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from copydesk.html_blocks import attach_evidence
from copydesk.role_model import HTML_THRESHOLD, BodyScorer, score_html_body
from copydesk.roles import assign_roles

# More than half of its characters in links: a list of links, not a sentence that has some.
MAX_LINK_DENSITY: Final = 0.5
# Elements up from a block at which a class name still speaks of the block and not of the whole page.
NEAR: Final = 4
MAX_BYLINE_CHARACTERS: Final = 120
MAX_TIME_CHARACTERS: Final = 80
_TEXT_ROLES: Final = ("body", "subheading")
# What the rules over text gave these roles has a fixed shape, or is what metadata is read from.
_SETTLED_ROLES: Final = ("timestamp", "byline", "markup", "image", "url", "publisher", "tag")


@dataclass(frozen=True, slots=True)
class Name:
    """A block that is no text of the article, and to which `holds` applies, has `role`."""

    role: str
    reason: str
    holds: pl.Expr


def _named(hint: str, distance: int) -> pl.Expr:
    """A class name within `distance` elements up says `hint`, and none nearer says that this is the body."""
    away = pl.col(f"hint_{hint}")
    return (away <= distance) & (away < pl.col("hint_body").fill_null(distance + 1))


NAMES: Final = (
    Name("navigation", "in_nav", pl.col("in_nav")),
    Name("legal", "in_footer", pl.col("in_footer")),
    Name("comment", "comment_class", _named("comment", NEAR)),
    Name("caption", "in_figcaption", pl.col("in_figcaption") | (pl.col("hint_caption") == 0)),
    Name("consent", "consent_class", _named("consent", NEAR)),
    Name("navigation", "navigation_class", _named("navigation", NEAR)),
    Name("legal", "footer_class", _named("footer", NEAR)),
    Name("related", "related_class", pl.col("hint_related") == 0),
    Name("share", "share_class", pl.col("hint_share") <= 1),
    Name("advertisement", "advertisement_class", pl.col("hint_advertisement") <= 1),
    Name("other", "biography_class", _named("biography", NEAR)),
    Name("other", "byline_class", pl.col("hint_byline") <= 1),
    Name("other", "in_button_or_form", pl.col("in_button") | pl.col("in_form")),
    Name("related", "in_aside", pl.col("in_aside")),
    Name("navigation", "in_header", pl.col("in_header")),
    Name("related", "mostly_links", pl.col("link_density") > MAX_LINK_DENSITY),
    Name("other", "learned_no_text", pl.lit(True)),
)


def assign_html_roles(
    blocks: pl.DataFrame, pages: pl.DataFrame, score_body: BodyScorer = score_html_body
) -> pl.DataFrame:
    """`blocks` of HTML documents with `role`, `score` (0 to 1), `reason` and `body_score`.

    Args:
        blocks: see blocks.BLOCKS_SCHEMA; sorted by document and position.
        pages: `document_id`, `lines` of the same documents (see html_blocks.read_pages).
        score_body: gives `body_score`, from blocks with the DOM's evidence.
    """
    seen = attach_evidence(blocks, pages)
    scores = score_body(seen)
    roles = assign_roles(blocks, lambda _: scores).select("role", "score", "reason", "body_score")
    return _place_signs(_weigh(seen.hstack(roles))).select(*blocks.columns, *roles.columns)


def _weigh(blocks: pl.DataFrame) -> pl.DataFrame:
    """The learned score decides what is text, the DOM says what else stood where text seemed to be."""
    text = pl.col("role").is_in(_TEXT_ROLES)
    # What the markup names outright is never text, whatever its score.
    likely = (pl.col("body_score") >= HTML_THRESHOLD) & ~pl.col("in_figcaption").fill_null(False)
    # A standfirst: it stands above the byline and is what the page states as its description.
    standfirst = (pl.col("role") == "description") & pl.col("is_summary").fill_null(False)
    taken = likely & ~text & ~pl.col("role").is_in(_SETTLED_ROLES) & ~standfirst
    dropped = ~likely & (text | (pl.col("reason") == "learned_no_text"))
    heading = pl.when(pl.col("heading_level") > 0).then(pl.lit("subheading"))
    return blocks.with_columns(
        role=pl.when(taken)
        .then(heading.otherwise(pl.lit("body")))
        .when(dropped)
        .then(_choice("role"))
        .otherwise("role"),
        reason=pl.when(taken)
        .then(pl.lit("learned_text"))
        .when(dropped)
        .then(_choice("reason"))
        .otherwise("reason"),
        score=pl.when(taken | (text & likely))
        .then("body_score")
        .when(dropped)
        .then(pl.max_horizontal(1 - pl.col("body_score"), HTML_THRESHOLD))
        .otherwise("score"),
    )


def _choice(attribute: str) -> pl.Expr:
    """What the first name that holds says."""
    return pl.coalesce(
        pl.when(name.holds.fill_null(False)).then(pl.lit(getattr(name, attribute)))
        for name in NAMES
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
