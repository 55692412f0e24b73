"""The kombu transport ``sqlitelease``: a message broker in one SQLite file, for one machine.

The transports that come with kombu lose a message when its reader dies between taking and acknowledging it. Here a
reader gets a *lease*: the row stays, invisible to others, until it is acknowledged or the lease ends; every delivery is
counted, and a row over its queue's delivery limit is moved to ``parking`` and flagged dead. Bindings are rows too, so
a process that declared nothing still reaches every queue. Direct and topic exchanges match the exact key.

URL: ``sqlitelease:////path/to/queue.db``. Transport options: ``lease`` (seconds, default 60), ``clock`` (seconds since
the epoch, default ``time.time``), ``polling_interval``.
"""

import sqlite3
import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, virtual
from kombu.utils.json import dumps, loads

from queues.topology import PARKING

_SCHEMA = """
CREATE TABLE IF NOT EXISTS queue (name TEXT PRIMARY KEY, delivery_limit INTEGER, max_length INTEGER);
CREATE TABLE IF NOT EXISTS binding (exchange TEXT, routing_key TEXT, queue TEXT,
    PRIMARY KEY (exchange, routing_key, queue));
CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, payload TEXT NOT NULL,
    deliveries INTEGER NOT NULL DEFAULT 0, lease TEXT, lease_until REAL NOT NULL DEFAULT 0,
    dead INTEGER NOT NULL DEFAULT 0, died_in TEXT);
CREATE INDEX IF NOT EXISTS message_in_queue ON message (queue, id);
"""

_LEASED_AT_ONCE = 200
"""Rows taken in one transaction; they wait in the channel until they are delivered."""


class QueueFull(ConnectionError):
    """The queue has reached its length: nothing was stored, the sender keeps the message and tries later."""


class Unroutable(ConnectionError):
    """No queue is bound to this key: nothing was stored."""


class QoS(virtual.QoS):  # type: ignore[misc]
    """Unacknowledged deliveries of a channel; a tag is ``<row id>:<lease>``."""

    restore_at_shutdown = False

    def ack(self, delivery_tag: str) -> None:
        self.channel.drop([delivery_tag])
        super().ack(delivery_tag)

    def ack_up_to(self, delivery_tag: str) -> None:
        """Acknowledge this delivery and all before it in one transaction."""
        self._flush()
        tags: list[str] = []
        for tag in self._delivered:
            tags.append(tag)
            if tag == delivery_tag:
                break
        self.channel.drop(tags)
        for tag in tags:
            super().ack(tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        if requeue:
            self.channel.release([delivery_tag])
        else:
            self.channel.bury(delivery_tag, "rejected")
        super().ack(delivery_tag)

    def open_tags(self) -> list[str]:
        """Tags delivered and neither acknowledged nor rejected."""
        self._flush()
        return list(self._delivered)


class Channel(virtual.Channel):  # type: ignore[misc]
    """One reader or writer of the queue file."""

    QoS = QoS
    do_restore = False
    supports_fanout = False

    def __init__(self, connection: Any, **options: Any) -> None:
        super().__init__(connection, **options)
        settings = connection.client.transport_options
        self._lease_seconds: float = settings.get("lease", 60.0)
        self._clock = settings.get("clock", time.time)
        self._lease = uuid.uuid4().hex
        self._waiting: dict[str, deque[tuple[float, dict[str, Any]]]] = {}
        self._file = _open(connection.client.virtual_host)

    # --- declaring -------------------------------------------------------------------------------------------------

    def _new_queue(self, queue: str, **options: Any) -> None:
        arguments = options.get("arguments") or {}
        with self._writing() as file:
            file.execute(
                "INSERT INTO queue VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET delivery_limit = "
                "excluded.delivery_limit, max_length = excluded.max_length",
                (queue, arguments.get("x-delivery-limit"), arguments.get("x-max-length")),
            )

    def _has_queue(self, queue: str, **options: Any) -> bool:
        return self._file.execute("SELECT 1 FROM queue WHERE name = ?", (queue,)).fetchone() is not None

    def queue_bind(self, queue: str, exchange: str = "", routing_key: str = "", **options: Any) -> None:
        with self._writing() as file:
            file.execute("INSERT OR IGNORE INTO binding VALUES (?, ?, ?)", (exchange, routing_key, queue))

    def queue_unbind(self, queue: str, exchange: str = "", routing_key: str = "", **options: Any) -> None:
        with self._writing() as file:
            file.execute(
                "DELETE FROM binding WHERE exchange = ? AND routing_key = ? AND queue = ?",
                (exchange, routing_key, queue),
            )

    def queue_delete(self, queue: str, if_unused: bool = False, if_empty: bool = False, **options: Any) -> None:
        if if_empty and self._size(queue):
            return
        with self._writing() as file:
            file.execute("DELETE FROM message WHERE queue = ?", (queue,))
            file.execute("DELETE FROM binding WHERE queue = ?", (queue,))
            file.execute("DELETE FROM queue WHERE name = ?", (queue,))

    # --- writing ---------------------------------------------------------------------------------------------------

    def basic_publish(self, message: dict[str, Any], exchange: str, routing_key: str, **options: Any) -> None:
        """Store the message in every bound queue; it is on the disk when this returns."""
        self._inplace_augment_message(message, exchange, routing_key)
        with self._writing() as file:
            for queue in self._lookup(exchange, routing_key):
                self._insert(file, queue, message)

    def _lookup(self, exchange: str, routing_key: str, default: str | None = None) -> list[str]:
        if not exchange:
            return [routing_key]
        found = self._file.execute(
            "SELECT queue FROM binding WHERE exchange = ? AND routing_key = ?", (exchange, routing_key)
        ).fetchall()
        if not found:
            raise Unroutable(f"no queue is bound to {routing_key} of {exchange}")
        return [queue for (queue,) in found]

    def _insert(self, file: sqlite3.Connection, queue: str, message: dict[str, Any]) -> None:
        row = file.execute("SELECT max_length FROM queue WHERE name = ?", (queue,)).fetchone()
        if row and row[0] is not None and self._size(queue) >= row[0]:
            raise QueueFull(queue)
        file.execute("INSERT INTO message (queue, payload) VALUES (?, ?)", (queue, dumps(message)))

    def _put(self, queue: str, message: dict[str, Any], **options: Any) -> None:
        with self._writing() as file:
            self._insert(file, queue, message)

    # --- reading ---------------------------------------------------------------------------------------------------

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        waiting = self._waiting.setdefault(queue, deque())
        if not waiting:
            waiting.extend(self._take(queue))
        while waiting:
            until, payload = waiting.popleft()
            if until > self._clock():
                return payload
        raise Empty

    def _take(self, queue: str) -> list[tuple[float, dict[str, Any]]]:
        """Lease the next rows of a queue; rows over the delivery limit are buried on the way."""
        now = self._clock()
        ready = "SELECT id, payload, deliveries, died_in FROM message WHERE queue = ? AND lease_until <= ?"
        if self._file.execute(ready + " LIMIT 1", (queue, now)).fetchone() is None:
            return []
        until = now + self._lease_seconds
        limit = min(_LEASED_AT_ONCE, self.qos.can_consume_max_estimate() or _LEASED_AT_ONCE)
        taken = []
        with self._writing() as file:
            row = file.execute("SELECT delivery_limit FROM queue WHERE name = ?", (queue,)).fetchone()
            most = row[0] if row else None
            for id_, text, deliveries, died_in in file.execute(ready + " ORDER BY id LIMIT ?", (queue, now, limit)):
                if most is not None and deliveries > most:
                    _move_to_parking(file, id_)
                    continue
                taken.append((id_, until, text, deliveries, died_in))
            file.executemany(
                "UPDATE message SET lease = ?, lease_until = ?, deliveries = deliveries + 1 WHERE id = ?",
                [(self._lease, until, id_) for id_, *_ in taken],
            )
        return [(until, self._payload(id_, *rest)) for id_, until, *rest in taken]

    def _payload(self, id_: int, text: str, deliveries: int, died_in: str | None) -> dict[str, Any]:
        payload: dict[str, Any] = loads(text)
        payload["properties"]["delivery_tag"] = f"{id_}:{self._lease}"
        payload["headers"]["x-delivery-count"] = deliveries
        if died_in is not None:
            payload["headers"] |= {"x-first-death-queue": died_in, "x-first-death-reason": "delivery_limit"}
        return payload

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        if multiple:
            self.qos.ack_up_to(delivery_tag)
        else:
            self.qos.ack(delivery_tag)

    # --- the end of a delivery -------------------------------------------------------------------------------------

    def drop(self, tags: Iterable[str]) -> None:
        """Remove acknowledged rows, unless another reader has leased them since."""
        with self._writing() as file:
            file.executemany("DELETE FROM message WHERE id = ? AND lease = ?", [_row(tag) for tag in tags])

    def release(self, tags: Iterable[str]) -> None:
        """Make rows visible again at once; the delivery stays counted."""
        with self._writing() as file:
            file.executemany(
                "UPDATE message SET lease = NULL, lease_until = 0 WHERE id = ? AND lease = ?",
                [_row(tag) for tag in tags],
            )

    def bury(self, tag: str, reason: str) -> None:
        """Move a rejected row to ``parking``."""
        with self._writing() as file:
            _move_to_parking(file, _row(tag)[0])

    def close(self) -> None:
        """Give back what was leased and not acknowledged; what was never delivered is not counted."""
        if not self.closed:
            waiting = [payload for rows in self._waiting.values() for _, payload in rows]
            undelivered = [payload["properties"]["delivery_tag"] for payload in waiting]
            with self._writing() as file:
                file.executemany(
                    "UPDATE message SET deliveries = deliveries - 1 WHERE id = ? AND lease = ?",
                    [_row(tag) for tag in undelivered],
                )
            self.release([*undelivered, *self.qos.open_tags()])
            self._waiting.clear()
        super().close()
        self._file.close()

    # --- counting --------------------------------------------------------------------------------------------------

    def _size(self, queue: str) -> int:
        """Messages in the queue, leased ones included."""
        found = self._file.execute("SELECT count(*) FROM message WHERE queue = ?", (queue,)).fetchone()
        return int(found[0])

    def _purge(self, queue: str) -> int:
        with self._writing() as file:
            return file.execute("DELETE FROM message WHERE queue = ?", (queue,)).rowcount

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield self._file
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        self._file.execute("COMMIT")


class Transport(virtual.Transport):  # type: ignore[misc]
    """kombu's entry point."""

    Channel = Channel
    polling_interval = 0.02
    driver_type = "sqlitelease"
    driver_name = "sqlite3"
    connection_errors = (*virtual.Transport.connection_errors, sqlite3.OperationalError)

    def driver_version(self) -> str:
        return sqlite3.sqlite_version


def _open(path: str) -> sqlite3.Connection:
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("PRAGMA synchronous=FULL")
    file.executescript(_SCHEMA)
    return file


def _row(tag: str) -> tuple[int, str]:
    id_, lease = tag.split(":")
    return int(id_), lease


def _move_to_parking(file: sqlite3.Connection, id_: int) -> None:
    """A new row at the end of ``parking``: dead, with the name of the queue it died in."""
    file.execute(
        "INSERT INTO message (queue, payload, dead, died_in) SELECT ?, payload, 1, queue FROM message WHERE id = ?",
        (PARKING, id_),
    )
    file.execute("DELETE FROM message WHERE id = ?", (id_,))


TRANSPORT_ALIASES["sqlitelease"] = "queues.embedded:Transport"
