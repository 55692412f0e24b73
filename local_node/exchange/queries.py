"""Questions about the exchange: our own messages, those that arrived, and what was said to ours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Row, Table, func, or_, select
from sqlalchemy.orm import Session

from local_node.history import queries as history
from local_node.history.rules import name_of
from local_node.right_owners import queries as right_owners
from local_node.right_owners.models import RightOwner
from local_node.works import queries as works
from local_node.works.models import WorkRow
from mappings import messages as vocabulary
from mappings.model import Acknowledged, Assigned, Refusal
from queues import REFUSAL, envelope_of
from queues.tables import IS_TROUBLED, inbox, outbox, parked

ANSWERS = ("kora.work.acknowledged.v1", "kora.identifier.assigned.v1")
"""Types with which a partner answers."""

OUTGOING: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "waiting": ("new", "sealed"),
    "sent": ("sent",),
    "arrived": ("receipted",),
    "answered": ("receipted",),
    "held": ("held",),
    "refused": ("refused",),
    "parked": ("parked",),
}
"""Groups of our own messages with their states; *arrived* is without an answer of a partner, *answered* with one."""

INCOMING: Mapping[str, tuple[str, ...]] = {"received": (), "troubled": ("held", "refused", "parked")}
"""Groups of messages that arrived; *troubled* could not be used."""

UNFINISHED = ("waiting", "sent", "held", "refused", "parked")
"""Groups of our own messages that are on their way or went wrong."""

MOST_RECORDS = 200
"""Records a text may find before their messages are looked for."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; ``text`` is a title, a name, a number, or the id of a message or record."""

    group: str = "all"
    type: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a list. ``place`` rises with time within one direction."""

    place: int
    id: str
    direction: str
    type: str
    subject: str
    state: str
    at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, how many there are in all, and where the next page begins."""

    lines: Sequence[Line]
    total: int
    next_before: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said to a message of ours (``story``): by a partner, or by the gateway that refuses it."""

    story: str
    at: datetime
    value: Acknowledged | Assigned | Refusal


@dataclass(frozen=True, slots=True)
class Record:
    """The record a message is about, by its name."""

    kind: str
    id: str
    name: str
    lang: str | None


def lines(session: Session, wanted: Filter, *, before: int | None = None, limit: int = 50) -> Page:
    """The messages of a group, newest first; ``before`` continues a list."""
    incoming = wanted.group in INCOMING
    table = inbox if incoming else outbox
    conditions = _conditions(session, table, wanted)
    total = session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
    if before is not None:
        conditions.append(table.c.id < before)
    statement = select(table).where(*conditions).order_by(table.c.id.desc()).limit(limit + 1)
    rows = session.execute(statement).all()
    found = [arrived_line(row) if incoming else own_line(row) for row in rows[:limit]]
    return Page(found, total, rows[limit - 1].id if len(rows) > limit else None)


def own_line(row: Row[Any]) -> Line:
    """A message of ours as a line."""
    return Line(row.id, row.msg_id, "out", row.type, row.aggregate, row.state, row.created_at, row.last_error)


def arrived_line(row: Row[Any]) -> Line:
    """A message that arrived as a line."""
    state = row.outcome or "received"
    return Line(row.id, row.msg_id, "in", row.type, row.aggregate, state, row.received_at, row.code)


def counts(session: Session) -> dict[str, int]:
    """How many messages each group has."""
    answered = session.scalar(
        select(func.count()).select_from(outbox).where(outbox.c.state == "receipted", _is_answered())
    )
    numbers = _numbers(session)
    numbers["answered"] = answered or 0
    numbers["arrived"] -= numbers["answered"]
    return numbers


def unfinished(session: Session) -> dict[str, int]:
    """How many messages are on their way or went wrong, by group; cheaper than ``counts``."""
    sent = _by_state(session, [state for group in UNFINISHED for state in OUTGOING[group]])
    numbers = {group: sum(sent.get(state, 0) for state in OUTGOING[group]) for group in UNFINISHED}
    return numbers | {"troubled": _troubled(session)}


def strays(session: Session) -> list[Line]:
    """Parked messages that never got into the inbox, because they contradict it or cannot be read."""
    known = select(inbox.c.msg_id).where(inbox.c.source == parked.c.source, inbox.c.msg_id == parked.c.msg_id)
    statement = select(parked).where(parked.c.decision.is_(None), ~known.exists()).order_by(parked.c.id.desc())
    return [stray_line(row) for row in session.execute(statement.limit(100))]


def stray_line(row: Row[Any]) -> Line:
    """A parked message as a line; its type and subject may be unknown."""
    return Line(row.id, row.msg_id, "in", row.type or "", row.aggregate or "", "parked", row.first_seen, row.reason)


def own(session: Session, message_id: str) -> Row[Any] | None:
    """A message of ours."""
    return session.execute(select(outbox).where(outbox.c.msg_id == message_id)).one_or_none()


def arrived(session: Session, message_id: str) -> Row[Any] | None:
    """A message that arrived."""
    return session.execute(select(inbox).where(inbox.c.msg_id == message_id)).first()


def undecided(session: Session, message_id: str) -> Row[Any] | None:
    """The parked entry of a message that waits for a person's decision."""
    statement = select(parked).where(parked.c.msg_id == message_id, parked.c.decision.is_(None))
    return session.execute(statement.order_by(parked.c.id.desc())).first()


def about(session: Session, subject: str) -> Sequence[Row[Any]]:
    """Our own messages about one record, oldest first."""
    statement = select(outbox).where(outbox.c.aggregate == subject).order_by(outbox.c.id.desc()).limit(20)
    return session.execute(statement).all()[::-1]


def author(session: Session, row: Row[Any]) -> str:
    """Who made the change a message of ours tells of; empty when the history does not know."""
    return next((one.who for one in history.of(session, row.aggregate) if one.at == row.created_at), "")


def said(session: Session, stories: Iterable[str]) -> dict[str, list[Said]]:
    """What was said to messages of ours, in the order it came. A story bears the id of the message it begins with."""
    table = inbox.c
    statement = (
        select(inbox)
        .where(
            table.correlationid.in_(list(stories)),
            table.type.in_((*ANSWERS, REFUSAL)),
            table.outcome.in_(("applied", "stale")),
        )
        .order_by(table.id)
    )
    told: dict[str, list[Said]] = {}
    for row in session.execute(statement):
        if (one := said_in(row)) is not None:
            told.setdefault(row.correlationid, []).append(one)
    return told


def said_in(row: Row[Any]) -> Said | None:
    """What a message that arrived says to one of ours; None when it cannot be read as an answer."""
    if row.type not in (*ANSWERS, REFUSAL):
        return None
    envelope = envelope_of(row.raw)
    try:
        value = vocabulary.read(row.type, envelope["data"])
    except ValidationError:
        return None
    return Said(row.correlationid or "", datetime.fromisoformat(envelope["time"]), value)


def answers_in(session: Session, story: str) -> Sequence[Line]:
    """The messages that came back to a message of ours, oldest first."""
    return [
        arrived_line(row)
        for row in session.execute(select(inbox).where(inbox.c.correlationid == story).order_by(inbox.c.id))
    ]


def body_of(raw: bytes) -> Any:
    """What can be shown of bytes nobody could read: the body, else the whole as text."""
    try:
        return envelope_of(raw)["data"]
    except (ValueError, LookupError, TypeError):
        return raw.decode(errors="replace")


def records(session: Session, subjects: Iterable[str]) -> dict[str, Record]:
    """The records behind subjects of messages; unknown ones are left out."""
    ids: dict[str, set[str]] = {}
    for subject in subjects:
        kind, _, id_ = subject.partition("/")
        ids.setdefault(kind, set()).add(id_)
    found: dict[str, Record] = {}
    for row in session.scalars(select(WorkRow).where(WorkRow.id.in_(ids.get("work", set())))):
        title = row.titles[0]
        found[f"work/{row.id}"] = Record("work", row.id, title.text, title.language)
    for owner in session.scalars(select(RightOwner).where(RightOwner.id.in_(ids.get("party", set())))):
        party = right_owners.to_party(owner)
        lang = party.names[0].language if party.names else None
        found[f"party/{owner.id}"] = Record("party", owner.id, name_of(party) or owner.number, lang)
    return found


def _conditions(session: Session, table: Table, wanted: Filter) -> list[ColumnElement[bool]]:
    states = {**OUTGOING, **INCOMING}[wanted.group]
    state = inbox.c.outcome if table is inbox else outbox.c.state
    conditions: list[ColumnElement[bool]] = [state.in_(states)] if states else []
    if wanted.group in ("arrived", "answered"):
        conditions.append(_is_answered() if wanted.group == "answered" else ~_is_answered())
    if wanted.type:
        conditions.append(table.c.type == wanted.type)
    if wanted.text:
        conditions.append(_speaks_of(session, table, wanted.text))
    return conditions


def _is_answered() -> ColumnElement[bool]:
    """Whether a partner answered a message of ours."""
    return (
        select(inbox.c.id)
        .where(
            inbox.c.correlationid == outbox.c.msg_id,
            inbox.c.type.in_(ANSWERS),
            inbox.c.outcome.in_(("applied", "stale")),
        )
        .exists()
    )


def _speaks_of(session: Session, table: Table, text: str) -> ColumnElement[bool]:
    """Messages with this id, or about a record with this id, number, title or name."""
    found = [f"work/{row.id}" for row in works.search(session, text, limit=MOST_RECORDS).rows]
    found += [f"party/{row.id}" for row in right_owners.search(session, text, limit=MOST_RECORDS).rows]
    same = (table.c.msg_id == text, table.c.aggregate == text, table.c.aggregate.endswith(f"/{text}", autoescape=True))
    return or_(*same, table.c.aggregate.in_(found))


def _numbers(session: Session) -> dict[str, int]:
    """Messages by the states of each group; *arrived* and *answered* are not told apart here."""
    sent = _by_state(session, {state for states in OUTGOING.values() for state in states})
    numbers = {group: sum(sent.get(state, 0) for state in states) for group, states in OUTGOING.items()}
    numbers["all"], numbers["troubled"] = sum(sent.values()), _troubled(session)
    numbers["received"] = session.scalar(select(func.count()).select_from(inbox)) or 0
    return numbers


def _troubled(session: Session) -> int:
    """How many messages arrived and could not be used, those that never got into the inbox included."""
    there = session.scalar(select(func.count()).select_from(inbox).where(IS_TROUBLED)) or 0
    return there + len(strays(session))


def _by_state(session: Session, states: Iterable[str]) -> dict[str, int]:
    """How many of our own messages are in each of these states."""
    statement = select(outbox.c.state, func.count()).where(outbox.c.state.in_(states)).group_by(outbox.c.state)
    return {name: number for name, number in session.execute(statement)}  # noqa: C416
