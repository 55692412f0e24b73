"""Messages of a node about itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy.orm import Session

from gateway.members import operations
from queues import Envelope, Refused

KEY_ANNOUNCED = "kora.key.announced.v1"
"""Signed with the key that is in use; the next one proves by a signature over its name that it is held."""


class PublicKey(BaseModel):
    """The public half of an Ed25519 key as JWK (RFC 8037)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{43}$")]


class Announcement(BaseModel):
    """``data`` of the message."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kid: Annotated[str, StringConstraints(max_length=100)]
    public_key: PublicKey
    proof: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


def keys_announced(session: Session, envelopes: Sequence[Envelope], now: datetime) -> None:
    """A node goes over to its next key."""
    for envelope in envelopes:
        told = Announcement.model_validate(envelope.data)
        key: dict[str, Any] = told.public_key.model_dump()
        try:
            operations.announce_key(
                session, envelope.source_id, kid=told.kid, public_key=key, proof=told.proof, now=now
            )
        except operations.WrongKey as error:
            raise _no("wrong-key", "kid", "This is not the name of the next key.") from error
        except operations.NotProven as error:
            raise _no("not-proven", "proof", "The proof does not fit the key and its name.") from error


def _no(code: str, field: str, text: str) -> Refused:
    return Refused(code, [{"code": code, "field": field, "text": text}])
