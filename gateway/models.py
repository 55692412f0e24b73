"""Every table of the gateway, for whoever needs them all: migrations and tests."""

from collections.abc import Sequence
from importlib import import_module

from sqlalchemy import MetaData

import interface
import queues
from gateway.database import metadata

MODULES = (
    "gateway.audit",
    "gateway.members.models",
    "gateway.registry.models",
    "gateway.partners.models",
    "gateway.ops.models",
    "gateway.ipi.models",
    "gateway.vault",
)


def all_metadata() -> Sequence[MetaData]:
    """The gateway's own tables, those of the carriage and those of people who sign in."""
    for module in MODULES:
        import_module(module)
    return [metadata, queues.metadata, interface.metadata]
