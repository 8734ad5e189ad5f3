"""Names in bylines: the people that a line names who wrote an article.

What belongs here: what announces names, what parts and ends a list of them, what a person's name looks like. What does
not: which line of a page is its byline (authors.py), people in the text (mentions.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from copydesk.lexicons import common_words, first_names
from copydesk.name_likeness import likeness


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_WORD: Final = re.compile(r"[^\W\d_]+")
# Words that announce who signs, alone or behind words like `written`; `made possible by …` speaks of something else.
_PREPOSITIONS: Final = frozenset(
    ["by", "von", "par", "por", "da", "di", "av", "af", "door", "od", "oleh"]
)
_SIGNING: Final = _words("""
this the a an ein eine il un une post article story blog was is guest opinion opinions analysis review recipe recipes
word words text texte written posted published reported reporting authored created content compiled contributed
kommentar kolumne analyse gastbeitrag gastkommentar interview reportage porträt essay glosse leitartikel propos
recueillis escrito publicado publié veröffentlicht skrevet skriven geschrieben scritto first originally photo photos
and feature column commentary perspective guide visualizations
""")
MAX_WORDS_BEFORE_BY: Final = 5
MAX_NAME_CHARACTERS: Final = 60
_LABEL: Final = (
    r"(?:authors?|words|text|writer|reporter|autor(?:en|in)?|auteur|автор|от|بقلم|كتبت?|文|取材)"
)
_LABELLED: Final = re.compile(
    rf"^{_LABEL}(?:\s*(?:&|and|und)\s*[^\W\d_]+)?\s*[:：・]\s*|^(?:автор|от|بقلم|كتبت?)\s+",
    re.IGNORECASE,
)
_BARE_LABEL: Final = re.compile(
    r"(?:authors?|writer|reporter|autor(?:en|in)?|auteur|автор)\s*[:：]?", re.IGNORECASE
)
_LEAD_BEHIND_DATE: Final = re.compile(
    r"^.{0,40}?(?:\d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{4}-\d\d-\d\d|\d[./]\d{4}|\d{1,2}\.? [^\W\d_]{3,9} \d{4}).{0,16}?[\s|•·–—-](?:by|von|par|por)\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
# `Medically reviewed by … — Written by Jane Doe`
_LEAD_INSIDE: Final = re.compile(
    r"\b(?:[Ww]ritten|[Pp]osted|[Rr]eported|[Gg]uide|[Ww]ords) by:?\s+(?=[^\W\d_])"
)
# `Council reporter Jane Doe`
_JOB_BEFORE_NAME: Final = re.compile(
    r"^(?:[A-Z]\w+ )?(?:[Rr]eporter|[Cc]orrespondent|[Ee]ditor|[Cc]olumnist|[Ww]riter),?\s+(?=[A-Z][\w'’-]+ [A-Z])"
)
# The cheap test for what may announce a name, wherever it stands.
ANNOUNCES: Final = r"^(?:[Bb]y|BY|[Vv]on|[Pp]ar|[Pp]or|[Ww]ritten [Bb]y|[Aa]uthors?|AUTHOR|[Pp]osted|[Pp]ublished|[Aa]rticle|[Pp]ost|[Ss]tory|[Gg]uide|[Аа]втор|كتبت?|بقلم|文|取材|[Tt]h(?:is|e) (?:article|post|story|guide))(?:\s|[:：・]|$)|^By\p{Lu}\p{Ll}"

# And for a label before one.
LABELS: Final = rf"^(?i:{_LABEL})(?:\W|$)"

# What parts names, and what ends their list: a date, an address, a column.
_TOKEN: Final = re.compile(r"[,;&/+、]|[^\s,;&/+、]+")
_BETWEEN: Final = frozenset(
    [*",;&/+、", *["and", "und", "et", "y", "e", "i", "и", "och", "og", "mit", "with", "by"]]
)
_END_SIGN: Final = re.compile(r"[|•·⋅∙—–(\[@\d]|\s-\s|\.\s+(?:[Pp]hoto|[Pp]icture|[Ii]llustration)")
_END_WORDS: Final = _words("""
published posted updated modified last reviewed medically fact-checked edited veröffentlicht publié publicado
aktualisiert mis follow share full bio on at in from for the tips is are was has covers read monday tuesday wednesday
thursday friday saturday sunday
""")
# What stands before a day of the month.
_BEFORE_DAY: Final = _words("""
le january february march april may june july august september october november december jan feb mar apr jun jul aug sep
sept oct nov dec januar februar märz mai juni juli oktober dezember okt dez janvier février mars avril juin juillet août
septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre
diciembre
""")
# Alone they are no pen names.
_MONTHS: Final = _words("""
january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept
oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
""")
# A job behind a name, and what may stand between the two.
_JOBS: Final = _words("""
reporter reporters editor editors writer writers correspondent correspondents journalist journalists author authors
columnist columnists producer producers director manager analyst strategist specialist consultant officer founder
co-founder ceo cto president gardener photographer contributor contributing guest freelance expert advisor blogger
developer engineer dietitian nutritionist coach chef redakteur redakteurin online-redakteur online-redakteurin
korrespondent korrespondentin editor-in-chief 기자 특파원 記者
""")
_JOB_QUALITIES: Final = _words("""
senior staff chief deputy associate assistant executive managing lead head news sport sports technical digital
political health science business travel tech data certified registered product content marketing creative editorial
founding general principal independent former uk-based us-based lifestyle
""")
_CREDENTIALS: Final = _words("""
MD RD RDN PhD Ph.D Ph.D. MPH MSc MS MBA MA BA CFA CFP CPA RN FACP FOMA DABOM Esq Esq. DVM DDS LD CDCES FAND JD EdD
PsyD LMFT LCSW
""")
_NAME: Final = re.compile(
    r"^[^\W\d_a-zà-öø-ÿа-я][\w.'’‘-]*(?:\s+(?:(?:de|da|do|dos|das|del|della|der|den|di|du|el|al|la|le|van|von|bin|ibn|ben|y|af|ter|ten|zu|zur)\s+)*"
    r"[^\W\d_a-zà-öø-ÿа-я][\w.'’‘-]*){1,3}$"
)
_CJK_NAME: Final = re.compile(
    r"^[\u3040-\u30ff\u4e00-\u9fff]{1,5}[ \u3000]?[\u3040-\u30ff\u4e00-\u9fff]{1,4}$"
)
_HANGUL_NAME: Final = re.compile(r"^[\uac00-\ud7a3]{2,4}$")
_ARABIC_NAME: Final = re.compile(r"^[\u0621-\u064a]+(?: [\u0621-\u064a]+){1,3}$")
# A pen name or a first name; only behind a word that announces it, and alone.
_PEN_NAME: Final = re.compile(r"^[A-Za-zÀ-ÿ][\w'’-]{2,20}$")
# `광주 홍길동 기자 hong@example.com`
_REPORTER_BEHIND: Final = re.compile(
    r"(?:^|[\s=/(\[])(?=[\uac00-\ud7a3]{2,4} ?(?:기자|특파원)(?:$|[^\uac00-\ud7a3]))"
)
_EAST_ASIAN_JOB: Final = re.compile("\\s*(?:記者|特派員|기자|특파원)$")
# Words that make a name a desk, a job or an outlet.
_NO_PERSON: Final = _words("""
the admin administrator staff editor editors editorial newsroom news desk reporter reporters correspondent
correspondents agency agencies agentur agenturen team redaktion redacción rédaction redação редакция press media
online web guest contributor contributors wire wires post times daily gazette herald tribune journal dispatch observer chronicle magazine bulletin newspaper zeitung nachrichten
associates association institute university college school foundation council committee group company inc llc ltd gmbh
solutions services software marketing insurance bank studio lab labs blog club center centre department office society
network partners store shop expert experts writer writers author authors reuters afp dpa ap efe tass xinhua sda apa
sid tpn adminn webmaster anonymous undefined null unknown user superuser
""")
# A name that one of these follows is theirs: `Jane Doe Foundation`.
_ORGANISATIONS: Final = _words("""
team staff foundation association associates institute university college school council committee group company inc llc
ltd gmbh pc agency center centre department office society network partners services solutions studio studios
corp corporation plc pty oü oy ab ag sa nv bv spa sas kg
""")
# Words of menus, headings and buttons, which are set in title case like names.
_NO_NAME: Final = _words("""
about access account add advertise advertising advertisement all also app apps are art article articles ask at back
beauty before beginner beginners best better book books building business buy buyer buyers calendar career careers
cart case category categories change cheap check children choose city click climate cloud code comment comments
community compare complete contact content contents cookie cookies cooking copy course courses create credit culture
customer data day deal deals design development digital dining do documentation download ecommerce economy education
email energy english entertainment environment estate event events explore facebook family faq faqs fashion feature
features finance financial find fitness follow food for former free from full future game games garden gardening get gift
global go good guide guides health healthy help here history home hot hotel hotels house how image images in industry
info insight insights instagram international into is it its job jobs join just key kids kitchen know latest learn
learning legal life lifestyle like link linkedin list live living local log login loss love main management map maps
market markets meditation member members membership mental menu mobile money more most movie movies music my national
need new newest newsletter newsletters next no now nutrition of open opinion or order our outdoor overview page pages
parenting people personal photo photography photos pinterest plan plans planning play podcast podcasts policy politics
popular pricing print privacy pro product products program programs project projects pros quick quiz quizzes rate
rates read real recent recipe recipes region related relationship relationships report reports research resource
resources result results return review reviews sale save science search security see selling service share shopping
show sign site sleep small social sport sports start stock stocks stories story style subscribe summary support
sustainability table tag tags tech technology terms test tests that thing things this to today tool tools top topic
topics training transcript travel trend trends tv twitter type types ultimate united up update updated updates us use
using video videos view views virtual visit watch water weather wedding week weight what when where who why wine women
work workout workouts world writing written year yoga you your youtube startseite kultur wirtschaft politik panorama ratgeber
wissen reisen gesundheit meinung anmelden abo mehr die das im zum zur für foto bild deutschland österreich schweiz
pour une sur dans para con una accueil société économie
""")
# `St. Lawrence`, `San Diego`
_BEGIN_PLACES: Final = frozenset(
    [
        "St.",
        "San",
        "Santa",
        "New",
        "Los",
        "Las",
        "Fort",
        "Mount",
        "Lake",
        "North",
        "South",
        "East",
        "West",
    ]
)
_DOMAIN: Final = re.compile(r"\.(?:com|de|org|net|co|io|ch|fr|at)\b", re.IGNORECASE)


def parse_byline(line: str) -> list[str]:
    """The people a byline names, in order; desks, agencies, outlets and dates are none."""
    written = line.strip()
    start = announced_at(written, dated=True)
    return parse_names(written[start or 0 :], announced=start is not None)


def is_label(text: str) -> bool:
    """Whether a line announces a name and ends there: `By`, `Author:`."""
    return (
        text.lower().rstrip(" :：").rpartition(" ")[2] in _PREPOSITIONS
        or _BARE_LABEL.fullmatch(text) is not None
    )


def may_hold_name(text: str) -> bool:
    """Whether neither of a short line's first words is one of menus and headings; the second may be, behind a first name."""
    first, *others = text[:MAX_NAME_CHARACTERS].split(None, 2)[:2] or [""]
    return first.lower() not in _NO_NAME and (
        _NO_NAME.isdisjoint(word.lower() for word in others)
        or (first in first_names() and first.lower() not in common_words())
    )


def announced_at(text: str, *, dated: bool) -> int | None:
    """Where the names begin in a line that announces them; null in another."""
    position = 0
    for count, word in enumerate(
        text.split(" ", MAX_WORDS_BEFORE_BY + 1)[: MAX_WORDS_BEFORE_BY + 1]
    ):
        position += len(word) + 1
        lower = word.strip("|•·–—-:：").lower()
        if lower in _PREPOSITIONS:
            return position
        if (lower and lower not in _SIGNING) or count == MAX_WORDS_BEFORE_BY:
            break
    lead = _LABELLED.match(text) or _JOB_BEFORE_NAME.match(text)
    if not lead and dated and _SIGNED_INSIDE.search(text):
        lead = _LEAD_BEHIND_DATE.match(text)
    if not lead and " by" in text:
        lead = _LEAD_INSIDE.search(text)
    if not lead:
        lead = _REPORTER_BEHIND.search(text)
    return lead.end() if lead else None


_SIGNED_INSIDE: Final = re.compile(r" (?:by|By|BY|von|par|por) ")


def parse_names(written: str, *, announced: bool) -> list[str]:
    """The people in a list of names with whatever stands behind it.

    Args:
        written: the names, without what announces them.
        announced: a word like `by` stood before them, so a single pen name is one too.
    """
    end = _END_SIGN.search(written)
    listed = written[: end.start()] if end else written
    tokens = _TOKEN.findall(listed)
    if end and end[0].isdigit() and tokens and tokens[-1].rstrip(".").lower() in _BEFORE_DAY:
        tokens.pop()
    people = list[str]()
    name = list[str]()
    job = False
    for token in [*tokens, ","]:
        lower = token.strip(".:").lower()
        if token in _BETWEEN:
            _add(people, name, announced=announced and not people)
            name, job = [], False
        elif lower in _END_WORDS and (name or people):
            break
        elif lower in _ORGANISATIONS and len(name) >= 2:
            name, job = [], True
        elif lower in _JOBS and name:
            name, job = _without_job(name), True
        elif len(name) >= 2 and (
            (announced and (lower in _NO_NAME or lower in _NO_PERSON))
            or (len(token) > 2 and token.isupper() and not name[-1].isupper())
        ):
            # `Jane Doe Twitter`, `Jane Doe USA TODAY`
            job = True
        elif job or token in _CREDENTIALS or (lower in _JOB_QUALITIES and len(name) >= 2):
            job = job or lower in _JOB_QUALITIES
        else:
            name.append(token)
    _add(people, name, announced=announced and not people)
    return people


def _without_job(words: list[str]) -> list[str]:
    """The name before a job; what lies between a name of two words and the job may be the job's: `Jane Doe City Hall Reporter`."""
    others = words[2:]
    named = all(likeness(word) > 0 and word.lower() not in common_words() for word in others)
    return words if named and len(others) == 1 else words[:2]


def _add(people: list[str], words: Sequence[str], *, announced: bool) -> None:
    """Adds the name that the words make, if they make one."""
    name = _EAST_ASIAN_JOB.sub("", " ".join(words).strip(" .:-|\u200b"))
    if not name or name in people:
        return
    parts = name.split()
    half = len(parts) // 2
    if half and parts[:half] == parts[half:]:
        # A picture's text and the name: `Jane Doe Jane Doe`.
        name = " ".join(parts[:half])
    if name.isupper():
        name = name.title()
    known = (
        _NAME.match(name)
        or _CJK_NAME.match(name)
        or _ARABIC_NAME.match(name)
        or (announced and (_HANGUL_NAME.match(name) or _PEN_NAME.match(name)))
    )
    if not known or name in people or _DOMAIN.search(name):
        return
    first, *others = [word.lower() for word in _WORD.findall(name)] or [""]
    if name.split()[0] in _BEGIN_PLACES or first in _NO_NAME or (first in _MONTHS and not others):
        return
    given = name.split()[0] in first_names() and first not in common_words()
    if _NO_PERSON.isdisjoint([first, *others]) and (
        _NO_NAME.isdisjoint(others) or (given and len(others) == 1)
    ):
        people.append(name)
