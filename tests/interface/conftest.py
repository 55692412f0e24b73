"""A small application with one page of everything, a clock that is set by hand, and a browser for the pages."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, abort, render_template, request
from flask.testing import FlaskClient
from flask_wtf import FlaskForm
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server
from wtforms import BooleanField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired

import interface
from interface.accounts import create_user, find_user, set_password

HERE = Path(__file__).parent
PASSWORD = "a calm sentence about rivers"
EMAIL = "awa@tamala.example"
USERS = interface.Users(
    permissions=frozenset({"works.read", "works.edit"}),
    roles={"admin": frozenset({"works.read", "works.edit"}), "viewer": frozenset({"works.read"})},
)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    instant: datetime = field(default_factory=lambda: datetime(2026, 11, 20, 9, 41, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.instant

    def move(self, **by: float) -> None:
        self.instant += timedelta(**by)


class TitleForm(FlaskForm):
    title = StringField("Title", validators=[DataRequired()], description="As it stands on the cover.")
    language = SelectField("Language", choices=[SelectChoice("ar", "Arabic"), SelectChoice("fr", "French")])
    ours = BooleanField("Ours")


def demo_pages() -> Blueprint:
    pages = Blueprint("demo", __name__)

    @pages.route("/", methods=["GET", "POST"])
    @interface.permission("works.read")
    def everything() -> str:
        form = TitleForm()
        form.validate_on_submit()
        return render_template("everything.html", form=form, now=datetime(2026, 11, 20, 9, 41, tzinfo=UTC))

    @pages.post("/works")
    @interface.permission("works.edit")
    def change() -> str:
        return request.form["title"]

    @pages.get("/works/<int:number>")
    @interface.permission("works.edit")
    def work(number: int) -> str:
        if number > 1:
            abort(404)
        return "one"

    @pages.get("/broken")
    @interface.public
    def broken() -> str:
        raise RuntimeError("the inside of the machine")

    return pages


def frame() -> interface.Frame:
    return interface.Frame(
        navigation=[
            interface.Link("Home", "/"),
            interface.Link("Works", "/works", permission="works.edit", badge=3),
            interface.Link("Right owners", "/owners"),
            interface.Link("Exchange", "/exchange"),
        ],
        search=interface.Search("/find", "Search everything", "Title, person, number"),
        sync=interface.Sync(12, "/exchange", "last answer 09:41"),
        tasks=interface.Tasks(22, "/tasks", "tasks"),
        help_url="/help",
        footer=["Data on this machine, last backup 02:00"],
    )


@dataclass
class Site:
    """The application under test with its database and clock."""

    app: Flask
    sessions: sessionmaker[Session]
    clock: Clock
    settings: interface.Settings

    def person(self, email: str = EMAIL, role: str = "admin", password: str = PASSWORD) -> None:
        with self.sessions.begin() as session:
            create_user(session, email=email, full_name="Awa Traoré", roles=[role], now=self.clock(), time_cost=1)
            user = find_user(session, email)
            assert user is not None
            set_password(user, password, time_cost=1)

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def signed_in(self, email: str = EMAIL, password: str = PASSWORD) -> FlaskClient:
        client = self.client()
        answer = sign_in(client, email, password)
        assert answer.status_code == 302, answer.text
        return client


def token(page: str) -> str:
    """The CSRF token of a page's first form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def sign_in(client: FlaskClient, email: str, password: str, address: str = "192.0.2.7") -> Any:
    page = client.get("/sign-in", environ_base={"REMOTE_ADDR": address})
    return client.post(
        "/sign-in",
        data={"email": email, "password": password, "csrf_token": token(page.text)},
        environ_base={"REMOTE_ADDR": address},
    )


@pytest.fixture(name="sign_in")
def _sign_in() -> Callable[..., Any]:
    return sign_in


@pytest.fixture(name="token")
def _token() -> Callable[[str], str]:
    return token


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    engines = []

    def make(edition: str = "node", blueprints: Any = None, around: Any = frame, **settings: Any) -> Site:
        engine = create_engine(f"sqlite:///{tmp_path}/{edition}.db")
        engines.append(engine)
        interface.metadata.create_all(engine)
        sessions = sessionmaker(engine)
        clock = Clock()
        chosen = interface.Settings(data_dir=tmp_path, instance=edition, time_zone="Africa/Banjul", **settings)
        app = interface.create_app(
            "Tamala" if edition == "node" else "Kora gateway",
            subtitle="Society of Authors" if edition == "node" else "Operations",
            import_name=__name__,
            settings=chosen,
            session_factory=sessions,
            users=USERS,
            edition=edition,
            frame=around,
            blueprints=[demo_pages()] if blueprints is None else blueprints,
            now=clock,
            time_cost=1,
        )
        app.jinja_loader.searchpath.append(str(HERE / "templates"))
        return Site(app, sessions, clock, chosen)

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    made = make_site()
    made.person()
    return made


@pytest.fixture
def serve() -> Iterator[Callable[[Flask], str]]:
    """Serve an application on a real socket and give its address."""
    running = []

    def start(app: Flask) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()
