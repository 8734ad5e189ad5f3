"""What tests share: small dumps, homes, and one edition made once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import settings

from copydesk.home import HOME_VARIABLE, Home

os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"

# How long an example takes says how busy the machine is; pytest's own timeout is for what hangs.
settings.register_profile("copydesk", deadline=None)
settings.load_profile("copydesk")

STORY = """\
 date 2023-04-05 https://www.example-gazette.com/world/harbour-strike-ends

Harbour strike in Rotterdam ends after nine days

By Maria Jansen | Published 5 April 2023, 10:10 AM

Dock workers in Rotterdam voted on Tuesday to end a strike that had closed the largest harbour \
in the Netherlands for nine days, the union said.

The agreement raises wages by six percent over two years and limits night shifts to ten a month, \
according to a statement that both sides signed in The Hague.

"We got what we asked for," said Pieter de Vries, who led the negotiations for the union. More \
than four hundred ships had been waiting at sea when the vote was counted.

The government of the Netherlands welcomed the result. Economists in Germany had warned that the \
strike would slow the delivery of car parts to factories in Stuttgart and Munich.
"""

SECOND = """\
https://www.example-herald.com/science/telescope-finds-comet

Telescope in Chile finds a comet from outside the solar system

By John Okafor

Published 2022-11-03T08:30:00Z

Astronomers in Chile have found a comet that came from outside the solar system, the third such \
visitor on record, the observatory announced on Thursday.

The object was seen by a survey telescope in the Atacama desert and confirmed two nights later by \
astronomers in Spain, who measured its path and its speed of more than thirty kilometres a second.

It will come closest to the sun in March, too faint for the naked eye but bright enough for small \
telescopes in the southern hemisphere, said Lucia Fernandez, who works in Santiago.
"""

LATER = """\
https://www.example-gazette.com/world/ferry-returns

Ferry between Dover and Calais returns after storm

By Maria Jansen | Published 7 April 2023, 06:00 AM

The ferry between Dover and Calais returned on Friday after a storm had kept it in harbour for \
three days, the company that runs it said in a statement.

Some two thousand travellers had been waiting in France, where the Red Cross served soup and \
blankets in a school near the port.

The next storm is expected on Sunday, according to the weather service of the United Kingdom, \
which asked everybody to stay away from the coast.
"""


def write_dumps(directory: Path) -> Path:
    """Two articles, an empty dump and one that is no text."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "story.txt").write_text(STORY, encoding="utf-8")
    (directory / "second.txt").write_text(SECOND, encoding="utf-8")
    (directory / "empty.txt").write_bytes(b"")
    (directory / "binary.txt").write_bytes(bytes(range(256)) * 8)
    return directory


@pytest.fixture(scope="session")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of dumps."""
    return write_dumps(tmp_path_factory.mktemp("dumps"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An empty home, which the environment names."""
    place = Home.resolve(tmp_path / "home").create()
    monkeypatch.setenv(HOME_VARIABLE, str(place.root))
    monkeypatch.setenv("DAGSTER_HOME", str(place.dagster))
    return place


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, dumps: Path) -> Iterator[tuple[Home, str]]:
    """A home in which `copydesk build` made one release, and what the command printed.

    Tests that read share it; a test that would change it makes its own home.
    """
    from typer.testing import CliRunner

    from pipelines.cli import app

    kept = {name: os.environ.get(name) for name in (HOME_VARIABLE, "DAGSTER_HOME")}
    place = Home.resolve(tmp_path_factory.mktemp("built"))
    result = CliRunner().invoke(app, ["--home", str(place.root), "build", str(dumps), "--tour"])
    assert result.exit_code == 0, result.output
    yield place, result.output
    for name, value in kept.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


BUCKET = "copydesk-test"


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """An S3 server on loopback with one bucket."""
    import logging

    import boto3
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    client.create_bucket(Bucket=BUCKET)
    yield address
    server.stop()


@pytest.fixture
def url(s3_server: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """An empty prefix of a bucket, the environment set up for it."""
    for name, value in (
        ("AWS_ENDPOINT_URL", s3_server),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
    ):
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}/{re.sub(r'[^a-z0-9_]', '-', request.node.name)}"


def published_tables(home: Home) -> dict[str, pl.DataFrame]:
    """Every table of the newest release, in its order of rows."""
    from copydesk.tables import TABLES

    return {
        name: pl.read_parquet(home.published / "latest" / name / "*.parquet").sort(
            table.primary_key
        )
        for name, table in TABLES.items()
    }
