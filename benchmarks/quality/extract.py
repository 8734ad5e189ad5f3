"""Runs one peer over a Parquet of pages: `python extract.py PEER PAGES.parquet ANSWERS.parquet`.

What belongs here: how each peer is called, with its defaults but for comments, which are no part of an article. This
file runs inside the peer's environment, where Copydesk and Polars are not.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Answer = dict[str, Any]


def trafilatura() -> Callable[[str, str | None], Answer]:
    from trafilatura import bare_extraction

    def extract(html: str, url: str | None) -> Answer:
        found = bare_extraction(html, url=url, include_comments=False, with_metadata=True)
        if found is None:
            return {}
        answer = found if isinstance(found, dict) else found.as_dict()
        return {
            "body": answer.get("text"),
            "title": answer.get("title"),
            "published": answer.get("date"),
            "authors": (answer.get("author") or "").split("; ") if answer.get("author") else [],
        }

    return extract


def justext() -> Callable[[str, str | None], Answer]:
    import justext as library

    languages = library.get_stoplists()
    stop_words = {language: library.get_stoplist(language) for language in languages}

    def extract(html: str, url: str | None) -> Answer:
        declared = _declared_language(html)
        words = stop_words[_JUSTEXT_LANGUAGES.get(declared, "English")]
        paragraphs = library.justext(html, words)
        return {"body": "\n".join(p.text for p in paragraphs if not p.is_boilerplate)}

    return extract


_JUSTEXT_LANGUAGES = {
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "pt": "Portuguese",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "ru": "Russian",
    "sv": "Swedish",
    "da": "Danish",
    "nb": "Norwegian_Bokmal",
    "no": "Norwegian_Bokmal",
    "tr": "Turkish",
    "cs": "Czech",
    "hu": "Hungarian",
    "ro": "Romanian",
    "fi": "Finnish",
    "el": "Greek",
    "bg": "Bulgarian",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "ar": "Arabic",
    "hi": "Hindi",
    "is": "Icelandic",
    "id": "Indonesian",
}


def _declared_language(html: str) -> str:
    """The language that the page's root element declares, which is what jusText's users go by."""
    import re

    declared = re.search(r"<html[^>]*\slang=[\"']?([a-zA-Z]{2})", html[:5000])
    return declared[1].lower() if declared else "en"


def newspaper4k() -> Callable[[str, str | None], Answer]:
    import newspaper

    def extract(html: str, url: str | None) -> Answer:
        article = newspaper.Article(url or "https://example.com/", fetch_images=False)
        article.download(input_html=html)
        article.parse()
        published = article.publish_date
        return {
            "body": article.text,
            "title": article.title,
            "published": published.isoformat() if hasattr(published, "isoformat") else None,
            "authors": list(article.authors),
        }

    return extract


def resiliparse() -> Callable[[str, str | None], Answer]:
    from resiliparse.extract.html2text import extract_plain_text

    def extract(html: str, url: str | None) -> Answer:
        return {"body": extract_plain_text(html, main_content=True, comments=False)}

    return extract


PEERS = {
    "trafilatura": trafilatura,
    "justext": justext,
    "newspaper4k": newspaper4k,
    "resiliparse": resiliparse,
}


def main(peer: str, source: str, target: str) -> None:
    extract = PEERS[peer]()
    rows = list[Answer]()
    for page in pq.read_table(source).to_pylist():
        start = time.process_time()
        try:
            answer, error = extract(page["html"], page["url"]), None
        except Exception as caught:
            answer, error = {}, f"{type(caught).__name__}: {caught}"
        row = {"id": page["id"], "seconds": time.process_time() - start, "error": error}
        rows.append(row | {name: answer.get(name) for name in _SCHEMA.names if name not in row})
    pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), target)


_SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "body": pa.string(),
        "title": pa.string(),
        "published": pa.string(),
        "authors": pa.list_(pa.string()),
        "seconds": pa.float64(),
        "error": pa.string(),
    }
)

if __name__ == "__main__":
    main(*sys.argv[1:])
