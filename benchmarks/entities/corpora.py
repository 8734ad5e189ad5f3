"""Corpora: documents with their truth, each from its own format.

What belongs here: reading. What does not: scoring (scores.py), what systems answer (systems.py).

- columns (CoNLL-2003, CoNLL++, the worldwide English newswire): a token a line, its label in the last column (in the second
  where tabs separate them), a blank line between sentences, `-DOCSTART-` between documents.
- TimeML (TimeBank, TempEval-3): `TIMEX3` around words, the day of publication in `DCT`.
- CAT (MEANTIME): tokens with ids, `TIMEX3` among the `Markables`, each with its tokens.
- brat (PolNeAR): `NAME.txt` and `NAME….ann` with `Source`, `Cue`, `Content` and `Attribution` events; `text/` and
  `attributions/` may be directories of their own.
- JSON Lines (`.jsonl`), for labels of one's own: an article a line, see `read_json_lines`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

PARAGRAPH_BREAK: Final = "\n\n"
# The kinds that all these corpora share.
KINDS: Final = {
    "PER": "PER", "PERSON": "PER", "ORG": "ORG", "ORGANIZATION": "ORG", "ORGANISATION": "ORG",
    "LOC": "LOC", "LOCATION": "LOC", "GPE": "LOC", "FAC": "LOC", "FACILITY": "LOC",
}  # fmt: skip
_NO_SPACE_BEFORE: Final = re.compile(
    r"^(?:[.,;:!?%)\]}…”’»]+|['’](?:s|re|ve|ll|d|m|t)?|n['’]t|'')$"
)
_NO_SPACE_AFTER: Final = frozenset("([{“‘«$£€#")
_DAY: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")

Span = tuple[int, int]


@dataclass(frozen=True)
class Time:
    """A TIMEX3."""

    span: Span
    kind: str
    value: str
    others: tuple[str, ...] = ()
    """Values that are right as well, where the guidelines leave a choice."""


@dataclass(frozen=True)
class Attribution:
    """Who says what: spans of the source and of what is said; `direct` if that stands in quotation marks.

    Any of the sources is right. `speaker` is the source's full name, where the corpus gives it. What is `optional` may be
    found or not.
    """

    sources: tuple[Span, ...]
    contents: tuple[Span, ...]
    direct: bool
    speaker: str | None = None
    optional: bool = False


@dataclass
class Document:
    """A text with what the corpus says is in it; None where it says nothing of the kind.

    The text begins with the `title`, if there is one, and a paragraph break.
    """

    name: str
    text: str
    published: date | None = None
    title: str = ""
    entities: list[tuple[int, int, str]] | None = None
    countries: list[tuple[int, int, str]] | None = None
    times: list[Time] | None = None
    attributions: list[Attribution] | None = None
    words: int = field(init=False)

    def __post_init__(self) -> None:
        self.words = len(self.text.split())

    @property
    def body_start(self) -> int:
        """Where the text below the title begins."""
        return len(self.title) + len(PARAGRAPH_BREAK) if self.title else 0

    def in_capitals(self) -> Document:
        """The document with its title in capitals; letters whose capitals are several stay as they are."""
        title = "".join(
            letter.upper() if len(letter.upper()) == 1 else letter for letter in self.title
        )
        return replace(self, title=title, text=title + self.text[len(title) :])


def read_corpus(directory: Path) -> list[Document]:
    """The documents under `directory`, in whichever of the formats its files are.

    Raises:
        ValueError: there is nothing that can be read.
    """
    documents = list[Document]()
    for path in sorted(directory.rglob("*")) if directory.is_dir() else [directory]:
        reader = _reader(path)
        if reader is not None:
            documents.extend(reader(path))
    if not documents:
        raise ValueError(
            f"{directory} holds no corpus: expected columns (.tsv, .conll, .txt, .bio), TimeML (.tml), CAT (.xml), brat (.txt with .ann) or JSON Lines (.jsonl)"
        )
    return documents


def _reader(path: Path) -> Callable[[Path], Iterable[Document]] | None:
    if not path.is_file() or path.name.startswith((".", "README", "LICENSE")):
        return None
    match path.suffix:
        case ".tml":
            return read_timeml
        case ".jsonl":
            return read_json_lines
        case ".xml":
            return read_cat
        case ".ann":
            return None  # read with its text
        case ".txt" if _annotations(path):
            return read_brat
        case ".tsv" | ".conll" | ".bio" | ".iob" | ".txt":
            return read_columns
        case _:
            return None


def read_columns(path: Path) -> Iterator[Document]:
    """The documents of a file in columns; one, where nothing tells them apart."""
    sentences, number = list[list[tuple[str, str]]](), 0
    for sentence in _sentences(path):
        if sentence[0][0] == "-DOCSTART-":
            if sentences:
                yield _from_tokens(f"{path.stem}-{number}", sentences)
            sentences, number = [], number + 1
        else:
            sentences.append(sentence)
    if sentences:
        yield _from_tokens(f"{path.stem}-{number}", sentences)


def _sentences(path: Path) -> Iterator[list[tuple[str, str]]]:
    sentence = list[tuple[str, str]]()
    for line in path.read_text("utf-8").splitlines():
        columns = line.split("\t") if "\t" in line else line.split()
        if len(columns) < 2:
            if sentence:
                yield sentence
            sentence = []
            continue
        sentence.append((columns[0], columns[1] if "\t" in line else columns[-1]))
        if columns[0] == "-DOCSTART-":
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def _from_tokens(name: str, sentences: Sequence[Sequence[tuple[str, str]]]) -> Document:
    text, entities = "", list[tuple[int, int, str]]()
    for sentence in sentences:
        if text:
            text += PARAGRAPH_BREAK
        spans = list[Span]()
        text = _written(text, [token for token, _ in sentence], spans)
        entities += _entities([label for _, label in sentence], spans)
    return Document(name, text, entities=entities)


def _written(text: str, tokens: Iterable[str], spans: list[Span]) -> str:
    """`text` and the tokens behind it as running text; each token's place is put in `spans`."""
    first, quoted = True, False
    for token in tokens:
        closes = token == '"' and quoted
        before = text[-1:]
        glued = first or closes or _NO_SPACE_BEFORE.match(token) or before in _NO_SPACE_AFTER
        if (
            not first
            and before == '"'
            and quoted
            and len(spans)
            and spans[-1][1] - spans[-1][0] == 1
        ):
            glued = True  # right behind an opening mark
        text += token if glued else f" {token}"
        spans.append((len(text) - len(token), len(text)))
        if token == '"':
            quoted = not quoted
        first = False
    return text


def _entities(labels: Sequence[str], spans: Sequence[Span]) -> Iterator[tuple[int, int, str]]:
    start, end, kind = 0, 0, ""
    for label, (token_start, token_end) in zip(labels, spans, strict=True):
        prefix, _, name = label.partition("-")
        if kind and (name != kind or prefix in ("B", "S", "U")):
            if kind.upper() in KINDS:
                yield start, end, KINDS[kind.upper()]
            kind = ""
        if name and not kind:
            start, kind = token_start, name
        end = token_end
        if not name:
            kind = ""
    if kind.upper() in KINDS:
        yield start, end, KINDS[kind.upper()]


def read_timeml(path: Path) -> Iterator[Document]:
    """The document of a TimeML file."""
    root = ElementTree.parse(path).getroot()
    stamp = root.find(".//DCT//TIMEX3")
    body = root.find(".//TEXT")
    text, times = "", list[Time]()

    def walk(element: ElementTree.Element) -> None:
        nonlocal text
        start = len(text)
        text += element.text or ""
        for child in element:
            walk(child)
            text += child.tail or ""
        if element.tag == "TIMEX3" and len(text) > start:
            times.append(
                Time((start, len(text)), element.get("type", ""), element.get("value", ""))
            )

    if body is not None:
        walk(body)
    published = _day(stamp.get("value")) if stamp is not None else None
    yield Document(path.stem, text, published, times=times)


def read_cat(path: Path) -> Iterator[Document]:
    """The document of a CAT file."""
    root = ElementTree.parse(path).getroot()
    sentences = dict[str, list[ElementTree.Element]]()
    for token in root.iter("token"):
        sentences.setdefault(token.get("sentence", "0"), []).append(token)
    text, places = "", dict[str, Span]()
    for tokens in sentences.values():
        if text:
            text += " "
        spans = list[Span]()
        text = _written(text, [token.text or "" for token in tokens], spans)
        places |= {token.get("t_id", ""): span for token, span in zip(tokens, spans, strict=True)}
    times, published = list[Time](), None
    for timex in root.iter("TIMEX3"):
        if timex.get("functionInDocument") == "CREATION_TIME":
            published = _day(timex.get("value")) or published
        anchors = [places[each.get("t_id", "")] for each in timex.iter("token_anchor")]
        if anchors:
            span = (min(start for start, _ in anchors), max(end for _, end in anchors))
            times.append(Time(span, timex.get("type", ""), timex.get("value", "")))
    yield Document(path.stem, text, published, times=times)


def _day(value: str | None) -> date | None:
    found = _DAY.match(value or "")
    return date(int(found[1]), int(found[2]), int(found[3])) if found else None


def _annotations(path: Path) -> list[Path]:
    """The annotations of a text: of several annotators, each one's."""
    places = [path.parent, path.parent.parent / "attributions"]
    return sorted(each for place in places for each in place.glob(f"{glob_escape(path.stem)}*.ann"))


def glob_escape(name: str) -> str:
    """A name as a glob that matches it alone."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def read_brat(path: Path) -> Iterator[Document]:
    """The document of a text with brat's annotations beside it; of several annotators the first one's."""
    with path.open(encoding="utf-8", newline="") as source:
        text = source.read()
    spans, events = dict[str, tuple[Span, ...]](), list[dict[str, list[str]]]()
    for line in _annotations(path)[0].read_text("utf-8").splitlines():
        key, _, rest = line.partition("\t")
        if key.startswith("T"):
            places = rest.partition("\t")[0].partition(" ")[2].split(";")
            spans[key] = tuple((int(start), int(end)) for start, end in map(str.split, places))
        elif key.startswith("E"):
            event = dict[str, list[str]]()
            for part in rest.split():
                name, _, target = part.partition(":")
                event.setdefault(name.rstrip("0123456789"), []).append(target)
            events.append(event)
    attributions = [
        Attribution(
            sources=tuple(span for key in event.get("Source", ()) for span in spans.get(key, ())),
            contents=contents,
            direct=_direct(text, contents),
        )
        for event in events
        if (
            contents := tuple(
                span for key in event.get("Content", ()) for span in spans.get(key, ())
            )
        )
    ]
    yield Document(path.stem, text, attributions=attributions)


def _direct(text: str, contents: Sequence[Span]) -> bool:
    """Whether all that is said stands in quotation marks."""
    said = text[contents[0][0] : contents[-1][1]].strip(" \n.,;:")
    return len(said) > 2 and said[0] in '“"„«‘' and said[-1] in '”"“»’'


def read_json_lines(path: Path) -> Iterator[Document]:
    """The articles of a file with a JSON object a line.

    - `name`, `title`, `body`, `published` (`2022-05-23`);
    - `entities`: `[start, end, kind]`, kinds as in KINDS; without peoples and languages (CoNLL-2003's guidelines);
    - `countries`: `[start, end, code]` of every mention of a country or its people, ISO 3166-1 alpha-2;
    - `times`: `[start, end, type, values]` of TIMEX3; any of the values is right;
    - `quotations`, the direct ones: `start`, `end`, `sources` (spans of which each names or stands for the speaker),
      `speaker` (the full name, or null), `optional` (may be found or not, like a quoted term).

    Offsets count in the title, a paragraph break and the body. What an object lacks is not measured on it.
    """
    for line in path.read_text("utf-8").splitlines():
        record = json.loads(line)
        yield Document(
            record["name"],
            PARAGRAPH_BREAK.join(filter(None, (record["title"], record["body"]))),
            _day(record.get("published")),
            record["title"] or "",
            entities=_triples(record.get("entities")),
            countries=_triples(record.get("countries")),
            times=[
                Time((start, end), kind, values[0], tuple(values[1:]))
                for start, end, kind, values in record["times"]
            ]
            if "times" in record
            else None,
            attributions=[
                Attribution(
                    sources=tuple((start, end) for start, end in each["sources"]),
                    contents=((each["start"], each["end"]),),
                    direct=True,
                    speaker=each.get("speaker"),
                    optional=each.get("optional", False),
                )
                for each in record["quotations"]
            ]
            if "quotations" in record
            else None,
        )


def _triples(items: list[list[Any]] | None) -> list[tuple[int, int, str]] | None:
    return None if items is None else [(start, end, name) for start, end, name in items]
