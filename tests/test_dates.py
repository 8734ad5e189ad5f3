"""Dates that a page shows."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.dates import page_dates, parse_dates, read_headers
from copydesk.places import around


def parse(line, **how):
    found = parse_dates(line, **how)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("line", "at", "precision"),
    [
        ("2022-05-23T10:43+0000", datetime(2022, 5, 23, 10, 43, tzinfo=UTC), "minute"),
        ("2023-03-14T09:20+0300", datetime(2023, 3, 14, 6, 20, tzinfo=UTC), "minute"),
        (
            "2026-06-30T16:34:54.488000+00:00",
            datetime(2026, 6, 30, 16, 34, 54, tzinfo=UTC),
            "second",
        ),
        ("2017-08-21T08:00:00Z", datetime(2017, 8, 21, 8, 0, tzinfo=UTC), "minute"),
        ("9 March 2024 9:52 PM NZDT", datetime(2024, 3, 9, 8, 52, tzinfo=UTC), "minute"),
        ("January 19, 2017 9:30 p.m. EST", datetime(2017, 1, 20, 2, 30, tzinfo=UTC), "minute"),
        ("22 de abril de 2021, 19:05 GMT-3", datetime(2021, 4, 22, 22, 5, tzinfo=UTC), "minute"),
        ("Published 4 May 2021, 10:10 AM", datetime(2021, 5, 4, tzinfo=UTC), "day"),
        ("12. März 2020", datetime(2020, 3, 12, tzinfo=UTC), "day"),
        ("Publié le 3 août 2020 à 18h12", datetime(2020, 8, 3, tzinfo=UTC), "day"),
        ("Publicado em 30/06/2019 às 09h15", datetime(2019, 6, 30, tzinfo=UTC), "day"),
        ("2022年10月7日", datetime(2022, 10, 7, tzinfo=UTC), "day"),
        ("3 декабря 2010, 14:40 МСК", datetime(2010, 12, 3, 11, 40, tzinfo=UTC), "minute"),
        ("14.11.24", datetime(2024, 11, 14, tzinfo=UTC), "day"),
        ("2025.05.15 20:00", datetime(2025, 5, 15, tzinfo=UTC), "day"),
        ("UPDATED 16:47 EST / DECEMBER 19 2025", datetime(2025, 12, 19, tzinfo=UTC), "day"),
        ("12. MÄR 2025 18:03", datetime(2025, 3, 12, tzinfo=UTC), "day"),
    ],
)
def test_a_date_is_read_with_its_precision(line, at, precision):
    parsed = parse(line)
    assert (parsed.at, parsed.precision) == (at, precision)


@pytest.mark.parametrize(
    "line", ["", "no date", "2022-13-45", "31.02.2020", "May 1066", "version 1.2.3", "45-12-11"]
)
def test_what_is_no_certain_date_is_none(line):
    assert parse(line) is None


@given(st.text(max_size=60))
def test_any_line_parses_or_not(line):
    assert all(date.precision in ("day", "minute", "second") for date in parse_dates(line))


def test_the_order_of_day_and_month_is_a_matter_of_language():
    assert parse("03/04/2020", day_first=True).day == date(2020, 4, 3)
    assert parse("03/04/2020", day_first=False).day == date(2020, 3, 4)
    assert parse("03/14/2020").day == date(2020, 3, 14)
    either = parse("03/04/2020")
    assert {either.day, either.other.date()} == {date(2020, 4, 3), date(2020, 3, 4)}


def test_words_say_what_each_date_of_a_line_is():
    line = "Updated May 6, 2022 8:23 PM ET Originally published May 4, 2022"
    assert [(shown.kind, shown.day.day) for shown in parse_dates(line)] == [
        ("modified", 6),
        ("published", 4),
    ]


def dates_of(blocks, header=None, precision=None, language="en"):
    frame = pl.DataFrame(
        [("d", n, *block) for n, block in enumerate(blocks)],
        schema=["document_id", "block_index", "role", "reason", "text"],
        orient="row",
    )
    headers = pl.DataFrame(
        [("d", header, precision)],
        schema={"document_id": pl.String, "header_date": pl.Date, "header_precision": pl.String},
        orient="row",
    )
    places = pl.DataFrame(
        {
            "document_id": ["d"],
            "title_block": [None],
            "first_block": [0],
            "last_block": [len(blocks)],
        },
        schema_overrides={"title_block": pl.Int64},
    )
    languages = pl.DataFrame({"document_id": ["d"], "language": [language]})
    return page_dates(around(frame, places), headers, languages).row(0, named=True)


STAMP = ("timestamp", "iso_timestamp")


def test_of_three_stamps_the_third_is_the_publication_and_the_second_the_change():
    found = dates_of([(*STAMP, f"2023-01-01T0{hour}:00+0000") for hour in (1, 5, 3)])
    assert found["published_at"] == datetime(2023, 1, 1, 3, tzinfo=UTC)
    assert found["modified_at"] == datetime(2023, 1, 1, 5, tzinfo=UTC)
    assert found["published_source"] == "machine_timestamp"


def test_a_date_after_the_headers_is_not_believed():
    lines = [("timestamp", "date_line", "5 May 2024"), ("timestamp", "date_line", "4 May 2021")]
    assert dates_of(lines, date(2021, 5, 5), "day")["published_at"] == datetime(
        2021, 5, 4, tzinfo=UTC
    )


def test_a_date_that_the_header_bears_out_comes_before_a_nearer_one():
    lines = [("timestamp", "date_line", "1 May 2021"), ("timestamp", "date_line", "4 May 2021")]
    assert dates_of(lines, date(2021, 5, 4), "day")["published_at"].day == 4
    assert dates_of(lines)["published_at"].day == 1


def test_the_header_tells_which_number_is_the_month():
    lines = [("timestamp", "date_line", "03/04/2021")]
    assert dates_of(lines)["published_at"] is None
    assert dates_of(lines, date(2021, 4, 1), "month")["published_at"].date() == date(2021, 4, 3)
    assert dates_of(lines, language="de")["published_at"].date() == date(2021, 4, 3)


def test_of_two_dates_without_a_word_the_earlier_is_the_publication():
    lines = [("timestamp", "date_line", "May 21, 2025 April 24, 2025 by Jane Doe")]
    assert dates_of(lines)["published_at"].date() == date(2025, 4, 24)


def test_a_change_is_the_publication_only_where_nothing_else_is_known():
    change = ("timestamp", "date_line", "Updated 6 May 2021")
    alone = dates_of([change])
    assert (alone["published_at"].day, alone["published_source"]) == (6, "change")
    both = dates_of([change, ("timestamp", "date_line", "4 May 2021")])
    assert (both["published_at"].day, both["modified_at"].day) == (4, 6)


def test_the_header_is_the_last_resort_and_keeps_its_precision():
    found = dates_of([("body", "prose", "Text.")], date(2023, 7, 1), "month")
    assert (found["published_precision"], found["published_source"]) == ("month", "crawler_header")


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        (" date 2022-05-23 https://x", date(2022, 5, 23), "day"),
        ("date 2023-07 Title", date(2023, 7, 1), "month"),
        ("date 2021\nTitle", date(2021, 1, 1), "year"),
        ("Update 2021", None, None),
        ("date 2021-99-99 x", None, None),
    ],
)
def test_headers(text, day, precision):
    header = read_headers(pl.DataFrame({"document_id": ["d"], "text": [text]})).row(0, named=True)
    assert (header["header_date"], header["header_precision"]) == (day, precision)
