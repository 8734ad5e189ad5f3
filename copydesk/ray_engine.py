"""The engine of many machines: Ray tasks.

What belongs here: handing keys to a Ray cluster. What does not: what is done to a key, the cluster itself (docs/scale.md).

Ray is an extra, `pip install copydesk[ray]`, and imported when it is asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from copydesk.engines import AHEAD, MAX_ATTEMPTS, EngineError, Outcome, limit_threads

T = TypeVar("T")


class RayEngine:
    """Ray tasks of one core each, on the cluster at `address`; empty: a Ray of this machine's own.

    A node that dies takes nothing along but the keys that it had, and Ray gives these to others.
    """

    def __init__(self, address: str = "") -> None:
        self._ray: Any = _import_ray()
        if not self._ray.is_initialized():
            try:
                self._ray.init(
                    address=address or None, log_to_driver=False, logging_level=logging.WARNING
                )
            except (ConnectionError, ValueError, RuntimeError) as error:
                raise EngineError(f"there is no Ray cluster at {address}: {error}") from error

    @property
    def workers(self) -> int:
        """How many keys are in work at a time: the cluster's cores at this moment."""
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def map(self, task: Callable[[str], T], keys: Sequence[str]) -> Iterator[Outcome[T]]:
        """See `engines.Engine.map`."""
        ray = self._ray
        remote = ray.remote(num_cpus=1, max_retries=MAX_ATTEMPTS - 1)(_run)
        shared = ray.put(task)
        waiting = list(reversed(keys))
        running = dict[Any, str]()
        try:
            while waiting or running:
                while waiting and len(running) < self.workers * AHEAD:
                    key = waiting.pop()
                    running[remote.remote(shared, key)] = key
                done, _ = ray.wait(list(running), num_returns=1)
                for reference in done:
                    key = running.pop(reference)
                    try:
                        value = ray.get(reference)
                    except ray.exceptions.RayError as error:
                        yield Outcome(key, error=error)
                    else:
                        yield Outcome(key, value)
        finally:
            for reference in running:
                ray.cancel(reference, force=True)


def _run(task: Callable[[str], T], key: str) -> T:
    limit_threads()
    return task(key)


def _import_ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise EngineError("Ray is not installed: pip install 'copydesk[ray]'") from error
    return ray
