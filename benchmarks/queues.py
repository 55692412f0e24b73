"""How fast messages travel: signed at a node, carried, verified, de-duplicated, handled and receipted at the gateway.

The gateway is the real one with its own handlers: each message is a registered work that goes into the registry and
becomes a due row for CIS-Net. Everything is on real files with full synchronisation; both sides run in this one
process, one after the other.
"""

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

import queues
from gateway.app import Gateway, open_gateway
from gateway.exchange import make_carrier
from gateway.members import operations as members
from gateway.settings import GatewaySettings
from mappings.messages import VOCABULARY, to_json
from mappings.model import Identifier, Interest, Party, PartyName, Title, Work, share
from queues import Intake, KeyRing, KnownKey, Relay, SigningKey

TYPE = "kora.work.registered.v1"
BATCH = 2000
PACED = 100
"""Messages posted one by one, to measure how long a single change takes on an idle line."""
HANDLER = "gateway.routes (registry, due row for cisnet)"


def run(messages: int = BATCH) -> dict[str, Any]:
    """Carry ``messages`` in bulk, then a few one by one.

    ``applied_per_second`` counts sealing, sending, verifying, handling and receipts of the bulk, without writing it.
    ``p50_ms`` and ``p95_ms`` are from the commit of one change to the commit of its handling.
    """
    with tempfile.TemporaryDirectory() as folder:
        line = _Line(Path(folder))
        try:
            speed = line.bulk(messages)
            delays = [line.single(messages + number) for number in range(PACED)]
        finally:
            line.close()
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


class _Line:
    """A node and a gateway over one queue file."""

    def __init__(self, folder: Path) -> None:
        url = queues.local_url(folder / "carrier.sqlite")
        self._gateway: Gateway = open_gateway(GatewaySettings(data=folder / "gateway", broker_url=url))
        self._node_id, key = _enrolled(self._gateway)
        engine = queues.open_engine(folder / "node.db")
        queues.metadata.create_all(engine)
        self._engine = engine
        self._sessions: sessionmaker[Session] = sessionmaker(engine)
        uplink = queues.node_uplink(url, node_id=self._node_id, gateway_id=self._gateway.id)
        source, ours = queues.node_urn(self._node_id), self._gateway.key
        ring = KeyRing(KnownKey(ours.kid, ours.public_jwk(), self._gateway.urn))
        self._relay = Relay(self._sessions, uplink, key=key, source=source)
        self._answers = Intake(
            self._sessions, uplink, keys=ring, key=key, source=source, handlers={}, node_id=self._node_id
        )
        self._uplink = uplink
        self._far = make_carrier(self._gateway)

    def bulk(self, count: int) -> float:
        """Messages applied and receipted in a second."""
        with self._sessions.begin() as session:
            for number in range(count):
                self._post(session, number)
        begin = time.perf_counter()
        self._until(lambda: self._receipted() >= count)
        return count / (time.perf_counter() - begin)

    def single(self, number: int) -> float:
        """Seconds from one commit to the other."""
        with self._sessions.begin() as session:
            self._post(session, number)
        begin = time.perf_counter()
        self._relay.run_once(datetime.now(UTC))
        while not self._far.run_once():
            continue
        delay = time.perf_counter() - begin
        self._answers.run_once(datetime.now(UTC))
        return delay

    def _until(self, done: Callable[[], bool]) -> None:
        while not done():
            self._relay.run_once(datetime.now(UTC))
            self._far.run_once()
            self._answers.run_once(datetime.now(UTC))

    def _receipted(self) -> int:
        with self._sessions() as session:
            return queues.boxes.status(session, now=datetime.now(UTC)).receipted

    def _post(self, session: Session, number: int) -> None:
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
        self._uplink.close()
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
