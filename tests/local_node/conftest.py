"""An office on SQLite with a clock that is set by hand, enrolled at a gateway that is only a name, and its people."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from interface.accounts import create_user, find_user, set_password
from local_node import migrations
from local_node.admin.operations import found_office, pin
from local_node.app import create_app
from local_node.node import Node, open_node
from local_node.settings import NodeSettings
from mappings.model import Party, Work
from queues.tables import outbox

PASSWORD = "a calm sentence about rivers"
START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    instant: datetime = field(default=START)

    def __call__(self) -> datetime:
        return self.instant

    def move(self, **by: float) -> None:
        self.instant += timedelta(**by)


@dataclass
class Office:
    """A node that is set up and enrolled."""

    node: Node
    clock: Clock

    def do(self, operation: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """One operation in a transaction of its own, by Awa, now."""
        with self.node.sessions.begin() as session:
            return operation(session, *args, by="awa@tamala.example", now=self.clock(), **named)

    def ask(self, query: Callable[..., Any], *args: Any, **named: Any) -> Any:
        with self.node.sessions() as session:
            return query(session, *args, **named)

    def posted(self, subject: str | None = None) -> list[Any]:
        """Messages in the outbox, oldest first."""
        statement = select(outbox).order_by(outbox.c.id)
        if subject is not None:
            statement = statement.where(outbox.c.aggregate == subject)
        with self.node.sessions() as session:
            return list(session.execute(statement))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copied: Callable[..., str | None]) -> NodeSettings:
    for name in ("KORA_DATA", "KORA_DATABASE_URL", "KORA_BROKER_URL", "KORA_GATEWAY_URL", "KORA_LANG"):
        monkeypatch.delenv(name, raising=False)
    return NodeSettings(data=tmp_path / "node", database_url=copied("node", migrations.upgrade))


@pytest.fixture
def unenrolled(settings: NodeSettings, clock: Clock) -> Iterator[Office]:
    node = open_node(settings, now=clock)
    with node.sessions.begin() as session:
        found_office(session, society="997", name="TAMALA SOCIETY OF AUTHORS")
    yield Office(node, clock)
    node.close()


@pytest.fixture
def office(unenrolled: Office) -> Office:
    with unenrolled.node.sessions.begin() as session:
        pin(session, node_id="n001", gateway_id="g1", gateway_url="http://127.0.0.1:1", keys=[], now=unenrolled.clock())
    return unenrolled


@dataclass
class Browser:
    """Somebody who is signed in, and the page in front of them."""

    client: FlaskClient
    page: str = ""
    status: int = 0

    def open(self, address: str) -> str:
        answer = self.client.get(address, follow_redirects=True)
        self.page, self.status = answer.text, answer.status_code
        return self.page

    def fields(self, form: str = "w") -> dict[str, str]:
        """What the form of the page would send: inputs, ticked boxes, chosen options."""
        inside = re.search(rf'<form id="{form}".*?</form>', self.page, re.S)
        assert inside is not None, self.page
        return _fields(inside[0])

    def fields_of_page(self) -> dict[str, str]:
        """What every form of the page would send together."""
        return _fields(self.page)

    def send(self, address: str, do: str = "save", form: str = "w", **typed: str | None) -> str:
        """Fill the form of the page, press a button, and follow where it leads."""
        data = self.fields(form) | {name.replace("__", "-"): value for name, value in typed.items()}
        return self.post(address, **{name: value for name, value in data.items() if value is not None}, do=do)

    def post(self, address: str, **data: str) -> str:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        answer = self.client.post(
            address, data={"csrf_token": token[1] if token else "", **data}, follow_redirects=True
        )
        self.page, self.status = answer.text, answer.status_code
        self.address = answer.request.path
        return self.page


def _fields(form: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is None or ('type="checkbox"' in tag and " checked" not in tag):
            continue
        found[name[1]] = unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', options) or re.search(r'value="([^"]*)"', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    return found


@pytest.fixture
def app(office: Office) -> Flask:
    return create_app(office.node, time_cost=1)


@pytest.fixture
def sign_in(app: Flask, office: Office) -> Callable[..., Browser]:
    def as_role(role: str = "documentation") -> Browser:
        email = f"{role}@tamala.example"
        with office.node.sessions.begin() as session:
            name = f"Awa {role.title()}"
            create_user(session, email=email, full_name=name, roles=[role], now=office.clock(), time_cost=1)
            user = find_user(session, email)
            assert user is not None
            set_password(user, PASSWORD, time_cost=1)
        browser = Browser(app.test_client())
        browser.open("/sign-in")
        browser.post("/sign-in", email=email, password=PASSWORD)
        assert browser.status == 200
        return browser

    return as_role


@pytest.fixture
def awa(sign_in: Callable[..., Browser]) -> Browser:
    """Awa, who keeps the documentation."""
    return sign_in()


def stored(session: Session, value: Work | Party) -> Any:
    """The row behind a value."""
    from local_node.right_owners.models import RightOwner
    from local_node.works.models import WorkRow

    return session.get_one(WorkRow if isinstance(value, Work) else RightOwner, value.id)
