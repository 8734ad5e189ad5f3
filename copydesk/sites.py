"""Sites: the address of a page and the registrable domain it is on.

What belongs here: choosing a page's canonical address, public suffixes. What does not: the outlet (publishers.py).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import polars as pl
import tldextract

_SITE_CACHE_ENTRIES: Final = 100_000

# The list of public suffixes that the package ships: no network, the same answer everywhere.
_extract: Final = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=_SITE_CACHE_ENTRIES)
def site_of(address: str) -> str | None:
    """The registrable domain of a URL, an e-mail address or a host name; null where there is none."""
    # Before an @ is a mailbox, or who logs in; behind a slash it belongs to the path (`medium.com/@name`).
    has_path = "/" in address.partition("@")[0]
    host = address if has_path else address.rpartition("@")[2]
    try:
        return _extract(host).top_domain_under_public_suffix or None
    except ValueError:
        return None


def host_of(url: str) -> str | None:
    """The host of a URL; null where it is no valid one."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def page_addresses(blocks: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `url`, `site`: the address the dump begins with, if it shows one.

    Only an address among the first blocks names the page; one further down is a link.
    """
    found = (
        blocks.filter(
            (pl.col("role") == "url") & (pl.col("block_index") <= MAX_BLOCKS_BEFORE_ADDRESS)
        )
        .group_by("document_id", maintain_order=True)
        .agg(url=pl.col("text").first())
    )
    return found.with_columns(site=pl.col("url").map_elements(site_of, return_dtype=pl.String))


MAX_BLOCKS_BEFORE_ADDRESS: Final = 2
