"""Corpora: documents with their truth, each from its own format.

What belongs here: reading. What does not: scoring (scores.py), what systems answer (systems.py).

- columns (CoNLL-2003, CoNLL++, the worldwide English newswire): a token a line, its label in the last column (in the second
  where tabs separate them), a blank line between sentences, `-DOCSTART-` between documents.
- TimeML (TimeBank, TempEval-3): `TIMEX3` around words, the day of publication in `DCT`.
- CAT (MEANTIME): tokens with ids, `TIMEX3` among the `Markables`, each with its tokens.
- brat (PolNeAR): `NAME.txt` and `NAME….ann` with `Source`, `Cue`, `Content` and `Attribution` events; `text/` and
  `attributions/` may be directories of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final
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


@dataclass(frozen=True)
class Attribution:
    """Who says what: spans of the source and of what is said; `direct` if that stands in quotation marks."""

    sources: tuple[Span, ...]
    contents: tuple[Span, ...]
    direct: bool


@dataclass
class Document:
    """A text with what the corpus says is in it; None where it says nothing of the kind."""

    name: str
    text: str
    published: date | None = None
    entities: list[tuple[int, int, str]] | None = None
    times: list[Time] | None = None
    attributions: list[Attribution] | None = None
    words: int = field(init=False)

    def __post_init__(self) -> None:
        self.words = len(self.text.split())


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
            f"{directory} holds no corpus: expected columns (.tsv, .conll, .txt, .bio), TimeML (.tml), CAT (.xml) or brat (.txt with .ann)"
        )
    return documents


def _reader(path: Path) -> Callable[[Path], Iterable[Document]] | None:
    if not path.is_file() or path.name.startswith((".", "README", "LICENSE")):
        return None
    match path.suffix:
        case ".tml":
            return read_timeml
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
