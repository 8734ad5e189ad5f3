"""Languages: what language a text is in.

What belongs here: the identifier, many texts at a time, and when it is believed.

py3langid's model is a finite automaton over bytes whose states stand for features, and a naive Bayes classifier over
how often each was met. The library walks one text byte by byte in Python; here all texts take each step together.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

# Identification settles within a few hundred bytes; more cost time and change nothing.
SAMPLE_BYTES: Final = 400
MIN_SCORE: Final = 0.8
MIN_CHARACTERS: Final = 20
# The model's languages that have no code of two letters, but belong to one that has (ISO 639-3, macrolanguages).
MACROLANGUAGES: Final[Mapping[str, str]] = {
    "ary": "ar",
    "arz": "ar",
    "fuv": "ff",
    "gug": "gn",
    "kik": "ki",
    "ltg": "lv",
    "sdh": "ku",
    "uzs": "uz",
    "wuu": "zh",
    "yue": "zh",
}
_CODE_LENGTH: Final = 2
# Texts that walk together: enough to pay for each step, few enough to stay in the cache.
_TEXTS_AT_A_TIME: Final = 1_024
# Byte 0 stands in no text and is a step like any other; what it leads to is not counted.
_PADDING: Final = 0


@dataclass(frozen=True, slots=True)
class _Model:
    """The automaton and the classifier as arrays; two columns of a pair in `aliases` name one language."""

    moves: NDArray[np.uint32]
    rows: NDArray[np.int64]
    features: NDArray[np.int32]
    weights: NDArray[np.float32]
    priors: NDArray[np.float32]
    languages: tuple[str, ...]
    aliases: tuple[tuple[int, int], ...]


@cache
def _model() -> _Model:
    identifier = LanguageIdentifier.from_modelpath(MODEL_DIR / MODEL_FILE)
    languages = tuple(MACROLANGUAGES.get(each, each) for each in identifier.nb_classes)
    first = dict[str, int]()
    aliases = list[tuple[int, int]]()
    for column, language in enumerate(languages):
        if language in first:
            aliases.append((first[language], column))
        first.setdefault(language, column)
    return _Model(
        moves=np.asarray(identifier.tk_nextmove, dtype=np.uint32),
        rows=np.asarray(identifier.tk_row).astype(np.int64) << 8,
        features=np.asarray(identifier.tk_output).astype(np.int32),
        weights=identifier.nb_ptc.astype(np.float32),
        priors=identifier.nb_pc.astype(np.float32),
        languages=languages,
        aliases=tuple(aliases),
    )


def identify(text: str) -> tuple[str | None, float | None]:
    """ISO 639-1 code and confidence (0 to 1) of `text`; (None, None) where it is too short, not clear or has no such code."""
    return _identify([text])[0]


def identify_all(texts: pl.Series) -> pl.DataFrame:
    """`language` and `language_score` of each text, in order."""
    samples = texts.fill_null("").str.slice(0, SAMPLE_BYTES).to_list()
    found = [
        answer
        for start in range(0, len(samples), _TEXTS_AT_A_TIME)
        for answer in _identify(samples[start : start + _TEXTS_AT_A_TIME])
    ]
    return pl.DataFrame(
        found, schema={"language": pl.String, "language_score": pl.Float64}, orient="row"
    )


def _identify(texts: Sequence[str]) -> list[tuple[str | None, float | None]]:
    model = _model()
    samples = [_encode(text) for text in texts]
    visited = _walk(model, samples)
    return [
        (None, None)
        if len(text) < MIN_CHARACTERS
        else _classify(model, visited[index, : len(sample)], len(sample))
        for index, (text, sample) in enumerate(zip(texts, samples, strict=True))
    ]


def _encode(text: str) -> bytes:
    """The bytes that the model was made for: not all in capitals, composed, UTF-8."""
    sample = text[:SAMPLE_BYTES]
    if sample.isupper():
        sample = sample.lower()
    composed = unicodedata.normalize("NFC", sample)
    return composed.encode(errors="surrogatepass")[:SAMPLE_BYTES]


def _walk(model: _Model, samples: Sequence[bytes]) -> NDArray[np.int32]:
    """The feature met at each byte of each sample (a row); negative where none is."""
    length = max(map(len, samples), default=0)
    padded = b"".join(sample.ljust(length, bytes([_PADDING])) for sample in samples)
    steps = np.frombuffer(padded, dtype=np.uint8).reshape(len(samples), length).T.astype(np.int64)
    states = np.zeros((length + 1, len(samples)), dtype=np.uint32)
    for position in range(length):
        states[position + 1] = model.moves[model.rows[states[position]] + steps[position]]
    visited: NDArray[np.int32] = model.features[states[1:]].T
    return visited


def _classify(
    model: _Model, visited: NDArray[np.int32], length: int
) -> tuple[str | None, float | None]:
    features, counts = np.unique(visited[visited >= 0], return_counts=True)
    if not len(features):
        return None, None
    scores = np.log1p(counts.astype(np.float32)) @ model.weights[features] + model.priors
    # py3langid's own temperature, which keeps the softmax calibrated whatever the length.
    odds = np.exp((scores - scores.max()) / np.sqrt(length))
    odds /= odds.sum()
    for column, alias in model.aliases:
        odds[column] += odds[alias]
        odds[alias] = 0
    best = int(odds.argmax())
    language, score = model.languages[best], float(odds[best])
    # Others are languages without a code of two letters, or none at all (`zxx`).
    is_known = score >= MIN_SCORE and len(language) == _CODE_LENGTH
    return (language, score) if is_known else (None, None)
