"""Quotations: who is quoted, directly or indirectly, with what words.

What belongs here: deciding what between quotation marks is a quotation, which cue and speaker it belongs to, and laying
quotations out as rows. What does not: the marks (quote_marks.py), cues and the speakers beside them (attribution.py),
who a speaker is (speakers.py).

Quotation marks are read in every language; cues, speakers and indirect speech in English.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from copydesk.attribution import Cue, find_cues, speaker_beside
from copydesk.body import PARAGRAPH_BREAK
from copydesk.mentions import Mention
from copydesk.quote_marks import Speech, blank_speech, find_speech
from copydesk.sentences import sentence_spans
from copydesk.speakers import Cast, Span

ATTRIBUTED_LANGUAGE: Final = "en"
# Fewer words between quotation marks, with nobody beside them who says them, are a title, a nickname or irony.
MIN_WORDS: Final = 5
MIN_SENTENCE_WORDS: Final = 3
MIN_PARTIAL_WORDS: Final = 2
# Scripts without spaces: characters instead of words.
CHARACTERS_A_WORD: Final = 2
# So many of the words of a title, small ones apart, are capitalised.
TITLE_SHARE: Final = 0.7
_SMALL_WORDS: Final = frozenset(
    {"a", "an", "the", "and", "or", "of", "in", "on", "at", "to", "for", "from", "with", "by", "as"}
)
_WORD: Final = re.compile(r"[^\W\d_][\w’'-]*")
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
_ONLY_MARKS: Final = re.compile(r"[\s,.;:\"”’»“'—–-]*")
_LEADS_TO: Final = re.compile(r"[^.!?\n]{0,90}[,:]?\s*")
_NAME: Final = r"(?P<name>[A-ZÀ-ÞА-Я][\w’'.-]*(?:\s(?:(?:de|van|von|bin|al|del|der|of|the|and)\s)?[A-ZÀ-ÞА-Я][\w’'.-]*){0,4})"
# `"…" – Ana Holm, mayor`
_SIGNED: Final = re.compile(rf"\s{{0,3}}(?:[–—~]|--?(?=\s))\s?{_NAME}(?=[,.(\n]|\s\(|$)")
_SIGNED_BELOW: Final = re.compile(rf"\n\n(?:[–—~-]\s?)?{_NAME}(?:,[^\n]{{1,60}})?(?=\n\n|$)")
# `Ana Holm: "…"`
_NAMED: Final = re.compile(
    r"(?:^|\n|[.!?]\s)(?P<name>[A-ZÀ-ÞА-Я][\w’'-]*(?:\s(?:de|van|von|bin|al|[A-ZÀ-ÞА-Я])[\w’'.-]*){0,4}):\s*$"
)


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation at characters `start` to `end` of a body, quotation marks apart."""

    start: int
    end: int
    kind: str
    cue: Span | None
    speaker: Span | None
    speaker_entity_id: str | None


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    paragraph: int
    cues: tuple[Cue, ...]


def find_quotations(
    body: str, mentions: Sequence[Mention], language: str | None
) -> list[Quotation]:
    """The quotations of one body, in order.

    Args:
        body: the published text.
        mentions: those of the body, in order, resolved.
        language: ISO 639-1.
    """
    speech = find_speech(body)
    if language != ATTRIBUTED_LANGUAGE:
        return [
            Quotation(each.start, each.end, "direct", None, None, None)
            for each in speech
            if _stands_alone(body[each.start : each.end])
        ]
    sentences = _sentences(blank_speech(body, speech))
    cast = Cast(body, mentions)
    found = list[Quotation]()
    previous: str | None = None
    attributions = _in_order(body, speech, sentences, cast)
    for quotation in attributions:
        entity_id = (
            cast.entity_of(quotation.speaker, previous) if quotation.speaker is not None else None
        )
        found.append(
            Quotation(
                quotation.start,
                quotation.end,
                quotation.kind,
                quotation.cue,
                quotation.speaker,
                entity_id,
            )
        )
        previous = entity_id or (previous if quotation.speaker is None else None)
    return found


def quotation_rows(
    article_id: str, body: str, mentions: Sequence[Mention], language: str | None
) -> list[dict[str, Any]]:
    """The rows of the table `quotes` of one article."""
    return [
        {
            "article_id": article_id,
            "start": each.start,
            "end": each.end,
            "text": body[each.start : each.end],
            "kind": each.kind,
            "cue": body[each.cue[0] : each.cue[1]].lower() if each.cue else None,
            "cue_start": each.cue[0] if each.cue else None,
            "speaker": body[each.speaker[0] : each.speaker[1]] if each.speaker else None,
            "speaker_start": each.speaker[0] if each.speaker else None,
            "speaker_entity_id": each.speaker_entity_id,
        }
        for each in find_quotations(body, mentions, language)
    ]


def _sentences(blanked: str) -> list[_Sentence]:
    sentences = list[_Sentence]()
    offset = 0
    for number, paragraph in enumerate(blanked.split(PARAGRAPH_BREAK)):
        for start, end in sentence_spans(paragraph):
            span = (start + offset, end + offset)
            sentences.append(_Sentence(*span, number, tuple(find_cues(blanked, *span))))
        offset += len(paragraph) + len(PARAGRAPH_BREAK)
    return sentences


def _in_order(
    body: str, speech: Sequence[Speech], sentences: Sequence[_Sentence], cast: Cast
) -> list[Quotation]:
    """Direct and indirect quotations with their cues and speakers' spans, in order of their start."""
    found = dict[Span, Quotation]()
    subjects = {index: _subjects(sentence, cast, body) for index, sentence in enumerate(sentences)}
    told = [
        (span, cue, subjects[index][cue])
        for index, sentence in enumerate(sentences)
        for cue in sentence.cues
        for span in cue.told
    ]
    for span, cue, speaker in told:
        if speaker is not None and span not in found:
            found[span] = Quotation(*span, "indirect", (cue.start, cue.end), speaker, None)
    indirect = sorted(found.values(), key=_start)
    last: Quotation | None = None
    spoken: Quotation | None = None
    index = 0
    for each in speech:
        while index + 1 < len(sentences) and sentences[index].end < each.opened:
            index += 1
        told_before = _last_before(indirect, each.opened)
        before = [*told_before, *([spoken] if spoken is not None else [])]
        earlier = max(before, key=_start, default=None)
        last = _direct(body, each, sentences, index, subjects, cast, last, earlier)
        if last is not None:
            found[(last.start, last.end)] = last
            spoken = last if last.speaker is not None else spoken
    return sorted(found.values(), key=lambda quotation: (quotation.start, quotation.end))


def _last_before(quotations: Sequence[Quotation], position: int) -> list[Quotation]:
    place = bisect_left(quotations, position, key=_start)
    return [quotations[place - 1]] if place else []


def _start(quotation: Quotation) -> int:
    return quotation.start


def _subjects(sentence: _Sentence, cast: Cast, body: str) -> dict[Cue, Span | None]:
    """Each cue's speaker; that of a participle is the sentence's."""
    speakers = dict[Cue, Span | None]()
    subject: Span | None = None
    for cue in sentence.cues:
        if cue.speaker is not None:
            subject = cue.speaker
        elif subject is None:
            subject = _opening(sentence, cast, body)
        speakers[cue] = cue.speaker or subject
    return speakers


def _opening(sentence: _Sentence, cast: Cast, body: str) -> Span | None:
    """Whose sentence it is: a pronoun that opens it or the first one it names."""
    pronoun = re.match(r"(?:He|She|They)\b", body[sentence.start : sentence.end])
    if pronoun is not None:
        return sentence.start, sentence.start + pronoun.end()
    return cast.subject_in(sentence.start, sentence.end)


def _direct(
    body: str,
    speech: Speech,
    sentences: Sequence[_Sentence],
    index: int,
    subjects: dict[int, dict[Cue, Span | None]],
    cast: Cast,
    last: Quotation | None,
    earlier: Quotation | None,
) -> Quotation | None:
    """The quotation in `speech`, which the sentence at `index` holds; None if it is none.

    `last` is what the speech before was, `earlier` the quotation before that has a speaker.
    """
    text = body[speech.start : speech.end]
    if _is_title(text) and text[-1] not in ".,!?…" and _count(text) >= MIN_PARTIAL_WORDS:
        return None

    def quotation(cue: Cue | None, speaker: Span | None) -> Quotation:
        span = (cue.start, cue.end) if cue else None
        return Quotation(speech.start, speech.end, "direct", span, speaker, None)

    here = sentences[index]
    near = [
        (number, cue)
        for number in range(max(0, index - 1), min(len(sentences), index + 2))
        if sentences[number].paragraph == here.paragraph
        for cue in sentences[number].cues
    ]
    # `"…," said X.` `"…" X said.`
    for number, cue in near:
        begin = min(cue.start, cue.speaker[0]) if cue.speaker else cue.start
        # A stop behind the marks ends the sentence: what follows is another one's.
        ended = number != index and body[speech.closed : speech.closed + 1] in (".", ";")
        if (
            begin >= speech.closed
            and not ended
            and _ONLY_MARKS.fullmatch(body, speech.closed, begin)
        ):
            return quotation(cue, subjects[number][cue])
    beside = speaker_beside(body, text[-1], speech.closed, here.end)
    if beside is not None:
        return Quotation(speech.start, speech.end, "direct", *beside, None)
    # `X said: "…"`, `X told reporters that the plan was "…"`
    for number, cue in reversed(near):
        end = max(cue.end, cue.speaker[1]) if cue.speaker else cue.end
        if number != index or not _LEADS_TO.fullmatch(body, min(end, speech.opened), speech.opened):
            continue
        pointed = body[end : speech.opened].rstrip().endswith((",", ":"))
        if end <= speech.opened and (pointed or cue.naming or _substantial(text)):
            return quotation(cue, subjects[number][cue])
    # `The plan is "…" for all, X said.`
    for number, cue in near:
        if number == index and _substantial(text) and subjects[number][cue] is not None:
            return quotation(cue, subjects[number][cue])
    named = _NAMED.search(body, max(0, speech.opened - 80), speech.opened)
    if named is not None and cast.is_someone(*named.span("name")):
        return quotation(None, named.span("name"))
    if not _stands_alone(text):
        return None
    signed = _signature(body, speech, cast)
    if signed is not None:
        return quotation(None, signed)
    announced = _announced(body, speech, sentences, index, subjects, cast)
    if announced is not None:
        return quotation(*announced)
    # `"…," said X. "…"`: X goes on.
    if last is not None and last.speaker is not None and _same_paragraph(body, last, speech):
        return quotation(None, last.speaker)
    for number, cue in reversed(near):
        if number == index - 1 and subjects[number][cue] is not None:
            return quotation(None, subjects[number][cue])
    return quotation(None, _introduced(body, speech, sentences, index, cast, earlier))


def _signature(body: str, speech: Speech, cast: Cast) -> Span | None:
    """The name behind speech: after a dash (`"…" - Ana Holm`), or on a line of its own below a paragraph of speech."""
    dashed = _SIGNED.match(body, speech.closed)
    if dashed is not None:
        return dashed.span("name")
    opens = speech.opened == 0 or body.endswith(PARAGRAPH_BREAK, 0, speech.opened)
    below = _SIGNED_BELOW.match(body, speech.closed) if opens else None
    return (
        below.span("name") if below is not None and cast.is_someone(*below.span("name")) else None
    )


def _announced(
    body: str,
    speech: Speech,
    sentences: Sequence[_Sentence],
    index: int,
    subjects: dict[int, dict[Cue, Span | None]],
    cast: Cast,
) -> tuple[Cue | None, Span | None] | None:
    """Who announces, at the end of the paragraph before, the speech that this one opens with: `Holm put it so:`."""
    if index == 0 or not any(
        body.endswith(f"{mark}{PARAGRAPH_BREAK}", 0, speech.opened) for mark in (",", ":")
    ):
        return None
    sentence = sentences[index - 1]
    for cue in reversed(sentence.cues):
        if subjects[index - 1][cue] is not None:
            return cue, subjects[index - 1][cue]
    people = cast.people_in(sentence.start, sentence.end)
    return (None, _opening(sentence, cast, body)) if people else None


def _introduced(
    body: str,
    speech: Speech,
    sentences: Sequence[_Sentence],
    index: int,
    cast: Cast,
    earlier: Quotation | None,
) -> Span | None:
    """Who speaks where no cue says so: whom the sentence before names, if it is one; else who spoke last."""
    here = sentences[index]
    before = sentences[index - 1] if index else None
    if before is not None and before.paragraph == here.paragraph:
        named = cast.people_in(before.start, before.end)
        if len({each.entity_id for each in named}) == 1:
            return named[0].start, named[0].end
        return None
    # A paragraph that opens with speech goes on with whoever the paragraph before quoted.
    opens = body[here.start : here.end].lstrip()[:1] == body[speech.opened]
    if not opens or before is None or earlier is None:
        return None
    end = body.find(PARAGRAPH_BREAK, earlier.end, speech.opened)
    beyond = end >= 0 and body.find(PARAGRAPH_BREAK, end + 1, speech.opened) >= 0
    return None if beyond else earlier.speaker


def _same_paragraph(body: str, quotation: Quotation, speech: Speech) -> bool:
    return body.find(PARAGRAPH_BREAK, quotation.end, speech.opened) < 0


def _count(text: str) -> int:
    """Words; in scripts without spaces as many as the characters would make."""
    return max(len(_WORD.findall(text)), len(_UNSPACED.findall(text)) // CHARACTERS_A_WORD)


def _substantial(text: str) -> bool:
    return _count(text) >= MIN_PARTIAL_WORDS


def _stands_alone(text: str) -> bool:
    """Whether words between marks are speech, to judge by themselves."""
    words = _count(text)
    if text.rstrip()[-1:] in ".!?…," and words >= MIN_SENTENCE_WORDS:
        return words >= MIN_WORDS or not _is_title(text)
    return words >= MIN_WORDS and not _is_title(text)


def _is_title(text: str) -> bool:
    """Whether it is written like the title of a work."""
    words = [word for word in _WORD.findall(text) if word not in _SMALL_WORDS]
    return bool(words) and sum(word[0].isupper() for word in words) / len(words) >= TITLE_SHARE
