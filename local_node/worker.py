"""The background of a node: one thread sends and receives from the moment the node is enrolled, another imports."""

import logging
import threading

from local_node.admin import queries
from local_node.exchange import sending
from local_node.imports import background
from local_node.node import Node
from local_node.routes import HANDLERS
from queues import Carrier, Intake, Relay, SigningKey, node_uplink, node_urn

log = logging.getLogger(__name__)


def make_carrier(node: Node) -> Carrier | None:
    """Relay and intake of this node; None before enrolment."""
    with node.sessions() as session:
        session.connection(execution_options={"read_only": True})
        office = queries.office(session)
        node_id, gateway_id, keys = office.node_id, office.gateway_id, queries.gateway_keys(session)
    if node_id is None or gateway_id is None:
        return None
    uplink = node_uplink(node.settings.broker, node_id=node_id, gateway_id=gateway_id)
    key, source = SigningKey.load(node.settings.signing_key), node_urn(node_id)
    held = sending.holds(node.sessions, node.settings.time_zone, node.now)
    relay = Relay(node.sessions, uplink, key=key, source=source, paused=held)
    intake = Intake(node.sessions, uplink, keys=keys, key=key, source=source, handlers=HANDLERS, node_id=node_id)
    return Carrier(relay, intake, now=node.now, idle=node.settings.poll_s)


class Worker:
    """Keeps the carrier and the imports running; before enrolment there is no carrier yet."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._carrier: Carrier | None = None
        self._stopping = threading.Event()
        self._started = threading.Event()
        self._threads = [
            threading.Thread(target=self._carry, name="kora-waiting", daemon=True),
            threading.Thread(target=self._import, name="kora-imports", daemon=True),
        ]

    def start(self) -> None:
        """Begin; returns at once."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Something was posted, or an import was started."""
        self._started.set()
        if self._carrier is not None:
            self._carrier.wake()

    def stop(self) -> None:
        """End after the present turn; an import that is cut off goes on at the next start."""
        self._stopping.set()
        self._started.set()
        for thread in self._threads:
            thread.join(timeout=10)
        if self._carrier is not None:
            self._carrier.stop()

    def _carry(self) -> None:
        """Wait for the enrolment, then let the carrier run."""
        while not self._stopping.is_set():
            carrier = make_carrier(self._node)
            if carrier is not None:
                self._carrier = carrier
                carrier.start()
                return
            self._stopping.wait(self._node.settings.poll_s)

    def _import(self) -> None:
        office = self._node.imports()
        while not self._stopping.is_set():
            self._started.clear()
            try:
                done = background.run_due(office, self._node.now())
            except Exception:
                log.exception("a turn of the imports failed")
                done = 0
            if done:
                self.wake()
            elif not self._stopping.is_set():
                self._started.wait(self._node.settings.poll_s)
