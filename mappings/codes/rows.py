"""What a row of each table holds.

Every row knows its ``version`` (edition of the list) and ``source`` (who keeps the list), so that a screen can say
where a code comes from. Names are kept by language; a language without a name falls back to English.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from mappings.codes.names import cldr_name

LANGUAGES = ("en", "fr", "es", "pt")
"""The languages every code has a name in."""


def _primary(lang: str) -> str:
    return lang.replace("-", "_").split("_")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One code of one table."""

    code: str
    names: Mapping[str, str]
    version: str
    source: str

    def name(self, lang: str = "en") -> str:
        """The name in a language, else in English, else the code itself."""
        return self.names.get(_primary(lang)) or self.names.get("en") or self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailField:
    """One thing a creation class asks about a work, kept in ``Work.details`` under ``name``.

    ``type`` is text, number, year, date, duration, flag, language, territory or choice (then ``choices`` is not empty).
    """

    name: str
    type: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreationClass(Row):
    """A kind of creation: who takes part, how it is numbered, what is asked, which partners hear of it."""

    family: str
    right_families: tuple[str, ...]
    """``author``, ``related`` or both."""
    roles: tuple[str, ...]
    """Codes of ``roles`` offered first, in this order."""
    identifiers: tuple[str, ...]
    """Schemes that number the work itself."""
    linked_identifiers: tuple[str, ...]
    """Schemes of the works or products it is linked to."""
    party_identifiers: tuple[str, ...]
    details: tuple[DetailField, ...]
    partners: tuple[str, ...]
    """Connectors that take records of this class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Row):
    """What somebody did for a creation or holds in it. The flags say on which side he stands; several may be set."""

    author: bool
    publisher: bool
    performer: bool
    producer: bool
    cwr_writer: str | None
    """CWR writer designation."""
    cwr_publisher: str | None
    """CWR publisher type."""
    marc: str | None
    """MARC relator code."""
    ipi: tuple[str, ...]
    """IPI role codes. Inferred: no public list joins the two; the directory's own tables win when loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right(Row):
    """A right that shares are held in."""

    cwr: str | None
    """CWR type of right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Society(Row):
    """A collective management organisation in CISAC's list of society codes."""

    former_name: str | None
    territory: str | None
    """TIS code of its country, None for hubs and codes that are no society."""
    status: str
    """member, provisional, associate, client, outside, resigned, terminated, ended, hub, secretariat, listed,
    public-domain or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory(Row):
    """A country or a group of countries of CISAC's Territory Information System. Dates include both ends."""

    tis_name: str
    kind: str
    """country, or geographical, economical, political for groups."""
    tis_alpha: str
    iso: str | None
    """ISO 3166-1 alpha-2, when the country exists today."""
    valid_from: date | None
    valid_to: date | None

    @property
    def is_group(self) -> bool:
        """True for a group of countries."""
        return self.kind != "country"

    def valid_on(self, on: date) -> bool:
        """Whether the territory existed on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)

    def name(self, lang: str = "en") -> str:
        """The name in a language; CLDR knows the countries of today, the table the groups and former countries."""
        own = self.names.get(_primary(lang))
        found = None if own or self.iso is None else cldr_name("territories", self.iso, lang)
        return own or found or Row.name(self, lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class Language(Row):
    """A language code of CWR 2.x, some of them older than the ISO 639 code of today, which is ``iso``."""

    iso: str

    def name(self, lang: str = "en") -> str:
        """The name in a language."""
        return self.names.get(_primary(lang)) or cldr_name("languages", self.iso, lang) or Row.name(self, lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script(Row):
    """A script of ISO 15924."""

    number: str

    def name(self, lang: str = "en") -> str:
        """The name in a language; the rare ones are known in English only."""
        return cldr_name("scripts", self.code, lang) or Row.name(self, lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency(Row):
    """A currency of ISO 4217; ``digits`` is how many decimals its smallest unit has."""

    digits: int

    def name(self, lang: str = "en") -> str:
        """The name in a language."""
        return self.names.get(_primary(lang)) or cldr_name("currencies", self.code, lang) or Row.name(self, lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleType(Row):
    """A kind of title; ``national`` for titles in their own script."""

    national: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementType(Row):
    """A kind of agreement; ``specific`` names its works, otherwise it covers all of them."""

    subpublishing: bool
    specific: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgementStatus(Row):
    """A partner's answer about a work; ``closes`` when no further answer is to be expected."""

    closes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherType(Row):
    """A publisher's place in a chain; ``owns`` when he may hold an ownership share."""

    owns: bool


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one CSV line, read as the type a column needs; an absent column is an empty cell."""

    cells: Mapping[str, str]
    version: str = field(default="")
    source: str = field(default="")

    @property
    def code(self) -> str:
        return self.cells["code"]

    @property
    def names(self) -> dict[str, str]:
        plain = {"en": self.cells["name"]} if self.cells.get("name") else {}
        return plain | {lang: name for lang in LANGUAGES if (name := self.cells.get(f"name_{lang}"))}

    def text(self, column: str) -> str:
        return self.cells.get(column) or ""

    def optional(self, column: str) -> str | None:
        return self.cells.get(column) or None

    def flag(self, column: str) -> bool:
        return self.cells.get(column) == "Y"

    def words(self, column: str) -> tuple[str, ...]:
        return tuple(self.text(column).split())

    def day(self, column: str) -> date | None:
        return date.fromisoformat(value) if (value := self.cells.get(column)) else None

    def details(self, column: str) -> tuple[DetailField, ...]:
        """``name:type;name:choice:one|two`` as fields."""
        parts = (declaration.split(":") for declaration in self.text(column).split(";") if declaration)
        return tuple(
            DetailField(name=name, type=kind, choices=tuple(rest[0].split("|")) if rest else ())
            for name, kind, *rest in parts
        )
