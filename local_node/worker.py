"""The background of a node: one thread that sends, receives and tidies up, from the moment the node is enrolled."""

import threading

from local_node.admin import queries
from local_node.app import Node
from local_node.routes import HANDLERS
from queues import Carrier, Intake, Relay, SigningKey, node_uplink, node_urn


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
    relay = Relay(node.sessions, uplink, key=key, source=source)
    intake = Intake(node.sessions, uplink, keys=keys, key=key, source=source, handlers=HANDLERS, node_id=node_id)
    return Carrier(relay, intake, now=node.now, idle=node.settings.poll_s)


class Worker:
    """Keeps the carrier running; before enrolment it waits for it."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._carrier: Carrier | None = None
        self._stopping = threading.Event()
        self._waiting: threading.Thread | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        if not self._begin():
            self._waiting = threading.Thread(target=self._wait, name="kora-waiting", daemon=True)
            self._waiting.start()

    def wake(self) -> None:
        """Something was posted."""
        if self._carrier is not None:
            self._carrier.wake()

    def stop(self) -> None:
        """End after the present turn."""
        self._stopping.set()
        if self._waiting is not None:
            self._waiting.join()
        if self._carrier is not None:
            self._carrier.stop()

    def _begin(self) -> bool:
        carrier = make_carrier(self._node)
        if carrier is None:
            return False
        carrier.start()
        self._carrier = carrier
        return True

    def _wait(self) -> None:
        while not self._stopping.wait(self._node.settings.poll_s):
            if self._begin():
                return
