"""The founding dump: the first page this project was made for, every field of it.

Its text belongs to others and is not in the project: without it the tests skip.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from copydesk.annotation import annotate
from copydesk.articles import compose
from copydesk.entities import build_entities
from copydesk.parsing import parse
from copydesk.reading import read_file
from copydesk.recognition import load_recognizer

FOUNDING = Path(__file__).parents[2] / "shared" / "seeds" / "000_dd5091768ef40962.txt"

pytestmark = pytest.mark.skipif(
    not FOUNDING.exists(), reason=f"the founding dump is not at {FOUNDING}"
)


@pytest.fixture(scope="module")
def parsed():
    return parse(read_file(FOUNDING))


@pytest.fixture(scope="module")
def composed(parsed):
    return compose(parsed)


def test_every_character_is_accounted_for(parsed):
    text = read_file(FOUNDING)["text"][0]
    end = 0
    for start, stop, content in parsed.blocks.select("start", "end", "text").iter_rows():
        assert not text[end:start].strip()
        assert text[start:stop] == content
        end = stop
    assert not text[end:].strip()


def test_the_document(parsed):
    document = parsed.documents.row(0, named=True)
    assert (document["status"], document["page_type"], document["reason"]) == (
        "article",
        "article",
        None,
    )
    assert (document["header_date"].isoformat(), document["header_precision"]) == (
        "2022-05-23",
        "day",
    )


def test_the_metadata(composed):
    article = composed.articles.row(0, named=True)
    assert article["title"] == (
        "Mali's Foreign Minister Says Security Cooperation With Russia Giving 'Impressive Results'"
    )
    assert article["url"].endswith("-1095715497.html")
    assert article["site"] == "sputniknews.com"
    assert article["description"].startswith("MOSCOW (Sputnik) - Mali has been able")
    assert article["description"].endswith("thanks to security...")
    minute = datetime(2022, 5, 23, 10, 43, tzinfo=UTC)
    assert (article["published_at"], article["modified_at"]) == (minute, minute)
    assert article["published_precision"] == "minute"
    assert article["tags"] == ["africa", "russia", "mali"]
    assert (article["dateline"], article["agency"]) == ("Moscow", "Sputnik")
    assert (article["section"], article["language"]) == ("News", "en")
    assert article["authors"] == []


def test_the_image_and_its_crop_box(composed):
    image = composed.images.row(0, named=True)
    assert image["url"].startswith("https://cdnn1.img.sputniknews.com/img/103044/17/1030441727")
    assert (image["width"], image["height"], image["is_lead"]) == (1920, 1080, True)
    assert [image[f"crop_{side}"] for side in ("left", "top", "right", "bottom")] == [
        0,
        309,
        3744,
        2415,
    ]
    assert composed.articles["image_url"][0] == image["url"]


def test_the_publisher(composed):
    publisher = composed.publishers.row(0, named=True)
    del publisher["publisher_id"]
    assert publisher == {
        "name": "Sputnik International",
        "legal_name": "MIA „Rosiya Segodnya“",
        "domain": "sputniknews.com",
        "email": "feedback@sputniknews.com",
        "telephone": "+74956456601",
        "country_code": "RU",
    }


def test_the_lead_that_only_the_description_keeps_comes_back(composed):
    article = composed.articles.row(0, named=True)
    assert article["lead"] == article["description"]
    assert article["lead"].startswith("MOSCOW (Sputnik) - Mali has been able")
    assert "Mali has been able" not in article["body"]


def test_the_body_is_whole_unglued_and_clean(composed):
    body = composed.articles["body"][0]
    assert [paragraph.split()[0] for paragraph in body.split("\n\n")] == [
        "The",
        "Import",
        "Following",
        "Russia's",
        "Diop's",
        "In",
    ]
    assert body.endswith("declared Goita the interim president.")
    for rubbish in ("@", "/html", "1920", "MIA", "https:", "Sputnik"):
        assert rubbish not in body


@pytest.fixture(scope="module")
def annotated(composed):
    return annotate(composed.articles, load_recognizer())


def test_the_time_expressions(annotated):
    found = {
        surface: (kind, value)
        for surface, kind, value in annotated.time_expressions.select(
            "surface", "kind", "value"
        ).iter_rows()
    }
    assert found == {
        "years": ("DURATION", "PXY"),
        "2019": ("DATE", "2019"),
        "last week": ("DATE", "2022-W20"),
        "12 May": ("DATE", "2022-05-12"),
        "May of last year": ("DATE", "2021-05"),
        "2022": ("DATE", "2022"),
        "June 2021": ("DATE", "2021-06"),
    }
    days = annotated.time_expressions.filter(pl.col("surface") == "last week")
    assert days.select("starts_on", "ends_on").row(0) == (date(2022, 5, 16), date(2022, 5, 22))


def test_the_quotations(composed, annotated):
    entities = build_entities(annotated.mentions.lazy(), composed.articles.lazy())
    found = annotated.quotes.join(
        entities.select("name", speaker_entity_id="entity_id"), on="speaker_entity_id", how="left"
    ).filter(pl.col("kind") == "indirect")
    assert found.select("speaker", "name", "cue").rows() == [
        ("the minister", None, "said"),
        ("Russian Foreign Minister Sergei Lavrov", "Sergei Lavrov", "said"),
        ("Diop", "Diop", "said"),
        (
            "the Malian Ministry of Territorial Administration and Decentralisation",
            "Malian Ministry of Territorial Administration and Decentralisation",
            "according to",
        ),
    ]
    body = composed.articles["body"][0]
    assert [text.split()[0] for text in found["text"]] == ["Import", "Moscow", "Russia's", "a"]
    for start, end, text, speaker, speaker_start in annotated.quotes.select(
        "start", "end", "text", "speaker", "speaker_start"
    ).iter_rows():
        assert body[start:end] == text
        assert body[speaker_start : speaker_start + len(speaker)] == speaker


def test_the_entities(composed, annotated):
    entities = build_entities(annotated.mentions.lazy(), composed.articles.lazy())
    people = set(entities.filter(pl.col("label") == "person")["name"])
    assert {"Sergei Lavrov", "Assimi Goita", "Bah Ndaw", "Moctar Ouane"} <= people
    countries = dict(
        entities.filter(pl.col("label") == "country").select("name", "country_code").iter_rows()
    )
    assert countries == {"Mali": "ML", "Russia": "RU"}
    texts = dict(composed.articles.select("body", "title").unpivot().iter_rows())
    for field, start, end, surface in annotated.mentions.select(
        "field", "start", "end", "surface"
    ).iter_rows():
        assert texts[field][start:end] == surface
