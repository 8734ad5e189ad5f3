"""Publishers: the outlet behind a page.

What belongs here: reading a flattened schema.org publisher and a copyright line, checking e-mail and telephone, preferring
what a page of HTML states. What does not: reading that off the page (structured_data.py).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import phonenumbers
import polars as pl
import polars.selectors as cs

from copydesk import vocabulary
from copydesk.identifiers import key_id
from copydesk.sites import site_of
from copydesk.titles import SUFFIX

# `© 2021 The Harbour Post. All rights reserved.`
_COPYRIGHT_NAME: Final = (
    r"(?i)(?:©|\(c\)|copyright)[\s©]*(?:\d{4}(?:\s?[-–]\s?\d{2,4})?)?[,\s]*(?:by\s+)?([\p{L}][^|©]{2,60}?)"
    r"(?:\.\s*$|[,|]|\.\s(?:all|alle|tous)|\s[-–—]\s|\s+(?:all rights|alle rechte|tous droits|todos os|todos los|все права|inc\b|ltd\b|llc\b)|$)"
)
# `-MediaGroup` apart, country-code domains name a country; these are sold to everybody.
_LEGAL_FORM: Final = r"(?:,? (?:AG|SA|S\.A\.|NV|BV|B\.V\.|GmbH|Ltd\.?|Limited|LLC|Inc\.?|plc|PLC|OÜ|Oy|AB|SpA|S\.p\.A\.|SAS|Media|Verlag|Publishing Co|Publishing|Magazine|Company|Group))+\.?$"
# `… 23.05.2022, Sputnik International`
_DESCRIPTION_NAME: Final = r"\d{1,2}[./]\d{1,2}[./]\d{4}, ([^.!?]{2,60})$"
_TRAILING_YEAR: Final = r"[\s,]+\d{4}(?:\s?[-–]\s?\d{2,4})?$"
# `The Gazette is published by Abernethy Press, 4 Mill Lane.`
_COLOPHON: Final = r"^(\p{Lu}.{2,60}?) is published by (\p{Lu}[^,.]{2,60})"
_TELEPHONE: Final = r"(?i)(?:tel(?:ephone|\.)?|phone|fon|tél\.?|telefon[eo]?|тел\.?)\s*:?\s*(\+?[\d][\d ()/-]{6,20}\d)"
_CONTACT: Final = rf"(?i)(?:e-?mail|editorial office|newsroom|contact|redaktion|rédaction|redacción)\s*:?\s*({vocabulary.EMAIL})"
# `News - SRF` behind a headline; `Copyright Gannett`; and what is a part of a headline, a credit or a notice.
_SECTION_BEFORE: Final = r"^.* - "
_COPYRIGHT_WORD: Final = r"^(?i:copyright)(?: (?i:by))? "
_NO_NAME: Final = r"""["“”„?:]|[,!]$|/|^\p{Ll}+(?: |$)|^\d|^(?i:all rights reserved|copyright|social media)$|^(?i:published|updated|posted)\b|(?:\S+ ){6}"""
# `… - Oberland CourantSkip to contentHome…`
_SKIP_LINK: Final = r"(?i)\s*skip to (?:main |the )?content.*$"
MAX_OPENING_BLOCKS: Final = 2
MAX_IMPRINT_BYTES: Final = 300
# One of them stands in every line that `_imprints` reads something from.
_IMPRINT_WORDS: Final = (
    "@", " is published by ", "el.", "elephone", "ELEPHONE", "hone", "HONE", "elefon", "Fon", "fon:", "él.", "тел", "Тел", "tel", "Tel", "TEL",
    " AG", " SA", "S.A", " NV", " BV", "B.V.", "GmbH", "Ltd", "Limited", "LLC", "Inc", "plc", "PLC", "OÜ", " Oy", " AB", "SpA", "S.p.A.",
    "SAS", "Media", "Verlag", "Publishing", "Magazine", "Company", "Group",
)  # fmt: skip
GENERIC_COUNTRY_DOMAINS: Final = frozenset(
    {"ai", "co", "eu", "io", "me", "tv", "cc", "fm", "ly", "to"}
)
_DOMAIN_COUNTRIES: Final = {"uk": "GB"}
_SCHEMA: Final = {
    "document_id": pl.String,
    "publisher_id": pl.String,
    "name": pl.String,
    "legal_name": pl.String,
    "domain": pl.String,
    "email": pl.String,
    "telephone": pl.String,
    "country_code": pl.String,
}


@lru_cache(maxsize=10_000)
def parse_telephone(written: str, region: str | None = None) -> tuple[str | None, str | None]:
    """E.164 and ISO 3166-1 country of a telephone number; (None, None) if it is no valid one.

    `region` (ISO 3166-1) is where a number without a country's prefix is dialled.
    """
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None, None
    if not phonenumbers.is_valid_number(number):
        return None, None
    return (
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        phonenumbers.region_code_for_number(number),
    )


def country_of_domain(domain: str) -> str | None:
    """ISO 3166-1 code of a domain under a country's own suffix; null for generic ones."""
    suffix = domain.rpartition(".")[2]
    if len(suffix) != 2 or suffix in GENERIC_COUNTRY_DOMAINS:
        return None
    return _DOMAIN_COUNTRIES.get(suffix, suffix.upper())


def page_publishers(blocks: pl.DataFrame, addresses: pl.DataFrame) -> pl.DataFrame:
    """The outlet of each document, where the page names one.

    Args:
        blocks: with roles.
        addresses: `document_id`, `url`, `site`.

    Returns:
        `document_id` and the columns of the table `publishers`.
    """
    full = pl.col("text").str.extract_groups(vocabulary.PUBLISHER).struct
    bare = pl.col("text").str.extract_groups(vocabulary.PUBLISHER_WITHOUT_TELEPHONE).struct
    flattened = (
        blocks.filter(pl.col("role") == "publisher")
        .select(
            "document_id",
            name=pl.coalesce(full.field("name"), bare.field("name")).str.strip_chars(),
            email=pl.coalesce(full.field("email"), bare.field("email")).str.to_lowercase(),
            telephone=full.field("telephone"),
            legal_name=pl.coalesce(full.field("legal"), bare.field("legal")).str.strip_chars(),
        )
        .group_by("document_id", maintain_order=True)
        .first()
    )
    opening = pl.col("block_index") <= MAX_OPENING_BLOCKS
    suffix = (
        pl.col("text")
        .str.extract(SUFFIX, 2)
        .str.replace(_SECTION_BEFORE, "")
        .str.replace(_SKIP_LINK, "")
    )
    copyright_name = (
        pl.col("text")
        .str.extract(_COPYRIGHT_NAME)
        .str.strip_chars()
        .str.replace(_TRAILING_YEAR, "")
        .str.replace(_COPYRIGHT_WORD, "")
    )
    named = (
        _first(
            blocks,
            (pl.col("role") == "title") | opening,
            title_name=pl.when(~suffix.str.contains(_NO_NAME)).then(suffix),
        )
        .join(
            _first(
                # Of several the last is the footer's; the first ones are of pictures.
                blocks.reverse(),
                pl.col("reason") == "copyright_line",
                copyright_name=pl.when(~copyright_name.str.contains(_NO_NAME)).then(copyright_name),
            ),
            on="document_id",
            how="full",
            coalesce=True,
        )
        .join(
            _first(
                blocks,
                pl.col("role") == "description",
                described_name=pl.col("text").str.extract(_DESCRIPTION_NAME),
            ),
            on="document_id",
            how="full",
            coalesce=True,
        )
        .join(_imprints(blocks), on="document_id", how="full", coalesce=True)
    )
    rows = (
        blocks.select("document_id")
        .unique(maintain_order=True)
        .join(addresses, on="document_id", how="left")
        .join(flattened, on="document_id", how="left")
        .join(named, on="document_id", how="left")
    )
    return pl.DataFrame(
        [_publisher(row) for row in rows.iter_rows(named=True)], schema=_SCHEMA
    ).filter(pl.col("publisher_id").is_not_null())


def prefer_stated(publishers: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """`publishers` with what pages state of their outlets in place of what their text tells, where they state it.

    Args:
        publishers: as `page_publishers` gives them.
        stated: of the same documents, in structured_data.PAGES_STATED_SCHEMA.
    """
    if stated.is_empty():
        return publishers
    joined = publishers.join(
        stated.select("document_id", "url", cs.starts_with("publisher_").name.prefix("stated_")),
        on="document_id",
        how="full",
        coalesce=True,
        maintain_order="left_right",
    )
    return pl.DataFrame(
        [_stated(row) for row in joined.iter_rows(named=True)], schema=_SCHEMA
    ).filter(pl.col("publisher_id").is_not_null())


def _first(blocks: pl.DataFrame, holds: pl.Expr, **named: pl.Expr) -> pl.DataFrame:
    """`document_id` and the first value of each expression over the blocks of which `holds` is true."""
    return (
        blocks.lazy()
        .filter(holds)
        .select("document_id", **named)
        .group_by("document_id", maintain_order=True)
        .agg(pl.col(name).drop_nulls().first() for name in named)
        .collect()
    )


def _imprints(blocks: pl.DataFrame) -> pl.DataFrame:
    """What lines outside the text say of the outlet: its legal name, who publishes it, how to reach it."""
    text = pl.col("text")
    outside = ~pl.col("role").is_in(["body", "subheading", "comment", "title", "description"])
    return (
        blocks.lazy()
        .filter(text.str.len_bytes() <= MAX_IMPRINT_BYTES)
        .filter(text.str.contains_any(list(_IMPRINT_WORDS)))
        .with_columns(outside=outside)
        .select(
            "document_id",
            colophon_name=text.str.extract(_COLOPHON, 1),
            colophon_legal_name=text.str.extract(_COLOPHON, 2),
            site_name=pl.when(outside & text.str.contains(_LEGAL_FORM)).then(text),
            contact_email=pl.when("outside").then(text.str.extract(_CONTACT)),
            contact_telephone=pl.when("outside").then(text.str.extract(_TELEPHONE)),
        )
        .group_by("document_id", maintain_order=True)
        .agg(
            pl.col("colophon_name", "colophon_legal_name", "contact_email", "contact_telephone")
            .drop_nulls()
            .first(),
            pl.col("site_name").drop_nulls().last(),
        )
        .collect()
    )


def _publisher(row: dict[str, str | None]) -> dict[str, str | None]:
    legal = row["copyright_name"] or row["site_name"]
    short = _strip_legal_form(legal) if legal else None
    name = (
        row["name"] or row["colophon_name"] or row["title_name"] or row["described_name"] or short
    )
    email = row["email"] or (row["contact_email"] or "").lower() or None
    domain = row["site"] or (site_of(row["email"]) if row["email"] else None)
    home = country_of_domain(domain) if domain else None
    written = row["telephone"] or row["contact_telephone"]
    telephone, country = parse_telephone(written, home) if written else (None, None)
    key = domain or name
    return {
        "document_id": row["document_id"],
        "publisher_id": key_id("publisher", key) if key else None,
        "name": name,
        "legal_name": row["legal_name"]
        or row["colophon_legal_name"]
        or (legal if legal != short else None),
        "domain": domain,
        "email": email,
        "telephone": telephone,
        "country_code": country or home,
    }


def _stated(row: dict[str, str | None]) -> dict[str, str | None]:
    domain = (site_of(row["url"]) if row["url"] else None) or row["domain"]
    name = row["stated_publisher_name"] or row["name"]
    home = country_of_domain(domain) if domain else None
    written = row["stated_publisher_telephone"]
    telephone, country = parse_telephone(written, home) if written else (None, None)
    email = (row["stated_publisher_email"] or "").removeprefix("mailto:").lower()
    key = domain or name
    return {
        "document_id": row["document_id"],
        "publisher_id": key_id("publisher", key) if key else None,
        "name": name,
        "legal_name": row["stated_publisher_legal_name"] or row["legal_name"],
        "domain": domain,
        "email": email if re.fullmatch(vocabulary.EMAIL, email) else row["email"],
        "telephone": telephone or row["telephone"],
        "country_code": country or row["country_code"] or home,
    }


def _strip_legal_form(name: str) -> str:
    return re.sub(_LEGAL_FORM, "", name)
