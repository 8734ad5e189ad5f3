"""Flattening HTML: the text, and what the DOM says of each of its lines."""

from hypothesis import given
from hypothesis import strategies as st

from copydesk.flattening import HINTS, Line, Page, flatten, hints_of, regions_of


def lines(page: Page) -> list[str]:
    return [page.text[line.start : line.end] for line in page.lines]


def line_of(page: Page, text: str) -> Line:
    return page.lines[lines(page).index(text)]


def hints(line: Line) -> dict[str, int]:
    return {name: away for name, away in zip(HINTS, line.hints, strict=True) if away >= 0}


def test_blocks_stand_apart_items_and_breaks_do_not():
    page = flatten(
        "<title>Page &amp; site</title><div>One <b>bold</b>\n word<p>Two<br>Three</p></div>"
        "<ul><li>First</li><li>Second</li></ul><table><tr><td>A</td><td>B</td></tr></table>End"
    )
    assert page.text == (
        "Page & site\n\nOne bold word\n\nTwo\nThree\n\nFirst\nSecond\n\nA\tB\n\nEnd"
    )
    assert lines(page) == [
        "Page & site", "One bold word", "Two", "Three", "First", "Second", "A", "B", "End"
    ]  # fmt: skip


def test_what_is_never_shown_as_text_is_left_out():
    page = flatten(
        "<p>Seen<script>var a = '<p>no</p>'</script><style>p {}</style></p><noscript><p>no</p></noscript>"
        "<template><p>no</p></template><svg><title>no</title></svg><select><option>no</select>"
        "<textarea>no</textarea><iframe>no</iframe><!-- no -->"
    )
    assert page.text == "Seen"


def test_hidden_text_is_kept_and_marked():
    page = flatten(
        '<div hidden>A</div><div style="display: none">B</div><div aria-hidden="true">C</div>'
        '<span class="sr-only">D</span><div>E</div>'
    )
    assert [("hidden" in regions_of(line.regions)) for line in page.lines] == [True] * 4 + [False]


def test_a_line_knows_its_regions_links_and_headings():
    page = flatten(
        "<main><article><h2>Head</h2><p>See <a href=/x>this page</a> now</p></article></main>"
        "<nav><ul><li><a href=/>Home</a></li></ul></nav><div role=contentinfo>Foot</div>"
    )
    assert line_of(page, "Head").heading_level == 2
    paragraph = line_of(page, "See this page now")
    assert (paragraph.tag, paragraph.links) == ("p", 1)
    assert (paragraph.characters, paragraph.link_characters) == (14, 8)
    assert set(regions_of(paragraph.regions)) == {"article", "main"}
    assert set(regions_of(line_of(page, "Home").regions)) == {"nav", "list"}
    assert set(regions_of(line_of(page, "Foot").regions)) == {"footer"}


def test_lines_of_one_container_share_its_number():
    page = flatten("<div><p>A</p><p>B</p></div><div><p>C</p></div>")
    a, b, c = page.lines
    assert a.container == b.container != c.container
    assert len({a.element, b.element, c.element}) == 3
    assert a.grandparent == c.grandparent


def test_hints_say_how_many_elements_up_a_class_speaks():
    page = flatten(
        '<div class="ArticleBody"><p>Text</p><p class="post-meta"><span class="byline__name">Ann</span></p></div>'
        '<div id="comments"><div><p>Me too</p></div></div>'
    )
    assert hints(line_of(page, "Text")) == {"body": 1}
    assert hints(line_of(page, "Ann")) == {"body": 2, "byline": 0}
    assert hints(line_of(page, "Me too")) == {"comment": 2}


def test_words_count_as_parts_of_names_only():
    def named(names: str) -> set[str]:
        return {HINTS[number] for number in hints_of(names)}

    assert named("post-date") == {"date"}
    assert named("candidate") == set()
    assert named("ad-slot") == {"advertisement"}
    assert named("shadow header-bar") == set()
    assert named("storyContent newsletterSignup") == {"body", "subscription"}


def test_preformatted_text_keeps_its_lines():
    assert flatten("<pre>one\n  two\n\nthree</pre>").text == "one\ntwo\nthree"


def test_invisible_and_control_characters_do_not_reach_the_text():
    page = flatten("<p>A\u00adb&shy;c&#8203;d&#1;e&#30;f&nbsp;g\u2028h</p>")
    assert page.text == "Abcd e f g h"


def test_what_describes_the_page_is_kept_as_it_stands():
    page = flatten(
        '<html lang="de-AT"><head><meta property="og:title" content="T"><meta name="Author" content="A B">'
        '<link rel="canonical" href="https://example.org/a">'
        '<script type="application/ld+json">{"@type": "Article"}</script></head><body>'
        '<div itemscope itemtype="https://schema.org/Article"><div itemprop="author" itemscope>'
        '<span itemprop="name">C D</span></div><article><time datetime="2024-01-02">2 Jan</time></article></div>'
    )
    assert page.language == "de-AT"
    assert page.meta == [("og:title", "T"), ("author", "A B")]
    assert page.links == [("canonical", "https://example.org/a")]
    assert page.json_ld == ['{"@type": "Article"}']
    assert page.items == [("/Article/author", "name", "C D")]
    assert [moment for moment, _, _ in page.times] == ["2024-01-02"]
    assert line_of(page, "C D").item_property == "name"


def test_nesting_without_end_is_no_obstacle():
    deep = "<div>" * 20_000 + "deep" + "</div>" * 20_000
    assert flatten(deep).text == "deep"


@given(
    st.text(alphabet=st.sampled_from("<>/=\"' \n\tab&;#1!-pdivscrtlh\u00e9\u4e2d"), max_size=300)
)
def test_any_text_gives_lines_that_account_for_it(html: str):
    page = flatten(html)
    position = 0
    for line in page.lines:
        assert line.start >= position
        assert not page.text[position : line.start].strip()
        text = page.text[line.start : line.end]
        assert text
        assert text == " ".join(text.split())
        assert line.link_characters <= line.characters
        position = line.end
    assert position == len(page.text)
