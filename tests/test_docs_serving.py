"""The Data Docs beside Dagster's UI."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from pipelines import docs_serving

# Serves beside itself, says so, and then lives on as another program, as `copydesk ui` does.
HOST = """
import os, sys
from pathlib import Path
from pipelines import docs_serving
print(docs_serving.serve_beside(Path(sys.argv[1]), int(sys.argv[2])), flush=True)
os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)"])
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((docs_serving.LOOPBACK, 0))
        return int(probe.getsockname()[1])


def fetch(port: int) -> str | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/index.html", timeout=5) as page:
            return str(page.read().decode())
    except (urllib.error.URLError, ConnectionError):
        return None


def test_served_until_the_program_ends(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("expectations", encoding="utf-8")
    port = free_port()
    host = subprocess.Popen(
        [sys.executable, "-c", HOST, str(tmp_path), str(port)],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert host.stdout is not None
    assert host.stdout.readline() == "True\n"
    assert fetch(port) == "expectations"
    host.kill()
    host.wait()
    host.stdout.close()
    end = time.monotonic() + 30
    while fetch(port) is not None and time.monotonic() < end:
        time.sleep(0.1)
    assert fetch(port) is None


def test_a_taken_port_is_left_alone(tmp_path: Path) -> None:
    with docs_serving.server(tmp_path, 0) as taken:
        assert not docs_serving.serve_beside(tmp_path, taken.server_address[1])
