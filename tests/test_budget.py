"""A document that takes too long becomes a row with its reason; no regular expression runs away."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
import pytest
from conftest import LATER, SECOND, STORY
from polars.testing import assert_frame_equal

import copydesk
from copydesk import budget, html_blocks, processing, reading
from copydesk.budget import OutOfTime, limited
from copydesk.processing import Processor, Stage
from copydesk.reading import RawDocument, read_documents
from copydesk.recognizers import Span
from copydesk.tables import TABLES

HOSTILE = SECOND.replace("Astronomers", "Zyzzyva astronomers")
STAGES = (Stage.PARSE, Stage.COMPOSE, Stage.ANNOTATE)


def spin() -> None:
    """Take the processor until somebody interrupts."""
    end = time.process_time() + 60
    while time.process_time() < end:
        pass


def test_python_and_regular_expressions_are_interrupted() -> None:
    for work in (spin, lambda: re.match(r"(a+)+$", "a" * 60 + "!")):
        started = time.process_time()
        with pytest.raises(OutOfTime), limited(0.2):
            work()
        assert time.process_time() - started < 10
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_an_interruption_that_was_wrapped_is_still_one() -> None:
    def wrap() -> None:
        try:
            spin()
        except OutOfTime as error:
            raise ValueError from error

    with pytest.raises(OutOfTime), limited(0.1):
        wrap()
    with pytest.raises(ValueError, match="own"), limited(5):
        raise ValueError("own")


def test_time_is_the_processors() -> None:
    with limited(0.1):
        time.sleep(0.3)


def test_another_thread_has_no_budget() -> None:
    done = []

    def work() -> None:
        with limited(0.01):
            done.append(sum(range(100_000)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


class Stuck:
    """Never comes to an end with one paragraph, and finds the first word of every other."""

    model = "stuck-1"
    languages = frozenset({"en"})

    def load(self) -> None: ...

    def predict(self, texts: list[str]) -> list[list[Span]]:
        if any("Zyzzyva" in text for text in texts):
            spin()
        return [
            [Span(0, len(text.split()[0]), "PER", 0.5)] if text.split() else [] for text in texts
        ]


def raw(*texts: str) -> pl.DataFrame:
    return read_documents(
        RawDocument(f"d{number}", f"file:///{number}", "text", len(text), text.encode())
        for number, text in enumerate(texts)
    ).with_columns(batch_id=pl.lit("b"))


def test_a_document_that_takes_too_long_is_a_row_and_the_others_are_as_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    documents = raw(STORY, HOSTILE, LATER, "Menu", "")
    usual = dict(
        Processor(STAGES, Stuck()).process(
            {"raw_documents": documents.filter(pl.col("document_id") != "d1")}
        )
    )
    monkeypatch.setattr(budget, "DOCUMENT_SECONDS", 0.6)
    monkeypatch.setattr(budget, "SHARE_SECONDS", 0.1)
    monkeypatch.setattr(processing, "PARTS", 5)
    made = dict(Processor(STAGES, Stuck()).process({"raw_documents": documents}))
    row = made["documents"].filter(pl.col("document_id") == "d1").row(0, named=True)
    assert (row["status"], row["page_type"]) == ("rejected", None)
    assert row["reason"] == "time_limit: the document takes longer than 0.6 s of the processor"
    others = made["documents"].filter(pl.col("document_id") != "d1")
    assert_frame_equal(others, usual["documents"])
    for name in set(TABLES) & set(made) - {"documents"}:
        conform = TABLES[name].conform
        assert_frame_equal(conform(made[name]), conform(usual[name]))
    assert made["mentions"].height > 0


def test_a_page_that_takes_too_long_to_read_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    flatten, decode = html_blocks.flatten, reading.decode

    def slow_flatten(source: str, **options: Any) -> Any:
        return spin() if "Zyzzyva" in source else flatten(source, **options)

    def slow_decode(content: bytes, *given: Any, **options: Any) -> Any:
        return spin() if b"SLOW" in content else decode(content, *given, **options)

    monkeypatch.setattr(html_blocks, "flatten", slow_flatten)
    monkeypatch.setattr(reading, "decode", slow_decode)
    for module in (html_blocks, reading):
        monkeypatch.setattr(module, "DOCUMENT_SECONDS", 0.3)
    texts = [f"<html><body><p>{word}</p></body></html>" for word in ("Zyzzyva", "Good", "")]
    rows = raw(*texts, "SLOW", "Fast")
    reasons = [reason and reason.partition(":")[0] for reason in rows["rejection"]]
    assert reasons == ["time_limit", None, "blank", "time_limit", None]
    assert rows["text"].to_list() == [None, "Good", None, None, "Fast"]


# What backtracks: runs of what a pattern repeats, and then nothing it could end with.
UNITS = (
    "a", "A", "a ", "A ", "A. ", "Aa ", "Aa Aa, ", "1", "1 ", "12:", "'", '"', "“", "-", "a-", "a.", "a@", " ", "\n", " \n", "said ",
    "By ", "and ", "of Aa ", ",", "12 May ", "last ", "three days ", "2021-", "/", "a/", "<", "<a ", "(", "[", "&", "Mr. ", "x=",
    "é", "中", "A'", "$", "+1 ",
)  # fmt: skip
LENGTH = 600
# Of the processor, for three ways of asking; a pattern that backtracks without bound takes ages.
MAX_SECONDS = 0.5


def compiled(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    """The patterns in a module's value, in whatever it keeps them."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 4 and isinstance(value, Mapping) and len(value) < 1_000:
        for pair in value.items():
            yield from compiled(pair, depth + 1)
    elif depth < 4 and isinstance(value, list | tuple | set | frozenset) and len(value) < 1_000:
        for each in value:
            yield from compiled(each, depth + 1)
    elif depth < 4 and hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        for name in value.__dataclass_fields__:
            yield from compiled(getattr(value, name, None), depth + 1)


def patterns() -> dict[re.Pattern[Any], str]:
    found = {}
    for module in pkgutil.iter_modules(copydesk.__path__):
        loaded = importlib.import_module(f"copydesk.{module.name}")
        for name, value in vars(loaded).items():
            if not name.startswith("__"):
                found.update(dict.fromkeys(compiled(value), f"{module.name}.{name}"))
    return found


def test_no_regular_expression_backtracks_without_bound() -> None:
    known = patterns()
    assert len(known) > 100
    slow = []
    for pattern, name in known.items():
        for unit in UNITS:
            for opening in ("", " "):
                text: Any = opening + unit * (LENGTH // len(unit)) + "\0"
                if isinstance(pattern.pattern, bytes):
                    text = text.encode()
                try:
                    with limited(MAX_SECONDS):
                        pattern.match(text)
                        pattern.fullmatch(text)
                        sum(1 for _ in pattern.finditer(text))
                except OutOfTime:
                    slow.append((name, opening + unit))
    assert slow == []
