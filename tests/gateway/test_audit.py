"""What operators did stands on one page, can be narrowed to a person or a thing, and leaves as a table."""

import csv
import io
import re

from gateway import audit
from gateway.audit import Wanted
from gateway.members import operations as members
from tests.databases import BOTH
from tests.gateway.world import World


def busy_day(world: World) -> None:
    """Rita pauses a node and resumes it on the next day; a colleague pauses it again."""
    world.office()
    world.do(members.pause, "n001", reason="they move house")
    world.clock.move(24 * 3600)
    world.do(members.resume, "n001", reason="=they are back")
    with world.gateway.sessions.begin() as session:
        members.pause(session, "n001", by="omar@gateway.example", now=world.clock(), reason="a wrong key")


def lines(page: str) -> list[str]:
    body = page.partition('<tbody role="rowgroup">')[2].partition("</tbody>")[0]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in body.split("</tr>")[:-1]]


@BOTH
def test_the_page_says_who_did_what_about_what_and_why_the_newest_first(world: World) -> None:
    busy_day(world)
    browser = world.sign_in("viewer")
    page = browser.open("/ops/audit")
    assert [line.split(" ", 4)[4] for line in lines(page)] == [
        "omar@gateway.example Paused TAMALA SOCIETY OF AUTHORS a wrong key",
        "rita@gateway.example Resumed TAMALA SOCIETY OF AUTHORS =they are back",
        "rita@gateway.example Paused TAMALA SOCIETY OF AUTHORS they move house",
        "rita@gateway.example Let in TAMALA SOCIETY OF AUTHORS –",
        "rita@gateway.example Code given TAMALA SOCIETY OF AUTHORS –",
    ]
    assert "5 actions" in browser.words()
    assert 'href="/ops/nodes/n001"' in page


def test_the_page_is_narrowed_by_person_deed_thing_and_time(world: World) -> None:
    busy_day(world)
    browser = world.sign_in("viewer")

    def found(query: str) -> int:
        return len(lines(browser.open(f"/ops/audit?{query}")))

    assert found("by=omar@gateway.example") == 1
    assert found("action=paused") == 2
    assert found("action=paused&by=rita@gateway.example") == 1
    assert found("subject=n001") == found("subject=node") == found("subject=node/n001") == 5
    assert found("subject=n002") == 0
    assert "No action fits" in browser.words()
    assert found("to=2026-11-24") == 3
    assert found("from=2026-11-25") == 2
    assert "A time is written like" in browser.open("/ops/audit?from=yesterday")


def test_a_long_list_goes_on_where_it_ended(world: World) -> None:
    world.office()
    for number in range(60):
        world.do(members.pause, "n001", reason=str(number))
        world.do(members.resume, "n001")
    browser = world.sign_in("viewer")
    page = browser.open("/ops/audit?action=paused")
    assert len(lines(page)) == 50
    assert "60 actions" in browser.words()
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    assert [line.rsplit(" ", 1)[1] for line in lines(browser.open(following[1].replace("&amp;", "&")))] == [
        str(number) for number in range(9, -1, -1)
    ]


def test_the_list_leaves_as_a_table_and_that_is_written_down_too(world: World) -> None:
    busy_day(world)
    browser = world.sign_in()
    browser.open("/ops/audit?action=resumed")
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.page)
    assert token is not None
    answer = browser.client.post("/ops/audit/download", data={"csrf_token": token[1], "action": "resumed"})
    table = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert table[0] == ["Time", "Who", "What", "About", "Node", "Reason"]
    assert [row[1:] for row in table[1:]] == [
        ["rita@gateway.example", "resumed", "node/n001", "n001", "'=they are back"]
    ]
    (last,) = world.ask(audit.listed, Wanted(), limit=1)
    assert (last.action, last.by, last.reason) == ("audit-exported", "operator@gateway.example", "action=resumed")
