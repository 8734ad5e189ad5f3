"""Attribution: the words by which a text says who said something.

What belongs here: cues (`said`, `according to`), the speaker beside a cue, and what is told indirectly. What does not:
direct speech (quote_marks.py), who a speaker is (speakers.py).

All of it reads sentences whose direct speech is blanked out. English only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from copydesk.quote_marks import BLANK, PAIRS

# Verbs of saying that take a clause without `that`.
_FREE: Final = "said says say believes? believed thinks? thought"
# Verbs that attribute what precedes them, what is in quotation marks, or a clause with `that`.
_BOUND: Final = (
    "told tells announce[sd]? warn(?:s|ed)? claim(?:s|ed) argue[sd]? insist(?:s|ed)? explain(?:s|ed)? note[sd] state[sd] confirm(?:s|ed)"
    " den(?:y|ies|ied) acknowledge[sd] admit(?:s|ted) report(?:s|ed) reveal(?:s|ed) suggest(?:s|ed) predict(?:s|ed)? estimate[sd] alleg(?:es|ed)"
    " stress(?:es|ed) emphasi[sz]e[sd] hope[sd] promise[sd] pledge[sd] vow(?:s|ed) declare[sd]? testif(?:ies|ied) tweet(?:s|ed) wr(?:ote|ites)"
    " complain(?:s|ed) recall(?:s|ed) concede[sd] maintain(?:s|ed) indicate[sd] point(?:s|ed)\\sout conclude[sd] rule[sd] remark(?:s|ed)"
    " observe[sd] continue[sd] repl(?:ies|ied) respond(?:s|ed) answer(?:s|ed) ask(?:s|ed) joke[sd] quip(?:s|ped) shout(?:s|ed) exclaim(?:s|ed)"
    " laugh(?:s|ed) recount(?:s|ed) assert(?:s|ed) contend(?:s|ed) comment(?:s|ed) urge[sd] caution(?:s|ed) boast(?:s|ed) lament(?:s|ed)"
    " adds? added reiterate[sd] reassure[sd] assure[sd] inform(?:s|ed) remind(?:s|ed) signal(?:s|led) speculate[sd] underline[sd] understand(?:s)?"
    " call(?:s|ed) describe[sd] tell(?:s)? put(?:s)?\\sit sum(?:s|med)\\sup went\\son goes\\son agree[sd] fear(?:s|ed)? praise[sd] criticise[sd]"
    " criticize[sd] condemn(?:s|ed) labell?ed dismiss(?:es|ed) order(?:s|ed) found shows? showed finds? concur(?:s|red) demand(?:s|ed) accuse[sd]"
)
_PARTICIPLES: Final = (
    "saying adding telling noting warning arguing claiming insisting explaining stating stressing calling describing"
    " pointing\\sout suggesting confirming announcing declaring asking writing"
)
# Any other participle right before speech is one of saying (`singing, "…"`), but for these.
_NO_PARTICIPLES: Final = (
    "including following featuring regarding being having using starring during meaning reading titled containing"
    " showing playing naming"
)
# Verbs whose clause is told even where nothing is said (`showed that`): only with `that`, never beside direct speech.
_ALWAYS_BOUND_TO_THAT: Final = re.compile(
    r"(?:found|shows?|showed|finds?|hope|hope[sd]|understands?|ruled?|agree[sd]|fear(?:s|ed)?|order(?:s|ed))$"
)
_NAMING: Final = re.compile(
    r"(?:call|describ|label|prais|critici|condemn|dismiss|demand|accus)", re.IGNORECASE
)


def _words(text: str) -> str:
    return "|".join(text.split())


_CUE: Final = re.compile(
    rf"(?P<source>\b(?:[Aa]ccording\sto|[Ii]n\sthe\swords\sof|[Aa]s\stold\sby)\b)"
    r"|\b[Ii]n\s(?P<whose>[A-ZÀ-Þ][\w.-]*(?:\s[A-ZÀ-Þ][\w.-]*){0,3})['’]s\s(?:own\s)?words\b"
    rf"|(?<![\w’'-])(?P<free>{_words(_FREE)})(?![\w-])"
    rf"|(?<![\w’'-])(?P<bound>{_words(_BOUND)})(?![\w-])"
    rf"|(?:(?<=,\s)|(?<=[—–]))(?:and\s)?(?P<participle>{_words(_PARTICIPLES)})(?![\w-])"
    rf"|(?<!the\s)(?<!\ba\s)\b(?P<leading>(?:{_words(_PARTICIPLES)})|(?:(?<=,\s)|(?<=[—–]))(?!{_words(_NO_PARTICIPLES)})[a-z]+ing)(?=[,:]?\s[\"“‘«„'](?:{BLANK}|\w))"
)
# Words between the speaker and the verb.
_BETWEEN: Final = re.compile(
    r"\s+(?:(?:also|later|then|recently|previously|repeatedly|reportedly|has|had|have|himself|herself|themselves|itself|first|once|again|further|now|still"
    r"|both|all|often|simply|just|even|only|\w+ly|further)\s+)*$"
)
# What makes a verb of saying none: passives, infinitives, negations, plans.
_NOT_SAYING: Final = re.compile(
    r"(?:\b(?:was|were|is|are|been|be|being|to|not|never|would|will|could|can|might|should|must|may|cannot|did|does|do|having|of|the|by|if|your?|please|let['’]s|get|gets|being|as|than"
    r"|without|it)|n['’]t)\s+(?:(?:also|then|later|\w+ly)\s+)*$",
    re.IGNORECASE,
)
_PRONOUN: Final = re.compile(r"(?:[Hh]e|[Ss]he|[Tt]hey|I|[Ww]e)$")
# Where a speaker's noun phrase starts: after punctuation, after the quotation, or after these words.
_BOUNDARY: Final = re.compile(rf"[,;:—–()\"“”„«»{BLANK}]|(?<!\w)‘|(?<=\s)-(?=\s)")
_LEADING: Final = re.compile(
    r"^(?:(?:and|but|so|yet|or|that|while|as|where|when|because|if|though|although|however|meanwhile|later|then|also|instead|still|indeed|earlier|today"
    r"|yesterday|since|after|before|what|how|why|which|even|now|separately|for\shis\spart|for\sher\spart)\s+)+",
    re.IGNORECASE,
)
# The subject of the last clause, where one opens: `It is late when she`, `the rule that Ana Holm`.
_LAST_CLAUSE: Final = re.compile(
    r".*\s(?:if|when|while|as|because|that|which|where|what|whom|how|why|since|although|but|before|after)\s"
    r"(?P<subject>I|[Hh]e|[Ss]he|[Tt]hey|[Ww]e|[Yy]ou(?:['’]ve)?(?:\s(?:always|ever|never))?"
    r"|[A-ZÀ-Þ][\w/’'.-]*(?:\s(?:[a-z]{2,3}\s)?[A-ZÀ-Þ][\w’'.-]*){0,3})$",
    re.DOTALL,
)
_FULL_NAME: Final = re.compile(r"[A-ZÀ-Þ][\w’'.-]*(?:\s(?:[a-z]{2,3}\s)?[A-ZÀ-Þ][\w’'.-]*){1,3}")
_TITLE_ALONE: Final = re.compile(
    r"(?:[a-z][\w-]*\s){0,3}?[a-z][\w-]*\s(?:of|at|for|with)\s|\d{1,3}$|(?-i:[A-Z][\w-]*\s){1,4}(?:of|at|for)\s"
)
_RELATIVE: Final = re.compile(r"\s(?:who|which|that|whose|whom)\s")
_APPOSITIVE: Final = re.compile(
    r"^(?:who\b|which\b|whose\b|an?\s|the\s|now\s|then\s|former\s|formerly\s|\d{1,3}$|also\s|both\s|one\sof\s|head\s|director\s|chief\s|president\s|chair|professor|author"
    r"|co-|founder|owner|R-|D-|\w+['’]s\s|his\s|her\s|their\s|of\s|from\s|an?d?\s|senior\s|deputy\s)",
    re.IGNORECASE,
)
# Ends a noun phrase that stands behind its verb: `said the minister on Tuesday`.
_AFTER_SPEAKER: Final = re.compile(
    rf"[,;:—–()\".“”„«»‘{BLANK}?!]|\s-\s|\s(?:on|in|at|during|after|before|when|while|as|who|which|last|yesterday|today|this|earlier|outside|following|via|through|to|by"
    r"|because|since|if|but|whose|that|recently|later|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\s|\s(?:on|in|at|yesterday|today|recently|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)$"
)
# What may stand between a verb of saying and what was said.
_WHERE: Final = (
    r"(?:\s+(?:on|in|at|to|during|after|late|early|earlier|last|yesterday|today|this|via|by|through|from|outside|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
    rf"[^,.;:\"“”{BLANK}]{{0,70}}?)"
)
_THAT: Final = re.compile(rf"(?:\s+(?!that\b)[\w’'.&-]+){{0,7}}?{_WHERE}?,?\s+that\s+(?=\S)")
_SETTING: Final = re.compile(
    r"(?:\s+(?:(?:on|late|early|last|this)\s+(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?:\s(?:morning|afternoon|evening|night))?"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today|last\s(?:week|month|year|night)|earlier(?:\sthis\s\w+)?|this\s(?:week|month|morning)"
    r"|in\s(?:a|an|the|its|his|her|their)\s(?:\w+\s){0,2}(?:statement|interview|report|letter|post|tweet|speech|email|release|note|filing|study|video|article|address|blog)"
    r"(?:\s(?:on|with|to|published|released|posted)\s[\w’'.]+)?"
    r"|at\sa\s(?:\w+\s)?(?:press|news)\s(?:conference|briefing)|(?:in|of)\s(?:January|February|March|April|May|June|July|August|September|October|November|December|\d{4})))+,?(?=\s)"
)
# Possessive where a run could be parted in many ways: no text makes them try all of them.
_ENDS: Final = re.compile(rf"{_WHERE}?\s*+[.!?]*+[\"”’)]*+\s*$")
_ENDS_AFTER_HEARER: Final = re.compile(
    rf"\s+(?:[\w’'.&-]++\s*+){{1,5}}{_WHERE}?\s*+[.!?]*+[\"”’)]*+\s*$"
)
# What opens a sentence and tells nothing yet: `In June,`.
_ADVERBIAL: Final = re.compile(
    r"(?:in|on|at|after|following|during|by|with|since|as|for|before|when|while|last|earlier|late|under|from|over|until|speaking|asked|meanwhile"
    r"|however|still|but|and|also|later|then|next|instead|besides|again|to|according)\b[^,]*$",
    re.IGNORECASE,
)
_NO_CONTENT: Final = re.compile(
    r"\s*(?:of|about|so|no|yes|nothing|something|anything|little|much|goodbye|hello|thanks?|thank|it\sall|more|for\s(?:his|her|their|instance|example)|and|or|but|\.)\b"
)
_VERB: Final = (
    r"(?P<verb>say|write|explain|argue|add|note|warn|conclude|suggest|report"
    r"|(?!(?:is|was|has|does|this|as|its|his|us)\b)[a-z]{2,}(?:s|ed))\b"
)
_VERB_THEN_SPEAKER: Final = re.compile(rf"\s{_VERB}\s(?=[A-ZÀ-Þ]|the\s)")
_SPEAKER_THEN_VERB: Final = re.compile(
    r"\s(?P<speaker>(?P<pronoun>he|she|they)|(?P<noun>(?:the|an?)\s(?:[\w’'-]+\s){0,4}?[\w’'-]+)"
    r"|[A-ZÀ-Þ][\w’'.-]*(?:\s(?:and\s)?(?:[a-z]{2,3}\s)?[A-ZÀ-Þ][\w’'.-]*){0,5})\s(?:\w+ly\s)?"
    r"(?P<verb>[a-z]{2,}ed|(?!(?:of|in|at|on|for|to|with|by|from|and|or|is|was|has|had|were|are|will|would|who|that|which"
    r"|as|the|an?|than|do|does|did|can|could|may|might|must|should|be|been|not|also|but|if|so|its|his|their)\b)[a-z]{3,})\b"
)
_PREPOSITIONS: Final = (
    "with in on at of from for by to about over under into during after before through without against between among"
    " across amid"
)
_PREPOSITION: Final = re.compile(rf"(?:{_words(_PREPOSITIONS)})\s")
# The forms in which somebody else tells; of a base form the clause before is no content: `If it is late, add sugar.`
_TELLS: Final = re.compile(r"(?:\w+s|\w+ed|said|told|wrote)\b")
_CLOSERS: Final = frozenset("\"”’»“'")
_NO_NOUN: Final = re.compile(
    rf"(?:{_words(_PREPOSITIONS)}|that|it|so|this|no|yes|not|more|less|as|if|when|because|and|or|but|how|what|why|goodbye|hello)\b"
)
_NOUN_PHRASE: Final = re.compile(
    r"(?:[A-ZÀ-ÞА-Я]|the\s|an?\s|one\s|his\s|her\s|their\s|its\s|our\s|my\s|police|officials|he$|she$|they$|I$|we$|another\s|local\s|some\s"
    r"|many\s|most\s|former\s|researchers|experts|[a-z]+(?:-[a-z]+)?\s[A-ZÀ-Þ])"
)
# `That led Ana Holm to suggest: "…"`
_LED_TO: Final = re.compile(
    r"\b(?:led|leading|prompted|prompting|forced|forcing|caused|causing|moved|inspired|drove)\s"
    r"(?P<who>[A-ZÀ-Þ][\w’'.-]*(?:\s[A-ZÀ-Þ][\w’'.-]*){0,3})\sto\s$"
)
_FINITE: Final = re.compile(
    r"\s(?:will|would|can|could|may|might|must|should|have|has|had|are|is|were|was|do|did)\b"
)
_SPEECH_ENDS: Final = re.compile(rf"{BLANK}[,?!…]?[\"”’»“']\s*$")
_ASIDE: Final = re.compile(r"\s\([^()]{1,60}\)$")
_AFTER_SPEECH: Final = re.compile(rf"{BLANK}[,?!…][\"”’»“']\s*$")
_SPEECH_COMMA: Final = re.compile(rf"{BLANK},[\"”’»“]")
# `… was criticised by the union and Ana Holm who`
_NAME_BEFORE_WHO: Final = re.compile(r"(?:[A-ZÀ-Þ][\w’'.-]*\s){1,4}(?=(?:who|which)$)")
_NOUN_BEFORE_WHO: Final = re.compile(r"(?:the|an?)\s(?:[\w’'-]+\s){1,4}?(?=(?:who|which)$)")
_VERB_FIRST: Final = re.compile(
    r"(?:said|says|told|unlike|like|despite|was|were|is|are|has|had|have|be|been|being|will|would|can|could|included?|joined|led|backed|based|including|according|such|not)\b",
    re.IGNORECASE,
)
# The writer's own opinion is no quotation.
_WRITER: Final = re.compile(r"(?:I|[Ww]e|I['’](?:ve|d|m)|[Ww]e['’](?:ve|re|d))$")
MIN_CONTENT_WORDS: Final = 3
MAX_SPEAKER_WORDS: Final = 14
# Longer ones, speech in them included, are no sentences.
MAX_SENTENCE: Final = 6_000
# How far before a verb its speaker is looked for, and what negates it.
MAX_SPEAKER_CHARACTERS: Final = 400
MAX_APPOSITION_WORDS: Final = 5


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue at `start` to `end` with its speaker's span, if it has one beside it.

    `told` are the spans of what it attributes indirectly.
    """

    start: int
    end: int
    speaker: tuple[int, int] | None
    told: tuple[tuple[int, int], ...]
    naming: bool = False
    participle: bool = False


def find_cues(text: str, start: int, end: int) -> list[Cue]:
    """The cues of the sentence at `start` to `end` of `text`, whose direct speech is blanked out."""
    cues = list[Cue]()
    if end - start > MAX_SENTENCE:
        return cues
    for match in _CUE.finditer(text, start, end):
        if match["source"]:
            cue = _source(text, match, start, end)
        elif match["whose"]:
            cue = Cue(*match.span(), match.span("whose"), ())
        elif match["participle"] or match["leading"]:
            cue = _participle(text, match, end)
        else:
            cue = _verb(text, match, start, end)
        if cue is None:
            continue
        if cue.participle:
            cues = [_until(text, each, cue.start) for each in cues]
        cues.append(cue)
    return cues


def speaker_beside(
    text: str, last: str, start: int, end: int
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The verb and the speaker right behind speech, whatever the verb: `"…," Holm laughs.`, `"…," replies Holm.`

    Args:
        text: the body.
        last: the last character of the speech: only what ends with a comma, or asks or shouts, goes on with who says it.
        start: the end of the speech, marks included.
        end: that of the sentence.
    """
    if last not in ",?!":
        return None
    inverted = _VERB_THEN_SPEAKER.match(text, start, end)
    if inverted is not None:
        speaker = _inverted(text, start - 2, inverted.start("verb"), inverted.end("verb"), end)
        if speaker is not None:
            return inverted.span("verb"), speaker
    following = _SPEAKER_THEN_VERB.match(text, start, end)
    if following is None or not (last == "," or following["pronoun"]):
        return None
    # `"…," the harbour master, Ana Holm, told`: a noun is no verb.
    if following["noun"] and text[following.end() : following.end() + 1] == ",":
        return None
    return following.span("verb"), following.span("speaker")


def _until(text: str, cue: Cue, end: int) -> Cue:
    """The cue without what a participle behind it tells."""
    spans = [
        span
        for start, stop in cue.told
        if (span := _trimmed(text, start, min(stop, end)) if start < end else (start, stop))
    ]
    return replace(cue, told=tuple(spans))


def _source(text: str, match: re.Match[str], start: int, end: int) -> Cue | None:
    """`According to X, …`, `…, according to X.`"""
    leads = not text[start : match.start()].strip("\"“‘' ")
    rest = text[match.end() : end]
    if leads:
        stop = re.search(rf",\s(?!(?:and|Inc|Ltd|LLC)\b)|,?(?=\s?[\"“{BLANK}])", rest)
        if stop is None:
            return None
        speaker = _trimmed(text, match.end(), match.end() + stop.start())
        content = _trimmed(text, match.end() + stop.end(), end)
        return Cue(*match.span(), speaker, _contents(text, content))
    stop = re.search(
        rf"[,;:—–()\"“{BLANK}]|[.!?]+[\"”’)]*\s*$|\s(?:and|who|which|but|as|while|that)\s(?=\w+(?:ed|s)?\b\s\w)",
        rest,
    )
    stop_at = match.end() + (stop.start() if stop else len(rest))
    speaker = _trimmed(text, match.end(), stop_at)
    content = _trimmed(text, start, match.start())
    return Cue(*match.span(), speaker, _contents(text, content))


def _participle(text: str, match: re.Match[str], end: int) -> Cue | None:
    """`…, adding that …`: its speaker is the sentence's."""
    that = _THAT.match(text, match.end(), end)
    told = _contents(text, _trimmed(text, that.end(), end)) if that else ()
    begin, stop = match.span("participle" if match["participle"] else "leading")
    return Cue(begin, stop, None, told, participle=True)


def _verb(text: str, match: re.Match[str], start: int, end: int) -> Cue | None:
    verb = match[0]
    before = text[max(start, match.start() - MAX_SPEAKER_CHARACTERS) : match.start()]
    naming = _NAMING.match(verb) is not None
    bound_to_that = _ALWAYS_BOUND_TO_THAT.match(verb) is not None
    led = _LED_TO.search(text, match.start() - len(before), match.start())
    if led is not None:
        return Cue(*match.span(), led.span("who"), ())
    if _NOT_SAYING.search(before) or _is_no_verb(text, match, before, end):
        return None
    speaker = _speaker_before(text, start, match.start())
    if speaker is None:
        inverted = _inverted(text, start, match.start(), match.end(), end)
        if inverted is None:
            return None
        if (bound_to_that or naming) and not _AFTER_SPEECH.search(before):
            return None
        told = _contents(text, _content_before(text, start, match.start()))
        return Cue(*match.span(), inverted, told)
    if naming or _WRITER.match(text, *speaker):
        return Cue(*match.span(), speaker, (), naming=naming)
    that = _THAT.match(text, match.end(), end)
    if that is not None:
        told = _contents(text, _trimmed(text, that.end(), end))
        return Cue(*match.span(), speaker, told)
    if bound_to_that:
        return None
    earlier = _content_before(text, start, speaker[0])
    ends = _ENDS_AFTER_HEARER if verb in ("told", "tells", "assured", "informed") else _ENDS
    if ends.match(text, match.end(), end) and earlier is not None:
        return Cue(*match.span(), speaker, _contents(text, earlier))
    if text[match.end() : match.end() + 1] == "," and earlier is not None:
        # `The ferry, she said, was late.`
        later = _trimmed(text, match.end() + 1, end)
        return Cue(*match.span(), speaker, (*_contents(text, earlier), *_contents(text, later)))
    if match["free"]:
        setting = _SETTING.match(text, match.end(), end)
        begin = setting.end() if setting else match.end()
        if not _NO_CONTENT.match(text, begin, end) and text[begin : begin + 1] not in (",", ":"):
            return Cue(*match.span(), speaker, _contents(text, _trimmed(text, begin, end)))
    return Cue(*match.span(), speaker, ())


def _is_no_verb(text: str, match: re.Match[str], before: str, end: int) -> bool:
    """Whether what looks like a verb of saying is a noun (`EU states will meet`) or an aside (`, say,`)."""
    if match["bound"] and match[0].endswith("s") and _FINITE.match(text, match.end(), end):
        return True
    aside = match[0] == "say" and text[match.end() : match.end() + 1] == ","
    return aside and before.rstrip().endswith((",", "—", "–"))


def _speaker_before(text: str, start: int, cue_start: int) -> tuple[int, int] | None:
    """The noun phrase that ends at the cue, appositions and relative clauses apart."""
    start = max(start, cue_start - MAX_SPEAKER_CHARACTERS)
    between = _BETWEEN.search(text, start, cue_start)
    if between is None:
        return None
    end = between.start()
    if _SPEECH_ENDS.search(text, start, end):
        return None  # `"…," said Holm`: what stands before the speech is another matter
    aside = _ASIDE.search(text, start, end)
    if aside is not None and aside.start() > start:
        end = aside.start()  # `Ana Holm (45) said`
    pieces = _pieces(text, start, end)
    if not pieces:
        return None
    begin, stop = pieces[-1]
    phrase = text[begin:stop].strip()
    if not phrase:
        # `X, who leads the union, said`: the comma stands right before the cue.
        while len(pieces) > 1:
            pieces.pop()
            begin, stop = pieces[-1]
            inner = text[begin:stop].strip()
            if not inner or inner.isspace():
                continue
            if _PREPOSITION.match(inner):
                return None  # `… "short of hands" in the port, said Ana Holm`
            if (
                _APPOSITIVE.match(inner)
                and len(pieces) > 1
                and text[start:begin].rstrip().endswith((",", "—", "–", "("))
            ):
                before = pieces[-2]
                if _names_someone(text[before[0] : before[1]]):
                    continue
            # `Nobody was hurt, said the mayor`: what stands before the comma is told, and whoever tells it comes after.
            told = _is_clause(text, begin, stop) and _TELLS.match(text, cue_start)
            return None if told else _phrase(text, begin, stop)
        return None
    if len(pieces) > 1 and _TITLE_ALONE.match(phrase) and text[begin - 1] == ",":
        # `Ana Holm, mayor of the port told reporters`
        before = pieces[-2]
        if _FULL_NAME.fullmatch(text[before[0] : before[1]].strip()):
            return _phrase(text, *before)
    if re.fullmatch(r"who|which", phrase) and len(pieces) > 1:
        begin, stop = pieces[-2]
        return _phrase(text, begin, stop)
    return _phrase(text, begin, stop)


def _is_clause(text: str, begin: int, end: int) -> bool:
    """Whether a piece before `, said` is a sentence of its own rather than a noun phrase and what is added to it."""
    relative = _RELATIVE.search(text, begin, end)
    return _FINITE.search(text, begin, relative.start() if relative else end) is not None


def _names_someone(piece: str) -> bool:
    return re.search(r"[A-Z][\w’'.-]+\s*$", piece) is not None


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """What stands between boundaries, in order."""
    pieces, begin = list[tuple[int, int]](), start
    for boundary in _BOUNDARY.finditer(text, start, end):
        pieces.append((begin, boundary.start()))
        begin = boundary.end()
    pieces.append((begin, end))
    return pieces


def _phrase(text: str, begin: int, end: int) -> tuple[int, int] | None:
    """The span without leading conjunctions and relative clauses; None if it is no noun phrase."""
    span = _trimmed(text, begin, end)
    if span is None:
        return None
    begin, end = span
    leading = _LEADING.match(text[begin:end])
    begin += leading.end() if leading else 0
    clause = _LAST_CLAUSE.match(text, begin, end)
    if clause is not None:
        begin = clause.start("subject")  # `… the rule that Ana Holm`: it is she who says
    relative = _RELATIVE.search(text, begin, end)
    if relative is not None and relative.start() > begin:
        end = relative.start()
    phrase = text[begin:end].strip()
    words = phrase.split()
    if not words:
        return None
    if words[-1] in ("who", "which") and len(words) > 1:
        named = _NAME_BEFORE_WHO.search(phrase) or _NOUN_BEFORE_WHO.search(phrase)
        if named is None:
            return None
        return _trimmed(text, begin + named.start(), begin + named.end())
    if len(words) > MAX_SPEAKER_WORDS:
        return None
    if _VERB_FIRST.match(phrase):
        return None
    last = words[-1]
    if not (last[0].isalnum()) or (len(words) == 1 and last.lower() in _NO_SPEAKERS):
        return None
    if words[0].lower() in ("you", "you've", "you’ve"):
        return None
    return _trimmed(text, begin, end)


_NO_SPEAKERS: Final = frozenset(
    [
        "it",
        "this",
        "that",
        "there",
        "what",
        "which",
        "who",
        "and",
        "but",
        "or",
        "as",
        "is",
        "was",
        "were",
        "had",
        "has",
        "have",
        "been",
        "be",
        "to",
        "not",
        "also",
        "then",
        "which",
        "you",
        "you've",
        "you’ve",
        "everyone",
        "anyone",
        "nobody",
        "them",
        "him",
        "me",
        "us",
    ]
)


def _inverted(
    text: str, start: int, verb_start: int, verb_end: int, end: int
) -> tuple[int, int] | None:
    """The speaker behind the verb: `…, said the minister.`"""
    before = text[max(start, verb_start - MAX_SPEAKER_CHARACTERS) : verb_start].rstrip()
    if not before or before[-1] not in f',"”’»“?!…—–{BLANK}':
        return None
    stop = _AFTER_SPEAKER.search(text, verb_end + 1, end)
    span = _trimmed(text, verb_end, stop.start() if stop else end)
    if span is None:
        return None
    phrase = text[span[0] : span[1]]
    if len(phrase.split()) > MAX_SPEAKER_WORDS:
        return None
    # Right behind speech whatever follows the verb says it: `"…," noted lead author Ana Holm`.
    spoken = before[-1] in _CLOSERS and not _NO_NOUN.match(phrase)
    named = _NOUN_PHRASE.match(phrase) and not _PREPOSITION.match(phrase)
    return span if spoken or named else None


def _content_before(text: str, start: int, end: int) -> tuple[int, int] | None:
    """What was told before `, X said`: from the sentence's start to the comma."""
    span = _trimmed(text, start, end)
    if span is None or not text[start:end].rstrip().endswith((",", "—", "–")):
        return None
    return None if _ADVERBIAL.match(text, *span) else span


def _contents(text: str, span: tuple[int, int] | None) -> tuple[tuple[int, int], ...]:
    """The span, if it tells something of its own beside direct speech."""
    if span is None:
        return ()
    words = re.findall(r"[\w’'-]+", text[span[0] : span[1]].replace(BLANK, " "))
    blanked = text[span[0] : span[1]].count(BLANK)
    if len(words) < MIN_CONTENT_WORDS or blanked > (span[1] - span[0]) / 2:
        return ()
    if text[span[0]] in PAIRS and (
        len(words) <= MAX_APPOSITION_WORDS or _SPEECH_COMMA.search(text, *span)
    ):
        return ()  # `"…," the harbour master, X, told …`
    return (span,)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without blank space, stops and commas around it; None if nothing is left."""
    while start < end and (text[start].isspace() or text[start] in ",;:—–'’”»"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ".,;:—–"):
        end -= 1
    return (start, end) if start < end else None
