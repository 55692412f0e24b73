"""The JSON files of agencies, publishers and the ISWC database: one object of groups, read whole.

Source: design document "ISWC JSON File Format" (SPE_20191118). A file that breaks the schema is refused whole by the
database; we read of it whatever can be read and say what the schema refuses.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from formats.iswc.entries import Entry, Group, Spot, Where
from formats.iswc.json import keys
from formats.iswc.json.shapes import Findings, Key, Place, Shape, path
from formats.iswc.rules import judge
from formats.iswc.transactions import Header
from formats.problems import Problem

VERSION = "json"
LARGEST_FILE = 64 << 20
"""Bytes; files are held whole. An agency's largest day has some ten thousand works of one or two kilobytes."""
TWICE = "KORA-ISWC-NUMBER-TWICE"
NOT_JSON, TOO_LARGE = "KORA-ISWC-NOT-JSON", "KORA-TOO-LARGE"
ANSWERS = frozenset({"acknowledgements", "notifications"})
_OWN_KEYS = frozenset({"$schema", "fileHeader"})


class Reader:
    """Iterate over it for the transactions. ``document`` is the file as parsed, None when it is no JSON object."""

    version = VERSION
    encoding = "utf-8"

    def __init__(self, stream: BinaryIO, profile: str = "import", *, rules: bool = True) -> None:
        self.rules = rules
        self.not_checked: Counter[str] = Counter()
        self.problems: list[Problem] = []
        self.header: Header | None = None
        self.groups: list[Group] = []
        self.records = 0
        self.record_types: Counter[str] = Counter()
        self.document = self._parsed(stream)

    def _parsed(self, stream: BinaryIO) -> dict[str, Any] | None:
        content = stream.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            self.problems.append(Problem(TOO_LARGE, effect="ER"))
            return None
        if content.startswith(b"\xef\xbb\xbf"):
            self.encoding = "utf-8-sig"
        elif content.isascii():
            self.encoding = "ascii"
        try:
            return self._object(json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant))
        except json.JSONDecodeError as error:
            self._not_json(error.msg, error.lineno, error.colno)
        except UnicodeDecodeError as error:
            before = content[: error.start]
            column = error.start - before.rfind(b"\n")
            self._not_json("no UTF-8", before.count(b"\n") + 1, column)
        except (ValueError, RecursionError) as error:
            self._not_json(str(error) or type(error).__name__, None, None)
        return None

    def _object(self, parsed: Any) -> dict[str, Any] | None:
        if isinstance(parsed, dict):
            return parsed
        self._not_json("no object", 1, 1)
        return None

    def _not_json(self, detail: str, line: int | None, column: int | None) -> None:
        self.problems.append(Problem(NOT_JSON, "error", "ER", line, column, params={"detail": detail}))

    def __iter__(self) -> Iterator[Entry]:
        if self.document is None:
            return
        self._read_header(self.document)
        seen: set[int] = set()
        for name, content in self.document.items():
            if name in _OWN_KEYS:
                continue
            shape = keys.GROUPS.get(name.strip())
            if shape is None:
                self._collect(lambda findings, name=name, content=content: findings.unknown((name,), content))
            elif not isinstance(content, list):
                self._collect(lambda findings, name=name, content=content: findings.refuse((name,), content, "list"))
            else:
                yield from self._group(name, shape, content, seen)

    def _read_header(self, document: Mapping[str, Any]) -> None:
        findings = Findings()
        findings.record = "fileHeader"
        self.header = keys.HEADER.read(document.get("fileHeader"), ("fileHeader",), findings)
        self.problems += findings.problems

    def _collect(self, tell: Any) -> None:
        findings = Findings()
        tell(findings)
        self.problems += findings.problems

    def _group(self, name: str, shape: Shape, content: list[Any], seen: set[int]) -> Iterator[Entry]:
        group = Group(name.strip(), len(self.groups) + 1)
        self.groups.append(group)
        for at, value in enumerate(content):
            group.transactions += 1
            group.records += 1
            self.records += 1
            self.record_types[group.type] += 1
            findings = Findings()
            findings.record = group.type
            read = shape.read(value, (name, at), findings)
            if read is None:
                self.problems += findings.problems
                continue
            entry = Entry(read, _spots(shape, value, (name, at), group.type), group.type, at, None, findings.problems)
            _note_number(entry, seen)
            if self.rules and group.type not in ANSWERS:
                self.not_checked += judge(entry)
            yield entry


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")


def _note_number(entry: Entry, seen: set[int]) -> None:
    number = entry.transaction.number
    if number is None:
        return
    if number in seen:
        spot = entry.spot(("number",))
        said = {"field": spot.field, "value": str(number)}
        entry.problems.append(
            Problem(TWICE, "error", "ER", field=spot.field, value=str(number), params=said, record=spot.record)
        )
    seen.add(number)


def _spots(shape: Shape, value: Any, place: Place, record: str) -> Any:
    """Gives the path of an attribute in the document, by the keys of the shapes on the way."""

    def spot(where: Where) -> Spot:
        at, raw, inside = list(place), value, shape
        for part in where:
            if isinstance(part, int):
                at.append(part)
                raw = raw[part] if isinstance(raw, list) and part < len(raw) else None
                continue
            key = _key(inside, part)
            if key is None:
                break
            at.append(key.name)
            raw = raw.get(key.name) if isinstance(raw, dict) else None
            inside = _inside(key)
        shown = None if raw is None or isinstance(raw, dict | list) else str(raw)
        return Spot(None, None, path(tuple(at)), shown, record)

    return spot


def _key(shape: Any, attribute: str) -> Key | None:
    found = (key for key in getattr(shape, "keys", ()) if key.attribute == attribute)
    return next(found, None)


def _inside(key: Key) -> Any:
    return getattr(key.kind, "kind", key.kind)
