"""Celery: an id of a due row goes to the queue of its partner, and a worker does what the row says.

The row is the truth and the job a hint. A job that comes twice, or too late, finds its row taken or done and ends at
once; one that is lost is sent again (``gateway.partners.announcing``). So nothing here waits, repeats or knows a time.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from celery import Celery
from celery.exceptions import OperationalError

from gateway.gateway import open_gateway
from gateway.partners.work import PartnerWork
from gateway.settings import GatewaySettings
from queues import topology

PARTNER, HEARTBEAT = "kora.partner", "kora.heartbeat"
LONGEST_JOB_SECONDS = 300
CONFIRM_SECONDS = 10
"""How long the broker may take to confirm an id; one in alarm does not answer at all."""

PROFILE: dict[str, Any] = {
    "task_default_exchange": topology.JOBS.name,
    "task_default_exchange_type": topology.JOBS.type,
    "task_default_queue": "jobs.fast",
    "task_default_routing_key": "jobs.fast",
    "task_create_missing_queues": False,
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_ignore_result": True,
    # A job is taken from the queue when it is done, so that one whose worker was killed comes again.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_publish_retry": True,
    "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2},
    "broker_transport_options": {"confirm_publish": True},
    "broker_connection_timeout": 5,
    "broker_heartbeat": 10,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_prefetch_multiplier": 1,
    "worker_max_tasks_per_child": 500,
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    "worker_hijack_root_logger": False,
    "worker_consumer": "gateway.job_worker:JobConsumer",
    "enable_utc": True,
}


class NotSent(ConnectionError):
    """The broker did not take a job over; its row stays due and is announced again."""


def make_app(settings: GatewaySettings) -> Celery:
    """Celery with the queues and the tasks of a gateway. Nothing is opened before the first job of a process.

    So every process that runs jobs, forked or not, has a database connection of its own.
    """
    app = Celery("kora", broker=settings.broker, set_as_current=False)
    limit = min(LONGEST_JOB_SECONDS, settings.partner_lease_s * 0.8)
    # A job is stopped before its lease ends, so that nobody goes on without one.
    app.conf.update(PROFILE, task_queues=_queues(), task_time_limit=limit, task_soft_time_limit=limit * 0.8)
    here = cache(partial(_open_work, settings))

    def partner(job_id: int) -> None:
        here().carry_out(job_id)

    def heartbeat() -> None:
        """Nothing: that it came is all that counts (``gateway.job_worker``)."""

    # Not shared: a second gateway in this process has tasks of its own.
    app.task(name=PARTNER, shared=False)(partner)
    app.task(name=HEARTBEAT, shared=False)(heartbeat)
    return app


def sender(app: Celery) -> Callable[[str, int], None]:
    """Sends the id of a row to a queue, and returns when the broker has it. It raises NotSent."""

    def send(queue: str, job_id: int) -> None:
        publish(app, PARTNER, queue, job_id)

    return send


def publish(app: Celery, task: str, queue: str, *arguments: int) -> None:
    """Send a job to a queue, which must be there. Raises NotSent."""
    try:
        app.tasks[task].apply_async(arguments, queue=queue, mandatory=True, confirm_timeout=CONFIRM_SECONDS)
    except (OperationalError, OSError, *app.connection().connection_errors, *app.connection().channel_errors) as error:
        raise NotSent(f"{queue}: {error}") from error


def is_empty(app: Celery, queue: str) -> bool:
    """Whether no job waits in a queue. Raises NotSent when nobody can say."""
    try:
        with app.connection_for_read() as line:
            told = line.default_channel.queue_declare(queue=queue, passive=True)
    except (OSError, *app.connection().connection_errors, *app.connection().channel_errors) as error:
        raise NotSent(f"{queue}: {error}") from error
    return not told.message_count


def _queues() -> list[Any]:
    """As they are declared by ``kora gateway init``: a worker makes none and fails where one is missing."""
    queues = topology.job_queues()
    for queue in queues:
        queue.no_declare = True
    return queues


def _open_work(settings: GatewaySettings) -> PartnerWork:
    return PartnerWork(open_gateway(settings))
