"""A party as a document: its detail records as they are now, each found by its key. Pure.

The records are kept as text, after images without numbering and without trailing blanks, so that nothing is lost that
a file said. Keys leave amendment stamps out, because before images in real files do not always repeat them.
"""

import codecs
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from formats.fixed_width import Field
from formats.ipi.records import LAYOUTS

Key = tuple[str, ...]
Lines = tuple[str, ...]
"""The lines of one entry: a mandate with its territories, a remark with its blocks, else a single line."""

NUMBERING = slice(3, 19)
"""Columns of a line that say where it stood in its file."""
OPEN_DAY = "99991231"
FIRM, ALIVE = "L", "1"
PURCHASED, MERGED, DELETED = "2", "3", "4"
PATRONYM = "PA"
SHARED_TYPES = frozenset({"PG", "HR"})

_KEYS: Mapping[str, tuple[str, ...]] = {
    "BDN": (),
    "STN": ("valid_from_date", "valid_from_time", "status_code"),
    "NCN": ("ip_name_number",),
    "ONN": ("ip_name_number",),
    "MCN": ("ip_name_number",),
    "NUN": ("ip_name_number", "creation_class", "role"),
    "MUN": ("ip_name_number", "creation_class", "role"),
    "INN": ("ip_name_number", "creation_class", "role"),
    "IMN": ("ip_name_number", "creation_class", "role"),
    "MAN": ("creation_class", "role", "right", "society_code", "valid_from_date"),
    "NTN": ("tisn", "valid_from_year", "valid_from_month", "valid_from_day"),
    "REN": ("society_code", "ip_name_number"),
}
"""Record type to the fields that tell one entry from another."""
_FAMILY: Mapping[str, str] = {"NCN": "name", "ONN": "name", "MCN": "name"}
"""Names have one key, whatever their record: a number is one name."""
_ORDER = {tag: place for place, tag in enumerate(("BDN", "STN", "NCN", "ONN", "MCN", "REN", "MAN", "NTN"))}
_STAMPS = ("amendment_date", "amendment_time")

Columns = tuple[slice, ...]


def _place(field: Field) -> slice:
    """Where a field stands in a line without its numbering."""
    return slice(field.at - 16, field.at - 16 + field.width)


_COLUMNS: Mapping[str, Mapping[str, slice]] = {
    tag: {name: _place(field) for name, field in record.FIELDS.items() if field.at >= 19}
    for tag, record in LAYOUTS.items()
}
_KEY_COLUMNS: Mapping[str, tuple[str, Columns]] = {
    tag: (_FAMILY.get(tag, tag), tuple(_COLUMNS[tag][name] for name in names)) for tag, names in _KEYS.items()
}
_STAMP_COLUMNS: Mapping[str, slice] = {
    tag: slice(_COLUMNS[tag]["amendment_date"].start, _COLUMNS[tag]["amendment_time"].stop)
    for tag in _KEYS
    if "amendment_date" in _COLUMNS[tag]
}


def said(line: str, name: str) -> str:
    """A field of a document's line, trimmed."""
    return line[_COLUMNS[line[:3]][name]].strip()


def image(line: str) -> str:
    """A line of a file as it stands in a document: an after image without numbering."""
    tag = line[:3]
    if tag[2:] == "O" and f"{tag[:2]}N" in _KEYS:
        line = f"{tag[:2]}N{line[3:]}"
    return after_image(line)


def after_image(line: str) -> str:
    """The same of a line that is an after image."""
    if "\0" in line:  # no database keeps this character in a text
        line = line.replace("\0", " ")
    return (line[:3] + line[19:]).rstrip()


def key_of(line: str) -> Key:
    """What tells the entry of a document's line from the others."""
    family, columns = _KEY_COLUMNS[line[:3]]
    return (family, *[line[column].strip() for column in columns])


def without_stamp(lines: Lines) -> Lines:
    """The lines with their amendment stamps blanked: what decides whether anything changed."""
    return tuple(_unstamped(line) for line in lines)


def _unstamped(line: str) -> str:
    stamp = _STAMP_COLUMNS.get(line[:3])
    if stamp is None or len(line) <= stamp.start:
        return line
    return f"{line[: stamp.start]}{' ' * (stamp.stop - stamp.start)}{line[stamp.stop :]}".rstrip()


def entries(lines: Iterable[str]) -> Iterator[tuple[Key, Lines]]:
    """Entries of images: territories belong to the mandate before them, blocks of a remark to its first."""
    open_: tuple[Key, list[str]] | None = None
    for line in lines:
        tag = line[:3]
        if tag == "TMA" and open_ is not None:
            open_[1].append(line)
            continue
        if tag not in _KEYS:
            continue
        key = key_of(line)
        if open_ is not None and tag == "REN" and open_[0] == key:
            open_[1].append(line)
            continue
        if open_ is not None:
            yield open_[0], tuple(open_[1])
        open_ = (key, [line])
    if open_ is not None:
        yield open_[0], tuple(open_[1])


Document = dict[Key, Lines]
"""The entries of one party by their keys."""


def document(lines: Iterable[str]) -> Document:
    """The document of a party's images."""
    return dict(entries(lines))


def in_order(known: Document) -> list[str]:
    """All lines of a document: base data, statuses, names, remarks, mandates, nationalities, usages."""
    last = len(_ORDER)
    held = sorted(known.values(), key=lambda lines: _ORDER.get(lines[0][:3], last))
    return [line for lines in held for line in lines]


# -- as bytes ---------------------------------------------------------------------------------------------------------


def _as_they_came(error: UnicodeError) -> tuple[bytes, int]:
    """The five bytes that Windows-1252 leaves open, which reading keeps as they are."""
    wrong = cast(UnicodeEncodeError, error)
    return wrong.object[wrong.start : wrong.end].encode("latin-1", "replace"), wrong.end


codecs.register_error("as-they-came", _as_they_came)


def to_bytes(lines: Sequence[str]) -> bytes:
    """The lines as they are stored."""
    return "\n".join(lines).encode("cp1252", "as-they-came")


def from_bytes(content: bytes) -> list[str]:
    """The lines again."""
    text = content.decode("cp1252", "as-latin-1")
    return text.split("\n") if text else []


# -- what the rows of the directory say -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a party. ``parent`` is the name a spelling belongs to."""

    number: str
    parent: str | None
    type: str
    name: str
    first_name: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is searched by: kind (N or L), current status and whom it points to, patronym and all names."""

    kind: str
    status: str
    refers_to: str | None
    patronym: str | None
    names: tuple[Name, ...]


def facts(lines: Iterable[str], base: str) -> Facts:
    """The facts of a party's images. Without a status it is alive; a status that points to itself points nowhere."""
    kind, status, names = "N", ("", "", ALIVE, base), []
    for line in lines:
        tag = line[:3]
        if tag in {"NCN", "ONN", "MCN"}:
            names.append(_name(tag, line))
        elif tag == "STN":
            status = max(status, _current(line))
        elif tag == "BDN":
            kind = line[3:4]
    refers_to = status[3] if status[3] != base else None
    patronym = next((name.number for name in names if name.type == PATRONYM), None)
    return Facts(kind, status[2], refers_to, patronym, tuple(names))


def _current(line: str) -> tuple[str, str, str, str]:
    """Sorts the open status last, then the one that began last."""
    columns = _COLUMNS["STN"]
    ends, begins = line[columns["valid_to_date"]], line[columns["valid_from_date"]] + line[columns["valid_from_time"]]
    return ends, begins, line[columns["status_code"]], line[columns["ref_ip_base_number"]]


def _name(tag: str, line: str) -> Name:
    columns = _COLUMNS[tag]
    first = line[columns["first_name"]].strip() if tag != "MCN" else ""
    parent = line[columns["parent_ip_name_number"]].strip() if tag == "ONN" else ""
    return Name(
        line[columns["ip_name_number"]],
        parent or None,
        line[columns["name_type"]],
        line[columns["name"]].strip(),
        first or None,
    )


@dataclass(frozen=True, slots=True)
class Mandate:
    """What one society was given. ``share`` is in hundredths of a percent, days are YYYYMMDD, ``until`` may be open."""

    society: str
    creation_class: str
    role: str
    right: str
    since: str
    until: str
    share: int
    signed: str
    territories: tuple[tuple[str, str], ...]
    """Sign (I or E) and TIS number, in the order in which they apply."""


def mandates(lines: Iterable[str]) -> list[Mandate]:
    """The mandates of a party's images."""
    return [_mandate(held) for key, held in entries(lines) if key[0] == "MAN"]


def _mandate(held: Lines) -> Mandate:
    head, *rest = held
    share = said(head, "share")
    return Mandate(
        society=said(head, "society_code"),
        creation_class=said(head, "creation_class"),
        role=said(head, "role"),
        right=said(head, "right"),
        since=said(head, "valid_from_date"),
        until=said(head, "valid_to_date"),
        share=int(share) if share.isdigit() else 0,
        signed=said(head, "signature_date"),
        territories=tuple((said(line, "include_exclude"), said(line, "tisn")) for line in rest),
    )


def usages(lines: Iterable[str]) -> list[tuple[str, str, str]]:
    """Creation class, role and name number of every usage."""
    used = (line for line in lines if line[:3] in {"NUN", "MUN", "INN", "IMN"})
    return [(said(line, "creation_class"), said(line, "role"), said(line, "ip_name_number")) for line in used]
