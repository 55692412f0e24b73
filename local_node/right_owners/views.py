"""Pages of right owners.

/right-owners                    the list
/right-owners.csv, .xlsx         its rows and columns as a file
/right-owners/new                a new right owner
/right-owners/lookup             names for the field of a form
/right-owners/quick              a small form for a new one, beside such a field
/right-owners/<id>               identity: names, numbers, societies
/right-owners/<id>/history       everything that changed
/right-owners/<id>/undo          take the last change back
/right-owners/<id>/birth-date    show the birth date, with a reason that is kept
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from interface.database import database
from interface.downloads import Cell
from interface.full_disk import show_again
from interface.numbers import format_day, format_instant
from interface.pages import say
from interface.permissions import may, permission
from local_node.alike.operations import tell_apart
from local_node.alike.rules import Reason
from local_node.alike.words import reason_words
from local_node.history import queries as history
from local_node.history.rules import name_of
from local_node.identifiers.words import said_of
from local_node.imports import queries as imports
from local_node.lists import presenting as lists
from local_node.lists import rules
from local_node.lists.rules import Layout, Wanted
from local_node.overtaken import presenting as overtaken
from local_node.overtaken import rules as overtaken_rules
from local_node.right_owners import forms, operations, queries
from local_node.right_owners.models import RightOwner
from local_node.right_owners.rules import RightOwnerRefused, tidied, with_latin
from local_node.right_owners.words import SCHEMES, finding_words, history_words, kind_words
from local_node.web import node, now, person, wake
from local_node.works.queries import numbers_of_works
from mappings.model import Party

pages = Blueprint("right_owners", __name__)

LOOKED_UP = 8
EXPORTED_TOGETHER = 500
LIST = Layout(
    key="right_owners",
    endpoint="right_owners.index",
    columns={
        "name": lambda: _("Name"),
        "kind": lambda: _("Kind"),
        "number": lambda: _("Number"),
        "ipi": lambda: "IPI",
        "society": lambda: _("Society"),
        "works": lambda: _("Works"),
        "changed": lambda: _("Changed"),
    },
    sorts=("name", "changed"),
    filters=("kind", "lacks", "since"),
)
Answer = str | Response | tuple[str, int]


@pages.get("/right-owners")
@permission("right_owners.read")
def index() -> str:
    """The list, with search, filters and saved filters."""
    asked = rules.wanted(request.args, LIST)
    found = _search(asked, asked.offset, asked.size)
    return render_template(
        "right_owners/index.html",
        rows=_list_rows(found.rows),
        list=lists.shown(LIST, asked, total=found.total, next_before=found.next_before, count=len(found.rows)),
        asked=asked,
    )


@pages.get("/right-owners.<form>")
@permission("right_owners.read")
def export(form: str) -> Response:
    """The rows and columns of the list as a file."""
    asked = replace(rules.wanted(request.args, LIST), before="")
    head, rows = _table(asked, _all_rows(asked))
    return lists.download("right-owners", form, head, rows)


@pages.get("/right-owners/lookup")
@permission("right_owners.read")
def lookup() -> str:
    """Right owners that fit what is being typed, as the choices of a field."""
    text = request.args.get("q", "").strip()
    rows = queries.lookup(database(), text, LOOKED_UP) if len(text) > 1 else []
    return render_template("right_owners/lookup.html", rows=_list_rows(rows), text=text)


@pages.route("/right-owners/quick", methods=["GET", "POST"])
@permission("right_owners.edit")
def quick() -> Answer:
    """A small form for a new right owner beside the field that names it."""
    form = forms.quick_form(request.args.get("name", ""))
    if request.method == "GET":
        return render_template("right_owners/quick.html", form=form)
    party, apart = forms.party_of_quick(form), request.form.getlist("apart")
    alike = queries.similar(database(), tidied(party)) if party.names else []
    if alike and not _are_apart(alike, apart):
        return render_template("right_owners/quick.html", form=form, alike=_alike_rows(alike))
    session = database()
    try:
        kept = operations.register(session, party, by=person(), now=now())
    except RightOwnerRefused as refused:
        session.rollback()
        return render_template(
            "right_owners/quick.html", form=form, problems=[finding_words(one) for one in refused.findings]
        )
    _tell_apart(str(kept.id), apart)
    session.commit()
    wake()
    return render_template("right_owners/quick.html", made=kept, name=name_of(kept))


@pages.route("/right-owners/new", methods=["GET", "POST"])
@permission("right_owners.edit")
def new() -> Answer:
    """A new right owner."""
    if request.method == "POST":
        return _typed(None)
    empty = {"kind": "person", "names": [{"kind": "patronym", "accepted": True}]}
    return _page(None, forms.form_with(empty, typed=False))


@pages.get("/right-owners/<uuid:key>")
@permission("right_owners.read")
def right_owner(key: UUID) -> str:
    """One right owner."""
    row = _found(key)
    return _page(row, forms.form_with(forms.data_of(queries.to_party(row), row.version), typed=False))


@pages.post("/right-owners/<uuid:key>")
@permission("right_owners.edit")
def change(key: UUID) -> Answer:
    """What was typed in the page of a right owner."""
    return _typed(_found(key))


@pages.get("/right-owners/<uuid:key>/history")
@permission("right_owners.read")
def past(key: UUID) -> str:
    """Everything that changed."""
    row = _found(key)
    return render_template("right_owners/history.html", owner=row, entries=_history(row))


@pages.post("/right-owners/<uuid:key>/undo")
@permission("right_owners.edit")
def undo(key: UUID) -> Response:
    """Take the last change back."""
    _found(key)
    try:
        operations.undo(database(), str(key), by=person(), now=now())
    except (LookupError, RightOwnerRefused):
        say(_("There is no change that could be taken back."), kind="warn")
        return redirect(url_for("right_owners.right_owner", key=key))
    return _saved(str(key), _("The last change is taken back."))


@pages.post("/right-owners/<uuid:key>/birth-date")
@permission("party.private.read")
def birth_date(key: UUID) -> Response:
    """Show the birth date once; who asked and why is kept."""
    _found(key)
    reason = request.form.get("reason", "").strip()
    if not reason:
        say(_("Say why you need the birth date."), kind="warn")
        return redirect(url_for("right_owners.right_owner", key=key))
    session = database()
    born = operations.read_birth_date(
        session, str(key), vault=node().vault(session), reason=reason, by=person(), now=now()
    )
    session.commit()
    say(_("Birth date: %(day)s", day=format_day(born)) if born else _("No birth date is kept."))
    return redirect(url_for("right_owners.right_owner", key=key))


def _found(key: UUID) -> RightOwner:
    row = queries.get(database(), str(key))
    if row is None:
        abort(404)
    return row


def _typed(row: RightOwner | None) -> Answer:
    """A button of the form: change its lines, or save what it says."""
    form = forms.form_with()
    show_again(lambda: _page(row and _found(UUID(row.id)), form))
    if not form.validate_on_submit():
        return _page(row, form), 400
    do = request.form.get("do", "save")
    if do not in ("save", "different", "save-next"):
        return _page(row, forms.form_with(_after_button(form, do), typed=False))
    if row is not None and _version(form) not in (None, row.version):
        return _overtaken(row, form)
    if row is not None and (fields := request.form.getlist("theirs")):
        theirs = forms.data_of(queries.to_party(row), row.version)
        form = forms.form_with(overtaken_rules.taken(form.data, theirs, fields), typed=False)
    before = queries.to_party(row) if row else None
    party = forms.party_from(form, before)
    alike = _alike(before, tidied(party))
    if alike and not _are_apart(alike, request.form.getlist("apart")):
        return _page(row, form, alike=_alike_rows(alike))
    return _save(row, form, party)


def _alike(before: Party | None, party: Party) -> Sequence[tuple[RightOwner, tuple[Reason, ...]]]:
    """Records that may be the same; one whose names and numbers stay as they are is not asked about again."""
    if before is not None and (before.names, before.identifiers) == (party.names, party.identifiers):
        return []
    return queries.similar(database(), party)


def _are_apart(alike: Sequence[tuple[RightOwner, tuple[Reason, ...]]], shown: Sequence[str]) -> bool:
    """Whether the person has seen all of them and said that this is somebody else."""
    return request.form.get("do") == "different" and {row.id for row, _reasons in alike} <= set(shown)


def _tell_apart(key: str, others: Sequence[str]) -> None:
    if request.form.get("do") != "different":
        return
    known = [row for one in others if (row := queries.get(database(), one)) is not None]
    named = {row.id: f"{name_of(queries.to_party(row))} ({row.number})" for row in known}
    version = queries.get(database(), key).version  # type: ignore[union-attr]  # it was saved a moment ago
    tell_apart(database(), "party", key, named, version=version, by=person(), now=now())


def _save(row: RightOwner | None, form: Any, party: Party) -> Answer:
    version, session = _version(form), database()
    try:
        if row is None:
            kept = operations.register(session, party, by=person(), now=now())
        else:
            kept = operations.update(session, party, by=person(), now=now(), version=version)
    except RightOwnerRefused as refused:
        session.rollback()
        problems = [(_anchor(one.field), finding_words(one)) for one in refused.findings]
        return _page(row and _found(UUID(row.id)), form, problems=problems), 400
    except operations.Overtaken:
        session.rollback()
        return _overtaken(_found(UUID(str(party.id))), form)
    if form.birth_date.data and kept.id:
        vault = node().vault(session)
        operations.keep_birth_date(session, kept.id, form.birth_date.data, vault=vault, by=person(), now=now())
    _tell_apart(str(kept.id), request.form.getlist("apart"))
    return _saved(str(kept.id), _("Saved %(time)s.", time=format_instant(now())), undo=row is not None)


def _version(form: Any) -> int | None:
    """The version of the right owner that the person had before them."""
    return int(form.version.data) if (form.version.data or "").isdigit() else None


def _overtaken(row: RightOwner, form: Any) -> Answer:
    """Somebody else saved them meanwhile: both states field by field, and a form in which they come together."""
    seen = history.state(database(), operations.subject_of(row.id), _version(form) or 0, Party)
    now_data = forms.data_of(queries.to_party(row), row.version)
    was = now_data if seen is None else forms.data_of(seen, 0)
    met = overtaken_rules.meet(was, now_data, form.data)
    merged = forms.form_with({**met.data, "version": str(row.version)}, typed=False)
    return _page(row, merged, met=overtaken.shown(database(), operations.subject_of(row.id), met, merged)), 409


def _after_button(form: Any, do: str) -> dict[str, Any]:
    """The form's data after *add a name*, *remove name n* or *propose a Latin name*."""
    data = dict(form.data)
    names = list(data["names"])
    if do == "add-name":
        names.append({"kind": "spelling", "accepted": True})
    elif do == "latin":
        party = tidied(forms.party_from(form, None))
        made = with_latin(party).names[len(party.names) :]
        names.extend(
            {"name": one.name, "first_name": one.first_name or "", "kind": one.kind, "language": "", "accepted": False}
            for one in made
        )
    elif do.startswith("remove-name-") and do[12:].isdigit() and int(do[12:]) < len(names):
        del names[int(do[12:])]
    return data | {"names": names}


def _saved(key: str, text: str, *, undo: bool = False) -> Response:
    database().commit()
    wake()
    say(text, undo=url_for("right_owners.undo", key=key) if undo else None)
    if request.form.get("do") == "save-next":
        return redirect(url_for("right_owners.new"))
    return redirect(url_for("right_owners.right_owner", key=key))


def _page(
    row: RightOwner | None,
    form: Any,
    *,
    problems: list[tuple[str, str]] | None = None,
    alike: list[dict[str, Any]] | None = None,
    met: overtaken.Shown | None = None,
) -> str:
    """The page of a right owner, known or new, with what is wrong on top."""
    return render_template(
        "right_owners/right_owner.html",
        owner=row,
        party=queries.to_party(row) if row else None,
        form=form,
        schemes=SCHEMES,
        said={scheme: said_of(scheme, form[forms.number_field(scheme)].data or "") for scheme in SCHEMES},
        problems=problems,
        alike=alike,
        met=met,
        editable=may("right_owners.edit"),
        entries=_history(row)[:8] if row else [],
        imported=imports.of_record(database(), "party", row.id) if row else [],
    )


def _search(asked: Wanted, offset: int, limit: int) -> queries.Page:
    return queries.search(
        database(),
        asked.text,
        filters=asked.filters,
        sort=asked.sort,
        before=asked.before or None,
        offset=offset if asked.sort else 0,
        limit=limit,
    )


def _all_rows(asked: Wanted) -> Iterator[RightOwner]:
    """Every row of the list, read in parts."""
    offset = 0
    while True:
        found = _search(asked, offset, EXPORTED_TOGETHER)
        yield from found.rows
        offset += len(found.rows)
        if found.next_before is None:
            return
        asked = asked if asked.sort else replace(asked, before=found.next_before)


def _table(asked: Wanted, rows: Iterable[RightOwner]) -> tuple[list[str], Iterator[list[Cell]]]:
    """The list as a file has it: the columns that are shown, the Latin name in one of its own."""
    head = [LIST.columns[name]() for name in asked.columns]
    cells: dict[str, Callable[[dict[str, Any]], Cell]] = {
        "name": lambda one: one["name"],
        "kind": lambda one: kind_words(one["kind"]),
        "number": lambda one: one["number"],
        "ipi": lambda one: one["ipi"],
        "society": lambda one: " ".join(one["societies"]),
        "works": lambda one: one["works"],
        "changed": lambda one: one["changed"].date(),
    }
    shown = (
        [one["latin"] if name == "latin" else cells[name](one) for name in _with_latin(asked.columns)]
        for part in _parts(rows)
        for one in _list_rows(part)
    )
    return [head[0], _("Latin name"), *head[1:]], shown


def _with_latin(columns: Sequence[str]) -> list[str]:
    return [columns[0], "latin", *columns[1:]]


def _parts(rows: Iterable[RightOwner]) -> Iterator[list[RightOwner]]:
    together = iter(rows)
    while part := list(islice(together, EXPORTED_TOGETHER)):
        yield part


def _list_rows(rows: Sequence[RightOwner]) -> list[dict[str, Any]]:
    works = numbers_of_works(database(), [row.id for row in rows])
    return [_list_row(row) | {"works": works.get(row.id, 0)} for row in rows]


def _list_row(row: RightOwner) -> dict[str, Any]:
    party = queries.to_party(row)
    latin = party.latin
    return {
        "id": row.id,
        "number": row.number,
        "kind": row.kind,
        "name": name_of(party),
        "lang": party.names[0].language if party.names else None,
        "latin": name_of(Party(names=(latin,))) if latin and latin != party.names[0] else None,
        "has_latin": row.has_latin_name,
        "ipi": party.identifier("ipi-name"),
        "societies": sorted(set(party.societies.values())),
        "changed": row.changed_at,
    }


def _alike_rows(alike: Sequence[tuple[RightOwner, tuple[Reason, ...]]]) -> list[dict[str, Any]]:
    return [
        _list_row(row)
        | {
            "reasons": [reason_words(one) for one in reasons],
            "url": url_for("right_owners.right_owner", key=row.id),
            "second": _list_row(row)["latin"],
        }
        for row, reasons in alike
    ]


def _history(row: RightOwner) -> list[dict[str, str]]:
    shown: list[dict[str, str]] = []
    for entry in history.of(database(), operations.subject_of(row.id)):
        if entry.version == 1 and entry.action == "registered":
            title, text = _("Registered here"), ""
        else:
            title, text = history_words(entry)
        line = {"title": title, "text": text, "who": entry.who, "at": format_instant(entry.at, "short")}
        if not shown or line != shown[-1]:
            shown.append(line)
    return shown


def _anchor(field: str) -> str:
    first, *rest = field.split(".")
    if first == "names":
        return f"#names-{rest[0]}-name" if rest else "#names"
    return "#numbers"
