"""The life of one message: its steps, its calls of partners, its files, and its neighbours."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gateway.ops import finding
from gateway.ops.finding import Entry
from gateway.partners import due
from gateway.partners.models import ExchangedFile, PartnerCall, Submission, TransmissionItem
from gateway.registry import queries as registry
from gateway.registry.models import PartnerAnswer
from queues import messages as carriage
from queues import node_urn
from queues.tables import inbox, inbox_held, job


def life(session: Session, message_id: str) -> tuple[Entry, list[carriage.Step], carriage.Life] | None:
    """A message, the steps of its life at the gateway and at partners in order of time, and what the carriage keeps."""
    known = carriage.life(session, message_id)
    entry = None if known is None else finding.one(session, message_id)
    if known is None or entry is None:
        return None
    steps = list(known.steps)
    if known.summary.direction == "in":
        steps += _partner_steps(session, message_id)
    return entry, sorted(steps, key=lambda step: step.at), known


def attempts(session: Session, message_id: str) -> Sequence[PartnerCall]:
    """The calls of partners that carried the message, oldest first."""
    mine = (
        select(PartnerCall)
        .join(TransmissionItem, TransmissionItem.transmission_id == PartnerCall.transmission_id)
        .where(TransmissionItem.message_id == message_id)
    )
    return session.scalars(mine.order_by(PartnerCall.id)).all()


def files_of(session: Session, message_id: str) -> Sequence[ExchangedFile]:
    """The files a message went out in and those with answers to it, in the order of time."""
    sent = select(TransmissionItem.transmission_id).where(TransmissionItem.message_id == message_id)
    answered = select(PartnerAnswer.file_id).where(
        PartnerAnswer.cause == message_id, PartnerAnswer.file_id.is_not(None)
    )
    mine = or_(ExchangedFile.transmission_id.in_(sent), ExchangedFile.id.in_(answered))
    return session.scalars(select(ExchangedFile).where(mine).order_by(ExchangedFile.id)).all()


def behind(session: Session, entry: Entry) -> int:
    """How many messages of the same record wait because this one, or one before it, is missing."""
    source = node_urn(entry.node)
    held = select(inbox_held.c.msg_id).where(
        inbox_held.c.source == source, inbox_held.c.aggregate == entry.subject, inbox_held.c.msg_id != entry.id
    )
    return len(session.scalars(held).all())


def replaced_by(session: Session, entry: Entry, seq: int) -> str | None:
    """The message by which its node put right what was refused or parked: the next of the record that was applied."""
    if entry.direction != "in" or entry.state not in ("refused", "parked"):
        return None
    table = inbox.c
    same = (table.source == node_urn(entry.node), table.aggregate == entry.subject, table.seq > seq)
    return session.scalar(select(table.msg_id).where(*same, table.outcome == "applied").order_by(table.seq).limit(1))


def _partner_steps(session: Session, message_id: str) -> list[carriage.Step]:
    """Routed, called, sent, answered: what happened to the message after it was applied."""
    jobs = session.execute(select(job).where(job.c.payload_ref == message_id)).all()
    steps = [carriage.Step(row.created_at, "routed", due.partner_of(row.kind)) for row in jobs]
    for call in attempts(session, message_id):
        steps.append(carriage.Step(call.at, "called", call.error or f"{call.partner}, {call.milliseconds} ms"))
    for one in session.scalars(select(Submission).where(Submission.message_id == message_id)):
        steps.append(carriage.Step(one.sent_at, "handed-over", one.reference))
    for said in registry.answers_to(session, message_id):
        steps.append(carriage.Step(said.at, "answered", f"{said.partner} {said.status}"))
        told = carriage.life(session, said.message_id)
        steps += [step for step in told.steps if step.step in ("sent", "receipted")] if told else []
    # Last, because a call and the parking it led to bear the same instant.
    steps += [
        carriage.Step(row.finished_at or row.created_at, "parked", row.last_error or "")
        for row in jobs
        if row.state == "parked"
    ]
    return steps
