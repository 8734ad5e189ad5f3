"""Bylines: who wrote the article, for which agency, from where.

What belongs here: people's names in a byline, the agency and the place in a dateline. What does not: people in the
text (mentions.py).
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

_LEAD_IN: Final = re.compile(
    r"^(?:written by|words by|text by|story by|reported by|words|text|(?:\w+ )?(?:reporter|correspondent|editor)|by|von|par|por|автор|от|بقلم|كتبت?|文|取材)\s*[:：・]?\s*",
    re.IGNORECASE,
)
# What follows the names: a date, a place, a job.
_TAIL: Final = re.compile(
    r"\s*(?:\||•|·|—|–| - |/|\.\s+(?:photo|picture|illustration)\w*:|\bpublished\b|\bposted\b|\bupdated\b|\bon\b (?=\d|\w+day|[A-Z][a-z]+ \d)|\d|\(|\bin\b (?=[A-Z])"
    r"|\bfor\b (?=[A-Z]|the)|\bveröffentlicht\b|\bpublié\b|\ble\b (?=\d)|\bpublicado\b|@).*$",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(
    r"\s*(?:,|;|&|、|\band\b|\bund\b|\bet\b|\by\b|\be\b|\bи\b|\bwith\b)\s*"
)
_NAME: Final = re.compile(
    r"^[^\W\d_][\w.'’-]*(?:\s+(?:(?:de|da|do|dos|das|del|della|der|den|di|du|el|al|la|le|van|von|bin|ibn|ben|y)\s+)*"
    r"[^\W\d_a-zа-я][\w.'’-]*){1,3}$"
)
_CJK_NAME: Final = re.compile(
    r"^[\u3040-\u30ff\u4e00-\u9fff]{1,5}[ \u3000]?[\u3040-\u30ff\u4e00-\u9fff]{1,4}$"
)
_ARABIC_NAME: Final = re.compile(r"^[\u0621-\u064a]+(?: [\u0621-\u064a]+){1,3}$")
_JAPANESE_JOB: Final = re.compile("(?:記者|特派員)$")
# Words that make a name a desk, a job or an outlet.
_NO_PERSON: Final = re.compile(
    r"^the\b|\b(?:admin|administrator|staff|editor\w*|editorial|newsroom|news|desk|reporters?|correspondents?|agency|agencies|agentur\w*|team|redaktion"
    r"|redacción|rédaction|redação|редакция|press|media|online|web|guest|contributors?|wires?|post|times|daily|gazette|herald|tribune|journal"
    r"|reuters|afp|dpa|ap|efe|tass|xinhua)\b",
    re.IGNORECASE,
)

AGENCIES: Final = (
    "AFP", "AP", "ANSA", "Bloomberg", "DPA", "dpa", "EFE", "IANS", "Interfax", "Kyodo", "PA", "PTI", "RIA Novosti", "Reuters",
    "Sputnik", "TASS", "UPI", "Xinhua", "Yonhap",
)  # fmt: skip

# `MOSCOW (Sputnik) - …`, `PARIS, May 3 (Reuters) — …`, `BERLIN (dpa) – …`
_PLACE: Final = r"\p{Lu}[\p{Lu}\p{M}'’.-]+(?:[ /-]\p{Lu}[\p{Lu}'’.-]*){0,3}"
DATELINE: Final = (
    rf"^({_PLACE})(?:,\s+[\p{{L}} .]{{2,24}})?(?:,?\s+\p{{L}}{{3,9}}\.?\s+\d{{1,2}})?(?:,?\s+\d{{1,2}}\s+\p{{L}}{{3,9}})?"
    r"\s*(?:\(([^()]{2,40})\))?\s*[-–—:]{1,2}\s"
)
_MIXED_DATELINE: Final = r"^(\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){0,2})(?:,?\s+\d{1,2}\.?\s+\p{L}{3,9})?\s*\(([\p{L}][\p{L} ./]{1,30})\)\s*[-–—.]{1,2}\s"
# `ПЕРМЬ, 15 сен — РИА Новости. …`
_RUSSIAN_DATELINE: Final = (
    rf"^({_PLACE}), \d{{1,2}} \p{{L}}{{3,9}}\.? [-–—] (\p{{Lu}}[\p{{L}} -]{{1,30}})\. "
)
_CREDIT: Final = rf"(?:^|[\s(/|])({'|'.join(AGENCIES)})(?:[\s)/|.,]|$)"


def parse_byline(line: str) -> list[str]:
    """The people a byline names, in order; desks, agencies, outlets and dates are none."""
    names = _TAIL.sub("", _LEAD_IN.sub("", line.strip()))
    names = _JAPANESE_JOB.sub("", names)
    people = list[str]()
    for part in _BETWEEN.split(names):
        name = part.strip(" .:-")
        if name.isupper():
            name = name.title()
        known = _NAME.match(name) or _CJK_NAME.match(name) or _ARABIC_NAME.match(name)
        if known and not _NO_PERSON.search(name) and name not in people:
            people.append(name)
    return people


def page_authors(blocks: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `authors` (list), `authors_source`: from the first byline that names a person."""
    rows = list[tuple[str, list[str]]]()
    done = set[str]()
    lines = blocks.filter(pl.col("role") == "byline").select("document_id", "text")
    for document_id, line in lines.iter_rows():
        if document_id not in done and (people := parse_byline(line)):
            rows.append((document_id, people))
            done.add(document_id)
    return pl.DataFrame(
        rows, schema={"document_id": pl.String, "authors": pl.List(pl.String)}, orient="row"
    ).with_columns(authors_source=pl.lit("byline"))


def page_datelines(blocks: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `dateline` (place, title case), `agency`: from the description or the first paragraph.

    A byline that names an agency gives the agency where no dateline does.
    """
    opening = (
        blocks.lazy()
        .filter(pl.col("role").is_in(["description", "body"]))
        .with_columns(
            groups=pl.col("text").str.extract_groups(DATELINE),
            russian=pl.col("text").str.extract_groups(_RUSSIAN_DATELINE),
            mixed=pl.col("text").str.extract_groups(_MIXED_DATELINE),
            rank=pl.int_range(pl.len()).over("document_id", "role"),
        )
        .filter(pl.col("rank") == 0)
        .select(
            "document_id",
            place=pl.coalesce(
                pl.col("russian").struct.field("1").str.to_titlecase(),
                pl.col("groups").struct.field("1").str.to_titlecase(),
                pl.col("mixed").struct.field("1"),
            ),
            agency=pl.coalesce(
                pl.col("russian").struct.field("2"),
                pl.col("groups").struct.field("2"),
                pl.col("mixed").struct.field("2"),
            ),
        )
        .filter(pl.col("place").is_not_null())
        .group_by("document_id", maintain_order=True)
        .agg(
            dateline=pl.col("place").first(), dateline_agency=pl.col("agency").drop_nulls().first()
        )
    )
    credited = (
        blocks.lazy()
        .filter(pl.col("role") == "byline")
        .select("document_id", credit=pl.col("text").str.extract(_CREDIT))
        .drop_nulls()
        .group_by("document_id", maintain_order=True)
        .agg(pl.col("credit").first())
    )
    return (
        opening.join(credited, on="document_id", how="full", coalesce=True)
        .select("document_id", "dateline", agency=pl.coalesce("dateline_agency", "credit"))
        .collect()
    )
