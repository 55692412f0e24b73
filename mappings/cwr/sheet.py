"""The sheet a work is written on: makes records, fits text to their fields, and notes every change on the way."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from formats import characters
from formats.cwr import Record, record_class
from mappings.cwr.answers import Change, NoLatinTitle, NotExpressible
from mappings.cwr.values import values_for
from mappings.latin import LATIN
from mappings.model import Party, PartyName


class Sheet:
    """Records of one work in one version of CWR. Not shared between works."""

    def __init__(self, version: str, *, non_roman: bool) -> None:
        self.version = version
        self.non_roman = non_roman
        self.records: list[Record] = []
        self.changes: list[Change] = []

    def add(self, tag: str, **values: Any) -> None:
        """Append one record; fields that are not named stay blank."""
        self.records.append(record_class(tag, self.version)(record_type=tag, **values))

    def changed(self, code: str, record: str, field: str, value: str, written: str) -> None:
        """Note a difference between the work and what is written."""
        self.changes.append(Change(code, record, field, value, written))

    def values(self, tag: str, texts: Mapping[str, str]) -> dict[str, Any]:
        """Values of details or of an annex for one record; what this version has no field for is left out and noted."""
        values, unusable = values_for(record_class(tag, self.version), texts)
        for name in unusable:
            self.changed("left-out", tag, name, texts[name], "")
        return values

    def text(self, tag: str, field: str, value: str | None, kind: str = "titles") -> str | None:
        """A text in upper case and in the letters CIS allows for its kind, cut to the field."""
        if not value or not value.strip():
            return None
        upper = " ".join(value.upper().split())
        folded = characters.fold(upper, kind)
        if folded != upper:
            self.changed("letters-replaced", tag, field, upper, folded)
        return self._cut(tag, field, folded)

    def own_text(self, tag: str, field: str, value: str | None) -> str | None:
        """A text of a non-roman record, letter by letter as it is."""
        return self._cut(tag, field, value.strip()) if value and value.strip() else None

    def _cut(self, tag: str, field: str, value: str) -> str:
        width = record_class(tag, self.version).width(field)
        if len(value) <= width:
            return value
        self.changed("cut", tag, field, value, value[:width].rstrip())
        return value[:width].rstrip()

    def number(self, tag: str, field: str, value: str | None, place: str) -> str:
        """A number of ours that partners quote back. Raises NotExpressible where it is missing or too long."""
        if not value:
            raise NotExpressible("no-number", place)
        if len(value) > record_class(tag, self.version).width(field):
            raise NotExpressible("number-too-long", place)
        return value

    def share(self, tag: str, field: str, value: Fraction | None) -> int | None:
        """A share in hundredths of a percent, rounded half up and noted where that is not exact."""
        if value is None:
            return None
        exact = value * 10000
        written = int(exact + Fraction(1, 2))
        if exact != written:
            self.changed("share-rounded", tag, field, str(value), f"{written // 100}.{written % 100:02d}")
        return written

    def own_script_names(self, party: Party) -> list[PartyName]:
        """Names in other scripts, where the partner takes them."""
        return [name for name in party.names if self.non_roman and name.accepted and name.script not in (None, LATIN)]


def latin_name(party: Party, place: str) -> PartyName | None:
    """The name to send. None when the party has no name at all; raises NoLatinTitle when only other scripts know it."""
    if party.names and party.latin is None:
        raise NoLatinTitle("no-latin-name", f"{place}.party")
    return party.latin
