"""S-02: whatever bytes arrive, opening them ends in a message of a known author or in a refusal."""

from datetime import UTC, datetime

import pytest

import queues
from queues.signing import KeyRing, KnownKey, SigningKey, Untrusted, open_sealed, seal
from tests.security.mutations import mutants

NODE, GATEWAY = queues.node_urn("n001"), queues.gateway_urn("g1")


@pytest.mark.timeout(120)
def test_an_envelope_that_was_touched_is_refused_or_says_the_same() -> None:
    """Twenty seconds of mutants of sealed bytes."""
    key = SigningKey.generate("n001")
    ring = KeyRing(KnownKey(key.kid, key.public_jwk(), NODE))
    samples = [_sealed(key, number) for number in range(3)]
    refused: set[str] = set()
    for seed, content in mutants(samples):
        try:
            opened = open_sealed(content, keys=ring, peer=NODE, audience=GATEWAY)
        except Untrusted as problem:
            refused.add(problem.code)
            continue
        except Exception as error:
            raise AssertionError(f"mutant {seed}") from error
        assert content in samples, (seed, opened)
    assert {"bad-shape", "bad-signature"} <= refused


def _sealed(key: SigningKey, number: int) -> bytes:
    fields = {
        "id": queues.uuid7(),
        "source": NODE,
        "type": "kora.work.registered.v1",
        "subject": f"work/{number}",
        "time": datetime(2026, 11, 25, tzinfo=UTC),
        "sequence": "1",
        "correlationid": queues.uuid7(),
        "audience": GATEWAY,
        "data": {"titles": [{"text": "أغنية النهر"}], "number": str(number)},
    }
    return seal(key, fields, nodeseq=number + 1, prevhash="0" * 64)
