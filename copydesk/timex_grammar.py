"""The grammar of English time expressions: which words can make one.

What belongs here: the lexicon and the rules, each a name and a pattern. What does not: what an expression means
(timex_values.py holds a function for each `meaning`), choosing among overlapping ones (time_expressions.py).

The approach is HeidelTime's (Strötgen and Gertz 2013): patterns over a lexicon find, functions normalise. A pattern is
a regular expression in which a space stands for any white space, `<UNIT>` for an entry of the lexicon and
`<unit:UNIT>` for the same, captured. Where a pattern captures `x`, only that part is the expression: what stands before
it is evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

NUMBER_WORDS: Final = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    word: value * 10
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2
    )
}
MONTH_NAMES: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAY_NAMES: Final = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
]
ORDINALS: Final = {
    word: value
    for value, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
            "twenty-first",
        ],
        1,
    )
}
DECADES: Final = {
    "twenties": "192",
    "thirties": "193",
    "forties": "194",
    "fifties": "195",
    "sixties": "196",
    "seventies": "197",
    "eighties": "198",
    "nineties": "199",
}

_SIMPLE_NUMBER: Final = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_TENS: Final = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_FULL_MONTHS: Final = "|".join(name for name in MONTH_NAMES if name not in ("May", "March"))

# Words that any case may write are matched in any case; names of months and days must be capitalised.
LEXICON: Final = {
    "YEAR": r"(?:1[5-9]|20)\d\d",
    "MODERN_YEAR": r"(?:19\d|20[0-4])\d",
    "MONTH": rf"(?:{_FULL_MONTHS}|March|May|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)",
    "CLEAR_MONTH": rf"(?:{_FULL_MONTHS}|(?:Jan|Feb|Aug|Sept?|Oct|Nov|Dec)\.)",
    "DAY": r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?",
    "WEEKDAY": rf"(?:{'|'.join(WEEKDAY_NAMES)})",
    "SHORT_WEEKDAY": rf"(?:{'|'.join(WEEKDAY_NAMES)}|(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b\.?)",
    "PART": r"(?i:morning|afternoon|evening|night)",
    "SEASON": r"(?i:spring|summer|autumn|fall|winter)",
    "UNIT": r"(?i:second|minute|hour|day|night|week|fortnight|weekend|month|quarter|year|decade|century)",
    "UNITS": r"(?i:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|fortnights?|weekends?|months?|quarters?|years?|yrs?|decades?|centur(?:y|ies))",
    "MANY": r"(?i:seconds|minutes|hours|days|nights|weeks|weekends|months|years|decades|centuries)",
    "PERIOD": r"(?i:week|fortnight|weekend|month|quarter|year|decade|century)",
    "ANY_PERIOD": r"(?i:day|night|week|weekend|month|quarter|year|decade|century|summer|winter|spring|autumn|fall)",
    "NUMBER": (
        rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+|½)?|(?i:(?:{_TENS})-(?:one|two|three|four|five|six|seven|eight|nine)"
        rf"|(?:a|one|two|three|four|five|six|seven|eight|nine) (?:hundred|thousand)|{_SIMPLE_NUMBER}))"
    ),
    "VAGUE": r"(?i:several|(?:a )?few|many|some|(?:a )?couple(?: of)?|(?:tens|dozens|hundreds|thousands) of|countless|numerous|a number of|recent)",
    "ABOUT": r"(?i:about|around|nearly|almost|roughly|approximately|over|more than|less than|fewer than|at least|up to|as (?:many|long) as|just over|just under|just|only|under|some|well over)",
    "MOD": r"(?i:early|earlier|late|later|mid|the (?:very )?(?:beginning|start|middle|end) of|by the end of)",
    "SHIFT": r"(?i:last|next|this|this past|this coming|the (?:same|following|previous|preceding))",
    "PREPOSITION": r"(?i:in|since|by|until|till|til|during|of|from|to|through|throughout|before|after|between|and|for|this|last|next|early|late|around|about|every|each|or)",
    "FAST_UNIT": r"(?i:second|minute|hour|day|week|month|year|annum)",
    "ZONE": r"(?:GMT|UTC|BST|E[SD]?T|C[SD]T|M[SD]T|P[SD]T|PT|CEST|CET|IST|JST|AE[SD]T|SAST|WAT|EAT|(?i:local time|local|eastern(?: time)?|pacific(?: time)?|o['’]clock))",
    "ORDINAL": r"(?i:first|second|third|fourth|1st|2nd|3rd|4th|final|last)",
}

# Cheap patterns (Rust's syntax, run by Polars) of which one must match before a group of rules is tried at all.
TRIGGERS: Final = {
    "digits": r"\d",
    "months": r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)",
    "weekdays": r"(?i)(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)|weekday|weekend",
    "units": r"(?i)second|minute|hour|\bday|\bnight|week|month|year|quarter|decade|centur|mins?\b|hrs?\b|yrs?\b",
    "parts": r"(?i)morning|afternoon|evening|night|noon|midday|dawn|dusk",
    "words": r"(?i)today|tomorrow|yesterday|now|current|present|moment|these days|recent|late|soon|future|\bpast\b|previously|weekend|daily|weekly|monthly|quarterly|yearly|annual|hourly|nightly",
    "seasons": r"(?i)spring|summer|autumn|\bfall\b|winter",
    "feasts": r"Christmas|Boxing|New Year|Easter|Good Friday|Halloween|Valentine|Thanksgiving|Epiphany|9/11",
    "decades": r"\d0s\b|(?i:twent|thirt|fort|fift|sixt|sevent|eight|ninet)ies\b|century",
}


@dataclass(frozen=True)
class Rule:
    """A pattern that finds; `meaning` names the function of timex_values.py that normalises what it finds."""

    name: str
    meaning: str
    trigger: str
    template: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The template as a regular expression, at word boundaries."""
        return compile_template(self.template)


def compile_template(template: str) -> re.Pattern[str]:
    """A template (see the module) as a regular expression that starts and ends at words' ends.

    Raises:
        KeyError: it names an entry that the lexicon lacks.
    """
    filled = re.sub(
        r"<(?:([a-z_]+\d?):)?([A-Z_]+)>",
        lambda match: (
            f"(?P<{match[1]}>{LEXICON[match[2]]})" if match[1] else f"(?:{LEXICON[match[2]]})"
        ),
        template,
    )
    spaced = filled.replace(" ", r"\s+")
    return re.compile(rf"(?<![\w$£€#])(?<!\w[-/.])(?:{spaced})(?!\w|-\w)")


_YEAR_AFTER: Final = r"(?:,? <year:YEAR>(?![\d%]|,\d)|,? (?:of )?<yshift:SHIFT> year)?"

RULES: Final[tuple[Rule, ...]] = (
    # --- days of the calendar
    Rule(
        "iso day",
        "numeric_day",
        "digits",
        r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?:[T ](?P<clock>[0-2]\d:[0-5]\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?",
    ),
    Rule(
        "day.month.year",
        "numeric_day",
        "digits",
        r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4})",
    ),
    Rule("slashes", "slashed_day", "digits", r"(?P<a>\d\d?)/(?P<b>\d\d?)/(?P<year>\d{4}|\d\d)"),
    Rule(
        "12 May 2022",
        "calendar_day",
        "months",
        r"(?:<weekday:SHORT_WEEKDAY>,? (?:the )?)?(?<![\d.,])<day:DAY>(?: day)?(?: of)? <month:MONTH>"
        + _YEAR_AFTER,
    ),
    Rule(
        "May 12, 2022",
        "calendar_day",
        "months",
        r"(?:<weekday:SHORT_WEEKDAY>,? )?<month:MONTH> (?:the )?<day:DAY>(?![\d%]|[:.,]\d|[ap]\.?m| percent| million| billion)"
        + _YEAR_AFTER,
    ),
    Rule(
        "12-14 May 2022",
        "day_range",
        "months",
        r"(?<![\d.,])<day:DAY>\s?(?:-|–|to|through|until)\s?<last:DAY> <month:MONTH>" + _YEAR_AFTER,
    ),
    Rule(
        "May 12-14, 2022",
        "day_range",
        "months",
        r"<month:MONTH> <day:DAY>\s?(?:-|–|to|through|until)\s?<last:DAY>(?![\d%]|[:.,]\d)"
        + _YEAR_AFTER,
    ),
    # --- months, quarters, seasons, years
    Rule(
        "May 2022",
        "month",
        "months",
        r"(?:<mod:MOD>[ -])?<month:MONTH>(?:,| of|['’]s)? (?:<year:YEAR>(?![\d%]|,\d)|<yshift:SHIFT> year)",
    ),
    Rule("late May", "month", "months", r"<mod:MOD>[ -]<month:MONTH>(?! \d)"),
    Rule("last May", "month", "months", r"(?i:<shift:SHIFT>) <month:MONTH>(?! \d)"),
    Rule(
        "in May", "month", "months", r"<PREPOSITION> (?P<x><month:MONTH>)(?! \d| [A-Z][a-z]+son\b)"
    ),
    Rule("June", "month", "months", r"<month:CLEAR_MONTH>(?! \d| [A-Z][a-z])"),
    Rule(
        "third quarter",
        "year_part",
        "units",
        r"(?i:the )?<ordinal:ORDINAL>[ -](?i:fiscal )?(?P<part>(?i:quarter|half))(?:(?i:,? (?:of |in )?(?:the )?(?:fiscal )?(?:year )?)(?:<year:YEAR>|<yshift:SHIFT> year|(?i:year)))?",
    ),
    Rule("Q3 2020", "year_part", "digits", r"(?P<code>[QH][1-4])(?: (?:of )?|/)<year:YEAR>"),
    Rule("2020 Q3", "year_part", "digits", r"<year:YEAR>[ -]?(?P<code>[QH][1-4])"),
    Rule(
        "summer of 2020",
        "season",
        "seasons",
        r"(?:<mod:MOD>[ -])?(?i:the )?<season:SEASON>(?:(?i: of|,| in)? (?:<year:YEAR>)|(?i:(?: of)? <yshift:SHIFT> year))",
    ),
    Rule(
        "last summer",
        "season",
        "seasons",
        r"(?i:<shift:SHIFT>|earlier this|later this) <season:SEASON>(?! (?:to|short|asleep|apart|back|into|behind)\b)",
    ),
    Rule(
        "in the summer",
        "season",
        "seasons",
        r"(?i:in|during|over|by|since|until|of|throughout) (?i:the )?(?P<x>(?:(?i:early|late|mid)[ -])?<season:SEASON>)",
    ),
    Rule(
        "fiscal 2020",
        "fiscal_year",
        "digits",
        r"(?:(?i:fiscal(?: year)?)|FY) ?['’]?(?P<year>20\d\d|19\d\d)",
    ),
    Rule("FY20", "fiscal_year", "digits", r"FY ?(?P<year>\d\d(?:\d\d)?)"),
    Rule(
        "in 2020",
        "year",
        "digits",
        r"<evidence:PREPOSITION> (?i:the (?:end|start|beginning|middle) of )?(?i:the )?(?i:year )?(?P<x><year:YEAR>)(?![\d%/]|[,.:]\d|-\d)",
    ),
    Rule(
        "2020",
        "year",
        "digits",
        r"(?:<mod:MOD>[ -])?(?<![\d.,:/£€$#–-])<year:MODERN_YEAR>(?![\d%/]|[,.:]\d|[-–]\d| ?[×x]|p\b)",
    ),
    Rule(
        "2019-20",
        "year_range",
        "digits",
        r"(?<![\d.,:/£€$#–-])<year:MODERN_YEAR>\s?[-–/]\s?(?P<last>(?:19|20)?\d\d)(?![\d%/-]|[,.:]\d)",
    ),
    Rule(
        "the 1990s",
        "decade",
        "decades",
        r"(?i:the )?(?:<mod:MOD>[ -])?(?:(?P<tens>(?:1[5-9]|20)\d)0['’]?s|['’‘](?P<short>\d)0s|(?P<word>(?i:twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)))",
    ),
    Rule(
        "19th century",
        "century",
        "decades",
        rf"(?i:the )?(?:<mod:MOD>[ -])?(?:(?P<number>\d\d?)(?:st|nd|rd|th)|(?P<word>(?i:{'|'.join(sorted(ORDINALS, key=len, reverse=True))})))[ -](?i:century)",
    ),
    Rule(
        "feast",
        "feast",
        "feasts",
        r"(?:(?i:<shift:SHIFT>) )?(?P<feast>Christmas Eve|Christmas(?: Day)?|Boxing Day|New Year['’]s Eve|New Year['’]s(?: Day)?|Good Friday|Easter(?: (?:Sunday|Monday))?|Halloween|Valentine['’]s Day|Thanksgiving(?: Day)?|Epiphany)(?:,? <year:YEAR>)?(?! (?:tree|card|carol|song|dinner|market|present|present|egg|bunny|special|Island))",
    ),
    Rule("9/11", "attacks", "feasts", r"9/11"),
    # --- relative to the day of publication
    Rule(
        "today",
        "deictic_day",
        "words",
        r"(?i:earlier |late |early )?(?P<word>(?i:the day before yesterday|the day after tomorrow|today|yesterday|tomorrow))(?:['’]s)?(?: <part:PART>)?",
    ),
    Rule(
        "this morning",
        "deictic_part",
        "parts",
        r"(?i:earlier |late |early )?(?P<word>(?i:this|last|tonight|overnight))(?: <part:PART>)?",
    ),
    Rule("tonight", "deictic_part", "parts", r"(?P<word>(?i:tonight|overnight))"),
    Rule(
        "on Tuesday",
        "weekday",
        "weekdays",
        r"(?:(?i:(?P<shift>last|next|this|this past|this coming|the following|the previous)) )?(?:(?i:early|late|earlier|later)(?: on)? )?(?<!Black\s)(?<!Ash\s)(?<!Super\s)(?<!Holy\s)(?<!Bloody\s)(?<!Cyber\s)(?<!Palm\s)(?<!Good\s)(?<!Easter\s)<weekday:WEEKDAY>(?:['’]s)?(?: <part:PART>| (?P<early>(?i:(?:early|small) hours)))?(?: (?:of )?(?P<week>(?i:last|this|next)) (?i:week))?(?! (?:Times|Telegraph|Mirror|Mail|Express|World|Independent|Herald|Post|School|Night (?:Live|Football)|Sun\b|Star|Tribune)\b)",
    ),
    Rule(
        "last week",
        "deictic_period",
        "units",
        r"(?:(?P<mod>(?i:early|earlier|late|later|(?:the )?(?:beginning|start|middle|end) of)) )?(?P<shift>(?i:last|this past|this coming|this|next|current|upcoming)) <unit:ANY_PERIOD>(?!['’]?s? (?:old|[-]old))",
    ),
    Rule(
        "the coming week",
        "coming_period",
        "units",
        r"(?i:the )(?P<shift>(?i:coming|current|following|next|previous|preceding|same|subsequent|prior)) <unit:ANY_PERIOD>",
    ),
    Rule(
        "that week",
        "coming_period",
        "units",
        r"(?P<shift>(?i:that|that same)) (?P<unit>(?i:day|night|week|weekend|month|quarter|year|decade|summer|winter|spring|autumn))",
    ),
    Rule(
        "the previous year",
        "coming_period",
        "units",
        r"(?i:a |the )?<unit:PERIOD> (?P<shift>(?i:before last))",
    ),
    Rule(
        "the end of the year",
        "edge_of_period",
        "units",
        r"(?i:the (?:very )?(?:end|start|beginning|middle|rest|remainder) of |later |earlier )(?i:the|this|that) <unit:PERIOD>",
    ),
    Rule("year-end", "edge_of_period", "units", r"(?P<unit>(?i:year|month))[- ]end"),
    Rule(
        "the weekend",
        "weekend",
        "weekdays",
        r"(?i:at|on|over|during|this|of|by|for) (?P<x>(?i:the) (?:(?i:past|coming) )?(?i:weekend))",
    ),
    Rule(
        "three days ago",
        "distance",
        "units",
        r"(?:<about:ABOUT> )?(?:<number:NUMBER>|<vague:VAGUE>|(?P<one>(?i:an?|one))|(?P<half>(?i:half an?)))(?: more)? <unit:UNITS> (?P<way>(?i:ago|from now|hence|previously|(?:earlier|later)(?! than\b)|(?:before|afterwards?|after|on)(?=[,.;:]|\s*$)))",
    ),
    Rule(
        "years ago",
        "distance",
        "units",
        r"(?P<vague><MANY>) (?P<way>(?i:ago|earlier|later|before))(?! than)",
    ),
    # --- sets
    Rule(
        "every day",
        "every",
        "units",
        r"(?P<quant>(?i:every|each))(?: (?:single|passing|other))?(?: <number:NUMBER>)? (?:<unit:UNITS>)",
    ),
    Rule(
        "every Monday",
        "every",
        "weekdays",
        r"(?P<quant>(?i:every|each))(?: (?:single|other))? (?:<weekday:WEEKDAY>|(?P<unit>(?i:weekend|weekday)))(?: <part:PART>)?",
    ),
    Rule(
        "every morning",
        "every",
        "parts",
        r"(?P<quant>(?i:every|each))(?: (?:single|other))? <part:PART>",
    ),
    Rule(
        "Mondays",
        "every",
        "weekdays",
        r"(?:(?P<weekday><WEEKDAY>)s(?! <PART>)|(?P<unit>(?i:weekdays|weekends)))",
    ),
    Rule(
        "twice a year",
        "rate",
        "units",
        r"(?P<x>(?:(?i:once|twice|<NUMBER> times|several times|<NUMBER> <MANY>) )(?i:an?|per|each|every) <unit:FAST_UNIT>)",
    ),
    Rule(
        "$5 a year",
        "rate",
        "units",
        r"(?:[$£€]?[\d,.]+(?:[kKmM]|bn)?|percent|per cent|%|million|billion|trillion|thousand|hundred|times|dollars|euros|pounds|people|tonnes|tons|barrels)(?: [a-z]+)? (?P<x>(?i:an?|per|each) <unit:FAST_UNIT>)",
    ),
    Rule("per year", "rate", "units", r"(?P<x>(?i:per) <unit:FAST_UNIT>)"),
    Rule(
        "daily",
        "frequency",
        "words",
        r"(?P<word>(?i:daily|weekly|monthly|quarterly|yearly|annual|annually|hourly|nightly|biannual(?:ly)?|biweekly|bimonthly|fortnightly))(?! (?:Mail|News|Telegraph|Mirror|Express|Star|Beast|Times|Record|Post|Show|Sun|Standard|Nation|Review|Monitor|Caller|Herald|Kos|Tribune|Trust)\b)",
    ),
    # --- durations
    Rule(
        "three years",
        "duration",
        "units",
        r"(?:(?i:the )?(?:(?i:past|last|next|first|final|coming|previous|following|preceding|another|additional|full|entire)) |<about:ABOUT> )?(?<![\d.,])(?:<number:NUMBER>(?:[ -]and[ -]a[ -](?P<plus>half))?|<vague:VAGUE>)(?:-| (?i:(?:more|full|straight|consecutive|long|whole|further|additional|working|business|calendar) )?)(?!(?i:quarters) of)(?<!three-)<unit:UNITS>(?:['’])?(?:[ -](?i:old|long|olds))?",
    ),
    Rule(
        "a year",
        "duration",
        "units",
        r"(?:<about:ABOUT> )?(?P<one>(?i:an?|another|one|the (?:past|last|first|final|entire|whole)|all|entire|the entire|a full|a whole|half an?|a half))(?: |-)(?:(?i:half) )?<unit:UNIT>(?:[ -](?i:long|and a half))?",
    ),
    Rule(
        "for years",
        "duration",
        "units",
        r"(?i:for|after|within|over|in|of|during|past|last|next|recent|coming|through|takes?|took|spent|previous|the) (?P<x>(?:(?i:the (?:past|last|next|coming|recent) )|(?i:many|long|recent) )?<unit:MANY>)(?! (?:ago|earlier|later|before))",
    ),
    Rule("years of", "duration", "units", r"<unit:MANY>(?=\s+(?:of|after|into)\b)"),
    Rule(
        "year-long",
        "duration",
        "units",
        r"(?P<one>(?i:year|month|week|day|decade|hour)s?)(?:-long|long)",
    ),
    # --- clocks
    Rule(
        "3:30 p.m.",
        "clock",
        "digits",
        r"(?<![\d.,:])(?P<hour>1[0-2]|0?[1-9])(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap]\.m\.|[ap]m|[AP]\.?M\.?)(?: \(?<ZONE>\)?)?",
    ),
    Rule(
        "at 15:30",
        "clock",
        "digits",
        r"(?i:at|by|until|till|from|around|before|after|since|about|and|to) (?P<x>(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?: \(?<ZONE>\)?)?)(?![:%])",
    ),
    Rule(
        "15:30 GMT",
        "clock",
        "digits",
        r"(?<![\d.,:])(?P<hour>[01]?\d|2[0-3])[:.]?(?P<minute>[0-5]\d) (?:hours|hrs|<ZONE>)",
    ),
    Rule("3 o'clock", "clock", "digits", r"(?<![\d.,:])(?P<hour>1[0-2]|[1-9]) o['’]clock"),
    Rule("noon", "noon", "parts", r"(?P<word>(?i:noon|midday|midnight|dawn|dusk))(?! of\b)"),
    Rule(
        "in the morning",
        "part_of_day",
        "parts",
        r"(?i:in the|of the|the|that|the same|early|late|by|during the|next|the next|the following) (?P<x>(?:(?i:early|late) )?<part:PART>)(?! (?:shift|club|show|News|Post|Herald|Star|Standard|Times))",
    ),
    Rule(
        "the early hours",
        "early_hours",
        "units",
        r"(?i:the (?:early|small) hours(?: of the morning)?)",
    ),
    # --- now, once, one day
    Rule(
        "now",
        "present",
        "words",
        r"(?i:right now|now(?! that\b)|currently|presently|nowadays|these days|at present|at the moment|at this moment|for the moment|at this time|for now|present[- ]day)",
    ),
    Rule(
        "recently",
        "past",
        "words",
        r"(?i:recently|lately|in the (?:recent |distant )?past|the (?:recent |distant )?past(?! (?:<NUMBER>|few|several|couple|<UNITS>))|previously)",
    ),
    Rule(
        "soon",
        "future",
        "words",
        r"(?i:(?<!as\s)soon(?!er| as| after)|in the (?:near |foreseeable |not[- ]too[- ]distant |immediate )?future|the (?:near |foreseeable |immediate )?future(?! of\b))",
    ),
)


def rules_for(triggers: Iterable[str]) -> list[Rule]:
    """The rules that the groups named in `triggers` hold."""
    wanted = set(triggers)
    return [rule for rule in RULES if rule.trigger in wanted]
