"""``kora node import FILE --as works`` and ``kora node import undo BATCH``."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from local_node.settings import NodeSettings

BY = "command line"
ANSWER = ("new", "updated", "unchanged", "quarantined")


class FileOrVerb(click.Group):
    """A group whose first word is a file unless it is one of its commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["file", *args]
        return super().parse_args(ctx, args)


@click.group("import", cls=FileOrVerb, short_help="Take a file in: import FILE --as works; or undo a batch.")
def group() -> None:
    """Take a file in, or take a batch back.

    kora node import FILE --as works [--json]
    """


@group.command("file", hidden=True)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "kind", type=click.Choice(["works"]), required=True, help="What stands in the file.")
@click.option("--same-name", is_flag=True, help="Import although another file of this name was imported.")
@click.option("--in-spite", is_flag=True, help="Import although a problem of the file or a group refuses its works.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.pass_obj
def file_(settings: NodeSettings, file: Path, kind: str, same_name: bool, in_spite: bool, as_json: bool) -> None:
    """Import FILE. Exit 1 when something in it waits in quarantine or the file is refused."""
    from sqlalchemy.exc import DBAPIError

    from formats.archives import NotOneFile, TooLargeUnpacked
    from formats.lines import LONGEST_LINE
    from formats.problems import Problem
    from interface.full_disk import CODE, is_full
    from local_node.cli import opened
    from local_node.imports import operations

    with opened(settings) as node:
        office, number = node.imports(), None
        try:
            with file.open("rb") as stream:
                number = operations.receive(office, stream, name=file.name, by=BY, same_name=same_name)
            batch = operations.run(office, number, by=BY, in_spite=in_spite)
            answer = _answer(batch, str(file))
        except operations.AlreadyImported as error:
            answer = _empty(str(file), error.number, already=True)
        except operations.NameUsed as error:
            used = Problem("KORA-NAME-USED", value=file.name, params={"batch": error.number})
            answer = _empty(str(file), None, problems=[_shown(used, settings.lang)])
        except operations.NotNow:
            answer = _unreadable(office, number or 0, str(file), settings.lang)
        except operations.OneLine:
            problem = Problem("KORA-ONE-LINE", line=1, column=LONGEST_LINE + 1)
            answer = _empty(str(file), None, problems=[_shown(problem, settings.lang)])
        except NotOneFile:
            answer = _empty(str(file), None, problems=[_shown(Problem("KORA-NOT-ONE-FILE"), settings.lang)])
        except TooLargeUnpacked:
            answer = _empty(str(file), None, problems=[_shown(Problem("KORA-TOO-LARGE"), settings.lang)])
        except (OSError, DBAPIError) as error:
            if not is_full(error):
                raise
            answer = _empty(str(file), number, problems=[_shown(Problem(CODE, value=file.name), settings.lang)])
        else:
            answer["problems"] = [_shown(one, settings.lang) for one in answer["problems"]]
    _tell(answer, as_json)
    refused = any(one["level"] == "error" for one in answer["problems"])
    sys.exit(1 if refused or answer["works"]["quarantined"] else 0)


@group.command("undo")
@click.argument("batch", type=int)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.pass_obj
def undo(settings: NodeSettings, batch: int, as_json: bool) -> None:
    """Take back everything BATCH brought; partners are told of withdrawn works."""
    from local_node.cli import opened, tell
    from local_node.imports import operations

    with opened(settings) as node:
        try:
            with node.sessions.begin() as session:
                undone = operations.undo(session, batch, by=BY, now=node.now())
        except LookupError as error:
            raise click.ClickException(f"there is no batch {batch}") from error
        except operations.NotNow as error:
            raise click.ClickException(f"batch {batch} is {error}, so there is nothing to take back") from error
        except operations.UsedLater as error:
            raise click.ClickException(f"changed after the import: {', '.join(error.subjects)}") from error
        answer = {
            "batch": batch, "works": undone.works, "parties": undone.parties, "withdrawn": undone.withdrawn
        }  # fmt: skip
        tell(answer, as_json, "{works} works and {parties} right owners taken back".format_map(answer))


def _answer(batch: Any, file: str) -> dict[str, Any]:
    from local_node.imports import rules

    done = batch.outcome
    return {
        "batch": batch.id,
        "file": file,
        "already": False,
        "works": {name: done.get(name, 0) for name in ANSWER},
        "parties": {name: done.get(f"parties.{name}", 0) for name in ("new", "known")},
        "agreements": done.get("agreements", 0),
        "problems": [rules.from_json(one) for one in batch.problems],
    }


def _empty(file: str, batch: int | None, *, already: bool = False, problems: Any = ()) -> dict[str, Any]:
    return {
        "batch": batch,
        "file": file,
        "already": already,
        "works": dict.fromkeys(ANSWER, 0),
        "parties": {"new": 0, "known": 0},
        "agreements": 0,
        "problems": list(problems),
    }


def _unreadable(office: Any, number: int, file: str, lang: str) -> dict[str, Any]:
    from local_node.imports import queries, rules

    with office.sessions() as session:
        row = queries.get(session, number)
        problems = [_shown(rules.from_json(one), lang) for one in row.problems] if row is not None else []
    return _empty(file, number, problems=problems)


def _shown(problem: Any, lang: str) -> dict[str, Any]:
    """A problem as every command shows it."""
    from interface.sentences import sentence

    fields = ("line", "column", "field", "value", "code", "level", "effect")
    shown = {name: getattr(problem, name) for name in fields}
    return shown | {"message": sentence(problem.code, dict(problem.params), lang)}


def _tell(answer: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    for one in answer["problems"]:
        place = ":".join(str(one[name]) for name in ("line", "column") if one[name] is not None)
        click.echo(f"{place or '-':>10}  {one['level']:7}  {one['code']}  {one['message']}")
    if answer["already"]:
        click.echo(f"already imported as batch {answer['batch']}")
        return
    counted = ", ".join(f"{count} {name}" for name, count in answer["works"].items())
    click.echo(f"batch {answer['batch']}: {counted}; {answer['agreements']} agreements")
