"""Doing what waits for others several times at once, in order.

What belongs here: the one function that keeps some calls ahead of whoever takes their results. What does not: what is
called; work that holds the interpreter's lock gains nothing by it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

# Requests under way to one object store: enough to hide a latency of tens of milliseconds.
REQUESTS: Final = 32

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def ahead(
    call: Callable[[_Item], _Result], items: Iterable[_Item], at_once: int = REQUESTS
) -> Iterator[_Result]:
    """The results of a call for each item, in order; no more than `at_once` of them wait to be taken."""
    with ThreadPoolExecutor(at_once) as pool:
        waiting = deque[Future[_Result]]()
        try:
            for item in items:
                waiting.append(pool.submit(call, item))
                if len(waiting) == at_once:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()
