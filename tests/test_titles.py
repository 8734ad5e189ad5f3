"""The choice of a page's headline."""

import polars as pl

from copydesk.places import page_places
from copydesk.titles import page_titles


def blocks_of(*blocks: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [("d", n, text, role, "") for n, (role, text) in enumerate(blocks)],
        schema=["document_id", "block_index", "text", "role", "reason"],
        orient="row",
    )


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
