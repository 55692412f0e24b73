"""Trying the line to the gateway: is the office enrolled, does the gateway answer, do the clocks agree, what came back.

Every answer is kept apart from *not asked* and *asked, no answer*, and nothing is changed by asking.
"""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from local_node.admin import queries
from local_node.admin.models import GatewayKey
from queues import boxes

TIMEOUT_SECONDS = 5.0
LARGEST_ANSWER = 64 * 1024
CLOCKS_AGREE = timedelta(seconds=60)
"""More than the second that a Date header leaves open, less than what refuses a message."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway's ``/health`` said: ``at`` by its clock, or ``problem`` when nobody answered."""

    at: datetime | None = None
    ok: bool = False
    said: dict[str, Any] | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """How the line is. ``answer`` is None for an office without a gateway, which nobody could ask."""

    node_id: str | None
    keys: int
    answer: Answer | None
    clock: timedelta | None
    last_receipt: datetime | None
    waiting: int
    parked: int

    @property
    def clocks_agree(self) -> bool | None:
        """None when the gateway did not say what time it is."""
        return None if self.clock is None else abs(self.clock) <= CLOCKS_AGREE


def try_line(session: Session, *, now: datetime) -> Tried:
    """Ask the gateway how it is, and look at what came over the line so far."""
    office = queries.office(session)
    status = boxes.status(session, now=now)
    keys = session.scalar(select(func.count()).select_from(GatewayKey).where(GatewayKey.active)) or 0
    answer = health(office.gateway_url) if office.gateway_url else None
    clock = answer.at - now.replace(microsecond=0) if answer is not None and answer.at is not None else None
    waiting = status.new + status.sealed + status.sent
    return Tried(office.node_id, keys, answer, clock, status.last_receipt, waiting, status.parked)


def health(url: str) -> Answer:
    """What ``/health`` of a gateway says."""
    if urlsplit(url).scheme not in ("http", "https"):
        return Answer(problem="no web address")
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            return _read(response.headers.get("Date"), response.read(LARGEST_ANSWER))
    except urllib.error.HTTPError as error:
        with error:
            return _read(error.headers.get("Date"), error.read(LARGEST_ANSWER))
    except OSError as error:
        return Answer(problem=str(getattr(error, "reason", error)))


def _read(date: str | None, body: bytes) -> Answer:
    at = parsedate_to_datetime(date) if date else None
    try:
        said = json.loads(body)
    except ValueError:
        return Answer(at, problem="no answer of a gateway")
    if not isinstance(said, dict) or "ok" not in said:
        return Answer(at, problem="no answer of a gateway")
    return Answer(at, bool(said["ok"]), said)
