"""What every view needs of the request: the node, the clock, who is asking."""

from datetime import datetime
from typing import cast

from flask import current_app
from flask_security import current_user

from local_node.disk import Room
from local_node.node import Node


def node() -> Node:
    """The node this application belongs to."""
    return cast(Node, current_app.extensions["kora_node"])


def now() -> datetime:
    """The instant of this request, from the application's clock."""
    return node().now()


def room() -> Room:
    """The disk of the data folder."""
    return node().imports().room_of(node().settings.data)


def nearly_full() -> bool:
    """Whether imports wait for room on the disk."""
    return room().is_nearly_full


def person() -> str:
    """The account of who is asking, as the history keeps it."""
    return str(current_user.email)


def wake() -> None:
    """Tell the worker that something was posted; call it after the commit."""
    current_app.extensions["kora_wake"]()
