"""What would happen if parked things ran again now: messages are handled for real, and then nothing of it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from gateway.bodies import NoSuchMessage, arrived
from gateway.members.queries import StoredKeys
from gateway.ops.parkings import MESSAGE, Parking
from gateway.partners import planning, states
from gateway.partners import rules as partner_rules
from gateway.routes import handlers
from queues import Refused
from queues.settling import Arrived, Failed, Settler
from queues.signing import Untrusted, open_sealed
from queues.tables import inbox, parked

if TYPE_CHECKING:
    from gateway.gateway import Gateway

MOST = 100
"""Things rehearsed; the first of a group tell enough."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What one parked thing would come to.

    ``end``: applied, refused, parked (it fails again), stale (a newer state is there), no-turn (it contradicts what is
    stored), registered or revised (handed to the partner so), waits-paused, waits-circuit, waits-set-up, waits-answer.
    """

    thing: Parking
    end: str
    detail: str = ""


def rehearse(session: Session, gateway: "Gateway", things: Sequence[Parking]) -> list[Foreseen]:
    """The ends of these things, in their order. Nothing is changed and no partner is called."""
    settler = Settler(handlers(gateway.partners, gateway.now))
    keys = StoredKeys(gateway.sessions, gateway.now)
    now = gateway.now()
    kept = session.begin_nested()
    try:
        return [
            _message(session, gateway, settler, keys, one, now)
            if one.what == MESSAGE
            else _work(session, gateway, one, now)
            for one in things[:MOST]
        ]
    finally:
        kept.rollback()


def _message(
    session: Session, gateway: "Gateway", settler: Settler, keys: StoredKeys, one: Parking, now: datetime
) -> Foreseen:
    if not one.can_run:
        return Foreseen(one, "no-turn", one.entry.reason or "")
    same = and_(inbox.c.source == parked.c.source, inbox.c.msg_id == parked.c.msg_id)
    raw = session.scalar(select(inbox.c.raw).select_from(parked.join(inbox, same)).where(parked.c.id == one.row))
    try:
        opened = open_sealed(raw or b"", keys=keys, peer=None, audience=gateway.urn, from_log=True)
    except Untrusted as problem:
        return Foreseen(one, "refused", problem.code)
    stated = opened.envelope or opened.frame
    if stated is None:
        return Foreseen(one, "no-turn")
    message = Arrived(stated, opened.envelope, opened.reasons, raw or b"")
    if message.seq < settler.last(session, message):
        return Foreseen(one, "stale")
    try:
        settler.handle(session, message, now=now)
    except Refused as refusal:
        return Foreseen(one, "refused", refusal.code)
    except Failed as failure:
        return Foreseen(one, "parked", failure.detail)
    return Foreseen(one, "applied")


def _work(session: Session, gateway: "Gateway", one: Parking, now: datetime) -> Foreseen:
    partner = gateway.partners.get(one.what)
    if partner is None or not partner.is_set_up:
        return Foreseen(one, "waits-set-up", "" if partner is None else ", ".join(partner.missing))
    if not states.may_be_called(session, one.what, now):
        return Foreseen(one, "waits-paused" if states.is_paused(session, one.what) else "waits-circuit")
    try:
        subject = str(arrived(session, one.entry.node, one.entry.id)["subject"])
    except NoSuchMessage:
        return Foreseen(one, "parked", "NoSuchMessage")
    before = planning.earlier(session, one.what, one.entry.node, subject)
    if partner_rules.must_wait(before, now):
        return Foreseen(one, "waits-answer")
    return Foreseen(one, "revised" if partner_rules.accepted_before(before) else "registered")
