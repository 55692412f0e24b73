"""The four parts of the demonstration: their folders, ports, settings and processes.

Nothing here reaches into a part. What the demonstration wants of one it asks through the commands everybody uses.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, TypeVar

import click

HOST = "127.0.0.1"
DEFAULT_PORT = 8600
PATIENCE_SECONDS = 120.0
"""How long anything may take before it counts as failed."""
EMAIL = "demo@example.org"

SIMULATED = ("996", "SIMULATED CIS-NET")
OFFICES = {"node-a": ("997", "TAMALA SOCIETY OF AUTHORS"), "node-b": ("998", "BARAKA MUSIC RIGHTS")}
"""The two invented CMOs: code and official name. 996 to 998 are free in the CISAC list."""
NODES = tuple(OFFICES)
PUBLISHED, FAULTY = "CW260001TWP_997.V21", "CW260002TWP_997.V21"
"""An invented publisher's file, and one whose only work owns too little."""

R = TypeVar("R")


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

    def refuse_taken_ports(self) -> None:
        """Raise DemoFailed, naming it, when somebody else uses one of the ports."""
        for part, port in self.ports.items():
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, port))
                except OSError as error:
                    raise DemoFailed(f"port {port}, for {part}, is taken; choose others with --port") from error


@dataclass
class Players:
    """The running parts, stopped together."""

    stage: Stage
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    exit_codes: dict[str, int] = field(default_factory=dict)

    def start(self, part: str, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """Start one part; what it says goes to its log, but for the line a simulator prints when it is ready."""
        self.stage.folder(part).mkdir(parents=True, exist_ok=True)
        with (self.stage.folder(part) / "log.txt").open("a", encoding="utf-8") as log:
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

    def check(self) -> None:
        """Raise DemoFailed when a part ended by itself."""
        for part, process in self.running.items():
            if process.poll() is not None:
                raise DemoFailed(f"{part} ended with {process.returncode}: see {self.stage.folder(part) / 'log.txt'}")

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
            if process.stdout is not None:
                process.stdout.close()
        self.running.clear()


@dataclass
class Demo:
    """The four parts, set up once and then asked through their own commands."""

    stage: Stage
    players: Players
    cisnet: dict[str, Any] = field(default_factory=dict)

    def ask(self, part: str, *arguments: str, accept: Sequence[int] = (0,)) -> Any:
        """Run a command of one part with ``--json`` and return what it answers. Raises DemoFailed."""
        ran = subprocess.run(  # noqa: S603  our own command with our own arguments
            [sys.executable, "-m", "kora", *arguments, "--json"],
            env=self.stage.environment(part, **self.settings(part)),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        if ran.returncode not in accept:
            raise DemoFailed(f"kora {' '.join(arguments)} at {part}: {(ran.stderr or ran.stdout).strip()}")
        return json.loads(ran.stdout)

    def settings(self, part: str) -> dict[str, str]:
        """What one part is told beside the common settings."""
        if part != "gateway" or not self.cisnet:
            return {}
        names = {"host": "HOST", "port": "PORT", "user": "USER", "key_file": "KEY_FILE", "host_key": "HOST_KEY"}
        told = {f"KORA_CISNET_{setting}": str(self.cisnet[name]) for name, setting in names.items()}
        return told | {"KORA_CISNET_RECEIVER": SIMULATED[0], "KORA_CISNET_WINDOW_S": "1"}

    def set_up(self) -> str | None:
        """Make folders, databases, offices and accounts. Returns the one-time password, None when all was there."""
        for part in (*NODES, "gateway", "cisnet"):
            folder = self.stage.folder(part)
            folder.mkdir(parents=True, exist_ok=True)
            _write_societies(folder / "societies.csv")
        done = self.stage.data / "set-up"
        if done.exists():
            return None
        password = secrets.token_urlsafe(12)
        together(lambda part: self._found(part, password), (*NODES, "gateway"))
        done.touch()
        return password

    def _found(self, part: str, password: str) -> None:
        """One part with its database and its first account."""
        if part == "gateway":
            self.ask(part, "gateway", "init", "--url", self.stage.address(part))
        else:
            code, name = OFFICES[part]
            self.ask(part, "node", "init", "--society", code, "--name", name, "--url", self.stage.address(part))
        self._account(part, "gateway" if part == "gateway" else "node", password)

    def _account(self, part: str, group: str, password: str) -> None:
        """The first person of a part, who changes the password at the first sign-in."""
        role = "operator" if part == "gateway" else "admin"
        arguments = [group, "user", "add", "--email", EMAIL, "--name", "Demo", "--role", role, "--password-stdin"]
        ran = subprocess.run(  # noqa: S603  our own command with our own arguments
            [sys.executable, "-m", "kora", *arguments],
            env=self.stage.environment(part),
            input=f"{password}\n",
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise DemoFailed(f"the account at {part}: {ran.stderr.strip()}")

    def start(self) -> None:
        """Start all four and wait until they answer."""
        simulator = self.players.start(
            "cisnet", "simulate", "cisnet", "--data", str(self.stage.folder("cisnet")), "--port",
            str(self.stage.ports["cisnet"]), "--ack-delay", "1",
        )  # fmt: skip
        said = simulator.stdout.readline() if simulator.stdout else ""
        if not said:
            raise DemoFailed(f"cisnet did not start: see {self.stage.folder('cisnet') / 'log.txt'}")
        self.cisnet = json.loads(said)
        for part in (*NODES, "gateway"):
            group = "gateway" if part == "gateway" else "node"
            self.players.start(part, group, "serve", "--port", str(self.stage.ports[part]), **self.settings(part))
        for part in (*NODES, "gateway"):
            self._wait_for(part)

    def _wait_for(self, part: str) -> None:
        for _ in patiently():
            self.players.check()
            with suppress(DemoFailed):
                self.health(part)
                return
        raise DemoFailed(f"{part} does not answer: see {self.stage.folder(part) / 'log.txt'}")

    def enrol(self) -> int:
        """Give both nodes their places at the gateway; returns how many were new."""
        places = {one["name"] for one in self.ask("gateway", "gateway", "node", "list")}
        new = [part for part, (_, name) in OFFICES.items() if name not in places]
        together(self._enrol, new)
        return len(new)

    def _enrol(self, part: str) -> None:
        code, name = OFFICES[part]
        offered = self.ask("gateway", "gateway", "node", "add", code, name)
        address = self.stage.address("gateway")
        taken = self.ask(part, "node", "enrol", "--gateway", address, "--code", offered["code"])
        self.ask("gateway", "gateway", "node", "approve", taken["node"])

    def plant(self) -> dict[str, dict[str, int]]:
        """Invented people and works in all classes."""
        planted = together(lambda part: self.ask(part, "node", "seed", "--demo", part[-1]), NODES)
        return dict(zip(NODES, planted, strict=True))

    def publish(self, file: Path | None = None) -> dict[str, Any]:
        """Import a publisher's file at node A, by default the invented one."""
        with as_file(files("kora_demo").joinpath(PUBLISHED) if file is None else file) as path:
            answer: dict[str, Any] = self.ask("node-a", "node", "import", str(path), "--as", "works", accept=(0, 1))
        return answer

    def health(self, part: str) -> dict[str, Any]:
        """How a part says it is. Raises DemoFailed when it does not answer."""
        try:
            with urllib.request.urlopen(f"{self.stage.address(part)}/health", timeout=5) as answer:  # noqa: S310
                said: dict[str, Any] = json.load(answer)
        except (urllib.error.URLError, OSError) as error:
            raise DemoFailed(f"{part} does not answer: see {self.stage.folder(part) / 'log.txt'}") from error
        return said


def together(act: Callable[[str], R], parts: Sequence[str]) -> list[R]:
    """Do the same for several parts at once: each command spends most of its time starting."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(act, parts))


def patiently() -> Iterator[float]:
    """Seconds waited so far, again and again until patience ends."""
    begin = time.monotonic()
    while (waited := time.monotonic() - begin) < PATIENCE_SECONDS:
        yield waited
        time.sleep(0.25)


def _write_societies(path: Path) -> None:
    """The three codes of the demonstration, as rows of its own folders only."""
    named = [SIMULATED, *OFFICES.values()]
    path.write_text("".join(["code,name\n", *(f"{code},{name}\n" for code, name in named)]), encoding="utf-8")
