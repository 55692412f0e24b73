"""The exchange as people see it: what became of each message, what was answered, and what waits for a decision."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import sessionmaker

import queues
from kora import main
from local_node.admin.operations import pin
from local_node.app import create_app
from local_node.right_owners import operations as right_owners
from local_node.routes import HANDLERS
from local_node.settings import NodeSettings
from local_node.works import operations as works
from mappings.messages import to_json
from mappings.model import Acknowledged, Assigned, Remark, Title, Work
from queues import Intake, KeyRing, KnownKey, Relay, SigningKey, boxes, gateway_urn, local_url, node_urn
from queues.tables import inbox, outbox, parked
from tests.builders import a_right_owner, an_interest, an_iswc
from tests.local_node.conftest import Browser, Clock, Office

GATEWAY, NODE = gateway_urn("g1"), node_urn("n001")
ACKNOWLEDGED, ASSIGNED = "kora.work.acknowledged.v1", "kora.identifier.assigned.v1"


@dataclass
class Line:
    """A node and a gateway with a real line between them; the gateway's handlers can be told to stumble."""

    office: Office
    gateway: sessionmaker[Any]
    engine: Engine
    sides: dict[str, tuple[Relay, Intake]]
    handlers: dict[str, Any]
    arriving: dict[str, Any]

    @property
    def clock(self) -> Clock:
        return self.office.clock

    def turn(self, *names: str, rounds: int = 1) -> None:
        for _ in range(rounds):
            for name in names or ("node", "gateway", "node"):
                relay, intake = self.sides[name]
                intake.run_once(self.clock())
                relay.run_once(self.clock())
            self.clock.move(seconds=2)

    def answer(self, said: Any, type: str = ACKNOWLEDGED, *, to: Work, subject: str | None = None) -> str:
        """Let the gateway tell the node what a partner said to the last message about a work."""
        message = self.office.posted(f"work/{to.id}")[-1]
        with self.gateway.begin() as session:
            return boxes.post(
                session,
                node_id="n001",
                stream=NODE,
                type=type,
                subject=subject or f"work/{to.id}",
                data=to_json(said),
                correlationid=message.msg_id,
                causationid=message.msg_id,
                now=self.clock(),
            )

    def close(self) -> None:
        for relay, _intake in self.sides.values():
            relay._uplink.close()
        self.engine.dispose()


@pytest.fixture
def line(unenrolled: Office, tmp_path: Path) -> Iterator[Line]:
    office, clock = unenrolled, unenrolled.clock
    keys = {"g1": SigningKey.generate("g1"), "n001": SigningKey.generate("n001")}
    known = KeyRing(KnownKey(keys["g1"].kid, keys["g1"].public_jwk(), GATEWAY),
                    KnownKey(keys["n001"].kid, keys["n001"].public_jwk(), NODE))  # fmt: skip
    with office.node.sessions.begin() as session:
        pin(session, node_id="n001", gateway_id="g1", gateway_url="http://127.0.0.1:1", keys=[], now=clock())
    engine = queues.open_engine(tmp_path / "gateway.db")
    queues.metadata.create_all(engine)
    url = local_url(tmp_path / "queue.db")
    options = {"linger": 0.001, "transport_options": {"clock": lambda: clock().timestamp()}}
    lines = {
        "node": queues.node_uplink(url, node_id="n001", gateway_id="g1", **options),
        "gateway": queues.gateway_uplink(url, nodes=lambda: ["n001"], **options),
    }
    handlers: dict[str, Any] = {
        f"kora.{name}.v1": lambda session, envelope: None
        for name in ("party.registered", "party.updated", "work.registered", "work.updated", "work.withdrawn")
    }
    arriving = dict(HANDLERS)
    sessions = sessionmaker(engine)
    sides = {
        "node": (
            Relay(office.node.sessions, lines["node"], key=keys["n001"], source=NODE),
            Intake(office.node.sessions, lines["node"], keys=known, key=keys["n001"], source=NODE,
                   handlers=arriving, node_id="n001"),
        ),
        "gateway": (
            Relay(sessions, lines["gateway"], key=keys["g1"], source=GATEWAY),
            Intake(sessions, lines["gateway"], keys=known, key=keys["g1"], source=GATEWAY, handlers=handlers),
        ),
    }  # fmt: skip
    opened = Line(office, sessions, engine, sides, handlers, arriving)
    yield opened
    opened.close()


@pytest.fixture
def office(line: Line) -> Office:
    """The office of these tests has a line to its gateway."""
    return line.office


@pytest.fixture
def app(line: Line, woken: list[str]) -> Flask:
    return create_app(line.office.node, time_cost=1, wake=lambda: woken.append("woken"))


@pytest.fixture
def woken() -> list[str]:
    return []


def registered(office: Office, title: str = "SONG OF THE SHORE") -> Work:
    named = Title(title, script="Latn")
    work: Work = office.do(
        works.register_work, Work(titles=(named,), interests=(an_interest(party=a_right_owner(number=None)),))
    )
    return work


def text_of(html: str) -> str:
    """What stands on a page, in one line, without the marks that isolate directions."""
    words = re.sub(r"<(script|style|template)\b.*?</\1>|<[^>]+>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub("[\u2066-\u2069]", "", unescape(words)))


def rows(page: str) -> list[str]:
    """The lines of the table of a page, as text."""
    return [text_of(row).strip() for row in re.findall(r"<tr role=\"row\"[^>]*>(.*?)</tr>", page, re.S)][1:]


def steps(page: str) -> list[tuple[str, str]]:
    """State and title of each step of the life line."""
    inside = re.search(r'<ol class="life".*?</ol>', page, re.S)
    assert inside is not None, page
    found = re.findall(r'<li(?: class="(\w+)")?>.*?<b>(.*?)</b>', inside[0], re.S)
    return [(state or "done", text_of(title).strip()) for state, title in found]


def tabs(page: str) -> dict[str, int]:
    """The groups with their numbers."""
    inside = re.search(r'<nav class="tabs".*?</nav>', page, re.S)
    assert inside is not None, page
    found = (text_of(one).strip().rsplit(" ", 1) for one in re.findall(r"<a .*?</a>", inside[0], re.S))
    return {name: int(number) for name, number in found}


def test_every_message_stands_in_the_group_of_its_state(line: Line, awa: Browser) -> None:
    answered = registered(line.office, "ANSWERED")
    registered(line.office, "ARRIVED")
    line.turn()
    line.answer(Acknowledged("cisnet", "AS", "1", partner_number="P77", iswc=an_iswc(900_000_001)), to=answered)
    line.turn()
    registered(line.office, "SENT")
    line.turn("node")
    registered(line.office, "WAITING")
    assert tabs(awa.open("/exchange")) == {
        "All": 4, "Waiting": 1, "Sent": 1, "Arrived": 1, "Answered": 1, "Held": 0, "Refused": 0, "Parked": 0,
        "Received": 1,
    }  # fmt: skip
    assert [one.split()[0] for one in rows(awa.page)] == ["WAITING", "SENT", "ARRIVED", "ANSWERED"]
    for group in ("waiting", "sent", "arrived", "answered"):
        (row,) = rows(awa.open(f"/exchange?group={group}"))
        assert row.startswith(group.upper())
    assert rows(awa.open("/exchange?group=answered")) == [
        "ANSWERED work Work registered arrived Registration accepted CIS-Net ISWC T-900.000.001-1 24 Nov 2026 08:00"
    ]


def message_page(line: Line, browser: Browser, work: Work) -> str:
    return browser.open(f"/exchange/{line.office.posted(f'work/{work.id}')[-1].msg_id}")


def test_the_life_line_goes_on_with_each_thing_that_happens(line: Line, awa: Browser) -> None:
    work = registered(line.office)
    assert steps(message_page(line, awa, work)) == [("done", "Work registered"), ("now", "Waits to be sent")]
    line.turn("node")
    assert steps(message_page(line, awa, work))[2:] == [
        ("done", "Sent to the gateway"),
        ("now", "No receipt from the gateway yet"),
    ]
    line.turn("gateway", "node")
    assert steps(message_page(line, awa, work))[3:] == [
        ("done", "Receipt from the gateway"),
        ("todo", "No partner has answered yet"),
    ]
    line.answer(Acknowledged("cisnet", "RA", "1", reference="20261124T080004Z/1/0"), to=work)
    line.turn()
    assert steps(message_page(line, awa, work))[4:] == [
        ("done", "Passed to CIS-Net"),
        ("done", "CIS-Net: Transaction accepted"),
        ("todo", "CIS-Net has more to say"),
    ]
    said = Acknowledged(
        "cisnet", "AS", "1", partner_number="P77", iswc=an_iswc(900_000_001), reference="20261124T080004Z/1/0"
    )
    line.answer(said, to=work)
    line.turn()
    assert steps(message_page(line, awa, work)) == [
        ("done", "Work registered"),
        ("done", "Signed and put in the outbox"),
        ("done", "Sent to the gateway"),
        ("done", "Receipt from the gateway"),
        ("done", "Passed to CIS-Net"),
        ("done", "CIS-Net: Transaction accepted"),
        ("done", "CIS-Net: Registration accepted"),
    ]
    page = text_of(awa.page)
    assert "Their number is P77. The work has the number ISWC T-900.000.001-1." in page
    assert "08:00:04 Passed to CIS-Net reference 20261124T080004Z/1/0" in page
    assert '"text": "SONG OF THE SHORE"' in page


def test_a_work_tells_the_same_story_on_its_own_page(line: Line, awa: Browser) -> None:
    work = registered(line.office)
    line.turn()
    line.answer(Acknowledged("cisnet", "AS", "1", partner_number="P77", reference="20261124T080001Z/1/0"), to=work)
    line.answer(Assigned("iswc", an_iswc(900_000_001), "cisnet", "1"), ASSIGNED, to=work)
    line.turn()
    assert steps(awa.open(f"/works/{work.id}")) == [
        ("done", "Work registered"),
        ("done", "Signed and put in the outbox"),
        ("done", "Sent to the gateway"),
        ("done", "Receipt from the gateway"),
        ("done", "Passed to CIS-Net"),
        ("done", "CIS-Net: Registration accepted"),
        ("done", "CIS-Net gave a number"),
    ]
    assert "ISWC T-900.000.001-1" in text_of(awa.page)
    assert "ISWC T-900.000.001-1 given by CIS-Net" in text_of(awa.page)
    assert 'name="number_iswc"' not in awa.page  # nobody types over a number that a partner gave
    assert "ISWC T-900.000.001-1 CIS-Net" in text_of(awa.open(f"/works/{work.id}/history"))


def test_a_refusal_is_shown_with_its_reasons(line: Line, awa: Browser) -> None:
    def refuse(session: Any, envelope: queues.Envelope) -> None:
        raise queues.Refused("no-latin-title", [{"code": "NWR-T-012", "field": "interests", "text": "no writer"}])

    line.handlers["kora.work.registered.v1"] = refuse
    work = registered(line.office)
    line.turn()
    assert steps(message_page(line, awa, work))[3:] == [
        ("stop", "Refused by the gateway"),
        ("todo", "Correct the record; saving it sends it again"),
    ]
    reasons = "The partner needs a title in Latin letters. A work needs at least one writer."
    assert f"This message could not be used {reasons}" in text_of(awa.page)
    assert tabs(awa.open("/exchange?group=refused"))["Refused"] == 1
    (row,) = rows(awa.page)
    assert "refused by the gateway refused gateway The partner needs a title in Latin letters." in row
    assert steps(awa.open(f"/works/{work.id}"))[3:] == [
        ("stop", "Refused by the gateway"),
        ("todo", "Correct the record; saving it sends it again"),
    ]


def stumble(session: Any, envelope: queues.Envelope) -> None:
    raise ZeroDivisionError


def parked_answer(line: Line) -> tuple[Work, str]:
    """An answer of a partner whose handling failed five times."""
    handler, line.arriving[ACKNOWLEDGED] = line.arriving[ACKNOWLEDGED], stumble
    work = registered(line.office)
    line.turn()
    answer = line.answer(Acknowledged("cisnet", "RA", "1"), to=work)
    line.turn("gateway", *["node"] * 5)
    line.arriving[ACKNOWLEDGED] = handler
    return work, answer


def test_a_parked_answer_is_seen_and_runs_again_when_a_person_says_so(
    line: Line, awa: Browser, woken: list[str]
) -> None:
    work, answer = parked_answer(line)
    assert tabs(awa.open("/exchange"))["Received, not used"] == 1
    (row,) = rows(awa.open("/exchange?group=troubled"))
    assert "Answer of a partner parked, a person decides An error of the program stopped it." in row
    awa.open(f"/exchange/{answer}")
    assert "ZeroDivisionError in test_exchange.py" in text_of(awa.page)
    woken.clear()
    awa.post(f"/exchange/{answer}/decide", do="again")
    assert ("The message runs again." in awa.page, woken) == (True, ["woken"])
    line.turn("node")
    assert steps(awa.open(f"/exchange/{answer}")) == [
        ("done", "CIS-Net: Transaction accepted"),
        ("done", "Received from the gateway"),
        ("stop", "Parked for a person"),
        ("done", "A person decided"),
        ("done", "Put into our records"),
    ]
    assert "Run again Awa Documentation" in text_of(awa.page)
    assert ("done", "CIS-Net: Transaction accepted") in steps(message_page(line, awa, work))
    assert "Received, not used" not in tabs(awa.open("/exchange"))


def test_a_parked_answer_is_given_up_only_with_a_reason_which_the_gateway_hears(line: Line, awa: Browser) -> None:
    _work, answer = parked_answer(line)
    awa.open(f"/exchange/{answer}")
    awa.post(f"/exchange/{answer}/decide", do="give-up", reason=" ")
    assert (awa.status, "Say why you give the message up; the gateway is told." in awa.page) == (400, True)
    awa.post(f"/exchange/{answer}/decide", do="give-up", reason="the work was sold")
    assert "The message is given up. The gateway is told why." in awa.page
    line.turn()
    with line.gateway() as session:
        (told,) = session.execute(select(outbox.c.state, outbox.c.last_error).where(outbox.c.msg_id == answer))
        (heard,) = session.scalars(select(inbox.c.type).where(inbox.c.type == queues.REFUSAL))
    assert (tuple(told), heard) == (("refused", "given-up"), queues.REFUSAL)
    assert "Given up Awa Documentation" in text_of(awa.open(f"/exchange/{answer}")).replace("the work was sold ", "")
    awa.post(f"/exchange/{answer}/decide", do="again")
    assert awa.status == 404


def test_an_answer_about_a_record_that_is_not_here_is_refused_and_shown(line: Line, awa: Browser) -> None:
    work = registered(line.office)
    line.turn()
    answer = line.answer(Acknowledged("cisnet", "RA", "999"), to=work, subject="work/nobody-knows")
    line.turn()
    (row,) = rows(awa.open("/exchange?group=troubled"))
    assert row == (
        "nobody-knows Answer of a partner could not be used It speaks of a record that is not here. 24 Nov 2026 08:00"
    )
    assert ("stop", "Could not be used; the gateway was told") in steps(awa.open(f"/exchange/{answer}"))


def test_a_message_nobody_can_read_can_be_given_up_but_not_run_again(line: Line, awa: Browser) -> None:
    with line.office.node.sessions.begin() as session:
        session.execute(
            parked.insert().values(
                node_id="n001", source=GATEWAY, msg_id="f" * 36, queue="out.n001", reason="bad-schema", raw=b"{}",
                headers={}, deliveries=1, first_seen=line.clock(), last_seen=line.clock(),
            )
        )  # fmt: skip
    (row,) = rows(awa.open("/exchange?group=troubled"))
    assert row.startswith("unknown unreadable message parked, a person decides")
    awa.open("/exchange/" + "f" * 36)
    awa.post("/exchange/" + "f" * 36 + "/decide", do="again")
    assert (awa.status, "it contradicts what is stored" in awa.page) == (400, True)
    awa.post("/exchange/" + "f" * 36 + "/decide", do="give-up", reason="noise")
    assert "Nothing here" in awa.page


def test_send_now_makes_what_waits_due_and_wakes_the_worker(line: Line, awa: Browser, woken: list[str]) -> None:
    work = registered(line.office)
    line.turn("node")
    (before,) = line.office.posted(f"work/{work.id}")
    assert before.next_attempt_at > line.clock()
    message_page(line, awa, work)
    woken.clear()
    awa.post(f"/exchange/{before.msg_id}/send")
    (after,) = line.office.posted(f"work/{work.id}")
    assert (after.next_attempt_at, after.sealed, woken) == (line.clock(), before.sealed, ["woken"])
    line.turn()
    assert "2 attempts" in text_of(message_page(line, awa, work))
    assert awa.open("/exchange") and "Send now" not in awa.page
    awa.post(f"/exchange/{before.msg_id}/send")
    assert awa.status == 404


def test_a_viewer_reads_the_exchange_but_decides_and_sends_nothing(line: Line, sign_in: Callable[..., Browser]) -> None:
    work, answer = parked_answer(line)
    registered(line.office, "A SECOND")
    viewer = sign_in("viewer")
    viewer.open("/exchange")
    assert (viewer.status, "Send now" in viewer.page) == (200, False)
    viewer.open(f"/exchange/{answer}")
    assert (viewer.status, 'name="do"' in viewer.page) == (200, False)
    sent = line.office.posted(f"work/{work.id}")[0].msg_id
    for address in (f"/exchange/{answer}/decide", "/exchange/send", f"/exchange/{sent}/send"):
        viewer.open("/exchange")
        viewer.post(address, do="again")
        assert viewer.status == 404, address
    with line.office.node.sessions() as session:
        assert session.scalar(select(parked.c.decision)) is None


def test_messages_are_found_by_title_name_number_and_id(line: Line, awa: Browser) -> None:
    person = line.office.do(right_owners.register, a_right_owner(number=None))
    shore, dance = registered(line.office), registered(line.office, "DANCE OF THE CRANES")
    (message,) = line.office.posted(f"work/{dance.id}")
    for text in ("cranes", "2", message.msg_id, str(dance.id), f"work/{dance.id}"):
        assert [one.split(" work ")[0] for one in rows(awa.open(f"/exchange?q={text}"))] == ["DANCE OF THE CRANES"]
    (row,) = rows(awa.open(f"/exchange?q={person.id}"))
    assert "right owner Right owner registered" in row
    assert len(rows(awa.open("/exchange?type=kora.work.registered.v1"))) == 2
    assert f'href="/works/{shore.id}"' in awa.page
    assert "No message fits" in awa.open("/exchange?q=nothing+like+this")
    awa.open("/exchange?group=nonsense")
    assert awa.status == 404


def test_a_long_list_goes_on_where_it_stopped(line: Line, awa: Browser) -> None:
    with line.office.node.sessions.begin() as session:
        for number in range(120):
            boxes.post(session, node_id="n001", stream=GATEWAY, type="kora.work.updated.v1",
                       subject=f"work/{number}", data={}, now=line.clock())  # fmt: skip
    seen = [row.split()[0] for row in rows(awa.open("/exchange"))]
    while (older := re.search(r'<a rel="next" href="([^"]+)"', awa.page)) is not None:
        seen += [row.split()[0] for row in rows(awa.open(unescape(older[1])))]
    assert seen == [str(number) for number in range(119, -1, -1)]


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt", "ar"])
def test_the_pages_answer_in_every_language(line: Line, awa: Browser, language: str) -> None:
    work, answer = parked_answer(line)
    line.answer(Acknowledged("cisnet", "RJ", "1", remarks=(Remark("No rights."),)), to=work)
    line.turn()
    awa.open("/exchange")
    awa.post("/language", language=language, next="/exchange")
    sent = line.office.posted(f"work/{work.id}")[0].msg_id
    for address in ("/exchange", "/exchange?group=received", "/exchange?group=troubled", f"/exchange/{answer}",
                    f"/exchange/{sent}", "/exchange/review", f"/works/{work.id}", "/"):  # fmt: skip
        awa.open(address)
        assert (awa.status, f'<html lang="{language}"' in awa.page) == (200, True), address


def conflicting(line: Line, title: str = "SONG OF THE SHORE") -> Work:
    """A work of which CIS-Net holds half for somebody else."""
    work = registered(line.office, title)
    line.turn()
    half = an_interest(party=a_right_owner(number=None), part=50)
    other = an_interest("A", a_right_owner(number=None, name="KEITA", first_name="OUMOU"), part=50)
    theirs = Work(titles=(Title(title),), interests=(half, other), number="P77")
    line.answer(Acknowledged("cisnet", "CO", str(work.number), conflicts=(theirs,)), to=work)
    line.turn()
    return work


def test_a_conflict_is_reached_from_home_and_from_the_work_and_shows_both_sides(line: Line, awa: Browser) -> None:
    work = conflicting(line)
    assert 'href="/exchange/review"' in awa.open("/")
    assert "CIS-Net holds other shares of this work Compare and decide" in text_of(awa.open(f"/works/{work.id}"))
    assert rows(awa.open("/exchange/review")) == ["SONG OF THE SHORE work other shares CIS-Net 24 Nov 2026 08:00"]
    assert "<footer>1 conflict</footer>" in awa.page
    shares = "Performing right {0} Mechanical right {0} Synchronisation right {0}"
    assert rows(awa.open("/exchange/review/1")) == [
        "Title SONG OF THE SHORE SONG OF THE SHORE the same",
        "Number 1 P77 –",
        f"AWA DIALLO CA Composer-author {shares.format('100.00')} CA Composer-author {shares.format('50.00')} differs",
        f"OUMOU KEITA not there A Author {shares.format('50.00')} only theirs",
    ]


def test_a_conflict_about_shares_ends_with_ours_or_leads_to_the_work(line: Line, awa: Browser) -> None:
    kept, changed = conflicting(line), conflicting(line, "DANCE OF THE CRANES")
    awa.open("/exchange/review/1")
    awa.post("/exchange/review/1", decision="ours", note="we hold the contract")
    assert (awa.address, "The decision is kept." in awa.page) == ("/exchange/review", True)
    page = text_of(awa.open("/exchange/review/1"))
    assert "Ours is kept awa" in page.replace("documentation@tamala.example", "awa")
    assert "we hold the contract" in page
    awa.open("/exchange/review/2")
    awa.post("/exchange/review/2", decision="theirs")
    assert awa.address == f"/works/{changed.id}"
    assert rows(awa.open("/exchange/review")) == []
    awa.open("/exchange/review/2")
    awa.post("/exchange/review/2", decision="ours")
    assert "Somebody else has decided about this meanwhile." in awa.page
    assert len(line.office.posted(f"work/{kept.id}")) == 1


def test_another_iswc_takes_the_place_of_ours_when_a_person_says_so(
    line: Line, awa: Browser, sign_in: Callable[..., Browser]
) -> None:
    work = registered(line.office)
    line.turn()
    for number in (900_000_001, 900_000_002):
        line.answer(Assigned("iswc", an_iswc(number), "cisnet", "1"), ASSIGNED, to=work)
    line.turn()
    viewer = sign_in("viewer")
    assert rows(viewer.open("/exchange/review/1")) == ["ISWC ISWC T-900.000.001-1 ISWC T-900.000.002-2 differs"]
    assert "Take theirs" not in viewer.page
    viewer.open("/exchange/review")
    viewer.post("/exchange/review/1", decision="theirs")
    assert viewer.status == 404
    awa.open("/exchange/review/1")
    awa.post("/exchange/review/1", decision="theirs", note="theirs is older")
    assert 'data-copy="T-900.000.002-2"' in awa.open(f"/works/{work.id}")
    awa.open("/exchange/review/99")
    assert awa.status == 404


def test_a_conflict_about_an_earlier_state_of_ours_is_marked(line: Line, awa: Browser) -> None:
    work = conflicting(line)
    assert "Our record changed since" not in awa.open("/exchange/review/1")
    line.clock.move(minutes=5)
    line.office.do(works.update_work, replace(work, titles=(Title("SONG OF THE RIVER", script="Latn"),)))
    assert "Our record changed since" in awa.open("/exchange/review/1")
    assert rows(awa.page)[0] == "Title SONG OF THE RIVER SONG OF THE SHORE differs"


def test_the_command_line_tells_how_far_the_messages_are(line: Line, settings: NodeSettings) -> None:
    registered(line.office, "ARRIVED")
    line.turn()
    registered(line.office, "WAITING")
    told = CliRunner().invoke(main, ["node", "--data", str(settings.data), "sync", "status", "--json"])
    status = json.loads(told.output)
    assert list(status) == [
        "new", "sealed", "sent", "receipted", "refused", "parked", "held", "oldest_seconds", "last_receipt",
    ]  # fmt: skip
    assert [status[state] for state in ("new", "sealed", "sent", "receipted")] == [1, 0, 0, 1]
    assert status["last_receipt"].startswith("2026-11-24T08:00")


def test_the_month_lists_each_file_a_partner_answered_with_the_last_word_on_every_work(
    line: Line, awa: Browser
) -> None:
    first, second = registered(line.office), registered(line.office, title="OTHER SONG")
    line.turn()
    line.answer(Acknowledged("cisnet", "RA", str(first.number), reference="20261124T080500Z/1/0"), to=first)
    line.answer(Acknowledged("cisnet", "AS", str(first.number), reference="20261124T080500Z/1/0"), to=first)
    line.answer(Acknowledged("cisnet", "RJ", str(second.number), reference="20261124T080500Z/1/1"), to=second)
    line.answer(Acknowledged("cisnet", "AS", str(second.number), reference="20261030T080500Z/1/0"), to=second)
    line.turn()
    page = awa.open("/exchange/sending")
    assert "Handed to partners in 2026-11" in page
    (row,) = rows(page)
    assert row.startswith("24 Nov 2026 08:05 CIS-Net 2 ")
    assert row.count(" 1") == 2
    assert "No partner has answered to anything of this month." in awa.open("/exchange/sending?month=2026-09")
