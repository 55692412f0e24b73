"""Make a web application of Kora: headers, sessions, sign-in, languages, pages and the guard at every route."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, render_template, request
from flask_babel import Babel, Domain, get_locale
from flask_security import Security, SQLAlchemySessionUserDatastore, current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.exceptions import HTTPException

from interface import compression, database, headers, languages, numbers, pages, permissions, sessions, words
from interface.accounts import seed_roles
from interface.assets import Assets
from interface.frame import Frame, with_current
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
    _install_templates(
        app,
        frame or Frame,
        Frame(name, subtitle, edition=edition, version=settings.version, time_zone=settings.time_zone),
    )
    _install_error_pages(app)
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
        return words.translator(str(get_locale()))


def _install_languages(app: Flask, settings: Settings) -> None:
    babel = Babel(
        app,
        default_locale=settings.default_language,
        default_domain=words.DOMAIN,
        locale_selector=languages.language,
        timezone_selector=languages.time_zone,
    )
    babel.domain_instance = _Catalogue(domain=words.DOMAIN)


def _install_templates(app: Flask, frame: Callable[[], Frame], defaults: Frame) -> None:
    assets: Assets = app.extensions["kora_assets"]

    def interface_frame() -> Frame:
        own = frame() if current_user.is_authenticated else Frame()
        shown = [link for link in own.navigation if link.permission is None or permissions.may(link.permission)]
        return replace(
            own,
            name=own.name or defaults.name,
            subtitle=own.subtitle or defaults.subtitle,
            navigation=with_current(shown, request.path),
            edition=defaults.edition,
            version=defaults.version,
            time_zone=defaults.time_zone,
        )

    app.jinja_env.trim_blocks = False
    app.jinja_env.globals.update(
        static_url=assets.url,
        interface_frame=interface_frame,
        language=languages.language,
        languages=languages.languages,
        language_name=languages.language_name,
        text_direction=languages.text_direction,
        signed_in=lambda: bool(current_user.is_authenticated),
        person_name=lambda: current_user.full_name or current_user.email,
        person=lambda: current_user,
        must_change=lambda: bool(current_user.is_authenticated and current_user.must_change_password),
        may=permissions.may,
        here=lambda: request.full_path.rstrip("?") if request.method == "GET" else request.path,
        field_errors=field_errors,
        browser_words=sessions.browser_words,
        format_number=numbers.format_number,
        format_share=numbers.format_share,
        format_money=numbers.format_money,
        format_instant=numbers.format_instant,
        format_day=numbers.format_day,
    )


def field_errors(form: Any) -> list[tuple[str, str]]:
    """Every error of a form as (address of its field, sentence), in the order of the fields."""
    return [(f"#{field.id}", f"{field.label.text}: {error}") for field in form for error in field.errors if error]


def _install_error_pages(app: Flask) -> None:
    # Forbidden and not found look alike, so that nobody learns what exists (S-13).
    def answer(error: HTTPException) -> tuple[str, int] | HTTPException:
        if error.code is None or error.code < 400:
            return error
        hidden = error.code == 403 and not isinstance(error, headers.ForeignOrigin)
        code = 404 if hidden else error.code
        return render_template("interface/error.html", code=code), code

    def broken(_: Exception) -> tuple[str, int]:
        return render_template("interface/error.html", code=500), 500

    app.register_error_handler(HTTPException, answer)
    app.register_error_handler(500, broken)
