"""Names and arguments of exchanges and queues; one function declares them, as often as one likes.

The names are the same on both stacks. The embedded transport reads of the arguments only the delivery limit and the
length; the rest is for RabbitMQ. Nothing else of a broker is used: no priorities, no expiry, no delays, no wildcards.
"""

from collections.abc import Iterable
from typing import Any

from kombu import Exchange, Queue

IN = Exchange("kora.in", type="topic", durable=True)
"""Nodes write, the gateway reads. A topic exchange, because only there a broker checks the key of a publisher."""
OUT = Exchange("kora.out", type="direct", durable=True)
"""The gateway writes, nodes read."""
JOBS = Exchange("kora.jobs", type="topic", durable=True)
DEAD = Exchange("kora.dead", type="topic", durable=True)

PARKING = "parking"
JOB_QUEUES = (
    "conn.cisnet",
    "conn.iswc",
    "conn.ipi",
    "conn.ipn",
    "conn.isni",
    "conn.ifrro",
    "jobs.fast",
    "jobs.bulk",
)

DELIVERY_LIMIT = 20
IN_LENGTH = 200_000
OUT_LENGTH = 1_000


def in_queue(node_id: str) -> str:
    """The queue from a node to the gateway."""
    return f"in.{node_id}"


def in_key(node_id: str) -> str:
    """The one routing key a node may use on ``kora.in``."""
    return f"{node_id}.in"


def out_queue(node_id: str) -> str:
    """The queue from the gateway to a node."""
    return f"out.{node_id}"


def queue_in(node_id: str) -> Queue:
    return Queue(in_queue(node_id), IN, in_key(node_id), queue_arguments=_arguments(IN_LENGTH), **_KEPT)


def queue_out(node_id: str) -> Queue:
    return Queue(out_queue(node_id), OUT, node_id, queue_arguments=_arguments(OUT_LENGTH), **_KEPT)


def queue_parking() -> Queue:
    """Without length and time limit: what lies here waits for a person."""
    return Queue(PARKING, DEAD, "#", queue_arguments={"x-queue-type": "quorum"}, **_KEPT)


def declare(channel: Any, node_ids: Iterable[str], *, jobs: bool = True) -> None:
    """Declare all exchanges and queues for these nodes on a kombu channel; does nothing where they exist already."""
    for queue in all_queues(node_ids, jobs=jobs):
        queue(channel).declare()


def all_queues(node_ids: Iterable[str], *, jobs: bool = True) -> list[Queue]:
    """Every queue of a network with these nodes."""
    queues = [queue_parking()]
    for node_id in node_ids:
        queues += [queue_in(node_id), queue_out(node_id)]
    if jobs:
        queues += job_queues()
    return queues


def job_queues() -> list[Queue]:
    """The queues of Celery; many workers share one."""
    return [Queue(name, JOBS, name, queue_arguments=_arguments(None), **_KEPT) for name in JOB_QUEUES]


_KEPT = {"durable": True, "auto_delete": False}


def _arguments(length: int | None) -> dict[str, Any]:
    """A quorum queue whose dead messages are never lost; with a length it has one reader at a time and pushes back."""
    arguments: dict[str, Any] = {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-overflow": "reject-publish",
        "x-dead-letter-exchange": DEAD.name,
        "x-dead-letter-strategy": "at-least-once",
    }
    if length is not None:
        arguments |= {"x-single-active-consumer": True, "x-max-length": length}
    return arguments
