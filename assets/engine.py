"""The engine that batches are handed to, as a Dagster resource.

What belongs here: choosing it by configuration. What does not: the engines themselves (copydesk).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

import dagster as dg

from copydesk import engines

if TYPE_CHECKING:
    from copydesk.engines import Outcome

T = TypeVar("T")

# `local`, `serial`, `ray`, or `ray:ADDRESS`.
ENGINE_VARIABLE: Final = "COPYDESK_ENGINE"
WORKERS_VARIABLE: Final = "COPYDESK_WORKERS"
# What a worker imports before it is needed; from there on workers are forked.
PRELOAD: Final = ("assets.work", "assets.repeats")

# A pool takes some seconds to start, in which one process reads as many documents.
WORTH_A_POOL: Final = 1_500


class Kind(StrEnum):
    """Where the work is done."""

    local = "local"
    serial = "serial"
    ray = "ray"


class Engine(dg.ConfigurableResource):
    """Does a task to many keys.

    `kind` is `local` (a pool of processes), `serial` (this process) or `ray` (a cluster at `address`, which is as Ray's
    own `ray.init` takes it; empty: Ray on this machine). Empty: COPYDESK_ENGINE at the time of use, as `ray:ADDRESS`, else
    `local`. `workers` bounds the pool; 0: COPYDESK_WORKERS, else as many as cores and memory allow.
    """

    kind: str = ""
    address: str = ""
    workers: int = 0

    def map(self, task: Callable[[str], T], keys: Sequence[str]) -> Iterator[Outcome[T]]:
        """What came of each key, as it comes.

        Args:
            task: can be pickled; takes a key, leaves its data in the warehouse, and gives something small.
        """
        return self.open().map(task, keys)

    def open(self, documents: int | None = None, keys: int | None = None) -> engines.Engine:
        """The engine; where no cluster is asked for, few documents, or one key alone, are done in this process.

        Args:
            documents: how many are to be processed, or work that takes as long; None: many.
            keys: how many there will be; None: several.

        Raises:
            engines.EngineError: it cannot be had.
        """
        named, _, address = os.environ.get(ENGINE_VARIABLE, "").partition(":")
        if self.kind:
            named, address = self.kind, self.address
        try:
            kind = Kind(named or Kind.local)
        except ValueError as error:
            raise engines.EngineError(
                f"there is no engine {named}; there are {', '.join(Kind)}"
            ) from error
        small = (documents is not None and documents < WORTH_A_POOL) or keys in (0, 1)
        if kind is Kind.serial or (kind is Kind.local and small):
            return engines.SerialEngine()
        if kind is Kind.ray:
            from copydesk.ray_engine import RayEngine  # Ray is an extra

            return RayEngine(address)
        return engines.LocalEngine(
            self.workers or int(os.environ.get(WORKERS_VARIABLE) or 0), PRELOAD
        )
