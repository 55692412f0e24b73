"""The simulated web service: the log of transactions, and one party as it is."""

import hmac
import threading

from flask import Flask, Response, request

from connectors.ipi.client import LOG, PARTY
from connectors.ipi.simulator.register import Register
from connectors.simulating import Control


def service(register: Register, user: str, password: str, control: Control) -> Flask:
    """The application. One request at a time reads the register."""
    app = Flask(__name__, static_folder=None)
    alone = threading.Lock()

    @app.before_request
    def let_in() -> Response | None:
        given = request.authorization
        named = given is not None and hmac.compare_digest(given.username or "", user)
        if named and given is not None and hmac.compare_digest(given.password or "", password):
            return None
        return Response("", 401, {"WWW-Authenticate": 'Basic realm="IPI"'}, content_type="text/plain")

    @app.get(LOG)
    def log() -> Response:
        most = request.args.get("maxTx", "300")
        mark = request.args.get("startTxTs", "")
        if not most.isdigit() or not mark.isdigit() or len(mark) != 14:
            return Response("", 400, content_type="text/plain")
        with alone:
            lines = register.log_since(mark, int(most))
        switches = control.read()
        if switches.duplicate:
            lines = [line for line in lines for _ in range(2)]
        return _text(lines[::-1] if switches.reorder else lines)

    @app.get(PARTY)
    def party() -> Response:
        with alone:
            lines = register.snapshot(request.args.get("ipBaseNr", ""))
        if lines is None:
            return Response("", 404, content_type="text/plain")
        return _text(lines * 2 if control.read().duplicate else lines)

    return app


def _text(lines: list[bytes]) -> Response:
    return Response(b"".join(lines), content_type="text/plain; charset=windows-1252")
