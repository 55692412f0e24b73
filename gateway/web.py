"""What every view needs of the request: the gateway, the clock, who is asking."""

from datetime import datetime
from typing import cast

from flask import current_app
from flask_security import current_user

from gateway.gateway import Gateway


def gateway() -> Gateway:
    """The gateway this application belongs to."""
    return cast(Gateway, current_app.extensions["kora_gateway"])


def now() -> datetime:
    """The instant of this request, from the application's clock."""
    return gateway().now()


def person() -> str:
    """The account of who is asking, as the audit keeps it."""
    return str(current_user.email)


def wake() -> None:
    """Tell the background that something is to do; call it after the commit."""
    current_app.extensions["kora_wake"]()
