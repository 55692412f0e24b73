"""The standard as data: tables of codes, edits of fields, and level and effect of every rule.

``tables/edits.csv`` holds the edits that look at one field alone, a row a rule; ``tables/rules.csv`` every rule of
2.1 and 2.2 with its effect (ER file, GR group, TR transaction, RR record, FR field) and what it would need to know.
Source: CISAC CWR11-1991R4 and CWR19-1070R1, record descriptions and validation; CWR08-3615R1, lookup tables.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from formats.cwr import records_21, records_22
from formats.fixed_width import Record

VERSIONS = ("2.1", "2.2")
GROUP_VERSION = {"2.1": "02.10", "2.2": "02.20"}
"""What GRH calls the version."""

_INLINE = {
    "inclusion_exclusion_indicator": frozenset("IE"),
    "agreement_role_code": frozenset({"AS", "AC"}),
    "character_set": frozenset({"Big5", "GB", "Unicode", "UTF-8"}),
}
"""Tables of two or four words that the text of the standard gives."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A test of one field: the first of ``conditions`` that fails is the fault."""

    id: str
    records: frozenset[str]
    field: str
    conditions: tuple[str, ...]
    argument: str
    versions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule does when it is broken."""

    id: str
    level: str
    effects: Mapping[str, str]
    """Version to effect."""
    societies: tuple[str, ...]
    """The societies that enforce it; empty for all."""
    needs: tuple[str, ...]
    """Outside knowledge it looks at."""
    default: str | None
    """What FR puts in its place: a code, ``blank`` or ``zeros``."""


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a packaged table."""
    with files("formats.cwr").joinpath("tables", f"{name}.csv").open(encoding="utf-8") as table:
        return list(csv.DictReader(table))


@cache
def codes(table: str, version: str) -> frozenset[str]:
    """The codes of a table that are valid in a version."""
    if table in _INLINE:
        return _INLINE[table]
    return frozenset(row["code"] for row in rows(table) if version in (row.get("cwr_versions") or version).split())


@cache
def society_names() -> Mapping[str, str]:
    """Society code to official name."""
    return {row["code"]: row["name"] for row in rows("society_code")}


@cache
def names_of_societies() -> frozenset[str]:
    """Every official and former name, upper case, to recognise a society standing as publisher."""
    named = (row[column].upper() for row in rows("society_code") for column in ("name", "former_name"))
    return frozenset(name for name in named if name)


@cache
def edits(version: str) -> Mapping[tuple[str, str], tuple[Edit, ...]]:
    """Record type and field to the edits of that field, in the order of their numbers."""
    found: dict[tuple[str, str], tuple[Edit, ...]] = {}
    for row in rows("edits"):
        edit = Edit(
            row["id"],
            frozenset(row["records"].split()),
            row["field"],
            tuple(row["condition"].split("+")),
            row["argument"],
            frozenset(row["versions"].split()),
        )
        if version in edit.versions:
            for tag in edit.records:
                found[tag, edit.field] = (*found.get((tag, edit.field), ()), edit)
    return found


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule of 2.1 and 2.2 by its id."""
    return {row["id"]: _rule(row) for row in rows("rules")}


def _rule(row: Mapping[str, str]) -> Rule:
    effects = dict.fromkeys(row["versions"].split(), row["effect"])
    if row["effect_21"] and "2.1" in effects:
        effects["2.1"] = row["effect_21"]
    societies = tuple(part.strip() for part in row["societies"].split(",") if part.strip())
    needs = tuple(part.strip() for part in row["needs"].split(",") if part.strip())
    return Rule(row["id"], row["level"], effects, societies, needs, row["default"] or None)


Layouts = Mapping[str, type[Record]]
Function = TypeVar("Function", bound=Callable[..., Any])

_ENFORCED: set[str] = set()


def enforces(*ids: str) -> Callable[[Function], Function]:
    """Say which rules a function tests, so that ``formats rules`` can tell what is in force."""
    _ENFORCED.update(ids)
    return lambda function: function


def enforced() -> frozenset[str]:
    """The rules this package tests."""
    return frozenset(_ENFORCED | {row["id"] for row in rows("edits")})


@cache
def layouts(version: str) -> Layouts:
    """Record type to its class. Raises ValueError for a version that is not 2.1 or 2.2."""
    if version not in VERSIONS:
        raise ValueError(f"no version of CWR that can be read here: {version}")
    declared = records_21.RECORDS if version == "2.1" else records_22.RECORDS
    return {tag: record for record in declared for tag in record.tags}


def record_class(tag: str, version: str = "2.1") -> type[Record]:
    """The class of a record type. Raises KeyError for a type the version does not have."""
    return layouts(version)[tag]


def tag_order() -> tuple[str, ...]:
    """All record types, in the order of the layouts."""
    return tuple(layouts("2.2"))
