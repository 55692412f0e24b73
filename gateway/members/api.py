"""What nodes and others ask over HTTP without signing in.

POST /v1/enrol                      a node takes its place with a one-time code (S-01)
GET  /.well-known/kora-keys.json    the gateway's public keys, pinned by nodes at enrolment (S-07)
"""

import logging
from typing import Any

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway import broker
from gateway.members import operations
from gateway.members.handlers import PublicKey
from gateway.web import gateway, now
from interface.accounts import note_failure, wait_left
from interface.database import database
from interface.permissions import public

log = logging.getLogger(__name__)
api = Blueprint("members_api", __name__)

LARGEST_BODY = 16 * 1024
TRIES = "enrolment code"
"""Stands for the account where wrong codes of one address are counted."""

Answer = tuple[Response, int] | Response


class Enrolment(BaseModel):
    """The body of ``POST /v1/enrol``."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    code: str = Field(min_length=1, max_length=100)
    public_key: PublicKey
    proof: str = Field(min_length=1, max_length=2000)


@api.post("/v1/enrol")
@public
def enrol() -> Answer:
    """Take a place. Wrong codes make the next try wait, per address, as wrong passwords do."""
    address = request.remote_addr or ""
    wait = wait_left(database(), TRIES, address, now=now())
    if wait:
        return _later(wait.total_seconds())
    if (request.content_length or 0) > LARGEST_BODY:
        return _no(413, "too-large", "The request is too large.")
    try:
        asked = Enrolment.model_validate(request.get_json(silent=True))
    except ValidationError:
        return _no(400, "bad-request", "The request needs code, public_key and proof.")
    try:
        member = operations.enrol(
            database(), code=asked.code, public_key=asked.public_key.model_dump(), proof=asked.proof, now=now()
        )
    except (operations.CodeNotValid, operations.NotProven) as problem:
        database().rollback()
        note_failure(database(), TRIES, address, now=now())
        database().commit()
        if isinstance(problem, operations.NotProven):
            return _no(403, "not-proven", "The proof does not fit the key and the code.")
        return _no(403, "code-not-valid", "The code is wrong, used or too old.")
    try:
        line = broker.new_account(gateway().settings, member.node_id)
    except broker.NotAdministered:
        database().rollback()  # the code stays good
        log.exception("no account of the broker could be made", extra={"node": member.node_id})
        return _no(503, "later", "The gateway cannot take this node in now. Please try again later.")
    database().commit()
    told = {"node": member.node_id, "gateway": gateway().id, "state": member.state}
    return jsonify(**told, keys=[gateway().key.public_jwk()], **({} if line is None else {"broker": line}))


@api.get("/.well-known/kora-keys.json")
@public
def keys() -> Answer:
    """The gateway's public keys."""
    return jsonify(gateway=gateway().id, keys=[gateway().key.public_jwk()])


def _later(seconds: float) -> Answer:
    answer = jsonify(error="Too many wrong codes. Please wait.", code="wait")
    answer.headers["Retry-After"] = str(int(seconds) + 1)
    return answer, 429


def _no(status: int, code: str, error: str) -> tuple[Response, int]:
    fields: dict[str, Any] = {"error": error, "code": code}
    return jsonify(fields), status
