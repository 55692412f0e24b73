"""Daily files: every kind of transaction, in its order, each whole or not at all, and twice the same as once."""

from collections.abc import Callable
from datetime import date

import pytest

from gateway.ipi import operations
from gateway.ipi.loading import unseal
from gateway.ipi.operations import replace_parties
from tests.builders import an_ipi, an_ipi_base
from tests.databases import BOTH
from tests.formats.ipi.made import (
    ADA,
    ADA_NAME,
    ADAS_DOUBLE,
    BORN,
    DAY,
    DJ_NAME,
    DOUBLE_NAME,
    FIRM,
    STAMP,
    Record,
    Records,
    a_firm,
    a_mandate,
    a_name,
    a_person,
    a_shared_name,
    a_spelling,
    a_status,
    a_territory,
    a_usage,
    about,
    ada,
    make,
    merged,
    reader,
    written,
)
from tests.gateway.ipi.conftest import Register

pytestmark = BOTH

LATER = {"transaction_date": date(2026, 1, 6)}
NEW_NAME, GROUP, OTHER_SPELLING = an_ipi(950_000_011), an_ipi(950_000_012), an_ipi(950_000_013)
STRANGER = an_ipi_base(777)


def of(kind: str, *details: object, base: str = ADA, number: str = ADA_NAME) -> Records:
    """A transaction about the composer."""
    return [about(kind, base, number, **LATER), *details]  # type: ignore[list-item]


def former(name: str = "EXAMPLE", first: str | None = "ADA", number: str = ADA_NAME, kind: str = "PA") -> Record:
    """The name as it was before."""
    return make("NCO", ip_name_number=number, name=name, first_name=first, name_type=kind)


def a_remark(text: str, number: str = ADA_NAME, block: str = "0001", tag: str = "REN") -> Record:
    return make(tag, ip_name_number=number, society_code="080", block_no=block, text=text)


def moved(old: str, new: str, number: str, *details: object) -> Records:
    """The header of NCU names two parties."""
    head = make(
        "NCU", transaction_date=date(2026, 1, 6), transaction_time="101112", remitting_society_code="080",
        remitting_society_name="SUISA", old_ip_base_number=old, old_status_code="1", old_ip_name_number=number,
        old_name_type="PA", new_ip_base_number=new, new_status_code="1", new_ip_name_number=number, new_name_type="PA",
    )  # fmt: skip
    return [head, *details]  # type: ignore[list-item]


@pytest.fixture
def loaded(register: Register) -> Register:
    """The composer and the firm, complete up to noon of 5 January."""
    register.load(ada(), a_firm(), as_of="20260105120000")
    return register


def records(register: Register, base: str = ADA) -> list[str]:
    """The records of a party as they are kept."""
    shown = register.show(base)
    assert shown.party is not None
    return unseal(register.vault, shown.party.body, base).decode("cp1252").split("\n")


def tags(register: Register) -> list[str]:
    return [line[:3] for line in records(register)]


def mandates(register: Register) -> list[tuple[str, str, str, int, int]]:
    found = register.show(ADA).mandates
    return [(one.society, one.right, one.until, one.share, len(one.territories)) for one in found]


def usages(register: Register) -> list[tuple[str, str, str]]:
    return sorted(register.show(ADA).usages)


def patronyms_of(register: Register, text: str) -> list[str]:
    return [one.patronym.number for one in register.find(text).results if one.patronym]


def a_group_usage() -> Record:
    return make("MUN", ip_name_number=GROUP, creation_class="MW", role="MC", ip_base_number=ADA)


BIRTH = make("BDO", ip_type="N", birth_year="1970", birth_place="SAMPLETOWN", sex="F", **STAMP)
SECOND = a_mandate("052", "MR")
ENDED = a_mandate(valid_to_date=date(2026, 6, 30))
STORIES: dict[str, tuple[list[Records], Callable[[Register], object], object]] = {
    "MAA adds a mandate": (
        [of("MAA", SECOND, a_territory(), a_territory("0756", "E"))],
        mandates,
        [("080", "PR", "99991231", 10_000, 1), ("052", "MR", "99991231", 10_000, 2)],
    ),
    "MAU ends one and keeps its key": (
        [of("MAU", a_mandate(tag="MAO"), a_territory(), ENDED, a_territory())],
        mandates,
        [("080", "PR", "20260630", 10_000, 1)],
    ),
    "MAD takes one away with its territories": (
        [of("MAD", a_mandate(tag="MAO"), a_territory())],
        lambda register: (mandates(register), "TMA" in tags(register)),
        ([], False),
    ),
    "NCA adds a pseudonym": (
        [of("NCA", a_name("MX NOBODY", None, NEW_NAME, "PP"), a_usage(NEW_NAME))],
        lambda register: (register.names(ADA)[-1], register.found("mx nobody")),
        ((NEW_NAME, "PP", "MX NOBODY"), [(ADA, "equal")]),
    ),
    "NCA adds a spelling of a name": (
        [of("NCA", a_spelling("EXEMPEL", "ADA", OTHER_SPELLING, ADA_NAME))],
        lambda register: [(one.type, one.parent) for one in register.show(ADA).names],
        [("PA", None), ("PP", None), ("DF", ADA_NAME)],
    ),
    "NPA makes the old patronym a former name": (
        [of("NPA", former(),
            a_name("EXAMPLE", "ADA", ADA_NAME, "MO"), a_name("SAMPLE", "ADA", NEW_NAME), a_usage(NEW_NAME))],
        lambda register: (register.names(ADA), patronyms_of(register, "SAMPLE ADA")),
        ([(ADA_NAME, "MO", "EXAMPLE ADA"), (DJ_NAME, "PP", "DJ SAMPLE"), (NEW_NAME, "PA", "SAMPLE ADA")], [NEW_NAME]),
    ),
    "NTA, NTU and NTD change a nationality": (
        [of("NTA", make("NTN", tisn="0756", valid_from_year="1970")), of("NTA", make("NTN", tisn="0250")),
         of("NTU", make("NTO", tisn="0756", valid_from_year="1970"), make("NTN", tisn="0276")),
         of("NTD", make("NTO", tisn="0250"))],
        lambda register: [line[3:7] for line in records(register) if line[:3] == "NTN"],
        ["0276"],
    ),
    "NUA and NUD change a usage": (
        [of("NUA", a_usage(role="LY")), of("NUD", a_usage(DJ_NAME, tag="NUO"))],
        usages,
        [("MW", "LY", ADA_NAME), ("MW", "MC", ADA_NAME)],
    ),
    "BDU replaces base data": (
        [of("BDU", BIRTH, a_person(death_year="2025"))],
        lambda register: records(register)[0][12:16],
        "2025",
    ),
    "REA replaces the remarks of a society on a name and RED removes them": (
        [of("REA", a_remark("first"),
            a_remark("and more", block="0002")),
         of("REA", a_remark("second")),
         of("REA", a_remark("other", DJ_NAME)),
         of("RED", a_remark("other", DJ_NAME, tag="REO"))],
        lambda register: [line[21:] for line in records(register) if line[:3] == "REN"],
        ["second"],
    ),
    "NCD unlinks a shared name and its usages": (
        [of("NCA", a_shared_name("THE SAMPLES", GROUP, ADA), a_group_usage()),
         of("NCD", a_shared_name("THE SAMPLES", GROUP, ADA, tag="MCO"))],
        lambda register: (len(register.names(ADA)), "MUN" in tags(register), register.found("the samples")),
        (2, False, []),
    ),
    "NCU corrects a name under its number": (
        [moved(ADA, ADA, ADA_NAME, former(),
               a_name("EXAMPEL"))],
        lambda register: (register.names(ADA)[0], register.found("EXAMPEL ADA"), register.found("EXAMPLE ADA")),
        ((ADA_NAME, "PA", "EXAMPEL ADA"), [(ADA, "equal")], [(ADA, "similar")]),
    ),
    "NCU moves a pseudonym to another party": (
        [moved(ADA, FIRM, DJ_NAME, former("DJ SAMPLE", None, DJ_NAME, "PP"),
               a_usage(DJ_NAME, tag="NUO"), a_name("DJ SAMPLE", None, DJ_NAME, "OR"), a_usage(DJ_NAME, role="EM"))],
        lambda register: (len(register.names(ADA)), usages(register), register.found("dj sample")),
        (1, [("MW", "MC", ADA_NAME)], [(FIRM, "equal")]),
    ),
    "STA replaces the statuses and STD takes the last one back": (
        [of("STA", a_status("1", ADA, date(2010, 1, 1), DAY), a_status("4", ADA)),
         of("STD", make("STO", ref_ip_base_number=ADA, status_code="4", valid_from_date=DAY, valid_from_time="101112",
                        valid_to_date=date(9999, 12, 31), valid_to_time="235959"),
            a_status("1", ADA, date(2010, 1, 1)))],
        lambda register: (tags(register).count("STN"), register.show(ADA).party.status),  # type: ignore[union-attr]
        (1, "1"),
    ),
    "IPA in a daily file is a new party": (
        [[about("IPA", ADAS_DOUBLE, DOUBLE_NAME, **LATER), a_person(), a_status(ref=ADAS_DOUBLE),
          a_name("DUPLICATE", "ADA", DOUBLE_NAME)]],
        lambda register: register.found("duplicate ada"),
        [(ADAS_DOUBLE, "equal")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_a_transaction_does_what_it_says_and_a_second_time_nothing(loaded: Register, story: str) -> None:
    transactions, look, expected = STORIES[story]
    done = loaded.apply(*transactions)
    assert (done.applied, done.skipped, done.missing_base) == (len(transactions), 0, 0)
    assert done.told.problems == []
    assert look(loaded) == expected
    before = records(loaded)
    last = transactions[-1]
    again = loaded.apply(last, name="again.IPI")
    assert (again.applied, again.skipped) == (0, 1)
    assert (records(loaded), look(loaded)) == (before, expected)


def test_whose_amendment_stamp_alone_differs_is_so_already(loaded: Register) -> None:
    touched = a_mandate(amendment_date=date(2026, 1, 6))
    assert loaded.apply(of("MAA", touched, a_territory())).skipped == 1


def test_a_duplicate_is_resolved_to_the_one_it_was_merged_into(loaded: Register) -> None:
    double = [about("IPA", ADAS_DOUBLE, DOUBLE_NAME, **LATER), a_person(), a_name("DUPLICATE", "ADA", DOUBLE_NAME)]
    merge = merged()
    merge[0].transaction_date = date(2026, 1, 6)
    done = loaded.apply(double, merge)
    assert (done.applied, list(done.changed)) == (2, [ADAS_DOUBLE])
    shown = loaded.show(DOUBLE_NAME)
    assert shown.party is not None and shown.resolution is not None
    assert (shown.party.base, shown.party.status) == (ADAS_DOUBLE, "3")
    assert (shown.resolution.base, shown.resolution.reason) == (ADA, "merged")
    assert shown.resolution.path == (ADAS_DOUBLE, ADA)


def test_a_before_image_that_is_not_there_is_told_and_the_after_image_is_applied(loaded: Register) -> None:
    done = loaded.apply(of("MAU", a_mandate("999", tag="MAO"), a_territory(), SECOND, a_territory()))
    assert done.applied == 1
    (problem,) = done.told.problems
    assert (problem["code"], problem["level"], problem["line"]) == ("before-image-missing", "warning", 4)
    assert [one[0] for one in mandates(loaded)] == ["080", "052"]


def test_what_is_gone_cannot_be_taken_away_again(loaded: Register) -> None:
    done = loaded.apply(of("NUD", a_usage(role="QQ", tag="NUO")), of("MAD", a_mandate("999", tag="MAO"), a_territory()))
    assert (done.applied, done.skipped, done.told.problems) == (0, 2, [])


def test_nobody_is_made_up_whom_the_directory_does_not_have(loaded: Register) -> None:
    done = loaded.apply(of("NUA", a_usage(NEW_NAME), base=STRANGER, number=NEW_NAME))
    assert (done.applied, done.skipped, done.missing_base, done.wanted) == (0, 0, 1, {STRANGER: "missing-base"})
    assert loaded.wanted() == [STRANGER]
    assert not loaded.show(STRANGER).is_known


def test_a_name_leaves_one_party_even_if_the_other_is_not_here(loaded: Register) -> None:
    done = loaded.apply(
        moved(ADA, STRANGER, DJ_NAME, former("DJ SAMPLE", None, DJ_NAME, "PP"),
              a_usage(DJ_NAME, tag="NUO"), a_name("DJ SAMPLE", None, DJ_NAME, "PP"))
    )  # fmt: skip
    assert (done.missing_base, loaded.wanted()) == (1, [STRANGER])
    assert [name[0] for name in loaded.names(ADA)] == [ADA_NAME]


def test_a_broken_transaction_is_told_and_wanted_and_the_file_goes_on(loaded: Register) -> None:
    done = loaded.apply(of("MAA", SECOND), of("NUA", a_usage(role="LY")))
    assert (done.applied, done.skipped, loaded.wanted()) == (1, 1, [ADA])
    assert done.told.totals == {"error": 1, "warning": 0}
    assert ("MW", "LY", ADA_NAME) in usages(loaded)


def test_a_party_fetched_whole_replaces_all_of_it_and_is_wanted_no_longer(loaded: Register) -> None:
    loaded.apply(of("NUA", a_usage(NEW_NAME), base=ADAS_DOUBLE, number=DOUBLE_NAME), of("MAA", SECOND))
    assert loaded.wanted() == [ADA, ADAS_DOUBLE]
    _, snapshots = reader(written(
        [about("IPA", ADAS_DOUBLE, DOUBLE_NAME), a_person(), a_name("DUPLICATE", "ADA", DOUBLE_NAME)],
        [about("IPA"), a_person(), a_name("EXAMPLE", "ADA MARIA")],
    ))  # fmt: skip
    with loaded.gateway.sessions.begin() as session:
        done = replace_parties(session, loaded.vault, snapshots, now=loaded.now())
    assert (done.applied, loaded.wanted()) == (2, [])
    assert loaded.names(ADA) == [(ADA_NAME, "PA", "EXAMPLE ADA MARIA")]
    assert loaded.found("DJ SAMPLE") == []


def test_what_is_older_than_the_load_changes_nothing(loaded: Register) -> None:
    old = [about("NUA"), a_usage(role="LY")]
    assert loaded.apply(old).skipped == 1
    assert ("MW", "LY", ADA_NAME) not in usages(loaded)


def test_daily_files_come_without_a_gap(loaded: Register) -> None:
    third = loaded.file("20260107.IPI", of("NUA", a_usage(role="LY")))
    with pytest.raises(operations.Gap) as gap:
        loaded.apply_files(third)
    assert (gap.value.first, gap.value.last) == (date(2026, 1, 6), date(2026, 1, 6))
    second = loaded.file("20260106.IPI", of("NUA", a_usage(role="XX")))
    done = loaded.apply_files(third, second)
    assert (done.applied, loaded.mark("daily")) == (2, "20260107")
    with pytest.raises(operations.Gap):
        loaded.apply_files(loaded.file("20260110.IPI", of("NUA", a_usage(role="YY"))))
    assert loaded.apply_files(loaded.folder / "20260110.IPI", gap_ok=True).applied == 1
    assert loaded.apply_files(second).skipped == 1
    assert loaded.mark("daily") == "20260110"


def test_a_run_that_was_cut_off_goes_on_after_its_last_commit(
    loaded: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "AT_A_TIME", 2)
    path = loaded.file("20260106.IPI", *(of("NUA", a_usage(role=role)) for role in ("R1", "R2", "R3", "R4", "R5")))
    content = path.read_bytes()
    clock, calls = loaded.now, []

    def dies_at_the_second_commit() -> object:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return clock()

    with pytest.raises(KeyboardInterrupt):
        operations.apply_files(
            loaded.gateway.sessions,
            loaded.vault,
            [path],
            gap_ok=False,
            now=dies_at_the_second_commit,  # type: ignore[arg-type]
        )
    assert {role for _, role, _ in usages(loaded)} == {"MC", "R1", "R2"}
    assert loaded.mark("daily") == ""
    path.write_bytes(content)
    done = loaded.apply_files(path)
    assert (done.applied, done.skipped, loaded.mark("daily")) == (3, 2, "20260106")
    assert {role for _, role, _ in usages(loaded)} == {"MC", "R1", "R2", "R3", "R4", "R5"}


def test_a_shared_name_stands_for_its_members_and_never_for_one(loaded: Register) -> None:
    born = {"name": "THE SAMPLES", "name_type": "PG", "ip_name_number": GROUP, **BORN, **STAMP}
    loaded.apply(
        of("NCA", make("MCN", ip_base_number=ADA, **born)),
        of("NCA", make("MCN", ip_base_number=FIRM, **born), base=FIRM),
    )
    shown = loaded.show(GROUP)
    assert (shown.party, shown.members) == (None, (ADA, FIRM))
    assert sorted(loaded.found("the samples")) == [(ADA, "equal"), (FIRM, "equal")]
