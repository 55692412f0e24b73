"""Lists: narrowed, sorted and cut into parts by their address, kept under names, and sent as files that equal them."""

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from local_node.lists import rules
from local_node.right_owners import operations as right_owners
from local_node.right_owners.views import LIST as PEOPLE
from local_node.works import operations as works
from local_node.works.views import LIST as WORKS
from mappings.model import Identifier, Party, PartyName, Title, Work
from tests.builders import a_right_owner, an_interest, an_ipi
from tests.local_node.conftest import Browser, Office


def names_on(page: str) -> list[str]:
    import re

    return re.findall(r'<th role="rowheader"[^>]*><a[^>]*><bdi[^>]*>([^<]*)', page)


def person(office: Office, name: str, *numbers: Identifier, script: str | None = None, **more: Any) -> Party:
    kept: Party = office.do(
        right_owners.register, Party(names=(PartyName(name, script=script),), identifiers=numbers, **more)
    )
    return kept


def song(office: Office, title: str, **more: Any) -> Work:
    party = office.do(right_owners.register, a_right_owner(f"OWNER OF {title}", number=None))
    kept: Work = office.do(
        works.register_work, Work(titles=(Title(title),), interests=(an_interest(party=party),), **more)
    )
    return kept


def test_right_owners_are_narrowed_by_what_they_lack_their_kind_and_the_day_of_their_change(
    office: Office, sign_in: Callable[..., Browser]
) -> None:
    person(office, "DIALLO", Identifier("ipi-name", an_ipi(810_000_001)))
    person(office, "ديالو")
    office.clock.move(days=2)
    person(office, "RIVE CLAIRE", kind="firm")
    awa = sign_in()
    assert names_on(awa.open("/right-owners")) == ["RIVE CLAIRE", "ديالو", "DIALLO"]
    assert names_on(awa.open("/right-owners?lacks=ipi")) == ["RIVE CLAIRE", "ديالو"]
    assert names_on(awa.open("/right-owners?lacks=latin")) == ["ديالو"]
    assert names_on(awa.open("/right-owners?kind=firm")) == ["RIVE CLAIRE"]
    assert names_on(awa.open("/right-owners?since=2026-11-25")) == ["RIVE CLAIRE"]
    assert names_on(awa.open("/right-owners?since=no-day&kind=")) == ["RIVE CLAIRE", "ديالو", "DIALLO"]
    assert "Show all right owners" in awa.open("/right-owners?kind=firm&lacks=latin")


def test_works_are_narrowed_by_class_state_answer_and_day(office: Office, awa: Browser) -> None:
    song(office, "SONG")
    party = office.do(right_owners.register, a_right_owner(number=None))
    film = Work(titles=(Title("فيلم"),), interests=(an_interest("DIR", party),), creation_class="AD")
    office.do(works.register_work, film)
    assert names_on(awa.open("/works?class=AD")) == ["فيلم"]
    assert names_on(awa.open("/works?state=blocked")) == ["فيلم"]
    assert names_on(awa.open("/works?answer=none&class=MW")) == ["SONG"]
    assert names_on(awa.open("/works?answer=AS")) == []
    assert names_on(awa.open("/works?since=2026-11-25")) == []


def test_a_list_is_sorted_by_its_heads_and_asked_twice_the_other_way_round(office: Office, awa: Browser) -> None:
    for title in ("Beta", "alpha", "Gamma"):
        song(office, title)
        office.clock.move(minutes=1)
    assert names_on(awa.open("/works?sort=title")) == ["alpha", "Beta", "Gamma"]
    assert 'aria-sort="ascending"' in awa.page
    assert names_on(awa.open("/works?sort=-title")) == ["Gamma", "Beta", "alpha"]
    assert names_on(awa.open("/works?sort=changed")) == ["Beta", "alpha", "Gamma"]
    assert names_on(awa.open("/works?sort=nothing")) == ["Gamma", "alpha", "Beta"]


def test_a_list_goes_on_page_by_page_without_losing_or_doubling_a_row(office: Office, awa: Browser) -> None:
    for number in range(60):
        person(office, f"NAME {number:02d}")
    for address in ("/right-owners?size=25", "/right-owners?size=25&sort=name"):
        seen = names_on(awa.open(address))
        while 'rel="next"' in awa.page:
            following = awa.page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
            seen += names_on(awa.open(following))
        assert len(seen) == len(set(seen)) == 60, address


@pytest.mark.parametrize("layout", [WORKS, PEOPLE])
def test_an_address_says_the_same_list_again(layout: rules.Layout) -> None:
    from werkzeug.datastructures import MultiDict

    columns = list(layout.columns)
    said = MultiDict({"q": "río & co", "size": "25", "page": "3", "sort": f"-{layout.sorts[0]}", "since": "2026-11-01"})
    said.setlist("col", [columns[0], columns[-1]])
    asked = rules.wanted(said, layout)
    again = rules.wanted(_parsed(rules.query(asked, layout)), layout)
    assert again == asked
    assert rules.query(rules.wanted(MultiDict(), layout), layout) == ""


def _parsed(query: str) -> Any:
    from urllib.parse import parse_qsl

    from werkzeug.datastructures import MultiDict

    return MultiDict(parse_qsl(query))


def test_columns_can_be_chosen_and_the_files_have_the_same(office: Office, awa: Browser) -> None:
    person(office, "DIALLO")
    page = awa.open("/right-owners?col=name&col=works")
    assert [cell in page for cell in ('data-l="Works"', 'data-l="Society"')] == [True, False]
    answer = awa.client.get("/right-owners.csv?col=name&col=works")
    assert list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))) == [
        ["Name", "Latin name", "Works"],
        ["DIALLO", "", "0"],
    ]
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_file_has_all_rows_of_the_list_and_no_formula(office: Office, awa: Browser) -> None:
    for number in range(60):
        song(office, f"SONG {number:02d}")
    song(office, '=HYPERLINK("http://x")')
    rows = list(csv.reader(io.StringIO(awa.client.get("/works.csv?size=25").text)))
    assert len(rows) == 62
    assert rows[1][0] == '\'=HYPERLINK("http://x")'
    assert rows[1][rows[0].index("Right holders")] == 'AWA OWNER OF =HYPERLINK("http://x") CA 100.00'
    narrowed = awa.client.get("/works.csv?q=SONG+0").text
    assert len(narrowed.splitlines()) == 11
    book = zipfile.ZipFile(io.BytesIO(awa.client.get("/works.xlsx").data))
    sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert len(sheet.findall(f".//{space}row")) == 62
    assert sheet.findall(f".//{space}f") == []
    assert '=HYPERLINK("http://x")' in "".join(sheet.itertext()) or b"HYPERLINK" in book.read("xl/sharedStrings.xml")
    assert awa.client.get("/works.pdf").status_code == 404


def test_every_interest_stands_on_a_line_of_its_own_inside_its_cell(office: Office, awa: Browser) -> None:
    parties = [office.do(right_owners.register, a_right_owner(name, number=None)) for name in ("ONE", "TWO")]
    lines = tuple(an_interest(party=one, part=50) for one in parties)
    office.do(works.register_work, Work(titles=(Title("SONG"),), interests=lines))
    rows = list(csv.reader(io.StringIO(awa.client.get("/works.csv").text)))
    assert rows[1][rows[0].index("Right holders")] == "AWA ONE CA 50.00\nAWA TWO CA 50.00"


def test_a_filter_is_kept_changed_shared_and_deleted(
    office: Office, awa: Browser, sign_in: Callable[..., Browser]
) -> None:
    person(office, "DIALLO")
    awa.open("/right-owners?lacks=ipi")
    awa.post("/filters/right_owners", name="Without IPI", query="lacks=ipi")
    assert "The filter is kept." in awa.page
    assert 'href="/right-owners?lacks=ipi" aria-current="page"' in awa.page
    other = sign_in("viewer")
    assert "Without IPI" not in other.open("/right-owners?lacks=ipi")
    number = awa.page.split("/filters/")[1].split("/")[0]
    awa.post(f"/filters/{number}/change", name="No IPI yet", shared="1")
    assert "No IPI yet" in other.open("/right-owners?lacks=ipi")
    other.post(f"/filters/{number}/change", name="Mine now")
    assert other.status == 404
    other.open("/right-owners?lacks=ipi")
    other.post(f"/filters/{number}/forget")
    assert other.status == 404
    awa.post(f"/filters/{number}/forget")
    assert "No IPI yet" not in awa.open("/right-owners?lacks=ipi")


@pytest.mark.parametrize("query", ["x" * 2001, "a\r\nSet-Cookie: b"])
def test_a_filter_that_is_no_address_is_not_kept(office: Office, awa: Browser, query: str) -> None:
    awa.open("/works?class=MW")
    awa.post("/filters/works", name="Bad", query=query)
    assert "Give the filter a name." in awa.page


def test_a_list_of_fifty_rows_stays_in_its_budget(office: Office, awa: Browser) -> None:
    for number in range(50):
        song(office, f"SONG OF THE RIVER {number}")
    for address in ("/works", "/right-owners", "/"):
        packed = awa.client.get(address, headers={"Accept-Encoding": "gzip"})
        assert len(packed.data) < 12_000, address
