"""Peers: other libraries' MinHash LSH, in an environment of its own.

What belongs here: their pinned versions, and having them link the articles of a corpus. What does not: how each is called,
which must run without Copydesk (link.py).
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import polars as pl

from benchmarks.quality.peers import Peer, cache_directory, make_environment

LINK: Final = Path(__file__).with_name("link.py")
# Each with runs of five words at a Jaccard similarity of .5, and with our own runs of two at what a similarity of ours of
# .6 is between texts of one length.
SETTINGS: Final = ((5, 0.5), (2, 0.4))
LIBRARIES: Final = (
    Peer("datasketch", "2.0.0", ("datasketch==2.0.0",), frozenset()),
    Peer("rensa", "0.5.0", ("rensa==0.5.0",), frozenset()),
)


def run_peers(corpus: pl.DataFrame) -> dict[str, tuple[pl.DataFrame, float]]:
    """The links (`article_id`, `duplicate_of`) of each peer in each setting, and its seconds.

    Raises:
        RuntimeError: an environment cannot be made, or a peer fails.
    """
    answers = {}
    for library in LIBRARIES:
        interpreter = make_environment(library, cache_directory())
        for words, threshold in SETTINGS:
            with tempfile.TemporaryDirectory(prefix="copydesk-peers-") as directory:
                asked, links = Path(directory) / "asked.parquet", Path(directory) / "links.parquet"
                corpus.select("article_id", "body").write_parquet(asked)
                command = [interpreter, LINK, library.name, words, threshold, asked, links]
                done = subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False)  # fmt: skip
                if done.returncode:
                    raise RuntimeError(f"{library.name} failed: {done.stderr[-500:]}")
                name = f"{library.name} {library.version}, runs of {words}, {threshold}"
                answers[name] = (pl.read_parquet(links), json.loads(done.stdout)["seconds"])
    return answers
