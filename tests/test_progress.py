"""What is said about how far the work is."""

from __future__ import annotations

from assets.progress import Progress, told


def test_rate_and_time_left() -> None:
    now = [0.0]
    progress = Progress(4, 80_000, clock=lambda: now[0])
    heard = list[str]()
    with told(heard.append):
        now[0] = 50.0
        first = progress.advance(20_000)
        now[0] = 51.0
        second = progress.advance(20_000)
        now[0] = 200.0
        progress.advance(20_000)
        now[0] = 201.0
        last = progress.advance(20_000)
    assert first == "1 of 4 batches, 20,000 of 80,000 documents, 400 a second, 2 min left"
    # A log that is kept gets a line every few seconds; who listens, all.
    assert second is None
    assert last == "4 of 4 batches, 80,000 of 80,000 documents, 398 a second"
    assert len(heard) == 4
    progress.advance(0)
    assert len(heard) == 4


def test_parts_of_a_batch_count_as_documents() -> None:
    now = [0.0]
    progress = Progress(1, 20_000, clock=lambda: now[0])
    now[0] = 500.0
    assert progress.advance(2_500, batches=0) == (
        "0 of 1 batch, 2,500 of 20,000 documents, 5.0 a second, 58 min left"
    )
    now[0] = 510.0
    assert progress.advance(17_500) == "1 of 1 batch, 20,000 of 20,000 documents, 39 a second"
