"""Writes the seeds that are containers: a web archive, a file of JSON Lines, an archive of archives.

What belongs here: their texts and what is wrong with them, the same bytes on every run. What does not: the seeds that
are files of their own. Run it from anywhere: `python seeds/make_containers.py`.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

FORMATS = Path(__file__).parent / "formats"
# Zip archives cannot say that a file is older.
EPOCH = (1980, 1, 1, 0, 0, 0)

# In windows-1252, which its meta element says; no JSON-LD, but microdata and a signature in the markup.
CYCLE_PATH = """\
<html lang="de"><head><meta charset="windows-1252">
<title>Radweg am Kanal wird breiter | Brückauer Bote</title></head><body>
<div id="navigation"><a href="/">Startseite</a> <a href="/lokales">Lokales</a> <a href="/sport">Sport</a></div>
<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">Radweg am Kanal wird breiter</h1>
<p>Von <span itemprop="author">Änne Grünwald</span>, <time itemprop="datePublished" datetime="2023-05-09">9. Mai 2023</time></p>
<div itemprop="articleBody"><p>Der Radweg am Kanal zwischen der Schleuse und dem Güterbahnhof wird in diesem Sommer
auf drei Meter verbreitert. Das hat der Stadtrat am Montag mit großer Mehrheit beschlossen.</p>
<p>Die Arbeiten beginnen im Juni und dauern bis in den September. Für Fußgänger bleibt die Brücke an der Mühle die ganze
Zeit offen, Radfahrer müssen über den Marktplatz fahren.</p>
<p>„Zwei Lastenräder kommen hier nicht aneinander vorbei“, sagte die Bürgermeisterin. Die Kosten trägt zur Hälfte das
Land.</p></div></div>
<div class="footer">Impressum · Datenschutz</div></body></html>
"""
GLASSHOUSE = """\
Glasshouse at Ardvannie opens its doors at night

By Callum Rennie | Published 2 February 2022

The glasshouse in the gardens at Ardvannie will stay open until ten in the evening for the rest of the month, so \
that visitors can see a cactus which flowers only after dark.

The plant, which came to the garden as a cutting in 1961, has flowered four times since. Its single flower lasts \
until the sun rises, said the head gardener, Morag Sinclair.

Tickets are sold at the gate. Those who come after nine are asked to bring a torch with a red glass, because \
white light closes the flower.
"""
FERRY = """\
Ferry to Hallanness runs twice a day again

By Callum Rennie | Published 14 March 2022

The ferry between Ardvannie and Hallanness will run twice a day again from Easter, after two years with a single \
crossing in the morning, the island council has announced.

The second boat leaves at five in the afternoon and waits for the last bus from the south. It carries eight cars \
and has room for bicycles on the upper deck.

Islanders had collected nine hundred signatures for the second crossing. There are six hundred islanders, which \
the council has decided not to look into.
"""


def record(address: str, content: bytes, media: str, status: str = "200 OK") -> bytes:
    """One response of a server, as a record of a web archive."""
    http = f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\n\r\n".encode() + content
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2023-05-10T04:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + http + b"\r\n\r\n", mtime=0)


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip archive of `members`, the same bytes on every run."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def main() -> None:
    """Write the seeds where they are kept."""
    site = "https://www.brueckauer-bote.de"
    page = CYCLE_PATH.encode("cp1252")
    missing = b"<html><title>404</title><p>Nicht gefunden</p></html>"
    cut = record(f"{site}/abgeschnitten", page, "text/html")
    (FORMATS / "crawl.warc.gz").write_bytes(
        record(f"{site}/lokales/radweg", page, "text/html")
        + record(f"{site}/weg", missing, "text/html", "404 Not Found")
        + record(f"{site}/logo.png", b"\x89PNG", "image/png")
        + cut[: len(cut) // 2]
    )
    address = "https://www.ardvannie-advertiser.co.uk"
    lines = [
        json.dumps({"url": f"{address}/glasshouse", "text": GLASSHOUSE}),
        '{"url": "this line was cut off',
        json.dumps({"url": f"{address}/empty"}),
    ]
    (FORMATS / "dumps.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    inner = zipped({"ferry.txt": FERRY.encode()})
    (FORMATS / "archive.zip").write_bytes(
        zipped({"2022/march.zip": inner, "../escape.txt": b"Where does this go?"})
    )


if __name__ == "__main__":
    main()
