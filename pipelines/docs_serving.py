"""Serving Great Expectations' Data Docs, which a browser does not open as files from a page on http.

What belongs here: a static server on loopback, by itself or beside Dagster's UI. What does not: writing them
(expectations).
"""

from __future__ import annotations

import os
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from expectations.data_docs import LOOPBACK

# How often the server beside the UI looks whether the UI is still there.
LOOK_SECONDS: Final = 1.0


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files without a line for each on the terminal."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def server(root: Path, port: int) -> ThreadingHTTPServer:
    """A server of the files below `root`.

    Raises:
        OSError: the port is taken.
    """
    return ThreadingHTTPServer((LOOPBACK, port), partial(_Quiet, directory=str(root)))


def serve_beside(root: Path, port: int) -> bool:
    """Serve from a child process until this process ends, whatever it becomes; False where the port is taken."""
    try:
        serving = server(root, port)
    except OSError:
        return False
    parent = os.getpid()
    if os.fork():
        serving.socket.close()
        return True
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    try:
        serving.serve_forever()
    finally:
        os._exit(0)


def _end_with(parent: int) -> None:
    """End this process when its parent is gone."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(0)
