"""Calendars: the arithmetic of days and of the periods that TIMEX3 values name.

What belongs here: which value names the week, month or year that holds a day, how far another one lies, and the first
and last day of a value. What does not: words (timex_grammar.py), what they mean (timex_values.py).

Values are those of TIMEX3 (TimeML 1.2.1, after ISO 8601): `2022-05-12`, `2022-05`, `2022`, `202` (a decade), `20` (a
century), `2022-W20`, `2022-W20-WE`, `2022-Q2`, `2022-H1`, `2022-SU`, `2022-05-12TMO`, and `first/last` for a range.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

DAYS_A_WEEK: Final = 7
MONTHS_A_YEAR: Final = 12
# Units that are a number of months; the others are a number of days.
MONTHS: Final = {
    "month": 1,
    "quarter": 3,
    "half": 6,
    "year": 12,
    "decade": 120,
    "century": 1_200,
}
DAYS: Final = {"day": 1, "weekend": 7, "week": 7, "fortnight": 14}
# How many days a unit has at most. Coarser comes later: what is known to the month says nothing about the day.
UNIT_DAYS: Final = {
    "day": 1,
    "weekend": 7,
    "week": 7,
    "fortnight": 14,
    "month": 31,
    "quarter": 92,
    "half": 184,
    "year": 366,
    "decade": 3_653,
    "century": 36_525,
}
GRANULARITIES: Final = tuple(UNIT_DAYS)
# Meteorological seasons of the northern hemisphere, by their first month (World Meteorological Organization).
SEASONS: Final = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}

_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T.*)?")
_MONTH: Final = re.compile(r"(\d{4})-(\d\d)")
_WEEK: Final = re.compile(r"(\d{4})-W(\d\d)(-WE|-\d)?(?:T.*)?")
_PART: Final = re.compile(r"(\d{4})-(Q[1-4]|H[12]|SP|SU|FA|WI)")
_YEARS: Final = re.compile(r"\d{2,4}")


def value_of(day: date, unit: str) -> str:
    """The TIMEX3 value of the `unit` (see GRANULARITIES) that holds `day`."""
    year, week, _ = day.isocalendar()
    match unit:
        case "day":
            return day.isoformat()
        case "week" | "fortnight":
            return f"{year:04}-W{week:02}"
        case "weekend":
            return f"{year:04}-W{week:02}-WE"
        case "month":
            return f"{day.year:04}-{day.month:02}"
        case "quarter":
            return f"{day.year:04}-Q{(day.month + 2) // 3}"
        case "half":
            return f"{day.year:04}-H{1 if day.month <= MONTHS_A_YEAR // 2 else 2}"
        case "year":
            return f"{day.year:04}"
        case "decade":
            return f"{day.year // 10:03}"
        case "century":
            return f"{day.year // 100:02}"
        case _:
            raise ValueError(f"{unit!r} is no unit; known are {', '.join(GRANULARITIES)}")


def shift(day: date, unit: str, count: int) -> date | None:
    """The day `count` units later (earlier if negative); None beyond the calendar.

    A month's day that the target month lacks becomes its last one.
    """
    try:
        if unit in DAYS:
            return day + timedelta(days=DAYS[unit] * count)
        months = day.year * MONTHS_A_YEAR + day.month - 1 + MONTHS[unit] * count
        year, month = divmod(months, MONTHS_A_YEAR)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        return None


def valid_day(year: int, month: int, day: int) -> bool:
    """Whether the calendar has this day."""
    return 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def days_of(value: str | None) -> tuple[date, date] | None:
    """The first and the last day of what a TIMEX3 value names; None where it names no known days."""
    if value is None:
        return None
    first, separator, last = value.partition("/")
    if separator:
        opening, closing = days_of(first), days_of(last)
        if opening is None or closing is None or closing[1] < opening[0]:
            return None
        return opening[0], closing[1]
    try:
        return _days_of(value)
    except (OverflowError, ValueError):  # a 31 June, a week 53 that the year lacks
        return None


def _days_of(value: str) -> tuple[date, date] | None:
    if found := _DAY.fullmatch(value):
        day = date(int(found[1]), int(found[2]), int(found[3]))
        return day, day
    if found := _MONTH.fullmatch(value):
        return _months(int(found[1]), int(found[2]), 1)
    if found := _WEEK.fullmatch(value):
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        if found[3] == "-WE":
            return monday + timedelta(days=5), monday + timedelta(days=6)
        if found[3]:
            day = monday + timedelta(days=int(found[3][1:]) - 1)
            return day, day
        return monday, monday + timedelta(days=DAYS_A_WEEK - 1)
    if found := _PART.fullmatch(value):
        year, part = int(found[1]), found[2]
        if part in SEASONS:
            return _months(year, SEASONS[part], 3)
        length = MONTHS["quarter" if part[0] == "Q" else "half"]
        return _months(year, (int(part[1]) - 1) * length + 1, length)
    if _YEARS.fullmatch(value):
        years = 10 ** (4 - len(value))
        first = int(value) * years
        return date(first, 1, 1), date(first + years - 1, 12, 31)
    return None


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    first = date(year, month, 1)
    following = shift(first, "month", count)
    if following is None:
        raise OverflowError(f"{year}-{month} and {count} months is beyond the calendar")
    return first, following - timedelta(days=1)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm (Nature, 20 April 1876)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)
