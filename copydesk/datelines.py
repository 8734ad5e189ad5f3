"""Datelines: from where and for which agency an article was written.

What belongs here: the place and the agency that open a text, the agency that a byline names. What does not: people
(authors.py).
"""

from __future__ import annotations

from typing import Final

import polars as pl

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
# `QUICK SUMMARY: …` is a heading: without a date or an agency a place has a dash behind it.
_LABELLED: Final = rf"^{_PLACE}\s*:"
_CREDIT: Final = rf"(?:^|[\s(/|])({'|'.join(AGENCIES)})(?:[\s)/|.,]|$)"


def page_datelines(blocks: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `dateline` (place, title case), `agency`: from the description or the first paragraph.

    A byline that names an agency gives the agency where no dateline does.
    """
    opening = (
        blocks.lazy()
        .filter(pl.col("role").is_in(["description", "body"]))
        .group_by("document_id", "role", maintain_order=True)
        .agg(pl.col("text").first())
        .with_columns(
            groups=pl.col("text").str.extract_groups(DATELINE),
            russian=pl.col("text").str.extract_groups(_RUSSIAN_DATELINE),
            mixed=pl.col("text").str.extract_groups(_MIXED_DATELINE),
            labelled=pl.col("text").str.contains(_LABELLED),
        )
        .select(
            "document_id",
            place=pl.coalesce(
                pl.col("russian").struct.field("1").str.to_titlecase(),
                pl.when(~pl.col("labelled")).then(
                    pl.col("groups").struct.field("1").str.to_titlecase()
                ),
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
