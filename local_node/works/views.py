"""Pages of works.

/works                      the list
/works.csv, /works.xlsx     its rows and columns as a file
/works/new?class=MW         a new work; without a class, the choice of one; ``from`` names a work to begin as
/works/<id>                 titles, shares, numbers, partners
/works/<id>/history         everything that changed
/works/<id>/undo            take the last change back
/works/<id>/withdraw        take the work back
/right-owners/<id>/works    the works of one right owner
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from interface.database import database
from interface.full_disk import show_again
from interface.languages import language
from interface.numbers import format_instant
from interface.pages import say
from interface.permissions import may, permission
from local_node.alike.operations import tell_apart
from local_node.alike.rules import Reason
from local_node.classes.queries import creation_classes
from local_node.history import queries as history
from local_node.identifiers.words import said_of
from local_node.imports import queries as imports
from local_node.lists import presenting as lists
from local_node.lists import rules
from local_node.lists.rules import Layout, Wanted
from local_node.overtaken import presenting as overtaken
from local_node.overtaken import rules as overtaken_rules
from local_node.right_owners import queries as right_owners
from local_node.web import now, person, wake
from local_node.works import forms, operations, presenting, queries, submitted
from local_node.works.models import WorkRow
from local_node.works.rules import Finding, WorkRefused, allowed_roles, tidied, with_latin_title
from local_node.works.words import finding_words
from mappings import tables
from mappings.codes.rows import CreationClass
from mappings.model import Title, Work

pages = Blueprint("works", __name__)

EXPORTED_TOGETHER = 500
SAVES = ("save", "draft", "different", "save-next")
"""Buttons that save; all others change the lines of the form."""
Answer = str | Response | tuple[str, int]
Alike = Sequence[tuple[WorkRow, tuple[Reason, ...]]]
LIST = Layout(
    key="works",
    endpoint="works.index",
    columns={
        "title": lambda: _("Title"),
        "class": lambda: _("Class"),
        "number": lambda: _("Number"),
        "holders": lambda: _("Right holders"),
        "state": lambda: _("State"),
        "answer": lambda: _("Last answer"),
        "changed": lambda: _("Changed"),
    },
    sorts=("title", "class", "changed"),
    filters=("class", "state", "answer", "since"),
    hidden=frozenset({"changed"}),
)


@pages.get("/works")
@permission("works.read")
def index() -> str:
    """The list, with search, filters and saved filters."""
    asked = rules.wanted(request.args, LIST)
    found = _search(asked, asked.offset, asked.size)
    return render_template(
        "works/index.html",
        rows=presenting.list_rows(found.rows),
        list=lists.shown(LIST, asked, total=found.total, next_before=found.next_before, count=len(found.rows)),
        asked=asked,
        classes=creation_classes(database()).values(),
        states=presenting.state_choices(),
        answers=presenting.answer_choices(),
        lang=language(),
    )


@pages.get("/works.<form>")
@permission("works.read")
def export(form: str) -> Response:
    """The rows and columns of the list as a file."""
    asked = replace(rules.wanted(request.args, LIST), before="")
    columns = [asked.columns[0], "latin", *asked.columns[1:]]
    if "number" in columns:
        columns.insert(columns.index("number") + 1, "iswc")
    extra = {"latin": _("Latin title"), "iswc": "ISWC"}
    head = [extra.get(name) or LIST.columns[name]() for name in columns]
    table = (one for part in _all_parts(asked) for one in presenting.table_rows(part))
    return lists.download("works", form, head, ([one[name] for name in columns] for one in table))


@pages.route("/works/new", methods=["GET", "POST"])
@permission("works.edit")
def new() -> Answer:
    """A new work of one class, empty or begun as a copy of another."""
    classes = creation_classes(database())
    row = classes.get(request.args.get("class", ""))
    if row is None:
        return render_template("works/classes.html", classes=classes.values(), lang=language())
    if request.method == "POST":
        return _typed(row, None)
    source = queries.get(database(), request.args.get("from", ""))
    if source is not None:
        return _page(row, None, forms.form_of(row, forms.data_of_copy(queries.to_work(source)), typed=False))
    empty = {"titles": [{"kind": "OT", "accepted": True}], "interests": [forms.new_line()]}
    return _page(row, None, forms.form_of(row, empty, typed=False))


@pages.get("/works/<uuid:key>")
@permission("works.read")
def work(key: UUID) -> str:
    """One work."""
    stored = _found(key)
    row = creation_classes(database())[stored.creation_class]
    form = forms.form_of(row, forms.data_of(queries.to_work(stored), stored.version), typed=False)
    return _page(row, stored, form)


@pages.post("/works/<uuid:key>")
@permission("works.edit")
def change(key: UUID) -> Answer:
    """What was typed in the page of a work."""
    stored = _found(key)
    return _typed(creation_classes(database())[stored.creation_class], stored)


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
    rows = presenting.list_rows(queries.of_right_owner(database(), owner.id))
    return render_template("works/of_right_owner.html", owner=owner, rows=rows)


def _found(key: UUID) -> WorkRow:
    stored = queries.get(database(), str(key))
    if stored is None:
        abort(404)
    return stored


def _typed(row: CreationClass, stored: WorkRow | None) -> Answer:
    """A button of the form: change its lines, or save what it says."""
    form = forms.form_of(row)
    show_again(lambda: _page(row, stored and _found(UUID(stored.id)), form))
    if not form.validate_on_submit():
        return _page(row, stored, form), 400
    do = request.form.get("do", "save")
    if do == "latin":
        return _page(row, stored, _with_latin(form, row, stored))
    if do not in SAVES:
        return _grid(row, stored, forms.form_of(row, submitted.after_button(form, do, allowed_roles(row)), typed=False))
    if stored is not None and _version(form) not in (None, stored.version):
        return _overtaken(row, stored, form)
    if fields := request.form.getlist("theirs"):
        form = _with_theirs(row, stored, form, fields)
    before = queries.to_work(stored) if stored else None
    read = submitted.read(database(), form, row, before)
    if read.problems:
        return _page(row, stored, form, read.problems), 400
    if do != "draft":
        alike = _alike(before, tidied(read.work))
        if alike and not _are_apart(alike, request.form.getlist("apart")):
            return _page(row, stored, form, alike=alike)
    return _save(row, stored, form, read.work, draft=do == "draft")


def _grid(row: CreationClass, stored: WorkRow | None, form: Any) -> str:
    """The page after a button between the lines; with script only the grid is sent and replaced."""
    template = "works/lines.html" if "HX-Request" in request.headers else "works/work.html"
    return _page(row, stored, form, template=template)


def _alike(before: Work | None, work: Work) -> Alike:
    """Works that may be the same; one whose titles and numbers stay as they are is not asked about again."""
    if before is not None and (before.titles, before.identifiers) == (work.titles, work.identifiers):
        return []
    return queries.similar(database(), work)


def _are_apart(alike: Alike, shown: Sequence[str]) -> bool:
    """Whether the person has seen all of them and said that this is another work."""
    return request.form.get("do") == "different" and {one.id for one, _reasons in alike} <= set(shown)


def _tell_apart(key: str) -> None:
    if request.form.get("do") != "different":
        return
    known = [one for id in request.form.getlist("apart") if (one := queries.get(database(), id)) is not None]
    named = {one.id: f"{one.titles[0].text} ({one.number})" for one in known}
    version = _found(UUID(key)).version
    tell_apart(database(), "work", key, named, version=version, by=person(), now=now())


def _save(row: CreationClass, stored: WorkRow | None, form: Any, typed: Work, *, draft: bool) -> Answer:
    version, session = _version(form), database()
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
        return _overtaken(row, _found(UUID(str(typed.id))), form)
    except operations.NotADraft:
        abort(400)
    _tell_apart(str(kept.id))
    return _saved(str(kept.id), _("Saved %(time)s.", time=format_instant(now())), undo=stored is not None)


def _version(form: Any) -> int | None:
    """The version of the work that the person had before them."""
    return int(form.version.data) if (form.version.data or "").isdigit() else None


def _overtaken(row: CreationClass, stored: WorkRow, form: Any) -> Answer:
    """Somebody else saved the work meanwhile: both states field by field, and a form in which they come together."""
    seen = history.state(database(), operations.subject_of(stored.id), _version(form) or 0, Work)
    now_data = forms.data_of(queries.to_work(stored), stored.version)
    was = now_data if seen is None else forms.data_of(seen, None)
    met = overtaken_rules.meet(was, now_data, form.data)
    merged = forms.form_of(row, {**met.data, "version": str(stored.version)}, typed=False)
    shown = overtaken.shown(database(), operations.subject_of(stored.id), met, merged)
    return _page(row, stored, merged, met=shown), 409


def _with_theirs(row: CreationClass, stored: WorkRow | None, form: Any, fields: Sequence[str]) -> Any:
    """The form with the fields as they are stored, of which the person said so after somebody else had saved."""
    theirs = forms.data_of(queries.to_work(stored), stored.version) if stored else {}
    return forms.form_of(row, overtaken_rules.taken(form.data, theirs, fields), typed=False)


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
    return redirect(_following(key) if request.form.get("do") == "save-next" else url_for("works.work", key=key))


def _following(key: str) -> str:
    """Where *save and next* leads: from a new work to another new one of its class, else to the next of the list."""
    if request.path == url_for("works.new"):
        return f"{url_for('works.new')}?{urlencode({'class': request.args.get('class', '')})}"
    older = queries.next_older(database(), key)
    return url_for("works.work", key=older) if older else url_for("works.index")


def _search(asked: Wanted, offset: int, limit: int) -> queries.Page:
    return queries.search(
        database(),
        asked.text,
        creation_class=asked["class"] or None,
        state=asked["state"] or None,
        answer=asked["answer"] or None,
        since=rules.since(asked["since"]),
        sort=asked.sort,
        before=asked.before or None,
        offset=offset if asked.sort else 0,
        limit=limit,
    )


def _all_parts(asked: Wanted) -> Iterator[Sequence[WorkRow]]:
    """Every row of the list, in parts."""
    offset = 0
    while True:
        found = _search(asked, offset, EXPORTED_TOGETHER)
        yield found.rows
        offset += len(found.rows)
        if found.next_before is None:
            return
        asked = asked if asked.sort else replace(asked, before=found.next_before)


def _page(
    row: CreationClass,
    stored: WorkRow | None,
    form: Any,
    problems: tuple[Finding, ...] = (),
    met: overtaken.Shown | None = None,
    alike: Alike = (),
    template: str = "works/work.html",
) -> str:
    """The page of a work, stored or new, with what is wrong on top."""
    session, lang = database(), language()
    kept = queries.to_work(stored) if stored else None
    return render_template(
        template,
        alike=presenting.alike_rows(alike),
        said={scheme: said_of(scheme, form[forms.number_field(scheme)].data or "") for scheme in row.identifiers},
        imported=imports.of_record(session, "work", stored.id) if stored else [],
        klass=row,
        row=stored,
        work=kept,
        form=form,
        editable=may("works.edit") and (stored is None or stored.status != "withdrawn"),
        problems=[(presenting.anchor(one.field), finding_words(one)) for one in problems],
        bad_lines={int(one.field.split(".")[1]) for one in problems if one.field.startswith("interests.")},
        met=met,
        sums=presenting.sums_row(form),
        details=presenting.details_of(kept, lang) if kept else [],
        checks=presenting.checks_of(kept) if kept else [],
        numbers=presenting.numbers_of(kept) if kept else [],
        given=presenting.given_numbers(kept) if kept else {},
        partners=presenting.partner_rows(stored) if stored else [],
        conflicts=presenting.conflict_notes(queries.conflicts(session, stored.id)) if stored else [],
        life=presenting.life_line(session, stored) if stored else [],
        entries=presenting.history_entries(history.of(session, operations.subject_of(stored.id)))[:8] if stored else [],
        territories=sorted(tables.territory_name(code, lang) for code in tables.territories),
        lang=lang,
    )
