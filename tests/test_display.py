"""Answers in the terminal: what is too wide for a table is shown column by column."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
from rich.console import Console

from pipelines.display import answer_table


def _printed(answer: pl.DataFrame, width: int) -> list[str]:
    console = Console(width=width, no_color=True)
    with console.capture() as capture:
        console.print(answer_table(answer, width=width))
    return [" ".join(line.split()) for line in capture.get().splitlines() if line.strip()]


def test_columns_that_fit_stand_side_by_side() -> None:
    answer = pl.DataFrame({"title": ["Ice on the Quay"], "words": [1200]})
    assert _printed(answer, 80)[0] == "title words"
    assert _printed(answer, 80)[-1] == "Ice on the Quay 1,200"


def test_sums_are_as_readable_as_counts() -> None:
    answer = pl.DataFrame({"characters": [Decimal(229831)], "percent": [Decimal("87.2")]})
    assert _printed(answer, 80)[-1] == "229,831 87.2"


def test_no_rows_are_said_to_be_none() -> None:
    assert _printed(pl.DataFrame({"title": []}), 80) == ["no rows"]


def test_columns_that_do_not_fit_stand_below_each_other_in_every_row() -> None:
    answer = pl.DataFrame({f"column_{n}": [n, n * 10] for n in range(12)})
    printed = _printed(answer, 80)
    assert printed[:3] == ["row 1", "column_0 0", "column_1 1"]
    assert printed[13:16] == ["row 2", "column_0 0", "column_1 10"]


def test_columns_too_narrow_for_their_words_stand_below_each_other() -> None:
    answer = pl.DataFrame(
        {
            "publisher_id": ["1a5fb6940c7db0e0ca08"],
            "name": ["Deccan Lamp Chronicle"],
            "legal_name": ["Deccan Lamp Printing & Publishing Pvt. Ltd."],
            "email": ["letters@deccan-lamp.example"],
            "telephone": ["+912223456789"],
        }
    )
    assert _printed(answer, 80) == [
        "row 1",
        "publisher_id 1a5fb6940c7db0e0ca08",
        "name Deccan Lamp Chronicle",
        "legal_name Deccan Lamp Printing & Publishing Pvt. Ltd.",
        "email letters@deccan-lamp.example",
        "telephone +912223456789",
    ]
    assert _printed(answer, 160)[0] == "publisher_id name legal_name email telephone"


def test_text_of_many_lines_stands_below() -> None:
    answer = pl.DataFrame({f"text_{n}": ["nine days at the quay " * 5] for n in range(4)})
    assert _printed(answer, 130)[0] == "text_0 text_1 text_2 text_3"
    assert _printed(answer, 110)[0] == "row 1"


def test_long_addresses_are_folded_and_lose_nothing() -> None:
    address = "https://www.example-gazette.com/world/harbour-strike-ends-after-nine-days-of-talks"
    answer = pl.DataFrame({"words": [12], "title": ["Ice on the Quay"], "url": [address]})
    printed = _printed(answer, 60)
    assert printed[0] == "words title url"
    assert "".join(line.split()[-1] for line in printed[2:]) == address


def test_more_rows_than_are_shown_are_counted() -> None:
    answer = pl.DataFrame({"n": range(53)})
    assert _printed(answer, 80)[-1] == "3 more rows; --format csv prints all"
