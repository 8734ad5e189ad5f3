"""What a site puts on its pages: told from their number, and only where the articles are otherwise different."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import polars as pl
import pytest

from copydesk.cuts import REASON, cut_bodies, mark_blocks, move, move_quotes
from copydesk.site_templates import (
    MIN_ARTICLES,
    SAMPLE,
    TEMPLATES_SCHEMA,
    find_cuts,
    learn_templates,
    outside_body,
    read_passages,
)

PITCH = "Every Friday our editors send the best of the Gazette to your inbox, free for all readers."
ABOUT = (
    "The Gazette has reported from the harbour towns since 1887 and belongs to its readers alone."
)
NOTICE = (
    "We and our 140 partners keep small files on your device to learn how the site is read by you."
)
COLUMNS = ("document_id", "site", "publisher_id", "url", "title", "body")
WORDS = "boats nets quays tides gulls ropes cranes sheds piers masts sails crews locks docks hulls".split()  # noqa: SIM905


def own(number: int, count: int = 3) -> list[str]:
    """Paragraphs that no other page has."""
    chance = Random(number)
    return [" ".join(chance.choices(WORDS, k=14)) + f" {number} {each}." for each in range(count)]


def read(
    pages: Sequence[Sequence[str]],
    left: Sequence[tuple[int, str]] = (),
    titles: Sequence[str] = (),
    sites: Sequence[str | None] = (),
    urls: Sequence[str] = (),
) -> pl.DataFrame:
    """The passages of pages given as paragraphs; `left` are blocks that pages keep out of their bodies."""
    count = len(pages)
    ids = [f"d{number:03}" for number in range(count)]
    articles = pl.DataFrame(
        {
            "document_id": ids,
            "site": list(sites) or ["gazette.com"] * count,
            "publisher_id": [None] * count,
            "url": list(urls) or [f"https://gazette.com/{number}" for number in range(count)],
            "title": list(titles) or [f"Headline {number}" for number in range(count)],
            "body": ["\n\n".join(paragraphs) for paragraphs in pages],
        },
        schema_overrides=dict.fromkeys(COLUMNS, pl.String),
    )
    blocks = pl.DataFrame(
        {
            "document_id": [ids[number] for number, _ in left],
            "text": [text for _, text in left],
            "role": ["related"] * len(left),
        },
        schema=["document_id", "text", "role"],
    ).cast(pl.String)
    publishers = pl.DataFrame(schema={"publisher_id": pl.String, "domain": pl.String})
    return read_passages(articles, blocks.filter(outside_body()), publishers)


def cut(passages: pl.DataFrame, pages: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
    """What is cut, as page and text, in order."""
    cuts = find_cuts(passages, learn_templates(passages))
    bodies = ["\n\n".join(paragraphs) for paragraphs in pages]
    return [
        (int(document[1:]), bodies[int(document[1:])][start:end])
        for document, start, end in cuts.select("document_id", "start", "end").iter_rows()
    ]


def test_what_stands_on_five_pages_of_a_site_is_cut() -> None:
    pages = [[own(number)[0], PITCH, *own(number)[1:], ABOUT] for number in range(MIN_ARTICLES)]
    expected = [(number, text) for number in range(MIN_ARTICLES) for text in (PITCH, ABOUT)]
    assert cut(read(pages), pages) == expected
    fewer = pages[:-1]
    assert cut(read(fewer), fewer) == []


def test_case_and_marks_do_not_count_and_numbers_do() -> None:
    texts = [PITCH, PITCH.upper(), PITCH.replace(",", " –"), PITCH + "!", PITCH]
    pages = [[*own(number), text] for number, text in enumerate(texts)]
    assert len(cut(read(pages), pages)) == MIN_ARTICLES
    reports = [
        [*own(number), f"The index of the harbour's freight closed at {number},301 points, traders said."]
        for number in range(8)
    ]  # fmt: skip
    assert cut(read(reports), reports) == []


def test_short_lines_stay() -> None:
    pages = [[own(number)[0], "How we tested the boats", *own(number)[1:]] for number in range(9)]
    assert cut(read(pages), pages) == []


@pytest.mark.parametrize("titles", [[f"Updated {number}" for number in range(7)], ["Strike"] * 7])
def test_a_story_that_was_run_again_is_kept(titles: list[str]) -> None:
    story = own(1, 7)
    pages = [[*story, *own(100 + number, 3)] for number in range(7)]
    # What else stands on its pages makes it no other story.
    left = [(number, text) for number in range(7) for text in own(200 + number, 9)]
    assert cut(read(pages, left, titles=titles), pages) == []


def test_pages_of_one_headline_or_address_count_once() -> None:
    pages = [[*own(number), PITCH] for number in range(6)]
    assert len(cut(read(pages), pages)) == 6
    twice = [f"Headline {max(number, 2)}" for number in range(6)]
    assert cut(read(pages, titles=twice), pages) == []
    urls = [f"https://gazette.com/{max(number, 2)}?utm_source={number}" for number in range(6)]
    assert cut(read(pages, urls=urls), pages) == []


def test_a_notice_that_all_pages_have_for_a_headline_is_none() -> None:
    pages = [[*own(number), PITCH] for number in range(6)]
    assert len(cut(read(pages, titles=[NOTICE] * 6), pages)) == 6


def test_what_a_page_keeps_out_of_its_body_is_evidence_for_others() -> None:
    pages = [[*own(number), *([PITCH] if number < 2 else [])] for number in range(6)]
    left = [(number, PITCH) for number in range(2, 6)]
    assert cut(read(pages, left), pages) == [(0, PITCH), (1, PITCH)]
    assert cut(read(pages), pages) == []


def test_the_lead_that_other_pages_show_as_a_teaser_stays_where_it_leads() -> None:
    lead = own(0)[0]
    pages = [own(0), *([*own(number), lead] for number in range(1, 8))]
    assert cut(read(pages), pages) == [(number, lead) for number in range(1, 8)]
    # Below a notice that all pages begin with as well.
    noticed = [[NOTICE, *paragraphs] for paragraphs in pages]
    found = cut(read(noticed), noticed)
    assert [text for number, text in found if number == 0] == [NOTICE]
    assert (3, lead) in found


def test_a_page_about_the_template_keeps_it() -> None:
    pages = [[ABOUT, *own(number)] for number in range(6)] + [[ABOUT]]
    assert [number for number, _ in cut(read(pages), pages)] == list(range(6))


def test_a_paragraph_that_few_of_many_articles_share_is_background() -> None:
    def site(having: int) -> list[list[str]]:
        return [[*own(number), *([ABOUT] if number < having else [])] for number in range(100)]

    assert cut(read(site(9)), site(9)) == []
    assert len(cut(read(site(11)), site(11))) == 11


def test_sites_do_not_mix_and_what_has_no_site_is_left_alone() -> None:
    pages = [[*own(number), PITCH] for number in range(8)]
    halves = ["one.com", "two.com"] * 4
    assert cut(read(pages, sites=halves), pages) == []
    assert cut(read(pages, sites=[None] * 8), pages) == []


def test_templates_depend_on_the_pages_and_not_on_their_order() -> None:
    count = SAMPLE + 40
    pages = [[*own(number), *([PITCH] if number % 3 else [])] for number in range(count)]
    passages = read(pages)
    templates = learn_templates(passages)
    assert templates.select("articles", "compared").row(0) == (
        sum(1 for number in range(SAMPLE) if number % 3),
        SAMPLE,
    )
    batches = [passages.filter(pl.col("document_id").hash() % 3 == each) for each in (2, 0, 1)]
    assert learn_templates(pl.concat(batches)).equals(templates)
    # What is cut of a batch does not depend on the others but through the templates; pages that were not compared count.
    cuts = pl.concat(find_cuts(batch, templates) for batch in batches).sort("document_id", "start")
    assert cuts.equals(find_cuts(passages, templates))
    assert cuts.height == sum(1 for number in range(count) if number % 3)


def test_nothing_is_learned_from_nothing() -> None:
    nothing = read([])
    assert learn_templates(nothing).schema == TEMPLATES_SCHEMA
    assert find_cuts(nothing, learn_templates(nothing)).is_empty()


BODY = f"First of all.\n\n{PITCH}\n\nSaid Ann: “Go.” In May.\n\n{ABOUT}"
NEW = "First of all.\n\nSaid Ann: “Go.” In May."
CUTS = pl.DataFrame(
    {
        "document_id": ["d", "d"],
        "start": [BODY.index(PITCH), BODY.index(ABOUT)],
        "end": [BODY.index(PITCH) + len(PITCH), len(BODY)],
    }
)


def test_a_body_loses_its_cuts_and_is_counted_anew() -> None:
    frame = pl.DataFrame({"document_id": ["d", "e"], "body": [BODY, BODY]}).with_columns(
        title=pl.lit("T"),
        published_at=None,
        authors=pl.lit(["A"]),
        agency=None,
        language=pl.lit("en"),
        site=pl.lit("gazette.com"),
        word_count=pl.lit(0, pl.Int64),
        quality=pl.lit(0.0),
    )
    changed = cut_bodies(frame, CUTS).sort("document_id")
    assert changed.select("body", "word_count").rows() == [(NEW, 8), (BODY, 0)]
    assert changed["quality"].to_list() == [pytest.approx(4 / 6), 0.0]


def spans(*found: tuple[str, str]) -> pl.DataFrame:
    """Mentions of article `d`: field and surface."""
    rows = [
        ("d", field, start, start + len(surface), surface)
        for field, surface in found
        for start in [max(BODY.find(surface), 0)]
    ]
    return pl.DataFrame(
        rows, schema=["article_id", "field", "start", "end", "surface"], orient="row"
    )


def test_what_lies_below_a_cut_moves_up_and_what_lies_in_it_goes() -> None:
    rows = spans(("title", "Gazette"), ("body", "First"), ("body", "Gazette"), ("body", "Ann"))
    other = rows.filter(pl.col("surface") == "Ann").with_columns(article_id=pl.lit("e"))
    moved = move(pl.concat([rows, other]), CUTS)
    assert moved.rows() == [
        ("d", "title", *rows.row(0)[2:]),
        ("d", "body", 0, 5, "First"),
        ("d", "body", NEW.index("Ann"), NEW.index("Ann") + 3, "Ann"),
        ("e", "body", *other.row(0)[2:]),
    ]


def test_a_quotation_loses_a_speaker_in_a_cut() -> None:
    start = BODY.index("Go.")
    quote = {"article_id": "d", "start": start, "end": start + 3, "text": "Go."}
    by_ann = {"cue": "said", "cue_start": BODY.index("Said"), "speaker": "Ann", "speaker_start": BODY.index("Ann"), "speaker_entity_id": "ann"}  # fmt: skip
    by_cut = {"cue": None, "cue_start": None, "speaker": "Gazette", "speaker_start": BODY.index("Gazette"), "speaker_entity_id": "gazette"}  # fmt: skip
    quotes = pl.DataFrame([quote | by_ann, quote | by_cut])
    mentions = pl.DataFrame({"article_id": ["d"], "entity_id": ["ann"]})
    at = NEW.index("Go.")
    moved = move_quotes(quotes, CUTS, mentions)
    assert moved.rows() == [
        ("d", at, at + 3, "Go.", "said", NEW.index("Said"), "Ann", NEW.index("Ann"), "ann"),
        ("d", at, at + 3, "Go.", None, None, None, None, None),
    ]
    # An entity of whom no mention is left is none.
    unnamed = move_quotes(quotes, CUTS, mentions.clear())
    assert unnamed.select("speaker", "speaker_entity_id").row(0) == ("Ann", None)


def test_a_block_says_why_it_was_cut() -> None:
    passages = read([[*own(number), PITCH] for number in range(5)])
    cuts = find_cuts(passages, learn_templates(passages))
    blocks = pl.DataFrame(
        {
            "document_id": ["d000", "d000", "d000", "x"],
            "block_index": [0, 1, 2, 0],
            "text": [own(0)[0], PITCH, PITCH, PITCH],
            "role": ["body", "body", "subscription", "body"],
            "score": [0.8] * 4,
            "reason": ["learned_text", "learned_text", "newsletter", "learned_text"],
        }
    )
    marked = mark_blocks(blocks, cuts)
    assert marked["role"].to_list() == ["body", "other", "subscription", "body"]
    assert marked["reason"].to_list() == ["learned_text", REASON, "newsletter", "learned_text"]
