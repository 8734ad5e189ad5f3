"""Features: each block as numbers, for the role model.

What belongs here: what is measured of a block's text, layout and surroundings. What does not: the weights of its words
(word_scores.py), the model over the features (role_model.py).

The families are those of boilerplate detection on text alone: lengths and stop words (jusText, Pomikálek 2011), text
density and its neighbours' (Boilerpipe, Kohlschütter et al. 2010), repetition, and distance from headings that begin a
part that is no article. The selection is the ninety that a first model of a hundred and eighty used most.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.contexts import Column, Copies, Mask, Runs, spread_bits
from copydesk.signs import rows_with_words
from copydesk.spelling import letters_of
from copydesk.tallies import Tally
from copydesk.vocabulary import CUE_PHRASES
from copydesk.word_scores import score_words

# Cue phrases and the shape of words show at a block's beginning; this bounds the cost of long paragraphs.
LOOKED_AT_CHARACTERS: Final = 400
LOOKED_AT_WORDS: Final = 65
MIN_PROSE_CHARACTERS: Final = 80
MIN_PROSE_WORDS: Final = 10
MIN_DENSE_PROSE_CHARACTERS: Final = 25
# UTF-8 bytes beyond one a character: 1.2 more tells scripts of three bytes, which write words without spaces.
DENSE_SCRIPT_BYTES: Final = 1.2
MIN_PARAGRAPH_CHARACTERS: Final = 150
MIN_REPEATED_CHARACTERS: Final = 60
MAX_CUE_WORDS: Final = 12
MAX_SHORT_WORDS: Final = 6
MIN_TITLE_CHARACTERS: Final = 12
MAX_TITLE_CHARACTERS: Final = 250
MAX_REPEATS: Final = 9
MAX_GAP: Final = 9
# Frequent ones of the languages that most news is in. Polars builds its fast automaton for at most a hundred.
_FUNCTION_WORDS: Final = [
    f" {word} "
    for word in (
        "the", "of", "and", "to", "in", "a", "is", "that", "for", "was", "it", "with", "as", "on", "he", "she", "said",
        "by", "at", "from", "be", "are", "this", "have", "has", "his", "an", "but", "not", "they", "who", "their", "or",
        "we", "you", "de", "la", "und", "der", "die", "que", "en", "et", "le", "les", "des", "el", "den", "von",
        "das", "mit", "ist", "los", "las", "con", "por", "para", "una", "se", "o", "um", "do", "da", "em", "com", "não",
        "il", "di", "che", "per", "het", "een", "van", "och", "att", "som", "og", "til", "w", "z", "na", "nie", "ve", "bir",
        "и", "в", "на", "не", "что", "с", "і", "та",
    )
]  # fmt: skip
_SENTENCE_END: Final = r"[.!?。！？][”\"’»)\]]*(?:\s|$)"
_CAPITALISED: Final = r"(?:^| )[“\"(‘]?[A-Z]"
_BAR: Final = r"[|•·›»→/]"
_TERMINAL: Final = r"[.!?…。！？؟][\"'”’»)\]」』]*$"
_NOT_A_TITLE: Final = r"^date \d{4}|^https?://"
_CUES_OF_TEXT: Final = ("legal", "caption")
_CUE_DISTANCES: Final = ("related", "comment", "subscription", "share", "biography", "legal", "by")
_CUE_DISTANCES_BELOW: Final = ("subscription", "biography", "legal")


def block_features(blocks: pl.DataFrame, word_scores: Column | None = None) -> pl.DataFrame:
    """One row a block, one Float32 column a feature, in the order of `blocks`.

    Args:
        blocks: `document_id`, `text`, `line` (see blocks.BLOCKS_SCHEMA), sorted by document and position.
        word_scores: of each block, where they are not those of the package's weights (in training).
    """
    if blocks.is_empty():
        blocks = blocks.select("document_id", "text", "line")
    page = Runs(blocks["document_id"].rle_id().to_numpy())
    copies = Copies(blocks["text"])
    text = {name: values[copies.number] for name, values in _measure(copies.one).items()}
    prose = text["prose"] > 0
    features: dict[str, NDArray[Any]] = {}
    features |= _shape(text, prose)
    features |= _position(page, text, prose)
    features |= _neighbourhood(page, text, prose)
    features |= _layout(page, blocks["line"].to_numpy(), text, prose)
    features |= _repetition(page, copies, text)
    features |= _headings(page, blocks, copies, text, prose)
    features |= _words(page, score_words(blocks["text"]) if word_scores is None else word_scores)
    return pl.DataFrame({name: values.astype(np.float32) for name, values in features.items()})


def _measure(text: pl.Series) -> dict[str, Column]:
    """What is counted in each text."""
    tally = Tally(text)
    # Most blocks are shorter than what is looked at: cutting costs nothing, and they are not copied.
    beginning = text.str.head(LOOKED_AT_CHARACTERS)
    measured: dict[str, pl.Series | NDArray[Any]] = {
        "characters": text.str.len_chars(),
        "bytes": text.str.len_bytes(),
        "words": tally.count(" ") + 1,
        "capitals": tally.count_between("A", "Z"),
        "digits": tally.count_between("0", "9"),
        "commas": tally.count(","),
        "sentence_ends": text.str.count_matches(_SENTENCE_END),
        "capitalised": beginning.str.count_matches(_CAPITALISED),
        "function_words": _count_function_words(text),
        "bars": text.str.count_matches(_BAR),
        "terminal": text.str.contains(_TERMINAL),
        "colon": text.str.ends_with(":"),
    }
    columns = {name: np.asarray(values, dtype=np.float32) for name, values in measured.items()}
    columns["prose"] = _is_prose(columns).astype(np.float32)
    return columns | _find_cues(beginning, columns)


def _find_cues(beginning: pl.Series, text: Mapping[str, Column]) -> dict[str, Column]:
    """Whether a phrase of each kind stands in each text; most kinds count in the lines only that head something."""
    heads = np.flatnonzero((text["words"] <= MAX_CUE_WORDS) & (text["prose"] == 0))
    of_text = {cue: CUE_PHRASES[cue] for cue in _CUES_OF_TEXT}
    of_heads = {cue: CUE_PHRASES[cue] for cue in CUE_PHRASES if cue not in of_text}
    cues = {cue: np.zeros(len(beginning), dtype=np.float32) for cue in CUE_PHRASES}
    for cue, rows in rows_with_words(beginning, of_text).items():
        cues[cue][rows.to_numpy()] = 1
    for cue, rows in rows_with_words(beginning.gather(heads), of_heads).items():
        cues[cue][heads[rows.to_numpy()]] = 1
    return cues


def _count_function_words(text: pl.Series) -> pl.Series:
    """How many there are between spaces; of two that share a space the first."""
    found = pl.col("text").str.find_many(_FUNCTION_WORDS)
    return text.to_frame("text").select(found.list.len()).to_series()


def _is_prose(text: Mapping[str, Column]) -> Mask:
    ends = text["terminal"] > 0
    dense = (text["bytes"] - text["characters"]) / text["characters"] > DENSE_SCRIPT_BYTES
    dense &= text["characters"] >= MIN_DENSE_PROSE_CHARACTERS
    sentences = ends | (text["sentence_ends"] >= 2)
    wordy = ((text["words"] >= MIN_PROSE_WORDS) | dense) & (text["function_words"] >= 1)
    long = (text["characters"] >= MIN_PROSE_CHARACTERS) | dense
    prose: Mask = (wordy & sentences) | (long & ends)
    return prose


def _shape(text: Mapping[str, Column], prose: Mask) -> dict[str, NDArray[Any]]:
    characters, words = text["characters"], text["words"]
    return {
        "log_characters": np.log1p(characters),
        "log_words": np.log1p(words),
        "capital_share": text["capitals"] / characters,
        "digit_share": text["digits"] / characters,
        "capitalised_share": _capitalised_share(text),
        "function_words": text["function_words"],
        "comma_share": text["commas"] / words,
        "sentence_ends": text["sentence_ends"],
        "bars": text["bars"],
        "bar_share": text["bars"] / words,
        "terminal": text["terminal"],
        "colon": text["colon"],
        "legal_cue": text["legal"],
        "caption_cue": text["caption"],
        "prose": prose,
    }


def _capitalised_share(text: Mapping[str, Column]) -> NDArray[Any]:
    share: NDArray[Any] = text["capitalised"] / np.minimum(text["words"], LOOKED_AT_WORDS)
    return share


def _position(page: Runs, text: Mapping[str, Column], prose: Mask) -> dict[str, NDArray[Any]]:
    characters = text["characters"]
    in_prose = np.where(prose, characters, 0)
    total, prose_total = page.total(characters), page.total(in_prose)
    above, below = page.before(in_prose), page.after(in_prose)
    count = page.total(prose)
    return {
        "blocks": page.length,
        "position": page.position,
        "from_end": page.length - page.position,
        "relative_position": page.position / page.length,
        "page_characters": np.log1p(total),
        "page_prose": np.log1p(prose_total),
        "page_prose_share": prose_total / total,
        "share_above": page.before(characters) / total,
        "prose_share_above": above / (prose_total + 1),
        "prose_share_below": below / (prose_total + 1),
        "log_prose_above": np.log1p(above),
        "log_prose_below": np.log1p(below),
        "prose_blocks": count,
        "prose_block_share": count / page.length,
        "against_mean_prose": np.log1p(characters) - np.log1p(prose_total / np.maximum(count, 1)),
        "against_longest": np.log1p(characters) - page.highest(np.log1p(characters)),
    }


def _neighbourhood(page: Runs, text: Mapping[str, Column], prose: Mask) -> dict[str, NDArray[Any]]:
    characters = text["characters"]
    in_prose = np.where(prose, characters, 0)
    short = (text["words"] <= MAX_SHORT_WORDS) & (text["terminal"] == 0)
    paragraph = prose & (characters >= MIN_PARAGRAPH_CHARACTERS)
    capitalised = _capitalised_share(text)
    features: dict[str, NDArray[Any]] = {
        "capitalised_share-1": page.shifted(capitalised, -1, -1),
        "capitalised_share+1": page.shifted(capitalised, 1, -1),
        "log_characters+3": page.shifted(np.log1p(characters), 3, -1),
        "since_prose": page.since(prose),
        "until_prose": page.until(prose),
        "since_paragraph": page.since(paragraph),
        "until_paragraph": page.until(paragraph),
        "paragraphs": page.total(paragraph),
        "paragraphs_above": page.before(paragraph),
    }
    prose_sums, sums, short_sums = map(page.sums, (in_prose, characters, short))
    for reach in (2, 5, 12, 30):
        above, below = (-reach, -1), (1, reach)
        features[f"prose-{reach}"] = np.log1p(page.window_of_sums(prose_sums, *above))
        features[f"prose+{reach}"] = np.log1p(page.window_of_sums(prose_sums, *below))
        features[f"characters-{reach}"] = np.log1p(page.window_of_sums(sums, *above))
        features[f"characters+{reach}"] = np.log1p(page.window_of_sums(sums, *below))
        features[f"short-{reach}"] = page.window_of_sums(short_sums, *above) / reach
        features[f"short+{reach}"] = page.window_of_sums(short_sums, *below) / reach
    return features


def _layout(
    page: Runs, line: NDArray[np.int64], text: Mapping[str, Column], prose: Mask
) -> dict[str, NDArray[Any]]:
    """Lines between blank lines make a group; a flattener writes a list, a menu or a table as one."""
    steps = np.diff(line, prepend=line[:1])
    gap = np.where(page.position == 0, MAX_GAP, np.minimum(steps, MAX_GAP))
    group = Runs(np.cumsum(gap > 1))
    characters = group.total(text["characters"])
    return {
        "gap": gap,
        "glued_share": page.total(gap == 0) / page.length,
        "group_blocks": group.length,
        "group_prose": group.total(prose),
        "group_characters": np.log1p(characters),
        "group_mean_characters": np.log1p(characters / group.length),
        "group_terminal_share": group.total(text["terminal"]) / group.length,
    }


def _repetition(page: Runs, same: Copies, text: Mapping[str, Column]) -> dict[str, NDArray[Any]]:
    copies, copy = _count_copies(page, same)
    repeated = copies > 1
    long = np.where(
        repeated & (text["characters"] >= MIN_REPEATED_CHARACTERS), text["characters"], 0
    )
    return {
        "copies": copies,
        "copy": copy,
        "repeated_around": page.window(repeated, -5, 5),
        "repeated_prose_around": np.log1p(page.window(long, -3, 3)),
        "repeated_prose": np.log1p(page.total(long)),
    }


def _count_copies(page: Runs, same: Copies) -> tuple[Column, Column]:
    """How often each block's letters stand in its page, and how many of these blocks are above it; capped."""
    # Few blocks of a page have the same fingerprint but copies.
    prints = Tally(same.one).fingerprint()[same.number]
    rows = pl.Series(page.number << 32 | prints).is_duplicated().arg_true().to_numpy()
    asked, text = np.unique(same.number[rows], return_inverse=True)
    letters = letters_of(same.one.gather(asked)).hash().to_numpy()
    # Blocks of the same page and letters become neighbours, in their order.
    keys = letters[text] ^ spread_bits(page.number[rows])
    order = np.argsort(keys, kind="stable")
    groups = Runs(keys[order])
    copies, copy = np.ones(page.rows, np.float32), np.zeros(page.rows, np.float32)
    copies[rows[order]] = np.minimum(groups.length, MAX_REPEATS)
    copy[rows[order]] = np.minimum(groups.position, MAX_REPEATS)
    return copies, copy


def _headings(
    page: Runs, blocks: pl.DataFrame, same: Copies, text: Mapping[str, Column], prose: Mask
) -> dict[str, NDArray[Any]]:
    """Distance from the headline, and from short lines with the words that head what is no article."""
    headline = _repeats_title(page, blocks, same) & (page.position > 1)
    cue_line = (text["words"] <= MAX_CUE_WORDS) & ~prose
    features: dict[str, NDArray[Any]] = {
        "since_headline": page.since(headline),
        "until_headline": page.until(headline),
        "headlines_above": page.before(headline),
        "comment_cues_above": page.before((text["comment"] > 0) & cue_line),
        "related_cues_above": page.before((text["related"] > 0) & cue_line),
    }
    for cue in _CUE_DISTANCES:
        features[f"since_{cue}"] = page.since((text[cue] > 0) & cue_line)
    for cue in _CUE_DISTANCES_BELOW:
        features[f"until_{cue}"] = page.until((text[cue] > 0) & cue_line)
    return features


def _repeats_title(page: Runs, blocks: pl.DataFrame, same: Copies) -> Mask:
    """The block begins the page's title, which a dump shows first, or is begun by it."""
    may_open = ~same.one.str.contains(_NOT_A_TITLE).to_numpy()[same.number]
    opens = np.flatnonzero(may_open & ~page.follows(may_open))
    titles = blocks["text"].gather(opens).str.head(MAX_TITLE_CHARACTERS).str.to_lowercase()
    number = np.full(len(page.starts), len(titles))
    number[page.number[opens]] = np.arange(len(titles))
    title_of_row = number[page.number]
    # Few blocks begin like the title of their page; only these are read to their end.
    begins = same.one.str.head(MIN_TITLE_CHARACTERS).str.to_lowercase().hash().to_numpy()
    title_begins = np.r_[titles.str.head(MIN_TITLE_CHARACTERS).hash().to_numpy(), np.uint64(0)]
    rows = np.flatnonzero(begins[same.number] == title_begins[title_of_row])
    rows = rows[title_of_row[rows] < len(titles)]
    asked = pl.DataFrame(
        {"text": blocks["text"].gather(rows), "title": titles.gather(title_of_row[rows])}
    )
    text, title = pl.col("text"), pl.col("title")
    lower = text.str.to_lowercase()
    repeated = (title.str.starts_with(lower) & (text.str.len_chars() >= MIN_TITLE_CHARACTERS)) | (
        lower.str.starts_with(title)
        & (title.str.len_chars() >= MIN_TITLE_CHARACTERS)
        & (text.str.len_chars() < MAX_TITLE_CHARACTERS)
    )
    repeats = np.zeros(page.rows, dtype=np.bool_)
    repeats[rows] = asked.select(repeated).to_series().to_numpy()
    return repeats


def _words(page: Runs, scores: Column) -> dict[str, NDArray[Any]]:
    features: dict[str, NDArray[Any]] = {"words": scores}
    for by in (-2, -1, 1, 2):
        features[f"words{by:+}"] = page.shifted(scores, by, 0)
    for reach in (4, 12):
        features[f"words-{reach}…"] = page.window(scores, -reach, -1) / reach
        features[f"words+{reach}…"] = page.window(scores, 1, reach) / reach
    return features
