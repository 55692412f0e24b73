"""The simulator as a whole: an SFTP server on a local port and the office behind it."""

import logging
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import paramiko

from connectors.cisnet.simulator.folders import Folders, Guard
from connectors.cisnet.simulator.keys import key_at, public_text
from connectors.cisnet.simulator.office import Office, Switches

HOST, USER = "127.0.0.1", "kora"
_QUIET_SECONDS = 60.0
"""How long the office sleeps when it waits for nothing; every file that arrives wakes it."""

logging.getLogger("paramiko").addHandler(logging.NullHandler())  # else dropped connections print traces


def _now() -> datetime:
    return datetime.now(UTC)


class Simulator:
    """Start it, use it, stop it; what it knows stays in its data folder. ``switches`` may be changed while it runs."""

    def __init__(
        self, data: Path, port: int = 0, *, switches: Switches | None = None, now: Callable[[], datetime] = _now
    ) -> None:
        self.data = data
        self.switches = switches or Switches()
        self._port = port
        self._now = now
        self._stopping = threading.Event()
        self._awake = threading.Event()
        self._round = threading.Condition()
        self._rounds = 0
        self._socket: socket.socket | None = None
        self._transports: list[paramiko.Transport] = []
        self._threads: list[threading.Thread] = []

    def start(self) -> dict[str, Any]:
        """Listen and answer. Gives what a client needs; port 0 takes a free one. Raises OSError for a taken port."""
        self.data.mkdir(parents=True, exist_ok=True)
        self._socket = socket.create_server((HOST, self._port))
        port = self._socket.getsockname()[1]
        self._host_key, self._client_key = key_at(self.data / "host_key"), key_at(self.data / "client_key")
        self.office = Office(self.data, self.switches, self._now)
        for work, needs in ((self._listen, (self._socket,)), (self._answer, ())):
            thread = threading.Thread(target=work, args=needs, name=f"cisnet-simulator{work.__name__}", daemon=True)
            thread.start()
            self._threads.append(thread)
        return {
            "name": "cisnet",
            "host": HOST,
            "port": port,
            "url": f"sftp://{USER}@{HOST}:{port}",
            "user": USER,
            "password_file": None,
            "key_file": str(self.data / "client_key"),
            "host_key": public_text(self._host_key),
        }

    def stop(self) -> None:
        """Close every connection and wait for the threads; the port is free afterwards. One not started is left."""
        if self._socket is None:
            return
        self._stopping.set()
        self._awake.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join()
        for transport in self._transports:
            transport.close()
            transport.join(5)
        self.office.register.close()

    def settle(self, timeout_s: float = 20) -> None:
        """Wait until every file that has arrived is answered, as far as answers are due. Raises TimeoutError."""
        for _ in range(2):  # the first round may have begun before the file came
            with self._round:
                target = self._rounds + 1
                self._awake.set()
                if not self._round.wait_for(lambda target=target: self._rounds >= target, timeout_s):  # type: ignore[misc]
                    raise TimeoutError("the simulator did not come to rest")

    # -- threads ----------------------------------------------------------------------------------------------------

    def _answer(self) -> None:
        while not self._stopping.is_set():
            self._awake.clear()
            self.office.step()
            waiting = self.office.register.until_due(self._now())
            with self._round:
                self._rounds += 1
                self._round.notify_all()
            self._awake.wait(_QUIET_SECONDS if waiting is None else min(waiting.total_seconds(), _QUIET_SECONDS))

    def _listen(self, listener: socket.socket) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            if self.switches.down:
                connection.close()
                continue
            self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        self._transports = [transport for transport in self._transports if transport.is_active()]
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each block waits for an acknowledgement
        transport = paramiko.Transport(connection)
        transport.add_server_key(self._host_key)
        transport.set_subsystem_handler(
            "sftp", paramiko.SFTPServer, Folders, self.data / "files", self.switches, self._awake.set, self._pause
        )
        self._transports.append(transport)
        with suppress(paramiko.SSHException, EOFError):
            transport.start_server(threading.Event(), Guard(USER, self._client_key, transport))

    def _pause(self) -> None:
        if self.switches.slow:
            self._stopping.wait(self.switches.slow)


def serve(
    data: Path,
    port: int,
    *,
    slow: float = 0,
    down: bool = False,
    reject: int = 0,
    ack_delay: float = 0,
    ready: Callable[[dict[str, Any]], None],
) -> None:
    """Run until SIGTERM or Ctrl-C. ``ready`` is told once where it listens; seconds and percent as in ``Switches``."""
    simulator = Simulator(data, port, switches=Switches(slow=slow, down=down, reject=reject, ack_delay=ack_delay))
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
