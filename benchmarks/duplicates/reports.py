"""Reports from templates: worded alike, and not the same.

What belongs here: weather, markets, matches, police notes and follow-ups that share much of their wording with others of
their kind. What does not: articles of free wording and their variants (variants.py).

A desk writes such reports with the same sentences day after day; what is new in them is a place, a name, a number. No
two of them are duplicates, however alike they look. Templates are divided between the two sets, so that what is chosen
on the one is not measured on the same wording.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Final

from benchmarks.throughput.language import Language

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = ("January", "March", "May", "July", "September", "November")
# {a|b} is one of several wordings, <name> a value.
SLOT: Final = re.compile(r"\{([^{}]*)\}|<(\w+)>")

WEATHER: Final = (
    "{Mostly cloudy|Sunny spells|Light rain} in <city> on <day>, with a high of <temperature> degrees and a low of <low>.",
    "The wind will blow from the {north|south|west|north-west} at <wind> kilometres an hour, with gusts of up to <gust> on the coast.",
    "There is a <percent> per cent chance of {rain|showers|thunderstorms} in the afternoon, and up to <small> millimetres may fall.",
    "Sunrise is at <clock> and sunset at <clock>. Humidity will be around <percent> per cent.",
    "The outlook for the rest of the week is {unsettled|mild and dry|cooler}, with temperatures between <low> and <temperature> degrees.",
    "Drivers are advised to take care on the higher roads, where fog patches may linger until the middle of the morning.",
    "The weather service asks everyone who goes to sea to listen to the latest forecast before leaving the harbour.",
    "The pollen count is {low|moderate|high} and the index of ultraviolet light reaches <small>.",
)
MARKETS: Final = (
    "Shares in <city> closed {higher|lower|little changed} on <day>, with the main index {up|down} <small>.<percent> per cent at <large>.",
    "Turnover came to <large> million, against <large> million the day before, as <number> shares rose and <number> fell.",
    "<surname> Holdings {gained|lost} <small>.<percent> per cent to <large> after it {raised|cut} its forecast for the year.",
    "Banks were {mixed|firm|under pressure}: <surname> Bank closed at <number>.<percent> and the Bank of <city> at <number>.<percent>.",
    "In currency trading one dollar bought <number>.<percent> at the close, compared with <number>.<percent> late on the day before.",
    "Crude for delivery next month {added|shed} <percent> cents to <number>.<percent> dollars a barrel.",
    "Traders said that volumes stayed thin before the figures on inflation that are due at the end of the week.",
    "The yield on government bonds of ten years stood at <small>.<percent> per cent.",
    "Analysts at <surname> and <surname> said that they expected the market to move in a narrow range in the coming sessions.",
)
MATCH: Final = (
    "<city> {beat|drew with|lost to} <city> <goals>-<goals> on <day> {evening|afternoon} in front of <large> spectators.",
    "<surname> opened the scoring in the <minute>th minute after a {long pass|corner|free kick} from <surname>.",
    "The {hosts|visitors} answered before the break, when <surname> headed in a cross from the {left|right}.",
    "Coach <name> changed <goals> players at half-time and saw his side take control of the midfield.",
    "<surname> was sent off in the <minute>th minute for a second yellow card, and from then on the {hosts|visitors} defended deep.",
    "“We knew that it would be a hard match, and the players gave everything they had,” <name> said after the final whistle.",
    "The result leaves <city> in {fourth|seventh|eleventh} place with <percent> points, <small> behind <city>.",
    "They play <city> away on <day>, when <surname> is expected to be fit again after an injury to his knee.",
)
POLICE: Final = (
    "A <age>-year-old {man|woman} from <city> was arrested on <day> in connection with a {burglary|robbery|theft} in <surname> Street.",
    "Officers were called to the address at about <clock> after a neighbour reported the sound of breaking glass.",
    "{He|She} was taken to the police station, where {he|she} remains in custody while enquiries continue.",
    "Detective Sergeant <name> said: “We would like to hear from anybody who was in the area at the time and saw anything suspicious.”",
    "Items worth an estimated <large> were taken, among them jewellery and a <surname> watch.",
    "Anyone with information is asked to call the police on 101 and to quote the reference <large>-<number>, or to contact the charity anonymously.",
    "Residents are reminded to lock doors and windows and to report anything unusual to the police at once.",
)
COURT: Final = (
    "<name>, <age>, of <surname> Road in <city>, appeared before magistrates on <day> charged with {driving without insurance|assault|handling stolen goods}.",
    "The court heard that the offence took place on <month> <small> shortly after <clock>.",
    "<surname>, who represented the defendant, said that {he|she} had been under a great deal of strain at the time and was sorry for what had happened.",
    "The bench imposed a fine of <number> and ordered the payment of costs of <percent> and a surcharge of <small>.",
    "{He|She} was also disqualified from driving for <percent> months and given <small> weeks to pay.",
    "The chairman of the bench told the defendant that the court took such matters very seriously and that a further offence would lead to prison.",
    "Magistrates accepted that an early plea had spared witnesses the need to give evidence in court.",
)
EARNINGS: Final = (
    "<surname> Group of <city> said on <day> that its profit in the {first|second|third} quarter {rose|fell} to <number>.<small> million from <number>.<small> million a year earlier.",
    "Sales came to <large> million, <percent> per cent {more|less} than in the same period of the year before.",
    "Earnings a share were <small>.<percent>, compared with the <small>.<percent> that analysts had expected on average.",
    "The company {confirmed|raised|lowered} its outlook and now sees sales of between <large> and <large> million for the year as a whole.",
    "Chief executive <name> said that demand had held up well in spite of higher prices for energy and raw materials.",
    "The board will propose a dividend of <percent> cents a share at the annual meeting in <month>.",
    "Shares in <surname> {gained|lost} <small>.<small> per cent in early trading after the figures were published.",
    "The group employs <large> people in <small> countries and was founded in 19<percent>.",
)
# Which templates each set has.
TEMPLATES: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "development": {"weather": WEATHER, "match": MATCH, "court": COURT},
    "test": {"markets": MARKETS, "police": POLICE, "earnings": EARNINGS},
}


class Reports:
    """Makes reports, the same for the same seed."""

    def __init__(self, language: Language, chance: Random) -> None:
        self._language = language
        self._chance = chance

    def write(self, template: Sequence[str]) -> str:
        """One report of a template."""
        return " ".join(self._fill(sentence) for sentence in template)

    def desks(self, template: Sequence[str], desks: int, each: int) -> Iterator[str]:
        """Reports of several desks, each of which words the template in its own way."""
        for _ in range(desks):
            own = [self._settle(sentence) for sentence in template]
            kept = sorted(self._chance.sample(range(len(own)), k=len(own) - 1))
            for _ in range(each):
                yield self.write([own[place] for place in kept])

    def follow_up(self, story: Sequence[str], fresh: Sequence[str]) -> list[str]:
        """A later story that gives the first one's background again: a third of its sentences, word for word."""
        told = self._chance.sample(range(len(story)), k=max(1, len(story) // 3))
        return [*fresh, *(story[place] for place in sorted(told))]

    def _settle(self, sentence: str) -> str:
        """A sentence with one of its wordings, mostly, its values open."""

        def choose(found: re.Match[str]) -> str:
            if found[1] is None or self._chance.random() < 0.3:
                return found[0]
            return self._chance.choice(found[1].split("|"))

        return SLOT.sub(choose, sentence)

    def _fill(self, sentence: str) -> str:
        return SLOT.sub(
            lambda found: self._chance.choice(found[1].split("|")) if found[1] else self._value(found[2]),
            sentence,
        )  # fmt: skip

    def _value(self, name: str) -> str:
        chance = self._chance
        ranges = {
            "temperature": (12, 31), "low": (2, 14), "wind": (8, 40), "gust": (40, 90), "percent": (10, 95), "small": (1, 9),
            "goals": (0, 5), "minute": (14, 89), "age": (18, 79), "number": (100, 999), "large": (1_000, 40_000),
        }  # fmt: skip
        if name in ranges:
            return f"{chance.randint(*ranges[name]):,}"
        if name == "clock":
            return f"{chance.randint(4, 22)}.{chance.randint(0, 59):02}"
        pools: Mapping[str, Sequence[str]] = {
            "day": DAYS,
            "month": MONTHS,
            "city": self._language.cities,
            "surname": self._language.surnames,
        }
        if name == "name":
            return self._language.people(1)[0]
        return chance.choice(pools[name])
