"""``kora gateway ...``: the gateway's command line.

What needs the database is imported inside the commands, so that help is there at once.
"""

import getpass
import importlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.settings import GatewaySettings

if TYPE_CHECKING:
    from gateway.gateway import Gateway

LAZY = {
    "node": ("gateway.members.cli", "node"),
    "ops": ("gateway.ops.cli", "ops"),
    "ipi": ("gateway.ipi.cli", "ipi"),
    "exchange": ("gateway.services", "exchange"),
    "worker": ("gateway.services", "worker"),
}
"""Commands of other modules, loaded when they are called."""
PROBLEM = 1
DEFAULT_PORT = 8602


class GatewayGroup(click.Group):
    """The group, with the commands that other modules add."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *LAZY})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in LAZY:
            module, name = LAZY[cmd_name]
            command: click.Command = getattr(importlib.import_module(module), name)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(cls=GatewayGroup)
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Folder of the gateway (KORA_DATA).")
@click.pass_context
def group(ctx: click.Context, data: Path | None) -> None:
    """The shared service between the CMOs and their partners."""
    ctx.obj = GatewaySettings() if data is None else GatewaySettings(data=data)


@contextmanager
def opened(settings: GatewaySettings) -> "Iterator[Gateway]":
    """The gateway of these settings, closed at the end."""
    from gateway.gateway import open_gateway

    gateway = open_gateway(settings)
    try:
        yield gateway
    finally:
        gateway.close()


def tell(answer: Mapping[str, Any] | Sequence[Mapping[str, Any]], as_json: bool, text: str) -> None:
    """Print the answer for machines or for people; instants become ISO 8601."""
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, default=lambda instant: instant.isoformat()))
    elif text:
        click.echo(text)


def caller() -> str:
    """Who acts from the command line, as the audit keeps it."""
    try:
        return f"command line, {getpass.getuser()}"
    except (OSError, KeyError):
        # An account of a container may have no name.
        return "command line"


as_json = click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")


@group.command()
@click.option("--url", default=f"http://127.0.0.1:{DEFAULT_PORT}", show_default=True, help="Where the pages will be.")
@as_json
@click.pass_obj
def init(settings: GatewaySettings, url: str, as_json: bool) -> None:
    """Set the gateway up and print the link for its first operator; repeated, it prints a new link."""
    from gateway import broker
    from gateway.permissions import USERS
    from interface.accounts import make_setup_link, seed_roles

    with opened(settings) as gateway:
        try:
            broker.prepare(gateway)
        except broker.DefaultAccount as error:
            raise click.ClickException(f"{error} uses the broker's default account, which this removes") from error
        except ConnectionError as error:
            raise click.ClickException(f"the broker cannot be prepared: {error}") from error
        with gateway.sessions.begin() as session:
            seed_roles(session, USERS.roles)
            token = make_setup_link(session, now=gateway.now())
        link = f"{url.rstrip('/')}/set-up/{token}"
        answer = {"data": str(settings.data), "gateway": gateway.id, "link": link, "token": token}
        tell(answer, as_json, f"Gateway {gateway.id} is set up.\nFirst operator, once, within 24 hours: {link}")


@group.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=DEFAULT_PORT, show_default=True)
@click.pass_obj
def serve(settings: GatewaySettings, host: str, port: int) -> None:
    """Serve the pages; without a broker also exchange with nodes and partners in the background."""
    import signal

    import waitress

    from gateway.app import create_app
    from gateway.exchange import Exchange
    from interface.settings import UnsafeStart
    from queues import is_embedded

    with opened(settings) as gateway:
        # With a broker ``kora gateway exchange`` carries; a page of many processes must not.
        exchange = Exchange(gateway) if is_embedded(settings.broker) else None
        try:
            app = create_app(gateway, host=host, wake=exchange.wake if exchange else lambda: None)
            server = waitress.create_server(app, host=host, port=port, threads=8)
        except UnsafeStart as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(f"port {port} on {host} cannot be used: {error}") from error
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        if exchange is not None:
            exchange.start()
        click.echo(f"http://{host}:{port}/", err=True)
        try:
            server.run()
        finally:
            if exchange is not None:
                exchange.stop()
            server.close()


@group.command()
@click.pass_obj
def migrate(settings: GatewaySettings) -> None:
    """Bring the database to the newest version."""
    with opened(settings):
        click.echo("The database is at the newest version.")


@group.group()
def user() -> None:
    """People who may sign in."""


@user.command("add")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", "roles", multiple=True, default=("viewer",), show_default=True, help="operator or viewer.")
@click.option("--password-stdin", is_flag=True, help="Read the one-time password from standard input.")
@as_json
@click.pass_obj
def add_user(
    settings: GatewaySettings, email: str, name: str, roles: tuple[str, ...], password_stdin: bool, as_json: bool
) -> None:
    """Add an account and print its one-time password, to be changed at the first sign-in."""
    from gateway.permissions import USERS
    from interface.accounts import EmailTaken, create_user, seed_roles
    from interface.passwords import WeakPassword

    given = sys.stdin.readline().rstrip("\n") if password_stdin else None
    with opened(settings) as gateway:
        try:
            with gateway.sessions.begin() as session:
                seed_roles(session, USERS.roles)
                password = create_user(
                    session, email=email, full_name=name, roles=roles, password=given, now=gateway.now()
                )
        except EmailTaken as error:
            raise click.ClickException(f"{email} has an account") from error
        except WeakPassword as error:
            raise click.ClickException(f"this password is too weak: {error.reason}") from error
        except KeyError as error:
            raise click.ClickException(str(error.args[0])) from error
        answer = {"email": email, "roles": list(roles), "password": None if given else password}
        tell(answer, as_json, email if given else f"{email}: {password}")


@group.command()
@click.option("--node", "node_id", required=True, metavar="ID", help="The node whose messages are read again.")
@click.option("--from", "first", required=True, type=click.IntRange(1), help="Number of the first message.")
@click.option("--to", "last", required=True, type=click.IntRange(1), help="Number of the last message.")
@click.option("--dry-run", is_flag=True, help="Verify and count, change nothing.")
@as_json
@click.pass_obj
def replay(settings: GatewaySettings, node_id: str, first: int, last: int, dry_run: bool, as_json: bool) -> None:
    """Read stored messages of a node again: what was refused or parked gets another chance, the rest stays."""
    from gateway.members import queries as members
    from gateway.routes import handlers
    from queues import node_urn
    from queues import replay as stored

    if last < first:
        raise click.BadParameter("it comes before --from", param_hint="--to")
    with opened(settings) as gateway:
        keys = members.StoredKeys(gateway.sessions, gateway.now)
        with gateway.sessions.begin() as session:
            if members.get(session, node_id) is None:
                raise click.ClickException(f"there is no node {node_id}")
            done = stored.again(
                session, source=node_urn(node_id), audience=gateway.urn, keys=keys,
                handlers=handlers(gateway.partners, gateway.now), first=first, last=last, now=gateway.now(),
                dry_run=dry_run,
            )  # fmt: skip
        answer = {"node": node_id, "from": first, "to": last, "dry_run": dry_run, **asdict(done)}
        said = f"{done.read} read, {done.handled} handled, {done.left} left as they were, {done.untrusted} not trusted"
        tell(answer, as_json, said)
        sys.exit(PROBLEM if done.untrusted else 0)
