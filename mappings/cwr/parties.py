"""Publisher and writer lines of CWR as interests of a work."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from formats.cwr import Record
from mappings.cwr.values import RIGHTS
from mappings.latin import LATIN, script_of
from mappings.model import CollectionLine, Identifier, Interest, Party, PartyName, Representation

CONTROLLED_TAGS = frozenset({"SPU", "SWR"})

PUBLISHER_DETAILS = (
    "submitter_agreement_number",
    "special_agreements_indicator",
    "first_recording_refusal_indicator",
    "international_standard_agreement_code",
    "society_assigned_agreement_number",
    "agreement_type",
    "usa_license_indicator",
)
WRITER_DETAILS = (
    "reversionary_indicator",
    "first_recording_refusal_indicator",
    "work_for_hire_indicator",
    "usa_license_indicator",
)
UNKNOWN = "unknown_indicator"
"""Detail that keeps an indicator which the presence of a name does not explain."""


def publisher_interest(head: Record, below: Sequence[Record], *, source: str) -> Interest:
    """An SPU or OPU with its NPN, SPT and OPT lines. Tax numbers are private and stay behind."""
    names = [PartyName(head.publisher_name, kind="firm", script=LATIN)] if head.publisher_name else []
    own = [
        PartyName(line.publisher_name, kind="firm", script=script_of(line.publisher_name), language=language_of(line))
        for line in below
        if line.record_type == "NPN" and line.publisher_name
    ]
    identifiers = identifiers_of(head.publisher_ipi_name_number, head.publisher_ipi_base_number, source)
    return Interest(
        role=head.publisher_type or "",
        party=_party(head, (*own, *names), "firm", identifiers),
        controlled=head.record_type in CONTROLLED_TAGS,
        shares=shares_of(head, "ownership"),
        societies=societies_of(head),
        collection=_collection(below),
        chain=head.publisher_sequence_number,
        details=_details(head, PUBLISHER_DETAILS, head.publisher_unknown_indicator, bool(names)),
    )


def writer_interest(
    head: Record, below: Sequence[Record], represented_by: tuple[Representation, ...], *, source: str
) -> Interest:
    """An SWR or OWR with its NWN, SWT and OWT lines. Tax and personal numbers are private and stay behind."""
    last_name = head.writer_last_name
    names = [PartyName(last_name, head.writer_first_name, script=LATIN)] if last_name else []
    own = [
        PartyName(
            line.writer_last_name,
            line.writer_first_name,
            script=script_of(line.writer_last_name),
            language=language_of(line),
        )
        for line in below
        if line.record_type == "NWN" and line.writer_last_name
    ]
    identifiers = identifiers_of(head.writer_ipi_name_number, head.writer_ipi_base_number, source)
    return Interest(
        role=head.writer_designation_code or "",
        party=_party(head, (*own, *names), "person", identifiers),
        controlled=head.record_type in CONTROLLED_TAGS,
        shares=shares_of(head, "ownership"),
        societies=societies_of(head),
        collection=_collection(below),
        represented_by=represented_by,
        details=_details(head, WRITER_DETAILS, head.writer_unknown_indicator, bool(names)),
    )


def _party(head: Record, names: tuple[PartyName, ...], kind: str, identifiers: tuple[Identifier, ...]) -> Party | None:
    """The party of a line; None when the line says neither a name nor a number."""
    if not names and not identifiers and not head.interested_party_number:
        return None
    return Party(
        names=names,
        kind=kind,
        number=head.interested_party_number,
        identifiers=identifiers,
        societies=societies_of(head),
    )


def identifiers_of(name_number: str | None, base_number: str | None, source: str) -> tuple[Identifier, ...]:
    """The two IPI numbers, where they are given."""
    given = (("ipi-name", name_number), ("ipi-base", base_number))
    return tuple(Identifier(scheme, value, source=source) for scheme, value in given if value)


def shares_of(record: Record, kind: str) -> dict[str, Fraction]:
    """Shares by right from fields such as ``pr_ownership_share`` (``kind`` may be empty); a blank one has no entry."""
    middle = f"_{kind}" if kind else ""
    values = {right: getattr(record, f"{right.lower()}{middle}_share") for right in RIGHTS}
    return {right: Fraction(value, 10000) for right, value in values.items() if value is not None}


def societies_of(record: Record) -> dict[str, str]:
    """Societies by right, where they are given."""
    values = {right: getattr(record, f"{right.lower()}_affiliation_society") for right in RIGHTS}
    return {right: value for right, value in values.items() if value}


def _collection(below: Iterable[Record]) -> tuple[CollectionLine, ...]:
    """SPT, OPT, SWT and OWT lines in their order; a line that takes a territory out has no shares."""
    lines = []
    for record in below:
        if record.record_type not in {"SPT", "OPT", "SWT", "OWT"}:
            continue
        include = record.inclusion_exclusion_indicator != "E"
        shares = shares_of(record, "collection")
        lines.append(
            CollectionLine(
                territory=record.tis_numeric_code,
                include=include,
                shares=shares if include or any(shares.values()) else {},
                details={"shares_change": record.shares_change} if record.shares_change else {},
            )
        )
    return tuple(lines)


def _details(head: Record, fields: Iterable[str], unknown: str | None, named: bool) -> dict[str, str]:
    """The remaining fields that say something; the unknown indicator only where the name does not explain it.

    Y beside a name is read as N, as the standard asks (SPU-F-006, SWR-F-006).
    """
    details = {name: getattr(head, name) for name in fields if getattr(head, name)}
    if named and unknown:
        details[UNKNOWN] = "N"
    elif not named and unknown != "Y":
        details[UNKNOWN] = unknown or ""
    return details


def language_of(record: Record) -> str | None:
    """The language of a name, lower case."""
    return record.language_code.lower() if record.language_code else None
