"""Files under hashed addresses, their size, their licences, and what the pages weigh."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "interface" / "static"
VENDOR = STATIC / "vendor"


def test_the_files_of_others_are_the_ones_we_looked_at():
    listed = dict(reversed(line.split()) for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
    present = {path.name for path in VENDOR.iterdir()} - {"SHA256SUMS"}
    assert set(listed) == present
    assert {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in present} == listed


def test_the_files_of_others_come_with_their_licences():
    assert "MIT" in (VENDOR / "pico-LICENSE.txt").read_text()
    assert "Zero-Clause BSD" in (VENDOR / "htmx-LICENSE.txt").read_text()
    assert "2.0.11" in (VENDOR / "htmx-2.0.11.min.js").read_text()
    assert "v2.1.1" in (VENDOR / "pico-2.1.1.min.css").read_text()


def test_our_sheet_stays_under_eight_kilobytes():
    assert len(gzip.compress((STATIC / "kora.css").read_bytes(), 9)) <= 8000


def test_our_sheet_knows_no_physical_side():
    sheet = (STATIC / "kora.css").read_text()
    sides = r"(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)|"
    assert re.findall(sides + r"[{;](?:left|right|top|bottom|width|height|min-width|max-height):", sheet) == []
    assert re.findall(r"(?:text-align|float|clear):(?:left|right)", sheet) == []


def test_an_asset_is_kept_a_year_under_the_hash_of_its_content(site):
    client = site.client()
    address = re.search(r'href="(/static/[0-9a-f]{12}/kora\.css)"', client.get("/sign-in").text)[1]
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == (STATIC / "kora.css").read_bytes()
    assert client.get(address).data == (STATIC / "kora.css").read_bytes()
    digest = address.split("/")[2]
    assert client.get(address.replace(digest, "0" * 12)).status_code == 404


@pytest.mark.parametrize("path", ["/static/x/../settings.py", "/static/0/../../settings.py", "/static/kora.css"])
def test_nothing_but_the_listed_files_is_served(site, path):
    assert site.client().get(path).status_code == 404


def test_the_first_visit_weighs_less_than_sixty_kilobytes_in_five_files_and_a_picture(site):
    client = site.client()
    page = client.get("/sign-in", headers={"Accept-Encoding": "gzip"})
    text = gzip.decompress(page.data).decode()
    addresses = {address.split("#")[0] for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', text)}
    addresses |= {site.app.jinja_env.globals["static_url"]("vendor/htmx-2.0.11.min.js")}
    weight = len(page.data) + sum(
        len(client.get(address, headers={"Accept-Encoding": "gzip"}).data) for address in addresses
    )
    assert weight < 60_000
    assert len(addresses) == 6


def test_a_page_is_packed_and_its_packed_length_varies(site):
    client = site.client()
    lengths = set()
    for _ in range(12):
        answer = client.get("/nowhere", headers={"Accept-Encoding": "gzip"})
        assert b"There is no such page here" in gzip.decompress(answer.data)
        assert "Accept-Encoding" in answer.headers["Vary"]
        lengths.add(len(answer.data))
    assert len(lengths) > 3


def test_a_later_page_weighs_less_than_twelve_kilobytes(site):
    answer = site.signed_in().get("/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 12_000
