"""The form of a work: titles, share grid, numbers and details, drawn per class from the class table."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)

from interface.languages import language
from local_node.identifiers.words import scheme_name
from local_node.works.grid import Line, line_of
from local_node.works.rules import BY_PEOPLE, allowed_roles
from local_node.works.words import detail_label
from mappings import tables
from mappings.codes.rows import CreationClass, DetailField
from mappings.model import Identifier, Interest, Title, Work

MOST_LINES = 200


class TitleLine(Form):  # type: ignore[misc]
    """One title. The tick says that a person stands behind its Latin form."""

    text = StringField(_("Title"))
    kind = SelectField(_("Type"), validate_choice=False)
    language = SelectField(_("Language"), validate_choice=False)
    accepted = BooleanField(_("Accepted"), default=True)


class InterestLine(Form):  # type: ignore[misc]
    """One interest. ``keep`` and ``party`` say which stored interest and right owner it comes from."""

    keep = HiddenField()
    party = HiddenField()
    holder = StringField(_("Right holder"))
    pick = SelectField(_("Which one?"), validate_choice=False, default="")
    role = SelectField(_("Role"), validate_choice=False)
    pr = StringField(_("Performing"))
    mr = StringField(_("Mechanical"))
    sr = StringField(_("Synchronisation"))
    territory = StringField(_("Territory"))
    ours = BooleanField(_("Ours"))


class WorkForm(FlaskForm):  # type: ignore[misc]
    """What every class has; ``form_of`` adds the numbers and details of one class."""

    version = HiddenField()
    titles = FieldList(FormField(TitleLine), max_entries=MOST_LINES)
    interests = FieldList(FormField(InterestLine), max_entries=MOST_LINES)
    pasted = TextAreaField(_("Rows of a spreadsheet"))
    paste_at = HiddenField()


def form_of(row: CreationClass, data: Mapping[str, Any] | None = None, *, typed: bool = True) -> Any:
    """The form of a class, from what was typed or from ``data``, with its choices in the reader's language."""
    fields: dict[str, Any] = {f"detail_{asked.name}": _detail_field(asked) for asked in row.details}
    fields |= {number_field(scheme): StringField(scheme_name(scheme)) for scheme in row.identifiers}
    made = type("WorkFormOfClass", (WorkForm,), fields)
    form = made(data=data) if typed else made(formdata=None, data=data)
    _offer(form, row)
    return form


def number_field(scheme: str) -> str:
    """The form's field for a scheme."""
    return f"number_{scheme.replace('-', '_')}"


def data_of(work: Work, version: int | None) -> dict[str, Any]:
    """A work as the form shows it."""
    numbers = {one.scheme: one.value for one in work.identifiers if one.source in BY_PEOPLE}
    return {
        "version": "" if version is None else str(version),
        "titles": [
            {"text": one.text, "kind": one.kind, "language": one.language or "", "accepted": one.accepted}
            for one in work.titles
        ],
        "interests": [line_data(line_of(one, place, language())) for place, one in enumerate(work.interests)],
        **{f"detail_{name}": value for name, value in work.details.items()},
        **{number_field(scheme): value for scheme, value in numbers.items()},
    }


def data_of_copy(work: Work) -> dict[str, Any]:
    """A new work that begins as another one: its titles, people and details, none of its numbers."""
    data = data_of(work, None)
    numbers = [name for name in data if name.startswith("number_")]
    lines = [{**one, "keep": ""} for one in data["interests"]]
    return {**data, **dict.fromkeys(numbers, ""), "interests": lines}


def line_data(line: Line) -> dict[str, Any]:
    """A line of the grid as its fields."""
    return {
        "keep": "" if line.keep is None else str(line.keep),
        "party": line.party,
        "holder": line.holder,
        "pick": "",
        "role": line.role,
        "pr": line.shares.get("PR", ""),
        "mr": line.shares.get("MR", ""),
        "sr": line.shares.get("SR", ""),
        "territory": line.territory,
        "ours": line.ours,
    }


def new_line() -> dict[str, Any]:
    """An empty line: ours, in the whole world."""
    world = tables.territory_name("2136", language())
    return {"keep": "", "party": "", "holder": "", "pick": "", "role": "", "pr": "", "mr": "", "sr": ""} | {
        "territory": world,
        "ours": True,
    }


def line_from(entry: Any) -> Line:
    """A line of the grid as it was typed."""
    keep = entry.keep.data or ""
    return Line(
        keep=int(keep) if keep.isascii() and keep.isdigit() else None,
        party=entry.party.data or "",
        holder=(entry.holder.data or "").strip(),
        role=entry.role.data or "",
        shares={"PR": entry.pr.data or "", "MR": entry.mr.data or "", "SR": entry.sr.data or ""},
        territory=entry.territory.data or "",
        ours=bool(entry.ours.data),
    )


def work_from(form: Any, row: CreationClass, stored: Work | None, interests: Sequence[Interest]) -> Work:
    """The work a form describes; what the form does not show comes from the stored one. Empty titles are left out."""
    titles = tuple(_title(entry) for entry in form.titles if (entry.text.data or "").strip())
    asked = {one.name for one in row.details}
    carried = {name: value for name, value in stored.details.items() if name not in asked} if stored else {}
    typed = {name: (form[f"detail_{name}"].data or "").strip() for name in sorted(asked)}
    kept = stored.identifiers if stored else ()
    return Work(
        titles=titles or (Title(""),),
        interests=tuple(interests),
        creation_class=row.code,
        id=stored.id if stored else None,
        number=stored.number if stored else None,
        identifiers=(*_others(kept, row), *_numbers(form, row, kept)),
        details=carried | {name: value for name, value in typed.items() if value},
        annexes=stored.annexes if stored else (),
    )


def _title(entry: Any) -> Title:
    text = " ".join(entry.text.data.split())
    return Title(text, entry.kind.data or "OT", entry.language.data or None, None, bool(entry.accepted.data))


def _numbers(form: Any, row: CreationClass, kept: Sequence[Identifier]) -> list[Identifier]:
    """Numbers typed in the form; one that was there before keeps its source."""
    found = []
    for scheme in row.identifiers:
        value = (form[number_field(scheme)].data or "").strip()
        same = next((one for one in kept if one.scheme == scheme and one.value == value), None)
        if value:
            found.append(same or Identifier(scheme, value, source="typed"))
    return found


def _others(kept: Sequence[Identifier], row: CreationClass) -> list[Identifier]:
    """Numbers the form does not show: other schemes, and what partners gave."""
    return [one for one in kept if one.scheme not in row.identifiers or one.source not in BY_PEOPLE]


def _detail_field(asked: DetailField) -> Any:
    label = detail_label(asked.name)
    if asked.type == "flag":
        return SelectField(label, validate_choice=False, choices=lambda: _yes_no())
    if asked.type == "choice":
        return SelectField(label, validate_choice=False, choices=[SelectChoice("", "–"), *map(_same, asked.choices)])
    if asked.type == "language":
        return SelectField(label, validate_choice=False, choices=_languages)
    if asked.type == "territory":
        return SelectField(label, validate_choice=False, choices=_countries)
    numeric = (
        {"inputmode": "numeric", "dir": "ltr"} if asked.type in ("number", "year", "duration") else {"dir": "auto"}
    )
    hint = {"duration": "00:03:42", "date": "2026-11-24"}.get(asked.type)
    return StringField(label, render_kw=numeric | ({"placeholder": hint} if hint else {}))


def _same(code: str) -> SelectChoice:
    return SelectChoice(code, code)


def _offer(form: Any, row: CreationClass) -> None:
    """Fill the choices of every line; a value that is not offered stays choosable where it stands."""
    lang = language()
    kinds = [SelectChoice(code, one.name(lang)) for code, one in tables.title_types.items()]
    roles = [SelectChoice("", "–")] + [
        SelectChoice(code, f"{code} {tables.roles.name(code, lang)}") for code in allowed_roles(row)
    ]
    languages = _languages()
    for entry in form.titles:
        entry.form.kind.choices = kinds
        entry.form.language.choices = languages
    for entry in form.interests:
        known = {choice.value for choice in roles}
        own = [] if (entry.role.data or "") in known else [_same(entry.role.data)]
        entry.form.role.choices = [*roles, *own]
        entry.form.pick.choices = []


def _languages() -> list[SelectChoice]:
    lang = language()
    named = sorted((one.name(lang), code.lower()) for code, one in tables.languages.items())
    return [SelectChoice("", "–"), *(SelectChoice(code, name) for name, code in named)]


def _countries() -> list[SelectChoice]:
    lang = language()
    named = sorted((one.name(lang), code) for code, one in tables.territories.items() if not one.is_group)
    return [SelectChoice("", "–"), *(SelectChoice(code, name) for name, code in named)]


def _yes_no() -> list[SelectChoice]:
    return [SelectChoice("", "–"), SelectChoice("Y", gettext("yes")), SelectChoice("N", gettext("no"))]
