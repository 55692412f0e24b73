"""``kora demo``: two nodes, the gateway and a simulated CIS-Net on this machine.

It only supervises. Each part is a process of its own with its own folder; what the demonstration asks of them it asks
through the same commands and databases that everybody uses. With ``--once`` it tells the story of the thread from end
to end, compares the databases afterwards and stops.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

HOST = "127.0.0.1"
DEFAULT_PORT = 8600
PATIENCE_SECONDS = 120.0
"""How long a step of the story may take before it counts as failed."""

SIMULATED = ("996", "SIMULATED CIS-NET")
OFFICES = {"a": ("997", "TAMALA SOCIETY OF AUTHORS"), "b": ("998", "BARAKA MUSIC RIGHTS")}
"""The two invented CMOs: code and official name. 996 to 998 are free in the CISAC list."""


class DemoFailed(click.ClickException):
    """A part did not start, or a command of it failed; the message says which and where its log is."""


@dataclass(frozen=True)
class Stage:
    """Folders, ports and settings of the four parts."""

    data: Path
    port: int

    def folder(self, part: str) -> Path:
        return self.data / part

    def address(self, part: str) -> str:
        return f"http://{HOST}:{self.ports[part]}"

    @property
    def ports(self) -> dict[str, int]:
        names = ("node-a", "node-b", "gateway", "cisnet")
        return {name: self.port + offset for offset, name in enumerate(names)}

    def environment(self, part: str, **more: str) -> dict[str, str]:
        """The settings of one part; what the caller's shell set for another installation is left out."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("KORA_")}
        own = {
            "KORA_DATA": str(self.folder(part)),
            "KORA_BROKER_URL": f"sqlitelease:///{self.data / 'carrier.sqlite'}",
            "KORA_GATEWAY_URL": self.address("gateway"),
            "KORA_POLL_S": "1",
        }
        return inherited | own | {"KORA_LANG": os.environ.get("KORA_LANG", "en")} | more


@dataclass
class Players:
    """The running parts, stopped together."""

    stage: Stage
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    exit_codes: dict[str, int] = field(default_factory=dict)

    def start(self, part: str, arguments: Sequence[str], **settings: str) -> subprocess.Popen[str]:
        log = (self.stage.folder(part) / "log.txt").open("a", encoding="utf-8")
        with log:
            process = subprocess.Popen(  # noqa: S603  our own command with our own arguments
                [sys.executable, "-m", "kora", *arguments],
                env=self.stage.environment(part, **settings),
                stdout=subprocess.PIPE if part == "cisnet" else log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.running[part] = process
        return process

    def fallen(self) -> list[str]:
        return [part for part, process in self.running.items() if process.poll() is not None]

    def stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for part, process in self.running.items():
            try:
                self.exit_codes[part] = process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                self.exit_codes[part] = process.wait()
        self.running.clear()
