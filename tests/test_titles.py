"""The choice of a page's headline."""

import polars as pl

from copydesk.places import page_places
from copydesk.titles import candidates, page_titles


def blocks_of(*blocks: tuple[str, str]) -> pl.DataFrame:
    """One document's blocks, a blank line between each two."""
    frame = pl.DataFrame(
        [("d", n, text, role, "", 0.9) for n, (role, text) in enumerate(blocks)],
        schema=["document_id", "block_index", "text", "role", "reason", "score"],
        orient="row",
    )
    end = (pl.col("text").str.len_chars().cast(pl.Int64) + 2).cum_sum() - 2
    return frame.with_columns(start=end - pl.col("text").str.len_chars(), end=end)


PROSE = "The bakers went back to their ovens on Tuesday, and by noon the queues had reached the bridge again."


NO_OUTLETS = pl.DataFrame(schema={"document_id": pl.String, "name": pl.String})


def title_of(blocks: pl.DataFrame) -> dict[str, object]:
    return page_titles(blocks, NO_OUTLETS).row(0, named=True)


def test_the_sites_name_goes_and_the_line_that_agrees_is_the_headlines_place():
    blocks = blocks_of(
        ("title", "Bakers End Strike After Nineteen Days | Evening Mail"),
        ("navigation", "Home"),
        ("title", "Bakers End Strike After Nineteen Days"),
        ("byline", "By Jane Doe"),
        ("body", PROSE),
    )
    assert title_of(blocks) == {
        "document_id": "d",
        "title": "Bakers End Strike After Nineteen Days",
        "title_block": 2,
        "title_source": "repeated_headline",
    }
    places = page_places(blocks, page_titles(blocks, NO_OUTLETS)).row(0, named=True)
    assert (places["title_block"], places["first_block"], places["last_block"]) == (2, 4, 4)


def test_a_page_whose_headline_no_line_repeats_has_its_own_title():
    blocks = blocks_of(
        ("navigation", "Bakers End Strike After Nineteen Days - Evening Mail"), ("body", PROSE)
    )
    found = title_of(blocks)
    assert (found["title"], found["title_block"], found["title_source"]) == (
        "Bakers End Strike After Nineteen Days",
        None,
        "page_title",
    )


def test_a_menu_is_no_headline():
    blocks = blocks_of(("navigation", "Home | News | Sport | Notices"), ("body", PROSE))
    assert page_titles(blocks, NO_OUTLETS).is_empty()


def test_no_blocks_no_titles():
    assert page_titles(blocks_of(("body", PROSE)).clear(), NO_OUTLETS).is_empty()


def test_the_outlets_name_is_no_headline():
    blocks = blocks_of(
        ("other", "Kilmore and District News"),
        ("title", "Allotments Open to All"),
        ("body", PROSE),
    )
    outlets = pl.DataFrame({"document_id": ["d"], "name": ["Kilmore and District News"]})
    assert page_titles(blocks, outlets)["title"].to_list() == ["Allotments Open to All"]


def test_what_no_reader_sees_is_not_in_the_title():
    blocks = blocks_of(
        ("title", "Ver\u00adfassungs\u00adbeschwerde ein\u00adgelegt"),
        ("title", "Ver\u00adfassungs\u00adbeschwerde ein\u00adgelegt"),
        ("body", PROSE),
    )
    assert title_of(blocks)["title"] == "Verfassungsbeschwerde eingelegt"


def test_the_headline_above_the_signature_goes_before_what_search_engines_are_told():
    blocks = blocks_of(
        ("navigation", "Night bakers in Ghent: strike ends | Evening Mail"),
        ("navigation", "Home"),
        ("navigation", "Business"),
        ("title", "Night bakers in Ghent end strike for money, not sleep"),
        ("byline", "By Jane Doe"),
        ("timestamp", "4 May 2021"),
        (
            "body",
            "The night bakers wanted sleep and got money, which is something, said Pieter Vandamme.",
        ),
        ("body", PROSE),
    )
    found = title_of(blocks)
    assert (found["title"], found["title_source"]) == (
        "Night bakers in Ghent end strike for money, not sleep",
        "headline",
    )
    assert found["title_block"] == 3


def test_what_the_text_leads_with_speaks_for_the_wording_that_has_it():
    blocks = blocks_of(
        ("title", "Night bakers: what happens now | Evening Mail"),
        ("title", "Night bakers in Ghent go home"),
        ("body", "The night bakers in Ghent wanted sleep and got money. They went home at noon."),
    )
    found = candidates(blocks, NO_OUTLETS).sort("block", nulls_last=True)
    heading = found.filter(pl.col("text") == "Night bakers in Ghent go home").row(0, named=True)
    # Of `ghent` and `home`, which the page's title has not, the text has both; of `what happens` and the outlet, none.
    assert (heading["new_led"], heading["title_led"]) == (1.0, 0.0)
    assert (heading["gap_above"], heading["gap_below"]) == (2.0, 2.0)
    whole = found.filter(pl.col("whole") > 0).row(0, named=True)
    assert (whole["new_led"], whole["colon"], whole["bar"]) == (-1.0, 1.0, 1.0)


def test_white_space_is_single_spaces():
    blocks = blocks_of(
        ("title", "Ferry \u00a0 to\tRun  Again in May"), ("body", "The ferry runs again. " + PROSE)
    )
    assert title_of(blocks)["title"] == "Ferry to Run Again in May"


def test_neighbours_are_of_the_same_page():
    one = blocks_of(("title", "Bakers End Strike After Nineteen Days"), ("body", PROSE))
    two = blocks_of(
        ("byline", "By Jane Doe"), ("title", "Ferry to Run Again in May"), ("body", PROSE)
    )
    pages = pl.concat([one, two.with_columns(document_id=pl.lit("e"))])
    found = candidates(pages, NO_OUTLETS).filter(pl.col("block").is_not_null())
    near = dict(zip(found["text"], found["to_signature"], strict=True))
    assert near.get("Bakers End Strike After Nineteen Days", 0.0) == 0.0
    above = dict(zip(found["text"], found["from_signature"], strict=True))
    assert above["Ferry to Run Again in May"] == 1.0
