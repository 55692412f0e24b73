"""Two people at one record as the page shows it: who it was, and each field with what both made of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from interface.numbers import format_instant
from local_node.history import queries as history
from local_node.overtaken.rules import Difference, Meeting, as_typed


@dataclass(frozen=True, slots=True)
class Shown:
    """``title`` says who changed the record and when; ``rows`` are the fields that person changed."""

    title: str
    rows: list[dict[str, Any]]


def shown(session: Session, subject: str, meeting: Meeting, form: Any) -> Shown:
    """A meeting for the top of the page; ``form`` names its fields."""
    last = next(iter(history.of(session, subject, limit=1)), None)
    if last is None:
        title = _("Somebody else changed this meanwhile. Look at both, then save.")
    else:
        at = format_instant(last.at, "short")
        title = _("%(who)s changed this meanwhile (%(time)s). Look at both, then save.", who=last.who, time=at)
    return Shown(str(title), [_row(one, form) for one in meeting.differences])


def opened(values: Mapping[str, Any]) -> str:
    """What a form showed when it was opened, for its hidden field ``was``."""
    return json.dumps(texts(values), ensure_ascii=False)


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Values of a form as texts, to be compared with what it showed."""
    return {name: as_typed(value) for name, value in values.items()}


def was_opened() -> dict[str, str] | None:
    """What the form of this request showed when it was opened; None when it does not say."""
    try:
        said = json.loads(request.form.get("was", ""))
    except ValueError:
        return None
    return texts(said) if isinstance(said, dict) else None


def _row(one: Difference, form: Any) -> dict[str, Any]:
    return {
        "field": one.field,
        "label": _label(form, one.field),
        "was": one.was or "–",
        "theirs": one.theirs or "–",
        "mine": one.mine or "–",
        "by_both": one.by_both,
    }


def _label(form: Any, field: str) -> str:
    name, _divider, rest = field.partition("-")
    place, _divider, cell = rest.partition("-")
    if not cell:
        words = {"titles": _("Titles"), "names": _("Names"), "interests": _("Shares")}
        return str(words.get(name) or form[name].label.text)
    label = form[name][int(place)].form[cell].label.text
    return str(_("%(field)s, line %(line)s", field=label, line=int(place) + 1))
