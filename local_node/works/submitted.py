"""What a submitted form of a work means: the buttons between its lines, and the work it describes."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from wtforms import SelectChoice

from interface.languages import language
from local_node.history.rules import name_of
from local_node.right_owners import queries as right_owners
from local_node.right_owners.models import RightOwner
from local_node.right_owners.rules import problem_of
from local_node.works import filling, forms
from local_node.works.grid import Line, NotAShare, NoTerritory, completed, interest_of, stored_interest
from local_node.works.rules import Finding
from mappings.codes.rows import CreationClass
from mappings.latin import script_of
from mappings.model import Interest, Party, PartyName, Work

SOMEBODY_ELSE = "new"


@dataclass(frozen=True, slots=True)
class Read:
    """The work a form describes, and what could not be understood in it."""

    work: Work
    problems: tuple[Finding, ...]


class WhichOne(Exception):
    """Several right owners bear the name that was typed."""

    def __init__(self, candidates: Sequence[RightOwner]) -> None:
        super().__init__()
        self.candidates = candidates


def after_button(form: Any, do: str, roles: Container[str] = ()) -> dict[str, Any]:
    """The form's data after a button such as ``add-line``, ``copy-line-2``, ``rest-line-0`` or ``remove-title-0``."""
    data = dict(form.data)
    verb, _, rest = do.partition("-")
    what, _, number = rest.partition("-")
    name = {"title": "titles", "line": "interests", "lines": "interests"}.get(what)
    if name is None:
        return data
    lines = list(data[name])
    place = int(number) if number.isascii() and number.isdigit() else len(lines)
    if what == "title":
        return data | {name: _moved(lines, verb, place, {"kind": "AT", "accepted": True})}
    if verb == "paste":
        at = data["paste_at"] or ""
        begin = int(at) if at.isascii() and at.isdigit() and int(at) <= len(lines) else _first_empty(lines)
        lines = filling.pasted(lines, begin, data["pasted"] or "", roles=roles, new=forms.new_line)[: forms.MOST_LINES]
        return data | {name: lines, "pasted": "", "paste_at": ""}
    if verb == "equal":
        return data | {name: filling.divided(lines)}
    if verb == "rest" and place < len(lines):
        return data | {name: filling.with_remainder(lines, place)}
    if verb == "above":
        return data | {name: filling.like_above(lines, place)}
    return data | {name: _moved(lines, verb, place, forms.new_line())}


def _moved(lines: list[dict[str, Any]], verb: str, place: int, new: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines after one was added, copied, removed or moved."""
    if verb == "add" and len(lines) < forms.MOST_LINES:
        lines.append(new)
    elif verb == "remove" and place < len(lines):
        del lines[place]
    elif verb == "copy" and place < len(lines):
        lines.insert(place + 1, {**lines[place], "party": "", "holder": "", "keep": ""})
    elif verb == "up" and 0 < place < len(lines):
        lines[place - 1], lines[place] = lines[place], lines[place - 1]
    elif verb == "down" and place + 1 < len(lines):
        lines[place + 1], lines[place] = lines[place], lines[place + 1]
    return lines


def _first_empty(lines: Sequence[dict[str, Any]]) -> int:
    """Where pasted rows go when no line was pointed at: behind the last line in which something stands."""
    filled = [place for place, one in enumerate(lines) if one["holder"] or any(one[right] for right in filling.RIGHTS)]
    return max(filled) + 1 if filled else 0


def read(session: Session, form: Any, row: CreationClass, stored: Work | None) -> Read:
    """The work a form describes. Empty lines of the grid are left out."""
    problems: list[Finding] = []
    lines: list[Line] = []
    interests: list[Interest] = []
    for place, entry in enumerate(form.interests):
        line = forms.line_from(entry)
        if _is_empty(line):
            continue
        found = _interest(session, entry, line, stored, place, problems)
        lines.append(line)
        interests.append(found)
    work = forms.work_from(form, row, stored, completed(lines, interests))
    return Read(work, tuple(problems))


def _is_empty(line: Line) -> bool:
    return not line.holder and not any(text.strip() for text in line.shares.values()) and line.keep is None


def _interest(
    session: Session, entry: Any, line: Line, stored: Work | None, place: int, problems: list[Finding]
) -> Interest:
    before = stored_interest(stored, line.keep)
    party: Party | None = None
    try:
        party = _party(session, line, before, entry.pick.data or "")
    except WhichOne as question:
        entry.pick.choices = _candidates(question.candidates)
        problems.append(Finding("which-one", f"interests.{place}.pick", {"name": line.holder}))
    if party is not None and party.id:
        # Shown again after another mistake, the line stays with who was found.
        entry.party.data, entry.holder.data = party.id, name_of(party)
    try:
        return interest_of(line, before, party, language())
    except NotAShare as error:
        problems.append(Finding("not-a-share", f"interests.{place}.pr", {"value": str(error)}))
    except NoTerritory as error:
        problems.append(Finding("territory-unknown", f"interests.{place}.territory", {"territory": str(error)}))
    return before or Interest(role=line.role, party=party)


def _party(session: Session, line: Line, before: Interest | None, pick: str) -> Party | None:
    """Who is meant: the right owner chosen before, one of ours by number or name, or somebody known by name only.

    Raises WhichOne.
    """
    if not line.holder:
        return before.party if before is not None and before.party is not None and not before.party.names else None
    known = right_owners.get(session, line.party) if line.party else None
    if known is not None and name_of(right_owners.to_party(known)) == line.holder:
        return right_owners.to_party(known)
    if before is not None and before.party is not None and name_of(before.party) == line.holder:
        return before.party
    chosen = right_owners.get(session, pick) if pick and pick != SOMEBODY_ELSE else None
    if chosen is not None:
        return right_owners.to_party(chosen)
    found = [] if pick == SOMEBODY_ELSE else _ours(session, line.holder)
    if len(found) > 1:
        raise WhichOne(found)
    return right_owners.to_party(found[0]) if found else _by_name_only(line.holder)


def _ours(session: Session, text: str) -> Sequence[RightOwner]:
    """Right owners of ours a text means: by IPI number, by our number, by name."""
    if text.isascii() and text.replace(" ", "").replace(".", "").isdigit():
        digits = text.replace(" ", "").replace(".", "")
        if problem_of("ipi-name", digits) is None:
            return right_owners.by_identifier(session, "ipi-name", digits.zfill(11))
        numbered = right_owners.by_number(session, digits)
        return [numbered] if numbered else []
    return right_owners.by_name(session, text)


def _by_name_only(text: str) -> Party:
    words = text.split()
    first = " ".join(words[:-1]) or None
    return Party(names=(PartyName(words[-1], first, script=script_of(text)),))


def _candidates(found: Sequence[RightOwner]) -> list[SelectChoice]:
    parties = [right_owners.to_party(one) for one in found]
    named = [(one.id, f"{name_of(one)} · {one.number} · {one.identifier('ipi-name') or '–'}") for one in parties]
    choices = [SelectChoice(id, words) for id, words in named]
    return [SelectChoice("", "–"), *choices, SelectChoice(SOMEBODY_ELSE, _("Somebody else"))]
