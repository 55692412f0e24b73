"""What a creation class must say to be used by every page. Pure: cells in, findings out."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from formats.identifiers import SCHEMES
from mappings import tables
from mappings.codes.rows import LANGUAGES, CreationClass, DetailField

TYPES = ("text", "number", "year", "date", "duration", "flag", "language", "territory", "choice")
"""What a detail can be; pages and checks know how to ask for each."""
FAMILIES = ("music", "text", "audiovisual", "stage", "image", "audio", "multimedia")
PARTNERS = ("cisnet", "iswc", "ipi", "ipn", "isni", "ifrro")
_CODE = re.compile("[A-Z][A-Z0-9]{1,3}")
_NAME = re.compile("[a-z][a-z0-9_]{1,40}")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one cell."""

    code: str
    field: str
    value: str = ""


def findings(cells: Mapping[str, str], *, taken: Container[str]) -> tuple[Finding, ...]:
    """Everything that keeps a class from being used; ``taken`` are codes that a new class may not have."""
    return (
        *_code(cells["code"], taken),
        *([] if cells["name_en"] else [Finding("name-missing", "name_en")]),
        *([] if cells["right_families"] else [Finding("rights-missing", "right_families")]),
        *_words(cells["roles"], "roles", tables.roles),
        *([] if cells["roles"] else [Finding("roles-missing", "roles")]),
        *_words(cells["identifiers"], "identifiers", SCHEMES),
        *_words(cells["partners"], "partners", PARTNERS),
        *_details(cells["details"]),
    )


def cells_of(row: CreationClass) -> dict[str, str]:
    """A class as the cells of its line."""
    names = {f"name_{lang}": row.names.get(lang, "") for lang in LANGUAGES}
    return {
        "code": row.code,
        **names,
        "family": row.family,
        "right_families": " ".join(row.right_families),
        "roles": " ".join(row.roles),
        "identifiers": " ".join(row.identifiers),
        "linked_identifiers": " ".join(row.linked_identifiers),
        "party_identifiers": " ".join(row.party_identifiers),
        "details": ";".join(_declared(one) for one in row.details),
        "partners": " ".join(row.partners),
    }


def details_of_lines(text: str) -> str:
    """Details typed one a line, as the cell of the table has them."""
    return ";".join("".join(line.split()) for line in text.splitlines() if line.strip())


def _declared(one: DetailField) -> str:
    return ":".join((one.name, one.type, *(["|".join(one.choices)] if one.choices else [])))


def _code(code: str, taken: Container[str]) -> Iterator[Finding]:
    if not _CODE.fullmatch(code):
        yield Finding("code-shape", "code", code)
    elif code in taken:
        yield Finding("code-taken", "code", code)


def _words(text: str, field: str, known: Container[str]) -> Iterator[Finding]:
    for word in text.split():
        if word not in known:
            yield Finding("not-known", field, word)


def _details(text: str) -> Iterator[Finding]:
    names: list[str] = []
    for part in filter(None, text.split(";")):
        name, kind, *rest = [*part.split(":"), ""][:3]
        if not _NAME.fullmatch(name) or kind not in TYPES or name in names or (kind == "choice") != bool(any(rest)):
            yield Finding("detail", "details", part)
        names.append(name)


def changed(before: Mapping[str, str] | None, after: Mapping[str, str]) -> Sequence[tuple[str, str | None, str | None]]:
    """Cells that differ: name, old, new."""
    old = before or {}
    return [
        (name, old.get(name) or None, value or None)
        for name, value in after.items()
        if (old.get(name) or "") != (value or "")
    ]
