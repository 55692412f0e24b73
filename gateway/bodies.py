"""What stands in a stored message: the sealed bytes of the message log, read without their signature.

The signature was checked before the bytes were stored; the log is not written by anybody else.
"""

import base64
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from queues import node_urn
from queues.tables import inbox


class NoSuchMessage(LookupError):
    """The message log does not hold this message."""


def envelope_of(raw: bytes) -> dict[str, Any]:
    """The envelope in sealed bytes."""
    payload = json.loads(raw)["payload"]
    envelope: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return envelope


def arrived(session: Session, node_id: str, message_id: str) -> dict[str, Any]:
    """The envelope of a message of a node. Raises NoSuchMessage."""
    mine = select(inbox.c.raw).where(inbox.c.source == node_urn(node_id), inbox.c.msg_id == message_id)
    raw = session.scalar(mine)
    if raw is None:
        raise NoSuchMessage(message_id)
    return envelope_of(raw)
