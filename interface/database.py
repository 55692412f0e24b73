"""The database session of a request: one, opened at first use, closed when the request ends."""

from typing import cast

from flask import Flask, current_app
from flask.globals import app_ctx
from sqlalchemy.orm import Session, scoped_session, sessionmaker

_KEY = "kora_database"


def install(app: Flask, session_factory: sessionmaker[Session]) -> scoped_session[Session]:
    """Give the application its session per request; what was not committed is rolled back at the end."""
    scoped = scoped_session(session_factory, scopefunc=lambda: id(app_ctx._get_current_object()))  # type: ignore[attr-defined]
    app.extensions[_KEY] = scoped

    @app.teardown_appcontext
    def close(_: BaseException | None) -> None:
        scoped.remove()

    return scoped


def database() -> Session:
    """The session of this request. Commit it in the operation that changes something."""
    return cast("scoped_session[Session]", current_app.extensions[_KEY])()
