"""What agencies and the ISWC database say to each other: one set of classes, whatever the form it travels in.

REST, file JSON and EDI carry the same fields under three names; each form's module says how it spells them.
Identifiers are text: an agency of three digits (``021``), an IPI name number of eleven, an ISWC of eleven characters.
A value that a form cannot carry is None after reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar

from formats.iswc.codes import CREATORS


@dataclass(frozen=True, slots=True)
class Title:
    """A further title of a work. The original one stands with the work itself."""

    text: str | None = None
    kind: str | None = None
    """One of codes.TITLE_TYPES."""
    language: str | None = None
    """ISO 639-1; a title with a language, or in other than Roman letters, is a NAT record in EDI."""


@dataclass(frozen=True, slots=True)
class Party:
    """A creator or publisher. EDI carries numbers and role alone."""

    name_number: str | None = None
    """IPI name number, eleven digits."""
    role: str | None = None
    base_number: str | None = None
    """IPI base number, ``I-nnnnnnnnn-c``."""
    name: str | None = None
    last_name: str | None = None
    display_name: str | None = None
    affiliation: str | None = None
    legal_type: str | None = None
    """N natural, L legal."""

    @property
    def is_creator(self) -> bool:
        """Whether the role is that of somebody who made the work."""
        return self.role in CREATORS


@dataclass(frozen=True, slots=True)
class Performer:
    """Somebody who performs the work. EDI carries the names alone."""

    last_name: str | None = None
    first_name: str | None = None
    isni: str | None = None
    ipn: str | None = None
    designation: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """A work this one is derived from, by number or by title."""

    iswc: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class WorkCode:
    """The number of a work at an agency; ``refusal`` only in answers."""

    agency: str | None = None
    code: str | None = None
    refusal: "Refused | None" = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something was refused: the agency's number (``137``) and its words."""

    code: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One error in an acknowledgement."""

    code: str | None = None
    text: str | None = None
    level: str | None = None
    """F field, T transaction, E entire file."""
    field: str | None = None
    record: str | None = None
    """Record type in EDI."""
    record_sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Attached:
    """One agency's work that hangs on an ISWC (EDI CWI, JSON workInfo)."""

    agency: str | None = None
    source_db: str | None = None
    work_code: str | None = None
    iswc: str | None = None
    archived_iswc: str | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording of the work, as labels tell of it."""

    isrc: str | None = None
    title: str | None = None
    subtitle: str | None = None
    label: str | None = None
    embargo: str | None = None
    performers: tuple[Performer, ...] = ()


@dataclass(frozen=True, slots=True)
class PublisherCodes:
    """A publisher's own numbers of the work."""

    name_number: str | None = None
    submitter_code: str | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelCodes:
    """A label's own numbers of the work."""

    submitter_dpid: str | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherNumbers:
    """Numbers beside those of the submitter (JSON additionalIdentifiers)."""

    isrcs: tuple[str, ...] = ()
    publishers: tuple[PublisherCodes, ...] = ()
    agencies: tuple[WorkCode, ...] = ()
    labels: tuple[LabelCodes, ...] = ()
    recordings: tuple[Recording, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One thing said. ``number`` tells transactions of a file or a batch apart (JSON submissionId)."""

    tag: ClassVar[str] = ""
    """The EDI transaction type, also where EDI has no record for it."""
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Described(Transaction):
    """A work as an agency describes it; agency, source database and work code together are its key."""

    agency: str | None = None
    source_db: str | None = None
    """Three digits; the agency's own code when it sends directly, 300 for the WID hub."""
    work_code: str | None = None
    category: str | None = None
    """DOM or INT, seen from the agency."""
    title: str | None = None
    """The original title, in Roman letters."""
    titles: tuple[Title, ...] = ()
    parties: tuple[Party, ...] = ()
    iswc: str | None = None
    """The preferred one: the number claimed (add), the number the work hangs on (all others)."""
    archived_iswc: str | None = None
    disambiguation: bool | None = None
    disambiguation_reason: str | None = None
    disambiguate_from: tuple[str, ...] = ()
    bvltr: str | None = None
    """One letter, a key of codes.BVLTR."""
    derived_type: str | None = None
    derived_from: tuple[Origin, ...] = ()
    performers: tuple[Performer, ...] = ()
    instruments: tuple[str, ...] = ()
    other_numbers: OtherNumbers | None = None
    created_at: str | None = None
    """When the work entered the agency's CIS-Net node, as written there."""
    modified_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission(Described):
    """A work sent in, with how the agency wants it treated. The last four are REST's alone."""

    local_iswc: str | None = None
    """Allocated by the agency from a range of its own."""
    other_codes: tuple[WorkCode, ...] = ()
    """One description, several agencies' work codes: a service of hubs."""
    preview: bool | None = None
    no_switching: bool | None = None
    """Refuse an add of a known work instead of taking it as an update (code 168)."""
    allow_local: bool | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Submission):
    """Register a work."""

    tag: ClassVar[str] = "CAR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Submission):
    """The complete new state of a work sent before."""

    tag: ClassVar[str] = "CUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Find(Submission):
    """Find the ISWC of a publisher's work; never creates one. Only agency 312 may ask so."""

    tag: ClassVar[str] = "FSQ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Described):
    """Withdraw a work. EDI repeats its description, which the database ignores."""

    tag: ClassVar[str] = "CDR"
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskIswc(Described):
    """What is known about an ISWC?"""

    tag: ClassVar[str] = "CMQ"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWork(Described):
    """Which ISWC has a work: by the agency's work code, else by title and creators."""

    tag: ClassVar[str] = "CIQ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Described):
    """Merge other ISWCs, or the ISWCs of other works, into ``iswc``."""

    tag: ClassVar[str] = "MER"
    merged: tuple[str, ...] = ()
    merged_works: tuple[WorkCode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demerge(Transaction):
    """Undo a merge for one work; REST only."""

    tag: ClassVar[str] = "DMR"
    agency: str | None = None
    work_code: str | None = None
    iswc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAnswer(Transaction):
    """The agency's answer to a workflow task."""

    tag: ClassVar[str] = "WFT"
    task: str | None = None
    kind: str | None = None
    """A value of codes.TASK_TYPES."""
    status: str | None = None
    """A value of codes.TASK_STATES."""
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement(Described):
    """The database's answer to one transaction of a file: correlate by ``sent_at`` and ``answered``."""

    tag: ClassVar[str] = "ACK"
    sent_at: str | None = None
    """Creation instant of the file that is answered, ISO 8601."""
    answered_group: int | None = None
    answered: int | None = None
    """Transaction sequence (EDI, from 0) or submissionId (JSON) that is answered."""
    answered_type: str | None = None
    """A key of codes.TRANSACTIONS."""
    processed_at: str | None = None
    """Day or instant, ISO 8601, as written."""
    status: str | None = None
    """FA, PA or RJ."""
    deleted_iswc: str | None = None
    """The number that a deletion is about, in JSON."""
    works: tuple[Attached, ...] = ()
    other_codes: tuple[WorkCode, ...] = ()
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification(Acknowledgement):
    """Something another agency did to an ISWC of ours; what it says about a file concerns somebody else's file."""

    tag: ClassVar[str] = "CSN"
    task: str | None = None
    task_status: str | None = None
    """A value of codes.TASK_STATES."""
    parent_iswc: str | None = None
    """The survivor of a merge."""
    merged: tuple[str, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRefusal(Notification):
    """A refusal of a work sent through a CIS-Net node. Its exact content is not public."""

    tag: ClassVar[str] = "CSE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified(Described):
    """A work as the database holds it."""

    id: int | None = None
    iswc_status: str | None = None
    eligible: bool | None = None
    """The agency that sent it represents somebody in it."""
    deleted: bool | None = None
    linked_from: str | None = None
    linked_to: str | None = None
    overall_parent: str | None = None
    stored_at: str | None = None
    changed_at: str | None = None
    changed_by: str | None = None
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """An ISWC with the works on it: a composite of what several agencies said."""

    iswc: str | None = None
    status: str | None = None
    """A value of codes.ISWC_STATES."""
    agency: str | None = None
    title: str | None = None
    titles: tuple[Title, ...] = ()
    parties: tuple[Party, ...] = ()
    works: tuple[Verified, ...] = ()
    parent: str | None = None
    """Set when this number was merged into another."""
    merged: tuple[str, ...] = ()
    """Numbers merged into this one."""
    overall_parent: str | None = None
    """Top of the chain of merges: the number to use."""
    created_at: str | None = None
    changed_at: str | None = None
    changed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """A record the answer points to, and why."""

    reason: int | None = None
    about: Composite | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The database's answer to an add or an update."""

    work: Verified | None = None
    linked: tuple[Linked, ...] = ()
    potential: tuple[Composite, ...] = ()
    other_codes: tuple[WorkCode, ...] = ()
    alternatives: tuple[Composite, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbered:
    """One entry of a batch of submissions: what is asked, under a number of the caller's choice."""

    number: int | None = None
    submission: Submission | None = None
    other_codes: tuple[WorkCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One entry of the answer to a batch of submissions."""

    number: int | None = None
    result: Result | None = None
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of the answer to a batch of searches, in the order asked."""

    number: int | None = None
    records: tuple[Composite, ...] = ()
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A change by another agency that ours may approve or reject."""

    id: str | None = None
    kind: str | None = None
    status: str | None = None
    created_at: str | None = None
    from_agency: str | None = None
    to_agency: str | None = None
    about: Composite | None = None
    refusal: Refused | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A merge or demerge told over REST (csn notification of the node agent)."""

    kind: str | None = None
    """MER or DMR."""
    child: str | None = None
    """The number that was merged away, or became itself again."""
    parent: str | None = None
    by_agency: str | None = None
    to_agency: str | None = None
    work_code: str | None = None
    """Our work on the number."""
    processed_at: str | None = None
    shown_at: str | None = None
    task: str | None = None
    task_status: str | None = None
    about: Composite | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of notifications; ``next`` asks for the one after it."""

    moves: tuple[Moved, ...] = ()
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """The body of an answer that refuses a whole request: a rule (code, text), or malformed JSON (title, errors)."""

    code: str | None = None
    text: str | None = None
    title: str | None = None
    status: int | None = None
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Publisher:
    """The publisher in whose name a publisher's file is sent."""

    name: str | None = None
    name_number: str | None = None
    email: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """Who sends a file to whom, and when."""

    sender: str | None = None
    """Agency, three digits; 315 is the ISWC database."""
    receiver: str | None = None
    source_db: str | None = None
    created_at: str | None = None
    """ISO 8601, as written."""
    sender_name: str | None = None
    sender_type: str | None = None
    transmitted_on: str | None = None
    original_file: str | None = None
    sender_name_number: str | None = None
    publisher: Publisher | None = None


ISWC_DATABASE = "315"

TYPES: Mapping[str, type[Transaction]] = {
    each.tag: each
    for each in (
        Add, Update, Delete, AskIswc, AskWork, Merge, Demerge, TaskAnswer, Find, Acknowledgement, Notification,
        NodeRefusal,
    )
}  # fmt: skip


def instant(written: str | None) -> datetime | None:
    """An instant or a day as these forms write it, aware UTC; None for what is neither.

    >>> instant("2026-01-05T10:11:12Z")
    datetime.datetime(2026, 1, 5, 10, 11, 12, tzinfo=datetime.timezone.utc)
    """
    if not written:
        return None
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return None
    try:
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except OverflowError:  # the year 1 or 9999 moved over its end by the zone
        return None


def day_of(written: str | None) -> date | None:
    """The day of an instant, in UTC."""
    read = instant(written)
    return read.date() if read else None
