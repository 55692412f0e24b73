"""The tables of the node: message type to handler, and the pages of each module."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from local_node.right_owners import handlers as right_owners
from local_node.works import handlers as works
from queues import REFUSAL, Envelope, Handler


def identifier_assigned(session: Session, envelope: Envelope) -> None:
    """Numbers are given to works and to right owners; the subject says to which."""
    handler = works.identifier_assigned if envelope.subject.startswith("work/") else right_owners.identifier_assigned
    handler(session, envelope)


def canary_heard(session: Session, envelope: Envelope) -> None:
    """The gateway wants to know whether its messages arrive; the receipt says so."""


HANDLERS: Mapping[str, Handler] = {
    "kora.work.acknowledged.v1": works.acknowledged,
    "kora.identifier.assigned.v1": identifier_assigned,
    "kora.canary.sent.v1": canary_heard,
    REFUSAL: works.refused,
}

PAGES = (
    "local_node.home.views",
    "local_node.right_owners.views",
    "local_node.works.views",
    "local_node.classes.views",
    "local_node.identifiers.views",
    "local_node.lists.views",
    "local_node.agreements.views",
    "local_node.imports.views",
    "local_node.exchange.sending_views",
    "local_node.exchange.views",
    "local_node.admin.views",
    "local_node.audit.views",
)
"""Modules with a blueprint ``pages``."""
