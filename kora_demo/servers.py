"""The servers the demonstration is told to use: a broker, a database server, both, or none.

``KORA_BROKER_URL`` names a broker of AMQP and ``KORA_DATABASE_URL`` a database of PostgreSQL. With
``KORA_BROKER_ADMIN_URL`` each node gets an account of its own at the broker, as in production; without it all parts
share the one they were told. The gateway keeps its data in the database named, each node in one beside it. A database
that holds something already is never touched: another beside it is taken.
"""

import itertools
import json
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKER_LEASE_SECONDS = 30
"""How long the work of a worker that was killed stays with it; nobody at a demonstration waits a quarter of an hour."""
EMBEDDED = ("sqlitelease:", "sqlite:")


class DemoFailed(click.ClickException):
    """A part did not start, or a command of it failed; the message says which and where its log is."""


@dataclass(frozen=True)
class Servers:
    """What the caller's shell says about servers; None where the embedded stack does without."""

    broker: str | None = None
    broker_admin: str | None = None
    broker_public: str | None = None
    broker_accounts: str | None = None
    database: str | None = None

    @classmethod
    def told(cls, environment: Mapping[str, str]) -> "Servers":
        """Read the settings of the environment; those of the embedded stack name files, and the demo has its own."""
        names = {
            "broker": "BROKER_URL",
            "broker_admin": "BROKER_ADMIN_URL",
            "broker_public": "BROKER_PUBLIC_URL",
            "broker_accounts": "BROKER_ACCOUNTS",
            "database": "DATABASE_URL",
        }
        told = {name: environment.get(f"KORA_{setting}") for name, setting in names.items()}
        return cls(**{name: one for name, one in told.items() if one and not one.startswith(EMBEDDED)})

    @property
    def any(self) -> bool:
        return bool(self.broker or self.database)

    @property
    def words(self) -> str:
        """What carries and what keeps, for people."""
        carrier = "RabbitMQ" if self.broker else "one SQLite file"
        return f"Messages through {carrier}, data in {'PostgreSQL' if self.database else 'SQLite'}"

    def broker_of(self, part: str) -> dict[str, str]:
        """What one part is told about the broker."""
        if self.broker is None:
            return {}
        if part != "gateway":
            # With accounts a node learns its own at the enrolment, and nothing before.
            return {"KORA_UPLINK": "amqp"} | ({} if self.broker_admin else {"KORA_BROKER_URL": self.broker})
        accounts = self.broker_accounts or str(self.broker_admin is not None)
        lease = {"KORA_PARTNER_LEASE_S": str(WORKER_LEASE_SECONDS)}
        told = {"ADMIN_URL": self.broker_admin, "PUBLIC_URL": self.broker_public, "ACCOUNTS": accounts}
        return (
            lease | {"KORA_BROKER_URL": self.broker} | {f"KORA_BROKER_{name}": one for name, one in told.items() if one}
        )


def settle(servers: Servers, file: Path, parts: tuple[str, ...], *, new: bool) -> dict[str, str]:
    """The URLs of the parts' databases, none without a server. ``file`` remembers their names, and no password.

    ``new`` says that nothing was set up yet. Raises DemoFailed when the server refuses, or when what was set up has
    other servers than those named now.
    """
    kept: dict[str, Any]
    if file.exists():
        kept = json.loads(file.read_text(encoding="utf-8"))
    elif new:
        names = {} if servers.database is None else _free(servers.database, parts)
        kept = {"broker": servers.broker is not None, "databases": names}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(kept), encoding="utf-8")
    else:
        kept = {"broker": False, "databases": {}}
    if (kept["broker"], bool(kept["databases"])) != (servers.broker is not None, servers.database is not None):
        raise DemoFailed(f"{file.parent} was set up with other servers; name those, or another folder with --data")
    return _named(servers, kept["databases"])


def _named(servers: Servers, names: Mapping[str, str]) -> dict[str, str]:
    if servers.database is None:
        return {}
    from sqlalchemy import make_url

    url = make_url(servers.database)
    return {part: url.set(database=name).render_as_string(hide_password=False) for part, name in names.items()}


def _free(url: str, parts: tuple[str, ...]) -> dict[str, str]:
    """Names of databases in which there is nothing yet: the one of the URL for the gateway, and one for each node."""
    from sqlalchemy import make_url

    from queues.databases import beside

    with _refusals_told():
        for number in itertools.count(1):
            first = url if number == 1 else beside(url, str(number))
            if not _is_free(first):
                continue
            urls = {part: first if part == "gateway" else beside(first, part.replace("-", "_")) for part in parts}
            if all(map(_is_free, urls.values())):
                return {part: str(make_url(one).database) for part, one in urls.items()}
    raise AssertionError("numbers do not end")


def _is_free(url: str) -> bool:
    """Whether nothing is in a database, and our account may make tables there."""
    from sqlalchemy import create_engine, inspect, text

    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            mighty = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            if connection.scalar(text(mighty)):
                raise DemoFailed("the account of KORA_DATABASE_URL must be no superuser: nodes would not be kept apart")
            may = connection.scalar(text("SELECT has_schema_privilege('public', 'CREATE')"))
            return bool(may) and not inspect(connection).get_table_names()
    finally:
        engine.dispose()


@contextmanager
def _refusals_told() -> "Iterator[None]":
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise DemoFailed(f"the database server of KORA_DATABASE_URL cannot be used: {said}") from error
