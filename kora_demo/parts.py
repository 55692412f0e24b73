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
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from kora_demo.servers import DemoFailed, Servers, settle

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

STARTED_AGAIN = 10
"""How often a worker that ended by itself is started anew before that counts as a failure."""

R = TypeVar("R")


class Process(NamedTuple):
    """One process beside the pages, where a broker carries: its part, and its command under ``kora``."""

    part: str
    command: tuple[str, ...]


BESIDE: Mapping[str, Process] = {
    "gateway-exchange": Process("gateway", ("gateway", "exchange")),
    "gateway-worker-1": Process("gateway", ("gateway", "worker", "--queues", "conn.cisnet,jobs.fast")),
    "gateway-worker-2": Process("gateway", ("gateway", "worker", "--queues", "conn.cisnet,jobs.fast")),
    **{f"{part}-worker": Process(part, ("node", "worker")) for part in NODES},
}
"""The background of a real installation, as its supervisor starts it, and starts it again when it ended."""


@dataclass(frozen=True)
class Stage:
    """Folders, ports and settings of the four parts."""

    data: Path
    port: int
    servers: Servers = field(default_factory=Servers)

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
            "KORA_GATEWAY_URL": self.address("gateway"),
            "KORA_POLL_S": "1",
            "KORA_LANG": os.environ.get("KORA_LANG", "en"),
        }
        if self.servers.broker is None:
            own["KORA_BROKER_URL"] = f"sqlitelease:///{self.data / 'carrier.sqlite'}"
        if part in self.databases:
            own["KORA_DATABASE_URL"] = self.databases[part]
        return inherited | own | self.servers.broker_of(part) | more

    @property
    def set_up(self) -> Path:
        """A file that is there when all parts were founded."""
        return self.data / "set-up"

    @cached_property
    def databases(self) -> dict[str, str]:
        """URLs of the databases of those parts that have one on a server."""
        parts = ("gateway", *NODES)
        return settle(self.servers, self.data / "servers.json", parts, new=not self.set_up.exists())

    def database(self, part: str) -> str:
        """The URL of a part's database, wherever it is."""
        name = "gateway.db" if part == "gateway" else "node.db"
        return self.databases.get(part) or f"sqlite:///{self.folder(part) / name}"

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
    """The running processes, stopped together."""

    stage: Stage
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    exit_codes: dict[str, int] = field(default_factory=dict)
    asked: set[subprocess.Popen[str]] = field(default_factory=set)
    """Commands that are waited for; each ends by itself."""
    again: dict[str, tuple[int, Callable[[], object]]] = field(default_factory=dict)
    """Processes that are started anew when they end: how often that happened, and how it is done."""
    stopping: bool = False
    starting: bool = False
    """The main thread is making a process that nobody knows yet."""
    farewell: int = 0
    """The exit code of who was stopped while starting one."""

    def start(self, part: str, *arguments: str, name: str | None = None, **settings: str) -> subprocess.Popen[str]:
        """Start one process of a part; what it says goes to its log, but for what a simulator prints when ready."""
        log_file = self.log(part, name)
        log_file.parent.mkdir(parents=True, exist_ok=True)
        with self._known(), log_file.open("a", encoding="utf-8") as log:
            process = subprocess.Popen(  # noqa: S603  our own command with our own arguments
                [sys.executable, "-m", "kora", *arguments],
                env=self.stage.environment(part, **settings),
                stdout=subprocess.PIPE if part == "cisnet" else log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
            self.running[name or part] = process
        return process

    @contextmanager
    def _known(self) -> Iterator[None]:
        """Let a process that begins be known before a signal ends us: nobody would stop it otherwise."""
        self.starting = True
        try:
            yield
        finally:
            self.starting = False
        if self.stopping:
            sys.exit(self.farewell)

    def supervise(self, name: str, process: Process, settings: Mapping[str, str]) -> None:
        """Start a process of the background; when it ends by itself, ``check`` starts it anew."""

        def start() -> None:
            self.start(process.part, *process.command, name=name, **settings)

        self.again[name] = (0, start)
        start()

    def log(self, part: str, name: str | None = None) -> Path:
        return self.stage.folder(part) / ("log.txt" if name is None else f"{name.removeprefix(f'{part}-')}.log.txt")

    def check(self) -> None:
        """Start anew what has to be; raise DemoFailed when another part ended by itself, or one too often."""
        ended = {name: process.returncode for name, process in self.running.items() if process.poll() is not None}
        for name, code in ended.items():
            times, start = self.again.get(name, (STARTED_AGAIN, None))
            if start is None or times == STARTED_AGAIN:
                part, beside = (BESIDE[name].part, name) if name in BESIDE else (name, None)
                raise DemoFailed(f"{name} ended with {code}: see {self.log(part, beside)}")
            click.echo(f"{name} ended with {code} and is started again", err=True)
            _end_group(self.running[name])
            self.again[name] = (times + 1, start)
            start()

    def ask(self, part: str, *arguments: str, told: str = "", **settings: str) -> tuple[int, str, str]:
        """Run a command of a part to its end: exit code, standard output and error. Raises DemoFailed."""
        if self.stopping:
            raise DemoFailed("stopped")
        process = subprocess.Popen(  # noqa: S603  our own command with our own arguments
            [sys.executable, "-m", "kora", *arguments],
            env=self.stage.environment(part, **settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.asked.add(process)
        try:
            said, complained = process.communicate(told, timeout=PATIENCE_SECONDS)
        except BaseException as error:
            _end_group(process)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                said = f"kora {' '.join(arguments)} at {part} did not end in {PATIENCE_SECONDS:.0f} s"
                raise DemoFailed(said) from error
            raise
        finally:
            self.asked.discard(process)
        return process.returncode, said, complained

    def hang_up(self) -> None:
        """Ask for nothing more, and wait for no answer: the demonstration is being stopped."""
        self.stopping = True
        for process in tuple(self.asked):
            _end_group(process, signal.SIGTERM)

    def stop(self) -> None:
        """Let all processes end, and see to it that nothing they started stays behind."""
        for process in self.running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for name, process in self.running.items():
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=15)
            _end_group(process)
            self.exit_codes[name] = process.wait()
            if process.stdout is not None:
                process.stdout.close()
        self.running.clear()


def _end_group(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> None:
    """Send a signal to whatever is left of a process and all it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


@dataclass
class Demo:
    """The four parts, set up once and then asked through their own commands."""

    stage: Stage
    players: Players
    cisnet: dict[str, Any] = field(default_factory=dict)

    def ask(self, part: str, *arguments: str, accept: Sequence[int] = (0,)) -> Any:
        """Run a command of one part with ``--json`` and return what it answers. Raises DemoFailed."""
        code, said, complained = self.players.ask(part, *arguments, "--json", **self.settings(part))
        if code not in accept:
            raise DemoFailed(f"kora {' '.join(arguments)} at {part}: {(complained or said).strip()}")
        return json.loads(said)

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
        if self.stage.set_up.exists():
            return None
        password = secrets.token_urlsafe(12)
        together(lambda part: self._found(part, password), (*NODES, "gateway"))
        self.stage.set_up.touch()
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
        code, _, complained = self.players.ask(part, *arguments, told=f"{password}\n")
        if code:
            raise DemoFailed(f"the account at {part}: {complained.strip()}")

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
        if self.stage.servers.broker is not None:
            for name, process in BESIDE.items():
                self.players.supervise(name, process, self.settings(process.part))
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
