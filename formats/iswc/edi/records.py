"""The records of the ISWC EDI format, 03.00 and what the classic 02.00 has otherwise (titles of 60 characters).

Source: design document "ISWC Database EDI Format" (SPE_20190806); the classic layouts, MSG and CSE as a public reader
and writer of these files has them. Columns are those of the standard; every record begins with its type.
"""

from collections.abc import Mapping
from typing import ClassVar

from formats.fixed_width import Record, clock, code, day, digits, number, text

VERSIONS = ("03.00", "02.00")
GROUP_VERSION = "01.00"


class FileHeader(Record):
    """HDR: who sends the file to whom, and when. The receiver stands in the file name."""

    tags = ("HDR",)
    sender_type = text(2, required=True)
    sender_id = digits(9, required=True)
    sender_name = text(45, required=True)
    version = text(5, required=True)
    creation_date = day(required=True)
    creation_time = clock(required=True)
    transmission_date = day(required=True)
    character_set = text(15)
    original_file = text(27)
    sender_ip_name_number = digits(11)


class GroupHeader(Record):
    """GRH: transactions of one type follow."""

    tags = ("GRH",)
    transaction_type = code(3, required=True)
    group_id = number(5, required=True, zero=True)
    version = text(5, required=True)


class GroupTrailer(Record):
    """GRT: what the group held; records are its lines, GRH and GRT included."""

    tags = ("GRT",)
    group_id = number(5, required=True, zero=True)
    transaction_count = number(8, required=True, zero=True)
    record_count = number(8, required=True, zero=True)


class FileTrailer(Record):
    """TRL: what the file held; records are all its lines."""

    tags = ("TRL",)
    group_count = number(5, required=True, zero=True)
    transaction_count = number(8, required=True, zero=True)
    record_count = number(8, required=True, zero=True)


class Line(Record):
    """What every line within a group begins with."""

    transaction_seq = number(8, required=True, zero=True)
    record_seq = number(8, required=True, zero=True)


class Header(Line):
    """CAR, CUR, CMQ, CIQ and MER: a work, or a question about one."""

    tags: ClassVar[tuple[str, ...]] = ("CAR", "CUR", "CMQ", "CIQ", "MER")
    work_title = text(100)
    agency_code = digits(3)
    agency_work_code = text(20)
    source_db_code = digits(3)
    preferred_iswc = digits(11)
    archived_iswc = digits(11)
    derived_work_type = code(20)
    disambiguation = code(1)
    disambiguation_reason = code(20)
    bvltr = code(1)


class DeletionHeader(Header):
    """CDR."""

    tags = ("CDR",)
    deletion_reason = code(25)


class Answer(Line):
    """ACK: what became of one transaction of a file."""

    tags = ("ACK",)
    creation_date = day(required=True)
    creation_time = clock(required=True)
    orig_group = number(5, required=True, zero=True)
    orig_transaction_seq = number(8, required=True, zero=True)
    orig_transaction_type = code(3, required=True)
    work_title = text(100)
    agency_code = digits(3)
    agency_work_code = text(20)
    source_db_code = digits(3)
    preferred_iswc = digits(11)
    processing_date = day(required=True)
    transaction_status = code(2, required=True)


class Notice(Answer):
    """CSN: something another agency did to an ISWC of ours."""

    tags = ("CSN",)
    workflow_task_id = number(10)
    workflow_status = digits(1)


class RefusalNotice(Notice):
    """CSE: a refusal of what came through a CIS-Net node; only its form with the short title was ever seen."""

    tags = ("CSE",)
    work_title = text(60)


class TaskRecord(Line):
    """WFT: what an agency answers to a workflow task."""

    tags = ("WFT",)
    workflow_task_id = number(10, required=True)
    workflow_type = number(1, required=True)
    status = number(1, required=True, zero=True)


class AlternativeTitle(Line):
    """CTL."""

    tags = ("CTL",)
    work_title = text(100, required=True)
    title_type = code(2, required=True)


class NativeTitle(Line):
    """NAT: a title in its own script; columns count characters, not bytes."""

    tags = ("NAT",)
    title_type = code(2, required=True)
    language_code = code(2)
    work_title = text(100, required=True)


class PartyRecord(Line):
    """CIP: a creator or an original publisher."""

    tags = ("CIP",)
    ip_name_number = number(11)
    ip_base_number = text(13)
    ip_role = code(2, required=True)


class KeptApart(Line):
    """DIS: an ISWC this work must not be taken for."""

    tags = ("DIS",)
    iswc = digits(11, required=True)


class OriginRecord(Line):
    """DER: what the work is derived from, by number or title."""

    tags = ("DER",)
    iswc = digits(11)
    title = text(100)


class PerformerRecord(Line):
    """PER."""

    tags = ("PER",)
    first_name = text(50)
    last_name = text(50, required=True)


class InstrumentRecord(Line):
    """INS; 23 columns for codes of three letters, as the document has it."""

    tags = ("INS",)
    code = code(23, required=True)


class MergedNumber(Line):
    """MLI, and MER below a CSN: an ISWC that is merged."""

    tags = ("MLI",)
    iswc = digits(11, required=True)


class AttachedWork(Line):
    """CWI: an agency's work on the ISWC."""

    tags = ("CWI",)
    agency_code = digits(3, required=True)
    agency_work_code = text(20, required=True)
    source_db_code = digits(3, required=True)
    preferred_iswc = digits(11)
    archived_iswc = digits(11)


class MessageRecord(Line):
    """MSG: an error, laid out as in CWR."""

    tags = ("MSG",)
    message_type = code(1, required=True)
    orig_record_seq = number(8, required=True, zero=True)
    orig_record_type = code(3, required=True)
    message_level = code(1, required=True)
    condition_number = digits(3, required=True)
    message_text = text(150, required=True)


class ClassicHeader(Line):
    """The headers of 02.00, which knows neither derivation nor disambiguation nor a reason of deletion."""

    tags = ("CAR", "CUR", "CDR", "CMQ", "CIQ", "MER")
    work_title = text(60)
    agency_code = digits(3)
    agency_work_code = text(20)
    source_db_code = digits(3)
    preferred_iswc = digits(11)
    archived_iswc = digits(11)


class ClassicTitle(AlternativeTitle):
    """CTL of 02.00."""

    work_title = text(60, required=True)


class ClassicAnswer(Answer):
    """ACK of 02.00."""

    work_title = text(60)


class ClassicNotice(Notice):
    """CSN of 02.00."""

    work_title = text(60)


CONTROLS: tuple[type[Record], ...] = (FileHeader, GroupHeader, GroupTrailer, FileTrailer)
_SHARED: tuple[type[Record], ...] = (*CONTROLS, RefusalNotice, PartyRecord, MergedNumber, AttachedWork, MessageRecord)
_LAYOUTS: Mapping[str, tuple[type[Record], ...]] = {
    "03.00": (
        *_SHARED, Header, DeletionHeader, Answer, Notice, TaskRecord, AlternativeTitle, NativeTitle, KeptApart,
        OriginRecord, PerformerRecord, InstrumentRecord,
    ),
    "02.00": (*_SHARED, ClassicHeader, ClassicTitle, ClassicAnswer, ClassicNotice),
}  # fmt: skip
LAYOUTS: Mapping[str, Mapping[str, type[Record]]] = {
    version: {tag: record for record in declared for tag in record.tags} for version, declared in _LAYOUTS.items()
}
"""Version to record type to class."""
