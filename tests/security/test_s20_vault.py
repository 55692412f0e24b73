"""S-20, S-22: fields that stay at home are encrypted, bound to their row, and useless without a key kept elsewhere."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from interface.vault import KeyIsExposed
from local_node.right_owners import operations as right_owners
from local_node.vault import open_vault
from tests.builders import a_right_owner
from tests.local_node.conftest import START, Office, clock, office, settings, unenrolled

__all__ = ["clock", "office", "settings", "unenrolled"]
BORN = date(1951, 3, 7)


def kept(office: Office, born: date = BORN) -> str:
    person = office.do(right_owners.register, a_right_owner(number=None))
    with office.node.sessions.begin() as session:
        vault = office.node.vault(session)
        right_owners.keep_birth_date(
            session, str(person.id), born, vault=vault, by="awa@tamala.example", now=office.clock()
        )
    return str(person.id)


def test_s20_a_birth_date_lies_encrypted_in_the_database(office: Office) -> None:
    kept(office)
    files = [path for path in office.node.settings.data.rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if BORN.isoformat().encode() in path.read_bytes()] == []


def test_s20_a_value_moved_to_another_row_cannot_be_read(office: Office) -> None:
    with office.node.sessions.begin() as session:
        vault = office.node.vault(session)
    sealed = vault.seal_text("1951-03-07", "right_owner/birth_date/one")
    assert vault.open_text(sealed, "right_owner/birth_date/one") == "1951-03-07"
    with pytest.raises(InvalidTag):
        vault.open_text(sealed, "right_owner/birth_date/other")
    assert sealed != vault.seal_text("1951-03-07", "right_owner/birth_date/one")


def test_s21_reading_a_birth_date_needs_a_reason_that_is_kept(office: Office) -> None:
    from local_node.history import queries as history

    id = kept(office)
    with office.node.sessions.begin() as session:
        vault = office.node.vault(session)
        read = right_owners.read_birth_date(
            session, id, vault=vault, reason="asked by IPI", by="awa@tamala.example", now=office.clock()
        )
    assert read == BORN
    entries = office.ask(history.of, f"party/{id}")
    assert [(entry.action, entry.new) for entry in entries if entry.action == "seen"] == [("seen", "asked by IPI")]
    assert BORN.isoformat() not in str(entries)


def test_s22_a_copy_of_the_data_folder_is_useless_without_the_master_key(office: Office, tmp_path: Path) -> None:
    kept(office)
    stolen = tmp_path / "stolen"
    shutil.copytree(office.node.settings.data, stolen)
    with office.node.sessions() as session, pytest.raises(InvalidTag):
        open_vault(session, tmp_path / "a-key-made-elsewhere", stolen, now=START)


def test_s22_a_key_that_others_can_read_or_that_lies_in_the_backup_stops_the_start(
    office: Office, tmp_path: Path
) -> None:
    kept(office)
    data, key = office.node.settings.data, office.node.settings.master_key
    with office.node.sessions() as session:
        with pytest.raises(KeyIsExposed, match="lies in the data folder"):
            open_vault(session, data / "key", data, now=START)
        key.chmod(0o644)
        with pytest.raises(KeyIsExposed, match="0600"):
            open_vault(session, key, data, now=START)
