"""Have a library link the articles of a Parquet file: `python link.py LIBRARY WORDS THRESHOLD ARTICLES LINKS`.

What belongs here: calling datasketch and rensa as their own documentation does. What does not: Copydesk; this runs in the
library's environment. Each article, in the file's order, is linked to the first one before it that the index returns for it.
"""

import json
import re
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq

MINIMA = 128
WORD = re.compile(r"\w+")


def runs_of_words(text: str, words: int) -> list[str]:
    """All runs of so many words, in lower case."""
    found = WORD.findall(text.lower())
    return list({" ".join(found[at : at + words]) for at in range(len(found) - words + 1)})


def datasketch_links(texts: list[list[str]], threshold: float) -> list[int | None]:
    """The first article before each that the index takes for similar."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=MINIMA)
    links: list[int | None] = []
    for number, text in enumerate(texts):
        signature = MinHash(num_perm=MINIMA)
        signature.update_batch([each.encode() for each in text])
        links.append(min(index.query(signature), default=None))
        index.insert(number, signature)
    return links


def rensa_links(texts: list[list[str]], threshold: float) -> list[int | None]:
    """The first article before each whose signature, of those that the index returns, is similar enough."""
    from rensa import RMinHash, RMinHashLSH

    # As many bands as datasketch takes for these thresholds, nearly.
    index = RMinHashLSH(threshold=threshold, num_perm=MINIMA, num_bands=32)
    signatures = []
    links: list[int | None] = []
    for number, text in enumerate(texts):
        signature = RMinHash(num_perm=MINIMA, seed=42)
        signature.update(text)
        signatures.append(signature)
        found = [
            each
            for each in index.query(signature)
            if signatures[each].jaccard(signature) >= threshold
        ]
        links.append(min(found, default=None))
        index.insert(number, signature)
    return links


def main() -> None:
    """Link the articles and print the seconds."""
    library, words, threshold, asked, answer = sys.argv[1:]
    table = pq.read_table(asked)
    ids = table["article_id"].to_pylist()
    bodies = table["body"].to_pylist()
    started = time.process_time()
    texts = [runs_of_words(body, int(words)) for body in bodies]
    links = {"datasketch": datasketch_links, "rensa": rensa_links}[library](texts, float(threshold))
    seconds = time.process_time() - started
    found = [(ids[number], ids[link]) for number, link in enumerate(links) if link is not None]
    columns = list(zip(*found, strict=True)) or [(), ()]
    names = ("article_id", "duplicate_of")
    arrays = {
        name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)
    }
    pq.write_table(pa.table(arrays), answer)
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
