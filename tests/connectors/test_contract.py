"""What the gateway may rely on, whatever the partner: the same stories for every connector with its simulator."""

import hashlib
from dataclasses import replace

import pytest

from connectors.contract import PartnerFailure
from mappings.model import Refusal
from tests.builders import a_published_work, a_work
from tests.connectors.iswc_partner import IswcPartner
from tests.connectors.partner import REGISTERED, Partner, an_item

CONNECTORS = ["cisnet", "iswc"]
AnyPartner = Partner | IswcPartner


@pytest.fixture(params=CONNECTORS)
def partner(request: pytest.FixtureRequest) -> AnyPartner:
    """A connector with its simulated partner."""
    made: AnyPartner = request.getfixturevalue(request.param)
    return made


def test_every_item_handed_over_has_a_reference_of_its_own(partner: AnyPartner) -> None:
    items = [an_item(a_work(f"SONG {number}", number=number)) for number in range(1, 6)]
    first = partner.send(*items[:3])
    second = partner.send(*items[3:])
    awaited = [*first.awaited, *second.awaited]
    assert [each.message_id for each in awaited] == [item.message_id for item in items]
    assert [each.subject for each in awaited] == [item.subject for item in items]
    assert len({each.reference for each in awaited}) == 5
    assert all(len(each.digest) == 64 for each in awaited)


def test_every_answer_finds_the_reference_it_belongs_to(partner: AnyPartner) -> None:
    delivery = partner.send(*(an_item(a_work(f"SONG {number}", number=number)) for number in range(1, 4)))
    references = {each.reference for each in delivery.awaited}
    answers = partner.full_answers()
    assert {answer.reference for answer in answers} == references
    assert {answer.reference for answer in answers if answer.final} == references


def test_collecting_again_gives_the_same_until_it_is_confirmed(partner: AnyPartner) -> None:
    partner.make_news()
    first, again = partner.connector.collect(), partner.connector.collect()
    assert [arrival.sha256 for arrival in first] == [arrival.sha256 for arrival in again] != []
    for arrival in first:
        partner.connector.confirm(arrival)
    assert partner.connector.collect() == []


def test_confirming_one_arrival_leaves_the_others(partner: AnyPartner) -> None:
    partner.make_news()
    first, *rest = partner.connector.collect()
    partner.connector.confirm(first)
    assert [arrival.name for arrival in partner.connector.collect()] == [arrival.name for arrival in rest] != []


def test_confirming_twice_does_no_harm(partner: AnyPartner) -> None:
    partner.make_news()
    arrivals = partner.connector.collect()
    for arrival in arrivals * 2:
        partner.connector.confirm(arrival)
    assert partner.connector.collect() == []


def test_an_arrival_brings_the_bytes_as_they_came(partner: AnyPartner) -> None:
    partner.make_news()
    arrivals = partner.connector.collect()
    assert [hashlib.sha256(arrival.content).hexdigest() for arrival in arrivals] == [each.sha256 for each in arrivals]


def test_nothing_counts_as_sent_while_the_partner_is_down(partner: AnyPartner) -> None:
    batch = partner.batch(an_item(a_work()))
    with partner.down():
        with pytest.raises(PartnerFailure) as failure:
            partner.connector.send(batch)
        assert failure.value.failure_class == "F1"
    partner.settle()
    assert partner.connector.collect() == []
    assert len(partner.connector.send(batch).awaited) == 1


def test_collecting_fails_while_the_partner_is_down_and_loses_nothing(partner: AnyPartner) -> None:
    partner.make_news()
    with partner.down(), pytest.raises(PartnerFailure) as failure:
        partner.connector.collect()
    assert failure.value.failure_class == "F1"
    assert partner.connector.collect() != []


def test_an_arrival_is_confirmed_even_while_the_partner_is_down(partner: AnyPartner) -> None:
    partner.make_news()
    arrivals = partner.connector.collect()
    with partner.down():
        for arrival in arrivals:
            partner.connector.confirm(arrival)
    assert partner.connector.collect() == []


def test_sending_the_same_batch_again_does_not_double_it_at_the_partner(partner: AnyPartner) -> None:
    batch = partner.batch(an_item(a_work()))
    first, again = partner.deliver(batch), partner.deliver(batch)
    assert first.awaited == again.awaited
    finals = {answer.reference for answer in partner.full_answers() if answer.final}
    assert finals == {first.awaited[0].reference}
    assert partner.taken() == 1


@pytest.mark.parametrize("type", ["kora.party.registered.v1", "kora.work.dreamt.v1"])
def test_a_message_of_a_type_it_does_not_know_is_refused_and_the_rest_goes(partner: AnyPartner, type: str) -> None:
    good, foreign = an_item(a_work(number=1)), replace(an_item(a_work(number=2)), type=type)
    delivery = partner.send(good, foreign)
    assert type not in partner.connector.accepts
    assert [each.message_id for each in delivery.awaited] == [good.message_id]
    (answer,) = (each for each in delivery.answers if isinstance(each.data, Refusal))
    assert (answer.message_id, answer.subject, answer.data.code) == (
        foreign.message_id,
        foreign.subject,
        "unknown-type",
    )
    assert (answer.data.message, answer.data.type) == (foreign.message_id, type)


def test_data_that_cannot_be_read_is_refused_with_the_field(partner: AnyPartner) -> None:
    item = replace(an_item(a_work()), data={"titles": []})
    delivery = partner.send(item)
    (answer,) = delivery.answers
    assert isinstance(answer.data, Refusal)
    assert (answer.data.code, answer.data.reasons[0].field) == ("unreadable", "titles")
    assert (delivery.awaited, delivery.files) == ((), ())


def test_an_unchanged_body_is_not_sent_again(partner: AnyPartner) -> None:
    work = a_published_work()
    digest = partner.send(an_item(work)).awaited[0].digest
    item = an_item(work, accepted_before=True, last_digest=digest)
    delivery = partner.send(item)
    assert delivery.unchanged == (item.message_id,)
    assert (delivery.awaited, delivery.answers, delivery.files) == ((), (), ())


def test_an_empty_batch_sends_nothing(partner: AnyPartner) -> None:
    delivery = partner.send()
    assert (delivery.awaited, delivery.answers, delivery.unchanged, delivery.files) == ((), (), (), ())


def test_the_access_can_be_tried_without_writing(partner: AnyPartner) -> None:
    assert list(partner.connector.check()) == ["settings", "reach", "authenticate", "read"]
    partner.settle()
    assert partner.connector.collect() == []


def test_a_connector_says_its_name_access_and_types(partner: AnyPartner) -> None:
    assert partner.connector.name in CONNECTORS
    assert partner.connector.tier
    assert REGISTERED in partner.connector.accepts
