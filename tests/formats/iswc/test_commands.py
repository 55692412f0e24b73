"""Files and rules of the ISWC network on the command line."""

import doctest
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result

import kora
from formats.iswc import comparing, edi, filename, transactions
from formats.iswc import json as iswc_json
from formats.iswc.transactions import Title
from tests.formats.iswc.made import HEADER, a_refusal, all_kinds, an_acknowledgement, an_add


def run(*arguments: str) -> Result:
    return CliRunner().invoke(kora.main, list(arguments))


def asked(*arguments: str) -> tuple[int, Any]:
    result = run(*arguments, "--json")
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """The EDI file of an agency with one of each kind, and a work that breaks a rule."""
    path = tmp_path / filename.build_edi(transactions.instant("2026-01-05T10:11:12Z"), receiver="315", sender="999")  # type: ignore[arg-type]
    path.write_bytes(b"".join(edi.write(HEADER, [*all_kinds(), an_add(work_code="W2", titles=(Title("B", "ZZ"),))])))
    return path


def test_check_says_what_stands_in_an_edi_file_and_what_the_database_would_refuse(sent: Path) -> None:
    code, report = asked("formats", "check", str(sent))
    assert (code, report["format"], report["version"], report["encoding"]) == (1, "iswc-edi", "03.00", "ascii")
    assert (report["transactions"], report["groups"][0]) == (
        8, {"type": "CAR", "id": 1, "transactions": 2, "records": 8},
    )  # fmt: skip
    (problem,) = report["problems"]
    assert problem == {
        "line": 7, "column": 120, "field": "title_type", "value": "ZZ", "code": "IV/31", "level": "error",
        "effect": "TR", "message": "title_type holds a code that its table does not have: ZZ.",
    }  # fmt: skip
    assert report["not_checked"] == {"EL/01": 2, "EL/03": 1, "IV/08": 4, "IV/24": 3, "IV/29": 3, "MD/16": 4}


def test_check_of_a_json_file_names_the_path_and_counts_answers(tmp_path: Path) -> None:
    path = tmp_path / "iswc_2026-01-05T10-11-12_999_315.json"
    path.write_bytes(iswc_json.write(HEADER, [an_acknowledgement(), a_refusal(), an_add(title=None)]))
    code, report = asked("formats", "check", str(path))
    assert (code, report["format"], report["version"]) == (1, "iswc-json", "json")
    assert (report["records"], report["record_types"]) == (3, {"addSubmissions": 1, "acknowledgements": 2})
    assert report["acknowledgements"] == {"FA": 1, "RJ": 1}
    assert [(each["line"], each["field"], each["code"]) for each in report["problems"]] == [
        (None, "addSubmissions[0].originalTitle", "IV/05")
    ]


def test_a_file_goes_from_one_form_to_the_other_and_says_what_stays_behind(sent: Path, tmp_path: Path) -> None:
    as_json = tmp_path / "sent.json"
    assert run("formats", "convert", str(sent), "--to", "iswc-json", "--out", str(as_json)).exit_code == 0
    assert run("formats", "roundtrip", str(as_json)).stdout == "equal\n"
    back = tmp_path / "back.030"
    result = run("formats", "convert", str(as_json), "--to", "iswc-edi", "--out", str(back))
    assert (result.exit_code, result.stderr) == (0, "")
    assert run("formats", "roundtrip", str(back)).stdout == "equal\n"
    assert [line[:3] for line in back.read_text().splitlines()] == [line[:3] for line in sent.read_text().splitlines()]

    native = tmp_path / "native.json"
    native.write_bytes(iswc_json.write(HEADER, [an_add(), an_add(work_code="W2", title="CAFÉ")]))
    result = run("formats", "convert", str(native), "--to", "iswc-edi", "--out", str(back))
    assert result.stderr == "addSubmissions/1: CAR work_title: 'É' (character)\n"
    assert back.read_bytes().count(b"\nCAR") == 1


def test_a_file_is_shown_and_converted_like_any_other(sent: Path) -> None:
    assert "CAR 00001/00000000, line 3" in run("formats", "show", str(sent)).stdout
    rows = run("formats", "convert", str(sent), "--to", "csv").stdout.splitlines()
    assert rows[0] == "type,agency,work_code,iswc,title,other_titles,parties,status,messages,line"
    assert len(rows) == 9
    first = json.loads(run("formats", "convert", str(sent), "--to", "json").stdout.splitlines()[0])
    assert (first["type"], first["line"]) == ("CAR", 3)
    refused = run("formats", "convert", str(sent), "--to", "cwr-2.1")
    assert refused.exit_code == 2
    assert "is no CWR file" in refused.stderr


def test_the_rules_are_listed_with_the_agencys_numbers() -> None:
    code, listed = asked("formats", "rules", "iswc")
    assert code == 0
    assert listed["total"] == {"IV": 40, "MD": 11, "EL": 4, "MAT": 43, "PV": 23}
    by_id = {rule["id"]: rule for rule in listed["rules"]}
    assert len(by_id) == 121
    shown = ("family", "level", "effect", "code", "codes", "implemented", "needs")
    assert {key: by_id["IV/22"][key] for key in shown} == {
        "family": "IV", "level": "T", "effect": None, "code": "106", "codes": ["106", "139"], "implemented": True,
        "needs": [],
    }  # fmt: skip
    assert (by_id["MAT/42"]["implemented"], by_id["MAT/42"]["needs"]) == (False, ["unpublished text"])
    assert (by_id["IV/09"]["versions"], by_id["IV/09"]["level"]) == (["EDI"], "E")
    assert "IV/02" in run("formats", "rules", "iswc").stdout


@pytest.mark.parametrize("module", [comparing, filename, transactions], ids=lambda module: module.__name__)
def test_examples_in_the_text_are_true(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)
