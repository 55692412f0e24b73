"""A running gateway's parts, made of its settings."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from gateway import migrations
from gateway.database import EVERYBODY, open_database, session_maker
from gateway.partners.connectors import Partner, partners_of
from gateway.settings import GatewaySettings
from queues import SigningKey, gateway_urn


def utc_now() -> datetime:
    """The instant, for everything that is not told one."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Gateway:
    """The parts of a gateway: settings, database, signing key, partners, clock."""

    settings: GatewaySettings
    engine: Engine
    sessions: sessionmaker[Session]
    """Sessions over the rows of all nodes: for the operators and the carriage."""
    key: SigningKey
    partners: Mapping[str, Partner] = field(default_factory=dict)
    now: Callable[[], datetime] = utc_now

    @property
    def id(self) -> str:
        """The bare id; it stands in the name of the signing key."""
        return self.key.kid.rpartition(":")[0]

    @property
    def urn(self) -> str:
        return gateway_urn(self.id)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_gateway(
    settings: GatewaySettings,
    *,
    partners: Mapping[str, Partner] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Gateway:
    """The gateway of these settings: database at the newest version, signing key made at the first start."""
    settings.data.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database)
    migrations.upgrade(engine)
    known = partners_of(settings) if partners is None else partners
    return Gateway(settings, engine, session_maker(engine, EVERYBODY), _signing_key(settings), known, now)


def _signing_key(settings: GatewaySettings) -> SigningKey:
    if not settings.signing_key.exists():
        with suppress(FileExistsError):
            SigningKey.generate(settings.gateway_id).save(settings.signing_key)
    return SigningKey.load(settings.signing_key)
