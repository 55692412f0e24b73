"""A private PostgreSQL and RabbitMQ for the tests, and the process that sees to it that nothing stays behind.

One *keeper* per test run owns the servers: the workers ask it for a server, it starts each at the first question, and
it stops all of them when the run that started it ends, in whatever way. ``TEST_DATABASE_URL`` and ``TEST_BROKER_URL``
name servers that run already; they are used as they are.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

ADDRESS = "TEST_KEEPER"
"""Environment variable with the keeper's socket, for the workers of one run."""
GIVEN = {"postgresql": "TEST_DATABASE_URL", "rabbitmq": "TEST_BROKER_URL"}
PATIENCE_SECONDS = 60
RABBIT = Path("/usr/lib/rabbitmq/bin")
VIRTUAL_HOSTS = 5
"""Workers of one run get a virtual host each, ``t0`` to ``t4``."""


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def missing() -> dict[str, str]:
    """Services the tests cannot have here, with the reason."""
    found = {"postgresql": _postgresql_programs() is not None, "rabbitmq": (RABBIT / "rabbitmq-server").exists()}
    return {name: f"{name} is not installed" for name, there in found.items() if not there and not _given(name)}


def _given(name: str) -> str | None:
    return os.environ.get(GIVEN[name])


def _postgresql_programs() -> Path | None:
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return newest[-1].parent if newest else None


def until(done: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until it is so. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come about in {seconds} s")
        time.sleep(0.02)


def answers(port: int) -> bool:
    """True when something listens on the port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class PostgreSQL:
    """A server in a folder; unless it is ``durable``, nothing is synchronised, because nothing outlives the run."""

    folder: Path
    durable: bool = False
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As an account that may make databases and nothing else, because row level security does not bind more."""
        return f"postgresql+psycopg://kora@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        self._hand_over(data)
        options = ["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C"]
        self._run("initdb", "-D", str(data), *options)
        lax = () if self.durable else ("fsync", "synchronous_commit", "full_page_writes")
        fast = [f"-c{name}=off" for name in lax]
        own = ["-D", str(data), "-k", str(data), "-h", "127.0.0.1", "-p", str(self.port), "-c", "max_connections=200"]
        command = [self._program("postgres"), *own, *fast]
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, **self._as())
        until(self._is_ready, "PostgreSQL")
        account = "CREATE ROLE kora LOGIN CREATEDB"
        self._run("psql", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-c", account, "postgres")

    def _is_ready(self) -> bool:
        asked = [self._program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        return subprocess.run(asked, check=False).returncode == 0

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)  # a fast shutdown: open connections do not hold it up
            self.process.wait(PATIENCE_SECONDS)

    def _hand_over(self, data: Path) -> None:
        """As root the server runs as somebody else, who must reach the folder."""
        if os.geteuid() == 0:
            for parent in data.parents:
                if parent.owner() == "root" and parent.stat().st_mode & 0o005 != 0o005:
                    parent.chmod(0o755)
            shutil.chown(data, "postgres", "postgres")

    def _as(self) -> dict[str, Any]:
        common: dict[str, Any] = {"cwd": "/", "start_new_session": True}
        if os.geteuid() != 0:
            return common
        account = pwd.getpwnam("postgres")
        return common | {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([self._program(program), *arguments], check=True, capture_output=True, **self._as())

    @staticmethod
    def _program(name: str) -> str:
        programs = _postgresql_programs()
        assert programs is not None
        return str(programs / name)


@dataclass
class RabbitMQ:
    """A broker of one node in a folder, with a name service of its own; nothing of it is reachable from outside."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        ports = {"ERL_EPMD_PORT": free_port(), "RABBITMQ_DIST_PORT": free_port(), "RABBITMQ_NODE_PORT": self.port}
        folders = {f"RABBITMQ_{name}_BASE": str(self.folder / name.lower()) for name in ("MNESIA", "LOG", "CONFIG")}
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"kora{self.port}@localhost",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.folder / "config"),
            "RABBITMQ_PLUGINS_EXPAND_DIR": str(self.folder / "plugins"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none",
            **{name: str(port) for name, port in ports.items()},
            **folders,
        }

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    @property
    def data(self) -> Path:
        """Everything the broker remembers."""
        return self.folder / "mnesia"

    def start(self) -> None:
        """Start, or start again over what is still in the folder; returns when clients can connect."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.default = 127.0.0.1:{self.port}\nvm_memory_high_watermark.absolute = 256MB\n"
            "disk_free_limit.absolute = 50MB\nlog.console = false\n"
        )
        (self.folder / "enabled_plugins").write_text("[].\n")
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                [RABBIT / "rabbitmq-server"], env=self._environment, cwd="/", stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        until(lambda: answers(self.port), f"RabbitMQ (see {self.folder / 'log.txt'})")

    def control(self, *arguments: str) -> str:
        """Run the broker's own control script."""
        ran = subprocess.run(
            [RABBIT / "rabbitmqctl", "--silent", *arguments], env=self._environment, cwd="/", check=True,
            capture_output=True, text=True, timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        return ran.stdout

    def kill(self) -> None:
        """Kill the broker and everything it started by SIGKILL, as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE_SECONDS)
        until(lambda: not answers(self.port), "the end of the broker")

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        for epmd in Path("/usr/lib/erlang").glob("erts-*/bin/epmd"):
            subprocess.run([epmd, "-kill"], env=self._environment, check=False, capture_output=True)

    def add_virtual_hosts(self, names: list[str]) -> None:
        """All of them in one call of the control script, which takes a second each time."""
        quoted = ", ".join(f'<<"{name}">>' for name in names)
        everything = '<<".*">>'
        self.control(
            "eval",
            f'[begin rabbit_vhost:add(Name, <<"test">>), rabbit_auth_backend_internal:set_permissions(<<"guest">>, '
            f'Name, {everything}, {everything}, {everything}, <<"test">>) end || Name <- [{quoted}]], ok.',
        )


# --- the keeper ----------------------------------------------------------------------------------------------------


def start_keeper() -> subprocess.Popen[bytes]:
    """Start the keeper of this run and tell its address to all processes of the run; it ends when its input closes."""
    folder = tempfile.mkdtemp(prefix="kora-services-")
    os.environ[ADDRESS] = str(Path(folder) / "keeper")
    command = [sys.executable, "-m", "tests.services", folder]
    return subprocess.Popen(command, stdin=subprocess.PIPE, cwd=Path(__file__).parents[1], start_new_session=True)


def stop_keeper(keeper: subprocess.Popen[bytes]) -> None:
    """Stop all servers of the run and wait until they are gone."""
    assert keeper.stdin is not None
    keeper.stdin.close()
    keeper.wait(PATIENCE_SECONDS * 2)


def url_of(name: str) -> str:
    """The URL of a server, given from outside or started now. Raises RuntimeError when it does not start."""
    given = _given(name)
    if given is not None:
        return given
    until(lambda: Path(os.environ[ADDRESS]).exists(), "the keeper of the servers")
    with Client(os.environ[ADDRESS], "AF_UNIX") as line:
        line.send(name)
        answer = line.recv()
    if not answer["ok"]:
        raise RuntimeError(f"{name} did not start: {answer['said']}")
    return str(answer["said"])


def broker_url(worker: str) -> str:
    """The broker for one worker of the run (``gw1`` of pytest-xdist, else ``master``): a virtual host of its own."""
    url = url_of("rabbitmq")
    if _given("rabbitmq"):
        return url
    number = int(worker.removeprefix("gw")) + 1 if worker.startswith("gw") else 0
    return url.rstrip("/") + f"/t{number % VIRTUAL_HOSTS}"


class _Keeper:
    """Starts servers when asked, one question at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, PostgreSQL | RabbitMQ] = {}

    def answer(self, line: Connection) -> None:
        name = line.recv()
        try:
            if name not in self._running:
                self._running[name] = self._start(name)
            line.send({"ok": True, "said": self._running[name].url})
        except Exception as error:
            line.send({"ok": False, "said": repr(error)})

    def _start(self, name: str) -> PostgreSQL | RabbitMQ:
        if name == "postgresql":
            server = PostgreSQL(self._folder / name)
            server.start()
            return server
        broker = RabbitMQ(self._folder / name)
        broker.start()
        broker.add_virtual_hosts([f"t{number}" for number in range(VIRTUAL_HOSTS)])
        return broker

    def stop(self) -> None:
        for server in self._running.values():
            server.stop()


def _keep(folder: Path) -> None:
    """Answer until the standard input ends: the run is over, or was killed."""
    keeper = _Keeper(folder)
    listener = Listener(str(folder / "keeper"), "AF_UNIX")

    def serve() -> None:
        with suppress(OSError, EOFError):
            while True:
                with listener.accept() as line:
                    keeper.answer(line)

    threading.Thread(target=serve, daemon=True).start()
    try:
        sys.stdin.buffer.read()
    finally:
        listener.close()
        keeper.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    _keep(Path(sys.argv[1]))
