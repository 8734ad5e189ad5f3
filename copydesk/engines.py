"""Engines: doing one thing to many keys, in this process, in several, or on several machines.

What belongs here: what an engine is, the one in this process and the pool of processes. What does not: what is done to a
key, Ray (ray_engine.py).

A task takes a key and gives something small; what it works on it reads and writes itself. So a task may run anywhere that
sees the same storage, may be killed at any moment and done again.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar, cast

from copydesk.machine import available_memory, count_cores

T = TypeVar("T")

# A worker's peak: a batch of 20,000 documents of 5 kB without names read, and spaCy's model (docs/scale.md).
WORKER_BYTES: Final = 1_300 * 1024**2
# The rest of the machine, the coordinator among it.
RESERVED_BYTES: Final = 700 * 1024**2
# A key whose task takes its process along three times is left, so that it cannot stop the others.
MAX_ATTEMPTS: Final = 3
# Keys that are handed out ahead for each worker.
AHEAD: Final = 2
# One thread a process: the processes are as many as the cores.
ONE_THREAD: Final = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}


class EngineError(Exception):
    """An engine that cannot be had, with what to do about it."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What came of a key: a value, or the error."""

    key: str
    value: T | None = None
    error: BaseException | None = None

    def result(self) -> T:
        """The value.

        Raises:
            BaseException: the error, where there is none.
        """
        if self.error is not None:
            raise self.error
        return cast("T", self.value)


class Engine(Protocol):
    """Does a task to every key."""

    @property
    def workers(self) -> int:
        """How many keys are in work at a time."""
        ...

    def map(self, task: Callable[[str], T], keys: Sequence[str]) -> Iterator[Outcome[T]]:
        """What came of each key, as it comes; every key once, whatever becomes of the others.

        Args:
            task: can be pickled: a function of a module or an instance of a class of one.
        """
        ...


class SerialEngine:
    """One key after the other in this process."""

    workers: Final = 1

    def map(self, task: Callable[[str], T], keys: Sequence[str]) -> Iterator[Outcome[T]]:
        """See `Engine.map`."""
        for key in keys:
            try:
                value = task(key)
            except Exception as error:
                yield Outcome(key, error=error)
            else:
                yield Outcome(key, value)


class LocalEngine:
    """A pool of processes on this machine, as many as its cores and memory allow.

    A worker that dies takes nothing along but its own key, which is tried again. (The standard library's pool loses all
    that is in work, so this one is pebble's.) Workers come from a fork server: what they import is imported once.

    Args:
        workers: how many; 0 for what the machine allows.
        preload: modules that every worker needs.
    """

    def __init__(self, workers: int = 0, preload: Sequence[str] = ()) -> None:
        self._workers = workers or right_size()
        self._preload = list(preload)

    @property
    def workers(self) -> int:
        """How many keys are in work at a time."""
        return self._workers

    def map(self, task: Callable[[str], T], keys: Sequence[str]) -> Iterator[Outcome[T]]:
        """See `Engine.map`."""
        from pebble import ProcessExpired, ProcessPool

        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(self._preload)
        waiting = list(reversed(keys))
        attempts = dict.fromkeys(keys, 0)
        running = dict[Future[T], str]()
        pool = ProcessPool(
            min(self._workers, len(keys)) or 1, initializer=limit_threads, context=context
        )
        try:
            while waiting or running:
                while waiting and len(running) < self._workers * AHEAD:
                    key = waiting.pop()
                    attempts[key] += 1
                    running[pool.schedule(task, args=(key,))] = key
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    key = running.pop(future)
                    error = future.exception()
                    if isinstance(error, ProcessExpired) and attempts[key] < MAX_ATTEMPTS:
                        waiting.insert(0, key)
                    elif error is not None:
                        yield Outcome(key, error=error)
                    else:
                        yield Outcome(key, future.result())
        finally:
            # Also when whoever asks stops asking: nothing goes on behind their back.
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


def right_size() -> int:
    """As many workers as there are cores, and no more than there is memory for."""
    room = (available_memory() - RESERVED_BYTES) // WORKER_BYTES
    return max(1, min(count_cores(), room))


def limit_threads() -> None:
    """Keep this process to one thread in the libraries that would take one a core.

    Polars and ONNX look when they first compute, which no worker has yet.
    """
    os.environ.update(ONE_THREAD)
