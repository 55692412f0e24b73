"""The pages of the nodes.

/ops/nodes               who has a place here; give a place
/ops/nodes/<id>          one node: six words, keys, clock; let in, keep out, pause, resume, revoke a key
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import audit
from gateway.members import operations, queries
from gateway.members.forms import NodeForm
from gateway.members.models import Member
from gateway.ops import canaries, now_presenting
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


@pages.get("/ops/nodes/<node_id>")
@permission("ops.read")
def one(node_id: str) -> str:
    """One node: how it is, its keys, what was done about it."""
    session = database()
    member = queries.get(session, node_id)
    if member is None:
        abort(404)
    return render_template(
        "members/node.html",
        **_lines(only=node_id)[0],
        keys=queries.keys_of(session, node_id),
        format=queries.formats(session).get(node_id),
        last=canaries.last(session).get(node_id),
        actions=audit.about(session, f"node/{node_id}"),
        now=now(),
    )


@pages.post("/ops/nodes/<node_id>/approve")
@permission("nodes.manage")
def approve(node_id: str) -> Answer:
    """Let a node in; the words shown were compared by telephone."""
    if request.form.get("compared") != "yes":
        say(_("Nothing was changed. Compare the six words by telephone and say so."), kind="warn")
        return redirect(url_for("members.one", node_id=node_id))
    return _changed(node_id, operations.approve, _("The node is let in. What it sent is handled now."), reason=_why())


@pages.post("/ops/nodes/<node_id>/suspend")
@permission("nodes.manage")
def suspend(node_id: str) -> Answer:
    """Keep a node out from now on."""
    done = _("The node is kept out. Its messages wait at the node.")
    return _changed(node_id, operations.suspend, done, reason=_why(), needed=True)


@pages.post("/ops/nodes/<node_id>/pause")
@permission("ops.decide")
def pause(node_id: str) -> Answer:
    """Let its messages wait for a while, in both directions."""
    done = _("The node is paused. Its messages wait in both directions.")
    return _changed(node_id, operations.pause, done, reason=_why(), needed=True)


@pages.post("/ops/nodes/<node_id>/resume")
@permission("ops.decide")
def resume(node_id: str) -> Answer:
    """Carry its messages again."""
    return _changed(node_id, operations.resume, _("The messages of the node are carried again."), reason=_why())


@pages.post("/ops/nodes/<node_id>/revoke")
@permission("nodes.manage")
def revoke(node_id: str) -> Answer:
    """Take nothing more under one of its keys."""
    after = request.form.get("after", "").strip()
    if after and not after.isdigit():
        say(_("Nothing was changed. The last trusted message is a number."), kind="warn")
        return redirect(url_for("members.one", node_id=node_id))
    done = _("The key is revoked. Nothing new counts under it.")
    distrust = int(after) if after else None
    return _changed(
        node_id, operations.revoke_key, done, request.form.get("key", ""), reason=_why(), needed=True,
        distrust_after=distrust,
    )  # fmt: skip


def _why() -> str | None:
    return request.form.get("reason", "").strip() or None


def _changed(
    node_id: str, operation: Callable[..., Any], done: str, *arguments: Any, needed: bool = False, **named: Any
) -> Answer:
    """Carry out one operation about a node, and come back to its page."""
    if needed and not named["reason"]:
        say(_("Nothing was changed. A reason is needed."), kind="warn")
        return redirect(url_for("members.one", node_id=node_id))
    try:
        operation(database(), node_id, *arguments, by=person(), now=now(), **named)
    except (operations.UnknownNode, operations.WrongState):
        abort(404)
    database().commit()
    wake()
    say(done)
    return redirect(url_for("members.one", node_id=node_id))


def _page(form: NodeForm, offered: operations.Offered | None = None) -> str:
    return render_template("members/index.html", rows=_lines(), form=form, offered=offered)


def _lines(only: str | None = None) -> list[dict[str, Any]]:
    session = database()
    seen, clocks, back = queries.last_seen(session), queries.clock_differences(session, now()), canaries.last(session)
    told = queries.reports(session)
    found = []
    for member in queries.everybody(session):
        if only in (None, member.node_id):
            at, ahead = seen.get(member.node_id), clocks.get(member.node_id)
            skew = None if ahead is None else round(ahead.total_seconds())
            word, kind = member_state(_state(member))
            found.append(
                {
                    "member": member,
                    "state": word,
                    "kind": kind,
                    "words": " ".join(operations.words_of(session, member.node_id)),
                    "seen": duration(None if at is None else max(0, int((now() - at).total_seconds()))),
                    "told": told.get(member.node_id),
                    "clock": now_presenting.clock(skew),
                    "clock_off": now_presenting.clock_is_off(skew),
                    "canary": now_presenting.seconds(
                        back[member.node_id].roundtrip_seconds if member.node_id in back else None
                    ),
                }
            )
    return found


def _state(member: Member) -> str:
    return "paused" if member.state == "active" and member.paused_by else member.state
