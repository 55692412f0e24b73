"""The verbs of membership: giving a code, enrolling with it, letting a node in, keeping it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway import audit
from gateway.members import rules
from gateway.members.models import EnrolmentCode, Member, NodeKey
from queues import check_possession, fingerprint_words


class AlreadyMember(ValueError):
    """The society has a working node; the argument is its id."""


class UnknownNode(LookupError):
    """There is no node of this id."""


class WrongState(ValueError):
    """The node is not in a state that allows this; the argument is its state."""


class CodeNotValid(ValueError):
    """The code is unknown, used or too old; the answer is the same for all three."""


class WrongKey(ValueError):
    """The announced key has not the name that comes next; the argument is the name it has."""


class NotProven(ValueError):
    """The proof was not made by the holder of the key for this code."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A place for a node, with the one-time code that takes it."""

    node_id: str
    code: str
    expires: datetime


def add(session: Session, *, society: str, name: str, by: str, now: datetime) -> Offered:
    """Make a place for a society's node, or give a new code for a place nobody has taken for good.

    Older codes of the place stop working. Raises AlreadyMember.
    """
    held = session.scalars(select(Member).where(Member.society == society).order_by(Member.node_id)).all()
    active = next((one for one in held if one.state == "active"), None)
    if active is not None:
        raise AlreadyMember(active.node_id)
    member = next((one for one in held if one.state in rules.WAITING), None)
    if member is None:
        node_id = rules.next_node_id(session.scalars(select(Member.node_id)))
        member = Member(node_id=node_id, society=society, name=name, state="added", added_at=now)
        session.add(member)
    member.name = name
    unused = (EnrolmentCode.node_id == member.node_id, EnrolmentCode.used_at.is_(None), EnrolmentCode.expires_at > now)
    session.execute(update(EnrolmentCode).where(*unused).values(expires_at=now))
    code, expires = rules.new_code(), now + rules.CODE_VALID
    session.add(EnrolmentCode(code_hash=rules.code_hash(code), node_id=member.node_id, made_at=now, expires_at=expires))
    audit.note(session, "node-added", f"node/{member.node_id}", by=by, now=now, node_id=member.node_id)
    return Offered(member.node_id, code, expires)


def enrol(session: Session, *, code: str, public_key: Mapping[str, Any], proof: str, now: datetime) -> Member:
    """Take the place of a code with a key; from then on the node waits for an operator.

    Raises NotProven (the code stays good) and CodeNotValid.
    """
    kept = session.get(EnrolmentCode, rules.code_hash(code))
    if kept is None or kept.used_at is not None or now >= kept.expires_at:
        raise CodeNotValid
    if not check_possession(public_key, code, proof):
        raise NotProven
    taken = (
        update(EnrolmentCode)
        .where(EnrolmentCode.code_hash == kept.code_hash, EnrolmentCode.used_at.is_(None))
        .values(used_at=now)
        .returning(EnrolmentCode.node_id)
    )
    node_id = session.execute(taken).scalar_one_or_none()
    member = None if node_id is None else session.get(Member, node_id)
    if member is None or member.state not in rules.WAITING:
        raise CodeNotValid
    kid = f"{member.node_id}:1"
    # A key of a node that was never let in has signed nothing we took, so a second enrolment may replace it.
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": str(public_key["x"]), "kid": kid}
    session.merge(NodeKey(kid=kid, node_id=member.node_id, jwk=jwk, added_at=now))
    member.state, member.enrolled_at = "pending", now
    session.flush()
    return member


def approve(session: Session, node_id: str, *, by: str, now: datetime, reason: str | None = None) -> Member:
    """Let a node in whose words were compared, or let a suspended one in again. Raises UnknownNode, WrongState."""
    member = _known(session, node_id)
    if member.state not in ("pending", "suspended") or member.enrolled_at is None:
        raise WrongState(member.state)
    member.state, member.approved_at = "active", now
    audit.note(session, "node-approved", f"node/{node_id}", by=by, now=now, node_id=node_id, reason=reason)
    return member


def suspend(session: Session, node_id: str, *, by: str, now: datetime, reason: str | None = None) -> Member:
    """Take nothing from this node and send nothing to it until it is let in again.

    Raises UnknownNode, WrongState.
    """
    member = _known(session, node_id)
    if member.state not in ("active", "pending"):
        raise WrongState(member.state)
    member.state = "suspended"
    audit.note(session, "node-suspended", f"node/{node_id}", by=by, now=now, node_id=node_id, reason=reason)
    return member


def pause(session: Session, node_id: str, *, by: str, now: datetime, reason: str) -> Member:
    """Let a node's messages wait, in both directions, until somebody resumes. Raises UnknownNode, WrongState."""
    member = _known(session, node_id)
    if member.state != "active":
        raise WrongState(member.state)
    member.paused_by, member.paused_at, member.paused_reason = by, now, reason
    audit.note(session, "paused", f"node/{node_id}", by=by, now=now, node_id=node_id, reason=reason)
    return member


def resume(session: Session, node_id: str, *, by: str, now: datetime, reason: str | None = None) -> Member:
    """Carry a node's messages again. Raises UnknownNode, WrongState."""
    member = _known(session, node_id)
    if member.paused_by is None:
        raise WrongState(member.state)
    member.paused_by = member.paused_at = member.paused_reason = None
    audit.note(session, "resumed", f"node/{node_id}", by=by, now=now, node_id=node_id, reason=reason)
    return member


def announce_key(
    session: Session, node_id: str, *, kid: str, public_key: Mapping[str, Any], proof: str, now: datetime
) -> NodeKey:
    """Take the next key of a node, announced under the one before, which counts for 30 days more (S-06).

    Raises WrongKey, NotProven.
    """
    held = session.scalars(select(NodeKey).where(NodeKey.node_id == node_id)).all()
    if kid != rules.next_kid(node_id, (one.kid for one in held)):
        raise WrongKey(kid)
    if not check_possession(public_key, kid, proof):
        raise NotProven
    for one in held:
        one.retired_at = min(filter(None, (one.retired_at, now + rules.OLD_KEY_COUNTS)))
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": str(public_key["x"]), "kid": kid}
    key = NodeKey(kid=kid, node_id=node_id, jwk=jwk, added_at=now)
    session.add(key)
    session.flush()
    return key


def revoke_key(
    session: Session, node_id: str, kid: str, *, by: str, now: datetime, reason: str, distrust_after: int | None = None
) -> NodeKey:
    """Take nothing more under a key, from now on or, of what is stored, from a number on. Raises UnknownNode."""
    key = session.get(NodeKey, kid, with_for_update=True)
    if key is None or key.node_id != node_id:
        raise UnknownNode(node_id)
    key.retired_at, key.distrust_after = now, distrust_after
    audit.note(session, "key-revoked", f"node/{node_id}", by=by, now=now, node_id=node_id, reason=reason)
    return key


def words_of(session: Session, node_id: str) -> tuple[str, ...]:
    """The six words to compare by telephone; none before the node has enrolled."""
    key = session.scalar(select(NodeKey).where(NodeKey.node_id == node_id).order_by(NodeKey.added_at.desc()).limit(1))
    return () if key is None else fingerprint_words(key.jwk)


def _known(session: Session, node_id: str) -> Member:
    member = session.get(Member, node_id, with_for_update=True)
    if member is None:
        raise UnknownNode(node_id)
    return member
