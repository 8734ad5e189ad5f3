"""Answers in the terminal: what is too wide for a table is shown column by column."""

from __future__ import annotations

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


def test_columns_that_do_not_fit_stand_below_each_other_in_every_row() -> None:
    answer = pl.DataFrame({f"column_{n}": [n, n * 10] for n in range(12)})
    printed = _printed(answer, 80)
    assert printed[:3] == ["row 1", "column_0 0", "column_1 1"]
    assert printed[13:16] == ["row 2", "column_0 0", "column_1 10"]


def test_more_rows_than_are_shown_are_counted() -> None:
    answer = pl.DataFrame({"n": range(53)})
    assert _printed(answer, 80)[-1] == "3 more rows; --format csv prints all"
