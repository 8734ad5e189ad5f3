"""What stands around an article and is not its section, tag, outlet, standfirst or dateline."""

from __future__ import annotations

import polars as pl
import pytest

from copydesk.datelines import page_datelines
from copydesk.places import page_places
from copydesk.publishers import page_publishers
from copydesk.sites import page_addresses
from copydesk.tags import page_tags
from copydesk.titles import page_titles

PROSE = "The bakers went back to their ovens on Tuesday, and by noon the queues had reached the bridge again."
Block = tuple[str, str, str]
HEADLINE: Block = ("title", "Bakers End Strike After Nineteen Days", "headline")
TEXT: Block = ("body", PROSE, "prose")


def blocks(*rows: Block) -> pl.DataFrame:
    return pl.DataFrame(
        [("d", number, text, role, reason) for number, (role, text, reason) in enumerate(rows)],
        schema=["document_id", "block_index", "text", "role", "reason"],
        orient="row",
    ).with_columns(
        start=pl.col("block_index") * 1_000,
        end=pl.col("block_index") * 1_000 + pl.col("text").str.len_chars(),
        score=pl.lit(0.9),
    )


def publisher(*rows: Block) -> str | None:
    page = blocks(*rows)
    found = page_publishers(page, page_addresses(page))
    return found["name"].to_list()[0] if len(found) else None


@pytest.mark.parametrize(
    ("title", "copyright_lines", "name"),
    [
        ("Bakers End Strike | News - Evening Mail", [], "Evening Mail"),
        ("Bakers End Strike | “We got money”", [], None),
        ("By Ida Holm | Published 14 March 2022", [], None),
        ("Bakers End Strike - Evening MailSkip to contentHomeNews", [], "Evening Mail"),
        ("Bakers End Strike", ["© Femke Aertsens/dpa", "© 2021 Evening Mail"], "Evening Mail"),
        ("Bakers End Strike", ["© 2021 Copyright Mail Group Press"], "Mail Group Press"),
        ("Bakers End Strike", ["© 2021 All rights reserved"], None),
    ],
)
def test_an_outlets_name_is_no_part_of_a_headline_and_no_credit(title, copyright_lines, name):
    below = [("legal", line, "copyright_line") for line in copyright_lines]
    assert publisher(("title", title, "headline"), HEADLINE, TEXT, *below) == name


def tags(*rows: Block) -> dict[str, object]:
    page = blocks(*rows)
    titles = page_titles(page, page_publishers(page, page_addresses(page)))
    found = page_tags(page, page_places(page, titles))
    return found.row(0, named=True) if len(found) else {"tags": None, "section": None}


def test_tags_follow_their_heading_one_after_the_other():
    heading: Block = ("tag", "Tags", "tags_heading")
    listed: list[Block] = [
        ("tag", tag, "tag_list") for tag in ("bakeries", "RO4993426-1125", "Ghent")
    ]
    menu: list[Block] = [("share", "Share", "share_line"), ("tag", "Log in", "tag_list")]
    assert tags(HEADLINE, TEXT, heading, *listed, *menu)["tags"] == ["bakeries", "Ghent"]
    many: list[Block] = [("tag", f"topic {n}", "tag_list") for n in range(13)]
    assert tags(HEADLINE, TEXT, heading, *many)["tags"] is None


@pytest.mark.parametrize(
    ("line", "section"),
    [("BUSINESS", "Business"), ("ON THIS PAGE", None), ("|", None), ("LOG IN", None), ("WHY NOW?", None)],
)  # fmt: skip
def test_a_line_above_the_headline_may_be_a_button(line, section):
    assert tags(("tag", line, "section_line"), HEADLINE, TEXT)["section"] == section


@pytest.mark.parametrize(
    ("opening", "dateline"),
    [
        ("GHENT (Meridian Wire) - Bread returned.", "Ghent"),
        ("GHENT, May 4 - Bread returned.", "Ghent"),
        ("QUICK SUMMARY: Bread returned.", None),
    ],
)
def test_a_label_is_no_place(opening, dateline):
    found = page_datelines(blocks(HEADLINE, ("body", opening, "prose")))
    assert (found["dateline"].to_list() or [None])[0] == dateline
