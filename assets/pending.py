"""Which batches wait for a release.

What belongs here: comparing the known batches with the newest release. What does not: Dagster; the
command line asks this before it imports it.
"""

from __future__ import annotations

from copydesk import manifests, sources
from copydesk.home import Home


def unreleased(home: Home) -> list[str]:
    """The batches the newest release lacks, those an earlier run left over among them."""
    newest = manifests.head(home.published)
    released = set(manifests.read_manifest(home.published, newest).inputs) if newest else set()
    return [batch_id for batch_id in sources.list_batch_ids(home) if batch_id not in released]
