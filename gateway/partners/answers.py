"""What a partner said becomes messages to the nodes and the state of submissions, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.contract import Answer, Arrival, Awaited, Delivery
from gateway.partners import rules
from gateway.partners.models import ExchangedFile, Submission, Transmission
from gateway.partners.planning import Plan
from gateway.registry import operations as registry
from gateway.registry import queries as records
from mappings.messages import VOCABULARY, to_json
from mappings.model import Acknowledged, Assigned, Refusal
from queues import REFUSAL, MessageTooLarge, boxes, node_urn
from queues.tables import inbox

TYPES: Mapping[type, str] = {
    Acknowledged: "kora.work.acknowledged.v1",
    Assigned: "kora.identifier.assigned.v1",
    Refusal: REFUSAL,
}
"""What is said to the message type that tells the node."""
WHOLE_BATCH = "/0/0"
"""The end of a reference that means everything in a batch (connectors/contract.py)."""


@dataclass(frozen=True, slots=True)
class About:
    """The record an answer is about."""

    node_id: str
    subject: str
    cause: str | None
    correlationid: str | None


def keep_delivery(session: Session, partner: str, plan: Plan, delivery: Delivery, now: datetime) -> None:
    """Keep what a call brought at once: files, references waited for, answers."""
    session.add_all(
        ExchangedFile(
            node_id=plan.node_id,
            partner=partner,
            direction="out",
            name=one.name,
            sha256=one.sha256,
            content=one.content,
            transmission_id=plan.transmission_id,
            problems=[],
            at=now,
        )
        for one in delivery.files
    )
    stories = _stories(session, plan)
    session.add_all(
        _submission(partner, plan, awaited, stories.get(awaited.message_id), now) for awaited in delivery.awaited
    )
    for answer in delivery.answers:
        cause = answer.message_id
        about = About(plan.node_id, answer.subject or "", cause, stories.get(cause or ""))
        tell(session, partner, about, answer.data, now=now)


def is_known(session: Session, partner: str, arrival: Arrival) -> bool:
    """Whether these bytes were kept already, so that only their confirmation is missing."""
    same = (ExchangedFile.name == arrival.name, ExchangedFile.sha256 == arrival.sha256)
    found = select(ExchangedFile.id).where(ExchangedFile.partner == partner, ExchangedFile.direction == "in", *same)
    return session.scalar(found) is not None


def is_early(session: Session, partner: str, arrival: Arrival) -> bool:
    """Whether an answer may be about a batch whose sending is not noted yet.

    A gateway that died between sending and noting it, or another worker of the same partner, leaves a planned batch:
    until that is settled, an answer to it would look as if it were nobody's.
    """
    planned = select(Transmission.id).where(Transmission.partner == partner, Transmission.state == "planned").limit(1)
    if session.scalar(planned) is None:
        return False
    return any(
        answer.reference is not None and not _submissions(session, partner, answer.reference)
        for answer in arrival.answers
    )


def keep_arrival(session: Session, partner: str, arrival: Arrival, *, nobody: str, now: datetime) -> int:
    """Keep what a partner had for us and tell the nodes; the number of answers that found their record."""
    file = ExchangedFile(
        node_id=nobody,
        partner=partner,
        direction="in",
        name=arrival.name,
        sha256=arrival.sha256,
        content=arrival.content,
        problems=[],
        at=now,
    )
    session.add(file)
    session.flush()
    problems = list(arrival.problems)
    told: list[str] = []
    for answer in arrival.answers:
        found = _settle(session, partner, answer, now)
        if not found:
            problems.append(f"KORA-NOT-OURS {answer.reference or getattr(answer.data, 'number', '')}".strip())
        for about, said in found:
            tell(session, partner, about, said, file_id=file.id, now=now)
            told.append(about.node_id)
    if len(set(told)) == 1:
        file.node_id = told[0]
    file.answers, file.problems = len(told), problems
    session.flush()
    return len(told)


def tell(
    session: Session,
    partner: str,
    about: About,
    said: Acknowledged | Assigned | Refusal,
    *,
    now: datetime,
    file_id: int | None = None,
) -> str:
    """Post an answer to the node and keep it in the registry; returns the message's id."""
    type_ = TYPES[type(said)]
    message_id = _post(session, about, type_, said, now)
    registry.keep_answer(
        session,
        node_id=about.node_id,
        subject=about.subject,
        partner=partner,
        type=type_,
        said=said,
        cause=about.cause,
        message_id=message_id,
        file_id=file_id,
        now=now,
    )
    return message_id


def _post(session: Session, about: About, type_: str, said: Acknowledged | Assigned | Refusal, now: datetime) -> str:
    try:
        return boxes.post(
            session,
            node_id=about.node_id,
            stream=node_urn(about.node_id),
            type=type_,
            subject=about.subject,
            data=to_json(said),
            correlationid=about.correlationid,
            causationid=about.cause,
            dataschema=VOCABULARY[type_].schema,
            now=now,
        )
    except MessageTooLarge:
        if not isinstance(said, Acknowledged) or not said.conflicts:
            raise
        # The status counts; whoever needs all of so many other shares finds them in the partner's own file.
        return _post(session, about, type_, replace(said, conflicts=()), now)


def _settle(
    session: Session, partner: str, answer: Answer, now: datetime
) -> list[tuple[About, Acknowledged | Assigned | Refusal]]:
    """Find the records of an answer and move their submissions on; what is to be said about each of them."""
    rows = [] if answer.reference is None else _submissions(session, partner, answer.reference)
    for row in rows:
        _move_on(row, answer, now)
    if rows:
        return [(_about(row), _about_one(session, row, answer)) for row in rows]
    if isinstance(answer.data, Assigned):
        about = _by_number(session, partner, answer.data.number)
        return [] if about is None else [(about, answer.data)]
    return []


def _submissions(session: Session, partner: str, reference: str) -> Sequence[Submission]:
    """What an answer is about: the one record it names, or all of the batch it speaks of as a whole."""
    if reference.endswith(WHOLE_BATCH):
        start = reference.removesuffix(WHOLE_BATCH) + "/"
        same = Submission.reference.startswith(start, autoescape=True)
    else:
        same = Submission.reference == reference
    return session.scalars(select(Submission).where(Submission.partner == partner, same).order_by(Submission.id)).all()


def _about(row: Submission) -> About:
    return About(row.node_id, row.subject, row.message_id, row.correlationid)


def _about_one(session: Session, row: Submission, answer: Answer) -> Acknowledged | Assigned | Refusal:
    """The answer as it concerns one record; what is said about a batch names no work, so we do."""
    if not isinstance(answer.data, Acknowledged) or answer.data.number:
        return answer.data
    record = records.record(session, row.node_id, row.subject)
    if record is None:
        return answer.data
    return replace(answer.data, number=record.number or "", title=record.name)


def _move_on(row: Submission, answer: Answer, now: datetime) -> None:
    """A submission after a further answer; a closed one is never opened again."""
    row.answered_at = now
    if answer.final or row.state == "sent":
        row.state = "closed" if answer.final else "open"
    if isinstance(answer.data, Acknowledged):
        row.status = answer.data.status
        row.accepted = rules.still_accepted(row.accepted, answer.data.status)


def _by_number(session: Session, partner: str, number: str) -> About | None:
    """A record by the number the partner quotes, when only one node has handed such a record to this partner."""
    candidates = []
    for record in records.by_number(session, "work", number):
        mine = (Submission.node_id == record.node_id, Submission.subject == record.subject)
        last = select(Submission).where(Submission.partner == partner, *mine).order_by(Submission.id.desc()).limit(1)
        if (row := session.scalar(last)) is not None:
            candidates.append(_about(row))
    return candidates[0] if len(candidates) == 1 else None


def _submission(partner: str, plan: Plan, awaited: Awaited, story: str | None, now: datetime) -> Submission:
    return Submission(
        node_id=plan.node_id,
        partner=partner,
        subject=awaited.subject,
        reference=awaited.reference,
        message_id=awaited.message_id,
        correlationid=story,
        transmission_id=plan.transmission_id,
        digest=awaited.digest,
        state="sent",
        sent_at=now,
    )


def _stories(session: Session, plan: Plan) -> dict[str, str]:
    """Message id to the story it belongs to."""
    ids = [item.message_id for item in plan.batch.items]
    asked = select(inbox.c.msg_id, inbox.c.correlationid).where(
        inbox.c.source == node_urn(plan.node_id), inbox.c.msg_id.in_(ids)
    )
    return {id_: story for id_, story in session.execute(asked) if story}
