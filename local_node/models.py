"""Every table of the node, for whoever needs them all: migrations and tests."""

from collections.abc import Sequence
from importlib import import_module

from sqlalchemy import MetaData

import interface
import queues
from local_node.database import metadata

MODULES = (
    "admin",
    "alike",
    "classes",
    "exchange",
    "history",
    "home",
    "imports",
    "lists",
    "agreements",
    "right_owners",
    "search",
    "works",
)


def all_metadata() -> Sequence[MetaData]:
    """The node's own tables, those of the carriage and those of people who sign in."""
    for module in MODULES:
        import_module(f"local_node.{module}.models")
    return [metadata, queues.metadata, interface.metadata]
