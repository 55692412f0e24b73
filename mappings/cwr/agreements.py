"""Agreements as a partner's file tells of them (AGR TER IPA NPA), and their records again."""

from collections.abc import Sequence

from formats.cwr import Record, Transaction
from mappings.cwr.parties import identifiers_of, language_of, shares_of, societies_of
from mappings.cwr.sheet import Sheet, latin_name
from mappings.cwr.values import RIGHTS, texts_of
from mappings.latin import LATIN, script_of
from mappings.model import Agreement, AgreementParty, Party, PartyName, TerritoryLine

_NOT_DETAILS = frozenset({"submitter_agreement_number", "agreement_type", "agreement_start_date", "agreement_end_date"})
"""Fields of the agreement's own record that have a place of their own in the model."""


def to_agreement(transaction: Transaction, *, source: str, lines: Sequence[str] = ()) -> Agreement:
    """The agreement of an AGR transaction. ``lines`` are its lines as they stood in the file, to be kept with it.

    Raises ValueError for another kind of transaction.
    """
    if not transaction.records or transaction.records[0].record_type != "AGR":
        raise ValueError("not an agreement")
    head, details = transaction.records[0], transaction.records[1:]
    return Agreement(
        source_number=head.submitter_agreement_number,
        kind=head.agreement_type,
        starts_on=head.agreement_start_date,
        ends_on=head.agreement_end_date,
        parties=_parties(details, head.agreement_type, source),
        territories=tuple(
            TerritoryLine(line.tis_numeric_code, line.inclusion_exclusion_indicator != "E")
            for line in details
            if line.record_type == "TER"
        ),
        details=texts_of(head, without=_NOT_DETAILS),
        lines=tuple(lines),
    )


def _parties(details: Sequence[Record], agreement_type: str, source: str) -> tuple[AgreementParty, ...]:
    """Assignors and acquirers in their order, each with the name in another script that follows it."""
    parties = []
    for place, line in enumerate(details):
        if line.record_type != "IPA":
            continue
        following = details[place + 1] if place + 1 < len(details) else None
        first_name = line.interested_party_writer_first_name
        person = first_name is not None or (line.agreement_role_code == "AS" and agreement_type in {"OS", "OG"})
        kind = "patronym" if person else "firm"
        own = _own_name(following, kind) if following is not None and following.record_type == "NPA" else ()
        name = PartyName(line.interested_party_last_name, first_name, kind, LATIN)
        party = Party(
            names=(*own, name),
            kind="person" if person else "firm",
            number=line.interested_party_number,
            identifiers=identifiers_of(line.interested_party_ipi_name_number, line.ipi_base_number, source),
            societies=societies_of(line),
        )
        parties.append(AgreementParty(party, line.agreement_role_code, shares_of(line, ""), societies_of(line)))
    return tuple(parties)


def _own_name(line: Record, kind: str) -> tuple[PartyName, ...]:
    """The name of an NPA line."""
    name, first_name = line.interested_party_name, line.interested_party_writer_first_name
    return (PartyName(name, first_name, kind, script_of(name), language_of(line)),) if name else ()


def from_agreement(agreement: Agreement, *, version: str, non_roman: bool = False) -> list[Record]:
    """The records of an AGR transaction: for showing and comparing, since Kora sends no agreements.

    Raises NotExpressible and NoLatinTitle as ``from_work`` does.
    """
    sheet = Sheet(version, non_roman=non_roman)
    sheet.add(
        "AGR",
        **sheet.values("AGR", agreement.details)
        | {
            "submitter_agreement_number": agreement.source_number,
            "agreement_type": agreement.kind,
            "agreement_start_date": agreement.starts_on,
            "agreement_end_date": agreement.ends_on,
        },
    )
    for line in agreement.territories:
        sheet.add(
            "TER",
            inclusion_exclusion_indicator="I" if line.include else "E",
            tis_numeric_code=line.territory,
        )
    for place, member in enumerate(agreement.parties):
        _write_party(sheet, member, f"parties.{place}")
    return sheet.records


def _write_party(sheet: Sheet, member: AgreementParty, place: str) -> None:
    """IPA, and NPA for the name in another script."""
    party, name = member.party, latin_name(member.party, place)
    number = sheet.number("IPA", "interested_party_number", party.number, f"{place}.party.number")
    sheet.add(
        "IPA",
        agreement_role_code=member.role,
        interested_party_ipi_name_number=party.identifier("ipi-name"),
        ipi_base_number=party.identifier("ipi-base"),
        interested_party_number=number,
        interested_party_last_name=sheet.text(
            "IPA", "interested_party_last_name", name.name if name else None, "names"
        ),
        interested_party_writer_first_name=sheet.text(
            "IPA", "interested_party_writer_first_name", name.first_name if name else None, "names"
        ),
        **{f"{right.lower()}_affiliation_society": member.societies.get(right) for right in RIGHTS},
        **{f"{r.lower()}_share": sheet.share("IPA", f"{r.lower()}_share", member.shares.get(r)) for r in RIGHTS},
    )
    for own in sheet.own_script_names(party):
        sheet.add(
            "NPA",
            interested_party_number=number,
            interested_party_name=sheet.own_text("NPA", "interested_party_name", own.name),
            interested_party_writer_first_name=sheet.own_text(
                "NPA", "interested_party_writer_first_name", own.first_name
            ),
            language_code=own.language.upper() if own.language else None,
        )
