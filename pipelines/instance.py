"""Dagster's instance under the home.

What belongs here: its configuration file and the environment that points to it. What does not:
definitions.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from copydesk.home import HOME_VARIABLE, Home

# One run at a time: a run uses every core by itself, and runs publish one after the other anyway.
CONFIGURATION: Final = """\
# Written by Copydesk where it was missing; yours to change.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
run_monitoring:
  enabled: true
run_retries:
  enabled: false
# Steps say what they do in the event log; nothing is printed that would have to be captured.
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
retention:
  sensor:
    purge_after_days:
      skipped: 1
      success: 90
      failure: 90
"""


def prepare(home: Home) -> Path:
    """Make the home's instance, for this process and its children; returns its directory."""
    home.create()
    configuration = home.dagster / "dagster.yaml"
    if not configuration.exists():
        configuration.write_text(CONFIGURATION, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ[HOME_VARIABLE] = str(home.root)
    # Importing Dagster already sends an event unless this says otherwise.
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    return home.dagster
