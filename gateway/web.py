"""What every view needs of the request: the gateway, the clock, who is asking."""

from datetime import datetime, time
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app
from flask_security import current_user

from gateway.gateway import Gateway
from interface.languages import time_zone


def gateway() -> Gateway:
    """The gateway this application belongs to."""
    return cast(Gateway, current_app.extensions["kora_gateway"])


def now() -> datetime:
    """The instant of this request, from the application's clock."""
    return gateway().now()


def instant(text: str, of_day: time) -> datetime | None:
    """A time as people write it: a day alone means its begin or its end, without zone it is the console's own.

    Raises ValueError.
    """
    if not text:
        return None
    told = datetime.fromisoformat(text)
    if len(text) <= len("2026-11-24"):
        told = datetime.combine(told.date(), of_day)
    return told if told.tzinfo else told.replace(tzinfo=ZoneInfo(time_zone()))


def person() -> str:
    """The account of who is asking, as the audit keeps it."""
    return str(current_user.email)


def wake() -> None:
    """Tell the background that something is to do; call it after the commit."""
    current_app.extensions["kora_wake"]()
