"""Meanings: from what a rule of the grammar captured to a TIMEX3 type and value.

What belongs here: a function for each `meaning` that timex_grammar.RULES name, and what they share: the day of
publication, the day spoken of last, the tense. What does not: patterns (timex_grammar.py), calendar arithmetic
(calendars.py).

A meaning of None says that the words are no time expression after all; a value of None, that they are one whose place
in time is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, Literal

from copydesk.calendars import (
    GRANULARITIES,
    MONTHS_A_YEAR,
    easter,
    shift,
    valid_day,
    value_of,
)
from copydesk.timex_grammar import DECADES, MONTH_NAMES, NUMBER_WORDS, ORDINALS, WEEKDAY_NAMES

Kind = Literal["DATE", "TIME", "DURATION", "SET"]
Tense = Literal["past", "future"]
Groups = Mapping[str, str | None]

# TIMEX3 codes.
PARTS: Final = {"morning": "MO", "afternoon": "AF", "evening": "EV", "night": "NI"}
SEASON_CODES: Final = {"spring": "SP", "summer": "SU", "autumn": "FA", "fall": "FA", "winter": "WI"}
CLOCK_WORDS: Final = {
    "noon": "12:00",
    "midday": "12:00",
    "midnight": "24:00",
    "dawn": "MO",
    "dusk": "EV",
}
UNIT_CODES: Final = {
    "second": "T{}S",
    "minute": "T{}M",
    "hour": "T{}H",
    "day": "{}D",
    "night": "{}D",
    "weekday": "{}D",
    "week": "{}W",
    "fortnight": "{}W",
    "weekend": "{}WE",
    "month": "{}M",
    "quarter": "{}Q",
    "year": "{}Y",
    "annum": "{}Y",
    "decade": "{}DE",
    "century": "{}CE",
}
_SHORT_UNITS: Final = {"sec": "second", "min": "minute", "hr": "hour", "yr": "year"}
FREQUENCIES: Final = {
    "hourly": "PT1H",
    "daily": "P1D",
    "nightly": "P1D",
    "weekly": "P1W",
    "biweekly": "P2W",
    "fortnightly": "P2W",
    "monthly": "P1M",
    "bimonthly": "P2M",
    "quarterly": "P3M",
    "biannual": "P6M",
    "biannually": "P6M",
    "annual": "P1Y",
    "annually": "P1Y",
    "yearly": "P1Y",
}
FIXED_FEASTS: Final = {
    "christmas": (12, 25),
    "christmas day": (12, 25),
    "christmas eve": (12, 24),
    "boxing day": (12, 26),
    "new year's eve": (12, 31),
    "new year's": (1, 1),
    "new year's day": (1, 1),
    "halloween": (10, 31),
    "valentine's day": (2, 14),
    "epiphany": (1, 6),
}
# Days from Easter Sunday.
EASTER_FEASTS: Final = {"good friday": -2, "easter": 0, "easter sunday": 0, "easter monday": 1}
# Two digits of a year, as POSIX reads them.
TWO_DIGIT_PIVOT: Final = 69
# A month or day without a year is the nearest one: at most half a year away.
# People told of in the past get ready for a feast some weeks before it (`she decorated for Christmas`).
NEAR_FEAST: Final = 31
HALF_A_YEAR: Final = timedelta(days=183)
# Words that count things rather than name a year: `2000 people`.
_COUNTED: Final = re.compile(
    r"\s(?:(?:more|or|other|new|young|local|foreign|square|cubic|metric|US|British|Russian)\s)?"
    r"(?:people|men|women|children|troops|staff|feet|cattle|sheep|(?!elections|games|olympics|championships|was|has|is|this"
    r"|as|its|his|across|versus|plus|finals|primaries|census|species|series|versions|models|editions|budgets|awards"
    r"|protests|riots|floods|attacks)[a-z]{3,}s)\b"
    r"|\s?(?:per\s?cent|percent|million|billion|bn|km|kg|mph|hectares|acres|hours|hrs|GMT|calories|rpm|lbs?|cc|hp)\b"
)
_DETERMINED: Final = re.compile(
    r"\b(?:the|in|since|during|until|late|early|from|mid)[\s-]$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """TIMEX3 type and value."""

    kind: Kind
    value: str | None


@dataclass(frozen=True, slots=True)
class Setting:
    """What an expression is read against.

    `published` with its precision (a unit of calendars.GRANULARITIES), by unit the day spoken of last in the text, the
    tense of the words around, and what stands before and after it.
    """

    published: date | None
    precision: str = "day"
    spoken_of: Mapping[str, date] = field(default_factory=dict)
    tense: Tense | None = None
    before: str = ""
    after: str = ""

    def anchor(self, unit: str) -> date | None:
        """The day of publication, if it is known as precisely as the `unit` asks."""
        if GRANULARITIES.index(unit) < GRANULARITIES.index(self.precision):
            return None
        return self.published

    def told(self, unit: str) -> date | None:
        """The day spoken of last, as precisely as the `unit` asks; else that of publication."""
        return self.spoken_of.get(unit) or self.anchor(unit)


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    words = text.lower().replace("½", ".5").replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", words):
        return float(words)
    total = 0
    for word in re.split(r"[\s-]+", words):
        if word in ("hundred", "thousand"):
            total = max(total, 1) * (100 if word == "hundred" else 1_000)
        elif word in ("a", "an"):
            total += 1
        elif word in NUMBER_WORDS:
            total += NUMBER_WORDS[word]
        else:
            return None
    return float(total)


def _unit(word: str) -> str:
    unit = re.sub(r"ies$", "y", word.lower()).removesuffix("s").rstrip("'’").removesuffix("s")
    return _SHORT_UNITS.get(unit, unit)


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _length(number: float | None, unit: str) -> str:
    """`P3Y`, `PT30M`, `PXD`."""
    if number is not None and unit == "fortnight":
        number *= 2
    return "P" + UNIT_CODES[unit].format("X" if number is None else _plain(number))


def _month_number(name: str) -> int:
    stem = name[:3].lower()
    return next(number for number, month in enumerate(MONTH_NAMES, 1) if month[:3].lower() == stem)


def _year_number(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    return int(digits) + (1900 if int(digits) >= TWO_DIGIT_PIVOT else 2000)


def _steps(word: str | None) -> int:
    """How many units on: -1 for `last`, 0 for `this`, 1 for `next`."""
    words = (word or "").lower()
    if "before last" in words:
        return -2
    if any(each in words for each in ("last", "previous", "preceding", "prior", "this past")):
        return -1
    if any(each in words for each in ("next", "coming", "following", "subsequent")):
        return 1
    return 0


def _of_year(groups: Groups, setting: Setting) -> int | None:
    """The year that is written, or that `last year` stands for."""
    if groups.get("year"):
        return _year_number(str(groups["year"]))
    if groups.get("yshift"):
        moved = _moved(setting, "year", str(groups["yshift"]))
        return moved.year if moved else None
    return None


def _moved(setting: Setting, unit: str, word: str) -> date | None:
    """The day `word` (last, next, the following …) one `unit` away from what it is told from."""
    told = any(
        each in word.lower()
        for each in ("following", "previous", "same", "that", "preceding", "prior")
    )
    start = setting.told(unit) if told else setting.anchor(unit)
    return shift(start, unit, _steps(word)) if start else None


def _nearest(candidates: list[date], setting: Setting, tolerance: int) -> date | None:
    """Of the same day in several years the one that the tense asks for, else the nearest."""
    published = setting.published
    if published is None:
        return None
    slack = timedelta(days=tolerance)
    if setting.tense == "past":
        fitting = [day for day in candidates if day <= published + slack]
    elif setting.tense == "future":
        fitting = [day for day in candidates if day >= published - slack]
    else:
        fitting = candidates
    return min(fitting, key=lambda day: abs(day - published), default=None)


def _without_year(month: int, day: int, setting: Setting) -> date | None:
    if setting.anchor("day") is None or setting.published is None:
        return None
    years = range(setting.published.year - 1, setting.published.year + 2)
    candidates = [date(year, month, day) for year in years if valid_day(year, month, day)]
    return _nearest(candidates, setting, 0)


def numeric_day(groups: Groups, setting: Setting) -> Meaning | None:
    """`2022-05-12`, `2022-05-12T10:43Z`, `12.05.2022`."""
    year, month, day = (int(groups[part] or 0) for part in ("year", "month", "day"))
    if not valid_day(year, month, day):
        return None
    clock = groups.get("clock")
    value = date(year, month, day).isoformat()
    return Meaning("TIME", f"{value}T{clock}") if clock else Meaning("DATE", value)


def slashed_day(groups: Groups, setting: Setting) -> Meaning | None:
    """`25/12/2022`: what is day and what is month must show."""
    a, b, year = int(groups["a"] or 0), int(groups["b"] or 0), _year_number(groups["year"] or "")
    if a > MONTHS_A_YEAR >= b and valid_day(year, b, a):
        return Meaning("DATE", date(year, b, a).isoformat())
    if b > MONTHS_A_YEAR >= a and valid_day(year, a, b):
        return Meaning("DATE", date(year, a, b).isoformat())
    if a == b and valid_day(year, a, b):
        return Meaning("DATE", date(year, a, b).isoformat())
    return Meaning("DATE", None) if max(a, b) <= MONTHS_A_YEAR and min(a, b) > 0 else None


def calendar_day(groups: Groups, setting: Setting) -> Meaning | None:
    """`12 May`, `Thursday, May 12, 2022`, `May 12 of last year`."""
    month = _month_number(groups["month"] or "")
    day = int(re.sub(r"\D", "", groups["day"] or ""))
    year = _of_year(groups, setting)
    if year is None:
        if not valid_day(2000, month, day):  # a leap year
            return None
        found = _without_year(month, day, setting)
        return Meaning("DATE", found.isoformat() if found else f"XXXX-{month:02}-{day:02}")
    if not valid_day(year, month, day):
        return None
    return Meaning("DATE", date(year, month, day).isoformat())


def day_range(groups: Groups, setting: Setting) -> Meaning | None:
    """`12-14 May`: a range of days."""
    first = calendar_day(groups, setting)
    last = calendar_day({**groups, "day": groups["last"]}, setting)
    if first is None or last is None:
        return None
    if first.value is None or last.value is None or first.value >= last.value:
        return None
    return Meaning("DATE", f"{first.value}/{last.value}")


def month(groups: Groups, setting: Setting) -> Meaning | None:
    """`May 2022`, `May of last year`, `last May`, `in May`."""
    number = _month_number(groups["month"] or "")
    year = _of_year(groups, setting)
    published = setting.anchor("month")
    if year is None and published is not None:
        steps = _steps(groups.get("shift"))
        candidates = [date(published.year + offset, number, 1) for offset in (-1, 0, 1)]
        this = published.replace(day=1)
        if steps < 0:
            year = max(day for day in candidates if day < this).year
        elif steps > 0:
            year = min(day for day in candidates if day > this).year
        elif (groups.get("shift") or "").lower() == "this":
            year = published.year
        else:
            nearest = _nearest(candidates, setting, 31)
            year = nearest.year if nearest else published.year
    return Meaning("DATE", f"{year or 'XXXX'}-{number:02}")


def year_part(groups: Groups, setting: Setting) -> Meaning | None:
    """`the third quarter of 2020`, `Q3 2020`, `the first half`."""
    year = _of_year(groups, setting)
    if groups.get("code"):
        return Meaning("DATE", f"{year}-{groups['code']}")
    part = (groups["part"] or "").lower()
    word = (groups["ordinal"] or "").lower()
    last = 4 if part == "quarter" else 2
    number = last if word == "final" else int(word[0]) if word[0].isdigit() else ORDINALS.get(word)
    if number is None:  # `the last quarter`: three months till now, or the fourth of a year
        if year is None:
            moved = _moved(setting, part, "last")
            return Meaning("DATE", value_of(moved, part) if moved else None)
        number = last
    if number > last:
        return None
    if (
        year is None
        and part == "half"
        and groups.get("yshift") is None
        and "year" not in setting.before
    ):
        # `the first half` is mostly one of a match.
        return None
    published = setting.anchor("year")
    if year is None and published is not None:
        # The latest such quarter that has begun.
        months = (number - 1) * (12 // last) + 1
        year = published.year - (months > published.month and setting.tense != "future")
    return Meaning("DATE", f"{year or 'XXXX'}-{part[0].upper()}{number}")


def season(groups: Groups, setting: Setting) -> Meaning | None:
    """`summer of 2020`, `last winter`, `in the spring`."""
    code = SEASON_CODES[(groups["season"] or "").lower()]
    year = _of_year(groups, setting)
    published = setting.anchor("quarter")
    if year is None and published is not None:
        year = published.year + _steps(groups.get("shift"))
        if not groups.get("shift") and setting.tense == "past":
            year -= code in ("FA", "WI") and published.month < 9 - (code == "FA")
        if (
            groups.get("shift")
            and code == "WI"
            and published.month > 2
            and _steps(groups["shift"]) > 0
        ):
            year = published.year  # the winter after this summer begins this year
    return Meaning("DATE", f"{year or 'XXXX'}-{code}")


def fiscal_year(groups: Groups, setting: Setting) -> Meaning | None:
    """`fiscal 2020`, `FY20`."""
    return Meaning("DATE", f"{_year_number(groups['year'] or ''):04}")


def year(groups: Groups, setting: Setting) -> Meaning | None:
    """`in 2020`, `2020`: unless it counts something."""
    digits = groups["year"] or ""
    if _COUNTED.match(setting.after) and not (
        _DETERMINED.search(setting.before) and digits.startswith(("19", "20"))
    ):
        return None
    evidence = (groups.get("evidence") or "").lower()
    # `for 1500`, `to 2000`, `about 1800` count as often as they date.
    if evidence in ("for", "to", "about", "around", "and", "or", "every", "each", "of", "between"):
        if not digits.startswith(("19", "20")) or int(digits) % 100 == 0:
            return None
    elif not evidence and int(digits) % 1000 == 0 and not groups.get("mod"):
        return None
    return Meaning("DATE", digits)


def year_range(groups: Groups, setting: Setting) -> Meaning | None:
    """`2019-20`, `2019-2021`."""
    first, last = groups["year"] or "", groups["last"] or ""
    last = first[: 4 - len(last)] + last
    return Meaning("DATE", f"{first}/{last}") if first < last else None


def decade(groups: Groups, setting: Setting) -> Meaning | None:
    """`the 1990s`, `the '90s`, `the nineties`."""
    if groups["tens"]:
        return Meaning("DATE", groups["tens"])
    if groups["short"]:
        return Meaning("DATE", f"{'20' if groups['short'] in '01' else '19'}{groups['short']}")
    word = (groups["word"] or "").lower()
    # `in her thirties` is an age, `the thirties` a decade.
    if re.search(
        r"\b(?:his|her|their|my|your|our|its)\s(?:early\s|late\s|mid[\s-])?$", setting.before
    ):
        return None
    return Meaning("DATE", DECADES[word])


def century(groups: Groups, setting: Setting) -> Meaning | None:
    """`the 19th century`."""
    number = int(groups["number"]) if groups["number"] else ORDINALS[(groups["word"] or "").lower()]
    return Meaning("DATE", f"{number - 1:02}") if 1 <= number <= 30 else None


def feast(groups: Groups, setting: Setting) -> Meaning | None:
    """`Christmas`, `Good Friday`, `Thanksgiving`."""
    name = (groups["feast"] or "").lower().replace("’", "'")

    def day_in(year: int) -> date:
        if name in FIXED_FEASTS:
            return date(year, *FIXED_FEASTS[name])
        if name in EASTER_FEASTS:
            return easter(year) + timedelta(days=EASTER_FEASTS[name])
        november = date(year, 11, 1)  # Thanksgiving: the fourth Thursday
        return november + timedelta(days=(3 - november.weekday()) % 7 + 21)

    if groups["year"]:
        return Meaning("DATE", day_in(int(groups["year"])).isoformat())
    published = setting.anchor("day")
    if published is None:
        fixed = FIXED_FEASTS.get(name)
        return Meaning("DATE", f"XXXX-{fixed[0]:02}-{fixed[1]:02}" if fixed else None)
    candidates = [day_in(published.year + offset) for offset in (-1, 0, 1)]
    steps = _steps(groups.get("shift"))
    if steps < 0:
        found: date | None = max(day for day in candidates if day < published)
    elif steps > 0:
        found = min(day for day in candidates if day > published)
    else:
        found = _nearest(candidates, setting, NEAR_FEAST)
    return Meaning("DATE", found.isoformat() if found else None)


def attacks(groups: Groups, setting: Setting) -> Meaning | None:
    """`9/11`."""
    return Meaning("DATE", "2001-09-11")


def deictic_day(groups: Groups, setting: Setting) -> Meaning | None:
    """`today`, `yesterday morning`."""
    word = (groups["word"] or "").lower()
    steps = {"yesterday": -1, "today": 0, "tomorrow": 1}.get(word.split()[-1], 0)
    if " " in word:
        steps *= 2
    anchor = setting.anchor("day")
    day = shift(anchor, "day", steps) if anchor else None
    return _with_part(day.isoformat() if day else None, groups.get("part"))


def _with_part(value: str | None, part: str | None) -> Meaning:
    if not part:
        return Meaning("DATE", value)
    return Meaning("TIME", f"{value}T{PARTS[part.lower()]}" if value else None)


def deictic_part(groups: Groups, setting: Setting) -> Meaning | None:
    """`this morning`, `last night`, `tonight`, `overnight`."""
    word = (groups["word"] or "").lower()
    if word in ("this", "last") and not groups.get("part"):
        return None
    anchor = setting.anchor("day")
    day = shift(anchor, "day", -1 if word == "last" else 0) if anchor else None
    return _with_part(day.isoformat() if day else None, groups.get("part") or "night")


def weekday(groups: Groups, setting: Setting) -> Meaning | None:
    """`on Tuesday`, `last Tuesday`, `Tuesday night`, `Tuesday of last week`."""
    number = WEEKDAY_NAMES.index(groups["weekday"] or "")
    if groups.get("early"):
        groups = {**groups, "part": "morning"}
    anchor = setting.anchor("day")
    if anchor is None:
        return _with_part(f"XXXX-WXX-{number + 1}", groups.get("part"))
    word = (groups.get("shift") or "").lower()
    back = (anchor.weekday() - number) % 7
    ahead = (number - anchor.weekday()) % 7
    if groups.get("week"):
        moved = anchor + timedelta(days=7 * _steps(groups["week"]) - anchor.weekday() + number)
    elif "following" in word or "previous" in word:
        told = setting.told("day") or anchor
        moved = (
            told + timedelta(days=(number - told.weekday() - 1) % 7 + 1)
            if "following" in word
            else told - timedelta(days=(told.weekday() - number - 1) % 7 + 1)
        )
    elif word in ("last", "this past"):
        moved = anchor - timedelta(days=back or 7)
    elif word in ("next", "this coming"):
        moved = anchor + timedelta(days=ahead or 7)
    elif setting.tense == "future" or (word == "this" and setting.tense != "past"):
        moved = anchor + timedelta(days=ahead)
    else:
        moved = anchor - timedelta(days=back)
    return _with_part(moved.isoformat(), groups.get("part"))


def deictic_period(groups: Groups, setting: Setting) -> Meaning | None:
    """`last week`, `this year`, `next summer`, `earlier this month`."""
    return _period(groups, setting)


def coming_period(groups: Groups, setting: Setting) -> Meaning | None:
    """`the following week`, `the same day`, `that year`, `the year before last`."""
    if "before last" in (groups["shift"] or "").lower():
        return _period(groups, setting)
    word = (groups["shift"] or "").lower()
    if word in (
        "following",
        "next",
        "same",
        "that",
        "that same",
        "previous",
        "preceding",
        "subsequent",
        "prior",
    ):
        unit = _unit(groups["unit"] or "")
        if unit in SEASON_CODES:
            start = setting.told("year")
            return Meaning("DATE", f"{start.year if start else 'XXXX'}-{SEASON_CODES[unit]}")
        whole = "day" if unit == "night" else unit
        start = setting.told(whole)
        moved = shift(start, whole, _steps(word)) if start else None
        value = value_of(moved, whole) if moved else None
        return _with_part(value, "night" if unit == "night" else None)
    return _period(groups, setting)


def _period(groups: Groups, setting: Setting) -> Meaning | None:
    unit = _unit(groups["unit"] or "")
    steps = _steps(groups["shift"])
    if unit in SEASON_CODES:
        return season({"season": unit, "shift": groups["shift"]}, setting)
    if unit == "day" and "this" in (groups["shift"] or "").lower():
        return Meaning(
            "DATE",
            setting.published.isoformat() if setting.anchor("day") and setting.published else None,
        )
    whole = "day" if unit == "night" else unit
    anchor = setting.anchor(whole)
    if (
        anchor is not None
        and unit == "weekend"
        and steps == 0
        and setting.tense == "past"
        and anchor.weekday() < 5
    ):
        steps = -1  # `this weekend`, said on the Monday after it
    moved = shift(anchor, whole, steps) if anchor else None
    value = value_of(moved, whole) if moved else None
    return _with_part(value, "night" if unit == "night" else None)


def edge_of_period(groups: Groups, setting: Setting) -> Meaning | None:
    """`the end of the year`, `year-end`: TIMEX3 gives the period and leaves the edge to `mod`."""
    unit = _unit(groups["unit"] or "")
    anchor = setting.anchor(unit)
    return Meaning("DATE", value_of(anchor, unit) if anchor else None)


def weekend(groups: Groups, setting: Setting) -> Meaning | None:
    """`over the weekend`: the one before, told in the week after it."""
    anchor = setting.anchor("weekend")
    if anchor is None:
        return Meaning("DATE", None)
    before = anchor.weekday() < 5 and setting.tense != "future"
    moved = anchor - timedelta(days=7) if before else anchor
    return Meaning("DATE", value_of(moved, "weekend"))


def distance(groups: Groups, setting: Setting) -> Meaning | None:
    """`three days ago`, `two weeks later`, `a year earlier`, `years ago`."""
    unit = _unit(groups.get("unit") or groups.get("units") or groups.get("vague") or "")
    way = (groups["way"] or "").lower()
    backwards = way in ("ago", "earlier", "before", "previously")
    number = (
        1.0 if groups.get("one") else _number(groups["number"]) if groups.get("number") else None
    )
    if unit in ("second", "minute", "hour"):
        return Meaning("TIME", None) if number is not None else _somewhere(backwards)
    if number is None:
        if not groups.get("half"):
            return _somewhere(backwards)
        number = 0.5
    told = way in (
        "earlier",
        "later",
        "before",
        "after",
        "afterwards",
        "afterward",
        "previously",
        "on",
    )
    whole = "day" if unit == "night" else unit
    start = setting.told(whole) if told else setting.anchor(whole)
    if start is None:
        return Meaning("DATE", None)
    if number != int(number):  # `half a year ago`, `1.5 years ago`
        if whole not in ("year", "decade"):
            return Meaning("DATE", None)
        number, whole = number * (12 if whole == "year" else 120), "month"
    moved = shift(start, whole, int(-number if backwards else number))
    return Meaning("DATE", value_of(moved, whole) if moved else None)


def _somewhere(backwards: bool) -> Meaning:
    return Meaning("DATE", "PAST_REF" if backwards else "FUTURE_REF")


def duration(groups: Groups, setting: Setting) -> Meaning | None:
    """`three years`, `a year`, `for months`, `half an hour`."""
    unit = _unit(groups.get("unit") or groups.get("units") or groups.get("one") or "")
    word = (groups.get("one") or "").lower()
    if groups.get("number"):
        number = _number(groups["number"])
        if number is not None and groups.get("plus"):
            number += 0.5
    elif "half" in word:
        if unit in ("hour", "minute"):
            return Meaning("DURATION", "PT30M" if unit == "hour" else "PT30S")
        if unit == "second":
            return None
        number = 0.5
    elif word:
        if unit in ("second", "quarter", "night") or (unit == "minute" and word == "the last"):
            return None  # `a second try`, `a quarter of them`, `the last minute`
        number = 1.0
    else:
        number = None
    if number == 0:  # `zero days`
        return None
    return Meaning("DURATION", _length(number, unit))


def every(groups: Groups, setting: Setting) -> Meaning | None:
    """`every day`, `every Monday`, `each morning`, `Mondays`."""
    if groups.get("weekday"):
        value = f"XXXX-WXX-{WEEKDAY_NAMES.index(groups['weekday'] or '') + 1}"
        part = groups.get("part")
        return Meaning("SET", f"{value}T{PARTS[part.lower()]}" if part else value)
    if groups.get("part") and not groups.get("units"):
        return Meaning("SET", f"XXXX-XX-XXT{PARTS[(groups['part'] or '').lower()]}")
    word = _unit(groups.get("units") or groups.get("unit") or "")
    if word == "weekend":
        return Meaning("SET", "XXXX-WXX-WE")
    if word == "second":
        return None  # `every second week`
    number = _number(groups["number"]) if groups.get("number") else 1.0
    return Meaning("SET", _length(number, word))


def rate(groups: Groups, setting: Setting) -> Meaning | None:
    """`twice a year`, `per day`, `$5 an hour`."""
    return Meaning("SET", _length(1.0, (groups["unit"] or "").lower()))


def frequency(groups: Groups, setting: Setting) -> Meaning | None:
    """`daily`, `annual`."""
    return Meaning("SET", FREQUENCIES[(groups["word"] or "").lower()])


def clock(groups: Groups, setting: Setting) -> Meaning | None:
    """`3:30 p.m.`, `15:30 GMT`: on the day spoken of last, else of publication."""
    hour, minute = int(groups["hour"] or 0), int(groups.get("minute") or 0)
    half = (groups.get("half") or "").lower()
    if half.startswith("p"):
        hour = hour % 12 + 12
    elif half.startswith("a"):
        hour %= 12
    return _at(f"{hour:02}:{minute:02}", setting)


def noon(groups: Groups, setting: Setting) -> Meaning | None:
    """`noon`, `midnight`, `dawn`."""
    return _at(CLOCK_WORDS[(groups["word"] or "").lower()], setting)


def part_of_day(groups: Groups, setting: Setting) -> Meaning | None:
    """`in the morning`, `that evening`."""
    return _at(PARTS[(groups["part"] or "").lower()], setting)


def early_hours(groups: Groups, setting: Setting) -> Meaning | None:
    """`the early hours`."""
    return _at("MO", setting)


def _at(time: str, setting: Setting) -> Meaning:
    day = setting.told("day")
    return Meaning("TIME", f"{day.isoformat() if day else 'XXXX-XX-XX'}T{time}")


def present(groups: Groups, setting: Setting) -> Meaning | None:
    """`now`, `currently`."""
    return Meaning("DATE", "PRESENT_REF")


def past(groups: Groups, setting: Setting) -> Meaning | None:
    """`recently`, `in the past`."""
    return Meaning("DATE", "PAST_REF")


def future(groups: Groups, setting: Setting) -> Meaning | None:
    """`soon`, `in the near future`."""
    return Meaning("DATE", "FUTURE_REF")


MEANINGS: Final[Mapping[str, Callable[[Groups, Setting], Meaning | None]]] = MappingProxyType(
    {
        function.__name__: function
        for function in (
            attacks, calendar_day, century, clock, coming_period, day_range, decade, deictic_day, deictic_part,
            deictic_period, distance, duration, early_hours, edge_of_period, every, feast, fiscal_year, frequency,
            future, month, noon, numeric_day, part_of_day, past, present, rate, season, slashed_day, weekday, weekend,
            year, year_part, year_range,
        )
    }
)  # fmt: skip
