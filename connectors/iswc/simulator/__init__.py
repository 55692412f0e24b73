"""An ISWC database to try things with: a real HTTP service that judges, matches, assigns, merges and asks.

Rules and codes are those that are publicly described; the register of people and all numbers are invented (see the
connector's README).
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.iswc.simulator.mailbox import Mailbox
from connectors.iswc.simulator.office import Office
from connectors.iswc.simulator.register import Register
from connectors.iswc.simulator.service import service
from connectors.simulating import App, HTTPSimulator, Switches, utc_now

__all__ = ["Simulator", "Switches"]


class Simulator(HTTPSimulator):
    """Start it, use it, stop it; what it knows stays in its data folder.

    With ``checksums`` it refuses a change that says nothing new (174).
    """

    def __init__(
        self, data: Path, port: int = 0, *, start: Switches | None = None, now: Callable[[], datetime] = utc_now,
        checksums: bool = False,
    ) -> None:  # fmt: skip
        super().__init__("iswc", data, port, start=start, now=now)
        self.office = Office(
            Register(data / "simulator.sqlite"), now, reject=lambda: self.control.read().reject, checksums=checksums
        )
        self.key_file = data / "key"
        if not self.key_file.exists():
            self.key_file.touch(mode=0o600)
            self.key_file.write_text(secrets.token_hex(16), encoding="ascii")

    def app(self) -> App:
        key = self.key_file.read_text(encoding="ascii").strip()
        mailbox = Mailbox(self.data / "outgoing", self.office, self.log)
        app: App = service(self.office, key, self.control, self.log, mailbox.lay_out)
        return app

    def ready(self) -> Mapping[str, Any]:
        return {"key_file": str(self.key_file)}

    def stop(self) -> None:
        super().stop()
        self.office.register.close()
