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

from copydesk.places import around

# How far from the headline, from the text's beginning and from its end a byline may stand.
MAX_BLOCKS_ABOVE_TITLE: Final = 3
MAX_BLOCKS_BELOW_TITLE: Final = 10
MAX_BLOCKS_ABOVE_TEXT: Final = 8
MAX_BLOCKS_INTO_TEXT: Final = 6
MAX_BLOCKS_BELOW_TEXT: Final = 8
MAX_BYLINE_BYTES: Final = 240
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

_LEAD_PREPOSITION: Final = r"(?:by|von|par|por|da|di|av|af|door|od|oleh)"
_LEAD_LABEL: Final = (
    r"(?:authors?|words|text|writer|reporter|autor(?:en|in)?|auteur|автор|от|بقلم|كتبت?|文|取材)"
)
# A line that dates something: a year, a short date, or an age.
_DATED: Final = r"(?:19|20)\d\d|\d\.\d{1,2}\.\d\d|(?:hours?|days?|months?|years?|weeks?) ago|[Mm]in(?:ute)?s?\.? [Rr]ead"
_LEAD_BEHIND_DATE: Final = re.compile(
    r"^.{0,40}?(?:\d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{4}-\d\d-\d\d|\d[./]\d{4}|\d{1,2}\.? [^\W\d_]{3,9} \d{4}).{0,16}?[\s|•·–—-](?:by|von|par|por)\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
# `Medically reviewed by … — Written by Jane Doe`
_LEAD_INSIDE: Final = re.compile(
    r"\b(?:[Ww]ritten|[Pp]osted|[Rr]eported|[Gg]uide|[Ww]ords) by:?\s+(?=[^\W\d_])"
)
# The cheap test for a line that begins with a name or holds one behind a word.
_MAY_NAME: Final = r"^\P{L}{0,3}\p{Lu}\S+ (?:\p{Ll}+ )?\p{Lu}|記者|특파원|기자|كتبت?|بقلم"
# The cheap test for what may announce a name, wherever it stands.
_ANNOUNCES: Final = r"^(?:[Bb]y|BY|[Vv]on|[Pp]ar|[Pp]or|[Ww]ritten [Bb]y|[Aa]uthors?|AUTHOR|[Pp]osted|[Pp]ublished|[Aa]rticle|[Pp]ost|[Ss]tory|[Gg]uide|[Аа]втор|كتبت?|بقلم|文|取材|[Tt]h(?:is|e) (?:article|post|story|guide))(?:\s|[:：・]|$)"
_BARE_LEAD: Final = re.compile(
    rf"^(?:[^\W\d_]+ ){{0,2}}(?:{_LEAD_PREPOSITION}|{_LEAD_LABEL})\s*[:：]?$", re.IGNORECASE
)
# The preposition alone signs only behind such words; `made possible by …` speaks of something else.
_SIGNING: Final = re.compile(
    r"^[|•·–—-]?\s*(?:(?:this|the|a|an|ein|eine|il|un|une|post|article|story|blog|was|is|guest|opinion|opinions|analysis|review|recipe|words?|text|texte?|written|posted|published|reported|reporting"
    r"|authored|created|content|compiled|contributed|kommentar|kolumne|analyse|gastbeitrag|gastkommentar|interview|reportage|porträt|essay|glosse|leitartikel|propos|recueillis|escrito|publicado|publié|veröffentlicht|skrevet|skriven"
    r"|geschrieben|scritto|first|originally|recipes?|photos?|and|story|feature|column|commentary|perspective) ){0,5}"
    rf"{_LEAD_PREPOSITION}\b\s*[:：]?\s*",
    re.IGNORECASE,
)
_PREPOSITION: Final = re.compile(rf"\b{_LEAD_PREPOSITION}\b", re.IGNORECASE)
_LABELLED: Final = re.compile(
    rf"^{_LEAD_LABEL}\s*[:：・]\s*|^(?:автор|от|بقلم|كتبت?)\s+", re.IGNORECASE
)
# `Council reporter Jane Doe`
_JOB_BEFORE_NAME: Final = re.compile(
    r"^(?:[A-Z]\w+ )?(?:[Rr]eporter|[Cc]orrespondent|[Ee]ditor|[Cc]olumnist|[Ww]riter),?\s+(?=[A-Z][\w'’-]+ [A-Z])"
)
# `Jane Doe in Tallinn`
_NAME_AND_PLACE: Final = re.compile(
    r"^(?:[^\W\d_a-z][\w'’-]+ ){2,3}in [^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z][\w'’-]+)?$"
)
# What follows the names: a date, a place, a job, a count of minutes.
_TAIL: Final = re.compile(
    r"\s*(?:\||•|·|⋅|∙|—|–|\s-\s|/(?=\d)|\.\s+(?:photo|picture|illustration)\w*:|\b(?:published|posted|updated|modified|last updated|reviewed|medically|fact.checked"
    r"|edited|veröffentlicht|publié|publicado|aktualisiert|mis à jour|follow|share|full bio|bio\b|read more|contributor|contributing|guest|freelance)\b"
    r"|\bon\b (?=\d|\w+day|[A-Z][a-z]+ \d)|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.? \d|\d|\(|\[|@|\bis an?\b|\bhas been\b|\bcovers\b|\bis the\b"
    r"|\b(?:at|in|from) (?=[A-Z])|\bfor\b (?=[A-Z]|the)|\ble\b (?=\d)|\s(?:the|tips)\b ).*$",
    re.IGNORECASE | re.DOTALL,
)
_JOB: Final = re.compile(
    r"\s+(?:(?:senior|staff|chief|deputy|associate|assistant|executive|managing|lead|head|news|sports?|technical|digital|political|health|science|business|travel|tech|data|certified|registered|expert|product|content|marketing|executive|creative|editorial|founding|general|principal|independent|uk-based|us-based) )*"
    r"(?:reporters?|editors?|writers?|correspondents?|journalists?|authors?|columnists?|producers?|director|manager|analyst|strategist|specialist|consultant|officer|founder|co-founder|ceo|cto|president|gardener|photographer|contributor|expert|advisor|blogger|developer|engineer|dietitian|nutritionist|coach|chef)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
# `Jane Doe Deputy Content Hub Director`
_JOB_BEHIND_NAME: Final = re.compile(
    r"^([^\W\d_][\w.'’-]*\s+[^\W\d_][\w.'’-]{2,})\s+(?:[A-Z]\w+\s+){1,4}(?:Reporter|Editor|Writer|Director|Correspondent|Manager|Producer|Author|Journalist|Specialist)\b.*$",
    re.DOTALL,
)
_BETWEEN: Final = re.compile(
    r"\s*(?:,|;|&|、|/|\+|\band\b|\bund\b|\bet\b|\bby\b|\be\b|\by\b|\bи\b|\boch\b|\bog\b|\bmit\b|\bwith\b)\s*"
)
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
_NO_PERSON: Final = re.compile(
    r"^the\b|\b(?:admin|administrator|staff|editor\w*|editorial|newsroom|news|desk|reporters?|correspondents?|agency|agencies|agentur\w*|team|redaktion"
    r"|redacción|rédaction|redação|редакция|press|media|online|web|guest|contributors?|wires?|post|times|daily|gazette|herald|tribune|journal"
    r"|magazine|associates|association|institute|university|college|school|foundation|council|committee|group|company|inc|llc|ltd|gmbh|solutions|services|software"
    r"|marketing|insurance|bank|studio|labs?|blog|club|center|centre|department|office|society|network|partners|store|shop|experts?|writers?|authors?"
    r"|reuters|afp|dpa|ap|efe|tass|xinhua|sda|apa|sid|tpn|md|rd|phd|mph|msc|mba|cfa|cfp|cpa|rn|facp|esq|jr)\b",
    re.IGNORECASE,
)
# Words of menus, headings and buttons, which are set in title case like names.
_NO_NAME: Final = re.compile(
    r"\b(?:about|access|account|add|advertis\w+|all|also|and|app|apps|are|art|article|articles|ask|at|back|beauty|before|beginners?|best|better|book|books|building|business|buy|buyer\w*|by|calendar|career\w*|cart|case|categor\w+|change|cheap"
    r"|check|children|choose|city|click|climate|cloud|code|comments?|community|compare|complete|contact|content|contents|cookie\w*|cooking|copy|course\w*|create|credit|culture|customer|data|day|deals?|design|development|digital|dining|do|documentation|download|ecommerce|economy"
    r"|education|email|energy|english|entertainment|environment|estate|event\w*|explore|facebook|family|faqs?|fashion|features?|finance|financial|find|fitness|follow|food|for|free|from|full|future|games?|garden\w*|get|gift|global|go|good|guide|guides|health|healthy|help"
    r"|here|history|home|hot|hotel\w*|house|how|image|images|in|industry|info|insights?|instagram|international|into|is|it|its|job|jobs|join|just|key|kids|kitchen|know|latest|learn|learning|legal|life|lifestyle|like|link|linkedin|list|live|living|local|log|login|loss|love|main|management|maps?|market|markets"
    r"|meditation|member\w*|mental|menu|mobile|money|more|most|movie\w*|music|my|national|need|new|newest|newsletter\w*|next|no|now|nutrition|of|on|open|opinion|or|order|our|outdoor|overview|page|pages|parenting|people|personal|photo|photography|photos|pinterest|plan\w*|play|podcast\w*|policy|politics|popular|pricing|print|privacy"
    r"|pro|product|products|programs?|project\w*|pros|quick|quiz\w*|rates?|read|real|recent|recipe\w*|region|related|relationships?|report\w*|research|resources?|results?|return|review|reviews|sale|save|science|search|security|see|selling|service|share|shopping|show|sign|site|sleep|small|social|sports?|start|stock\w*|stories|story|style|subscribe|summary"
    r"|support|sustainability|table|tag|tags|tech|technology|terms|test|tests|that|things?|this|tips|to|today|tools?|top|topics?|training|transcript|travel|trends?|tv|twitter|types?|ultimate|united|up|update\w*|us|use|using|video|videos|view|views|virtual|visit|watch|water|weather|wedding|week|weight|what|when|where|who|why|wine|with|women|work|workout\w*|world|writing|year|yoga|you|your|youtube"
    r"|startseite|kultur|wirtschaft|politik|panorama|ratgeber|sport|wissen|reisen|gesundheit|meinung|anmelden|abo|mehr|und|die|das|im|zum|zur|für|mit|foto|bild|video|deutschland|österreich|schweiz|pour|une|sur|dans|para|con|una|accueil|société|économie|culture)\b"
    r"|\.(?:com|de|org|net|co|io|ch|fr|at)\b",
    re.IGNORECASE,
)

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
    lead = _SIGNING.match(written) or _LABELLED.match(written) or _LEAD_BEHIND_DATE.match(written)
    return parse_names(written[lead.end() :] if lead else written, announced=lead is not None)


def parse_names(written: str, *, announced: bool) -> list[str]:
    """The people in a list of names with whatever stands behind it.

    Args:
        written: the names, without what announces them.
        announced: a word like `by` stood before them, so a single pen name is one too.
    """
    names = _JOB.sub("", _JOB_BEHIND_NAME.sub(r"\1", _TAIL.sub("", written.strip())))
    people = list[str]()
    parts = _BETWEEN.split(names)
    for part in parts:
        name = _EAST_ASIAN_JOB.sub("", part.strip(" .:-|\u200b"))
        if name.isupper():
            name = name.title()
        known = (
            _NAME.match(name)
            or _CJK_NAME.match(name)
            or _ARABIC_NAME.match(name)
            or (announced and _HANGUL_NAME.match(name))
            or (
                announced
                and len(parts) == 1
                and len(name) == len(written.strip())
                and _PEN_NAME.match(name)
            )
        )
        if (
            known
            and name not in people
            and not _NO_PERSON.search(name)
            and not _NO_NAME.search(name)
        ):
            people.append(name)
    return people


def page_authors(blocks: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `authors` (list), `authors_source`: from the byline that is believed most.

    `authors_source` is `byline`, `name_beside_date`, `name_below_title` or `distant_byline`. What only looks like
    a name is believed if none of its words stands in the page in lower case.

    Args:
        blocks: with roles, pages' blocks together and in order.
        places: see places.page_places.
    """
    found = dict[str, list[_Reading]]()
    lines = (_Line(*row) for row in _candidate_lines(blocks, places).iter_rows())
    for document_id, of_page in groupby(lines, key=lambda line: line.document_id):
        at = {line.index: line for line in of_page}
        readings = [reading for line in at.values() if (reading := _read(line, at))]
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


def _candidate_lines(blocks: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The columns of `_Line`: short blocks near headline and text, and anywhere what announces a name and the next."""
    text = pl.col("text")
    below_title = pl.col("below_title").is_between(-MAX_BLOCKS_ABOVE_TITLE, MAX_BLOCKS_BELOW_TITLE)
    near = below_title.fill_null(False) | pl.col("into_text").is_between(
        -MAX_BLOCKS_ABOVE_TEXT, MAX_BLOCKS_INTO_TEXT
    )
    behind = pl.col("announces").shift(1, fill_value=False)
    behind = pl.col("announces").shift(1, fill_value=False)
    return (
        around(blocks, places, MAX_BYLINE_BYTES)
        .with_columns(announces=text.str.contains(_ANNOUNCES))
        .filter(near | pl.col("announces") | behind)
        .filter(
            ~pl.col("role").is_in(["image", "markup", "url", "publisher"])
            & (pl.col("reason") != "crawler_header")
        )
        .with_columns(dated=text.str.contains(_DATED))
        .filter(
            pl.col("announces")
            | behind
            | pl.col("dated")
            | text.str.contains(" by ", literal=True)
            | text.str.contains(_MAY_NAME)
        )
        .select(
            "document_id",
            "block_index",
            "text",
            "below_title",
            "into_text",
            "below_text",
            "dated",
        )
        .collect()
    )


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
    if _BARE_LEAD.match(text):
        following = at.get(line.index + 1)
        people = parse_names(following.text, announced=not line.far) if following else []
        return _reading(announced, nearness, line.index, line.index + 1, people)
    lead = _SIGNING.match(text) if _PREPOSITION.search(text) else _LABELLED.match(text)
    if not lead and line.dated:
        lead = _LEAD_BEHIND_DATE.match(text)
    lead = lead or _JOB_BEFORE_NAME.match(text)
    if not lead and " by" in text:
        lead = _LEAD_INSIDE.search(text)
    if lead:
        people = parse_names(text[lead.end() :], announced=not line.far)
        return _reading(announced, nearness, line.index, line.index, people)
    if (
        line.far
        or line.below_title == 0
        or len(text) > MAX_NAME_LINE_CHARACTERS
        or text[-1] in _SENTENCE_ENDS
    ):
        return None
    signed = _NAME_AND_PLACE.match(text) is not None or any(
        (near := at.get(line.index + step)) is not None and near.dated
        for step in range(-MAX_BLOCKS_NAME_TO_DATE, MAX_BLOCKS_NAME_TO_DATE + 1)
    )
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
        .with_columns(
            groups=pl.col("text").str.extract_groups(DATELINE),
            russian=pl.col("text").str.extract_groups(_RUSSIAN_DATELINE),
            mixed=pl.col("text").str.extract_groups(_MIXED_DATELINE),
            rank=pl.int_range(pl.len()).over("document_id", "role"),
        )
        .filter(pl.col("rank") == 0)
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
