"""The seeds against their gold answers, field by field.

A field that a gold file leaves out is not asserted; null says that the page does not show it (see
seeds/README.md).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from copydesk import articles, parsing, reading, sources
from copydesk.home import Home

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
DUMPS = {path.stem: path for path in sorted((SEEDS / "dumps").glob("*.txt"))}
GOLD: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((SEEDS / "gold").glob("*.json"))
}
WITH_ENTITIES = [slug for slug, gold in GOLD.items() if gold["entities"]]

NOTHING = "(nothing)"


@dataclass(frozen=True)
class Processed:
    """What the pipeline makes of all seeds; rows are found by the seed's name."""

    slugs: Mapping[str, str]
    raw: pl.DataFrame
    documents: pl.DataFrame
    blocks: pl.DataFrame
    articles: pl.DataFrame
    images: pl.DataFrame
    publishers: pl.DataFrame

    def rows(
        self, frame: pl.DataFrame, slug: str, key: str = "document_id"
    ) -> list[dict[str, Any]]:
        return frame.filter(pl.col(key) == self.slugs[slug]).rows(named=True)


@pytest.fixture(scope="session")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Processed:
    home = Home(tmp_path_factory.mktemp("seeds")).create()
    (batch,) = sources.discover(home, [SEEDS / "dumps"]).batches
    raw = reading.read_batch(batch)
    parsed = parsing.parse(raw)
    composed = articles.compose(parsed)
    slugs = {
        Path(uri).stem: document
        for document, uri in raw.select("document_id", "source_uri").iter_rows()
    }
    return Processed(
        slugs,
        raw,
        parsed.documents,
        parsed.blocks,
        composed.articles,
        composed.images,
        composed.publishers,
    )


def plain(value: object) -> object:
    """A value as the gold files write it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    return value


def encoding_name(name: str | None) -> str | None:
    """One name for one encoding, whatever its byte order and mark."""
    if name is None:
        return None
    canonical = codecs.lookup(name).name
    return {"utf-16-le": "utf-16", "utf-16-be": "utf-16", "utf-8-sig": "utf-8"}.get(
        canonical, canonical
    )


def differences(where: str, expected: Mapping[str, Any], got: Mapping[str, Any]) -> Iterator[str]:
    for field, value in expected.items():
        found = plain(got.get(field, NOTHING))
        if found != value:
            yield f"{where}.{field}\n    expected {value!r}\n    got      {found!r}"


def body_differences(gold: Mapping[str, Any], body: str) -> Iterator[str]:
    paragraphs = body.split("\n\n")
    expected = gold["article"].get("paragraphs")
    if expected is not None and paragraphs != expected:
        for index in range(max(len(expected), len(paragraphs))):
            want = expected[index] if index < len(expected) else NOTHING
            have = paragraphs[index] if index < len(paragraphs) else NOTHING
            if want != have:
                yield (
                    f"article.body, paragraph {index} of {len(paragraphs)} (first that differs)"
                    f"\n    expected {want!r}\n    got      {have!r}"
                )
                return
    if "body" in gold:
        got = {
            "paragraph_count": len(paragraphs),
            "first_paragraph": paragraphs[0],
            "last_paragraph": paragraphs[-1],
        }
        yield from differences("article.body", gold["body"], got)


def article_differences(slug: str, processed: Processed) -> Iterator[str]:
    gold = GOLD[slug]
    found = processed.rows(processed.articles, slug)
    expected_count = 0 if gold["article"] is None else 1
    if len(found) != expected_count:
        yield f"articles\n    expected {expected_count}\n    got      {len(found)}"
    if not found or gold["article"] is None:
        return
    (article,) = found
    expected = {field: value for field, value in gold["article"].items() if field != "paragraphs"}
    yield from differences("article", expected, article)
    yield from body_differences(gold, article["body"])

    images = processed.rows(processed.images, slug, "article_id")
    urls = [image["url"] for image in images]
    gold_urls = [image["url"] for image in gold["images"]]
    if urls != gold_urls:
        yield f"images\n    expected {gold_urls!r}\n    got      {urls!r}"
    else:
        for index, (want, have) in enumerate(zip(gold["images"], images, strict=True)):
            yield from differences(f"images[{index}]", want, have)

    if gold["publisher"] is not None:
        publishers = processed.publishers.filter(
            pl.col("publisher_id").eq_missing(pl.lit(article["publisher_id"], pl.String))
        ).rows(named=True)
        yield from differences("publisher", gold["publisher"], publishers[0] if publishers else {})


def test_every_dump_has_its_gold_answer() -> None:
    assert list(DUMPS) == list(GOLD)
    assert len(DUMPS) >= 40


@pytest.mark.parametrize("slug", GOLD)
def test_gold(slug: str, processed: Processed) -> None:
    (document,) = processed.rows(processed.documents, slug)
    gold = dict(GOLD[slug]["document"])
    got = dict(document)
    got["encoding"] = encoding_name(got["encoding"])
    got["reason_code"] = got["reason"].partition(":")[0] if got["reason"] else None
    if "encoding" in gold:
        gold["encoding"] = encoding_name(gold["encoding"])
    problems = [*differences("document", gold, got), *article_differences(slug, processed)]
    assert not problems, f"{slug}: {GOLD[slug]['note']}\n  " + "\n  ".join(problems)


@pytest.mark.parametrize("slug", GOLD)
def test_blocks_account_for_every_character(slug: str, processed: Processed) -> None:
    (raw,) = processed.rows(processed.raw, slug)
    blocks = processed.rows(processed.blocks, slug)
    text = raw["text"]
    if text is None:
        assert not blocks
        return
    position = 0
    for index, block in enumerate(blocks):
        assert block["block_index"] == index
        assert block["start"] >= position, f"block {index} overlaps the one before it"
        left_out = text[position : block["start"]]
        assert not left_out.strip(), f"no block holds {left_out!r}, before block {index}"
        assert text[block["start"] : block["end"]] == block["text"]
        position = block["end"]
    assert not text[position:].strip(), f"no block holds {text[position:]!r}, at the end"


@pytest.fixture(scope="session")
def tables(processed: Processed) -> dict[str, pl.DataFrame]:
    """The tables that the questions of the README ask."""
    # Imported here: the recognizer takes seconds to load, and only these tests need it.
    from copydesk import annotation, entities, recognition

    annotated = annotation.annotate(processed.articles, recognition.load_recognizer())
    return {
        "articles": processed.articles,
        "publishers": processed.publishers,
        "mentions": annotated.mentions,
        "quotes": annotated.quotes,
        "time_expressions": annotated.time_expressions,
        "entities": entities.build_entities(annotated.mentions.lazy(), processed.articles.lazy()),
    }


@pytest.fixture(scope="session")
def mentions(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Mentions, each with its entity's name and country."""
    named = tables["entities"].select("entity_id", "name", "country_code")
    return tables["mentions"].join(named, on="entity_id", how="left")


@pytest.mark.parametrize("slug", WITH_ENTITIES)
def test_entities_are_found(slug: str, processed: Processed, mentions: pl.DataFrame) -> None:
    found = {
        (name, row["label"], row["country_code"])
        for row in processed.rows(mentions, slug, "article_id")
        for name in (row["surface"], row["name"])
    }
    without_country = {(name, label, None) for name, label, _ in found}
    missing = [
        (name, label, country)
        for name, label, country in GOLD[slug]["entities"]
        if (name, label, country) not in (without_country if country is None else found)
    ]
    assert not missing, f"{slug}: missing {missing}\n  found {sorted(found, key=repr)}"


README = Path(__file__).parents[1] / "README.md"
QUESTIONS = re.findall(
    r"```sql\n(.*?)```",
    README.read_text("utf-8").partition("\n## Ask it\n")[2].partition("\n## ")[0],
    re.DOTALL,
)


@pytest.mark.parametrize("question", QUESTIONS, ids=range(len(QUESTIONS)))
def test_the_questions_of_the_readme_have_answers(
    question: str, tables: dict[str, pl.DataFrame]
) -> None:
    with duckdb.connect() as connection:
        for name, frame in tables.items():
            connection.register(name, frame)
        answers = connection.execute(question).pl()
    assert len(answers) > 1
    assert answers.null_count().row(0)[0] == 0


def test_there_are_three_questions_at_least() -> None:
    assert len(QUESTIONS) >= 4


def test_quotes_and_times_stand_at_their_offsets(tables: dict[str, pl.DataFrame]) -> None:
    bodies = dict(tables["articles"].select("article_id", "body").iter_rows())
    for name, column in (("quotes", "text"), ("time_expressions", "surface")):
        rows = tables[name].select("article_id", "start", "end", column).rows()
        assert rows
        for article_id, start, end, text in rows:
            assert bodies[article_id][start:end] == text


def test_near_duplicates_are_found_and_no_others(processed: Processed) -> None:
    from copydesk import duplicates

    found = duplicates.find_duplicates(processed.articles.lazy())
    names = {document: slug for slug, document in processed.slugs.items()}
    pairs = {
        names[article]: names[original]
        for article, original in found.select("article_id", "duplicate_of").iter_rows()
        if original is not None
    }
    expected = {slug: gold["duplicate_of"] for slug, gold in GOLD.items() if gold["duplicate_of"]}
    assert pairs == expected
