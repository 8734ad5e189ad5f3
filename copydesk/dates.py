"""Dates that a page shows: when it was published and modified.

What belongs here: parsing a date out of a line, with its precision, and choosing among a page's dates. What does
not: dates inside the article's text (time_expressions.py).
"""

from __future__ import annotations

from typing import Final

import polars as pl

# The first three or more letters of a month's name, in the languages whose datelines we read. The longer form comes
# first where one month begins like another (`juin`, `juil`).
_MONTH_STEMS: Final[dict[int, tuple[str, ...]]] = {
    1: ("jan", "ene", "янв"),
    2: ("feb", "fév", "fev", "фев"),
    3: ("mar", "mär", "мар"),
    4: ("apr", "avr", "abr", "апр"),
    5: ("may", "mai", "ма"),
    6: ("jun", "juin", "июн"),
    7: ("jul", "juil", "июл"),
    8: ("aug", "aoû", "aou", "ago", "авг"),
    9: ("sep", "set", "сен"),
    10: ("oct", "okt", "out", "окт"),
    11: ("nov", "ноя"),
    12: ("dec", "déc", "dez", "dic", "дек"),
}
MONTHS: Final = {stem: month for month, stems in _MONTH_STEMS.items() for stem in stems}
_STEMS: Final = "|".join(sorted(MONTHS, key=len, reverse=True))

# Abbreviations that name one offset from UTC, in minutes, wherever they are written; `CST`, `IST` and `BST` do not.
ZONES: Final = {
    "utc": 0, "gmt": 0, "wet": 0, "west": 60, "wat": 60, "cet": 60, "mez": 60, "cest": 120, "mesz": 120, "cat": 120, "sast": 120,
    "eet": 120, "eest": 180, "msk": 180, "мск": 180, "eat": 180, "trt": 180, "pkt": 300, "wib": 420, "ict": 420, "sgt": 480, "hkt": 480, "awst": 480,
    "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "adt": -180, "edt": -240, "est": -300, "cdt": -300,
    "mdt": -360, "mst": -420, "pdt": -420, "pst": -480, "akst": -540, "hst": -600,
}  # fmt: skip
_ZONE_NAMES: Final = "|".join(sorted((name.upper() for name in ZONES), key=len, reverse=True))

_CLOCK: Final = (
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?\s?(?P<half>[AaPp]\.?[Mm]\b\.?)?"
    rf"\s?(?P<zone>(?:{_ZONE_NAMES}|Z)\b(?:[+-]\d{{1,2}}(?::?\d{{2}})?)?|[+-]\d{{2}}:?\d{{2}})?"
)
_DATE_PATTERNS: Final = (
    r"(?P<year>\d{4})[-/](?P<month>\d{2})[-/](?P<day>\d{2})",
    r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
    # Day before month where the language says so, or where the number can be no month.
    r"(?i)(?:publicado|atualizado|actualizado|publié|mis à jour)\D{0,12}(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})",
    r"\b(?P<day>1[3-9]|2\d|3[01])/(?P<month>\d{1,2})/(?P<year>\d{4})",
    r"\b(?P<month>\d{1,2})/(?P<day>1[3-9]|2\d|3[01])/(?P<year>\d{4})",
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
    rf"(?i)\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|er|º)?\s+(?:de\s+)?(?P<name>{_STEMS})\p{{L}}*\.?,?\s+(?:de\s+)?(?P<year>\d{{4}})",
    rf"(?i)\b(?P<name>{_STEMS})\p{{L}}*\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})",
)
_MODIFIED: Final = r"(?i)\b(?:updated|modified|amended|corrected|last update|aktualisiert|mis à jour|actualizado|atualizado|обновлено)\b"
_PUBLISHED: Final = (
    r"(?i)\b(?:published|posted|first published|veröffentlicht|publié|publicado|опубликовано)\b"
)

# The web's first news sites; an older date on a page is the subject's, not the page's.
EARLIEST_YEAR: Final = 1990


def parse_dates(lines: pl.Expr) -> pl.Expr:
    """Dates in lines of text: a struct of `at` (UTC datetime), `precision` and `zoned`, null where none is found.

    A clock time without a zone is dropped, because its instant is unknown: the precision is then `day`.
    """
    date = pl.coalesce(
        *(
            pl.when(lines.str.contains(pattern)).then(_fields(lines, pattern))
            for pattern in _DATE_PATTERNS
        )
    )
    clock = lines.str.extract_groups(rf"\d[\sT,|–—-]+(?:at |um |à |às |a las |в )?{_CLOCK}").struct
    year, month, day = (
        date.struct.field(name).cast(pl.Int32, strict=False) for name in ("year", "month", "day")
    )
    zone = clock.field("zone")
    hour = clock.field("hour").cast(pl.Int32, strict=False)
    minute = clock.field("minute").cast(pl.Int32, strict=False)
    half = clock.field("half").str.to_lowercase().str.slice(0, 1)
    hour24 = (
        pl.when(half == "p").then(hour % 12 + 12).when(half == "a").then(hour % 12).otherwise(hour)
    )
    zoned = zone.is_not_null() & (hour24 < 24) & (minute < 60)
    sign = pl.when(zone.str.contains("-", literal=True)).then(-1).otherwise(1)
    named = zone.str.to_lowercase().replace_strict(ZONES, default=None, return_dtype=pl.Int32)
    numbered = sign * (
        zone.str.extract(r"[+-](\d{1,2})").cast(pl.Int32, strict=False).fill_null(0) * 60
        + zone.str.extract(r"[+-]\d{2}:?(\d{2})").cast(pl.Int32, strict=False).fill_null(0)
    )
    offset = pl.coalesce(named, numbered)
    second = clock.field("second").cast(pl.Int32, strict=False)
    valid = year.is_between(EARLIEST_YEAR, 2100) & month.is_between(1, 12) & day.is_between(1, 31)
    text = pl.format(
        "{}-{}-{}", year, month.cast(pl.String).str.zfill(2), day.cast(pl.String).str.zfill(2)
    ) + pl.when(zoned).then(
        pl.format(
            " {}:{}:{}",
            hour24.cast(pl.String).str.zfill(2),
            minute.cast(pl.String).str.zfill(2),
            second.fill_null(0).cast(pl.String).str.zfill(2),
        )
    ).otherwise(pl.lit(" 00:00:00"))
    instant = pl.when(valid).then(text).str.to_datetime(
        "%Y-%m-%d %H:%M:%S", strict=False, time_unit="us", time_zone="UTC"
    ) - pl.duration(minutes=pl.when(zoned).then(offset).otherwise(0))
    precision = (
        pl.when(zoned & (second.fill_null(0) > 0))
        .then(pl.lit("second"))
        .when(zoned)
        .then(pl.lit("minute"))
        .otherwise(pl.lit("day"))
    )
    return pl.when(instant.is_not_null()).then(
        pl.struct(at=instant, precision=precision, zoned=zoned)
    )


def _fields(lines: pl.Expr, pattern: str) -> pl.Expr:
    groups = lines.str.extract_groups(pattern).struct
    if "<name>" in pattern:
        name = groups.field("name").str.to_lowercase()
        month = name.replace_strict(MONTHS, default=None, return_dtype=pl.Int32).cast(pl.String)
    else:
        month = groups.field("month")
    return pl.struct(year=groups.field("year"), month=month, day=groups.field("day"))


def page_dates(blocks: pl.DataFrame, headers: pl.DataFrame) -> pl.DataFrame:
    """When each document's article was published and modified, as far as the page says so.

    Evidence, best first: the flattened trio created, modified, published; a lone machine timestamp; a line with a
    word such as `Published`; the first date line or byline of the page; the description's trailing date; the
    crawler's header. A date after the header's is not believed.

    Args:
        blocks: with roles.
        headers: `document_id`, `header_date`, `header_precision`.

    Returns:
        `document_id`, `published_at`, `published_precision`, `published_source`, `modified_at`.
    """
    dated = (
        blocks.lazy()
        .filter(
            (pl.col("role").is_in(["timestamp", "byline"]) & (pl.col("reason") != "crawler_header"))
            | (pl.col("role") == "description")
        )
        .with_columns(parsed=parse_dates(pl.col("text")))
        .filter(pl.col("parsed").is_not_null())
        .unnest("parsed")
        .join(headers.lazy(), on="document_id", how="left")
        .filter(_before(pl.col("at"), pl.col("header_date"), pl.col("header_precision")))
        .sort("document_id", "block_index")
    )
    machine = (
        dated.filter(pl.col("reason") == "iso_timestamp")
        .group_by("document_id")
        .agg(
            machine_published=pl.when(pl.len() >= 3)
            .then(pl.col("at").get(2, null_on_oob=True))
            .otherwise(pl.col("at").first()),
            machine_precision=pl.when(pl.len() >= 3)
            .then(pl.col("precision").get(2, null_on_oob=True))
            .otherwise(pl.col("precision").first()),
            machine_modified=pl.when(pl.len() >= 2).then(pl.col("at").get(1, null_on_oob=True)),
        )
    )
    shown = dated.filter(pl.col("reason") != "iso_timestamp").with_columns(
        modifies=pl.col("text").str.contains(_MODIFIED) & ~pl.col("text").str.contains(_PUBLISHED),
        rank=pl.when(pl.col("text").str.contains(_PUBLISHED))
        .then(0)
        .when(pl.col("role") == "description")
        .then(2)
        .otherwise(1),
    )
    published = (
        shown.filter(~pl.col("modifies"))
        .sort("document_id", "rank", "block_index")
        .group_by("document_id")
        .agg(
            shown_at=pl.col("at").first(),
            shown_precision=pl.col("precision").first(),
            shown_role=pl.col("role").first(),
        )
    )
    modified = (
        shown.filter("modifies").group_by("document_id").agg(shown_modified=pl.col("at").first())
    )
    header_at = pl.col("header_date").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    published_at = pl.coalesce("machine_published", "shown_at", header_at)
    return (
        headers.lazy()
        .join(machine, on="document_id", how="left")
        .join(published, on="document_id", how="left")
        .join(modified, on="document_id", how="left")
        .select(
            "document_id",
            published_at=published_at,
            published_precision=pl.coalesce(
                "machine_precision", "shown_precision", "header_precision"
            ),
            published_source=pl.when(pl.col("machine_published").is_not_null())
            .then(pl.lit("machine_timestamp"))
            .when(pl.col("shown_at").is_not_null())
            .then("shown_role")
            .when(pl.col("header_date").is_not_null())
            .then(pl.lit("crawler_header")),
            modified_at=pl.coalesce("machine_modified", "shown_modified"),
        )
        .with_columns(
            modified_at=pl.when(pl.col("modified_at") >= pl.col("published_at")).then("modified_at")
        )
        .collect()
    )


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


def _before(at: pl.Expr, header_date: pl.Expr, precision: pl.Expr) -> pl.Expr:
    """Not after the period of the header's date; a day's grace, because the header's zone is not known."""
    end = (
        pl.when(precision == "year")
        .then(header_date.dt.offset_by("1y"))
        .when(precision == "month")
        .then(header_date.dt.offset_by("1mo"))
        .otherwise(header_date.dt.offset_by("1d"))
        .dt.offset_by("1d")
    )
    return (at.dt.date() <= end).fill_null(True)
