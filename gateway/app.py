"""The composition root: settings in, a running gateway's parts out."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module

from flask import Blueprint, Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from gateway import layout, migrations
from gateway.database import EVERYBODY, open_database, session_maker
from gateway.partners.connectors import Partner, partners_of
from gateway.permissions import USERS
from gateway.routes import PAGES
from gateway.settings import GatewaySettings
from interface.application import create_app as make_app
from interface.passwords import TIME_COST
from interface.settings import Settings
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


def create_app(
    gateway: Gateway, *, host: str = "127.0.0.1", time_cost: int = TIME_COST, wake: Callable[[], None] = lambda: None
) -> Flask:
    """The web application of the gateway. ``wake`` is called when there may be something to carry."""
    blueprints = _blueprints()
    app = make_app(
        "Kora gateway",
        subtitle=gateway.id,
        import_name="gateway",
        edition="gateway",
        settings=Settings(
            data_dir=gateway.settings.data,
            instance=f"gateway-{gateway.id}",
            host=host,
            tls=gateway.settings.tls,
            proxies=gateway.settings.proxies,
            dev=gateway.settings.dev,
            time_zone=gateway.settings.time_zone,
            default_language=gateway.settings.lang,
        ),
        session_factory=gateway.sessions,
        users=USERS,
        frame=layout.frame,
        blueprints=blueprints,
        now=gateway.now,
        time_cost=time_cost,
    )
    # Nodes that enrol have no session a foreign page could ride on; the code and the proof are what counts.
    app.extensions["csrf"].exempt(next(one for one in blueprints if one.name == "members_api"))
    app.extensions["kora_gateway"] = gateway
    app.extensions["kora_wake"] = wake
    return app


def _signing_key(settings: GatewaySettings) -> SigningKey:
    if not settings.signing_key.exists():
        with suppress(FileExistsError):
            SigningKey.generate(settings.gateway_id).save(settings.signing_key)
    return SigningKey.load(settings.signing_key)


def _blueprints() -> list[Blueprint]:
    named = [entry.split(":") for entry in PAGES]
    return [getattr(import_module(module), name) for module, name in named]
