"""The office's verbs: naming it, beginning, taking its place at the gateway."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from local_node.admin.models import GatewayKey, Office
from local_node.history import operations as history
from local_node.history.rules import FieldChange
from local_node.seed import plant


class NumberIsFixed(ValueError):
    """Partners know an enrolled office by its number, so it cannot get another one here."""


class AlreadyEnrolled(ValueError):
    """The office has its place at a gateway; another one would leave its messages without receipts."""


def alone(session: Session) -> Office:
    """The office as it is now; until the end of the transaction nobody else changes the settings."""
    return session.get_one(Office, 1, with_for_update=True, populate_existing=True)


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
    planted = plant(session, "a", by=by, now=now) if with_demo else {"right_owners": 0, "works": 0}
    session.get_one(Office, 1).set_up_at = now
    session.flush()
    return planted


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
