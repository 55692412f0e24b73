"""Make a web application of Kora: headers, sessions, sign-in, languages, pages and the guard at every route."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, g, render_template
from flask_babel import Babel, Domain
from flask_security import Security, SQLAlchemySessionUserDatastore
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from interface import (
    compression,
    database,
    full_disk,
    headers,
    languages,
    pages,
    permissions,
    sessions,
    templating,
    words,
)
from interface.accounts import seed_roles
from interface.assets import Assets
from interface.frame import Frame
from interface.passwords import LANES, MEMORY_KIB, TIME_COST, hash_password
from interface.settings import Settings, check_start, secret_key
from interface.tables import Role, User, WebAuthn

HERE = Path(__file__).parent


def create_app(
    name: str,
    *,
    import_name: str,
    settings: Settings,
    session_factory: sessionmaker[Session],
    users: permissions.Users,
    edition: str = "node",
    subtitle: str = "",
    frame: Callable[[], Frame] | None = None,
    blueprints: Sequence[Blueprint] = (),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    time_cost: int = TIME_COST,
) -> Flask:
    """A Flask application with everything that is shared.

    ``name`` is shown in the bar; ``frame`` gives navigation, sync light, tasks for each page; ``blueprints`` are the
    application's own pages. The tables of :data:`interface.tables.metadata` must exist. Raises
    :class:`~interface.settings.UnsafeStart` or :class:`~interface.permissions.UndeclaredPermission`.
    """
    check_start(settings)
    app = Flask(import_name, static_folder=None, template_folder="templates")
    app.debug = settings.debug
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # how Flask wants its middleware
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    _configure(app, settings, time_cost)
    app.extensions |= {
        "kora_settings": settings,
        "kora_users": users,
        "kora_now": now,
        "kora_time_cost": time_cost,
        "kora_no_password": hash_password("nobody has this password", time_cost),
        "kora_assets": Assets(HERE / "static", Path(app.root_path) / "static"),
    }
    app.session_interface = sessions.RowSessions(session_factory, settings, now)
    scoped = database.install(app, session_factory)
    headers.install(app, tls=settings.tls)
    CSRFProtect(app)
    Security(app, SQLAlchemySessionUserDatastore(scoped, User, Role, WebAuthn), register_blueprint=False)
    permissions.guard(app)
    compression.install(app)
    _install_languages(app, settings)
    whole = Frame(name, subtitle, edition=edition, version=settings.version, time_zone=settings.time_zone)
    templating.install(app, settings, frame or Frame, whole)
    _install_error_pages(app)
    full_disk.install(app)
    for blueprint in (pages.pages, *blueprints):
        app.register_blueprint(blueprint)
    permissions.check_routes(app, users.permissions)
    _seed(session_factory, users)
    return app


def _configure(app: Flask, settings: Settings, time_cost: int) -> None:
    app.config.update(
        SECRET_KEY=secret_key(settings.data_dir),
        MAX_CONTENT_LENGTH=settings.largest_request,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.absolute_hours),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.tls,
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={
            "argon2__time_cost": time_cost,
            "argon2__memory_cost": MEMORY_KIB,
            "argon2__parallelism": LANES,
        },
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )


def _seed(session_factory: sessionmaker[Session], users: permissions.Users) -> None:
    with session_factory.begin() as session:
        seed_roles(session, users.roles)


class _Catalogue(Domain):  # type: ignore[misc]
    """The one catalogue of the product as flask-babel wants it."""

    def get_translations(self) -> Any:
        return words.translator(languages.language())


def _install_languages(app: Flask, settings: Settings) -> None:
    babel = Babel(
        app,
        default_locale=settings.default_language,
        default_domain=words.DOMAIN,
        locale_selector=languages.language,
        timezone_selector=languages.time_zone,
    )
    babel.domain_instance = _Catalogue(domain=words.DOMAIN)


def _install_error_pages(app: Flask) -> None:
    # Forbidden and not found look alike, so that nobody learns what exists (S-13).
    def answer(error: HTTPException) -> tuple[str, int] | HTTPException:
        if error.code is None or error.code < 400:
            return error
        hidden = error.code == 403 and not isinstance(error, headers.ForeignOrigin)
        code = 404 if hidden else error.code
        return render_template("interface/error.html", code=code), code

    def broken(error: Exception) -> tuple[str, int]:
        g.kora_bare = True  # what the application tells about itself may be the very thing that is broken
        # Sessions of browsers are written after the page is made, where no other handler is asked.
        code = full_disk.STATUS if full_disk.is_full(getattr(error, "original_exception", None)) else 500
        try:
            return render_template("interface/error.html", code=code), code
        except Exception:
            app.logger.exception("the error page could not be made")
            return "<!doctype html><title>500</title><h1>500</h1>", 500

    app.register_error_handler(HTTPException, answer)
    app.register_error_handler(500, broken)
