"""Questions about the office."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from local_node.admin.models import GatewayKey, Office
from queues import KeyRing, KnownKey, gateway_urn


class NotSetUp(LookupError):
    """The office has no name yet: ``kora node init`` was never called."""


def office(session: Session) -> Office:
    """The office. Raises NotSetUp."""
    found = session.get(Office, 1)
    if found is None:
        raise NotSetUp
    return found


def gateway_keys(session: Session) -> KeyRing:
    """The gateway's pinned keys; empty before enrolment."""
    gateway_id = office(session).gateway_id
    if gateway_id is None:
        return KeyRing()
    owner = gateway_urn(gateway_id)
    return KeyRing(*(KnownKey(row.kid, row.jwk, owner, row.active) for row in session.scalars(select(GatewayKey))))
