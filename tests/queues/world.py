"""A node and a gateway on a real carrier, a clock that stands still until told to move, and a book of what arrived.

Two stacks: ``embedded`` (SQLite and the broker in one file) and ``real`` (PostgreSQL and RabbitMQ).
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kombu import Connection
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, func, select
from sqlalchemy.orm import Session, sessionmaker

import queues
from queues import boxes, topology
from queues.carrier import Intake, Relay
from queues.signing import KeyRing, KnownKey, SigningKey
from queues.tables import inbox, outbox
from queues.uplink import KombuUplink

GATEWAY = queues.gateway_urn("g1")
WORK = "kora.work.registered.v1"
START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

book_metadata = MetaData()
book = Table(
    "book",
    book_metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String),
    Column("subject", String),
    Column("seq", Integer),
    Column("value", String),
    Column("msg_id", String),
)


@dataclass
class Clock:
    now: datetime = START

    def forward(self, **passed: float) -> datetime:
        self.now += timedelta(**passed)
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()


def enter(session: Session, envelope: queues.Envelope) -> None:
    """The handler of these tests: writes each message into the book."""
    session.execute(
        book.insert().values(
            source=envelope.source,
            subject=envelope.subject,
            seq=envelope.seq,
            value=str(envelope.data.get("value")),
            msg_id=envelope.id,
        )
    )


@dataclass
class Side:
    """A node or the gateway."""

    urn: str
    engine: Engine
    key: SigningKey
    ring: KeyRing
    uplink: Any
    clock: Clock
    tenant: str | None
    handlers: dict[str, Any] = field(default_factory=lambda: {WORK: enter})

    def __post_init__(self) -> None:
        self.sessions = sessionmaker(self.engine)
        self.relay = self.new_relay()
        self.intake = self.new_intake()

    def new_relay(self) -> Relay:
        return Relay(self.sessions, self.uplink, key=self.key, source=self.urn)

    def new_intake(self) -> Intake:
        return Intake(
            self.sessions,
            self.uplink,
            keys=self.ring,
            key=self.key,
            source=self.urn,
            handlers=self.handlers,
            node_id=self.tenant,
        )

    def post(self, value: str = "", *, subject: str = "work/1", type: str = WORK, to: str = GATEWAY) -> str:
        with self.sessions.begin() as session:
            return queues.post(
                session,
                node_id=self.tenant or queues.id_of(to),
                stream=to,
                type=type,
                subject=subject,
                data={"value": value},
                now=self.clock.now,
            )

    def turn(self) -> int:
        return self.intake.run_once(self.clock.now) + self.relay.run_once(self.clock.now)

    def rows(self, statement: Any) -> list[Any]:
        with self.sessions() as session:
            return list(session.execute(statement).all())

    def states(self) -> dict[str, int]:
        return dict(tuple(row) for row in self.rows(select(outbox.c.state, func.count()).group_by(outbox.c.state)))

    def outcomes(self) -> dict[str, int]:
        with self.sessions() as session:
            return boxes.outcomes(session)

    def values(self, subject: str = "work/1") -> list[str]:
        return [row.value for row in self.rows(select(book).where(book.c.subject == subject).order_by(book.c.id))]

    def uplink_size(self, queue: str) -> int:
        """Messages that lie in a queue, taken or not."""
        return int(self.uplink.size(queue))

    def close(self) -> None:
        self.uplink.close()
        self.engine.dispose()


NODES = ("n001", "n002")


@dataclass
class Stack:
    """Where the databases are and what carries."""

    name: str
    broker: str
    database: Callable[[str], str]
    clock: Clock

    @property
    def is_real(self) -> bool:
        return self.name == "real"

    def uplink(self, name: str, nodes: list[str]) -> Any:
        options: dict[str, Any] = {"linger": 0.02 if self.is_real else 0.001}
        if not self.is_real:
            options["transport_options"] = {"clock": self.clock.seconds}
        if name == "g1":
            line = queues.gateway_uplink(self.broker, nodes=lambda: nodes, **options)
        else:
            line = queues.node_uplink(self.broker, node_id=name, gateway_id="g1", **options)
        if self.is_real:
            line.__class__ = Patient  # the same line in every respect but how long it looks
        return line

    def declare(self) -> None:
        """What the operators of the gateway do once; the queues of jobs play no part here."""
        with Connection(self.broker) as connection:
            topology.declare(connection.channel(), NODES, jobs=False)

    def clear(self) -> None:
        """Remove every queue of this network from a broker, with what lies in it."""
        with Connection(self.broker) as connection:
            channel = connection.channel()
            for queue in topology.all_queues(NODES, jobs=False):
                channel.queue_delete(queue.name)


class Patient(KombuUplink):
    """A line that returns everything its queues hold.

    A broker pushes in its own time; the clocks of these tests stand still. What a queue handed out before it answered
    a question arrives before the answer, so asking is waiting.
    """

    def _drain(self, limit: int) -> None:
        super()._drain(limit)
        while len(self._arrived) < min(limit, self._prefetch) and any(self._ready(name) for name in self._consumers):
            super()._drain(limit)

    def _ready(self, queue: str) -> bool:
        told = self._channel.queue_declare(queue=queue, passive=True)
        return bool(told.message_count) and told.consumer_count == 1


@contextmanager
def alone(broker: str, folder: Path) -> Iterator[None]:
    """A broker that was given from outside is used by one test at a time."""
    with (folder / f"kora-{abs(hash(broker))}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass
class World:
    """One gateway, its nodes, and how to open them again after a crash."""

    folder: Path
    clock: Clock
    stack: Stack
    keys: dict[str, SigningKey]
    open_sides: list[Side] = field(default_factory=list)

    def make_uplinks(self, name: str, nodes: list[str]) -> Any:
        return self.stack.uplink(name, nodes)

    def side(self, name: str) -> Side:
        is_gateway = name == "g1"
        engine = queues.open_database(self.stack.database(name))
        if not self.stack.is_real:
            queues.metadata.create_all(engine)
            book_metadata.create_all(engine)
        ring = KeyRing(*(KnownKey(key.kid, key.public_jwk(), self.urn(owner)) for owner, key in self.keys.items()))
        uplink = self.make_uplinks(name, [node for node in self.keys if node != "g1"])
        side = Side(self.urn(name), engine, self.keys[name], ring, uplink, self.clock, None if is_gateway else name)
        self.open_sides.append(side)
        return side

    @staticmethod
    def urn(name: str) -> str:
        return queues.gateway_urn(name) if name == "g1" else queues.node_urn(name)

    def drain(self, *sides: Side, rounds: int = 100) -> None:
        """Turn until every message has its end and its receipt."""
        for _ in range(rounds):
            moved = sum(side.turn() for side in sides)
            self.clock.forward(seconds=2)
            unanswered = sum(
                number
                for side in sides
                for state, number in side.states().items()
                if state in ("new", "sealed", "sent")
            )
            if not moved and not unanswered:
                return
            if not moved:
                self.clock.forward(seconds=60)
        raise AssertionError("messages are still on their way")

    def close(self) -> None:
        for side in self.open_sides:
            side.close()
        self.open_sides.clear()


def faults(nodes: list[Side], gateway: Side) -> tuple[int, int, int]:
    """lost, duplicated, out_of_order: from the databases, never from counters."""
    committed = {row.msg_id for node in nodes for row in node.rows(select(outbox.c.msg_id))}
    entries = gateway.rows(select(book).order_by(book.c.id))
    entered = [row.msg_id for row in entries]
    ended = {row.msg_id for row in gateway.rows(select(inbox.c.msg_id).where(inbox.c.outcome != "held"))}
    last: dict[tuple[str, str], int] = {}
    out_of_order = 0
    for row in entries:
        out_of_order += row.seq != last.get((row.source, row.subject), 0) + 1
        last[(row.source, row.subject)] = row.seq
    return len(committed - ended), len(entered) - len(set(entered)), out_of_order
