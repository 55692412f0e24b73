"""Pages of creation classes.

/settings/classes            all of them, with those of this office marked
/settings/classes/new        a class of this office
/settings/classes/<code>     one class; changing a common one makes it this office's own
"""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from interface.database import database
from interface.full_disk import show_again
from interface.languages import language
from interface.numbers import format_instant
from interface.pages import say
from interface.permissions import may, permission
from local_node.admin.operations import alone
from local_node.classes import forms, operations, queries, rules
from local_node.classes.words import family_words, finding_words, rights_words
from local_node.history import queries as history
from local_node.overtaken import presenting as overtaken
from local_node.overtaken.rules import meet, taken
from local_node.web import now, person
from local_node.works.words import detail_label
from mappings import tables
from mappings.codes.rows import CreationClass

pages = Blueprint("classes", __name__)

Answer = str | Response | tuple[str, int]


@pages.get("/settings/classes")
@permission("settings.read")
def index() -> str:
    """All classes."""
    lang, own = language(), queries.own_codes(database())
    rows = [
        {
            "code": one.code,
            "name": one.name(lang),
            "family": family_words(one.family),
            "rights": rights_words(" ".join(one.right_families)),
            "details": len(one.details),
            "own": one.code in own,
        }
        for one in queries.creation_classes(database()).values()
    ]
    return render_template("classes/index.html", rows=rows)


@pages.get("/settings/classes/new")
@permission("settings.edit")
def new() -> str:
    """A class of this office."""
    return _page(None, forms.form_with())


@pages.post("/settings/classes/new")
@permission("settings.edit")
def add() -> Answer:
    """Keep a new class."""
    return _typed(None)


@pages.get("/settings/classes/<code>")
@permission("settings.read")
def one_class(code: str) -> str:
    """One class."""
    row = _found(code)
    return _page(row, forms.form_with(forms.data_of(row)))


@pages.post("/settings/classes/<code>")
@permission("settings.edit")
def change(code: str) -> Answer:
    """Change a class."""
    return _typed(_found(code))


def _found(code: str) -> CreationClass:
    row = queries.creation_classes(database()).get(code)
    if row is None:
        abort(404)
    return row


def _typed(row: CreationClass | None) -> Answer:
    form = forms.form_with()
    show_again(lambda: _page(row, form))
    if row is not None and (answer := _overtaken(row.code, form)) is not None:
        return answer
    if not form.validate_on_submit():
        return _page(row, form), 400
    if row is not None and (fields := request.form.getlist("theirs")):
        form = forms.form_with(taken(form.data, forms.data_of(row), fields), typed=False)
    cells = forms.cells_from(form, rules.cells_of(row) if row else None)
    try:
        kept = operations.keep(database(), cells, new=row is None, by=person(), now=now())
    except operations.ClassRefused as refused:
        for one in refused.findings:
            form[one.field].errors = [*form[one.field].errors, finding_words(one)]
        return _page(row, form), 400
    database().commit()
    say(_("Saved. Every page knows the class from now on."))
    return redirect(url_for("classes.one_class", code=kept.code))


def _overtaken(code: str, form: Any) -> Answer | None:
    """The page in which both states come together, when somebody else saved the class meanwhile."""
    session, was = database(), overtaken.was_opened()
    alone(session)
    queries.forget(session)
    present = forms.data_of(_found(code))
    if was is None or was == present:
        return None
    met = meet(was, present, form.data)
    merged = forms.form_with(met.data, typed=False)
    return _page(_found(code), merged, overtaken.shown(session, f"class/{code}", met, merged)), 409


def _page(row: CreationClass | None, form: Any, met: overtaken.Shown | None = None) -> str:
    lang = language()
    entries = history.of(database(), f"class/{row.code}") if row else []
    return render_template(
        "classes/class.html",
        row=row,
        form=form,
        met=met,
        was=overtaken.opened(forms.data_of(row)) if row else "",
        lang=lang,
        editable=may("settings.edit"),
        roles=[(code, tables.roles.name(code, lang)) for code in row.roles] if row else [],
        details=[(detail_label(one.name), one.type) for one in row.details] if row else [],
        types=rules.TYPES,
        entries=[
            {"title": one.field, "text": one.new, "who": one.who, "at": format_instant(one.at, "short")}
            for one in entries
        ],
    )
