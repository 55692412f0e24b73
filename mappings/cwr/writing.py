"""From a work to the records of a NWR or REV transaction. Sequences are given by the writer of the file."""

from collections.abc import Sequence
from typing import Literal

from formats.cwr import Record
from mappings.cwr.answers import Change, NoLatinTitle, NotExpressible
from mappings.cwr.chains import ARRANGING_ROLES, Line, Order, in_order, with_defaults
from mappings.cwr.parties import PUBLISHER_DETAILS, UNKNOWN, WRITER_DETAILS
from mappings.cwr.sheet import Sheet, latin_name
from mappings.cwr.values import RIGHTS
from mappings.latin import LATIN
from mappings.model import Annex, Interest, Party, Title, Work

Kind = Literal["NWR", "REV"]
Version = Literal["2.1", "2.2"]

NATIONAL_TITLES = frozenset({"OL", "AL"})
NON_ROMAN_TAGS = frozenset({"NPN", "NWN", "NAT", "NPR", "NET", "NCT", "NVT", "NOW"})
_ANNEX_ORDER = ("EWT NET", "VER NVT", "PER NPR", "REC", "ORN", "INS IND", "COM NCT", "ARI", "XRF")
"""Order of the remaining lines (NWR-T-018, NWR-T-043); a NOW line continues whatever stands before it."""


def from_work(
    work: Work, *, kind: Kind, version: Version, non_roman: bool = False
) -> tuple[list[Record], tuple[Change, ...]]:
    """The records of one transaction, header first, and what had to be changed to write them.

    Parties of ours become SPU and SWR, all others OPU and OWR; ``non_roman`` adds NPN, NWN, NAT and their like.
    Raises NotExpressible and NoLatinTitle, each with the field that is at fault.
    """
    if work.creation_class != "MW":
        raise NotExpressible("class", "creation_class")
    sheet = Sheet(version, non_roman=non_roman)
    order = in_order(with_defaults(work.interests))
    main = work.latin_title
    if main is None:
        raise NoLatinTitle("no-latin-title", "titles")
    _write_header(sheet, work, main, kind)
    for written, chain in enumerate(order.chains, 1):
        for line in chain:
            _write_publisher(sheet, line, written)
    for line in order.writers:
        _write_writer(sheet, line, order)
    _write_titles(sheet, work.titles, main)
    _write_annexes(sheet, work.annexes)
    return sheet.records, tuple(sheet.changes)


def _write_header(sheet: Sheet, work: Work, main: Title, kind: Kind) -> None:
    """The work's own line; what CWR wants and the work does not say is filled in and noted."""
    values = sheet.values(kind, work.details)
    arranged = any(interest.role in ARRANGING_ROLES for interest in work.interests)
    defaults = {
        "musical_work_distribution_category": "UNC",
        "recorded_indicator": "U",
        "version_type": "MOD" if arranged else "ORI",
    }
    if values.get("version_type", defaults["version_type"]) == "MOD":
        defaults |= {"music_arrangement": "UNS", "lyric_adaptation": "UNS"}
    for field, value in defaults.items():
        if not values.get(field):
            values[field] = value
            sheet.changed("default", kind, field, "", value)
    sheet.add(
        kind,
        **values
        | {
            "work_title": sheet.text(kind, "work_title", main.text),
            "language_code": _upper(main.language),
            "submitter_work_number": sheet.number(kind, "submitter_work_number", work.number, "number"),
            "iswc": work.identifier("iswc"),
        },
    )


def _write_publisher(sheet: Sheet, line: Line, chain: int) -> None:
    """SPU or OPU, then the names in other scripts and the territories."""
    interest, party = line.interest, line.interest.party or Party()
    name = latin_name(party, line.place)
    tag = "SPU" if interest.controlled and line.interest.party else "OPU"
    number = _party_number(sheet, tag, line)
    sheet.add(
        tag,
        publisher_sequence_number=chain,
        interested_party_number=number,
        publisher_name=sheet.text(tag, "publisher_name", name.name if name else None, "names"),
        publisher_unknown_indicator=_unknown(interest, named=name is not None),
        publisher_type=interest.role or None,
        publisher_ipi_name_number=party.identifier("ipi-name"),
        publisher_ipi_base_number=party.identifier("ipi-base"),
        **_owned(sheet, tag, interest),
        **{field: interest.details.get(field) for field in PUBLISHER_DETAILS},
    )
    for own in sheet.own_script_names(party):
        sheet.add(
            "NPN",
            publisher_sequence_number=chain,
            interested_party_number=number,
            publisher_name=sheet.own_text("NPN", "publisher_name", own.name),
            language_code=_upper(own.language),
        )
    _write_territories(sheet, "SPT" if tag == "SPU" else "OPT", interest, number)


def _write_writer(sheet: Sheet, line: Line, order: Order) -> None:
    """SWR or OWR, then the names in other scripts, the territories and the publishers that represent the writer."""
    interest, party = line.interest, line.interest.party or Party()
    name = latin_name(party, line.place)
    tag = "SWR" if interest.controlled and line.interest.party else "OWR"
    number = _party_number(sheet, tag, line)
    sheet.add(
        tag,
        interested_party_number=number,
        writer_last_name=sheet.text(tag, "writer_last_name", name.name if name else None, "names"),
        writer_first_name=sheet.text(tag, "writer_first_name", name.first_name if name else None, "names"),
        writer_unknown_indicator=_unknown(interest, named=name is not None),
        writer_designation_code=interest.role or None,
        writer_ipi_name_number=party.identifier("ipi-name"),
        writer_ipi_base_number=party.identifier("ipi-base"),
        **_owned(sheet, tag, interest),
        **{field: interest.details.get(field) for field in WRITER_DETAILS},
    )
    for own in sheet.own_script_names(party):
        sheet.add(
            "NWN",
            interested_party_number=number,
            writer_last_name=sheet.own_text("NWN", "writer_last_name", own.name),
            writer_first_name=sheet.own_text("NWN", "writer_first_name", own.first_name),
            language_code=_upper(own.language),
        )
    _write_territories(sheet, "SWT" if tag == "SWR" else "OWT", interest, number)
    if tag == "SWR" or sheet.version != "2.1":
        _write_links(sheet, interest, number, order)
    elif interest.represented_by:
        sheet.changed("left-out", "PWR", "writer_interested_party_number", number or "", "")


def _write_links(sheet: Sheet, interest: Interest, number: str | None, order: Order) -> None:
    """PWR: one line for each publisher that represents the writer."""
    for link in interest.represented_by:
        opener = order.opener(link.chain)
        publisher_number, publisher_name = link.publisher_number, link.publisher_name
        if opener is not None and publisher_number is None and publisher_name is None:
            party = opener.interest.party or Party()
            publisher_number = party.number
            publisher_name = party.latin.name if party.latin else None
            if sheet.version == "2.1" and not opener.interest.controlled:
                name = publisher_name or ""
                sheet.changed("publisher-not-controlled", "PWR", "publisher_name", name, name)
        chain = order.renumbered.get(link.chain or 0)
        sheet.add(
            "PWR",
            publisher_interested_party_number=publisher_number,
            publisher_name=sheet.text("PWR", "publisher_name", publisher_name, "names"),
            submitter_agreement_number=link.agreement,
            society_assigned_agreement_number=link.society_agreement,
            writer_interested_party_number=number,
            **({} if sheet.version == "2.1" else {"publisher_sequence_number": chain}),
        )


def _write_territories(sheet: Sheet, tag: str, interest: Interest, number: str | None) -> None:
    """SPT, SWT, OPT or OWT in order; CWR 2.1 has no place for those of other parties."""
    if tag in {"OPT", "OWT"} and sheet.version == "2.1":
        if interest.collection:
            sheet.changed("left-out", tag, "interested_party_number", number or "", "")
        return
    for sequence, line in enumerate(interest.collection, 1):
        shares = {right: sheet.share(tag, f"{right}_collection_share", line.shares.get(right)) for right in RIGHTS}
        sheet.add(
            tag,
            interested_party_number=number,
            **{f"{right.lower()}_collection_share": value for right, value in shares.items()},
            inclusion_exclusion_indicator="I" if line.include else "E",
            tis_numeric_code=line.territory,
            shares_change=line.details.get("shares_change"),
            sequence_number=sequence,
        )


def _write_titles(sheet: Sheet, titles: Sequence[Title], main: Title) -> None:
    """ALT for the other Latin titles, then NAT for those in other scripts."""
    others = [title for title in titles if title is not main and title.accepted]
    for title in others:
        if title.script in (None, LATIN):
            _write_alternative(sheet, title)
    originals = 0
    for title in others:
        if title.script in (None, LATIN) or not sheet.non_roman:
            continue
        originals += title.kind == "OT"
        sheet.add(
            "NAT",
            title=sheet.own_text("NAT", "title", title.text),
            title_type="AT" if title.kind == "OT" and originals > 1 else title.kind,
            language_code=_upper(title.language),
        )


def _write_alternative(sheet: Sheet, title: Title) -> None:
    """ALT. National letters are allowed in the types OL and AL, which need a language (ALT-F-005, ALT-F-006)."""
    national = title.kind in NATIONAL_TITLES and title.language is not None
    plain = "AT" if title.kind in NATIONAL_TITLES | {"OT"} else title.kind
    sheet.add(
        "ALT",
        alternate_title=sheet.text("ALT", "alternate_title", title.text, "national_titles" if national else "titles"),
        title_type=title.kind if national else plain,
        language_code=_upper(title.language),
    )


def _write_annexes(sheet: Sheet, annexes: Sequence[Annex]) -> None:
    """The lines Kora carries along unread, in the order CWR asks for."""
    for annex in _annexes_in_order(annexes):
        if annex.tag in NON_ROMAN_TAGS and not sheet.non_roman:
            continue
        if annex.tag == "XRF" and sheet.version == "2.1":
            sheet.changed("left-out", "XRF", "identifier", annex.fields.get("identifier", ""), "")
            continue
        sheet.add(annex.tag, **sheet.values(annex.tag, annex.fields))


def _annexes_in_order(annexes: Sequence[Annex]) -> list[Annex]:
    """Stable order by tag, so that lines which continue another stay behind it."""
    places = {tag: place for place, tags in enumerate(_ANNEX_ORDER) for tag in tags.split()}
    ranked, rank = [], 0
    for annex in annexes:
        rank = places.get(annex.tag, rank)
        ranked.append((rank, annex))
    return [annex for _, annex in sorted(ranked, key=lambda pair: pair[0])]


def _party_number(sheet: Sheet, tag: str, line: Line) -> str | None:
    """Our number of a party; parties of ours must have one."""
    number = line.interest.party.number if line.interest.party else None
    if number is None and not tag.startswith("S"):
        return None
    return sheet.number(tag, "interested_party_number", number, f"{line.place}.party.number")


def _owned(sheet: Sheet, tag: str, interest: Interest) -> dict[str, int | str | None]:
    """Shares and societies by right; a work that names no society has those its party belongs to."""
    societies = interest.societies or (interest.party.societies if interest.party else {})
    fields: dict[str, int | str | None] = {}
    for right in RIGHTS:
        share_field = f"{right.lower()}_ownership_share"
        fields[share_field] = sheet.share(tag, share_field, interest.shares.get(right))
        fields[f"{right.lower()}_affiliation_society"] = societies.get(right)
    return fields


def _unknown(interest: Interest, *, named: bool) -> str | None:
    """Y for a party nobody can name, unless the source said otherwise."""
    return interest.details.get(UNKNOWN, "" if named else "Y") or None


def _upper(language: str | None) -> str | None:
    """Language codes are upper case in CWR."""
    return language.upper() if language else None
