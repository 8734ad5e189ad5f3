"""How far the work is, how fast it goes and how long it will take.

What belongs here: counting, one line that says so, and telling it to whoever listens. What does not: where it is shown.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

LOGGER: Final = "copydesk.progress"
# Of thousands of batches not each needs a line in a log that is kept.
SECONDS_BETWEEN_LINES: Final = 5.0
# Fewer documents a second are said with a decimal: 0 would be no rate.
SLOW: Final = 10


class Progress:
    """Counts batches and documents.

    Args:
        batches: how many there are.
        documents: how many they hold.
        clock: seconds that only grow.
    """

    def __init__(
        self, batches: int, documents: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._batches, self._documents, self._clock = batches, documents, clock
        self._done = self._done_documents = 0
        self._started = clock()
        self._said = float("-inf")

    def advance(self, documents: int, batches: int = 1) -> str | None:
        """So many more documents, and batches, are done; the line to log, if it is time for one."""
        self._done += batches
        self._done_documents += documents
        line = self.line()
        logging.getLogger(LOGGER).info(line)
        now = self._clock()
        if self._done < self._batches and now - self._said < SECONDS_BETWEEN_LINES:
            return None
        self._said = now
        return line

    def line(self) -> str:
        """`3 of 50 batches, 60,000 of 1,000,000 documents, 410 a second, 38 min left`."""
        seconds = max(self._clock() - self._started, 1e-9)
        rate = self._done_documents / seconds
        said = (
            f"{self._done:,} of {counted(self._batches, 'batch', 'es')}, "
            f"{self._done_documents:,} of {counted(self._documents, 'document')}, "
            f"{rate:,.{0 if rate >= SLOW else 1}f} a second"
        )
        left = self._documents - self._done_documents
        return f"{said}, {_spoken(left / rate)} left" if left and rate else said


def counted(number: int, noun: str, ending: str = "s") -> str:
    """`1 document`, `20,000 documents`; `ending` makes one many."""
    return f"{number:,} {noun}{'' if number == 1 else ending}"


@contextmanager
def told(listener: Callable[[str], None]) -> Iterator[None]:
    """Have `listener` told how far the work is, as long as the block lasts."""
    logger, handler = logging.getLogger(LOGGER), _Handler(listener)
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Handler(logging.Handler):
    def __init__(self, listener: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._listener = listener

    def emit(self, record: logging.LogRecord) -> None:
        self._listener(record.getMessage())


def _spoken(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3_600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.1f} h"
