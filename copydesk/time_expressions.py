"""Time expressions: the dates and periods in an article's text, as TIMEX3.

What belongs here: finding expressions with the grammar, choosing among overlapping ones, reading each against the day
of publication and against the day spoken of before it, and laying them out as a table. What does not: the grammar
(timex_grammar.py), what an expression means (timex_values.py).

English has the whole grammar; of other languages only days written in digits are read.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from copydesk.body import PARAGRAPH_BREAK
from copydesk.calendars import UNIT_DAYS, days_of
from copydesk.tables import TIME_EXPRESSIONS
from copydesk.timex_grammar import TRIGGERS, Rule, rules_for
from copydesk.timex_values import MEANINGS, Kind, Setting, Tense

GRAMMAR_LANGUAGE: Final = "en"
# By unit, the day spoken of last that is known as precisely as the unit asks.
Spoken = dict[str, date]
_NEUTRAL_RULES: Final = frozenset({"iso day", "day.month.year"})
# How far the words reach that tell the tense: about a clause.
CLAUSE_CHARACTERS: Final = 90
# Two halves of one expression: `3 p.m. on Tuesday`, `Tuesday at noon`, `the morning of 12 May`.
_JOINT: Final = re.compile(
    r"(?:,?\s(?:on|at|of|around|about|by|in the|shortly after)?\s?(?:the\s)?|,\s?)"
)
_DAY_VALUE: Final = re.compile(r"\d{4}-\d\d-\d\d|XXXX-WXX-\d|XXXX-\d\d-\d\d")
_CUE: Final = re.compile(
    r"(?P<future>\b(?:will|won['’]t|would(?!\shave)|shall|going\sto|plans?\sto|hopes?\sto|aims?\sto|intends?\sto|upcoming|deadline|ahead\sof"
    r"|(?:set|due|expected|scheduled|slated|planned|planning|likely|preparing|ready|poised|about)\s(?:to|for|on|in|by)"
    r"|(?:is|are)\s(?:to|due|scheduled|planned|expected)|until|expires?|(?:starts|begins|opens|ends|closes|returns|takes\splace|runs))\b|['’]ll\b)"
    r"|(?P<past>\b(?:was|were|had|did|said|told|took|made|came|went|got|gave|won|lost|fell|rose|met|held|began|left|found"
    r"|kept|saw|became|led|sent|struck|shot|spoke|wrote|ran|broke|grew|since|after|has|have|\w{2,}(?<!e)ed)\b)",
    re.IGNORECASE,
)
_TRIGGER_PATTERNS: Final = {name: re.compile(pattern) for name, pattern in TRIGGERS.items()}
_SENTENCE_END: Final = re.compile(r"[.!?][\"'”’)]*\s+(?=[\"'“‘(]*[A-Z])")


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """Characters `start` to `end` of a text; TIMEX3 type and value; the first and last day where they are known."""

    start: int
    end: int
    surface: str
    kind: Kind
    value: str | None

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day."""
        return days_of(self.value) if self.kind in ("DATE", "TIME") else None


@dataclass(frozen=True, slots=True)
class _Candidate:
    start: int
    end: int
    meaning: str
    groups: dict[str, str | None]


def find_time_expressions(
    text: str,
    published: date | None,
    precision: str = "day",
    rules: Sequence[Rule] | None = None,
    spoken: Spoken | None = None,
) -> list[TimeExpression]:
    """The time expressions of one text, in order, not overlapping.

    Args:
        text: English.
        published: the day of publication, if known.
        precision: how much of it is known: `day`, `month` or `year`.
        rules: the rules to try; all whose trigger the text has, if None.
        spoken: the days that the text before this one spoke of last; brought up to date.
    """
    spoken = {} if spoken is None else spoken
    if rules is None:
        rules = rules_for(
            name for name, pattern in _TRIGGER_PATTERNS.items() if pattern.search(text)
        )
    found = list[TimeExpression]()
    for candidate in _longest(_candidates(text, rules)):
        setting = Setting(
            published=published,
            precision=precision,
            spoken_of=spoken,
            tense=_tense(text, candidate.start, candidate.end),
            before=text[max(0, candidate.start - 20) : candidate.start],
            after=text[candidate.end : candidate.end + 40],
        )
        meaning = MEANINGS[candidate.meaning](candidate.groups, setting)
        if meaning is None:
            continue
        expression = TimeExpression(
            candidate.start,
            candidate.end,
            text[candidate.start : candidate.end],
            meaning.kind,
            meaning.value,
        )
        joined = _join(text, found[-1], expression) if found else None
        if joined is not None:
            found[-1] = expression = joined
        else:
            found.append(expression)
        if expression.days is not None:
            first, last = expression.days
            spoken |= {
                unit: first for unit, days in UNIT_DAYS.items() if (last - first).days < days
            }
    return found


def annotate_time(articles: pl.DataFrame) -> pl.DataFrame:
    """The table `time_expressions` of `articles`.

    Args:
        articles: `article_id`, `body`, `language`, `published_at`, `published_precision`.
    """
    spoken = dict[str, Spoken]()
    rows = list[tuple[object, ...]]()
    for paragraph in _paragraphs(articles).iter_rows(named=True):
        rules = rules_for(name for name in TRIGGERS if paragraph[name])
        if paragraph["language"] != GRAMMAR_LANGUAGE:
            rules = [rule for rule in rules if rule.name in _NEUTRAL_RULES]
        article_id, offset = paragraph["article_id"], paragraph["offset"]
        rows.extend(
            (
                article_id,
                each.start + offset,
                each.end + offset,
                each.surface,
                each.kind,
                each.value,
                *(each.days or (None, None)),
            )
            for each in find_time_expressions(
                paragraph["text"],
                paragraph["published"],
                paragraph["precision"],
                rules,
                spoken.setdefault(article_id, {}),
            )
        )
    schema = TIME_EXPRESSIONS.polars_schema
    return TIME_EXPRESSIONS.conform(pl.DataFrame(rows, schema=schema, orient="row"))


def _paragraphs(articles: pl.DataFrame) -> pl.DataFrame:
    """The paragraphs that can hold an expression, in order, each with its offset and a column for every trigger."""
    return (
        articles.select(
            "article_id",
            "language",
            published=pl.col("published_at").dt.date(),
            precision=pl.col("published_precision")
            .cast(pl.String)
            .replace_strict({"month": "month", "year": "year"}, default="day"),
            text=pl.col("body").str.split(PARAGRAPH_BREAK),
        )
        .with_row_index("article")
        .explode("text")
        .with_columns(length=pl.col("text").str.len_chars() + len(PARAGRAPH_BREAK))
        .with_columns(
            *(
                pl.col("text").str.contains(pattern).alias(name)
                for name, pattern in TRIGGERS.items()
            ),
            offset=(pl.col("length").cum_sum() - pl.col("length")).over("article"),
        )
        .filter(pl.any_horizontal(*TRIGGERS))
    )


def _candidates(text: str, rules: Sequence[Rule]) -> Iterator[_Candidate]:
    for rule in rules:
        for match in rule.pattern.finditer(text):
            groups = match.groupdict()
            start, end = match.span("x") if "x" in groups else match.span()
            yield _Candidate(start, end, rule.meaning, groups)


def _longest(candidates: Iterator[_Candidate]) -> list[_Candidate]:
    """The longest ones that do not overlap, in the order of the text; of two alike the rule that comes first."""
    taken = list[_Candidate]()  # in the order of the text
    for each in sorted(candidates, key=lambda each: (each.start - each.end, each.start)):
        place = bisect_left(taken, each.start, key=_start)
        before = taken[place - 1].end if place else 0
        after = taken[place].start if place < len(taken) else each.end
        if before <= each.start and each.end <= after:
            taken.insert(place, each)
    return taken


def _start(candidate: _Candidate) -> int:
    return candidate.start


def _tense(text: str, start: int, end: int) -> Tense | None:
    """What the nearest verb before the expression in its sentence says, else the first one after it."""
    before = _SENTENCE_END.split(text[max(0, start - CLAUSE_CHARACTERS) : start])[-1]
    cues = list(_CUE.finditer(before))
    if not cues:
        after = _SENTENCE_END.split(text[end : end + CLAUSE_CHARACTERS])[0]
        cues = list(_CUE.finditer(after))[:1]
    if not cues:
        return None
    return "future" if cues[-1]["future"] else "past"


def _join(text: str, first: TimeExpression, second: TimeExpression) -> TimeExpression | None:
    """One expression of a day and a time that stand together."""
    if {first.kind, second.kind} != {"DATE", "TIME"}:
        return None
    if not _JOINT.fullmatch(text[first.end : second.start]):
        return None
    day, time = (first, second) if first.kind == "DATE" else (second, first)
    if day.value is None or time.value is None or not _DAY_VALUE.fullmatch(day.value):
        return None
    clock = time.value.partition("T")[2]
    return TimeExpression(
        first.start, second.end, text[first.start : second.end], "TIME", f"{day.value}T{clock}"
    )
