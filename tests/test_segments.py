"""Segments hold every batch once, whatever cut discovery off."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk import segments, sources
from copydesk.home import Home


def discover(home: Home, directory: Path, *names: str) -> list[str]:
    """A batch for each name."""
    found = []
    for name in names:
        (directory / f"{name}.txt").write_text(f"the text of {name}")
        found += [batch.batch_id for batch in sources.discover(home, [directory]).batches]
    return found


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def test_every_batch_is_in_one_segment(
    home: Home, inputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "MAX_BATCHES", 2)
    # A segment is made after its batches; these five had none, as after a kill in between.
    first = discover(home, inputs, "a", "b", "c", "d", "e")
    assert len(segments.arrange(home)) == 3
    before = segments.list_segments(home)
    assert sorted(batch for batches in before.values() for batch in batches) == sorted(first)
    assert segments.arrange(home) == list(before)
    # What comes later makes a segment of its own: one that is made does not change.
    (later,) = discover(home, inputs, "f")
    segments.arrange(home)
    after = segments.list_segments(home)
    assert before.items() <= after.items()
    assert [batches for name, batches in after.items() if name not in before] == [[later]]


def test_batches_are_found_by_segment_and_segments_by_batch(home: Home, inputs: Path) -> None:
    batches = discover(home, inputs, "a", "b")
    (segment_id,) = segments.arrange(home)
    known = segments.list_segments(home)
    assert segments.batches_of(known, segment_id) == sorted(batches)
    assert segments.segments_of(known, batches[:1]) == [segment_id]
    assert segments.segments_of(known, ["another"]) == []
    with pytest.raises(sources.SourceError, match="no segment"):
        segments.batches_of(known, "another")


def test_the_same_batches_make_the_same_segment(tmp_path: Path, inputs: Path) -> None:
    for name in ("a", "b"):
        (inputs / f"{name}.txt").write_text(name)
    found = []
    for where in ("one", "two"):
        home = Home.resolve(tmp_path / where).create()
        sources.discover(home, [inputs])
        found.append(segments.arrange(home))
    assert found[0] == found[1]
    assert len(found[0]) == 1
