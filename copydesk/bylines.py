"""Bylines: who wrote the article, for which agency, from where.

What belongs here: people's names in a byline, the agency and the place in a dateline. What does not: people in the
text (mentions.py).

A byline is a line that says so (`By Jane Doe`), a name beside the date, or a name right under the headline. Lines
that may be one are picked by expressions; only those few are read name by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import polars as pl


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# How far from the headline, from the text's beginning and from its end a byline may stand.
MAX_BLOCKS_ABOVE_TITLE: Final = 3
MAX_BLOCKS_BELOW_TITLE: Final = 10
MAX_BLOCKS_ABOVE_TEXT: Final = 8
MAX_BLOCKS_INTO_TEXT: Final = 6
MAX_BLOCKS_BELOW_TEXT: Final = 8
MAX_NAME_LINE_CHARACTERS: Final = 110
# A name is signed by a date that stands this near; further down the list an author's own box repeats the name.
MAX_BLOCKS_NAME_TO_DATE: Final = 2
MAX_BLOCKS_TITLE_TO_NAME: Final = 4
# A name right below the headline is as often a subheading; an author's stands once more, in a box or a link.
MIN_NAME_REPEATS: Final = 2
# Shorter words are particles and initials, which names and texts share.
MIN_WORD_CHARACTERS: Final = 3
_WORD: Final = re.compile(r"[^\W\d_]+")
_COLUMNS: Final = re.compile(r"\s*[|•·⋅∙]\s*")
_SENTENCE_ENDS: Final = tuple(".!?:…")
# `16 December 2025 Jane Doe`
_LEADING_DATE: Final = re.compile(r"^.*\d{4}\s*[|•·–—,-]?\s*(?=[^\W\d_])|^\W+")
# Evidence, in the order in which it is believed.
_BYLINE: Final = "byline"
_BESIDE_DATE: Final = "name_beside_date"
_BELOW_TITLE: Final = "name_below_title"
_DISTANT: Final = "distant_byline"
# Evidence, best first: how far behind it a reading starts, and how much each block to the headline costs it.
_DOUBT: Final = {
    _BYLINE: (0.0, 0.05),
    _BESIDE_DATE: (1.0, 0.2),
    _BELOW_TITLE: (1.5, 0.2),
    _DISTANT: (2.2, 0.05),
}
_ANNOUNCED: Final = (_BYLINE, _DISTANT)

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
_LABEL: Final = (
    r"(?:authors?|words|text|writer|reporter|autor(?:en|in)?|auteur|автор|от|بقلم|كتبت?|文|取材)"
)
_LABELLED: Final = re.compile(rf"^{_LABEL}\s*[:：・]\s*|^(?:автор|от|بقلم|كتبت?)\s+", re.IGNORECASE)
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
# `Jane Doe in Tallinn`
_NAME_AND_PLACE: Final = re.compile(
    r"^(?:[^\W\d_a-z][\w'’-]+ ){2,3}in [^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z][\w'’-]+)?$"
)
# A line that dates something: a year, a short date, or an age.
_DATED: Final = r"(?:19|20)\d\d|\d\.\d{1,2}\.\d\d|(?:hours?|days?|months?|years?|weeks?) ago|[Mm]in(?:ute)?s?\.? [Rr]ead"
# The cheap test for a line that begins with a name or holds one behind a word.
_MAY_NAME: Final = r"^\P{L}{0,3}\p{Lu}\S+ (?:\p{Ll}+ )?\p{Lu}|記者|특파원|기자|كتبت?|بقلم"
# `3 May 2021 Jane Doe`
_NAME_INSIDE: Final = r"\p{Lu}\p{Ll}\S* (?:\p{Ll}+ )?\p{Lu}"
# The cheap test for what may announce a name, wherever it stands.
_ANNOUNCES: Final = r"^(?:[Bb]y|BY|[Vv]on|[Pp]ar|[Pp]or|[Ww]ritten [Bb]y|[Aa]uthors?|AUTHOR|[Pp]osted|[Pp]ublished|[Aa]rticle|[Pp]ost|[Ss]tory|[Gg]uide|[Аа]втор|كتبت?|بقلم|文|取材|[Tt]h(?:is|e) (?:article|post|story|guide))(?:\s|[:：・]|$)"

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
_MONTH: Final = re.compile(
    r"(?:jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[^\W\d_]*\.?", re.IGNORECASE
)
# A job behind a name, and what may stand between the two.
_JOBS: Final = _words("""
reporter reporters editor editors writer writers correspondent correspondents journalist journalists author authors
columnist columnists producer producers director manager analyst strategist specialist consultant officer founder
co-founder ceo cto president gardener photographer contributor contributing guest freelance expert advisor blogger
developer engineer dietitian nutritionist coach chef redakteur redakteurin online-redakteur online-redakteurin
korrespondent korrespondentin
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
_EAST_ASIAN_JOB: Final = re.compile("\\s*(?:記者|特派員|기자|특파원)$")
# Words that make a name a desk, a job or an outlet.
_NO_PERSON: Final = _words("""
the admin administrator staff editor editors editorial newsroom news desk reporter reporters correspondent
correspondents agency agencies agentur agenturen team redaktion redacción rédaction redação редакция press media
online web guest contributor contributors wire wires post times daily gazette herald tribune journal dispatch observer chronicle magazine
associates association institute university college school foundation council committee group company inc llc ltd gmbh
solutions services software marketing insurance bank studio lab labs blog club center centre department office society
network partners store shop expert experts writer writers author authors reuters afp dpa ap efe tass xinhua sda apa
sid tpn
""")
# Words of menus, headings and buttons, which are set in title case like names.
_NO_NAME: Final = _words("""
about access account add advertise advertising advertisement all also app apps are art article articles ask at back
beauty before beginner beginners best better book books building business buy buyer buyers calendar career careers
cart case category categories change cheap check children choose city click climate cloud code comment comments
community compare complete contact content contents cookie cookies cooking copy course courses create credit culture
customer data day deal deals design development digital dining do documentation download ecommerce economy education
email energy english entertainment environment estate event events explore facebook family faq faqs fashion feature
features finance financial find fitness follow food for free from full future game games garden gardening get gift
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
work workout workouts world writing year yoga you your youtube startseite kultur wirtschaft politik panorama ratgeber
wissen reisen gesundheit meinung anmelden abo mehr die das im zum zur für foto bild deutschland österreich schweiz
pour une sur dans para con una accueil société économie
""")
_DOMAIN: Final = re.compile(r"\.(?:com|de|org|net|co|io|ch|fr|at)\b", re.IGNORECASE)

AGENCIES: Final = (
    "AFP", "AP", "ANSA", "Bloomberg", "DPA", "dpa", "EFE", "IANS", "Interfax", "Kyodo", "PA", "PTI", "RIA Novosti", "Reuters",
    "Sputnik", "TASS", "UPI", "Xinhua", "Yonhap",
)  # fmt: skip

# `MOSCOW (Sputnik) - …`, `PARIS, May 3 (Reuters) — …`, `BERLIN (dpa) – …`
_PLACE: Final = r"\p{Lu}[\p{Lu}\p{M}'’.-]+(?:[ /-]\p{Lu}[\p{Lu}'’.-]*){0,3}"
DATELINE: Final = (
    rf"^({_PLACE})(?:,\s+[\p{{L}} .]{{2,24}})?(?:,?\s+\p{{L}}{{3,9}}\.?\s+\d{{1,2}})?(?:,?\s+\d{{1,2}}\s+\p{{L}}{{3,9}})?"
    r"\s*(?:\(([^()]{2,40})\))?\s*[-–—:]{1,2}\s"
)
_MIXED_DATELINE: Final = r"^(\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){0,2})(?:,?\s+\d{1,2}\.?\s+\p{L}{3,9})?\s*\(([\p{L}][\p{L} ./]{1,30})\)\s*[-–—.]{1,2}\s"
# `ПЕРМЬ, 15 сен — РИА Новости. …`
_RUSSIAN_DATELINE: Final = (
    rf"^({_PLACE}), \d{{1,2}} \p{{L}}{{3,9}}\.? [-–—] (\p{{Lu}}[\p{{L}} -]{{1,30}})\. "
)
_CREDIT: Final = rf"(?:^|[\s(/|])({'|'.join(AGENCIES)})(?:[\s)/|.,]|$)"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line near headline or text; distances in blocks (see places.around)."""

    document_id: str
    index: int
    text: str
    below_title: int | None
    into_text: int
    below_text: int
    dated: bool
    signed: bool

    @property
    def far(self) -> bool:
        """Whether it stands far from headline and text's beginning, above or below."""
        near_title = self.below_title is not None and (
            -MAX_BLOCKS_ABOVE_TITLE <= self.below_title <= MAX_BLOCKS_BELOW_TITLE
        )
        near_text = -MAX_BLOCKS_ABOVE_TEXT <= self.into_text <= MAX_BLOCKS_INTO_TEXT
        return not near_title and not near_text


def parse_byline(line: str) -> list[str]:
    """The people a byline names, in order; desks, agencies, outlets and dates are none."""
    written = line.strip()
    start = _announced_at(written, dated=True)
    return parse_names(written[start or 0 :], announced=start is not None)


def _announced_at(text: str, *, dated: bool) -> int | None:
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
    if end and end[0].isdigit() and tokens and (tokens[-1] == "le" or _MONTH.fullmatch(tokens[-1])):
        tokens.pop()
    people = list[str]()
    name = list[str]()
    job = False
    for token in [*tokens, ","]:
        lower = token.strip(".:").lower()
        if token in _BETWEEN:
            _add(people, name, announced=announced and len(tokens) == 1)
            name, job = [], False
        elif lower in _END_WORDS and (name or people):
            break
        elif lower in _JOBS and name:
            # What lies between a name of two words and a job is the job's: `Jane Doe Deputy Content Hub Director`.
            name, job = name[:2], True
        elif job or token in _CREDENTIALS or (lower in _JOB_QUALITIES and len(name) >= 2):
            job = job or lower in _JOB_QUALITIES
        else:
            name.append(token)
    _add(people, name, announced=announced and len(tokens) == 1)
    return people


def _add(people: list[str], words: Sequence[str], *, announced: bool) -> None:
    """Adds the name that the words make, if they make one."""
    name = _EAST_ASIAN_JOB.sub("", " ".join(words).strip(" .:-|\u200b"))
    if not name or name in people:
        return
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
    lower = {word.lower() for word in _WORD.findall(name)}
    if lower.isdisjoint(_NO_PERSON) and lower.isdisjoint(_NO_NAME):
        people.append(name)


def page_authors(
    blocks: pl.DataFrame, lines: pl.DataFrame, publishers: pl.DataFrame
) -> pl.DataFrame:
    """`document_id`, `authors` (list), `authors_source`: from the byline that is believed most.

    `authors_source` is `byline`, `name_beside_date`, `name_below_title` or `distant_byline`. What only looks like
    a name is believed if none of its words stands in the page in lower case.

    Args:
        blocks: with roles, pages' blocks together and in order.
        lines: see places.around.
        publishers: `document_id`, `name` of the outlet, which is an author only where a byline says so: a person's own site.
    """
    outlets = dict(publishers.select("document_id", pl.col("name").str.to_lowercase()).iter_rows())
    found = dict[str, list[_Reading]]()
    candidates = (_Line(*row) for row in _candidate_lines(lines).iter_rows())
    for document_id, of_page in groupby(candidates, key=lambda line: line.document_id):
        at = {line.index: line for line in of_page}
        outlet = [outlets.get(document_id)]
        readings = [
            reading
            for line in at.values()
            if (reading := _read(line, at))
            and (reading.source in _ANNOUNCED or [*map(str.lower, reading.people)] != outlet)
        ]
        if readings:
            found[document_id] = sorted(readings, key=lambda reading: reading.doubt)
    doubted = [page for page, readings in found.items() if readings[0].source not in _ANNOUNCED]
    texts = _texts(blocks, doubted)
    rows = list[tuple[str, list[str], str]]()
    for document_id, readings in found.items():
        text = texts.get(document_id, "")
        believed = [
            reading
            for reading in readings
            if reading.source in _ANNOUNCED
            or all(
                _is_name_in(name, text)
                and (reading.source != _BELOW_TITLE or text.count(name) >= MIN_NAME_REPEATS)
                for name in reading.people
            )
        ]
        if believed:
            best = believed[0]
            people = _with_following(best, believed)
            rows.append((document_id, people, best.source))
    return pl.DataFrame(
        rows,
        schema={
            "document_id": pl.String,
            "authors": pl.List(pl.String),
            "authors_source": pl.String,
        },
        orient="row",
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """People read from the lines `first` to `last`; `nearness` is their distance from the headline, else the text."""

    source: str
    nearness: int
    first: int
    last: int
    people: list[str]

    @property
    def doubt(self) -> float:
        start, step = _DOUBT[self.source]
        return start + step * self.nearness


def _candidate_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """The columns of `_Line`: short blocks near headline and text, and anywhere what announces a name and the next."""
    text = pl.col("text")
    below_title = pl.col("below_title").is_between(-MAX_BLOCKS_ABOVE_TITLE, MAX_BLOCKS_BELOW_TITLE)
    near = below_title.fill_null(False) | pl.col("into_text").is_between(
        -MAX_BLOCKS_ABOVE_TEXT, MAX_BLOCKS_INTO_TEXT
    )
    behind = pl.col("announces").shift(1, fill_value=False)
    behind = pl.col("announces").shift(1, fill_value=False)
    return (
        lines.lazy()
        .with_columns(announces=text.str.contains(_ANNOUNCES))
        .filter(near | pl.col("announces") | behind)
        .with_columns(dated=text.str.contains(_DATED))
        .with_columns(signed=_beside_date())
        .filter(
            pl.col("announces")
            | behind
            | text.str.contains(" by ", literal=True)
            | text.str.contains(_MAY_NAME)
            | (pl.col("dated") & text.str.contains(_NAME_INSIDE))
        )
        .select(
            "document_id",
            "block_index",
            "text",
            "below_title",
            "into_text",
            "below_text",
            "dated",
            "signed",
        )
        .collect()
    )


def _beside_date() -> pl.Expr:
    """Whether the block or one a few blocks away is dated; a page's rows lie together and in order."""
    page, index, dated = pl.col("document_id"), pl.col("block_index"), pl.col("dated")
    return pl.any_horizontal(
        dated.shift(step)
        & (page.shift(step) == page)
        & ((index.shift(step) - index).abs() <= MAX_BLOCKS_NAME_TO_DATE)
        for step in range(-MAX_BLOCKS_NAME_TO_DATE, MAX_BLOCKS_NAME_TO_DATE + 1)
    ).fill_null(False)


def _read(line: _Line, at: Mapping[int, _Line]) -> _Reading | None:
    """Whom the line names, and how much it is to be believed; null where it names nobody."""
    text = line.text.strip()
    nearness = abs(line.into_text) if line.below_title is None else abs(line.below_title)
    announced = _DISTANT if line.far else _BYLINE
    if line.far and line.below_text > 0:
        # Comments and teasers are signed too; what signs the article stands next to it.
        if line.below_text > MAX_BLOCKS_BELOW_TEXT:
            return None
        nearness = line.below_text
    if text.lower().rstrip(" :：").rpartition(" ")[2] in _PREPOSITIONS or _BARE_LABEL.fullmatch(
        text
    ):
        following = at.get(line.index + 1)
        people = parse_names(following.text, announced=not line.far) if following else []
        return _reading(announced, nearness, line.index, line.index + 1, people)
    start = _announced_at(text, dated=line.dated)
    if start is not None:
        people = parse_names(text[start:], announced=not line.far)
        return _reading(announced, nearness, line.index, line.index, people)
    if (
        line.far
        or line.below_title == 0
        or len(text) > MAX_NAME_LINE_CHARACTERS
        or text[-1] in _SENTENCE_ENDS
    ):
        return None
    signed = line.signed or _NAME_AND_PLACE.match(text) is not None
    below = line.below_title
    if not signed and not (below is not None and 0 < below <= MAX_BLOCKS_TITLE_TO_NAME):
        return None
    parts = _COLUMNS.split(text) if line.dated else [text]
    people = [
        name for part in parts for name in parse_names(_LEADING_DATE.sub("", part), announced=False)
    ]
    source = _BESIDE_DATE if signed else _BELOW_TITLE
    return _reading(source, nearness, line.index, line.index, people)


def _reading(
    source: str, nearness: int, first: int, last: int, people: list[str]
) -> _Reading | None:
    return _Reading(source, nearness, first, last, people) if people else None


def _with_following(best: _Reading, readings: Sequence[_Reading]) -> list[str]:
    """The people of a reading and of those that go on with it in the very next lines."""
    people, last = list(best.people), best.last
    starts = {reading.first: reading for reading in readings if reading.source == best.source}
    while (following := starts.get(last + 1)) is not None:
        people += [name for name in following.people if name not in people]
        last = following.last
    return people


def _texts(blocks: pl.DataFrame, pages: Sequence[str]) -> dict[str, str]:
    return dict(
        blocks.lazy()
        .filter(pl.col("document_id").is_in(pages))
        .group_by("document_id")
        .agg(pl.col("text").str.join(" "))
        .collect()
        .iter_rows()
    )


def _is_name_in(name: str, text: str) -> bool:
    """Whether no word of the name stands in the text in lower case, as words that are no names do."""
    return not any(
        f" {word.lower()} " in text
        for word in _WORD.findall(name)
        if word[0].isupper() and len(word) >= MIN_WORD_CHARACTERS
    )


def page_datelines(blocks: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `dateline` (place, title case), `agency`: from the description or the first paragraph.

    A byline that names an agency gives the agency where no dateline does.
    """
    opening = (
        blocks.lazy()
        .filter(pl.col("role").is_in(["description", "body"]))
        .group_by("document_id", "role", maintain_order=True)
        .agg(pl.col("text").first())
        .with_columns(
            groups=pl.col("text").str.extract_groups(DATELINE),
            russian=pl.col("text").str.extract_groups(_RUSSIAN_DATELINE),
            mixed=pl.col("text").str.extract_groups(_MIXED_DATELINE),
        )
        .select(
            "document_id",
            place=pl.coalesce(
                pl.col("russian").struct.field("1").str.to_titlecase(),
                pl.col("groups").struct.field("1").str.to_titlecase(),
                pl.col("mixed").struct.field("1"),
            ),
            agency=pl.coalesce(
                pl.col("russian").struct.field("2"),
                pl.col("groups").struct.field("2"),
                pl.col("mixed").struct.field("2"),
            ),
        )
        .filter(pl.col("place").is_not_null())
        .group_by("document_id", maintain_order=True)
        .agg(
            dateline=pl.col("place").first(), dateline_agency=pl.col("agency").drop_nulls().first()
        )
    )
    credited = (
        blocks.lazy()
        .filter(pl.col("role") == "byline")
        .select("document_id", credit=pl.col("text").str.extract(_CREDIT))
        .drop_nulls()
        .group_by("document_id", maintain_order=True)
        .agg(pl.col("credit").first())
    )
    return (
        opening.join(credited, on="document_id", how="full", coalesce=True)
        .select("document_id", "dateline", agency=pl.coalesce("dateline_agency", "credit"))
        .collect()
    )
