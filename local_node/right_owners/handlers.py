"""Messages about right owners that arrive from the gateway."""

from sqlalchemy.orm import Session

from local_node.right_owners import operations
from mappings.messages import from_json
from mappings.model import Assigned
from queues import Envelope, Refused


def identifier_assigned(session: Session, envelope: Envelope) -> None:
    """A register gave one of our right owners a number."""
    assigned = from_json(Assigned, envelope.data)
    try:
        operations.attach_identifier(
            session,
            envelope.subject.partition("/")[2],
            scheme=assigned.scheme,
            value=assigned.value,
            partner=assigned.partner,
            by=assigned.partner,
            now=envelope.time,
        )
    except operations.UnknownRightOwner as unknown:
        raise Refused("unknown-record") from unknown
