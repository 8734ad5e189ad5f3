"""What is measured: pure functions from answers and truth to numbers.

What belongs here: one page's scores, and how pages' scores make one figure. What does not: reading, running, showing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from copydesk.dates import MONTHS
from copydesk.lexicons import common_words, first_names


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# scrapinghub's article-extraction-benchmark: tokens are runs of word characters, as written, and texts are compared
# as multisets of four tokens in a row.
SHINGLE_TOKENS: Final = 4
_TOKEN: Final = re.compile(r"\w+")
# Soft hyphens and zero-width marks, which some sites strew into headlines.
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
# How far apart day, month and year of a shown date may stand.
MAX_DATE_CHARACTERS: Final = 24
# Enough of a paragraph on either side of a cut to find the place in the truth.
CUT_CONTEXT_CHARACTERS: Final = 24
_BETWEEN_PEOPLE: Final = re.compile(r"\s*(?:,|;|/|&|\band\b|\bund\b|\bet\b|\by\b|\bwith\b)\s*")
_LEAD_IN: Final = re.compile(r"^by\s+", re.IGNORECASE)
_HONORIFIC: Final = re.compile(r"^(?:dr|prof|professor)\b\.?\s+", re.IGNORECASE)
_IN_BRACKETS: Final = re.compile(r"\s*\([^()]*\)")
# What stands behind a comma and is no other person: a degree, a job. Some truths keep it, some drop it.
_BEHIND_NAMES: Final = _listed(
    """
md m d rd rdn phd ph dphil mph msc ms mba ma ba bsc cfa cfp cpa rn np pa facp foma dabom esq dvm vmd dds ld lvt cdces
jd edd psyd lmft lcsw cepf cpp fand dacvb jr sr ryt dietitian nutritionist editor writer reporter correspondent journalist
contributor ceo cto founder president director manager expert representative
"""
)
# Words of desks, agencies, jobs and accounts: what holds one names nobody.
_NO_PERSON: Final = _listed(
    """
staff team editor editors editorial newsroom newsdesk desk redaktion redaction redazione redaccion admin adminn q_admin
administrator anonymous guest contributor contributors reporter correspondent clinician press agency agentur agentura
news media inc llc gmbh ltd studio center centre services society association institute university college association
council research doctors company group web digital store shop marketing dpa afp ap apa sda reuters pa sid tpn efe ansa
tass xinhua bloomberg upi ssi
"""
)


class Overlap(NamedTuple):
    """What two multisets share (`hit`), what only the answer has (`extra`), what only the truth has (`missed`)."""

    hit: float
    extra: float
    missed: float

    @property
    def precision(self) -> float:
        """Share of the answer that is true; 1 where both are empty."""
        return self.hit / (self.hit + self.extra) if self.hit + self.extra else _empty(self.missed)

    @property
    def recall(self) -> float:
        """Share of the truth that was found; 1 where both are empty."""
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else _empty(self.extra)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where both are empty."""
        total = 2 * self.hit + self.extra + self.missed
        return 2 * self.hit / total if total else 1.0


def _empty(other: float) -> float:
    return 0.0 if other else 1.0


def compare(answer: Counter[str], truth: Counter[str]) -> Overlap:
    """The overlap of two multisets."""
    hit = sum(min(count, truth[key]) for key, count in answer.items() if key in truth)
    return Overlap(hit, answer.total() - hit, truth.total() - hit)


def word_counts(text: str) -> Counter[str]:
    """The words of a text in lower case, with how often each stands."""
    return Counter(_TOKEN.findall(text.lower()))


def shingle_counts(text: str) -> Counter[str]:
    """Four tokens in a row, with how often each stands; a shorter text is one shingle."""
    tokens = _TOKEN.findall(text)
    if not tokens:
        return Counter()
    last = max(1, len(tokens) - SHINGLE_TOKENS + 1)
    return Counter(" ".join(tokens[start : start + SHINGLE_TOKENS]) for start in range(last))


def shingle_f1(overlaps: Iterable[Overlap]) -> float:
    """The F1 of mean precision and mean recall, as scrapinghub's benchmark defines it.

    Precision is averaged over pages with an answer, recall over pages with a truth.
    """
    pages = list(overlaps)
    precisions = [page.precision for page in pages if page.hit + page.extra > 0]
    recalls = [page.recall for page in pages if page.hit + page.missed > 0]
    if not precisions or not recalls:
        return 0.0
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def normalise(text: str | None) -> str:
    """What has to agree for two titles or names to be the same: letters and digits, whatever case and form."""
    shown = _UNSEEN.sub("", unicodedata.normalize("NFKC", text or ""))
    return " ".join(_TOKEN.findall(shown.casefold()))


def author_names(names: Iterable[str]) -> Counter[str]:
    """Names as they are compared: several in one string are parted, degrees and jobs behind them left out, each once."""
    plain = (_LEAD_IN.sub("", _IN_BRACKETS.sub("", name) or name) for name in names)
    parts = (
        (place, normalise(_HONORIFIC.sub("", part.strip())))
        for name in plain
        for place, part in enumerate(_BETWEEN_PEOPLE.split(name))
    )
    return Counter(
        {name for place, name in parts if name and not (place and _BEHIND_NAMES & {*name.split()})}
    )


def people(names: Iterable[str], domain: str) -> Counter[str]:
    """Those of `author_names` that may be people: neither a desk, an agency or an account, nor the site itself.

    A site that bears a person's name is told from a company by its words: several, none of them an everyday one.
    """
    site = "".join(filter(str.isalnum, domain.casefold()))
    return Counter(
        {
            name
            for name in author_names(names)
            if _NO_PERSON.isdisjoint(words := name.split())
            and ("".join(words) not in site or _is_personal(words))
        }
    )


def _is_personal(words: Sequence[str]) -> bool:
    if words[0].title() in first_names():
        return True
    return len(words) > 1 and common_words().isdisjoint(words)


def micro(overlaps: Sequence[Overlap]) -> Overlap:
    """All pages' overlaps as one."""
    return Overlap(
        sum(page.hit for page in overlaps),
        sum(page.extra for page in overlaps),
        sum(page.missed for page in overlaps),
    )


def day_of(written: str | None) -> date | None:
    """The day of an ISO 8601 date or instant, as it is written there."""
    try:
        return date.fromisoformat(written[:10]) if written else None
    except ValueError:
        return None


def same_day(answer: str | None, truth: str) -> bool:
    """Whether an ISO 8601 answer is on the day of the truth: as that is written, or in UTC where it is an instant."""
    day = day_of(answer)
    return day is not None and day in {day_of(truth), _utc_day(truth)}


def _utc_day(written: str) -> date | None:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return at.astimezone(UTC).date() if at.tzinfo else None


def _month_names(month: int) -> str:
    stems = sorted((stem for stem, number in MONTHS.items() if number == month), key=len)
    return "|".join(re.escape(stem) for stem in reversed(stems))


def shows_day(text: str, day: date) -> bool:
    """Whether `text` shows that day: its day, month (as a number or a name) and year, close together."""
    two, one, year = f"{day:%d}", str(day.day), str(day.year)
    day_number = rf"(?<!\d)(?:{two}|{one})(?!\d)"
    month = rf"(?:(?<!\d)(?:{day:%m}|{day.month})(?!\d)|(?<!\w)(?:{_month_names(day.month)})\w*)"
    gap = rf".{{0,{MAX_DATE_CHARACTERS // 2}}}?"
    years = rf"(?:(?<!\d){year}|[./'’-]{year[2:]})(?!\d)"
    pattern = (
        rf"{day:%Y%m%d}|{day_number}{gap}{month}{gap}{years}|{month}{gap}{day_number}{gap}{years}"
        rf"|{years}{gap}{month}{gap}{day_number}"
    )
    return re.search(pattern, text, re.IGNORECASE) is not None


class Cuts(NamedTuple):
    """Cuts inside a line that the truth can judge: at a paragraph's end (`right`) or within one (`wrong`)."""

    right: int
    wrong: int


def judge_cuts(sides: Iterable[tuple[str, str]], truth: str) -> Cuts:
    """Judges cuts by the texts on their two sides; where the truth holds neither reading, nobody can tell."""
    folded = re.sub(r"[^\S\n]+", " ", truth)
    right = wrong = 0
    for left, behind in sides:
        end = re.escape(left[-CUT_CONTEXT_CHARACTERS:].strip())
        begin = re.escape(behind[:CUT_CONTEXT_CHARACTERS].strip())
        if not end or not begin:
            continue
        between = re.search(rf"{end}(\s*){begin}", folded)
        if between is None:
            continue
        if "\n" in between[1]:
            right += 1
        else:
            wrong += 1
    return Cuts(right, wrong)
