"""Time expressions: what is found, what it is worth, and that offsets hold."""

import string
from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.calendars import days_of, easter, shift, value_of
from copydesk.time_expressions import annotate_time, find_time_expressions
from copydesk.timex_grammar import RULES, TRIGGERS
from copydesk.timex_values import MEANINGS

# A Wednesday.
PUBLISHED = date(2023, 4, 5)


def read(text, published=PUBLISHED, precision="day"):
    return [
        (each.surface, each.kind, each.value)
        for each in find_time_expressions(text, published, precision)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the calendar
        ("It opened on 12 March.", [("12 March", "DATE", "2023-03-12")]),
        ("It opened on March 12th.", [("March 12th", "DATE", "2023-03-12")]),
        ("It opens on Friday, 2 June 2023.", [("Friday, 2 June 2023", "DATE", "2023-06-02")]),
        ("The fair closed on 28 December.", [("28 December", "DATE", "2022-12-28")]),
        ("It will open on 3 January.", [("3 January", "DATE", "2024-01-03")]),
        ("It rained in Friday’s early hours.", [("Friday’s early hours", "TIME", "2023-03-31TMO")]),
        ("She decorated for Easter.", [("Easter", "DATE", "2023-04-09")]),
        ("Since the ‘70s it sank.", [("the ‘70s", "DATE", "197")]),
        ("They work six days a week.", [("six days a week", "SET", "P1W")]),
        ("It sank just hours after.", [("hours", "DURATION", "PTXH")]),
        ("The dawn of trade came soon after.", []),
        ("It ran 12–14 March.", [("12–14 March", "DATE", "2023-03-12/2023-03-14")]),
        ("Signed 25/12/2022.", [("25/12/2022", "DATE", "2022-12-25")]),
        ("Signed 04/03/2022.", [("04/03/2022", "DATE", None)]),
        ("In May of last year it sank.", [("May of last year", "DATE", "2022-05")]),
        ("In June 2021 it sank.", [("June 2021", "DATE", "2021-06")]),
        ("It sank in November.", [("November", "DATE", "2022-11")]),
        ("It will sail in November.", [("November", "DATE", "2023-11")]),
        ("Crews may march home.", []),
        ("Built in the 1990s.", [("the 1990s", "DATE", "199")]),
        ("A 19th-century mill.", [("19th-century", "DATE", "18")]),
        ("Sales rose in the third quarter.", [("the third quarter", "DATE", "2022-Q3")]),
        ("It closed in 1848.", [("1848", "DATE", "1848")]),
        ("Some 2000 people came.", []),
        ("The 2020 elections.", [("2020", "DATE", "2020")]),
        ("The 2019-20 season.", [("2019-20", "DATE", "2019/2020")]),
        ("They met at Christmas.", [("Christmas", "DATE", "2022-12-25")]),
        # relative to publication
        ("He left last week.", [("last week", "DATE", "2023-W13")]),
        ("He left on Monday.", [("Monday", "DATE", "2023-04-03")]),
        ("He left on Wednesday.", [("Wednesday", "DATE", "2023-04-05")]),
        ("He will leave on Monday.", [("Monday", "DATE", "2023-04-10")]),
        ("He left last Wednesday.", [("last Wednesday", "DATE", "2023-03-29")]),
        ("He left over the weekend.", [("the weekend", "DATE", "2023-W13-WE")]),
        ("He left two weeks ago.", [("two weeks ago", "DATE", "2023-W12")]),
        ("He left years ago.", [("years ago", "DATE", "PAST_REF")]),
        ("He left yesterday evening.", [("yesterday evening", "TIME", "2023-04-04TEV")]),
        ("He left last night.", [("last night", "TIME", "2023-04-04TNI")]),
        # times of day join the day beside them
        ("At 3:30 p.m. on Tuesday it fell.", [("3:30 p.m. on Tuesday", "TIME", "2023-04-04T15:30")]),
        ("On Tuesday at noon it fell.", [("Tuesday at noon", "TIME", "2023-04-04T12:00")]),
        # durations and sets
        ("A two-year ban.", [("two-year", "DURATION", "P2Y")]),
        ("It lasted two and a half years.", [("two and a half years", "DURATION", "P2.5Y")]),
        ("It took half an hour.", [("half an hour", "DURATION", "PT30M")]),
        ("Over the past three years.", [("the past three years", "DURATION", "P3Y")]),
        ("He sailed for decades.", [("decades", "DURATION", "PXDE")]),
        ("On second thoughts, a second boat left.", []),
        ("It meets every Monday.", [("every Monday", "SET", "XXXX-WXX-1")]),
        ("It meets twice a year.", [("twice a year", "SET", "P1Y")]),
        ("It costs $5 a month.", [("a month", "SET", "P1M")]),
        ("The daily ferry.", [("daily", "SET", "P1D")]),
        ("She reads the Daily Mail.", []),
    ],
)  # fmt: skip
def test_what_is_found(text, expected):
    assert read(text) == expected


def test_an_expression_is_read_against_the_day_spoken_of_before():
    assert read("It sank on 1 March 1990. Three days later, it was raised. A year earlier it was new.") == [
        ("1 March 1990", "DATE", "1990-03-01"),
        ("Three days later", "DATE", "1990-03-04"),
        ("A year earlier", "DATE", "1989"),
    ]  # fmt: skip


def test_a_year_spoken_of_says_nothing_about_the_day():
    assert read("It sank in 1990. Three days later, it was raised.", None)[1][2] is None


def test_without_a_day_of_publication_only_the_absolute_has_a_place():
    assert read("On 12 May, last week, on Tuesday and in June 2021.", None) == [
        ("12 May", "DATE", "XXXX-05-12"),
        ("last week", "DATE", None),
        ("Tuesday", "DATE", "XXXX-WXX-2"),
        ("June 2021", "DATE", "2021-06"),
    ]


def test_what_is_known_to_the_month_gives_no_day():
    assert read("Last year, last month and yesterday.", PUBLISHED, "month") == [
        ("Last year", "DATE", "2022"),
        ("last month", "DATE", "2023-03"),
        ("yesterday", "DATE", None),
    ]


def articles(**changed):
    return pl.DataFrame(
        [
            {
                "article_id": "a",
                "body": "It sank last week.\n\nIn 2021 – on 2021-06-02 – it was new.",
                "language": "en",
                "published_at": datetime(2023, 4, 5, tzinfo=UTC),
                "published_precision": "day",
            }
            | changed
        ]
    )


def test_the_table_has_offsets_into_the_body_and_days():
    frame = articles()
    found = annotate_time(frame)
    body = frame["body"][0]
    for start, end, surface in found.select("start", "end", "surface").iter_rows():
        assert body[start:end] == surface
    assert found.select("surface", "starts_on", "ends_on").rows() == [
        ("last week", date(2023, 3, 27), date(2023, 4, 2)),
        ("2021", date(2021, 1, 1), date(2021, 12, 31)),
        ("2021-06-02", date(2021, 6, 2), date(2021, 6, 2)),
    ]


def test_other_languages_give_days_in_digits():
    assert annotate_time(articles(language="de"))["surface"].to_list() == ["2021-06-02"]


def test_no_articles_give_an_empty_table():
    assert annotate_time(articles().clear()).is_empty()


def test_every_rule_has_a_meaning_and_a_trigger():
    assert {rule.meaning for rule in RULES} == set(MEANINGS)
    assert {rule.trigger for rule in RULES} == set(TRIGGERS)


@given(
    st.lists(
        st.sampled_from(
            [
                "on",
                "last",
                "next",
                "the",
                "31",
                "30",
                "2",
                "May",
                "March",
                "June",
                "2021",
                "3",
                "o'clock",
                "p.m.",
                "Friday",
                "week",
                "ago",
                "days",
                "later",
                "Q4",
                "years",
                "two",
                "half",
                "an",
                "hour",
                "every",
                "of",
                "quarter",
                "third",
                "weekend",
                ",",
                ".",
                "–",
                "1990s",
                "12/31/99",
                "at",
                "25:61",
                "morning",
            ]
        )
        | st.text(string.printable, max_size=6),
        max_size=14,
    ).map(" ".join),
    st.dates() | st.none(),
)
def test_any_words_give_expressions_in_order_at_their_offsets(text, published):
    found = find_time_expressions(text, published)
    end = 0
    for each in found:
        assert each.start >= end
        assert text[each.start : each.end] == each.surface
        end = each.end
        if each.days is not None:
            assert each.days[0] <= each.days[1]


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-W01", date(2023, 1, 2), date(2023, 1, 8)),
        ("2023-W01-WE", date(2023, 1, 7), date(2023, 1, 8)),
        ("2023-Q4", date(2023, 10, 1), date(2023, 12, 31)),
        ("2023-H1", date(2023, 1, 1), date(2023, 6, 30)),
        ("2023-WI", date(2023, 12, 1), date(2024, 2, 29)),
        ("199", date(1990, 1, 1), date(1999, 12, 31)),
        ("18", date(1800, 1, 1), date(1899, 12, 31)),
        ("2023-04-05T15:30", date(2023, 4, 5), date(2023, 4, 5)),
        ("2019/2020", date(2019, 1, 1), date(2020, 12, 31)),
    ],
)
def test_the_days_of_a_value(value, first, last):
    assert days_of(value) == (first, last)


@pytest.mark.parametrize("value", [None, "PAST_REF", "P3D", "XXXX-05-12", "2023-02-30", "2021-W53"])
def test_values_without_days(value):
    assert days_of(value) is None


@given(
    st.dates(date(1000, 1, 1), date(9000, 1, 1)),
    st.sampled_from(["day", "week", "month", "quarter", "year", "decade"]),
)
def test_a_day_lies_in_the_value_of_its_unit(day, unit):
    first, last = days_of(value_of(day, unit))
    assert first <= day <= last
    assert value_of(first, unit) == value_of(last, unit) == value_of(day, unit)


def test_shifting_keeps_within_the_month():
    assert shift(date(2023, 3, 31), "month", -1) == date(2023, 2, 28)
    assert shift(date(1, 1, 1), "year", -5) is None


@pytest.mark.parametrize(
    "day", [date(2024, 3, 31), date(2023, 4, 9), date(2000, 4, 23), date(1961, 4, 2)]
)
def test_easter(day):
    assert easter(day.year) == day
