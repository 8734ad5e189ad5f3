"""Structured data: what an HTML page says of itself in JSON-LD, microdata, OpenGraph, `<meta>` and `<time>`.

What belongs here: reading these vocabularies off one flattened page, and which of their statements is believed, with
where it came from. What does not: the walk over the DOM (flattening.py), the text's own evidence (titles.py, dates.py,
bylines.py), putting both together (articles.py).

A statement is read where it stands and cleaned, never made up: what is no date, no person or no address gives nothing.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import polars as pl

from copydesk.byline_names import parse_byline, parse_names
from copydesk.decoding import mend_mojibake, without_directions
from copydesk.flattening import HINTS, REGIONS, Page
from copydesk.name_likeness import is_personal
from copydesk.sites import site_of

PAGE_DTYPE: Final = pl.Struct(
    {
        "url": pl.String,
        "site_name": pl.String,
        "kind": pl.String,
        "kinds": pl.List(pl.String),
        "language": pl.String,
        "title": pl.String,
        "title_source": pl.String,
        "description": pl.String,
        "published_at": pl.Datetime("us", "UTC"),
        "published_precision": pl.String,
        "published_source": pl.String,
        "modified_at": pl.Datetime("us", "UTC"),
        "authors": pl.List(pl.String),
        "authors_source": pl.String,
        "section": pl.String,
        "tags": pl.List(pl.String),
        "image_url": pl.String,
        "image_width": pl.Int64,
        "image_height": pl.Int64,
        "publisher_name": pl.String,
        "publisher_legal_name": pl.String,
        "publisher_email": pl.String,
        "publisher_telephone": pl.String,
        "article_body": pl.String,
    }
)

# What pages state, one row a document that was HTML.
PAGES_STATED_SCHEMA: Final = pl.Schema(
    {"document_id": pl.String, **{field.name: field.dtype for field in PAGE_DTYPE.fields}}
)

# schema.org's types of articles all end so: NewsArticle, BlogPosting, Report …
_ARTICLE_TYPE: Final = re.compile(r"(?:Article|Posting|Report|Review)$")
_PERSON_TYPES: Final = frozenset({"Person", "Patient", ""})
# JSON-LD nests a few levels deep; what is nested deeper is a fault or an attack.
MAX_JSON_DEPTH: Final = 32
_TRAILING_COMMA: Final = re.compile(r",(\s*[}\]])")
_MARKUP: Final = re.compile(r"<[^<>]{1,500}>")

# Names of `<meta>` elements by what they state, best first. OpenGraph, Dublin Core, and what the measuring and
# recommending services Parse.ly, Sailthru and Cxense ask publishers for.
_TITLES: Final = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title")
_DESCRIPTIONS: Final = ("og:description", "description", "twitter:description")
_PUBLISHED: Final = (
    "article:published_time", "og:article:published_time", "article:published", "parsely-pub-date",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "sailthru.date", "dc.date.issued", "dcterms.issued",
    "dcterms.created", "dc.date.created", "dc.date", "datepublished", "publishdate", "publish-date", "publish_date",
    "publication_date", "pubdate", "date",
)  # fmt: skip
_MODIFIED: Final = (
    "article:modified_time", "og:article:modified_time", "article:modified", "og:updated_time", "dcterms.modified",
    "datemodified", "last-modified",
)  # fmt: skip
_AUTHORS: Final = (
    "author", "article:author", "og:article:author", "parsely-author", "sailthru.author", "cxenseparse:author", "byl",
    "dc.creator", "dcterms.creator", "citation_author", "article:author_name",
)  # fmt: skip
_SECTIONS: Final = (
    "article:section",
    "og:article:section",
    "parsely-section",
    "cxenseparse:section",
)
_TAGS: Final = ("article:tag", "og:article:tag", "parsely-tags", "news_keywords", "keywords")
_MAX_TAG_CHARACTERS: Final = 60
_MAX_TAGS: Final = 40
# A page of teasers states its articles by the hundred; beyond a few their number says no more.
MAX_STATED_TIMES: Final = 3
# A title that shares less than this of its words with the page's own statements is a section's or the site's name.
MIN_TITLE_AGREEMENT: Final = 0.5
# A main heading this short may be the name of a section or of the site.
MIN_TITLE_WORDS: Final = 3
_SEPARATOR_BEHIND: Final = re.compile(r"\s*(?:[|·•»:—–-]|::)\s*$")
_SEPARATOR_BEFORE: Final = re.compile(r"^\s*(?:[|·•»:—–-]|::)\s*")
_SITE_SUFFIX: Final = re.compile(r"\s+(?:[|·•»—–-]|::)\s+([^|·•»—–]{2,50})$")
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
# Characters from the headline within which a signature is the article's own.
SIGNATURE_ABOVE: Final = 300
SIGNATURE_BELOW: Final = 1_200
_NEAR: Final = 6
_COMMENT, _RELATED = HINTS.index("comment"), HINTS.index("related")
_ELSEWHERE: Final = sum(1 << REGIONS.index(name) for name in ("nav", "footer"))
_ASIDE: Final = 1 << REGIONS.index("aside")
_IN_ARTICLE: Final = 1 << REGIONS.index("article")


def read_structured_data(page: Page) -> dict[str, Any]:
    """What the page says of itself, as a row of `PAGE_DTYPE`; null where it says nothing sound."""
    nodes = list(_nodes(page.json_ld))
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    for node in list(by_id.values()):
        by_id[node["@id"]] = max(
            (other for other in nodes if other.get("@id") == node["@id"]), key=len
        )
    meta = _by_name(page.meta)
    items = _by_name(
        (f"{scope.rpartition('/')[2]}.{name}", value) for scope, name, value in page.items
    )
    site_name = _clean(_first(meta, ("og:site_name", "application-name")))
    article = _main_article(nodes, page)
    web_page = next((node for node in nodes if "WebPage" in _types(node)), {})
    url = _address(page, meta, article)
    title, title_source = _title(page, meta, article, items, site_name)
    published, precision, published_source = _published(page, meta, article, web_page, items, title)
    publisher = _publisher(article, by_id)
    outlets = _outlets(site_name, publisher, url)
    authors, authors_source = _authors(meta, article, by_id, page, outlets, title)
    image, width, height = _image(meta, article, by_id, url)
    return {
        "url": url,
        "site_name": site_name,
        "kind": next(iter(_types(article)), None) or _clean(_first(meta, ("og:type",))),
        "kinds": _kinds(nodes, page, meta),
        "language": _language(page, article),
        "title": title,
        "title_source": title_source,
        "description": _clean(_text(article.get("description")) or _first(meta, _DESCRIPTIONS)),
        "published_at": published,
        "published_precision": precision,
        "published_source": published_source,
        "modified_at": _modified(meta, article, web_page, published),
        "authors": authors or None,
        "authors_source": authors_source,
        "section": _clean(_text(article.get("articleSection")) or _first(meta, _SECTIONS)),
        "tags": _tags(meta, article),
        "image_url": image,
        "image_width": width,
        "image_height": height,
        # The site is the outlet; who publishes it may be a company of many.
        "publisher_name": site_name or _clean(_text(publisher)),
        "publisher_legal_name": _clean(_text(publisher.get("legalName"))),
        "publisher_email": _contact(publisher, "email"),
        "publisher_telephone": _contact(publisher, "telephone"),
        "article_body": _text(article.get("articleBody")),
    }


def stated_by_pages(raw: pl.DataFrame) -> pl.DataFrame:
    """What each document's page states of itself, in `PAGES_STATED_SCHEMA`, where it states anything.

    The address that a container recorded for the page counts where the page names none itself.

    Args:
        raw: `document_id`, `address`, `page` (null for documents that were no HTML).
    """
    return (
        raw.select("document_id", "address", "page")
        .filter(pl.col("page").is_not_null() | pl.col("address").is_not_null())
        .unnest("page")
        .with_columns(url=pl.coalesce("url", pl.col("address").str.extract(r"^(https?://\S+)$")))
        .select(PAGES_STATED_SCHEMA.names())
    )


def prefer_stated(articles: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """`articles` with what their pages state in place of what was read out of their text, where they state it.

    The body's language is told from the body alone: what pages state is their template's.

    Args:
        articles: with the columns of the table `articles`.
        stated: in `PAGES_STATED_SCHEMA`.
    """
    if stated.is_empty():
        return articles
    joined = articles.join(
        stated.select("document_id", pl.exclude("document_id").name.prefix("stated_")),
        on="document_id",
        how="left",
        maintain_order="left",
    )
    groups = (
        ("url", "site"),
        ("title", "title_source"),
        ("description",),
        ("published_at", "published_precision", "published_source"),
        ("modified_at",),
        ("authors", "authors_source"),
        ("section",),
        ("tags",),
        ("image_url",),
    )
    sites = pl.col("stated_url").map_elements(site_of, return_dtype=pl.String)
    joined = joined.with_columns(stated_site=sites)
    return joined.with_columns(
        pl.when(pl.col(f"stated_{group[0]}").is_not_null())
        .then(f"stated_{name}")
        .otherwise(name)
        .alias(name)
        for group in groups
        for name in group
    ).select(articles.columns)


def read_moment(written: str) -> tuple[datetime, str] | None:
    """A date as machines write it, as a UTC instant and its precision; null where it is none.

    A clock time without a zone is dropped, because its instant is unknown: the precision is then `day`.
    """
    text = written.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
    if moment.tzinfo is None or not _CLOCK.search(text):
        day = datetime.combine(moment.date(), time(), tzinfo=UTC)
        return (day, "day") if day >= EARLIEST else None
    try:
        instant = moment.astimezone(UTC)
    except OverflowError:
        return None
    if instant < EARLIEST:
        return None
    return instant.replace(microsecond=0), "second" if instant.second else "minute"


_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}|T\d{4}")


def _nodes(scripts: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Every typed node of the page's JSON-LD, outermost first."""
    for script in scripts:
        content = _load(script)
        level = [content]
        for _ in range(MAX_JSON_DEPTH):
            below = list[Any]()
            for value in level:
                if isinstance(value, dict):
                    if "@type" in value:
                        yield value
                    below.extend(value.values())
                elif isinstance(value, list):
                    below.extend(value)
            level = [value for value in below if isinstance(value, (dict, list))]
            if not level:
                break


def _load(script: str) -> Any:
    """A script's JSON, as well as it can be read; null where it cannot."""
    plain = script.strip().removeprefix("<!--").removesuffix("-->")
    # What publishers' templates do to it: commas too many, and entities in what knows none.
    for attempt in (plain, _TRAILING_COMMA.sub(r"\1", plain), html.unescape(plain)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _types(node: Mapping[str, Any]) -> list[str]:
    types = node.get("@type")
    every = types if isinstance(types, list) else [types]
    return [name.rpartition("/")[2] for name in every if isinstance(name, str)]


def _kinds(
    nodes: Iterable[Mapping[str, Any]], page: Page, meta: Mapping[str, list[str]]
) -> list[str]:
    """All types that the page states of itself and of what is on it, OpenGraph's as `og:article`, each a few times at most."""
    named = Counter(name for node in nodes for name in _types(node))
    # The outermost scope of microdata is `/Product`, or `/mainEntity` where it is the value of a property.
    named.update({scope.split("/")[1] for scope, _, _ in page.items if "/" in scope})
    if kind := _clean(_first(meta, ("og:type",))):
        named[f"og:{kind.lower()}"] += 1
    return sorted(
        Counter({name: min(count, MAX_STATED_TIMES) for name, count in named.items()}).elements()
    )


def _main_article(nodes: list[dict[str, Any]], page: Page) -> dict[str, Any]:
    """The node of the page's own article: of several the one whose headline the page's title shows."""
    articles = [node for node in nodes if any(map(_ARTICLE_TYPE.search, _types(node)))]
    if not articles:
        return {}
    shown = _words(page.text[: page.lines[0].end] if page.lines else "")

    def agreement(node: Mapping[str, Any]) -> float:
        words = _words(_text(node.get("headline")) or _text(node.get("name")) or "")
        return len(words & shown) / len(words) if words else 0.0

    best = max(articles, key=agreement)
    # A page of teasers states many articles, none of which is its own.
    if len(articles) > 3 and agreement(best) < MIN_TITLE_AGREEMENT:
        return {}
    return best


def _title(
    page: Page,
    meta: Mapping[str, list[str]],
    article: Mapping[str, Any],
    items: Mapping[str, list[str]],
    site_name: str | None,
) -> tuple[str | None, str | None]:
    """The headline that the page shows, if it agrees with what the page says its title is; else that."""
    window = page.text[: page.lines[0].end] if page.lines and page.lines[0].tag == "title" else ""
    stated = [
        ("json_ld", _clean(_text(article.get("headline")))),
        ("microdata", _clean(next((v for k, v in _flat(items) if k.endswith(".headline")), None))),
        ("meta", _clean(_first(meta, _TITLES))),
        ("page_title", _clean(window)),
    ]
    known = [(source, cut_site(text, site_name)) for source, text in stated if text]
    references = [_words(text) for _, text in known]
    headings = _headings(page)
    name = _plain(site_name or "")
    best, best_agreement = None, 0.0
    for level, text in headings:
        words = _words(text)
        if not words or _plain(text) == name:
            continue
        agreement = max(
            (len(words & other) / len(words | other) for other in references),
            default=0.0,
        ) - (0.2 if level > 1 else 0.0)
        if agreement > best_agreement:
            best, best_agreement = text, agreement
    if best is not None and best_agreement >= MIN_TITLE_AGREEMENT:
        return best, "heading"
    main = {text for level, text in headings if level == 1}
    # Search engines are told another title than readers are: the page's one main heading is what readers see.
    if len(main) == 1 and (text := main.pop()) and len(text.split()) >= MIN_TITLE_WORDS:
        return text, "heading"
    if known:
        source, text = known[0]
        return text, source
    return None, None


def _headings(page: Page) -> list[tuple[int, str]]:
    """The first- and second-level headings, each of its lines put together."""
    found = dict[int, tuple[int, list[str]]]()
    for line in page.lines:
        if line.heading_level in (1, 2):
            found.setdefault(line.element, (line.heading_level, []))[1].append(
                page.text[line.start : line.end]
            )
    return [(level, " ".join(parts)) for level, parts in found.values()]


def cut_site(title: str, site_name: str | None) -> str:
    """`title` without the site's name behind (or before) it."""
    if site_name:
        cut = title
        if cut.casefold().endswith(site_name.casefold()):
            cut = _SEPARATOR_BEHIND.sub("", cut[: -len(site_name)])
        elif cut.casefold().startswith(site_name.casefold()):
            cut = _SEPARATOR_BEFORE.sub("", cut[len(site_name) :])
        if cut != title and cut:
            return cut
    match = _SITE_SUFFIX.search(title)
    # What is cut must be the smaller part.
    if match is not None and match.start() > len(match.group(1)):
        return title[: match.start()].strip()
    return title


def _published(
    page: Page,
    meta: Mapping[str, list[str]],
    article: Mapping[str, Any],
    web_page: Mapping[str, Any],
    items: Mapping[str, list[str]],
    headline: str | None,
) -> tuple[datetime | None, str | None, str | None]:
    candidates = [("json_ld", _text(article.get("datePublished")))]
    candidates += [("meta", value) for name in _PUBLISHED for value in meta.get(name, [])[:1]]
    candidates.append(("json_ld", _text(web_page.get("datePublished"))))
    candidates += [("microdata", v) for k, v in _flat(items) if k.endswith(".datePublished")][:1]
    candidates += [("time", moment) for moment in _times(page, headline)][:1]
    for source, written in candidates:
        moment = read_moment(written) if written else None
        if moment is not None:
            return (*moment, source)
    return None, None, None


def _times(page: Page, headline: str | None) -> list[str]:
    """The `<time>` elements near the headline, else those of the page's article."""
    at = page.text.find(headline, page.lines[0].end) if headline and page.lines else -1
    near = [
        moment
        for moment, start, regions in page.times
        if at >= 0
        and at - SIGNATURE_ABOVE <= start <= at + len(headline or "") + SIGNATURE_BELOW
        and not regions & (_ELSEWHERE | _ASIDE)
    ]
    return near or [moment for moment, _, regions in page.times if regions & _IN_ARTICLE]


def _modified(
    meta: Mapping[str, list[str]],
    article: Mapping[str, Any],
    web_page: Mapping[str, Any],
    published: datetime | None,
) -> datetime | None:
    for written in (
        _text(article.get("dateModified")),
        _first(meta, _MODIFIED),
        _text(web_page.get("dateModified")),
    ):
        moment = read_moment(written) if written else None
        if moment is not None and moment[1] != "day" and (not published or moment[0] >= published):
            return moment[0]
    return None


def _authors(
    meta: Mapping[str, list[str]],
    article: Mapping[str, Any],
    by_id: Mapping[str, Mapping[str, Any]],
    page: Page,
    outlets: frozenset[str],
    headline: str | None,
) -> tuple[list[str], str | None]:
    """The first statement that names people, who are not the outlet."""
    stated = [("json_ld", list(_names(article.get("author") or article.get("creator"), by_id)))]
    stated.append(("microdata", _microdata_authors(page)))
    stated += [("meta", meta[name]) for name in _AUTHORS if name in meta]
    for label, value in (("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2")):
        if _WRITTEN_BY.search(" ".join(meta.get(label, []))):
            stated.append(("meta", meta.get(value, [])))
    stated.append(("signature", list(_signatures(page, headline))))
    for source, names in stated:
        people = list[str]()
        for name in names:
            if "://" in name or "@" in name:
                continue
            people += [
                person
                for person in _people(html.unescape(name), is_statement=source != "signature")
                if (_plain(person) not in outlets or is_personal(person)) and person not in people
            ]
        if people:
            return people, source
    return [], None


def _publisher(
    article: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The node of the article's publisher; one without properties where the page states none."""
    stated = article.get("publisher")
    for one in stated if isinstance(stated, list) else [stated]:
        if isinstance(one, dict):
            return by_id.get(str(one.get("@id")), one)
        if isinstance(one, str):
            return {"name": one}
    return {}


def _contact(publisher: Mapping[str, Any], name: str) -> str | None:
    """How a publisher is reached, as it says of itself or of the first point of contact that says it."""
    points = publisher.get("contactPoint")
    for node in (publisher, *(points if isinstance(points, list) else [points])):
        written = _clean(_text(node.get(name))) if isinstance(node, dict) else None
        if written:
            return written
    return None


def _outlets(
    site_name: str | None, publisher: Mapping[str, Any], url: str | None
) -> frozenset[str]:
    """What the page's outlet is called, in letters and digits: its name, its publisher's, its domain's."""
    domain = (site_of(url) if url else None) or ""
    names = (site_name, _text(publisher), domain, domain.partition(".")[0])
    return frozenset(plain for name in names if (plain := _plain(name or "")))


def _people(name: str, *, is_statement: bool) -> list[str]:
    """The people in what a page gives for an author's name.

    In a statement a first name alone, or a name in lower case, is somebody's name too; whether it is a desk's or a job
    is told as if a surname stood behind it.
    """
    if is_statement:
        # `Jane (Marie) Doe`
        name = _BRACKETS.sub(" ", name)
    people = parse_byline(name) or parse_names(name, announced=is_statement)
    if people or not is_statement or not _LONE_NAME.fullmatch(name):
        return people
    written = name.title() if name.islower() else name
    return [written] if parse_names(f"{written} Surname", announced=True) else []


_BRACKETS: Final = re.compile(r"\s*\([^()]*\)\s*")
_LONE_NAME: Final = re.compile(r"[^\W\d_]{2,20}(?: [^\W\d_]{2,20}){0,2}")


def _microdata_authors(page: Page) -> list[str]:
    """The names of the article's author in microdata: of comments and other stories on the page there are some, too."""
    named = [
        (scope, value)
        for scope, name, value in page.items
        if name == "author" or (name == "name" and scope.endswith("/author"))
        if not _COMMENT_SCOPE.search(scope)
    ]
    own = [value for scope, value in named if _ARTICLE_SCOPE.search(scope)]
    return own or [value for _, value in named[:1]]


_COMMENT_SCOPE: Final = re.compile(r"comment|review|ItemList", re.IGNORECASE)
_ARTICLE_SCOPE: Final = re.compile(r"(?:Article|Posting)(?:/|$)")


def _signatures(page: Page, headline: str | None) -> Iterator[str]:
    """What is marked as an author's name near the headline, and not as a commenter's or another story's."""
    at = page.text.find(headline, page.lines[0].end) if headline and page.lines else -1
    if at < 0:
        return
    nearest, last = at + len(headline or ""), None
    for text, start, regions, hints in page.signatures:
        if last is not None and _OTHER_PART.search(page.text[last:start]):
            return
        if (
            at - SIGNATURE_ABOVE <= start <= nearest + SIGNATURE_BELOW
            and not regions & _ELSEWHERE
            and not 0 <= hints[_COMMENT] <= _NEAR
            and not 0 <= hints[_RELATED] <= 2
        ):
            last = start
            yield text


# Who checked, edited or photographed is no author.
_OTHER_PART: Final = re.compile(
    r"\b(?:review|edit|fact|photo|medically|translat|illustrat)", re.IGNORECASE
)


_WRITTEN_BY: Final = re.compile(
    r"written|author|verfasst|écrit|escrito|scritto|geschreven", re.IGNORECASE
)


def _names(author: Any, by_id: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for one in author if isinstance(author, list) else [author]:
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            known = by_id.get(one.get("@id", ""), one) if "name" not in one else one
            types = _types(known)
            if not types or _PERSON_TYPES.intersection(types):
                name = known.get("name")
                yield from (
                    value
                    for value in (name if isinstance(name, list) else [name])
                    if isinstance(value, str)
                )


def _tags(meta: Mapping[str, list[str]], article: Mapping[str, Any]) -> list[str] | None:
    keywords = article.get("keywords")
    stated = [keywords if isinstance(keywords, list) else [keywords]]
    stated += [meta[name] for name in _TAGS if name in meta]
    for values in stated:
        parts = [
            part for value in values if isinstance(value, str) for part in re.split("[,;]", value)
        ]
        clean = [tag for part in parts if (tag := _clean(part)) and len(tag) <= _MAX_TAG_CHARACTERS]
        if clean:
            return list(dict.fromkeys(clean))[:_MAX_TAGS]
    return None


def _image(
    meta: Mapping[str, list[str]],
    article: Mapping[str, Any],
    by_id: Mapping[str, Mapping[str, Any]],
    url: str | None,
) -> tuple[str | None, int | None, int | None]:
    """The lead image's address and size: OpenGraph's, else the article's."""
    address = _first(meta, ("og:image", "og:image:url", "og:image:secure_url", "twitter:image"))
    width, height = _first(meta, ("og:image:width",)), _first(meta, ("og:image:height",))
    if not address:
        image = article.get("image")
        image = image[0] if isinstance(image, list) and image else image
        if isinstance(image, dict):
            image = by_id.get(image.get("@id", ""), image)
            address = _text(image.get("url")) or _text(image.get("contentUrl"))
            width, height = _text(image.get("width")), _text(image.get("height"))
        elif isinstance(image, str):
            address = image
    absolute = _absolute(address, url)
    return (absolute, _pixels(width), _pixels(height)) if absolute else (None, None, None)


def _pixels(written: str | None) -> int | None:
    match = re.match(r"\s*(\d{1,5})", written or "")
    return int(match.group(1)) or None if match else None


def _address(page: Page, meta: Mapping[str, list[str]], article: Mapping[str, Any]) -> str | None:
    canonical = next((value for relation, value in page.links if relation == "canonical"), None)
    base = _first(meta, ("og:url",))
    for candidate in (canonical, base, _text(article.get("url"))):
        found = _absolute(candidate, base)
        if found is not None:
            return found
    return None


def _absolute(address: str | None, base: str | None) -> str | None:
    if not address:
        return None
    try:
        joined = urljoin(base or "", html.unescape(address).strip())
        parts = urlsplit(joined)
    except ValueError:
        return None
    return joined if parts.scheme in {"http", "https"} and parts.hostname else None


def _language(page: Page, article: Mapping[str, Any]) -> str | None:
    written = page.language or _text(article.get("inLanguage")) or ""
    match = re.match(r"[A-Za-z]{2}(?![A-Za-z])", written)
    return match.group(0).lower() if match else None


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found = dict[str, list[str]]()
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _flat(values: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, several in values.items() for value in several)


def _first(values: Mapping[str, list[str]], names: Iterable[str]) -> str | None:
    return next((value for name in names for value in values.get(name, []) if value.strip()), None)


def _text(value: Any) -> str | None:
    """The first text in a JSON value that should be one."""
    if isinstance(value, list):
        return next((text for one in value if (text := _text(one))), None)
    if isinstance(value, dict):
        return _text(value.get("@value") or value.get("name"))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value.strip() else None


def _clean(value: str | None) -> str | None:
    """Text as a reader sees it: no entities, no markup, no mojibake, white space folded."""
    if not value:
        return None
    plain = without_directions(_MARKUP.sub("", html.unescape(value)).replace("\u00ad", ""))
    return mend_mojibake(" ".join(plain.split())) or None


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
