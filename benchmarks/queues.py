"""How fast messages travel: signed at a node, carried, verified, de-duplicated, handled and receipted at the gateway.

Node and gateway are two processes, as in an installation. The gateway is the real one with its own handlers: each
message is a registered work that goes into the registry and becomes a due row for CIS-Net. Files are written with full
synchronisation.
"""

import json
import multiprocessing
import os
import platform
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

import queues
from gateway.app import Gateway, open_gateway
from gateway.exchange import make_carrier
from gateway.members import operations as members
from gateway.settings import GatewaySettings
from mappings.messages import VOCABULARY, to_json
from mappings.model import Identifier, Interest, Party, PartyName, Title, Work, share
from queues import Carrier, Intake, KeyRing, KnownKey, Relay, SigningKey
from queues.tables import inbox

TYPE = "kora.work.registered.v1"
BATCH = 2000
PACED, PER_SECOND = 200, 50
"""Messages posted one by one, and how many of them in a second, to measure how long a single change takes."""
HANDLER = "gateway.routes (registry, due row for cisnet)"
PATIENCE_SECONDS = 300


def run(messages: int = BATCH) -> dict[str, Any]:
    """Carry ``messages`` in bulk, then some at a steady pace.

    ``applied_per_second`` counts sealing, sending, verifying and handling of the bulk, without writing it. ``p50_ms``
    and ``p95_ms`` are from the commit of one change to the commit of its handling, at 50 changes a second.
    """
    with tempfile.TemporaryDirectory() as folder, closing(_Line(Path(folder))) as line:
        speed = line.bulk(messages)
        delays = line.paced(messages)
    cuts = quantiles(delays, n=100)
    cpu = platform.processor() or platform.machine()
    return {
        "stack": "embedded",
        "applied_per_second": round(speed, 1),
        "p50_ms": round(cuts[49] * 1000, 1),
        "p95_ms": round(cuts[94] * 1000, 1),
        "handler": HANDLER,
        "body_bytes": len(json.dumps(_body(0), ensure_ascii=False).encode()),
        "machine": {"cpu": cpu, "cores": os.cpu_count(), "python": sys.version.split()[0]},
        "versions": {name: version(name) for name in ("kora", "kombu", "sqlalchemy", "joserfc")},
    }


def _serve(data: Path, broker: str, stop: Any) -> None:
    """The gateway's process: it carries until it is told to stop."""
    gateway = open_gateway(GatewaySettings(data=data, broker_url=broker, poll_s=0.05))
    carrier = make_carrier(gateway)
    carrier.start()
    stop.wait()
    carrier.stop()
    gateway.close()


class _Line:
    """A node in this process and a gateway in another."""

    def __init__(self, folder: Path) -> None:
        broker = queues.local_url(folder / "carrier.sqlite")
        self._gateway: Gateway = open_gateway(GatewaySettings(data=folder / "gateway", broker_url=broker))
        self._node_id, key = _enrolled(self._gateway)
        self._engine = queues.open_engine(folder / "node.db")
        queues.metadata.create_all(self._engine)
        self._sessions: sessionmaker[Session] = sessionmaker(self._engine)
        self._carrier = self._make_carrier(broker, key)
        processes = multiprocessing.get_context("spawn")
        self._stop = processes.Event()
        self._other = processes.Process(target=_serve, args=(folder / "gateway", broker, self._stop))
        self._other.start()
        self._carrier.start()

    def _make_carrier(self, broker: str, key: SigningKey) -> Carrier:
        source, theirs = queues.node_urn(self._node_id), self._gateway.key
        uplink = queues.node_uplink(broker, node_id=self._node_id, gateway_id=self._gateway.id)
        ring = KeyRing(KnownKey(theirs.kid, theirs.public_jwk(), self._gateway.urn))
        relay = Relay(self._sessions, uplink, key=key, source=source)
        intake = Intake(
            self._sessions, uplink, keys=ring, key=key, source=source, handlers={}, node_id=self._node_id
        )
        return Carrier(relay, intake, idle=0.05)

    def bulk(self, count: int) -> float:
        """Messages applied in a second, from the first look of the relay; the line is warm before."""
        self._post(0)
        self._until(1)
        with self._sessions.begin() as session:
            for number in range(1, count + 1):
                self._add(session, number)
        begin = time.perf_counter()
        self._carrier.wake()
        self._until(count + 1)
        return count / (time.perf_counter() - begin)

    def paced(self, start: int) -> list[float]:
        """Seconds from one commit to the other."""
        delays = []
        for number in range(PACED):
            due = time.perf_counter() + 1 / PER_SECOND
            self._post(start + 1 + number)
            begin = time.perf_counter()
            self._until(start + 2 + number)
            delays.append(time.perf_counter() - begin)
            time.sleep(max(0.0, due - time.perf_counter()))
        return delays

    def _until(self, applied: int) -> None:
        """Wait until the gateway has applied as many. Raises TimeoutError."""
        end = time.perf_counter() + PATIENCE_SECONDS
        while time.perf_counter() < end:
            with self._gateway.sessions() as session:
                session.connection(execution_options={"read_only": True})
                if (session.scalar(select(func.count()).select_from(inbox)) or 0) >= applied:
                    return
            time.sleep(0.002)
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
        self._stop.set()
        self._other.join(timeout=30)
        self._engine.dispose()
        self._gateway.close()


def _enrolled(gateway: Gateway) -> tuple[str, SigningKey]:
    """A node that took its place and was let in, as every node does."""
    now = datetime.now(UTC)
    with gateway.sessions.begin() as session:
        offered = members.add(session, society="997", name="BENCHMARK", by="benchmark", now=now)
        key = SigningKey.generate(offered.node_id)
        members.enrol(
            session, code=offered.code, public_key=key.public_jwk(), proof=key.prove(offered.code), now=now
        )
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
