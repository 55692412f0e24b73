"""The numbers of the console for Prometheus, read from the database when they are asked for.

Counters come from tables that keep every event, so they survive a restart and are the same whichever process is asked.
How the parts of running processes turn is what these processes wrote down of themselves (``gateway.ops.beats``).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.ops import alerts, beats, canaries, certificates, parkings
from gateway.ops.queries import Status
from gateway.partners import due
from gateway.partners.models import PartnerCall
from queues import id_of
from queues.tables import alarm, inbox_held, job, outbox, outgoing_stream, stream_position, verification_count

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def page(session: Session, status: Status, now: datetime) -> bytes:
    """Everything in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Numbers([*_carriage(session, now), *_nodes(session, status, now), *_partners(session, status),
                                *_work(session, now), *_processes(session, now)]))  # fmt: skip
    return bytes(generate_latest(registry))


class _Numbers:
    """What is asked for once, as the library wants it."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def _gauge(name: str, text: str, labels: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Metric:
    family = GaugeMetricFamily(f"kora_{name}", text, labels=labels)
    for *values, number in rows:
        family.add_metric([str(one) for one in values], number)
    return family


def _counter(name: str, text: str, labels: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Metric:
    family = CounterMetricFamily(f"kora_{name}", text, labels=labels)
    for *values, number in rows:
        family.add_metric([str(one) for one in values], number)
    return family


def _carriage(session: Session, now: datetime) -> Iterator[Metric]:
    """Outbox, inbox, and what the carriage found wrong."""
    written = func.min(outbox.c.created_at, type_=outbox.c.created_at.type)
    by_state = select(outbox.c.state, outbox.c.stream, func.count(), written).group_by(outbox.c.state, outbox.c.stream)
    rows = session.execute(by_state).all()
    yield _gauge("outbox_rows", "Messages to nodes by state.", ("state", "stream"), [tuple(row)[:3] for row in rows])
    oldest: dict[str, datetime] = {}
    for state, _, _, since in rows:
        oldest[state] = min(since, oldest.get(state, since))
    ages = [(state, _age(since, now)) for state, since in oldest.items() if state not in ("receipted", "refused")]
    yield _gauge("outbox_oldest_seconds", "Age of the oldest message to a node in a state.", ("state",), ages)
    held = select(func.count()).select_from(outgoing_stream).where(outgoing_stream.c.lease_until > now)
    yield _gauge("relay_lease_held", "Streams a relay holds at the moment.", (), [(session.scalar(held) or 0,)])
    taken = select(stream_position.c.node_id, stream_position.c.contiguous_nodeseq)
    yield _counter("inbox_received", "Messages taken in, without gap.", ("node",), _plain(session, taken))
    waiting = select(inbox_held.c.node_id, func.count()).group_by(inbox_held.c.node_id)
    yield _gauge("inbox_held_rows", "Messages that wait for one before them.", ("node",), _plain(session, waiting))
    gap = select(inbox_held.c.node_id, func.min(inbox_held.c.since, type_=inbox_held.c.since.type)).group_by(
        inbox_held.c.node_id
    )
    gaps = [(node, _age(since, now)) for node, since in session.execute(gap)]
    yield _gauge("inbox_gap_oldest_seconds", "Since when a message waits for one before it.", ("node",), gaps)
    broken = select(alarm.c.node_id, func.count()).where(alarm.c.kind == "chain-mismatch").group_by(alarm.c.node_id)
    yield _counter("chain_mismatch", "Messages that did not continue the chain.", ("node",), _plain(session, broken))
    failed = select(verification_count.c.source, func.sum(verification_count.c.count)).group_by(
        verification_count.c.source
    )
    failures = [(_node(source), number) for source, number in session.execute(failed)]
    yield _counter("signature_failures", "Envelopes that failed a check.", ("node",), failures)


def _nodes(session: Session, status: Status, now: datetime) -> Iterator[Metric]:
    lags = [(one.id, one.receipt_lag_seconds or 0) for one in status.nodes]
    yield _gauge("receipt_lag_seconds", "Age of the oldest message without receipt.", ("node",), lags)
    seen = [(one.id, one.seen_seconds) for one in status.nodes if one.seen_seconds is not None]
    yield _gauge("node_last_seen_seconds", "Time since the node was heard.", ("node",), seen)
    skew = [(one.id, one.skew_seconds) for one in status.nodes if one.skew_seconds is not None]
    yield _gauge("node_clock_skew_seconds", "How far the clock of the node is ahead.", ("node",), skew)
    back = [
        (node, one.roundtrip_seconds if one.roundtrip_seconds is not None else _age(one.at, now))
        for node, one in canaries.last(session).items()
    ]
    yield _gauge("canary_roundtrip_seconds", "There and back of the last canary, or its age.", ("node",), back)


def _partners(session: Session, status: Status) -> Iterator[Metric]:
    outcome = func.coalesce(PartnerCall.failure_class, "done")
    counted = select(
        PartnerCall.partner, PartnerCall.operation, outcome, func.count(), func.sum(PartnerCall.milliseconds)
    ).group_by(PartnerCall.partner, PartnerCall.operation, outcome)
    rows = session.execute(counted).all()
    calls = [tuple(row)[:4] for row in rows]
    labels = ("connector", "operation", "outcome")
    yield _counter("connector_calls", "Calls of partners that carried something or failed.", labels, calls)
    took = SummaryMetricFamily("kora_connector_seconds", "Duration of these calls.", labels=("connector",))
    for name in sorted({row[0] for row in rows}):
        mine = [row for row in rows if row[0] == name]
        took.add_metric([name], sum(row[3] for row in mine), sum(row[4] for row in mine) / 1000)
    yield took
    open_ = [(one.name, int(one.state == "circuit-open")) for one in status.partners]
    yield _gauge("connector_circuit_open", "1 while a partner is left alone after failures.", ("connector",), open_)


def _work(session: Session, now: datetime) -> Iterator[Metric]:
    groups: dict[tuple[str, str], int] = {}
    for one in parkings.groups(session):
        place = (one.what if one.what == parkings.MESSAGE else f"conn.{one.what}", one.reason)
        groups[place] = groups.get(place, 0) + one.count
    parked = [(*place, number) for place, number in groups.items()]
    yield _gauge("parked_rows", "What waits for a person.", ("queue", "reason"), parked)
    counted = select(job.c.kind, job.c.state, func.count()).group_by(job.c.kind, job.c.state)
    rows = [(due.partner_of(kind), state, number) for kind, state, number in session.execute(counted)]
    yield _gauge("job_rows", "Work for partners by state.", ("kind", "state"), rows)
    written = func.min(job.c.created_at, type_=job.c.created_at.type)
    late = select(job.c.kind, written).where(job.c.state.in_(("due", "running"))).group_by(job.c.kind)
    ages = [(due.partner_of(kind), _age(since, now)) for kind, since in session.execute(late)]
    yield _gauge("job_oldest_seconds", "Age of the oldest work that waits.", ("kind",), ages)
    open_: dict[str, int] = {}
    for alert in alerts.unended(session):
        open_[alert.condition] = open_.get(alert.condition, 0) + 1
    yield _gauge("alerts_open", "Alerts whose condition goes on.", ("condition",), list(open_.items()))


def _processes(session: Session, now: datetime) -> Iterator[Metric]:
    """Turns of relay, intake, partners and what watches over them, by process; and the certificates they saw."""
    labels = ("instance", "part")
    found = beats.parts(session)
    took = SummaryMetricFamily("kora_turn_seconds", "Duration of the turns.", labels=labels)
    for one in found:
        took.add_metric([one.instance, one.part], one.turns, one.busy_ms / 1000)
    yield took
    ages = [(one.instance, one.part, _age(one.last_at, now)) for one in found]
    yield _gauge("last_turn_seconds", "Time since the last turn, as the process wrote it down.", labels, ages)
    failed = [(one.instance, one.part, one.failures) for one in found]
    yield _counter("turn_failures", "Turns that failed and were tried again.", labels, failed)
    until = [(one.source, (one.not_after - now).total_seconds()) for one in certificates.known(session)]
    yield _gauge("certificate_expiry_seconds", "Time until a certificate ends.", ("source",), until)


def _plain(session: Session, statement: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in session.execute(statement)]


def _node(source: str) -> str:
    """The node a URN names; what came without one is unknown."""
    return id_of(source) if source.startswith("urn:kora:node:") else "unknown"


def _age(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
