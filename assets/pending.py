"""What the command line asks before it imports Dagster.

What belongs here: which batches wait for a release, and the setting that leaves articles unread. What does not: Dagster.
"""

from __future__ import annotations

from typing import Final

from copydesk import manifests, sources
from copydesk.home import Home

# In the place of a recognizer's directory: no article is read for names, quotations and times.
NO_RECOGNIZER: Final = "none"


def unreleased(home: Home) -> list[str]:
    """The batches the newest release lacks, those an earlier run left over among them."""
    newest = manifests.head(home.published)
    released = set(manifests.read_manifest(home.published, newest).inputs) if newest else set()
    return [batch_id for batch_id in sources.list_batch_ids(home) if batch_id not in released]
