"""Pages of works.

/works                      the list
/works/new?class=MW         a new work; without a class, the choice of one
/works/<id>                 titles, shares, numbers, partners
/works/<id>/history         everything that changed
/works/<id>/undo            take the last change back
/works/<id>/withdraw        take the work back
/right-owners/<id>/works    the works of one right owner
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from interface.database import database
from interface.languages import language
from interface.numbers import format_instant
from interface.pages import say
from interface.permissions import may, permission
from local_node.history import queries as history
from local_node.right_owners import queries as right_owners
from local_node.web import now, person, wake
from local_node.works import forms, operations, presenting, queries, submitted
from local_node.works.models import WorkRow
from local_node.works.rules import Finding, WorkRefused, tidied, with_latin_title
from local_node.works.words import finding_words
from mappings import tables
from mappings.codes.rows import CreationClass
from mappings.model import Title, Work

pages = Blueprint("works", __name__)

PER_PAGE = 50
Answer = str | Response | tuple[str, int]


@pages.get("/works")
@permission("works.read")
def index() -> str:
    """The list, with search and two filters."""
    asked = {name: request.args.get(name, "").strip() for name in ("q", "class", "state", "before")}
    found = queries.search(
        database(),
        asked["q"],
        creation_class=asked["class"] or None,
        state=asked["state"] or None,
        before=asked["before"] or None,
        limit=PER_PAGE,
    )
    rows = [presenting.list_row(row) for row in found.rows]
    older = presenting.list_address(asked, found.next_before) if found.next_before else None
    return render_template(
        "works/index.html",
        rows=rows,
        total=found.total,
        asked=asked,
        older=older,
        classes=tables.creation_classes.values(),
        states=presenting.state_choices(),
        lang=language(),
    )


@pages.route("/works/new", methods=["GET", "POST"])
@permission("works.edit")
def new() -> Answer:
    """A new work of one class."""
    row = tables.creation_classes.get(request.args.get("class", ""))
    if row is None:
        return render_template("works/classes.html", classes=tables.creation_classes.values(), lang=language())
    if request.method == "POST":
        return _typed(row, None)
    empty = {"titles": [{"kind": "OT", "accepted": True}], "interests": [forms.new_line()]}
    return _page(row, None, forms.form_of(row, empty, typed=False))


@pages.get("/works/<uuid:key>")
@permission("works.read")
def work(key: UUID) -> str:
    """One work."""
    stored = _found(key)
    row = tables.creation_classes[stored.creation_class]
    form = forms.form_of(row, forms.data_of(queries.to_work(stored), stored.version), typed=False)
    return _page(row, stored, form)


@pages.post("/works/<uuid:key>")
@permission("works.edit")
def change(key: UUID) -> Answer:
    """What was typed in the page of a work."""
    stored = _found(key)
    return _typed(tables.creation_classes[stored.creation_class], stored)


@pages.get("/works/<uuid:key>/history")
@permission("works.read")
def past(key: UUID) -> str:
    """Everything that changed."""
    stored = _found(key)
    entries = presenting.history_entries(history.of(database(), operations.subject_of(stored.id)))
    return render_template("works/history.html", row=stored, entries=entries)


@pages.post("/works/<uuid:key>/undo")
@permission("works.edit")
def undo(key: UUID) -> Response:
    """Take the last change back."""
    _found(key)
    try:
        operations.undo(database(), str(key), by=person(), now=now())
    except (LookupError, WorkRefused):
        say(_("There is no change that could be taken back."), kind="warn")
        return redirect(url_for("works.work", key=key))
    return _saved(str(key), _("The last change is taken back."))


@pages.post("/works/<uuid:key>/withdraw")
@permission("works.edit")
def withdraw(key: UUID) -> Response:
    """Take the work back."""
    _found(key)
    operations.withdraw_work(database(), str(key), by=person(), now=now())
    return _saved(str(key), _("The work is withdrawn."))


@pages.get("/right-owners/<uuid:key>/works")
@permission("works.read")
def of_right_owner(key: UUID) -> str:
    """The works of one right owner."""
    owner = right_owners.get(database(), str(key))
    if owner is None:
        abort(404)
    rows = [presenting.list_row(row) for row in queries.of_right_owner(database(), owner.id)]
    return render_template("works/of_right_owner.html", owner=owner, rows=rows)


def _found(key: UUID) -> WorkRow:
    stored = queries.get(database(), str(key))
    if stored is None:
        abort(404)
    return stored


def _typed(row: CreationClass, stored: WorkRow | None) -> Answer:
    """A button of the form: change its lines, or save what it says."""
    form = forms.form_of(row)
    if not form.validate_on_submit():
        return _page(row, stored, form), 400
    do = request.form.get("do", "save")
    if do == "latin":
        return _page(row, stored, _with_latin(form, row, stored))
    if do not in ("save", "draft"):
        return _page(row, stored, forms.form_of(row, submitted.after_button(form, do), typed=False))
    before = queries.to_work(stored) if stored else None
    read = submitted.read(database(), form, row, before)
    if read.problems:
        return _page(row, stored, form, read.problems), 400
    return _save(row, stored, form, read.work, draft=do == "draft")


def _save(row: CreationClass, stored: WorkRow | None, form: Any, typed: Work, *, draft: bool) -> Answer:
    version = int(form.version.data) if (form.version.data or "").isdigit() else None
    session = database()
    try:
        if draft:
            kept = operations.save_draft(session, typed, by=person(), now=now(), version=version)
        elif stored is None:
            kept = operations.register_work(session, typed, by=person(), now=now())
        else:
            kept = operations.update_work(session, typed, by=person(), now=now(), version=version)
    except WorkRefused as refused:
        session.rollback()
        return _page(row, stored and _found(UUID(stored.id)), form, refused.findings), 400
    except operations.Overtaken:
        session.rollback()
        text = _("Somebody else changed this work meanwhile. Open it again, then repeat your change.")
        return _page(row, stored and _found(UUID(stored.id)), form, notice=text), 409
    except operations.NotADraft:
        abort(400)
    return _saved(str(kept.id), _("Saved %(time)s.", time=format_instant(now())), undo=stored is not None)


def _with_latin(form: Any, row: CreationClass, stored: WorkRow | None) -> Any:
    """The form with a Latin title made by machine, to be looked at and ticked."""
    data = dict(form.data)
    typed = [one for one in data["titles"] if (one["text"] or "").strip()]
    titles = tuple(Title(one["text"], one["kind"] or "OT", one["language"] or None) for one in typed)
    if titles:
        proposed = with_latin_title(Work(titles=tidied(Work(titles=titles)).titles)).titles[len(titles) :]
        made = [
            {"text": one.text, "kind": one.kind, "language": one.language or "", "accepted": False} for one in proposed
        ]
        data["titles"] = [*typed, *made]
    return forms.form_of(row, data, typed=False)


def _saved(key: str, text: str, *, undo: bool = False) -> Response:
    database().commit()
    wake()
    say(text, undo=url_for("works.undo", key=key) if undo else None)
    return redirect(url_for("works.work", key=key))


def _page(
    row: CreationClass,
    stored: WorkRow | None,
    form: Any,
    problems: tuple[Finding, ...] = (),
    notice: str = "",
) -> str:
    """The page of a work, stored or new, with what is wrong on top."""
    session, lang = database(), language()
    kept = queries.to_work(stored) if stored else None
    return render_template(
        "works/work.html",
        klass=row,
        row=stored,
        work=kept,
        form=form,
        editable=may("works.edit") and (stored is None or stored.status != "withdrawn"),
        problems=[(presenting.anchor(one.field), finding_words(one)) for one in problems],
        bad_lines={int(one.field.split(".")[1]) for one in problems if one.field.startswith("interests.")},
        notice=notice,
        sums=presenting.sums_row(form),
        details=presenting.details_of(kept, lang) if kept else [],
        checks=presenting.checks_of(kept) if kept else [],
        numbers=presenting.numbers_of(kept) if kept else [],
        partners=presenting.partner_rows(stored) if stored else [],
        conflicts=presenting.conflict_notes(queries.conflicts(session, stored.id)) if stored else [],
        life=presenting.life_line(session, stored) if stored else [],
        entries=presenting.history_entries(history.of(session, operations.subject_of(stored.id)))[:8] if stored else [],
        territories=sorted(tables.territory_name(code, lang) for code in tables.territories),
        lang=lang,
    )
