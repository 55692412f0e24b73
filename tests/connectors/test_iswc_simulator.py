"""The simulated ISWC database by itself: the numbers of its rules, switches of add and update, files, the command."""

import io
import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.iswc.simulator.people import Register
from formats.iswc import edi
from formats.iswc import json as iswc_json
from formats.iswc.entries import Entry
from formats.iswc.transactions import Composite, Merge, Notification, Outcome, Party, Title, Update
from tests.builders import an_ipi, an_iswc
from tests.connectors.iswc_partner import FIRST_ISWC, OTHER, SECOND_ISWC, IswcPartner, a_submission, written_by

WRITER = Party(an_ipi(700_000_001), "CA")


def code_of(outcome: Outcome) -> str | None:
    """The number of a refusal, None for what was accepted."""
    return outcome.refusal.code if outcome.refusal else None


def number_of(outcome: Outcome) -> str | None:
    return outcome.result.work.iswc if outcome.result and outcome.result.work else None


def an_update(partner: IswcPartner, **changes: Any) -> Outcome:
    """What becomes of a change by the other agency."""
    values = {field: getattr(a_submission(), field) for field in Update.__dataclass_fields__ if field != "tag"}
    (outcome,) = partner.other.update([replace(Update(**values), **changes)])
    return outcome


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"parties": (Party(None, "CA"),)}, "102"),
        ({"parties": ()}, "104"),
        ({"title": None}, "109"),
        ({"parties": (replace(WRITER, role="E"),)}, "111"),
        ({"iswc": "T960000001"}, "113"),
        ({"source_db": "301"}, "115"),
        ({"iswc": an_iswc(960_000_700)}, "117"),
        ({"work_code": None}, "136"),
        ({"parties": (Party(an_ipi(790_000_001), "CA"),)}, "137"),
        ({"parties": (Party(an_ipi(710_000_001), "CA"),)}, "140"),
        ({"iswc": "T9600000011"}, "141"),
        ({"derived_type": "Excerpt"}, "147"),
        ({"work_code": "X" * 21}, "158"),
        ({"local_iswc": an_iswc(300_000_001), "allow_local": True}, "171"),
        ({"disambiguation": True, "disambiguation_reason": "DIT", "disambiguate_from": (an_iswc(960_000_700),)}, "128"),
    ],
)
def test_a_work_is_refused_by_the_number_of_the_rule_it_breaks(
    iswc: IswcPartner, changes: dict[str, Any], code: str
) -> None:
    (outcome,) = iswc.other.add([a_submission(**changes)])
    assert code_of(outcome) == code
    assert iswc.numbers() == []


def test_an_add_of_a_known_work_is_an_update_unless_it_says_no(iswc: IswcPartner) -> None:
    (first,) = iswc.other.add([a_submission()])
    (again,) = iswc.other.add([a_submission(title="SONG OF THE SHORES")])
    (refused,) = iswc.other.add([a_submission(no_switching=True)])
    assert (number_of(first), number_of(again), code_of(refused)) == (FIRST_ISWC, FIRST_ISWC, "168")
    assert iswc.taken() == 1


def test_an_update_of_an_unknown_work_is_an_add_and_needs_a_number(iswc: IswcPartner) -> None:
    assert code_of(an_update(iswc)) == "107"
    assert number_of(an_update(iswc, iswc=SECOND_ISWC)) == FIRST_ISWC


def test_an_agency_without_a_say_may_not_change_the_title_or_the_creators(iswc: IswcPartner) -> None:
    iswc.client.add([a_submission("W1", 710_000_001, agency="997")])
    parties = (Party(an_ipi(710_000_001), "CA"),)
    (attached,) = iswc.other.add([a_submission(parties=parties)])
    assert number_of(attached) == FIRST_ISWC
    assert code_of(an_update(iswc, iswc=FIRST_ISWC, title="OTHER NAME", parties=parties)) == "144"
    assert number_of(an_update(iswc, iswc=FIRST_ISWC, category="INT", parties=parties)) == FIRST_ISWC


def test_an_update_that_says_nothing_new_is_refused_where_checksums_are_kept(iswc: IswcPartner) -> None:
    iswc.other.add([a_submission()])
    iswc.simulator.office._checksums = True
    assert code_of(an_update(iswc, iswc=FIRST_ISWC)) == "174"
    assert number_of(an_update(iswc, iswc=FIRST_ISWC, category="INT")) == FIRST_ISWC


def test_a_number_an_agency_allocated_itself_is_registered_once(iswc: IswcPartner) -> None:
    own = an_iswc(900_000_001)
    (first,) = iswc.other.add([a_submission(local_iswc=own, allow_local=True)])
    (second,) = iswc.other.add([a_submission("X2", title="OTHER", local_iswc=own, allow_local=True)])
    assert (number_of(first), code_of(second)) == (own, "169")


def test_the_same_work_code_twice_in_a_batch_is_refused_the_second_time(iswc: IswcPartner) -> None:
    first, second = iswc.other.add([a_submission(), a_submission(title="OTHER")])
    assert (number_of(first), code_of(second)) == (FIRST_ISWC, "170")


def test_a_deleted_work_may_not_be_changed_but_sent_anew(iswc: IswcPartner) -> None:
    iswc.other.add([a_submission()])
    iswc.simulator.office.delete(OTHER, OTHER, "X1", FIRST_ISWC, "R01")
    assert code_of(an_update(iswc, iswc=FIRST_ISWC)) == "131"
    (again,) = iswc.other.add([a_submission()])
    assert number_of(again) == SECOND_ISWC


def test_a_number_shows_what_its_newest_eligible_work_says(iswc: IswcPartner) -> None:
    iswc.other.add([a_submission()])
    iswc.clock.move(60)
    iswc.client.add([a_submission("W1", agency="997", title="SONGS OF THE SHORE", titles=(Title("SHORE", "AT"),))])
    shown = iswc.client.by_iswc(FIRST_ISWC)
    assert isinstance(shown, Composite)
    assert (shown.agency, shown.title, shown.titles) == ("997", "SONGS OF THE SHORE", (Title("SHORE", "AT"),))
    assert [(work.agency, work.work_code, work.source_db) for work in shown.works] == [
        (OTHER, "X1", OTHER),
        ("997", "W1", "997"),
    ]


def test_state_outlives_a_restart(iswc: IswcPartner) -> None:
    iswc.other.add([a_submission()])
    iswc.simulator.office.register.close()
    again = type(iswc.simulator)(iswc.simulator.data, now=iswc.clock)
    assert again.office.composite(FIRST_ISWC).title == "SONG OF THE SHORE"
    again.log.close()
    again.office.register.close()
    iswc.simulator.office.register = again.office.register


def test_a_merge_lies_as_a_file_in_both_forms_for_the_agencies_concerned_and_reads_without_a_problem(
    iswc: IswcPartner,
) -> None:
    one, two = iswc.said(written_by(700_000_011, number=1), written_by(700_000_012, number=2))
    iswc.other.add([a_submission("X1", 700_000_011)])
    iswc.other.merge(Merge(iswc=one.iswc, merged=(two.iswc or "",)))
    iswc.client.tasks()  # one more request, after which nothing is laid out twice
    outgoing = iswc.simulator.data / "outgoing"
    assert [folder.name for folder in outgoing.iterdir()] == ["997"]
    as_edi, as_json = sorted((outgoing / "997").iterdir())
    assert (as_edi.name, as_json.name) == (
        "ISWC20261124120000997315.csn",
        "iswc_2026-11-24T12-00-00_997_315.json",
    )
    for reader in (
        edi.Reader(io.BytesIO(as_edi.read_bytes()), "strict"),
        iswc_json.Reader(io.BytesIO(as_json.read_bytes())),
    ):
        entries: list[Entry] = list(reader)
        said = entries[0].transaction
        assert isinstance(said, Notification)
        assert (said.answered_type, said.iswc, said.work_code) == ("MER", two.iswc, "W1")
        assert (said.task, said.task_status) == ("1", "Outstanding")
        assert [*reader.problems, *entries[0].problems] == []


def test_the_key_is_needed_and_json_that_breaks_the_schema_is_a_problem_document(iswc: IswcPartner) -> None:
    url = f"{iswc.settings.url}/submission"
    assert requests.post(url, json={}, timeout=10).status_code == 401
    headers = {"Ocp-Apim-Subscription-Key": iswc.settings.key_file.read_text()}
    said = requests.post(url, json={"sourcedb": "x", "derivedWorkType": ""}, headers=headers, timeout=10)
    assert said.status_code == 400
    assert said.json()["errors"] == {
        "[0].sourcedb": ["numeric"],
        "$.derivedWorkType": ["may be neither empty nor endless"],
    }


def test_single_works_are_added_and_changed_as_batches_are(iswc: IswcPartner) -> None:
    body = {
        "agency": OTHER, "sourcedb": 998, "workcode": "X1", "category": "DOM", "originalTitle": "A SONG",
        "interestedParties": [{"nameNumber": int(an_ipi(700_000_001)), "role": "CA"}],
    }  # fmt: skip
    headers = {"Ocp-Apim-Subscription-Key": iswc.settings.key_file.read_text()}
    url = iswc.settings.url
    added = requests.post(f"{url}/submission", json=body, headers=headers, timeout=10)
    assert (added.status_code, added.json()["verifiedSubmission"]["iswc"]) == (201, FIRST_ISWC)
    changed = {**body, "originalTitle": "A SONGS", "preferredIswc": FIRST_ISWC}
    assert requests.put(f"{url}/submission", json=changed, headers=headers, timeout=10).status_code == 200
    found = requests.get(
        f"{url}/iswc/searchByAgencyWorkCode", {"agency": OTHER, "workCode": "X1"}, headers=headers, timeout=10
    )
    assert found.json()[0]["originalTitle"] == "A SONGS"
    missing = requests.get(f"{url}/iswc/searchByIswc", {"iswc": SECOND_ISWC}, headers=headers, timeout=10)
    assert (missing.status_code, missing.json()["code"]) == (404, "180")


def test_the_register_of_people_makes_whom_a_number_asks_for() -> None:
    people = Register()
    assert people.find(an_ipi(790_000_001)) is None
    assert (people.find(an_ipi(760_000_001)) or WRITER).status == 4  # type: ignore[union-attr]
    merged, survivor = people.find(an_ipi(770_000_009)), people.find(an_ipi(700_000_009))
    assert merged == survivor is not None
    base = people.find(an_ipi(710_000_001)).base_number  # type: ignore[union-attr]
    assert (people.represents(base, "997"), people.represents(base, "998"), people.is_anybodys(base)) == (
        True,
        False,
        True,
    )


@pytest.mark.timeout(120)
def test_the_command_prints_one_line_and_ends_when_it_is_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kora", "simulate", "iswc", "--data", str(tmp_path / "sim"), "--rate", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert set(ready) == {"name", "host", "port", "url", "user", "password_file", "key_file", "host_key"}
        assert (ready["name"], ready["user"], oct(Path(ready["key_file"]).stat().st_mode & 0o777)) == (
            "iswc",
            None,
            "0o600",
        )
        headers = {"Ocp-Apim-Subscription-Key": Path(ready["key_file"]).read_text()}
        url = f"{ready['url']}/iswc/searchByIswc?iswc={FIRST_ISWC}"
        assert [requests.get(url, headers=headers, timeout=10).status_code for _ in range(3)] == [404, 404, 429]
        control = json.loads((tmp_path / "sim" / "control.json").read_text())
        assert (control["rate"], control["down"]) == (2, False)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
