"""Messages as the pages show them: lines of a list, one message, both sides of a conflict."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Row
from sqlalchemy.orm import Session

from interface.languages import language
from local_node.exchange import comparing, life, queries
from local_node.exchange.queries import Filter, Line, Record, Said
from local_node.exchange.words import (
    apart,
    arrived_types,
    group_words,
    number_words,
    own_types,
    reason_words,
    reasons,
    state_words,
    type_words,
)
from local_node.history import queries as history
from local_node.history.rules import name_of
from local_node.works import queries as works
from local_node.works.models import WorkConflict, WorkRow
from local_node.works.words import answer_words, partner_name
from mappings import tables
from mappings.latin import folded
from mappings.messages import from_json
from mappings.model import Assigned, Interest, Refusal, Work
from queues import envelope_of, messages

Shown = dict[str, Any]

KINDS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "work": ("works.work", lambda: _("work")),
    "party": ("right_owners.right_owner", lambda: _("right owner")),
}
"""Page and word of each kind of record."""


def tabs(session: Session, wanted: Filter) -> list[Shown]:
    """The groups as links with their numbers; what could not be used is a tab only when there is some."""
    groups = [
        {
            "label": group_words(group),
            "url": url_for("exchange.index", group=None if group == "all" else group),
            "current": group == wanted.group,
            "count": number,
        }
        for group, number in queries.counts(session).items()
        if group != "troubled" or number or wanted.group == group
    ]
    conflicts = len(works.conflicts(session))
    if conflicts:
        groups.append({"label": _("Conflicts"), "url": url_for("exchange.review"), "count": conflicts})
    return groups


def types(wanted: Filter) -> list[tuple[str, str]]:
    """Kinds of messages a list can be narrowed to."""
    return arrived_types() if wanted.group in queries.INCOMING else own_types()


def rows(session: Session, lines: Sequence[Line]) -> list[Shown]:
    """Lines of a list with their records and, for our own messages, the last thing said to them."""
    known = queries.records(session, {one.subject for one in lines})
    said = queries.said(session, [one.id for one in lines if one.direction == "out"])
    return [_row(one, known.get(one.subject), said.get(one.id, [])) for one in lines]


def _row(line: Line, record: Record | None, said: Sequence[Said]) -> Shown:
    word, kind = state_words(line.direction, line.state)
    return {
        "what": type_words(line.type),
        "url": url_for("exchange.message", key=line.id),
        "record": record_link(line.subject, record),
        "state": word,
        "kind": kind,
        "at": line.at,
        "reason": reason_words(line.reason) if line.state in ("refused", "parked") else "",
        "answer": _answer(said[-1]) if said else None,
    }


def _answer(said: Said) -> Shown:
    """The last thing said to a message of ours, in one word and one line."""
    value = said.value
    if isinstance(value, Refusal):
        return {"word": _("refused"), "kind": "bad", "who": _("gateway"), "text": reasons(value.code, value.reasons)[0]}
    partner = partner_name(value.partner)
    if isinstance(value, Assigned):
        number = apart(number_words(value.scheme, value.value))
        return {"word": _("number given"), "kind": "ok", "who": partner, "text": number}
    word, kind = answer_words(value.status)
    text = number_words("iswc", value.iswc) if value.iswc else next((one.text for one in value.remarks), "")
    return {"word": word, "kind": kind, "who": partner, "text": apart(text) if text else ""}


def record_link(subject: str, record: Record | None) -> Shown:
    """The record a message is about; one that is not here is shown by its id."""
    if record is None:
        return {"name": subject.rpartition("/")[2] or _("unknown"), "lang": None, "url": None, "kind": ""}
    endpoint, kind = KINDS[record.kind]
    return {"name": record.name, "lang": record.lang, "url": url_for(endpoint, key=record.id), "kind": kind()}


def own_message(session: Session, row: Row[Any]) -> Shown:
    """The page of a message of ours."""
    said = queries.said(session, [row.msg_id]).get(row.msg_id, [])
    moments = life.of_own(row, said, who=queries.author(session, row))
    facts = [(_("Version of the record"), row.seq), (_("Our number"), row.nodeseq), (_("Attempts"), row.attempts)]
    refusals = [one.value for one in said if isinstance(one.value, Refusal)]
    return _page(session, queries.own_line(row), moments) | {
        "body": json.loads(row.body),
        "facts": [(label, value) for label, value in facts if value is not None],
        "refused": [text for one in refusals for text in reasons(one.code, one.reasons)]
        or ([reason_words(row.last_error)] if row.state == "refused" and row.last_error else []),
        "back": rows(session, queries.answers_in(session, row.msg_id)),
        "can_send": row.state in ("new", "sealed", "sent", "held", "parked"),
    }


def arrived_message(session: Session, row: Row[Any]) -> Shown:
    """The page of a message that arrived."""
    known = messages.life(session, row.msg_id)
    envelope = envelope_of(row.raw)
    said = queries.said_in(row)
    moments = [*life.told([said] if said else []), *life.of_arrived(known.steps if known else ())]
    answered = queries.own(session, row.correlationid) if row.correlationid else None
    return _page(session, queries.arrived_line(row), moments) | {
        "body": envelope["data"],
        "facts": [(_("Version of the record"), row.seq), (_("Number of the gateway"), row.nodeseq)],
        "refused": life.reasons_of(row.code, row.reasons) if row.outcome == "refused" else [],
        "answered": rows(session, [queries.own_line(answered)])[0] if answered else None,
    }


def stray_message(session: Session, row: Row[Any]) -> Shown:
    """The page of a parked message that is not in the inbox; perhaps nothing of it can be read."""
    moment = life.Moment("stop", _("Parked for a person"), reason_words(row.reason), row.first_seen)
    return _page(session, queries.stray_line(row), [moment]) | {"body": queries.body_of(row.raw), "facts": []}


def _page(session: Session, line: Line, moments: Sequence[life.Moment]) -> Shown:
    word, kind = state_words(line.direction, line.state)
    waiting = queries.undecided(session, line.id)
    return {
        "line": line,
        "what": type_words(line.type),
        "state": word,
        "kind": kind,
        "record": record_link(line.subject, queries.records(session, [line.subject]).get(line.subject)),
        "life": life.shown(moments),
        "waiting": waiting,
        "cause": reason_words(waiting.reason) if waiting else "",
        "decisions": _decisions(session, line.id),
        "refused": [],
        "back": [],
        "answered": None,
        "can_send": False,
    }


def _decisions(session: Session, message_id: str) -> list[Mapping[str, Any]]:
    words = {"again": _("Run again"), "given-up": _("Given up")}
    return [
        {"title": words.get(one.old or "", one.old), "text": one.new, "who": one.who, "at": one.at}
        for one in history.of(session, f"message/{message_id}")
    ]


def conflict_rows(session: Session, waiting: Sequence[WorkConflict]) -> list[Shown]:
    """Conflicts as a list: the work, what differs, who says so."""
    known = queries.records(session, {f"work/{one.work_id}" for one in waiting})
    return [
        {
            "id": one.id,
            "record": record_link(f"work/{one.work_id}", known.get(f"work/{one.work_id}")),
            "url": url_for("exchange.conflict", number=one.id),
            "what": conflict_words(one),
            "partner": partner_name(one.partner),
            "at": one.at,
        }
        for one in waiting
    ]


def conflict_words(one: WorkConflict) -> str:
    """What a conflict is about."""
    if one.kind == "identifier":
        return str(_("another %(scheme)s", scheme=(one.scheme or "").upper()))
    return str(_("other shares"))


def both_sides(row: WorkRow, conflict: WorkConflict) -> list[Shown]:
    """Field by field what we have and what they say."""
    ours = works.to_work(row)
    if conflict.kind == "identifier":
        scheme = conflict.scheme or ""
        return [_field(scheme.upper(), number_words(scheme, conflict.ours or ""),
                       number_words(scheme, conflict.theirs or ""))]  # fmt: skip
    theirs = from_json(Work, conflict.data)
    numbers = _field(_("Number"), ours.number, theirs.number or conflict.theirs)
    fields = [
        _field(_("Title"), ours.title.text, theirs.title.text),
        # Each office numbers by itself, so these are never compared.
        numbers | {"same": None},
        _field("ISWC", _iswc(ours), _iswc(theirs)),
    ]
    said = [one for one in fields if one["ours"] or one["theirs"]]
    return [*said, *(_pair(one) for one in comparing.pairs(ours, theirs))]


def is_overtaken(row: WorkRow, conflict: WorkConflict) -> bool:
    """Whether our record changed after the partner spoke."""
    if conflict.kind != "identifier":
        return row.changed_at > conflict.at
    return all(one.value != conflict.ours or one.replaced_at is not None for one in row.identifiers)


def _iswc(work: Work) -> str | None:
    value = work.identifier("iswc")
    return number_words("iswc", value) if value else None


def _field(label: str, ours: str | None, theirs: str | None) -> Shown:
    same = folded(ours or "") == folded(theirs or "")
    return {"label": label, "small": "", "ours": ours, "theirs": theirs, "same": same, "is_interest": False}


def _pair(pair: comparing.Pair) -> Shown:
    """One interest: the person, and each side's role and shares with every right on a line of its own."""
    known = pair.ours or pair.theirs
    party = known.party if known else None
    return {
        "label": (name_of(party) if party else "") or _("unknown"),
        "lang": party.names[0].language if party and party.names else None,
        "ours": _side(pair.ours),
        "theirs": _side(pair.theirs),
        "same": pair.same,
        "is_interest": True,
    }


def _side(interest: Interest | None) -> Shown | None:
    if interest is None:
        return None
    lang = language()
    shares = [
        {"name": tables.rights.name(right, lang), "role": "", "share": interest.shares[right]}
        for right in comparing.RIGHTS
        if right in interest.shares
    ]
    return {"role": interest.role, "role_name": tables.roles.name(interest.role, lang), "shares": shares}


def as_json(body: Any) -> str:
    """A body as people can read it."""
    return json.dumps(body, ensure_ascii=False, indent=2)
