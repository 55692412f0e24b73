"""The one shape of a message: CloudEvents 1.0 (JSON event format) with the extensions of this network.

A body (``data``) is opaque here; its model belongs to the applications. Carriage messages (receipts, reports of a gap)
stand outside the stream and carry no ``sequence``, ``nodeseq`` and ``prevhash``.
"""

import os
import re
import threading
import time
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    field_serializer,
    model_validator,
)

LARGEST_MESSAGE = 256 * 1024
"""Bytes of a sealed envelope, the limit on both sides."""

RECEIPT = "kora.receipt.issued.v1"
GAP = "kora.gap.found.v1"
REFUSAL = "kora.message.refused.v1"
CARRIAGE_TYPES = frozenset({RECEIPT, GAP})

FIRST_PREVHASH = "0" * 64

_TYPE = r"^kora\.[a-z][a-z0-9]*(-[a-z0-9]+)*\.[a-z][a-z0-9]*(-[a-z0-9]+)*\.v[1-9][0-9]{0,3}$"
_PARTY = r"^urn:kora:(node|gateway):[a-z0-9][a-z0-9-]{0,62}$"


def _utc(value: datetime) -> datetime:
    if value.utcoffset():
        raise ValueError("time must be UTC")
    return value.astimezone(UTC)


def _uuid7_text(value: str) -> str:
    parsed = UUID(value)
    if str(parsed) != value or parsed.version != 7:
        raise ValueError("id must be a UUID version 7 in lower case")
    return value


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
MessageId = Annotated[str, AfterValidator(_uuid7_text)]
MessageType = Annotated[str, StringConstraints(pattern=_TYPE, max_length=120)]
PartyUrn = Annotated[str, StringConstraints(pattern=_PARTY)]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Subject = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f\x7f]+$", max_length=200)]
Sequence = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,17}$")]


class Refused(Exception):
    """Raised by a handler (or the carriage) to refuse a message for good.

    ``code`` is a stable word; ``reasons`` say per field what is wrong: ``{"code", "field", "text"}``, all text.
    """

    def __init__(self, code: str, reasons: Collection[dict[str, str]] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.reasons: tuple[dict[str, str], ...] = tuple(reasons)


class Envelope(BaseModel):
    """One message. Unknown fields are ignored (a later minor version may add some); raw bytes are kept elsewhere."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    specversion: Literal["1.0"] = "1.0"
    id: MessageId
    source: PartyUrn
    type: MessageType
    subject: Subject
    time: Annotated[Instant, Field(strict=False)]
    dataschema: Annotated[str, StringConstraints(pattern=r"^urn:kora:schema:\S+$", max_length=200)] | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    sequence: Sequence | None = None
    nodeseq: Annotated[int, Field(ge=1)] | None = None
    prevhash: Hash | None = None
    correlationid: MessageId
    causationid: MessageId | None = None
    traceparent: Annotated[str, StringConstraints(pattern=r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")] | None = None
    audience: PartyUrn
    expirytime: Annotated[Instant, Field(strict=False)] | None = None
    data: dict[str, Any]

    _replay: bool = PrivateAttr(default=False)

    @property
    def replay(self) -> bool:
        """True while a projection is rebuilt from the message log; never read from the message itself."""
        return self._replay

    @property
    def seq(self) -> int:
        """The number of this state of the record; 0 for carriage messages."""
        return int(self.sequence or 0)

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of the fields that differ from the state before, where the sender said so."""
        named = self.data.get("changed", ())
        return tuple(str(name) for name in named) if isinstance(named, list | tuple) else ()

    @property
    def source_id(self) -> str:
        """The bare id of the sender."""
        return id_of(self.source)

    def for_replay(self) -> Self:
        """The same message, marked as read again from the log."""
        copy = self.model_copy()
        copy._replay = True
        return copy

    @field_serializer("time", "expirytime")
    def _as_rfc3339(self, value: datetime | None) -> str | None:
        return None if value is None else value.isoformat().replace("+00:00", "Z")

    @model_validator(mode="after")
    def _stands_in_a_stream_or_is_carriage(self) -> Self:
        numbers = (self.sequence, self.nodeseq, self.prevhash)
        if self.type in CARRIAGE_TYPES:
            if any(number is not None for number in numbers):
                raise ValueError("a carriage message has no sequence, nodeseq and prevhash")
        elif any(number is None for number in numbers):
            raise ValueError("sequence, nodeseq and prevhash are required")
        return self

    def to_bytes(self) -> bytes:
        """UTF-8 JSON without empty optional fields: the bytes that get signed."""
        return self.model_dump_json(exclude_none=True).encode()


class Frame(BaseModel):
    """The least a signed message must tell so that its stream can go on although its body cannot be read."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    id: MessageId
    source: PartyUrn
    type: Annotated[str, StringConstraints(max_length=200)]
    subject: Subject
    sequence: Sequence
    nodeseq: Annotated[int, Field(ge=1)]
    prevhash: Hash
    correlationid: MessageId | None = None
    audience: PartyUrn


def reasons_of(error: ValidationError) -> tuple[dict[str, str], ...]:
    """One reason per wrong field, without the offending values (they may be personal data)."""
    return tuple(
        {"field": ".".join(str(part) for part in item["loc"]), "code": item["type"], "text": item["msg"]}
        for item in error.errors(include_input=False, include_url=False, include_context=False)
    )


def version_problem(type_: str, known: Collection[str]) -> str | None:
    """Why this type cannot be handled here: ``unsupported-version``, ``unknown-type``, or None when it can."""
    if type_ in known:
        return None
    stem = re.sub(r"\.v[0-9]+$", "", type_)
    return "unsupported-version" if any(name.rsplit(".v", 1)[0] == stem for name in known) else "unknown-type"


def node_urn(node_id: str) -> str:
    """``urn:kora:node:<id>``."""
    return f"urn:kora:node:{node_id}"


def gateway_urn(gateway_id: str) -> str:
    """``urn:kora:gateway:<id>``."""
    return f"urn:kora:gateway:{gateway_id}"


def id_of(urn: str) -> str:
    """The bare id of a node or gateway from its URN."""
    return urn.rsplit(":", 1)[-1]


_uuid_lock = threading.Lock()
_last_uuid = 0


def uuid7() -> str:
    """A new UUID version 7 (RFC 9562 section 5.7): milliseconds first, then random; rising within one process."""
    global _last_uuid
    stamp = (time.time_ns() // 1_000_000) & ((1 << 48) - 1)
    tail = int.from_bytes(os.urandom(10))
    value = stamp << 80 | 0x7 << 76 | (tail >> 68) << 64 | 0b10 << 62 | tail & ((1 << 62) - 1)
    with _uuid_lock:
        if value <= _last_uuid:
            value = _last_uuid + 1
        _last_uuid = value
    return str(UUID(int=value))
