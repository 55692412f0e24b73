"""Security headers of every answer (S-45) and the check where a changing request comes from (S-44)."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.exceptions import Forbidden

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ONE_YEAR = 31_536_000


class ForeignOrigin(Forbidden):
    """A changing request was sent by a page of somebody else."""


def nonce() -> str:
    """The nonce of this answer, for the rare inline script of a page."""
    if "kora_nonce" not in g:
        g.kora_nonce = secrets.token_urlsafe(18)
    return str(g.kora_nonce)


def policy(page_nonce: str | None) -> str:
    """The content security policy: everything from this server, nothing inline but what bears the nonce."""
    script = f"'self' 'nonce-{page_nonce}'" if page_nonce else "'self'"
    return (
        f"default-src 'self'; script-src {script}; style-src 'self'; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )


def install(app: Flask, *, tls: bool) -> None:
    """Set the headers on every answer and refuse changing requests from other places."""
    app.before_request(refuse_foreign_origin)
    app.jinja_env.globals["nonce"] = nonce

    @app.after_request
    def set_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy(g.get("kora_nonce"))
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if tls:
            response.headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}; includeSubDomains"
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def refuse_foreign_origin() -> None:
    """A changing request must come from our own pages, as far as the browser says where it comes from."""
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ForeignOrigin
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        raise ForeignOrigin
