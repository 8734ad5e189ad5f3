"""Structured data: what pages state of themselves, and what of it is believed."""

import json
from datetime import UTC, datetime

import pytest

from copydesk.flattening import flatten
from copydesk.structured_data import cut_site, read_moment, read_structured_data


def stated(head: str = "", body: str = "", **json_ld: object) -> dict:
    script = ""
    if json_ld:
        node = {
            "@" + key if key in ("type", "graph", "id") else key: v for key, v in json_ld.items()
        }
        script = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    return read_structured_data(
        flatten(f"<html><head>{head}{script}</head><body>{body}</body></html>")
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-03-05T10:11:12+02:00", (datetime(2024, 3, 5, 8, 11, 12, tzinfo=UTC), "second")),
        ("2024-03-05T10:11:00Z", (datetime(2024, 3, 5, 10, 11, tzinfo=UTC), "minute")),
        ("2024-03-05T10:11:00.123+0000", (datetime(2024, 3, 5, 10, 11, tzinfo=UTC), "minute")),
        # Without a zone the instant is not known: the day is.
        ("2024-03-05T10:11:12", (datetime(2024, 3, 5, tzinfo=UTC), "day")),
        ("2024-03-05", (datetime(2024, 3, 5, tzinfo=UTC), "day")),
        ("Tue, 05 Mar 2024 10:11:00 +0200", (datetime(2024, 3, 5, 8, 11, tzinfo=UTC), "minute")),
        ("0001-01-01T00:00:00Z", None),
        ("2024-13-45", None),
        ("soon", None),
        ("", None),
    ],
)
def test_moments(written, expected):
    assert read_moment(written) == expected


def test_json_ld_states_headline_date_authors_and_section():
    found = stated(
        "<title>Bridge reopens | The Example</title>",
        "<h1>Bridge reopens</h1>",
        type="NewsArticle",
        headline="Bridge reopens",
        datePublished="2024-03-05T10:00:00Z",
        dateModified="2024-03-06T09:30:00Z",
        author=[
            {"@type": "Person", "name": "Ida Holm"},
            {"@type": "Organization", "name": "Wire Co"},
        ],
        articleSection="Traffic",
        keywords="bridges, Traffic ,bridges",
    )
    assert (found["title"], found["title_source"]) == ("Bridge reopens", "heading")
    assert found["published_at"] == datetime(2024, 3, 5, 10, tzinfo=UTC)
    assert (found["published_precision"], found["published_source"]) == ("minute", "json_ld")
    assert found["modified_at"] == datetime(2024, 3, 6, 9, 30, tzinfo=UTC)
    assert (found["authors"], found["authors_source"]) == (["Ida Holm"], "json_ld")
    assert (found["section"], found["tags"]) == ("Traffic", ["bridges", "Traffic"])


def test_an_author_may_be_a_reference_into_the_graph():
    found = stated(
        type="WebPage",
        graph=[
            {"@type": "Article", "headline": "X", "author": {"@id": "#p"}},
            {"@type": "Person", "@id": "#p", "name": "Ida Holm"},
        ],
    )
    assert found["authors"] == ["Ida Holm"]


@pytest.mark.parametrize("name", ["admin", "Newsroom", "The Example", "https://example.org/ida"])
def test_desks_outlets_and_addresses_are_no_authors(name):
    head = (
        f'<meta property="og:site_name" content="The Example"><meta name="author" content="{name}">'
    )
    assert stated(head)["authors"] is None


def test_of_many_articles_the_one_of_the_title_is_the_pages_own():
    teasers = [
        {"@type": "NewsArticle", "headline": f"Other story {n}", "datePublished": "2020-01-01"}
        for n in range(5)
    ]
    own = {"@type": "NewsArticle", "headline": "Ferry sinks", "datePublished": "2024-02-02"}
    assert stated("<title>Ferry sinks - News</title>", type="ItemList", graph=[*teasers, own])[
        "published_at"
    ] == datetime(2024, 2, 2, tzinfo=UTC)
    assert (
        stated("<title>All the news</title>", type="ItemList", graph=teasers)["published_at"]
        is None
    )


def test_the_title_is_what_readers_see_without_the_sites_name():
    head = '<title>Ferry sinks off Ven – The Example</title><meta property="og:site_name" content="The Example">'
    assert stated(head)["title"] == "Ferry sinks off Ven"
    assert (
        stated(head, "<h1>The Example</h1><h2>Ferry sinks off Ven</h2>")["title_source"]
        == "heading"
    )
    # A heading that shares no word with the page's title is what readers see all the same, when it is the only one.
    assert stated(head, "<h1>Nobody hurt at sea</h1>")["title"] == "Nobody hurt at sea"
    assert stated(head, "<h1>Sports</h1>")["title"] == "Ferry sinks off Ven"


@pytest.mark.parametrize(
    ("title", "site", "expected"),
    [
        ("Rain | Daily Example", "Daily Example", "Rain"),
        ("Daily Example: Rain", "Daily Example", "Rain"),
        ("Heavy rain all over the north - Example", None, "Heavy rain all over the north"),
        ("Spider-Man returns", None, "Spider-Man returns"),
        ("A - B", None, "A - B"),
    ],
)
def test_cut_site(title, site, expected):
    assert cut_site(title, site) == expected


def test_broken_json_ld_is_no_statement_and_no_error():
    page = flatten('<script type="application/ld+json">{"@type": "Article", </script><p>x</p>')
    assert read_structured_data(page)["title"] is None
    comma = flatten(
        '<script type="application/ld+json">{"@type": "Article", "headline": "H",}</script>'
    )
    assert read_structured_data(comma)["title"] == "H"
    escaped = flatten(
        "<div><script type=application/ld+json>{&quot;@type&quot;: &quot;Article&quot;, &quot;headline&quot;: &quot;H&quot;}</script></div>"
    )
    assert read_structured_data(escaped)["title"] == "H"
    deep = '{"a":' * 5000 + "1" + "}" * 5000
    assert read_structured_data(flatten(f'<script type="application/ld+json">{deep}</script>'))


def test_addresses_are_absolute_or_nothing():
    head = (
        '<link rel=canonical href="/a/b"><meta property="og:url" content="https://example.org/x">'
    )
    assert stated(head)["url"] == "https://example.org/a/b"
    assert stated('<link rel=canonical href="/a/b">')["url"] is None
    assert stated('<meta property="og:image" content="javascript:x">')["image_url"] is None
    image = stated(
        '<meta property="og:image" content="https://example.org/i.jpg"><meta property="og:image:width" content="800">'
    )
    assert (image["image_url"], image["image_width"]) == ("https://example.org/i.jpg", 800)


@pytest.mark.parametrize(
    ("markup", "authors"),
    [
        ('<p class="post-author">By Ida Holm</p>', ["Ida Holm"]),
        ('<p>Words <a href="/people/ida-holm">Ida Holm</a></p>', ["Ida Holm"]),
        ('<p><a rel="author" href="/x">Ida Holm</a> and <a rel="author" href="/y">Per Lund</a></p>', ["Ida Holm", "Per Lund"]),
        ('<p><a href="/authors/ida">Ida Holm</a>, reviewed by <a href="/authors/per">Per Lund</a></p>', ["Ida Holm"]),
        ('<div id="comments"><span class="author">Ida Holm</span></div>', None),
        ('<div class="related"><span class="author">Ida Holm</span></div>', None),
        ('<p class="author">Newsroom</p>', None),
    ],
)  # fmt: skip
def test_signatures_near_the_headline_name_the_authors(markup, authors):
    body = f"<main><h1>Bridge reopens after the flood</h1>{markup}</main>"
    found = stated("<title>Bridge reopens after the flood</title>", body)
    assert found["authors"] == authors
    assert found["authors_source"] == (authors and "signature")


def test_authors_of_comments_in_microdata_are_not_the_articles():
    comment = '<div itemscope itemtype="https://schema.org/Comment"><b itemprop="author">Per Lund</b></div>'
    article = '<div itemscope itemtype="https://schema.org/Article"><b itemprop="author">Ida Holm</b></div>'
    assert stated(body=comment + article)["authors"] == ["Ida Holm"]


@pytest.mark.parametrize(
    ("name", "authors"),
    [("Ida", ["Ida"]), ("ida holm", ["Ida Holm"]), ("admin", None), ("staff", None)],
)
def test_a_stated_author_may_have_one_name(name, authors):
    assert stated(f'<meta name="author" content="{name}">')["authors"] == authors


@pytest.mark.parametrize("name", ["Harbour Works", "Example", "example.org", "Wire Co"])
def test_the_outlet_is_no_author_whatever_it_is_called(name):
    found = stated(
        '<link rel="canonical" href="https://www.example.org/a"><meta property="og:site_name" content="Harbour Works">',
        type="Article",
        publisher={"@type": "Organization", "name": "Wire Co"},
        author={"@type": "Person", "name": name},
    )
    assert found["authors"] is None


def test_who_owns_the_site_may_be_its_author():
    found = stated(
        '<link rel="canonical" href="https://idaholm.org/a">',
        type="Article",
        author={"@type": "Person", "name": "Margaret Holm (Ida)"},
        publisher={"@type": "Person", "@id": ["?"], "name": "Margaret Holm"},
    )
    assert found["authors"] == ["Margaret Holm"]


def test_microdata_and_time_speak_where_json_ld_does_not():
    found = stated(
        body='<div itemscope itemtype="http://schema.org/Article"><h1 itemprop="headline">Storm</h1>'
        '<meta itemprop="datePublished" content="2024-05-06"><span itemprop="author">Ida Holm</span></div>'
    )
    assert (found["published_source"], found["authors_source"]) == ("microdata", "microdata")
    timed = stated(body='<article><time datetime="2024-05-06T10:00Z">6 May</time></article>')
    assert timed["published_source"] == "time"
    assert (
        stated(body='<aside><time datetime="2024-05-06">6 May</time></aside>')["published_at"]
        is None
    )


def test_all_types_that_a_page_states_are_kept_a_few_times_each():
    found = stated(
        '<meta property="og:type" content="Website">',
        '<div itemscope itemtype="https://schema.org/Product"><b itemprop="name">Oak chair</b></div>',
        graph=[
            {"@type": ["WebPage", "CollectionPage"]},
            {"@type": "ItemList", "itemListElement": [{"@type": "ListItem"}] * 9},
        ],
        type="Thing",
    )
    assert found["kinds"] == [
        "CollectionPage", "ItemList", *["ListItem"] * 3, "Product", "Thing", "WebPage", "og:website",
    ]  # fmt: skip
    assert stated()["kinds"] == []
