"""From claimed jobs to batches: who sends, under which number and second, and how each record is said.

A plan is written down before the partner is called. Whoever tries again, after a failure or a crash, sends the same
bytes under the same name, and the ledger of files knows them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connectors.contract import Batch, Item, Sender
from gateway.bodies import arrived
from gateway.members import queries as members
from gateway.partners import due, rules
from gateway.partners.connectors import Partner
from gateway.partners.models import FileCounter, SenderProfile, Submission, Transmission, TransmissionItem
from queues import jobs
from queues.jobs import Job
from queues.tables import inbox


@dataclass(frozen=True, slots=True)
class Plan:
    """One batch, its row, and those of its jobs that we hold."""

    transmission_id: int
    node_id: str
    batch: Batch
    jobs: tuple[Job, ...]


def plan(session: Session, partner: Partner, claimed: Sequence[Job], now: datetime) -> list[Plan]:
    """Batches for claimed jobs. Jobs that were carried out already are ended, those that must wait are put back."""
    open_: dict[int, list[Job]] = {}
    fresh: dict[str, list[Job]] = {}
    alone: list[Job] = []
    for job in claimed:
        known = _transmission_of(session, partner.name, str(job.payload_ref))
        if known is not None and known.state == "sent":
            jobs.done(session, job, now=now, result_ref=f"transmission/{known.id}")
        elif known is not None and known.state == "planned":
            open_.setdefault(known.id, []).append(job)
        elif job.attempts:
            alone.append(job)
        else:
            fresh.setdefault(job.node_id, []).append(job)
    plans = [_again(session, id_, held) for id_, held in open_.items()]
    for node_id, held in fresh.items():
        plans += _new(session, partner, node_id, held, now)
    # A batch that made the connector fail in an unforeseen way is tried item by item, so that one stops only itself.
    for job in alone:
        plans += _new(session, partner, job.node_id, [job], now)
    return plans


def sender_of(session: Session, partner: str, node_id: str) -> SenderProfile:
    """The node's profile at a partner; the first time it is made from what the member is registered as."""
    mine = (SenderProfile.node_id == node_id, SenderProfile.partner == partner)
    profile = session.scalar(select(SenderProfile).where(*mine))
    if profile is not None:
        return profile
    member = members.get(session, node_id)
    if member is None:
        raise LookupError(f"no member {node_id}")
    profile = SenderProfile(node_id=node_id, partner=partner, code=member.society, name=member.name, type="SO")
    session.add(profile)
    session.flush()
    return profile


def earlier(session: Session, partner: str, node_id: str, subject: str) -> list[rules.Said]:
    """How a record was handed over before, in the order of sending."""
    mine = (Submission.partner == partner, Submission.node_id == node_id, Submission.subject == subject)
    rows = session.scalars(select(Submission).where(*mine).order_by(Submission.id))
    return [rules.Said(row.digest, row.status, row.accepted, row.state, row.sent_at) for row in rows]


def _transmission_of(session: Session, partner: str, message_id: str) -> Transmission | None:
    """The last batch that held a message."""
    return session.scalar(
        select(Transmission)
        .join(TransmissionItem, TransmissionItem.transmission_id == Transmission.id)
        .where(Transmission.partner == partner, TransmissionItem.message_id == message_id)
        .order_by(Transmission.id.desc())
        .limit(1)
    )


def _new(session: Session, partner: Partner, node_id: str, held: Iterable[Job], now: datetime) -> list[Plan]:
    """A batch of one sender; nothing when all of its records have to wait."""
    going: list[tuple[Job, Item]] = []
    for job in held:
        item = _item(session, partner.name, node_id, str(job.payload_ref), now)
        if item is None:
            due.later(session, job, rules.window_end(now, max(partner.window_s, 1)))
        else:
            going.append((job, item))
    if not going:
        return []
    profile = sender_of(session, partner.name, node_id)
    created = _created(session, partner.receiver, now)
    number = _next_number(session, profile.code, partner.receiver, created)
    if number > rules.MOST_FILES:
        for job, _ in going:
            due.later(session, job, datetime(created.year + 1, 1, 1, tzinfo=UTC))
        return []
    row = Transmission(
        node_id=node_id,
        partner=partner.name,
        receiver=partner.receiver,
        version=partner.version,
        file_number=number,
        created=created,
        state="planned",
        planned_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        TransmissionItem(
            transmission_id=row.id,
            position=position,
            node_id=node_id,
            message_id=item.message_id,
            accepted_before=item.accepted_before,
            last_digest=item.last_digest,
        )
        for position, (_, item) in enumerate(going)
    )
    session.flush()
    batch = _batch(profile, row, [item for _, item in going])
    return [Plan(row.id, node_id, batch, tuple(job for job, _ in going))]


def _again(session: Session, transmission_id: int, held: Sequence[Job]) -> Plan:
    """The batch as it was planned, whole, whichever of its jobs we hold."""
    row = session.get_one(Transmission, transmission_id)
    kept = select(TransmissionItem).where(TransmissionItem.transmission_id == row.id)
    items = []
    for one in session.scalars(kept.order_by(TransmissionItem.position)):
        message = arrived(session, row.node_id, one.message_id)
        items.append(_as_item(message, one.accepted_before, one.last_digest))
    return Plan(row.id, row.node_id, _batch(sender_of(session, row.partner, row.node_id), row, items), tuple(held))


def _item(session: Session, partner: str, node_id: str, message_id: str, now: datetime) -> Item | None:
    """The message as the partner gets it; None while its record has to wait."""
    message = arrived(session, node_id, message_id)
    before = earlier(session, partner, node_id, message["subject"])
    if rules.must_wait(before, now) or _is_on_its_way(session, partner, node_id, message["subject"]):
        return None
    return _as_item(message, rules.accepted_before(before), rules.last_digest(before))


def _is_on_its_way(session: Session, partner: str, node_id: str, subject: str) -> bool:
    """Whether a batch that is planned and not sent yet holds another version of this record."""
    planned = (
        select(TransmissionItem.message_id)
        .join(Transmission, Transmission.id == TransmissionItem.transmission_id)
        .join(inbox, (inbox.c.msg_id == TransmissionItem.message_id) & (inbox.c.node_id == node_id))
        .where(Transmission.partner == partner, Transmission.state == "planned", Transmission.node_id == node_id)
        .where(inbox.c.aggregate == subject)
    )
    return session.scalar(planned.limit(1)) is not None


def _as_item(message: dict[str, object], accepted_before: bool, last_digest: str | None) -> Item:
    data = message["data"]
    return Item(
        message_id=str(message["id"]),
        type=str(message["type"]),
        subject=str(message["subject"]),
        data=data if isinstance(data, dict) else {},
        accepted_before=accepted_before,
        last_digest=last_digest,
    )


def _batch(profile: SenderProfile, row: Transmission, items: Sequence[Item]) -> Batch:
    sender = Sender(profile.code, profile.name, profile.type, profile.ipi)
    return Batch(sender, row.receiver, row.version, row.file_number, row.created, tuple(items))


def _created(session: Session, receiver: str, now: datetime) -> datetime:
    """A creation second that no sender of ours ever used with this receiver.

    Answers name the second and no sender, so a second that two societies share would mix up their answers.
    """
    newest = func.max(FileCounter.created, type_=FileCounter.created.type)
    last = session.scalar(select(newest).where(FileCounter.receiver == receiver))
    return rules.creation(now, last)


def _next_number(session: Session, sender: str, receiver: str, created: datetime) -> int:
    key = {"sender": sender, "receiver": receiver, "year": created.year}
    counter = session.get(FileCounter, key, with_for_update=True)
    if counter is None:
        counter = FileCounter(**key, number=0, created=created)
        session.add(counter)
    if counter.number < rules.MOST_FILES:
        counter.number, counter.created = counter.number + 1, created
        session.flush()
        return counter.number
    return rules.MOST_FILES + 1
