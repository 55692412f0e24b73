"""The language of a page: what the person chose, else what the browser asks for, else the society's own."""

from babel import Locale
from flask import current_app, g, has_request_context, request, session
from flask_security import current_user

from interface.settings import Settings

OWN_NAMES = {"en": "English", "fr": "Français", "es": "Español", "pt": "Português", "ar": "العربية"}


def settings_of_app() -> Settings:
    """The settings the application was made with."""
    found: Settings = current_app.extensions["kora_settings"]
    return found


def language() -> str:
    """Two-letter code of the language of this page."""
    if not has_request_context():
        return settings_of_app().default_language
    if "kora_language" not in g:
        g.kora_language = _choose(settings_of_app())
    return str(g.kora_language)


def _choose(settings: Settings) -> str:
    wishes = [session.get("language")]
    if current_user.is_authenticated:
        wishes.append(current_user.language)
    wishes.append(request.accept_languages.best_match([code for code in settings.languages if code != "ar"]))
    return next((wish for wish in wishes if wish in settings.languages), settings.default_language)


def keep_language(code: str) -> bool:
    """Remember the choice with the session and, when somebody is signed in, with the person."""
    if code not in settings_of_app().languages:
        return False
    session["language"] = code
    g.pop("kora_language", None)
    if current_user.is_authenticated:
        current_user.language = code
    return True


def text_direction() -> str:
    """``ltr`` or ``rtl``."""
    return str(Locale.parse(language()).text_direction)


def language_name(code: str) -> str:
    """The language's name in the language itself."""
    return OWN_NAMES.get(code, code)


def languages() -> tuple[str, ...]:
    """The languages on offer."""
    return settings_of_app().languages


def time_zone() -> str:
    """The zone in which instants are shown."""
    return settings_of_app().time_zone
