"""Fixed-width records: declared once, read and written.

A record class reads like the page of its standard, one line a field::

    class GroupTrailer(Record):
        tags = ("GRT",)
        group_id = number(5, required=True, zero=True)

Its fields follow each other after the three letters of the record type. Blank is None. Records are slotted classes
built by position, because files have millions of lines; in a program they are made with keywords.

A right line is read, and a right record written, in a few calls for all of its fields together. Whatever does not come
out right that way goes field by field, which alone decides and says what is wrong.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from operator import attrgetter, getitem, itemgetter
from types import NoneType
from typing import TYPE_CHECKING, Any, ClassVar

TAG_WIDTH = 3
TEXT, NUMBER, DAY, CLOCK, SHARE, FLAG, CODE = "A", "N", "D", "T", "S", "B", "L"
ZERO_IS_BLANK = frozenset({NUMBER, DAY, CLOCK, SHARE})
"""Kinds whose fields are written in digits and, when they say nothing, in zeros."""


class Unfit(ValueError):
    """A text that is no value of its field. ``condition`` says what it should be (numeric, real_day, ...)."""

    def __init__(self, condition: str, **params: object) -> None:
        super().__init__(condition)
        self.condition = condition
        self.params = params


class CannotWrite(ValueError):
    """A value its field cannot carry: which record, field and value, and why (``length``, ``kind``, ``character``)."""

    def __init__(self, record: str, field: str, value: object, reason: str) -> None:
        super().__init__(f"{record} {field}: {value!r} ({reason})")
        self.record, self.field, self.value, self.reason = record, field, value, reason


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its place from 0 after the record type, width in characters, kind and table of codes."""

    kind: str
    width: int
    table: str | None = None
    required: bool = False
    zero: bool = False
    """A number of zeros says zero here; elsewhere it says nothing."""
    name: str = ""
    at: int = 0

    @property
    def column(self) -> int:
        """The first column, counted from 1."""
        return self.at + 1

    def cut(self, line: str) -> str:
        """The raw text of the field in a line."""
        return line[self.at : self.at + self.width]

    def read(self, text: str) -> Any:
        """The value of a raw text: text, int, date or None. Raises Unfit."""
        return _READ[self.kind](self, text.rstrip())

    @property
    def blank(self) -> str:
        """The field as it stands in a line when it says nothing."""
        return ("0" if self.kind in ZERO_IS_BLANK else " ") * self.width

    def write(self, value: Any) -> str:
        """The value as it stands in a line, padded. Raises ValueError with the reason."""
        text = _WRITE[self.kind](self, value)
        if len(text) != self.width:
            raise ValueError("length")
        return text


def text(width: int, *, required: bool = False) -> Any:
    """Free text, left-justified."""
    return Field(TEXT, width, required=required)


def code(width: int, table: str | None = None, *, required: bool = False) -> Any:
    """A code of a table, or an identifier of an outside register."""
    return Field(CODE, width, table, required)


def number(width: int, *, required: bool = False, zero: bool = False) -> Any:
    """A number, zero-padded; zeros mean nothing unless ``zero``."""
    return Field(NUMBER, width, required=required, zero=zero)


def digits(width: int, *, required: bool = False) -> Any:
    """A number whose leading zeros count: kept as text."""
    return Field(TEXT, width, required=required)


def share() -> Any:
    """A share of five digits in hundredths of a percent: 5000 is 50 %."""
    return Field(SHARE, 5)


def day(*, required: bool = False) -> Any:
    """A calendar day YYYYMMDD; zeros are blank."""
    return Field(DAY, 8, required=required)


def clock(*, required: bool = False) -> Any:
    """A time of day or a duration HHMMSS, kept as six digits; zeros are blank unless required."""
    return Field(CLOCK, 6, required=required)


def flag(*, unknown: bool = False, required: bool = False) -> Any:
    """Y or N, with ``unknown`` also U."""
    return Field(FLAG, 1, "YNU" if unknown else "YN", required)


def _read_text(field: Field, text: str) -> str | None:
    return text or None


def _read_number(field: Field, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Unfit("numeric")
    value = int(text)
    return value if value or field.zero else None


def _read_share(field: Field, text: str) -> int | None:
    if not text:
        return None
    if len(text) != field.width or not (text.isascii() and text.isdigit()):
        raise Unfit("numeric")
    return int(text)


def _read_day(field: Field, text: str) -> date | None:
    if not text.strip("0"):
        return None
    try:
        if len(text) == 8 and text.isascii() and text.isdigit():
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        pass
    raise Unfit("real_day")


def _read_clock(field: Field, text: str) -> str | None:
    if not text or (not field.required and not text.strip("0")):
        return None
    if len(text) == 6 and text.isascii() and text.isdigit() and text[2] < "6" and text[4] < "6":
        return text
    raise Unfit("real_time")


_READ: Mapping[str, Callable[[Field, str], Any]] = {
    TEXT: _read_text,
    CODE: _read_text,
    FLAG: _read_text,
    NUMBER: _read_number,
    SHARE: _read_share,
    DAY: _read_day,
    CLOCK: _read_clock,
}


def _write_text(field: Field, value: str | None) -> str:
    if value is not None and not isinstance(value, str):
        raise ValueError("kind")
    return (value or "").ljust(field.width)


def _write_number(field: Field, value: int | None) -> str:
    if value is not None and (not isinstance(value, int) or value < 0):
        raise ValueError("kind")
    return f"{value or 0:0{field.width}d}"


def _write_day(field: Field, value: date | None) -> str:
    return _digits_of(value) if value else field.blank


def _digits_of(day: date) -> str:
    return f"{day:%Y%m%d}".zfill(8)


def _write_clock(field: Field, value: str | None) -> str:
    return value or field.blank


_WRITE: Mapping[str, Callable[[Field, Any], str]] = {
    TEXT: _write_text,
    CODE: _write_text,
    FLAG: _write_text,
    NUMBER: _write_number,
    SHARE: _write_number,
    DAY: _write_day,
    CLOCK: _write_clock,
}


class RecordType(type):
    """Makes slots and a constructor (record type, line, every field in order) of the fields a class body declares.

    A subclass keeps the fields of its base in their places, with those it declares again replaced and new ones behind.
    """

    FIELDS: Mapping[str, Field]
    WIDTH: int

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> "RecordType":
        declared = {key: value for key, value in body.items() if isinstance(value, Field)}
        rest = {key: value for key, value in body.items() if key not in declared}
        inherited: dict[str, Field] = {}
        for base in bases:
            inherited |= getattr(base, "FIELDS", {})
        at, fields = TAG_WIDTH, {}
        for key, field in (inherited | declared).items():
            fields[key] = replace(field, name=key, at=at)
            at += field.width
        new = [key for key in fields if key not in inherited]
        slots = tuple(new) if bases else ("record_type", "line")
        made = super().__new__(cls, name, bases, {**rest, "__slots__": slots, "FIELDS": fields, "WIDTH": at})
        made.__annotations__ = dict.fromkeys(("record_type", "line", *fields), Any)
        constructed: Any = dataclass(init=True, repr=False, eq=False)(made)
        # Slots leave no room for defaults in the class body; fields that are not named stay blank.
        tag: str = next(iter(constructed.tags), "")
        constructed.__init__.__defaults__ = (tag, 0, *[None] * len(fields))
        return constructed  # type: ignore[no-any-return]


class Record(metaclass=RecordType):
    """One line of a file. Two records are equal when they say the same, wherever they stand."""

    if TYPE_CHECKING:
        FIELDS: ClassVar[Mapping[str, Field]]
        WIDTH: ClassVar[int]
        record_type: str
        line: int

        def __init__(self, *, record_type: str = "", line: int = 0, **values: Any) -> None: ...
        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...

    tags: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def width(cls, field: str) -> int:
        """Width of a field in characters."""
        return cls.FIELDS[field].width

    def values(self) -> Iterator[tuple[Field, Any]]:
        """Every field with its value, in order."""
        return ((field, getattr(self, name)) for name, field in self.FIELDS.items())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record):
            return NotImplemented
        return self.record_type == other.record_type and [*self.values()] == [*other.values()]

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        said = ", ".join(f"{field.name}={value!r}" for field, value in self.values() if value is not None)
        return f"{self.record_type}({said})"


class Memo(dict[Any, Any]):
    """What was made of a key, made once for each; it forgets everything when full, so memory stays constant."""

    LIMIT = 2048

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, key: Any) -> Any:
        value = self.make(key)
        if len(self) >= self.LIMIT:
            self.clear()
        self[key] = value
        return value


class Texts(dict[str, None]):
    """Raw text to text without its padding, blank to None, for columns of ever different texts: nothing is kept.

    It knows texts in ``letters`` (any, when None) that begin with one, and blank ones unless a text must be ``given``:
    those that ``pattern`` matches. Of every other ``make`` decides what it says, raising Unfit.
    """

    __missing__ = staticmethod(str.rstrip)

    def __init__(
        self, width: int, make: Callable[[str], Any], *, letters: Iterable[str] | None = None, given: bool = False
    ) -> None:
        super().__init__({" " * width: None})
        self.make = make
        said = _pattern_of_letters(width, letters)
        self.pattern = said if given else f" {{{width}}}|{said}"


def _pattern_of_letters(width: int, letters: Iterable[str] | None) -> str:
    if letters is None:
        return rf"\S.{{{width - 1}}}"
    every = "".join(sorted(letters))
    return f"[{re.escape(every.replace(' ', ''))}][{re.escape(every)}]{{{width - 1}}}"


Values = Memo | Texts
"""Raw text to value, for one column; ``make`` is the long way."""


def values_of(field: Field) -> Values:
    """The values of a field of which no more is asked than its kind."""
    return Texts(field.width, field.read) if field.kind == TEXT else Memo(field.read)


def parser(
    record: type[Record], tag: str, values_of: Callable[[Field], Values] = values_of
) -> Callable[[str, int], Record]:
    """A function of line and line number that makes a record, raising Unfit for any text that is no value.

    ``values_of`` gives the values of a field; fields that allow the same may share them.
    """
    fields = tuple(record.FIELDS.values())
    columns = tuple(map(values_of, fields))
    # One call cuts the line into texts that may be looked up, one more looks each of them up: no loop of our own.
    cut = re.compile("." * TAG_WIDTH + "".join(map(_cell, fields, columns)), re.DOTALL).match
    build: Callable[..., Record] = record
    width = record.WIDTH

    def parse(line: str, number: int) -> Record:
        if len(line) < width:
            line = line.ljust(width)
        found = cut(line)
        known = map(getitem, columns, found.groups()) if found else _one_by_one(fields, columns, line)
        return build(tag, number, *known)

    return parse


def _one_by_one(fields: Iterable[Field], columns: Iterable[Values], line: str) -> Iterator[Any]:
    return (column.make(field.cut(line)) for field, column in zip(fields, columns, strict=True))


def _cell(field: Field, column: Values) -> str:
    return f"({column.pattern})" if isinstance(column, Texts) else f"(.{{{field.width}}})"


def render(record: Record) -> str:
    """The full line of a record, without line end. Raises CannotWrite."""
    return _writer(type(record))(record)


@cache
def _writer(record: type[Record]) -> Callable[[Record], str]:
    """What writes the records of a class: one template for all values, one pattern for the whole line."""
    fields = tuple(record.FIELDS.values())
    values_of = attrgetter("record_type", *record.FIELDS)
    forms = Memo(lambda kinds: _form(fields, kinds))
    # No field is written shorter than its width, so a line of the right length has every field in its place.
    is_right = re.compile("." * TAG_WIDTH + "".join(map(_pattern, fields)), re.DOTALL).fullmatch

    def write(one: Record) -> str:
        values = values_of(one)
        pick, template = forms[tuple(map(type, values))]
        line = template % pick(values)
        return line if is_right(line) else _field_by_field(one)

    return write


def _pattern(field: Field) -> str:
    return f"[0-9]{{{field.width}}}" if field.kind in ZERO_IS_BLANK else f".{{{field.width}}}"


Form = tuple[Callable[[tuple[Any, ...]], Any], str]
"""Picks the values that say something; the line with places for them and everything else blank."""

_UNFIT: Form = (itemgetter(0), "%.0s")
"""For values of a kind their field does not have: no line, which is never right."""


def _form(fields: tuple[Field, ...], kinds: tuple[type, ...]) -> Form:
    """How values of these types (the record type's first, then each field's) stand in a line."""
    places, template = [0], "%s"
    for place, (field, kind) in enumerate(zip(fields, kinds[1:], strict=True), 1):
        if kind is NoneType:
            template += field.blank
        elif kind is _TYPES[field.kind]:
            places.append(place)
            template += f"%0{field.width}d" if kind is int else f"%-{field.width}s"
        else:
            return _UNFIT
    pick = itemgetter(*places)
    if date in kinds:
        return (lambda values: tuple(map(_with_days, pick(values)))), template
    return pick, template


def _with_days(value: Any) -> Any:
    return _digits_of(value) if type(value) is date else value


_TYPES: Mapping[str, type] = {TEXT: str, CODE: str, FLAG: str, CLOCK: str, NUMBER: int, SHARE: int, DAY: date}


def _field_by_field(record: Record) -> str:
    """The line of a record, or which field cannot carry its value and why. Raises CannotWrite."""
    parts = [record.record_type]
    for field, value in record.values():
        try:
            parts.append(field.write(value))
        except (ValueError, AttributeError, TypeError) as error:
            reason = str(error) if str(error) in {"length", "kind"} else "kind"
            raise CannotWrite(record.record_type, field.name, value, reason) from error
    return "".join(parts)
