"""``kora gateway ops ...``: the console without a browser."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import PROBLEM, as_json, caller, opened, tell
from gateway.settings import GatewaySettings

if TYPE_CHECKING:
    from gateway.ops.queries import Entry, Status

MOST_LINES = 1000
"""Entries of a list at most."""
NODE_KEYS = ("id", "seen_seconds", "outbox", "receipt_lag_seconds", "held", "refused")
PARTNER_KEYS = ("name", "state", "waiting", "parked", "success_percent", "p95_seconds")
ENTRY_KEYS = ("id", "type", "node", "subject", "state", "since", "reason")


@click.group()
def ops() -> None:
    """The operators' console."""


@ops.command()
@as_json
@click.pass_obj
def status(settings: GatewaySettings, as_json: bool) -> None:
    """How nodes, queues and partners are; exit code 1 when something has to be looked at."""
    from gateway.ops import queries
    from gateway.ops.queues import sizes

    with opened(settings) as gateway:
        found = sizes(gateway)
        with gateway.sessions() as session:
            now = queries.status(session, gateway.partners, found, gateway.now())
    tell(_status(now), as_json, "\n".join(_status_lines(now)))
    sys.exit(0 if now.ok else PROBLEM)


@ops.command()
@click.option("--node", help="Only of this node.")
@click.option("--type", "type_", help="Only of this type.")
@click.option("--state", help="Only in this state.")
@click.option("--direction", type=click.Choice(["in", "out"]), help="From nodes, or to nodes.")
@click.option("--find", "text", help="Message, record, node, or the number a partner knows it by.")
@click.option("--limit", type=click.IntRange(1, MOST_LINES), default=100, show_default=True)
@as_json
@click.pass_obj
def messages(
    settings: GatewaySettings,
    node: str | None,
    type_: str | None,
    state: str | None,
    direction: str | None,
    text: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Messages of both directions, newest first."""
    from gateway.ops import queries

    wanted = queries.Filter(node=node, type=type_, state=state, direction=direction, text=text)
    with opened(settings) as gateway, gateway.sessions() as session:
        entries, _ = queries.messages(session, wanted, limit=limit)
    tell([_entry(one) for one in entries], as_json, "\n".join(map(_line, entries)))


@ops.command()
@as_json
@click.pass_obj
def parked(settings: GatewaySettings, as_json: bool) -> None:
    """What waits for a person, longest waiting first."""
    from gateway.ops import queries

    with opened(settings) as gateway, gateway.sessions() as session:
        waiting = queries.parkings(session)[:MOST_LINES]
    lines = [f"{one.key:14}  {_line(one.entry)}  {one.detail}".rstrip() for one in waiting]
    tell([_entry(one.entry) for one in waiting], as_json, "\n".join(lines))


@ops.command()
@click.argument("message_id", metavar="ID")
@as_json
@click.pass_obj
def message(settings: GatewaySettings, message_id: str, as_json: bool) -> None:
    """The life of one message: when it was received, applied, handed over and answered."""
    from gateway.ops import queries

    with opened(settings) as gateway, gateway.sessions() as session:
        known = queries.life(session, message_id)
    if known is None:
        raise click.ClickException(f"there is no message {message_id}")
    entry, steps, _ = known
    lines = [f"{step.at:%Y-%m-%d %H:%M:%S}  {step.step:12}  {step.detail}".rstrip() for step in steps]
    answer = _entry(entry) | {"steps": [{"at": one.at, "step": one.step, "detail": one.detail} for one in steps]}
    tell(answer, as_json, "\n".join([_line(entry), *lines]))


@ops.command()
@click.argument("message_id", metavar="[ID]", required=False)
@click.option("--group", "alike", metavar="KEY", help="One parked thing (its key or message); all of its cause run.")
@click.option("--reason", help="Kept in the audit.")
@as_json
@click.pass_obj
def rerun(
    settings: GatewaySettings, message_id: str | None, alike: str | None, reason: str | None, as_json: bool
) -> None:
    """Let a parked message, or all that stopped for the same cause, run again."""
    from gateway.ops import operations

    if (message_id is None) == (alike is None):
        raise click.UsageError("say either ID or --group KEY")
    with opened(settings) as gateway, _deciding(), gateway.sessions.begin() as session:
        by, now = caller(), gateway.now()
        if message_id is not None:
            count = operations.run_again(session, message_id, by=by, reason=reason, now=now)
        else:
            count = operations.run_alike(session, str(alike), by=by, reason=reason, now=now)
    tell({"run": count}, as_json, f"{count} run again")


@ops.command()
@click.argument("message_id", metavar="ID")
@click.option("--reason", required=True, help="In words for the node, which reads them.")
@as_json
@click.pass_obj
def giveup(settings: GatewaySettings, message_id: str, reason: str, as_json: bool) -> None:
    """End a parked message as refused; the node is told why."""
    from gateway.ops import operations

    if not reason.strip():
        raise click.BadParameter("the node needs to know why", param_hint="--reason")
    with opened(settings) as gateway, _deciding(), gateway.sessions.begin() as session:
        count = operations.give_up(session, message_id, by=caller(), reason=reason.strip(), now=gateway.now())
    tell({"given_up": count}, as_json, f"{count} given up")


@ops.command()
@click.argument("partner")
@click.option("--reason", default="", help="Kept in the audit.")
@click.pass_obj
def pause(settings: GatewaySettings, partner: str, reason: str) -> None:
    """Call a partner no more until it is resumed; what is due for it waits."""
    from gateway.partners import states

    with opened(settings) as gateway:
        _check_partner(partner, gateway.partners)
        with gateway.sessions.begin() as session:
            states.pause(session, partner, by=caller(), reason=reason, now=gateway.now())
    click.echo(f"{partner} is paused")


@ops.command()
@click.argument("partner")
@click.pass_obj
def resume(settings: GatewaySettings, partner: str) -> None:
    """Call a partner again."""
    from gateway.partners import states

    with opened(settings) as gateway:
        _check_partner(partner, gateway.partners)
        with gateway.sessions.begin() as session:
            states.resume(session, partner, by=caller(), now=gateway.now())
    click.echo(f"{partner} is called again")


@contextmanager
def _deciding() -> Iterator[None]:
    """Ends the command when what was asked for is not parked, or has no turn to run in."""
    from gateway.ops.operations import NothingParked
    from queues.parking import CannotRunAgain

    try:
        yield
    except NothingParked as error:
        raise click.ClickException(f"nothing of {error} waits for a person") from error
    except CannotRunAgain as error:
        raise click.ClickException(f"it cannot run again, it contradicts what is stored: {error}") from error


def _check_partner(name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise click.BadParameter(f"one of {', '.join(sorted(known))}", param_hint="PARTNER")


def _status(now: "Status") -> dict[str, Any]:
    return {
        "ok": now.ok,
        "nodes": [_some(one, NODE_KEYS) for one in now.nodes],
        "queues": [asdict(one) for one in now.queues],
        "partners": [_some(one, PARTNER_KEYS) for one in now.partners],
        "parked": now.parked,
        "oldest_seconds": now.oldest_seconds,
    }


def _status_lines(now: "Status") -> Iterator[str]:
    yield "all is well" if now.ok else "something has to be looked at"
    for node in now.nodes:
        yield f"node     {node.id:10} {node.state:12} seen {_dash(node.seen_seconds)} s ago, {node.outbox} waiting"
    for partner in now.partners:
        yield f"partner  {partner.name:10} {partner.state:12} {partner.waiting} waiting, {partner.parked} parked"
    yield f"parked   {now.parked}"
    yield f"oldest   {_dash(now.oldest_seconds)} s"


def _entry(one: "Entry") -> dict[str, Any]:
    return _some(one, ENTRY_KEYS)


def _some(one: Any, keys: Iterable[str]) -> dict[str, Any]:
    """The keys of a record that scripts were promised."""
    return {key: getattr(one, key) for key in keys}


def _line(one: "Entry") -> str:
    return f"{one.since:%Y-%m-%d %H:%M:%S}  {one.id}  {one.node:6}  {one.state:9}  {one.type}  {one.subject}"


def _dash(seconds: int | None) -> str:
    return "-" if seconds is None else str(seconds)
