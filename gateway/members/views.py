"""The page of the nodes.

/ops/nodes               who has a place here; give a place, compare six words, let in, keep out
"""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway.members import operations, queries
from gateway.members.forms import NodeForm
from gateway.web import now, person, wake
from gateway.words import duration, member_state
from interface.database import database
from interface.pages import say
from interface.permissions import permission

pages = Blueprint("members", __name__)

Answer = str | Response | tuple[str, int]


@pages.get("/ops/nodes")
@permission("ops.read")
def index() -> str:
    """All nodes."""
    return _page(NodeForm())


@pages.post("/ops/nodes")
@permission("nodes.manage")
def add() -> Answer:
    """Make a place and show its one-time code, once."""
    form = NodeForm()
    if not form.validate_on_submit():
        return _page(form), 400
    try:
        offered = operations.add(
            database(), society=form.society.data.zfill(3), name=form.name.data.strip(), by=person(), now=now()
        )
    except operations.AlreadyMember as known:
        form.society.errors = [_("This society has a working node: %(node)s.", node=str(known))]
        return _page(form), 400
    database().commit()
    return _page(NodeForm(formdata=None), offered)


@pages.post("/ops/nodes/<node_id>/approve")
@permission("nodes.manage")
def approve(node_id: str) -> Answer:
    """Let a node in; the words shown were compared by telephone."""
    if request.form.get("compared") != "yes":
        say(_("Nothing was changed. Compare the six words by telephone and say so."), kind="warn")
        return redirect(url_for("members.index"))
    try:
        operations.approve(database(), node_id, by=person(), now=now(), reason=request.form.get("reason"))
    except (operations.UnknownNode, operations.WrongState):
        abort(404)
    database().commit()
    wake()
    say(_("The node is let in. What it sent is handled now."))
    return redirect(url_for("members.index"))


@pages.post("/ops/nodes/<node_id>/suspend")
@permission("nodes.manage")
def suspend(node_id: str) -> Answer:
    """Keep a node out from now on."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        say(_("Nothing was changed. A reason is needed."), kind="warn")
        return redirect(url_for("members.index"))
    try:
        operations.suspend(database(), node_id, by=person(), now=now(), reason=reason)
    except (operations.UnknownNode, operations.WrongState):
        abort(404)
    database().commit()
    say(_("The node is kept out. Its messages wait at the node."))
    return redirect(url_for("members.index"))


def _page(form: NodeForm, offered: operations.Offered | None = None) -> str:
    session = database()
    seen = queries.last_seen(session)
    rows = []
    for member in queries.everybody(session):
        word, kind = member_state(member.state)
        at = seen.get(member.node_id)
        rows.append(
            {
                "member": member,
                "state": word,
                "kind": kind,
                "words": " ".join(operations.words_of(session, member.node_id)),
                "seen": duration(None if at is None else max(0, int((now() - at).total_seconds()))),
            }
        )
    return render_template("members/index.html", rows=rows, form=form, offered=offered)
