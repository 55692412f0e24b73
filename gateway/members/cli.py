"""``kora gateway node ...``: places for nodes, six words, letting in and keeping out."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import as_json, caller, opened, tell
from gateway.settings import GatewaySettings

if TYPE_CHECKING:
    from gateway.gateway import Gateway
    from gateway.members.models import Member

SOCIETY = re.compile(r"[0-9]{1,3}")


@click.group()
def node() -> None:
    """Nodes of the CMOs."""


@node.command("add")
@click.argument("code")
@click.argument("name")
@as_json
@click.pass_obj
def add_node(settings: GatewaySettings, code: str, name: str, as_json: bool) -> None:
    """Make a place for the node of the society CODE (CISAC) with the official NAME; prints a one-time code."""
    from gateway.members import operations

    if not SOCIETY.fullmatch(code):
        raise click.BadParameter("a number of up to three digits", param_hint="CODE")
    with opened(settings) as gateway:
        try:
            with gateway.sessions.begin() as session:
                offered = operations.add(
                    session, society=code.zfill(3), name=name.strip(), by=caller(), now=gateway.now()
                )
        except operations.AlreadyMember as error:
            raise click.ClickException(f"this society has a working node: {error}") from error
        _follow(gateway, offered.node_id)
    answer = {"id": offered.node_id, "code": offered.code, "expires": offered.expires}
    said = f"{offered.node_id}\nOnce, until {offered.expires:%Y-%m-%d %H:%M} UTC: {offered.code}"
    tell(answer, as_json, said)


@node.command("approve")
@click.argument("node_id", metavar="ID")
@as_json
@click.pass_obj
def approve(settings: GatewaySettings, node_id: str, as_json: bool) -> None:
    """Let a node in, after its six words were compared by telephone."""
    from gateway.members import operations

    with _moved(settings, node_id, operations.approve, None) as (member, words):
        tell(_as_answer(member, words), as_json, f"{node_id} is let in: {' '.join(words)}")


@node.command("suspend")
@click.argument("node_id", metavar="ID")
@click.option("--reason", help="Kept in the audit.")
@as_json
@click.pass_obj
def suspend(settings: GatewaySettings, node_id: str, reason: str | None, as_json: bool) -> None:
    """Take nothing from a node and send nothing to it until it is approved again."""
    from gateway.members import operations

    with _moved(settings, node_id, operations.suspend, reason) as (member, words):
        tell(_as_answer(member, words), as_json, f"{node_id} is kept out")


@node.command("list")
@as_json
@click.pass_obj
def list_nodes(settings: GatewaySettings, as_json: bool) -> None:
    """All nodes with their state and their six words."""
    from gateway.members import operations, queries

    with opened(settings) as gateway, gateway.sessions() as session:
        answers = [
            _as_answer(member, operations.words_of(session, member.node_id)) for member in queries.everybody(session)
        ]
    lines = ["{id}  {society}  {state:9}  {name}".format_map(one) + _words(one["words"]) for one in answers]
    tell(answers, as_json, "\n".join(lines))


@contextmanager
def _moved(
    settings: GatewaySettings, node_id: str, move: "Callable[..., Member]", reason: str | None
) -> "Iterator[tuple[Member, tuple[str, ...]]]":
    """The node after an operation that changed its state. Ends the command when the node is unknown or not ready."""
    from gateway.members import operations

    with opened(settings) as gateway:
        try:
            with gateway.sessions.begin() as session:
                member = move(session, node_id, by=caller(), reason=reason, now=gateway.now())
                words = operations.words_of(session, node_id)
        except operations.UnknownNode as error:
            raise click.ClickException(f"there is no node {node_id}") from error
        except operations.WrongState as error:
            raise click.ClickException(f"{node_id} is {error}: this cannot be done now") from error
        _follow(gateway, node_id)
        yield member, words


def _follow(gateway: "Gateway", node_id: str) -> None:
    """Let the broker know at once. What fails here is done by ``kora gateway exchange`` as soon as it can be."""
    from gateway import broker

    try:
        broker.follow(gateway, node_id)
    except ConnectionError as error:
        click.echo(f"done here, but the broker does not know yet: {error}", err=True)


def _as_answer(member: "Member", words: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": member.node_id,
        "society": member.society,
        "name": member.name,
        "state": member.state,
        "words": list(words),
    }


def _words(words: list[str]) -> str:
    return f"  ({' '.join(words)})" if words else ""
