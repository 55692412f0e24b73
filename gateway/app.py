"""The web application of the gateway."""

from collections.abc import Callable
from importlib import import_module

from flask import Blueprint, Flask

from gateway import layout
from gateway.gateway import Gateway
from gateway.permissions import USERS
from gateway.routes import PAGES
from gateway.words import action_word, duration
from interface.application import create_app as make_app
from interface.passwords import TIME_COST
from interface.settings import Settings


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
    app.jinja_env.globals.update(action_word=action_word, duration=duration)
    app.extensions["kora_gateway"] = gateway
    app.extensions["kora_wake"] = wake
    return app


def _blueprints() -> list[Blueprint]:
    named = [entry.split(":") for entry in PAGES]
    return [getattr(import_module(module), name) for module, name in named]
