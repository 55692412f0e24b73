"""The code tables of the trade: ``tables.roles["CA"].name("fr")``. Everybody who needs a code asks here.

Each table maps a code to a frozen row and is read when first used. Tables are values: a node's own rows come as a
longer table (``societies.with_file(data_folder / "societies.csv")``), never as a change of these.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from mappings.codes.rows import (
    LANGUAGES,
    AcknowledgementStatus,
    AgreementType,
    Cells,
    CreationClass,
    Currency,
    DetailField,
    Language,
    PublisherType,
    Right,
    Role,
    Row,
    Script,
    Society,
    Territory,
    TitleType,
)
from mappings.codes.table import Table
from mappings.codes.tree import TerritoryTree, UnknownTerritory

__all__ = [
    "LANGUAGES",
    "AcknowledgementStatus",
    "AgreementType",
    "CreationClass",
    "Currency",
    "DetailField",
    "Language",
    "PublisherType",
    "Right",
    "Role",
    "Row",
    "Script",
    "Society",
    "Table",
    "Territory",
    "TitleType",
    "UnknownTerritory",
    "acknowledgement_statuses",
    "agreement_types",
    "creation_classes",
    "currencies",
    "expand_territories",
    "is_territory",
    "languages",
    "publisher_types",
    "rights",
    "roles",
    "scripts",
    "societies",
    "society_name",
    "territories",
    "territory_members",
    "territory_name",
    "title_types",
    "writer_designations",
]


def _creation_class(c: Cells) -> CreationClass:
    return CreationClass(
        code=c.code,
        names=c.names,
        version=c.version,
        source=c.source,
        family=c.text("family"),
        right_families=c.words("right_families"),
        roles=c.words("roles"),
        identifiers=c.words("identifiers"),
        linked_identifiers=c.words("linked_identifiers"),
        party_identifiers=c.words("party_identifiers"),
        details=c.details("details"),
        partners=c.words("partners"),
    )


def _role(c: Cells) -> Role:
    return Role(
        code=c.code,
        names=c.names,
        version=c.version,
        source=c.source,
        author=c.flag("author"),
        publisher=c.flag("publisher"),
        performer=c.flag("performer"),
        producer=c.flag("producer"),
        cwr_writer=c.optional("cwr_writer"),
        cwr_publisher=c.optional("cwr_publisher"),
        marc=c.optional("marc"),
        ipi=c.words("ipi"),
    )


def _right(c: Cells) -> Right:
    return Right(code=c.code, names=c.names, version=c.version, source=c.source, cwr=c.optional("cwr"))


def _society(c: Cells) -> Society:
    return Society(
        code=c.code.zfill(3),
        names=c.names,
        version=c.version,
        source=c.source,
        former_name=c.optional("former_name"),
        territory=c.optional("territory"),
        status=c.text("status") or "listed",
    )


def _territory(c: Cells) -> Territory:
    return Territory(
        code=c.code,
        names=c.names,
        version=c.version,
        source=c.source,
        tis_name=c.text("tis_name"),
        kind=c.text("kind"),
        tis_alpha=c.text("tis_alpha"),
        iso=c.optional("iso"),
        valid_from=c.day("valid_from"),
        valid_to=c.day("valid_to"),
    )


def _language(c: Cells) -> Language:
    return Language(code=c.code, names=c.names, version=c.version, source=c.source, iso=c.text("iso"))


def _script(c: Cells) -> Script:
    return Script(code=c.code, names=c.names, version=c.version, source=c.source, number=c.text("number"))


def _currency(c: Cells) -> Currency:
    return Currency(code=c.code, names=c.names, version=c.version, source=c.source, digits=int(c.text("digits")))


def _title_type(c: Cells) -> TitleType:
    return TitleType(code=c.code, names=c.names, version=c.version, source=c.source, national=c.flag("national"))


def _agreement_type(c: Cells) -> AgreementType:
    return AgreementType(
        code=c.code,
        names=c.names,
        version=c.version,
        source=c.source,
        subpublishing=c.flag("subpublishing"),
        specific=c.text("works") == "specific",
    )


def _status(c: Cells) -> AcknowledgementStatus:
    return AcknowledgementStatus(
        code=c.code, names=c.names, version=c.version, source=c.source, closes=c.flag("closes")
    )


def _publisher_type(c: Cells) -> PublisherType:
    return PublisherType(code=c.code, names=c.names, version=c.version, source=c.source, owns=c.flag("owns"))


creation_classes = Table("creation_classes", _creation_class)
roles = Table("roles", _role)
rights = Table("rights", _right)
societies = Table("societies", _society)
territories = Table("territories", _territory)
languages = Table("languages", _language)
scripts = Table("scripts", _script)
currencies = Table("currencies", _currency)
title_types = Table("title_types", _title_type)
agreement_types = Table("agreement_types", _agreement_type)
acknowledgement_statuses = Table("acknowledgement_statuses", _status)
publisher_types = Table("publisher_types", _publisher_type)

_tree = TerritoryTree(territories)


def writer_designations() -> Mapping[str, Role]:
    """CWR writer designations to the role that says the same."""
    return {role.cwr_writer: role for role in roles.values() if role.cwr_writer}


def expand_territories(lines: Iterable[tuple[bool, str]], on: date) -> frozenset[str]:
    """The TIS codes of the countries that a list means on a day. ``lines`` are (include, code), applied in order.

    Raises UnknownTerritory. Source: CWR 2.x territory lines (SPT, SWT, TER) over the TIS hierarchy.
    """
    return _tree.expand(lines, on)


def territory_members(code: str, on: date) -> frozenset[str]:
    """The countries of one territory on a day. Raises UnknownTerritory."""
    return _tree.members(code, on)


def is_territory(code: str, on: date | None = None) -> bool:
    """Whether a TIS code exists (and, with a day, existed then)."""
    territory = territories.get(code)
    return territory is not None and (on is None or territory.valid_on(on))


def territory_name(code: str, lang: str = "en") -> str:
    """The name of a TIS code in a language; the code itself when unknown."""
    return territories.name(code, lang)


def society_name(code: str, among: Mapping[str, Society] = societies) -> str:
    """The name of a society; its code when unknown. ``among`` may be a table with an installation's own rows."""
    society = among.get(code.zfill(3))
    return code if society is None else society.name()
