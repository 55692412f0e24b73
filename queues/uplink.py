"""The line between a node and the gateway: one interface, whatever carries it.

The drivers ``local`` (embedded) and ``amqp`` are the same code over kombu with another URL. They differ in how a
message counts as taken over: the embedded one has it on the disk when publishing returns; a broker says so later, so
a whole batch is published before its confirmations are waited for. An uplink belongs to one thread.
"""

import logging
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from amqp.exceptions import NotFound
from kombu import Connection, Consumer, Exchange, Producer, Queue
from kombu.exceptions import OperationalError

from queues import topology
from queues.crash import crash_point
from queues.embedded import QueueFull, Unroutable
from queues.envelope import gateway_urn, id_of, node_urn

_CONTENT_TYPE = "application/jose+json"
_CONNECT_SECONDS = 5
_HEARTBEAT_SECONDS = 30
"""The longest turn of a carrier has to end within it, else the broker takes us for dead."""
_SILENT_SECONDS = 30
"""How long one read or write of the socket may hang."""
_CONFIRM_SECONDS = 10
"""How long a broker may take to confirm a batch; one in alarm does not answer at all."""
_SHORTEST_WAIT = 0.0005
NOBODY_PROVEN = "urn:kora:node:-"
"""Stands for who wrote a message that does not carry the account of its channel; nobody has a key for it."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Sealed bytes on their way: ``to`` is the URN of the audience; the rest is for operators and never trusted."""

    id: str
    to: str
    raw: bytes
    type: str = ""
    subject: str = ""
    seq: int = 0
    nodeseq: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """Bytes that arrived. ``peer`` is the URN of the party at the other end of the channel, ``count`` starts at 1."""

    raw: bytes
    peer: str
    queue: str
    count: int
    headers: dict[str, Any]
    message: Any


@dataclass(frozen=True, slots=True)
class Depth:
    """How many messages lie in a queue, and how many read it; None where nobody counts readers."""

    ready: int
    consumers: int | None


class Uplink(Protocol):
    """What relay and intake need of a line. Every method may raise ConnectionError or OSError; that costs only time."""

    def send(self, batch: Sequence[Parcel]) -> list[str]:
        """Send in order; the ids the carrier has taken over. One in between may be missing: it is sent again later."""
        ...

    def fetch(self, limit: int) -> list[Delivery]:
        """Up to ``limit`` deliveries; waits a moment for the first ones, then returns what there is."""
        ...

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """These are in the database: the carrier may forget them."""
        ...

    def requeue(self, deliveries: Sequence[Delivery]) -> None:
        """Deliver these again; each delivery counts."""
        ...

    def put_back(self, deliveries: Sequence[Delivery]) -> None:
        """These could not be stored now, through no fault of theirs: they are fetched again, and nothing is counted."""
        ...

    def dead(self, limit: int) -> list[Delivery]:
        """Messages the carrier itself gave up (over the delivery limit); to be acknowledged like any other."""
        ...

    def sockets(self) -> list[int]:
        """File numbers that become readable when something arrives; none where one has to look."""
        ...

    def close(self) -> None: ...


class KombuUplink:
    """An uplink over kombu: embedded with ``sqlitelease://``, a broker with ``amqp://``.

    ``route`` names exchange and key for an audience, ``listen`` the queues to read with the URN of who writes there,
    ``nodes`` the nodes whose queues must exist (declared here only on the embedded stack; a broker's queues are
    declared by its operators). ``listen`` and ``nodes`` are asked again at each fetch, so a new node needs no restart.
    ``user_of`` names the broker's account that alone may write for a URN; the broker itself checks that a message
    says no other account than the one it was published under.
    """

    def __init__(
        self,
        url: str,
        *,
        route: Callable[[str], tuple[Exchange, str]],
        listen: Callable[[], Iterable[tuple[Queue, str]]],
        nodes: Callable[[], Iterable[str]],
        user_of: Callable[[str], str] | None = None,
        linger: float = 0.02,
        prefetch: int = 1000,
        transport_options: dict[str, Any] | None = None,
    ) -> None:
        self._embedded = is_embedded(url)
        self._url = url
        self._options = transport_options or {}
        self._connection = self._new_connection()
        self._route = route
        self._listen = listen
        self._nodes = nodes
        self._user_of = None if self._embedded else user_of
        self._linger = linger
        self._prefetch = prefetch
        self._channel: Any = None
        self._producer: Any = None
        self._confirms: _Confirms | None = None
        self._declared: set[str] = set()
        self._consumers: dict[str, Consumer] = {}
        self._arrived: list[Delivery] = []
        self._dead: list[Delivery] = []
        self._open: dict[int, int] = {}
        self._order = 0

    def send(self, batch: Sequence[Parcel]) -> list[str]:
        accepted: list[str] = []
        try:
            self._connect()
            self._send_all(batch, accepted)
        except (QueueFull, Unroutable):
            pass  # those before it were taken over
        except self._failures() as error:
            log.warning("the line broke while sending", extra={"error": repr(error)})
            self._drop()
        return accepted

    def _send_all(self, batch: Sequence[Parcel], accepted: list[str]) -> None:
        """Publish all; ``accepted`` grows as they are taken over, so it is true even when the line breaks."""
        if self._confirms is not None:
            self._confirms.begin(accepted)
        with self._in_large_pieces():
            for parcel in batch:
                crash_point("relay.before_publish")
                self._publish(parcel)
                if self._confirms is None:
                    accepted.append(parcel.id)
                else:
                    self._confirms.published(parcel.id)
                crash_point("relay.after_publish")
        if self._confirms is not None:
            self._confirms.wait(self._connection)

    @contextmanager
    def _in_large_pieces(self) -> Iterator[None]:
        """What is written meanwhile leaves in large pieces, because each small one wakes the broker by itself.

        Where the system cannot hold it back it leaves at once, as ever.
        """
        if self._embedded or not hasattr(socket, "TCP_CORK"):
            yield
            return
        line: socket.socket = self._connection.connection.sock
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        try:
            yield
        finally:
            with suppress(OSError):  # of a line that broke the first failure counts
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)

    def fetch(self, limit: int) -> list[Delivery]:
        with self._line():
            self._connect()
            self._subscribe()
            self._drain(limit)
        taken, self._arrived = self._arrived[:limit], self._arrived[limit:]
        return taken

    def dead(self, limit: int) -> list[Delivery]:
        taken, self._dead = self._dead[:limit], self._dead[limit:]
        return taken

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """One acknowledgement for all where no older delivery is open, because each one is a write."""
        if not deliveries:
            return
        orders = {self._open.pop(id(delivery.message)): delivery for delivery in deliveries}
        last = max(orders)
        alone = all(order > last for order in self._open.values())
        with self._line():
            if alone:
                orders[last].message.ack(multiple=True)
                return
            for delivery in deliveries:
                delivery.message.ack()

    def requeue(self, deliveries: Sequence[Delivery]) -> None:
        with self._line():
            for delivery in deliveries:
                del self._open[id(delivery.message)]
                delivery.message.requeue()

    def put_back(self, deliveries: Sequence[Delivery]) -> None:
        here = [one for one in deliveries if id(one.message) in self._open]  # others went with their connection
        self._dead[:0] = [one for one in here if one.queue == topology.PARKING]
        self._arrived[:0] = [one for one in here if one.queue != topology.PARKING]

    @contextmanager
    def _line(self) -> Iterator[None]:
        """A failure of the line ends the connection, and with it all deliveries that are not acknowledged."""
        try:
            yield
        except self._failures() as error:
            self._drop()
            raise ConnectionError(str(error)) from error

    def size(self, queue: str) -> int:
        """How many messages lie in a queue; a broker does not count those taken."""
        return self.depth(queue).ready

    def depth(self, queue: str) -> Depth:
        """How many messages lie in a queue and how many read it, for the operators' screen."""
        with self._line():
            self._connect()
            told = self._channel.queue_declare(queue=queue, passive=True)
            return Depth(int(told.message_count), None if self._embedded else int(told.consumer_count))

    def sockets(self) -> list[int]:
        """File numbers that become readable when something arrives; none where one has to look."""
        if self._embedded or self._channel is None:
            return []
        return [self._connection.connection.sock.fileno()]

    def close(self) -> None:
        """Give back what is not acknowledged; the next call connects again."""
        wire = None if self._embedded or not self._connection.connected else self._connection.connection
        self._connection.close()
        if wire is not None:
            # What the broker says meanwhile, such as that a queue is gone, ends the farewell and not the socket.
            wire.collect()
        self._connection = self._new_connection()
        self._forget()

    def _drop(self) -> None:
        """Close without a word to the other end, which may hear nothing any more."""
        if self._embedded:
            self.close()
            return
        self._connection.collect()
        self._connection = self._new_connection()
        self._forget()

    def _new_connection(self) -> Connection:
        """Not connected yet; a closed one cannot be used again."""
        if self._embedded:
            return Connection(self._url, transport_options=self._options)
        limits = {"read_timeout": _SILENT_SECONDS, "write_timeout": _SILENT_SECONDS}
        return Connection(
            self._url,
            heartbeat=_HEARTBEAT_SECONDS,
            connect_timeout=_CONNECT_SECONDS,
            transport_options={**limits, **self._options},
        )

    def _forget(self) -> None:
        """What belonged to the closed connection: its unacknowledged deliveries will come again."""
        self._channel = self._producer = self._confirms = None
        self._declared.clear()
        self._consumers.clear()
        self._arrived = []
        self._dead = []
        self._open.clear()

    def _failures(self) -> tuple[type[BaseException], ...]:
        return (*self._connection.connection_errors, *self._connection.channel_errors, OSError)

    def _connect(self) -> None:
        if self._channel is None:
            self._reach()
            self._channel = self._connection.channel()
            # A channel of its own, because a failed publication closes the channel it was made on.
            sending = self._channel if self._embedded else self._connection.channel()
            self._confirms = None if self._embedded else _Confirms(sending)
            self._producer = Producer(sending, auto_declare=False)
        if self._embedded:
            self._declare(self._nodes())
        else:
            self._connection.heartbeat_check()

    def _reach(self) -> None:
        """Connect, without waiting for better times here: whoever turns us does that."""
        try:
            self._connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, interval_max=0)
        except OperationalError as error:
            raise ConnectionError(str(error)) from error

    def _declare(self, node_ids: Iterable[str]) -> None:
        missing = sorted(set(node_ids) - self._declared)
        if missing:
            topology.declare(self._channel, missing, jobs=False)
            self._declared.update(missing)

    def _subscribe(self) -> None:
        for queue, peer in self._listen():
            if queue.name in self._consumers:
                continue
            self._demand(queue)
            consumer = Consumer(
                self._channel,
                [queue],
                on_message=partial(self._keep, peer, queue.name),
                auto_declare=False,
            )
            consumer.qos(prefetch_count=self._prefetch)
            consumer.consume()
            self._consumers[queue.name] = consumer

    def _demand(self, queue: Queue) -> None:
        """A broker's queue must be there: who reads may not make one, and waiting for nothing helps nobody."""
        if self._embedded:
            return
        try:
            self._channel.queue_declare(queue=queue.name, passive=True)
        except NotFound as error:
            raise ConnectionError(f"the broker has no queue {queue.name}; kora gateway node add makes it") from error

    def _drain(self, limit: int) -> None:
        """What arrives within a moment, and then as long as it comes without a pause."""
        end = time.monotonic() + self._linger
        while len(self._arrived) < limit:
            try:
                self._connection.drain_events(timeout=max(end - time.monotonic(), _SHORTEST_WAIT))
            except TimeoutError:
                return

    def _keep(self, peer: str, queue: str, message: Any) -> None:
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
        count = int(message.headers.get("x-delivery-count", 0)) + 1
        if peer and not self._is_from(peer, message):
            log.warning("a message of another account of the broker", extra={"queue": queue})
            peer = NOBODY_PROVEN
        delivery = Delivery(body, peer, queue, count, dict(message.headers), message)
        self._order += 1
        self._open[id(message)] = self._order
        (self._dead if queue == topology.PARKING else self._arrived).append(delivery)

    def _is_from(self, peer: str, message: Any) -> bool:
        return self._user_of is None or message.properties.get("user_id") == self._user_of(peer)

    def _publish(self, parcel: Parcel) -> None:
        exchange, key = self._route(parcel.to)
        self._producer.publish(
            parcel.raw,
            exchange=exchange.name,
            routing_key=key,
            content_type=_CONTENT_TYPE,
            content_encoding="binary",
            delivery_mode=2,
            mandatory=True,
            message_id=parcel.id,
            type=parcel.type,
            headers={"nodeseq": parcel.nodeseq, "seq": parcel.seq, "subject": parcel.subject},
            **({} if self._embedded else {"user_id": self._connection.userid}),
        )


class _Confirms:
    """Which of the messages published on a channel the broker has taken over; it says so in its own time."""

    def __init__(self, channel: Any) -> None:
        channel.confirm_select()
        channel.events["basic_ack"].add(self._acked)
        channel.events["basic_nack"].add(self._refused)
        channel.events["basic_return"].add(self._returned)
        self._last = 0
        self._open: dict[int, str] = {}
        self._homeless: set[str] = set()
        self._accepted: list[str] = []

    def begin(self, accepted: list[str]) -> None:
        """From now on what is taken over is added to this list."""
        self._open.clear()
        self._homeless.clear()
        self._accepted = accepted

    def published(self, id_: str) -> None:
        self._last += 1
        self._open[self._last] = id_

    def wait(self, connection: Connection) -> None:
        """Until there is a word about each. Raises TimeoutError."""
        end = time.monotonic() + _CONFIRM_SECONDS
        while self._open:
            connection.drain_events(timeout=max(end - time.monotonic(), _SHORTEST_WAIT))

    def _acked(self, tag: int, multiple: bool) -> None:
        self._accepted += [id_ for id_ in self._settled(tag, multiple) if id_ not in self._homeless]

    def _refused(self, tag: int, multiple: bool) -> None:
        refused = self._settled(tag, multiple)
        log.warning("the broker refused messages", extra={"count": len(refused)})

    def _returned(self, error: Exception, exchange: str, key: str, message: Any) -> None:
        """No queue is bound to the key; the acknowledgement that follows means nothing."""
        log.error("nobody reads what is sent", extra={"exchange": exchange, "key": key})
        self._homeless.add(message.properties["message_id"])

    def _settled(self, tag: int, multiple: bool) -> list[str]:
        tags = [one for one in self._open if one <= tag] if multiple else [tag]
        return [self._open.pop(one) for one in tags if one in self._open]


def node_uplink(url: str, *, node_id: str, gateway_id: str, **options: Any) -> KombuUplink:
    """The line of a node: writes ``kora.in`` with its own key, reads ``out.<node>``."""
    queue = topology.queue_out(node_id)
    return KombuUplink(
        url,
        route=lambda to: (topology.IN, topology.in_key(node_id)),
        listen=lambda: [(queue, gateway_urn(gateway_id))],
        nodes=lambda: [node_id],
        **options,
    )


def gateway_uplink(url: str, *, nodes: Callable[[], Iterable[str]], **options: Any) -> KombuUplink:
    """The line of the gateway: writes ``kora.out`` per node, reads every ``in.<node>`` and ``parking``."""

    def listen() -> list[tuple[Queue, str]]:
        queues = [(topology.queue_in(node_id), node_urn(node_id)) for node_id in nodes()]
        return [*queues, (topology.queue_parking(), "")]

    return KombuUplink(url, route=lambda to: (topology.OUT, id_of(to)), listen=listen, nodes=nodes, **options)


def declare(url: str, nodes: Iterable[str]) -> None:
    """Make exchanges and queues on a broker, as often as one likes; the embedded one makes its own at each start.

    Raises ConnectionError when the broker is not there, or has one of them with other arguments.
    """
    if is_embedded(url):
        return
    with Connection(url, connect_timeout=_CONNECT_SECONDS) as connection:
        try:
            topology.declare(connection.channel(), nodes)
        except (*connection.connection_errors, *connection.channel_errors, OSError) as error:
            raise ConnectionError(str(error)) from error


def is_embedded(url: str) -> bool:
    """True for the broker in one file, which needs no server."""
    return url.startswith("sqlitelease:")


def local_url(path: Path) -> str:
    """The URL of the embedded queue file."""
    return f"sqlitelease:///{path.absolute()}"
