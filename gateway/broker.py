"""Accounts of the broker (S-05): one per node, which writes its own key, reads its own queue and can do nothing else.

The database says who is let in and the broker follows: ``follow`` brings queues and account of a node to what its
membership says, as often as one likes. Passwords are made for an enrolment, handed over in its answer, and kept by
nobody here. What is not administered (no ``KORA_BROKER_ADMIN_URL``) is left to the broker's operators.
"""

import json
import secrets
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from gateway.gateway import Gateway
from gateway.members import queries as members
from gateway.settings import GatewaySettings
from queues import declare, is_embedded, topology

TIMEOUT_SECONDS = 10
PASSWORD_BYTES = 32
LIMITS = {"max-connections": 4, "max-channels": 16}
CLOSED = 0
GUEST = "guest"
NOTHING = "^$"


class NotAdministered(ConnectionError):
    """The broker's management interface cannot be reached or refuses; the text never holds a password."""


class DefaultAccount(ValueError):
    """A setting uses the account every new broker has; the argument names the setting."""


class Management:
    """RabbitMQ's management interface, for one virtual host."""

    def __init__(self, admin_url: str, host: str) -> None:
        split = urlsplit(admin_url)
        self._root = urlunsplit((split.scheme, split.netloc.rpartition("@")[2], split.path.rstrip("/"), "", ""))
        account = f"{unquote(split.username or '')}:{unquote(split.password or '')}"
        self._authorization = f"Basic {b64encode(account.encode()).decode()}"
        self._host = quote(host, safe="")

    def add_host(self) -> None:
        self._call("PUT", f"vhosts/{self._host}", {})

    def set_user(self, user: str, password: str) -> None:
        """Make an account without any right, or give it another password."""
        self._call("PUT", f"users/{_q(user)}", {"password": password, "tags": ""})

    def has_user(self, user: str) -> bool:
        return self._call("GET", f"users/{_q(user)}", None, missing_is_fine=True)

    def remove_user(self, user: str) -> None:
        self._call("DELETE", f"users/{_q(user)}", None, missing_is_fine=True)

    def permit(self, user: str, *, configure: str, write: str, read: str) -> None:
        told = {"configure": configure, "write": write, "read": read}
        self._call("PUT", f"permissions/{self._host}/{_q(user)}", told)

    def permit_topic(self, user: str, exchange: str, *, write: str) -> None:
        told = {"exchange": exchange, "write": write, "read": NOTHING}
        self._call("PUT", f"topic-permissions/{self._host}/{_q(user)}", told)

    def limit(self, user: str, name: str, value: int) -> None:
        self._call("PUT", f"user-limits/{_q(user)}/{name}", {"value": value})

    def hang_up(self, user: str) -> None:
        """Close every connection of an account."""
        self._call("DELETE", f"connections/username/{_q(user)}", None, missing_is_fine=True)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None, *, missing_is_fine: bool = False) -> bool:
        """False when there is nothing of this name."""
        request = urllib.request.Request(  # noqa: S310  the address is the operator's setting
            f"{self._root}/api/{path}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json", "Authorization": self._authorization},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
                return True
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404 and missing_is_fine:
                    return False
                raise NotAdministered(f"{method} {path}: answer {error.code}") from None
        except OSError as error:
            raise NotAdministered(f"{self._root}: {error}") from error


def prepare(gateway: Gateway) -> None:
    """What ``kora gateway init`` does: virtual host, our own account, all objects, every node; and no guest any more.

    Raises NotAdministered, DefaultAccount, ConnectionError.
    """
    settings = gateway.settings
    if is_embedded(settings.broker):
        return
    management = management_of(settings)
    if management is not None:
        _refuse_guest(settings)
        management.add_host()
        own = urlsplit(settings.broker)
        user = unquote(own.username or "")
        if user != urlsplit(str(settings.broker_admin_url)).username:
            management.set_user(user, unquote(own.password or ""))
        management.permit(user, configure=".*", write=".*", read=".*")
    with gateway.sessions() as session:
        nodes = [one.node_id for one in members.everybody(session)]
    declare(settings.broker, nodes)
    for node_id in nodes:
        follow(gateway, node_id)
    if management is not None:
        management.remove_user(GUEST)


def follow(gateway: Gateway, node_id: str) -> None:
    """Queues and account of a node as its membership is now. Raises NotAdministered, ConnectionError."""
    if is_embedded(gateway.settings.broker):
        return
    declare(gateway.settings.broker, [node_id])
    management = management_of(gateway.settings)
    with gateway.sessions() as session:
        member = members.get(session, node_id)
    if management is None or member is None or not management.has_user(node_id):
        return
    if member.state == "active":
        _open(management, node_id)
    else:
        _close(management, node_id)


def new_account(settings: GatewaySettings, node_id: str) -> dict[str, str] | None:
    """A closed account with a new password, as a node that enrols is told; None where there is none to be made.

    Raises NotAdministered.
    """
    management = None if is_embedded(settings.broker) else management_of(settings)
    if management is None:
        return None
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    management.set_user(node_id, password)
    _close(management, node_id)
    return {"url": _public(settings), "user": node_id, "password": password}


def management_of(settings: GatewaySettings) -> Management | None:
    """The management interface; None where this gateway does not administer the broker."""
    return Management(settings.broker_admin_url, _host(settings.broker)) if settings.broker_admin_url else None


class AccountTurn:
    """Lets the broker follow the members: whoever is let in or kept out at the console is so at the broker, too."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._followed: dict[str, str] = {}

    def run_once(self, now: datetime) -> int:
        """How many nodes changed. What fails is tried again at the next turn."""
        with self._gateway.sessions() as session:
            session.connection(execution_options={"read_only": True})
            states = {one.node_id: one.state for one in members.everybody(session)}
        changed = [node_id for node_id, state in states.items() if self._followed.get(node_id) != state]
        for node_id in changed:
            follow(self._gateway, node_id)
            self._followed[node_id] = states[node_id]
        return len(changed)


def _open(management: Management, node_id: str) -> None:
    management.permit(node_id, configure=NOTHING, write=r"^kora\.in$", read=rf"^out\.{node_id}$")
    management.permit_topic(node_id, topology.IN.name, write=rf"^{node_id}\.in$")
    for name, value in LIMITS.items():
        management.limit(node_id, name, value)


def _close(management: Management, node_id: str) -> None:
    """The account stays, with its password, for the day the node is let in."""
    management.limit(node_id, "max-connections", CLOSED)
    management.permit(node_id, configure=NOTHING, write=NOTHING, read=NOTHING)
    management.hang_up(node_id)


def _refuse_guest(settings: GatewaySettings) -> None:
    for name in ("broker_url", "broker_admin_url"):
        if urlsplit(str(getattr(settings, name))).username in (None, "", GUEST):
            raise DefaultAccount(f"KORA_{name.upper()}")


def _public(settings: GatewaySettings) -> str:
    """The broker's address for nodes, without any account."""
    split = urlsplit(settings.broker_public_url or settings.broker)
    return urlunsplit((split.scheme, split.netloc.rpartition("@")[2], split.path, split.query, ""))


def _host(broker_url: str) -> str:
    """The virtual host: what comes after the first slash of the path, as kombu reads it."""
    return unquote(urlsplit(broker_url).path[1:]) or "/"


def _q(name: str) -> str:
    return quote(name, safe="")
