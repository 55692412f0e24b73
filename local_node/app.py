"""The web application of a node."""

from collections.abc import Callable
from importlib import import_module

from flask import Blueprint, Flask
from flask_security import user_authenticated

from interface.application import create_app as make_app
from interface.pages import sign_in_failed
from interface.passwords import TIME_COST
from interface.settings import Settings
from local_node import layout
from local_node.admin import queries
from local_node.audit.operations import note_failed_sign_in, note_sign_in
from local_node.node import Node
from local_node.permissions import USERS
from local_node.routes import PAGES


def create_app(
    node: Node, *, host: str = "127.0.0.1", time_cost: int = TIME_COST, wake: Callable[[], None] = lambda: None
) -> Flask:
    """The web application of a node. ``wake`` is called when something may have been posted."""
    with node.sessions() as session:
        office = queries.office(session)
        name, instance = office.name, f"node-{office.society}"
        time_zone, lang = office.time_zone or node.settings.time_zone, office.language or node.settings.lang
    app = make_app(
        name,
        import_name="local_node",
        settings=Settings(
            data_dir=node.settings.data,
            instance=instance,
            host=host,
            tls=node.settings.tls,
            proxies=node.settings.proxies,
            dev=node.settings.dev,
            time_zone=time_zone,
            default_language=lang,
        ),
        session_factory=node.sessions,
        users=USERS,
        frame=layout.frame,
        blueprints=_blueprints(),
        now=node.now,
        time_cost=time_cost,
    )
    user_authenticated.connect(note_sign_in, app)
    sign_in_failed.connect(note_failed_sign_in, app)
    app.extensions["kora_node"] = node
    app.extensions["kora_wake"] = wake
    return app


def _blueprints() -> list[Blueprint]:
    """The pages of every module that has some; templates are all under ``local_node/templates``."""
    return [import_module(name).pages for name in PAGES]
