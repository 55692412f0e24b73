"""The console: who may open what, what the pages say, and what people can do on them."""

import re

import pytest
from sqlalchemy import select

from gateway.audit import OperatorAction
from gateway.members import operations as members
from gateway.members import queries as places
from gateway.members.models import Member, NodeKey
from gateway.ops import parkings, queries, reruns
from queues import SigningKey
from queues.tables import inbox, outbox, parked
from tests.builders import a_right_owner, a_work
from tests.databases import BOTH
from tests.gateway.world import TAMALA, Browser, World

NO_MESSAGE = "019300aa-0000-7000-8000-000000000000"
ROUTES = {
    ("GET", "/"): "read",
    ("GET", "/health"): "public",
    ("GET", "/metrics"): "public",
    ("GET", "/ops"): "read",
    ("GET", "/ops/now"): "read",
    ("POST", "/ops/canary"): "decide",
    ("GET", "/ops/messages"): "read",
    ("POST", "/ops/messages/content"): "decide",
    ("POST", "/ops/messages/filters"): "read",
    ("POST", "/ops/messages/filters/<int:key>/forget"): "read",
    ("GET", "/ops/messages/<uuid:key>"): "read",
    ("POST", "/ops/messages/<uuid:key>/body"): "decide",
    ("POST", "/ops/messages/<uuid:key>/decide"): "decide",
    ("GET", "/ops/parked"): "read",
    ("POST", "/ops/parked/<key>/foresee"): "decide",
    ("POST", "/ops/parked/<key>/again"): "decide",
    ("POST", "/ops/parked/<key>/give-up"): "decide",
    ("POST", "/ops/reruns/<int:key>/stop"): "decide",
    ("GET", "/ops/alerts"): "read",
    ("POST", "/ops/alerts/<int:key>/acknowledge"): "decide",
    ("GET", "/ops/alerts/runbook"): "read",
    ("GET", "/ops/audit"): "read",
    ("POST", "/ops/audit/download"): "decide",
    ("GET", "/ops/partners/<name>"): "read",
    ("POST", "/ops/partners/<name>/<any(pause, resume):action>"): "decide",
    ("POST", "/ops/files/<int:key>"): "decide",
    ("GET", "/ops/nodes"): "read",
    ("POST", "/ops/nodes"): "decide",
    ("GET", "/ops/nodes/<node_id>"): "read",
    ("POST", "/ops/nodes/<node_id>/approve"): "decide",
    ("POST", "/ops/nodes/<node_id>/suspend"): "decide",
    ("POST", "/ops/nodes/<node_id>/pause"): "decide",
    ("POST", "/ops/nodes/<node_id>/resume"): "decide",
    ("POST", "/ops/nodes/<node_id>/revoke"): "decide",
    ("POST", "/v1/enrol"): "public",
    ("GET", "/.well-known/kora-keys.json"): "public",
}
"""Who may use which route: everybody, whoever may read, or only who may decide."""
PAGES = (
    "/ops",
    "/ops/messages",
    "/ops/parked",
    "/ops/partners/cisnet",
    "/ops/nodes",
    "/ops/alerts",
    "/ops/audit",
    "/ops/alerts/runbook",
)


def address(rule: str, world: World) -> str:
    """The rule with a record that is there."""
    with world.sessions() as session:
        message = session.scalar(select(inbox.c.msg_id).limit(1)) or NO_MESSAGE
    told = {"<uuid:key>": message, "<key>": "message-1", "<name>": "cisnet", "<node_id>": "n001", "<int:key>": "1"}
    for part, value in told.items():
        rule = rule.replace(part, value)
    return rule.replace("<any(pause, resume):action>", "pause")


def spoken(world: World) -> World:
    """One office has said one thing."""
    world.office().say(a_right_owner())
    world.carry()
    return world


def test_every_route_of_the_gateway_is_in_the_table_of_this_test(world: World) -> None:
    ours = {
        (method, rule.rule)
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.endpoint.startswith("interface.")
    }
    assert ours == set(ROUTES)


def test_s14_who_is_not_signed_in_reaches_nothing_but_what_is_public(world: World) -> None:
    spoken(world)
    world.app.config["WTF_CSRF_ENABLED"] = False
    nobody, found = world.app.test_client(), {}
    for method, rule in sorted(ROUTES):
        answer = nobody.open(address(rule, world), method=method)
        found[method, rule] = "public" if "sign-in" not in answer.headers.get("Location", "") else "closed"
    assert found == {route: "public" if kind == "public" else "closed" for route, kind in ROUTES.items()}


def test_s14_a_viewer_reads_everything_and_decides_nothing(world: World) -> None:
    spoken(world)
    viewer, found = world.sign_in("viewer"), {}
    viewer.open("/ops")
    world.app.config["WTF_CSRF_ENABLED"] = False
    before = state_of(world)
    for method, rule in sorted(ROUTES):
        if ROUTES[method, rule] == "public":
            continue
        if method == "GET":
            viewer.open(address(rule, world))
        else:
            viewer.post(address(rule, world), reason="curious", do="give-up", name="mine", compared="yes", note="x")
        found[method, rule] = viewer.status
    expected = {"read": 200, "decide": 404}
    assert found == {(method, rule): expected[kind] for (method, rule), kind in ROUTES.items() if kind != "public"}
    assert state_of(world) == before


def state_of(world: World) -> list[object]:
    """What nobody but an operator may change."""
    tables = (Member.__table__, OperatorAction.__table__, NodeKey.__table__, outbox, parked)
    with world.sessions() as session:
        return [session.execute(select(table)).all() for table in tables]


@BOTH
@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_empty_pages_open_in_every_language(world: World, role: str) -> None:
    browser = world.sign_in(role)
    for language in ("en", "fr", "es", "pt", "ar"):
        browser.open("/ops")
        browser.post("/language", language=language, next="/ops")
        for path in PAGES:
            browser.open(path)
            assert (path, browser.status) == (path, 200)
            assert f'<html lang="{language}"' in browser.page


def test_full_pages_open_in_every_language_and_for_every_role(full: World) -> None:
    with full.sessions() as session:
        ids = [*session.scalars(select(inbox.c.msg_id)), *session.scalars(select(outbox.c.msg_id))]
    for role in ("operator", "viewer"):
        browser = full.sign_in(role)
        for language in ("en", "fr", "ar"):
            browser.open("/ops")
            browser.post("/language", language=language, next="/ops")
            for path in (*PAGES, "/ops/nodes/n001", "/ops/nodes/n003", *(f"/ops/messages/{id_}" for id_ in ids)):
                browser.open(path)
                assert (language, path, browser.status) == (language, path, 200)


def test_health_needs_no_sign_in_and_tells_no_names(full: World) -> None:
    answer = full.app.test_client().get("/health")
    assert (answer.status_code, answer.json) == (
        200,
        {"ok": True, "parked": 0, "due": 1, "awaited": 0, "nodes": 2},
    )


def test_every_number_on_the_first_page_leads_to_a_list_of_that_many(full: World) -> None:
    browser = full.sign_in("viewer")
    page = browser.open("/ops")
    cells = re.findall(r'<td role="cell" class="n" data-l="([^"]+)"><a href="([^"]+)"><bdi[^>]*>([0-9]+)<', page)
    counted = {label for label, _, _ in cells}
    assert counted == {
        "Waiting", "Parked", "Without last word", "Calls", "Waits there", "Outbox", "Held", "Refused", "Ready",
        "In hand", "Readers",
    }  # fmt: skip
    everything = re.findall(r'<td role="cell" class="n" data-l="([^"]+)">(.*?)</td>', page)
    assert [label for label, cell in everything if "<a " not in cell and ">–<" not in cell] == []
    for label, url, number in cells:
        found = browser.open(url.replace("&amp;", "&"))
        assert browser.status == 200
        if label in ("Waiting", "Parked", "Without last word", "Outbox", "Held", "Refused"):
            lines = len(re.findall(r'<tr role="row">', found.partition("<tbody")[2]))
            assert (label, url, lines) == (label, url, int(number))


def test_the_list_of_messages_is_narrowed_and_searched(full: World) -> None:
    browser = full.sign_in("viewer")

    def lines(query: str) -> int:
        return len(re.findall(r'<tr role="row">', browser.open(f"/ops/messages?{query}").partition("<tbody")[2]))

    with full.sessions() as session:
        arrived = session.scalars(select(inbox.c.msg_id)).all()
        posted = session.scalars(select(outbox.c.msg_id)).all()
    assert lines("") == len(arrived) + len(posted)
    assert lines("direction=in") == len(arrived)
    assert lines("node=n002&direction=in") == 1
    assert lines("state=refused") == 1
    assert lines("type=kora.party.registered.v1") == 1
    assert lines(f"q={arrived[0]}") == 1
    assert lines(f"q={a_work(number=44).id}") == 3
    assert lines("q=20261124T120104Z/1/0") == 1
    assert lines("partner=cisnet&state=waiting") == lines("state=open") == 1
    assert lines("from=2026-11-24&to=2026-11-24") == lines("") == lines("from=2026-11-24") == lines("to=2026-11-24")
    assert lines("from=2026-11-25") == 0
    assert "Nothing was found" in browser.page


def test_a_long_list_is_turned_page_by_page(world: World) -> None:
    office = world.office()
    for number in range(1, 61):
        office.say(a_right_owner(number=number))
    world.carry()
    browser = world.sign_in("viewer")
    browser.open("/ops/messages?direction=in")
    assert "1 to 50 of 60" in browser.words()
    following = re.search(r'rel="next" href="([^"]+)"', browser.page)
    assert following is not None
    browser.open(following[1].replace("&amp;", "&"))
    assert "51 to 60 of 60" in browser.words()


def test_the_body_is_hidden_until_somebody_asks_and_is_named(full: World) -> None:
    browser = full.sign_in()
    with full.sessions() as session:
        id_ = session.scalar(select(inbox.c.msg_id).where(inbox.c.aggregate == f"work/{a_work().id}"))
    assert "SALIOU" not in browser.open(f"/ops/messages/{id_}")
    shown = browser.post(f"/ops/messages/{id_}/body")
    assert "SALIOU" in shown
    assert "NWR0000000000000000RIVER MARKET" in shown
    assert "ACK0000000000000000" in shown
    with full.sessions() as session:
        noted = session.scalars(select(OperatorAction).where(OperatorAction.action == "body-shown")).one()
    assert (noted.by, noted.subject, noted.node_id) == ("operator@gateway.example", f"message/{id_}", "n001")
    assert "Content shown" in browser.open(f"/ops/messages/{id_}")


def test_a_file_is_downloaded_as_it_was_and_that_is_written_down(full: World) -> None:
    browser = full.sign_in()
    browser.open("/ops/partners/cisnet")
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.page)
    assert token is not None
    answer = browser.client.post("/ops/files/1", data={"csrf_token": token[1]})
    kept = full.ask(queries.file, 1)
    assert (answer.status_code, answer.data) == (200, kept.content)
    assert answer.headers["Content-Disposition"] == "attachment; filename=CW260001997_996.V21"
    with full.sessions() as session:
        assert session.scalars(select(OperatorAction.subject).order_by(OperatorAction.id.desc())).first() == "file/1"
    browser.post("/ops/files/999")
    assert browser.status == 404


def test_the_page_of_a_message_that_nobody_knows_is_not_found(world: World) -> None:
    browser = world.sign_in()
    browser.open(f"/ops/messages/{NO_MESSAGE}")
    assert browser.status == 404
    browser.open("/ops/partners/nobody")
    assert browser.status == 404


def parked_message(world: World) -> str:
    return world.ask(parkings.everything)[0].entry.id


def test_what_is_parked_stands_under_its_cause(stuck: World) -> None:
    browser = stuck.sign_in()
    browser.open("/ops/parked")
    words = browser.words()
    assert "Work for CIS-Net" in words
    assert "2 messages" in words
    assert words.count("F4: no version of CWR that can be sent: 9.9") == 3
    assert "What we send is wrong." in words
    assert "Run all 2 messages again" in words
    assert "SONG OF THE SHORE" in words
    assert "1 thing to look at" in Browser(browser.client, browser.open("/ops")).words()


def test_nothing_is_decided_without_a_reason(stuck: World) -> None:
    browser, id_ = stuck.sign_in(), parked_message(stuck)
    browser.open(f"/ops/messages/{id_}")
    browser.post(f"/ops/messages/{id_}/decide", do="give-up", reason="  ")
    assert browser.status == 400
    assert "A reason is needed" in browser.words()
    key = stuck.ask(parkings.everything)[0].key
    assert "A reason is needed" in browser.post(f"/ops/parked/{key}/again", reason="")
    assert "A reason is needed" in browser.post("/ops/partners/cisnet/pause", reason="")
    assert stuck.ask(parkings.count) == 2


def test_a_message_is_given_up_on_its_page(stuck: World) -> None:
    browser, id_ = stuck.sign_in(), parked_message(stuck)
    browser.open(f"/ops/messages/{id_}")
    browser.post(f"/ops/messages/{id_}/decide", do="give-up", reason="register it anew")
    assert (browser.status, "The node is told why." in browser.words()) == (200, True)
    assert "Given up" in browser.words()
    stuck.carry()
    assert [code for _, code in stuck.offices[0].heard()] == ["given-up"]
    assert stuck.ask(parkings.count) == 1


def test_a_message_runs_again_from_its_page_and_a_group_from_the_list(stuck: World) -> None:
    browser, id_ = stuck.sign_in(), parked_message(stuck)
    browser.open(f"/ops/messages/{id_}")
    browser.post(f"/ops/messages/{id_}/decide", do="again", reason="the partner was asked")
    assert "The message runs again." in browser.words()
    assert stuck.ask(parkings.count) == 1
    stuck.exchange()
    assert stuck.ask(parkings.count) == 2
    key = stuck.ask(parkings.everything)[0].key
    browser.open("/ops/parked")
    browser.post(f"/ops/parked/{key}/again", reason="the version is right now")
    assert "2 messages run again." in browser.words()
    assert stuck.ask(parkings.count) == 0


def test_somebody_elses_decision_is_not_made_twice(stuck: World) -> None:
    browser, id_ = stuck.sign_in(), parked_message(stuck)
    browser.open(f"/ops/messages/{id_}")
    stuck.do(reruns.start, stuck.ask(parkings.everything)[0].key)
    browser.post(f"/ops/messages/{id_}/decide", do="give-up", reason="too late")
    assert browser.status == 404


def test_a_partner_is_paused_and_called_again(trade: World) -> None:
    browser = trade.sign_in()
    browser.open("/ops/partners/cisnet")
    browser.post("/ops/partners/cisnet/pause", reason="maintenance")
    assert "paused by operator@gateway.example" in browser.words()
    assert "paused by operator@gateway.example" in Browser(browser.client, browser.open("/ops")).words()
    browser.open("/ops/partners/cisnet")
    browser.post("/ops/partners/cisnet/resume")
    assert "working" in browser.words()


def test_a_place_is_given_with_a_code_that_is_shown_once(world: World) -> None:
    browser = world.sign_in()
    browser.open("/ops/nodes")
    browser.post("/ops/nodes", society="997", name=TAMALA[1])
    code = re.search(r"(?:[A-Z2-7]{4}-){7}[A-Z2-7]{4}", browser.page)
    assert code is not None
    assert code[0] not in browser.open("/ops/nodes")
    assert world.enrol(code[0], SigningKey.generate("unnamed")).json["state"] == "pending"


def test_a_wrong_number_or_a_known_society_is_said_at_the_field(world: World) -> None:
    world.office()
    browser = world.sign_in()
    browser.open("/ops/nodes")
    browser.post("/ops/nodes", society="12345", name="SOMEBODY")
    assert (browser.status, "This is a number of up to three digits." in browser.words()) == (400, True)
    browser.post("/ops/nodes", society="997", name=TAMALA[1])
    assert (browser.status, "This society has a working node: n001." in browser.words()) == (400, True)


def test_a_node_is_let_in_only_after_the_words_were_compared(world: World) -> None:
    office = world.office(approved=False)
    browser = world.sign_in()
    browser.open("/ops/nodes")
    words = " ".join(world.ask(members.words_of, office.node_id))
    assert words in browser.words()
    browser.post("/ops/nodes/n001/approve")
    assert world.ask(places.get, "n001").state == "pending"
    browser.post("/ops/nodes/n001/approve", compared="yes")
    assert world.ask(places.get, "n001").state == "active"
    browser.post("/ops/nodes/n001/suspend", reason=" ")
    assert world.ask(places.get, "n001").state == "active"
    browser.post("/ops/nodes/n001/suspend", reason="stolen laptop")
    assert world.ask(places.get, "n001").state == "suspended"
    browser.post("/ops/nodes/n009/approve", compared="yes")
    assert browser.status == 404


def test_names_that_look_like_markup_stay_names(world: World) -> None:
    office = world.office(("997", "<script>alert(1)</script>"))
    office.say(a_work("<b>SONG</b>"))
    world.carry()
    browser = world.sign_in()
    for path in PAGES:
        page = browser.open(path)
        assert "<script>alert" not in page
        assert "<b>SONG" not in page
