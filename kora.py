"""The one command, ``kora``. A group is loaded only when it is called, so the two applications never meet in it.

``formats`` and ``id`` stand here: they open the files and hand bytes to the pure package ``formats``.
"""

import csv
import importlib
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click

GROUPS = {
    "node": ("local_node.cli:group", "The web application of one CMO."),
    "gateway": ("gateway.cli:group", "The shared service between the CMOs and their partners."),
    "demo": ("kora_demo:command", "Two nodes, the gateway and a simulated partner on this machine."),
    "simulate": ("kora:simulate", "Partners that speak the real bytes on a local port."),
    "formats": ("kora:formats", "Check, show and convert partner files, offline."),
    "id": ("kora:identifiers", "Check identifiers, offline."),
    "bench": ("kora:bench", "Measure; the figures as recorded stand in benchmarks/README.md."),
}
FORMATS = ("cwr", "ipi", "iswc-edi", "iswc-json")
"""Formats of files that are checked, shown and converted: packages of ``formats``, their parts divided by hyphens."""
TARGETS = ("json", "csv", "cwr-2.1", "cwr-2.2", "iswc-edi", "iswc-json")
FAULTY, MISUSED = 1, 2


class Lazy(click.Group):
    """A group whose sub-commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in GROUPS:
            return None
        module, name = GROUPS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in GROUPS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kora")
def main() -> None:
    """Kora: rights management for collective management organisations."""


@click.group()
def formats() -> None:
    """Check, show and convert partner files, offline."""


@click.group("id")
def identifiers() -> None:
    """Check identifiers, offline."""


@click.group()
def simulate() -> None:
    """Partners that speak the real bytes on a local port."""


@click.group()
def bench() -> None:
    """Measure; the figures as recorded stand in benchmarks/README.md."""


A_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
AS_FORMAT = click.option("--format", "wanted", type=click.Choice(FORMATS), help="Read it as this format.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")


def language() -> str:
    """The language of sentences on this terminal: KORA_LANG, else English."""
    return os.environ.get("KORA_LANG", "en")


def answer(value: Any) -> None:
    """Print one JSON value on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=None if not sys.stdout.isatty() else 2))


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, of a zip archive those of its only member."""
    from formats.archives import NotOneFile, TooLargeUnpacked, unpacked

    with path.open("rb") as stream:
        try:
            with unpacked(stream) as plain:
                yield plain
        except NotOneFile as error:
            raise click.ClickException(f"{path.name}: an archive must hold one file, not encrypted") from error
        except TooLargeUnpacked as error:
            raise click.ClickException(f"{path.name}: more than {error} bytes unpacked") from error


@formats.command("check")
@A_FILE
@AS_FORMAT
@click.option("--strict", is_flag=True, help="Tolerate nothing that the standard forbids.")
@AS_JSON
def formats_check(file: Path, wanted: str | None, strict: bool, as_json: bool) -> None:
    """Say what stands in FILE and what is wrong with it. Exit 1 only for errors."""
    from formats.check import check

    with opened(file) as stream:
        report = check(stream, profile="strict" if strict else "import", wanted=wanted)
    problems = [_problem(each) for each in report.problems]
    if as_json:
        answer(
            {
                "file": str(file),
                "format": report.format,
                "version": report.version,
                "encoding": report.encoding,
                "records": report.records,
                "record_types": report.record_types,
                "groups": [
                    {"type": each.type, "id": each.id, "transactions": each.transactions, "records": each.records}
                    for each in report.groups
                ],
                "transactions": report.transactions,
                "acknowledgements": report.acknowledgements,
                "problems": problems,
                "problems_total": report.totals,
                "not_checked": report.not_checked,
            }
        )
    else:
        _print_report(file, report, problems)
    sys.exit(FAULTY if report.totals["error"] else 0)


def _problem(problem: Any) -> dict[str, Any]:
    from interface.sentences import sentence

    return {
        "line": problem.line,
        "column": problem.column,
        "field": problem.field,
        "value": problem.value,
        "code": problem.code,
        "level": problem.level,
        "effect": problem.effect,
        "message": sentence(problem.code, dict(problem.params), language()),
    }


def _print_report(file: Path, report: Any, problems: list[dict[str, Any]]) -> None:
    click.echo(f"{file}: {report.format or '?'} {report.version or ''} {report.encoding or ''}".rstrip())
    for group in report.groups:
        click.echo(f"  {group.id:05d} {group.type}  {group.transactions} transactions, {group.records} lines")
    for each in problems:
        place = ":".join(str(part) for part in (each["line"], each["column"]) if part is not None)
        effect = each["effect"] or "--"
        click.echo(f"{place or '-':>10}  {each['level']:7}  {effect}  {each['code']}  {each['message']}")
    click.echo(f"{report.totals['error']} errors, {report.totals['warning']} warnings")


@contextmanager
def _readable(file: Path, wanted: str | None = None) -> Iterator[tuple[BinaryIO, str]]:
    """The bytes of a file that we read, and its format; else the command ends."""
    from formats.detect import detect

    with opened(file) as stream:
        found = detect(stream)
        if wanted is None and (found is None or not found.readable):
            raise click.ClickException(f"{file}: KORA-UNKNOWN-FORMAT")
        yield stream, wanted or (found.format if found else "")


def _part(format: str, name: str = "") -> Any:
    """The package of a format, or a module of it."""
    return importlib.import_module(f"formats.{format.replace('-', '.')}.{name}".rstrip("."))


@formats.command("show")
@A_FILE
@AS_FORMAT
def formats_show(file: Path, wanted: str | None) -> None:
    """Print FILE so that a person can read it."""
    with _readable(file, wanted) as (stream, format):
        as_text = _part(format, "showing").as_text
        for transaction in _part(format).Reader(stream, rules=False):
            for line in as_text(transaction):
                click.echo(line)


@formats.command("convert")
@A_FILE
@click.option("--to", "target", required=True, type=click.Choice(TARGETS))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write there, not to standard output.")
@AS_FORMAT
def formats_convert(file: Path, target: str, out: Path | None, wanted: str | None) -> None:
    """Write FILE in another form: JSON lines, a table, or for works another version of CWR."""
    with _readable(file, wanted) as (stream, format):
        family = target.partition("-")[0]
        if "-" in target and format.partition("-")[0] != family:
            raise click.BadParameter(f"{file} is no {family.upper()} file", param_hint="--to")
        pieces = _converted(stream, format, target)
        if out is None:
            sys.stdout.buffer.writelines(pieces)
            sys.stdout.buffer.flush()
        else:
            with out.open("wb") as written:
                written.writelines(pieces)


def _converted(stream: BinaryIO, format: str, target: str) -> Iterator[bytes]:
    showing = _part(format, "showing")
    reader = _part(format).Reader(stream, rules=target.startswith("cwr"))
    if target == "json":
        for transaction in reader:
            yield f"{json.dumps(showing.as_json(transaction), ensure_ascii=False)}\n".encode()
    elif target == "csv":
        text = io.StringIO()
        table = csv.DictWriter(text, showing.COLUMNS)
        table.writeheader()
        for transaction in reader:
            table.writerows(showing.as_rows(transaction))
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
        yield text.getvalue().encode()
    elif target.startswith("iswc"):
        yield from _in_form(reader, target)
    else:
        yield from _in_version(reader, target.removeprefix("cwr-"))


def _in_form(reader: Any, form: str) -> Iterator[bytes]:
    from formats.iswc.converting import convert

    conversion = convert(reader, form)
    for remark in conversion.remarks:
        click.echo(remark, err=True)
    if reader.header is None or not conversion.transactions:
        raise click.ClickException("nothing in the file can be written in that form")
    yield from conversion.pieces(form)


def _in_version(reader: Any, version: str) -> Iterator[bytes]:
    from formats.cwr import write
    from mappings.cwr.converting import convert, header_for

    result = convert(reader, "2.2" if version == "2.2" else "2.1")
    for remark in result.remarks:
        click.echo(remark, err=True)
    if reader.header is None or not result.groups:
        raise click.ClickException("nothing in the file can be written in that form")
    yield from write(header_for(reader.header, version), result.groups.items(), version=version)


@formats.command("roundtrip")
@A_FILE
@AS_FORMAT
def formats_roundtrip(file: Path, wanted: str | None) -> None:
    """Read FILE, write it again and compare. Exit 1 with the first difference."""
    with _readable(file, wanted) as (stream, format):
        difference = _part(format, "roundtrip").compare(stream)
    if difference is None:
        click.echo("equal")
        return
    click.echo(f"line {difference.line}, column {difference.column}")
    click.echo(f"  read    {difference.read!r}")
    click.echo(f"  written {difference.written!r}")
    sys.exit(FAULTY)


@formats.command("rules")
@click.argument("format", type=click.Choice(["cwr", "iswc"]))
@AS_JSON
def formats_rules(format: str, as_json: bool) -> None:
    """List the rules of a format, and whether they are in force here."""
    rules = _rules_of_cwr() if format == "cwr" else _rules_of_iswc()
    if as_json:
        totals = Counter(rule["family"] for rule in rules if "family" in rule)
        answer({"rules": rules, "total": totals} if totals else {"rules": rules})
        return
    for rule in rules:
        mark = "in force" if rule["implemented"] else f"not here {rule['needs']}"
        click.echo(f"{rule['id']:12} {rule['effect'] or rule.get('code') or '--'}  {rule['versions']} {mark}")


def _rules_of_cwr() -> list[dict[str, Any]]:
    from formats.cwr import standard

    in_force = standard.enforced()
    return [
        {
            "id": rule.id,
            "versions": sorted(rule.effects),
            "level": rule.level,
            "effect": rule.effects[max(rule.effects)],
            "societies": list(rule.societies),
            "implemented": rule.id in in_force,
            "needs": list(rule.needs),
        }
        for _, rule in sorted(standard.rules().items())
    ]


def _rules_of_iswc() -> list[dict[str, Any]]:
    """``versions`` are the forms a rule applies in; ``code`` is the first of the agency's numbers for breaking it."""
    from formats.iswc.rules import in_order

    return [
        {
            "id": rule.id,
            "family": rule.family,
            "versions": list(rule.forms),
            "level": "E" if rule.id == "IV/09" else "T",
            "effect": None,
            "effects": {},
            "default": None,
            "societies": [],
            "needs": list(rule.needs),
            "implemented": rule.implemented,
            "reading": rule.reading,
            "message_number": {},
            "code": next(iter(rule.numbers), None),
            "codes": list(rule.numbers),
            "transactions": sorted(rule.on),
        }
        for rule in in_order()
    ]


@identifiers.command("check")
@click.argument("values", nargs=-1, required=True)
@click.option("--scheme", help="Check as this scheme only.")
@AS_JSON
def id_check(values: tuple[str, ...], scheme: str | None, as_json: bool) -> None:
    """Check VALUES. Exit 1 if one of them is valid in no scheme."""
    from formats.identifiers import SCHEMES, check

    if scheme is not None and scheme not in SCHEMES:
        raise click.BadParameter(f"one of {', '.join(SCHEMES)}", param_hint="--scheme")
    found = [(value, check(value, scheme)) for value in values]
    if as_json:
        answer([_finding(each) for _, findings in found for each in findings])
    else:
        for _, findings in found:
            for each in findings:
                click.echo(f"{each.value}  {each.scheme or '-'}  {each.display or each.reason or 'no known scheme'}")
    sys.exit(0 if all(any(each.valid for each in findings) for _, findings in found) else FAULTY)


def _finding(finding: Any) -> dict[str, Any]:
    names = ("scheme", "value", "valid", "canonical", "display", "reason")
    return {name: getattr(finding, name) for name in names}


@simulate.command("cisnet")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), default=Path("kora-data/cisnet"))
@click.option("--port", type=int, default=0, help="0 takes a free port.")
@click.option("--slow", type=float, default=0.0, help="Seconds by which each answer is delayed.")
@click.option("--down", is_flag=True, help="Accept and drop every connection.")
@click.option("--reject", type=click.IntRange(0, 100), default=0, help="Percent of works refused, always the same.")
@click.option("--ack-delay", type=float, default=0.0, help="Seconds between the first and the second answer.")
def simulate_cisnet(data: Path, port: int, slow: float, down: bool, reject: int, ack_delay: float) -> None:
    """A pretend CIS-Net over SFTP. It prints one JSON line when it is ready."""
    from connectors.cisnet.simulator import serve

    def ready(details: dict[str, Any]) -> None:
        print(json.dumps(details), flush=True)

    serve(data, port, slow=slow, down=down, reject=reject, ack_delay=ack_delay, ready=ready)


def simulated(name: str) -> Callable[[Any], Any]:
    """The options that all partners over HTTP share; they are start values of control.json in the data folder."""
    options = (
        click.option("--data", type=click.Path(file_okay=False, path_type=Path), default=Path(f"kora-data/{name}")),
        click.option("--port", type=int, default=0, help="0 takes a free port."),
        click.option("--slow", type=float, default=0.0, help="Seconds by which each answer is delayed."),
        click.option("--down", is_flag=True, help="Accept and drop every connection."),
        click.option("--reject", type=click.IntRange(0, 100), default=0, help="Percent refused, always the same."),
        click.option("--garbage", type=click.IntRange(0, 100), default=0, help="Percent answered with rubbish."),
        click.option("--oversize", is_flag=True, help="Answers larger than any client takes."),
        click.option("--cut", type=int, help="Break connections after so many bytes."),
        click.option("--duplicate", is_flag=True, help="Say everything twice."),
        click.option("--reorder", is_flag=True, help="Answer out of order."),
        click.option("--deny", is_flag=True, help="Take nobody's key."),
        click.option("--rate", type=int, help="Calls in a minute."),
    )

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@simulate.command("iswc")
@simulated("iswc")
def simulate_iswc(data: Path, port: int, **switches: Any) -> None:
    """A pretend ISWC database over HTTP. It prints one JSON line when it is ready."""
    from connectors.iswc.simulator import Simulator, Switches
    from connectors.simulating import serve

    def ready(details: dict[str, Any]) -> None:
        print(json.dumps(details), flush=True)

    serve(Simulator(data, port, start=Switches(**switches)), ready)


@simulate.command("ipi")
@simulated("ipi")
@click.option("--advance", is_flag=True, help="Write the next daily file and end.")
def simulate_ipi(data: Path, port: int, advance: bool, **switches: Any) -> None:
    """A pretend register of interested parties over HTTP, with its files. It prints one JSON line when it is ready."""
    from connectors.ipi import simulator
    from connectors.simulating import serve

    def ready(details: dict[str, Any]) -> None:
        print(json.dumps(details), flush=True)

    if advance:
        click.echo(str(simulator.advance(data)))
        return
    serve(simulator.Simulator(data, port, start=simulator.Switches(**switches)), ready)


@bench.command("cwr")
@click.option("--transactions", type=int, default=20_000, help="How many to read and write.")
@AS_JSON
def bench_cwr(transactions: int, as_json: bool) -> None:
    """Reading, checking and writing CWR 2.1, against plain slicing of the same lines."""
    from benchmarks.cwr import measure

    measured = measure(transactions)
    if as_json:
        answer(measured)
        return
    for name, value in measured.items():
        click.echo(f"{name:24} {value}")


@bench.command("queues")
@click.option("--messages", type=int, default=2_000, help="How many to send.")
@click.option("--stack", type=click.Choice(["embedded", "real"]), default="embedded", show_default=True)
@AS_JSON
def bench_queues(messages: int, stack: str, as_json: bool) -> None:
    """Messages signed, carried, de-duplicated and applied.

    The real stack is PostgreSQL and RabbitMQ: those of KORA_DATABASE_URL and KORA_BROKER_URL, else private ones.
    """
    from benchmarks.queues import NoServices, run

    try:
        measured = run(messages, stack)
    except NoServices as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        answer(measured)
        return
    for name, value in measured.items():
        click.echo(f"{name:24} {value}")


@bench.command("pages")
@click.option("--works", type=int, default=100_000, help="How many works the node holds.")
@click.option("--database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@AS_JSON
def bench_pages(works: int, database: str, as_json: bool) -> None:
    """List, search and lookup at a node with ten people at once."""
    from benchmarks.pages import NoServices, run

    try:
        measured = run(works, database)
    except NoServices as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        answer(measured)
        return
    for name, value in measured.items():
        click.echo(f"{name:24} {value}")


@bench.command("ipi")
@click.option("--parties", type=int, default=1_000_000, help="How many parties the register holds.")
@AS_JSON
def bench_ipi(parties: int, as_json: bool) -> None:
    """Reading, loading and searching the IPI register, on SQLite or on the database of KORA_DATABASE_URL."""
    from benchmarks.ipi import measure

    measured = measure(parties)
    if as_json:
        answer(measured)
        return
    for name, value in measured.items():
        click.echo(f"{name:24} {value}")


if __name__ == "__main__":
    main()
