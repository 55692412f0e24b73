"""The exchange as people see it: what became of each message, what was answered, and what waits for a decision."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import sessionmaker

import queues
from local_node.admin.operations import pin
from local_node.app import create_app
from local_node.right_owners import operations as right_owners
from local_node.routes import HANDLERS
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
