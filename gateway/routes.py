"""THE table of the gateway: message type to handler and partners, and the pages of each module."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from gateway.database import only
from gateway.members import handlers as members
from gateway.partners import due
from gateway.partners.connectors import Partner
from gateway.registry import handlers as registry
from mappings import tables
from queues import Envelope, Handler, Many


@dataclass(frozen=True)
class Route:
    """What becomes of one type of message."""

    handler: Callable[[Session, Sequence[Envelope], datetime], None]
    """It is given messages of one node, in their order, and the instant by our clock."""
    partners: tuple[str, ...] = ()
    """Who hears of it, where the record's creation class names that partner too."""


ROUTES: Mapping[str, Route] = {
    members.KEY_ANNOUNCED: Route(members.keys_announced),
    "kora.party.registered.v1": Route(registry.parties_said),
    "kora.party.updated.v1": Route(registry.parties_said),
    "kora.work.registered.v1": Route(registry.works_said, ("cisnet",)),
    "kora.work.updated.v1": Route(registry.works_said, ("cisnet",)),
    "kora.work.withdrawn.v1": Route(registry.works_withdrawn, ("cisnet",)),
}

PAGES = (
    "gateway.members.api:api",
    "gateway.members.views:pages",
    "gateway.ops.views:pages",
    "gateway.ops.message_views:pages",
    "gateway.ops.parked_views:pages",
    "gateway.ops.alert_views:pages",
    "gateway.ops.audit_views:pages",
)
"""Blueprints, as module and name."""


def handlers(partners: Mapping[str, Partner], now: Callable[[], datetime]) -> dict[str, Handler]:
    """The handlers of the intake. Each sees the rows of the sender alone; due rows for partners join its commit."""
    return {type_: _handler(route, partners, now) for type_, route in ROUTES.items()}


def _handler(route: Route, partners: Mapping[str, Partner], now: Callable[[], datetime]) -> Handler:
    def handle(session: Session, envelopes: Sequence[Envelope]) -> None:
        for node_id, said in groupby(envelopes, key=lambda envelope: envelope.source_id):
            of_node = list(said)
            with only(session, node_id):
                route.handler(session, of_node, now())
                for name in route.partners:
                    heard = [envelope.id for envelope in of_node if _hears(name, envelope)]
                    due.add(session, partners[name], node_id=node_id, message_ids=heard, now=now())

    return Many(handle)


def _hears(partner: str, envelope: Envelope) -> bool:
    """Whether the record's class goes to a partner; one nobody knows goes to all, who answer that they cannot."""
    kind = tables.creation_classes.get(str(envelope.data.get("creation_class", "MW")))
    return kind is None or partner in kind.partners
