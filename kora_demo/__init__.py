"""``kora demo``: two nodes, the gateway and a simulated CIS-Net on this machine.

It only supervises. Each part is a process of its own with its own folder; where a broker carries, the background of
each part is another. With ``--once`` it tells the story of the thread from end to end, compares the databases
afterwards and stops.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from kora_demo.parts import DEFAULT_PORT, EMAIL, HOST, OFFICES, Demo, Players, Stage
from kora_demo.servers import Servers
from kora_demo.story import Story

FOLDER, FOLDER_WITH_SERVERS = Path("kora-data"), Path("kora-data/servers")
STOPPED = 1
"""Exit code of a story that was not told to its end."""


@click.command("demo")
@click.option("--once", is_flag=True, help="Run the whole story without a browser, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object (with --once).")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    show_default=f"{FOLDER}, with servers {FOLDER_WITH_SERVERS}",
    help="Folder of everything.",
)
@click.option("--port", type=int, default=DEFAULT_PORT, show_default=True, help="The first of four ports.")
@click.option("--import", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A CWR file.")
def command(once: bool, as_json: bool, data: Path | None, port: int, file: Path | None) -> None:
    """Two nodes, the gateway and a simulated CIS-Net on this machine, with invented people and works.

    KORA_BROKER_URL (amqp://...) and KORA_DATABASE_URL (postgresql+psycopg://...) let them run on RabbitMQ and
    PostgreSQL; with KORA_BROKER_ADMIN_URL every node gets an account of its own at the broker.
    """
    servers = Servers.told(os.environ)
    folder = data or (FOLDER_WITH_SERVERS if servers.any else FOLDER)
    stage = Stage(folder.absolute(), port, servers)
    stage.refuse_taken_ports()
    _ = stage.databases  # before anything is made, because a server may refuse
    players = Players(stage)

    def end(*_: object) -> None:
        # Who presses Ctrl-C twice must not leave half of them running.
        if not players.stopping:
            players.hang_up()
            players.farewell = STOPPED if once else 0
            if not players.starting:
                sys.exit(players.farewell)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    try:
        demo = Demo(stage, players)
        if once:
            sys.exit(_tell(Story(demo, file).run(), as_json))
        _serve(demo, file)
    finally:
        players.hang_up()
        players.stop()


def _serve(demo: Demo, file: Path | None) -> None:
    """Run until stopped."""
    begin = time.monotonic()
    password = demo.set_up()
    demo.start()
    new = demo.enrol()
    if new:
        demo.plant()
    if new or file is not None:
        demo.publish(file)
    stage = demo.stage
    click.echo(f"Ready after {time.monotonic() - begin:.0f} seconds.\n")
    for part, (_, name) in OFFICES.items():
        click.echo(f"  {name:28} {stage.address(part)}/")
    click.echo(f"  {'Gateway, operations':28} {stage.address('gateway')}/ops")
    click.echo(f"  {'Simulated CIS-Net (SFTP)':28} {HOST}:{stage.ports['cisnet']}\n")
    click.echo(f"  E-mail {EMAIL}, password {password or 'unchanged'}")
    click.echo(f"  {stage.servers.words}")
    click.echo("\nStop with Ctrl-C. All of it lies in " + str(stage.data))
    while True:
        demo.players.check()
        time.sleep(1)


def _tell(answer: Mapping[str, Any], as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        for step in answer["story"]:
            click.echo(f"{'ok ' if step['ok'] else 'NO '} {step['step']:12} {step['detail']}")
        click.echo(f"messages {answer['messages']}\nworks    {answer['works']}\n{answer['seconds']} seconds")
    return 0 if answer["ok"] else 1
