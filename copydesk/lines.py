"""Lines: what a block's text alone says, wherever it stands.

What belongs here: the signs by which a line is told, what is counted in it, whether it is running text. What does not:
the word lists (vocabulary.py), what follows for its role (roles.py).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from copydesk import vocabulary
from copydesk.contexts import Copies
from copydesk.signs import Sign, count_at, find_signs
from copydesk.tags import BREADCRUMB, TAG_LINE, TAGS_HEADING
from copydesk.tallies import Tally

# jusText's LENGTH_HIGH is 200 characters and LENGTH_LOW 70 (Pomikálek 2011, section 3.2); between them the stop words
# decide. We have no stop-word lists for every language, so the closing punctuation decides, from somewhat above LOW.
PROSE_CHARACTERS: Final = 80
SENTENCE_CHARACTERS: Final = 20
# Chinese and Japanese write a word in about two characters and no spaces.
CJK_PROSE_CHARACTERS: Final = 30
CJK_SENTENCE_CHARACTERS: Final = 8
# UTF-8 bytes a character: Latin letters with marks stay below (Vietnamese at 1.4), Cyrillic, Greek, Arabic (1.8) and all
# that take three bytes above.
FOREIGN_BYTES: Final = 1.6
MAX_HEADING_CHARACTERS: Final = 160
MAX_BOILERPLATE_CHARACTERS: Final = 320
MAX_CONSENT_CHARACTERS: Final = 600
MAX_CAPTION_CHARACTERS: Final = 400

_TERMINAL: Final = r"[.!?…。！？؟:][\"'”’»)\]」』]*$"
_STOP: Final = r"[.!?…。！？؟][\"'”’»)\]]*(?:\s|$)"
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


def shows(sign: str) -> pl.Expr:
    """Whether a line has the sign of this name."""
    return pl.col(f"shows_{sign}")


IS_PUBLISHER: Final = shows("publisher") | shows("publisher_without_telephone")
_BOILERPLATE: Final = pl.any_horizontal(
    IS_PUBLISHER,
    *(
        shows(sign)
        for sign in (
            "consent", "copyright", "subscription", "caption", "colophon", "xpath", "address",
        )
    ),
)  # fmt: skip


def read_lines(text: pl.Series) -> pl.DataFrame:
    """One row a text: what `_read` says of it."""
    copies = Copies(text)
    return _read(copies.one).select(pl.all().gather(copies.number))


def _read(text: pl.Series) -> pl.DataFrame:
    """`shows_SIGN` for each of `SIGNS`, and what is measured.

    `characters`, `words`, `cjk` (Chinese and Japanese characters), `foreign` (not in the Latin alphabet), `terminal` (it
    ends a sentence), `barred` (it may be a list of items), `date_line`, `prose` (surely running text), `sentence` (may be).
    """
    signs = find_signs(text, SIGNS)
    words, cjk = _count_words(text)
    length = text.str.len_chars()
    lines = signs.rename({name: f"shows_{name}" for name in signs.columns}).with_columns(
        characters=length.cast(pl.Int64),
        words=words,
        cjk=cjk,
        foreign=text.str.len_bytes() > length * FOREIGN_BYTES,
        terminal=text.str.contains(_TERMINAL),
        barred=text.str.contains(r"[|•·›»]"),
    )
    characters, terminal = pl.col("characters"), pl.col("terminal")
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
    stopped = lines.select(long & ~terminal).to_series().arg_true()
    stops = count_at(text, stopped, _STOP) >= 2
    bullets = count_at(text, lines["barred"].arg_true(), r"\s[|•·›»]\s") >= 2
    plain = ~bullets & ~_BOILERPLATE
    return lines.with_columns(
        date_line=shows("date_in_line")
        & ~shows("crawler_header")
        & (~terminal | shows("dated"))
        & (pl.col("words") <= MAX_DATE_LINE_WORDS),
        prose=long & (terminal | stops) & plain,
        sentence=some & terminal & plain,
    )


def _count_words(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Runs of anything but white space, and Chinese or Japanese characters, in each text."""
    beyond_ascii = (text.str.len_bytes() > text.str.len_chars()).arg_true()
    foreign = text.gather(beyond_ascii)
    spaced = beyond_ascii.filter(foreign.str.contains(r"[^\S\x00-\x7f]"))
    words = Tally(text).count_words().astype(np.int64)
    words[spaced.to_numpy()] = text.gather(spaced).str.count_matches(r"\S+").to_numpy()
    return pl.Series(words), count_at(text, beyond_ascii, _CJK)
