"""Bodies: which paragraphs stay where some repeat."""

from __future__ import annotations

import polars as pl

from copydesk.body import assemble_bodies

LEAD = "The bridge at Ostholm will close for two years from Monday, the council has decided."


def body(*paragraphs: tuple[str, str]) -> list[str]:
    blocks = pl.DataFrame(
        [("d", number, role, text) for number, (role, text) in enumerate(paragraphs)],
        schema={"document_id": str, "block_index": int, "role": str, "text": str},
        orient="row",
    )
    return assemble_bodies(blocks)["body"].str.split("\n\n").explode().to_list()


def test_of_repeated_paragraphs_the_first_stays_but_short_ones_may_repeat() -> None:
    assert body(("body", LEAD), ("body", '"No."'), ("body", LEAD), ("body", '"No."')) == [
        LEAD, '"No."', '"No."',
    ]  # fmt: skip


def test_what_could_not_be_read_leaves_no_empty_paragraph() -> None:
    assert body(("body", "\ufffd\ufffd \ufffd"), ("body", f"\ufffd{LEAD}"), ("body", "\ufffd")) == [
        LEAD
    ]


def test_a_teaser_that_begins_the_lead_goes() -> None:
    cut = "The bridge at Ostholm will close for two years from…"
    assert body(("body", cut), ("body", LEAD)) == [LEAD]
    assert body(("body", LEAD), ("body", cut.replace("…", " ..."))) == [LEAD]


def test_paragraphs_that_only_begin_alike_stay() -> None:
    other = LEAD.replace("the council has decided", "or from Tuesday")
    assert body(("body", LEAD), ("body", other)) == [LEAD, other]


def test_other_roles_and_other_documents_do_not_count() -> None:
    blocks = pl.DataFrame(
        {
            "document_id": ["a", "a", "b"],
            "block_index": [0, 1, 0],
            "role": ["body", "related", "body"],
            "text": [LEAD[:58], LEAD, LEAD],
        }
    )
    assert assemble_bodies(blocks).rows() == [("a", LEAD[:58]), ("b", LEAD)]
