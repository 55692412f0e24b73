"""``kora gateway ipi``: verbs, keys and exit codes are a contract with scripts."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

import kora
from tests.builders import an_ipi, an_ipi_base
from tests.formats.ipi.made import (
    ADA,
    ADA_NAME,
    ADAS_DOUBLE,
    DJ_NAME,
    DOUBLE_NAME,
    a_firm,
    a_mandate,
    a_name,
    a_person,
    a_shared_name,
    a_usage,
    about,
    ada,
    merged,
    written,
)

COUNTS = {"transactions", "applied", "skipped", "missing_base", "problems"}
SHOWN = {
    *("number", "base_number", "kind", "status", "resolves_to", "reason", "path"),
    *("names", "usages", "mandates", "members"),
}


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(kora.main, ["gateway", "--data", str(folder / "gateway"), "ipi", *arguments])


def asked(folder: Path, *arguments: str) -> tuple[int, Any]:
    result = run(folder, *arguments, "--json")
    assert result.stdout, result.output
    return result.exit_code, json.loads(result.stdout)


def a_file(folder: Path, name: str, *transactions: Any) -> str:
    (folder / name).write_bytes(written(*transactions))
    return str(folder / name)


def loaded(folder: Path) -> Path:
    double = [about("IPA", ADAS_DOUBLE, DOUBLE_NAME), a_person(), a_name("DUPLICATE", "ADA", DOUBLE_NAME)]
    code, _ = asked(folder, "load", a_file(folder, "full.edi", ada(), a_firm(), double), "--as-of", "20260104235959")
    assert code == 0
    return folder


def test_load_says_what_it_did_and_up_to_when_it_is_complete(tmp_path: Path) -> None:
    code, said = asked(tmp_path, "load", a_file(tmp_path, "full.edi", ada(), a_firm()))
    assert code == 0
    assert set(said) == {"file", *COUNTS, "parties", "names", "mark", "mark_source", "seconds"}
    counted = {name: said[name] for name in said if name not in {"file", "seconds"}}
    assert counted == {
        "transactions": 2, "applied": 2, "skipped": 0, "missing_base": 0, "problems": [], "parties": 2, "names": 3,
        "mark": "20260105101112", "mark_source": "transactions",
    }  # fmt: skip


def test_load_of_a_daily_file_is_refused_with_the_place(tmp_path: Path) -> None:
    code, said = asked(loaded(tmp_path), "load", a_file(tmp_path, "20260105.IPI", ada(), merged()))
    assert (code, said["parties"], said["mark"]) == (1, 0, None)
    (problem,) = said["problems"]
    assert set(problem) == {"file", "line", "column", "field", "value", "code", "level", "effect", "message"}
    assert (problem["code"], problem["line"]) == ("KORA-NOT-A-SNAPSHOT", 14)
    assert asked(tmp_path, "find", "ada example")[1]["total"] == 1


def test_load_of_a_set_wants_its_timestamp(tmp_path: Path) -> None:
    files = [a_file(tmp_path, "IPI01080.edi", ada()), a_file(tmp_path, "IPI02080.edi", a_firm())]
    refused = run(tmp_path, "load", *files)
    assert (refused.exit_code, "--as-of" in refused.output) == (1, True)
    code, said = asked(tmp_path, "load", *files, "--as-of", "20260105000000")
    assert (code, said["files"], said["mark_source"]) == (0, files, "option")
    assert run(tmp_path, "load", *files, "--as-of", "yesterday").exit_code == 2


def test_apply_keeps_three_counts_apart_and_names_who_is_wanted(tmp_path: Path) -> None:
    stranger = [about("NUA", an_ipi_base(77), an_ipi(88)), a_usage(an_ipi(88))]
    daily = a_file(tmp_path, "20260105.IPI", merged(), [about("NUA"), a_usage()], stranger)
    code, said = asked(loaded(tmp_path), "apply", daily)
    assert code == 0
    assert {*COUNTS, "wanted", "file"} <= set(said)
    assert (said["transactions"], said["applied"], said["skipped"], said["missing_base"]) == (3, 1, 1, 1)
    assert said["wanted"] == [an_ipi_base(77)]
    gap = run(tmp_path, "apply", a_file(tmp_path, "20260109.IPI", merged()))
    assert (gap.exit_code, "20260106 to 20260108" in gap.output) == (1, True)
    assert asked(tmp_path, "apply", str(tmp_path / "20260109.IPI"), "--gap-ok")[0] == 0


def test_apply_of_a_broken_transaction_exits_with_a_problem(tmp_path: Path) -> None:
    daily = a_file(tmp_path, "20260105.IPI", [about("MAA"), a_mandate("052")])
    code, said = asked(loaded(tmp_path), "apply", daily)
    assert (code, said["skipped"], said["wanted"]) == (1, 1, [ADA])
    assert said["problems"][0]["message"] == "A transaction MAA needs TMA here."


def test_find_shows_the_patronym_and_the_name_that_was_meant(tmp_path: Path) -> None:
    code, said = asked(loaded(tmp_path), "find", "dj sample")
    assert code == 0
    assert said == {
        "query": "dj sample",
        "total": 1,
        "results": [
            {
                "number": ADA_NAME, "base_number": ADA, "name": "EXAMPLE", "first_name": "ADA", "kind": "N",
                "status": 1, "matched": {"number": DJ_NAME, "type": "PP", "name": "DJ SAMPLE", "first_name": None},
                "how": "equal", "score": 1.0,
            }
        ],
    }  # fmt: skip
    assert asked(tmp_path, "find", "nobody at all") == (1, {"query": "nobody at all", "total": 0, "results": []})
    assert asked(tmp_path, "find", "dj sample", "--role", "LY")[1]["total"] == 0


def test_show_follows_a_merged_party_and_answers_who_represents_it(tmp_path: Path) -> None:
    loaded(tmp_path)
    run(tmp_path, "apply", a_file(tmp_path, "20260105.IPI", merged()))
    code, said = asked(tmp_path, "show", DOUBLE_NAME)
    assert (code, set(said)) == (0, SHOWN)
    assert (said["base_number"], said["status"]) == (ADAS_DOUBLE, 3)
    assert (said["resolves_to"], said["reason"]) == (ADA, "merged")
    assert said["path"] == [ADAS_DOUBLE, ADA]
    question = ("--right", "PR", "--class", "MW", "--role", "MC", "--territory", "FR", "--on", "2026-06-01")
    code, said = asked(tmp_path, "show", ADA.replace("-", ""), *question)
    assert said["represented_by"] == [{"society": "080", "share": "100.00", "from": "2026-01-01", "to": None}]
    assert said["mandates"] == [
        {
            "society": "080", "class": "MW", "role": "MC", "right": "PR", "from": "2026-01-01", "to": None,
            "share": "100.00", "signed": "2026-01-01", "territories": [{"code": "2136", "sign": "I"}],
        }
    ]  # fmt: skip
    assert "SAMPLETOWN" not in json.dumps(said)
    assert run(tmp_path, "show", ADA, "--right", "PR").exit_code == 2


def test_show_of_a_shared_name_lists_its_members_and_of_nobody_exits_with_a_problem(tmp_path: Path) -> None:
    loaded(tmp_path)
    group = an_ipi(950_000_012)
    run(tmp_path, "apply", a_file(tmp_path, "20260105.IPI", [about("NCA"), a_shared_name("THE SAMPLES", group, ADA)]))
    code, said = asked(tmp_path, "show", group)
    assert (code, said["base_number"], said["members"]) == (0, None, [ADA])
    code, said = asked(tmp_path, "show", "12345678901")
    assert (code, said["base_number"], said["members"]) == (1, None, [])
