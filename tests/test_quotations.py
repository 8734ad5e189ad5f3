"""Quotations: the marks of the world, cues, speakers, and that offsets hold."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.mentions import Mention
from copydesk.quotations import find_quotations, quotation_rows
from copydesk.quote_marks import blank_speech, find_speech
from copydesk.sentences import sentence_spans


def people(body, *names, label="person"):
    """Mentions of every place where `body` has one of the names; a surname is a person's whole name's."""
    found = []
    for name in names:
        for form in (name, name.split()[-1]):
            start = body.find(form)
            while start >= 0:
                end = start + len(form)
                if not any(each.start <= start < each.end for each in found):
                    found.append(Mention(start, end, form, label, name, None, "test", name))
                start = body.find(form, end)
    return sorted(found, key=lambda each: each.start)


def read(body, *names, language="en"):
    """Kind, text, cue, speaker and the name of the speaker's entity of every quotation."""
    mentions = people(body, *names)
    called = {each.entity_id: each.name for each in mentions}
    return [
        (row["kind"], row["text"], row["cue"], row["speaker"], called.get(row["speaker_entity_id"]))
        for row in quotation_rows("a", body, mentions, language)
    ]


@pytest.mark.parametrize(
    ("text", "speech"),
    [
        ('He said: "We are late."', ["We are late."]),
        ("“We are late,” he said.", ["We are late,"]),
        ("„Wir sind spät“, sagte er.", ["Wir sind spät"]),
        ("»Wir sind spät«, sagte er.", ["Wir sind spät"]),
        ("« Nous sommes en retard », dit-il.", ["Nous sommes en retard"]),
        ("‹Wir sind spät›, sagte er.", ["Wir sind spät"]),
        ("”Vi är sena”, sa han.", ["Vi är sena"]),
        ("„Spóźniliśmy się”, powiedział.", ["Spóźniliśmy się"]),
        ("市長は「とても遅い」と話した。", ["とても遅い"]),
        ("『遅い』", ["遅い"]),
        ("``We are late,'' he said.", ["We are late,"]),
        ("‘We’re the dockers’ friends,’ he said.", ["We’re the dockers’ friends,"]),
        ("'It's late,' he said.", ["It's late,"]),
        ("“He cried ‘stop’ and ran,” she said.", ["He cried ‘stop’ and ran,"]),
        ("“He cried “stop” and ran,” she said.", ["He cried “stop” and ran,"]),
        ("The dockers' union and the players' union.", []),
        ("It is 5' 3\" tall.", []),
        ("“An opening mark without an end.\n\nAnother paragraph.", []),
        ("“One.\n\n“Two.\n\n“Three,” she said.", ["One.\n\n“Two.\n\n“Three,"]),
        ("“One.\n\n“Two.\n\nThree.", ["One.\n\n“Two."]),
        ("“One.\n\n“Two.", ["One.\n\n“Two."]),
    ],
)
def test_speech_between_marks(text, speech):
    assert [text[each.start : each.end] for each in find_speech(text)] == speech


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '"We got what we asked for," said Ana Holm, who led the talks.',
            [("direct", "We got what we asked for,", "said", "Ana Holm", "Ana Holm")],
        ),
        (
            "“It is late,” the harbour master, Ana Holm, told reporters on Tuesday.",
            [("direct", "It is late,", "told", "Ana Holm", "Ana Holm")],
        ),
        (
            'Ana Holm told a meeting of dockers on Friday: "We won."',
            [("direct", "We won.", "told", "Ana Holm", "Ana Holm")],
        ),
        (
            '"Is it late?" Ana Holm asked.',
            [("direct", "Is it late?", "asked", "Ana Holm", "Ana Holm")],
        ),
        (
            'Critics called it "a disgrace".',
            [("direct", "a disgrace", "called", "Critics", None)],
        ),
        (
            "Ana Holm said that the bridge was unsafe.",
            [("indirect", "the bridge was unsafe", "said", "Ana Holm", "Ana Holm")],
        ),
        (
            "Ana Holm said on Tuesday in a statement the bridge was unsafe.",
            [("indirect", "the bridge was unsafe", "said", "Ana Holm", "Ana Holm")],
        ),
        (
            "After talks in the port last week, Mayor Ana Holm warned that prices would rise.",
            [("indirect", "prices would rise", "warned", "Mayor Ana Holm", "Ana Holm")],
        ),
        (
            "The bridge was unsafe, Ana Holm said.",
            [("indirect", "The bridge was unsafe", "said", "Ana Holm", "Ana Holm")],
        ),
        (
            "The bridge was unsafe, according to a report.",
            [("indirect", "The bridge was unsafe", "according to", "a report", None)],
        ),
        (
            "According to the port, the bridge was unsafe.",
            [("indirect", "the bridge was unsafe", "according to", "the port", None)],
        ),
        ("If the boat is late, add a day in Bergen.", []),
        ("The boat is late, suggested by Ana Holm as a rule.", []),
        (
            "Nobody was hurt, said police spokeswoman Ana Holm.",
            [("indirect", "Nobody was hurt", "said", "police spokeswoman Ana Holm", "Ana Holm")],
        ),
        (
            "The road was closed, and nobody was hurt, said Ana Holm.",
            [
                (
                    "indirect",
                    "The road was closed, and nobody was hurt",
                    "said",
                    "Ana Holm",
                    "Ana Holm",
                )
            ],
        ),
        (
            "Ana Holm, who has led the port since May, said the bridge was unsafe.",
            [("indirect", "the bridge was unsafe", "said", "Ana Holm", "Ana Holm")],
        ),
        (
            "The bridge, Ana Holm said, was never safe.",
            [("indirect", "was never safe", "said", "Ana Holm", "Ana Holm")],
        ),
        (
            'Ana Holm said it would open, adding that ships "must wait".',
            [
                ("indirect", "it would open", "said", "Ana Holm", "Ana Holm"),
                ("direct", "must wait", "adding", "Ana Holm", "Ana Holm"),
            ],
        ),
        # whose lawyer it is does not speak
        (
            "Ana Holm's lawyer said the bridge was unsafe.",
            [("indirect", "the bridge was unsafe", "said", "Ana Holm's lawyer", None)],
        ),
        (
            "A spokesman for Ana Holm said the bridge was unsafe.",
            [("indirect", "the bridge was unsafe", "said", "A spokesman for Ana Holm", None)],
        ),
        # nothing is said
        ("Ana Holm was told that the bridge was unsafe.", []),
        ("In June, the council declared Ana Holm the mayor.", []),
        ('She read "The Old Man and the Sea".', []),
        ('The "big one" came at night.', []),
    ],
)
def test_who_says_what(body, expected):
    assert read(body, "Ana Holm") == expected


@pytest.mark.parametrize(
    ("body", "cue", "speaker"),
    [
        # any verb right behind speech, whoever stands there
        ("“It is late,” laughs Ana Holm.", "laughs", "Ana Holm"),
        ("“It is late,” Ana Holm shared.", "shared", "Ana Holm"),
        ("“It is late,” Ana Holm and Eva Berg write.", "write", "Ana Holm and Eva Berg"),
        ("“It is late,” says lead author Ana Holm.", "says", "lead author Ana Holm"),
        ("“It is late,” noted our lead tester.", "noted", "our lead tester"),
        ("“It is late,” agrees Ana Holm, MD.", "agrees", "Ana Holm"),
        ("The port: “It is late,” said Ana Holm.", "said", "Ana Holm"),
        ("They ran “short of hands” in the port, said Ana Holm.", "said", "Ana Holm"),
        # participles, and what leads to speech
        ("Ana Holm left the port, singing, “It is very late now.”", "singing", "Ana Holm"),
        ("In the port, Ana Holm quit—telling the crew, “It is late.”", "telling", "Ana Holm"),
        ("It is, in Ana Holm’s words, a “very long day.”", "in ana holm’s words", "Ana Holm"),
        ("Ana Holm put it so:\n\n“It is a very long day.”", "put it", "Ana Holm"),
        ("Ana Holm has one rule:\n\n“It is a very long day.”", None, "Ana Holm"),
        ("Ana Holm said of this,\n\n“It is a very long day.”", "said", "Ana Holm"),
        # names behind speech
        ("“It is a very long day.” – Ana Holm, mayor", None, "Ana Holm"),
        ("“It is a very long day.”\n\nAna Holm\n\nMayor", None, "Ana Holm"),
        ("“It is a very long day.”\n\n- Ana Holm, mayor", None, "Ana Holm"),
        # beside the verb
        ("Ana Holm (45) says: “It is late.”", "says", "Ana Holm"),
        ("Ana Holm in The Port (1990) argues that “it is very late.”", "argues", "Ana Holm in The Port"),
        ("Ana Holm, director of the port told us: “It is late.”", "told", "Ana Holm"),
        ("He was sued by the port and Ana Holm who wrote: “It is late.”", "wrote", "Ana Holm"),
        ("It was a poet whom Ana Holm called “a very late one”.", "called", "Ana Holm"),
        ("Ana Holm said top men of EU states will “meet in the port.”", "said", "Ana Holm"),
        ("“It is late in the port”. Eva Berg said it was early.", None, None),
    ],
)  # fmt: skip
def test_who_speaks(body, cue, speaker):
    found = [each for each in read(body, "Ana Holm", "Eva Berg") if each[0] == "direct"]
    assert [(each[2], each[3]) for each in found] == [(cue, speaker)]


def test_speech_goes_on_behind_its_cue():
    found = read('"We won," Ana Holm said. "It took nine long days."', "Ana Holm")
    assert [(text, cue, entity) for _, text, cue, _, entity in found] == [
        ("We won,", "said", "Ana Holm"),
        ("It took nine long days.", None, "Ana Holm"),
    ]


def test_a_pronoun_is_the_one_person_that_it_can_be():
    one = 'Ana Holm leads the union. "We won," she said.'
    assert [each[3:] for each in read(one, "Ana Holm")] == [("she", "Ana Holm")]
    two = 'The union sued Ana Holm and Eva Berg, and she said it would win. "No," she said.'
    assert {each[4] for each in read(two, "Ana Holm", "Eva Berg")} == {None}


def test_a_pronoun_is_no_one_of_the_other_gender():
    body = 'Mr. Lars Dahl met Ana Holm in the port. "We won," she said.'
    assert [each[3:] for each in read(body, "Lars Dahl", "Ana Holm")] == [("she", "Ana Holm")]


def test_a_title_is_the_one_person_who_bears_it():
    body = "Foreign Minister Ana Holm met Mayor Eva Berg. The talks failed, the minister said."
    assert [each[3:] for each in read(body, "Ana Holm", "Eva Berg")] == [
        ("the minister", "Ana Holm")
    ]
    later = "The talks failed, the minister said. Foreign Minister Ana Holm left."
    assert [each[3:] for each in read(later, "Ana Holm")] == [("the minister", None)]


def test_an_organisation_speaks():
    body = "The Port Authority said the bridge was unsafe."
    mentions = people(body, "Port Authority", label="organisation")
    (row,) = quotation_rows("a", body, mentions[:1], "en")
    assert row["speaker"] == "The Port Authority"
    assert row["speaker_entity_id"] == mentions[0].entity_id


def test_without_english_only_the_marks_are_read():
    found = read("„Wir haben neun Tage lang gewartet“, sagte Ana Holm.", "Ana Holm", language="de")
    assert found == [("direct", "Wir haben neun Tage lang gewartet", None, None, None)]


def test_offsets_of_cue_and_speaker():
    body = "First.\n\n“It is late,” said Ana Holm."
    (row,) = quotation_rows("a", body, people(body, "Ana Holm"), "en")
    assert body[row["start"] : row["end"]] == row["text"] == "It is late,"
    assert body[row["cue_start"] :].startswith("said")
    assert body[row["speaker_start"] :].startswith("Ana Holm")


def test_sentences():
    text = 'Mr. Dahl left at 5 p.m. on Friday. "Why?" he asked. U.S. ships came. The end'
    assert [text[start:end] for start, end in sentence_spans(text)] == [
        "Mr. Dahl left at 5 p.m. on Friday.",
        '"Why?" he asked.',
        "U.S. ships came.",
        "The end",
    ]


@given(
    st.lists(
        st.sampled_from(
            ["“", "”", '"', "'", "’", "‘", "«", "»", "„", "「", "」", "said", "she", "Ana Holm", "that", ",", ".", " ", "\n\n", "?", ":", "—",
             "according to", "told", "adding", "the mayor", "who", "late", "was", "It", "\N{SYMBOL FOR SUBSTITUTE FORM TWO}"]
        ),
        max_size=40,
    )
)  # fmt: skip
def test_any_text_gives_quotations_at_their_offsets(words):
    for body in (" ".join(words), "".join(words)):
        speech = find_speech(body)
        assert len(blank_speech(body, speech)) == len(body)
        spans = [(each.opened, each.closed) for each in speech]
        assert all(one[1] <= two[0] for one, two in pairwise(spans))
        found = find_quotations(body, people(body, "Ana Holm"), "en")
        keys = [(each.start, each.end) for each in found]
        assert len(keys) == len(set(keys))
        for each in found:
            assert 0 <= each.start < each.end <= len(body)
            assert each.speaker is None or body[slice(*each.speaker)].strip()
