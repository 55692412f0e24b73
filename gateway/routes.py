"""THE table of the gateway: message type to handler and partners, and the pages of each module."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.database import only
from gateway.partners import due
from gateway.partners.connectors import Partner
from gateway.registry import handlers as registry
from mappings import tables
from queues import Envelope, Handler


@dataclass(frozen=True)
class Route:
    """What becomes of one type of message."""

    handler: Handler
    partners: tuple[str, ...] = ()
    """Who hears of it, where the record's creation class names that partner too."""


ROUTES: Mapping[str, Route] = {
    "kora.party.registered.v1": Route(registry.party_said),
    "kora.party.updated.v1": Route(registry.party_said),
    "kora.work.registered.v1": Route(registry.work_said, ("cisnet",)),
    "kora.work.updated.v1": Route(registry.work_said, ("cisnet",)),
    "kora.work.withdrawn.v1": Route(registry.work_withdrawn, ("cisnet",)),
}

PAGES = ("gateway.members.api:api", "gateway.members.views:pages", "gateway.ops.views:pages")
"""Blueprints, as module and name."""


def handlers(partners: Mapping[str, Partner], now: Callable[[], datetime]) -> dict[str, Handler]:
    """The handlers of the intake. Each sees the rows of the sender alone; due rows for partners join its commit."""
    return {type_: _handler(route, partners, now) for type_, route in ROUTES.items()}


def _handler(route: Route, partners: Mapping[str, Partner], now: Callable[[], datetime]) -> Handler:
    def handle(session: Session, envelope: Envelope) -> None:
        with only(session, envelope.source_id):
            route.handler(session, envelope)
            for name in _hearing(route, envelope):
                due.add(session, partners[name], node_id=envelope.source_id, message_id=envelope.id, now=now())

    return handle


def _hearing(route: Route, envelope: Envelope) -> list[str]:
    """The partners of this message; a record of a class nobody knows goes to all, who answer that they cannot."""
    kind = tables.creation_classes.get(str(envelope.data.get("creation_class", "MW")))
    return [name for name in route.partners if kind is None or name in kind.partners]
