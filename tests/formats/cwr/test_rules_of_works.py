"""Every rule of a work, broken once: one change to a sound work, and exactly what the reader then says."""

from collections.abc import Callable
from datetime import date

import pytest

from formats.cwr import ReadContext
from tests.builders import an_ipi
from tests.formats.cwr.made import (
    GREAT_BRITAIN,
    Records,
    a_work,
    codes,
    faults_of,
    make,
    put,
    reader,
    territory,
    the,
    written,
)

Change = Callable[[Records], object]


def sets(tag: str, nth: int = 1, **values: object) -> Change:
    """A change that puts values into a record."""

    def change(records: Records) -> None:
        for name, value in values.items():
            setattr(the(records, tag, nth), name, value)

    return change


def adds(record: object, at: int | None = None) -> Change:
    """A change that puts a record in, by default at the end."""
    return lambda records: records.insert(len(records) if at is None else at, record)


def drops(tag: str) -> Change:
    """A change that takes out every record of a type."""

    def change(records: Records) -> None:
        records[:] = [record for record in records if record.record_type != tag]

    return change


def both(*changes: Change) -> Change:
    """Several changes one after the other."""
    return lambda records: [change(records) for change in changes]


def an_other_publisher(version: str = "2.1", **changes: object) -> object:
    values: dict[str, object] = {"publisher_sequence_number": 2, "publisher_name": "ELSEWHERE SONGS"}
    return make("OPU", version, **values | {"publisher_type": "E", "publisher_unknown_indicator": "N"} | changes)


def a_second_publisher(**changes: object) -> object:
    values: dict[str, object] = {
        "publisher_sequence_number": 1,
        "interested_party_number": "P2",
        "publisher_name": "TIDE AND STONE",
        "publisher_ipi_name_number": an_ipi(105),
    }
    return make("SPU", **values | changes)


@pytest.mark.parametrize("version", ["2.1", "2.2"])
def test_a_sound_work_has_no_fault(version: str) -> None:
    assert faults_of(lambda records: None, version) == set()


NO_SHARE = {"pr_ownership_share": 0, "mr_ownership_share": 0, "sr_ownership_share": 0}

BROKEN_IN_2_1: dict[str, tuple[Change, set[str]]] = {
    "no title": (sets("NWR", work_title=None), {"NWR-F-001"}),
    "no number": (sets("NWR", submitter_work_number=None), {"NWR-F-003"}),
    "unknown category": (sets("NWR", musical_work_distribution_category="XXX"), {"NWR-F-006"}),
    "serious without duration and instruments": (
        sets("NWR", musical_work_distribution_category="SER"),
        {"NWR-F-007", "NWR-T-003"},
    ),
    "wrong iswc": (sets("NWR", iswc="T0345246802"), {"NWR-F-004"}),
    "lower case title": (sets("NWR", work_title="Song"), {"NWR-F-024"}),
    "modified without arranger": (
        sets("NWR", version_type="MOD", music_arrangement="ORI", lyric_adaptation="ORI"),
        {"NWR-T-010"},
    ),
    "modified without saying how": (
        both(sets("NWR", version_type="MOD"), sets("SWR", writer_designation_code="AR")),
        {"NWR-F-014", "NWR-F-015", "NWR-T-015"},
    ),
    "original with arranger": (sets("SWR", writer_designation_code="AR"), {"NWR-T-015", "NWR-T-023"}),
    "composite without count": (sets("NWR", composite_type="MED"), {"NWR-F-018"}),
    "count without composite": (sets("NWR", composite_component_count=3), {"NWR-F-019"}),
    "composite of one": (sets("NWR", composite_type="MED", composite_component_count=1), {"NWR-F-020"}),
    "film music without production": (sets("NWR", cwr_work_type="FM"), {"NWR-T-039"}),
    "publishers own too much": (
        both(sets("SPU", pr_ownership_share=6000), sets("SWR", pr_ownership_share=4000)),
        {"NWR-T-004", "NWR-T-009", "NWR-T-027", "SPU-F-013"},
    ),
    "shares do not add up": (sets("SPU", mr_ownership_share=9000), {"NWR-T-011"}),
    "no writer": (
        both(
            *(drops(tag) for tag in ("SWR", "SWT", "PWR")),
            sets("SPU", pr_ownership_share=0),
            sets("SPT", pr_collection_share=0),
        ),
        {"NWR-T-012"},
    ),
    "collects more than there is": (sets("SWT", pr_collection_share=6000), {"NWR-T-014"}),
    "collects other than it owns": (sets("SPT", pr_collection_share=4000), {"NWR-T-027"}),
    "publisher collects nowhere": (drops("SPT"), {"NWR-T-007"}),
    "two original publishers in a chain": (
        adds(a_second_publisher(publisher_type="E"), 3),
        {"NWR-T-017"},
    ),
    "other publisher in our chain": (
        adds(an_other_publisher(publisher_sequence_number=1, publisher_type="SE"), 3),
        {"NWR-T-016"},
    ),
    "chain owns nothing": (
        both(
            sets("SPU", pr_ownership_share=0, mr_ownership_share=0, sr_ownership_share=0),
            sets("SWR", pr_ownership_share=10000, mr_ownership_share=10000, sr_ownership_share=10000),
            drops("SPT"),
        ),
        {"NWR-T-025"},
    ),
    "acquirer beside an owning original": (
        both(
            adds(a_second_publisher(publisher_type="AQ", mr_ownership_share=5000), 3),
            sets("SPU", mr_ownership_share=5000),
        ),
        {"NWR-T-026"},
    ),
    "acquirer of nothing": (adds(a_second_publisher(publisher_type="AQ"), 3), {"NWR-T-026", "SPU-R-008"}),
    "sub-publisher owns": (
        both(
            adds(a_second_publisher(publisher_type="SE", mr_ownership_share=5000), 3),
            sets("SPU", mr_ownership_share=5000),
        ),
        {"SPU-R-003", "SPU-F-019"},
    ),
    "chain begins with a sub-publisher": (
        sets("SPU", publisher_type="SE"),
        {
            "NWR-T-025",
            "NWR-T-027",
            "PWR-F-001",
            "SPU-F-019",
            "SPU-R-002",
            "SPU-R-003",
        },
    ),
    "administrator in a chain of his own": (
        adds(a_second_publisher(publisher_sequence_number=2, publisher_type="AM"), 3),
        {"NWR-T-025", "SPU-R-002", "SPU-R-005"},
    ),
    "chain numbers jump": (sets("SPU", publisher_sequence_number=3), {"SPU-F-001"}),
    "public domain earns": (
        sets("SWR", writer_last_name="PUBLIC DOMAIN"),
        {"NWR-T-024"},
    ),
    "publisher without name": (sets("SPU", publisher_name=None), {"PWR-F-002", "SPU-F-004"}),
    "publisher without number": (
        both(sets("SPU", interested_party_number=None)),
        {"PWR-F-001", "SPT-F-002", "SPU-F-002"},
    ),
    "unknown with a name": (adds(an_other_publisher(publisher_unknown_indicator="Y"), 3), {"SPU-F-009"}),
    "reversion of others": (adds(an_other_publisher(special_agreements_indicator="R"), 3), {"SPU-F-027"}),
    "society as publisher": (
        both(sets("SPU", publisher_name="ACUM", publisher_ipi_name_number=None), sets("PWR", publisher_name="ACUM")),
        {"SPU-F-029"},
    ),
    "line of ours under others": (
        both(adds(an_other_publisher(), 3), adds(territory("SPT", None, 0, 100, 0), 4)),
        {"NWR-T-014", "NWR-T-018", "SPT-F-001", "SPU-R-007"},
    ),
    "writer without name": (sets("SWR", writer_last_name=None), {"SWR-F-003"}),
    "writer without number": (
        sets("SWR", interested_party_number=None),
        {"PWR-F-005", "SWR-F-001", "SWT-F-002"},
    ),
    "our writer unknown": (sets("SWR", writer_unknown_indicator="Y"), {"SWR-F-004"}),
    "writer without role": (sets("SWR", writer_designation_code=None), {"NWR-T-015", "SWR-F-007"}),
    "unknown writer with a name": (
        adds(make("OWR", writer_last_name="KEITA", writer_unknown_indicator="Y")),
        {"SWR-F-006"},
    ),
    "indicator of no meaning": (
        adds(make("OWR", writer_last_name="KEITA", writer_unknown_indicator="U")),
        {"SWR-F-005"},
    ),
    "no publisher named": (drops("PWR"), {"SWR-R-002"}),
    "nobody collects for the writer": (both(drops("PWR"), drops("SWT")), {"NWR-T-020", "SWR-R-002"}),
    "nothing collected": (
        sets("SWT", pr_collection_share=0, mr_collection_share=0, sr_collection_share=0),
        {"SWT-R-001"},
    ),
    "excluded with shares": (
        adds(territory("SWT", "W1", 5000, 0, 0, sign="E", tis=GREAT_BRITAIN, number=2), 5),
        {"SWT-R-003"},
    ),
    "lines out of count": (sets("SPT", sequence_number=2), {"SPT-F-013"}),
    "line of another writer": (sets("SWT", interested_party_number="W9"), {"SWT-F-002"}),
    "the same territory twice": (
        adds(territory("SWT", "W1", 5000, 0, 0, number=2), 5),
        {"SWT-R-002"},
    ),
    "link to nobody": (sets("PWR", publisher_interested_party_number="P9"), {"PWR-F-001"}),
    "link by another name": (sets("PWR", publisher_name="BAOBAB"), {"PWR-F-002"}),
    "link of another writer": (sets("PWR", writer_interested_party_number="W9"), {"PWR-F-005"}),
    "link of a writer of others": (
        both(
            adds(make("OWR", writer_last_name="KEITA")),
            adds(
                make(
                    "PWR",
                    publisher_interested_party_number="P1",
                    publisher_name="BAOBAB EDITIONS",
                    writer_interested_party_number="W1",
                )
            ),
        ),
        {"NWR-T-018", "PWR-R-001", "PWR-R-002"},
    ),
    "titles before writers": (
        adds(make("ALT", alternate_title="SHORE SONG", title_type="AT"), 1),
        {"NWR-T-018"},
    ),
    "two originals of a version": (
        both(*(adds(make("VER", original_work_title="SHORE")) for _ in range(2))),
        {"VER-R-001"},
    ),
    "agreement line in a work": (
        adds(make("TER", inclusion_exclusion_indicator="I", tis_numeric_code="2136"), 1),
        {"NWR-T-008"},
    ),
    "alternative title called original": (
        adds(make("ALT", alternate_title="SHORE SONG", title_type="OT")),
        {"ALT-F-002"},
    ),
    "national title without language": (adds(make("ALT", alternate_title="ÉTÉ", title_type="OL")), {"ALT-F-006"}),
    "accents in a plain title": (adds(make("ALT", alternate_title="ÉTÉ", title_type="AT")), {"ALT-F-004"}),
    "recording that says nothing": (adds(make("REC")), {"REC-F-001"}),
    "film without title": (
        adds(make("ORN", intended_purpose="FIL", library="SHELF")),
        {"ORN-F-013"},
    ),
    "library without disc": (adds(make("ORN", intended_purpose="LIB", library="SHELF")), {"ORN-F-004"}),
    "instrument without summary": (adds(make("IND", instrument_code="ACC")), {"IND-R-001"}),
    "component of no composite": (
        adds(make("COM", title="PART", writer_1_last_name="DIALLO")),
        {"COM-R-001"},
    ),
    "note about nothing": (
        adds(make("ARI", society_number="052", type_of_right="ALL", note="SEE LETTER")),
        {"ARI-F-003"},
    ),
    "note of nobody": (adds(make("ARI", society_number="052", type_of_right="ALL")), {"ARI-R-001"}),
    "wrong ipi": (sets("SWR", writer_ipi_name_number="00000000123"), {"SWR-F-009"}),
    "unknown society": (sets("SWR", pr_affiliation_society="996"), {"SWR-F-010"}),
    "unknown territory": (sets("SWT", tis_numeric_code="9999"), {"SWT-F-006"}),
}


@pytest.mark.parametrize("what", BROKEN_IN_2_1)
def test_a_broken_rule_of_2_1_is_named_and_nothing_else(what: str) -> None:
    change, expected = BROKEN_IN_2_1[what]
    assert faults_of(change) == expected


OTHER_COLLECTS = territory("OPT", None, 0, 100, 0, version="2.2")
BROKEN_IN_2_2: dict[str, tuple[Change, set[str]]] = {
    "music only, with words": (sets("NWR", text_music_relationship="MUS"), {"NWR-T-045"}),
    "serious without instruments": (
        sets("NWR", musical_work_distribution_category="SER", duration="000100"),
        {"NWR-T-053"},
    ),
    "others collect what is ours": (
        both(adds(an_other_publisher("2.2"), 3), adds(OTHER_COLLECTS, 4)),
        {"NWR-T-044"},
    ),
    "collecting publisher without ipi": (sets("SPU", publisher_ipi_name_number=None), {"SPU-F-040"}),
    "link to no chain": (sets("PWR", publisher_sequence_number=7), {"PWR-F-007"}),
    "link without writer": (sets("PWR", writer_interested_party_number=None), {"PWR-F-008"}),
    "link without publisher": (sets("PWR", publisher_interested_party_number=None), {"PWR-F-009"}),
    "link without name": (sets("PWR", publisher_name=None), {"PWR-F-010"}),
    "link of another writer": (sets("PWR", writer_interested_party_number="W9"), {"PWR-F-011"}),
    "link to another publisher": (sets("PWR", publisher_interested_party_number="P9"), {"PWR-F-012"}),
    "link by another name": (sets("PWR", publisher_name="BAOBAB"), {"PWR-F-013"}),
    "lines of others under our writer": (
        adds(territory("OWT", "W1", 0, 0, 100, version="2.2"), 5),
        {"NWR-T-044", "SWT-F-010", "SWT-F-011", "SWT-F-012"},
    ),
    "isrc without validity": (adds(make("REC", "2.2", isrc="QMZZZ2000001")), {"REC-F-018"}),
    "half an eidr": (
        adds(make("ORN", "2.2", intended_purpose="GEN", library="SHELF", eidr_root="7791")),
        {"ORN-F-015"},
    ),
    "unknown society": (sets("SWR", pr_affiliation_society="996"), {"SWR-F-010"}),
}


@pytest.mark.parametrize("what", BROKEN_IN_2_2)
def test_a_broken_rule_of_2_2_is_named_and_nothing_else(what: str) -> None:
    change, expected = BROKEN_IN_2_2[what]
    assert faults_of(change, "2.2") == expected


def test_an_unknown_society_refuses_the_work_in_2_1_and_is_blanked_in_2_2() -> None:
    found = {}
    for version in ("2.1", "2.2"):
        records = a_work(version)
        the(records, "SWR").pr_affiliation_society = "996"
        _, (work,) = reader(written(records, version=version))
        found[version] = (
            work.problems[0].effect,
            work.problems[0].level,
            the(work.records, "SWR").pr_affiliation_society,
        )
    assert found == {"2.1": ("TR", "error", "996"), "2.2": ("FR", "warning", None)}


def test_a_problem_says_line_column_field_raw_text_and_condition() -> None:
    content = put(written(a_work()), "SWT", "tis_numeric_code", "21X6")
    _, (work,) = reader(content)
    (problem,) = work.problems
    assert (problem.code, problem.line, problem.column, problem.field, problem.value, problem.record) == (
        "SWT-F-006",
        7,
        45,
        "tis_numeric_code",
        "21X6",
        "SWT",
    )
    assert problem.params["condition"] == "in_table"


def test_a_day_that_does_not_exist_is_left_out_and_told() -> None:
    content = put(written(a_work()), "NWR", "copyright_date", "20260230")
    _, (work,) = reader(content)
    assert [(each.code, each.effect, each.value) for each in work.problems] == [("NWR-F-005", "FR", "20260230")]
    assert work.header.copyright_date is None


def test_a_default_of_the_standard_takes_the_place_of_a_wrong_code() -> None:
    content = put(written(a_work()), "NWR", "recorded_indicator", "X")
    _, (work,) = reader(content)
    assert [each.code for each in work.problems] == ["NWR-F-009"]
    assert work.header.recorded_indicator == "U"


def test_a_record_the_standard_leaves_out_is_gone_and_its_problem_stays() -> None:
    records = [*a_work(), make("ALT", alternate_title="ÉTÉ", title_type="AT")]
    _, (work,) = reader(written(records))
    assert [(each.code, each.effect) for each in work.problems] == [("ALT-F-004", "RR")]
    assert "ALT" not in {record.record_type for record in work.records}
    assert work.lines[-1].startswith("ALT")


def test_a_work_known_to_the_receiver_may_not_be_sent_as_new() -> None:
    content = written(a_work())
    assert codes(content, context=ReadContext(accepted=lambda number: number == "W1")) == ["NWR-T-013"]
    assert codes(content, context=ReadContext(accepted=lambda number: False)) == []


def test_a_revision_of_an_unknown_work_is_taken_as_new() -> None:
    content = written(a_work(kind="REV"))
    assert codes(content, context=ReadContext(accepted=lambda number: False)) == ["NWR-T-002"]


def test_two_works_of_a_file_cannot_share_a_number() -> None:
    assert codes(written(a_work(), a_work())) == ["NWR-F-003"]


def test_co_publishers_and_co_writers_may_all_collect_in_the_world() -> None:
    records = a_work()
    half = a_second_publisher(publisher_sequence_number=2, publisher_type="E", pr_ownership_share=2500,
                              mr_ownership_share=5000, sr_ownership_share=5000)  # fmt: skip
    first = the(records, "SPU")
    first.pr_ownership_share, first.mr_ownership_share, first.sr_ownership_share = 2500, 5000, 5000
    records[2] = territory("SPT", "P1", 2500, 5000, 5000)
    records[3:3] = [half, territory("SPT", "P2", 2500, 5000, 5000)]
    assert codes(written(records)) == []


def test_a_sub_publisher_collects_where_the_original_does_not() -> None:
    records = a_work()
    records[3:3] = [
        territory("SPT", "P1", 0, 0, 0, sign="E", tis=GREAT_BRITAIN, number=2),
        a_second_publisher(publisher_type="SE"),
        territory("SPT", "P2", 5000, 10000, 10000, tis=GREAT_BRITAIN),
    ]
    assert codes(written(records)) == []


def test_territories_of_a_past_day_count_by_that_day() -> None:
    content = put(written(a_work()), "HDR", "creation_date", f"{date(1990, 5, 1):%Y%m%d}")
    assert codes(content) == []


@pytest.mark.parametrize(
    ("owned", "found"),
    [
        ((10000, 10000, 10000), []),
        ((10000, 10000, 0), []),  # nobody speaks of synchronisation
        ((10000, 9000, 0), ["NWR-T-011", "SWR-R-002"]),
    ],
)
def test_writers_who_own_all_of_a_work_need_no_publisher(owned: tuple[int, int, int], found: list[str]) -> None:
    records = [record for record in a_work() if record.record_type in {"NWR", "SWR", "SWT"}]
    writer, line = the(records, "SWR"), the(records, "SWT")
    writer.pr_ownership_share, writer.mr_ownership_share, writer.sr_ownership_share = owned
    line.pr_collection_share, line.mr_collection_share, line.sr_collection_share = owned
    assert codes(written(records)) == found
