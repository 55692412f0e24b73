"""How fast messages travel: signed at a node, carried, verified, de-duplicated, handled and receipted at the gateway.

Everything is on real files with full synchronisation; both sides run in this one process, one after the other.
"""

import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table
from sqlalchemy.orm import Session, sessionmaker

import queues
from queues.carrier import Intake, Relay
from queues.tables import upsert

TYPE = "kora.work.registered.v1"
NODE, GATEWAY = queues.node_urn("n001"), queues.gateway_urn("g1")
RECORDS = 500
PACED = 100
"""Messages posted one by one, to measure how long a single change takes on an idle line."""

_metadata = MetaData()
_works = Table(
    "bench_work",
    _metadata,
    Column("subject", String, primary_key=True),
    Column("seq", Integer),
    Column("content", String),
)

Handler = Callable[[Session, queues.Envelope], None]


def store_work(session: Session, envelope: queues.Envelope) -> None:
    """The built-in handler: keeps the newest state of a record, as a registry does."""
    content = json.dumps(envelope.data)
    statement = upsert(session, _works).values(subject=envelope.subject, seq=envelope.seq, content=content)
    newest = {"seq": envelope.seq, "content": content}
    session.execute(statement.on_conflict_do_update(index_elements=["subject"], set_=newest))


def run(
    messages: int = 2000,
    handler: Handler | None = None,
    *,
    body_bytes: int = 1000,
    type: str = TYPE,
    data: Callable[[int], Mapping[str, Any]] | None = None,
    tables: Sequence[MetaData] = (),
) -> dict[str, Any]:
    """Carry ``messages`` in bulk, then a few one by one.

    ``applied_per_second`` counts sealing, sending, verifying, handling and receipts of the bulk, without writing it.
    ``p50_ms`` and ``p95_ms`` are from the commit of one change to the commit of its handling. ``handler`` replaces the
    built-in one; ``type``, ``data`` (body by number) and ``tables`` are then what it needs.
    """
    body = data or (lambda number: {"title": "t" * body_bytes})
    handle = handler or store_work
    applied: list[float] = []

    def timed(session: Session, envelope: queues.Envelope) -> None:
        handle(session, envelope)
        applied.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        line = _Line(Path(folder), timed, type, body, tables)
        try:
            speed = line.bulk(messages, applied)
            delays = [line.single(number) for number in range(PACED)]
        finally:
            line.close()
    cuts = quantiles(delays, n=100)
    return {
        "stack": "embedded",
        "applied_per_second": round(speed, 1),
        "p50_ms": round(cuts[49] * 1000, 1),
        "p95_ms": round(cuts[94] * 1000, 1),
        "handler": getattr(handle, "__qualname__", handle.__class__.__name__),
        "body_bytes": len(json.dumps(body(0), ensure_ascii=False).encode()),
    }


class _Line:
    """A node and a gateway over one queue file."""

    def __init__(
        self,
        folder: Path,
        handler: Handler,
        type_: str,
        body: Callable[[int], Mapping[str, Any]],
        tables: Sequence[MetaData],
    ) -> None:
        self._type = type_
        self._body = body
        keys = {urn: queues.SigningKey.generate(queues.id_of(urn)) for urn in (NODE, GATEWAY)}
        ring = queues.KeyRing(*(queues.KnownKey(key.kid, key.public_jwk(), urn) for urn, key in keys.items()))
        url = queues.local_url(folder / "queue.db")
        self._engines = [queues.open_engine(folder / name) for name in ("node.db", "gateway.db")]
        for engine in self._engines:
            for metadata in (queues.metadata, _metadata, *tables):
                metadata.create_all(engine)
        self._node, gateway = (sessionmaker(engine) for engine in self._engines)
        near = queues.node_uplink(url, node_id="n001", gateway_id="g1", linger=0.001)
        far = queues.gateway_uplink(url, nodes=lambda: ["n001"], linger=0.001)
        self._uplinks = (near, far)
        self._relay = Relay(self._node, near, key=keys[NODE], source=NODE)
        self._answers = Intake(
            self._node, near, keys=ring, key=keys[NODE], source=NODE, handlers={}, node_id="n001"
        )
        self._intake = Intake(gateway, far, keys=ring, key=keys[GATEWAY], source=GATEWAY, handlers={type_: handler})

    def bulk(self, messages: int, applied: list[float]) -> float:
        """Messages applied in a second."""
        with self._node.begin() as session:
            for number in range(messages):
                self._post(session, f"work/{number % RECORDS}", number)
        begin = time.perf_counter()
        while len(applied) < messages:
            self._turn()
        return messages / (time.perf_counter() - begin)

    def single(self, number: int) -> float:
        """Seconds from one commit to the other."""
        with self._node.begin() as session:
            self._post(session, f"single/{number}", number)
        begin = time.perf_counter()
        self._relay.run_once(datetime.now(UTC))
        while not self._intake.run_once(datetime.now(UTC)):
            continue
        delay = time.perf_counter() - begin
        self._answers.run_once(datetime.now(UTC))
        return delay

    def _turn(self) -> None:
        self._relay.run_once(datetime.now(UTC))
        self._intake.run_once(datetime.now(UTC))
        self._answers.run_once(datetime.now(UTC))

    def _post(self, session: Session, subject: str, number: int) -> None:
        queues.post(
            session,
            node_id="n001",
            stream=GATEWAY,
            type=self._type,
            subject=subject,
            data=self._body(number),
            now=datetime.now(UTC),
        )

    def close(self) -> None:
        for uplink in self._uplinks:
            uplink.close()
        for engine in self._engines:
            engine.dispose()
