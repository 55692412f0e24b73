"""Taking the office's place at a gateway (S-01): the key is made here and only its public half leaves."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from sqlalchemy.orm import Session

from local_node.admin import operations, queries
from queues import SigningKey, fingerprint_words

TIMEOUT_SECONDS = 20.0
LARGEST_ANSWER = 64 * 1024


class GatewayNotReachable(Exception):
    """Nobody answers at the gateway's address."""


class NotEnrolled(Exception):
    """The gateway refused: the code is wrong, used or too old. The text is the gateway's own."""


@dataclass(frozen=True)
class Enrolled:
    """The office's place, and the six words an operator compares by telephone before the node is let in."""

    node_id: str
    gateway_id: str
    state: str
    words: tuple[str, ...]


def enrol(
    session: Session, *, gateway_url: str, code: str, key_file: Path, broker_account: Path, now: datetime
) -> Enrolled:
    """Make the signing key, prove that we hold it, and pin the gateway's keys.

    ``POST /v1/enrol`` takes ``{"code", "public_key" (JWK), "proof"}``; the proof is ``SigningKey.prove(code)``. It
    answers ``{"node", "gateway", "state", "keys": [JWK with kid]}`` and, where a broker carries, ``"broker": {"url",
    "user", "password"}``, which is told this once. Raises GatewayNotReachable, NotEnrolled,
    ``operations.AlreadyEnrolled``.
    """
    if queries.office(session).node_id is not None:
        raise operations.AlreadyEnrolled(queries.office(session).node_id)
    key = _kept_key(key_file)
    public = {name: key.public_jwk()[name] for name in ("kty", "crv", "x")}
    answer = _post(
        f"{gateway_url.rstrip('/')}/v1/enrol", {"code": code, "public_key": public, "proof": key.prove(code)}
    )
    try:
        node_id, gateway_id, keys = str(answer["node"]), str(answer["gateway"]), list(answer["keys"])
        state = str(answer.get("state", "pending"))
    except (KeyError, TypeError) as error:
        raise NotEnrolled("the answer of the gateway cannot be read") from error
    operations.pin(session, node_id=node_id, gateway_id=gateway_id, gateway_url=gateway_url, keys=keys, now=now)
    if "broker" in answer:
        _keep_account(answer["broker"], broker_account)
    named = key_file.with_name(f"{key_file.name}.named")
    named.unlink(missing_ok=True)
    SigningKey(f"{node_id}:1", key.private).save(named)
    named.replace(key_file)
    return Enrolled(node_id, gateway_id, state, fingerprint_words(public))


def _keep_account(told: Any, path: Path) -> None:
    """The broker's URL with our account, readable by nobody else; it stands in no log and no message."""
    try:
        split = urlsplit(str(told["url"]))
        account = f"{quote(str(told['user']), safe='')}:{quote(str(told['password']), safe='')}"
    except (KeyError, TypeError, ValueError):
        raise NotEnrolled("the answer of the gateway cannot be read") from None
    if split.scheme not in ("amqp", "amqps") or not split.netloc:
        raise NotEnrolled("the answer of the gateway names no broker")
    path.unlink(missing_ok=True)
    with open(path, "x", opener=_for_us_alone) as file:
        file.write(split._replace(netloc=f"{account}@{split.netloc}").geturl() + "\n")


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _kept_key(path: Path) -> SigningKey:
    """The key of an enrolment that did not come to its end, or a new one, on disk before anybody hears of it."""
    if path.exists():
        return SigningKey.load(path)
    key = SigningKey.generate("unnamed")
    key.save(path)
    return key


def _post(url: str, body: Mapping[str, Any]) -> dict[str, Any]:
    if urlsplit(url).scheme not in ("http", "https"):
        raise GatewayNotReachable(f"{url} is no web address")
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            answer = json.loads(response.read(LARGEST_ANSWER))
    except urllib.error.HTTPError as error:
        raise NotEnrolled(_reason(error)) from error
    except OSError as error:
        raise GatewayNotReachable(str(error)) from error
    except ValueError as error:
        raise NotEnrolled("the answer of the gateway is no JSON") from error
    if not isinstance(answer, dict):
        raise NotEnrolled("the answer of the gateway cannot be read")
    return answer


def _reason(error: urllib.error.HTTPError) -> str:
    with error:
        try:
            said = json.loads(error.read(LARGEST_ANSWER))
        except (ValueError, OSError):
            return f"answer {error.code}"
    return str(said.get("error") or said.get("code") or error.code) if isinstance(said, dict) else str(error.code)
