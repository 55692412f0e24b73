"""What can go wrong on the way to CIS-Net and back, tried on real connections."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from connectors.cisnet import Cisnet, CisnetClient
from connectors.cisnet.client import StepFailed
from connectors.cisnet.simulator import Simulator
from connectors.cisnet.simulator.keys import key_at, public_text
from connectors.cisnet.simulator.office import Switches
from connectors.contract import Context, PartnerFailure
from tests.builders import a_work
from tests.connectors.partner import Clock, Partner, an_item, ledger_at, settings_for

MANY = [an_item(a_work(f"SONG {number}", number=number)) for number in range(1, 201)]
NAME = "CW260001997_996.V21"


def failure_of(cisnet: Partner, **changes: Any) -> StepFailed:
    """How trying the access fails with these settings."""
    settings = replace(cisnet.settings, **changes)
    with pytest.raises(StepFailed) as failure:
        CisnetClient(settings, cisnet.ledger).check()
    return failure.value


def test_an_upload_that_breaks_off_leaves_only_a_part(cisnet: Partner) -> None:
    cisnet.simulator.switches.cut = 40_000
    batch = cisnet.batch(*MANY)
    with pytest.raises(PartnerFailure) as failure:
        cisnet.connector.send(batch)
    assert failure.value.failure_class == "F1"
    assert cisnet.folder("incoming") == [f"{NAME}.part"]
    cisnet.simulator.settle()
    assert cisnet.simulator.office.register.log() == []

    cisnet.simulator.switches.cut = None
    assert len(cisnet.connector.send(batch).awaited) == 200
    cisnet.simulator.settle()
    assert cisnet.simulator.office.register.log() == [(NAME, "200 answered")]
    assert cisnet.folder("incoming") == []


def test_a_rename_whose_answer_is_lost_is_looked_up_and_counts_as_sent(cisnet: Partner) -> None:
    cisnet.simulator.switches.lost_answers = 1
    delivery = cisnet.send(an_item(a_work()))
    assert cisnet.simulator.switches.lost_answers == 0
    assert len(delivery.awaited) == 1
    assert cisnet.statuses() == [("W1", "RA"), ("W1", "AS")]


@dataclass
class ThenGone(Switches):
    """Breaks the connection instead of answering, and is down from then on."""

    def lose_answer(self) -> bool:
        self.down = super().lose_answer()
        return self.down


def test_a_rename_nobody_can_be_asked_about_is_uncertain_and_never_repeated_blindly(tmp_path: Path) -> None:
    simulator = Simulator(tmp_path / "cisnet", switches=ThenGone(lost_answers=1))
    partner = Partner(simulator, settings_for(simulator.start()), ledger_at(tmp_path / "ledger.sqlite"), Clock())
    with pytest.raises(PartnerFailure) as failure:
        partner.send(an_item(a_work()))
    simulator.stop()
    assert failure.value.failure_class == "F8"


def test_a_name_that_was_used_is_not_used_for_other_bytes(cisnet: Partner) -> None:
    client = CisnetClient(cisnet.settings, cisnet.ledger)
    client.upload(NAME, b"one")
    client.upload(NAME, b"one")
    with pytest.raises(PartnerFailure) as failure:
        client.upload(NAME, b"other")
    assert failure.value.failure_class == "F7"


def test_a_partner_that_is_slower_than_our_patience_is_a_failure_of_the_network(cisnet: Partner) -> None:
    cisnet.simulator.switches.slow = 30
    with pytest.raises(PartnerFailure) as failure:
        CisnetClient(replace(cisnet.settings, timeout_s=0.5), cisnet.ledger).arrivals()
    assert failure.value.failure_class == "F1"


def test_an_answer_is_collected_once_even_if_it_cannot_be_moved(cisnet: Partner) -> None:
    cisnet.send(an_item(a_work()))
    done = cisnet.simulator.data / "files" / "outgoing" / "done"
    done.rmdir()
    assert cisnet.statuses() == [("W1", "RA"), ("W1", "AS")]
    assert cisnet.connector.collect() == []
    assert cisnet.folder("outgoing") == ["CW260001996_997.V21", "CW260002996_997.V21"]

    done.mkdir()
    assert cisnet.connector.collect() == []
    assert cisnet.folder("outgoing") == []
    assert cisnet.folder("outgoing/done") == ["CW260001996_997.V21", "CW260002996_997.V21"]


def test_a_collected_file_never_overwrites_an_older_one_of_its_name(cisnet: Partner) -> None:
    done = cisnet.simulator.data / "files" / "outgoing" / "done"
    (done / "CW260001996_997.V21").write_bytes(b"older")
    cisnet.send(an_item(a_work()))
    first, _ = cisnet.collected()
    assert (done / "CW260001996_997.V21").read_bytes() == b"older"
    assert (done / f"CW260001996_997.V21.{first.sha256[:8]}").read_bytes() == first.content


def test_a_half_written_answer_is_left_alone(cisnet: Partner) -> None:
    (cisnet.simulator.data / "files" / "outgoing" / "CW260009996_997.V21.part").write_bytes(b"HDRSO")
    assert cisnet.connector.collect() == []


def test_another_host_key_is_refused_before_we_sign_in(cisnet: Partner, tmp_path: Path) -> None:
    other = public_text(key_at(tmp_path / "other_key"))
    failed = failure_of(cisnet, host_key=other)
    assert (failed.failure_class, failed.step) == ("F5", "authenticate")
    assert "host key" in str(failed)
    with pytest.raises(PartnerFailure) as failure:
        Cisnet(replace(cisnet.settings, host_key=other), Context(cisnet.ledger)).send(cisnet.batch(an_item(a_work())))
    assert failure.value.failure_class == "F5"
    assert cisnet.folder("incoming") == []


def test_a_key_the_server_does_not_know_is_refused(cisnet: Partner, tmp_path: Path) -> None:
    key_at(tmp_path / "other_key")
    failed = failure_of(cisnet, key_file=tmp_path / "other_key")
    assert (failed.failure_class, failed.step, list(failed.done)) == ("F5", "authenticate", ["settings", "reach"])


def test_another_user_is_refused(cisnet: Partner) -> None:
    assert failure_of(cisnet, user="somebody").failure_class == "F5"


@pytest.mark.parametrize("text", ["", "ssh-ed25519", "ssh-ed25519 notbase64", "no-such-kind AAAA", "AAAA"])
def test_a_host_key_that_is_none_is_a_fault_of_the_settings(cisnet: Partner, text: str) -> None:
    failed = failure_of(cisnet, host_key=text)
    assert (failed.failure_class, failed.step) == ("F5", "settings")


@pytest.mark.parametrize("content", [None, b"", b"not a key"])
def test_a_key_file_that_cannot_be_read_is_a_fault_of_the_settings(
    cisnet: Partner, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "broken_key"
    if content is not None:
        path.write_bytes(content)
    failed = failure_of(cisnet, key_file=path)
    assert (failed.failure_class, failed.step) == ("F5", "settings")


def test_a_port_where_nobody_listens_fails_to_reach(cisnet: Partner) -> None:
    cisnet.simulator.stop()
    failed = failure_of(cisnet)
    assert (failed.failure_class, failed.step, list(failed.done)) == ("F1", "reach", ["settings"])


def test_a_missing_folder_is_something_to_agree_about_with_the_partner(cisnet: Partner) -> None:
    cisnet.simulator.settle()
    (cisnet.simulator.data / "files" / "incoming").rmdir()
    failed = failure_of(cisnet)
    assert (failed.failure_class, failed.step) == ("F4", "read")


def test_the_ledger_survives_a_restart_of_ours(cisnet: Partner, tmp_path: Path) -> None:
    cisnet.send(an_item(a_work()))
    first, second = cisnet.collected()
    ledger = ledger_at(tmp_path / "ledger.sqlite")
    assert ledger.digests("collected", first.name) == {first.sha256}
    assert ledger.digests("collected", second.name) == {second.sha256}
    assert len(ledger.digests("sent", NAME)) == 1
    assert Cisnet(cisnet.settings, Context(ledger)).collect() == []


def test_while_one_worker_sends_a_file_no_other_does(cisnet: Partner, tmp_path: Path) -> None:
    ours, theirs = cisnet.ledger, ledger_at(tmp_path / "ledger.sqlite")
    content, digest = b"a file", hashlib.sha256(b"a file").hexdigest()
    with theirs.alone(NAME, digest), pytest.raises(PartnerFailure, match="another worker") as failure:
        CisnetClient(cisnet.settings, ours).upload(NAME, content)
    assert failure.value.failure_class == "F2"
    assert failure.value.retry_after is not None and 590 < failure.value.retry_after <= 600
    assert cisnet.folder("incoming") == []
    CisnetClient(cisnet.settings, ours).upload(NAME, content)
    cisnet.simulator.settle()
    CisnetClient(cisnet.settings, theirs).upload(NAME, content)
    cisnet.simulator.settle()
    assert len(cisnet.simulator.office.register.log()) == 1


def test_a_process_that_died_before_it_heard_of_the_rename_asks_what_became_of_it(cisnet: Partner) -> None:
    """What the ledger holds at that moment, once with the file taken and once with the rename not done."""
    ledger, incoming = cisnet.ledger, cisnet.simulator.data / "files" / "incoming"
    digest = hashlib.sha256(b"a file").hexdigest()

    def upload_again() -> int:
        """Files the partner has taken after that."""
        ledger.remove("sent", NAME, digest)
        ledger.add("renaming", NAME, digest)
        CisnetClient(cisnet.settings, cisnet.ledger).upload(NAME, b"a file")
        cisnet.simulator.settle()
        assert (ledger.digests("sent", NAME), ledger.digests("renaming", NAME)) == ({digest}, frozenset())
        return len(cisnet.simulator.office.register.log())

    CisnetClient(cisnet.settings, cisnet.ledger).upload(NAME, b"a file")
    cisnet.simulator.settle()
    assert upload_again() == 1
    (incoming / f"{NAME}.part").write_bytes(b"a file")
    assert upload_again() == 2
