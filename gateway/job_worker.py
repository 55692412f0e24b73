"""The process of ``kora gateway worker``: a Celery worker without what we do not use, and its watchdog.

A worker may live on and consume no more after its line broke. So it sends itself a heartbeat job on each of its queues
and ends when nothing reaches it any more; whoever supervises it starts it again.
"""

import logging
import os
import threading
import time
from collections.abc import Sequence
from typing import Any

from celery import Celery, signals
from celery.worker import state
from celery.worker.consumer import Consumer

from gateway import jobs
from gateway.settings import GatewaySettings

CONSUMES_NO_MORE = 70
"""Exit code of a worker that the watchdog ended (EX_SOFTWARE)."""
NOT_USED = ("Mingle", "Gossip", "DelayedDelivery")
"""Steps of Celery that would make objects of their own on the broker: workers that talk to each other, and timers."""

log = logging.getLogger(__name__)


class JobConsumer(Consumer):  # type: ignore[misc]
    """Celery's consumer without the steps we do not use."""

    class Blueprint(Consumer.Blueprint):  # type: ignore[misc]
        """The steps of the consumer."""

        default_steps = [step for step in Consumer.Blueprint.default_steps if not step.endswith(NOT_USED)]


def run(settings: GatewaySettings, queues: Sequence[str], *, pool: str, concurrency: int) -> int:
    """Carry out jobs of these queues until stopped; the exit code."""
    app = jobs.make_app(settings)
    worker = app.Worker(
        queues=list(queues), pool_cls=pool, concurrency=concurrency, loglevel="WARNING", without_gossip=True,
        without_mingle=True, without_heartbeat=True, quiet=True,
    )  # fmt: skip
    watchdog = Watchdog(app, queues, patience_s=settings.watchdog_s)
    signals.worker_ready.connect(watchdog.start, sender=None, weak=False)
    worker.start()
    return int(worker.exitcode or 0)


class Watchdog:
    """Ends this process when it tried to send heartbeat jobs for ``patience_s`` seconds and no job at all came.

    So it also ends when the line lets nothing through; one that starts anew waits until it has reached the broker.

    Workers share a queue, so one's heartbeat may come to another; but they are dealt out in turn, and each sends four
    in that time. A worker that is busy takes no further job: its own time limit watches over it.
    """

    def __init__(self, app: Celery, queues: Sequence[str], *, patience_s: float) -> None:
        self._app = app
        self._patience = patience_s
        self._unanswered: dict[str, float | None] = dict.fromkeys(queues)
        """Since when nothing followed a heartbeat, whether it could be sent or not."""

    def start(self, **_: Any) -> None:
        """Begin; returns at once."""
        signals.task_received.connect(self._received, weak=False)
        threading.Thread(target=self._watch, name="kora-watchdog", daemon=True).start()

    def _received(self, *, request: Any, **_: Any) -> None:
        queue = (request.delivery_info or {}).get("routing_key")
        if queue in self._unanswered:
            self._unanswered[queue] = None

    def _watch(self) -> None:
        while True:
            for queue in self._unanswered:
                self._knock(queue)
            time.sleep(self._patience / 4)
            self._judge()

    def _knock(self, queue: str) -> None:
        if self._unanswered[queue] is None:
            self._unanswered[queue] = time.monotonic()  # before it is sent, because the answer may be quicker than we
        try:
            jobs.publish(self._app, jobs.HEARTBEAT, queue)
        except jobs.NotSent as error:
            log.warning("no heartbeat could be sent", extra={"queue": queue, "error": str(error)})

    def _judge(self) -> None:
        if state.active_requests:
            self._unanswered = dict.fromkeys(self._unanswered)
            return
        now = time.monotonic()
        silent = [queue for queue, at in self._unanswered.items() if at is not None and now - at > self._patience]
        if silent:
            log.critical("this worker consumes no more and ends", extra={"queues": silent})
            # The main thread may hang in the line that broke, so nobody is asked to end in an orderly way.
            os._exit(CONSUMES_NO_MORE)
