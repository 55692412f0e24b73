"""Whoever is woken by an alert finds what to do: each has its section, and each line of the console leads there."""

import ast
import inspect
import re
from pathlib import Path

from gateway import words
from gateway.ops import runbook
from gateway.ops.runbook import Section
from tests.gateway.world import World

DOCUMENT = Path(__file__).parents[2] / "docs" / "runbook.md"


def conditions() -> set[str]:
    """Every kind of alert the console has a word for."""
    tree = ast.parse(inspect.getsource(words.condition_word))
    (table,) = (node for node in ast.walk(tree) if isinstance(node, ast.Dict))
    return {key.value for key in table.keys if isinstance(key, ast.Constant)}


def test_every_alert_has_a_section_with_steps_and_the_rest_share_one() -> None:
    assert {one.kind for one in runbook.sections()} == conditions() | {runbook.OTHER}
    assert [one.kind for one in runbook.sections() if not (one.text and one.steps)] == []
    assert runbook.anchor("silent") == "silent"
    assert runbook.anchor("bad-receipt") == runbook.OTHER


def test_the_page_is_the_document_word_by_word() -> None:
    read = " ".join(
        text for one in runbook.sections() for text in (f"{one.kind}: {one.title}", *one.text, *one.steps, *one.after)
    )
    written = DOCUMENT.read_text(encoding="utf-8").partition("\n## ")[2]
    plain = re.sub(r"^\d+\. |^## ", "", written, flags=re.MULTILINE)
    assert read == " ".join(plain.split())


def test_words_of_the_machine_are_told_apart() -> None:
    assert list(runbook.spans("start `kora gateway exchange` again")) == [
        (False, "start "), (True, "kora gateway exchange"), (False, " again"),
    ]  # fmt: skip
    assert isinstance(runbook.sections()[0], Section)


def test_an_alert_and_a_cause_of_parking_lead_to_their_section(stuck: World) -> None:
    stuck.clock.move(3700)
    stuck.carry()
    browser = stuck.sign_in("viewer")
    browser.open("/ops/alerts")
    assert 'href="/ops/alerts/runbook#parked"' in browser.page
    assert 'href="/ops/alerts/runbook#parked"' in browser.open("/ops/parked")
    page = browser.open("/ops/alerts/runbook")
    assert [kind for kind in conditions() if f'id="{kind}"' not in page] == []
    assert "<code>kora gateway exchange</code>" in page
