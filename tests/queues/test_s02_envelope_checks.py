"""S-02 and S-03: what is checked before a message is believed, in which order, and that nothing slips through."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import OctKey
from sqlalchemy import select

import queues
from queues.envelope import LARGEST_MESSAGE, Envelope
from queues.signing import KeyRing, KnownKey, SigningKey, Untrusted, digest, open_sealed, seal
from queues.tables import alarm, inbox, verification_count
from queues.uplink import Parcel
from tests.queues.world import GATEWAY, START, WORK, Side, World

NODE = queues.node_urn("n001")
OTHER = queues.node_urn("n002")
KEY = SigningKey.generate("n001")
RETIRED = SigningKey.generate("n001", 2)
STRANGER = SigningKey.generate("n002")
UNKNOWN = SigningKey.generate("n003")

RING = KeyRing(
    KnownKey(KEY.kid, KEY.public_jwk(), NODE),
    KnownKey(RETIRED.kid, RETIRED.public_jwk(), NODE, active=False),
    KnownKey(STRANGER.kid, STRANGER.public_jwk(), OTHER),
)

Fields = dict[str, Any]


def fields(**other: Any) -> Fields:
    return {
        "specversion": "1.0",
        "id": "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a",
        "source": NODE,
        "type": WORK,
        "subject": "work/1",
        "time": "2026-11-24T08:00:00Z",
        "datacontenttype": "application/json",
        "sequence": "1",
        "nodeseq": 1,
        "prevhash": "0" * 64,
        "correlationid": "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a",
        "audience": GATEWAY,
        "data": {"title": "Ağaç"},
    } | other


def signed(content: Any, key: SigningKey = KEY) -> bytes:
    return key.sign(json.dumps(content).encode())


def opened(raw: bytes) -> Any:
    return open_sealed(raw, keys=RING, peer=NODE, audience=GATEWAY)


def text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def with_header(header: Any) -> bytes:
    parts = json.loads(signed(fields()))
    parts["protected"] = text(json.dumps(header).encode())
    return json.dumps(parts, separators=(",", ":")).encode()


def with_part(name: str, change: Callable[[str], Any]) -> bytes:
    parts = json.loads(signed(fields()))
    parts[name] = change(parts[name])
    return json.dumps(parts, separators=(",", ":")).encode()


def without(name: str) -> Fields:
    return {key: value for key, value in fields().items() if key != name}


def mac_under_the_public_key() -> bytes:
    """The old trick: sign with HS256, the public key as secret."""
    secret = OctKey.import_key(base64.urlsafe_b64decode(KEY.public_jwk()["x"] + "="))
    made = jws.serialize_json({"protected": {"alg": "HS256", "kid": KEY.kid}}, json.dumps(fields()).encode(), secret)
    return json.dumps(made, separators=(",", ":")).encode()


UNTRUSTED = {
    "longer than 256 KiB": (lambda: b"x" * (LARGEST_MESSAGE + 1), "too-large"),
    "empty": (lambda: b"", "bad-shape"),
    "no JSON": (lambda: b"not json", "bad-shape"),
    "not UTF-8": (lambda: b"\xff\xfe", "bad-shape"),
    "a list": (lambda: b"[]", "bad-shape"),
    "deeply nested": (lambda: b"[" * 100_000, "bad-shape"),
    "payload missing": (lambda: json.dumps({"protected": "e30", "signature": "e30"}).encode(), "bad-shape"),
    "a further member": (lambda: with_part("payload", str)[:-1] + b',"header":{}}', "bad-shape"),
    "spaces between members": (lambda: with_part("payload", str).replace(b",", b", ", 1), "bad-shape"),
    "a member twice": (lambda: with_part("payload", str)[:-1] + b',"payload":"e30"}', "bad-shape"),
    "payload a number": (lambda: with_part("payload", lambda _: 1), "bad-shape"),
    "padded base64": (lambda: with_part("signature", lambda value: value + "=="), "bad-shape"),
    "header no JSON": (lambda: with_part("protected", lambda _: "AAAA"), "bad-shape"),
    "header a list": (lambda: with_header([]), "bad-shape"),
    "short signature": (lambda: with_part("signature", lambda value: value[:-6]), "bad-signature"),
    "algorithm none": (lambda: with_header({"alg": "none", "kid": KEY.kid}), "bad-algorithm"),
    "algorithm HS256": (lambda: with_header({"alg": "HS256", "kid": KEY.kid}), "bad-algorithm"),
    "algorithm RS256": (lambda: with_header({"alg": "RS256", "kid": KEY.kid}), "bad-algorithm"),
    "algorithm missing": (lambda: with_header({"kid": KEY.kid}), "bad-algorithm"),
    "algorithm a list": (lambda: with_header({"alg": ["Ed25519"], "kid": KEY.kid}), "bad-algorithm"),
    "key missing": (lambda: with_header({"alg": "Ed25519"}), "bad-shape"),
    "key a number": (lambda: with_header({"alg": "Ed25519", "kid": 1}), "bad-shape"),
    "key brought along": (
        lambda: with_header({"alg": "Ed25519", "kid": KEY.kid, "jwk": KEY.public_jwk()}),
        "bad-shape",
    ),
    "critical extension": (lambda: with_header({"alg": "Ed25519", "kid": KEY.kid, "crit": ["b64"]}), "bad-shape"),
    "unknown key": (lambda: signed(fields(), UNKNOWN), "unknown-key"),
    "retired key": (lambda: signed(fields(), RETIRED), "inactive-key"),
    "key of another node": (lambda: signed(fields(source=OTHER), STRANGER), "foreign-key"),
    "another payload": (
        lambda: with_part("payload", lambda _: text(json.dumps(fields(id="x")).encode())),
        "bad-signature",
    ),
    "header changed after signing": (lambda: with_header({"alg": "EdDSA", "kid": KEY.kid}), "bad-signature"),
    "signature of zeros": (lambda: with_part("signature", lambda _: text(bytes(64))), "bad-signature"),
    "payload a list": (lambda: signed([]), "bad-schema"),
    "payload no JSON": (lambda: KEY.sign(b"\xff"), "bad-schema"),
    "id missing": (lambda: signed(without("id")), "bad-schema"),
    "id not of version 7": (lambda: signed(fields(id="0192f0c1-2b3c-4d4e-8f5a-6b7c8d9e0f1a")), "bad-schema"),
    "id in capitals": (lambda: signed(fields(id="0192F0C1-2B3C-7D4E-8F5A-6B7C8D9E0F1A")), "bad-schema"),
    "nodeseq missing": (lambda: signed(without("nodeseq")), "bad-schema"),
    "nodeseq as text": (lambda: signed(fields(nodeseq="1")), "bad-schema"),
    "nodeseq true": (lambda: signed(fields(nodeseq=True)), "bad-schema"),
    "nodeseq zero": (lambda: signed(fields(nodeseq=0)), "bad-schema"),
    "sequence with sign": (lambda: signed(fields(sequence="+1")), "bad-schema"),
    "prevhash in capitals": (lambda: signed(fields(prevhash="F" * 64)), "bad-schema"),
    "source a path": (lambda: signed(fields(source="urn:kora:node:../x")), "bad-schema"),
    "source of another node": (lambda: signed(fields(source=OTHER)), "foreign-source"),
    "another gateway": (lambda: signed(fields(audience=queues.gateway_urn("g2"))), "wrong-audience"),
}


@pytest.mark.parametrize("case", UNTRUSTED)
def test_s02_a_changed_envelope_is_refused_at_its_step(case: str) -> None:
    make, code = UNTRUSTED[case]
    with pytest.raises(Untrusted) as refusal:
        opened(make())
    assert refusal.value.code == code


UNREADABLE = {
    "type of another family": fields(type="com.example.work.registered.v1"),
    "time without zone": fields(time="2026-11-24T08:00:00"),
    "time of another zone": fields(time="2026-11-24T08:00:00+03:00"),
    "subject absent in data": fields(data="text"),
    "specversion 2": fields(specversion="2.0"),
    "another content type": fields(datacontenttype="text/xml"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_s02_a_proven_author_with_a_wrong_field_is_told_which(case: str) -> None:
    found = opened(signed(UNREADABLE[case]))
    assert found.envelope is None
    assert found.frame.nodeseq == 1
    (reason,) = found.reasons
    assert reason["field"] in ("type", "time", "data", "specversion", "datacontenttype")


def test_s02_every_flipped_bit_is_found() -> None:
    raw = seal(KEY, without("nodeseq") | {"time": START}, nodeseq=1, prevhash="0" * 64)
    assert opened(raw).envelope.data == {"title": "Ağaç"}
    believed = []
    for position in range(len(raw)):
        for bit in range(8):
            changed = bytearray(raw)
            changed[position] ^= 1 << bit
            try:
                opened(bytes(changed))
            except Untrusted:
                continue
            believed.append((position, bit))
    assert believed == []


def test_s02_a_mac_under_the_public_key_is_no_signature() -> None:
    with pytest.raises(Untrusted, match="bad-algorithm"):
        opened(mac_under_the_public_key())


def test_s02_the_older_name_of_the_algorithm_is_read_and_never_written() -> None:
    with pytest.warns(Warning, match="EdDSA"):
        made = jws.serialize_json(
            {"protected": {"alg": "EdDSA", "kid": KEY.kid}},
            json.dumps(fields()).encode(),
            KEY.private,
            algorithms=["EdDSA"],
        )
    raw = json.dumps(made, separators=(",", ":")).encode()
    assert opened(raw).envelope.subject == "work/1"
    header = json.loads(base64.urlsafe_b64decode(json.loads(signed(fields()))["protected"] + "=="))
    assert header == {"alg": "Ed25519", "kid": "n001:1"}


def test_s02_unknown_fields_of_a_later_minor_version_are_ignored() -> None:
    assert opened(signed(fields(mood="calm", replay=True))).envelope.replay is False


def test_s02_a_key_is_distrusted_after_a_number() -> None:
    ring = KeyRing(KnownKey(KEY.kid, KEY.public_jwk(), NODE))
    ring.retire(KEY.kid, distrust_after=5)
    assert open_sealed(signed(fields(nodeseq=5)), keys=ring, peer=NODE, audience=GATEWAY).envelope is not None
    with pytest.raises(Untrusted, match="distrusted-key"):
        open_sealed(signed(fields(nodeseq=6)), keys=ring, peer=NODE, audience=GATEWAY)


def test_s02_before_the_signature_only_a_counter_and_a_hash_are_kept(node: Side, gateway: Side) -> None:
    raw = signed(fields(), UNKNOWN)
    node.uplink.send([Parcel("x", GATEWAY, raw), Parcel("y", GATEWAY, raw)])
    gateway.turn()
    (count,) = gateway.rows(select(verification_count))
    assert (count.source, count.code, count.count, count.last_hash) == (NODE, "unknown-key", 2, digest(raw))
    assert gateway.rows(select(inbox)) == gateway.rows(select(alarm)) == []


def test_s02_after_the_signature_a_wrong_author_is_an_alarm(node: Side, gateway: Side) -> None:
    node.uplink.send([Parcel("x", GATEWAY, signed(fields(source=OTHER), node.key))])
    gateway.turn()
    assert [(row.kind, row.source) for row in gateway.rows(select(alarm))] == [("foreign-source", NODE)]


def test_s02_an_unreadable_body_is_refused_at_its_turn_and_the_stream_goes_on(node: Side, gateway: Side) -> None:
    first = signed(fields(data="text"), node.key)
    second = signed(
        fields(id="0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1b", nodeseq=2, prevhash=digest(first), sequence="2"), node.key
    )
    node.uplink.send([Parcel("x", GATEWAY, first), Parcel("y", GATEWAY, second)])
    gateway.turn()
    assert gateway.outcomes() == {"refused": 1, "applied": 1}
    assert [row.code for row in gateway.rows(select(inbox.c.code).order_by(inbox.c.nodeseq))] == ["bad-schema", None]


def test_s03_a_day_sent_again_changes_nothing(world: World, node: Side, gateway: Side) -> None:
    for number in range(25):
        node.post(str(number))
    node.turn()
    line = world.make_uplinks("g1", ["n001"])
    copies = line.fetch(100)
    line.close()
    day = [Parcel(str(place), GATEWAY, copy.raw) for place, copy in enumerate(copies)]
    assert len(day) == 25
    world.open_sides[0].uplink.send(day)
    world.drain(node, gateway)
    node.uplink.send(day[::-1])
    world.drain(node, gateway)
    assert gateway.values() == [str(number) for number in range(25)]
    assert gateway.rows(select(alarm)) == []


def test_s03_a_message_under_another_nodes_channel_is_refused(world: World, node: Side, gateway: Side) -> None:
    node.post("mine")
    node.turn()
    gateway.turn()
    other = world.side("n002")
    raw = gateway.rows(select(inbox.c.raw))[0].raw
    other.uplink.send([Parcel("x", GATEWAY, raw)])
    gateway.turn()
    (count,) = gateway.rows(select(verification_count))
    assert (count.source, count.code) == (OTHER, "foreign-key")


def test_s03_a_broken_chain_is_an_alarm_and_enters_nothing(node: Side, gateway: Side) -> None:
    node.uplink.send([Parcel("x", GATEWAY, signed(fields(prevhash="a" * 64), node.key))])
    gateway.turn()
    assert [row.kind for row in gateway.rows(select(alarm))] == ["chain-mismatch"]
    assert gateway.rows(select(inbox)) == []


def test_a_message_that_could_never_be_sealed_is_found_when_it_is_written(node: Side) -> None:
    with pytest.raises(ValueError, match="type"):
        node.post("x", type="work registered")
    with pytest.raises(queues.MessageTooLarge, match="bytes"):
        node.post("x" * 200_000)
    assert node.states() == {}
    node.post("x" * 190_000)
    node.turn()
    assert node.states() == {"sent": 1}


def test_ids_rise_and_name_their_version() -> None:
    made = [queues.uuid7() for _ in range(2000)]
    assert made == sorted(set(made))
    assert {one[14] for one in made} == {"7"}
    assert {one[19] for one in made} <= set("89ab")


def test_an_envelope_is_cloudevents_json_in_utf_8() -> None:
    written = json.loads(Envelope(**(fields() | {"time": START})).to_bytes())
    assert written == fields()
