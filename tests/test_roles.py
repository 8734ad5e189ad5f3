"""Roles of blocks, pages, bodies, and what is read out of them."""

from pathlib import Path

import polars as pl
import pytest

from copydesk.articles import compose
from copydesk.byline_names import parse_byline
from copydesk.parsing import parse
from copydesk.publishers import country_of_domain, parse_telephone
from copydesk.reading import read_file
from copydesk.sites import site_of

FRONT_PAGE = """Bakers end strike after 19 days
Harbour bridge closes for repairs in June
Council votes to keep the night buses
Storm leaves 4,000 homes without power
Ferry pilots ask for better lights
Museum finds lost letters in its attic
United win the derby in the last minute
Rents rise faster than wages, study says
Minister resigns over the ferry contract
New tram line opens two years late
Farmers fear another dry summer
Court hears the case of the missing yacht
School meals to be free from September
Police look for witnesses of the fire
Orchestra names its first woman conductor
"""

PAGE = """ date 2021-05-04 Bakers End Strike After 19 Days - Evening Mail

Home
Business
Sport

We use cookies to improve your visit.

Accept all

Business

Bakers End Strike After 19 Days

Bread is back on the shelves, and so are the queues.

By Jane Doe and John Roe | Published 4 May 2021, 10:10 AM

Share on Facebook

A baker loads rye loaves in Ghent on Tuesday. (Photo: Femke Aertsens)

GHENT (Meridian Wire) - Bread returned to the shelves on Tuesday after the city's night bakers ended their strike.

"We asked for sleep and we got money, which is something," said Pieter Vandamme, who spoke for the strikers.

What happens next

The new rules take effect on 1 June, and no shift may be longer than nine hours in any bakery of the city.

Tags: bakeries, strikes

Related articles

Flour prices fall for a third month

Comments (2)

Nine hours is still too long in that heat. My father did it for thirty years, and he was never well after that.

Sign up for our newsletter

© 2021 Evening Mail NV. All rights reserved.
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = Path(tmp_path_factory.mktemp("page")) / "page.txt"
    path.write_text(PAGE, encoding="utf-8")
    parsed = parse(read_file(path))
    return parsed, compose(parsed)


@pytest.mark.parametrize(
    ("beginning", "role", "reason"),
    [
        ("date 2021", "timestamp", "crawler_header"),
        ("Bakers End Strike After 19 Days - Evening", "title", "headline"),
        ("Sport", "navigation", "short_line_outside_the_text"),
        ("We use cookies", "consent", "cookie_notice"),
        ("Accept all", "consent", "cookie_notice"),
        ("Bread is back", "description", "before_the_byline"),
        ("By Jane", "byline", "byline_words"),
        ("Share on", "share", "share_buttons"),
        ("A baker loads", "caption", "caption_words"),
        ("GHENT", "body", "prose"),
        ("What happens next", "subheading", "short_line_above_prose"),
        ("Tags:", "tag", "tag_line"),
        ("Related articles", "related", "related_heading"),
        ("Flour prices", "related", "below_a_related_heading"),
        ("Comments", "comment", "comments_heading"),
        ("Nine hours", "comment", "below_the_comments_heading"),
        ("Sign up", "subscription", "subscription_words"),
        ("© 2021", "legal", "copyright_line"),
    ],
)
def test_every_block_has_its_role_and_reason(page, beginning, role, reason):
    block = page[0].blocks.filter(pl.col("text").str.starts_with(beginning)).row(0, named=True)
    assert (block["role"], block["reason"]) == (role, reason)


def test_the_article_is_whole_and_nothing_else(page):
    article = page[1].articles.row(0, named=True)
    paragraphs = article["body"].split("\n\n")
    assert [paragraph[:12] for paragraph in paragraphs] == [
        "GHENT (Merid",
        '"We asked fo',
        "What happens",
        "The new rule",
    ]
    assert article["title"] == "Bakers End Strike After 19 Days"
    assert article["authors"] == ["Jane Doe", "John Roe"]
    assert (article["dateline"], article["agency"]) == ("Ghent", "Meridian Wire")
    assert article["lead"] is None
    assert (article["section"], article["tags"]) == ("Business", ["bakeries", "strikes"])
    assert (article["published_at"].isoformat(), article["published_precision"]) == (
        "2021-05-04T00:00:00+00:00",
        "day",
    )
    publisher = page[1].publishers.row(0, named=True)
    assert (publisher["name"], publisher["legal_name"]) == ("Evening Mail", "Evening Mail NV")


@pytest.mark.parametrize(
    ("text", "page_type"),
    [
        ("404 Not Found\nThe page you requested does not exist.", "error"),
        ("Add to cart\nIn stock\nFree shipping\nA chair of oak.\nSKU 1234", "product"),
        (FRONT_PAGE, "listing"),
        ("Hello there.", "other"),
    ],
)
def test_what_is_no_article_says_so(tmp_path, text, page_type):
    path = tmp_path / "page.txt"
    path.write_text(text)
    document = parse(read_file(path)).documents.row(0, named=True)
    assert (document["status"], document["page_type"]) == ("not_article", page_type)
    assert document["reason"].startswith("not_article: ")


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("By Jane Doe and John Roe | Published 4 May 2021", ["Jane Doe", "John Roe"]),
        ("By JANE DOE, Staff Writer", ["Jane Doe"]),
        ("Von Max Mustermann und Erika Muster", ["Max Mustermann", "Erika Muster"]),
        ("By Ludwig van der Rohe for The Gazette", ["Ludwig van der Rohe"]),
        ("By Admin", []),
        ("By The Evening Mail", []),
        ("By Reuters", []),
        ("By 4 May 2021", []),
    ],
)
def test_a_byline_names_people_only(line, people):
    assert parse_byline(line) == people


def test_telephones_sites_and_countries():
    assert parse_telephone("+74956456601") == ("+74956456601", "RU")
    assert parse_telephone("020 7946 0187", "GB")[0] == "+442079460187"
    assert parse_telephone("12345") == (None, None)
    assert site_of("https://www.news.example-times.co.uk/a") == "example-times.co.uk"
    assert site_of("desk@mail.example-times.com") == "example-times.com"
    assert site_of("localhost") is None
    assert site_of("https://jane@example-times.com:8080/a") == "example-times.com"
    # What a path holds is no mailbox.
    assert site_of("example-times.com/@jane/story") == "example-times.com"
    assert site_of("//example-times.com/mail@other.com") == "example-times.com"
    assert [country_of_domain(name) for name in ("a.co.uk", "a.fr", "a.com", "a.io")] == [
        "GB",
        "FR",
        None,
        None,
    ]
