"""S-12, S-24: what is private stays at the node: in no message, no log, no error, no page of others."""

import io
import logging
from datetime import date

import pytest

from local_node.imports import operations as imports
from local_node.right_owners import operations as right_owners
from tests.builders import a_right_owner
from tests.local_node.conftest import Browser, Office, app, awa, clock, office, settings, sign_in, unenrolled
from tests.samples.publisher import publisher_file

__all__ = ["app", "awa", "clock", "office", "settings", "sign_in", "unenrolled"]
TAX, PERSONAL, BORN = b"990001234", b"000055501234", date(1951, 3, 7)


def with_private_numbers(content: bytes) -> bytes:
    """The file with a tax number of the publisher and a personal number of each writer, where CWR 2.1 has them."""
    lines = []
    for line in content.split(b"\r\n"):
        if line.startswith(b"SPU"):
            line = line[:78] + TAX + line[87:]
        if line.startswith(b"SWR"):
            line = line.ljust(182)
            line = line[:167] + PERSONAL + line[179:]
        lines.append(line)
    return b"\r\n".join(lines)


def test_s24_private_numbers_of_a_file_are_in_no_message_and_no_log(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    content = with_private_numbers(publisher_file(3, 0, trimmed=False))
    assert TAX in content
    assert PERSONAL in content
    number = imports.receive(office.node.imports(), io.BytesIO(content), name="PRIVATE.V21", by="awa@tamala.example")
    batch = imports.run(office.node.imports(), number, by="awa@tamala.example")
    assert batch.outcome["new"] == 3
    assert "KORA-PRIVATE-LEFT-OUT" in {problem["code"] for problem in batch.problems}
    sent = "".join(message.body for message in office.posted())
    for canary in (TAX.decode(), PERSONAL.decode()):
        assert canary not in sent
        assert canary not in caplog.text
        assert canary not in str(batch.problems)


def test_s24_a_birth_date_is_in_no_message_and_on_no_page_before_it_is_asked_for(
    office: Office, awa: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person = office.do(right_owners.register, a_right_owner(number=None))
    with office.node.sessions.begin() as session:
        vault = office.node.vault(session)
        right_owners.keep_birth_date(
            session, str(person.id), BORN, vault=vault, by="awa@tamala.example", now=office.clock()
        )
    office.do(right_owners.update, a_right_owner("DIALLO-SOW", number=None, id=person.id))
    seen = [awa.open(page) for page in (f"/right-owners/{person.id}", f"/right-owners/{person.id}/history")]
    everything = "".join([*(message.body for message in office.posted()), *seen, caplog.text])
    for text in (BORN.isoformat(), "7 Mar 1951", "07/03/1951", "19510307"):
        assert text not in everything
