"""Recognizers: what one is.

What belongs here: the protocol, and the span that recognizers give. What does not: any one of them (recognition.py,
onnx_recognition.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Span:
    """A name at characters `start` to `end`; label of the model's own; score 0 to 1 or None."""

    start: int
    end: int
    label: str
    score: float | None = None


class Recognizer(Protocol):
    """A model that finds names."""

    @property
    def model(self) -> str:
        """Name and version."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages it reads."""
        ...

    def load(self) -> None:
        """Bring the model into memory; does nothing the second time."""
        ...

    def predict(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of each text, in order, without overlaps."""
        ...
