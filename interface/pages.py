"""Pages both applications have: signing in and out, the password, the set-up link, the account, the language."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from blinker import Namespace
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import current_user
from flask_security.utils import login_user, logout_user, verify_password
from werkzeug.wrappers import Response as AnyResponse

from interface import accounts, sessions
from interface.assets import Assets
from interface.database import database
from interface.forms import ChangePasswordForm, SetUpForm, SignInForm
from interface.languages import keep_language
from interface.passwords import WeakPassword, normalised
from interface.permissions import public, signed_in
from interface.tables import User

pages = Blueprint("interface", __name__, template_folder="templates")

sign_in_failed = Namespace().signal("sign-in-failed")
"""Sent by the application, in the transaction that notes the failure, with the ``email`` that was typed."""


def say(text: str, *, undo: str | None = None, kind: str = "ok") -> None:
    """Show a line after the next page load, with a button that posts to ``undo`` when given."""
    flash(text, f"{kind} {undo}" if undo else kind)


def now() -> datetime:
    """The instant of this request, from the application's clock."""
    instant: datetime = current_app.extensions["kora_now"]()
    return instant


def time_cost() -> int:
    """Rounds of argon2id the application was made with."""
    return int(current_app.extensions["kora_time_cost"])


@pages.get("/static/<digest>/<path:name>", endpoint="asset")
@public
def send_asset(digest: str, name: str) -> Response:
    """A file under the hash of its content, kept by browsers for a year."""
    assets: Assets = current_app.extensions["kora_assets"]
    asset = assets.get(digest, name)
    if asset is None:
        abort(404)
    response = Response(asset.body, content_type=asset.content_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.best_match(["gzip"]) and len(asset.packed) < len(asset.body):
        response.set_data(asset.packed)
        response.headers["Content-Encoding"] = "gzip"
    return response


@pages.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> AnyResponse | str | tuple[str, int]:
    """Email and password; wrong ones and unknown accounts get the same answer after the same work."""
    if current_user.is_authenticated:
        return redirect(_next())
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("interface/sign_in.html", form=form, problem=None, hint=None)
    email, address = form.email.data, request.remote_addr or ""
    wait = accounts.wait_left(database(), email, address, now=now())
    if not wait:
        user = _checked_user(email, form.password.data)
        if user is not None:
            return _enter(user, email, address)
        accounts.note_failure(database(), email, address, now=now())
        sign_in_failed.send(current_app._get_current_object(), email=email)  # type: ignore[attr-defined]
        wait = accounts.wait_left(database(), email, address, now=now())
        database().commit()
    return render_template(
        "interface/sign_in.html",
        form=form,
        problem=_("Email or password is not right."),
        hint=_wait_words(int(wait.total_seconds())),
    ), 400


def _wait_words(seconds: int) -> str | None:
    if seconds <= 0:
        return None
    if seconds < 60:
        return str(
            ngettext(
                "Please wait %(num)d second before the next try.",
                "Please wait %(num)d seconds before the next try.",
                seconds,
            )
        )
    return str(
        ngettext(
            "Please wait %(num)d minute before the next try.",
            "Please wait %(num)d minutes before the next try.",
            -(-seconds // 60),
        )
    )


def _checked_user(email: str, password: str) -> User | None:
    """The active account with this password. One check of argon2id is made whether the account exists or not."""
    user = accounts.find_user(database(), email)
    kept = user.password if user is not None and user.password else current_app.extensions["kora_no_password"]
    right = verify_password(normalised(password), kept)
    if user is None or not right or not user.active:
        return None
    if user.one_time_until is not None and now() > user.one_time_until:
        return None
    return user


def _enter(user: User, email: str, address: str) -> AnyResponse:
    accounts.forget_failures(database(), email, address)
    database().commit()
    language = session.get("language")
    session.clear()
    g.pop("csrf_token", None)
    if language:
        session["language"] = language
    login_user(user, remember=False, authn_via=["password"])
    sessions.renew()
    if user.must_change_password:
        return redirect(url_for("interface.change_password"))
    return redirect(_next())


@pages.post("/sign-out")
@signed_in
def sign_out() -> AnyResponse:
    """End this session."""
    logout_user()
    session.clear()
    return redirect(url_for("interface.sign_in"))


@pages.route("/account/password", methods=["GET", "POST"])
@signed_in
def change_password() -> AnyResponse | str | tuple[str, int]:
    """Change one's password; all other sessions of the person end, this one gets a new id."""
    form = ChangePasswordForm()
    if not form.validate_on_submit():
        return render_template("interface/change_password.html", form=form)
    user = accounts.find_user(database(), current_user.email)
    if user is None or not verify_password(normalised(form.old.data), user.password):
        form.old.errors = [_("This is not your present password.")]
        return render_template("interface/change_password.html", form=form), 400
    old_key, first_time = user.fs_uniquifier, user.must_change_password
    try:
        accounts.set_password(user, form.new.data, time_cost())
    except WeakPassword as weak:
        form.new.errors = [weak_words(weak.reason)]
        return render_template("interface/change_password.html", form=form), 400
    sessions.end_all_sessions(database(), old_key, keep=sessions.this_session())
    database().commit()
    login_user(user, remember=False, authn_via=["password"])
    sessions.renew()
    say(_("Your password is changed. Your other sessions have ended."))
    return redirect("/" if first_time else url_for("interface.account"))


def weak_words(reason: str) -> str:
    """What is wrong with a password and what would be right."""
    sentences: dict[str, str] = {
        "short": _("The password is too short. Take at least 12 characters."),
        "long": _("The password is too long. Take at most 128 characters."),
        "common": _("This password is guessed easily. Take another one."),
    }
    return sentences[reason]


@pages.route("/set-up/<token>", methods=["GET", "POST"])
@public
def set_up(token: str) -> AnyResponse | str | tuple[str, int]:
    """The first administrator's account, once, by the link that the first start printed."""
    if not accounts.setup_link_is_valid(database(), token, now=now()):
        abort(404)
    form = SetUpForm()
    if not form.validate_on_submit():
        return render_template("interface/set_up.html", form=form)
    try:
        user = accounts.use_setup_link(
            database(),
            token,
            email=form.email.data,
            full_name=form.full_name.data,
            password=form.password.data,
            role=current_app.extensions["kora_users"].first_role,
            now=now(),
            time_cost=time_cost(),
        )
    except WeakPassword as weak:
        form.password.errors = [weak_words(weak.reason)]
        return render_template("interface/set_up.html", form=form), 400
    database().commit()
    login_user(user, remember=False, authn_via=["password"])
    sessions.renew()
    return redirect("/")


@pages.get("/account/stay")
@signed_in
def stay() -> tuple[str, int]:
    """Nothing but the visit itself, with which an open page keeps its session alive."""
    return "", 204


@pages.get("/account")
@signed_in
def account() -> str:
    """One's account: name, roles, language, and the places where one is signed in."""
    rows = sessions.sessions_of(database(), current_user.fs_uniquifier)
    return render_template("interface/account.html", rows=rows, this=sessions.this_session())


@pages.get("/account/keys")
@signed_in
def keys() -> str:
    """What keys do; an open page shows it when somebody presses the question mark."""
    return render_template("interface/keys.html")


@pages.post("/account/sessions/end")
@signed_in
def end_session() -> AnyResponse:
    """End one or all other sessions of one's own."""
    user_key = current_user.fs_uniquifier
    which = request.form.get("session", "")
    if which == "others":
        sessions.end_all_sessions(database(), user_key, keep=sessions.this_session())
    elif not sessions.end_session(database(), user_key, which):
        abort(404)
    database().commit()
    say(_("The session has ended."))
    return redirect(url_for("interface.account"))


@pages.post("/language")
@public
def choose_language() -> AnyResponse:
    """Change the language and stay on the page."""
    if not keep_language(request.form.get("language", "")):
        abort(400)
    database().commit()
    return redirect(safe_address(request.form.get("next", "/")))


def safe_address(address: str) -> str:
    """An address inside this application; anything else becomes the first page."""
    parts: Any = urlsplit(address)
    inside = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return address if inside and "\\" not in address and address.isprintable() else "/"


def _next() -> str:
    return safe_address(request.args.get("next", "/"))
