"""Runs of the whole pipeline in processes of their own, for tests that kill them, vary them or compare them.

What belongs here: a process that makes an edition from dumps to a release on a real Dagster instance, and one that is
forked from a process that has imported everything, so that many cost little. What does not: what is expected of them.

Great Expectations is left out: it takes seconds and only reads. Which language model reads is the environment's choice.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from copydesk.home import Home
from copydesk.manifests import read_head

ROOT = Path(__file__).parent.parent
JOB = "unchecked"


def make_edition(home: Home, dumps: Sequence[Path]) -> None:
    """Ingest what is new in `dumps`, process what waits, release it without asking the expectations.

    Like `copydesk build`, where nothing waits it looks after what is derived from the newest release.
    """
    import dagster as dg

    from assets import release as release_assets
    from assets.partitions import cover
    from assets.pending import unreleased
    from copydesk import releases, sources
    from pipelines.definitions import build_defs
    from pipelines.instance import prepare
    from pipelines.launch import QUIET

    prepare(home)
    sources.discover(home, dumps)
    waiting = unreleased(home)
    if not waiting:
        releases.repair(home.published)
        return
    release_assets.runner.validate = lambda *_, **__: []  # type: ignore[assignment]
    everything = dg.AssetSelection.all().without_checks()
    job = dg.Definitions.merge(
        build_defs(), dg.Definitions(jobs=[dg.define_asset_job(JOB, everything)])
    ).resolve_job_def(JOB)
    with dg.DagsterInstance.get() as instance:
        tags = cover(instance, home, waiting)
        job.execute_in_process(instance=instance, tags=tags, run_config=QUIET)


def data_files(home: Home) -> dict[str, set[str]]:
    """The SHA-256 of every data file of the newest release, by table."""
    manifest = read_head(home.published)
    assert manifest is not None
    return {
        name: {file.sha256 for file in entry.files if file.rows}
        for name, entry in manifest.tables.items()
    }


def start_edition(
    home: Path, dumps: Sequence[Sequence[Path]], environment: Mapping[str, str]
) -> subprocess.Popen[str]:
    """A process that makes an edition of each of `dumps`, one after the other."""
    given = [[str(path) for path in paths] for paths in dumps]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.editions", str(home), json.dumps(given)],
        cwd=ROOT,
        env={**os.environ, "DAGSTER_DISABLE_TELEMETRY": "1", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


class EditionServer:
    """A process that has imported everything and forks itself for each edition."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.editions"],
            cwd=ROOT,
            env={**os.environ, "DAGSTER_DISABLE_TELEMETRY": "1", **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._read() == "ready"

    def start(self, home: Path, dumps: Sequence[Path]) -> int:
        """Fork an edition; its process id."""
        assert self._process.stdin is not None
        order = {"home": str(home), "dumps": [str(path) for path in dumps]}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._read())

    def wait(self) -> int:
        """How the last edition ended: 0, or minus the signal that killed it."""
        return int(self._read())

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def _serve() -> None:
    """Fork an edition for each line of the input."""
    # Imported and loaded once, for all that are forked. Nothing may start threads here: a fork would lack them.
    import dagster._core.storage.sqlite_storage  # noqa: F401
    import matplotlib.backends.backend_agg
    import matplotlib.figure  # noqa: F401

    import copydesk
    from copydesk import language, linking, territories
    from pipelines import definitions, launch  # noqa: F401

    for module in pkgutil.iter_modules(copydesk.__path__):
        importlib.import_module(f"copydesk.{module.name}")
    language._model()
    linking.known_places()
    territories.cased_places()

    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                sys.stdout = sys.stderr
                make_edition(Home(Path(order["home"])), [Path(each) for each in order["dumps"]])
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        for group in json.loads(sys.argv[2]):
            make_edition(Home.resolve(Path(sys.argv[1])).create(), [Path(each) for each in group])
    else:
        _serve()
