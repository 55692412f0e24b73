"""A gateway, offices that speak to it over the real carrier, and a simulated CIS-Net, on a clock set by hand."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

import queues
from connectors.cisnet.simulator import Simulator
from gateway import broker
from gateway.app import create_app
from gateway.exchange import make_carrier, make_turns
from gateway.gateway import Gateway, open_gateway, utc_now
from gateway.members import operations as members
from gateway.ops import canaries
from gateway.settings import GatewaySettings
from interface.accounts import create_user, find_user, set_password
from mappings import messages
from mappings.model import Party, Work
from queues import REFUSAL, Carrier, Envelope, Intake, KeyRing, KnownKey, Relay, SigningKey
from queues.tables import inbox, outbox
from tests.connectors.partner import Clock
from tests.gateway.running import Administered

PASSWORD = "a calm sentence about rivers"
REGISTERED, UPDATED, WITHDRAWN = (f"kora.work.{what}.v1" for what in ("registered", "updated", "withdrawn"))
ACKNOWLEDGED, ASSIGNED = "kora.work.acknowledged.v1", "kora.identifier.assigned.v1"
TAMALA, BARAKA = ("997", "TAMALA SOCIETY OF AUTHORS"), ("998", "BARAKA MUSIC RIGHTS")
SOCIETIES = "code,name\n996,SIMULATED CIS-NET\n997,TAMALA SOCIETY OF AUTHORS\n998,BARAKA MUSIC RIGHTS\n"


def settings_for(folder: Path, cisnet: Mapping[str, Any] | None = None, **more: Any) -> GatewaySettings:
    """A gateway in a folder of its own; with a simulator's details it knows CIS-Net."""
    data = folder / "gateway"
    data.mkdir(parents=True, exist_ok=True)
    (data / "societies.csv").write_text(SOCIETIES)
    told: dict[str, Any] = {"data": data, "broker_url": queues.local_url(folder / "carrier.sqlite"), "canary_s": 0}
    if cisnet is not None:
        told |= {f"cisnet_{name}": cisnet[name] for name in ("host", "port", "user", "key_file", "host_key")}
        told |= {"cisnet_receiver": "996", "cisnet_window_s": 60}
    return GatewaySettings(**(told | more))


@contextmanager
def on_servers(
    folder: Path, server: Administered, database: str, now: Clock | Callable[[], datetime] = utc_now, **more: Any
) -> "Iterator[World]":
    """A gateway that gathers nothing, on a broker and a database server, with a simulated CIS-Net."""
    simulator = Simulator(folder / "cisnet")
    servers = {"broker_url": server.gateway_url, "broker_admin_url": server.admin_url, "database_url": database}
    told = {"cisnet_window_s": 0, "poll_s": 0.2, "partner_lease_s": 6} | servers | more
    made = World(folder, open_gateway(settings_for(folder, simulator.start(), **told), now=now), now, simulator)
    broker.prepare(made.gateway)
    yield made
    made.close()
    simulator.stop()


@dataclass
class Office:
    """A node as the gateway sees it: it posts messages and keeps what it is told."""

    world: "World"
    node_id: str
    key: SigningKey
    broker: str
    told: list[Envelope] = field(default_factory=list)
    ahead: timedelta = timedelta()
    """How wrong its clock is."""

    def __post_init__(self) -> None:
        engine = queues.open_engine(self.world.folder / f"{self.node_id}.db")
        queues.metadata.create_all(engine)
        self.engine, self.sessions = engine, sessionmaker(engine)
        gateway = self.world.gateway
        uplink = queues.node_uplink(self.broker, node_id=self.node_id, gateway_id=gateway.id)
        self.uplink, urn = uplink, queues.node_urn(self.node_id)
        known = KeyRing(KnownKey(gateway.key.kid, gateway.key.public_jwk(), gateway.urn))
        handlers = dict.fromkeys((ACKNOWLEDGED, ASSIGNED, REFUSAL, canaries.TYPE), self._keep)
        self.relay = Relay(self.sessions, uplink, key=self.key, source=urn)
        self.intake = Intake(
            self.sessions, uplink, keys=known, key=self.key, source=urn, handlers=handlers, node_id=self.node_id
        )

    def say(self, what: Work | Party, type: str | None = None) -> str:
        """Post what the office would say about a work or a right owner; the message's id."""
        kind = "work" if isinstance(what, Work) else "party"
        return self.post(type or f"kora.{kind}.registered.v1", f"{kind}/{what.id}", messages.to_json(what))

    def post(self, type: str, subject: str, data: Mapping[str, Any]) -> str:
        with self.sessions.begin() as session:
            return queues.post(
                session, node_id=self.node_id, stream=self.world.gateway.urn, type=type, subject=subject, data=data,
                now=self.world.clock(),
            )  # fmt: skip

    def turn(self) -> int:
        now = self.world.clock() + self.ahead
        return self.intake.run_once(now) + self.relay.run_once(now)

    def states(self) -> list[str]:
        """States of the messages it sent, oldest first."""
        with self.sessions() as session:
            return list(session.scalars(select(outbox.c.state).order_by(outbox.c.id)))

    def heard(self) -> list[tuple[str, Any]]:
        """What the gateway told: acknowledgements as their status, numbers as their scheme, refusals as their code."""
        return [(one.subject, _gist(one)) for one in self.told]

    def close(self) -> None:
        self.uplink.close()
        self.engine.dispose()

    def _keep(self, session: Session, envelope: Envelope) -> None:
        self.told.append(envelope)


def with_account(line: Mapping[str, str]) -> str:
    """The broker's URL as a node uses it."""
    return line["url"].replace("://", f"://{line['user']}:{line['password']}@", 1)


def _gist(envelope: Envelope) -> Any:
    names = {ACKNOWLEDGED: "status", ASSIGNED: "scheme", REFUSAL: "code"}
    return envelope.data[names[envelope.type]]


@dataclass
class Browser:
    """Somebody at the console, and the page in front of them."""

    client: FlaskClient
    page: str = ""
    status: int = 0

    def open(self, address: str) -> str:
        answer = self.client.get(address, follow_redirects=True)
        self.page, self.status = answer.text, answer.status_code
        return self.page

    def post(self, address: str, **data: str) -> str:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        answer = self.client.post(
            address, data={"csrf_token": token[1] if token else "", **data}, follow_redirects=True
        )
        self.page, self.status = answer.text, answer.status_code
        return self.page

    def words(self) -> str:
        """The page as one reads it."""
        inside = re.sub(r"<(script|style).*?</\1>", " ", self.page, flags=re.S)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inside))


@dataclass
class World:
    """One gateway with its offices and its partner."""

    folder: Path
    gateway: Gateway
    clock: Clock
    simulator: Simulator | None = None
    offices: list[Office] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app = create_app(self.gateway, time_cost=1)
        self.client = self.app.test_client()
        self.carrier: Carrier = make_carrier(self.gateway)
        self.turns = make_turns(self.gateway)

    def sessions(self) -> Session:
        return self.gateway.sessions()

    def do(self, operation: Any, *arguments: Any, **named: Any) -> Any:
        """One operation in a transaction of its own, by Rita, now."""
        with self.gateway.sessions.begin() as session:
            return operation(session, *arguments, by="rita@gateway.example", now=self.clock(), **named)

    def ask(self, query: Any, *arguments: Any, **named: Any) -> Any:
        with self.gateway.sessions() as session:
            return query(session, *arguments, **named)

    def enrol(self, code: str, key: SigningKey, *, proof: str | None = None) -> Any:
        """What a node's command does; the answer of the gateway."""
        public = {name: key.public_jwk()[name] for name in ("kty", "crv", "x")}
        asked = {"code": code, "public_key": public, "proof": proof or key.prove(code)}
        return self.client.post("/v1/enrol", json=asked)

    def office(self, society: tuple[str, str] = TAMALA, *, approved: bool = True) -> Office:
        """An office that is enrolled and, unless told otherwise, let in."""
        offered = self.do(members.add, society=society[0], name=society[1])
        key = SigningKey.generate(offered.node_id)
        answer = self.enrol(offered.code, key)
        assert answer.status_code == 200
        line = answer.json.get("broker")
        url = self.gateway.settings.broker if line is None else with_account(line)
        if approved:
            self.do(members.approve, offered.node_id)
            broker.follow(self.gateway, offered.node_id)
        office = Office(self, offered.node_id, SigningKey(f"{offered.node_id}:1", key.private), url)
        self.offices.append(office)
        return office

    def carry(self, rounds: int = 40) -> None:
        """Turn offices and gateway until nothing moves any more."""
        for _ in range(rounds):
            moved = self.carrier.run_once() + sum(office.turn() for office in self.offices)
            self.clock.move(1)
            if not moved:
                return
        raise AssertionError("messages are still moving")

    def exchange(self) -> int:
        """The end of the gathering window, then one turn of every partner, answered by it at once."""
        self.clock.move(60)
        done = sum(turn.run_once(self.clock()) for turn in self.turns)
        if self.simulator is not None and not self.simulator.switches.down:
            self.simulator.settle()
        return done

    def run(self, rounds: int = 3) -> None:
        """Everything, until partners have said what they have to say."""
        self.carry()
        for _ in range(rounds):
            self.exchange()
            self.carry()

    def outcomes(self) -> list[tuple[str, str | None]]:
        """Types of what arrived with their outcome, oldest first."""
        with self.gateway.sessions() as session:
            rows = session.execute(select(inbox.c.type, inbox.c.outcome).order_by(inbox.c.id))
            return [(type, outcome) for type, outcome in rows]

    def sign_in(self, role: str = "operator") -> Browser:
        """Somebody with this role at the console."""
        email = f"{role}@gateway.example"
        with self.gateway.sessions.begin() as session:
            if find_user(session, email) is None:
                name = f"Rita {role.title()}"
                create_user(session, email=email, full_name=name, roles=[role], now=self.clock(), time_cost=1)
                user = find_user(session, email)
                assert user is not None
                set_password(user, PASSWORD, time_cost=1)
        browser = Browser(self.app.test_client())
        browser.open("/sign-in")
        browser.post("/sign-in", email=email, password=PASSWORD)
        assert browser.status == 200
        return browser

    def close(self) -> None:
        for office in self.offices:
            office.close()
        self.carrier.stop()
        self.gateway.close()
