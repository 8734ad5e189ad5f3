"""Roles: what each block is to its page.

What belongs here: the rules that give a block its role, in the order in which they are tried, each with its reason
and a confidence. What does not: the word lists (vocabulary.py), what is read out of a block of some role.

The rules are readable on purpose: the reason is published with the block. What is text of the article a learned score
decides (role_model.py); what has a fixed shape or stands in the page's head the rules settle, and name all the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from copydesk import vocabulary
from copydesk.role_model import KEEP_THRESHOLD, TAKE_THRESHOLD, BodyScorer, score_body
from copydesk.signs import Sign, find_signs
from copydesk.tags import BREADCRUMB, TAG_LINE, TAGS_HEADING

# jusText's LENGTH_HIGH is 200 characters and LENGTH_LOW 70 (Pomikálek 2011, section 3.2); between them the stop words
# decide. We have no stop-word lists for every language, so the closing punctuation decides, from somewhat above LOW.
PROSE_CHARACTERS: Final = 80
SENTENCE_CHARACTERS: Final = 20
# Chinese and Japanese write a word in about two characters and no spaces.
CJK_PROSE_CHARACTERS: Final = 30
CJK_SENTENCE_CHARACTERS: Final = 8
MAX_HEADING_CHARACTERS: Final = 160
MAX_BOILERPLATE_CHARACTERS: Final = 320
MAX_TITLE_CHARACTERS: Final = 300
# The headline stands above the text, and navigation above the headline; further down a repeat is a link.
MAX_BLOCKS_BEFORE_TITLE: Final = 250
MIN_TITLE_OVERLAP: Final = 0.6
MIN_PREFIX_CHARACTERS: Final = 12
MAX_BLOCKS_TITLE_TO_DESCRIPTION: Final = 4
MAX_DESCRIPTION_CHARACTERS: Final = 400
MIN_DESCRIPTION_WORDS: Final = 5
MAX_TAG_CHARACTERS: Final = 40
MAX_SECTION_WORDS: Final = 3
MIN_CUT_OFF_WORDS: Final = 6
# A page for readers shows one time stamp; created, modified and published stand together in microdata.
MIN_MICRODATA_TIMESTAMPS: Final = 2
_BYLINE_LEAD: Final = r"^(?i:by|written by|von|par|por|words:|text:)\s+"
_FULL_NAME: Final = r"(\p{Lu}[\p{Ll}'’-]+(?: \p{Lu}[\p{L}.'’-]*){1,3})"

_TERMINAL: Final = r"[.!?…。！？؟:][\"'”’»)\]」』]*$"
_CJK: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}]"


_MONTHS: Final = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|januar|februar|märz|mai|juni|juli|okt|dez|janv|févr|mars|avril|juin|juill|août|sept"
    r"|oct|déc|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|janeiro|fevereiro|março|maio|junho"
    r"|julho|setembro|outubro|novembro|dezembro|январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр)[\p{L}]*\.?"
)
DATE_IN_LINE: Final = (
    rf"(?i)\b\d{{1,2}}(?:st|nd|rd|th|\.|er)?\s+(?:de\s+)?{_MONTHS},?\s+(?:de\s+)?\d{{4}}|\b{_MONTHS}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}"
    r"|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b|\b\d{4}年\d{1,2}月\d{1,2}日|\b\d{4}/\d{2}/\d{2}\b"
)
MAX_DATE_LINE_CHARACTERS: Final = 120


@dataclass(frozen=True, slots=True)
class Rule:
    """A block to which `holds` applies gets `role`."""

    role: str
    reason: str
    score: float
    holds: pl.Expr


# What a line's own words or shape say, whatever stands around it.
SIGNS: Final = {
    "crawler_header": Sign(vocabulary.CRAWLER_HEADER),
    "xpath": Sign(vocabulary.XPATH, vocabulary.XPATH_WORDS),
    "locale": Sign(vocabulary.LOCALE),
    "iso_timestamp": Sign(vocabulary.ISO_TIMESTAMP),
    "image_address": Sign(vocabulary.IMAGE_ADDRESS),
    "image_size": Sign(vocabulary.IMAGE_SIZE),
    "address": Sign(vocabulary.ADDRESS),
    "publisher": Sign(vocabulary.PUBLISHER, vocabulary.PUBLISHER_WORDS),
    "publisher_without_telephone": Sign(
        vocabulary.PUBLISHER_WITHOUT_TELEPHONE, vocabulary.PUBLISHER_WORDS
    ),
    "year": Sign(vocabulary.YEAR),
    "consent": Sign(vocabulary.CONSENT, vocabulary.CONSENT_WORDS),
    "advertisement": Sign(vocabulary.ADVERTISEMENT),
    "share": Sign(vocabulary.SHARE),
    "comments_heading": Sign(vocabulary.COMMENTS_HEADING),
    "copyright": Sign(vocabulary.COPYRIGHT, vocabulary.COPYRIGHT_WORDS),
    "legal": Sign(vocabulary.LEGAL),
    "subscription": Sign(vocabulary.SUBSCRIPTION, vocabulary.SUBSCRIPTION_WORDS),
    "colophon": Sign(vocabulary.COLOPHON, vocabulary.COLOPHON_WORDS),
    "related_heading": Sign(vocabulary.RELATED_HEADING),
    "read_more": Sign(vocabulary.READ_MORE),
    "byline": Sign(vocabulary.BYLINE),
    "caption": Sign(vocabulary.CAPTION, vocabulary.CAPTION_WORDS),
    "tags_heading": Sign(TAGS_HEADING),
    "tag_line": Sign(TAG_LINE),
    "breadcrumb": Sign(BREADCRUMB),
    "home_words": Sign(vocabulary.HOME_WORDS),
    "dated": Sign(vocabulary.DATED, vocabulary.DATED_WORDS),
    "job_line": Sign(vocabulary.JOB_LINE),
    "name_line": Sign(vocabulary.NAME_LINE),
    "terminal": Sign(_TERMINAL),
    "date_in_line": Sign(DATE_IN_LINE, shape=r"\d{4}"),
    "text_label": Sign(r"^(?i:words|text):"),
}


def _shows(sign: str) -> pl.Expr:
    return pl.col(f"shows_{sign}")


def _short(limit: int = MAX_HEADING_CHARACTERS) -> pl.Expr:
    return pl.col("characters") <= limit


_IS_PUBLISHER: Final = _shows("publisher") | _shows("publisher_without_telephone")

# What has a fixed shape, whatever stands around it.
SHAPE_RULES: Final = (
    Rule("timestamp", "crawler_header", 1.0, _shows("crawler_header") & pl.col("first")),
    Rule("markup", "xpath", 1.0, _shows("xpath")),
    Rule("markup", "locale", 0.95, _shows("locale")),
    Rule("timestamp", "iso_timestamp", 1.0, _shows("iso_timestamp")),
    Rule("image", "image_address", 1.0, _shows("image_address")),
    Rule("image", "image_size", 0.9, _shows("image_size")),
    Rule("url", "address", 1.0, _shows("address")),
    Rule("publisher", "schema_org_publisher", 1.0, _IS_PUBLISHER),
    Rule("legal", "copyright_year", 0.9, _shows("year") & pl.col("microdata")),
)

# What its words give away, in lines too short to be prose of an article.
WORD_RULES: Final = (
    Rule("title", "headline", 0.9, pl.col("is_title")),
    Rule("consent", "cookie_notice", 0.9, _shows("consent") & _short(600)),
    Rule("advertisement", "advertisement_label", 0.95, _shows("advertisement")),
    Rule("share", "share_buttons", 0.9, _shows("share")),
    Rule("comment", "comments_heading", 0.9, _shows("comments_heading") & _short()),
    Rule(
        "legal",
        "copyright_line",
        0.9,
        _shows("copyright") & _short(MAX_BOILERPLATE_CHARACTERS),
    ),
    Rule("legal", "legal_link", 0.9, _shows("legal")),
    Rule("subscription", "subscription_words", 0.8, _shows("subscription") & _short(240)),
    Rule(
        "subscription",
        "colophon",
        0.75,
        _shows("colophon") & _short(MAX_BOILERPLATE_CHARACTERS),
    ),
    Rule("related", "related_heading", 0.9, _shows("related_heading") & _short(80)),
    Rule("related", "read_more_line", 0.85, _shows("read_more") & _short(240)),
    Rule(
        "byline",
        "byline_words",
        0.9,
        _shows("byline")
        & _short(200)
        & ~pl.col("prose")
        & (~pl.col("sentence") | _shows("text_label")),
    ),
    Rule("timestamp", "date_line", 0.85, pl.col("date_line")),
    Rule("caption", "caption_words", 0.8, _shows("caption") & _short(400)),
    Rule("tag", "tags_heading", 0.9, _shows("tags_heading")),
    Rule("tag", "tag_line", 0.9, _shows("tag_line") & _short(MAX_BOILERPLATE_CHARACTERS)),
    Rule("navigation", "breadcrumb", 0.9, _shows("breadcrumb")),
    Rule("navigation", "navigation_words", 0.9, _shows("home_words")),
)

# Where the block stands decides the rest.
PLACE_RULES: Final = (
    Rule("other", "about_the_author", 0.6, pl.col("is_author_note")),
    Rule("other", "pull_quote", 0.7, pl.col("is_pull_quote") & ~pl.col("microdata")),
    Rule("byline", "name_between_title_and_text", 0.7, pl.col("is_name_line")),
    Rule("tag", "section_line", 0.7, pl.col("is_section")),
    Rule("description", "before_the_byline", 0.8, pl.col("is_description")),
    Rule("tag", "tag_list", 0.9, pl.col("is_tag")),
    Rule("comment", "below_the_comments_heading", 0.85, pl.col("section") == "comment"),
    Rule(
        "related",
        "below_a_related_heading",
        0.75,
        (pl.col("section") == "related") & ~pl.col("prose"),
    ),
    Rule("body", "prose", 0.9, pl.col("prose") | pl.col("text_block")),
    Rule("body", "sentence_in_the_text", 0.75, pl.col("inside") & pl.col("sentence")),
    Rule("subheading", "short_line_above_prose", 0.7, pl.col("inside") & pl.col("is_subheading")),
    Rule("body", "line_in_the_text", 0.55, pl.col("inside") & pl.col("list_item")),
    Rule("related", "short_line_in_the_text", 0.5, pl.col("inside")),
    Rule("other", "sentence_outside_the_text", 0.5, pl.col("sentence")),
)
DEFAULT: Final = Rule("navigation", "short_line_outside_the_text", 0.6, pl.lit(True))


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
    *(rule.reason for rule in SHAPE_RULES + WORD_RULES),
    "about_the_author",
    "pull_quote",
    "below_a_related_heading",
)
TEXT_ROLES: Final = ("body", "subheading")
MAX_SUBHEADING_WORDS: Final = 15


def assign_roles(blocks: pl.DataFrame, score_body: BodyScorer = score_body) -> pl.DataFrame:
    """`blocks` (see blocks.BLOCKS_SCHEMA) with `role`, `score` (0 to 1), `reason` and `body_score`.

    Args:
        blocks: sorted by document and position.
        score_body: gives `body_score`, the probability that a block is text of the article.
    """
    signs = find_signs(blocks["text"], SIGNS)
    shown = pl.concat(
        [blocks, signs.rename({name: f"shows_{name}" for name in signs.columns})], how="horizontal"
    )
    measured = _mark_prose(_measure(shown.lazy()))
    shaped = _decide(_mark_titles(measured), SHAPE_RULES + WORD_RULES)
    placed = _mark_places(shaped)
    decided = pl.coalesce("role", _choice(PLACE_RULES, "role"))
    return (
        _weigh(
            placed.with_columns(
                role=decided,
                reason=pl.coalesce("reason", _choice(PLACE_RULES, "reason")),
                score=pl.coalesce("score", _choice(PLACE_RULES, "score")),
                body_score=score_body(blocks),
            )
        )
        .select(*blocks.columns, "role", "score", "reason", "body_score")
        .collect()
    )


def _weigh(blocks: pl.LazyFrame) -> pl.LazyFrame:
    """The learned score decides what is text; the rules say what the rest is, and what is settled."""
    settled = pl.col("role").is_in(SETTLED_ROLES) | pl.col("reason").is_in(SETTLED_REASONS)
    text = pl.col("role").is_in(TEXT_ROLES)
    likely = pl.col("body_score") >= pl.when(text).then(KEEP_THRESHOLD).otherwise(TAKE_THRESHOLD)
    heading = (
        ~pl.col("terminal")
        & (pl.col("words") <= MAX_SUBHEADING_WORDS)
        & (pl.col("characters") <= MAX_HEADING_CHARACTERS)
        & (likely & pl.col("terminal")).shift(-1, fill_value=False).over("document_id")
    )
    # Few pages without spaces between words were learned from: there, the rules stand.
    learned = pl.col("cjk") * 2 <= pl.col("characters")
    # Above the first sentence a line without a stop is a score, a button, a label: taken from there on only.
    below = (likely & pl.col("terminal")).cum_sum().over("document_id") > 0
    taken = likely & learned & below & ~text & ~settled
    dropped = ~likely & learned & text
    return blocks.with_columns(
        role=pl.when(taken)
        .then(pl.when(heading).then(pl.lit("subheading")).otherwise(pl.lit("body")))
        .when(dropped)
        .then(
            pl.when(pl.col("section") == "related")
            .then(pl.lit("related"))
            .otherwise(pl.lit("other"))
        )
        .otherwise("role"),
        reason=pl.when(taken)
        .then(pl.lit("learned_text"))
        .when(dropped)
        .then(pl.lit("learned_no_text"))
        .otherwise("reason"),
        score=pl.when(taken | (text & likely))
        .then("body_score")
        .when(dropped)
        .then(1 - pl.col("body_score"))
        .otherwise("score"),
    )


def _measure(blocks: pl.LazyFrame) -> pl.LazyFrame:
    text = pl.col("text")
    return blocks.with_columns(
        characters=text.str.len_chars().cast(pl.Int64),
        words=text.str.count_matches(r"\S+").cast(pl.Int64),
        cjk=text.str.count_matches(_CJK).cast(pl.Int64),
        terminal=_shows("terminal"),
        first=pl.col("block_index") == 0,
        microdata=(
            (_shows("xpath") | _IS_PUBLISHER).any()
            | (_shows("iso_timestamp").sum() >= MIN_MICRODATA_TIMESTAMPS)
        ).over("document_id"),
        date_line=_shows("date_in_line")
        & ~_shows("crawler_header")
        & (~_shows("terminal") | _shows("dated"))
        & (text.str.len_chars() <= MAX_DATE_LINE_CHARACTERS)
        & (text.str.count_matches(r"\S+") <= 16),
    )


def _mark_prose(blocks: pl.LazyFrame) -> pl.LazyFrame:
    """`prose`: surely running text; `sentence`: may be."""
    characters, terminal = pl.col("characters"), pl.col("terminal")
    mostly_cjk = pl.col("cjk") * 2 > characters
    stops = pl.col("text").str.count_matches(r"[.!?…。！？؟][\"'”’»)\]]*(?:\s|$)")
    bullets = pl.col("text").str.count_matches(r"\s[|•·›»]\s") >= 2
    long = (
        pl.when(mostly_cjk)
        .then(characters >= CJK_PROSE_CHARACTERS)
        .otherwise(characters >= PROSE_CHARACTERS)
    )
    some = (
        pl.when(mostly_cjk)
        .then(characters >= CJK_SENTENCE_CHARACTERS)
        .otherwise((characters >= SENTENCE_CHARACTERS) & (pl.col("words") >= 4))
    )
    boilerplate = (
        (_shows("consent") & _short(600))
        | ((_shows("copyright") | _shows("subscription")) & _short(MAX_BOILERPLATE_CHARACTERS))
        | ((_shows("caption") | _shows("colophon")) & _short(400))
        | _shows("xpath")
        | _IS_PUBLISHER
        | _shows("address")
    )
    return blocks.with_columns(
        prose=long & (terminal | (stops >= 2)) & ~bullets & ~boilerplate,
        sentence=some & terminal & ~bullets & ~boilerplate,
    )


def _mark_titles(blocks: pl.LazyFrame) -> pl.LazyFrame:
    """`is_title`: the page's title, which comes first, and the headlines that repeat it.

    A headline is a line above the text that shares at least `MIN_TITLE_OVERLAP` of its words with the page's title,
    and is mostly contained in it. Where no line does, the headline is the last line of three words or more above the
    first byline, date or prose.
    """
    words = (
        pl.col("text")
        .str.to_lowercase()
        .str.extract_all(rf"{_CJK}|[\p{{L}}\p{{N}}]+")
        .list.unique()
    )
    opening = (
        pl.col("block_index")
        .filter(~_shows("crawler_header") & ~_shows("address"))
        .min()
        .over("document_id")
    )
    overlap = pl.col("word_set").list.set_intersection("title_words").list.len()
    candidate = (
        (pl.col("characters") <= MAX_TITLE_CHARACTERS)
        & (pl.col("block_index") <= MAX_BLOCKS_BEFORE_TITLE)
        & (pl.col("word_set").list.len() >= 2)
    )
    first_prose = (
        pl.col("block_index")
        .filter(pl.col("prose") | pl.col("date_line") | _shows("byline"))
        .min()
        .over("document_id")
    )
    plausible = (
        (pl.col("words") >= 3)
        & (pl.col("characters") <= MAX_TITLE_CHARACTERS)
        & ~pl.col("prose")
        & ~pl.col("date_line")
        & ~_shows("consent")
        & ~_shows("crawler_header")
        & ~_shows("address")
        & ~pl.col("text").str.contains(r"\s[|•·›]\s.*\s[|•·›]\s|\.$")
        & ~_shows("job_line")
        & (pl.col("block_index") < first_prose)
    )
    return (
        blocks.with_columns(word_set=words, opening=opening)
        .with_columns(
            title_words=pl.col("word_set")
            .filter((pl.col("block_index") == pl.col("opening")) & ~pl.col("prose"))
            .first()
            .over("document_id"),
            opening_text=pl.col("text")
            .filter(pl.col("block_index") == pl.col("opening"))
            .first()
            .over("document_id"),
        )
        .with_columns(
            echoes=candidate
            & (pl.col("block_index") > pl.col("opening"))
            & (
                (
                    (overlap >= MIN_TITLE_OVERLAP * pl.col("title_words").list.len())
                    & (overlap >= MIN_TITLE_OVERLAP * pl.col("word_set").list.len())
                    & (overlap >= 2)
                )
                | (
                    pl.col("opening_text").str.starts_with(pl.col("text"))
                    & (pl.col("characters") >= MIN_PREFIX_CHARACTERS)
                )
            ).fill_null(False),
            nearest=pl.col("block_index").filter(plausible).max().over("document_id"),
        )
        .with_columns(echoed=pl.col("echoes").any().over("document_id"))
        .with_columns(
            is_title=(
                pl.col("echoes")
                | ((pl.col("block_index") == pl.col("opening")) & pl.col("echoed"))
                | (~pl.col("echoed") & (pl.col("block_index") == pl.col("nearest")))
            ).fill_null(False)
        )
        .drop("word_set", "title_words", "opening", "echoes", "nearest", "echoed", "opening_text")
    )


def _mark_places(blocks: pl.LazyFrame) -> pl.LazyFrame:
    """Where each block stands: in which section, inside the text or not, above prose, among the tags."""
    document = "document_id"
    index = pl.col("block_index")
    open_block = pl.col("role").is_null()
    anchor = open_block & pl.col("prose")
    last_title = index.filter(pl.col("role") == "title").max().over(document)
    below_title = (
        (index - last_title).is_between(1, MAX_BLOCKS_TITLE_TO_DESCRIPTION).fill_null(False)
    )
    dated = pl.col("role").eq_missing("timestamp")
    head = blocks.with_columns(
        is_name_line=open_block
        & ~pl.col("microdata")
        & below_title
        & _shows("name_line")
        & (
            dated.shift(-1, fill_value=False)
            | dated.shift(1, fill_value=False)
            | anchor.shift(-1, fill_value=False)
        ).over(document),
    )
    signed = pl.col("role").is_in(["byline", "timestamp"]) & (pl.col("reason") != "crawler_header")
    head_end = index.filter(signed | pl.col("is_name_line")).min().over(document)
    described = head.with_columns(
        is_description=open_block
        & (pl.col("characters") <= MAX_DESCRIPTION_CHARACTERS)
        & pl.when("microdata")
        .then((pl.col("words") >= MIN_DESCRIPTION_WORDS) & (index == last_title + 1))
        .otherwise((pl.col("prose") | pl.col("sentence")) & below_title & (index < head_end))
        .fill_null(False)
    ).with_columns(
        is_description=pl.col("is_description")
        & (index == index.filter(pl.col("is_description")).min().over(document)),
        byline_name=pl.col("text")
        .filter((pl.col("role") == "byline") | pl.col("is_name_line"))
        .first()
        .over(document)
        .str.replace(_BYLINE_LEAD, "")
        .str.extract(_FULL_NAME),
        is_pull_quote=open_block
        & (pl.col("characters") >= SENTENCE_CHARACTERS)
        & _repeats_neighbour(),
        tags_heading=(pl.col("reason") == "tags_heading").fill_null(False),
        run=pl.col("role").is_not_null().cum_sum().over(document),
    )
    sectioned = (
        described.with_columns(
            heading=pl.when(pl.col("reason") == "comments_heading")
            .then(pl.lit("comment"))
            .when(pl.col("reason") == "related_heading")
            .then(pl.lit("related"))
            .when(anchor)
            .then(pl.lit("text")),
            is_author_note=open_block
            & pl.col("sentence")
            & (index > head_end).fill_null(False)
            & pl.col("text").str.starts_with(pl.col("byline_name")).fill_null(False),
        )
        .with_columns(
            section=pl.when(pl.col("heading").eq_missing("comment").cum_max().over(document))
            .then(pl.lit("comment"))
            .otherwise(pl.col("heading").forward_fill().over(document))
            .fill_null("head"),
        )
        .with_columns(
            text_block=anchor
            & ~pl.col("is_description")
            & ~pl.col("is_author_note")
            & (pl.col("section") != "comment")
        )
    )
    above = (pl.col("line") - pl.col("line").shift(1)).over(document)
    glued = (above == 0).fill_null(False) & pl.col("text_block").shift(1, fill_value=False).over(
        document
    )
    cut_off = (
        (index == index.max().over(document))
        & (pl.col("section") == "text")
        & (pl.col("words") >= MIN_CUT_OFF_WORDS)
    )
    sectioned = sectioned.with_columns(
        text_block=pl.col("text_block") | (open_block & (glued | cut_off)),
        is_section=open_block
        & pl.col("role").shift(-1).over(document).eq_missing("title")
        & (index > 1)
        & (pl.col("words") <= MAX_SECTION_WORDS)
        & ~pl.col("text").str.contains(r"\d")
        & (
            (pl.len().over(document, "text") > 1)
            | (
                (above > 1)
                & (above.shift(-1).over(document) > 1)
                & (pl.col("line").diff() == 1).any().over(document)
            )
        ).fill_null(False),
    )
    first = index.filter("text_block").min().over(document)
    last = index.filter("text_block").max().over(document)
    return sectioned.with_columns(
        inside=(
            (index > first) & (index < last)
            | (pl.col("sentence") & (pl.col("section") == "text") & (index > first))
        ).fill_null(False)
    ).with_columns(
        is_tag=open_block
        & ~pl.col("text_block")
        & ~pl.col("terminal")
        & pl.when("microdata")
        .then((pl.col("characters") <= MAX_HEADING_CHARACTERS) & ~pl.col("inside"))
        .otherwise(
            (pl.col("characters") <= MAX_TAG_CHARACTERS)
            & pl.col("tags_heading").any().over(document, "run")
        ),
        is_subheading=open_block
        & (pl.col("characters") <= MAX_HEADING_CHARACTERS)
        & (
            pl.col("text_block").shift(-1, fill_value=False)
            | (pl.col("sentence") & open_block).shift(-1, fill_value=False)
        ).over(document),
        list_item=open_block & (pl.col("words") >= 5) & ~pl.col("text").str.contains(r"\s[|•·]\s"),
    )


def _repeats_neighbour() -> pl.Expr:
    """The block's words stand once more in a block up to two before or behind it, among others."""
    core = pl.col("text").str.strip_chars(" \"'“”„«»‘’.…")
    characters = pl.col("characters")
    return pl.any_horizontal(
        (
            pl.col("text").shift(step).str.contains(core, literal=True)
            & (characters.shift(step) > characters)
        )
        .over("document_id")
        .fill_null(False)
        for step in (-2, -1, 1, 2)
    )


def _decide(blocks: pl.LazyFrame, rules: tuple[Rule, ...]) -> pl.LazyFrame:
    return blocks.with_columns(
        role=_choice(rules, "role", default=False),
        reason=_choice(rules, "reason", default=False),
        score=_choice(rules, "score", default=False),
    )


def _choice(rules: tuple[Rule, ...], attribute: str, *, default: bool = True) -> pl.Expr:
    """What the first rule that holds says."""
    return pl.coalesce(
        *(pl.when(rule.holds).then(pl.lit(getattr(rule, attribute))) for rule in rules),
        pl.lit(getattr(DEFAULT, attribute)) if default else pl.lit(None),
    )
