"""The life of a message, and the conversation about a record, in plain words and in the order of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Row

from interface.numbers import format_instant, format_number
from local_node.exchange.queries import Said
from local_node.exchange.words import apart, number_words, reason_words, reasons, type_words
from local_node.works.queries import closes
from local_node.works.words import answer_words, partner_name
from mappings.model import Acknowledged, Assigned, Reason, Refusal
from queues.messages import Step

STATES = {"ok": "done", "wait": "done", "info": "done"}
"""How a partner's status stands in a life line; all others stop it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One step. ``state`` is done, now, stop or todo; ``at`` is None where no time is known."""

    state: str
    title: str
    text: str = ""
    at: datetime | None = None


def shown(moments: Sequence[Moment]) -> list[dict[str, str]]:
    """Moments as the life line of a page; the day stands where it changes."""
    lines, day = [], ""
    for one in moments:
        today = format_instant(one.at, "day") if one.at else day
        lines.append({"state": one.state, "title": one.title, "text": one.text, "at": _when(one.at, today == day)})
        day = today
    return lines


def _when(at: datetime | None, is_same_day: bool) -> str:
    if at is None:
        return ""
    return format_instant(at, "seconds") if is_same_day else apart(format_instant(at, "short"))


def of_own(row: Row[Any], said: Sequence[Said], *, who: str = "") -> list[Moment]:
    """A message of ours: saved, signed, sent, arrived, answered, and what comes next."""
    return [*carried(row, who=who, is_told=_is_refused(row, said)), *told(said), *_next(row, said)]


def conversation(rows: Sequence[Row[Any]], said: Sequence[Said], *, who: str = "") -> list[Moment]:
    """All messages about one record with all that was said: the last one step by step, the earlier ones in a line."""
    *earlier, last = rows
    parts = [(row.created_at, [_in_one_line(row)]) for row in earlier]
    parts.append((last.created_at, carried(last, who=who, is_told=_is_refused(last, said))))
    parts += _parts(said)
    parts.sort(key=lambda part: part[0])
    return [*(moment for _at, moments in parts for moment in moments), *_next(last, _since(said, last))]


def carried(row: Row[Any], *, who: str = "", is_told: bool = False) -> list[Moment]:
    """How far the carriage of a message of ours is. ``is_told``: why it was refused is told elsewhere."""
    moments = [Moment("done", type_words(row.type), _("by %(person)s", person=apart(who)) if who else "",
                      row.created_at)]  # fmt: skip
    if row.sealed_at is None:
        return [*moments, Moment("now", _("Waits to be sent"), _line_words(row))]
    number = _("number %(number)s of this office", number=apart(format_number(row.nodeseq)))
    moments.append(Moment("done", _("Signed and put in the outbox"), number, row.sealed_at))
    if row.sent_at is None:
        return [*moments, Moment("now", _("Waits to be sent"), _line_words(row))]
    tries = ngettext("%(num)d attempt", "%(num)d attempts", row.attempts) if row.attempts > 1 else ""
    moments.append(Moment("done", _("Sent to the gateway"), tries, row.sent_at))
    return [*moments, *_arrival(row, is_told)]


def told(said: Sequence[Said]) -> list[Moment]:
    """What partners and the gateway said, and when the partner was asked."""
    return [moment for _at, moments in _parts(said) for moment in moments]


def of_arrived(steps: Sequence[Step]) -> list[Moment]:
    """A message that arrived: received, held, parked, decided, used or not."""
    return [_arrived_step(one) for one in steps]


def _arrival(row: Row[Any], is_told: bool) -> list[Moment]:
    if row.state == "receipted":
        return [Moment("done", _("Receipt from the gateway"), _("the signature is good"), row.receipted_at)]
    if row.state == "refused":
        return [] if is_told else [Moment("stop", _("Refused by the gateway"), reason_words(row.last_error),
                                          row.receipted_at)]  # fmt: skip
    waits = {
        "held": Moment("now", _("The gateway waits for an earlier message")),
        "parked": Moment("stop", _("An operator of the gateway looks at it")),
    }
    return [waits.get(row.state, Moment("now", _("No receipt from the gateway yet")))]


def _line_words(row: Row[Any]) -> str:
    return _("The line was down at the last attempt.") if row.last_error else ""


def _in_one_line(row: Row[Any]) -> Moment:
    return Moment("stop" if row.state == "refused" else "done", type_words(row.type), "", row.created_at)


def _is_refused(row: Row[Any], said: Sequence[Said]) -> bool:
    return any(isinstance(one.value, Refusal) and one.value.message == row.msg_id for one in said)


def _parts(said: Sequence[Said]) -> list[tuple[datetime, list[Moment]]]:
    parts = []
    asked: set[str] = set()
    for one in said:
        moments = [_answer(one)]
        if isinstance(one.value, Acknowledged) and one.value.reference and one.value.reference not in asked:
            asked.add(one.value.reference)
            moments.insert(0, _passed_on(one.value, one.value.reference))
        parts.append((one.at, moments))
    return parts


def _passed_on(answer: Acknowledged, reference: str) -> Moment:
    """That the gateway handed the record to the partner; the reference of a file begins with its instant."""
    title = _("Passed to %(partner)s", partner=partner_name(answer.partner))
    return Moment("done", title, _("reference %(reference)s", reference=apart(reference)), _instant(reference))


def _instant(reference: str) -> datetime | None:
    try:
        return datetime.strptime(reference.partition("/")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _answer(said: Said) -> Moment:
    value = said.value
    if isinstance(value, Refusal):
        return Moment("stop", _("Refused by the gateway"), " ".join(reasons(value.code, value.reasons)), said.at)
    partner = partner_name(value.partner)
    if isinstance(value, Assigned):
        number = number_words(value.scheme, value.value)
        return Moment("done", _("%(partner)s gave a number", partner=partner), apart(number), said.at)
    word, kind = answer_words(value.status)
    title = _("%(partner)s: %(answer)s", partner=partner, answer=word)
    return Moment(STATES.get(kind, "stop"), title, " ".join(_details(value)), said.at)


def _details(answer: Acknowledged) -> list[str]:
    """Their number, the ISWC and their remarks, which are not translated."""
    found = []
    if answer.partner_number:
        found.append(_("Their number is %(number)s.", number=apart(answer.partner_number)))
    if answer.iswc:
        found.append(_("The work has the number %(number)s.", number=apart(number_words("iswc", answer.iswc))))
    return [*found, *(apart(remark.text) for remark in answer.remarks if remark.text)]


def _since(said: Sequence[Said], row: Row[Any]) -> list[Said]:
    return [one for one in said if one.at >= row.created_at]


def _next(row: Row[Any], said: Sequence[Said]) -> list[Moment]:
    """What is still to come, or to be done."""
    if row.state == "refused":
        return [Moment("todo", _("Correct the record; saving it sends it again"))]
    answers = [one.value for one in said if isinstance(one.value, Acknowledged)]
    if row.state != "receipted" or not row.aggregate.startswith("work/"):
        return []
    if not answers:
        return [Moment("todo", _("No partner has answered yet"))]
    last = answers[-1]
    if last.status == "RJ":
        return [Moment("todo", _("Correct the record; saving it sends it again"))]
    if closes(last.status):
        return []
    return [Moment("todo", _("%(partner)s has more to say", partner=partner_name(last.partner)))]


def _arrived_step(one: Step) -> Moment:
    titles = {
        "received": ("done", _("Received from the gateway")),
        "held": ("now", _("Held until an earlier message comes")),
        "parked": ("stop", _("Parked for a person")),
        "decided": ("done", _("A person decided")),
        "applied": ("done", _("Put into our records")),
        "stale": ("done", _("A newer one was there already")),
        "refused": ("stop", _("Could not be used; the gateway was told")),
    }
    state, title = titles.get(one.step, ("done", one.step))
    return Moment(state, title, _step_text(one), one.at)


def _step_text(one: Step) -> str:
    if one.step == "parked":
        return reason_words(one.detail.partition(":")[0])
    if one.step == "refused":
        return " ".join(reasons(one.detail, ())) if one.detail else ""
    if one.step == "decided":
        return _decision(one.detail)
    return _("number %(number)s of the gateway", number=apart(one.detail)) if one.step == "received" else ""


def _decision(detail: str) -> str:
    """``again: who`` or ``given-up: who``."""
    decision, _colon, who = detail.partition(": ")
    if decision == "again":
        return str(_("Run again, by %(person)s", person=apart(who)))
    return str(_("Given up, by %(person)s", person=apart(who)))


def reasons_of(code: str | None, given: Sequence[dict[str, Any]] | None) -> list[str]:
    """The stored reasons of a message that arrived and was refused."""
    found = [Reason(str(one.get("code", "")), one.get("field"), one.get("text")) for one in given or ()]
    return reasons(code, found) if code else []
