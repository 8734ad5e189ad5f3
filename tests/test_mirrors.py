"""Local copies of a store's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.mirrors import mirror
from copydesk.stores import LocalStore, RemoteStore, StoreFile, open_store


def files(place: str | Path, *names: str) -> list[StoreFile]:
    store = open_store(place)
    found = [StoreFile(store, stored) for stored in store.list("t")]
    return [file for file in found if file.name in names]


def test_each_version_is_fetched_once(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = list[str]()
    fetch = RemoteStore.fetch

    def counted(self: RemoteStore, path: str, local: Path) -> str:
        fetched.append(path)
        return fetch(self, path, local)

    monkeypatch.setattr(RemoteStore, "fetch", counted)
    store = open_store(url)
    store.replace("t/a", b"one")
    store.replace("t/b", b"two")

    def mirrored(*names: str) -> list[bytes]:
        copies = mirror({"t": files(url, *names)}, tmp_path)["t"]
        assert all(isinstance(copy, Path) and copy.is_relative_to(tmp_path) for copy in copies)
        return [Path(str(copy)).read_bytes() for copy in copies]

    assert mirrored("a", "b") == [b"one", b"two"]
    store.replace("t/b", b"three")
    assert mirrored("a", "b") == [b"one", b"three"]
    assert mirrored("b") == [b"three"]
    assert sorted(fetched) == ["t/a", "t/b", "t/b"]
    # What is not wanted any more is gone.
    assert [path.read_bytes() for path in (tmp_path / "t").iterdir()] == [b"three"]


def test_files_on_a_disk_are_taken_as_they_are(tmp_path: Path) -> None:
    LocalStore(tmp_path).replace("t/a", b"one")
    given = {"t": files(tmp_path, "a")}
    assert mirror(given, tmp_path / "copies") == given
    assert not (tmp_path / "copies").exists()
