"""``kora gateway exchange`` and ``kora gateway worker``: the background as processes of their own, beside the pages."""

import signal
import sys
import threading

import click

from gateway.cli import opened
from gateway.settings import GatewaySettings
from queues import is_embedded
from queues.topology import JOB_QUEUES


@click.command()
@click.pass_obj
def exchange(settings: GatewaySettings) -> None:
    """Carry messages, and tell the workers what is due for partners."""
    from gateway.exchange import Exchange

    stop = threading.Event()
    with opened(settings) as gateway:
        running = Exchange(gateway)
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        running.start()
        click.echo("carrying", err=True)
        try:
            stop.wait()
        finally:
            running.stop()


@click.command()
@click.option(
    "--queues", required=True, metavar="NAMES", help=f"With commas between them, of: {', '.join(JOB_QUEUES)}."
)
@click.option("--pool", type=click.Choice(["prefork", "threads"]), default="prefork", show_default=True)
@click.option("--concurrency", default=1, show_default=True, type=click.IntRange(1), help="Jobs at the same time.")
@click.pass_obj
def worker(settings: GatewaySettings, queues: str, pool: str, concurrency: int) -> None:
    """Carry out jobs; start as many as the partners need, on any machine that reaches database and broker."""
    names = [name.strip() for name in queues.split(",")]
    for name in names:
        if name not in JOB_QUEUES:
            raise click.BadParameter(f"there is no queue {name}", param_hint="--queues")
    if is_embedded(settings.broker):
        raise click.ClickException("without a broker (KORA_BROKER_URL) the gateway works for partners by itself")
    # Only this command needs all of Celery's worker.
    from gateway import job_worker

    sys.exit(job_worker.run(settings, names, pool=pool, concurrency=concurrency))
