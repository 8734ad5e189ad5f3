"""Scores: what was found against what is there, document by document, and figures with intervals.

What belongs here: counting and figures. What does not: reading corpora, running systems.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np

from benchmarks.entities.corpora import Document, Span
from benchmarks.entities.systems import Found
from copydesk.casing import is_shouted

RESAMPLES: Final = 1_000
SEED: Final = 20_261_124
# What is said was found where a quotation covers half of it.
COVERED: Final = 0.5

Counts = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % bootstrap interval over documents; `cases` is how many the truth has."""

    name: str
    value: float
    low: float
    high: float
    cases: int

    def __str__(self) -> str:
        return f"{100 * self.value:.1f} [{100 * self.low:.1f} {100 * self.high:.1f}]"


def f1(counts: np.ndarray) -> np.ndarray:
    """F1 of right, answered and true counts in the last axis."""
    right, answered, true = counts[..., 0], counts[..., 1], counts[..., 2]
    return np.divide(
        2 * right, answered + true, out=np.zeros_like(right), where=answered + true > 0
    )


def precision(counts: np.ndarray) -> np.ndarray:
    """Share of the answered that is right."""
    return np.divide(
        counts[..., 0], counts[..., 1], out=np.zeros_like(counts[..., 0]), where=counts[..., 1] > 0
    )


def recall(counts: np.ndarray) -> np.ndarray:
    """Share of the true that was found."""
    return np.divide(
        counts[..., 0], counts[..., 2], out=np.zeros_like(counts[..., 0]), where=counts[..., 2] > 0
    )


def figure(
    name: str, counts: Sequence[Counts], measure: Callable[[np.ndarray], np.ndarray]
) -> Figure | None:
    """`measure` over documents' counts (right, answered, true); None where there is nothing to find."""
    table = np.array(counts, dtype=float).reshape(-1, 3)
    if not table[:, 2].sum():
        return None
    picks = np.random.default_rng(SEED).integers(0, len(table), (RESAMPLES, len(table)))
    low, high = np.quantile(measure(table[picks].sum(axis=1)), [0.025, 0.975])
    value = measure(table.sum(axis=0)[np.newaxis])[0]
    return Figure(name, float(value), float(low), float(high), int(table[:, 2].sum()))


def difference(
    documents: Sequence[Document], ours: Sequence[Found], theirs: Sequence[Found]
) -> Figure | None:
    """How much higher our F1 of names is than theirs, resampled over the same documents at once; None without names."""
    pairs = [
        (entity_counts(document, one), entity_counts(document, other))
        for document, one, other in zip(documents, ours, theirs, strict=True)
        if document.entities is not None
    ]
    table = np.array(pairs, dtype=float).reshape(-1, 2, 3)
    if not table[:, 0, 2].sum():
        return None
    picks = np.random.default_rng(SEED).integers(0, len(table), (RESAMPLES, len(table)))
    resampled = f1(table[picks].sum(axis=1))
    low, high = np.quantile(resampled[:, 0] - resampled[:, 1], [0.025, 0.975])
    whole = f1(table.sum(axis=0))
    cases = int(table[:, 0, 2].sum())
    return Figure(
        "names, F1, difference", float(whole[0] - whole[1]), float(low), float(high), cases
    )


def figures(documents: Sequence[Document], found: Sequence[Found]) -> list[Figure]:
    """All figures that the documents' truth and what was found allow."""
    pairs = list(zip(documents, found, strict=True))
    named = [(document, each) for document, each in pairs if document.entities is not None]
    timed = [
        (document, each)
        for document, each in pairs
        if document.times is not None and each.times is not None
    ]
    said = [
        (document, each)
        for document, each in pairs
        if document.attributions is not None and each.quotes is not None
    ]
    titled = [pair for pair in named if pair[0].title]
    placed = [
        (document, each)
        for document, each in pairs
        if document.countries is not None and each.countries is not None
    ]
    # Corpora that label all direct quotations and name their speakers.
    voiced = [pair for pair in said if any(each.speaker for each in pair[0].attributions or ())]
    shown = [
        figure("names, F1", [entity_counts(*pair) for pair in named], f1),
        figure("names, precision", [entity_counts(*pair) for pair in named], precision),
        figure("names, recall", [entity_counts(*pair) for pair in named], recall),
        *(
            figure(f"{kind}, F1", [entity_counts(*pair, kind=kind) for pair in named], f1)
            for kind in ("PER", "ORG", "LOC")
        ),
        figure("names in headlines, F1", [entity_counts(*pair, headline=True) for pair in titled], f1),
        figure("names below headlines, F1", [entity_counts(*pair, headline=False) for pair in titled], f1),
        figure("names in capitals, F1", [entity_counts(*pair, shouted=True) for pair in named], f1),
        figure("names elsewhere, F1", [entity_counts(*pair, shouted=False) for pair in named], f1),
        figure("countries found and right", [country_counts(*pair) for pair in placed], recall),
        figure("countries answered, right", [country_counts(*pair) for pair in placed], precision),
        figure("times, F1 (overlap)", [time_counts(*pair) for pair in timed], f1),
        figure("times, F1 (exact)", [time_counts(*pair, exact=True) for pair in timed], f1),
        figure("times' types, F1", [time_counts(*pair, kind=True) for pair in timed], f1),
        figure("times' values, F1", [time_counts(*pair, value=True) for pair in timed], f1),
        figure("times' values, where found", [value_counts(*pair) for pair in timed], recall),
        figure("direct quotations found", [quote_counts(*pair, direct=True) for pair in said], recall),
        figure("their speakers", [speaker_counts(*pair, direct=True) for pair in said], recall),
        figure("direct quotations, precision", [quote_counts(*pair, direct=True) for pair in voiced], precision),
        figure("their speakers' entities found", [speaker_name_counts(*pair) for pair in voiced], recall),
        figure("their speakers' entities, right", [speaker_name_counts(*pair) for pair in voiced], precision),
        figure("indirect quotations found", [quote_counts(*pair, direct=False) for pair in said], recall),
        figure("their speakers (indirect)", [speaker_counts(*pair, direct=False) for pair in said], recall),
    ]  # fmt: skip
    return [each for each in shown if each is not None]


def entity_counts(
    document: Document,
    found: Found,
    kind: str | None = None,
    shouted: bool | None = None,
    headline: bool | None = None,
) -> Counts:
    """Entities with exactly the same span and kind; of one `kind`, in lines in capitals or in the headline if asked for."""
    lines = _lines(document.text)

    def wanted(entity: tuple[int, int, str]) -> bool:
        if kind is not None and entity[2] != kind:
            return False
        if headline is not None and (entity[0] < document.body_start) != headline:
            return False
        if shouted is None:
            return True
        return any(start <= entity[0] < end and loud == shouted for start, end, loud in lines)

    true = {each for each in document.entities or () if wanted(each)}
    answered = {each for each in found.entities if wanted(each)}
    return len(true & answered), len(answered), len(true)


def _lines(text: str) -> list[tuple[int, int, bool]]:
    lines = text.split("\n")
    ends = list(accumulate(len(line) + 1 for line in lines))
    return [
        (end - len(line) - 1, end, is_shouted(line)) for line, end in zip(lines, ends, strict=True)
    ]


def country_counts(document: Document, found: Found) -> Counts:
    """Mentions of countries and peoples that overlap one linked to the right country."""
    countries, answered = document.countries or [], found.countries or []

    def met(one: tuple[int, int, str], others: Sequence[tuple[int, int, str]]) -> bool:
        return any(each[2] == one[2] and _overlap(each[:2], one[:2]) > 0 for each in others)

    right = sum(met(true, answered) for true in countries)
    wrong = sum(not met(each, countries) for each in answered)
    return right, right + wrong, len(countries)


def time_counts(
    document: Document, found: Found, exact: bool = False, kind: bool = False, value: bool = False
) -> Counts:
    """Time expressions that overlap a true one (TempEval-3's relaxed match), or more if asked for."""
    times, answered = document.times or [], found.times or []
    right = 0
    for true in times:
        right += any(
            (each.span == true.span if exact else _overlap(each.span, true.span) > 0)
            and (not kind or each.kind == true.kind)
            and (not value or each.value in (true.value, *true.others))
            for each in answered
        )
    return right, len(answered), len(times)


def value_counts(document: Document, found: Found) -> Counts:
    """Of the true time expressions that were found, those with the right value."""
    met = [
        (true, [each for each in found.times or () if _overlap(each.span, true.span) > 0])
        for true in document.times or ()
    ]
    known = [(true, each) for true, each in met if each]
    right = sum(
        any(time.value in (true.value, *true.others) for time in each) for true, each in known
    )
    return right, len(known), len(known)


def quote_counts(document: Document, found: Found, direct: bool) -> Counts:
    """What is said that quotations cover (COVERED); answered are the quotations that meet nothing, and those found."""
    attributions = document.attributions or ()
    wanted = [each for each in attributions if each.direct == direct and not each.optional]
    right = sum(bool(_covering(each.contents, found, direct)) for each in wanted)
    contents = [span for each in attributions for span in each.contents]
    stray = sum(
        quote[1] == direct and not any(_overlap(quote[0], span) > 0 for span in contents)
        for quote in found.quotes or ()
    )
    return right, right + stray, len(wanted)


def speaker_counts(document: Document, found: Found, direct: bool) -> Counts:
    """Of what is said, was found and has a source: that whose speaker overlaps it."""
    right = total = 0
    for each in document.attributions or ():
        covering = _covering(each.contents, found, direct)
        if each.direct != direct or each.optional or not each.sources or not covering:
            continue
        total += 1
        right += any(
            speaker is not None and any(_overlap(speaker, source) > 0 for source in each.sources)
            for _, _, speaker in covering
        )
    return right, total, total


def speaker_name_counts(document: Document, found: Found) -> Counts:
    """Of direct quotations found whose speaker has a name: those whose speaker's entity bears its last word."""
    right = answered = total = 0
    for each in document.attributions or ():
        covering = _covering(each.contents, found, direct=True)
        if each.optional or not covering or each.speaker is None or not each.speaker[0].isupper():
            continue
        total += 1
        names = [found.speakers[quote[0]] for quote in covering if quote[0] in found.speakers]
        answered += bool(names)
        right += bool(names) and each.speaker.split()[-1].lower() in names[0].lower().split()
    return right, answered, total


def _covering(
    contents: Sequence[Span], found: Found, direct: bool
) -> list[tuple[Span, bool, Span | None]]:
    """The quotations that together cover what is said; direct ones only, if it is direct."""
    quotes = [
        quote
        for quote in found.quotes or ()
        if (quote[1] or not direct) and any(_overlap(quote[0], each) > 0 for each in contents)
    ]
    length = sum(end - start for start, end in contents)
    covered = set[int]()
    for quote in quotes:
        for start, end in contents:
            covered.update(range(max(start, quote[0][0]), min(end, quote[0][1])))
    return quotes if len(covered) >= COVERED * length else []


def _overlap(one: Span, two: Span) -> int:
    return min(one[1], two[1]) - max(one[0], two[0])
