"""A TCP proxy between a process and its server, which can be told to let nothing through any more."""

import socket
import threading
from contextlib import suppress


class Proxy:
    """Forwards every connection to ``port`` of this machine. While it is ``cut``, lines stay open and carry nothing."""

    def __init__(self, port: int) -> None:
        self.cut = threading.Event()
        self.swallowed = 0
        """Bytes that came while the line was cut."""
        self._to = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._ends: list[socket.socket] = [self._server]
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def stop(self) -> None:
        """Close every line."""
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for end in self._ends:
            end.close()

    def _start(self, work, *arguments) -> None:
        thread = threading.Thread(target=work, args=arguments, name="proxy", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                mine, _ = self._server.accept()
                theirs = socket.create_connection(("127.0.0.1", self._to))
                self._ends += [mine, theirs]
                self._start(self._carry, mine, theirs)
                self._start(self._carry, theirs, mine)

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while said := one.recv(65536):
                if self.cut.is_set():
                    self.swallowed += len(said)
                else:
                    other.sendall(said)
        if not self.cut.is_set():
            with suppress(OSError):
                other.shutdown(socket.SHUT_RDWR)
