"""S-01: how a node takes its place, and who is kept out."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from gateway.members import operations, queries
from gateway.members.models import EnrolmentCode
from queues import SigningKey, fingerprint_words
from queues.tables import inbox
from tests.builders import a_right_owner
from tests.gateway.world import TAMALA, World

MEMBER = {"society": TAMALA[0], "name": TAMALA[1]}


def refusal(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def test_s01_a_node_enrols_with_its_code_and_waits_for_an_operator(world: World) -> None:
    offered = world.do(operations.add, **MEMBER)
    answer = world.enrol(offered.code, SigningKey.generate("unnamed"))
    assert answer.json == {
        "node": "n001",
        "gateway": "g1",
        "state": "pending",
        "keys": [world.gateway.key.public_jwk()],
    }
    assert world.ask(queries.get, "n001").state == "pending"


def test_s01_the_code_is_not_stored_and_is_long_enough_not_to_be_guessed(world: World) -> None:
    offered = world.do(operations.add, **MEMBER)
    letters = offered.code.replace("-", "")
    assert (len(letters), len(letters) * 5) == (32, 160)
    (kept,) = world.ask(lambda session: session.scalars(select(EnrolmentCode)).all())
    assert letters not in kept.code_hash.upper()
    assert (offered.expires - world.clock()).total_seconds() == 72 * 3600


def test_s01_a_code_works_once(world: World) -> None:
    offered = world.do(operations.add, **MEMBER)
    assert world.enrol(offered.code, SigningKey.generate("unnamed")).status_code == 200
    assert refusal(world.enrol(offered.code, SigningKey.generate("unnamed"))) == (403, "code-not-valid")


def test_s01_a_code_is_read_whatever_its_case_and_grouping(world: World) -> None:
    offered = world.do(operations.add, **MEMBER)
    assert world.enrol(offered.code.lower().replace("-", " "), SigningKey.generate("unnamed")).status_code == 200


def test_s01_a_code_ends_after_three_days(world: World) -> None:
    offered = world.do(operations.add, **MEMBER)
    world.clock.move(72 * 3600)
    assert refusal(world.enrol(offered.code, SigningKey.generate("unnamed"))) == (403, "code-not-valid")


def test_s01_a_second_code_of_a_place_ends_the_first(world: World) -> None:
    first, second = world.do(operations.add, **MEMBER), world.do(operations.add, **MEMBER)
    assert (first.node_id, second.node_id) == ("n001", "n001")
    assert refusal(world.enrol(first.code, SigningKey.generate("unnamed"))) == (403, "code-not-valid")
    assert world.enrol(second.code, SigningKey.generate("unnamed")).status_code == 200


def test_s01_a_key_that_is_not_held_is_refused_and_the_code_stays_good(world: World) -> None:
    offered = world.do(operations.add, **MEMBER)
    mine, theirs = SigningKey.generate("unnamed"), SigningKey.generate("unnamed")
    wrong = world.enrol(offered.code, mine, proof=theirs.prove(offered.code))
    assert refusal(wrong) == (403, "not-proven")
    other_code = world.enrol(offered.code, mine, proof=mine.prove("another code"))
    assert refusal(other_code) == (403, "not-proven")
    assert world.enrol(offered.code, mine).status_code == 200


def test_s01_wrong_codes_make_the_next_try_wait(world: World) -> None:
    key = SigningKey.generate("unnamed")
    answers = [refusal(world.enrol(f"WRONG-{number}", key)) for number in range(5)]
    assert answers[0] == (403, "code-not-valid")
    assert answers[-1] == (429, "wait")
    assert int(world.enrol("WRONG", key).headers["Retry-After"]) > 0
    offered = world.do(operations.add, **MEMBER)
    world.clock.move(900)
    assert world.enrol(offered.code, key).status_code == 200


@pytest.mark.parametrize("asked", [None, [], {"code": "x"}, {"code": "x", "proof": "y", "public_key": {"kty": "RSA"}}])
def test_s01_what_is_no_request_is_refused_without_a_trace(world: World, asked: object) -> None:
    assert refusal(world.client.post("/v1/enrol", json=asked)) == (400, "bad-request")


def test_s01_six_words_are_the_same_on_both_sides(world: World) -> None:
    offered = world.do(operations.add, **MEMBER)
    key = SigningKey.generate("unnamed")
    world.enrol(offered.code, key)
    here, there = world.ask(operations.words_of, "n001"), fingerprint_words(key.public_jwk())
    assert here == there
    assert len(here) == 6
    assert world.ask(operations.words_of, "n002") == ()


def test_s07_the_gateways_public_keys_can_be_read_without_signing_in(world: World) -> None:
    answer = world.client.get("/.well-known/kora-keys.json")
    assert answer.json == {"gateway": "g1", "keys": [world.gateway.key.public_jwk()]}
    assert set(answer.json["keys"][0]) == {"kty", "crv", "x", "kid"}


def test_messages_of_a_node_wait_until_it_is_approved(world: World) -> None:
    office = world.office(approved=False)
    office.say(a_right_owner())
    world.carry()
    assert (world.outcomes(), office.states()) == ([], ["sent"])
    world.do(operations.approve, office.node_id)
    world.carry()
    assert world.outcomes() == [("kora.party.registered.v1", "applied")]
    assert office.states() == ["receipted"]


def test_s06_a_suspended_node_is_not_heard_until_it_is_let_in_again(world: World) -> None:
    office = world.office()
    world.do(operations.suspend, office.node_id, reason="the key may be stolen")
    office.say(a_right_owner())
    world.carry()
    assert world.ask(lambda session: session.scalar(select(func.count()).select_from(inbox))) == 0
    key = queries.StoredKeys(world.gateway.sessions, world.clock).find("n001:1")
    assert key is not None
    assert not key.active
    world.do(operations.approve, office.node_id)
    world.carry()
    assert world.outcomes() == [("kora.party.registered.v1", "applied")]


def test_s06_nothing_is_sent_to_a_suspended_node(world: World) -> None:
    office = world.office()
    office.post("kora.work.registered.v1", "work/1", {"titles": "none"})
    world.carrier.run_once()
    office.turn()
    world.do(operations.suspend, office.node_id)
    world.carry()
    assert office.told == []


def test_a_society_with_a_working_node_gets_no_second_place(world: World) -> None:
    office = world.office()
    with pytest.raises(operations.AlreadyMember, match="n001"):
        world.do(operations.add, **MEMBER)
    world.do(operations.suspend, office.node_id)
    assert world.do(operations.add, **MEMBER).node_id == "n002"


def test_a_node_without_a_key_cannot_be_approved(world: World) -> None:
    world.do(operations.add, **MEMBER)
    with pytest.raises(operations.WrongState, match="added"):
        world.do(operations.approve, "n001")
    with pytest.raises(operations.UnknownNode):
        world.do(operations.approve, "n009")


def test_s02_a_message_in_the_name_of_another_node_is_not_taken(world: World) -> None:
    tamala, baraka = world.office(), world.office(("998", "BARAKA MUSIC RIGHTS"))
    pretending = replace(tamala.key, kid=baraka.key.kid)
    tamala.relay._key = pretending
    tamala.say(a_right_owner())
    world.carry()
    assert world.outcomes() == []
