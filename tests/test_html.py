"""HTML documents, from bytes to articles: the same tables come out."""

import polars as pl
import pytest

from copydesk.articles import compose
from copydesk.html_blocks import EVIDENCE_SCHEMA, attach_evidence, line_evidence
from copydesk.identifiers import content_id
from copydesk.parsing import parse
from copydesk.reading import RAW_SCHEMA, RawDocument, read_documents

PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>Lighthouse keeper retires after 40 years | Coast Courier</title>
<meta property="og:site_name" content="Coast Courier">
<link rel="canonical" href="https://www.coast-courier.example.com/news/lighthouse-keeper">
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Lighthouse keeper retires after 40 years",
 "datePublished": "2024-06-03T07:15:00+02:00", "author": {"@type": "Person", "name": "Signe Dahl"},
 "articleSection": "Local"}</script></head>
<body><header><nav><ul><li><a href="/">Home</a></li><li><a href="/local">Local</a></li></ul></nav></header>
<main><article><h1>Lighthouse keeper retires after 40 years</h1>
<div class="byline">By Signe Dahl</div><time datetime="2024-06-03">3 June 2024</time>
<div class="article-body">
<p>The last keeper of the lighthouse on Skarv island handed over his keys on Monday, forty years to the day after he
first climbed its hundred and ten steps.</p>
<h2>Nine winters alone</h2>
<p>Nine of the forty winters he spent on the island alone, because the boat could not land between November and March,
the harbour master recalled at a small ceremony.</p>
<ul><li>The lamp turns by itself now.</li></ul>
<figure><img src="/lamp.jpg"><figcaption>The lamp of the lighthouse, seen from the pier in the evening of its last day.</figcaption></figure>
<p>The light itself has been automatic since the spring. A foundation will open the rooms to visitors in the summer,
and it is looking for somebody who can cook.</p></div></article></main>
<aside class="related"><h3>More stories</h3><p>Fishermen on the north coast have asked the government for help after a
second bad season for herring, and they want it soon.</p></aside>
<div id="comments"><p>I met him once when I was a child and he showed me the whole building, even the lamp room at the top.</p></div>
<footer><p>Copyright 2024 Coast Courier. All rights reserved.</p></footer></body></html>
"""


def documents(*pages: str, media: str | None = None) -> pl.DataFrame:
    return read_documents(
        RawDocument(content_id(raw), f"file:///{number}", "text", len(raw), raw, media)
        for number, raw in enumerate(page.encode() for page in pages)
    )


@pytest.fixture(scope="module")
def raw() -> pl.DataFrame:
    return documents(PAGE, "Just some text.\n\nNothing of HTML about it.")


def test_html_is_told_from_text_by_how_it_begins(raw):
    assert raw.schema == RAW_SCHEMA
    assert raw["source_format"].to_list() == ["html", "text"]
    assert raw["lines"].is_null().to_list() == [False, True]
    commented = documents(
        "<!-- saved -->\n<html><body>Hi</body></html>", "<p>is what I wrote", "date 2020 <html>"
    )
    assert commented["source_format"].to_list() == ["html", "text", "text"]


def test_the_same_tables_come_out(raw):
    parsed = parse(raw)
    (article,) = compose(parsed).articles.rows(named=True)
    assert article["title"] == "Lighthouse keeper retires after 40 years"
    assert article["authors"] == ["Signe Dahl"]
    assert article["authors_source"] == "json_ld"
    assert article["published_at"].isoformat() == "2024-06-03T05:15:00+00:00"
    assert (article["published_precision"], article["published_source"]) == ("minute", "json_ld")
    assert article["url"] == "https://www.coast-courier.example.com/news/lighthouse-keeper"
    assert (article["site"], article["section"]) == ("example.com", "Local")
    assert [paragraph.split()[:3] for paragraph in article["body"].split("\n\n")] == [
        ["The", "last", "keeper"],
        ["Nine", "winters", "alone"],
        ["Nine", "of", "the"],
        ["The", "lamp", "turns"],
        ["The", "light", "itself"],
    ]


def stating(publisher: str, *meta: str) -> pl.DataFrame:
    section = '"articleSection": "Local"'
    head = "".join(
        f'<meta property="{name}" content="{value}">' for name, value in map(str.split, meta)
    )
    page = PAGE.replace(section, f'{section}, "publisher": {publisher}')
    return documents(page.replace("</head>", f"{head}</head>"))


def test_a_stated_lead_image_is_a_row_of_images():
    size = ("og:image:width 1200", "og:image:height 675")
    composed = compose(parse(stating("null", "og:image https://example.com/lamp.jpg", *size)))
    (image,) = composed.images.rows(named=True)
    assert (image["url"], image["width"], image["height"], image["is_lead"]) == (
        "https://example.com/lamp.jpg",
        1200,
        675,
        True,
    )
    assert composed.articles["image_url"].to_list() == ["https://example.com/lamp.jpg"]


def test_an_address_tells_the_size_and_the_crop_of_a_stated_image():
    address = "https://example.com/i_0:0:400:300_800x0_80.jpg"
    (image,) = compose(parse(stating("null", f"og:image {address}"))).images.rows(named=True)
    assert (image["width"], image["height"], image["crop_right"]) == (800, 600, 400)


def test_what_a_page_states_of_its_publisher_is_the_outlets_row():
    composed = compose(
        parse(
            stating(
                """{"@type": "NewsMediaOrganization", "name": "Coast Media", "legalName": "Coast Media AS",
                "contactPoint": {"email": "mailto:Desk@coast-courier.example.com", "telephone": "+47 22 12 34 56"}}"""
            )
        )
    )
    (outlet,) = composed.publishers.rows(named=True)
    assert composed.articles["publisher_id"].to_list() == [outlet.pop("publisher_id")]
    assert outlet == {
        "name": "Coast Courier",
        "legal_name": "Coast Media AS",
        "domain": "example.com",
        "email": "desk@coast-courier.example.com",
        "telephone": "+4722123456",
        "country_code": "NO",
    }


def test_what_is_no_address_and_no_number_is_not_stated():
    found = compose(parse(stating('{"name": "Coast Media", "email": "us", "telephone": "12"}')))
    (outlet,) = found.publishers.rows(named=True)
    assert (outlet["email"], outlet["telephone"], outlet["legal_name"]) == (None, None, None)


def test_blocks_account_for_the_flattened_text(raw):
    blocks = parse(raw).blocks
    for document_id, text in raw.select("document_id", "text").iter_rows():
        rest = text
        for start, end, block in (
            blocks.filter(pl.col("document_id") == document_id)
            .select("start", "end", "text")
            .iter_rows()
        ):
            assert text[start:end] == block
            rest = rest[:start] + " " * (end - start) + rest[end:]
        assert not rest.strip()


def test_each_block_has_the_evidence_of_its_line(raw):
    evidence = line_evidence(raw)
    assert evidence.schema == EVIDENCE_SCHEMA
    assert evidence["document_id"].unique().to_list() == raw["document_id"][:1].to_list()
    blocks = attach_evidence(parse(raw).blocks, raw)
    rows = {row["text"]: row for row in blocks.iter_rows(named=True)}
    assert rows["Nine winters alone"]["heading_level"] == 2
    assert rows["Nine winters alone"]["hint_body"] == 1
    assert rows["Home"]["in_nav"]
    assert rows["Home"]["link_density"] == 1.0
    assert rows["Lighthouse keeper retires after 40 years"]["is_headline"]
    assert rows["Just some text."]["in_nav"] is None


def test_roles_follow_the_dom(raw):
    roles = {
        text: (role, reason)
        for text, role, reason in parse(raw).blocks.select("text", "role", "reason").iter_rows()
    }
    assert roles["By Signe Dahl"] == ("byline", "author_markup")
    assert roles["3 June 2024"] == ("timestamp", "time_markup")
    by_start = {text[:12]: role for text, (role, _) in roles.items()}
    assert by_start["The lamp of "] == "caption"
    assert by_start["Fishermen on"] == "related"
    assert by_start["I met him on"] == "comment"


def test_encodings_of_pages():
    def read(raw: bytes, charset: str | None = None) -> tuple[str, str]:
        document = RawDocument("0", "file:///0", "text", len(raw), raw, "html", charset)
        row = read_documents([document]).row(0, named=True)
        return row["encoding"], row["text"]

    word = "Žluťoučký kůň"
    assert read(f"<meta charset=windows-1250><p>{word}".encode("cp1250")) == ("cp1250", word)
    assert read(f"<p>{word}".encode("iso8859-2"), "ISO-8859-2") == ("iso8859-2", word)
    # A declaration that the bytes refute is not believed.
    assert read(f"<meta charset=iso-8859-1><p>{word}".encode()) == ("utf-8", word)
    assert read("<meta charset=iso-8859-1><p>“Quotes”".encode("cp1252")) == ("cp1252", "“Quotes”")
    assert read(b"<meta charset=hex><p>Plain") == ("utf-8", "Plain")
    mojibake = "<p>La ville était déjà prête à l’été".encode().decode("cp1252").encode()
    assert read(mojibake)[1] == "La ville était déjà prête à l’été"


def test_mojibake_is_mended_in_what_a_page_states_too():
    title = "L’été à Orléans"
    page = f"<html><title>{title}</title><h1>{title}</h1><p>Déjà prête à l’été.</p></html>"
    raw = documents(page.encode().decode("cp1252").replace("\x9d", ""))
    assert raw["page"][0]["title"] == title
    assert title in raw["text"][0]


def test_a_page_without_text_is_a_row_with_its_reason():
    (row,) = documents("<html><body><script>x()</script></body></html>").rows(named=True)
    assert (row["text"], row["rejection"]) == (None, "blank: the page shows no text")


def test_a_warc_a_wet_and_a_directory_of_the_same_pages_give_the_same_articles(tmp_path):
    import gzip

    from copydesk.home import Home
    from copydesk.reading import read_batch
    from copydesk.sources import discover

    topics = ["ferry", "bridge", "school", "market"]
    pages = [
        PAGE.replace("lighthouse", topic).replace("Lighthouse", topic.title()) for topic in topics
    ]
    (tmp_path / "html").mkdir()
    warc, wet = b"", b""
    for number, page in enumerate(pages):
        raw = page.encode()
        (tmp_path / "html" / f"{number}.html").write_bytes(raw)
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + raw
        head = (
            b"WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: https://www.coast-courier.example.com/news/%d\r\n"
            b"WARC-Date: 2024-06-04T00:00:00Z\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
        )
        text = documents(page)["text"][0].encode()
        warc += gzip.compress(
            head % (b"response", number, b"application/http; msgtype=response", len(http))
            + http
            + b"\r\n\r\n"
        )
        wet += gzip.compress(
            head % (b"conversion", number, b"text/plain", len(text)) + text + b"\r\n\r\n"
        )
    (tmp_path / "pages.warc.gz").write_bytes(warc)
    (tmp_path / "pages.warc.wet.gz").write_bytes(wet)

    def articles(name: str) -> tuple[pl.DataFrame, list[str]]:
        (batch,) = discover(Home(tmp_path / f"home-{name}").create(), [tmp_path / name]).batches
        raw = read_batch(batch)
        return compose(parse(raw)).articles, raw["source_format"].unique().to_list()

    from_files, from_warc, from_wet = map(articles, ("html", "pages.warc.gz", "pages.warc.wet.gz"))
    assert (from_files[1], from_warc[1], from_wet[1]) == (["html"], ["warc"], ["wet"])
    assert from_files[0].height == len(pages)
    # To the letter, ids included: a document is its bytes, wherever they are kept.
    assert from_warc[0].equals(from_files[0])
    # Text knows neither classes nor JSON-LD; what it shows is the same.
    shown = ["title", "site", "language"]
    assert from_wet[0].select(shown).sort("title").equals(from_files[0].select(shown).sort("title"))
    bodies = [frame.sort("title")["body"] for frame, _ in (from_files, from_wet)]
    for whole, text in zip(*bodies, strict=True):
        assert set(whole.split("\n\n")[::2]) <= set(text.split("\n\n"))


SERVICE = """<html><head><title>Family law | Harbour Solicitors</title>{stated}</head><body>
<nav><ul><li><a href=/>Home</a></li><li><a href=/services>Our services</a></li></ul></nav><main><h1>Family law</h1>
<p>Our team of solicitors helps you with every question of family law, from agreements before a marriage to the care of
children after it ends, and we offer a first consultation free of charge.</p>
<p>Contact us today to book an appointment at our office, by telephone or by video, and we will answer all of your
questions within one working day, whatever your situation is.</p>
<h2>Our services</h2><ul><li>Divorce</li><li>Mediation</li><li>Wills</li></ul>
<h2>Opening hours</h2><p>Monday to Friday, 9 am to 5 pm</p><p>Call us: 020 7946 0000</p></main></body></html>"""


def test_a_page_that_states_that_it_is_news_is_an_article():
    stated = '<script type="application/ld+json">{"@type": "%s", "headline": "Family law"}</script>'
    kinds = ("NewsArticle", "Article", "WebPage")
    pages = [SERVICE.format(stated=stated % kind) for kind in kinds]
    types = {
        page: parse(documents(page)).documents["page_type"].item() for page in (*pages, SERVICE)
    }
    assert types[pages[0]] == "article"
    assert "article" not in {types[page] for page in (*pages[1:], SERVICE)}


def test_what_a_page_states_is_evidence_beside_its_text():
    script = '<script type="application/ld+json">{"@type": "%s", "name": "Family law"}</script>'
    pages = [SERVICE.format(stated=script % kind) for kind in ("Article", "Product")]
    found = [parse(documents(page)).documents.row(0, named=True) for page in pages]
    assert "article" not in {row["page_type"] for row in found}
    # The score is that of no article here.
    assert found[1]["page_type_score"] > found[0]["page_type_score"]
