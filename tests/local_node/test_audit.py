"""The auditor sees what people of the office did, and can do nothing else (S-33, S-40)."""

import csv
import io
import re
from datetime import date
from typing import Any

from local_node.right_owners import operations as right_owners
from tests.builders import a_right_owner
from tests.local_node.conftest import Browser, Office
from tests.local_node.test_works import registered


def lines(page: str) -> list[str]:
    body = page.partition('<tbody role="rowgroup">')[2].partition("</tbody>")[0]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in body.split("</tr>")[:-1]]


def test_the_auditor_reads_who_changed_what_and_when(office: Office, sign_in: Any) -> None:
    work = registered(office)
    office.clock.move(hours=1)
    auditor: Browser = sign_in("auditor")
    page = auditor.open("/settings/audit")
    assert lines(page) == [
        "24 Nov 2026 09:00 Awa Auditor signed in auditor@tamala.example People – – –",
        "24 Nov 2026 08:00 awa@tamala.example registered SONG OF THE SHORE Works – – –",
    ]
    assert f'href="/works/{work.id}/history"' in page
    assert "2 actions" in page
    assert 'href="/settings/audit"' in auditor.open("/settings")


def test_the_list_is_narrowed_by_person_deed_record_and_time(office: Office, sign_in: Any) -> None:
    registered(office)
    office.do(right_owners.register, a_right_owner("CEESAY", "MODOU", number=7))
    office.clock.move(days=1)
    auditor: Browser = sign_in("auditor")

    def found(query: str) -> int:
        return len(lines(auditor.open(f"/settings/audit?{query}")))

    assert found("by=awa@tamala.example") == found("action=registered") == found("to=2026-11-24") == 2
    assert found("kind=work") == found("kind=party") == 1
    assert found("kind=account&action=signed-in") == found("from=2026-11-25") == 1
    assert found("by=nobody") == 0
    assert "No action fits" in auditor.page
    assert "A time is written like" in auditor.open("/settings/audit?to=soon")


def test_whoever_only_documents_or_looks_does_not_see_it(sign_in: Any) -> None:
    for role in ("documentation", "viewer"):
        browser: Browser = sign_in(role)
        browser.open("/settings/audit")
        assert (role, browser.status) == (role, 404)


def test_the_list_leaves_as_a_table_and_that_is_written_down_too(office: Office, sign_in: Any) -> None:
    registered(office)
    auditor: Browser = sign_in("auditor")
    auditor.open("/settings/audit?kind=work")
    answer = auditor.client.post(
        "/settings/audit/download",
        data={"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', auditor.page)[1], "kind": "work"},  # type: ignore[index]
    )
    table = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert table[0] == ["Time", "Who", "What", "About", "Field", "Before", "After"]
    assert [row[:3] for row in table[1:]] == [["2026-11-24T08:00:00+00:00", "awa@tamala.example", "registered"]]
    assert "downloaded" in lines(auditor.open("/settings/audit"))[0]
    assert "kind=work" in lines(auditor.page)[0]


def test_the_reading_of_a_birth_date_stands_there_with_its_reason_and_without_the_date(
    office: Office, sign_in: Any
) -> None:
    owner = office.do(right_owners.register, a_right_owner("CEESAY", "MODOU", number=7))
    with office.node.sessions.begin() as session:
        told = {"vault": office.node.vault(session), "by": "awa@tamala.example", "now": office.clock()}
        right_owners.keep_birth_date(session, str(owner.id), date(1970, 2, 3), **told)
        right_owners.read_birth_date(session, str(owner.id), reason="a passport was shown", **told)
    auditor: Browser = sign_in("auditor")
    page = auditor.open("/settings/audit?action=seen")
    assert lines(page) == [
        "24 Nov 2026 08:00 awa@tamala.example read MODOU CEESAY Right owners birth_date – a passport was shown"
    ]
    assert "1970" not in auditor.open("/settings/audit")


def test_s33_a_refused_sign_in_stands_there_but_not_what_was_typed_for_an_unknown_account(
    office: Office, app: Any, sign_in: Any
) -> None:
    auditor: Browser = sign_in("auditor")
    stranger = Browser(app.test_client())
    for email in ("auditor@tamala.example", "my-secret-password@tamala.example"):
        stranger.open("/sign-in")
        stranger.post("/sign-in", email=email, password="not the right one")
        assert stranger.status == 400
    page = auditor.open("/settings/audit?action=not-signed-in")
    assert lines(page) == [
        "24 Nov 2026 08:00 - could not sign in - People – – –",
        "24 Nov 2026 08:00 Awa Auditor could not sign in auditor@tamala.example People – – –",
    ]
    assert "my-secret-password" not in page
