"""``kora gateway ops ...``: the console without a browser."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import PROBLEM, as_json, caller, opened, tell
from gateway.settings import GatewaySettings

if TYPE_CHECKING:
    from gateway.gateway import Gateway
    from gateway.ops.canaries import Canary
    from gateway.ops.finding import Entry
    from gateway.ops.queries import Status

MOST_LINES = 1000
"""Entries of a list at most."""
NODE_KEYS = ("id", "seen_seconds", "outbox", "receipt_lag_seconds", "held", "refused")
PARTNER_KEYS = ("name", "state", "waiting", "parked", "success_percent", "p95_seconds")
ENTRY_KEYS = ("id", "type", "node", "subject", "state", "since", "reason")
ALERT_KEYS = (
    "id", "condition", "subject", "event", "at", "ended_at", "detail", "acknowledged_by", "acknowledged_at", "note"
)  # fmt: skip
ACTION_KEYS = ("id", "at", "by", "action", "subject", "node_id", "reason")
CANARY_KEYS = ("id", "node", "at", "roundtrip_seconds")
INSTANT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"])
BETWEEN_LOOKS_S = 0.2


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
@click.option("--type", "types", multiple=True, help="Only of this type; may be given several times.")
@click.option(
    "--state", "states", multiple=True,
    help="Only in this state, or: open, waiting (for a partner), asked (no last word yet); several times.",
)  # fmt: skip
@click.option("--direction", type=click.Choice(["in", "out"]), help="From nodes, or to nodes.")
@click.option("--partner", help="Only with work for this partner.")
@click.option("--error", type=click.Choice([f"F{number}" for number in range(1, 9)]), help="Only with this failure.")
@click.option("--from", "since", type=INSTANT, help="Only from this time on (UTC).")
@click.option("--to", "until", type=INSTANT, help="Only up to this time (UTC).")
@click.option("--find", "text", help="Message, record, name, node, or what --external takes.")
@click.option("--external", help="Reference, file, file and transaction, or number as a partner knows it.")
@click.option("--with-rerun", is_flag=True, help="Also those that a person let run again.")
@click.option("--limit", type=click.IntRange(1, MOST_LINES), default=100, show_default=True)
@as_json
@click.pass_obj
def messages(
    settings: GatewaySettings,
    /,
    types: tuple[str, ...],
    states: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    limit: int,
    as_json: bool,
    **same: Any,
) -> None:
    """Messages of both directions, newest first."""
    from gateway.ops import finding

    wanted = finding.Filter(types=types, states=states, since=_utc(since), until=_utc(until), **same)
    with opened(settings) as gateway, gateway.sessions() as session:
        entries, _ = finding.messages(session, wanted, limit=limit)
    tell([_entry(one) for one in entries], as_json, "\n".join(map(_line, entries)))


@ops.command()
@as_json
@click.pass_obj
def parked(settings: GatewaySettings, as_json: bool) -> None:
    """What waits for a person, longest waiting first; for people by cause, each with its key."""
    from gateway.ops import parkings

    with opened(settings) as gateway, gateway.sessions() as session:
        waiting = parkings.everything(session, MOST_LINES)
        groups = parkings.groups(session)
    lines = []
    for group in groups:
        lines.append(f"{group.key}  {group.count:5}  {group.what}  {group.reason}  {group.signature}".rstrip())
        lines += [f"    {_line(one.entry)}" for one in waiting if one.group == group.key]
    tell([_entry(one.entry) for one in waiting], as_json, "\n".join(lines))


@ops.command()
@click.argument("message_id", metavar="ID")
@as_json
@click.pass_obj
def message(settings: GatewaySettings, message_id: str, as_json: bool) -> None:
    """The life of one message: when it was received, applied, handed over and answered."""
    from gateway.ops import lives

    with opened(settings) as gateway, gateway.sessions() as session:
        known = lives.life(session, message_id)
    if known is None:
        raise click.ClickException(f"there is no message {message_id}")
    entry, steps, _ = known
    lines = [f"{step.at:%Y-%m-%d %H:%M:%S}  {step.step:12}  {step.detail}".rstrip() for step in steps]
    answer = _entry(entry) | {"steps": [{"at": one.at, "step": one.step, "detail": one.detail} for one in steps]}
    tell(answer, as_json, "\n".join([_line(entry), *lines]))


@ops.command()
@click.argument("message_id", metavar="[ID]", required=False)
@click.option("--group", "alike", metavar="KEY", help="A cause by its key, or by one of its messages; all of it runs.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@click.option("--at-a-time", type=click.IntRange(1, 100), default=10, show_default=True, help="Of a group.")
@click.option("--stop/--go-on", "stop", default=True, help="Stop the group when one parks again (default).")
@click.option("--reason", help="Kept in the audit.")
@as_json
@click.pass_obj
def rerun(
    settings: GatewaySettings,
    message_id: str | None,
    alike: str | None,
    dry_run: bool,
    at_a_time: int,
    stop: bool,
    reason: str | None,
    as_json: bool,
) -> None:
    """Let a parked message, or all that stopped for the same cause, run again."""
    from gateway.ops import operations, reruns

    if (message_id is None) == (alike is None):
        raise click.UsageError("say either ID or --group KEY")
    with opened(settings) as gateway, _deciding():
        if dry_run:
            ends = _foreseen(gateway, message_id, alike)
            lines = [f"{one['id']}  {one['end']:14}  {one['detail']}".rstrip() for one in ends]
            tell({"run": 0, "would": ends}, as_json, "\n".join(lines))
            return
        with gateway.sessions.begin() as session:
            by, now = caller(), gateway.now()
            if message_id is not None:
                count = operations.run_again(session, message_id, by=by, reason=reason, now=now)
            else:
                started = reruns.start(
                    session, str(alike), by=by, reason=reason, now=now, at_a_time=at_a_time, stop_on_failure=stop
                )
                count = sum(reruns.progress(session, started).values())
    tell({"run": count}, as_json, f"{count} run again")


@ops.command()
@click.argument("message_id", metavar="[ID]", required=False)
@click.option("--group", "alike", metavar="KEY", help="A cause by its key, or by one of its messages; all of it ends.")
@click.option("--reason", required=True, help="In words for the node, which reads them.")
@as_json
@click.pass_obj
def giveup(settings: GatewaySettings, message_id: str | None, alike: str | None, reason: str, as_json: bool) -> None:
    """End a parked message, or all of one cause, as refused; the nodes are told why."""
    from gateway.ops import operations

    if (message_id is None) == (alike is None):
        raise click.UsageError("say either ID or --group KEY")
    if not reason.strip():
        raise click.BadParameter("the node needs to know why", param_hint="--reason")
    end = operations.give_up if alike is None else operations.give_up_group
    with opened(settings) as gateway, _deciding(), gateway.sessions.begin() as session:
        count = end(session, str(message_id or alike), by=caller(), reason=reason.strip(), now=gateway.now())
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
@click.option("--reason", help="Kept in the audit.")
@click.pass_obj
def resume(settings: GatewaySettings, partner: str, reason: str | None) -> None:
    """Call a partner again."""
    from gateway.partners import states

    with opened(settings) as gateway:
        _check_partner(partner, gateway.partners)
        with gateway.sessions.begin() as session:
            states.resume(session, partner, by=caller(), now=gateway.now(), reason=reason)
    click.echo(f"{partner} is called again")


@ops.command("pause-node")
@click.argument("node_id", metavar="ID")
@click.option("--reason", required=True, help="Kept in the audit.")
@click.pass_obj
def pause_node(settings: GatewaySettings, node_id: str, reason: str) -> None:
    """Let a node's messages wait in both directions until it is resumed; nothing is lost."""
    from gateway.members import operations

    with opened(settings) as gateway, _about_node(node_id), gateway.sessions.begin() as session:
        operations.pause(session, node_id, by=caller(), reason=reason, now=gateway.now())
    click.echo(f"{node_id} is paused")


@ops.command("resume-node")
@click.argument("node_id", metavar="ID")
@click.option("--reason", help="Kept in the audit.")
@click.pass_obj
def resume_node(settings: GatewaySettings, node_id: str, reason: str | None) -> None:
    """Carry a node's messages again."""
    from gateway.members import operations

    with opened(settings) as gateway, _about_node(node_id), gateway.sessions.begin() as session:
        operations.resume(session, node_id, by=caller(), now=gateway.now(), reason=reason)
    click.echo(f"the messages of {node_id} are carried again")


@ops.command("alerts")
@click.option("--all", "everything", is_flag=True, help="Also what ended.")
@click.option("--acknowledge", "alert_id", type=int, metavar="ID", help="Say that somebody looks after this one.")
@click.option("--note", help="What is done about it, with --acknowledge.")
@as_json
@click.pass_obj
def list_alerts(
    settings: GatewaySettings, everything: bool, alert_id: int | None, note: str | None, as_json: bool
) -> None:
    """What needs a person; exit code 1 while something goes on that nobody looks after."""
    from gateway.ops import alerts

    if (alert_id is None) != (note is None):
        raise click.UsageError("--acknowledge and --note belong together")
    with opened(settings) as gateway, gateway.sessions.begin() as session:
        if alert_id is not None:
            try:
                alerts.acknowledge(session, alert_id, by=caller(), note=str(note), now=gateway.now())
            except alerts.UnknownAlert as error:
                raise click.ClickException(f"there is no open alert {alert_id}") from error
        rows = alerts.recent(session, MOST_LINES) if everything else alerts.unended(session)
        answers = [_some(one, ALERT_KEYS) for one in rows]
        unseen = alerts.unseen_count(session)
    lines = [f"{one['id']:5}  {one['at']:%Y-%m-%d %H:%M}  {one['event']:5}  {one['condition']:14}  {one['subject']}"
             for one in answers]  # fmt: skip
    tell(answers, as_json, "\n".join(lines))
    sys.exit(PROBLEM if unseen else 0)


@ops.command("audit")
@click.option("--by", default="", help="Only of this person.")
@click.option("--action", default="", help="Only this: run-again, gave-up, paused, ...")
@click.option("--about", "subject", default="", help="Only about this message, node, partner: its id, or what it is.")
@click.option("--from", "since", type=INSTANT, help="Only from this time on (UTC).")
@click.option("--to", "until", type=INSTANT, help="Only up to this time (UTC).")
@click.option("--limit", type=click.IntRange(1, MOST_LINES), default=100, show_default=True)
@as_json
@click.pass_obj
def list_actions(
    settings: GatewaySettings,
    /,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    as_json: bool,
    **same: Any,
) -> None:
    """What people did here and why, newest first."""
    from gateway import audit

    wanted = audit.Wanted(since=_utc(since), until=_utc(until), **same)
    with opened(settings) as gateway, gateway.sessions() as session:
        rows = audit.listed(session, wanted, limit=limit)
    lines = [f"{one.at:%Y-%m-%d %H:%M:%S}  {one.action:16}  {one.subject}  {one.by}  {one.reason or ''}".rstrip()
             for one in rows]  # fmt: skip
    tell([_some(one, ACTION_KEYS) for one in rows], as_json, "\n".join(lines))


@ops.command("canary")
@click.option("--node", help="Only to this node.")
@click.option("--wait", "wait_s", type=click.FloatRange(0), default=10.0, show_default=True, help="Seconds.")
@as_json
@click.pass_obj
def send_canary(settings: GatewaySettings, node: str | None, wait_s: float, as_json: bool) -> None:
    """Send a message of the gateway's own to every node and wait for the receipts; exit code 1 when one is missing.

    The running gateway carries it.
    """
    from gateway.ops import canaries

    with opened(settings) as gateway:
        try:
            with gateway.sessions.begin() as session:
                sent = canaries.send(session, by=caller(), now=gateway.now(), node_id=node)
        except canaries.NobodyToAsk as error:
            raise click.ClickException(f"no node to send to {error}".rstrip()) from error
        back = _awaited(gateway, [one.id for one in sent], wait_s)
    lines = [f"{one.node}  {'not back yet' if (s := one.roundtrip_seconds) is None else f'{s} s'}" for one in back]
    tell([_some(one, CANARY_KEYS) for one in back], as_json, "\n".join(lines))
    sys.exit(PROBLEM if any(one.roundtrip_seconds is None for one in back) else 0)


def _awaited(gateway: "Gateway", ids: Sequence[str], wait_s: float) -> "list[Canary]":
    """What became of canaries: as soon as all are back, or when the time is over."""
    from gateway.ops import canaries

    until = time.monotonic() + wait_s
    while True:
        with gateway.sessions() as session:
            back = canaries.of(session, ids)
        if all(one.roundtrip_seconds is not None for one in back) or time.monotonic() >= until:
            return back
        time.sleep(BETWEEN_LOOKS_S)


def _foreseen(gateway: "Gateway", message_id: str | None, alike: str | None) -> list[dict[str, Any]]:
    """What would happen to a message, or to the first of a group."""
    from gateway.ops import parkings
    from gateway.ops.rehearsal import rehearse

    with gateway.sessions() as session:
        if message_id is not None:
            things = parkings.of_message(session, message_id)
        else:
            things = parkings.of_group(session, parkings.group(session, str(alike)))
        if not things:
            raise parkings.NothingParked(message_id)
        ends = rehearse(session, gateway, things)
    return [{"id": one.thing.entry.id, "end": one.end, "detail": one.detail} for one in ends]


def _utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.replace(tzinfo=UTC)


@contextmanager
def _about_node(node_id: str) -> Iterator[None]:
    """Ends the command when the node is not there, or not in a state for this."""
    from gateway.members.operations import UnknownNode, WrongState

    try:
        yield
    except UnknownNode as error:
        raise click.ClickException(f"there is no node {node_id}") from error
    except WrongState as error:
        raise click.ClickException(f"{node_id} is {error}: this cannot be done now") from error


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
    for one in now.conditions:
        yield f"look at  {one.subject:10} {one.kind:12} {one.detail}".rstrip()
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
