"""Forms of the settings."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField, StringField
from wtforms.validators import DataRequired, Email, Length


class PersonForm(FlaskForm):  # type: ignore[misc]
    """Somebody who may sign in from now on."""

    full_name = StringField(_("Name"), validators=[DataRequired(), Length(max=200)], render_kw={"dir": "auto"})
    email = EmailField(_("Email"), validators=[DataRequired(), Length(max=255), Email()])
    role = SelectField(_("Role"), validators=[DataRequired()])


class SeriesForm(FlaskForm):  # type: ignore[misc]
    """What the numbers of a kind begin with from now on."""

    kind = SelectField(_("Numbers of"), validators=[DataRequired()])
    prefix = StringField(_("Begin with"), validators=[Length(max=8)], render_kw={"dir": "ltr"})
