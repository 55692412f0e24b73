"""What simulated partners share: switches in a file, a log of faults, and an HTTP service that can go wrong on purpose.

Switches stand in ``control.json`` in the simulator's folder and are read again at each call, so whoever may write
there can stop and start a partner without ending its process. Odds go by a hash of the request, so that they repeat.
"""

import hashlib
import json
import signal
import socket
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import waitress
from waitress import wasyncore

HOST = "127.0.0.1"
CONTROL = "control.json"
LOST = "599 Lost"
"""A status that never leaves the simulator: the front closes the connection instead of handing it on."""
_LOST = b"HTTP/1.1 599"
OVERSIZE = 21 << 20
"""Bytes of an answer that is too large for every client of ours."""
_PIECE = 1 << 16
_LOOK_S = 0.2
"""Seconds between looks whether the simulator shall stop."""


def utc_now() -> datetime:
    """The clock of a simulator that is not given another."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Switches:
    """What makes life hard for the other side."""

    slow: float = 0
    """Seconds before each answer."""
    down: bool = False
    """Accept and drop every connection."""
    reject: int = 0
    """Percent of records that are refused."""
    garbage: int = 0
    """Percent of calls that are answered with a page that says sorry."""
    oversize: bool = False
    """Answers that are too large."""
    cut: int | None = None
    """Break the connection once so many bytes went either way."""
    duplicate: bool = False
    """Say everything twice."""
    reorder: bool = False
    """Answer out of order."""
    deny: bool = False
    """Take nobody's key."""
    rate: int | None = None
    """Calls in a minute; more are answered with 429."""
    lost_answers: int = 0
    """Do the next so many calls, but break the connection instead of answering."""


class Control:
    """``control.json``: written with start values when the simulator starts, read at each call."""

    def __init__(self, folder: Path, start: Switches | None = None) -> None:
        self.path = folder / CONTROL
        self._lock = threading.Lock()
        self._last = Switches()
        folder.mkdir(parents=True, exist_ok=True)
        if start is not None or not self.path.exists():
            self._write(start or Switches())

    def read(self) -> Switches:
        """The switches as they stand; unknown keys are ignored, a file that is being written counts as before."""
        try:
            said = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return self._last
        known = {field.name for field in fields(Switches)}
        self._last = Switches(**{name: value for name, value in said.items() if name in known})
        return self._last

    def set(self, **changes: Any) -> None:
        """Change some switches."""
        with self._lock:
            self._write(replace(self.read(), **changes))

    def count_down(self, name: str) -> bool:
        """Whether a switch that counts is above zero; it is one less afterwards."""
        with self._lock:
            left = getattr(self.read(), name)
            if left > 0:
                self._write(replace(self.read(), **{name: left - 1}))
            return bool(left > 0)

    def _write(self, switches: Switches) -> None:
        self._last = switches
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(asdict(switches), indent=1), encoding="utf-8")
        part.replace(self.path)


class Log:
    """What the simulator did on purpose and what it was asked, one SQLite file; proof that a fault happened."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.execute("CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY, what TEXT NOT NULL, detail TEXT)")
        self._db.commit()

    def add(self, what: str, detail: str = "") -> None:
        """Note one thing: a fault by the name of its switch, or ``call``."""
        with self._lock, self._db:
            self._db.execute("INSERT INTO log (what, detail) VALUES (?, ?)", (what, detail))

    def details(self, what: str) -> list[str]:
        """The details of everything noted under a name, in order."""
        with self._lock:
            return [row[0] for row in self._db.execute("SELECT detail FROM log WHERE what = ? ORDER BY id", (what,))]

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def chosen(text: str, percent: int) -> bool:
    """Whether a request or record is among the percent, always the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 100 < percent


Start = Callable[..., Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]


class Faulty:
    """A WSGI application with the faults of the switches around it, each noted in the log."""

    def __init__(
        self, app: App, control: Control, log: Log, stopping: threading.Event, now: Callable[[], datetime]
    ) -> None:
        self._app, self._control, self._log, self._stopping, self._now = app, control, log, stopping, now
        self._calls: deque[datetime] = deque()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        switches = self._control.read()
        called = f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')}"
        self._log.add("call", called)
        if switches.slow:
            self._log.add("slow", called)
            self._stopping.wait(switches.slow)
        if switches.deny:
            return self._instead("deny", called, start, "401 Unauthorized", b"{}", "application/json")
        if switches.rate is not None and not self._within(switches.rate):
            return self._instead(
                "rate", called, start, "429 Too Many Requests", b"", "text/plain", ("Retry-After", "7")
            )
        if switches.garbage and chosen(f"{called} {environ.get('QUERY_STRING', '')}", switches.garbage):
            page = b"<!doctype html><html><body>We are sorry.</body></html>"
            return self._instead("garbage", called, start, "200 OK", page, "text/html")
        if switches.oversize:
            return self._instead("oversize", called, start, "200 OK", b"[" + b" " * OVERSIZE + b"]", "application/json")
        if self._control.count_down("lost_answers"):
            return self._lost(environ, called, start)
        return self._app(environ, start)

    def _lost(self, environ: dict[str, Any], called: str, start: Start) -> Iterable[bytes]:
        """What was asked is done, and then nobody hears of it."""
        answer = self._app(environ, lambda *heard: None)
        for _ in answer:
            pass
        getattr(answer, "close", lambda: None)()
        return self._instead("lost_answers", called, start, LOST, b"", "text/plain")

    def _instead(
        self, fault: str, called: str, start: Start, status: str, content: bytes, kind: str, *more: tuple[str, str]
    ) -> Iterable[bytes]:
        self._log.add(fault, called)
        start(status, [("Content-Type", kind), ("Content-Length", str(len(content))), *more])
        return [content]

    def _within(self, rate: int) -> bool:
        """Whether this call is among the first ``rate`` of any minute."""
        with self._lock:
            now = self._now()
            while self._calls and self._calls[0] <= now - timedelta(minutes=1):
                self._calls.popleft()
            if len(self._calls) >= rate:
                return False
            self._calls.append(now)
            return True


class Front:
    """The port a client sees. It hands bytes on to the server behind it, and breaks connections when it shall."""

    def __init__(self, behind: int, port: int, control: Control, log: Log) -> None:
        self._behind, self._control, self._log = behind, control, log
        self._socket = socket.create_server((HOST, port))
        self.port: int = self._socket.getsockname()[1]
        self._closing = False
        self._thread = threading.Thread(target=self._listen, name="simulator-front", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Free the port; connections that are open end by themselves."""
        self._closing = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _listen(self) -> None:
        while not self._closing:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            if self._control.read().down:
                self._log.add("down")
                client.close()
                continue
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        """Both ways until the answer is over; at most ``cut`` bytes in each direction."""
        cut = self._control.read().cut
        with client, socket.create_connection((HOST, self._behind)) as server:
            ways = ((client, server, "request"), (server, client, "answer"))
            threads = [threading.Thread(target=self._pump, args=(*way, cut), daemon=True) for way in ways]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    def _pump(self, source: socket.socket, target: socket.socket, way: str, cut: int | None) -> None:
        """Carry one way; when it breaks off, or the answer is over, both sides are done."""
        ends_all = way == "answer"
        left = cut
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                if way == "answer" and piece.startswith(_LOST):
                    break
                if left is not None and len(piece) > left:
                    target.sendall(piece[:left])
                    self._log.add("cut", way)
                    ends_all = True
                    break
                target.sendall(piece)
                left = None if left is None else left - len(piece)
        if ends_all:
            for side in (source, target):
                with suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)


class HTTPSimulator(ABC):
    """A partner over HTTP on a local port: ``app`` behind the switches. Start it, use it, stop it."""

    def __init__(
        self, name: str, data: Path, port: int = 0, *, start: Switches | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:  # fmt: skip
        self.name, self.data, self.now = name, data, now
        data.mkdir(parents=True, exist_ok=True)
        self.control = Control(data, start)
        self.log = Log(data / "log.sqlite")
        self._port = port
        self._stopping = threading.Event()

    @abstractmethod
    def app(self) -> App:
        """The service itself; made once, when the simulator starts."""

    def ready(self) -> Mapping[str, Any]:
        """What a client needs beside the address, by the keys of the ready line."""
        return {}

    def start(self) -> dict[str, Any]:
        """Listen and answer. Gives the ready line; port 0 takes a free one. Raises OSError for a taken port."""
        faulty = Faulty(self.app(), self.control, self.log, self._stopping, self.now)
        self._channels: dict[int, Any] = {}
        # Answers stay in memory: a file of waitress for a large one would outlive a client that went away.
        buffers = {"outbuf_overflow": 2 * OVERSIZE, "outbuf_high_watermark": 2 * OVERSIZE}
        self._server = waitress.create_server(faulty, self._channels, host=HOST, port=0, threads=4, **buffers)
        self._front = Front(self._server.effective_port, self._port, self.control, self.log)
        self._thread = threading.Thread(target=self._run, name=f"{self.name}-simulator", daemon=True)
        self._thread.start()
        nothing = dict.fromkeys(("user", "password_file", "key_file", "host_key"))
        at = {"host": HOST, "port": self._front.port, "url": f"http://{HOST}:{self._front.port}"}
        return {"name": self.name, **at, **nothing, **self.ready()}

    def _run(self) -> None:
        """The server's own loop, which no other thread could end."""
        while not self._stopping.is_set():
            wasyncore.loop(timeout=_LOOK_S, map=self._channels, count=1)
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._channels)

    def stop(self) -> None:
        """Free the port and wait for the threads."""
        self._stopping.set()
        self._front.close()
        self._thread.join()
        self.log.close()


def serve(simulator: Any, ready: Callable[[dict[str, Any]], None]) -> None:
    """Run a simulator until SIGTERM or Ctrl-C; ``ready`` is told once where it listens."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        ready(simulator.start())
        ended.wait()
    finally:
        simulator.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
