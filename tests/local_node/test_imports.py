"""A publisher's file at an office: taken in, repeated, corrected, held back, cut off in the middle, taken back."""

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from formats.archives import NotOneFile, TooLargeUnpacked, unpacked
from local_node.agreements import queries as agreements
from local_node.imports import background, operations, queries
from local_node.imports.models import Quarantined
from local_node.right_owners import operations as right_owners
from local_node.right_owners import queries as owners
from local_node.right_owners.models import RightOwner
from local_node.works import operations as works
from local_node.works import queries as work_queries
from local_node.works.models import WorkRow
from mappings.model import Identifier, Title
from tests.builders import a_right_owner, an_ipi
from tests.local_node.conftest import Browser, Office
from tests.samples.publisher import publisher_file

NAME = "CW260001TWP_997.V21"


def received(office: Office, content: bytes, name: str = NAME, **named: Any) -> int:
    return operations.receive(office.node.imports(), io.BytesIO(content), name=name, by="awa@tamala.example", **named)


def imported(office: Office, content: bytes, name: str = NAME, **named: Any) -> Any:
    number = received(office, content, name, **{key: named[key] for key in named if key == "same_name"})
    return operations.run(office.node.imports(), number, by="awa@tamala.example", in_spite=named.get("in_spite", False))


def total(office: Office, table: Any, *conditions: Any) -> int:
    return int(office.ask(lambda session: session.scalar(select(func.count()).select_from(table).where(*conditions))))


def held(office: Office) -> list[Quarantined]:
    return list(office.ask(queries.quarantine)[0])


def test_a_publishers_file_becomes_works_right_owners_and_agreements(office: Office) -> None:
    batch = imported(office, publisher_file(20, 5))
    assert (batch.state, batch.version, batch.encoding) == ("done", "2.1", "cp1252-bom")
    assert batch.outcome["new"] == total(office, WorkRow) == 20
    assert batch.outcome["parties.new"] == total(office, RightOwner)
    assert batch.outcome["agreements"] == office.ask(agreements.count) == 5
    types = [one.type for one in office.posted()]
    assert types.count("kora.work.registered.v1") == 20
    assert types.count("kora.party.registered.v1") == batch.outcome["parties.new"]
    assert len(types) == 20 + batch.outcome["parties.new"]


def test_a_party_with_an_ipi_number_becomes_one_right_owner_and_a_bare_name_stays_with_the_work(office: Office) -> None:
    imported(office, publisher_file(4, 0))  # the fourth work has parties of others, one of them unknown
    row = office.ask(work_queries.by_title, "LAST RIVER")[0]
    work = work_queries.to_work(row)
    linked = [one.party is not None and one.party.id is not None for one in work.interests]
    assert [one.role for one in work.interests] == ["E", "E", "CA", "A", ""]
    assert linked == [True, False, True, True, False]
    assert work.interests[1].party is not None
    assert work.interests[1].party.names[0].name == "ELSEWHERE SONGS"
    assert work.interests[4].party is None


def test_the_same_bytes_are_known_and_change_nothing(office: Office) -> None:
    content = publisher_file(5, 0)
    batch = imported(office, content)
    before = len(office.posted())
    with pytest.raises(operations.AlreadyImported) as known:
        received(office, content, "other-name.V21")
    assert known.value.number == batch.id
    assert len(office.posted()) == before


def test_the_same_name_with_other_content_asks(office: Office) -> None:
    first = imported(office, publisher_file(5, 0))
    with pytest.raises(operations.NameUsed) as used:
        received(office, publisher_file(6, 0))
    assert used.value.number == first.id
    second = imported(office, publisher_file(6, 0), same_name=True)
    assert (second.outcome["new"], second.outcome["unchanged"]) == (1, 5)


def test_a_changed_work_is_changed_here_and_what_the_file_does_not_know_stays(office: Office) -> None:
    imported(office, publisher_file(3, 0))
    row = office.ask(work_queries.by_title, "QUIET RIVER")[0]
    work = work_queries.to_work(row)
    ours = Title("النهر الهادئ", "OT", "ar", "Arab")
    isrc = Identifier("isrc", "QMZZZ2000099", source="typed")
    office.do(
        works.update_work,
        type(work)(**{**_fields(work), "titles": (ours, *work.titles), "identifiers": (*work.identifiers, isrc)}),
    )
    changed = publisher_file(3, 0).replace(b"QUIET RIVER", b"QUIET WATER")
    batch = imported(office, changed, "later.V21")
    kept = work_queries.to_work(office.ask(work_queries.get, work.id))
    assert (batch.outcome["updated"], batch.outcome["unchanged"]) == (1, 2)
    assert kept.titles[0] == ours
    assert "QUIET WATER" in [one.text for one in kept.titles]
    assert isrc.value in [one.value for one in kept.identifiers]


def _fields(work: Any) -> dict[str, Any]:
    return {name: getattr(work, name) for name in work.__dataclass_fields__}


def test_a_known_right_owner_is_found_by_ipi_number_and_keeps_the_names_of_this_office(office: Office) -> None:
    known = office.do(
        right_owners.register,
        a_right_owner("ديالو", "أوا", number=None, identifiers=(Identifier("ipi-name", an_ipi(810_000_000)),)),
    )
    imported(office, publisher_file(1, 0))
    (row,) = office.ask(owners.by_identifier, "ipi-name", an_ipi(810_000_000))
    assert row.id == known.id
    assert row.names[0].name == "ديالو"
    work = work_queries.to_work(office.ask(work_queries.by_title, "QUIET RIVER")[0])
    assert known.id in [one.party.id for one in work.interests if one.party]


def test_the_same_name_alone_makes_a_new_right_owner_and_says_so(office: Office) -> None:
    office.do(right_owners.register, a_right_owner("DIALLO", "AWA", number=None, identifiers=()))
    batch = imported(office, publisher_file(1, 0))
    codes = [one["code"] for one in batch.problems]
    assert codes.count("KORA-SIMILAR-PARTY") == 1
    assert len(office.ask(owners.by_name, "AWA DIALLO")) == 2


def test_a_work_that_owns_too_little_waits_in_quarantine_with_its_reasons_and_lines(office: Office) -> None:
    batch = imported(office, publisher_file(5, 0, wrong=1))
    (waiting,) = held(office)
    assert (batch.outcome["new"], batch.outcome["quarantined"]) == (4, 1)
    assert (waiting.title, waiting.source_number, waiting.sender) == ("WANDERING RIVER", "TW000004", batch.sender)
    assert {"NWR-T-011"} <= {one["code"] for one in waiting.problems}
    assert waiting.lines[0].startswith("NWR")
    assert total(office, WorkRow) == 4


def test_a_quarantined_work_becomes_a_draft_that_is_corrected_and_registered(office: Office) -> None:
    imported(office, publisher_file(5, 0, wrong=1))
    (waiting,) = held(office)
    id = office.do(operations.take_as_draft, waiting.id)
    row = office.ask(work_queries.get, id)
    assert (row.status, held(office)) == ("draft", [])
    assert f"work/{id}" not in [one.aggregate for one in office.posted()]
    # The corrected file finds the draft by the sender's number and registers it.
    batch = imported(office, publisher_file(5, 0), "corrected.V21")
    assert office.ask(work_queries.get, id).status == "registered"
    assert (batch.outcome["updated"], batch.outcome["unchanged"]) == (1, 4)


def test_a_corrected_file_takes_the_work_out_of_quarantine(office: Office) -> None:
    imported(office, publisher_file(5, 0, wrong=1))
    (waiting,) = held(office)
    imported(office, publisher_file(5, 0), "corrected.V21")
    decided = office.ask(lambda session: session.get(Quarantined, waiting.id))
    assert (decided.state, held(office)) == ("replaced", [])
    assert decided.work_id == office.ask(work_queries.by_title, "WANDERING RIVER")[0].id


def test_a_file_cut_off_in_the_middle_holds_its_works_back_until_somebody_says_otherwise(office: Office) -> None:
    whole = publisher_file(10, 0)
    cut = whole[: whole.rindex(b"GRT")]
    batch = imported(office, cut, "cut.V21")
    assert batch.outcome == {"quarantined": 10}
    assert {one["code"] for one in held(office)[0].problems} == {"KORA-REFUSED-WITH-FILE"}
    assert "FIL-E-005" in [one["code"] for one in batch.problems]
    office.do(operations.undo, batch.id)
    again = imported(office, cut, "cut.V21", in_spite=True)
    assert again.outcome["new"] == 10


def test_a_refused_group_leaves_the_other_groups_alone(office: Office) -> None:
    content = publisher_file(6, 2).replace(b"GRHAGR0000102.10", b"GRHAGR0000102.19")
    batch = imported(office, content)
    assert batch.outcome["new"] == 6
    assert batch.outcome.get("agreements", 0) == 0
    assert [one.type for one in held(office)] == ["AGR", "AGR"]


def test_an_undone_batch_withdraws_its_works_and_restores_changed_ones(office: Office) -> None:
    imported(office, publisher_file(3, 0))
    changed = publisher_file(5, 1).replace(b"QUIET RIVER", b"QUIET WATER")
    batch = imported(office, changed, "later.V21")
    before = len(office.posted())
    undone = office.do(operations.undo, batch.id)
    # Two new works go, one changed work is as before; two right owners were in no other work.
    assert (undone.works, undone.withdrawn) == (3, 2)
    posted = [one.type for one in office.posted()[before:]]
    assert sorted(posted) == ["kora.work.updated.v1", *["kora.work.withdrawn.v1"] * 2]
    assert len(office.ask(work_queries.by_title, "QUIET RIVER")) == 1
    assert office.ask(agreements.count) == 0
    assert total(office, WorkRow, WorkRow.status == "withdrawn") == 2
    assert undone.parties == total(office, RightOwner, RightOwner.withdrawn_at.is_not(None))


def test_a_withdrawn_right_owner_is_not_found_and_comes_back_with_the_next_file(office: Office) -> None:
    batch = imported(office, publisher_file(1, 0))
    office.do(operations.undo, batch.id)
    assert office.ask(owners.search).total == 0
    again = imported(office, publisher_file(1, 0))
    assert (again.outcome["new"], again.outcome.get("parties.new", 0)) == (1, 0)
    assert office.ask(owners.search).total == 2
    assert total(office, RightOwner) == 2
    assert total(office, WorkRow) == 1


def test_a_work_changed_after_the_import_stands_in_the_way_of_undoing_it(office: Office) -> None:
    batch = imported(office, publisher_file(2, 0))
    row = office.ask(work_queries.by_title, "QUIET RIVER")[0]
    work = work_queries.to_work(row)
    office.do(works.update_work, type(work)(**{**_fields(work), "titles": (Title("OTHER", script="Latn"),)}))
    with pytest.raises(operations.UsedLater) as later:
        office.do(operations.undo, batch.id)
    assert later.value.subjects == (f"work/{row.id}",)
    assert total(office, WorkRow, WorkRow.status == "withdrawn") == 0


def test_an_import_that_is_killed_goes_on_behind_its_last_commit(office: Office) -> None:
    """The process dies in the third piece; what the first two committed is not taken in again."""
    number = received(office, publisher_file(160, 0))
    data, root = office.node.settings.data, Path(__file__).parents[2]
    script = (
        "import sys\nfrom local_node.node import open_node\nfrom local_node.imports import operations, taking\n"
        "from local_node.settings import NodeSettings\nimport os, signal\n"
        "from pathlib import Path\nnode = open_node(NodeSettings(data=Path(sys.argv[1])))\n"
        "take, seen = taking.take, []\n"
        "def counted(*a, **k):\n"
        "    seen.append(1)\n"
        "    if len(seen) == 130: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return take(*a, **k)\n"
        "taking.take = counted\noperations.run(node.imports(), int(sys.argv[2]), by='x')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(data), str(number)], cwd=root, check=False, env={**os.environ}
    )
    assert ran.returncode == -signal.SIGKILL
    assert total(office, WorkRow) == 100
    batch = operations.run(office.node.imports(), number, by="awa@tamala.example")
    assert (batch.state, batch.outcome["new"], total(office, WorkRow)) == ("done", 160, 160)
    assert [one.type for one in office.posted()].count("kora.work.registered.v1") == 160


def test_an_import_started_on_a_page_runs_in_the_background_and_once(office: Office) -> None:
    number = received(office, publisher_file(3, 0))
    with office.node.sessions.begin() as session:
        operations.start(session, number, in_spite=False, node_id="n001", now=office.clock())
    assert background.run_due(office.node.imports(), office.clock()) == 1
    assert background.run_due(office.node.imports(), office.clock()) == 0
    assert office.ask(queries.get, number).outcome["new"] == 3


def zipped(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def test_a_zipped_file_is_unpacked_and_a_zip_bomb_is_refused(office: Office) -> None:
    batch = imported(office, zipped((NAME, publisher_file(2, 0))), "works.zip")
    assert batch.outcome["new"] == 2
    with pytest.raises(NotOneFile):
        received(office, zipped(("a", b"1"), ("b", b"2")), "two.zip")
    with pytest.raises(TooLargeUnpacked), unpacked(io.BytesIO(zipped(("a", bytes(5_000_000)))), largest=1_000_000):
        pass


def test_the_pages_lead_from_a_file_to_its_works_and_back(office: Office, awa: Browser) -> None:
    awa.open("/import")
    token = awa.fields_of_page()["csrf_token"]
    answer = awa.client.post(
        "/import",
        data={"csrf_token": token, "file": (io.BytesIO(publisher_file(4, 1, wrong=1)), NAME)},
        content_type="multipart/form-data",
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/import/1")
    assert "The ownership shares of one right must add up to 100 % or to nothing." in awa.open("/import/1")
    assert total(office, WorkRow) == 0
    awa.post("/import/1/run")
    assert background.run_due(office.node.imports(), office.clock()) == 1
    assert "works in quarantine" in awa.open("/import/1")
    assert "LAST RIVER" in awa.open("/import/quarantine")
    assert "<mark>NWR" in awa.open(f"/import/quarantine/{held(office)[0].id}")
    assert "NWR-T-011" in awa.open("/import/1/problems.csv")
    awa.open("/import/1")
    awa.post("/import/1/undo")
    assert "The batch is taken back: 3 works." in awa.page
    assert "Nothing waits in quarantine" in awa.open("/import/quarantine")


def test_a_file_that_is_no_cwr_says_so_and_cannot_be_imported(office: Office, awa: Browser) -> None:
    number = received(office, b"title,writer\nA,B\n", "list.csv")
    assert "This file has none of the formats that Kora reads." in awa.open(f"/import/{number}")
    with pytest.raises(operations.NotNow):
        operations.run(office.node.imports(), number, by="awa@tamala.example")


def test_a_viewer_reads_and_does_not_import(office: Office, sign_in: Any) -> None:
    number = received(office, publisher_file(1, 0))
    viewer = sign_in("viewer")
    assert "Import this file" not in viewer.open(f"/import/{number}")
    viewer.post(f"/import/{number}/run")
    assert viewer.status == 404
    assert office.ask(queries.get, number).state == "checked"


def test_the_command_answers_with_the_agreed_keys(office: Office, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(publisher_file(4, 2, wrong=1))

    def ran(*arguments: str) -> tuple[int, dict[str, Any]]:
        command = [sys.executable, "-m", "kora", "node", "--data", str(office.node.settings.data), "import"]
        done = subprocess.run(
            [*command, *arguments, "--json"], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    code, answer = ran(str(path), "--as", "works")
    assert code == 1
    assert list(answer) == ["batch", "file", "already", "works", "parties", "agreements", "problems"]
    assert answer["works"] == {"new": 3, "updated": 0, "unchanged": 0, "quarantined": 1}
    assert (answer["batch"], answer["already"], answer["agreements"]) == (1, False, 2)
    first = answer["problems"][0]
    assert list(first) == ["line", "column", "field", "value", "code", "level", "effect", "message"]
    assert (first["code"], first["level"], first["effect"]) == ("NWR-T-009", "error", "TR")
    code, answer = ran(str(path), "--as", "works")
    assert (code, answer["already"], answer["batch"]) == (0, True, 1)
    path.write_bytes(publisher_file(5, 2))
    code, answer = ran(str(path), "--as", "works")
    assert (code, [one["code"] for one in answer["problems"]]) == (1, ["KORA-NAME-USED"])
    code, answer = ran("undo", "1")
    assert (code, list(answer)) == (0, ["batch", "works", "parties", "withdrawn"])
    assert (answer["works"], answer["withdrawn"]) == (3, 3)
