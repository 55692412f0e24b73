"""A full load replaces the directory as a whole, or not at all."""

import json
import zipfile
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import inspect, select

from gateway import migrations
from gateway.ipi import feeds, loading, preparing
from gateway.ipi.models import IpiCode, IpiKey, IpiName, IpiParty
from gateway.vault import open_vault
from interface.vault import KeyIsExposed
from tests.connectors.partner import Clock
from tests.databases import BOTH
from tests.formats.ipi.made import (
    ADA,
    ADA_NAME,
    ADAS_DOUBLE,
    DAY,
    DJ_NAME,
    DOUBLE_NAME,
    FIRM,
    Records,
    a_firm,
    a_name,
    a_person,
    a_status,
    about,
    ada,
    make,
    merged,
    written,
)
from tests.gateway.ipi.conftest import Register

pytestmark = BOTH


def the_double(name: str = "EXEMPLE") -> Records:
    return [
        about("IPA", ADAS_DOUBLE, DOUBLE_NAME),
        a_person(),
        a_status(ref=ADAS_DOUBLE),
        a_name(name, "ADA", DOUBLE_NAME),
    ]


def test_a_load_makes_the_directory_and_another_replaces_all_of_it(register: Register) -> None:
    first = register.load(ada(), a_firm(), as_of="20260105120000")
    assert (first.transactions, first.applied, first.skipped, first.parties, first.names) == (2, 2, 0, 2, 3)
    assert (first.mark, first.mark_source) == ("20260105120000", "option")
    assert register.names(ADA) == [(ADA_NAME, "PA", "EXAMPLE ADA"), (DJ_NAME, "PP", "DJ SAMPLE")]
    second = register.load(the_double(), as_of="20260405120000")
    assert (second.parties, second.names) == (1, 1)
    assert not register.show(ADA).is_known
    assert register.names(DOUBLE_NAME) == [(DOUBLE_NAME, "PA", "EXEMPLE ADA")]
    assert register.mark("load") == "20260405120000"


def test_after_a_load_tables_and_indexes_are_those_of_the_models(register: Register) -> None:
    for _ in range(2):
        register.load(ada(), a_firm())
        assert migrations.differences(register.gateway.engine) == []
    tables = inspect(register.gateway.engine).get_table_names()
    expected = {"ipi_code", "ipi_feed", "ipi_key", "ipi_name", "ipi_party", "ipi_wanted"}
    assert {name for name in tables if name.startswith("ipi_")} == expected


UNFIT = {
    "a daily file": (written(ada(), merged()), {"KORA-NOT-A-SNAPSHOT"}),
    "a file that was cut off": (written(ada(), a_firm())[:1500], {"KORA-IPI-LACKS"}),
    "a file that counts wrongly": (
        written(ada()).replace(b"TRL000010000000100", b"TRL000010000000900"),
        {"KORA-IPI-COUNT"},
    ),
    "something else": (b"name,number\r\n", {"KORA-UNKNOWN-FORMAT"}),
    "a broken archive": (b"PK\x05\x06" + bytes(18), {"FIL-E-001"}),
}  # fmt: skip


@pytest.mark.parametrize("what", UNFIT)
def test_files_that_are_no_whole_copy_change_nothing(register: Register, what: str) -> None:
    register.load(a_firm(), as_of="20260101000000")
    content, codes = UNFIT[what]
    with pytest.raises(loading.Unfit):
        register.load_files(register.file("bad.edi", content=content), as_of="20260401000000")
    assert {problem["code"] for problem in register.told.problems} >= codes
    assert register.show(FIRM).is_known
    assert not register.show(ADA).is_known
    assert register.mark("load") == "20260101000000"


def test_a_set_needs_to_say_up_to_when_it_is_complete(register: Register) -> None:
    part = register.file("IPI01080.edi", ada())
    with pytest.raises(loading.NoMark):
        register.load_files(part)
    stamp = register.file("timestamp.txt", content=b"2026-01-05 23:59:59\r\n")
    done = register.load_files(part, register.file("IPI02080.edi", a_firm()), stamp)
    assert (done.parties, done.mark, done.mark_source) == (2, "20260105235959", "timestamp")


def test_a_single_file_without_a_timestamp_takes_its_newest_transaction_and_says_so(register: Register) -> None:
    done = register.load(ada())
    assert (done.mark, done.mark_source) == ("20260105101112", "transactions")


def test_zipped_files_are_read_as_they_are(register: Register) -> None:
    path = register.folder / "IPI01080.edi.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("IPI01080.edi", written(ada()))
    assert register.load_files(path, as_of="20260105000000").parties == 1


def test_a_party_that_stands_there_twice_is_there_once_as_it_was_said_last(register: Register) -> None:
    done = register.load(the_double("FIRST"), ada(), the_double("LAST"))
    assert (done.transactions, done.applied, done.skipped, done.parties) == (3, 2, 1, 2)
    assert register.names(ADAS_DOUBLE) == [(DOUBLE_NAME, "PA", "LAST ADA")]
    assert register.found("FIRST") == []


def test_a_snapshot_that_cannot_be_used_is_told_and_wanted_and_the_others_go_in(register: Register) -> None:
    broken = [about("IPA", ADAS_DOUBLE, DOUBLE_NAME), a_name("NOBODY", None, DOUBLE_NAME)]
    done = register.load(broken, a_firm())
    assert (done.applied, done.skipped, done.parties) == (1, 1, 1)
    assert register.wanted() == [ADAS_DOUBLE]
    assert [(problem["code"], problem["line"]) for problem in register.told.problems] == [("KORA-IPI-DETAILS", 3)]
    register.load(the_double(), a_firm())
    assert register.wanted() == []


def test_code_lists_go_into_their_table(register: Register) -> None:
    listed = [
        make("IDA", transaction_date=DAY, transaction_time="000000", remitting_society_code="080",
             remitting_society_name="SUISA", domain_name="ROL"),
        make("ROL", role="MC", description="COMPOSER", language="EN"),
        make("ROL", role="MC", description="COMPOSITEUR", language="FR"),
    ]  # fmt: skip
    done = register.load(listed, ada())
    assert (done.transactions, done.applied) == (2, 2)
    with register.session() as session:
        rows = session.scalars(select(IpiCode).order_by(IpiCode.language)).all()
        assert [(row.list, row.code, row.language, row.fields["description"]) for row in rows] == [
            ("ROL", "MC", "EN", "COMPOSER"),
            ("ROL", "MC", "FR", "COMPOSITEUR"),
        ]


def test_large_files_are_prepared_by_a_process_of_their_own(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "SMALL_BYTES", 0)
    accented = [about("IPA", FIRM), a_person(birth_place="GENÈVE"), a_name("ÉCOLE", None)]
    done = register.load(ada(), accented)
    assert (done.transactions, done.parties) == (2, 2)
    assert register.told.totals == {"error": 0, "warning": 1}
    assert register.told.problems[0]["code"] == "KORA-IPI-WRITTEN-IN"
    assert register.names(ADA)[0] == (ADA_NAME, "PA", "EXAMPLE ADA")
    with pytest.raises(loading.Unfit):
        register.load(merged())


def test_a_load_that_died_leaves_the_directory_and_the_next_one_works(register: Register) -> None:
    register.load(a_firm())
    with pytest.raises(FileNotFoundError):
        register.load_files(register.file("full.edi", ada()), Path(register.folder / "gone.edi"))
    assert register.show(FIRM).is_known
    assert register.load(ada(), a_firm()).parties == 2


def test_s20_no_birth_date_can_be_read_in_the_database(register: Register) -> None:
    person = a_person(birth_year="1971", birth_month="03", birth_day="14", birth_place="HIDDENPLACE")
    register.load([about("IPA"), person, a_name()])
    with register.session() as session:
        (party,) = session.scalars(select(IpiParty)).all()
        everything = json.dumps(
            [[str(value) for value in row] for model in (IpiParty, IpiName, IpiKey)
             for row in session.execute(select(*model.__table__.columns))]
        )  # fmt: skip
    assert "HIDDENPLACE" not in everything
    assert b"19710314" not in party.body
    assert b"BDN" not in party.body
    opened = loading.unseal(register.vault, party.body, party.base)
    assert b"BDNN19710314        HIDDENPLACE" in opened
    with pytest.raises(InvalidTag):
        loading.unseal(register.vault, party.body, FIRM)


def test_s24_problems_quote_nothing_of_base_data(register: Register) -> None:
    person = a_person(birth_year="1971", birth_place="HIDDENPLACE")
    content = written([about("IPA"), person, a_name()]).replace(b"F20260105", b"Q20260105")
    assert content.count(b"Q20260105") == 1
    with pytest.raises(loading.Unfit):
        register.load_files(register.file("full.edi", content=content))
    (problem,) = register.told.problems
    assert (problem["code"], problem["field"], problem["value"]) == ("KORA-IPI-ONE-OF-THESE", "sex", None)
    assert "Q" not in json.dumps(problem["params"]["value"])


def test_s22_the_master_key_lies_outside_the_data_and_is_for_nobody_else(register: Register, clock: Clock) -> None:
    data = register.gateway.settings.data
    exposed = register.folder / "exposed-key"
    exposed.write_bytes(b"")
    exposed.chmod(0o644)
    with register.gateway.sessions.begin() as session:
        for path in (data / "key", exposed):
            with pytest.raises(KeyIsExposed):
                open_vault(session, path, data, now=clock())


def test_names_of_files_tell_what_they_are() -> None:
    assert feeds.day_of("20260106.IPI") is not None
    assert feeds.day_of("20261306.IPI") is None
    assert feeds.is_of_a_set("IPI01080.edi.zip")
    assert not feeds.is_of_a_set("full.edi")
    assert feeds.mark_in(b"2026-01-05T23:59:59Z") == "20260105235959"
    assert feeds.mark_in(b"20261305235959") is None
