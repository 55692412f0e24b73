"""``kora gateway ipi ...``: load the register, follow it, search it, and ask it about mandates."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import PROBLEM, as_json, opened, tell
from gateway.settings import GatewaySettings

if TYPE_CHECKING:
    from gateway.gateway import Gateway
    from gateway.ipi.documents import Mandate
    from gateway.ipi.models import IpiName
    from gateway.ipi.preparing import Told
    from gateway.ipi.queries import Found, Shown
    from interface.vault import Vault

MOST_LISTED = 1000
FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE..."
)
ASKED = ("right", "creation_class", "role", "territory", "on")


@click.group()
def ipi() -> None:
    """The register of interested parties."""


@dataclass(frozen=True)
class Directory:
    """The gateway with the key of its sealed documents."""

    gateway: "Gateway"
    vault: "Vault"


@contextmanager
def _directory(settings: GatewaySettings) -> Iterator[Directory]:
    from gateway.vault import open_vault
    from interface.vault import KeyIsExposed

    with opened(settings) as gateway:
        try:
            with gateway.sessions.begin() as session:
                vault = open_vault(session, settings.master_key, settings.data, now=gateway.now())
        except KeyIsExposed as error:
            raise click.ClickException(str(error)) from error
        yield Directory(gateway, vault)


@ipi.command()
@FILES
@click.option(
    "--as-of", metavar="YYYYMMDDHHMMSS", help="Up to when the files are complete, where none of them says so."
)
@as_json
@click.pass_obj
def load(settings: GatewaySettings, files: tuple[Path, ...], as_of: str | None, as_json: bool) -> None:
    """Replace the directory by the full copy in FILEs (IPA transactions, zipped or not, and their timestamp file)."""
    from gateway.ipi import feeds, loading
    from gateway.ipi.preparing import Told

    if as_of is not None and not feeds.is_mark(as_of):
        raise click.BadParameter("fourteen digits, YYYYMMDDHHMMSS", param_hint="--as-of")
    told = Told()
    with _directory(settings) as directory:
        gateway = directory.gateway
        try:
            done = loading.load(gateway.engine, directory.vault, files, told, as_of=as_of, now=gateway.now())
        except loading.NoMark as error:
            raise click.ClickException(
                "these files are part of a set: give its timestamp file too, or --as-of"
            ) from error
        except loading.Unfit:
            done = None
    answer = _named(files) | {
        "transactions": told.transactions,
        "applied": done.applied if done else 0,
        "skipped": done.skipped if done else told.transactions,
        "missing_base": 0,
        **_problems(told),
        "parties": done.parties if done else 0,
        "names": done.names if done else 0,
        "mark": done.mark if done else None,
        "mark_source": done.mark_source if done else None,
        "seconds": done.seconds if done else None,
    }
    said = f"{answer['parties']} parties, {answer['names']} names, up to {answer['mark']} ({answer['mark_source']})"
    tell(answer, as_json, "\n".join([*_lines(answer), said if done else "Nothing was changed."]))
    sys.exit(PROBLEM if done is None or told.totals["error"] else 0)


@ipi.command()
@FILES
@click.option("--gap-ok", is_flag=True, help="Apply them although daily files are missing before or among them.")
@as_json
@click.pass_obj
def apply(settings: GatewaySettings, files: tuple[Path, ...], gap_ok: bool, as_json: bool) -> None:
    """Apply daily FILEs (YYYYMMDD.IPI, zipped or not) in the order of their days."""
    from gateway.ipi import operations

    with _directory(settings) as directory:
        gateway = directory.gateway
        try:
            done = operations.apply_files(
                gateway.sessions, directory.vault, files, gap_ok=gap_ok, now=gateway.now
            )  # fmt: skip
        except operations.Gap as error:
            raise click.ClickException(
                f"daily files are missing: {error}; --gap-ok applies them all the same"
            ) from error
        with gateway.sessions() as session:
            mark = operations.last_mark(session)
    answer = _named(files) | {
        "transactions": done.transactions,
        "applied": done.applied,
        "skipped": done.skipped,
        "missing_base": done.missing_base,
        "wanted": sorted(done.wanted),
        **_problems(done.told),
        "mark": mark,
    }
    said = f"{done.applied} applied, {done.skipped} skipped, {done.missing_base} about parties that are not here"
    tell(answer, as_json, "\n".join([*_lines(answer), said]))
    sys.exit(PROBLEM if done.told.totals["error"] else 0)


@ipi.command()
@click.argument("text")
@click.option("--role", metavar="CODE", help="Only who uses a name in this role (a code of the register).")
@click.option("--society", metavar="CODE", help="Only who gave this society a mandate.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@as_json
@click.pass_obj
def find(
    settings: GatewaySettings, text: str, role: str | None, society: str | None, limit: int, as_json: bool
) -> None:
    """Who has the number or the name TEXT, in any script; exit code 1 when nobody was found."""
    from gateway.ipi import queries

    wanted = queries.Filter(role, society.zfill(3) if society else None)
    with _directory(settings) as directory, directory.gateway.sessions() as session:
        found = queries.find(session, directory.vault, text, wanted, limit=limit)
        results = [_result(one) for one in found.results]
    answer = {"query": text, "total": found.total, "results": results}
    lines = ["{base_number}  {number}  {how:9}  {name}, {first_name}".format_map(one) for one in results]
    more = found.total - len(results)
    tell(answer, as_json, "\n".join([*lines, f"{more} more: give a role, a society or a number"] if more else lines))
    sys.exit(0 if results else PROBLEM)


@ipi.command()
@click.argument("number")
@click.option("--right", metavar="CODE")
@click.option("--class", "creation_class", metavar="CODE")
@click.option("--role", metavar="CODE")
@click.option("--territory", metavar="CODE", help="TIS number, or country code of two letters.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]))
@as_json
@click.pass_obj
def show(settings: GatewaySettings, /, number: str, as_json: bool, **asked: Any) -> None:
    """Who NUMBER (name or base number) is, who stands for it now, and its mandates.

    With --right, --class, --role, --territory and --on also who represents it for that.
    """
    from gateway.ipi import queries, rules

    given = [name for name in ASKED if asked[name] is not None]
    if given and len(given) < len(ASKED):
        raise click.UsageError("--right, --class, --role, --territory and --on belong together")
    with _directory(settings) as directory, directory.gateway.sessions() as session:
        found = queries.show(session, directory.vault, number)
        answer = _shown(found)
    if given:
        held = rules.represented_by(found.mandates, _question(**asked), queries.expand)
        answer["represented_by"] = [
            {"society": one.society, "share": _share(one), "from": _iso(one.since), "to": _until(one.until)}
            for one in held
        ]
        if rules.is_too_much(held):
            click.echo("together these societies represent more than the whole", err=True)
    tell(answer, as_json, "\n".join(_as_text(answer)))
    sys.exit(0 if found.is_known else PROBLEM)


# -- answers ----------------------------------------------------------------------------------------------------------


def _named(files: Sequence[Path]) -> dict[str, Any]:
    return {"file": str(files[0])} if len(files) == 1 else {"files": [str(file) for file in files]}


def _problems(told: "Told") -> dict[str, Any]:
    from interface.sentences import sentence

    kept = ("file", "line", "column", "field", "value", "code", "level", "effect")
    shown = [
        {name: problem[name] for name in kept} | {"message": sentence(problem["code"], problem["params"])}
        for problem in sorted(told.problems, key=lambda one: one["level"] != "error")[:MOST_LISTED]
    ]
    total = sum(told.totals.values())
    return {"problems": shown} | ({"problems_total": total} if total > len(shown) else {})


def _lines(answer: Mapping[str, Any]) -> list[str]:
    return [
        f"{problem['file']}:{problem['line']}  {problem['level']:7}  {problem['code']}  {problem['message']}"
        for problem in answer["problems"]
    ]


def _result(found: "Found") -> dict[str, Any]:
    patronym = found.patronym
    return {
        "number": patronym.number if patronym else None,
        "base_number": found.party.base,
        "name": patronym.name if patronym else None,
        "first_name": patronym.first_name if patronym else None,
        "kind": found.party.kind,
        "status": int(found.party.status),
        "matched": _name(found.matched),
        "how": found.how,
        "score": found.score,
    }


def _name(name: "IpiName") -> dict[str, Any]:
    return {"number": name.number, "type": name.type, "name": name.name, "first_name": name.first_name}


def _shown(found: "Shown") -> dict[str, Any]:
    party, resolution = found.party, found.resolution
    return {
        "number": found.number,
        "base_number": party.base if party else None,
        "kind": party.kind if party else None,
        "status": int(party.status) if party else None,
        "resolves_to": resolution.base if resolution else None,
        "reason": resolution.reason if resolution else None,
        "path": list(resolution.path) if resolution else [],
        "names": [_name(name) | {"parent": name.parent} for name in found.names],
        "usages": [{"class": one, "role": role, "number": number} for one, role, number in found.usages],
        "mandates": [_mandate(one) for one in found.mandates],
        "members": list(found.members),
    }


def _mandate(mandate: "Mandate") -> dict[str, Any]:
    return {
        "society": mandate.society,
        "class": mandate.creation_class,
        "role": mandate.role,
        "right": mandate.right,
        "from": _iso(mandate.since),
        "to": _until(mandate.until),
        "share": _share(mandate),
        "signed": _iso(mandate.signed),
        "territories": [{"code": code, "sign": sign} for sign, code in mandate.territories],
    }


def _share(mandate: "Mandate") -> str:
    return f"{mandate.share // 100}.{mandate.share % 100:02d}"


def _iso(day: str) -> str | None:
    return f"{day[:4]}-{day[4:6]}-{day[6:8]}" if day.strip("0") else None


def _until(day: str) -> str | None:
    from gateway.ipi.documents import OPEN_DAY

    return None if day == OPEN_DAY else _iso(day)


def _question(right: str, creation_class: str, role: str, territory: str, on: datetime) -> Any:
    from gateway.ipi.rules import Question

    return Question(
        right.upper(), creation_class.upper(), role.upper(), _territory(territory), date(on.year, on.month, on.day)
    )


def _territory(text: str) -> str:
    """A TIS number, of whatever was typed. Ends the command for what is none."""
    from mappings.tables import is_territory, territories

    code = text.zfill(4) if text.isdigit() else next(
        (row.code for row in territories.values() if row.iso == text.upper()), ""
    )  # fmt: skip
    if not is_territory(code):
        raise click.BadParameter("a TIS number, or a country code of two letters", param_hint="--territory")
    return code


def _as_text(answer: Mapping[str, Any]) -> Iterator[str]:
    if answer["base_number"] is None and not answer["members"]:
        yield f"{answer['number']} is not in the directory"
        return
    if answer["members"]:
        yield f"{answer['number']} is shared by {' '.join(answer['members'])}"
    else:
        yield f"{answer['base_number']}  {answer['kind']}  status {answer['status']}"
        if answer["reason"]:
            yield f"  {answer['reason']}: {' -> '.join(answer['path'])}"
    for name in answer["names"]:
        yield f"  {name['number']}  {name['type']}  {', '.join(filter(None, (name['name'], name['first_name'])))}"
    for one in answer["mandates"]:
        places = " ".join(f"{'+' if place['sign'] == 'I' else '-'}{place['code']}" for place in one["territories"])
        codes = " ".join(one[key] for key in ("society", "class", "role", "right"))
        yield f"  {codes}  {one['from']} - {one['to'] or ''}  {one['share']} %  {places}"
    for one in answer.get("represented_by", ()):
        yield f"represented by {one['society']}: {one['share']} %"
