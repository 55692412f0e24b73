"""What partners and the gateway say about a record of ours."""

from dataclasses import dataclass
from datetime import date, datetime

from mappings.model.work import Work


@dataclass(frozen=True, slots=True)
class Remark:
    """One message of a partner about one line of what we sent, in the partner's words."""

    text: str
    code: str | None = None
    """The partner's rule id, such as ``NWR-T-013``."""
    level: str | None = None
    """What was rejected: F field, R record, T transaction, G group, E file; other letters as the partner wrote them."""
    record: str | None = None
    record_sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A partner's answer about a work (``kora.work.acknowledged.v1``)."""

    partner: str
    status: str
    """A code of ``acknowledgement_statuses.csv``; ``not-expressible`` or ``no-latin-title`` when we could not send."""
    number: str
    """Our running number of the work, which the partner quotes."""
    title: str | None = None
    partner_number: str | None = None
    processed_on: date | None = None
    received_at: datetime | None = None
    remarks: tuple[Remark, ...] = ()
    conflicts: tuple[Work, ...] = ()
    """The works the partner holds against ours (CWR EXC)."""
    iswc: str | None = None
    reference: str | None = None
    """File, group and transaction, as a person would quote them to the partner."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """A number was given to a record (``kora.identifier.assigned.v1``)."""

    scheme: str
    value: str
    partner: str
    number: str
    """Our running number of the record."""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one field of a message could not be used."""

    code: str
    field: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message was refused (``kora.message.refused.v1``)."""

    message: str
    """Id of the refused message."""
    code: str
    type: str | None = None
    reasons: tuple[Reason, ...] = ()
