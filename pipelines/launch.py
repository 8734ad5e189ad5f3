"""Running the job `edition` from this process, on the home's instance.

What belongs here: registering segments, creating the run as the UI would and following its events.
What does not: what is shown meanwhile (cli.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import dagster as dg
from dagster._core.execution.api import execute_run_iterator
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from assets.batches import STEP
from assets.partitions import cover
from copydesk.home import Home
from pipelines.definitions import defs
from pipelines.instance import prepare

JOB = "edition"
LOCATION = "copydesk"  # as in workspace.yaml
# The terminal shows progress; Dagster's own lines are kept in its event log.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to one step: `state` is started, succeeded, failed, skipped or retried."""

    name: str
    state: str
    seconds: float | None = None
    error: str | None = None


def edition_job() -> dg.JobDefinition:
    """The job `edition`, as the code location has it."""
    return defs.resolve_job_def(JOB)


def step_count() -> int:
    """How many steps the job has."""
    return len(edition_job().graph.nodes)


def run_edition(
    home: Home,
    batch_ids: Sequence[str],
    only: Sequence[str] = (),
    again: bool = False,
    model: str = "",
    share: float | None = None,
) -> Iterator[Step]:
    """Process the segments of `batch_ids` and publish, yielding each step's fate as it comes.

    Args:
        home: where.
        batch_ids: known batches.
        only: of the segments' batches these alone; none: all.
        again: do also what the same code has done before.
        model: the recognizer (see assets.warehouse.Recognition).
        share: of the documents, how many it reads (see there).

    The run stands in the instance like one started from the UI: same job, same tags, same code
    location.
    """
    prepare(home)
    with dg.DagsterInstance.get() as instance:
        job = dg.reconstructable(edition_job)
        run = instance.create_run_for_job(
            job_def=job.get_definition(),
            run_config={
                **QUIET,
                "ops": {STEP: {"config": {"only": list(only), "again": again}}},
                "resources": {"recognition": {"config": {"model": model, "share": share}}},
            },
            tags=cover(instance, home, batch_ids),
            job_code_origin=job.get_python_origin(),
            remote_job_origin=_origin(),
        )
        for event in execute_run_iterator(job, run, instance):
            step = _step(event)
            if step is not None:
                yield step


def _origin() -> RemoteJobOrigin:
    location = ManagedGrpcPythonEnvCodeLocationOrigin(
        loadable_target_origin=LoadableTargetOrigin(module_name="pipelines.definitions"),
        location_name=LOCATION,
    )
    return RemoteJobOrigin(
        repository_origin=RemoteRepositoryOrigin(
            code_location_origin=location, repository_name="__repository__"
        ),
        job_name=JOB,
    )


def _step(event: dg.DagsterEvent) -> Step | None:
    name = event.step_key or ""
    if event.is_step_start:
        return Step(name, "started")
    if event.is_step_success:
        return Step(name, "succeeded", event.step_success_data.duration_ms / 1000)
    if event.is_step_skipped:
        return Step(name, "skipped")
    if event.is_step_up_for_retry:
        return Step(name, "retried")
    if event.is_step_failure:
        return Step(name, "failed", error=_reason(event))
    return None


def _reason(event: dg.DagsterEvent) -> str:
    failure = event.step_failure_data
    if failure.user_failure_data is not None and failure.user_failure_data.description:
        return str(failure.user_failure_data.description)
    error = failure.error
    if error is None:
        return "the step failed without saying why"
    # Dagster wraps what the step raised; what that was raised from says less.
    root = error.cause or error
    # The message opens with the error's class; the terminal's reader has no use for it.
    opening, _, rest = root.message.partition(": ")
    plain = rest if root.cls_name and opening.endswith(root.cls_name) else root.message
    return plain.strip()
