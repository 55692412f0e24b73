"""Forms of the settings."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, Email, Length, Regexp

from interface.languages import language, language_name, languages
from local_node.admin.models import Office
from mappings import tables


class PersonForm(FlaskForm):  # type: ignore[misc]
    """Somebody who may sign in from now on."""

    full_name = StringField(_("Name"), validators=[DataRequired(), Length(max=200)], render_kw={"dir": "auto"})
    email = EmailField(_("Email"), validators=[DataRequired(), Length(max=255), Email()])
    role = SelectField(_("Role"), validators=[DataRequired()])


class SeriesForm(FlaskForm):  # type: ignore[misc]
    """What the numbers of a kind begin with from now on."""

    kind = SelectField(_("Numbers of"), validators=[DataRequired()])
    prefix = StringField(_("Begin with"), validators=[Length(max=8)], render_kw={"dir": "ltr"})


class OfficeForm(FlaskForm):  # type: ignore[misc]
    """What the office is: its language, name and number, money and time."""

    language = SelectField(_("Language of the office"), validators=[DataRequired()])
    name = StringField(
        _("Name of the society"), validators=[DataRequired(), Length(max=200)], render_kw={"dir": "auto"}
    )
    society = StringField(
        _("CISAC number"),
        validators=[DataRequired(), Regexp("^[0-9]{1,3}$", message=_("A CISAC number has up to three digits."))],
        render_kw={"dir": "ltr", "inputmode": "numeric"},
    )
    currency = SelectField(_("Currency"), validators=[DataRequired()])
    time_zone = SelectField(_("Time zone"), validators=[DataRequired()])


def office_data(office: Office, *, time_zone: str) -> dict[str, str]:
    """The office as the form shows it."""
    return {
        "language": office.language or language(),
        "name": office.name,
        "society": office.society,
        "currency": office.currency or "",
        "time_zone": office.time_zone or time_zone,
    }


def office_form(data: Mapping[str, str], *, typed: bool = True) -> Any:
    """The form, from what was typed or from ``data``."""
    form = OfficeForm(data=data) if typed else OfficeForm(formdata=None, data=data)
    lang = language()
    form.language.choices = [SelectChoice(code, language_name(code)) for code in languages()]
    money = sorted((row.name(lang), code) for code, row in tables.currencies.items())
    form.currency.choices = [SelectChoice("", "–"), *(SelectChoice(code, f"{name} ({code})") for name, code in money)]
    form.time_zone.choices = [
        SelectChoice(zone, zone) for zone in sorted(available_timezones()) if "/" in zone or zone == "UTC"
    ]
    return form
