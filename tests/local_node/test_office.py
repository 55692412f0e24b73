"""The first start, the settings, and trying the line to the gateway."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from interface.accounts import make_setup_link, seed_roles
from local_node.admin import queries
from local_node.admin.line import health, try_line
from local_node.admin.models import Office as OfficeRow
from local_node.app import create_app
from local_node.history import queries as history
from local_node.permissions import USERS
from local_node.right_owners import queries as right_owners
from local_node.works import queries as works
from local_node.works.operations import save_draft
from mappings.model import Title, Work
from tests.local_node.conftest import PASSWORD, Browser, Office


def begun(unenrolled: Office) -> Browser:
    """The first administrator, in front of the page the one-time link led to."""
    app = create_app(unenrolled.node, time_cost=1)
    with unenrolled.node.sessions.begin() as session:
        seed_roles(session, USERS.roles)
        token = make_setup_link(session, now=unenrolled.clock())
    browser = Browser(app.test_client())
    browser.open(f"/set-up/{token}")
    browser.post(f"/set-up/{token}", full_name="Awa", email="awa@tamala.example", password=PASSWORD, again=PASSWORD)
    return browser


OFFICE = {
    "language": "fr", "name": "SOCIÉTÉ TAMALA", "society": "998", "currency": "XOF", "time_zone": "Africa/Dakar",
}  # fmt: skip


def test_before_there_is_an_administrator_the_page_says_where_the_link_is(unenrolled: Office) -> None:
    app = create_app(unenrolled.node, time_cost=1)
    page = Browser(app.test_client()).open("/setup")
    assert "kora node init" in page


def test_the_first_start_asks_for_the_office_and_begins_empty(unenrolled: Office) -> None:
    browser = begun(unenrolled)
    assert (browser.address, "The office" in browser.page) == ("/setup", True)
    browser.post("/setup", **OFFICE)
    assert ('<html lang="fr"' in browser.page, "Commencer à vide" in browser.page) == (True, True)
    row = unenrolled.ask(queries.office)
    assert (row.language, row.name, row.society, row.currency, row.time_zone) == tuple(OFFICE.values())
    browser.post("/setup/begin", do="empty")
    assert browser.address == "/"
    assert "Africa/Dakar" in browser.page
    assert unenrolled.ask(queries.office).set_up_at == unenrolled.clock()
    assert "998" in (unenrolled.node.settings.data / "societies.csv").read_text()
    changed = {one.field: one.new for one in unenrolled.ask(history.of, "office/1")}
    assert changed["currency"] == "XOF"


def test_the_first_start_can_begin_with_demo_data(unenrolled: Office) -> None:
    browser = begun(unenrolled)
    browser.post("/setup", **OFFICE)
    browser.post("/setup/begin", do="demo")
    assert browser.address == "/"
    number = unenrolled.ask(works.count)
    assert number >= 17
    browser.post("/setup/begin", do="demo")
    assert unenrolled.ask(works.count) == number


@pytest.mark.parametrize(
    ("field", "value"), [("society", "99X"), ("currency", "ZZZ"), ("time_zone", "Moon/Base"), ("name", "")]
)
def test_an_office_that_cannot_be_is_asked_again(unenrolled: Office, field: str, value: str) -> None:
    browser = begun(unenrolled)
    browser.post("/setup", **(OFFICE | {field: value}))
    assert browser.status == 400
    assert unenrolled.ask(queries.office).currency is None


def test_the_number_of_an_enrolled_office_stays(office: Office, sign_in: Callable[..., Browser]) -> None:
    admin = sign_in("admin")
    admin.open("/settings")
    admin.post("/settings/office", **OFFICE)
    assert "it stays as it is" in admin.page
    admin.post("/settings/office", **(OFFICE | {"society": "997"}))
    row = office.ask(lambda session: session.get(OfficeRow, 1))
    assert (row.society, row.name, row.currency) == ("997", "SOCIÉTÉ TAMALA", "XOF")


def test_an_office_that_works_already_is_not_asked_again(office: Office, sign_in: Callable[..., Browser]) -> None:
    office.do(save_draft, Work(titles=(Title("SONG"),)))
    admin = sign_in("admin")
    assert "Welcome" in admin.open("/")


@pytest.mark.parametrize("role", ["viewer", "documentation", "auditor"])
def test_nobody_else_sets_the_office_up(office: Office, sign_in: Callable[..., Browser], role: str) -> None:
    somebody = sign_in(role)
    for address in ("/setup", "/setup/begin", "/settings/office", "/settings/partners/test"):
        somebody.post(address, do="demo", **OFFICE)
        assert somebody.status == 404, address
    assert office.ask(works.count) == 0


def test_the_matrix_says_what_each_role_may_do(sign_in: Callable[..., Browser]) -> None:
    page = sign_in("admin").open("/settings/people")
    row = re.search(r"change works</th>(.*?)</tr>", page, re.S)
    assert row is not None
    cells = re.findall(r'data-l="(\w+)">(?:<span class="st (\w+)|<span class="(soft))', row[1])
    assert {name: bool(yes) for name, yes, _no in cells} == {
        "administrator": True, "auditor": False, "documentation": True, "viewer": False,
    }  # fmt: skip


def test_roles_are_changed_but_somebody_stays_who_can_let_people_in(
    office: Office, sign_in: Callable[..., Browser]
) -> None:
    viewer, admin = sign_in("viewer"), sign_in("admin")
    admin.open("/settings/people")
    admin.post("/settings/people/roles", email="viewer@tamala.example", role="documentation")
    assert "The roles are changed." in admin.page
    assert "Sign in" in viewer.open("/works")
    admin.post("/settings/people/roles", email="admin@tamala.example", role="viewer")
    assert "Nothing was changed." in admin.page
    assert admin.open("/settings/people") and admin.status == 200
    entries = office.ask(history.of, "account/viewer@tamala.example")
    (entry,) = [one for one in entries if one.action == "updated"]
    assert (entry.field, entry.new) == ("roles", "documentation")


@pytest.fixture
def gateway() -> Iterator[Callable[..., str]]:
    """Something that answers ``/health`` over a real socket, with a clock of its own."""
    servers: list[HTTPServer] = []

    def start(body: bytes, *, status: int = 200, date: str = "Tue, 24 Nov 2026 08:00:00 GMT") -> str:
        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response_only(status if self.path == "/health" else 404)
                self.send_header("Date", date)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def point_at(office: Office, url: str | None) -> None:
    with office.node.sessions.begin() as session:
        session.get_one(OfficeRow, 1).gateway_url = url


def tried(office: Office) -> Any:
    return office.ask(try_line, now=office.clock())


def test_a_line_that_is_well_says_so(office: Office, gateway: Callable[..., str]) -> None:
    point_at(office, gateway(json.dumps({"ok": True, "nodes": 2}).encode()))
    found = tried(office)
    assert (found.node_id, found.answer.ok, found.clocks_agree, found.keys) == ("n001", True, True, 0)


def test_a_clock_that_goes_wrong_is_found(office: Office, gateway: Callable[..., str]) -> None:
    point_at(office, gateway(b'{"ok": true}', date="Tue, 24 Nov 2026 08:03:20 GMT"))
    assert (tried(office).clock.total_seconds(), tried(office).clocks_agree) == (200, False)


@pytest.mark.parametrize(
    ("body", "status", "ok", "problem"),
    [
        (b'{"ok": false}', 503, False, ""),
        (b"<html>proxy</html>", 200, False, "no answer of a gateway"),
        (b"[]", 200, False, "no answer of a gateway"),
    ],
)
def test_an_answer_is_not_yet_a_good_answer(
    gateway: Callable[..., str], body: bytes, status: int, ok: bool, problem: str
) -> None:
    answer = health(gateway(body, status=status))
    assert (answer.ok, answer.problem) == (ok, problem)


def test_asked_without_an_answer_is_not_the_same_as_not_asked(office: Office, unenrolled: Office) -> None:
    point_at(office, "http://127.0.0.1:1")
    assert tried(office).answer.problem != ""
    point_at(office, None)
    assert tried(office).answer is None
    assert health("file:///etc/passwd").problem == "no web address"


def test_the_page_tries_the_line(office: Office, gateway: Callable[..., str], sign_in: Callable[..., Browser]) -> None:
    point_at(office, gateway(b'{"ok": true}'))
    admin = sign_in("admin")
    assert "The line now" not in admin.open("/settings/partners")
    admin.post("/settings/partners/test")
    for words in ("enrolled", "gateway answers and is well", "clocks agree", "no receipt yet"):
        assert words in admin.page
    point_at(office, "http://127.0.0.1:1")
    admin.post("/settings/partners/test")
    assert "asked, no answer" in admin.page


def test_tasks_are_counted_in_the_frame_and_listed_on_the_first_page(
    office: Office, sign_in: Callable[..., Browser]
) -> None:
    from tests.local_node.test_lists import song

    awa = sign_in()
    assert 'class="task"' not in awa.open("/works")
    song(office, "أغنية")
    page = awa.open("/")
    assert re.search(r'class="task" href="/#tasks">.*?<b>1</b>', page, re.S)
    assert "works that cannot be sent" in page
    assert 'class="task"' not in sign_in("viewer").open("/")


def test_everybody_goes_on_where_they_left(office: Office, awa: Browser) -> None:
    from local_node.right_owners.operations import register
    from tests.local_node.test_lists import song

    with office.node.sessions.begin() as session:
        from tests.builders import a_right_owner

        register(session, a_right_owner(number=None), by="documentation@tamala.example", now=office.clock())
    song(office, "OF SOMEBODY ELSE")
    page = awa.open("/")
    assert "Continue where you left" in page
    assert "AWA DIALLO" in page
    assert "OF SOMEBODY ELSE" not in page


def test_news_are_new_until_they_are_seen(office: Office, awa: Browser) -> None:
    from local_node.works import operations
    from mappings.model import Acknowledged
    from tests.local_node.test_lists import song

    def answered(number: str, message: str) -> None:
        with office.node.sessions.begin() as session:
            answer = Acknowledged("cisnet", "AS", number)
            operations.attach_acknowledgement(session, ids[number], answer, message_id=message, now=office.clock())

    first, second = song(office, "FIRST SONG"), song(office, "SECOND SONG")
    ids = {str(one.number): str(one.id) for one in (first, second)}
    answered(str(first.number), "m1")
    assert "I have seen these" in awa.open("/")
    office.clock.move(minutes=1)
    awa.post("/news/seen")
    assert "Nothing new." in awa.page
    office.clock.move(minutes=1)
    answered(str(second.number), "m2")
    aside = awa.open("/").split("<aside")[1]
    assert ("SECOND SONG" in aside, "FIRST SONG" in aside) == (True, False)


def test_the_tables_of_the_code_are_those_of_the_database(office: Office) -> None:
    from local_node import migrations

    assert migrations.differences(office.node.engine) == []
    assert office.ask(right_owners.search).total == 0
