"""Keys, sealing and opening: flattened JWS (RFC 7515) with Ed25519 (RFC 9864).

The signature, not the channel, proves the author. The sealed bytes are the sent bytes; their SHA-256 is what the next
envelope of the stream names as ``prevhash``. ``EdDSA``, the older name of the algorithm, is accepted but never written.

Keys and proofs of possession are joserfc's. Envelopes are signed and proven by libsodium, which takes half the time of
OpenSSL for it, and a signature is a quarter of all the work with a message; what its header may say is so narrow that
there is nothing for a general reader to interpret.
"""

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from nacl.exceptions import CryptoError
from nacl.signing import SigningKey as Pen
from nacl.signing import VerifyKey
from pydantic import ValidationError
from pydantic_core import from_json

from queues.envelope import LARGEST_MESSAGE, Envelope, Frame, id_of, reasons_of
from queues.fingerprint import fingerprint_words

__all__ = [
    "KeyRing",
    "KnownKey",
    "Opened",
    "SigningKey",
    "Untrusted",
    "check_possession",
    "digest",
    "envelope_of",
    "fingerprint_words",
    "open_sealed",
    "seal",
]

_WRITE = jws.JWSRegistry(algorithms=["Ed25519"])
_MEMBERS = {"payload", "protected", "signature"}
_HEADER = {"alg", "kid"}
_PROOF = "kora-possession"


class Untrusted(Exception):
    """An envelope failed a check. ``code`` names the step; ``proven`` tells whether the author is certain by then."""

    def __init__(self, code: str, *, proven: bool = False, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.proven = proven
        self.detail = detail


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 private key of a node or gateway. It never leaves the machine it was made on."""

    kid: str
    private: OKPKey

    @classmethod
    def generate(cls, owner_id: str, number: int = 1) -> Self:
        """A new key; ``kid`` is ``<owner id>:<number>``."""
        return cls(f"{owner_id}:{number}", OKPKey.generate_key("Ed25519"))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key file. Raises PermissionError when others than its owner may read it."""
        if path.stat().st_mode & 0o077:
            raise PermissionError(f"{path} may be read by others; its mode must be 0600")
        stored = json.loads(path.read_text())
        return cls(stored["kid"], OKPKey.import_key({name: stored[name] for name in ("kty", "crv", "x", "d")}))

    def save(self, path: Path) -> None:
        """Write the key to a new file with mode 0600. Raises FileExistsError rather than lose a key."""
        stored = {**self.private.as_dict(private=True), "kid": self.kid}
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(stored, file)
            file.flush()
            os.fsync(file.fileno())

    def public_jwk(self) -> dict[str, str]:
        """The public half as JWK (RFC 8037): ``kty, crv, x, kid``."""
        public = self.private.as_dict(private=False)
        return {"kty": "OKP", "crv": "Ed25519", "x": str(public["x"]), "kid": self.kid}

    def sign(self, payload: bytes) -> bytes:
        """A flattened JWS over ``payload`` as compact JSON."""
        protected, told = self._protected, _encode(payload)
        signature = self._pen.sign(f"{protected}.{told}".encode()).signature
        return _compact({"payload": told, "signature": _encode(signature), "protected": protected})

    @cached_property
    def _protected(self) -> str:
        """The header, the same for every message under this key."""
        return _encode(_compact({"alg": "Ed25519", "kid": self.kid}))

    @cached_property
    def _pen(self) -> Pen:
        return Pen(_decode(str(_ed25519(self.private).as_dict(private=True)["d"])))

    def prove(self, challenge: str) -> str:
        """Proof of possession for enrolment: a compact JWS over the challenge and the public key."""
        statement = _compact({"purpose": _PROOF, "challenge": challenge, "x": self.public_jwk()["x"]})
        return jws.serialize_compact({"alg": "Ed25519", "typ": _PROOF}, statement, self.private, registry=_WRITE)


def check_possession(public_jwk: Mapping[str, Any], challenge: str, proof: str) -> bool:
    """True when ``proof`` was made for this challenge by the holder of the private half of ``public_jwk``."""
    try:
        signed = jws.deserialize_compact(proof, _verifier(public_jwk), registry=_WRITE)
        statement = json.loads(signed.payload)
    except (JoseError, ValueError, KeyError):
        return False
    expected = {"purpose": _PROOF, "challenge": challenge, "x": public_jwk["x"]}
    return signed.headers().get("typ") == _PROOF and bool(statement == expected)


@dataclass(frozen=True)
class KnownKey:
    """A public key we know: whose it is, and how far it is trusted.

    ``distrust_after``: messages with a higher ``nodeseq`` are refused (a key that was stolen at a known moment).
    """

    kid: str
    jwk: Mapping[str, Any]
    owner: str
    active: bool = True
    distrust_after: int | None = None

    @cached_property
    def verifier(self) -> VerifyKey:
        return VerifyKey(_decode(str(_verifier(self.jwk).as_dict(private=False)["x"])))


class KeyRing:
    """Public keys by ``kid``. Applications with keys in a database override ``find``.

    Old keys stay for ever, inactive, so that the message log can be verified.
    """

    def __init__(self, *keys: KnownKey) -> None:
        self._keys = {key.kid: key for key in keys}

    def find(self, kid: str) -> KnownKey | None:
        return self._keys.get(kid)

    def add(self, key: KnownKey) -> None:
        """Trust a further key. Raises ValueError when the ``kid`` is taken by another key or belongs to another id."""
        if key.kid.rsplit(":", 1)[0] != id_of(key.owner):
            raise ValueError("the kid does not begin with the id of its owner")
        known = self.find(key.kid)
        if known is not None and known.jwk["x"] != key.jwk["x"]:
            raise ValueError(f"{key.kid} is another key")
        self._keys[key.kid] = key

    def retire(self, kid: str, *, distrust_after: int | None = None) -> None:
        """Accept no new message under this key; with ``distrust_after`` only those above that ``nodeseq``."""
        key = self._keys[kid]
        self._keys[kid] = replace(key, active=distrust_after is not None, distrust_after=distrust_after)


@dataclass(frozen=True, slots=True)
class Opened:
    """A message whose author is proven. ``envelope`` is None when the body could not be read; ``reasons`` say why."""

    frame: Frame | None
    envelope: Envelope | None
    reasons: tuple[dict[str, str], ...]
    digest: str
    kid: str


def digest(sealed: bytes) -> str:
    """SHA-256 of the exact sealed bytes, lower-case hexadecimal."""
    return hashlib.sha256(sealed).hexdigest()


def seal(
    key: SigningKey, fields: Mapping[str, Any], *, nodeseq: int | None = None, prevhash: str | None = None
) -> bytes:
    """Check, number, chain and sign one envelope. Raises pydantic.ValidationError, or Untrusted(``too-large``)."""
    envelope = Envelope(**{**fields, "nodeseq": nodeseq, "prevhash": prevhash})
    sealed = key.sign(envelope.to_bytes())
    if len(sealed) > LARGEST_MESSAGE:
        raise Untrusted("too-large")
    return sealed


def open_sealed(raw: bytes, *, keys: KeyRing, peer: str | None, audience: str, from_log: bool = False) -> Opened:
    """Check sealed bytes step by step and return what they say.

    ``peer`` is the URN of the party at the other end of the channel (None when the log is read). Order of the checks:
    size, shape, algorithm, key, signature, schema, source, audience; ``nodeseq`` and ``prevhash`` need the database and
    follow in the intake. ``from_log`` accepts keys that were retired since. Raises Untrusted at the first failure.
    """
    if len(raw) > LARGEST_MESSAGE:
        raise Untrusted("too-large")
    header, told, signature, payload = _shape(raw)
    if header.get("alg") not in ("Ed25519", "EdDSA"):
        raise Untrusted("bad-algorithm")
    if set(header) != _HEADER or not isinstance(header["kid"], str):
        raise Untrusted("bad-shape")
    known = _trusted_key(header["kid"], keys, peer, from_log=from_log)
    _prove(told, signature, known)
    opened = _read(payload, known.kid, digest(raw))
    stated = opened.envelope or opened.frame
    if stated is None:
        raise Untrusted("bad-schema", proven=True, detail=_in_words(opened.reasons))
    if stated.source != known.owner:
        raise Untrusted("foreign-source", proven=True)
    if stated.audience != audience:
        raise Untrusted("wrong-audience", proven=True)
    if known.distrust_after is not None and (stated.nodeseq or 0) > known.distrust_after:
        raise Untrusted("distrusted-key", proven=True)
    return opened


def envelope_of(raw: bytes) -> dict[str, Any]:
    """The envelope in sealed bytes of the message log, whose signature was checked before they were stored.

    Raises ValueError, KeyError or TypeError for other bytes.
    """
    payload = json.loads(raw)["payload"]
    envelope: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return envelope


def _compact(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _verifier(jwk: Mapping[str, Any]) -> OKPKey:
    return _ed25519(OKPKey.import_key({name: jwk[name] for name in ("kty", "crv", "x")}))


def _ed25519(key: OKPKey) -> OKPKey:
    """The key itself. Raises InvalidKeyCurveError for a key of another curve."""
    _WRITE.get_alg("Ed25519").check_key(key)
    return key


def _shape(raw: bytes) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    """Header, signed text, signature and payload, from the one spelling they can have.

    The spelling is checked because base64url and JSON each allow several texts for one value, and the hash chain is
    over the text: a flipped bit that changes no value would still break the chain of an honest sender.
    """
    try:
        signed = from_json(raw)
        if not isinstance(signed, dict) or signed.keys() != _MEMBERS or _compact(signed) != raw:
            raise Untrusted("bad-shape")
        if not all(isinstance(part, str) for part in signed.values()):
            raise Untrusted("bad-shape")
        header = json.loads(_decode(signed["protected"]))
        payload, signature = _decode(signed["payload"]), _decode(signed["signature"])
        if not isinstance(header, dict):
            raise Untrusted("bad-shape")
    except (ValueError, TypeError, RecursionError) as error:
        raise Untrusted("bad-shape") from error
    return header, f"{signed['protected']}.{signed['payload']}".encode(), signature, payload


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    value = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(value) != text:
        raise binascii.Error("not the canonical base64url text")
    return value


def _trusted_key(kid: str, keys: KeyRing, peer: str | None, *, from_log: bool) -> KnownKey:
    known = keys.find(kid)
    if known is None:
        raise Untrusted("unknown-key")
    if not known.active and not from_log:
        raise Untrusted("inactive-key")
    if peer is not None and known.owner != peer:
        raise Untrusted("foreign-key")
    return known


def _prove(told: bytes, signature: bytes, known: KnownKey) -> None:
    try:
        known.verifier.verify(told, signature)
    except (CryptoError, JoseError, ValueError) as error:
        raise Untrusted("bad-signature") from error


def _read(payload: bytes, kid: str, digest_: str) -> Opened:
    try:
        fields = from_json(payload, allow_inf_nan=False)
        return Opened(None, Envelope.model_validate(fields), (), digest_, kid)
    except ValidationError as error:
        reasons = reasons_of(error)
    except ValueError:
        return Opened(None, None, ({"code": "not-json", "field": "", "text": "The payload is no JSON."},), digest_, kid)
    try:
        return Opened(Frame.model_validate(fields), None, reasons, digest_, kid)
    except ValidationError:
        return Opened(None, None, reasons, digest_, kid)


def _in_words(reasons: tuple[dict[str, str], ...]) -> str:
    return "; ".join(f"{reason['field']}: {reason['text']}" for reason in reasons)
