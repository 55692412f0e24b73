"""The rules of the lines below a work that are not about shares: titles, names, recordings, origin, instruments.

Source: CISAC CWR11-1991R4 and CWR19-1070R1, validation of the detail records.
"""

from collections.abc import Callable, Mapping, Sequence

from formats import characters
from formats.cwr import standard
from formats.cwr.faults import Faults
from formats.cwr.standard import enforces
from formats.fixed_width import Record
from formats.identifiers import eidr, isan

_NATIONAL = frozenset({"OL", "AL"})
_ABOUT_A_RECORDING = (
    *("release_date", "release_duration", "album_title", "album_label", "release_catalog_number", "ean", "isrc"),
    *("recording_format", "recording_technique", "media_type", "recording_title", "version_title", "display_artist"),
    *("record_label", "submitter_recording_identifier"),
)


def check(header: Record, records: Sequence[Record], faults: Faults) -> None:
    """Apply the rules of each detail line of a work."""
    for place, record in enumerate(records):
        rule = _RULES.get(record.record_type)
        if rule is not None and place:
            rule(record, header, records, place, faults)


@enforces("ALT-F-002", "ALT-F-004", "ALT-F-005", "ALT-F-006")
def _alternative_title(record: Record, header: Record, records: Sequence[Record], place: int, faults: Faults) -> None:
    kind = record.title_type
    if kind is None or kind == "OT" or kind not in standard.codes("title_type", faults.version):
        faults("ALT-F-002", record, "title_type", "given" if kind is None else "in_table")
    national = kind in _NATIONAL
    if record.alternate_title and characters.outside(
        record.alternate_title, "national_titles" if national else "titles"
    ):
        faults("ALT-F-005" if national else "ALT-F-004", record, "alternate_title", "written_in")
    if national and record.language_code is None:
        faults("ALT-F-006", record, "language_code", "given_when")


@enforces("NAT-R-001")
def _own_script_title(record: Record, header: Record, records: Sequence[Record], place: int, faults: Faults) -> None:
    earlier = (each for each in records[:place] if each.record_type == "NAT")
    if record.title_type == "OT" and any(each.title_type == "OT" for each in earlier):
        faults("NAT-R-001", record, "title_type")


@enforces("NPN-F-001", "NPN-F-002")
def _publisher_name(record: Record, header: Record, records: Sequence[Record], place: int, faults: Faults) -> None:
    above = _above(records, place, {"SPU", "OPU"})
    if above is None:
        return
    for rule, field in (("NPN-F-001", "publisher_sequence_number"), ("NPN-F-002", "interested_party_number")):
        if getattr(record, field) is None or getattr(record, field) != getattr(above, field):
            faults(rule, record, field)


@enforces("NWN-F-001")
def _writer_name(record: Record, header: Record, records: Sequence[Record], place: int, faults: Faults) -> None:
    above = _above(records, place, {"SWR", "OWR"})
    if above is None:
        return
    number = record.interested_party_number
    if number != above.interested_party_number or (number is None and above.record_type == "SWR"):
        faults("NWN-F-001", record, "interested_party_number")


def _above(records: Sequence[Record], place: int, tags: set[str]) -> Record | None:
    return next((records[at] for at in range(place - 1, -1, -1) if records[at].record_type in tags), None)


@enforces("NPR-F-005")
def _performance(record: Record, header: Record, records: Sequence[Record], place: int, faults: Faults) -> None:
    if not (record.performing_artist_name or record.performance_language or record.performance_dialect):
        faults("NPR-F-005", record, "performing_artist_name", "given")


@enforces("REC-F-001", "REC-F-018")
def _recording(record: Record, header: Record, records: Sequence[Record], place: int, faults: Faults) -> None:
    if not any(getattr(record, field, None) for field in _ABOUT_A_RECORDING):
        faults("REC-F-001", record)
    if faults.version == "2.2" and record.isrc and record.isrc_validity not in {"Y", "N", "U"}:
        faults("REC-F-018", record, "isrc_validity", "one_of" if record.isrc_validity else "given_when")


@enforces("ORN-F-004", "ORN-F-008", "ORN-F-010", "ORN-F-013", "ORN-F-014", "ORN-F-015")
def _origin(record: Record, header: Record, records: Sequence[Record], place: int, faults: Faults) -> None:
    purpose = record.intended_purpose
    if purpose == "LIB" and record.cd_identifier is None:
        faults("ORN-F-004", record, "cd_identifier", "given_when")
    if record.year_of_production is not None and record.year_of_production < 1000:
        faults("ORN-F-008", record, "year_of_production")
    if record.production_title is None and record.library is None:
        faults("ORN-F-010", record, "production_title", "given")
    if purpose in {"FIL", "TEL"} and record.production_title is None:
        faults("ORN-F-013", record, "production_title", "given_when")
    if faults.version == "2.2":
        _numbers_of_a_film(record, faults)


def _numbers_of_a_film(record: Record, faults: Faults) -> None:
    parts = (
        record.v_isan_isan,
        record.v_isan_episode,
        record.v_isan_check_digit_1,
        record.v_isan_version,
        record.v_isan_check_digit_2,
    )
    if any(parts) and not isan.is_valid("".join(part or "" for part in parts)):
        faults("ORN-F-014", record, "v_isan_isan", "check_digits")
    root = record.eidr_root
    if root is not None and not eidr.is_valid(f"10.5240/{root}{record.eidr_check_digit or ''}"):
        faults("ORN-F-015", record, "eidr_root", "check_digits")


@enforces("INS-R-006", "INS-R-007")
def _instrumentation(record: Record, header: Record, records: Sequence[Record], place: int, faults: Faults) -> None:
    counted = place + 1 < len(records) and records[place + 1].record_type == "IND"
    described = record.instrumentation_description is not None
    stated = record.standard_instrumentation_type is not None or counted
    serious = header.musical_work_distribution_category == "SER"
    if faults.version == "2.1" and serious and not (stated or described):
        faults("INS-R-006", record)
    if described and stated:
        faults("INS-R-007", record, "instrumentation_description", "blank")


@enforces("COM-R-001", "COM-F-007")
def _component(record: Record, header: Record, records: Sequence[Record], place: int, faults: Faults) -> None:
    if header.composite_type is None:
        faults("COM-R-001", record)
    if record.writer_2_first_name is not None and record.writer_2_last_name is None:
        faults("COM-F-007", record, "writer_2_first_name")


@enforces("ARI-R-001", "ARI-F-001", "ARI-F-003")
def _additional_information(
    record: Record, header: Record, records: Sequence[Record], place: int, faults: Faults
) -> None:
    if record.work_number is None and record.note is None:
        faults("ARI-R-001", record)
    society = record.society_number
    if society is None or society.zfill(3) not in {"000", *standard.codes("society_code", faults.version)}:
        faults("ARI-F-001", record, "society_number", "in_table" if society else "given")
    subject = record.subject_code
    if record.note is not None and subject is None:
        faults("ARI-F-003", record, "subject_code", "given_when")
    elif subject is not None and subject not in standard.codes("subject_code", faults.version):
        faults("ARI-F-003", record, "subject_code", "in_table")


_RULES: Mapping[str, Callable[[Record, Record, Sequence[Record], int, Faults], None]] = {
    "ALT": _alternative_title,
    "NAT": _own_script_title,
    "NPN": _publisher_name,
    "NWN": _writer_name,
    "NPR": _performance,
    "REC": _recording,
    "ORN": _origin,
    "INS": _instrumentation,
    "COM": _component,
    "ARI": _additional_information,
}
