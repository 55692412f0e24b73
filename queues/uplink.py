"""The line between a node and the gateway: one interface, whatever carries it.

The drivers ``local`` (embedded) and ``amqp`` are the same code over kombu with another URL. An uplink belongs to one
thread.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from amqp.exceptions import MessageNacked
from kombu import Connection, Consumer, Exchange, Producer, Queue

from queues import topology
from queues.crash import crash_point
from queues.embedded import QueueFull, Unroutable
from queues.envelope import gateway_urn, id_of, node_urn

_CONTENT_TYPE = "application/jose+json"


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


class Uplink(Protocol):
    """What relay and intake need of a line. Every method may raise ConnectionError or OSError; that costs only time."""

    def send(self, batch: Sequence[Parcel]) -> list[str]:
        """Send in order, stop at the first that is not accepted; the ids the carrier has taken over."""
        ...

    def fetch(self, limit: int) -> list[Delivery]:
        """Up to ``limit`` deliveries; waits a moment for the first ones, then returns what there is."""
        ...

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """These are in the database: the carrier may forget them."""
        ...

    def requeue(self, deliveries: Sequence[Delivery]) -> None:
        """Deliver these again."""
        ...

    def dead(self, limit: int) -> list[Delivery]:
        """Messages the carrier itself gave up (over the delivery limit); to be acknowledged like any other."""
        ...

    def close(self) -> None: ...


class KombuUplink:
    """An uplink over kombu: embedded with ``sqlitelease://``, a broker with ``amqp://``.

    ``route`` names exchange and key for an audience, ``listen`` the queues to read with the URN of who writes there,
    ``nodes`` the nodes whose queues must exist (declared here only on the embedded stack; a broker's queues are
    declared by its operators). ``listen`` and ``nodes`` are asked again at each fetch, so a new node needs no restart.
    """

    def __init__(
        self,
        url: str,
        *,
        route: Callable[[str], tuple[Exchange, str]],
        listen: Callable[[], Iterable[tuple[Queue, str]]],
        nodes: Callable[[], Iterable[str]],
        linger: float = 0.02,
        prefetch: int = 200,
        transport_options: dict[str, Any] | None = None,
    ) -> None:
        self._embedded = url.startswith("sqlitelease:")
        options = {} if self._embedded else {"confirm_publish": True}
        self._url = url
        self._options = {**options, **(transport_options or {})}
        self._connection = self._new_connection()
        self._route = route
        self._listen = listen
        self._nodes = nodes
        self._linger = linger
        self._prefetch = prefetch
        self._channel: Any = None
        self._producer: Any = None
        self._declared: set[str] = set()
        self._consumers: dict[str, Consumer] = {}
        self._arrived: list[Delivery] = []
        self._dead: list[Delivery] = []
        self._open: dict[int, int] = {}
        self._order = 0

    def send(self, batch: Sequence[Parcel]) -> list[str]:
        self._connect()
        accepted: list[str] = []
        for parcel in batch:
            crash_point("relay.before_publish")
            try:
                self._publish(parcel)
            except (QueueFull, Unroutable, MessageNacked):
                break
            except self._failures():
                self.close()
                break
            accepted.append(parcel.id)
            crash_point("relay.after_publish")
        return accepted

    def fetch(self, limit: int) -> list[Delivery]:
        try:
            self._connect()
            self._subscribe()
            self._drain(limit)
        except self._failures() as error:
            self.close()
            raise ConnectionError(str(error)) from error
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
        if all(order > last for order in self._open.values()):
            orders[last].message.ack(multiple=True)
            return
        for delivery in deliveries:
            delivery.message.ack()

    def requeue(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            del self._open[id(delivery.message)]
            delivery.message.requeue()

    def size(self, queue: str) -> int:
        """How many messages lie in a queue, for the operators' screen; a broker does not count those taken."""
        self._connect()
        return int(self._channel.queue_declare(queue=queue, passive=True).message_count)

    def close(self) -> None:
        """Give back what is not acknowledged; the next call connects again."""
        self._connection.close()
        self._connection = self._new_connection()
        self._forget()

    def _new_connection(self) -> Connection:
        """Not connected yet; a closed one cannot be used again."""
        return Connection(self._url, transport_options=self._options)

    def _forget(self) -> None:
        """What belonged to the closed connection: its unacknowledged deliveries will come again."""
        self._channel = self._producer = None
        self._declared.clear()
        self._consumers.clear()
        self._arrived = []
        self._dead = []
        self._open.clear()

    def _failures(self) -> tuple[type[BaseException], ...]:
        return (*self._connection.connection_errors, *self._connection.channel_errors, OSError)

    def _connect(self) -> None:
        if self._channel is None:
            self._channel = self._connection.channel()
            self._producer = Producer(self._channel, auto_declare=False)
        if self._embedded:
            self._declare(self._nodes())

    def _declare(self, node_ids: Iterable[str]) -> None:
        missing = sorted(set(node_ids) - self._declared)
        if missing:
            topology.declare(self._channel, missing, jobs=False)
            self._declared.update(missing)

    def _subscribe(self) -> None:
        for queue, peer in self._listen():
            if queue.name in self._consumers:
                continue
            consumer = Consumer(
                self._channel,
                [queue],
                on_message=partial(self._keep, peer, queue.name),
                auto_declare=False,
            )
            consumer.qos(prefetch_count=self._prefetch)
            consumer.consume()
            self._consumers[queue.name] = consumer

    def _drain(self, limit: int) -> None:
        while len(self._arrived) < limit:
            try:
                self._connection.drain_events(timeout=self._linger)
            except TimeoutError:
                return

    def _keep(self, peer: str, queue: str, message: Any) -> None:
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
        count = int(message.headers.get("x-delivery-count", 0)) + 1
        delivery = Delivery(body, peer, queue, count, dict(message.headers), message)
        self._order += 1
        self._open[id(message)] = self._order
        (self._dead if queue == topology.PARKING else self._arrived).append(delivery)

    def _publish(self, parcel: Parcel) -> None:
        exchange, key = self._route(parcel.to)
        self._producer.publish(
            parcel.raw,
            exchange=exchange.name,
            routing_key=key,
            content_type=_CONTENT_TYPE,
            content_encoding="binary",
            delivery_mode=2,
            message_id=parcel.id,
            type=parcel.type,
            headers={"nodeseq": parcel.nodeseq, "seq": parcel.seq, "subject": parcel.subject},
        )


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


def local_url(path: Path) -> str:
    """The URL of the embedded queue file."""
    return f"sqlitelease:///{path.absolute()}"
