"""Roles: what each block is to its page.

What belongs here: the rules that give a block its role, in the order in which they are tried, each with its reason
and a confidence. What does not: what a block's text says (lines.py), where it stands (headlines.py, surroundings.py), what is
read out of a block of some role.

The rules are readable on purpose: the reason is published with the block. What is text of the article a learned score
decides (role_model.py); what has a fixed shape or stands in the page's head the rules settle, and name all the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.contexts import Mask, Runs
from copydesk.headlines import find_headlines
from copydesk.lines import (
    IS_PUBLISHER,
    MAX_BOILERPLATE_CHARACTERS,
    MAX_HEADING_CHARACTERS,
    read_lines,
    shows,
)
from copydesk.role_model import KEEP_THRESHOLD, TAKE_THRESHOLD, BodyScorer, score_body
from copydesk.surroundings import Settled, read_surroundings

# A page for readers shows one time stamp; created, modified and published stand together in microdata.
MIN_MICRODATA_TIMESTAMPS: Final = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """A block to which `holds` applies gets `role`."""

    role: str
    reason: str
    score: float
    holds: pl.Expr


def _short(limit: int = MAX_HEADING_CHARACTERS) -> pl.Expr:
    return pl.col("characters") <= limit


# What has a fixed shape, whatever stands around it.
SHAPE_RULES: Final = (
    Rule("timestamp", "crawler_header", 1.0, shows("crawler_header") & pl.col("first")),
    Rule("markup", "xpath", 1.0, shows("xpath")),
    Rule("markup", "locale", 0.95, shows("locale")),
    Rule("timestamp", "iso_timestamp", 1.0, shows("iso_timestamp")),
    Rule("image", "image_address", 1.0, shows("image_address")),
    Rule("image", "image_size", 0.9, shows("image_size")),
    Rule("url", "address", 1.0, shows("address")),
    Rule("publisher", "schema_org_publisher", 1.0, IS_PUBLISHER),
    Rule("legal", "copyright_year", 0.9, shows("year") & pl.col("microdata")),
)

# What its words give away, in lines too short to be prose of an article.
WORD_RULES: Final = (
    Rule("title", "headline", 0.9, pl.col("is_title")),
    Rule("consent", "cookie_notice", 0.9, shows("consent")),
    Rule("advertisement", "advertisement_label", 0.95, shows("advertisement")),
    Rule("share", "share_buttons", 0.9, shows("share")),
    Rule("comment", "comments_heading", 0.9, shows("comments_heading") & _short()),
    Rule("legal", "copyright_line", 0.9, shows("copyright")),
    Rule("legal", "legal_link", 0.9, shows("legal")),
    Rule("subscription", "subscription_words", 0.8, shows("subscription") & _short(240)),
    Rule(
        "subscription",
        "colophon",
        0.75,
        shows("colophon") & _short(MAX_BOILERPLATE_CHARACTERS),
    ),
    Rule("related", "related_heading", 0.9, shows("related_heading") & _short(80)),
    Rule("related", "read_more_line", 0.85, shows("read_more") & _short(240)),
    Rule(
        "byline",
        "byline_words",
        0.9,
        shows("byline")
        & _short(200)
        & ~pl.col("prose")
        & (~pl.col("sentence") | shows("text_label")),
    ),
    Rule("timestamp", "date_line", 0.85, pl.col("date_line")),
    Rule("caption", "caption_words", 0.8, shows("caption")),
    Rule("tag", "tags_heading", 0.9, shows("tags_heading")),
    Rule("tag", "tag_line", 0.9, shows("tag_line") & _short(MAX_BOILERPLATE_CHARACTERS)),
    Rule("navigation", "breadcrumb", 0.9, shows("breadcrumb")),
    Rule("navigation", "navigation_words", 0.9, shows("home_words")),
)

# Where the block stands decides the rest.
PLACE_RULES: Final = (
    Rule("other", "about_the_author", 0.6, pl.col("is_author_note")),
    Rule("other", "pull_quote", 0.7, pl.col("is_pull_quote") & ~pl.col("microdata")),
    Rule("byline", "name_between_title_and_text", 0.7, pl.col("is_name_line")),
    Rule("tag", "section_line", 0.7, pl.col("is_section")),
    Rule("description", "before_the_byline", 0.8, pl.col("is_description")),
    Rule("tag", "tag_list", 0.9, pl.col("is_tag")),
    Rule("comment", "below_the_comments_heading", 0.85, pl.col("in_comments")),
    Rule(
        "related",
        "below_a_related_heading",
        0.75,
        pl.col("in_related") & ~pl.col("prose"),
    ),
    Rule("body", "prose", 0.9, pl.col("prose") | pl.col("text_block")),
    Rule("body", "sentence_in_the_text", 0.75, pl.col("inside") & pl.col("sentence")),
    Rule("subheading", "short_line_above_prose", 0.7, pl.col("inside") & pl.col("is_subheading")),
    Rule("body", "line_in_the_text", 0.55, pl.col("inside") & pl.col("list_item")),
    Rule("related", "short_line_in_the_text", 0.5, pl.col("inside")),
    Rule("other", "sentence_outside_the_text", 0.5, pl.col("sentence")),
)
DEFAULT: Final = Rule("navigation", "short_line_outside_the_text", 0.6, pl.lit(True))
_SEEN_RULES: Final = SHAPE_RULES + WORD_RULES
RULES: Final = (*_SEEN_RULES, *PLACE_RULES, DEFAULT)

# What a rule saw by a block's shape or its words is settled, whatever the model says, and so is what stands in the
# page's head; the other rules of place only guess.
SETTLED_ROLES: Final = (
    "title",
    "timestamp",
    "markup",
    "image",
    "url",
    "publisher",
    "byline",
    "description",
    "tag",
)
SETTLED_REASONS: Final = (
    *(rule.reason for rule in _SEEN_RULES),
    "about_the_author",
    "pull_quote",
    "below_a_related_heading",
)
# These are right less often than a model that is sure.
OVERRULED_REASONS: Final = ("subscription_words", "tag_list")
SURE_THRESHOLD: Final = 0.7
TEXT_ROLES: Final = ("body", "subheading")
MAX_SUBHEADING_WORDS: Final = 15

# Role and reason of a block of which the learned score decides, numbered behind the rules.
LEARNED: Final = (
    ("body", "learned_text"),
    ("subheading", "learned_text"),
    ("other", "learned_no_text"),
    ("related", "learned_no_text"),
)
_BODY, _SUBHEADING, _OTHER, _RELATED = range(len(RULES), len(RULES) + len(LEARNED))
_ROLES: Final = pl.Series([rule.role for rule in RULES] + [role for role, _ in LEARNED])
_REASONS: Final = pl.Series([rule.reason for rule in RULES] + [reason for _, reason in LEARNED])
_SCORES: Final = np.array([rule.score for rule in RULES])
_NO_RULE: Final = -1


def assign_roles(blocks: pl.DataFrame, score_body: BodyScorer = score_body) -> pl.DataFrame:
    """`blocks` (see blocks.BLOCKS_SCHEMA) with `role`, `score` (0 to 1), `reason` and `body_score`.

    Args:
        blocks: sorted by document and position.
        score_body: gives `body_score`, the probability that a block is text of the article.
    """
    page = Runs(blocks["document_id"].rle_id().to_numpy())
    lines = read_lines(blocks["text"])
    seen = lines.with_columns(
        first=page.position == 0,
        microdata=_is_microdata(page, lines),
        is_title=find_headlines(page, blocks["text"], lines),
    )
    settled = _decide(seen, _SEEN_RULES)
    places = read_surroundings(
        page, blocks, lines, seen["microdata"].to_numpy(), _tell_settled(settled)
    )
    guessed = _decide(pl.concat([seen, places], how="horizontal"), (*PLACE_RULES, DEFAULT))
    rule = np.where(settled == _NO_RULE, guessed + len(_SEEN_RULES), settled)
    likelihood = score_body(blocks)
    number, score = _weigh(
        page, lines, places["in_related"].to_numpy(), rule, likelihood.to_numpy()
    )
    return blocks.with_columns(
        role=_ROLES.gather(number),
        score=score,
        reason=_REASONS.gather(number),
        body_score=likelihood,
    )


def _is_microdata(page: Runs, lines: pl.DataFrame) -> Mask:
    """Whether each block's page is flattened from microdata: it has what no page shows its readers."""
    hidden = lines.select(shows("xpath") | IS_PUBLISHER).to_series().to_numpy()
    stamped = page.total(lines["shows_iso_timestamp"].to_numpy())
    microdata: Mask = page.any(hidden) | (stamped >= MIN_MICRODATA_TIMESTAMPS)
    return microdata


def _decide(seen: pl.DataFrame, rules: tuple[Rule, ...]) -> NDArray[np.int64]:
    """The number of the first rule that holds for each block, `_NO_RULE` where none does."""
    number = pl.coalesce(
        *(pl.when(rule.holds).then(pl.lit(at, pl.Int64)) for at, rule in enumerate(rules)),
        pl.lit(_NO_RULE, pl.Int64),
    )
    return seen.select(number).to_series().to_numpy()


def _tell_settled(rule: NDArray[np.int64]) -> Settled:
    """What the rules that have settled a block say, as far as others ask."""

    def says(*, role: str = "", reason: str = "") -> Mask:
        # The last element stands for `_NO_RULE`.
        answers = [role == one.role or reason == one.reason for one in _SEEN_RULES]
        said: Mask = np.array([*answers, False])[rule]
        return said

    return Settled(
        any=rule != _NO_RULE,
        titles=says(role="title"),
        bylines=says(role="byline"),
        timestamps=says(role="timestamp"),
        headers=says(reason="crawler_header"),
        comments_headings=says(reason="comments_heading"),
        related_headings=says(reason="related_heading"),
        tags_headings=says(reason="tags_heading"),
    )


def _weigh(
    page: Runs,
    lines: pl.DataFrame,
    in_related: Mask,
    rule: NDArray[np.int64],
    likelihood: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The learned score decides what is text; the rules say what the rest is, and what is settled.

    Returns:
        Each block's number among the rules and what is `LEARNED`, and its score.
    """
    characters, terminal = lines["characters"].to_numpy(), lines["terminal"].to_numpy()
    text = np.isin(_ROLES, TEXT_ROLES)[rule]
    settled = (np.isin(_ROLES, SETTLED_ROLES) | np.isin(_REASONS, SETTLED_REASONS))[rule]
    sure = np.isin(_REASONS, OVERRULED_REASONS)[rule] & (likelihood >= SURE_THRESHOLD)
    likely = likelihood >= np.where(text, KEEP_THRESHOLD, TAKE_THRESHOLD)
    sentence = likely & terminal
    heading = (
        ~terminal
        & (lines["words"].to_numpy() <= MAX_SUBHEADING_WORDS)
        & (characters <= MAX_HEADING_CHARACTERS)
        & page.next(sentence)
    )
    # Few pages without spaces between words were learned from: there, the rules stand. Of pages in other alphabets as
    # few, but what the model takes for text there is text.
    learned = lines["cjk"].to_numpy() * 2 <= characters
    foreign = page.total(np.where(lines["foreign"].to_numpy(), characters, 0))
    familiar = learned & (foreign * 2 <= page.total(characters))
    # Above the first sentence and below the last a line without a stop is a score, a button, a label.
    between = sentence | (page.follows(sentence) & page.precedes(sentence))
    taken = likely & learned & between & ~text & (~settled | sure)
    dropped = ~likely & familiar & text
    number = np.select(
        [taken & heading, taken, dropped & in_related, dropped],
        [_SUBHEADING, _BODY, _RELATED, _OTHER],
        rule,
    )
    score = np.select(
        [taken | (text & likely), dropped], [likelihood, 1 - likelihood], _SCORES[rule]
    )
    return number, score
