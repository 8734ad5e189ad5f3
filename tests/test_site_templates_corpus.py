"""Sites' templates over real batches: the same files in any order, only what is concerned made again, offsets that hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from test_corpus import digests, in_small_spans, settle
from typer.testing import CliRunner

from assets import site_templates
from assets.warehouse import Warehouse
from benchmarks.site_templates.sites import Page, make_sites
from copydesk.cuts import REASON
from copydesk.explain import explain, known_templates
from copydesk.processing import Processor, Stage
from copydesk.reading import RawDocument, read_documents
from copydesk.recognizers import Span
from copydesk.tables import TABLES
from pipelines.cli import app


class Capitals:
    """Takes each word with a capital for a person."""

    model = "capitals-1"
    languages = frozenset({"en"})

    def load(self) -> None:
        return

    def predict(self, texts: list[str]) -> list[list[Span]]:
        return [
            [Span(each.start(), each.end(), "PERSON") for each in re.finditer(r"\b[A-Z][a-z]{3,}", text)]
            for text in texts
        ]  # fmt: skip


def write_batch(warehouse: Warehouse, name: str, pages: Sequence[Page]) -> str:
    """A batch of pages as processing leaves it; returns its id."""
    batch_id = sha256(name.encode()).hexdigest()[:20]
    raw = read_documents(
        RawDocument(sha256(text).hexdigest()[:20], page.url, "text", len(text), text)
        for page in pages
        for text in [page.text.encode()]
    ).with_columns(batch_id=pl.lit(batch_id))
    made = Processor(tuple(Stage)[1:], Capitals()).process({"raw_documents": raw})
    for table, frame in made:
        warehouse.write(warehouse.batch_path("parsed", table, batch_id), frame, TABLES.get(table))
    warehouse.store.replace(f"batches/{batch_id}.json", b"{}")
    return batch_id


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    """Four sites of 3, 6, 12 and 30 pages."""
    return [page for page in make_sites(1, seed=3) if page.size <= 30]


def tables(warehouse: Warehouse, layer: str) -> dict[str, pl.DataFrame]:
    return {
        name: warehouse.scan(layer, name, list(warehouse.listing(layer, name))).collect()
        for name in ("articles", "blocks", "mentions", "quotes", "time_expressions")
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, pages: list[Page]) -> Warehouse:
    """A home to which three batches came, the last when the others were settled."""
    warehouse = Warehouse(home=str(tmp_path_factory.mktemp("sites")))
    for number in range(3):
        write_batch(warehouse, f"batch {number}", pages[number::3])
        if number:
            settle(warehouse)
    return warehouse


@pytest.mark.parametrize("settled", [(), (1,)])
def test_the_files_are_the_same_in_any_order_and_all_at_once(
    tmp_path: Path, built: Warehouse, pages: list[Page], settled: Sequence[int]
) -> None:
    other = Warehouse(home=str(tmp_path))
    for number in (2, 1, 0):
        write_batch(other, f"batch {number}", pages[number::3])
        if number in settled:
            settle(other)
    settle(other)
    assert digests(other) == digests(built)


def test_bodies_lose_the_notes_and_keep_the_stories(built: Warehouse, pages: list[Page]) -> None:
    before, after = tables(built, "parsed"), tables(built, "tables")
    bodies = {
        name: "\n\n".join(found["articles"]["body"].to_list())
        for name, found in (("before", before), ("after", after))
    }
    large = [page for page in pages if page.size == 30]
    notes = {text for page in large for text, kind in page.kinds.items() if kind == "about"}
    stories = {
        text for page in large for text, kind in page.kinds.items() if kind in ("text", "again")
    }
    (about,) = notes
    assert bodies["before"].count(about) > 20
    assert about not in bodies["after"]
    assert sum(text in bodies["before"] for text in stories) == sum(
        text in bodies["after"] for text in stories
    )
    is_cut = after["blocks"]["reason"] == REASON
    marked = after["blocks"].filter(is_cut)
    assert about in marked["text"]
    assert set(marked["role"]) == {"other"}
    assert_frame_equal(after["blocks"].filter(~is_cut), before["blocks"].filter(~is_cut))


def test_offsets_hold_and_so_do_counts(built: Warehouse) -> None:
    before, after = tables(built, "parsed"), tables(built, "tables")
    bodies = after["articles"].select("article_id", "title", "body")
    mentions = after["mentions"].join(bodies, on="article_id").with_columns(
        text=pl.when(pl.col("field") == "title").then("title").otherwise("body")
    )  # fmt: skip
    assert 0 < mentions.height < before["mentions"].height
    for frame, text, surface in (
        (mentions, "text", "surface"),
        (after["quotes"].join(bodies, on="article_id"), "body", "text"),
        (after["time_expressions"].join(bodies, on="article_id"), "body", "surface"),
    ):
        cut_out = pl.col(text).str.slice(pl.col("start"), pl.col("end") - pl.col("start"))
        assert frame.height
        assert frame.filter(cut_out != pl.col(surface)).is_empty()
    entities = built.scan("tables", "entities", ["all"]).collect()
    counted = after["mentions"].drop_nulls("entity_id")["entity_id"].value_counts()
    assert dict(entities.select("entity_id", "mention_count").iter_rows()) == dict(
        counted.iter_rows()
    )
    words = pl.col("body").str.split(" ").list.len()
    assert after["articles"].filter(pl.col("word_count") < words / 2).is_empty()


def test_an_increment_changes_the_batches_of_the_sites_that_it_concerns(
    tmp_path: Path, pages: list[Page]
) -> None:
    small = [page for page in pages if page.size == 12]
    others = [page for page in pages if page.size == 3]
    warehouse = Warehouse(home=str(tmp_path))
    far = write_batch(warehouse, "far", others)
    near = write_batch(warehouse, "near", small[:4])
    settle(warehouse)

    def versions() -> dict[tuple[str, str], str]:
        return {
            (name, batch_id): stored.version
            for name in ("blocks", "articles", "mentions")
            for batch_id, stored in warehouse.listing("tables", name).items()
        }

    first = versions()
    assert not set(small[0].kinds) & set(cut_texts(warehouse))
    # Four pages are too few; with more the site's notes are known, and are cut out of the first four.
    write_batch(warehouse, "more", small[4:])
    settle(warehouse)
    then = versions()
    changed = {key for key in first if first[key] != then[key]}
    assert changed == {(name, near) for name in ("blocks", "articles", "mentions")}
    assert all(then[name, far] == first[name, far] for name in ("blocks", "articles", "mentions"))
    notes = {text for text, kind in small[0].kinds.items() if kind in ("about", "cookies")}
    assert notes & set(cut_texts(warehouse))


def cut_texts(warehouse: Warehouse) -> list[str]:
    blocks = tables(warehouse, "tables")["blocks"]
    return blocks.filter(pl.col("reason") == REASON)["text"].to_list()


def test_what_is_known_is_not_looked_at_again(
    built: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr("copydesk.site_templates.learn_templates", refuse)
    monkeypatch.setattr("copydesk.site_templates.read_passages", refuse)
    monkeypatch.setattr("copydesk.cuts.mark_blocks", refuse)
    expected = digests(built)
    settle(built)
    assert digests(built) == expected
    # Other code is another matter.
    monkeypatch.setattr(site_templates, "OWN_CODE", Path(__file__))
    with pytest.raises(AssertionError, match="made again"):
        settle(built)


def test_explain_shows_what_the_site_says_everywhere(
    tmp_path: Path, built: Warehouse, pages: list[Page]
) -> None:
    page = next(page for page in pages if page.size == 30 and "about" in page.kinds.values())
    about = next(text for text, kind in page.kinds.items() if kind == "about")
    dump = tmp_path / "page.txt"
    dump.write_text(page.text, encoding="utf-8")
    alone = explain(dump)
    assert about in alone.articles["body"][0]
    known = explain(dump, known_templates(built.place))
    assert about not in known.articles["body"][0]
    block = known.blocks.filter(pl.col("text") == about)
    assert block.select("role", "reason").rows() == [("other", REASON)]
    shown = CliRunner().invoke(app, ["--home", str(built.place.root), "explain", str(dump)])
    assert REASON in shown.output
    elsewhere = CliRunner().invoke(app, ["--home", str(tmp_path), "explain", str(dump)])
    assert elsewhere.exit_code == 0
    assert REASON not in elsewhere.output


@pytest.mark.parametrize("kind", ["serial", "local"])
def test_many_small_spans_find_what_one_finds_in_whatever_process(
    tmp_path: Path,
    pages: list[Page],
    built: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    in_spans = Warehouse(home=str(tmp_path))
    for number in range(3):
        write_batch(in_spans, f"batch {number}", pages[number::3])
    in_small_spans(monkeypatch)
    monkeypatch.setattr(site_templates, "PASSAGES_AT_ONCE", 20)
    settle(in_spans, kind)
    assert digests(in_spans) == digests(built)
    for name in ("templates", "cuts"):
        whole, parts = (home.store.sha256(home.corpus_path(name)) for home in (built, in_spans))
        assert whole == parts, name


def test_templates_that_are_not_wanted_are_cut_nowhere(
    tmp_path: Path, pages: list[Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(home=str(tmp_path))
    write_batch(warehouse, "batch", pages)
    monkeypatch.setenv(site_templates.VARIABLE, "none")
    settle(warehouse)
    assert REASON not in tables(warehouse, "tables")["blocks"]["reason"]
    assert warehouse.load(warehouse.corpus_path("templates")).is_empty()
    assert not warehouse.listing("corpus", "passages")
    monkeypatch.delenv(site_templates.VARIABLE)
    settle(warehouse)
    assert REASON in tables(warehouse, "tables")["blocks"]["reason"]
    monkeypatch.setenv(site_templates.VARIABLE, "some")
    with pytest.raises(ValueError, match="COPYDESK_SITE_TEMPLATES is none or not set, not some"):
        settle(warehouse)
