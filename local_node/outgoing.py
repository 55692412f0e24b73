"""What leaves the office: the full public state of a record, posted in the transaction of its change."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from local_node.admin import queries
from mappings.messages import VOCABULARY, to_json
from mappings.model import Party, Work
from queues import boxes, gateway_urn


def tell(
    session: Session, type: str, subject: str, value: Party | Work, *, changed: Iterable[str] = (), now: datetime
) -> str | None:
    """Post a message to the gateway and return its id.

    None for an office without a gateway: it tells everything when it is enrolled.
    """
    office = queries.office(session)
    if office.node_id is None or office.gateway_id is None:
        return None
    return boxes.post(
        session,
        node_id=office.node_id,
        stream=gateway_urn(office.gateway_id),
        type=type,
        subject=subject,
        data=to_json(value),
        changed=sorted(set(changed)),
        dataschema=VOCABULARY[type].schema,
        now=now,
    )
