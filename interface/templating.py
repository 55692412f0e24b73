"""What templates may call, and the frame around every page."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Flask, g, request
from flask_security import current_user

from interface import languages, numbers, permissions, sessions
from interface.assets import Assets
from interface.frame import Frame, with_current
from interface.settings import Settings


def install(app: Flask, settings: Settings, frame: Callable[[], Frame], whole: Frame) -> None:
    """Give the templates of the application their functions; ``whole`` says what ``frame`` leaves open."""
    assets: Assets = app.extensions["kora_assets"]
    app.jinja_env.globals.update(
        static_url=assets.url,
        interface_frame=lambda: frame_of_page(frame, whole),
        language=languages.language,
        languages=languages.languages,
        language_name=languages.language_name,
        text_direction=languages.text_direction,
        signed_in=lambda: bool(current_user.is_authenticated),
        person=lambda: current_user,
        person_name=lambda: current_user.full_name or current_user.email,
        must_change=lambda: bool(current_user.is_authenticated and current_user.must_change_password),
        may=permissions.may,
        here=here,
        idle_seconds=settings.idle_minutes * 60,
        browser_words=sessions.browser_words,
        field_errors=field_errors,
        format_number=numbers.format_number,
        format_percent=numbers.format_percent,
        format_share=numbers.format_share,
        format_money=numbers.format_money,
        format_instant=numbers.format_instant,
        format_day=numbers.format_day,
    )


def frame_of_page(frame: Callable[[], Frame], whole: Frame) -> Frame:
    """The application's frame for this request, without sections that are closed to the person."""
    own = frame() if current_user.is_authenticated and "kora_bare" not in g else Frame()
    shown = [link for link in own.navigation if link.permission is None or permissions.may(link.permission)]
    return replace(
        own,
        name=own.name or whole.name,
        subtitle=own.subtitle or whole.subtitle,
        navigation=with_current(shown, request.path),
        edition=whole.edition,
        version=whole.version,
        time_zone=own.time_zone or whole.time_zone,
    )


def here() -> str:
    """The address of this page, to come back to."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path


def field_errors(form: Any) -> list[tuple[str, str]]:
    """Every error of a form as (address of its field, sentence), in the order of the fields."""
    return [(f"#{field.id}", f"{field.label.text}: {error}") for field in form for error in field.errors if error]
