"""The command line as partners and scripts use it: verbs, keys and exit codes are a public contract."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import kora
from tests.formats.cwr.made import a_work, put, written
from tests.samples.publisher import publisher_file


def run(*arguments: str) -> Result:
    return CliRunner().invoke(kora.main, list(arguments))


def asked(*arguments: str) -> tuple[int, Any]:
    """Exit code and the JSON on standard output."""
    result = run(*arguments, "--json")
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def publishers(tmp_path: Path) -> Path:
    path = tmp_path / "CW260001TWP_052.V21"
    path.write_bytes(publisher_file(20, 4, wrong=1))
    return path


def test_check_counts_what_stands_in_a_file_and_lists_problems_errors_first(publishers: Path) -> None:
    code, report = asked("formats", "check", str(publishers))
    assert code == 1
    assert (report["file"], report["format"], report["version"]) == (str(publishers), "cwr", "2.1")
    assert report["encoding"] == "cp1252-bom"
    assert report["records"] == publishers.read_bytes().count(b"\n")
    assert report["record_types"]["NWR"] == 20
    assert report["record_types"]["HDR"] == report["record_types"]["TRL"] == 1
    assert [(group["type"], group["id"], group["transactions"]) for group in report["groups"]] == [
        ("AGR", 1, 4),
        ("NWR", 2, 20),
    ]
    assert report["transactions"] == 24
    assert report["acknowledgements"] == {}
    assert report["problems_total"]["error"] == 2
    assert [problem["level"] for problem in report["problems"]][:2] == ["error", "error"]
    assert report["problems_total"]["warning"] == len(report["problems"]) - 2
    first = report["problems"][0]
    assert set(first) == {"line", "column", "field", "value", "code", "level", "effect", "message"}
    assert (first["code"], first["effect"]) == ("NWR-T-009", "TR")
    assert first["message"] == "The writers together own less or more than they may."


def test_strict_check_tolerates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "trimmed.V21"
    path.write_bytes(publisher_file(2, 0, bom=False, latin1=False))
    assert asked("formats", "check", str(path))[0] == 0
    code, report = asked("formats", "check", str(path), "--strict")
    assert code == 1
    assert {problem["effect"] for problem in report["problems"]} >= {"ER"}


def test_a_thousand_problems_are_listed_and_all_counted(tmp_path: Path) -> None:
    path = tmp_path / "many.V21"
    path.write_bytes(publisher_file(700, 0, wrong=700))
    code, report = asked("formats", "check", str(path))
    assert (code, len(report["problems"])) == (1, 1000)
    assert report["problems_total"]["error"] > 1000


def test_what_is_none_of_our_formats_says_so(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear society,")
    code, report = asked("formats", "check", str(path))
    assert (code, report["format"]) == (1, None)
    assert [(each["code"], each["message"]) for each in report["problems"]] == [
        ("KORA-UNKNOWN-FORMAT", "This file has none of the formats that Kora reads.")
    ]


def test_a_zipped_file_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "CW260001052_044.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("CW260001052_044.V21", written(a_work()))
    code, report = asked("formats", "check", str(path), "--strict")
    assert (code, report["transactions"], report["problems"]) == (0, 1, [])


def test_a_problem_says_where_it_is_in_the_language_of_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one.V21"
    path.write_bytes(put(written(a_work()), "SWT", "tis_numeric_code", "21X6"))
    _, report = asked("formats", "check", str(path))
    (problem,) = report["problems"]
    assert (problem["line"], problem["column"], problem["field"], problem["value"]) == (
        7,
        45,
        "tis_numeric_code",
        "21X6",
    )
    assert problem["message"] == "tis_numeric_code holds a code that its table does not have: 21X6."
    monkeypatch.setenv("KORA_LANG", "fr")
    _, french = asked("formats", "check", str(path))
    assert french["problems"][0]["message"] != problem["message"]
    assert "21X6" in french["problems"][0]["message"]


def test_convert_to_json_gives_a_transaction_a_line(tmp_path: Path) -> None:
    path = tmp_path / "one.V21"
    path.write_bytes(written(a_work()))
    (line,) = run("formats", "convert", str(path), "--to", "json").stdout.splitlines()
    work = json.loads(line)
    assert (work["type"], work["line"]) == ("NWR", 3)
    assert [record["tag"] for record in work["records"]] == ["NWR", "SPU", "SPT", "SWR", "SWT", "PWR"]
    assert work["records"][0]["fields"]["work_title"] == "SONG OF THE SHORE"
    assert work["records"][0]["fields"]["copyright_date"] is None
    assert work["records"][1]["fields"]["pr_ownership_share"] == "50.00"


def test_convert_to_csv_gives_a_row_a_work(publishers: Path) -> None:
    lines = run("formats", "convert", str(publishers), "--to", "csv").stdout.splitlines()
    assert lines[0].startswith("type,submitter_work_number,work_title,iswc,writers,publishers")
    assert len(lines) == 21


def test_convert_writes_the_other_version(tmp_path: Path) -> None:
    path, out = tmp_path / "one.V21", tmp_path / "one.V22"
    path.write_bytes(written(a_work()))
    assert run("formats", "convert", str(path), "--to", "cwr-2.2", "--out", str(out)).exit_code == 0
    code, report = asked("formats", "check", str(out), "--strict")
    assert (code, report["version"], report["problems"]) == (0, "2.2", [])


def test_roundtrip_proves_that_nothing_is_lost_and_shows_what_would_be(publishers: Path, tmp_path: Path) -> None:
    assert (
        run("formats", "roundtrip", str(publishers)).exit_code,
        run("formats", "roundtrip", str(publishers)).stdout,
    ) == (
        0,
        "equal\n",
    )
    broken = tmp_path / "broken.V21"
    broken.write_bytes(put(written(a_work()), "NWR", "copyright_date", "2026X102"))
    result = run("formats", "roundtrip", str(broken))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:2] == ["line 3, column 107", "  read    '2026X102'"]


def test_show_is_for_people(publishers: Path) -> None:
    shown = run("formats", "show", str(publishers)).stdout
    assert "AGR 00001/00000000, line 3" in shown
    assert "work_title=" in shown


def test_rules_say_what_is_in_force() -> None:
    code, answer = asked("formats", "rules", "cwr")
    rules = {rule["id"]: rule for rule in answer["rules"]}
    assert code == 0
    assert {"id", "versions", "level", "implemented", "needs"} <= set(rules["NWR-T-011"])
    assert rules["NWR-T-011"]["implemented"] is True
    assert (rules["NWR-T-018"]["versions"], rules["NWR-T-043"]["versions"]) == (["2.1"], ["2.2"])
    assert (rules["HDR-F-003"]["implemented"], rules["HDR-F-003"]["needs"]) == (False, ["SENDERS"])
    wanted = [
        rule for rule in rules if rule.startswith("NWR-T-0") and int(rule[-3:]) <= 27 and not rules[rule]["societies"]
    ]
    assert [rule for rule in wanted if not rules[rule]["implemented"]] == []


def test_numbers_are_checked_in_every_scheme_they_fit() -> None:
    code, found = asked("id", "check", "T-034.524.680-1")
    assert (code, found) == (
        0,
        [
            {
                "scheme": "iswc",
                "value": "T-034.524.680-1",
                "valid": True,
                "canonical": "T0345246801",
                "display": "T-034.524.680-1",
                "reason": None,
            }
        ],
    )
    code, found = asked("id", "check", "T-034.524.680-2", "--scheme", "iswc")
    assert (code, found[0]["valid"], found[0]["reason"]) == (1, False, "check-digit")
    code, found = asked("id", "check", "???")
    assert (code, found[0]["scheme"], found[0]["valid"]) == (1, None, False)
    assert run("id", "check", "1", "--scheme", "colour").exit_code == 2


def test_wrong_use_is_exit_2() -> None:
    assert run("formats", "check", "/nowhere/at/all").exit_code == 2
    assert run("formats", "convert", "pyproject.toml", "--to", "pdf").exit_code == 2
