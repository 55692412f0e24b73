"""Who may do what: permissions are constants of the code (``works.edit``), roles are rows (S-14, S-40).

Every route declares itself with one of the three decorators. A route without a declaration, or with a permission
the application does not know, stops the start; so nothing is open by forgetting.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask, abort, redirect, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "_kora_permission"
PUBLIC = "public"
SIGNED_IN = "signed in"


class UndeclaredPermission(Exception):
    """A route says nothing, or something unknown, about who may use it."""


@dataclass(frozen=True)
class Users:
    """The permissions an application knows, the roles it starts with, and the first administrator's role."""

    permissions: frozenset[str]
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    first_role: str = "admin"


def permission(code: str) -> Callable[[View], View]:
    """Only people with a role that holds ``code`` (``domain.action``) may use the view."""
    return lambda view: _mark(view, code)


def public(view: View) -> View:
    """Everybody may use the view, without signing in."""
    return _mark(view, PUBLIC)


def signed_in(view: View) -> View:
    """Everybody who is signed in may use the view."""
    return _mark(view, SIGNED_IN)


def _mark(view: View, code: str) -> View:
    setattr(view, _MARK, code)
    return view


def may(code: str) -> bool:
    """Whether the person of this request has the permission."""
    return bool(current_user.is_authenticated and current_user.has_permission(code))


def check_routes(app: Flask, known: Iterable[str]) -> None:
    """Raise :class:`UndeclaredPermission` for a route that nobody decided about."""
    codes = {*known, PUBLIC, SIGNED_IN}
    for rule in app.url_map.iter_rules():
        declared = getattr(app.view_functions[rule.endpoint], _MARK, None)
        if declared is None:
            raise UndeclaredPermission(f"{rule.rule} ({rule.endpoint}) declares no permission")
        if declared not in codes:
            raise UndeclaredPermission(f"{rule.rule} ({rule.endpoint}) declares the unknown permission {declared!r}")


def guard(app: Flask) -> None:
    """Check the declaration of the view before every request; forbidden answers like not found (S-13)."""

    @app.before_request
    def check() -> Response | None:
        if request.endpoint is None:
            return None
        declared = getattr(app.view_functions[request.endpoint], _MARK, None)
        if declared == PUBLIC:
            return None
        if not current_user.is_authenticated:
            return _to_sign_in()
        if current_user.must_change_password and request.endpoint not in _WHILE_CHANGING:
            return redirect(url_for("interface.change_password"))
        if declared != SIGNED_IN and (declared is None or not may(declared)):
            abort(404)
        return None


_WHILE_CHANGING = {"interface.change_password", "interface.sign_out", "interface.choose_language"}


def _to_sign_in() -> Response:
    """Send to the sign-in page; htmx is told to load it as a page, not to put it into a part of one."""
    if "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Redirect": url_for("interface.sign_in")})
    return redirect(url_for("interface.sign_in", next=_back()))


def _back() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else "/"
