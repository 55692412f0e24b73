"""Pages of right owners.

/right-owners                    the list
/right-owners/new                a new right owner
/right-owners/lookup             names for the field of a form
/right-owners/<id>               identity: names, numbers, societies
/right-owners/<id>/history       everything that changed
/right-owners/<id>/undo          take the last change back
/right-owners/<id>/birth-date    show the birth date, with a reason that is kept
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from interface.database import database
from interface.numbers import format_day, format_instant
from interface.pages import say
from interface.permissions import may, permission
from local_node.history import queries as history
from local_node.history.rules import name_of
from local_node.right_owners import forms, operations, queries
from local_node.right_owners.models import RightOwner
from local_node.right_owners.rules import RightOwnerRefused, tidied, with_latin
from local_node.right_owners.words import SCHEMES, finding_words, history_words
from local_node.web import node, now, person, wake
from mappings.model import Party

pages = Blueprint("right_owners", __name__)

PER_PAGE = 50
LOOKED_UP = 8
Answer = str | Response | tuple[str, int]


@pages.get("/right-owners")
@permission("right_owners.read")
def index() -> str:
    """The list, with search."""
    text, before = request.args.get("q", "").strip(), request.args.get("before") or None
    found = queries.search(database(), text, before=before, limit=PER_PAGE)
    rows = [_list_row(row) for row in found.rows]
    return render_template("right_owners/index.html", rows=rows, found=found, text=text)


@pages.get("/right-owners/lookup")
@permission("right_owners.read")
def lookup() -> str:
    """Names that fit what is being typed, as choices of a field."""
    text = next(iter(request.args.values()), "").strip()
    rows = queries.search(database(), text, limit=LOOKED_UP).rows if len(text) > 1 else []
    return render_template("right_owners/lookup.html", names=[name_of(queries.to_party(row)) for row in rows])


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
    if not form.validate_on_submit():
        return _page(row, form), 400
    do = request.form.get("do", "save")
    if do != "save":
        return _page(row, forms.form_with(_after_button(form, do), typed=False))
    party = forms.party_from(form, queries.to_party(row) if row else None)
    alike = [] if row or form.different.data else queries.similar(database(), tidied(party))
    if alike:
        return _page(row, form, alike=[_list_row(one) for one in alike])
    return _save(row, form, party)


def _save(row: RightOwner | None, form: Any, party: Party) -> Answer:
    session = database()
    version = int(form.version.data) if (form.version.data or "").isdigit() else None
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
        text = _("Somebody else changed this right owner meanwhile. Open the page again, then repeat your change.")
        return _page(row and _found(UUID(row.id)), form, notice=text), 409
    if form.birth_date.data and kept.id:
        vault = node().vault(session)
        operations.keep_birth_date(session, kept.id, form.birth_date.data, vault=vault, by=person(), now=now())
    return _saved(str(kept.id), _("Saved %(time)s.", time=format_instant(now())), undo=row is not None)


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
    return redirect(url_for("right_owners.right_owner", key=key))


def _page(
    row: RightOwner | None,
    form: Any,
    *,
    problems: list[tuple[str, str]] | None = None,
    alike: list[dict[str, Any]] | None = None,
    notice: str = "",
) -> str:
    """The page of a right owner, known or new, with what is wrong on top."""
    return render_template(
        "right_owners/right_owner.html",
        owner=row,
        party=queries.to_party(row) if row else None,
        form=form,
        schemes=SCHEMES,
        problems=problems,
        alike=alike,
        notice=notice,
        editable=may("right_owners.edit"),
        entries=_history(row)[:8] if row else [],
    )


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
