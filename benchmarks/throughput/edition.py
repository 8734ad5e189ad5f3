"""One edition, stage by stage: `python -m benchmarks.throughput.edition HOME INPUT ANNOTATE` prints figures as JSON.

What belongs here: running the pipeline as `copydesk build` does, in a process of its own, and what each stage took. What
does not: comparing (`__main__.py`).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from assets.pending import NO_RECOGNIZER, unreleased
from copydesk import manifests, sources
from copydesk.home import Home


def run(home: Home, inputs: Path, annotate: bool) -> dict[str, Any]:
    """Seconds by stage (of the processor, of all processes; and of the wall clock), rows and bytes of the release."""
    started, wall = time.process_time(), time.perf_counter()
    stages = dict[str, float]()
    walls = dict[str, float]()
    found = sources.discover(home.create(), [inputs])
    stages["discover"], walls["discover"] = _since(started, wall)
    waiting = unreleased(home)
    if waiting:
        from pipelines import launch

        started, wall = time.process_time(), time.perf_counter()
        for step in launch.run_edition(home, waiting, model="" if annotate else NO_RECOGNIZER):
            if step.state == "failed":
                raise SystemExit(f"{step.name}: {step.error}")
            if step.state == "started":
                name = step.name.rpartition("__")[2]
                stages["launch"], walls["launch"] = _plus(stages, walls, "launch", started, wall)
                started, wall = time.process_time(), time.perf_counter()
            elif step.state == "succeeded":
                stages[name], walls[name] = _since(started, wall)
                started, wall = time.process_time(), time.perf_counter()
        stages |= _worker_seconds(home)
    newest = manifests.read_head(home.published)
    assert newest is not None
    return {
        "documents": found.documents,
        "processor": stages,
        "wall": walls,
        "rows": {name: table.rows for name, table in newest.tables.items()},
        "bytes": sum(file.bytes for table in newest.tables.values() for file in table.files),
    }


def _since(started: float, wall: float) -> tuple[float, float]:
    return time.process_time() - started, time.perf_counter() - wall


def _plus(
    stages: dict[str, float], walls: dict[str, float], name: str, started: float, wall: float
) -> tuple[float, float]:
    more = _since(started, wall)
    return stages.get(name, 0.0) + more[0], walls.get(name, 0.0) + more[1]


def _worker_seconds(home: Home) -> dict[str, float]:
    """What the workers' stages took, as the run told Dagster."""
    import dagster as dg

    from assets.batches import asset_key
    from copydesk.processing import MADE_BY

    seconds = dict[str, float]()
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        for stage, names in MADE_BY.items():
            (newest,) = instance.fetch_materializations(asset_key(names[0]), limit=1).records
            run_id = newest.run_id
            records = instance.fetch_materializations(asset_key(names[0]), limit=1_000).records
            for record in records:
                if record.run_id != run_id or record.asset_materialization is None:
                    continue
                for name, value in record.asset_materialization.metadata.items():
                    what = name.removesuffix("_processor_seconds")
                    if what == stage.value or (what == "write" and stage.value == "read"):
                        seconds[what] = seconds.get(what, 0.0) + float(value.value)  # type: ignore[arg-type]
    return seconds


if __name__ == "__main__":
    place, inputs, annotate = sys.argv[1:]
    print(json.dumps(run(Home.resolve(Path(place)), Path(inputs), annotate == "yes")))
