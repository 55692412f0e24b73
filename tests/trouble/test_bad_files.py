"""Files as they should not be: each answered with code, place and a sentence, and the rest of it taken in."""

import io
import json
import subprocess
import sys
import zipfile
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from local_node.imports import background, queries
from local_node.imports.models import ImportBatch
from local_node.works.models import WorkRow
from tests.local_node.conftest import Browser, Office
from tests.samples.publisher import publisher_file

ROOT = Path(__file__).parents[2]
NAME = "CW260001TWP_997.V21"
PEAK = """
import sys
from kora import main
try:
    main(sys.argv[1:])
finally:
    # What getrusage tells outlives exec: it would be the peak of the process that started this one.
    with open("/proc/self/status") as status:
        print(next(line.split()[1] for line in status if line.startswith("VmHWM")), file=sys.stderr)
"""


FIRST = b"QUIET RIVER"
SOUND = publisher_file(6, 0)
BIGGER_SHARE = SOUND.replace(b"05805000", b"05807500", 1)
FOREIGN_SOCIETY = SOUND.replace(b"05805000", b"98705000", 1)
WITH_NUL = SOUND.replace(FIRST, b"QUIET\0RIVER", 1)
CUT = SOUND[: SOUND.rindex(b"SWT")]
MIXED = SOUND.replace(b"GOLDEN RIVER ", "GOLDÉN RIVER".encode(), 1).replace(FIRST, "QUIÉT RIVER".encode("latin-1"), 1)

# Content, works taken in, works in quarantine, and of the problem that says it: code, line, column and field, its
# sentence in English, and in another language where a catalogue has it already.
Story = tuple[bytes, int, int, tuple[str, int | None, int | None, str | None], str, tuple[str, str]]
STORIES: dict[str, Story] = {
    "cut off in the middle": (
        CUT, 0, 6, ("FIL-E-005", 54, None, None),
        "The last line must be a TRL record.",
        ("fr", "La dernière ligne doit être un enregistrement TRL."),
    ),
    "a version nobody has": (
        SOUND.replace(b"02.10", b"07.30"), 0, 6, ("GRH-F-004", 2, 12, "version_number"),
        "The group is written in a version of the format that Kora does not read.",
        ("es", ""),
    ),
    "shares of 125 percent": (
        BIGGER_SHARE, 5, 1, ("NWR-T-011", 3, None, None),
        "The ownership shares of one right must add up to 100 % or to nothing. PR adds up to 125.00.",
        ("fr", "Les parts de propriété d’un droit doivent faire 100 % ou rien. PR : le total est de 125.00."),
    ),
    "a society nobody knows": (
        FOREIGN_SOCIETY, 5, 1, ("SPU-F-012", 4, 113, "pr_affiliation_society"),
        "pr_affiliation_society holds a code that its table does not have: 987.",
        ("fr", "pr_affiliation_society contient un code absent de sa table : 987."),
    ),
    "a character with the code zero": (
        WITH_NUL, 5, 1, ("KORA-NUL", 3, 25, None),
        "The line holds characters with the code zero.",
        ("fr", "La ligne contient des caractères de code zéro."),
    ),
    "two encodings in one file": (
        MIXED, 5, 1, ("KORA-MIXED-ENCODING", 13, 24, None),
        "The line holds letters in UTF-8, but the file is Windows-1252 and was read as that. Look at its accents.",
        ("es", ""),
    ),
}  # fmt: skip


def total(office: Office, table: Any) -> int:
    return int(office.ask(lambda session: session.scalar(select(func.count()).select_from(table))))


def upload(browser: Browser, content: bytes, name: str = NAME, **more: str) -> Any:
    browser.open("/import")
    token = browser.fields_of_page()["csrf_token"]
    answer = browser.client.post(
        "/import",
        data={"csrf_token": token, "file": (io.BytesIO(content), name), **more},
        content_type="multipart/form-data",
        follow_redirects=True,
    )
    browser.page, browser.status = answer.text, answer.status_code
    return answer


def read(page: str) -> str:
    """The page as one reads it."""
    return unescape(" ".join("".join(part.split(">", 1)[-1] for part in page.split("<")).split()))


def command(office: Office, *arguments: str, lang: str = "en") -> tuple[int, dict[str, Any], int]:
    """``kora node import`` in a process of its own: exit code, answer, and its largest resident memory in kB."""
    whole = ["node", "--data", str(office.node.settings.data), "import", *arguments, "--json"]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *whole], cwd=ROOT, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "KORA_LANG": lang},
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), int(done.stderr.split()[-1])


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_the_page_says_what_is_wrong_and_where_and_takes_the_rest_in(
    story: Story, office: Office, awa: Browser
) -> None:
    content, new, held, (code, line, column, field), sentence, (language, elsewhere) = story
    upload(awa, content)
    assert awa.status == 200
    number = total(office, ImportBatch)
    found = [one for one in office.ask(queries.get, number).problems if one["code"] == code]
    assert [(found[0].get(name)) for name in ("line", "column", "field")] == [line, column, field]
    page = read(awa.page)
    assert (sentence in page, code in page) == (True, True)
    awa.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    assert elsewhere in read(awa.open(f"/import/{number}"))
    awa.post(f"/import/{number}/run")
    assert background.run_due(office.node.imports(), office.clock()) == 1
    batch = office.ask(queries.get, number)
    assert (batch.state, batch.outcome.get("new", 0), batch.outcome.get("quarantined", 0)) == ("done", new, held)
    assert (total(office, WorkRow), len(office.ask(queries.quarantine)[0])) == (new, held)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_the_command_says_the_same_and_takes_the_rest_in(story: Story, office: Office, tmp_path: Path) -> None:
    content, new, held, place, _sentence, (language, elsewhere) = story
    path = tmp_path / NAME
    path.write_bytes(content)
    status, answer, _memory = command(office, str(path), "--as", "works", lang=language)
    assert status == (1 if held else 0)
    assert (answer["works"]["new"], answer["works"]["quarantined"]) == (new, held)
    said = next(one for one in answer["problems"] if one["code"] == place[0])
    assert (said["code"], said["line"], said["column"], said["field"]) == place
    assert said["message"].startswith(elsewhere)


def test_a_version_that_kora_does_not_read_is_named_where_it_stands(
    office: Office, awa: Browser, tmp_path: Path
) -> None:
    content = SOUND.replace(b"02.10", b"03.10")
    upload(awa, content)
    page = read(awa.page)
    assert "Kora does not read this version of the format: 3.1." in page
    assert ("KORA-VERSION-NOT-READ" in page, "Import this file" in page) == (True, False)
    awa.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr"
    assert "Kora ne lit pas cette version du format : 3.1." in read(awa.open("/import/1"))
    path = tmp_path / NAME
    path.write_bytes(content)
    status, answer, _memory = command(office, str(path), "--as", "works", lang="fr")
    (problem,) = answer["problems"]
    assert (status, problem["line"], problem["column"], problem["code"]) == (1, 2, 12, "KORA-VERSION-NOT-READ")


def test_a_name_that_was_used_before_asks_whether_it_is_meant(office: Office, awa: Browser, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(SOUND)
    assert command(office, str(path), "--as", "works")[0] == 0
    awa.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "pt"
    upload(awa, publisher_file(7, 0))
    page = read(awa.page)
    assert awa.status == 409
    assert (NAME in page, "KORA-NAME-USED" in page) == (True, True)
    assert "Um ficheiro" in page or "Um arquivo" in page
    assert total(office, ImportBatch) == 1
    path.write_bytes(publisher_file(7, 0))
    status, answer, _memory = command(office, str(path), "--as", "works")
    (problem,) = answer["problems"]
    assert (status, problem["code"], problem["value"]) == (1, "KORA-NAME-USED", NAME)
    assert problem["message"].startswith(
        "A file with this name and other content was imported as batch 1. Is it meant?"
    )
    status, answer, _memory = command(office, str(path), "--as", "works", "--same-name")
    assert (answer["works"]["new"], answer["works"]["unchanged"]) == (1, 6)


@pytest.mark.parametrize("begin", [b"", b"HDRPB"], ids=["of nothing", "that begins like a file"])
def test_one_line_of_a_gigabyte_is_refused_at_its_beginning(begin: bytes, office: Office, tmp_path: Path) -> None:
    path = tmp_path / NAME
    with path.open("wb") as stream:
        stream.write(begin)
        stream.truncate(1 << 30)  # a hole: the line is full of zeros and takes no room here
    assert path.stat().st_size == 1 << 30
    before = set(office.node.settings.data.rglob("*"))
    small = tmp_path / "small.V21"
    small.write_bytes(SOUND)
    _status, _answer, usual = command(office, str(small), "--as", "works")
    status, answer, memory = command(office, str(path), "--as", "works")
    (problem,) = answer["problems"]
    assert (status, problem["code"], problem["line"], problem["column"]) == (1, "KORA-ONE-LINE", 1, 8193)
    assert problem["message"] == "The file is one line longer than any record can be. Nothing of it was taken in."
    assert memory < usual + 20_000  # kB
    assert not [one for one in set(office.node.settings.data.rglob("*")) - before if one.stat().st_size > 10_000_000]
    assert office.ask(queries.same_name, NAME) is None


def test_a_line_of_a_gigabyte_inside_a_file_holds_one_work_back_and_the_others_come_in(
    office: Office, tmp_path: Path
) -> None:
    at = SOUND.index(b"QUIET RIVER")
    path = tmp_path / NAME
    with path.open("wb") as stream:
        stream.write(SOUND[:at])
        stream.seek(1 << 30, io.SEEK_CUR)
        stream.write(SOUND[at:])
    status, answer, memory = command(office, str(path), "--as", "works")
    codes = {one["code"]: (one["line"], one["column"]) for one in answer["problems"]}
    assert (status, codes["KORA-LINE-TOO-LONG"], codes["KORA-NUL"]) == (1, (3, 8193), (3, 20))
    assert (answer["works"]["new"], answer["works"]["quarantined"]) == (5, 1)
    assert memory < 300_000  # kB


def bomb(size: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(NAME, "w") as inside:
        inside.write(SOUND)
        for _ in range(size >> 20):
            inside.write(bytes(1 << 20))
    return packed.getvalue()


def test_a_zip_bomb_is_refused_before_it_unfolds(office: Office, awa: Browser, tmp_path: Path) -> None:
    packed = bomb(500 << 20)
    assert len(packed) < 1_000_000
    upload(awa, packed, "works.zip")
    page = read(awa.page)
    assert awa.status == 400
    assert ("works.zip" in page, "The file is larger than Kora takes in. (KORA-TOO-LARGE)" in page) == (True, True)
    path = tmp_path / "works.zip"
    path.write_bytes(packed)
    status, answer, memory = command(office, str(path), "--as", "works", lang="fr")
    assert (status, [one["code"] for one in answer["problems"]]) == (1, ["KORA-TOO-LARGE"])
    assert memory < 300_000  # kB
    assert total(office, ImportBatch) == 0


def test_a_hundred_thousand_problems_in_one_file_are_counted_and_the_sound_works_come_in(
    office: Office, awa: Browser, tmp_path: Path
) -> None:
    lines = publisher_file(6, 0, wrong=1, trimmed=False).split(b"\r\n")
    first = next(place for place, line in enumerate(lines) if line.startswith(b"NWR"))
    title = lines[first][3:11]
    bad = [b"ALT" + title + b"%08d" % (number + 2) + b"OTHER".ljust(60) + b"ZZ  " for number in range(100_000)]
    content = b"\r\n".join([*lines[: first + 1], *bad, *lines[first + 1 :]])
    path = tmp_path / NAME
    path.write_bytes(content)
    status, answer, memory = command(office, str(path), "--as", "works")
    assert status == 1
    assert answer["works"]["quarantined"] >= 1
    assert answer["works"]["new"] + answer["works"]["quarantined"] == 6
    batch = office.ask(queries.get, answer["batch"])
    assert batch.found["errors"] + batch.found["warnings"] >= 100_000
    assert len(answer["problems"]) == 1000
    assert memory < 500_000  # kB
    page = awa.open(f"/import/{batch.id}")
    assert len(page) < 200_000
    assert "more are not listed" in read(page)


def test_a_gigabyte_sent_to_the_page_is_refused_before_it_is_read(office: Office, awa: Browser) -> None:
    awa.open("/import")
    awa.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr"
    stream = io.BytesIO(b"--x\r\n")
    answer = awa.client.post(
        "/import", input_stream=stream, content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(1 << 30)},
    )  # fmt: skip
    assert answer.status_code == 413
    assert "Le fichier est trop grand" in answer.text
    assert "413" in answer.text
    assert stream.tell() == 0
    assert total(office, ImportBatch) == 0
