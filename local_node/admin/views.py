"""Pages of the office.

/setup              where to begin, before there is an administrator
/settings           the office, its place at the gateway, its number series
/settings/people    who may sign in
"""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from interface.accounts import EmailTaken, UnknownAccount, create_user, give_new_password
from interface.database import database
from interface.pages import say
from interface.permissions import may, permission, public
from local_node.admin import operations, people, queries
from local_node.admin.forms import PersonForm, SeriesForm
from local_node.admin.models import GatewayKey, NumberSeries
from local_node.web import now
from queues import fingerprint_words

pages = Blueprint("admin", __name__)

Answer = str | Response | tuple[str, int]


@pages.get("/setup")
@public
def setup() -> Answer:
    """Where the first administrator begins; later the door."""
    if people.everybody(database()):
        return redirect(url_for("interface.sign_in"))
    return render_template("admin/setup.html")


@pages.get("/settings")
@permission("settings.read")
def settings() -> str:
    """The office as it is."""
    return _settings(_series_form())


@pages.post("/settings")
@permission("settings.edit")
def change() -> Answer:
    """Change what the numbers of a kind begin with."""
    form = _series_form()
    if not form.validate_on_submit():
        return _settings(form), 400
    try:
        operations.set_prefix(database(), form.kind.data, (form.prefix.data or "").strip().upper())
    except operations.SeriesIsFull:
        form.prefix.errors = [_("This is too long: six characters must stay for counting.")]
        return _settings(form), 400
    database().commit()
    say(_("Saved. Numbers that were given stay as they are."))
    return redirect(url_for("admin.settings"))


@pages.get("/settings/people")
@permission("users.manage")
def list_people() -> str:
    """Who may sign in."""
    return _people(_person_form())


@pages.post("/settings/people")
@permission("users.manage")
def add_person() -> Answer:
    """Let somebody sign in; the one-time password is shown once."""
    form = _person_form()
    if not form.validate_on_submit():
        return _people(form), 400
    cost = int(current_app.extensions["kora_time_cost"])
    try:
        password = create_user(
            database(),
            email=form.email.data,
            full_name=form.full_name.data,
            roles=[form.role.data],
            now=now(),
            time_cost=cost,
        )
    except EmailTaken:
        form.email.errors = [_("Somebody has an account under this address.")]
        return _people(form), 400
    database().commit()
    return _people(_person_form(empty=True), (form.email.data, password))


@pages.post("/settings/people/password")
@permission("users.manage")
def new_password() -> Answer:
    """A new one-time password for somebody who forgot theirs."""
    email = request.form.get("email", "")
    try:
        password = give_new_password(
            database(), email, now=now(), time_cost=int(current_app.extensions["kora_time_cost"])
        )
    except UnknownAccount:
        return _people(_person_form(empty=True)), 400
    database().commit()
    return _people(_person_form(empty=True), (email, password))


def _settings(form: Any) -> str:
    session = database()
    keys = session.scalars(select(GatewayKey).where(GatewayKey.active)).all()
    return render_template(
        "admin/settings.html",
        office=queries.office(session),
        form=form,
        editable=may("settings.edit"),
        keys=[(key.kid, " ".join(fingerprint_words(key.jwk))) for key in keys],
        series=[(kind_words(row.kind), row.prefix, row.next) for row in session.scalars(select(NumberSeries))],
    )


def _people(form: Any, made: tuple[str, str] | None = None) -> str:
    return render_template("admin/people.html", form=form, people=people.everybody(database()), made=made)


def _series_form() -> Any:
    form = SeriesForm()
    form.kind.choices = [SelectChoice(kind, kind_words(kind)) for kind in operations.LONGEST]
    return form


def _person_form(*, empty: bool = False) -> Any:
    form = PersonForm(formdata=None) if empty else PersonForm()
    form.role.choices = [SelectChoice(name, role_words(name)) for name in people.role_names(database())]
    return form


def kind_words(kind: str) -> str:
    """A kind of record."""
    kinds: dict[str, str] = {"party": _("right owners"), "work": _("works"), "agreement": _("agreements")}
    return kinds.get(kind, kind)


def role_words(name: str) -> str:
    """A role; roles a society made itself are shown by their own name."""
    roles: dict[str, str] = {
        "admin": _("administrator"),
        "documentation": _("documentation"),
        "viewer": _("viewer"),
        "auditor": _("auditor"),
    }
    return roles.get(name, name)
