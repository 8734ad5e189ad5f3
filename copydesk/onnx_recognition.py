"""Recognition with a token classifier in ONNX, from a directory.

What belongs here: running such a model and putting its pieces together to spans. What does not: correcting them
(mentions.py), choosing a recognizer (recognition.py).

The directory holds what the usual exporters write: `model.onnx`, `tokenizer.json` (Hugging Face tokenizers) and
`config.json` with `id2label`, labels in BIO, IOB or BIOES. Its optional keys `name`, `version` and `languages` (ISO 639-1)
say what the model is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from copydesk.recognizers import Span

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MODEL_FILE: Final = "model.onnx"
TOKENIZER_FILE: Final = "tokenizer.json"
CONFIG_FILE: Final = "config.json"
# Texts of like length are run together: padding costs as much as words.
BATCH_SIZE: Final = 16
# Pieces that a model reads at once where its configuration does not say.
DEFAULT_PIECES: Final = 512
# Pieces that a window of a longer text shares with the one before it.
OVERLAP: Final = 32
DEFAULT_LANGUAGES: Final = ("en",)


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    label: str
    score: float


class OnnxRecognizer:
    """A token classifier in a directory (see the module)."""

    def __init__(self, directory: Path) -> None:
        """Read what the model says about itself; the model is loaded later.

        Raises:
            FileNotFoundError: a file of the directory is missing.
            ValueError: `config.json` has no `id2label`.
        """
        for name in (MODEL_FILE, TOKENIZER_FILE, CONFIG_FILE):
            if not (directory / name).is_file():
                raise FileNotFoundError(
                    f"{directory} is no recognizer: {name} is missing. It needs {MODEL_FILE}, {TOKENIZER_FILE} and {CONFIG_FILE}"
                )
        config: dict[str, Any] = json.loads((directory / CONFIG_FILE).read_text("utf-8"))
        labels = config.get("id2label")
        if not labels:
            raise ValueError(f"{directory / CONFIG_FILE} has no id2label: which label is which?")
        self._directory = directory
        self._labels = [str(labels[key]) for key in sorted(labels, key=int)]
        pieces = int(config.get("max_position_embeddings", DEFAULT_PIECES))
        self._pieces = min(pieces, DEFAULT_PIECES)
        self.languages = frozenset(config.get("languages", DEFAULT_LANGUAGES))
        name = config.get("name") or config.get("_name_or_path") or directory.name
        version = config.get("version") or _fingerprint(directory)
        self._model = f"{Path(str(name)).name}-{version}"
        self._session: InferenceSession | None = None
        self._tokenizer: Tokenizer | None = None

    @property
    def model(self) -> str:
        """Name and version; without a version the head of the files' SHA-256."""
        return self._model

    def load(self) -> None:
        """Bring the model into memory."""
        self._loaded()

    def predict(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of each text, each with the mean probability of its words."""
        session, tokenizer = self._loaded()
        windows = [
            (index, window)
            for index, text in enumerate(texts)
            for window in self._windows(tokenizer, text)
        ]
        windows.sort(key=lambda item: len(item[1].ids))
        found: list[dict[int, _Word]] = [{} for _ in texts]
        for first in range(0, len(windows), BATCH_SIZE):
            batch = windows[first : first + BATCH_SIZE]
            probabilities = _run(session, [window for _, window in batch])
            for (index, window), rows in zip(batch, probabilities, strict=True):
                for number, word in self._words(window, rows):
                    # Of two windows that share a word: the one that has its start, then the surer one.
                    kept = found[index].get(number)
                    if kept is None or (word.start, -word.score) < (kept.start, -kept.score):
                        found[index][number] = word
        return [list(_spans(words.values())) for words in found]

    def _windows(self, tokenizer: Tokenizer, text: str) -> list[Any]:
        if not text.strip():
            return []
        encoding = tokenizer.encode(text)
        return [encoding, *encoding.overflowing]

    def _words(self, window: Any, rows: Any) -> Iterator[tuple[int, _Word]]:
        """Each word of a window by its number in the text: label and probability are those of its first piece."""
        words = dict[int, _Word]()
        for position, number in enumerate(window.word_ids):
            if number is None or window.special_tokens_mask[position]:
                continue
            start, end = window.offsets[position]
            if number in words:
                words[number] = replace(words[number], end=end)
            else:
                best = int(np.argmax(rows[position]))
                words[number] = _Word(start, end, self._labels[best], float(rows[position][best]))
        yield from words.items()

    def _loaded(self) -> tuple[InferenceSession, Tokenizer]:
        if self._session is None or self._tokenizer is None:
            # Imported here: only those who choose such a model pay for the runtime.
            from onnxruntime import InferenceSession
            from tokenizers import Tokenizer

            tokenizer = Tokenizer.from_file(str(self._directory / TOKENIZER_FILE))
            tokenizer.no_padding()
            tokenizer.enable_truncation(self._pieces, stride=min(OVERLAP, self._pieces // 4))
            self._session = InferenceSession(
                str(self._directory / MODEL_FILE), providers=["CPUExecutionProvider"]
            )
            self._tokenizer = tokenizer
        return self._session, self._tokenizer


def _run(session: InferenceSession, windows: Sequence[Any]) -> Any:
    """The labels' probabilities: window, piece, label."""
    longest = max(len(window.ids) for window in windows)
    tensors = {
        "input_ids": np.zeros((len(windows), longest), dtype=np.int64),
        "attention_mask": np.zeros((len(windows), longest), dtype=np.int64),
        "token_type_ids": np.zeros((len(windows), longest), dtype=np.int64),
    }
    for row, window in enumerate(windows):
        tensors["input_ids"][row, : len(window.ids)] = window.ids
        tensors["attention_mask"][row, : len(window.ids)] = 1
    wanted = {item.name for item in session.get_inputs()}
    (logits, *_) = session.run(None, {name: tensors[name] for name in wanted})
    shifted = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return shifted / np.sum(shifted, axis=-1, keepdims=True)


def _spans(words: Iterable[_Word]) -> Iterator[Span]:
    """Words put together to spans: a `B-` or `S-`, or another kind, starts a new one."""
    start, end, kind, scores = 0, 0, "", list[float]()
    for word in sorted(words, key=lambda word: word.start):
        prefix, dash, name = word.label.partition("-")
        if not dash:
            prefix, name = "I", "" if word.label == "O" else word.label
        if kind and (name != kind or prefix in ("B", "S", "U")):
            yield Span(start, end, kind, sum(scores) / len(scores))
            kind = ""
        if name and not kind:
            start, kind, scores = word.start, name, []
        if name:
            end = word.end
            scores.append(word.score)
    if kind:
        yield Span(start, end, kind, sum(scores) / len(scores))


def _fingerprint(directory: Path) -> str:
    total = hashlib.sha256()
    for name in (MODEL_FILE, TOKENIZER_FILE, CONFIG_FILE):
        with (directory / name).open("rb") as stream:
            total.update(hashlib.file_digest(stream, "sha256").digest())
    return total.hexdigest()[:12]
