"""Everything in a real object store, SeaweedFS on loopback: `make soak-store` runs it.

CI runs the same code against moto, which answers one request at a time; here several processes meet in a server that was
made for that.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from conftest import published_tables
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from copydesk.home import Home
from copydesk.manifests import list_releases, read_manifest
from copydesk.stores import open_store
from copydesk.verification import verify
from pipelines.cli import app
from tests.test_object_storage import remote_tables

pytestmark = pytest.mark.skipif(
    "COPYDESK_SOAK_STORE" not in os.environ or shutil.which("weed") is None,
    reason="takes minutes, and a server: make soak-store",
)

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
BUCKET = "copydesk"
PUBLISHERS, TIMES, KILLS = 4, 8, 12
SEED = 20261125
IDENTITIES = '{"identities": [{"name": "test", "credentials": [{"accessKey": "x", "secretKey": "x"}], "actions": ["Admin", "Read", "Write", "List"]}]}'

PUBLISHER = """
import sys
from pathlib import Path
from tests.test_releases import corpus, releases
who, base, times, url = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
for number in range(times):
    name = f"{who}{number}"
    made = corpus(base / name, name)
    print("ready", flush=True)
    releases.append(url, made, checks=[], inputs=[name], message=name)
"""


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture(scope="module")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A SeaweedFS server with a bucket."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    base = tmp_path_factory.mktemp("seaweed")
    (base / "data").mkdir()
    (base / "identities.json").write_text(IDENTITIES)
    names = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc")  # fmt: skip
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    options = {**ports, "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "dir": base / "data", "s3.config": base / "identities.json", "filer.localSocket": base / "filer.sock", "master.volumeSizeLimitMB": 256, "volume.max": 40, "s3.port.iceberg": 0, "s3.port.lance": 0, "master.telemetry": "false"}  # fmt: skip
    with (base / "log").open("wb") as log:
        server = subprocess.Popen(
            ["weed", "server", "-filer", "-s3", *(f"-{name}={value}" for name, value in options.items())],
            stdout=log,
            stderr=log,
            cwd=base,
        )  # fmt: skip
    address = f"http://127.0.0.1:{ports['s3.port']}"
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")  # fmt: skip
    for _ in range(120):
        try:
            client.create_bucket(Bucket=BUCKET)
            break
        except (BotoCoreError, ClientError):
            assert server.poll() is None, (base / "log").read_text()[-2_000:]
            time.sleep(0.5)
    yield address
    server.terminate()
    server.wait(30)


@pytest.fixture
def url(seaweed: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """An empty prefix of the bucket, the environment set up for it."""
    for name, value in (
        ("AWS_ENDPOINT_URL", seaweed),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
    ):
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}/{request.node.name}"


def test_of_many_who_create_one_wins(url: str) -> None:
    store = open_store(url)
    store.prepare()
    with ThreadPoolExecutor(6) as pool:
        for number in range(20):
            name = f"one/{number}"
            made = list(pool.map(lambda who, name=name: store.create(name, b"%d" % who), range(6)))
            assert made.count(True) == 1
            assert store.read(name) == b"%d" % made.index(True)


def test_the_seeds_give_the_same_release_as_on_a_disk(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(home: Path, place: str) -> str:
        result = CliRunner().invoke(app, ["--home", str(home), "build", place])
        assert result.exit_code == 0, result.output
        return result.output

    inputs = [path for path in SEEDS.rglob("*") if path.is_file() and path.parent.name in {"dumps", "formats"}]  # fmt: skip
    for path in inputs:
        open_store(url).add(path, f"inbox/{path.relative_to(SEEDS)}")
    build(tmp_path / "local", str(SEEDS))
    expected = published_tables(Home(tmp_path / "local"))
    monkeypatch.setenv("COPYDESK_WAREHOUSE", f"{url}/warehouse")
    monkeypatch.setenv("COPYDESK_PUBLISHED", f"{url}/published")
    build(tmp_path / "remote", f"{url}/inbox")
    tables = remote_tables(f"{url}/published", 1)
    assert tables.keys() == expected.keys()
    for name, table in tables.items():
        unlike = ["source_uri"] if name == "documents" else []
        assert_frame_equal(table.drop(unlike), expected[name].drop(unlike))
    places = [
        frame["source_uri"].str.split("/seeds/" if "local" in kind else "/inbox/").list.last().sort()
        for kind, frame in (("local", expected["documents"]), ("remote", tables["documents"]))
    ]  # fmt: skip
    assert places[0].equals(places[1])
    assert verify(f"{url}/published", 1) == []
    # Nothing is new, on this machine or on another that has never seen any of it.
    for home in ("remote", "elsewhere"):
        assert "Nothing is new" in build(tmp_path / home, f"{url}/inbox")
    assert list_releases(f"{url}/published") == [1]


def start(who: str, base: Path, times: int, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, who, str(base), str(times), url],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_publishers_at_once_and_killed_lose_nothing(url: str, tmp_path: Path) -> None:
    workers = [start(f"w{number}-", tmp_path, TIMES, url) for number in range(PUBLISHERS)]
    chance = random.Random(SEED)
    for kill in range(KILLS):
        victim = start(f"k{kill}-", tmp_path, 5, url)
        assert victim.stdout is not None
        victim.stdout.readline()
        time.sleep(chance.uniform(0, 2))
        victim.kill()
        victim.wait()
        victim.stdout.close()
        # A reader finds the newest release whole whenever it looks.
        if released := list_releases(url):
            assert verify(url, released[-1]) == []
    for worker in workers:
        worker.communicate(timeout=3_000)
    assert [worker.returncode for worker in workers] == [0] * PUBLISHERS
    numbers = list_releases(url)
    assert numbers == list(range(1, len(numbers) + 1))
    newest = read_manifest(url, numbers[-1])
    # Each release added one input, and each undisturbed publisher's are all there.
    assert len(newest.inputs) == len(set(newest.inputs)) == len(numbers)
    assert {f"w{one}-{two}" for one in range(PUBLISHERS) for two in range(TIMES)} <= {
        *newest.inputs
    }
    ids = pl.concat(
        pl.read_parquet(open_store(url).read(file.path), columns=["article_id"])
        for file in newest.tables["articles"].files
    )
    assert sorted(ids["article_id"]) == sorted(newest.inputs)
    assert verify(url, numbers[-1]) == []


@pytest.mark.parametrize("suffix", ["jsonl.gz", "warc.gz", "parquet", "zip"])
def test_memory_does_not_grow_with_the_size_of_an_object(url: str, suffix: str) -> None:
    from benchmarks.large_files import ALLOWED_GROWTH, measure

    small, large = (measure(suffix, size, 4 * 1024**2, url) for size in (10, 100))
    assert (small["documents"], large["documents"]) == (2_000, 20_000)
    assert large["peak"] < ALLOWED_GROWTH * small["peak"]
