"""How fast messages travel: signed at a node, carried, verified, de-duplicated, handled and receipted at the gateway.

Node and gateway are two processes, as in an installation. The gateway is the real one with its own handlers: each
message is a registered work that goes into the registry and becomes a due row for CIS-Net. Everything is written with
full synchronisation. Two stacks: ``embedded`` (SQLite, the broker in one file) and ``real`` (PostgreSQL, RabbitMQ).
"""

import json
import multiprocessing
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles
from typing import Any

from amqp.exceptions import NotFound
from kombu import Connection as BrokerConnection
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

import queues
from gateway.exchange import make_carrier
from gateway.gateway import Gateway, open_gateway
from gateway.members import operations as members
from gateway.settings import GatewaySettings
from mappings.messages import VOCABULARY, to_json
from mappings.model import Identifier, Interest, Party, PartyName, Title, Work, share
from queues import Carrier, Intake, KeyRing, KnownKey, Relay, SigningKey, databases, topology
from queues.tables import stream_position

TYPE = "kora.work.registered.v1"
BATCH = 5000
"""Enough for some seconds, so that the start, when one side waits for the other, counts little."""
PACED, PER_SECOND = 200, 50
"""Messages posted one by one, and how many of them in a second, to measure how long a single change takes."""
HANDLER = "gateway.routes (registry, due row for cisnet)"
PATIENCE_SECONDS = 300
BULK_LOOK, PACED_LOOK = 0.02, 0.002
"""Seconds between two looks at the gateway's database: looking is work that is not measured."""
NODE = "n001"
"""The id that a gateway gives to its first node."""
POLL_SECONDS = {"embedded": 0.05, "real": 1.0}
"""The real stack is told of what there is to do, so it is measured with a long interval between two looks."""


class NoServices(RuntimeError):
    """The servers of the real stack are not there, or are not free for a measurement; the text says what to do."""


@dataclass(frozen=True)
class Stack:
    """What carries, and where the databases of node and gateway are (None: a SQLite file each)."""

    name: str
    broker: str
    node: str
    gateway: str | None


def run(messages: int = BATCH, stack: str = "embedded") -> dict[str, Any]:
    """Carry ``messages`` in bulk, then some at a steady pace.

    ``applied_per_second`` counts sealing, sending, verifying and handling of the bulk, without writing it;
    ``cpu_s_per_1000`` is the processor time that node and gateway took for a thousand of them, which depends less on
    what else the machine does. ``p50_ms`` and ``p95_ms`` are from the commit of one change to the commit of its
    handling, at 50 changes a second. Raises NoServices.
    """
    with tempfile.TemporaryDirectory() as name, ExitStack() as held:
        folder = Path(name)
        used = held.enter_context(_embedded(folder) if stack == "embedded" else _real(folder))
        line = held.enter_context(closing(_Line(folder, used)))
        speed, spent = line.bulk(messages)
        delays = line.paced(messages)
    cuts = quantiles(delays, n=100)
    cpu = platform.processor() or platform.machine()
    return {
        "stack": stack,
        "applied_per_second": round(speed, 1),
        "cpu_s_per_1000": {side: round(seconds * 1000 / messages, 3) for side, seconds in spent.items()},
        "p50_ms": round(cuts[49] * 1000, 1),
        "p95_ms": round(cuts[94] * 1000, 1),
        "handler": HANDLER,
        "body_bytes": len(json.dumps(_body(0), ensure_ascii=False).encode()),
        "machine": {"cpu": cpu, "cores": os.cpu_count(), "python": sys.version.split()[0]},
        "versions": {name: version(name) for name in ("kora", "kombu", "sqlalchemy", "psycopg", "joserfc")},
    }


@contextmanager
def _embedded(folder: Path) -> Iterator[Stack]:
    yield Stack("embedded", queues.local_url(folder / "carrier.sqlite"), f"sqlite:///{folder / 'node.db'}", None)


@contextmanager
def _real(folder: Path) -> Iterator[Stack]:
    """The given servers, or private ones; databases and queues are made for the measurement and removed after it."""
    with _servers(folder) as (database, broker):
        node, gateway = (databases.beside(database, f"bench_{name}") for name in ("node", "gateway"))
        _refuse_a_broker_in_use(broker)
        queues.declare(broker, [NODE])
        try:
            yield Stack("real", broker, node, gateway)
        finally:
            with BrokerConnection(broker) as connection:
                for queue in topology.all_queues([NODE]):
                    connection.channel().queue_delete(queue.name)
            for url in (node, gateway):
                databases.drop(url)


def _refuse_a_broker_in_use(broker: str) -> None:
    with BrokerConnection(broker) as connection:
        try:
            connection.channel().queue_declare(queue=topology.in_queue(NODE), passive=True)
        except NotFound:
            return
    raise NoServices("this broker carries messages already; give KORA_BROKER_URL a virtual host of its own")


@contextmanager
def _servers(folder: Path) -> Iterator[tuple[str, str]]:
    """URLs of database and broker: those of the environment, else of private servers as the tests have them."""
    given = os.environ.get("KORA_DATABASE_URL"), os.environ.get("KORA_BROKER_URL")
    if given[0] and given[1]:
        yield given[0], given[1]
        return
    try:
        # Only a checkout has the tests beside this package, and only this needs them.
        sys.path.append(str(Path(__file__).parents[1]))
        from tests.services import PostgreSQL, RabbitMQ, missing
    except ImportError as error:
        raise NoServices("set KORA_DATABASE_URL and KORA_BROKER_URL") from error
    if missing():
        raise NoServices("; ".join(missing().values()))
    servers = PostgreSQL(folder / "postgresql", durable=True), RabbitMQ(folder / "rabbitmq")
    with ExitStack() as running:
        for server in servers:
            running.callback(server.stop)
            server.start()
        yield servers[0].url, servers[1].url


def _settings(folder: Path, stack: Stack) -> GatewaySettings:
    return GatewaySettings(
        data=folder / "gateway",
        broker_url=stack.broker,
        database_url=stack.gateway,
        poll_s=POLL_SECONDS[stack.name],
        broker_accounts=False,
        canary_s=0,
    )


def _serve(settings: GatewaySettings, asked: Connection) -> None:
    """The gateway's process: it carries until it is asked no more, and says how much processor time it took."""
    gateway = open_gateway(settings)
    carrier = make_carrier(gateway)
    carrier.start()
    while asked.recv():
        asked.send(time.process_time())
    carrier.stop()
    gateway.close()


class _Line:
    """A node in this process and a gateway in another."""

    def __init__(self, folder: Path, stack: Stack) -> None:
        settings = _settings(folder, stack)
        self._gateway: Gateway = open_gateway(settings)
        self._node_id, key = _enrolled(self._gateway)
        self._engine = queues.open_database(stack.node)
        queues.metadata.create_all(self._engine)
        self._sessions: sessionmaker[Session] = sessionmaker(self._engine)
        self._carrier = self._make_carrier(stack, key)
        processes = multiprocessing.get_context("spawn")
        self._asked, theirs = processes.Pipe()
        self._other = processes.Process(target=_serve, args=(settings, theirs))
        self._other.start()
        self._carrier.start()

    def _make_carrier(self, stack: Stack, key: SigningKey) -> Carrier:
        source, theirs = queues.node_urn(self._node_id), self._gateway.key
        uplink = queues.node_uplink(stack.broker, node_id=self._node_id, gateway_id=self._gateway.id)
        ring = KeyRing(KnownKey(theirs.kid, theirs.public_jwk(), self._gateway.urn))
        relay = Relay(self._sessions, uplink, key=key, source=source)
        intake = Intake(self._sessions, uplink, keys=ring, key=key, source=source, handlers={}, node_id=self._node_id)
        return Carrier(relay, intake, idle=POLL_SECONDS[stack.name])

    def bulk(self, count: int) -> tuple[float, dict[str, float]]:
        """Messages applied in a second, from the first look of the relay, and the seconds of processor both took.

        The line is warm before.
        """
        self._post(0)
        self._until(1, BULK_LOOK)
        with self._sessions.begin() as session:
            for number in range(1, count + 1):
                self._add(session, number)
        before, begin = self._spent(), time.perf_counter()
        self._carrier.wake()
        self._until(count + 1, BULK_LOOK)
        speed, after = count / (time.perf_counter() - begin), self._spent()
        return speed, {side: after[side] - before[side] for side in after}

    def _spent(self) -> dict[str, float]:
        """Seconds of processor time of the two processes so far."""
        self._asked.send(True)
        return {"node": time.process_time(), "gateway": self._asked.recv()}

    def paced(self, start: int) -> list[float]:
        """Seconds from one commit to the other."""
        delays = []
        for number in range(PACED):
            due = time.perf_counter() + 1 / PER_SECOND
            self._post(start + 1 + number)
            begin = time.perf_counter()
            self._until(start + 2 + number, PACED_LOOK)
            delays.append(time.perf_counter() - begin)
            time.sleep(max(0.0, due - time.perf_counter()))
        return delays

    def _until(self, applied: int, every: float) -> None:
        """Wait until the gateway has applied as many, looking in seconds ``every``. Raises TimeoutError."""
        end = time.perf_counter() + PATIENCE_SECONDS
        reached = select(stream_position.c.contiguous_nodeseq)
        while time.perf_counter() < end:
            with self._gateway.sessions() as session:
                session.connection(execution_options={"read_only": True})
                if (session.scalar(reached) or 0) >= applied:
                    return
            time.sleep(every)
        raise TimeoutError(f"{applied} messages were not applied in {PATIENCE_SECONDS} s")

    def _post(self, number: int) -> None:
        with self._sessions.begin() as session:
            self._add(session, number)
        self._carrier.wake()

    def _add(self, session: Session, number: int) -> None:
        queues.post(
            session,
            node_id=self._node_id,
            stream=self._gateway.urn,
            type=TYPE,
            subject=f"work/{number}",
            data=_body(number),
            dataschema=VOCABULARY[TYPE].schema,
            now=datetime.now(UTC),
        )

    def close(self) -> None:
        self._carrier.stop()
        self._asked.send(False)
        self._other.join(timeout=30)
        self._engine.dispose()
        self._gateway.close()


def _enrolled(gateway: Gateway) -> tuple[str, SigningKey]:
    """A node that took its place and was let in, as every node does."""
    now = datetime.now(UTC)
    with gateway.sessions.begin() as session:
        offered = members.add(session, society="997", name="BENCHMARK", by="benchmark", now=now)
        key = SigningKey.generate(offered.node_id)
        members.enrol(session, code=offered.code, public_key=key.public_jwk(), proof=key.prove(offered.code), now=now)
        members.approve(session, offered.node_id, by="benchmark", now=now)
    return offered.node_id, key


def _body(number: int) -> dict[str, Any]:
    """A work of a publisher and a writer, as a node tells of it."""
    publisher = Party((PartyName("NORTH WIND MUSIC", kind="firm"),), "firm", f"p{number}", "1", (_ipi("00990000112"),))
    writer = Party((PartyName("DIALLO", "AWA"),), id=f"w{number}", number="2", identifiers=(_ipi("00990000213"),))
    parts = {"PR": share(50), "MR": share(100), "SR": share(100)}
    interests = (
        Interest("E", publisher, True, parts, {"PR": "058", "MR": "058", "SR": "058"}, chain=1),
        Interest("CA", writer, True, {"PR": share(50)}, {"PR": "058"}),
    )
    title = Title(f"SONG NUMBER {number}", language="en", script="Latn")
    details = {"duration": "00:03:42", "musical_work_distribution_category": "POP"}
    return to_json(Work((title,), interests, id=str(number), number=str(number), details=details))


def _ipi(value: str) -> Identifier:
    return Identifier("ipi-name", value, source="typed")
