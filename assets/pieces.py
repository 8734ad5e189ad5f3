"""One batch for several workers: its pieces are processed apart, then put together.

What belongs here: the task that processes a piece, the one that gathers them, and their order. What does not: what is done to a
piece (copydesk).

A batch is cut into the same pieces whoever processes it, so its files are the same. Pieces lie in the warehouse between the
two tasks, which costs less than a worker that waits for another, and more than none: with as many batches as workers, each
batch is one worker's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from assets.warehouse import Recognition, Warehouse
from assets.work import RAW, BatchTask, Made, Report, fingerprint, load
from copydesk import annotation, processing
from copydesk.engines import Engine, Outcome
from copydesk.home import Home
from copydesk.processing import MADE_BY, Processor, Stage, count_pieces, merge

LAYER: Final = "pieces"


@dataclass(frozen=True, slots=True)
class PieceTask:
    """Does `stages` to a piece; the key is `BATCH.NUMBER`. Returns the processor's seconds by stage."""

    home: Home
    stages: tuple[Stage, ...]
    model: str = ""
    share: float = annotation.ALL

    def __call__(self, key: str) -> dict[Stage, float]:
        """Process the piece and leave its frames in the warehouse."""
        batch_id, _, number = key.partition(".")
        warehouse = Warehouse.at(self.home)
        recognition = Recognition(home=str(self.home.root), model=self.model, share=self.share)
        recognizer = recognition.recognizer() if Stage.ANNOTATE in self.stages else None
        raw = (
            warehouse.scan("raw", RAW, [batch_id])
            .slice(int(number) * processing.PIECE, processing.PIECE)
            .collect()
        )
        given = {RAW: raw} | load(warehouse, batch_id, self.stages, {RAW: raw})
        processor = Processor(self.stages, recognizer, self.share)
        for name, frame in processor.piece(given, 0).items():
            warehouse.write(warehouse.batch_path(LAYER, name, key), frame)
        return processor.seconds


def gather(
    warehouse: Warehouse, batch_id: str, processor: Processor, made: dict[str, pl.DataFrame]
) -> Made:
    """What the pieces' tasks left, as the frames of the batch (see work.make_whole)."""
    names = [name for stage in processor.stages for name in MADE_BY[stage]]
    keys = list(_sizes(warehouse, batch_id))
    # A table at a time: the pieces of all together are the batch once more.
    for name in names:
        yield from merge([{name: warehouse.read(LAYER, name, key)} for key in keys])


def run(
    engine: Engine,
    task: BatchTask,
    batch_ids: Sequence[str],
    tell: Callable[[str, int], None] = lambda batch_id, documents: None,
) -> Iterator[Outcome[Report]]:
    """What came of each batch: one after the other, each with all workers.

    Args:
        tell: is told of each piece that is done, the batch and how many documents it holds.
    """
    warehouse = Warehouse.at(task.home)
    for batch_id in batch_ids:
        try:
            yield _run(engine, task, warehouse, batch_id, tell)
        finally:
            _clear(warehouse, batch_id)


def _run(
    engine: Engine,
    task: BatchTask,
    warehouse: Warehouse,
    batch_id: str,
    tell: Callable[[str, int], None],
) -> Outcome[Report]:
    first = tuple(stage for stage in task.stages if stage is Stage.READ)
    rest = tuple(stage for stage in task.stages if stage is not Stage.READ)
    read: Report | None = None
    if first:
        (outcome,) = engine.map(replace(task, stages=first), [batch_id])
        read = outcome.value
        if read is None or not rest:
            return outcome
    last = replace(task, stages=rest, make=gather)
    recognition = Recognition(home=str(task.home.root), model=task.model, share=task.share)
    waiting = last.waiting(warehouse, batch_id, fingerprint(recognition.name))
    seconds = dict(read.seconds) if read else {}
    if waiting:
        pieces = PieceTask(task.home, waiting, task.model, task.share)
        sizes = _sizes(warehouse, batch_id)
        for done in engine.map(pieces, list(sizes)):
            if done.value is None:
                return Outcome(batch_id, error=done.error)
            _add(seconds, done.value)
            tell(batch_id, sizes[done.key])
    (outcome,) = engine.map(last, [batch_id])
    if outcome.value is None:
        return outcome
    _add(seconds, outcome.value.seconds)
    stages = (read.stages if read else ()) + outcome.value.stages
    return Outcome(batch_id, replace(outcome.value, stages=stages, seconds=seconds))


def _sizes(warehouse: Warehouse, batch_id: str) -> dict[str, int]:
    """The batch's pieces, in order, by the documents that each holds."""
    raw = warehouse.scan("raw", RAW, [batch_id]).select("document_id").collect()
    return {
        f"{batch_id}.{number}": raw.slice(number * processing.PIECE, processing.PIECE).height
        for number in range(count_pieces(raw))
    }


def _add(seconds: dict[str, float], more: Mapping[Stage, float] | Mapping[str, float]) -> None:
    for name, value in more.items():
        seconds[name] = seconds.get(name, 0.0) + value


def _clear(warehouse: Warehouse, batch_id: str) -> None:
    for name in {name for names in MADE_BY.values() for name in names}:
        for key, stored in warehouse.listing(LAYER, name).items():
            if key.startswith(f"{batch_id}."):
                warehouse.store.remove(stored.path)
