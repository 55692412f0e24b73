"""The office's verbs: naming it, giving out numbers, taking its place at the gateway."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from local_node.admin.models import GatewayKey, NumberSeries, Office
from local_node.history import operations as history
from local_node.history.rules import FieldChange

LONGEST = {"party": 9, "work": 14, "agreement": 14}
"""Characters that CWR has for our number of each kind of record."""


class SeriesIsFull(ValueError):
    """The next number of a series would be longer than partners can carry."""


class NumberIsFixed(ValueError):
    """Partners know an enrolled office by its number, so it cannot get another one here."""


class AlreadyEnrolled(ValueError):
    """The office has its place at a gateway; another one would leave its messages without receipts."""


def found_office(session: Session, *, society: str, name: str) -> Office:
    """Name the office, or name it anew; its place at the gateway stays."""
    office = session.get(Office, 1)
    if office is None:
        office = Office(id=1, society=society, name=name)
        session.add(office)
    office.society, office.name = society, name
    session.flush()
    return office


def describe_office(
    session: Session,
    *,
    society: str,
    name: str,
    language: str,
    currency: str,
    time_zone: str,
    by: str,
    now: datetime,
) -> Office:
    """Say what the office is; its history names what changed. Raises NumberIsFixed."""
    office = session.get_one(Office, 1)
    society = society.zfill(3)
    if office.node_id is not None and society != office.society:
        raise NumberIsFixed(office.society)
    wanted = {"society": society, "name": name, "language": language, "currency": currency, "time_zone": time_zone}
    changed = [
        FieldChange(key, getattr(office, key), new) for key, new in wanted.items() if getattr(office, key) != new
    ]
    for one in changed:
        setattr(office, one.field, one.new)
    history.note_fields(session, "office/1", version=1, action="updated", fields=changed, by=by, now=now)
    session.flush()
    return office


def begin(session: Session, *, with_demo: bool, by: str, now: datetime) -> dict[str, int]:
    """End the set-up: with invented people and works, or empty; returns how many of each were planted."""
    from local_node.seed import plant  # the seed uses every module, and they all give out numbers here

    planted = plant(session, "a", by=by, now=now) if with_demo else {"right_owners": 0, "works": 0}
    session.get_one(Office, 1).set_up_at = now
    session.flush()
    return planted


def next_number(session: Session, kind: str) -> str:
    """The next running number of ``party``, ``work`` or ``agreement``; never given again.

    Raises SeriesIsFull.
    """
    count = _take(session, kind)
    prefix = session.scalar(select(NumberSeries.prefix).where(NumberSeries.kind == kind)) or ""
    number = f"{prefix}{count}"
    if len(number) > LONGEST[kind]:
        raise SeriesIsFull(f"{number} is longer than {LONGEST[kind]} characters")
    return number


def set_prefix(session: Session, kind: str, prefix: str) -> None:
    """Let the numbers of a kind begin with ``prefix`` from now on; at least six characters stay for counting."""
    if len(prefix) > LONGEST[kind] - 6:
        raise SeriesIsFull(f"a prefix of {kind} numbers has at most {LONGEST[kind] - 6} characters")
    _series(session, kind)
    session.execute(update(NumberSeries).where(NumberSeries.kind == kind).values(prefix=prefix))


def pin(
    session: Session,
    *,
    node_id: str,
    gateway_id: str,
    gateway_url: str,
    keys: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Take the office's place at the gateway and trust these keys of it, and no others.

    Raises AlreadyEnrolled.
    """
    office = session.get_one(Office, 1)
    if office.node_id is not None:
        raise AlreadyEnrolled(office.node_id)
    office.node_id, office.gateway_id, office.gateway_url, office.enrolled_at = node_id, gateway_id, gateway_url, now
    session.add_all(GatewayKey(kid=str(key["kid"]), jwk=dict(key), active=True, pinned_at=now) for key in keys)
    session.flush()


def _take(session: Session, kind: str) -> int:
    _series(session, kind)
    taken = (
        update(NumberSeries)
        .where(NumberSeries.kind == kind)
        .values(next=NumberSeries.next + 1)
        .returning(NumberSeries.next)
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(taken).scalar_one()) - 1


def _series(session: Session, kind: str) -> None:
    if kind not in LONGEST:
        raise KeyError(kind)
    if session.scalar(select(NumberSeries.kind).where(NumberSeries.kind == kind)) is None:
        session.execute(insert(NumberSeries).values(kind=kind, prefix="", next=1))
