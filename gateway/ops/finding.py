"""Messages of both directions: narrowing the list, finding one by any number, searching in the content.

What people type is first turned into ids by indexed look-ups, so that one message is found among many at once. The
list is in the order of arrival, which is the order of the row numbers, so that a page of it needs no sorting.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_, select
from sqlalchemy.orm import Session

from gateway.audit import RUN_AGAIN, OperatorAction
from gateway.members.models import Member
from gateway.partners import due
from gateway.partners.models import ExchangedFile, Submission, Transmission, TransmissionItem
from gateway.registry.models import PartnerAnswer, RegisteredIdentifier, RegisteredRecord
from queues import envelope_of, node_urn
from queues.boxes import OPEN_STATES
from queues.tables import inbox, job, outbox

DAY = timedelta(hours=24)
WAITING = ("due", "running")
"""States of work for a partner that is not at its end."""
OPEN, AT_PARTNER, ASKED = "open", "waiting", "asked"
"""Beside the states of the carriage: not at its end; work for a partner is due; the partner's last word is missing."""
CRASHED = ("handler-failed", "delivery-limit")
MOST_COUNTED = 10_000
MOST_NAMED = 1000
"""Messages that one search text may mean; more are cut, newest first."""
MOST_READ = 20_000
"""Messages whose content one search reads."""
KINDS = ("work", "party", "agreement")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list of messages. ``direction`` is ``in`` (from a node) or ``out``.

    ``at`` is when it arrived or was written, ``since`` when it came into its state.
    """

    id: str
    type: str
    node: str
    subject: str
    state: str
    since: datetime
    reason: str | None
    direction: str = "in"
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of messages is narrowed to; what is None or empty leaves it as it is."""

    node: str | None = None
    types: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    """States, or OPEN, AT_PARTNER, ASKED; any of them."""
    direction: str | None = None
    partner: str | None = None
    error: str | None = None
    """A failure class, F1 to F8."""
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    """Message, record, name or node, or anything ``external`` may be."""
    external: str | None = None
    """What a partner knows it by: reference, file, file and transaction, or the partner's own number."""
    with_rerun: bool = False
    """Also those that a person let run again and that are settled by now."""
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What a search in the content found, and how far it looked."""

    ids: tuple[str, ...]
    read: int
    back_to: datetime | None
    """The time of the oldest message it read; None when it read all."""


def messages(session: Session, wanted: Filter, *, limit: int = 50, offset: int = 0) -> tuple[list[Entry], int]:
    """Messages of both directions, newest first, and how many there are; above MOST_COUNTED it stops counting."""
    halves = _halves(session, wanted)
    found: list[Entry] = []
    total = 0
    for lines, order in halves:
        page = lines.order_by(order.desc()).limit(offset + limit)
        found += [Entry(**row._mapping) for row in session.execute(page)]
        some = lines.with_only_columns(order).limit(MOST_COUNTED + 1).subquery()
        total += session.scalar(select(func.count()).select_from(some)) or 0
    found.sort(key=_newest, reverse=True)
    return found[offset : offset + limit], total


def hidden_count(session: Session, wanted: Filter) -> int:
    """How many fit that are left out only because a person let them run again."""
    if wanted.with_rerun or _searches(wanted):
        return 0
    return messages(session, replace(wanted, with_rerun=True), limit=0)[1] - messages(session, wanted, limit=0)[1]


def one(session: Session, message_id: str) -> Entry | None:
    """The line of one message."""
    found, _ = messages(session, Filter(ids=(message_id,)), limit=1)
    return found[0] if found else None


def in_content(session: Session, wanted: Filter, text: str, *, most: int = MOST_READ, limit: int = 200) -> Read:
    """Ids of the messages that fit and say ``text`` somewhere, newest first. It opens every message it reads."""
    sought = text.casefold()
    hits: list[str] = []
    read, last = 0, None
    for message_id, at, content in _contents(session, wanted, most):
        if len(hits) == limit:
            return Read(tuple(hits), read, last)
        read, last = read + 1, at
        if sought in content.casefold():
            hits.append(message_id)
    return Read(tuple(hits), read, last if read == most else None)


def by_partner(session: Session, text: str) -> set[str]:
    """Ids of the messages that a partner knows by this reference, file, place in a file, or number of its own."""
    partners = session.scalars(select(Submission.partner).distinct()).all()
    referenced = select(Submission.message_id).where(Submission.partner.in_(partners))
    ids = set(session.scalars(referenced.where(Submission.reference == text)))
    ids |= _of_file(session, partners, text)
    name, _, place = text.partition("/")
    if place and (created := _created(session, partners, name)) is not None:
        quoted = f"{created:%Y%m%dT%H%M%SZ}/{place}"
        ids |= set(session.scalars(referenced.where(Submission.reference == quoted)))
    numbered = select(PartnerAnswer.cause, PartnerAnswer.message_id).where(PartnerAnswer.partner_number == text)
    ids |= {id_ for row in session.execute(numbered) for id_ in row if id_}
    bearing = select(RegisteredIdentifier.node_id, RegisteredIdentifier.subject)
    plain = text.replace("-", "").replace(".", "").replace(" ", "")
    rows = session.execute(bearing.where(RegisteredIdentifier.value.in_((text, plain))).distinct()).all()
    return ids | _of_records(session, [(row.node_id, row.subject) for row in rows])


def _named(session: Session, text: str) -> set[str]:
    """Ids of the messages that a person may mean by a text: of the carriage, of a record, or of a partner."""
    ids = {text} if _is_message(session, text) else set()
    subjects = [text] if "/" in text else [f"{kind}/{text}" for kind in KINDS]
    nodes = session.scalars(select(Member.node_id)).all()
    ids |= _of_records(session, [(node, subject) for node in nodes for subject in subjects])
    numbered = select(RegisteredRecord.node_id, RegisteredRecord.subject).where(
        RegisteredRecord.kind.in_(KINDS), RegisteredRecord.number == text.upper()
    )
    ids |= _of_records(session, [(row.node_id, row.subject) for row in session.execute(numbered)])
    ids |= by_partner(session, text)
    if ids:
        return ids
    # Only when no number fits, because a part of a name is found in no index.
    same = RegisteredRecord.name.icontains(text, autoescape=True)
    called = select(RegisteredRecord.node_id, RegisteredRecord.subject).where(same).limit(MOST_NAMED)
    return _of_records(session, [(row.node_id, row.subject) for row in session.execute(called)])


def _is_message(session: Session, text: str) -> bool:
    return any(
        session.scalar(select(table.c.msg_id).where(table.c.msg_id == text).limit(1)) is not None
        for table in (inbox, outbox)
    )


def _of_records(session: Session, records: Sequence[tuple[str, str]]) -> set[str]:
    """Ids of everything said about these records, by the node or to it."""
    ids: set[str] = set()
    by_node: dict[str, list[str]] = {}
    for node, subject in records:
        by_node.setdefault(node_urn(node), []).append(subject)
    for urn, subjects in by_node.items():
        for table, peer in ((inbox, inbox.c.source), (outbox, outbox.c.stream)):
            said = select(table.c.msg_id).where(peer == urn, table.c.aggregate.in_(subjects))
            ids |= set(session.scalars(said.limit(MOST_NAMED)))
    return ids


def _of_file(session: Session, partners: Sequence[str], name: str) -> set[str]:
    """Ids of the messages that went out in a file, or were answered in it."""
    named = select(ExchangedFile.id, ExchangedFile.transmission_id).where(
        ExchangedFile.partner.in_(partners), ExchangedFile.direction.in_(("in", "out")), ExchangedFile.name == name
    )
    files = session.execute(named).all()
    batches = [row.transmission_id for row in files if row.transmission_id is not None]
    sent = select(TransmissionItem.message_id).where(TransmissionItem.transmission_id.in_(batches))
    answered = select(PartnerAnswer.cause, PartnerAnswer.message_id).where(
        PartnerAnswer.file_id.in_([row.id for row in files])
    )
    ids = set(session.scalars(sent)) if batches else set()
    return ids | ({id_ for row in session.execute(answered) for id_ in row if id_} if files else set())


def _created(session: Session, partners: Sequence[str], name: str) -> datetime | None:
    """The creation instant of a file of ours, which references begin with."""
    mine = select(Transmission.created).join(ExchangedFile, ExchangedFile.transmission_id == Transmission.id)
    return session.scalar(
        mine.where(
            ExchangedFile.partner.in_(partners), ExchangedFile.direction == "out", ExchangedFile.name == name
        ).limit(1)
    )


def _halves(session: Session, wanted: Filter) -> list[tuple[Any, Any]]:
    """The statements over what arrived and what was posted, each with the number that gives their order."""
    ids = _wanted_ids(session, wanted)
    halves = []
    if wanted.direction != "out":
        halves.append((_incoming(wanted, ids), inbox.c.id))
    if wanted.direction != "in" and not wanted.partner and not wanted.error:
        halves.append((_outgoing(wanted, ids), outbox.c.id))
    return halves


def _wanted_ids(session: Session, wanted: Filter) -> set[str] | None:
    """The messages the texts of the filter mean; None when it has no text."""
    found = [] if wanted.ids is None else [set(wanted.ids)]
    if text := (wanted.text or "").strip():
        found.append(_named(session, text))
    if text := (wanted.external or "").strip():
        found.append(by_partner(session, text))
    return set.intersection(*found) if found else None


def _searches(wanted: Filter) -> bool:
    return bool((wanted.text or "").strip() or (wanted.external or "").strip() or wanted.ids is not None)


def _incoming(wanted: Filter, ids: set[str] | None) -> Any:
    """A message of a node is parked when the work for a partner that it caused is."""
    # Joined as a whole, because asking for each message anew takes the square of their number.
    stuck = (
        select(job.c.node_id, job.c.payload_ref, func.max(job.c.last_error).label("why"))
        .where(job.c.state == "parked")
        .group_by(job.c.node_id, job.c.payload_ref)
        .subquery("stuck")
    )
    mine = and_(stuck.c.node_id == inbox.c.node_id, stuck.c.payload_ref == inbox.c.msg_id)
    state = case((stuck.c.payload_ref.is_not(None), "parked"), else_=func.coalesce(inbox.c.outcome, "received"))
    lines = select(
        inbox.c.msg_id.label("id"),
        inbox.c.type.label("type"),
        inbox.c.node_id.label("node"),
        inbox.c.aggregate.label("subject"),
        state.label("state"),
        func.coalesce(inbox.c.outcome_at, inbox.c.received_at, type_=inbox.c.received_at.type).label("since"),
        func.coalesce(stuck.c.why, inbox.c.code).label("reason"),
        literal("in").label("direction"),
        inbox.c.received_at.label("at"),
    )
    lines = lines.select_from(inbox.outerjoin(stuck, mine))
    return lines.where(*_common(inbox, inbox.c.received_at, wanted, ids), *_of_incoming(wanted, state))


def _outgoing(wanted: Filter, ids: set[str] | None) -> Any:
    since = func.coalesce(
        outbox.c.receipted_at,
        outbox.c.sent_at,
        outbox.c.sealed_at,
        outbox.c.created_at,
        type_=outbox.c.created_at.type,
    )
    lines = select(
        outbox.c.msg_id.label("id"),
        outbox.c.type.label("type"),
        outbox.c.node_id.label("node"),
        outbox.c.aggregate.label("subject"),
        outbox.c.state.label("state"),
        since.label("since"),
        outbox.c.last_error.label("reason"),
        literal("out").label("direction"),
        outbox.c.created_at.label("at"),
    )
    conditions = _common(outbox, outbox.c.created_at, wanted, ids)
    if wanted.states:
        plain = [one for one in wanted.states if one not in (OPEN, AT_PARTNER, ASKED)]
        open_ = OPEN_STATES if OPEN in wanted.states else ()
        conditions.append(outbox.c.state.in_([*plain, *open_]))
    return lines.where(*conditions)


def _common(table: Any, at: Any, wanted: Filter, ids: set[str] | None) -> list[Any]:
    """The conditions that mean the same in both directions."""
    conditions: list[Any] = []
    if ids is not None:
        conditions.append(table.c.msg_id.in_(sorted(ids, reverse=True)[:MOST_NAMED]))
    if wanted.node:
        conditions.append(table.c.node_id == wanted.node)
    if wanted.types:
        conditions.append(table.c.type.in_(wanted.types))
    if wanted.since is not None:
        conditions.append(at >= wanted.since)
    if wanted.until is not None:
        conditions.append(at <= wanted.until)
    return conditions


def _of_incoming(wanted: Filter, state: Any) -> list[Any]:
    conditions: list[Any] = []
    if wanted.states:
        conditions.append(or_(false(), *_any_state(wanted, state)))
    if wanted.partner:
        mine = select(job.c.payload_ref).where(job.c.kind == due.kind(wanted.partner), job.c.payload_ref.is_not(None))
        told = select(Submission.message_id).where(Submission.partner == wanted.partner)
        conditions.append(or_(inbox.c.msg_id.in_(mine), inbox.c.msg_id.in_(told)))
    if wanted.error:
        conditions.append(_failed_with(wanted.error))
    if not wanted.with_rerun and not _searches(wanted):
        again = select(OperatorAction.subject).where(OperatorAction.action == RUN_AGAIN)
        settled = and_(state.not_in(("parked", "refused", "held")), (literal("message/") + inbox.c.msg_id).in_(again))
        conditions.append(~settled)
    return conditions


def _any_state(wanted: Filter, state: Any) -> Iterator[ColumnElement[bool]]:
    """One condition for each kind of state that is asked for."""
    plain = [one for one in wanted.states if one not in (OPEN, AT_PARTNER, ASKED)]
    if plain:
        yield state.in_(plain)
    if OPEN in wanted.states:
        yield state.in_(("received", "held"))
    if OPEN in wanted.states or AT_PARTNER in wanted.states:
        late = select(job.c.payload_ref).where(job.c.state.in_(WAITING), job.c.payload_ref.is_not(None))
        yield inbox.c.msg_id.in_(late.where(job.c.kind == due.kind(wanted.partner)) if wanted.partner else late)
    if ASKED in wanted.states:
        asked = select(Submission.message_id).where(Submission.state != "closed")
        yield inbox.c.msg_id.in_(asked.where(Submission.partner == wanted.partner) if wanted.partner else asked)


def _failed_with(class_: str) -> ColumnElement[bool]:
    """Work for a partner met this kind of failure, or our own handler did."""
    met = or_(job.c.failure_class == class_, job.c.last_error.startswith(f"{class_}:", autoescape=True))
    failed = inbox.c.msg_id.in_(select(job.c.payload_ref).where(met, job.c.payload_ref.is_not(None)))
    return or_(failed, inbox.c.code.in_(CRASHED)) if class_ == "F6" else failed


def _contents(session: Session, wanted: Filter, most: int) -> Iterator[tuple[str, datetime, str]]:
    """Id, time and content of what fits, newest first, opened one after the other."""
    sources: list[Iterator[tuple[str, datetime, str]]] = []
    for lines, order in _halves(session, wanted):
        raw = outbox.c.body if order.table is outbox else inbox.c.raw
        rows = session.execute(lines.add_columns(raw.label("content")).order_by(order.desc()).limit(most))
        sources.append((row.id, row.at, _said(row.content)) for row in rows.yield_per(200))
    yield from islice(merge(*sources, key=lambda one: one[1], reverse=True), most)


def _said(content: bytes | str) -> str:
    """The content as text: what was posted is JSON already, what arrived is inside its signature."""
    if isinstance(content, str):
        return content
    try:
        return str(_flat(envelope_of(content).get("data")))
    except (ValueError, KeyError, TypeError):
        return ""


def _flat(value: Any) -> str:
    """All values of a JSON document, a line each."""
    if isinstance(value, Mapping):
        return "\n".join(_flat(one) for one in value.values())
    if isinstance(value, list):
        return "\n".join(_flat(one) for one in value)
    return "" if value is None else str(value)


def _newest(entry: Entry) -> tuple[datetime, str]:
    return (entry.at or entry.since, entry.id)
