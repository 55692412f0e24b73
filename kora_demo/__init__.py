"""``kora demo``: two nodes, the gateway and a simulated CIS-Net on this machine.

It only supervises. Each part is a process of its own with its own folder. With ``--once`` it tells the story of the
thread from end to end, compares the databases afterwards and stops.
"""

import json
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from kora_demo.parts import DEFAULT_PORT, EMAIL, HOST, OFFICES, Demo, Players, Stage
from kora_demo.story import Story


@click.command("demo")
@click.option("--once", is_flag=True, help="Run the whole story without a browser, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object (with --once).")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), default=Path("kora-data"), show_default=True)
@click.option("--port", type=int, default=DEFAULT_PORT, show_default=True, help="The first of four ports.")
@click.option("--import", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A CWR file.")
def command(once: bool, as_json: bool, data: Path, port: int, file: Path | None) -> None:
    """Two nodes, the gateway and a simulated CIS-Net on this machine, with invented people and works."""
    stage = Stage(data.absolute(), port)
    stage.refuse_taken_ports()
    players = Players(stage)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        demo = Demo(stage, players)
        if once:
            sys.exit(_tell(Story(demo, file).run(), as_json))
        _serve(demo, file)
    except KeyboardInterrupt:
        pass
    finally:
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
