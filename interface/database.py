"""The database session of a request: one, opened at first use, closed when the request ends."""

from typing import cast

from flask import Flask, Response, current_app, has_request_context, request
from flask.globals import app_ctx
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from interface.headers import SAFE_METHODS

_KEY = "kora_database"


def install(app: Flask, session_factory: sessionmaker[Session]) -> scoped_session[Session]:
    """Give the application its session per request; what was not committed is rolled back at the end.

    Requests that only read say so with the execution option ``read_only``, so that on SQLite they do not wait for the
    one writer.
    """

    def open_one() -> Session:
        session = session_factory()
        if has_request_context() and request.method in SAFE_METHODS:
            session.connection(execution_options={"read_only": True})
        return session

    scoped: scoped_session[Session] = scoped_session(
        open_one,  # type: ignore[arg-type]  # any maker of sessions will do
        scopefunc=lambda: id(app_ctx._get_current_object()),  # type: ignore[attr-defined]
    )
    app.extensions[_KEY] = scoped

    # The page is made; let go of the database before the session of the browser is written in a transaction of its own.
    @app.after_request
    def let_go(response: Response) -> Response:
        if scoped.registry.has():
            scoped.close()
        return response

    @app.teardown_appcontext
    def close(_: BaseException | None) -> None:
        scoped.remove()

    return scoped


def database() -> Session:
    """The session of this request. Commit it in the operation that changes something."""
    return cast("scoped_session[Session]", current_app.extensions[_KEY])()
