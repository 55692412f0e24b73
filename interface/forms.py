"""Forms of the shared pages."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import DataRequired, Email, EqualTo, Length


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Email and password; a browser's or a tool's stored password may be pasted."""

    email = EmailField(_("Email"), validators=[DataRequired(), Length(max=255)], render_kw={"autocomplete": "username"})
    password = PasswordField(
        _("Password"),
        validators=[DataRequired(), Length(max=1024)],
        render_kw={"autocomplete": "current-password"},
    )


class ChangePasswordForm(FlaskForm):  # type: ignore[misc]
    """The old password once, the new one once; it can be shown, so it is not asked twice."""

    old = PasswordField(
        _("Present password"),
        validators=[DataRequired(), Length(max=1024)],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        _("New password"),
        validators=[DataRequired(), Length(max=1024)],
        render_kw={"autocomplete": "new-password"},
        description=_("At least 12 characters. A short sentence is good."),
    )


class SetUpForm(FlaskForm):  # type: ignore[misc]
    """The first administrator's account."""

    full_name = StringField(
        _("Your name"), validators=[DataRequired(), Length(max=200)], render_kw={"autocomplete": "name", "dir": "auto"}
    )
    email = EmailField(
        _("Email"), validators=[DataRequired(), Length(max=255), Email()], render_kw={"autocomplete": "username"}
    )
    password = PasswordField(
        _("Password"),
        validators=[DataRequired(), Length(max=1024)],
        render_kw={"autocomplete": "new-password"},
        description=_("At least 12 characters. A short sentence is good."),
    )
    again = PasswordField(
        _("Password, once more"),
        validators=[DataRequired(), EqualTo("password", message=_("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )
