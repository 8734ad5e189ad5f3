"""Mentions: what is cleaned, recased, resolved within an article and linked to the world."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.casing import is_shouted, recase, usual_forms
from copydesk.coreference import resolve
from copydesk.entities import build_entities
from copydesk.linking import city_id, country_id, known_places, link
from copydesk.mentions import Mention, clean_mentions
from copydesk.recognizers import Span
from copydesk.tables import MENTIONS
from copydesk.territories import City, Country, find_city, find_country


def spans(text, *found):
    """A span for every name, at its first place in `text`."""
    return [Span(text.index(name), text.index(name) + len(name), label) for name, label in found]


def cleaned(text, *found):
    return [(each.surface, each.label) for each in clean_mentions(text, spans(text, *found), "m")]


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ("the Port Authority's plan", [("the Port Authority's", "ORG")], [("Port Authority", "organisation")]),
        ("then Mayor Ana Holm spoke", [("Mayor Ana Holm", "PERSON")], [("Ana Holm", "person")]),
        ("King Harald came", [("King Harald", "PERSON")], [("Harald", "person")]),
        ("“Ana Holm” spoke", [("“Ana Holm”", "PERSON")], [("Ana Holm", "person")]),
        ("Ana Holm\nRead more", [("Ana Holm\nRead more", "PERSON")], [("Ana Holm", "person")]),
        ("on Tuesday", [("Tuesday", "ORG")], []),
        ("see www.example.org", [("www.example.org", "ORG")], []),
        ("in Plymouth city centre", [("Plymouth city centre", "GPE")], [("Plymouth", "city")]),
        ("Content is listed here", [("Content", "ORG")], []),
        # what small models get wrong
        ("near Kyiv today", [("Kyiv", "ORG")], [("Kyiv", "city")]),
        ("in Nepal today", [("Nepal", "PERSON")], [("Nepal", "country")]),
        ("in Alabama today", [("Alabama", "ORG")], [("Alabama", "place")]),
        ("Nadia Olsen Berg came", [("Nadia Olsen", "ORG"), ("Berg", "PERSON")], [("Nadia Olsen Berg", "person")]),
        ("Mali’s Port Authority met", [("Mali’s Port Authority", "ORG")],
         [("Mali", "country"), ("Port Authority", "organisation")]),
        ("Lamu University's School of Law", [("Lamu University's School of Law", "ORG")],
         [("Lamu University", "organisation"), ("School of Law", "organisation")]),
        ("at Lloyd's of London", [("Lloyd's of London", "ORG")], [("Lloyd's of London", "organisation")]),
        ("Ana Holm, MD, FASA, left", [("Ana Holm", "PERSON"), ("MD", "GPE"), ("FASA", "ORG")], [("Ana Holm", "person")]),
        ("Energy Minister Ana Holm", [("Energy", "ORG")], []),
        ("Ana, an Audio Specialist at Lamu", [("Audio Specialist", "ORG")], []),
        ("Datuk Seri came", [("Seri", "PERSON")], []),
        # what they miss
        ("the Malians and the Mali army", [], [("Malians", "country"), ("Mali", "country")]),
        ("from St Vincent and the Grenadines", [("St Vincent", "GPE"), ("Grenadines", "ORG")],
         [("St Vincent and the Grenadines", "country")]),
        ("across America, not South America", [], [("America", "country")]),
        # no country
        ("Spanish classes and French fries", [], []),
        ("Georgia spoke", [], []),
        ("ask mali@example.org", [], []),
    ],
)  # fmt: skip
def test_cleaning(text, found, expected):
    assert cleaned(text, *found) == expected


@given(
    st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4)
)
def test_mentions_are_in_order_at_their_offsets(text, pairs):
    found = [
        Span(start, end, label)
        for (one, two), label in zip(pairs, ["PERSON", "ORG", "GPE", "NORP"], strict=False)
        if (start := min(one, two, len(text))) < (end := min(max(one, two), len(text)))
    ]
    end = 0
    for each in clean_mentions(text, found, "m"):
        assert each.start >= end
        assert text[each.start : each.end] == each.surface != ""
        end = each.end


class TestCasing:
    def test_lines_in_capitals_are_told(self):
        assert is_shouted("HARBOUR STRIKE ENDS IN ROTTERDAM")
        assert not is_shouted("Harbour strike ends in Rotterdam")
        assert not is_shouted("NATO and the EU met in Brussels")
        assert not is_shouted("港のストライキが終わる 今日 明日")

    def test_a_headline_takes_the_case_of_the_body(self):
        usual = usual_forms("Dockers say that the Holm plan for Rotterdam failed.")
        assert recase("HOLM PLAN FOR ROTTERDAM DOCKERS FAILED", usual) == (
            "Holm plan for Rotterdam Dockers failed"
        )

    def test_what_the_body_lacks_is_told_by_lexicons(self):
        assert recase("NATO WARNS SOUTH AFRICA OF GROWING THREAT", {}) == (
            "NATO warns South Africa of growing threat"
        )

    def test_a_dateline_is_recased_and_no_more(self):
        text = "BEIRUT/THE HAGUE, March 7 (Wire) - The NATO envoy left."
        assert recase(text, {}) == "Beirut/The Hague, March 7 (Wire) - The NATO envoy left."

    def test_a_headline_in_title_case_keeps_only_names_large(self):
        usual = usual_forms("They say that Ana Holm, dockers and the Port Authority solved it.")
        assert recase("Ana Holm Solved the Major Problem of Dockers at the Port", usual) == (
            "Ana Holm solved the major problem of dockers at the Port"
        )
        for line in ("Ana Holm met Eva Berg of the Port Authority", "Port Authority, Lamu"):
            assert recase(line, {}) == line

    @given(st.text())
    def test_the_length_stays(self, text):
        assert len(recase(text, {})) == len(text)
        assert len(recase(text.upper(), usual_forms(text))) == len(text.upper())
        titled = f"The Major Problem of {text} Is a Question"
        assert len(recase(titled, {})) == len(titled)


def article(body, *found, title="", authors=()):
    """Mentions of an article, cleaned and resolved: surface, label, name."""
    texts = {"title": title, "body": body}
    mentions = clean_mentions(body, spans(body, *found), "m")
    return resolve(texts, mentions, authors, usual_forms(body))


def names(mentions):
    return [(each.surface, each.label, each.name) for each in mentions]


class TestCoreference:
    def test_a_surname_is_the_one_person_who_bears_it(self):
        body = "Ana Holm left. Later Holm returned, and holm oaks grew."
        assert names(article(body, ("Ana Holm", "PERSON"))) == [
            ("Ana Holm", "person", "Ana Holm"),
            ("Holm", "person", "Ana Holm"),
        ]

    def test_a_surname_of_two_stays_what_it_is(self):
        body = "Ana Holm met Eva Holm. Then Holm left."
        found = article(body, ("Ana Holm", "PERSON"), ("Eva Holm", "PERSON"))
        assert names(found)[2] == ("Holm", "person", "Holm")
        assert link("a", {"title": "", "body": body}, found)[2].entity_id is None

    def test_the_title_is_read_with_the_body(self):
        found = article("Ana Holm left.", ("Ana Holm", "PERSON"), title="Holm leaves")
        assert [(each.field, each.surface, each.name) for each in found] == [
            ("body", "Ana Holm", "Ana Holm"),
            ("title", "Holm", "Ana Holm"),
        ]

    def test_an_acronym_in_brackets_is_its_long_form(self):
        body = "The World Harbour Organization (WHO) met. The WHO agreed."
        assert names(article(body)) == [
            ("World Harbour Organization", "organisation", "World Harbour Organization"),
            ("WHO", "organisation", "World Harbour Organization"),
            ("WHO", "organisation", "World Harbour Organization"),
        ]

    def test_brackets_that_spell_something_else_are_no_acronym(self):
        body = "The World Harbour Organization (NGO) met. The NGO agreed."
        assert ("NGO", "organisation", "World Harbour Organization") not in names(article(body))

    def test_agencies_and_bylines_are_no_people(self):
        body = "By Ana Holm\nROTTERDAM (Reuters) - Eva Berg left.\nReporting by Jon Dahl"
        found = article(
            body,
            ("Ana Holm", "PERSON"),
            ("Reuters", "PERSON"),
            ("Eva Berg", "PERSON"),
            ("Jon Dahl", "PERSON"),
        )
        assert names(found) == [
            ("Reuters", "organisation", "Reuters"),
            ("Eva Berg", "person", "Eva Berg"),
        ]

    def test_an_author_is_no_person_of_the_story(self):
        body = "Ana Holm is our reporter. Eva Berg left."
        found = article(body, ("Ana Holm", "PERSON"), ("Eva Berg", "PERSON"), authors=["Ana Holm"])
        assert [each.surface for each in found] == ["Eva Berg"]

    def test_lone_names_where_places_stand_are_places(self):
        body = "They came from Bamako, Mtwar and Ruvum. Sunlight in Lindo is strong. Letters from Bergu came."
        found = [(name, "PERSON") for name in ("Mtwar", "Ruvum", "Lindo", "Bergu")]
        assert [each[:2] for each in names(article(body, *found))] == [
            ("Mtwar", "place"),
            ("Ruvum", "place"),
            ("Lindo", "place"),
            ("Bergu", "person"),
        ]
        spoke = "Trust in Lindo is strong. “No,” said Ana. Lindo said it was late."
        assert ("Lindo", "person", "Lindo") in names(article(spoke, ("Lindo", "PERSON")))

    def test_a_name_that_ends_like_a_place_is_one(self):
        body = "He waits at Lindo Station in the port."
        assert names(article(body, ("Lindo Station", "PERSON")))[0][:2] == (
            "Lindo Station",
            "place",
        )

    def test_labels_of_one_name_agree(self):
        body = "Ana Ruiz left. Ana Ruiz came. Ana Ruiz stayed."
        first = Span(0, 8, "ORG")
        others = [Span(15, 23, "PERSON"), Span(30, 38, "PERSON")]
        mentions = clean_mentions(body, [first, *others], "m")
        assert {each.label for each in resolve({"body": body}, mentions)} == {"person"}


def linked(body, *found, article_id="a"):
    resolved = [each for each in article(body, *found) if each.field == "body"]
    return link(article_id, {"title": "", "body": body}, resolved)


def place(body, *found):
    """Surface and country code of every linked place."""
    places = [(each.surface, known_places().get(each.entity_id)) for each in linked(body, *found)]
    return [
        (surface, each.code if isinstance(each, Country) else each.country_code)
        for surface, each in places
        if each is not None
    ]


class TestLinking:
    def test_countries_by_name_alias_and_demonym(self):
        body = "Mali, the Malians, Britain, the U.S. and the Ivory Coast."
        assert place(body) == [
            ("Mali", "ML"),
            ("Malians", "ML"),
            ("Britain", "GB"),
            ("U.S.", "US"),
            ("Ivory Coast", "CI"),
        ]

    def test_an_ambiguous_country_needs_evidence(self):
        assert place("Georgia voted in Atlanta.", ("Georgia", "GPE")) == []
        assert place("Georgia voted, and Tbilisi waits.", ("Georgia", "GPE")) == [("Georgia", "GE")]

    def test_a_city_by_its_people_and_its_state(self):
        assert place("It rained in Paris today.", ("Paris", "GPE")) == [("Paris", "FR")]
        (paris,) = [each for each in linked("In Paris, Texas, it rained.", ("Paris", "GPE")) if each.surface == "Paris"]  # fmt: skip
        city = known_places()[paris.entity_id]
        assert isinstance(city, City)
        assert (city.country_code, city.state) == ("US", "TX")

    def test_a_city_of_several_is_linked_to_none(self):
        (springfield,) = linked("It rained in Springfield.", ("Springfield", "GPE"))
        assert (springfield.label, springfield.entity_id) == ("city", None)

    def test_the_articles_country_decides(self):
        assert find_city("Valencia") is None
        city = find_city("Valencia", near=frozenset({"ES"}))
        assert city is not None
        assert city.country_code == "ES"

    def test_a_court_that_every_country_has_is_linked_to_none(self):
        (court,) = linked("The Supreme Court ruled.", ("Supreme Court", "ORG"))
        assert court.entity_id is None
        (one,) = linked("The Port Authority of Ghent ruled.", ("Port Authority of Ghent", "ORG"))
        assert one.entity_id is not None

    def test_a_person_by_the_full_name_is_the_same_everywhere(self):
        one = linked("Ana Holm left.", ("Ana Holm", "PERSON"), article_id="a")
        two = linked("ANA HOLM LEFT HERE. Ana Holm left.", ("Ana Holm", "PERSON"), article_id="b")
        assert {each.entity_id for each in one} == {each.entity_id for each in two}

    def test_a_person_of_one_word_is_the_articles_own(self):
        (one,) = linked("Then Holm left.", ("Holm", "PERSON"), article_id="a")
        (two,) = linked("Then Holm left.", ("Holm", "PERSON"), article_id="b")
        assert one.entity_id is not None
        assert one.entity_id != two.entity_id


def test_entities_take_name_and_place_from_the_gazetteer():
    mali, bamako = find_country("Malian"), find_city("Bamako")
    assert mali is not None
    assert bamako is not None
    rows = [
        {"surface": "Malian", "label": "country", "entity_id": country_id(mali), "start": 0, "end": 6},
        {"surface": "Bamako", "label": "city", "entity_id": city_id(bamako), "start": 9, "end": 15},
    ]  # fmt: skip
    mentions = pl.DataFrame(
        [{"article_id": "a", "field": "body", "score": None, "model": "m"} | row for row in rows],
        schema=MENTIONS.polars_schema,
    )
    articles = pl.DataFrame(
        {"article_id": ["a"], "published_at": [None]},
        schema_overrides={"published_at": pl.Datetime("us", "UTC")},
    )
    found = build_entities(mentions.lazy(), articles.lazy()).sort("label")
    assert found.select("name", "label", "country_code", "aliases").rows() == [
        ("Bamako", "city", "ML", []),
        ("Mali", "country", "ML", ["Malian"]),
    ]
    assert found["latitude"][0] == pytest.approx(12.6, abs=0.2)


def test_a_mention_is_unlinked_until_it_is_linked():
    assert Mention(0, 4, "Mali", "country", "Mali", None, "m").entity_id is None
