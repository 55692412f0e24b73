"""``kora node ...``: the node's command line."""

import importlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from local_node.settings import NodeSettings

LAZY = {"import": ("local_node.imports.cli", "group")}
"""Commands of other modules, loaded when they are called."""
MOST_ROUNDS = 200


class NodeGroup(click.Group):
    """The group, with the commands that other modules add."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *LAZY})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in LAZY:
            module, name = LAZY[cmd_name]
            command: click.Command = getattr(importlib.import_module(module), name)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(cls=NodeGroup)
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Folder of the node (KORA_DATA).")
@click.pass_context
def group(ctx: click.Context, data: Path | None) -> None:
    """The web application of one CMO."""
    ctx.obj = NodeSettings() if data is None else NodeSettings(data=data)


@contextmanager
def opened(settings: NodeSettings) -> Iterator[Any]:
    """The node of these settings, closed at the end. Ends the command when it was never set up."""
    from local_node.admin.queries import NotSetUp  # the command line starts fast when it only shows help
    from local_node.node import open_node

    node = open_node(settings)
    try:
        yield node
    except NotSetUp as error:
        raise click.ClickException("this folder holds no node yet; call: kora node init") from error
    finally:
        node.close()


def tell(answer: dict[str, Any], as_json: bool, text: str) -> None:
    """Print the answer for machines or for people."""
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else text)


as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


@group.command()
@click.option("--society", required=True, metavar="CODE", help="CISAC code of the society.")
@click.option("--name", required=True, help="Official name, as in the list of societies.")
@click.option("--url", default="http://127.0.0.1:8600", show_default=True, help="Where the pages will be served.")
@as_json
@click.pass_obj
def init(settings: NodeSettings, society: str, name: str, url: str, as_json: bool) -> None:
    """Set the node up and print the link for its first administrator; repeated, it only renames the office."""
    from interface.accounts import make_setup_link, seed_roles
    from local_node.admin.operations import found_office
    from local_node.admin.societies import add_society
    from local_node.permissions import USERS

    with opened(settings) as node:
        code = society.zfill(3)
        add_society(settings, code, name)
        with node.sessions.begin() as session:
            found_office(session, society=code, name=name)
            seed_roles(session, USERS.roles)
            node.vault(session)
            token = make_setup_link(session, now=node.now())
        link = f"{url.rstrip('/')}/set-up/{token}"
        answer = {"data": str(settings.data), "society": code, "name": name, "link": link, "token": token}
        tell(answer, as_json, f"{name} is set up.\nFirst administrator, once, within 24 hours: {link}")


@group.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8600, show_default=True)
@click.pass_obj
def serve(settings: NodeSettings, host: str, port: int) -> None:
    """Serve the pages; without a broker also send and receive in the background."""
    import signal

    import waitress

    from interface.settings import UnsafeStart
    from local_node.app import create_app
    from local_node.worker import Worker
    from queues import is_embedded

    with opened(settings) as node:
        # With a broker ``kora node worker`` carries and imports.
        worker = Worker(node) if settings.uplink == "local" and is_embedded(settings.broker) else None
        try:
            app = create_app(node, host=host, wake=worker.wake if worker else lambda: None)
            server = waitress.create_server(app, host=host, port=port, threads=8)
        except UnsafeStart as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(f"port {port} on {host} cannot be used: {error}") from error
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        if worker is not None:
            worker.start()
        click.echo(f"http://{host}:{port}/", err=True)
        try:
            server.run()
        finally:
            if worker is not None:
                worker.stop()
            server.close()


@group.command()
@click.pass_obj
def worker(settings: NodeSettings) -> None:
    """Send, receive and import in a process of its own, beside the pages."""
    import signal
    import threading

    from local_node.worker import Worker

    stop = threading.Event()
    with opened(settings) as node:
        running = Worker(node)
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        running.start()
        click.echo("carrying", err=True)
        try:
            stop.wait()
        finally:
            running.stop()


@group.command()
@click.pass_obj
def migrate(settings: NodeSettings) -> None:
    """Bring the database to the newest version."""
    with opened(settings):
        click.echo("The database is at the newest version.")


@group.command()
@click.option("--gateway", "gateway_url", help="Address of the gateway (KORA_GATEWAY_URL).")
@click.option("--code", required=True, help="The one-time code an operator gave.")
@as_json
@click.pass_obj
def enrol(settings: NodeSettings, gateway_url: str | None, code: str, as_json: bool) -> None:
    """Take the office's place at the gateway; prints six words to compare by telephone."""
    from local_node.admin.enrolment import GatewayNotReachable, NotEnrolled
    from local_node.admin.enrolment import enrol as take_place
    from local_node.admin.operations import AlreadyEnrolled
    from local_node.right_owners import operations as right_owners
    from local_node.works import operations as works

    url = gateway_url or settings.gateway_url
    if url is None:
        raise click.UsageError("say where the gateway is: --gateway URL")
    with opened(settings) as node:
        try:
            with node.sessions.begin() as session:
                place = take_place(
                    session, gateway_url=url, code=code, key_file=settings.signing_key,
                    broker_account=settings.broker_account, now=node.now(),
                )  # fmt: skip
                posted = right_owners.tell_everything(session, now=node.now())
                posted += works.tell_everything(session, now=node.now())
        except GatewayNotReachable as error:
            click.echo(f"the gateway cannot be reached: {error}", err=True)
            sys.exit(3)
        except NotEnrolled as error:
            raise click.ClickException(f"the gateway refused: {error}") from error
        except AlreadyEnrolled as error:
            raise click.ClickException(f"this node is enrolled as {error}") from error
        answer = {"node": place.node_id, "gateway": place.gateway_id, "state": place.state, "posted": posted}
        words = " ".join(place.words)
        tell(
            answer | {"words": list(place.words)},
            as_json,
            f"Enrolled as {place.node_id}. Compare by telephone:\n{words}",
        )


@group.group()
def user() -> None:
    """People who may sign in."""


@user.command("add")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", "roles", multiple=True, default=("viewer",), show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the one-time password from standard input.")
@as_json
@click.pass_obj
def add_user(
    settings: NodeSettings, email: str, name: str, roles: tuple[str, ...], password_stdin: bool, as_json: bool
) -> None:
    """Add an account and print its one-time password, to be changed at the first sign-in."""
    from interface.accounts import EmailTaken, create_user
    from interface.passwords import WeakPassword

    given = sys.stdin.readline().rstrip("\n") if password_stdin else None
    with opened(settings) as node:
        try:
            with node.sessions.begin() as session:
                password = create_user(
                    session, email=email, full_name=name, roles=roles, password=given, now=node.now()
                )
        except EmailTaken as error:
            raise click.ClickException(f"{email} has an account") from error
        except WeakPassword as error:
            raise click.ClickException(f"this password is too weak: {error.reason}") from error
        except KeyError as error:
            raise click.ClickException(str(error.args[0])) from error
        answer = {"email": email, "roles": list(roles), "password": None if given else password}
        tell(answer, as_json, f"{email}" if given else f"{email}: {password}")


@group.command()
@click.option("--demo", type=click.Choice(["a", "b"]), default="a", show_default=True)
@as_json
@click.pass_obj
def seed(settings: NodeSettings, demo: str, as_json: bool) -> None:
    """Fill the node with invented people and works in all classes."""
    from local_node.seed import plant

    with opened(settings) as node:
        with node.sessions.begin() as session:
            planted = plant(session, demo, by="seed", now=node.now())
        tell(planted, as_json, "{right_owners} right owners and {works} works".format_map(planted))


@group.group()
def sync() -> None:
    """What waits to be sent, and sending it now."""


@sync.command("status")
@as_json
@click.pass_obj
def sync_status(settings: NodeSettings, as_json: bool) -> None:
    """How far the node's messages are."""
    with opened(settings) as node:
        _tell_status(node, as_json)


@sync.command("now")
@as_json
@click.pass_obj
def sync_now(settings: NodeSettings, as_json: bool) -> None:
    """Send and receive until nothing moves; exit code 3 when the line is down."""
    from local_node.worker import make_carrier

    with opened(settings) as node:
        carrier = make_carrier(node)
        if carrier is None:
            raise click.ClickException("this node is not enrolled yet; call: kora node enrol")
        try:
            for _round in range(MOST_ROUNDS):
                if not carrier.run_once():
                    break
        except OSError as error:
            click.echo(f"the line is down: {error}", err=True)
            sys.exit(3)
        _tell_status(node, as_json)


@group.group()
def works() -> None:
    """Questions about the works of the node."""


@works.command("list")
@click.option("--limit", default=1000, show_default=True)
@as_json
@click.pass_obj
def list_works(settings: NodeSettings, limit: int, as_json: bool) -> None:
    """Works with what their partners said, and how many there are in each state."""
    from local_node.works import queries

    with opened(settings) as node, node.sessions() as session:
        answer = queries.summary(session) | {"items": queries.items(session, limit)}
        lines = [f"{one['number']:>8}  {one['class']}  {one['status']:10}  {one['title']}" for one in answer["items"]]
        tell(answer, as_json, "\n".join(lines))


def _tell_status(node: Any, as_json: bool) -> None:
    from dataclasses import asdict

    from queues import boxes

    with node.sessions() as session:
        status = asdict(boxes.status(session, now=node.now()))
    status["last_receipt"] = status["last_receipt"].isoformat() if status["last_receipt"] else None
    tell(status, as_json, "\n".join(f"{name:15} {'-' if value is None else value}" for name, value in status.items()))
