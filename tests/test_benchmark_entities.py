"""The benchmark of entities: it reads the corpora's own formats and counts rightly."""

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from benchmarks.entities.corpora import Attribution, Time, read_corpus
from benchmarks.entities.scores import (
    country_counts,
    entity_counts,
    figures,
    quote_counts,
    speaker_counts,
    speaker_name_counts,
    time_counts,
    value_counts,
)
from benchmarks.entities.systems import Copydesk, Found

CONLL = """\
-DOCSTART- -X- O O

PORT -X- O B-ORG
AUTHORITY -X- O I-ORG
MEETS -X- O O
MALI -X- O B-LOC

Ana -X- O B-PER
Holm -X- O I-PER
's -X- O O
boat -X- O O
( -X- O O
Kyiv -X- O B-LOC
) -X- O O
. -X- O O

-DOCSTART- -X- O O

Nothing -X- O O
here -X- O O
"""
TSV = """\
Ana\tB-Person
Holm\tI-Person\tB-Person
met\tO
the\tO
Port\tB-Organization
Authority\tI-Organization
on\tO
Monday\tB-Date
.\tO

In\tO
Mali\tB-Location
"""
TIMEML = """\
<?xml version="1.0" ?>
<TimeML>
<DCT><TIMEX3 tid="t0" type="DATE" value="2023-04-05" functionInDocument="CREATION_TIME">April 5, 2023</TIMEX3></DCT>
<TEXT>The boat <EVENT eid="e1">sank</EVENT> <TIMEX3 tid="t1" type="DATE" value="2023-W13">last week</TIMEX3> &amp; was
raised <TIMEX3 tid="t2" type="DATE" value="2023-04-04">yesterday</TIMEX3>.</TEXT>
</TimeML>
"""
CAT = """\
<Document doc_name="one">
<token t_id="1" sentence="0" number="0">It</token>
<token t_id="2" sentence="0" number="1">sank</token>
<token t_id="3" sentence="0" number="2">last</token>
<token t_id="4" sentence="0" number="3">week</token>
<token t_id="5" sentence="0" number="4">.</token>
<token t_id="6" sentence="1" number="0">Why</token>
<Markables>
<TIMEX3 m_id="1" type="DATE" value="2023-04-05" functionInDocument="CREATION_TIME"/>
<TIMEX3 m_id="2" type="DATE" value="2023-W13"><token_anchor t_id="3"/><token_anchor t_id="4"/></TIMEX3>
</Markables>
</Document>
"""
TITLE, BODY = (
    "Mali mourns",
    "“It is late,” said Ana Holm of Mali on Monday, 9 May. A Malian “big one” came.",
)
OWN = {
    "name": "one",
    "published": "2022-05-10",
    "title": TITLE,
    "body": BODY,
    "entities": [[0, 4, "LOC"], [32, 40, "PER"], [44, 48, "LOC"]],
    "countries": [[0, 4, "ML"], [44, 48, "ML"], [69, 75, "ML"]],
    "times": [[52, 65, "DATE", ["2022-05-09", "XXXX-05-09"]]],
    "quotations": [
        {"start": 14, "end": 25, "sources": [[32, 40]], "speaker": "Ana Holm"},
        {"start": 77, "end": 84, "sources": [], "optional": True},
    ],
}
SAID = "“It is late,” said Ana Holm. She said that the boat sank, and left.\n"
BRAT = """\
T1\tContent 0 13\t“It is late,”
T2\tCue 14 18\tsaid
T3\tSource 19 27\tAna Holm
T4\tAttribution 14 18\tsaid
E1\tAttribution:T4 Content:T1 Cue:T2 Source:T3
T5\tSource 29 32\tShe
T6\tContent 38 56\tthat the boat sank
T7\tAttribution 33 37\tsaid
E2\tAttribution:T7 Content:T6 Source:T5
"""


@pytest.fixture
def corpora(tmp_path):
    """A directory for each format."""
    files = {
        "conll/test.txt": CONLL,
        "worldwide/af_one.txt.tsv": TSV,
        "timeml/one.tml": TIMEML,
        "cat/one.xml": CAT,
        "own/one.jsonl": json.dumps(OWN) + "\n",
        "brat/text/one.txt": SAID,
        "brat/attributions/one_4b22.ann": BRAT,
        "brat/attributions/one_ef2d.ann": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def names(document):
    return [(document.text[start:end], kind) for start, end, kind in document.entities]


def test_columns_become_running_text(corpora):
    first, second = read_corpus(corpora / "conll")
    assert first.text == "PORT AUTHORITY MEETS MALI\n\nAna Holm's boat (Kyiv)."
    assert names(first) == [
        ("PORT AUTHORITY", "ORG"),
        ("MALI", "LOC"),
        ("Ana Holm", "PER"),
        ("Kyiv", "LOC"),
    ]
    assert (second.text, second.entities) == ("Nothing here", [])


def test_columns_between_tabs_have_the_label_second(corpora):
    (document,) = read_corpus(corpora / "worldwide")
    assert document.text == "Ana Holm met the Port Authority on Monday.\n\nIn Mali"
    assert names(document) == [("Ana Holm", "PER"), ("Port Authority", "ORG"), ("Mali", "LOC")]


def test_timeml(corpora):
    (document,) = read_corpus(corpora / "timeml")
    assert document.published == date(2023, 4, 5)
    assert document.text.startswith("The boat sank last week & was\nraised yesterday.")
    assert [(document.text[slice(*each.span)], each.value) for each in document.times] == [
        ("last week", "2023-W13"),
        ("yesterday", "2023-04-04"),
    ]


def test_cat(corpora):
    (document,) = read_corpus(corpora / "cat")
    assert (document.text, document.published) == ("It sank last week. Why", date(2023, 4, 5))
    assert document.times == [Time((8, 17), "DATE", "2023-W13")]


def test_brat(corpora):
    (document,) = read_corpus(corpora / "brat")
    assert document.attributions == [
        Attribution(sources=((19, 27),), contents=((0, 13),), direct=True),
        Attribution(sources=((29, 32),), contents=((38, 56),), direct=False),
    ]


def test_json_lines(corpora):
    (document,) = read_corpus(corpora / "own")
    assert document.text == f"{TITLE}\n\n{BODY}"
    assert [(document.text[start:end], kind) for start, end, kind in document.entities] == [
        ("Mali", "LOC"),
        ("Ana Holm", "PER"),
        ("Mali", "LOC"),
    ]
    assert [document.text[start:end] for start, end, _ in document.countries] == [
        "Mali",
        "Mali",
        "Malian",
    ]
    assert document.text[slice(*document.times[0].span)] == "Monday, 9 May"
    assert [document.text[slice(*each.contents[0])] for each in document.attributions] == [
        "It is late,",
        "big one",
    ]
    assert document.in_capitals().text.startswith("MALI MOURNS\n\n“It")


def test_what_json_lines_lack_is_not_measured(tmp_path):
    bare = {name: OWN[name] for name in ("name", "title", "body", "quotations")}
    (tmp_path / "one.jsonl").write_text(json.dumps(bare), encoding="utf-8")
    (document,) = read_corpus(tmp_path)
    assert (document.entities, document.countries, document.times, document.published) == (
        None,
        None,
        None,
        None,
    )


def test_a_directory_without_a_corpus_says_so(tmp_path):
    with pytest.raises(ValueError, match="TimeML"):
        read_corpus(tmp_path)


def test_counts(corpora):
    document = read_corpus(corpora / "conll")[0]
    mali = document.text.index("MALI")
    found = Found([(0, 14, "ORG"), (mali, mali + 4, "PER")])
    assert entity_counts(document, found) == (1, 2, 4)
    assert entity_counts(document, found, kind="LOC") == (0, 0, 2)
    assert entity_counts(document, found, shouted=True) == (1, 2, 2)
    assert entity_counts(document, found, shouted=False) == (0, 0, 2)

    (timed,) = read_corpus(corpora / "timeml")
    week, yesterday = (each.span for each in timed.times)
    found = Found(times=[Time(week, "DATE", "2023-W13"), Time((yesterday[0] - 3, yesterday[1]), "TIME", "")])  # fmt: skip
    assert time_counts(timed, found) == (2, 2, 2)
    assert time_counts(timed, found, exact=True) == (1, 2, 2)
    assert time_counts(timed, found, kind=True) == (1, 2, 2)
    assert time_counts(timed, found, value=True) == (1, 2, 2)
    assert value_counts(timed, found) == (1, 2, 2)

    (said,) = read_corpus(corpora / "brat")
    found = Found(quotes=[((1, 12), True, (19, 27)), ((43, 56), False, (19, 27))])
    assert quote_counts(said, found, direct=True) == (1, 1, 1)
    assert speaker_counts(said, found, direct=True) == (1, 1, 1)
    assert quote_counts(said, found, direct=False) == (1, 1, 1)
    assert speaker_counts(said, found, direct=False) == (0, 1, 1)


def test_counts_of_labels_of_ones_own(corpora):
    (document,) = read_corpus(corpora / "own")
    start = document.text.index("Malian")
    found = Found(
        entities=[(0, 4, "LOC"), (32, 40, "LOC")],
        times=[Time((52, 65), "DATE", "XXXX-05-09")],
        quotes=[((14, 25), True, (32, 40)), ((77, 84), True, None), ((44, 48), True, None)],
        speakers={(14, 25): "Eva Holm"},
        countries=[(0, 4, "ML"), (start, start + 6, "MR")],
    )
    assert entity_counts(document, found, headline=True) == (1, 1, 1)
    assert entity_counts(document, found, headline=False) == (0, 1, 2)
    assert country_counts(document, found) == (1, 2, 3)
    assert time_counts(document, found, value=True) == (1, 1, 1)
    # what is optional counts neither way
    assert quote_counts(document, found, direct=True) == (1, 2, 1)
    assert speaker_counts(document, found, direct=True) == (1, 1, 1)
    assert speaker_name_counts(document, found) == (1, 1, 1)
    found.speakers = {(14, 25): "Eva Berg"}
    assert speaker_name_counts(document, found) == (0, 1, 1)
    found.speakers = {}
    assert speaker_name_counts(document, found) == (0, 0, 1)


def test_copydesk_finds_what_is_labelled(corpora):
    documents = read_corpus(corpora / "own")
    shown = {each.name: each for each in figures(documents, Copydesk().read(documents).found)}
    for name in (
        "names in headlines, F1",
        "countries found and right",
        "times' values, F1",
        "direct quotations found",
        "their speakers' entities found",
    ):
        assert shown[name].value == 1, name


def test_copydesk_answers_with_offsets_of_the_corpus(corpora):
    documents = [
        each for name in ("conll", "timeml", "cat", "brat") for each in read_corpus(corpora / name)
    ]
    answer = Copydesk().read(documents)
    shown = {each.name: each for each in figures(documents, answer.found)}
    assert shown["times' values, F1"].value == 1
    assert shown["direct quotations found"].value == 1
    assert shown["their speakers"].value == 1
    assert shown["indirect quotations found"].value == 1
    assert shown["LOC, F1"].cases == 2
    assert shown["names, F1"].low <= shown["names, F1"].value <= shown["names, F1"].high


def test_the_command_prints_both_systems(corpora, monkeypatch):
    import typer

    from benchmarks.entities import __main__ as command

    loads = {"copydesk": command._LOADS["copydesk"]}  # each is a process that loads a model
    monkeypatch.setattr(command, "_LOADS", loads)

    app = typer.Typer()
    app.command()(command.main)
    result = CliRunner().invoke(
        app, ["--repetitions", "1", str(corpora / "timeml"), str(corpora / "own")]
    )
    assert result.exit_code == 0, result.output
    for shown in ("copydesk", "en_core_web_sm", "times' values", "words a second a core", "megabytes", "headlines in capitals", "names, F1, difference", "of the first cost"):  # fmt: skip
        assert shown in result.output
