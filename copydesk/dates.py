"""Dates that a page shows: when it was published and modified.

What belongs here: parsing the dates in a line, each with its precision and with the word that says what it dates, and
choosing among a page's dates. What does not: dates inside the article's text (time_expressions.py).

Lines that may date the page are picked by expressions: near headline and text, or with a word such as `Published`.
Only those few are parsed, date by date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import groupby
from typing import Final

import polars as pl

# The first letters of a month's name, in the languages whose date lines we read. A longer form decides where one
# month begins like another (`juin`, `juil`).
_MONTH_STEMS: Final[dict[int, tuple[str, ...]]] = {
    1: ("jan", "ene", "gen", "янв", "oca", "sty", "led"),
    2: ("feb", "fév", "fev", "фев", "şub", "lut", "úno"),
    3: ("mar", "mär", "maa", "mrt", "мар", "bře"),
    4: ("apr", "avr", "abr", "апр", "nis", "kwi", "dub"),
    5: ("may", "mai", "mei", "maj", "mag", "ма", "kvě"),
    6: ("jun", "juin", "giu", "июн", "haz", "cze", "červn"),
    7: ("jul", "juil", "lug", "июл", "tem", "lip", "července"),
    8: ("aug", "aoû", "aou", "ago", "авг", "ağu", "sie", "srp"),
    9: ("sep", "set", "сен", "eyl", "wrz", "zář"),
    10: ("oct", "okt", "out", "ott", "окт", "eki", "paź", "říj"),
    11: ("nov", "ноя", "kas", "lis"),
    12: ("dec", "déc", "dez", "dic", "des", "дек", "ara", "gru", "pro"),
}
MONTHS: Final = {stem: month for month, stems in _MONTH_STEMS.items() for stem in stems}

# Abbreviations that name one offset from UTC, in minutes, wherever they are written; `CST`, `IST` and `BST` do not.
ZONES: Final = {
    "utc": 0, "gmt": 0, "wet": 0, "west": 60, "wat": 60, "cet": 60, "mez": 60, "cest": 120, "mesz": 120, "cat": 120, "sast": 120,
    "eet": 120, "eest": 180, "msk": 180, "мск": 180, "eat": 180, "trt": 180, "pkt": 300, "wib": 420, "ict": 420, "sgt": 480, "hkt": 480, "awst": 480,
    "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "adt": -180, "edt": -240, "est": -300, "cdt": -300,
    "mdt": -360, "mst": -420, "pdt": -420, "pst": -480, "akst": -540, "hst": -600,
}  # fmt: skip

# One date at the beginning of a token, with the clock time behind it.
_DATE: Final = re.compile(
    r"(?:(?P<year>\d{4})\s?[-/.•年년]\s?(?P<month>\d{1,2})\s?[-/.•月월]\s?(?P<day>\d{1,2})[日일]?"
    r"|(?P<first>\d{1,2})\s?(?P<mark>[./-])\s?(?P<second>\d{1,2})\s?(?P=mark)\s?(?P<last>\d{4}|\d\d)"
    r"|(?P<day_before>\d{1,2})(?:st|nd|rd|th|er|º|\.)?[\s/-]+(?:de\s+|of\s+)?(?P<name_behind>[^\W\d_]{3,12})\.?,?[\s/-]+(?:de\s+)?(?P<year_behind>\d{4})"
    r"|(?P<name>[^\W\d_]{3,12})\.?[\s-]+(?P<day_behind>\d{1,2})(?:st|nd|rd|th)?,?[\s-]+(?P<year_last>\d{4}))(?!\d)"
)
_ZONE_NAMES: Final = "|".join(sorted((name.upper() for name in ZONES), key=len, reverse=True))
_CLOCK: Final = re.compile(
    r"[\sT,|·–—@-]+(?:at |um |à |às |a las |в )?(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?\s?(?P<half>[AaPp]\.?[Mm]\b\.?)?"
    rf"\s?(?P<zone>(?:{_ZONE_NAMES}|Z)\b(?:[+-]\d{{1,2}}(?::?\d{{2}})?)?|[+-]\d{{2}}:?\d{{2}}\b)?"
)
_NUMERALS: Final = re.compile(r"(\d{1,2})\s?[/-]\s?(\d{1,2})\s?[/-]")
_OFFSET: Final = re.compile(r"([+-])(\d{1,2}):?(\d{2})?$")
# Words that say what the next date is.
_KINDS: Final = {
    "modified": (
        "updated", "modified", "amended", "corrected", "reviewed", "revised", "last update", "aktualisiert", "mis à jour",
        "actualizado", "actualizada", "atualizado", "atualizada", "aggiornato", "bijgewerkt", "oppdatert", "uppdaterad",
        "opdateret", "обновлено", "güncelleme",
    ),
    "published": (
        "published", "posted", "post time", "originally", "created", "date", "veröffentlicht", "erstellt", "publié", "publicado",
        "publicada", "publicerad", "publisert", "gepubliceerd", "pubblicato", "yayınlanma", "опубликовано",
    ),
}  # fmt: skip
_KIND_OF: Final = {word: kind for kind, words in _KINDS.items() for word in words}
# The dates of a line and the words that say what they are, in order; for Rust's engine, which reads many lines at a
# time. It knows no look-around, so `_DATE` tests again what it finds.
_TIME: Final = r"(?:[\sT,|·–—@-]+(?:at |um |à |às |a las |в )?\d{1,2}[:.h]\d\d(?::\d\d(?:\.\d+)?)?\s?(?:[AaPp]\.?[Mm]\.?)?\s?(?:[A-ZМСК]{1,5}(?:[+-]\d{1,2}(?::?\d\d)?)?|[+-]\d\d:?\d\d)?)?"
_TOKENS: Final = (
    rf"(?i:\b(?:{'|'.join(_KIND_OF)})\b)"
    rf"|\b(?:(?:19|20)\d\d\s?[-/.•年년]\s?\d{{1,2}}\s?[-/.•月월]\s?\d{{1,3}}[日일]?"
    rf"|\d{{1,2}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?(?:(?:19|20)\d\d|\d\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?[\s/-]+(?:de\s+|of\s+)?\p{{L}}{{3,12}}\.?,?[\s/-]+(?:de\s+)?(?:19|20)\d\d"
    rf"|\p{{L}}{{3,12}}\.?[\s-]+\d{{1,2}}(?:st|nd|rd|th)?,?[\s-]+(?:19|20)\d\d)\d?{_TIME}"
)
# Lines that say of themselves that they date the page, wherever they stand.
_LABELLED: Final = r"^(?i:(?:first |originally |article |post |last |page )?(?:published|posted|updated|modified|veröffentlicht|aktualisiert|publié|publicado|actualizado|atualizado|опубликовано|обновлено|post time))\b"
# The cheap test for a date: a year beside something, or a short numeric date.
_MAY_DATE: Final = r"(?:19|20)\d\d|\d\.\d{1,2}\.\d\d|\d/\d{1,2}/\d\d"
# `… 23.05.2022, Sputnik International` ends a flattened description.
_TRAILING: Final = r"\d{1,2}[./]\d{1,2}[./]\d{4}, [^.!?]{2,60}$"

# The web's first news sites; an older date on a page is the subject's, not the page's.
EARLIEST_YEAR: Final = 1990
LATEST_YEAR: Final = 2100
MAX_BLOCKS_ABOVE_TITLE: Final = 4
MAX_BLOCKS_BELOW_TITLE: Final = 14
MAX_BLOCKS_ABOVE_TEXT: Final = 12
MAX_BLOCKS_INTO_TEXT: Final = 9
MAX_BLOCKS_BELOW_TEXT: Final = 5
# How much is to be said against a date, in steps of about ten blocks' distance from the headline.
_NEAR_PUBLISHED: Final = 0.0
_NEAR: Final = 0.5
_DESCRIBED: Final = 1.0
_NEAR_MODIFIED: Final = 1.5
_FAR_PUBLISHED: Final = 2.0
_FAR_MODIFIED: Final = 3.0
_FAR: Final = 3.5
_DOUBT_A_BLOCK: Final = 0.05
# A date that the crawler's header bears out comes before all that it does not.
_CONFIRMED: Final = -5.0
# Dates this doubtful are believed only where the header bears them out.
MAX_DOUBT_BESIDE_HEADER: Final = 1.4


@dataclass(frozen=True, slots=True)
class ShownDate:
    """A date in a line: `at` in UTC, to `precision`; `kind` is `published`, `modified` or null.

    `other` is the same numerals with day and month the other way round, where nothing tells which is meant.
    """

    at: datetime
    precision: str
    kind: str | None
    other: datetime | None = None

    @property
    def day(self) -> date:
        """The day in UTC."""
        return self.at.date()


def parse_dates(line: str, *, day_first: bool | None = None) -> list[ShownDate]:
    """The dates in a line, in order.

    A clock time without a zone is dropped, because its instant is not known: the precision is then `day`. Of
    `3/4/2021` the day is known if `day_first` says it; else the caller may tell which of two days is meant (`other`).
    """
    tokens = pl.Series([line]).str.extract_all(_TOKENS)[0]
    return read_tokens(tokens, day_first=day_first)


def read_tokens(tokens: Iterable[str], *, day_first: bool | None = None) -> list[ShownDate]:
    """The dates among the tokens of a line (see `parse_dates`)."""
    found = list[ShownDate]()
    kind: str | None = None
    for token in tokens:
        named = _KIND_OF.get(token.lower())
        if named is not None:
            kind = named
            continue
        match = _DATE.match(token)
        readings = _days(match, day_first) if match is not None else []
        if match is None or not readings:
            continue
        clock = _CLOCK.match(token, match.end())
        at, precision = _instant(readings[0], clock)
        other = _instant(readings[1], clock)[0] if len(readings) > 1 else None
        found.append(ShownDate(at, precision, kind, other))
        kind = None
    return found


def _days(match: re.Match[str], day_first: bool | None) -> list[date]:
    """The day that a match of `_DATE` names; two where its numerals may be read both ways."""
    group = match.groupdict()
    if group["year"]:
        orders = [(group["year"], group["month"], group["day"])]
    elif group["name_behind"] or group["name"]:
        month = _month(group["name_behind"] or group["name"])
        if month is None:
            return []
        year = group["year_behind"] or group["year_last"]
        orders = [(year, str(month), group["day_before"] or group["day_behind"])]
    else:
        short = group["last"]
        if len(short) == 2 and group["mark"] == "-":
            return []
        year = short if len(short) == 4 else f"20{short}"
        day_month = (year, group["second"], group["first"])
        month_day = (year, group["first"], group["second"])
        if group["mark"] == "." or day_first is True:
            orders = [day_month]
        elif day_first is False:
            orders = [month_day]
        else:
            orders = [day_month, month_day]
    days = [day for order in orders if (day := _day(*order))]
    return days[:1] if len(set(days)) == 1 else days


@lru_cache(maxsize=4_096)
def _month(name: str) -> int | None:
    """The month that a name begins like."""
    lower = name.lower()
    return next((MONTHS[lower[:end]] for end in range(8, 1, -1) if lower[:end] in MONTHS), None)


def _day(year: str, month: str, day: str) -> date | None:
    if not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _instant(day: date, clock: re.Match[str] | None) -> tuple[datetime, str]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if clock is None or not clock["zone"]:
        return midnight, "day"
    hour, minute, second = (int(clock[part] or 0) for part in ("hour", "minute", "second"))
    half = (clock["half"] or " ")[0].lower()
    if half == "p":
        hour = hour % 12 + 12
    elif half == "a":
        hour %= 12
    if hour > 23 or minute > 59 or second > 59:
        return midnight, "day"
    zone = timezone(timedelta(minutes=_offset(clock["zone"])))
    at = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
    return at.astimezone(UTC), "second" if second else "minute"


def _offset(zone: str) -> int:
    """Minutes east of UTC."""
    numbered = _OFFSET.search(zone)
    if numbered:
        minutes = int(numbered[2]) * 60 + int(numbered[3] or 0)
        return -minutes if numbered[1] == "-" else minutes
    return ZONES.get(zone.lower(), 0)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that may date its page, with what the page's header says."""

    document_id: str
    tokens: list[str]
    trailing: bool
    role: str
    reason: str
    below_title: int | None
    into_text: int
    below_text: int
    header_date: date | None
    header_precision: str | None
    language: str | None

    @property
    def near(self) -> bool:
        """Whether it stands near headline or text's beginning."""
        if self.below_title is not None:
            return -MAX_BLOCKS_ABOVE_TITLE <= self.below_title <= MAX_BLOCKS_BELOW_TITLE
        return -MAX_BLOCKS_ABOVE_TEXT <= self.into_text <= MAX_BLOCKS_INTO_TEXT

    @property
    def behind_text(self) -> bool:
        """Whether it ends the text or stands right behind it."""
        return 0 <= self.below_text <= MAX_BLOCKS_BELOW_TEXT

    @property
    def distance(self) -> int:
        return abs(self.into_text if self.below_title is None else self.below_title)


@dataclass(frozen=True, slots=True)
class _PageDates:
    """What was chosen; `published_source` names the evidence."""

    published_at: datetime | None
    published_precision: str | None
    published_source: str | None
    modified_at: datetime | None


def page_dates(
    lines: pl.DataFrame,
    headers: pl.DataFrame,
    languages: pl.DataFrame,
) -> pl.DataFrame:
    """When each document's article was published and modified, as far as the page says so.

    Evidence, best first: the flattened trio created, modified, published, or a lone machine time stamp; a date near
    the headline, one that is said to be the publication's before others, and the nearer before the farther; the
    description's trailing date; the crawler's header; a change's date where nothing else is known. A date on the
    day (or in the month or year) of the crawler's header is preferred to others, and one after it is not believed.

    Args:
        lines: see places.around.
        headers: `document_id`, `header_date`, `header_precision`.
        languages: `document_id`, `language`; it tells in which order day and month stand.

    Returns:
        `document_id`, `published_at`, `published_precision`, `published_source`, `modified_at`.
    """
    chosen = {
        document_id: _choose(list(of_page))
        for document_id, of_page in groupby(
            _dated_lines(lines, headers, languages), key=lambda line: line.document_id
        )
    }
    rows = [
        (
            document_id,
            found.published_at,
            found.published_precision,
            found.published_source,
            found.modified_at,
        )
        for document_id, found in chosen.items()
    ]
    shown = pl.DataFrame(rows, schema=_SHOWN_SCHEMA, orient="row")
    header_at = pl.col("header_date").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return (
        headers.join(shown, on="document_id", how="left", maintain_order="left")
        .with_columns(
            published_precision=pl.coalesce("published_precision", "header_precision"),
            published_source=pl.when(pl.col("published_at").is_not_null())
            .then("published_source")
            .when(pl.col("header_date").is_not_null())
            .then(pl.lit("crawler_header")),
            published_at=pl.coalesce("published_at", header_at),
        )
        .select(
            *("document_id", "published_at", "published_precision", "published_source"),
            modified_at=pl.when(pl.col("modified_at") >= pl.col("published_at")).then(
                "modified_at"
            ),
        )
    )


_INSTANT: Final = pl.Datetime("us", "UTC")
_SHOWN_SCHEMA: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "document_id": pl.String,
    "published_at": _INSTANT,
    "published_precision": pl.String,
    "published_source": pl.String,
    "modified_at": _INSTANT,
}


def _dated_lines(
    lines: pl.DataFrame, headers: pl.DataFrame, languages: pl.DataFrame
) -> Iterator[_Line]:
    text = pl.col("text")
    near = (
        pl.col("below_title")
        .is_between(-MAX_BLOCKS_ABOVE_TITLE, MAX_BLOCKS_BELOW_TITLE)
        .fill_null(False)
        | pl.col("into_text").is_between(-MAX_BLOCKS_ABOVE_TEXT, MAX_BLOCKS_INTO_TEXT)
        | pl.col("below_text").is_between(0, MAX_BLOCKS_BELOW_TEXT)
    )
    dated = (
        lines.lazy()
        .filter(
            near
            | pl.col("role").is_in(["timestamp", "byline", "description"])
            | text.str.contains(_LABELLED)
        )
        .filter(text.str.contains(_MAY_DATE) & (pl.col("role") != "legal"))
        .select(
            "document_id",
            tokens=text.str.extract_all(_TOKENS),
            trailing=text.str.contains(_TRAILING),
            role="role",
            reason="reason",
            below_title="below_title",
            into_text="into_text",
            below_text="below_text",
        )
        .filter(pl.col("tokens").list.len() > 0)
        .join(headers.lazy(), on="document_id", how="left", maintain_order="left")
        .join(
            languages.lazy().select("document_id", "language"),
            on="document_id",
            how="left",
            maintain_order="left",
        )
        .collect()
    )
    return (_Line(*row) for row in dated.iter_rows())


def _choose(lines: Sequence[_Line]) -> _PageDates:
    header, precision = lines[0].header_date, lines[0].header_precision
    end = _end(header, precision)
    stamps = [
        shown
        for line in lines
        if line.reason == "iso_timestamp"
        for shown in read_tokens(line.tokens)[:1]
        if end is None or shown.day <= end
    ]
    if stamps:
        # The flattened trio is created, modified, published.
        published = stamps[2] if len(stamps) >= 3 else stamps[0]
        modified = stamps[1].at if len(stamps) >= 2 else None
        return _PageDates(published.at, published.precision, "machine_timestamp", modified)
    day_first = _day_first(lines)
    best: tuple[float, int, ShownDate, str] | None = None
    modified_at: datetime | None = None
    for order, line in enumerate(lines):
        dates = [
            meant
            for shown in read_tokens(line.tokens, day_first=day_first)
            if (meant := _meant(shown, header, precision, end)) is not None
        ]
        plain = [shown for shown in dates if shown.kind is None]
        for shown in dates:
            if shown.kind == "modified" and modified_at is None and (line.near or line.behind_text):
                modified_at = shown.at
            doubt = _doubt(line, shown)
            # Two dates without a word: a page cannot have been changed before it was published.
            if shown.kind is None and shown.at != min(other.at for other in plain):
                doubt += _DOUBT_A_BLOCK
            if _bears_out(shown.day, header, precision):
                doubt += _CONFIRMED
            elif precision == "day" and doubt > MAX_DOUBT_BESIDE_HEADER:
                continue
            if best is None or (doubt, order) < best[:2]:
                source = "change" if shown.kind == "modified" else line.role
                best = (doubt, order, shown, source)
    if best is None:
        return _PageDates(None, None, None, modified_at)
    _, _, shown, source = best
    if source not in _SOURCES:
        source = "date_line"
    return _PageDates(shown.at, shown.precision, source, modified_at)


_SOURCES: Final = ("timestamp", "byline", "description", "change")


def _doubt(line: _Line, shown: ShownDate) -> float:
    """How much is to be said against the date as that of publication."""
    if line.role == "description" and line.trailing:
        return _DESCRIBED
    if line.near:
        start = {"published": _NEAR_PUBLISHED, "modified": _NEAR_MODIFIED, None: _NEAR}[shown.kind]
        return start + min(line.distance, 20) * _DOUBT_A_BLOCK
    return {"published": _FAR_PUBLISHED, "modified": _FAR_MODIFIED, None: _FAR}[shown.kind] + min(
        line.distance, 200
    ) * _DOUBT_A_BLOCK / 10


def _day_first(lines: Sequence[_Line]) -> bool | None:
    """Whether the page writes the day before the month; null where nothing tells."""
    language = lines[0].language
    if language is not None and language != "en":
        return True
    for line in lines:
        for token in line.tokens:
            match = _NUMERALS.match(token)
            if match and int(match[1]) > 12:
                return True
            if match and int(match[2]) > 12:
                return False
    return None


def _meant(
    shown: ShownDate, header: date | None, precision: str | None, end: date | None
) -> ShownDate | None:
    """The date, read the way that fits the header; null where it lies behind the header or may be read both ways."""
    if shown.other is None:
        return shown if end is None or shown.day <= end else None
    swapped = ShownDate(shown.other, shown.precision, shown.kind)
    for reading in (shown, swapped):
        if _bears_out(reading.day, header, precision):
            return ShownDate(reading.at, reading.precision, reading.kind)
    return None


def _bears_out(day: date, header: date | None, precision: str | None) -> bool:
    if header is None:
        return False
    if precision == "day":
        return abs((day - header).days) <= 1
    return day.year == header.year and (precision == "year" or day.month == header.month)


def _end(header: date | None, precision: str | None) -> date | None:
    """The last day that the header bears with: a day behind its period, because its zone is not known."""
    if header is None:
        return None
    if precision == "day":
        return header + timedelta(days=2)
    if precision == "year" or header.month == 12:
        return date(header.year + 1, 1, 1)
    return date(header.year, header.month + 1, 1)


def read_headers(raw: pl.DataFrame) -> pl.DataFrame:
    """The crawler's header of each document: `document_id`, `header_date` (first day), `header_precision`."""
    written = pl.col("text").str.extract(r"^\s*date (\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:\s|$)")
    length = written.str.len_chars()
    day = (
        pl.when(length == 4)
        .then(written + "-01-01")
        .when(length == 7)
        .then(written + "-01")
        .otherwise(written)
        .str.to_date("%Y-%m-%d", strict=False)
    )
    return raw.select(
        "document_id",
        header_date=day,
        header_precision=pl.when(day.is_not_null()).then(
            length.replace_strict({4: "year", 7: "month", 10: "day"}, default=None)
        ),
    )
