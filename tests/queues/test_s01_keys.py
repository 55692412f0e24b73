"""S-01, S-06: keys stay where they were made; two people can compare them by telephone."""

import stat
from pathlib import Path

import pytest

import queues
from queues.fingerprint import WORDS, fingerprint_words
from queues.signing import KeyRing, KnownKey, SigningKey, check_possession, open_sealed, seal
from queues.tables import outbox
from tests.queues.world import START, WORK, Side, World


def test_s01_a_key_file_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    key = SigningKey.generate("n001")
    key.save(tmp_path / "node.key")
    assert stat.S_IMODE((tmp_path / "node.key").stat().st_mode) == 0o600
    assert SigningKey.load(tmp_path / "node.key").public_jwk() == key.public_jwk()
    (tmp_path / "node.key").chmod(0o640)
    with pytest.raises(PermissionError, match="0600"):
        SigningKey.load(tmp_path / "node.key")


def test_s01_a_key_is_never_written_over(tmp_path: Path) -> None:
    SigningKey.generate("n001").save(tmp_path / "node.key")
    with pytest.raises(FileExistsError):
        SigningKey.generate("n001").save(tmp_path / "node.key")


def test_s01_the_public_half_holds_no_secret() -> None:
    assert set(SigningKey.generate("n001").public_jwk()) == {"kty", "crv", "x", "kid"}


def test_s01_possession_is_proven_for_one_challenge_and_one_key() -> None:
    key, other = SigningKey.generate("n001"), SigningKey.generate("n001")
    proof = key.prove("code-1")
    assert check_possession(key.public_jwk(), "code-1", proof)
    assert not check_possession(key.public_jwk(), "code-2", proof)
    assert not check_possession(other.public_jwk(), "code-1", proof)
    assert not check_possession(key.public_jwk(), "code-1", "nonsense")


def test_s01_a_signed_message_is_no_proof_of_possession() -> None:
    key = SigningKey.generate("n001")
    content = f'{{"purpose":"kora-possession","challenge":"code-1","x":"{key.public_jwk()["x"]}"}}'
    assert not check_possession(key.public_jwk(), "code-1", key.sign(content.encode()).decode())


def test_s01_six_words_stand_for_a_key() -> None:
    assert len(set(WORDS)) == 2048
    assert fingerprint_words(bytes(32)) == ("kiru", "hayo", "povu", "zado", "foyo", "royi")
    key = SigningKey.generate("n001")
    words = fingerprint_words(key.public_jwk())
    assert len(words) == 6
    assert words != fingerprint_words(SigningKey.generate("n001").public_jwk())
    with pytest.raises(ValueError, match="32 bytes"):
        fingerprint_words(b"short")


def test_s06_a_key_id_belongs_to_one_key_of_its_owner() -> None:
    ring, key = KeyRing(), SigningKey.generate("n001")
    ring.add(KnownKey(key.kid, key.public_jwk(), queues.node_urn("n001")))
    with pytest.raises(ValueError, match="another key"):
        ring.add(KnownKey(key.kid, SigningKey.generate("n001").public_jwk(), queues.node_urn("n001")))
    with pytest.raises(ValueError, match="owner"):
        ring.add(KnownKey(key.kid, key.public_jwk(), queues.node_urn("n002")))


def test_s06_messages_before_and_after_a_change_of_key_are_believed(world: World, node: Side, gateway: Side) -> None:
    node.post("old key")
    world.drain(node, gateway)
    node.uplink.close()
    world.keys["n001"] = SigningKey.generate("n001", 2)
    new = world.keys["n001"]
    gateway.ring.add(KnownKey(new.kid, new.public_jwk(), node.urn))
    gateway.ring.retire("n001:1")
    renewed = world.side("n001")
    renewed.post("new key")
    world.drain(renewed, gateway)
    assert gateway.values() == ["old key", "new key"]
    assert renewed.states() == {"receipted": 2}


def test_s06_a_retired_key_still_proves_the_log() -> None:
    key = SigningKey.generate("n001")
    ring = KeyRing(KnownKey(key.kid, key.public_jwk(), queues.node_urn("n001")))
    id_ = queues.uuid7()
    raw = seal(
        key,
        {
            "id": id_,
            "source": queues.node_urn("n001"),
            "type": WORK,
            "subject": "work/1",
            "time": START,
            "sequence": "1",
            "correlationid": id_,
            "audience": queues.gateway_urn("g1"),
            "data": {},
        },
        nodeseq=1,
        prevhash="0" * 64,
    )
    ring.retire(key.kid)
    found = open_sealed(raw, keys=ring, peer=None, audience=queues.gateway_urn("g1"), from_log=True)
    assert found.envelope is not None
    assert found.envelope.id == id_
    assert outbox.c.node_id.nullable is False
