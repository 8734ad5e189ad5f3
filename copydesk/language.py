"""Languages: what language a text is in.

What belongs here: the identifier and when it is believed.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

# Identification settles within a few hundred characters; more cost time and change nothing.
SAMPLE_CHARACTERS: Final = 1_500
MIN_SCORE: Final = 0.8
MIN_CHARACTERS: Final = 20


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_modelpath(MODEL_DIR / MODEL_FILE, norm_probs=True)


def identify(text: str) -> tuple[str | None, float | None]:
    """ISO 639-1 code and confidence (0 to 1) of `text`; (None, None) where it is too short or not clear."""
    if len(text) < MIN_CHARACTERS:
        return None, None
    language, score = _identifier().classify(text[:SAMPLE_CHARACTERS])
    return (language, float(score)) if score >= MIN_SCORE else (None, None)


def identify_all(texts: pl.Series) -> pl.DataFrame:
    """`language` and `language_score` of each text, in order."""
    found = [identify(text or "") for text in texts]
    return pl.DataFrame(
        found, schema={"language": pl.String, "language_score": pl.Float64}, orient="row"
    )
