"""Messages about works that arrive from the gateway."""

from sqlalchemy.orm import Session

from local_node.works import operations, queries
from mappings.messages import from_json
from mappings.model import Acknowledged, Assigned, Refusal
from queues import Envelope, Refused


def acknowledged(session: Session, envelope: Envelope) -> None:
    """A partner answered about one of our works."""
    answer = from_json(Acknowledged, envelope.data)
    id = _work(session, envelope.subject, answer.number)
    operations.attach_acknowledgement(session, id, answer, message_id=envelope.id, now=envelope.time)


def identifier_assigned(session: Session, envelope: Envelope) -> None:
    """A partner gave one of our works a number."""
    assigned = from_json(Assigned, envelope.data)
    id = _work(session, envelope.subject, assigned.number)
    operations.attach_identifier(session, id, assigned, message_id=envelope.id, now=envelope.time)


def refused(session: Session, envelope: Envelope) -> None:
    """The gateway could not use a message of ours; messages about other records stay in the list of messages."""
    kind, _, id = envelope.subject.partition("/")
    if kind == "work" and queries.get(session, id) is not None:
        refusal = from_json(Refusal, envelope.data)
        operations.note_refusal(session, id, refusal, message_id=envelope.id, now=envelope.time)


def _work(session: Session, subject: str, number: str) -> str:
    """The work's id: by the subject of the message, else by the number the partner quotes."""
    row = queries.get(session, subject.partition("/")[2]) or queries.by_number(session, number)
    if row is None:
        raise Refused("unknown-record", [{"code": "unknown-record", "field": "number", "text": number}])
    return row.id
