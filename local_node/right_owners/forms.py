"""The form of a right owner: names, numbers, societies, and the birth date, which never leaves the office."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import Optional

from interface.languages import language
from local_node.right_owners.rules import PERSON_SCHEMES
from local_node.right_owners.words import SCHEMES, kind_of_name
from mappings import tables
from mappings.model import Identifier, Party, PartyName

NAME_KINDS = ("patronym", "pseudonym", "spelling", "transliteration", "firm")
RIGHTS = ("PR", "MR", "SR")


class NameLine(Form):  # type: ignore[misc]
    """One form of a name. The tick says that a person stands behind its Latin form."""

    name = StringField(_("Last name or name of the firm"))
    first_name = StringField(_("First name"))
    kind = SelectField(_("Kind"), validate_choice=False)
    language = SelectField(_("Language"), validate_choice=False)
    accepted = BooleanField(_("Accepted"), default=True)


class RightOwnerForm(FlaskForm):  # type: ignore[misc]
    """A right owner's public record, and the birth date beside it."""

    version = HiddenField()
    kind = SelectField(_("Kind"), validate_choice=False)
    names = FieldList(FormField(NameLine), max_entries=50)
    birth_date = DateField(
        _("Birth date"), validators=[Optional()], description=_("It is kept encrypted and never leaves this office.")
    )


class QuickForm(FlaskForm):  # type: ignore[misc]
    """The small form beside a share grid: as much as a share needs; the rest is typed in the right owner's own page."""

    kind = SelectField(_("Kind"), validate_choice=False)
    name = StringField(_("Last name or name of the firm"), render_kw={"dir": "auto"})
    first_name = StringField(_("First name"), render_kw={"dir": "auto"})
    ipi = StringField("IPI", render_kw={"dir": "ltr"})


def quick_form(name: str = "") -> Any:
    """The small form; words before the last are taken for first names."""
    first, _divider, last = name.strip().rpartition(" ")
    form = QuickForm(data={"name": last, "first_name": first, "kind": "person"})
    form.kind.choices = _kinds()
    return form


def party_of_quick(form: Any) -> Party:
    """The right owner a small form describes."""
    kind, number = form.kind.data or "person", (form.ipi.data or "").strip()
    first = (form.first_name.data or "").strip() or None
    names = (PartyName(form.name.data, first, "firm" if kind == "firm" else "patronym"),) if form.name.data else ()
    return Party(
        names=names, kind=kind, identifiers=(Identifier("ipi-name", number, source="typed"),) if number else ()
    )


def _kinds() -> list[SelectChoice]:
    return [SelectChoice("person", gettext("person")), SelectChoice("firm", gettext("firm"))]


def form_with(data: Mapping[str, Any] | None = None, *, typed: bool = True) -> Any:
    """The form, from what was typed or from ``data``, with its choices in the reader's language."""
    fields: dict[str, Any] = {number_field(one): StringField(SCHEMES[one]) for one in PERSON_SCHEMES}
    rights = {right: tables.rights.name(right, language()) for right in RIGHTS}
    fields |= {f"society_{right}": StringField(rights[right]) for right in RIGHTS}
    made = type("RightOwnerFormWithNumbers", (RightOwnerForm,), fields)
    form = made(data=data) if typed else made(formdata=None, data=data)
    form.kind.choices = _kinds()
    lang = language()
    named = sorted((row.name(lang), code.lower()) for code, row in tables.languages.items())
    languages = [SelectChoice("", "–"), *(SelectChoice(code, name) for name, code in named)]
    for entry in form.names:
        entry.form.kind.choices = [SelectChoice(kind, kind_of_name(kind)) for kind in NAME_KINDS]
        entry.form.language.choices = languages
    return form


def number_field(scheme: str) -> str:
    """The form's field for a scheme."""
    return f"number_{scheme.replace('-', '_')}"


def data_of(party: Party, version: int) -> dict[str, Any]:
    """A right owner as the form shows it."""
    return {
        "version": str(version),
        "kind": party.kind,
        "names": [
            {
                "name": one.name,
                "first_name": one.first_name or "",
                "kind": one.kind,
                "language": one.language or "",
                "accepted": one.accepted,
            }
            for one in party.names
        ],
        **{number_field(scheme): party.identifier(scheme) or "" for scheme in PERSON_SCHEMES},
        **{f"society_{right}": party.societies.get(right, "") for right in RIGHTS},
    }


def party_from(form: Any, stored: Party | None) -> Party:
    """The right owner a form describes. Names without text are left out; further numbers of a scheme stay."""
    return Party(
        names=tuple(_name(entry, form.kind.data) for entry in form.names if (entry.form.name.data or "").strip()),
        kind=form.kind.data or "person",
        id=stored.id if stored else None,
        number=stored.number if stored else None,
        identifiers=tuple(_numbers(form, stored)),
        societies={
            right: value.zfill(3) for right in RIGHTS if (value := (form[f"society_{right}"].data or "").strip())
        },
    )


def _name(entry: Any, kind: str) -> PartyName:
    form = entry.form
    return PartyName(
        form.name.data,
        form.first_name.data or None,
        "firm" if kind == "firm" and form.kind.data == "patronym" else form.kind.data or "patronym",
        None,
        form.language.data or None,
        bool(form.accepted.data),
    )


def _numbers(form: Any, stored: Party | None) -> list[Identifier]:
    found = []
    for scheme in PERSON_SCHEMES:
        value = (form[number_field(scheme)].data or "").strip()
        held = [one for one in stored.identifiers if one.scheme == scheme] if stored else []
        if value:
            same = next((one for one in held if one.value == value), None)
            found.append(same or Identifier(scheme, value, source="typed"))
        found.extend(held[1:])
    shown = set(PERSON_SCHEMES)
    return found + [one for one in (stored.identifiers if stored else ()) if one.scheme not in shown]
