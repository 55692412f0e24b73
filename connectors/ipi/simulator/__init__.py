"""A register of interested parties to try things with: a real HTTP service, and files laid into a folder.

All parties are invented. Layouts are those of the published format; the two calls answer as a public consumer of the
real service reads them (see the connector's README).
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.ipi.simulator.register import Register
from connectors.ipi.simulator.service import service
from connectors.simulating import App, HTTPSimulator, Switches, utc_now

__all__ = ["Simulator", "Switches", "advance"]

USER = "kora"
OUTGOING = "outgoing"


class Simulator(HTTPSimulator):
    """Start it, use it, stop it; what it knows stays in its data folder. Files lie in ``outgoing``."""

    def __init__(
        self, data: Path, port: int = 0, *, start: Switches | None = None, now: Callable[[], datetime] = utc_now
    ) -> None:
        super().__init__("ipi", data, port, start=start, now=now)
        self.register = Register(data / "simulator.sqlite", data / OUTGOING)
        self.at: dict[str, Any] = {}
        """The ready line, once it is started."""
        self.password_file = data / "password"
        if not self.password_file.exists():
            self.password_file.touch(mode=0o600)
            self.password_file.write_text(secrets.token_hex(16), encoding="ascii")

    def app(self) -> App:
        password = self.password_file.read_text(encoding="ascii").strip()
        app: App = service(self.register, USER, password, self.control)
        return app

    def start(self) -> dict[str, Any]:
        """Listen and answer; see HTTPSimulator."""
        self.at = super().start()
        return self.at

    def ready(self) -> Mapping[str, Any]:
        return {"user": USER, "password_file": str(self.password_file)}

    def stop(self) -> None:
        super().stop()
        self.register.close()


def advance(data: Path) -> Path:
    """Let a day go by: the next daily file is written, and the service tells the same. Gives the file."""
    register = Register(data / "simulator.sqlite", data / OUTGOING)
    try:
        return register.advance()
    finally:
        register.close()
