"""The form of a creation class: its line of the table, cell by cell."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, StringField, TextAreaField

from interface.languages import language_name
from local_node.classes import rules
from local_node.classes.words import family_words, rights_words
from mappings.codes.rows import LANGUAGES, CreationClass


class ClassForm(FlaskForm):  # type: ignore[misc]
    """One class. Lists of codes are words with blanks between them, as in the table."""

    code = StringField(_("Code"), render_kw={"dir": "ltr", "maxlength": 4})
    name_en = StringField(language_name("en"), render_kw={"lang": "en"})
    name_fr = StringField(language_name("fr"), render_kw={"lang": "fr"})
    name_es = StringField(language_name("es"), render_kw={"lang": "es"})
    name_pt = StringField(language_name("pt"), render_kw={"lang": "pt"})
    family = SelectField(_("Family"), validate_choice=False)
    right_families = SelectField(_("Rights"), validate_choice=False)
    roles = StringField(_("Roles"), render_kw={"dir": "ltr"})
    identifiers = StringField(_("Numbers of the work"), render_kw={"dir": "ltr"})
    details = TextAreaField(_("What is asked about a work"), render_kw={"dir": "ltr", "rows": 5})
    partners = StringField(_("Partners that take it"), render_kw={"dir": "ltr"})


def data_of(row: CreationClass) -> dict[str, str]:
    """A class as the form shows it."""
    cells = rules.cells_of(row)
    shown = {name: cells[name] for name in cells if hasattr(ClassForm, name)}
    return {**shown, "details": cells["details"].replace(";", "\n")}


def form_with(data: Mapping[str, Any] | None = None, *, typed: bool = True) -> Any:
    """The form, from what was typed or from ``data``."""
    form = ClassForm(data=data) if typed else ClassForm(formdata=None, data=data)
    form.family.choices = [SelectChoice(one, family_words(one)) for one in rules.FAMILIES]
    form.right_families.choices = [
        SelectChoice(one, rights_words(one)) for one in ("author", "related", "author related")
    ]
    return form


def cells_from(form: Any, before: dict[str, str] | None) -> dict[str, str]:
    """The cells a form describes; what it does not show comes from the class as it was."""
    shown = ("family", "right_families", "roles", "identifiers", "partners", *(f"name_{one}" for one in LANGUAGES))
    cells = {name: " ".join((form[name].data or "").split()) for name in shown}
    cells["code"] = before["code"] if before else (form.code.data or "").strip().upper()
    cells["roles"] = cells["roles"].upper()
    cells["details"] = rules.details_of_lines(form.details.data or "")
    kept = {name: (before or {}).get(name, "") for name in ("linked_identifiers", "party_identifiers")}
    return {**kept, **cells}
