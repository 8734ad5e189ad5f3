"""Splitting texts into blocks, glued sentences among them."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.blocks import split_blocks
from copydesk.glue import mark_glue, may_be_glued

# A line must be long for glue to be looked for.
LEAD = "The committee met again on Thursday to hear evidence from four of the seven ports that had asked for more time and money for their new quays, and then it"


def split(text):
    return split_blocks(pl.DataFrame({"document_id": ["d"], "text": [text]}))


@pytest.mark.parametrize(
    ("glued", "pieces"),
    [
        (" adjourned.Import duties rose.", [" adjourned.", "Import duties rose."]),
        (" closed in 2022.In June it met.", [" closed in 2022.", "In June it met."]),
        (' said "no."The minister left.', [' said "no."', "The minister left."]),
        (' adjourned."We lost," he said.', [" adjourned.", '"We lost," he said.']),
        (" said so.”“Not at all.", [" said so.”", "“Not at all."]),
        (" adjourned.« Ils sont là.", [" adjourned.", "« Ils sont là."]),
        (
            " heard what nobody had mappedThe dog found it.",
            [" heard what nobody had mapped", "The dog found it."],
        ),
        (
            " heard whatNobody hadEver saidThe dog found it.",
            [" heard what", "Nobody had", "Ever said", "The dog found it."],
        ),
        (" adjourned.100 people came.", [" adjourned.", "100 people came."]),
    ],
)
def test_glued_sentences_are_parted(glued, pieces):
    assert split(LEAD + glued)["text"].to_list() == [LEAD + pieces[0], *pieces[1:]]


@pytest.mark.parametrize(
    "whole",
    [
        " joined the U.S.Army.",
        " read example.com and Example.COM twice.",
        " grew by 3.5 points and 12.5 metres.",
        " saw e.g.this and i.e.that.",
        " used LinkedIn and YouTube and an iPhone daily.",
        " wrote it in ASP.NET and Node.js first.",
        " schrieb: „Wir wissen nicht, wo sie sind.“ Nach Details gefragt, schwieg er.",
    ],
)
def test_what_only_looks_like_glue_stays_whole(whole):
    assert split(LEAD + whole)["text"].to_list() == [LEAD + whole]


def test_the_crawlers_header_is_parted_from_what_follows():
    assert split(" date 2022-05-23 https://example.com/a Headline\nBody")["text"].to_list() == [
        "date 2022-05-23",
        "https://example.com/a",
        "Headline",
        "Body",
    ]
    assert split("date 2021 Headline")["text"].to_list() == ["date 2021", "Headline"]
    assert split("date night ideas")["text"].to_list() == ["date night ideas"]


def test_a_line_without_glue_that_is_no_paragraph_is_cut_at_its_sentences():
    blocks = split("The wind was south. " * 300)
    assert len(blocks) == 300
    assert set(blocks["text"]) == {"The wind was south."}


TEXT = st.text(st.sampled_from('abc ABC.!?\n\t"“”«»0123 éЖ漢\u00a0'), max_size=600)


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_blocks_account_for_every_character_that_is_not_blank(texts):
    frame = pl.DataFrame({"document_id": [str(n) for n in range(len(texts))], "text": texts})
    blocks = split_blocks(frame)
    for document_id, text in frame.iter_rows():
        own = blocks.filter(pl.col("document_id") == document_id)
        end = 0
        for start, stop, content in own.select("start", "end", "text").iter_rows():
            assert not text[end:start].strip()
            assert text[start:stop] == content
            end = stop
        assert not text[end:].strip()
        assert own["block_index"].to_list() == list(range(len(own)))


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet=" .!?…”’»)]\"“„«‘([%'aAbBäÄ19", max_size=30))
def test_glue_is_marked_only_where_it_may_be(text: str) -> None:
    texts = pl.Series([text, f"it ended well{text}The dog", f"ab{text} x"])
    asked = texts.filter(~may_be_glued(texts))
    assert mark_glue(asked).equals(asked)
