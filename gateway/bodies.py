"""What stands in a stored message of a node."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from queues import envelope_of, node_urn
from queues.tables import inbox


class NoSuchMessage(LookupError):
    """The message log does not hold this message."""


def arrived(session: Session, node_id: str, message_id: str) -> dict[str, Any]:
    """The envelope of a message of a node. Raises NoSuchMessage."""
    mine = select(inbox.c.raw).where(inbox.c.source == node_urn(node_id), inbox.c.msg_id == message_id)
    raw = session.scalar(mine)
    if raw is None:
        raise NoSuchMessage(message_id)
    return envelope_of(raw)
