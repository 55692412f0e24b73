"""The rules of agreements: AGR with its territories and parties.

Source: CISAC CWR11-1991R4, validation of AGR, TER and IPA.
"""

from collections.abc import Sequence

from formats.cwr import shape
from formats.cwr.faults import Faults
from formats.cwr.standard import enforces
from formats.cwr.territories import TOLERANCE, WHOLE
from formats.fixed_width import Record

_RIGHTS = (
    ("pr_share", "pr_affiliation_society", "IPA-F-012"),
    ("mr_share", "mr_affiliation_society", "IPA-F-013"),
    ("sr_share", "sr_affiliation_society", "IPA-F-014"),
)


def check(records: Sequence[Record], faults: Faults, *, version: str) -> None:
    """Apply every rule to the records of an agreement, header first."""
    for code, place in shape.faults_of_agreement(tuple([record.record_type for record in records]), version):
        faults(code, records[place])
    header = records[0]
    parties = [record for record in records if record.record_type == "IPA"]
    _dates(header, faults)
    _parties(header, parties, faults)
    for party in parties:
        _party(header, party, faults)
    _names(records, faults)


@enforces("AGR-F-001", "AGR-F-005", "AGR-F-007", "AGR-F-009", "AGR-F-010", "AGR-F-012", "AGR-F-013", "AGR-F-014")
@enforces("AGR-F-015", "AGR-F-017", "AGR-F-020")
def _dates(header: Record, faults: Faults) -> None:
    start, end = header.agreement_start_date, header.agreement_end_date
    if header.submitter_agreement_number is None:
        faults("AGR-F-001", header, "submitter_agreement_number", "given")
    if header.agreement_type in {"OS", "PS"} and header.sales_manufacture_clause is None:
        faults("AGR-F-020", header, "sales_manufacture_clause", "given_when")
    retention = header.retention_end_date
    if retention and end and retention < end:
        faults("AGR-F-007", header, "retention_end_date", "after")
    _prior_royalties(header, start, faults)
    _post_term(header, retention or end, faults)


def _prior_royalties(header: Record, start: object, faults: Faults) -> None:
    status, since = header.prior_royalty_status, header.prior_royalty_start_date
    if status == "D":
        if since is None or (start is not None and since >= start):
            faults("AGR-F-009", header, "prior_royalty_start_date", "given_when" if since is None else None)
    elif since is not None:
        if status in {"N", "A"}:
            faults("AGR-F-010", header, "prior_royalty_start_date", "blank_unless")
        faults("AGR-F-012", header, "prior_royalty_status")


def _post_term(header: Record, over: object, faults: Faults) -> None:
    status, until = header.post_term_collection_status, header.post_term_collection_end_date
    if until is not None and over is not None and until <= over:
        faults("AGR-F-013", header, "post_term_collection_end_date", "after")
    if status == "D" and until is None:
        faults("AGR-F-014", header, "post_term_collection_end_date", "given_when")
    if status != "D" and until is not None:
        if status in {"N", "O"}:
            faults("AGR-F-015", header, "post_term_collection_end_date", "blank_unless")
        faults("AGR-F-017", header, "post_term_collection_status")


@enforces("AGR-T-003", "AGR-T-005", "IPA-R-002")
def _parties(header: Record, parties: Sequence[Record], faults: Faults) -> None:
    roles = [party.agreement_role_code for party in parties]
    if "AS" not in roles or "AC" not in roles:
        faults("AGR-T-003", header)
    if roles.count("AS") != 1 or "AC" not in roles:
        faults("IPA-R-002", header)
    for share, _, _ in _RIGHTS:
        total = sum(getattr(party, share) or 0 for party in parties)
        if total and abs(total - WHOLE) > TOLERANCE:
            faults("AGR-T-005", header, right=share[:2].upper(), sum=f"{total / 100:.2f}")


@enforces("IPA-R-003", "IPA-F-004", "IPA-F-011", "IPA-F-012", "IPA-F-013", "IPA-F-014")
def _party(header: Record, party: Record, faults: Faults) -> None:
    if party.agreement_role_code == "AC" and not any(getattr(party, share) for share, _, _ in _RIGHTS):
        faults("IPA-R-003", party)
    first_name = party.interested_party_writer_first_name
    if first_name and not (header.agreement_type in {"OS", "OG"} and party.agreement_role_code == "AS"):
        faults("IPA-F-004", party, "interested_party_writer_first_name", "blank_unless")
    if party.pr_affiliation_society is None and party.mr_affiliation_society is None:
        faults("IPA-F-011", party, "pr_affiliation_society", "given")
    for share, society, rule in _RIGHTS:
        if getattr(party, share) and getattr(party, society) is None:
            faults(rule, party, society, "given_when")


@enforces("NPA-F-001")
def _names(records: Sequence[Record], faults: Faults) -> None:
    party: Record | None = None
    for record in records:
        if record.record_type == "IPA":
            party = record
        elif record.record_type == "NPA" and party is not None:
            number = record.interested_party_number
            if number is None or number != party.interested_party_number:
                faults("NPA-F-001", record, "interested_party_number")
