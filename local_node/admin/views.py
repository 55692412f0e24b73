"""Pages of the office.

/setup                     where to begin: the administrator's link, the office, its data
/settings                  the office, its number series
/settings/partners         the gateway and the partners behind it, and whether the line is well
/settings/people           who may sign in, and what each role may do
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from interface.accounts import EmailTaken, UnknownAccount, create_user, give_new_password
from interface.database import database
from interface.full_disk import show_again
from interface.languages import time_zone
from interface.numbers import format_instant
from interface.pages import say
from interface.permissions import may, permission, public
from local_node.admin import numbers, operations, people, queries
from local_node.admin.forms import PersonForm, SeriesForm, office_data, office_form
from local_node.admin.line import Tried, try_line
from local_node.admin.models import GatewayKey, NumberSeries
from local_node.admin.societies import add_society
from local_node.history.operations import note_fields
from local_node.history.rules import FieldChange
from local_node.overtaken import presenting as overtaken
from local_node.overtaken.rules import meet, taken
from local_node.web import node, now, person, wake
from local_node.works import queries as works
from local_node.works.words import partner_name
from queues import fingerprint_words

pages = Blueprint("admin", __name__)

Answer = str | Response | tuple[str, int]


@pages.get("/setup")
@public
def setup() -> Answer:
    """Where the first administrator begins: the link, then the office, then its data; later the door."""
    if not people.everybody(database()):
        return render_template("admin/setup.html")
    if not may("settings.edit"):
        return redirect(url_for("interface.sign_in"))
    if queries.office(database()).set_up_at is not None:
        return redirect(url_for("admin.settings"))
    return _setup(_office_form())


@pages.post("/setup")
@permission("settings.edit")
def describe() -> Answer:
    """What the office is."""
    form = _office_form()
    if not _describe(form):
        return _setup(form), 400
    return redirect(url_for("admin.setup", step="data"))


@pages.post("/setup/begin")
@permission("settings.edit")
def begin() -> Response:
    """Begin with invented people and works, or with nothing."""
    if queries.office(database()).set_up_at is None:
        with_demo = request.form.get("do") == "demo"
        planted = operations.begin(database(), with_demo=with_demo, by=person(), now=now())
        database().commit()
        wake()
        if with_demo:
            say(_("%(works)s works and %(people)s right owners are here to try things with.",
                  works=planted["works"], people=planted["right_owners"]))  # fmt: skip
    return redirect("/")


@pages.post("/settings/office")
@permission("settings.edit")
def change_office() -> Answer:
    """Change what the office is."""
    form, was = _office_form(), overtaken.was_opened()
    show_again(lambda: _settings(_series_form(empty=True), form))
    present = office_data(operations.alone(database()), time_zone=time_zone())
    if was is not None and was != present:
        met = meet(was, present, form.data)
        about = office_form(met.data, typed=False)
        shown = overtaken.shown(database(), "office/1", met, about)
        return _settings(_series_form(empty=True), about, met=shown), 409
    if fields := request.form.getlist("theirs"):
        form = office_form(taken(form.data, present, fields), typed=False)
    if not _describe(form):
        return _settings(_series_form(empty=True), form), 400
    say(_("Saved %(time)s.", time=format_instant(now())))
    return redirect(url_for("admin.settings"))


@pages.get("/settings/partners")
@permission("settings.read")
def partners() -> str:
    """The gateway and who stands behind it."""
    return _partners()


@pages.post("/settings/partners/test")
@permission("settings.edit")
def test_line() -> str:
    """Try the line to the gateway."""
    return _partners(try_line(database(), now=now()))


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
    operations.alone(database())
    was, present = overtaken.was_opened(), _prefixes()
    if was is not None and form.kind.data in was and was != present:
        met = meet({"prefix": was[form.kind.data]}, {"prefix": present[form.kind.data]}, form.data)
        if met.differences:
            return _settings(form, met=overtaken.shown(database(), "", met, form)), 409
    try:
        numbers.set_prefix(database(), form.kind.data, (form.prefix.data or "").strip().upper())
    except numbers.SeriesIsFull:
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


@pages.post("/settings/people/roles")
@permission("users.manage")
def change_roles() -> Answer:
    """What somebody may do from now on; their sessions end."""
    email, roles = request.form.get("email", ""), request.form.getlist("role")
    operations.alone(database())
    was, present = overtaken.was_opened(), people.roles_of(database(), email)
    if was is not None and was != overtaken.texts({"roles": held_words(present)}):
        say(
            _("Somebody else gave other roles meanwhile: %(theirs)s. You wanted: %(mine)s. Nothing was changed.",
              theirs=held_words(present) or "–", mine=held_words(roles) or "–"),
            kind="warn",
        )  # fmt: skip
        return redirect(url_for("admin.list_people"))
    try:
        people.give(database(), email, roles)
    except (UnknownAccount, KeyError):
        abort(404)
    except people.NobodyWouldManage:
        database().rollback()
        say(_("Somebody must be left who can let people in. Nothing was changed."), kind="warn")
        return redirect(url_for("admin.list_people"))
    change = FieldChange("roles", ", ".join(sorted(present)) or None, ", ".join(sorted(roles)))
    note_fields(
        database(), f"account/{email}", version=1, action="updated", fields=[change], by=person(), now=now()
    )  # fmt: skip
    database().commit()
    say(_("The roles are changed. The person signs in anew."))
    return redirect(url_for("admin.list_people"))


def _office_form() -> Any:
    return office_form(office_data(queries.office(database()), time_zone=time_zone()))


def _describe(form: Any) -> bool:
    """Keep what the form says about the office, here and in the running application."""
    if not form.validate_on_submit():
        return False
    fields = {name: form[name].data.strip() for name in ("society", "name", "language", "currency", "time_zone")}
    try:
        office = operations.describe_office(database(), **fields, by=person(), now=now())
    except operations.NumberIsFixed:
        form.society.errors = [_("Partners know this office by its number; it stays as it is.")]
        return False
    add_society(node().settings, office.society, office.name)
    database().commit()
    running = current_app.extensions["kora_settings"]
    current_app.extensions["kora_settings"] = replace(
        running, time_zone=fields["time_zone"], default_language=fields["language"]
    )
    return True


def _setup(form: Any) -> str:
    step = "data" if request.args.get("step") == "data" and queries.office(database()).currency else "office"
    return render_template("admin/begin.html", form=form, step=step)


def _partners(tried: Tried | None = None) -> str:
    session = database()
    return render_template(
        "admin/partners.html",
        office=queries.office(session),
        keys=_keys(),
        tried=tried,
        editable=may("settings.edit"),
        partners=[(partner_name(name), said) for name, said in sorted(works.summary(session)["partners"].items())],
    )


def _keys() -> list[tuple[str, str]]:
    keys = database().scalars(select(GatewayKey).where(GatewayKey.active)).all()
    return [(key.kid, " ".join(fingerprint_words(key.jwk))) for key in keys]


def _prefixes() -> dict[str, str]:
    """What the numbers of each kind begin with."""
    given = {row.kind: row.prefix for row in database().scalars(select(NumberSeries))}
    return {kind: given.get(kind, "") for kind in numbers.LONGEST}


def _settings(form: Any, about: Any = None, met: overtaken.Shown | None = None) -> str:
    session = database()
    return render_template(
        "admin/settings.html",
        office=queries.office(session),
        form=form,
        about=about or _office_form(),
        met=met,
        was=overtaken.opened(office_data(queries.office(session), time_zone=time_zone())),
        was_begun=overtaken.opened(_prefixes()),
        editable=may("settings.edit"),
        series=[(kind_words(row.kind), row.prefix, row.next) for row in session.scalars(select(NumberSeries))],
    )


def _people(form: Any, made: tuple[str, str] | None = None) -> str:
    roles, matrix = people.role_matrix(database())
    return render_template(
        "admin/people.html",
        form=form,
        people=people.everybody(database()),
        made=made,
        roles=[(name, role_words(name)) for name in roles],
        matrix=[(permission_words(code), held) for code, held in matrix],
        role_words=role_words,
        was=lambda held: overtaken.opened({"roles": held_words(held)}),
    )


def _series_form(*, empty: bool = False) -> Any:
    form = SeriesForm(formdata=None) if empty else SeriesForm()
    form.kind.choices = [SelectChoice(kind, kind_words(kind)) for kind in numbers.LONGEST]
    return form


def _person_form(*, empty: bool = False) -> Any:
    form = PersonForm(formdata=None) if empty else PersonForm()
    form.role.choices = [SelectChoice(name, role_words(name)) for name in people.role_names(database())]
    return form


def held_words(roles: Sequence[str]) -> str:
    """The roles somebody has, as a list in words."""
    return ", ".join(role_words(one) for one in sorted(roles))


def kind_words(kind: str) -> str:
    """A kind of record."""
    kinds: dict[str, str] = {"party": _("right owners"), "work": _("works"), "agreement": _("agreements")}
    return kinds.get(kind, kind)


def permission_words(code: str) -> str:
    """What a permission lets somebody do."""
    words: dict[str, str] = {
        "home.read": _("see the first page"),
        "works.read": _("see works"),
        "works.edit": _("change works"),
        "right_owners.read": _("see right owners"),
        "right_owners.edit": _("change right owners"),
        "agreements.read": _("see agreements"),
        "imports.read": _("see imports"),
        "imports.run": _("import files"),
        "exchange.read": _("see messages"),
        "exchange.send": _("send messages now"),
        "exchange.decide": _("decide conflicts and parked messages"),
        "settings.read": _("see the settings"),
        "settings.edit": _("change the settings"),
        "users.manage": _("let people in"),
        "party.private.read": _("read birth dates"),
        "audit.read": _("read the audit trail"),
    }
    return words.get(code, code)


def role_words(name: str) -> str:
    """A role; roles a society made itself are shown by their own name."""
    roles: dict[str, str] = {
        "admin": _("administrator"),
        "documentation": _("documentation"),
        "viewer": _("viewer"),
        "auditor": _("auditor"),
    }
    return roles.get(name, name)
