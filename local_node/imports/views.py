"""Pages of imports.

/import                          a file to choose, the batches so far
/import/<n>                      one batch: what was found, then what was done
/import/<n>/correct              type a field anew, in one line or wherever the same stands, and look again
/import/<n>/run                  import it, or go on with it
/import/<n>/drop                 do not import it
/import/<n>/undo                 take it back
/import/<n>/problems.csv         its problems as a table
/import/quarantine               what was not taken in
/import/quarantine/<id>          one of it, with its lines and reasons
/import/quarantine/<id>/correct  type a field anew; what is sound then is taken in
/import/quarantine/<id>/decide   correct it as a draft, or leave it
"""

from pathlib import PurePath
from typing import BinaryIO, cast

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from formats.archives import NotOneFile, TooLargeUnpacked
from interface.database import database
from interface.downloads import csv_download
from interface.full_disk import show_again
from interface.languages import language
from interface.numbers import format_number
from interface.pages import say
from interface.permissions import permission
from interface.sentences import sentence
from local_node.admin import queries as admin
from local_node.exchange.words import apart
from local_node.imports import operations, presenting, queries, rules
from local_node.imports.correcting import CannotCorrect, Change
from local_node.imports.models import ImportBatch, Quarantined
from local_node.right_owners.rules import RightOwnerRefused
from local_node.web import nearly_full, node, now, person, room, wake
from local_node.works.rules import WorkRefused
from local_node.works.words import finding_words

pages = Blueprint("imports", __name__)

Answer = str | AnyResponse | tuple[str, int]
PER_PAGE = 50


@pages.get("/import")
@permission("imports.read")
def index() -> str:
    """Choose a file; see what was imported."""
    return _index()


@pages.post("/import")
@permission("imports.run")
def receive() -> Answer:
    """Look at a file that was chosen."""
    chosen = request.files.get("file")
    if chosen is None or not chosen.filename:
        return _index(_("Choose a file first.")), 400
    name = PurePath(chosen.filename.replace("\\", "/")).name
    meant = bool(request.form.get("same_name"))
    # The file is looked at in transactions of its own; this session must not hold one meanwhile.
    database().commit()
    show_again(lambda: _index(f"{apart(name)}: {_('Choose it again when there is room.')}"))
    try:
        stream = cast(BinaryIO, chosen.stream)
        number = operations.receive(node().imports(), stream, name=name, by=person(), same_name=meant)
    except operations.AlreadyImported as error:
        say(_("This file was imported before, as batch %(batch)s.", batch=error.number), kind="warn")
        return redirect(url_for("imports.batch", number=error.number))
    except operations.NameUsed as error:
        said = sentence("KORA-NAME-USED", {"batch": error.number}, language())
        text = f"{apart(name)}: {said} (KORA-NAME-USED)"
        return _index(text, ask_name=True), 409
    except operations.OneLine:
        return _refused("KORA-ONE-LINE", name)
    except NotOneFile:
        return _refused("KORA-NOT-ONE-FILE", name)
    except TooLargeUnpacked:
        return _refused("KORA-TOO-LARGE", name)
    return redirect(url_for("imports.batch", number=number))


@pages.get("/import/<int:number>")
@permission("imports.read")
def batch(number: int) -> str:
    """One batch."""
    return _batch(_found(number))


def _batch(row: ImportBatch, problem: str = "") -> str:
    word, kind = presenting.state_words(row)
    version = row.version if row.state == "checked" else None
    return render_template(
        "imports/batch.html",
        row=row,
        state=word,
        kind=kind,
        steps=presenting.steps(row),
        facts=presenting.facts(row),
        counters=presenting.looked_at(row) if row.state in ("checked", "dropped") else presenting.outcome(row),
        causes=presenting.causes(row.problems, version),
        problems=presenting.problem_rows(row.problems, version=version),
        corrections=presenting.correction_rows(queries.corrections(database(), row.id)),
        problem=problem,
        progress=presenting.progress(row),
        put_off=presenting.put_off_words(queries.put_off(database(), row.id), nearly_full()),
        more=max(row.found.get("errors", 0) + row.found.get("warnings", 0) - len(row.problems), 0),
    )


@pages.post("/import/<int:number>/correct")
@permission("imports.run")
def correct(number: int) -> Answer:
    """Type a field of the file anew, in one line or everywhere, and look at the file again."""
    _found(number)
    # The file is looked at in transactions of its own; this session must not hold one meanwhile.
    database().commit()
    try:
        row = operations.correct(node().imports(), number, _change(), by=person())
    except operations.NotNow:
        say(_("This batch is being imported or was; correct what waits in quarantine."), kind="warn")
        return redirect(url_for("imports.batch", number=number))
    except CannotCorrect as error:
        return _batch(_found(number), presenting.cannot_words(str(error))), 400
    left = row.found.get("errors", 0)
    say(ngettext("Corrected. %(num)d error is left.", "Corrected. %(num)d errors are left.", left))
    return redirect(url_for("imports.batch", number=number, _anchor="problems"))


@pages.post("/import/quarantine/<int:number>/correct")
@permission("imports.run")
def correct_held(number: int) -> Answer:
    """Type a field of a quarantined transaction anew; a sound one is taken in."""
    _held_row(number)
    session = database()
    try:
        row, work_id = operations.correct_held(node().imports(), session, number, _change(), by=person(), now=now())
    except LookupError:
        session.rollback()
        return _held(_held_row(number), [_("Somebody else has decided about this meanwhile.")]), 409
    except CannotCorrect as error:
        session.rollback()
        return _held(_held_row(number), [presenting.cannot_words(str(error))]), 400
    session.commit()
    if work_id is None:
        say(_("Corrected and judged again. It still waits, for the reasons below."), kind="warn")
        return redirect(url_for("imports.held", number=number))
    wake()
    say(_("Corrected and taken in."))
    return redirect(url_for("imports.quarantine", batch=row.batch_id))


def _change() -> Change:
    line = request.form.get("line", "")
    return Change(
        line=int(line) if line.isascii() and line.isdigit() else None,
        record=request.form.get("record", ""),
        field=request.form.get("field", ""),
        old=request.form.get("old", ""),
        new=request.form.get("new", ""),
    )


@pages.post("/import/<int:number>/run")
@permission("imports.run")
def run(number: int) -> AnyResponse:
    """Import it in the background."""
    _found(number)
    node_id = admin.office(database()).node_id or "-"
    try:
        operations.start(database(), number, in_spite=bool(request.form.get("in_spite")), node_id=node_id, now=now())
    except operations.NotNow:
        say(_("This batch cannot be imported now."), kind="warn")
    database().commit()
    wake()
    return redirect(url_for("imports.batch", number=number))


@pages.post("/import/<int:number>/drop")
@permission("imports.run")
def drop(number: int) -> AnyResponse:
    """Do not import it."""
    _found(number)
    try:
        operations.drop(database(), number, by=person(), now=now())
    except operations.NotNow:
        abort(400)
    database().commit()
    return redirect(url_for("imports.index"))


@pages.post("/import/<int:number>/undo")
@permission("imports.run")
def undo(number: int) -> AnyResponse:
    """Take it back."""
    _found(number)
    try:
        undone = operations.undo(database(), number, by=person(), now=now())
    except operations.NotNow:
        say(_("There is nothing to take back."), kind="warn")
    except operations.UsedLater as error:
        database().rollback()
        say(_changed_since(len(error.subjects)), kind="bad")
    else:
        database().commit()
        wake()
        say(_taken_back(undone.works))
    return redirect(url_for("imports.batch", number=number))


def _changed_since(number: int) -> str:
    count = format_number(number)
    return str(
        ngettext(
            "The batch cannot be taken back: %(count)s of its works was changed since.",
            "The batch cannot be taken back: %(count)s of its works were changed since.",
            number,
            count=count,
        )
    )


def _taken_back(number: int) -> str:
    count = format_number(number)
    return str(
        ngettext(
            "The batch is taken back: %(count)s work.", "The batch is taken back: %(count)s works.", number, count=count
        )
    )


@pages.get("/import/<int:number>/problems.csv")
@permission("imports.read")
def problems(number: int) -> Response:
    """Its problems as a table."""
    row = _found(number)
    lines = [one["line"] for one in row.problems if one.get("line")]
    texts = operations.lines_of(node().imports(), number, lines)
    return csv_download(f"{row.name}-problems.csv", _head(), presenting.problem_table(row.problems, texts))


def _head() -> list[str]:
    """Heads of the table of problems, in the order of ``presenting.problem_table``."""
    said = [
        _("Line"),
        _("Column"),
        _("Record"),
        _("Field"),
        _("Value in the file"),
        _("Code"),
        _("What is wrong, what would be right"),
        _("Text of the line"),
    ]
    return [str(one) for one in said]


@pages.get("/import/quarantine")
@permission("imports.read")
def quarantine() -> str:
    """What was not taken in."""
    only, after = request.args.get("batch", type=int), request.args.get("after", 0, type=int)
    rows, total = queries.quarantine(database(), batch=only, after=after, limit=PER_PAGE)
    following = url_for("imports.quarantine", batch=only, after=rows[-1].id) if len(rows) == PER_PAGE else None
    return render_template(
        "imports/quarantine.html",
        rows=[presenting.held_row(row) for row in rows],
        total=total,
        batch=only,
        next=following,
    )


@pages.get("/import/quarantine/<int:number>")
@permission("imports.read")
def held(number: int) -> str:
    """One of it."""
    return _held(_held_row(number))


@pages.post("/import/quarantine/<int:number>/decide")
@permission("imports.run")
def decide(number: int) -> Answer:
    """Correct it as a draft, or leave it."""
    row = _held_row(number)
    session = database()
    try:
        if request.form.get("do") == "drop":
            note = request.form.get("note", "").strip()
            operations.drop_quarantined(session, number, note=note, by=person(), now=now())
            target, text = url_for("imports.quarantine", batch=row.batch_id), _("The transaction is left out.")
        else:
            id = operations.take_as_draft(session, number, by=person(), now=now())
            target, text = url_for("works.work", key=id), _("Correct what is wrong, then save the work.")
    except LookupError:
        session.rollback()
        return _held(_held_row(number), [_("Somebody else has decided about this meanwhile.")]), 409
    except operations.CannotTake:
        session.rollback()
        return _held(_held_row(number), [_("Nothing of this transaction can be understood.")]), 400
    except WorkRefused as refused:
        session.rollback()
        return _held(_held_row(number), [finding_words(one) for one in refused.findings]), 400
    except RightOwnerRefused:
        session.rollback()
        return _held(_held_row(number), [_("A right owner of this work cannot be kept as it stands here.")]), 400
    session.commit()
    wake()
    say(text)
    return redirect(target)


def _refused(code: str, name: str) -> Answer:
    """Nothing of the file was kept: which file, why, and the code."""
    return _index(f"{apart(name)}: {sentence(code, {}, language())} ({code})"), 400


def _index(problem: str = "", *, ask_name: bool = False) -> str:
    before = request.args.get("before", type=int)
    rows = queries.batches(database(), before=before, limit=PER_PAGE)
    older = url_for("imports.index", before=rows[-1].id) if len(rows) == PER_PAGE else None
    return render_template(
        "imports/index.html",
        rows=[presenting.batch_row(row) for row in rows],
        held=queries.quarantine(database(), limit=0)[1],
        problem=problem,
        ask_name=ask_name,
        room=room(),
        older=older,
    )


def _held(row: Quarantined, problems: list[str] | None = None) -> str:
    word, kind = presenting.held_state(row)
    return render_template(
        "imports/held.html",
        row=row,
        state=word,
        kind=kind,
        lines=presenting.held_lines(row),
        reasons=presenting.problem_rows(row.problems, version=_version_of(row)),
        problems=[("", text) for text in problems or []],
    )


def _version_of(row: Quarantined) -> str | None:
    """The version whose fields can be typed anew; None for what is decided or no work."""
    batch = queries.get(database(), row.batch_id)
    return batch.version if batch and row.state == "waiting" and row.type in rules.WORKS else None


def _found(number: int) -> ImportBatch:
    row = queries.get(database(), number)
    if row is None:
        abort(404)
    return row


def _held_row(number: int) -> Quarantined:
    row = database().get(Quarantined, number)
    if row is None:
        abort(404)
    return row
