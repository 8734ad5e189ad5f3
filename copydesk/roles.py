"""Roles: what each block is to its page.

What belongs here: the rules that give a block its role, in the order in which they are tried, each with its reason
and a confidence. What does not: the word lists (vocabulary.py), what is read out of a block of some role.

The rules are readable on purpose: the reason is published with the block. What is text of the article a learned score
decides (role_model.py); what has a fixed shape or stands in the page's head the rules settle, and name all the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from copydesk import vocabulary
from copydesk.role_model import KEEP_THRESHOLD, TAKE_THRESHOLD, BodyScorer, score_body
from copydesk.signs import Sign, contains_at, count_at, find_signs
from copydesk.tags import BREADCRUMB, TAG_LINE, TAGS_HEADING
from copydesk.tallies import Tally

# jusText's LENGTH_HIGH is 200 characters and LENGTH_LOW 70 (Pomikálek 2011, section 3.2); between them the stop words
# decide. We have no stop-word lists for every language, so the closing punctuation decides, from somewhat above LOW.
PROSE_CHARACTERS: Final = 80
SENTENCE_CHARACTERS: Final = 20
# Chinese and Japanese write a word in about two characters and no spaces.
CJK_PROSE_CHARACTERS: Final = 30
CJK_SENTENCE_CHARACTERS: Final = 8
MAX_HEADING_CHARACTERS: Final = 160
MAX_BOILERPLATE_CHARACTERS: Final = 320
MAX_CONSENT_CHARACTERS: Final = 600
MAX_CAPTION_CHARACTERS: Final = 400
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
MAX_DATE_LINE_WORDS: Final = 16


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
    "consent": Sign(vocabulary.CONSENT, vocabulary.CONSENT_WORDS, longest=MAX_CONSENT_CHARACTERS),
    "advertisement": Sign(vocabulary.ADVERTISEMENT),
    "share": Sign(vocabulary.SHARE),
    "comments_heading": Sign(vocabulary.COMMENTS_HEADING),
    "copyright": Sign(
        vocabulary.COPYRIGHT, vocabulary.COPYRIGHT_WORDS, longest=MAX_BOILERPLATE_CHARACTERS
    ),
    "legal": Sign(vocabulary.LEGAL),
    "subscription": Sign(
        vocabulary.SUBSCRIPTION, vocabulary.SUBSCRIPTION_WORDS, longest=MAX_BOILERPLATE_CHARACTERS
    ),
    "colophon": Sign(
        vocabulary.COLOPHON, vocabulary.COLOPHON_WORDS, longest=MAX_CAPTION_CHARACTERS
    ),
    "related_heading": Sign(vocabulary.RELATED_HEADING),
    "read_more": Sign(vocabulary.READ_MORE),
    "byline": Sign(vocabulary.BYLINE),
    "caption": Sign(vocabulary.CAPTION, vocabulary.CAPTION_WORDS, longest=MAX_CAPTION_CHARACTERS),
    "tags_heading": Sign(TAGS_HEADING),
    "tag_line": Sign(TAG_LINE),
    "breadcrumb": Sign(BREADCRUMB),
    "home_words": Sign(vocabulary.HOME_WORDS),
    "dated": Sign(vocabulary.DATED, vocabulary.DATED_WORDS),
    "date_in_line": Sign(DATE_IN_LINE, shape=r"\d{4}", longest=MAX_DATE_LINE_CHARACTERS),
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
    Rule("consent", "cookie_notice", 0.9, _shows("consent")),
    Rule("advertisement", "advertisement_label", 0.95, _shows("advertisement")),
    Rule("share", "share_buttons", 0.9, _shows("share")),
    Rule("comment", "comments_heading", 0.9, _shows("comments_heading") & _short()),
    Rule("legal", "copyright_line", 0.9, _shows("copyright")),
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
    Rule("caption", "caption_words", 0.8, _shows("caption")),
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
# These are right less often than a model that is sure.
OVERRULED_REASONS: Final = ("subscription_words", "tag_list")
SURE_THRESHOLD: Final = 0.7
TEXT_ROLES: Final = ("body", "subheading")
MAX_SUBHEADING_WORDS: Final = 15


def assign_roles(blocks: pl.DataFrame, score_body: BodyScorer = score_body) -> pl.DataFrame:
    """`blocks` (see blocks.BLOCKS_SCHEMA) with `role`, `score` (0 to 1), `reason` and `body_score`.

    Args:
        blocks: sorted by document and position.
        score_body: gives `body_score`, the probability that a block is text of the article.
    """
    marked = _mark_titles(_mark_prose(_measure(blocks)))
    placed = _mark_places(_decide(marked, SHAPE_RULES + WORD_RULES))
    guessed = _decide(placed, (*PLACE_RULES, DEFAULT)).select("role", "reason", "score")
    decided = placed.with_columns(
        *(pl.coalesce(name, guessed[name]).alias(name) for name in guessed.columns),
        body_score=score_body(blocks),
    )
    return _weigh(decided).select(*blocks.columns, "role", "score", "reason", "body_score")


def _weigh(blocks: pl.DataFrame) -> pl.DataFrame:
    """The learned score decides what is text; the rules say what the rest is, and what is settled."""
    sure = pl.col("reason").is_in(OVERRULED_REASONS) & (pl.col("body_score") >= SURE_THRESHOLD)
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
    # Above the first sentence and below the last a line without a stop is a score, a button, a label.
    sentence = likely & pl.col("terminal")
    between = sentence | ((sentence.cum_sum() > 0) & (sentence.cum_sum(reverse=True) > 0)).over(
        "document_id"
    )
    taken = likely & learned & between & ~text & (~settled | sure)
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


def _measure(blocks: pl.DataFrame) -> pl.DataFrame:
    text = blocks["text"]
    signs = find_signs(text, SIGNS)
    characters, terminal = text.str.len_chars().cast(pl.Int64), text.str.contains(_TERMINAL)
    words, cjk = _count_words(text)
    date_line = (
        signs["date_in_line"]
        & ~signs["crawler_header"]
        & (~terminal | signs["dated"])
        & (words <= MAX_DATE_LINE_WORDS)
    )
    shown = signs.rename({name: f"shows_{name}" for name in signs.columns})
    return pl.concat([blocks, shown], how="horizontal").with_columns(
        page=pl.col("document_id").rle_id(),
        characters=characters,
        words=words,
        cjk=cjk,
        terminal=terminal,
        date_line=date_line,
        first=pl.col("block_index") == 0,
        microdata=(
            (_shows("xpath") | _IS_PUBLISHER).any()
            | (_shows("iso_timestamp").sum() >= MIN_MICRODATA_TIMESTAMPS)
        ).over("document_id"),
    )


def _count_words(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Runs of anything but white space, and Chinese or Japanese characters, in each text."""
    beyond_ascii = (text.str.len_bytes() > text.str.len_chars()).arg_true()
    foreign = text.gather(beyond_ascii)
    spaced = beyond_ascii.filter(foreign.str.contains(r"[^\S\x00-\x7f]"))
    words = Tally(text).count_words().astype(np.int64)
    words[spaced.to_numpy()] = text.gather(spaced).str.count_matches(r"\S+").to_numpy()
    return pl.Series(words), count_at(text, beyond_ascii, _CJK)


def _mark_prose(blocks: pl.DataFrame) -> pl.DataFrame:
    """`prose`: surely running text; `sentence`: may be."""
    text, characters, terminal = blocks["text"], pl.col("characters"), pl.col("terminal")
    mostly_cjk = pl.col("cjk") * 2 > characters
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
    barred = text.str.contains(r"[|•·›»]")
    stopped = blocks.select(long & ~terminal).to_series().arg_true()
    bullets = count_at(text, barred.arg_true(), r"\s[|•·›»]\s") >= 2
    stops = count_at(text, stopped, r"[.!?…。！？؟][\"'”’»)\]]*(?:\s|$)") >= 2
    boilerplate = pl.any_horizontal(
        _IS_PUBLISHER,
        *(
            _shows(sign)
            for sign in (
                "consent", "copyright", "subscription", "caption", "colophon", "xpath", "address",
            )
        ),
    )  # fmt: skip
    return blocks.with_columns(
        prose=long & (terminal | stops) & ~bullets & ~boilerplate,
        sentence=some & terminal & ~bullets & ~boilerplate,
        barred=barred,
    )


def _mark_titles(blocks: pl.DataFrame) -> pl.DataFrame:
    """`is_title`: the page's title, which comes first, and the headlines that repeat it.

    A headline is a line above the text that shares at least `MIN_TITLE_OVERLAP` of its words with the page's title,
    and is mostly contained in it. Where no line does, the headline is the last line of three words or more above the
    first byline, date or prose.
    """
    rows = blocks.select(
        "document_id", "block_index", "text", "characters", "words", "cjk", "prose", "date_line",
        _shows("consent"), _shows("crawler_header"), _shows("address"), _shows("byline"),
    ).with_row_index("row")  # fmt: skip
    openings = _openings(rows)
    echoes = _echoes(rows, openings)
    echoed = openings.join(echoes, on="document_id", how="semi")
    nearest = _last_above_text(rows.join(echoes, on="document_id", how="anti"))
    titles = np.zeros(len(blocks), dtype=np.bool_)
    for found in (echoes, echoed, nearest):
        titles[found["row"].to_numpy()] = True
    return blocks.with_columns(is_title=pl.Series(titles))


def _openings(rows: pl.DataFrame) -> pl.DataFrame:
    """Each page's first line, its words (null if it is prose) and how long a line must be to share most of them."""
    words = pl.col("title_words")
    shared = (words.list.len() * MIN_TITLE_OVERLAP).ceil().clip(2).cast(pl.UInt32)
    lengths = words.list.eval(pl.element().str.len_chars().sort())
    return (
        rows.lazy()
        .filter(~_shows("crawler_header"), ~_shows("address"))
        .group_by("document_id", maintain_order=True)
        .agg(pl.col("row", "block_index", "text", "prose").first())
        .with_columns(title_words=pl.when(~pl.col("prose")).then(_word_set(pl.col("text"))))
        .select(
            "document_id",
            "row",
            "title_words",
            title_count=words.list.len(),
            opening=pl.col("block_index"),
            opening_text=pl.col("text"),
            least=lengths.list.head(shared).list.sum(),
        )
        .collect()
    )


def _word_set(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.extract_all(rf"{_CJK}|[\p{{L}}\p{{N}}]+").list.unique()


def _echoes(rows: pl.DataFrame, openings: pl.DataFrame) -> pl.DataFrame:
    """`row`, `document_id` of the lines that repeat the page's first."""
    characters, text = pl.col("characters"), pl.col("text")
    begins = pl.col("opening_text").str.starts_with(text) & (characters >= MIN_PREFIX_CHARACTERS)
    candidates = (
        rows.lazy()
        .select("row", "document_id", "block_index", "text", "characters", "cjk")
        .filter(
            (characters <= MAX_TITLE_CHARACTERS)
            & (pl.col("block_index") <= MAX_BLOCKS_BEFORE_TITLE)
        )
        .join(
            openings.lazy().select(
                "document_id", "opening", "opening_text", "least", "title_count"
            ),
            on="document_id",
            how="left",
            maintain_order="left",
        )
        .filter(pl.col("block_index") > pl.col("opening"))
        # Its words are looked at only where a line is long enough to share most of the title's.
        .filter(begins | (characters >= pl.col("least")))
        .collect()
    )
    overlap, count = pl.col("overlap").fill_null(0), pl.col("word_set").list.len()
    shares = (overlap >= 2) & (overlap >= MIN_TITLE_OVERLAP * pl.col("title_count"))
    return (
        candidates.lazy()
        .join(_count_shared(candidates, openings), on="row", how="left", maintain_order="left")
        .filter(begins | shares)
        .with_columns(word_set=_word_set(text))
        .filter((count >= 2) & (begins | (overlap >= MIN_TITLE_OVERLAP * count)))
        .select("row", "document_id")
        .collect()
    )


def _count_shared(lines: pl.DataFrame, openings: pl.DataFrame) -> pl.LazyFrame:
    """`row`, `overlap`: how many of its distinct words each line has in common with the page's first."""
    text = pl.col("text")
    dense = pl.col("cjk") > 0
    named = lines.lazy().select("row", "document_id", "text", "cjk")
    words = pl.concat(
        [
            named.filter(~dense).with_columns(
                word=text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N} ]+", " ").str.split(" ")
            ),
            named.filter(dense).with_columns(word=_word_set(text)),
        ]
    )
    return (
        words.select("row", "document_id", "word")
        .explode("word")
        .join(
            openings.lazy().select("document_id", word="title_words").explode("word"),
            on=["document_id", "word"],
        )
        .unique(["row", "word"])
        .group_by("row")
        .agg(overlap=pl.len())
    )


def _last_above_text(rows: pl.DataFrame) -> pl.DataFrame:
    """`row`, `document_id` of each page's last line above the first byline, date or prose that may be a headline."""
    begins = pl.col("prose") | pl.col("date_line") | _shows("byline")
    text = pl.col("text")
    return (
        rows.lazy()
        .filter(~begins.cum_max().over("document_id") & begins.any().over("document_id"))
        .filter(
            (pl.col("words") >= 3)
            & (pl.col("characters") <= MAX_TITLE_CHARACTERS)
            & ~_shows("consent")
            & ~_shows("crawler_header")
            & ~_shows("address")
        )
        .filter(
            ~text.str.contains(r"\s[|•·›]\s.*\s[|•·›]\s|\.$")
            & ~text.str.contains(vocabulary.JOB_LINE)
        )
        .group_by("document_id", maintain_order=True)
        .agg(pl.col("row").last())
        .select("row", "document_id")
        .collect()
    )


def _mark_places(blocks: pl.DataFrame) -> pl.DataFrame:
    """Where each block stands: in which section, inside the text or not, above prose, among the tags."""
    document = "page"
    index = pl.col("block_index")
    open_block = pl.col("role").is_null()
    anchor = open_block & pl.col("prose")
    last_title = index.filter(pl.col("role") == "title").max().over(document)
    below_title = (
        (index - last_title).is_between(1, MAX_BLOCKS_TITLE_TO_DESCRIPTION).fill_null(False)
    )
    dated = pl.col("role").eq_missing("timestamp")
    may_name = blocks.select(
        open_block
        & ~pl.col("microdata")
        & below_title
        & (
            dated.shift(-1, fill_value=False)
            | dated.shift(1, fill_value=False)
            | anchor.shift(-1, fill_value=False)
        ).over(document)
    ).to_series()
    head = blocks.with_columns(
        is_name_line=contains_at(blocks["text"], may_name.arg_true(), vocabulary.NAME_LINE),
        is_pull_quote=_repeats_neighbour(blocks),
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
        # The last line above that a rule has settled heads a list of tags.
        below_tags=pl.when(pl.col("role").is_not_null())
        .then(pl.col("reason") == "tags_heading")
        .forward_fill()
        .over(document)
        .fill_null(False),
    )
    sectioned = (
        described.join(
            _byline_names(described), on="document_id", how="left", maintain_order="left"
        )
        .with_columns(
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
    may_be_section = (
        open_block
        & pl.col("role").shift(-1).over(document).eq_missing("title")
        & (index > 1)
        & (pl.col("words") <= MAX_SECTION_WORDS)
    )
    alone = (
        (above > 1)
        & (above.shift(-1).over(document) > 1)
        & (pl.col("line").diff() == 1).any().over(document)
    ).fill_null(False)
    sectioned = sectioned.with_columns(
        text_block=pl.col("text_block") | (open_block & (glued | cut_off)),
        is_section=_name_sections(
            sectioned.select("document_id", "text", may_be=may_be_section, alone=alone)
        ),
    )
    first = index.filter("text_block").min().over(document)
    last = index.filter("text_block").max().over(document)
    placed = sectioned.with_columns(
        inside=(
            (index > first) & (index < last)
            | (pl.col("sentence") & (pl.col("section") == "text") & (index > first))
        ).fill_null(False)
    )
    items = placed.select(open_block & pl.col("inside") & (pl.col("words") >= 5)).to_series()
    columns = contains_at(placed["text"], (items & placed["barred"]).arg_true(), r"\s[|•·]\s")
    return placed.with_columns(
        is_tag=open_block
        & ~pl.col("text_block")
        & ~pl.col("terminal")
        & pl.when("microdata")
        .then((pl.col("characters") <= MAX_HEADING_CHARACTERS) & ~pl.col("inside"))
        .otherwise((pl.col("characters") <= MAX_TAG_CHARACTERS) & pl.col("below_tags")),
        is_subheading=open_block
        & (pl.col("characters") <= MAX_HEADING_CHARACTERS)
        & (
            pl.col("text_block").shift(-1, fill_value=False)
            | (pl.col("sentence") & open_block).shift(-1, fill_value=False)
        ).over(document),
        list_item=items & ~columns,
    )


def _byline_names(blocks: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `byline_name`: the full name in the page's first byline."""
    return (
        blocks.filter((pl.col("role") == "byline") | pl.col("is_name_line"))
        .group_by("document_id", maintain_order=True)
        .agg(
            byline_name=pl.col("text").first().str.replace(_BYLINE_LEAD, "").str.extract(_FULL_NAME)
        )
    )


def _name_sections(blocks: pl.DataFrame) -> pl.Series:
    """Which of the blocks that `may_be` a section's name stand `alone` or once more on the page, without a number."""
    asked = blocks.with_row_index("row").filter(
        pl.col("may_be") & ~pl.col("text").str.contains(r"\d")
    )
    copies = (
        blocks.join(asked, on="document_id", how="semi")
        .filter(pl.col("text").is_in(asked["text"].unique().implode()))
        .group_by("document_id", "text")
        .agg(copies=pl.len())
    )
    named = asked.join(copies, on=["document_id", "text"], how="left").filter(
        pl.col("alone") | (pl.col("copies") > 1)
    )
    sections = np.zeros(len(blocks), dtype=np.bool_)
    sections[named["row"].to_numpy()] = True
    return pl.Series(sections)


def _repeats_neighbour(blocks: pl.DataFrame) -> pl.Series:
    """Open blocks whose words stand once more in a block up to two before or behind it, among others."""
    text, role, length = blocks["text"], blocks["role"], blocks["characters"].to_numpy()
    page = blocks["page"].to_numpy()
    rows = np.flatnonzero(role.is_null().to_numpy() & (length >= SENTENCE_CHARACTERS))
    cores = text.gather(rows).str.strip_chars(" \"'“”„«»‘’.…")
    repeats = np.zeros(len(blocks), dtype=np.bool_)
    for step in (-2, -1, 1, 2):
        inside = (rows + step >= 0) & (rows + step < len(blocks))
        other = np.where(inside, rows + step, rows)
        asked = np.flatnonzero((page[other] == page[rows]) & (length[other] > length[rows]))
        pairs = pl.DataFrame({"core": cores.gather(asked), "other": text.gather(other[asked])})
        held = pairs.select(pl.col("other").str.contains(pl.col("core"), literal=True)).to_series()
        repeats[rows[asked]] |= held.to_numpy()
    return pl.Series(repeats)


def _decide(blocks: pl.DataFrame, rules: tuple[Rule, ...]) -> pl.DataFrame:
    """`blocks` with what the first rule that holds says; nulls where none does."""
    number = blocks.select(
        pl.coalesce(
            *(pl.when(rule.holds).then(pl.lit(at, pl.UInt32)) for at, rule in enumerate(rules)),
            pl.lit(None, pl.UInt32),
        )
    ).to_series()
    return blocks.with_columns(
        pl.Series([getattr(rule, name) for rule in rules]).gather(number).alias(name)
        for name in ("role", "reason", "score")
    )
