"""Forms of the members' page."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length, Regexp


class NodeForm(FlaskForm):  # type: ignore[misc]
    """A place for a society's node."""

    society = StringField(
        _("CISAC number"),
        validators=[DataRequired(), Regexp(r"^[0-9]{1,3}$", message=_("This is a number of up to three digits."))],
        render_kw={"dir": "ltr", "inputmode": "numeric"},
    )
    name = StringField(
        _("Official name"),
        validators=[DataRequired(), Length(max=200)],
        render_kw={"dir": "auto"},
        description=_("As in the list of societies, because partners compare it."),
    )
