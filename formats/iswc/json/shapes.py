"""JSON objects: declared once, read and written.

A shape lists its keys, each with the attribute of a class it fills and the kind of its value::

    TITLE = Shape(Title, Key("title", "text", TEXT, required=True), Key("languageCode", "language", TEXT))

Reading never stops: what is no value of its key becomes None and a problem that says where. Writing leaves out what
says nothing, because the ISWC database refuses empty texts.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

from formats.problems import WARNING, Problem

OUTSIDE = "ISWC-142"
"""Something the schema of the ISWC network does not allow, for which the database refuses the whole file (142)."""
UNKNOWN = "KORA-ISWC-UNKNOWN-KEY"
"""A key the schema does not have; its value is not taken over."""

_HALVES = re.compile("[\ud800-\udfff]")
"""Half characters, which JSON can spell and no file can hold."""

Place = tuple[str | int, ...]
LONGEST_SHOWN = 200
"""Characters of a raw value shown in a problem."""


def path(place: Place) -> str:
    """A place as people write it: ``addSubmissions[0].interestedParties[1].role``."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


class Findings:
    """Collects what is wrong with a document. ``record`` names the group or class of what is being read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.record: str | None = None

    def refuse(self, place: Place, value: Any, condition: str, **params: object) -> None:
        """A value the schema does not allow; ``condition`` says what it should be."""
        shown = "" if value is None else str(value)[:LONGEST_SHOWN]
        self._add(OUTSIDE, "error", "ER", place, shown, {"condition": condition, **params})

    def unknown(self, place: Place, value: Any) -> None:
        """A key nobody told us of."""
        self._add(UNKNOWN, WARNING, None, place, str(value)[:LONGEST_SHOWN], {})

    def _add(
        self, code: str, level: str, effect: str | None, place: Place, value: str, params: Mapping[str, Any]
    ) -> None:
        where = path(place)
        said = {"field": where, "value": value, **params}
        self.problems.append(Problem(code, level, effect, None, None, where, value, said, self.record))


class Kind(Protocol):
    """How one value stands in JSON. ``read`` gives the value or None after a finding; ``write`` never fails."""

    def read(self, value: Any, place: Place, findings: Findings) -> Any: ...
    def write(self, value: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Text:
    """Free text, or an identifier kept as text."""

    def read(self, value: Any, place: Place, findings: Findings) -> str | None:
        if isinstance(value, str) and (value.isascii() or not _HALVES.search(value)):
            return value or None
        findings.refuse(place, None if isinstance(value, str) else value, "text")
        return None

    def write(self, value: Any) -> Any:
        return value


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number. One that names something we keep as ``text``, with ``digits`` as text of that many."""

    digits: int | None = None
    text: bool = False

    def read(self, value: Any, place: Place, findings: Findings) -> Any:
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
            value = int(value)  # some senders quote their numbers
        if not isinstance(value, int) or isinstance(value, bool):
            findings.refuse(place, value, "numeric")
            return None
        if not 0 <= value < (10**self.digits if self.digits else 2**63):
            findings.refuse(place, value, "length")
            return None
        if self.digits or self.text:
            return f"{value:0{self.digits or 1}d}"
        return value

    def write(self, value: Any) -> Any:
        return int(value)


@dataclass(frozen=True, slots=True)
class Code:
    """The number of an error, a text in some forms and a number in others; text for us, and written as text."""

    def read(self, value: Any, place: Place, findings: Findings) -> str | None:
        return TEXT.read(str(value) if type(value) is int else value, place, findings)

    def write(self, value: Any) -> Any:
        return value


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    def read(self, value: Any, place: Place, findings: Findings) -> bool | None:
        if isinstance(value, bool):
            return value
        findings.refuse(place, value, "one_of", allowed="true, false")
        return None

    def write(self, value: Any) -> Any:
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of few words; ``words`` are ours to theirs, ``also`` other spellings to ours."""

    words: Mapping[Any, str]
    also: Mapping[str, Any]

    def read(self, value: Any, place: Place, findings: Findings) -> Any:
        known = {word: ours for ours, word in self.words.items()}
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if isinstance(text, str) and (text in known or text in self.also):
            return known.get(text, self.also.get(text))
        findings.refuse(place, value, "one_of", allowed=", ".join(known))
        return None

    def write(self, value: Any) -> Any:
        return self.words[value]


def choice(words: Mapping[Any, str] | Iterable[str], also: Mapping[str, Any] | None = None) -> Choice:
    """A choice among words that are ours as well, or among those of a table."""
    return Choice(words if isinstance(words, Mapping) else {word: word for word in words}, also or {})


@dataclass(frozen=True, slots=True)
class Several:
    """A list; each entry of one kind. An entry that is no value is left out."""

    kind: Kind

    def read(self, value: Any, place: Place, findings: Findings) -> tuple[Any, ...]:
        if not isinstance(value, list):
            findings.refuse(place, value, "list")
            return ()
        read = (self.kind.read(each, (*place, at), findings) for at, each in enumerate(value))
        return tuple(each for each in read if each is not None)

    def write(self, value: Any) -> Any:
        return [self.kind.write(each) for each in value]


@dataclass(frozen=True, slots=True)
class Within:
    """A text alone in an object of one key: ``{"iswc": "T..."}`` is the number."""

    name: str

    def read(self, value: Any, place: Place, findings: Findings) -> str | None:
        if isinstance(value, dict) and self.name in value:
            for name in value.keys() - {self.name}:
                findings.unknown((*place, name), value[name])
            return TEXT.read(value[self.name], (*place, self.name), findings)
        findings.refuse((*place, self.name), value, "given")
        return None

    def write(self, value: Any) -> Any:
        return {self.name: value}


TEXT, NUMBER, FLAG = Text(), Number(), Flag()
SOURCE_DB, NAME_NUMBER, NAMED = Number(3), Number(11), Number(text=True)


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an object."""

    name: str
    attribute: str
    kind: Kind
    required: bool = False
    also: tuple[str, ...] = ()
    """Other spellings that were seen; read, never written."""


class Shape:
    """The keys of an object and the class they make. A shape is itself a kind, so objects hold objects."""

    def __init__(self, made: type[Any], *keys: Key) -> None:
        known = {field.name for field in fields(made)}
        wrong = [key.attribute for key in keys if key.attribute not in known]
        if wrong:
            raise TypeError(f"{made.__name__} has no {', '.join(wrong)}")
        self.made = made
        self.keys = keys
        self._names = {name: key for key in keys for name in (key.name, *key.also)}

    def read(self, value: Any, place: Place = (), findings: Findings | None = None) -> Any:
        """The object as an instance of the class; None for what is no object."""
        findings = findings if findings is not None else Findings()
        if not isinstance(value, dict):
            findings.refuse(place, value, "object")
            return None
        read: dict[str, Any] = {}
        for name, each in value.items():
            key = self._names.get(name)
            if key is None:
                findings.unknown((*place, name), each)
            elif each is not None:
                read[key.attribute] = key.kind.read(each, (*place, name), findings)
        for key in self.keys:
            if key.required and not any(value.get(name) not in (None, "", []) for name in (key.name, *key.also)):
                findings.refuse((*place, key.name), None, "given")
        return self.made(**read)

    def write(self, value: Any) -> dict[str, Any]:
        """The object of an instance; what says nothing is left out."""
        written: dict[str, Any] = {}
        for key in self.keys:
            said = getattr(value, key.attribute)
            if said is not None and said != () and said != "":
                written[key.name] = key.kind.write(said)
        return written

    def extended(
        self, made: type[Any], *before: Key, after: Sequence[Key] = (), without: Iterable[str] = ()
    ) -> "Shape":
        """The same keys but those ``without``, with others around them, for another class."""
        left = frozenset(without)
        return Shape(made, *before, *(key for key in self.keys if key.name not in left), *after)
