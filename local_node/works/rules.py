"""Decisions about works: do the shares add up, does the class allow it, can partners receive it.

Pure: no session, no request, no clock. The tolerance of 0.06 % and the sums follow CWR 2.x (NWR-T-009, NWR-T-011).
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from formats.identifiers import SCHEMES
from mappings import tables
from mappings.codes.rows import CreationClass, DetailField
from mappings.latin import LATIN, script_of, suggest_latin
from mappings.model import Identifier, Interest, Title, Work, percent

RIGHTS = ("PR", "MR", "SR")
TOLERANCE = Fraction(6, 10_000)
WHOLE = Fraction(1)
LONGEST_TITLE = 500
"""Characters of a title: more is a slip of the hand, and no index takes it."""
BY_PEOPLE = frozenset({"typed", "import", None})
"""Sources of a number that a person may correct; what a partner gave stays."""
ONE_PER_WORK = frozenset({"iswc"})
FIRST_YEAR, LAST_YEAR = 1000, 2200

Level = Literal["bad", "warn", "ok"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is the matter with one field. ``level`` bad keeps the work back, warn is to be looked at, ok is proof."""

    code: str
    field: str
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)
    level: Level = "bad"


class WorkRefused(ValueError):
    """The work cannot be registered as it is; ``findings`` say why, field by field."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(", ".join(f"{one.field}: {one.code} {dict(one.params) or ''}".strip() for one in findings))
        self.findings = tuple(findings)


def sums(interests: Sequence[Interest]) -> dict[str, Fraction]:
    """What all parties together own of each right."""
    nothing = Fraction(0)
    return {right: sum((one.shares.get(right, nothing) for one in interests), nothing) for right in RIGHTS}


def is_whole(total: Fraction) -> bool:
    """Whether a sum is 100 % or nothing, within the tolerance of the trade."""
    return abs(total - WHOLE) <= TOLERANCE or abs(total) <= TOLERANCE


Classes = Mapping[str, CreationClass]
"""The creation classes that are known: the common ones, and those of an office."""


def check(work: Work, classes: Classes = tables.creation_classes) -> tuple[Finding, ...]:
    """Everything that keeps a work from being registered."""
    row = classes.get(work.creation_class)
    if row is None:
        return (Finding("class-unknown", "creation_class", {"class": work.creation_class}),)
    return (
        *_check_titles(work.titles),
        *_check_interests(work.interests, row),
        *_check_sums(work.interests),
        *_check_identifiers(work.identifiers),
        *_check_details(work.details, row),
    )


def check_draft(work: Work) -> tuple[Finding, ...]:
    """What cannot even be kept for later."""
    return tuple(one for place, title in enumerate(work.titles) for one in _too_long(place, title))


def allowed_roles(row: CreationClass) -> tuple[str, ...]:
    """The roles a class takes: those of its row; a class that takes original publishers takes every role of CWR."""
    if "E" not in row.roles:
        return row.roles
    others = (code for code, role in tables.roles.items() if role.cwr_writer or role.cwr_publisher)
    return tuple(dict.fromkeys((*row.roles, *others)))


def sendable(work: Work, classes: Classes = tables.creation_classes) -> tuple[Finding, ...]:
    """What stands between the work and its partners, good things included, as the panel of its page shows it."""
    return (*check(work, classes), *_completeness(work), *_latin(work), *_numbers(work))


def blockers(work: Work, classes: Classes = tables.creation_classes) -> tuple[str, ...]:
    """Codes of what keeps the work from partners; Latin names of right owners of ours are looked up where they live."""
    found = [one for one in sendable(work, classes) if one.level == "bad"]
    return tuple(dict.fromkeys(one.code for one in found if not one.params.get("right_owner")))


def tidied(work: Work) -> Work:
    """The same work with the script of each title known and numbers in the form they are stored in."""
    titles = tuple(replace(one, script=one.script or script_of(one.text)) for one in work.titles)
    return replace(work, titles=titles, identifiers=tuple(_tidy(one) for one in work.identifiers))


def with_latin_title(work: Work) -> Work:
    """The work with a Latin form of its title, not accepted yet, when it has none at all."""
    if any(title.script in (None, LATIN) for title in work.titles):
        return work
    own = work.title
    latin = Title(suggest_latin(own.text, own.script), "OT", own.language, LATIN, accepted=False)
    return replace(work, titles=(*work.titles, latin))


def detail_problem(asked: DetailField, value: str) -> str | None:
    """Why a detail's text is not what its class asks for, or None."""
    checks = {
        "number": lambda: value.isascii() and value.isdigit(),
        "year": lambda: value.isascii() and value.isdigit() and FIRST_YEAR <= int(value) <= LAST_YEAR,
        "date": lambda: _is_date(value),
        "duration": lambda: _is_duration(value),
        "flag": lambda: value in {"Y", "N", "U"},
        "language": lambda: value.upper() in tables.languages,
        "territory": lambda: tables.is_territory(value),
        "choice": lambda: value in asked.choices,
    }
    holds = checks.get(asked.type)
    return None if holds is None or holds() else f"detail-{asked.type}"


def _check_titles(titles: Sequence[Title]) -> Iterator[Finding]:
    for place, title in enumerate(titles):
        if not title.text.strip():
            yield Finding("title-missing", f"titles.{place}")
        yield from _too_long(place, title)
        if title.kind not in tables.title_types:
            yield Finding("title-kind", f"titles.{place}", {"kind": title.kind})


def _too_long(place: int, title: Title) -> Iterator[Finding]:
    if len(title.text) > LONGEST_TITLE:
        yield Finding("title-too-long", f"titles.{place}", {"most": str(LONGEST_TITLE)})


def _check_interests(interests: Sequence[Interest], row: CreationClass) -> Iterator[Finding]:
    allowed = allowed_roles(row)
    if not interests:
        yield Finding("nobody", "interests")
    for place, one in enumerate(interests):
        if one.role and one.role not in allowed:
            yield Finding("role-not-allowed", f"interests.{place}.role", {"role": one.role, "class": row.code})
        if not one.role and one.controlled:
            yield Finding("role-missing", f"interests.{place}.role")
        if one.controlled and (one.party is None or not one.party.names):
            yield Finding("ours-without-name", f"interests.{place}.party")
        for right, part in one.shares.items():
            if part < 0 or part > WHOLE:
                yield Finding("share-too-large", f"interests.{place}.shares.{right}", {"share": percent(abs(part))})
        for line in one.collection:
            if not tables.is_territory(line.territory):
                yield Finding("territory-unknown", f"interests.{place}.collection", {"territory": line.territory})


def _check_sums(interests: Sequence[Interest]) -> Iterator[Finding]:
    for right, total in sums(interests).items():
        if not is_whole(total):
            yield Finding("shares-do-not-add-up", "interests", {"right": right, "sum": percent(total)})


def _check_identifiers(identifiers: Sequence[Identifier]) -> Iterator[Finding]:
    for place, one in enumerate(identifiers):
        if one.scheme in SCHEMES and not SCHEMES[one.scheme].is_valid(one.value):
            yield Finding("identifier", f"identifiers.{place}", {"scheme": one.scheme, "value": one.value})


def _check_details(details: Mapping[str, str], row: CreationClass) -> Iterator[Finding]:
    """Only what the class asks for is checked; what a format carried along besides is kept as it is."""
    for asked in row.details:
        value = details.get(asked.name, "")
        if value and (problem := detail_problem(asked, value)):
            yield Finding(problem, f"details.{asked.name}", {"value": value, "name": asked.name})


def _completeness(work: Work) -> Iterator[Finding]:
    if not any(one.controlled for one in work.interests):
        yield Finding("nobody-ours", "interests", level="warn")
    for right, total in sums(work.interests).items():
        if total and is_whole(total):
            yield Finding("right-complete", "interests", {"right": right}, "ok")
    if not any(sums(work.interests).values()):
        yield Finding("no-shares", "interests")
    roles = [tables.roles[one.role] for one in work.interests if one.role in tables.roles]
    if work.creation_class == "MW" and not any(role.cwr_writer for role in roles):
        yield Finding("no-writer", "interests")


def _latin(work: Work) -> Iterator[Finding]:
    if work.latin_title is None:
        place = next((i for i, title in enumerate(work.titles) if title.script == LATIN), len(work.titles) - 1)
        yield Finding("no-latin-title", f"titles.{place}")
    else:
        yield Finding("latin-title", "titles.0", level="ok")
    for place, one in enumerate(work.interests):
        if one.party is not None and one.party.names and one.party.latin is None:
            params = {"line": str(place + 1), "name": one.party.names[0].name, "right_owner": one.party.id or ""}
            yield Finding("no-latin-name", f"interests.{place}.party", params)


def _numbers(work: Work) -> Iterator[Finding]:
    for place, one in enumerate(work.interests):
        if one.controlled and one.party is not None and not one.party.identifier("ipi-name"):
            yield Finding("no-ipi", f"interests.{place}.party", {"line": str(place + 1)}, "warn")


def _tidy(identifier: Identifier) -> Identifier:
    module = SCHEMES.get(identifier.scheme)
    if module is None or not module.is_valid(identifier.value):
        return identifier
    return replace(identifier, value=module.validate(identifier.value))


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == 10


def _is_duration(value: str) -> bool:
    parts = value.split(":")
    return len(parts) == 3 and all(part.isascii() and part.isdigit() and len(part) == 2 for part in parts)
