"""The carrier: relay and intake of one side, and the background thread that turns them.

Wiring, the same at a node and at the gateway::

    uplink = node_uplink(local_url(path), node_id="n001", gateway_id="g1")
    relay = Relay(sessions, uplink, key=key, source=node_urn("n001"))
    intake = Intake(sessions, uplink, keys=ring, key=key, source=node_urn("n001"), handlers=handlers, node_id="n001")
    carrier = Carrier(relay, intake)
    carrier.start()
    ...
    carrier.stop()
"""

import gc
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from queues.intake import Intake
from queues.notify import Bell
from queues.relay import Relay

__all__ = ["Carrier", "Intake", "Relay"]

log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
AFTER_FAILURE_SECONDS = 2.0

Turn = Callable[[datetime], int]


def _collect_seldom() -> None:
    """A batch makes tens of thousands of objects and no cycles; looking for some costs a tenth of the time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Carrier:
    """One background thread: intake, the application's own turns (jobs), relay, for ever.

    ``turns`` are plain functions called with the instant; each returns how much it did. A failure is logged and the
    thread goes on after ``pause`` seconds. ``wake`` ends an idle wait early, and so does what arrives from a broker or
    is posted in another process on PostgreSQL; those are hints, nothing is lost without them.
    """

    def __init__(
        self,
        relay: Relay,
        intake: Intake,
        *,
        turns: Sequence[Turn] = (),
        now: Callable[[], datetime] = _utc_now,
        idle: float = IDLE_SECONDS,
        pause: float = AFTER_FAILURE_SECONDS,
    ) -> None:
        self._relay = relay
        self._intake = intake
        self._turns: tuple[Turn, ...] = (intake.run_once, *turns, relay.run_once)
        self._now = now
        self._idle = idle
        self._pause = pause
        self._stopping = threading.Event()
        self._bell: Bell | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        _collect_seldom()
        self._stopping.clear()
        self._bell = bell = Bell(self._relay.engine)
        self._thread = threading.Thread(target=self._run, args=(bell,), name="kora-carrier", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """End the thread after its present turn, and let go of the line."""
        self._stopping.set()
        self.wake()
        if self._thread is not None:
            self._thread.join(timeout)
        if self._bell is not None:
            self._bell.close()
        # A line belongs to one thread, so it stays with one that does not come to its end.
        if self._thread is None or not self._thread.is_alive():
            self._intake.close()

    def wake(self) -> None:
        """Something was posted."""
        if self._bell is not None:
            self._bell.ring()

    def run_once(self) -> int:
        """One round of everything; what was done."""
        return sum(turn(self._now()) for turn in self._turns)

    def _run(self, bell: Bell) -> None:
        while not self._stopping.is_set():
            done = 0
            for turn in self._turns:
                done += self._guarded(turn)
            if not done and not self._stopping.is_set():
                bell.wait(self._idle, self._relay.sockets())

    def _guarded(self, turn: Turn) -> int:
        try:
            return turn(self._now())
        except Exception:
            log.exception("a turn of the carrier failed")
            self._stopping.wait(self._pause)
            return 0
