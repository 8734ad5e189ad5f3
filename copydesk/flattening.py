"""Flattening: from one HTML page to the text that its blocks stand in, with the DOM's evidence for each line.

What belongs here: one walk over the DOM, what text it yields, what the DOM says about each line, and which elements
describe the page itself (`<meta>`, JSON-LD, microdata), unread. What does not: what a line is to its page (roles), what
the structured data says (structured_data.py), frames over many pages (html_blocks.py).

The flattened text is what offsets count in for HTML: the page's `<title>`, then every line of text that the page has in
document order, hidden ones included. White space is folded; block elements are set apart by a blank line, list items,
table rows and line breaks by a newline, cells by a tab. Scripts, styles, forms' choices, embedded media and what stands
in `<noscript>`, `<template>` and `<svg>` are no text of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from copydesk.decoding import DIRECTIONS, mend_mojibake

# What these hold is never shown as text of the page.
SKIPPED: Final = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "object",
        "embed",
        "canvas",
        "audio",
        "video",
        "select",
        "datalist",
        "textarea",
        "map",
        "math",
        "frameset",
    ]
)
# Elements that start a new line by the HTML standard's rendering rules (section 15.3), and set it apart from the last.
APART: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "legend",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "ul",
        "caption",
    ]
)
# Those that start a new line and no more: parts of a list or a table.
TIGHT: Final = frozenset({"li", "dt", "dd", "tr", "thead", "tbody", "tfoot"})
CELLS: Final = frozenset({"td", "th"})
_BREAK_OF_TAG: Final = {
    **dict.fromkeys(APART, "\n\n"),
    **dict.fromkeys(TIGHT, "\n"),
    **dict.fromkeys(CELLS, "\t"),
}
# Of all breaks between two lines the widest shows.
_WIDTH: Final = {"": 0, "\t": 1, "\n": 2, "\n\n": 3}
# What the walk does not go into: what is no text, and what says something about the page.
_ASIDE: Final = SKIPPED | {"br", "head", "meta", "-comment", "-doctype"}
_STRONG: Final = frozenset({"b", "strong"})
_INLINE: Final = _STRONG | {"a", "html"}
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}

# Ancestors that say what a part of the page is for: a bit each.
REGIONS: Final = (
    "article", "main", "nav", "aside", "header", "footer", "figure", "figcaption", "blockquote", "form", "list", "table",
    "button", "hidden", "time", "address",
)  # fmt: skip
_BIT: Final = {name: 1 << index for index, name in enumerate(REGIONS)}
_REGION_OF_TAG: Final = {
    **{name: _BIT[name] for name in REGIONS if name not in {"list", "hidden"}},
    **dict.fromkeys(("ul", "ol", "dl", "menu"), _BIT["list"]),
}
_REGION_OF_ROLE: Final = {
    "article": _BIT["article"],
    "main": _BIT["main"],
    "navigation": _BIT["nav"],
    "menu": _BIT["nav"],
    "menubar": _BIT["nav"],
    "complementary": _BIT["aside"],
    "banner": _BIT["header"],
    "contentinfo": _BIT["footer"],
    "search": _BIT["form"],
    "button": _BIT["button"],
}
_HIDING_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


# What class names and ids give away. The words are those that Readability.js (`REGEXPS`) and Trafilatura (`xpaths.py`)
# look for, sorted by what they mean: first those that count as a part of a name (`post-date`), then those that count
# wherever they stand in it (`postdate`).
_HINT_WORDS: Final = {
    "body": "prose wysiwyg",
    "title": "title",
    "byline": "",
    "date": "date time timestamp posted updated dateline pubdate",
    "summary": "dek deck summary subtitle subhead subheadline lede lead excerpt abstract intro standfirst",
    "caption": "credit credits legend",
    "tag": "tag tags topic topics keyword keywords taglist category categories",
    "comment": "reply replies respond discussion livefyre coral",
    "share": "share sharing sharer",
    "related": "more latest teaser teasers promo promos upnext carousel swiper slider rail widget card cards side sidebar",
    "advertisement": "ad ads adv dfp gpt banner outstream",
    "subscription": "login register registration donate donation cta",
    "consent": "modal popup overlay lightbox",
    "navigation": "nav navbar menu submenu megamenu crumb crumbs pagination pager toc skip masthead topbar offcanvas drawer"
    " toolbar hamburger",
    "footer": "legal disclaimer",
    "biography": "bio biography",
    "hidden": "sronly visuallyhidden offscreen screenreader",
}  # fmt: skip
_ARTICLE_NOUN: Final = "article|story|post|entry|page|main|news|blog|single"
_HINT_ROOTS: Final = {
    "biography": r"about[-_]*(?:the[-_]*)?author|author[-_]*(?:bio|box|info|card)",
    "body": rf"(?:{_ARTICLE_NOUN}|rich|body)[-_]*(?:body|content|text|copy|detail)|^(?:content|body|story|entry)$",
    "title": rf"headline|(?:{_ARTICLE_NOUN})[-_]*title",
    "byline": "byline|author|writer|contributor|reporter",
    "date": "publish|datetime",
    "caption": "caption",
    "comment": "comment|disqus",
    "share": "social|sharedaddy|addthis|addtoany|facebook|twitter|whatsapp",
    "related": r"related|recommend|recirc|read[-_]*(?:more|next|also)|also[-_]*(?:read|like)|trending|popular"
    r"|most[-_]*(?:read|viewed)|outbrain|taboola",
    "advertisement": "advert|sponsor",
    "subscription": r"newsletter|subscri|paywall|sign[-_]*up",
    "consent": "cookie|consent|gdpr|onetrust|didomi",
    "navigation": "breadcrumb|navigation",
    "footer": "footer|colophon|copyright",
    "hidden": r"sr-only|visually[-_]hidden|screen-reader",
}
HINTS: Final = tuple(name for name in _HINT_WORDS if name != "hidden")
_HINT_NUMBER: Final = {name: number for number, name in enumerate(_HINT_WORDS)}
_NUMBER_OF_WORD: Final = {
    word: _HINT_NUMBER[name] for name, words in _HINT_WORDS.items() for word in words.split()
}
_ROOTS: Final = re.compile(
    "|".join(f"(?P<{name}>{pattern})" for name, pattern in _HINT_ROOTS.items())
)
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PART: Final = re.compile(r"[-_]+")
# Sites use a few thousand class names each, and a batch holds many pages of a site.
_CACHED_NAMES: Final = 65_536
_NO_HINTS: Final = (-1,) * len(HINTS)

_BYLINE: Final = HINTS.index("byline")
# `/authors/jane-doe`, `/profile/jane-doe`: where outlets keep the pages of those who write for them.
_PERSONS_PAGE: Final = re.compile(
    r"/(?:authors?|autor(?:en|es)?|auteurs?|contributors?|journalists?|reporters?|writers?|profiles?|people|persons?|staff|by)"
    r"/[\w%.-]{3,}/?(?:[?#].*)?$",
    re.IGNORECASE,
)
MAX_SIGNATURE_CHARACTERS: Final = 100

# Properties of schema.org's articles, people and outlets that articles.py has a use for.
ITEM_PROPERTIES: Final = frozenset(
    [
        "alternativeHeadline",
        "articleBody",
        "articleSection",
        "author",
        "creator",
        "dateCreated",
        "dateModified",
        "datePublished",
        "description",
        "headline",
        "image",
        "keywords",
        "name",
        "publisher",
    ]
)
# An `articleBody` in microdata is the page's own text; the lines in it are marked, it is not read twice.
_LONG_PROPERTIES: Final = frozenset({"articleBody"})
_VALUE_ATTRIBUTES: Final = ("content", "datetime", "href", "src")

# Characters that only say where a word may break are dropped; control characters, and those that turn the direction of
# writing, become spaces.
_INVISIBLE: Final = {
    **dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"), None),
    **dict.fromkeys((*range(32), *range(127, 160), *map(ord, DIRECTIONS)), " "),
}


class Line(NamedTuple):
    """One line of the flattened text and what the DOM says about it.

    `start` and `end` are characters in the flattened text. `tag` is the block element that the line stands in;
    `element`, `container` and `grandparent` number that element, its parent and the parent's parent in document order,
    so that lines of one container share a number. `characters` counts non-blank ones, `link_characters` and
    `strong_characters` those of them in links and in bold. `regions` is a sum of bits in the order of `REGIONS`. `hints`
    holds for each of `HINTS` how many elements up a class or id says so (0: the innermost element), -1 where none does.
    """

    start: int
    end: int
    tag: str
    depth: int
    element: int
    container: int
    grandparent: int
    characters: int
    link_characters: int
    strong_characters: int
    links: int
    heading_level: int
    regions: int
    item_property: str | None
    hints: tuple[int, ...]


class Signature(NamedTuple):
    """The text of an element whose class, id or link says that it names an author, and where in the text it stands."""

    text: str
    start: int
    regions: int
    hints: tuple[int, ...]


@dataclass(slots=True)
class Page:
    """A flattened page, and what describes the page itself, as it stands in it.

    `meta` holds names (or properties) with contents, `links` relations with addresses, `items` microdata as scope (the
    property the scope is the value of, or its type), property, value; `times` the `datetime` of `<time>` elements with
    where they stand in the text and their regions; `signatures` what stands in elements that are marked as an author's name.
    """

    text: str
    lines: list[Line]
    json_ld: list[str] = field(default_factory=list)
    meta: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    items: list[tuple[str, str, str]] = field(default_factory=list)
    times: list[tuple[str, int, int]] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    language: str | None = None


class _Place:
    """Where the walk stands: what an element hands down to everything in it."""

    __slots__ = (
        "container", "depth", "element", "grandparent", "heading", "hints", "item", "link", "pre", "regions", "scope",
        "strong", "tag",
    )  # fmt: skip

    def __init__(self) -> None:
        self.depth = self.element = self.container = self.grandparent = 0
        self.regions = self.heading = 0
        self.tag, self.hints = "body", _NO_HINTS
        self.link = self.strong = self.pre = False
        self.item: str | None = None
        self.scope = ""

    def below(self) -> _Place:
        """The place of an element here, as long as nothing is known of it."""
        place = _Place.__new__(_Place)
        place.depth = self.depth + 1
        place.tag = self.tag
        place.element = self.element
        place.container = self.container
        place.grandparent = self.grandparent
        place.regions = self.regions
        place.hints = self.hints
        place.heading = self.heading
        place.link = self.link
        place.strong = self.strong
        place.pre = self.pre
        place.item = self.item
        place.scope = self.scope
        return place


def flatten(html: str, *, mend: bool = False) -> Page:
    """The text of a page with the DOM's evidence for each of its lines; with `mend` its mojibake is mended line by line.

    Never fails: the HTML standard says of any text what DOM it makes.
    """
    tree = LexborHTMLParser(html)
    walk = _Walk(mend)
    root = tree.root
    if root is not None:
        walk.over(root)
    return walk.finish()


@lru_cache(maxsize=_CACHED_NAMES)
def hints_of(names: str) -> tuple[int, ...]:
    """Which of `HINTS` (by index) class names or ids give away; `len(HINTS)` says that they hide the element."""
    return tuple(sorted({number for name in names.split() for number in _hints_of_name(name)}))


@lru_cache(maxsize=_CACHED_NAMES)
def _hints_of_name(name: str) -> frozenset[int]:
    plain = _CAMEL.sub("-", name).lower()
    found = {_NUMBER_OF_WORD[part] for part in _PART.split(plain) if part in _NUMBER_OF_WORD}
    for match in _ROOTS.finditer(plain):
        assert match.lastgroup is not None
        found.add(_HINT_NUMBER[match.lastgroup])
    return frozenset(found)


class _Walk:
    """One walk over a page's DOM, and the line that is being put together."""

    def __init__(self, mend: bool) -> None:
        self.page = Page("", [])
        self.mend = mend
        self.text: list[str] = []
        self.length = 0
        self.elements = 0
        self.pieces: list[str] = []
        self.place: _Place | None = None
        self.characters = self.link_characters = self.strong_characters = self.links = 0
        self.separator = ""

    def over(self, root: LexborNode) -> None:
        """Visit `root` and everything below it, in document order."""
        place = _Place()
        above: list[tuple[LexborNode, _Place, str | None]] = []
        node: LexborNode = root
        while True:
            tag = node.tag
            if tag == "-text":
                text = node.text_content
                if text and not text.isspace():
                    self._add(text, place)
                elif self.pieces:
                    self.pieces.append("\n" if place.pre else " ")
            elif tag in _ASIDE:
                self._read_aside(node, tag, place)
            elif tag is not None and node.is_element_node:
                separator = _BREAK_OF_TAG.get(tag)
                if separator is not None:
                    self._break(separator)
                within = self._enter(node, tag, place, separator is not None)
                below = node.child
                if below is not None:
                    above.append((node, place, separator))
                    node, place = below, within
                    continue
                if separator is not None:
                    self._break(separator)
            following = node.next
            while following is None:
                if not above:
                    return
                node, place, separator = above.pop()
                if separator is not None:
                    self._break(separator)
                following = node.next if above else None
            node = following

    def finish(self) -> Page:
        """The page, once the walk is over."""
        self._flush()
        self.page.text = "".join(self.text)
        return self.page

    def _read_aside(self, node: LexborNode, tag: str, place: _Place) -> None:
        if tag == "br":
            self._break("\n")
        elif tag == "script":
            self._keep_script(node)
        elif tag == "head":
            self._read_head(node)
        elif tag == "meta":
            self._keep_meta(node, place.scope)

    def _enter(self, node: LexborNode, tag: str, above: _Place, block: bool) -> _Place:
        self.elements += 1
        attributes = node.attributes
        if not block and not attributes and tag not in _REGION_OF_TAG and tag not in _INLINE:
            return above
        place = above.below()
        if block:
            place.tag = tag
            place.grandparent = above.container
            place.container = above.element
            place.element = self.elements
            if tag in _HEADINGS:
                place.heading = _HEADINGS[tag]
            elif tag == "pre":
                place.pre = True
        elif tag == "a":
            place.link = True
            self.links += 1
        elif tag in _STRONG:
            place.strong = True
        elif tag == "html":
            self.page.language = attributes.get("lang")
        if tag in _REGION_OF_TAG:
            place.regions |= _REGION_OF_TAG[tag]
        if attributes:
            self._read_attributes(node, tag, attributes, place)
        return place

    def _read_attributes(
        self, node: LexborNode, tag: str, attributes: dict[str, str | None], place: _Place
    ) -> None:
        names = attributes.get("class") or ""
        if identity := attributes.get("id"):
            names = f"{names} {identity}"
        if names and (found := hints_of(names)):
            hints = list(place.hints)
            for index in found:
                if index == len(HINTS):
                    place.regions |= _BIT["hidden"]
                else:
                    hints[index] = place.depth
            place.hints = tuple(hints)
        if role := attributes.get("role"):
            place.regions |= _REGION_OF_ROLE.get(role.lower(), 0)
        if "hidden" in attributes or attributes.get("aria-hidden") == "true":
            place.regions |= _BIT["hidden"]
        if (style := attributes.get("style")) and _HIDING_STYLE.search(style):
            place.regions |= _BIT["hidden"]
        if properties := attributes.get("itemprop"):
            for name in properties.split():
                if name in ITEM_PROPERTIES:
                    place.item = name
                    self._keep_item(node, place.scope, name, attributes)
        if "itemscope" in attributes:
            kind = (attributes.get("itemtype") or "").rpartition("/")[2]
            place.scope = f"{place.scope}/{properties or kind}"
        if tag == "time":
            moment = attributes.get("datetime")
            if moment:
                self.page.times.append((moment, self.length, place.regions))
        elif tag == "a" and (
            "author" in (attributes.get("rel") or "").split()
            or _PERSONS_PAGE.search(attributes.get("href") or "")
        ):
            hints = list(place.hints)
            hints[_BYLINE] = place.depth
            place.hints = tuple(hints)
        if place.hints[_BYLINE] == place.depth:
            self._keep_signature(node, place)

    def _keep_signature(self, node: LexborNode, place: _Place) -> None:
        below = node.child
        # An element around others says no name by itself; those in it are asked.
        if below is not None and (below.next is None or not _holds_elements(node)):
            text = " ".join((node.text(separator=" ") or "").split())
            if 0 < len(text) <= MAX_SIGNATURE_CHARACTERS:
                # What stands before it on its line is not written yet.
                before = " ".join("".join(self.pieces).split())
                self.page.signatures.append(
                    Signature(
                        text,
                        self.length + len(self.separator) + len(before),
                        place.regions,
                        tuple([place.depth - depth if depth >= 0 else -1 for depth in place.hints]),
                    )
                )

    def _add(self, text: str, place: _Place) -> None:
        if place.pre and "\n" in text:
            first, *others = text.split("\n")
            self._add(first, place)
            for other in others:
                self._break("\n")
                self._add(other, place)
            return
        count = sum(map(len, text.split()))
        if count:
            if self.place is None:
                self.place = place
            self.characters += count
            if place.link:
                self.link_characters += count
            if place.strong:
                self.strong_characters += count
        self.pieces.append(text)

    def _break(self, separator: str) -> None:
        if self.pieces:
            self._flush()
        self.links = 0
        if _WIDTH[separator] > _WIDTH[self.separator]:
            self.separator = separator

    def _flush(self) -> None:
        place = self.place
        if place is not None:
            text = " ".join("".join(self.pieces).translate(_INVISIBLE).split())
            if text:
                self._write(mend_mojibake(text) if self.mend else text, place)
            self.place = None
            self.characters = self.link_characters = self.strong_characters = 0
        self.pieces.clear()

    def _write(self, text: str, place: _Place) -> None:
        if self.length:
            self.text.append(self.separator)
            self.length += len(self.separator)
        self.separator = ""
        start = self.length
        self.text.append(text)
        self.length += len(text)
        self.page.lines.append(
            Line(
                start=start,
                end=self.length,
                tag=place.tag,
                depth=place.depth,
                element=place.element,
                container=place.container,
                grandparent=place.grandparent,
                characters=self.characters,
                link_characters=self.link_characters,
                strong_characters=self.strong_characters,
                links=self.links,
                heading_level=place.heading,
                regions=place.regions,
                item_property=place.item,
                hints=_NO_HINTS
                if place.hints is _NO_HINTS
                else tuple([place.depth - depth if depth >= 0 else -1 for depth in place.hints]),
            )
        )

    def _read_head(self, head: LexborNode) -> None:
        for node in head.traverse():
            tag = node.tag
            if tag == "title" and not self.text:
                place = _Place()
                place.tag = "title"
                self._add(node.text() or "", place)
                self._break("\n\n")
            elif tag == "meta":
                self._keep_meta(node, "")
            elif tag == "link":
                relation, address = node.attributes.get("rel"), node.attributes.get("href")
                if relation and address:
                    self.page.links.append((relation.lower(), address))
            elif tag == "script":
                self._keep_script(node)

    def _keep_script(self, node: LexborNode) -> None:
        if "ld+json" in (node.attributes.get("type") or "").lower():
            self.page.json_ld.append(node.text() or "")

    def _keep_meta(self, node: LexborNode, scope: str) -> None:
        attributes = node.attributes
        content = attributes.get("content")
        name = attributes.get("property") or attributes.get("name")
        if name and content:
            self.page.meta.append((name.lower(), content))
        for name in (attributes.get("itemprop") or "").split():
            if name in ITEM_PROPERTIES:
                self._keep_item(node, scope, name, attributes)

    def _keep_item(
        self, node: LexborNode, scope: str, name: str, attributes: dict[str, str | None]
    ) -> None:
        if name in _LONG_PROPERTIES:
            return
        value = next((attributes[key] for key in _VALUE_ATTRIBUTES if attributes.get(key)), None)
        if "itemscope" in attributes or (value is None and node.child is None):
            return
        if value is None or name in {"name", "author"}:
            value = attributes.get("content") or " ".join((node.text() or "").split()) or value
        if value:
            self.page.items.append((scope, name, value))


def _holds_elements(node: LexborNode) -> bool:
    child = node.child
    while child is not None:
        if child.is_element_node:
            return True
        child = child.next
    return False


def regions_of(bits: int) -> Iterator[str]:
    """The names of the regions in a sum of bits."""
    return (name for name in REGIONS if bits & _BIT[name])
