"""A time budget: no document may hold up the others.

What belongs here: interrupting work that takes too long, and how long a document may take. What does not: what becomes of
a document that does (reading.py, processing.py).

Time is the processor's, not the clock's: on a busy machine everything takes longer, and that is no document's fault. What
is interrupted is Python, regular expressions among it; compiled libraries are not, whose time grows with their input only.
Signals reach the main thread alone, so work in another thread has no budget.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

# A page takes milliseconds; one of the largest that are taken (containers.MAX_DOCUMENT_BYTES) some seconds.
DOCUMENT_SECONDS: Final = 30.0
# What a document may take on average where many are processed together; more than a hundred times the usual.
SHARE_SECONDS: Final = 0.5
REASON: Final = "time_limit"


class OutOfTime(Exception):  # noqa: N818 - a state, not a fault
    """The budget is spent."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Let what is done inside take so many seconds of the processor.

    Raises:
        OutOfTime: it took longer.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    spent = False

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        nonlocal spent
        spent = True
        raise OutOfTime

    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    except Exception as error:
        # Whoever calls back into Python may have wrapped the interruption into an error of their own.
        if spent:
            raise OutOfTime from error
        raise
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def reason() -> str:
    """Why a document that took too long is rejected."""
    return f"{REASON}: the document takes longer than {DOCUMENT_SECONDS:g} s of the processor"
